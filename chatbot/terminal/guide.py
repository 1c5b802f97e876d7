"""A passage's steps as a paced session: what is done when, on paper and at a terminal.

`Guide` is the plan, `script` prints it, `lead` goes through it with a countdown. Keys and clock are handed in, so that
a test can play a whole session in no time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, Protocol

from chatbot.assistant import Chatbot
from chatbot.language.analysis import distinct
from chatbot.language.words import stem, stop_stems, words
from chatbot.models import Answer, Passage, Reply, Routine, Step
from chatbot.terminal.render import duration
from chatbot.terminal.style import Style

BREATHE_IN: Final = 3
BREATHE_OUT: Final = 5
"""Seconds in and out: the easy pace of the passage routine-breathing-calm."""

SECONDS_A_WORD: Final = 0.5
"""How long it takes to read a word of a step and do it, where the step has no time of its own."""

SIDES: Final = ("first side", "other side")
KEYS: Final = "Space pauses, Enter goes on, q ends."
FINISHED: Final = "That was all. Stay a moment, breathe out, and get up slowly."
ENDED: Final = "Ended here. What you did counts; come back whenever you like."


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing to do: the step's number and text, the side if it has sides, and how long (a guess unless `timed`)."""

    number: int
    text: str
    seconds: int
    side: str = ""
    timed: bool = True


@dataclass(frozen=True, slots=True)
class Guide:
    """A session: what it is called, what is done in order, how hard, and when to stop."""

    title: str
    beats: tuple[Beat, ...]
    doses: tuple[str, ...]
    stop_if: tuple[str, ...]
    ids: tuple[str, ...]

    @property
    def total(self) -> str:
        """The length of the session in words."""
        seconds = sum(beat.seconds for beat in self.beats)
        minutes = max(1, round(seconds / 60))
        return f"about {minutes} minute{'' if minutes == 1 else 's'}"


def make_guide(title: str, passages: Sequence[Passage]) -> Guide:
    """The session of these passages, one after the other; those without steps add nothing."""
    steps = [step for passage in passages for step in passage.steps]
    beats = [beat for number, step in enumerate(steps, 1) for beat in _beats(number, step)]
    return Guide(
        title=title,
        beats=tuple(beats),
        doses=tuple(passage.dose for passage in passages if passage.dose),
        stop_if=tuple(distinct(reason for passage in passages for reason in passage.stop_if)),
        ids=tuple(passage.id for passage in passages),
    )


def find_routine(text: str, routines: Iterable[Routine]) -> Routine | None:
    """The routine that every word of `text` belongs to; None when none or the text says more."""
    asked = {stem(word) for word in words(text)} - stop_stems()
    for routine in routines:
        known = {stem(word) for phrase in (routine.id, routine.name, *routine.words) for word in words(phrase)}
        if asked and asked <= known:
            return routine
    return None


def passage_guide(passage: Passage) -> Guide:
    """The session of one passage."""
    return make_guide(passage.question, [passage])


def routine_guides(chatbot: Chatbot) -> list[Guide]:
    """The sessions of all routines, in the corpus's order."""
    passages = {passage.id: passage for passage in chatbot.passages()}
    return [_routine_guide(routine, passages) for routine in chatbot.index.routines]


def plan(wish: str, chatbot: Chatbot, ask: Callable[[str], Reply]) -> Guide | Reply:
    """The session that is wished for: a routine, or the best answer's steps; else the reply to the wish."""
    routine = None if chatbot.alarm(wish) else find_routine(wish, chatbot.index.routines)
    if routine:
        return _routine_guide(routine, {passage.id: passage for passage in chatbot.passages()})
    reply = ask(wish)
    if isinstance(reply, Answer) and reply.hits[0].passage.steps:
        return passage_guide(reply.hits[0].passage)
    return reply


def _routine_guide(routine: Routine, passages: Mapping[str, Passage]) -> Guide:
    return make_guide(routine.name, [passages[id_] for id_ in routine.passages])


def list_routines(guides: Iterable[Guide], style: Style, command: str) -> str:
    """Every routine with its length, and how to start one; `command` is what starts it."""
    lines = [style.wrap(f"{guide.title} ({guide.total})", indent="    ", first="  - ") for guide in guides]
    if not lines:
        return style.wrap(f"This corpus has no routines. {command} WORDS leads through an answer's steps.")
    closing = style.wrap(f"Start one: {command} {_example(lines)}. Any answer with steps works too: {command} WORDS.")
    return "\n".join(["Guided routines:", *lines, "", closing])


