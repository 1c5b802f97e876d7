"""Chatting: transcripts through a real pseudo-terminal, and the pieces beneath."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from typing import Any

import pexpect
import pytest
from conftest import ROOT

from chatbot import Chatbot
from chatbot.disclaimer import DISCLAIMER_LINE
from chatbot.terminal.chat import LONGEST_QUESTION, respond, run
from chatbot.terminal.commands import COMMANDS, Leave
from chatbot.terminal.console import Console
from chatbot.terminal.render import Style
from chatbot.terminal.session import Chat

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>]|\r")


@pytest.fixture(params=["xterm-256color", "dumb"])
def terminal(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A chat in a pseudo-terminal of 80 columns, once with line editing and once with plain lines."""
    environment = {"TERM": request.param, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "PROMPT_TOOLKIT_NO_CPR": "1"}
    child = pexpect.spawn(
        sys.executable, ["-m", "chatbot"], env=environment, dimensions=(40, 80), encoding="utf-8", timeout=30
    )
    yield child
    child.close(force=True)


def shown(child: Any, until: str) -> str:
    """What the terminal showed up to a text, without control sequences."""
    child.expect_exact(until)
    return _ESCAPES.sub("", child.before + child.after)


def test_a_session_in_a_terminal(terminal: Any) -> None:
    """Banner with the disclaimer, an answer, a command, an alarm, Ctrl-C as a hint, Ctrl-D as a quiet end."""
    opening = shown(terminal, "you>")
    assert "not medical advice" in opening.replace("\n", " ")
    assert "thoughts of harming yourself" in opening.replace("\n", " ")

    terminal.sendline("how do i loosen a stiff neck")
    answer = shown(terminal, "local emergency number.")
    assert "Answer: " in answer
    assert "Stop if: " in answer
    assert max(map(len, answer.split("\n")[2:])) <= 80

    terminal.sendline(":sources")
    assert "Sources for" in shown(terminal, "  1. ")

    terminal.sendline("crushing chest pain and my left arm aches")
    assert "GET HELP NOW:" in shown(terminal, "in an emergency call your")

    terminal.sendintr()
    assert "(Ctrl-D or :quit to leave)" in shown(terminal, "to leave)")
    shown(terminal, "you>")
    terminal.sendeof()
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0


@pytest.mark.parametrize("word", ["exit", "quit", ":q", ":quit", "exit()"])
def test_words_that_leave(bot: Chatbot, word: str) -> None:
    """What people type to leave, leaves."""
    with pytest.raises(Leave):
        respond(Chat(bot, Style), word)


def transcript(bot: Chatbot, *lines: str) -> list[str]:
    """What a chat writes for these typed lines, the banner first."""
    typed = iter(lines)
    written: list[str] = []

    def read() -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    run(Chat(bot, Style), read, written.append)
    return written


def test_a_whole_transcript(bot: Chatbot) -> None:
    """Each line gets its text; an empty one gets none; the end of input ends the chat."""
    banner, answer, second, unknown, helped = transcript(bot, "", "stiff neck at my desk", "2", ":topcis", "help")

    assert "checked passages" in banner
    offered = re.search(r"Other questions that may fit:\n  2\. (.*)", answer)
    assert offered
    assert f"Answer: {offered[1]}" in second
    assert DISCLAIMER_LINE in second
    assert 'No command ":topcis". Did you mean ":topics"?' in unknown
    assert all(f":{command.name}" in helped for command in COMMANDS)


def test_nearest_questions_can_be_chosen(bot: Chatbot) -> None:
    """After "not covered" a number asks the question it stands before."""
    _, refused, chosen = transcript(bot, "best pizza in town", "1")

    nearest = re.search(r"Nearest questions it can answer:\n  1\. (.*)", refused)
    assert nearest
    assert f"Answer: {nearest[1]}" in chosen


def test_new_starts_over(bot: Chatbot) -> None:
    """`:new` forgets, `:more` shows the next answer, `/` is accepted for `:`."""
    _, first, more, _, lost = transcript(bot, "stiff neck at my desk", ":more", "/new", ":sources")

    assert "Answer: " in more
    assert first != more
    assert "No answer has been shown yet" in lost


def test_a_huge_line_is_refused_kindly(bot: Chatbot) -> None:
    """A question beyond the limit gets a sentence, not an answer."""
    _, text = transcript(bot, "calf " * 1000)

    assert str(LONGEST_QUESTION) in text


def test_danger_in_a_huge_line_is_still_seen(bot: Chatbot) -> None:
    """A message too long to answer is screened all the same."""
    _, text = transcript(bot, "calf " * 1000 + "and now crushing chest pain and my left arm aches")

    assert "GET HELP NOW:" in text


@pytest.mark.parametrize("width", [20, 40, 80, 88])
def test_answers_fit_the_width(bot: Chatbot, width: int) -> None:
    """Nothing but unbreakable words is wider than the window."""
    chat = Chat(bot, lambda: Style(width))
    lines = [*chat.banner().split("\n"), *respond(chat, "stiff neck at my desk").split("\n")]

    assert not [line for line in lines if len(line) > width and " " in line.strip()]


def test_controls_in_a_question_are_not_echoed(bot: Chatbot) -> None:
    """An escape sequence in a misspelt word does not come back raw."""
    text = respond(Chat(bot, lambda: Style(80, bold=True)), "sholder \x1b[31mpian\x07 after swiming")

    assert not set(re.sub(r"\x1b\[[01]m", "", text)) & set(map(chr, [*range(10), *range(11, 32), 127]))


def test_bold_needs_a_willing_terminal() -> None:
    """Labels are bold on a terminal only, and never with NO_COLOR or a dumb one."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def console(**environment: str) -> Console:
        return Console(Terminal(), Terminal(), io.StringIO(), environment)

    assert console(TERM="xterm").styled
    assert not console(TERM="xterm", NO_COLOR="1").styled
    assert not console(TERM="dumb").styled
    assert not console(TERM="dumb").capable
    assert not console(TERM="xterm", ACCESSIBLE="1").capable
    assert console(TERM="dumb").interactive
    assert Console(io.StringIO(), Terminal(), io.StringIO(), {}).interactive is False
