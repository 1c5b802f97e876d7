"""Guided sessions: the plan, the script, and going through it with keys and a clock of our own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import BIKES, chat_with, run

from chatbot import Chatbot, Corpus, CorpusError
from chatbot.disclaimer import DISCLAIMER_LINE
from chatbot.models import Passage, Step
from chatbot.terminal.chat import respond
from chatbot.terminal.guide import ENDED, FINISHED, Leader, find_routine, make_guide, routine_guides, script
from chatbot.terminal.style import Style

NECK = Passage(
    id="neck",
    question="How do I rub my neck?",
    answer="Softly.",
    steps=(Step("Sit down."), Step("Rub one side.", 30, each_side=True), Step("Breathe out.", 5)),
    dose="2 out of 10",
    stop_if=("it hurts",),
)


@dataclass
class Stage:
    """Records what is shown; time passes only while a key is waited for."""

    keys: Iterable[str]
    now: float = 0.0
    lines: list[str] = field(default_factory=list)
    counts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._keys = iter(self.keys)

    def write(self, text: str) -> None:
        self.lines.append(text)

    def overwrite(self, text: str) -> None:
        self.counts.append(text.strip())

    def key(self, seconds: float) -> str:
        self.now += seconds
        pressed = next(self._keys, "")
        if pressed == "^C":
            raise KeyboardInterrupt
        return pressed


def lead(*keys: str, breathe: bool = False) -> Stage:
    stage = Stage(keys)
    Leader(stage, Style(), stage.key, lambda: stage.now, breathe).lead(make_guide(NECK.question, [NECK]))
    return stage


def test_each_side_is_a_beat_and_an_untimed_step_gets_a_guess() -> None:
    """Sides are done one after the other; the total counts both."""
    guide = make_guide("Neck", [NECK])

    assert [(b.number, b.seconds, b.side, b.timed) for b in guide.beats] == [
        (1, 10, "", False),
        (2, 30, "first side", True),
        (2, 30, "other side", True),
        (3, 5, "", True),
    ]
    assert guide.total == "about 1 minute"


def test_the_script_says_when_what_begins() -> None:
    """Total first, how hard, when to stop, then a line for each beat with its start."""
    text = script(make_guide("Neck", [NECK]), Style(), breathe=True)

    assert text.index("3 steps, about 1 minute.") < text.index("Stop if: it hurts.") < text.index("0:00   1. Sit down.")
    assert "0:10   2. Rub one side. First side. (30 s)" in text
    assert "0:40   2. The same, other side. (30 s)" in text
    assert "1:15   The end." in text
    assert "Breathe in for 3 seconds and out for 5" in text


def test_a_whole_session_counts_every_timed_step_down() -> None:
    """Enter starts and ends the untimed step; the rest runs by itself to the kind end."""
    stage = lead("\r", "\r")

    assert stage.lines[-1] == FINISHED
    assert stage.counts.count("0:30") == 2
    assert [count for count in stage.counts if count.startswith("0:0")][-5:] == [f"0:0{n}" for n in (5, 4, 3, 2, 1)]
    assert sum(":" in count for count in stage.counts) == 30 + 30 + 5


def test_space_pauses_and_goes_on() -> None:
    """No time is lost while paused."""
    stage = lead("\r", "\r", "", " ", "", "", "", " ", "", "q")

    assert [c for c in stage.counts if ":" in c] == [
        "0:30",
        "0:29",
        *["0:28  paused; space goes on"] * 4,
        "0:28",
        "0:27",
    ]


@pytest.mark.parametrize("keys", [("q",), ("\r", "q"), ("\r", "\r", "", "Q"), ("\r", "\r", "", "^C"), ("^C",)])
def test_leaving_early_is_kind(keys: tuple[str, ...]) -> None:
    """The key q or Ctrl-C at any point ends the session with a kind word."""
    assert lead(*keys).lines[-1] == ENDED


def test_enter_skips() -> None:
    """Enter goes on to the next beat at once."""
    stage = lead("\r", "\r", "\r", "\r", "\r")

    assert stage.lines[-1] == FINISHED
    assert sum(":" in count for count in stage.counts) == 3


def test_breathing_is_shown_if_wanted() -> None:
    """Three seconds in, five out."""
    stage = lead("\r", "\r", breathe=True)

    assert [count.split("  ")[1] for count in stage.counts if count.startswith("0:") and "0:2" in count][:8] == [
        *["breathe in"] * 2,
        *["breathe out"] * 5,
        "breathe in",
    ]


@pytest.mark.parametrize(
    ("wish", "routine"),
    [
        ("desk break", "desk-break"),
        ("Desk", "desk-break"),
        ("before bed", "before-bed"),
        ("sleep", "before-bed"),
        ("after a run", "after-run"),
        ("stress", "calm-down"),
        ("my neck at the desk", None),
        ("after", None),
        ("", None),
    ],
)
def test_routines_are_found_by_their_words(bot: Chatbot, wish: str, routine: str | None) -> None:
    """All words of a wish must belong to a routine; a question that says more is asked instead."""
    found = find_routine(wish, bot.index.routines)

    assert (found.id if found else None) == routine


def test_every_routine_is_playable(bot: Chatbot) -> None:
    """Eight to ten routines; each has a length within what the corpus allows, stop conditions, and steps."""
    guides = routine_guides(bot)

    assert 8 <= len(guides) <= 10
    for guide in guides:
        assert 100 <= sum(beat.seconds for beat in guide.beats) <= 20 * 60, guide.title
        assert guide.stop_if
        assert guide.doses


def test_every_passage_with_steps_makes_a_guide(bot: Chatbot) -> None:
    """No beat is without text or time."""
    guides = [make_guide(p.question, [p]) for p in bot.passages() if p.steps]

    assert len(guides) > 100
    assert all(beat.text and beat.seconds > 0 for guide in guides for beat in guide.beats)


def test_the_command_lists_and_prints() -> None:
    """Alone it lists the routines; with a routine, or a question, a pipe gets the script and the disclaimer."""
    assert "- Desk break (about" in run("guide").out
    for words in (["desk", "break"], ["calf", "after", "running"]):
        ran = run("guide", *words)
        assert (ran.status, ran.err) == (0, "")
        assert "The end." in ran.out
        assert ran.out.endswith(DISCLAIMER_LINE + "\n")


@pytest.mark.parametrize(
    ("words", "status"), [("crushing chest pain and my left arm aches", 4), ("best pizza in town", 3)]
)
def test_the_command_screens_first(words: str, status: int) -> None:
    """A dangerous wish gets the escalation, one that nothing answers is not covered; neither gets a step."""
    ran = run("guide", words)

    assert ran.status == status
    assert "The end." not in ran.out


def test_a_chat_guides_through_the_last_answer(bot: Chatbot, tmp_path: Path) -> None:
    """`:guide` alone takes what was shown; with words it finds a routine or asks."""
    chat = chat_with(bot, tmp_path)
    assert "Guided routines:" in respond(chat, ":guide")
    respond(chat, "stiff neck at my desk")
    assert chat.shown
    assert f"Guide: {chat.shown.question}" in respond(chat, ":guide")
    assert "Guide: Before bed" in respond(chat, ":guide before bed")
    assert "Breathe in for 3 seconds" in respond(chat, ":guide before bed breathe")
    assert "Breathe in for 3 seconds" not in respond(chat, ":guide how should i breathe")
    assert "Not covered" in respond(chat, ":guide best pizza in town")


def test_an_alarm_holds_back_guides(bot: Chatbot, tmp_path: Path) -> None:
    """After an escalation no guide, number, `:more` or `:sources` gives anything else, until `:new`."""
    chat = chat_with(bot, tmp_path)
    alarm = respond(chat, "crushing chest pain and my left arm aches")

    for line in (":guide", ":guide desk break", "1", ":more", ":sources"):
        assert respond(chat, line) == alarm
    respond(chat, "thanks")
    assert respond(chat, ":guide desk break") == alarm
    respond(chat, ":new")
    assert "The end." in respond(chat, ":guide desk break")


def test_a_foreign_corpus_may_have_no_routines(bikes: Path) -> None:
    """`guide` says so."""
    assert "no routines" in run("guide", "--corpus", str(bikes)).out


def test_a_routine_names_passages_with_steps(tmp_path: Path) -> None:
    """An unknown passage and one without steps are reported with file and line."""
    file = tmp_path / "faq.toml"
    file.write_text(BIKES + '[[routine]]\nid = "r"\nname = "R"\npassages = ["punctur", "chain"]\n')
    with pytest.raises(CorpusError) as caught:
        Corpus.load(file)

    first, second = map(str, caught.value.problems)
    assert "faq.toml:16 [r]: passage 'punctur' is unknown; did you mean 'puncture'?" in first
    assert "passage 'chain' has no steps" in second
