"""What a follow-up refers to: which words of earlier turns a later turn takes over.

A frame holds the lexicon terms the conversation is about. A turn that leans on the past ("and how often?", "what about
my calf?") takes over what it lacks; a turn that stands on its own replaces the frame.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from chatbot.language.analysis import Analysis, distinct
from chatbot.language.lexicon import Mention, TermKind
from chatbot.language.words import stop_stems

CARRIED: Final[tuple[TermKind, ...]] = ("region", "complaint", "situation", "tool", "technique")
"""Kinds of terms that live on in a conversation, in the order they are named to the user."""

_LEANS: Final = re.compile(
    r"^\W*(and|or|also|but|so|then|ok(ay)?|what (about|if)|how (about|often|long|hard|much|many|soon)|why|when|"
    r"with|same|is it|is that|does it|do i|should i|can i|which|where)\b",
    re.IGNORECASE,
)
_POINTS: Final = re.compile(
    r"\b(it|that|this|there|them|those|these|same|instead|one|other (side|leg|arm|foot|hand|one))\b", re.I
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the conversation is about: lexicon terms by kind."""

    terms: tuple[tuple[TermKind, str], ...] = ()

    def of(self, kinds: Iterable[TermKind]) -> list[str]:
        """The terms of these kinds, in the order of `CARRIED`."""
        wanted = set(kinds)
        return [term for kind in CARRIED for own, term in self.terms if own == kind and kind in wanted]


def leans(question: str, analysis: Analysis) -> bool:
    """Whether a turn leans on what came before: it opens like a follow-up or points back, and names no new subject.

    A turn with words of its own that are neither function words nor lexicon terms stands alone once there are more
    than three of them.
    """
    if not (_LEANS.search(question) or _POINTS.search(question)):
        return False
    stops = stop_stems()
    covered = {position for mention in analysis.mentions for position in range(mention.start, mention.end)}
    free = [s for position, s in enumerate(analysis.stems) if s not in stops and position not in covered]
    return len(free) <= 3


def frame_of(mentions: Iterable[Mention]) -> Frame:
    """The frame a turn sets up by itself."""
    return Frame(tuple(distinct((m.kind, m.term) for m in mentions if m.kind in CARRIED)))


def carry_over(frame: Frame, own: Frame) -> list[str]:
    """The terms of `frame` that a leaning turn with frame `own` takes over.

    A turn that names a region keeps it and takes over how (tool, technique) and what for (complaint); one that names
    a tool or technique takes over where and what for; one that names neither takes over everything.
    """
    named = {kind for kind, _ in own.terms}
    kinds = [kind for kind in CARRIED if kind not in named]
    if named & {"tool", "technique"}:
        kinds = [kind for kind in kinds if kind not in ("tool", "technique")]
    return distinct(frame.of(kinds))


def merge(frame: Frame, own: Frame) -> Frame:
    """The frame after a leaning turn: its own terms, and what it took over."""
    taken = set(carry_over(frame, own))
    return Frame(tuple(distinct([*own.terms, *(pair for pair in frame.terms if pair[1] in taken)])))
