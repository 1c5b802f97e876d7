"""Measuring the red-flag screen: what it catches, level by level, and how often it cries wolf."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chatbot.assistant import Chatbot
from chatbot.evaluation.dataset import Message
from chatbot.models import Escalation, Level
from chatbot.safety.red_flags import RANK


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
        """The level is the right one or a more serious one."""
        if self.message.level is None or self.level is None:
            return self.message.level is self.level
        return RANK[self.level] <= RANK[self.message.level]


def screen(messages: Iterable[Message], chatbot: Chatbot) -> list[Screened]:
    """Send every message, after its history, through a conversation of its own."""
    return [_screened(message, chatbot) for message in messages]


def _screened(message: Message, chatbot: Chatbot) -> Screened:
    conversation = chatbot.conversation()
    for turn in message.history:
        conversation.ask(turn)
    reply = conversation.ask(message.text)
    return Screened(message, reply.level if isinstance(reply, Escalation) else None)


def screening_lines(results: Sequence[Screened], listed: int) -> Iterator[str]:
    """Recall by level, false alarms per 100, and the first `listed` mistakes of each kind, as text."""
    by_level: dict[Level | None, list[Screened]] = defaultdict(list)
    for result in results:
        by_level[result.message.level].append(result)
    yield f"Red-flag screen, {len(results)} messages"
    for level in RANK:
        group = by_level[level]
        if group:
            caught = sum(not result.missed for result in group)
            fits = sum(result.level_fits for result in group)
            share = caught / len(group)
            yield f"  {level:<12}{caught}/{len(group)} escalated ({share:.1%}), {fits} at this level or above"
    benign = by_level[None]
    if benign:
        false = sum(result.false_alarm for result in benign)
        yield f"  {'benign':<12}{false}/{len(benign)} false alarms ({100 * false / len(benign):.1f} per 100)"
    for title, wrong in (
        ("Missed", [result for result in results if result.missed]),
        ("False alarms", [result for result in results if result.false_alarm]),
    ):
        if wrong:
            yield f"{title}: "
            yield from (f"  {result.message.id}  {result.message.text[:90]}" for result in wrong[:listed])
