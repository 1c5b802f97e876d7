"""Measuring the red-flag screen: what it catches, level by level, and how often it cries wolf."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chatbot.assistant import Chatbot
from chatbot.errors import Problem
from chatbot.evaluation.dataset import Message
from chatbot.evaluation.progress import Progress
from chatbot.evaluation.significance import Share
from chatbot.models import Escalation, Level
from chatbot.safety.red_flags import RANK

if TYPE_CHECKING:
    from chatbot.corpus.load import Corpus

TESTS_A_ROW: Final = 5
"""How many test messages that must escalate every row of the rules needs."""

BLIND: Final = "blind"
"""The tag of messages written by somebody who had not seen the rules."""

ROW: Final = re.compile(r"RF\d+")
"""The tag that names a row of the rules."""


@dataclass(frozen=True, slots=True)
class Screened:
    """A message and the level it was escalated to, or None."""

    message: Message
    level: Level | None

    @property
    def missed(self) -> bool:
        """It should have been escalated and was not."""
        return self.message.level is not None and self.level is None

    @property
    def false_alarm(self) -> bool:
        """It should not have been escalated and was."""
        return self.message.level is None and self.level is not None

    @property
    def level_fits(self) -> bool:
        """The level is the right one or the next more serious one."""
        if self.message.level is None or self.level is None:
            return self.message.level is self.level
        return RANK[self.message.level] - RANK[self.level] in (0, 1)


@dataclass(frozen=True, slots=True)
class Recall:
    """What a group of messages that must escalate came to: any alarm, and one of the right or the next level."""

    caught: Share
    fits: Share


def screen(messages: Sequence[Message], chatbot: Chatbot, progress: Progress) -> list[Screened]:
    """Send every message through the screen: one with a history through a conversation of its own."""
    return [_screened(message, chatbot) for message in progress.track(messages, "screening")]


def _screened(message: Message, chatbot: Chatbot) -> Screened:
    if not message.history:  # nothing but the alarm decides then, and an answer need not be looked for
        alarm = chatbot.alarm(message.text)
        return Screened(message, alarm.level if alarm else None)
    conversation = chatbot.conversation()
    for turn in message.history:
        conversation.ask(turn)
    reply = conversation.ask(message.text)
    return Screened(message, reply.level if isinstance(reply, Escalation) else None)


def recall_by_level(results: Sequence[Screened]) -> dict[str, Recall]:
    """Recall of the messages of each level, gravest first."""
    return _recall(results, lambda message: [str(message.level)], [str(level) for level in RANK])


def recall_by_row(results: Sequence[Screened]) -> dict[str, Recall]:
    """Recall of the messages of each row of the rules."""
    rows = sorted({tag for result in results for tag in result.message.tags if ROW.fullmatch(tag)})
    return _recall(results, lambda message: message.tags, rows)


def false_alarms(results: Sequence[Screened]) -> Share:
    """How many of the messages that must not escalate did."""
    benign = [result for result in results if result.message.level is None]
    return Share(sum(result.false_alarm for result in benign), len(benign))


def blind(results: Sequence[Screened]) -> list[Screened]:
    """The messages written by somebody who had not seen the rules."""
    return [result for result in results if BLIND in result.message.tags]


def screen_values(results: Sequence[Screened]) -> Mapping[str, Mapping[str, float]]:
    """Measure -> message id -> 1 or 0: dangers that raised an alarm, and harmless messages that did not."""
    return {
        "danger caught": {r.message.id: float(not r.missed) for r in results if r.message.level},
        "no false alarm": {r.message.id: float(not r.false_alarm) for r in results if not r.message.level},
    }


def untested_rules(corpus: Corpus, messages: Iterable[Message]) -> Iterator[Problem]:
    """Rules whose row of the table has too few test messages that must escalate."""
    rules = (corpus.red_flags or {}).get("rule", ())
    tested = Counter(tag for message in messages if message.level for tag in set(message.tags))
    for rule in rules:
        if tested[rule["row"]] < TESTS_A_ROW:
            what = f"has {tested[rule['row']]} test messages for {rule['row']}, {TESTS_A_ROW} are needed"
            yield Problem("red_flags.toml", what, "add messages with this tag to eval/red_flags.jsonl", rule["id"])


def _recall(
    results: Sequence[Screened], groups: Callable[[Message], Sequence[str]], names: Sequence[str]
) -> dict[str, Recall]:
    members: dict[str, list[Screened]] = {name: [] for name in names}
    for result in results:
        if result.message.level is not None:
            for name in groups(result.message):
                if name in members:
                    members[name].append(result)
    return {
        name: Recall(
            Share(sum(not result.missed for result in group), len(group)),
            Share(sum(result.level_fits for result in group), len(group)),
        )
        for name, group in members.items()
        if group
    }
