"""Words, stems, lexicon terms and spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.language.analysis import analyse
from chatbot.language.lexicon import EMPTY_LEXICON, Lexicon, Mention, Term
from chatbot.language.spelling import correct
from chatbot.language.words import MAX_WORDS, stem, words

LEXICON = Lexicon.from_terms(
    [
        Term("trapezius", "region", ("traps", "trap muscle")),
        Term("shoulder blade", "region", ("scapula",)),
        Term("shoulders", "region", ("shoulder",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can't turn my NECK!", ["cant", "turn", "my", "neck"]),
        ("can\u2019t", ["cant"]),
        ("\ufb01rm caf\u00e9 mas\u00adsage", ["firm", "cafe", "mas", "sage"]),
        ("foot-ball, 5-minute", ["foot", "ball", "5", "minute"]),
        ("\x1b[31mred\x1b[0m", ["31mred", "0m"]),
        ("", []),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    """Case, accents, compatibility forms and apostrophes make no difference."""
    assert expected == words(text)


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    """Splitting never fails, and every word is plain letters and digits."""
    assert all(word.isalnum() for word in words(text))


def test_a_huge_text_is_cut() -> None:
    """No text costs more than a fixed number of words."""
    assert len(words("calf " * 100_000)) == MAX_WORDS


def test_forms_of_a_word_share_a_stem() -> None:
    """Porter2 brings the forms of a word together."""
    assert len({stem(word) for word in ("massage", "massages", "massaging", "massaged")}) == 1


def test_the_longest_phrase_wins() -> None:
    """The words "shoulder blades" mean the shoulder blade, not the shoulder."""
    mentions = analyse("my shoulder blades and my traps", LEXICON).mentions

    assert [(m.term, m.start, m.end) for m in mentions] == [("shoulder blade", 1, 3), ("trapezius", 5, 6)]


def test_terms_are_added_beside_the_words() -> None:
    """A lay word keeps its own stem and gains the canonical term."""
    assert analyse("sore traps", LEXICON).terms == ["sore", "trap", "=trapezius"]


def test_an_empty_lexicon_finds_nothing() -> None:
    """Without a lexicon there are words only."""
    assert analyse("sore traps", EMPTY_LEXICON).mentions == ()
    assert isinstance(LEXICON.find(["trap"])[0], Mention)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sholder", "shoulder"),
        ("massaeg", "massage"),
        ("hamstirngs", "hamstrings"),
        ("shoulder", None),
        ("nek", "neck"),
        ("ox", None),
        ("xylophone", None),
        ("l33t5", None),
        ("mown", None),
    ],
)
def test_only_unknown_words_near_a_known_one_are_corrected(typed: str, meant: str | None) -> None:
    """A slip of the thumb is mended; known, short, foreign and differently begun words stay."""
    assert meant == correct(typed, ["shoulder", "massage", "hamstrings", "neck", "down"])
