"""One file of named sections: the container of a compiled index. Knows bytes, not what they mean.

Layout, little-endian throughout: 8 bytes magic, 32 bytes SHA-256 of all that follows, 4 bytes length of the
directory, the directory (JSON: name -> [offset, length], offsets from the first byte after it), the sections, each
starting at a multiple of 8 bytes so that arrays can be read where they lie.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from chatbot.errors import CorpusError, Problem

MAGIC: Final = b"SMINDEX1"
_DIGEST_END: Final = len(MAGIC) + 32
_LENGTH_END: Final = _DIGEST_END + 4


def pack(sections: Mapping[str, bytes]) -> bytes:
    """The file content for these sections."""
    directory: dict[str, tuple[int, int]] = {}
    body = bytearray()
    for name, content in sections.items():
        body += bytes(-len(body) % 8)
        directory[name] = (len(body), len(content))
        body += content
    head = json.dumps(directory).encode()
    head += b" " * (-(_LENGTH_END + len(head)) % 8)
    payload = len(head).to_bytes(4, "little") + head + bytes(body)
    return MAGIC + sha256(payload).digest() + payload


def number_bytes(numbers: array[int] | array[float]) -> bytes:
    """Numbers as they are stored: little-endian whatever the machine."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


class Store:
    """Reads the sections of a packed file without copying them."""

    def __init__(self, content: bytes | memoryview, name: str = "the index") -> None:
        """Raise CorpusError when `content` is not a packed file of this version or is cut short."""
        self._view = memoryview(content)
        self.name = name
        if bytes(self._view[: len(MAGIC)]) != MAGIC:
            raise self._broken("is not an index of this version")
        try:
            end = _LENGTH_END + int.from_bytes(self._view[_DIGEST_END:_LENGTH_END], "little")
            self._directory: dict[str, tuple[int, int]] = json.loads(bytes(self._view[_LENGTH_END:end]))
        except ValueError as error:
            raise self._broken("is damaged") from error
        self._body = self._view[end:]
        if any(start + length > len(self._body) for start, length in self._directory.values()):
            raise self._broken("is cut short")

    @classmethod
    def open(cls, path: Path) -> Store:
        """Read the file at `path`."""
        return cls(path.read_bytes(), str(path))

    def __contains__(self, name: str) -> bool:
        return name in self._directory

    def __getitem__(self, name: str) -> memoryview[int]:
        start, length = self._directory[name]
        return self._body[start : start + length]

    def text(self, name: str) -> str:
        """A section of UTF-8 text."""
        return str(self[name], "utf-8")

    def counts(self, name: str) -> memoryview[int]:
        """A section of 32-bit whole numbers."""
        return self._native(name, "I").cast("I")

    def floats(self, name: str) -> memoryview[float]:
        """A section of 64-bit floats."""
        return self._native(name, "d").cast("d")

    def _native(self, name: str, code: Literal["I", "d"]) -> memoryview[int]:
        """A section of numbers in this machine's byte order: where it lies, or swapped on a big-endian machine."""
        if sys.byteorder == "little":
            return self[name]
        swapped: array[int] | array[float] = array(code)
        swapped.frombytes(self[name])
        swapped.byteswap()
        return memoryview(swapped.tobytes())

    def verify(self) -> None:
        """Raise CorpusError when any byte differs from what was packed."""
        if sha256(self._view[_DIGEST_END:]).digest() != bytes(self._view[len(MAGIC) : _DIGEST_END]):
            raise self._broken("is damaged")

    def _broken(self, what: str) -> CorpusError:
        return CorpusError(Problem(self.name, what, "build it again from the corpus"))
