"""The container of a compiled index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import CorpusError
from chatbot.retrieval.store import Store, pack

SECTIONS = st.dictionaries(st.text(min_size=1), st.binary(max_size=50), max_size=6)


@given(SECTIONS)
def test_what_is_packed_is_read_back(sections: dict[str, bytes]) -> None:
    """Every section comes back as it was, and the file verifies."""
    store = Store(pack(sections))
    store.verify()

    assert sections == {name: bytes(store[name]) for name in sections}


@given(SECTIONS.filter(lambda s: any(s.values())), st.data())
def test_a_shorter_file_is_refused(sections: dict[str, bytes], data: st.DataObject) -> None:
    """A file cut anywhere is refused when it is opened or verified."""
    content = pack(sections)
    cut = content[: data.draw(st.integers(0, len(content) - 1))]

    with pytest.raises(CorpusError):
        Store(cut).verify()


@given(SECTIONS, st.data())
def test_a_flipped_byte_is_detected(sections: dict[str, bytes], data: st.DataObject) -> None:
    """A file with one wrong byte does not pass for whole."""
    content = bytearray(pack(sections))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(CorpusError):
        Store(bytes(content)).verify()


def test_a_foreign_file_is_named_as_such() -> None:
    """A file of another kind is refused in a sentence that names it and says what to do."""
    with pytest.raises(CorpusError, match=r"^x\.index: is not an index of this version; build it again"):
        Store(b"PK\x03\x04 something else", "x.index")
