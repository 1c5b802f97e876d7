"""Replies as text: pure functions from values to strings. Nothing here reads or writes."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from chatbot.disclaimer import DISCLAIMER_LINE
from chatbot.models import Answer, Escalation, NotCovered, Passage, Reply, SmallTalk, Step, reply_to_dict

_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_BOLD: Final = "\x1b[1m{}\x1b[0m"


@dataclass(frozen=True, slots=True)
class Style:
    """How text is laid out: the width to wrap at (None: not at all), and whether labels are bold."""

    width: int | None = None
    bold: bool = False

    def labelled(self, label: str, text: str) -> str:
        """Wrapped text behind a word that names it; the word is made bold after wrapping, so it costs no width."""
        lines = self.wrap(f"{label} {text}")
        return _BOLD.format(label) + lines.removeprefix(label) if self.bold else lines

    def wrap(self, text: str, indent: str = "", first: str | None = None) -> str:
        """Text as lines of at most `width`; `first` begins the first line, `indent` the others."""
        first = indent if first is None else first
        if self.width is None:
            return first + text
        lines = textwrap.wrap(text, self.width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
        return "\n".join(lines)


def printable(text: str) -> str:
    """Text without control, escape, direction and zero-width characters: safe to show in any terminal."""
    return _UNPRINTABLE.sub("", text)


def render(reply: Reply, style: Style, full: int = 1) -> str:
    """A reply for reading: `full` answers in full, other fitting questions by name, the disclaimer line last."""
    if isinstance(reply, Answer):
        parts = _answer(reply, style, full)
    elif isinstance(reply, NotCovered):
        parts = _not_covered(reply, style)
    elif isinstance(reply, Escalation):
        parts = _escalation(reply, style)
    else:
        parts = iter([style.wrap(reply.message)])
    return printable_lines([*parts, style.wrap(DISCLAIMER_LINE)], style)


def printable_lines(parts: Iterable[str], style: Style) -> str:
    """Blocks of text separated by empty lines, with nothing in them but our own bold marks."""
    text = "\n\n".join(parts)
    if not style.bold:
        return printable(text)
    pieces = re.split(r"(\x1b\[[01]m)", text)
    return "".join(piece if number % 2 else printable(piece) for number, piece in enumerate(pieces))


def render_passage(passage: Passage, style: Style) -> str:
    """One passage in full: answer, steps, dose, when to stop, where it comes from."""
    checked = f", checked {passage.checked.isoformat()}" if passage.checked else ""
    blocks = [
        style.labelled("Answer:", f"{printable(passage.question)} [{passage.id}{checked}]"),
        style.wrap(printable(passage.answer)),
    ]
    if passage.steps:
        blocks.append(
            "\n".join(
                style.wrap(printable(_timed(step)), indent="     ", first=f"{number:>3}. ")
                for number, step in enumerate(passage.steps, 1)
            )
        )
    details = []
    if passage.dose:
        details.append(style.labelled("How much:", f"{printable(passage.dose)}"))
    if passage.stop_if:
        details.append(style.labelled("Stop if:", f"{printable('; '.join(passage.stop_if))}."))
    if passage.sources:
        named = "; ".join(_short_source(source.publisher, source.title, source.year) for source in passage.sources)
        details.append(style.labelled("Sources:", f"{printable(named)}."))
    if details:
        blocks.append("\n".join(details))
    return "\n\n".join(blocks)


def render_sources(passage: Passage, style: Style) -> str:
    """Every source of a passage with its address and the day it was read."""
    lines = [f'Sources for "{printable(passage.question)}" ({passage.id}):']
    for number, source in enumerate(passage.sources, 1):
        read = f" Read {source.accessed}." if source.accessed else ""
        note = f" ({source.note})" if source.note else ""
        lines.append(style.wrap(printable(f"{source}.{read}{note}"), indent="     ", first=f"{number:>3}. "))
    if not passage.sources:
        lines.append("  none given")
    return "\n".join(lines)


def render_json(reply: Reply, indent: int | None = None) -> str:
    """A reply as one JSON object (on one line unless `indent` is given); ASCII, so nothing can reach a terminal raw."""
    return json.dumps(reply_to_dict(reply), indent=indent)


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
    fields = (str(number), reply.kind, key, text, DISCLAIMER_LINE)
    return "\t".join(" ".join(printable(field).split()) for field in fields)


def render_topics(topics: Mapping[str, Sequence[Passage]], style: Style) -> str:
    """Every topic with its number of passages."""
    listed = ", ".join(f"{name} ({len(passages)})" for name, passages in topics.items())
    return f"{style.wrap(listed or 'This corpus names no topics.')}\n\nOne topic's questions: topics WORD."


def render_topic(word: str, found: Mapping[str, Sequence[Passage]], known: Iterable[str], style: Style) -> str:
    """The questions of the topics a word means, or what else it may have meant."""
    if not found:
        close = get_close_matches(word.casefold(), list(known), n=3)
        meant = f" Did you mean {' or '.join(close)}?" if close else ""
        return style.wrap(f'No topic "{printable(word)}".{meant}')
    blocks = []
    for name, passages in found.items():
        lines = [style.wrap(printable(passage.question), indent="    ", first="  - ") for passage in passages]
        blocks.append("\n".join([style.labelled(name, f"({len(passages)})"), *lines]))
    return "\n\n".join(blocks)


def _answer(reply: Answer, style: Style, full: int) -> Iterator[str]:
    if reply.corrections:
        read_as = ", ".join(f"{meant} (you typed {printable(typed)})" for typed, meant in reply.corrections)
        yield style.wrap(f"Read as: {read_as}")
    if reply.about:
        yield style.wrap(f"About: {reply.about} (from what you asked before; :new starts over)")
    for caution in reply.cautions:
        yield style.labelled("Careful:", f"{caution}")
    for hit in reply.hits[:full]:
        yield render_passage(hit.passage, style)
    others = reply.hits[full:]
    if others:
        yield _questions(
            "Other questions that may fit:", [hit.passage.question for hit in others], style, start=full + 1
        )


def _not_covered(reply: NotCovered, style: Style) -> Iterator[str]:
    yield style.wrap(reply.message)
    if reply.nearest:
        yield _questions("Nearest questions it can answer:", reply.nearest, style)


def _escalation(reply: Escalation, style: Style) -> Iterator[str]:
    label = "GET HELP NOW:" if reply.level in ("emergency", "crisis") else "GET THIS CHECKED:"
    yield style.labelled(label, f"{reply.message}")


def _questions(title: str, questions: Iterable[str], style: Style, start: int = 1) -> str:
    lines = [
        style.wrap(printable(question), indent="     ", first=f"{number:>3}. ")
        for number, question in enumerate(questions, start)
    ]
    return "\n".join([style.wrap(title), *lines])


def _timed(step: Step) -> str:
    if step.seconds is None:
        return step.text
    minutes, seconds = divmod(step.seconds, 60)
    time = f"{minutes} min" if minutes and not seconds else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return f"{step.text} ({time}{', each side' if step.each_side else ''})"


def _short_source(publisher: str, title: str, year: int | None) -> str:
    return f"{publisher}, {title}{f' ({year})' if year else ''}"
