"""Small talk: messages that greet, thank, complain or ask who is there, and nothing more.

A message is small talk when it holds at least one of the phrases of `small_talk.toml` and what is left over asks for
nothing: no question word, nothing of the corpus's subject, and no more other words than the entry has room for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chatbot.language.analysis import Analysis
from chatbot.language.lexicon import Lexicon, TermKind
from chatbot.language.spelling import correct
from chatbot.language.words import stem, stop_stems, words

CHATTY: Final = 8
"""Classes with at least this much room hold whatever else is told; in the others, small talk must be half of it."""

LONGEST: Final = 15
"""Words of a message up to which its spelling is mended: small talk is short."""

_ASKING: Final = frozenset(
    "what whats wat wot when where wheres which who whos why how hows can could should "
    "translate write tell give show find code book explain recommend suggest".split()
)
"""Words that turn what is left of a message into a question or a request."""

_TOLD: Final[frozenset[TermKind]] = frozenset({"situation"})
"""Kinds of terms that people mention beside small talk without asking about them ("thanks from an old lady")."""


@dataclass(frozen=True, slots=True)
class SmallTalkClass:
    """A class of small talk and its reply. Classes stand in order of weight: the first one found gives the reply.

    `room` is how many words, beside function words, a message may hold that belong to no small talk.
    """

    id: str
    phrases: tuple[str, ...]
    message: str
    room: int = 0


class SmallTalk:
    """Recognises small talk; immutable and shared by threads."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        """`compiled` is the result of `compile_small_talk`, possibly read back from JSON."""
        self._lexicon = Lexicon({phrase: (name, "aspect") for phrase, name in compiled["phrases"].items()})
        self._order: dict[str, int] = {name: number for number, name in enumerate(compiled["replies"])}
        self._replies: dict[str, tuple[str, int]] = compiled["replies"]
        self._words: list[str] = compiled["words"]

    def spelt(self, message: Sequence[str], known: Callable[[str], bool]) -> list[str]:
        """The words of a message, with those that are in no corpus and no phrase read as words of the phrases."""
        if len(message) > LONGEST:
            return list(message)
        return [word if word in self._words or known(word) else correct(word, self._words) or word for word in message]

    def reply(self, text: str, message: Analysis) -> str | None:
        """The reply to a message (raw, and taken apart) that is nothing but small talk, or None."""
        found = self._lexicon.find(message.stems)
        if not found:
            return None
        covered = {position for mention in found for position in range(mention.start, mention.end)}
        besides = {m.kind for m in message.mentions if not covered & set(range(m.start, m.end))}
        left = [position for position in range(len(message.words)) if position not in covered]
        if besides - _TOLD or any(message.words[position] in _ASKING for position in left):
            return None
        stops = stop_stems()
        others = sum(message.stems[position] not in stops for position in left)
        if others and "?" in text:
            return None
        for name in sorted({mention.term for mention in found}, key=self._order.__getitem__):
            reply, room = self._replies[name]
            if others <= room and (room >= CHATTY or (others <= len(covered) and not besides)):
                return reply
        return None


def compile_small_talk(classes: Sequence[SmallTalkClass]) -> dict[str, Any]:
    """Bring classes into the form `SmallTalk` reads (plain lists and dictionaries)."""
    phrases: dict[str, str] = {}
    for entry in classes:
        for phrase in entry.phrases:
            phrases.setdefault(" ".join(stem(word) for word in words(phrase)), entry.id)
    counts = Counter(word for entry in classes for phrase in entry.phrases for word in words(phrase))
    return {
        "phrases": phrases,
        "words": sorted(counts, key=lambda word: (-counts[word], word)),
        "replies": {entry.id: [entry.message, entry.room] for entry in classes},
    }
