"""The dictionary from lay words to canonical terms ("traps", "trap muscle" -> trapezius), matched on stems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
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
        self._longest: dict[str, int] = {}  # by the first two stems, so that most words are passed over at once
        for phrase in phrases:
            stems = phrase.split(" ")
            if len(stems) > 1:
                opening = f"{stems[0]} {stems[1]}"
                self._longest[opening] = max(len(stems), self._longest.get(opening, 0))

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
        free = 0
        for start, (one, two) in enumerate(zip_longest(stems, stems[1:], fillvalue="")):
            if start < free:
                continue
            longest = self._longest.get(f"{one} {two}")
            mention = self._longest_at(stems, start, longest) if longest else None
            if mention is None and one in self.phrases:
                mention = Mention(*self.phrases[one], start, start + 1)
            if mention:
                found.append(mention)
                free = mention.end
        return found

    def _longest_at(self, stems: Sequence[str], start: int, longest: int) -> Mention | None:
        for end in range(min(start + longest, len(stems)), start + 1, -1):
            entry = self.phrases.get(" ".join(stems[start:end]))
            if entry:
                return Mention(*entry, start, end)
        return None


EMPTY_LEXICON = Lexicon({})