def _example(lines: Sequence[str]) -> str:
    return lines[0].removeprefix("  - ").partition(" (")[0].casefold()


def opening(guide: Guide, style: Style) -> str:
    """What must be known before the first step: how long it takes, how hard to press, when to stop."""
    steps = guide.beats[-1].number
    blocks = [
        style.labelled("Guide:", f"{guide.title} [{', '.join(guide.ids)}]"),
        f"{steps} step{'' if steps == 1 else 's'}, {guide.total}.",
        *(style.labelled("How much:", dose) for dose in guide.doses),
    ]
    if guide.stop_if:
        blocks.append(style.labelled("Stop if:", f"{'; '.join(guide.stop_if)}."))
    return "\n".join(blocks)


def script(guide: Guide, style: Style, breathe: bool = False) -> str:
    """The whole session on paper: every step with the time it starts at."""
    lines = []
    start = 0
    for beat in guide.beats:
        time = f" ({duration(beat.seconds)})" if beat.timed else ""
        lines.append(style.wrap(f"{_instruction(beat)}{time}", indent="         ", first=f"{_clock(start):>6}   "))
        start += beat.seconds
    pace = [style.wrap(f"Breathe in for {BREATHE_IN} seconds and out for {BREATHE_OUT}, without strain.")]
    end = f"{_clock(start):>6}   The end. Stay a moment, breathe out, and get up slowly."
    return "\n\n".join([opening(guide, style), *(pace if breathe else []), "\n".join([*lines, style.wrap(end)])])


class Stage(Protocol):
    """What a led session is shown on."""

    def write(self, text: str) -> None:
        """Show a line."""

    def overwrite(self, text: str) -> None:
        """Show text in place of the line that is being counted down."""


Key = Callable[[float], str]
"""Waits that many seconds at most for a key and returns it: a character, "" when none came."""


@dataclass(slots=True)
class Leader:
    """Leads through a guide at a terminal."""

    stage: Stage
    style: Style
    key: Key
    clock: Callable[[], float]
    breathe: bool = False

    def lead(self, guide: Guide) -> None:
        """Opening, then one step at a time; ends early and kindly on q or Ctrl-C."""
        self.stage.write(f"{opening(guide, self.style)}\n\n{self.style.wrap(f'Enter starts. {KEYS}')}")
        try:
            finished = self._wait() and all(self._step(beat) for beat in guide.beats)
        except KeyboardInterrupt:
            finished = False
        self.stage.overwrite("")
        self.stage.write(self.style.wrap(FINISHED if finished else ENDED))

    def _step(self, beat: Beat) -> bool:
        """Do one beat; False when the user ends the session."""
        time = f"({duration(beat.seconds)})" if beat.timed else "(Enter when done)"
        self.stage.write(self.style.wrap(f"{_instruction(beat)} {time}", indent="   "))
        going_on = self._count_down(beat.seconds) if beat.timed else self._wait()
        self.stage.overwrite("")
        return going_on

    def _wait(self) -> bool:
        while True:
            key = self.key(60.0)
            if key in ENTER:
                return True
            if key in QUIT:
                return False

    def _count_down(self, seconds: int) -> bool:
        left = float(seconds)
        paused = False
        last = self.clock()
        while left > 0:
            aside = "paused; space goes on" if paused else self._breath(seconds - left)
            self.stage.overwrite(f"   {_clock(ceil(left))}  {aside}")
            key = self.key(1.0 if paused else left - (ceil(left) - 1))
            now = self.clock()
            left -= 0 if paused else now - last
            last = now
            if key == " ":
                paused = not paused
            elif key in ENTER:
                return True
            elif key in QUIT:
                return False
        return True

    def _breath(self, passed: float) -> str:
        if not self.breathe:
            return ""
        return "breathe in" if passed % (BREATHE_IN + BREATHE_OUT) < BREATHE_IN else "breathe out"


ENTER: Final = ("\r", "\n")
QUIT: Final = ("q", "Q", "\x03", "\x04")


def _beats(number: int, step: Step) -> list[Beat]:
    seconds = step.seconds or max(10, round(len(words(step.text)) * SECONDS_A_WORD))
    sides = SIDES if step.each_side else ("",)
    return [Beat(number, step.text, seconds, side, step.seconds is not None) for side in sides]


def _instruction(beat: Beat) -> str:
    if beat.side == SIDES[1]:
        return f"{beat.number}. The same, other side."
    return f"{beat.number}. {beat.text}{' First side.' if beat.side else ''}"


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"
