"""The dictionary from lay words to canonical terms ("traps", "trap muscle" -> trapezius), matched on stems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from chatbot.language.words import stem, words

TermKind = Literal["region", "tool", "technique", "complaint", "aspect", "situation", "condition"]


class Mention(NamedTuple):
    """A lexicon term found in a text: the canonical term, its kind, and the words it spans (start, end)."""

    term: str
    kind: TermKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    """One canonical term and the lay words that mean it."""

    name: str
    kind: TermKind
    words: tuple[str, ...] = ()


class Lexicon:
    """Finds canonical terms in stemmed text, longest phrase first, without overlaps."""

    def __init__(self, phrases: Mapping[str, tuple[str, TermKind]]) -> None:
        """`phrases` maps a space-joined stemmed phrase to its term and kind."""
        self.phrases = phrases
        self._longest: dict[str, int] = {}  # by first stem, so that most words are passed over at once
        for phrase in phrases:
            head = phrase.partition(" ")[0]
            length = phrase.count(" ") + 1
            if length > self._longest.get(head, 0):
                self._longest[head] = length

    @classmethod
    def from_terms(cls, terms: Iterable[Term]) -> Lexicon:
        """Stem every phrase of every term. The first term that claims a phrase keeps it."""
        phrases: dict[str, tuple[str, TermKind]] = {}
        for term in terms:
            for phrase in (term.name, *term.words):
                phrases.setdefault(" ".join(stem(word) for word in words(phrase)), (term.name, term.kind))
        return cls(phrases)

    def find(self, stems: Sequence[str]) -> list[Mention]:
        """Every mention in `stems`, left to right."""
        found: list[Mention] = []
        start = 0
        while start < len(stems):
            mention = self._longest_at(stems, start)
            if mention:
                found.append(mention)
            start = mention.end if mention else start + 1
        return found

    def _longest_at(self, stems: Sequence[str], start: int) -> Mention | None:
        for end in range(min(start + self._longest.get(stems[start], 0), len(stems)), start, -1):
            entry = self.phrases.get(" ".join(stems[start:end]))
            if entry:
                return Mention(*entry, start, end)
        return None


EMPTY_LEXICON = Lexicon({})
