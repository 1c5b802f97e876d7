"""What people say of themselves that makes some massage unwise: pregnancy, blood thinners, numb feet and the like.

A caution is data (`corpus/cautions.toml`). It is recognised when a message affirms it of the person who writes, never
asked about, and shown with every answer that names it. Where an answer would be unsafe for that person, another
passage stands in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chatbot.models import Passage
from chatbot.safety.phrases import Found

PREFIX: Final = "caution "
"""Before the names of cautions among the concepts of the screen."""

_SELF: Final = frozenset("i im ive me myself my mine id".split())
_OTHERS: Final = frozenset(
    "he hes him his she shes her hers they theyve their husband wife partner boyfriend girlfriend mum mom mother mums "
    "moms dad dads father gran granny grandma nan grandmother grandad grandpa grandfather sister brother son daughter "
    "child kid baby friend mate neighbour neighbor colleague aunt uncle cousin niece nephew client patient people "
    "someone somebody anyone who women men woman man you husbands wifes partners clients patients friends mates "
    "grandads grans dads sons daughters sisters brothers folk folks pet dog cat horse".split()
)
_ENDED: Final = frozenset("stopped quit finished ended off".split())
_NOT: Final = frozenset("dont not never".split())
_DENIES: Final = re.compile(
    r"\b(im|i'm|i am|i|ive|i've|i have) (not|never|no longer|dont|don't|do not|stopped|came off|finished|quit)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Caution:
    """One caution: what is shown, which answers it makes unsafe (topics that come together), and what replaces them.

    `topic` is the topic of passages that were written for it; they are never unsafe.
    """

    id: str
    topic: str
    text: str
    unsafe: tuple[tuple[str, ...], ...] = ()
    instead: str = ""

    def forbids(self, passage: Passage) -> bool:
        """Whether a passage is unsafe for somebody with this caution."""
        topics = set(passage.topics)
        return self.topic not in topics and any(topics.issuperset(together) for together in self.unsafe)

    def matters_for(self, passage: Passage) -> bool:
        """Whether it is to be shown with a passage: one that names it, and was not written for it anyway."""
        return self.id in passage.cautions and self.topic not in passage.topics


def compile_cautions(cautions: Iterable[Mapping[str, Any]]) -> tuple[dict[str, list[str]], list[dict[str, Any]]]:
    """The phrases of validated cautions, by concept name, and what else a `Caution` holds, as plain data."""
    entries = list(cautions)
    kept = [{key: entry[key] for key in ("id", "topic", "text", "unsafe", "instead")} for entry in entries]
    return {PREFIX + entry["id"]: entry["said"] for entry in entries}, kept


def said_of_oneself(tokens: list[str], mentions: Iterable[Found]) -> list[str]:
    """The ids of the cautions that the writer of a message says of herself, among concepts that it affirms."""
    found = [m.concept.removeprefix(PREFIX) for m in mentions if m.concept.startswith(PREFIX) and _own(tokens, m)]
    return list(dict.fromkeys(found))


def speaks_of_not_having(message: str) -> bool:
    """Whether a message takes something back that may have been said before ("I'm not pregnant any more")."""
    return _DENIES.search(message) is not None


def has_ended(tokens: list[str], mention: Found) -> bool:
    """Whether the words right before a mention say that it is over or not so ("came off warfarin", "don't take it")."""
    before = tokens[max(mention.start - 3, 0) : mention.start + 1]
    return not _ENDED.isdisjoint(before) or not _NOT.isdisjoint(before[-3:])


def _own(tokens: list[str], mention: Found) -> bool:
    """Whether the person nearest before a mention in its sentence, or right behind it, is the writer or nobody."""
    for position in range(mention.end - 1, -1, -1):
        token = tokens[position]
        if token == ".":
            break
        if token in _OTHERS:
            return False
        if token in _SELF and not (token == "my" and tokens[position + 1] in _OTHERS):
            return True
    return not _OTHERS.intersection(tokens[mention.end : mention.end + 2])
