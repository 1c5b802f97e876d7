"""Decides for each concept found whether the message says it is so: present, of someone real, now.

A small relative of NegEx (Chapman et al., J Biomed Inform 2001;34:301-310) and ConText (Harkema et al., J Biomed Inform
2009;42:839-851): cue phrases change what stands within their scope, and scopes end at sentence ends, at words such as
"but", and where a new clause with its own subject begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from chatbot.safety.phrases import Found

NEGATED_AFTER: Final = 6
"""A negation reaches this many words forward ("no fever or chills or numbness")."""

DENIED_BEFORE: Final = 4
"""A denial after the fact reaches this many words back ("the numbness has gone")."""

_TURNS: Final = frozenset("but however though although except yet still whereas just only because since when".split())
_SUBJECTS: Final = frozenset(
    "i im ive my the its it there now then he she hes shes his her they their we this that today suddenly".split()
)
CUES: Final = frozenset({"cue_negation", "cue_not_negation", "cue_gone", "cue_past", "cue_present", "cue_education"})
"""Names of the cue families a rules file must hold, beside its concepts."""


def affirmed(tokens: list[str], found: Iterable[Found], keeps_history: frozenset[str]) -> list[Found]:
    """The concepts that the message affirms. Those named in `keeps_history` also count when they lie in the past."""
    context = _Context(tokens, found)
    return [
        mention
        for mention in context.concepts
        if not context.negated(mention)
        and not context.gone(mention)
        and not context.taught(mention)
        and (mention.concept in keeps_history or not context.past(mention))
    ]


class _Context:
    """The cues of one message, arranged so that each question about a mention looks at its neighbourhood only."""

    def __init__(self, tokens: list[str], found: Iterable[Found]) -> None:
        self._tokens = tokens
        self._sentence = list(accumulate(tokens, lambda count, token: count + (token == "."), initial=0))
        self._or_follows = _or_follows(tokens)
        self.concepts: list[Found] = []
        cues: dict[str, list[Found]] = {name: [] for name in CUES}
        for mention in found:
            cues.get(mention.concept, self.concepts).append(mention)
        # "not only" negates nothing, and the "no" of "no feeling" is spent on the concept that begins with it.
        fake = {position for cue in cues["cue_not_negation"] for position in range(cue.start, cue.end)}
        fake |= {mention.start for mention in self.concepts}
        self._negated: set[int] = set()
        for cue in cues["cue_negation"]:
            if cue.start not in fake:
                self._negated.update(self._reach(cue.end, 1, NEGATED_AFTER))
        self._denied: set[int] = set()
        for cue in cues["cue_gone"]:
            self._denied.update(self._reach(cue.start, -1, DENIED_BEFORE))
        self._sentences_with = {
            name: {self._sentence[cue.start] for cue in cues[name]}
            for name in ("cue_past", "cue_present", "cue_education")
        }

    def negated(self, mention: Found) -> bool:
        """A negation stands before it, within reach and in scope."""
        return mention.start in self._negated

    def gone(self, mention: Found) -> bool:
        """The words after it say that it has gone or was ruled out."""
        return mention.end in self._denied

    def past(self, mention: Found) -> bool:
        """Its sentence speaks of the past and of nothing present."""
        return self._in("cue_past", mention) and not self._in("cue_present", mention)

    def taught(self, mention: Found) -> bool:
        """Asked in general ("what are the signs of ..."), with nobody in the sentence who has it."""
        return self._in("cue_education", mention) and not self._in("cue_present", mention)

    def _in(self, cue: str, mention: Found) -> bool:
        return self._sentence[mention.start] in self._sentences_with[cue]

    def _reach(self, position: int, direction: int, reach: int) -> Iterator[int]:
        """The places from a cue at `position` up to `reach` words to one side, as far as its scope goes."""
        words = 0
        while words <= reach:
            yield position
            step = position if direction > 0 else position - 1
            if not 0 <= step < len(self._tokens) or self._ends_scope(step, forward=direction > 0):
                return
            words += self._tokens[step] != ","
            position += direction

    def _ends_scope(self, position: int, forward: bool) -> bool:
        """A sentence end, a turn ("but"), or a new clause stands here.

        A new clause begins after a comma or "and" with a subject of its own; and, for a cue that looks `forward`,
        after any comma that is not part of a list with "or" ("no fever, chills or numbness").
        """
        token = self._tokens[position]
        following = self._tokens[position + 1] if position + 1 < len(self._tokens) else ""
        if token == "." or token in _TURNS or (token in (",", "and") and following in _SUBJECTS):
            return True
        return forward and token == "," and not self._or_follows[position]


def _or_follows(tokens: list[str]) -> list[bool]:
    """For each position, whether "or" or "nor" comes later in its sentence."""
    result, seen = [False] * len(tokens), False
    for position in range(len(tokens) - 1, -1, -1):
        seen = tokens[position] != "." and (seen or tokens[position] in ("or", "nor"))
        result[position] = seen
    return result
