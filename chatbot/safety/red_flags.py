"""The red-flag screen: which rule, if any, a raw message sets off.

Rules are data (`corpus/red_flags.toml`). A rule fires on a combination of concepts that the message affirms, never on
single words of ordinary life. A concept is a family of phrases, a union of other concepts (`any`), or several concepts
near each other (`near`, at most `within` words from the first to the last).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from chatbot.models import Level
from chatbot.safety.cautions import PREFIX, Caution, compile_cautions, has_ended, said_of_oneself, speaks_of_not_having
from chatbot.safety.context import affirmed
from chatbot.safety.detector import RULE, TELL, TELLING, detect, overruled, word_odds
from chatbot.safety.phrases import Finder, Found, compile_phrases, read

RANK: Final[dict[Level, int]] = {"crisis": 0, "emergency": 1, "urgent": 2, "see_doctor": 3}
assert set(RANK) == set(get_args(Level))


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule that fired, and the whole message to show for it."""

    rule: str
    level: Level
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the screen read in a message: the alarm it sets off, if any, and what the writer says of herself.

    `cautions` are ids of those that hold, `denied` of those she says do not hold (any more).
    """

    alarm: Alarm | None
    cautions: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


class Screen:
    """Reads messages; immutable and shared by threads."""

    def __init__(self, compiled: Mapping[str, Any], second_look: bool = True) -> None:
        """`compiled` is the result of `compile_rules`, possibly read back from JSON.

        With `second_look`, the models of `chatbot.safety.detector` add alarms, and overrule those of ordinary messages.
        """
        self._second_look = second_look
        self._finder = Finder(compiled["phrases"])
        self._derived: list[tuple[str, str, list[str], int]] = [tuple(entry) for entry in compiled["derived"]]
        self._history = frozenset(compiled["history"])
        self._leads: dict[Level, str] = compiled["leads"]
        self._rules: list[dict[str, Any]] = compiled["rules"]
        self.cautions = {entry["id"]: _caution(entry) for entry in compiled["cautions"]}
        """Every caution, by id."""

    def concepts(self, message: str) -> list[Found]:
        """Every concept the message affirms, derived ones included."""
        tokens = read(message)
        return self._derive(affirmed(tokens, self._finder.find(tokens), self._history))

    def _derive(self, known: list[Found]) -> list[Found]:
        """The concepts known to hold, and those that are made of them."""
        by_name: dict[str, list[Found]] = {}
        for mention in known:
            by_name.setdefault(mention.concept, []).append(mention)
        for name, kind, parts, within in self._derived:
            spans = [by_name.get(part, []) for part in parts]
            if kind == "any":
                made = [Found(name, found.start, found.end) for span in spans for found in span]
            else:
                made = [Found(name, start, end) for start, end in _near(spans, within)]
            if made:
                by_name.setdefault(name, []).extend(made)
        return [mention for mentions in by_name.values() for mention in mentions]

    def alarm(self, message: str) -> Alarm | None:
        """The most serious rule that the message sets off, or what the second look finds, or None."""
        return self.read(message).alarm

    def read(self, message: str) -> Reading:
        """The alarm that a message sets off, and the cautions it speaks of."""
        tokens = read(message)
        found = self._finder.find(tokens)
        known = affirmed(tokens, found, self._history)
        holds = said_of_oneself(tokens, [mention for mention in known if not has_ended(tokens, mention)])
        denied = said_of_oneself(tokens, found) if speaks_of_not_having(message) else []
        return Reading(
            self._alarm(message, tokens, self._derive(known)),
            tuple(holds),
            tuple(id_ for id_ in denied if id_ not in holds),
        )

    def _alarm(self, message: str, tokens: list[str], concepts: list[Found]) -> Alarm | None:
        by_name: dict[str, list[Found]] = {}
        for mention in concepts:
            by_name.setdefault(mention.concept, []).append(mention)
        fired = [rule for rule in self._rules if _fires(rule, by_name)]  # most serious first
        if fired and self._second_look and len(tokens) >= TELLING:
            odds = word_odds(message)
            fired = [rule for rule in fired if not overruled(odds, rule["level"])]
        if fired:
            rule = fired[0]
            return Alarm(rule["id"], rule["level"], f"{self._leads[rule['level']]} {rule['tell']}".strip())
        level = detect(message, by_name) if self._second_look else None
        return Alarm(RULE, level, f"{self._leads[level]} {TELL}") if level else None


def _fires(rule: Mapping[str, Any], found: Mapping[str, list[Found]]) -> bool:
    """Whether all concepts of one of a rule's combinations were found, near enough, and none that speaks against it."""
    return not any(name in found for name in rule["unless"]) and any(
        all(name in found for name in names)
        and (not rule["within"] or _near([found[name] for name in names], rule["within"]))
        for names in rule["when"]
    )


def compile_rules(
    rules: Mapping[str, Any], cautions: Sequence[Mapping[str, Any]] = (), usage: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Bring validated rules and cautions into the form `Screen` reads (plain lists and dictionaries).

    `usage` tells how often ordinary text holds a word; it only makes the screen faster.
    """
    concepts: Mapping[str, Mapping[str, Any]] = rules["concept"]
    phrases = {name: entry["phrases"] for name, entry in concepts.items()} | dict(rules["cue"])
    said, kept = compile_cautions(cautions)
    return {
        "phrases": compile_phrases(phrases | said, usage),
        "cautions": kept,
        "derived": [
            [name, kind, entry[kind], entry["within"]]
            for name, entry in _in_order(concepts)
            for kind in ("any", "near")
            if entry[kind]
        ],
        "history": [name for name, entry in concepts.items() if entry["history"]]
        + [PREFIX + caution["id"] for caution in cautions if caution["history"]],
        "leads": dict(rules["lead"]),
        "rules": sorted(
            ({key: rule[key] for key in ("id", "level", "tell", "when", "unless", "within")} for rule in rules["rule"]),
            key=lambda rule: RANK[rule["level"]],
        ),
    }


def _caution(entry: Mapping[str, Any]) -> Caution:
    return Caution(entry["id"], entry["topic"], entry["text"], tuple(map(tuple, entry["unsafe"])), entry["instead"])


def _in_order(concepts: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """The concepts, each after those it is made of. A circle is refused by the schema before it gets here."""
    done: dict[str, Mapping[str, Any]] = {}

    def visit(name: str) -> None:
        if name not in done:
            for part in (*concepts[name]["any"], *concepts[name]["near"]):
                visit(part)
            done[name] = concepts[name]

    for name in concepts:
        visit(name)
    return list(done.items())


def _near(groups: Sequence[Sequence[Found]], within: int) -> list[tuple[int, int]]:
    """Spans that hold one mention of every group, with at most `within` tokens between the mentions in all.

    For each mention of the first group, the nearest mention of each other group is taken: enough to find a close set,
    and no more than n log n in what was found.
    """
    if not all(groups):
        return []
    others = [sorted(group, key=lambda found: found.start) for group in groups[1:]]
    spans: list[tuple[int, int]] = []
    for first in groups[0]:
        chosen = [first, *(_nearest(first, group) for group in others)]
        start, end = min(found.start for found in chosen), max(found.end for found in chosen)
        if end - start - sum(found.end - found.start for found in chosen) <= within:
            spans.append((start, end))
    return spans


def _nearest(first: Found, group: Sequence[Found]) -> Found:
    place = bisect_left(group, first.start, key=lambda found: found.start)
    return min(
        group[max(place - 1, 0) : place + 1], key=lambda other: max(other.start - first.end, first.start - other.end)
    )
