"""Text to terms: words, stems and the lexicon's terms. Knows nothing of ranking.

One function serves passages and questions, so the two can never drift apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from chatbot.language.lexicon import Lexicon, Mention
from chatbot.language.words import stem, stop_stems, words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Analysis:
    """A text taken apart. `stems` runs beside `words`; `mentions` are the lexicon's terms found in it, in order."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    mentions: tuple[Mention, ...]

    @property
    def terms(self) -> list[str]:
        """What is indexed and looked up: every stem, then every lexicon term with a leading `=`."""
        return [*self.stems, *(f"={mention.term}" for mention in self.mentions)]

    @property
    def content_terms(self) -> list[str]:
        """The terms without stop words."""
        stops = stop_stems()
        return [term for term in self.terms if term not in stops]


def analyse(text: str, lexicon: Lexicon) -> Analysis:
    """Take a text apart; `lexicon` may be empty."""
    return analyse_words(words(text), lexicon)


def analyse_words(found: Sequence[str], lexicon: Lexicon) -> Analysis:
    """The same, for a text that is already split into words (after spelling correction, for example)."""
    stems = tuple(stem(word) for word in found)
    return Analysis(tuple(found), stems, tuple(lexicon.find(stems)))


EMPTY = Analysis((), (), ())
"""The analysis of nothing."""


def distinct(items: Iterable[T]) -> list[T]:
    """The items without repeats, in order of first appearance."""
    return list(dict.fromkeys(items))
