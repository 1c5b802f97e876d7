"""Replies as text: pure functions from values to strings. Nothing here reads or writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from chatbot.disclaimer import DISCLAIMER_LINE
from chatbot.models import (
    Answer,
    Clue,
    Escalation,
    NotCovered,
    Passage,
    Reply,
    SmallTalk,
    Step,
    Why,
    reply_to_dict,
    why_to_dict,
)
from chatbot.terminal.style import Style, printable

SUREST: Final = 0.99
"""No more than this is ever shown as certainty."""


def render(reply: Reply, style: Style, full: int = 1, chat: bool = False) -> str:
    """A reply for reading: `full` answers in full, other fitting questions by name, the disclaimer line last.

    In a chat, offered questions have numbers to type, and commands are named as they are typed there.
    """
    if isinstance(reply, Answer):
        parts = _answer(reply, style, full, chat)
    elif isinstance(reply, NotCovered):
        parts = _not_covered(reply, style, chat)
    elif isinstance(reply, Escalation):
        parts = _escalation(reply, style)
    else:
        parts = iter([style.wrap(reply.message)])
    cautions = "\n".join(style.labelled("Careful:", caution) for caution in reply.cautions)
    return with_disclaimer("\n\n".join([*parts, *([cautions] if cautions else [])]), style)


def with_disclaimer(text: str, style: Style) -> str:
    """Text followed by the fixed line."""
    return f"{text}\n\n{style.wrap(DISCLAIMER_LINE)}"


def render_passage(passage: Passage, style: Style) -> str:
    """One passage in full: answer, steps, dose, when to stop, where it comes from."""
    checked = f", checked {passage.checked.isoformat()}" if passage.checked else ""
    blocks = [
        style.labelled("Answer:", f"{passage.question} [{passage.id}{checked}]"),
        style.wrap(passage.answer),
    ]
    if passage.steps:
        blocks.append("\n".join(style.numbered(number, timed(step)) for number, step in enumerate(passage.steps, 1)))
    details = []
    if passage.dose:
        details.append(style.labelled("How much:", passage.dose))
    if passage.stop_if:
        details.append(style.labelled("Stop if:", f"{'; '.join(passage.stop_if)}."))
    if passage.sources:
        named = "; ".join(_short_source(source.publisher, source.title, source.year) for source in passage.sources)
        details.append(style.aside(f"Sources: {named}."))
    if details:
        blocks.append("\n".join(details))
    return "\n\n".join(blocks)


def render_sources(passage: Passage, style: Style) -> str:
    """Every source of a passage with its address and the day it was read."""
    lines = [style.wrap(f'Sources for "{passage.question}" ({passage.id}):')]
    for number, source in enumerate(passage.sources, 1):
        read = f" Read {source.accessed}." if source.accessed else ""
        note = f" ({source.note})" if source.note else ""
        lines.append(style.numbered(number, f"{source}.{read}{note}"))
    if not passage.sources:
        lines.append("  none given")
    if passage.checked:
        lines.append(style.wrap(f"Text checked against them on {passage.checked.isoformat()}."))
    return "\n".join(lines)


def render_why(why: Why, style: Style) -> str:
    """Which words found a passage and how much each counted, what was corrected and carried over."""
    sure = min(why.confidence, SUREST)
    lines = [
        style.wrap(
            f'Best match: "{why.passage.question}" [{why.passage.id}], {sure:.0%} sure ({why.needed:.0%} is enough).'
        )
    ]
    if why.corrections:
        lines.append(
            style.wrap(f"Read as: {', '.join(f'{meant} (typed {typed})' for typed, meant in why.corrections)}.")
        )
    if why.about:
        lines.append(style.wrap(f"Carried over: {why.about}."))
    total = sum(clue.score for clue in why.clues)
    shares = ((clue.score / total, clue) for clue in why.clues if clue.score >= total / 100)
    lines += [style.wrap(_clue_line(share, clue), indent="       ", first="  ") for share, clue in shares]
    found = {clue.words for clue in why.clues if clue.score > 0}
    missing = list(dict.fromkeys(clue.words for clue in why.clues if clue.words not in found))
    if missing:
        lines.append(style.wrap(f"Not in that passage: {', '.join(missing)}."))
    return "\n".join(lines)


def _clue_line(share: float, clue: Clue) -> str:
    """One word and its share of the score, with what it was read as where that says something new."""
    read_as = "" if clue.words.startswith(clue.term) or clue.term in clue.words else f" (as {clue.term})"
    parts = [name for name, part in (("question", clue.question), ("answer", clue.answer)) if part]
    where = f"in its {' and '.join(parts)}" if parts else "as practice questions taught"
    return f"{share:4.0%} {clue.words}{read_as}, {where}"


def render_json(reply: Reply, indent: int | None = None, why: Why | None = None) -> str:
    """A reply as one JSON object (on one line unless `indent` is given); ASCII, so nothing can reach a terminal raw."""
    explained = {"why": why_to_dict(why)} if why else {}
    return json.dumps(reply_to_dict(reply) | explained, indent=indent)


def render_line(number: int, reply: Reply) -> str:
    """A reply as one line of tab-separated fields: number, kind, passage or rule, text, disclaimer."""
    if isinstance(reply, Answer):
        best = reply.hits[0].passage
        key, text = best.id, best.text
    elif isinstance(reply, Escalation):
        key, text = reply.rule, reply.message
    elif isinstance(reply, SmallTalk):
        key, text = "", reply.message
    else:
        near = f" Nearest questions: {' / '.join(reply.nearest)}" if reply.nearest else ""
        key, text = "", f"{reply.message}{near}"
    cautions = " ".join(f"Careful: {caution}" for caution in reply.cautions)
    fields = (str(number), reply.kind, key, f"{text} {cautions}".strip(), DISCLAIMER_LINE)
    return "\t".join(" ".join(printable(field).split()) for field in fields)


def render_topics(topics: Mapping[str, Sequence[Passage]], style: Style, command: str) -> str:
    """Every topic with its number of passages; `command` is what lists one topic's questions."""
    listed = ", ".join(f"{name} ({len(passages)})" for name, passages in topics.items())
    return f"{style.wrap(listed or 'This corpus names no topics.')}\n\nOne topic's questions: {command} WORD"


def render_topic(word: str, found: Mapping[str, Sequence[Passage]], known: Iterable[str], style: Style) -> str:
    """The questions of the topics a word means, or what else it may have meant."""
    if not found:
        close = get_close_matches(word.casefold(), list(known), n=3)
        meant = f" Did you mean {' or '.join(close)}?" if close else ""
        return style.wrap(f'No topic "{word}".{meant}')
    blocks = []
    for name, passages in found.items():
        lines = [style.wrap(passage.question, indent="    ", first="  - ") for passage in passages]
        blocks.append("\n".join([style.labelled(name, f"({len(passages)})"), *lines]))
    return "\n\n".join(blocks)


def timed(step: Step) -> str:
    """A step with its time, if it has one."""
    if step.seconds is None:
        return step.text
    return f"{step.text} ({duration(step.seconds)}{', each side' if step.each_side else ''})"


def duration(seconds: int) -> str:
    """A length of time in minutes and seconds."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min" if minutes and not rest else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _answer(reply: Answer, style: Style, full: int, chat: bool) -> Iterator[str]:
    if reply.corrections:
        read_as = ", ".join(f"{meant} (you typed {typed})" for typed, meant in reply.corrections)
        yield style.wrap(f"Read as: {read_as}")
    if reply.about:
        yield style.wrap(f"About: {reply.about} (from what you asked before; :new starts over)")
    for hit in reply.hits[:full]:
        yield render_passage(hit.passage, style)
    others = [hit.passage.question for hit in reply.hits[full:]]
    if others:
        title = "Other questions that may fit" + (" (type a number, or :more):" if chat else ":")
        yield _questions(title, others, style, chat)


def _not_covered(reply: NotCovered, style: Style, chat: bool) -> Iterator[str]:
    yield style.wrap(reply.message)
    if reply.nearest:
        title = "Nearest questions it can answer" + (" (type a number):" if chat else ":")
        yield _questions(title, reply.nearest, style, chat)
    yield style.wrap(f"All that is covered: {':topics' if chat else 'selfmassage topics'}")


def _escalation(reply: Escalation, style: Style) -> Iterator[str]:
    label = "GET HELP NOW:" if reply.level in ("emergency", "crisis") else "GET THIS CHECKED:"
    yield style.labelled(label, reply.message)


def _questions(title: str, questions: Iterable[str], style: Style, numbered: bool) -> str:
    lines = [
        style.numbered(number, question) if numbered else style.wrap(question, indent="    ", first="  - ")
        for number, question in enumerate(questions, 1)
    ]
    return "\n".join([style.wrap(title), *lines])


def _short_source(publisher: str, title: str, year: int | None) -> str:
    return f"{publisher}, {title}{f' ({year})' if year else ''}"
