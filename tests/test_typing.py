"""Typing at a terminal: what keys do, through a real pseudo-terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Terminal

CTRL_D, CTRL_C, CTRL_R, CTRL_X, CTRL_E, TAB, RIGHT = "\x04", "\x03", "\x12", "\x18", "\x05", "\t", "\x1b[C"


def remembering(home: Path, **environment: Any) -> Terminal:
    """A chat that keeps its history, so that a test can read what was really sent."""
    terminal = Terminal(home, SELFMASSAGE_HISTORY="1", **environment)
    terminal.until("you>")
    return terminal


def sent(home: Path) -> list[str]:
    return (home / ".local" / "state" / "selfmassage" / "history.txt").read_text().splitlines()


def test_a_paste_is_one_question(home: Path) -> None:
    """Line breaks of a paste become spaces, and nothing is sent before Enter."""
    terminal = remembering(home)
    terminal.press("\x1b[200~my neck is stiff\r\nafter a day\n  at my desk\x1b[201~\r")

    assert terminal.reply().count("Answer: ") == 1
    assert sent(home) == ["my neck is stiff after a day at my desk"]


def test_alt_enter_begins_a_new_line(home: Path) -> None:
    """A question of two lines is one question."""
    terminal = remembering(home)
    terminal.press("my neck is stiff\x1b\rat my desk\r")

    assert terminal.reply().count("Answer: ") == 1
    assert sent(home) == ["my neck is stiff at my desk"]


def test_ctrl_c_clears_the_line_and_then_hints(home: Path) -> None:
    """What was typed is dropped without a word; on an empty line the way out is named, and nothing ends."""
    terminal = remembering(home)
    terminal.press("never mind")
    terminal.press(CTRL_C)
    assert "to leave)" not in terminal.say("sore feet")
    terminal.press(CTRL_C)
    terminal.until("(Ctrl-D or :quit to leave)")
    terminal.press(CTRL_D)

    assert terminal.end()[1] == 0
    assert sent(home) == ["sore feet"]


def test_ctrl_d_leaves_quietly(terminal: Terminal) -> None:
    """Exit code 0, a line end, and no word."""
    terminal.press(CTRL_D)
    rest, status = terminal.end()

    assert (rest.replace("you>", "").strip(), status) == ("", 0)
    assert rest.endswith("\n")


@pytest.mark.parametrize("word", ["exit", "quit", "exit()", ":q", ":quit", "/quit"])
def test_typed_words_leave(terminal: Terminal, word: str) -> None:
    """What people type to leave, leaves with code 0."""
    terminal.press(word + "\r")

    assert terminal.end()[1] == 0


def test_tab_completes_commands_and_topics(home: Path) -> None:
    """A command by its first letters, what it takes, and a topic inside a question."""
    terminal = remembering(home)
    terminal.press(f":topi{TAB}trapez{TAB}\r")
    assert "trapezius (" in terminal.reply()
    terminal.press(f":gui{TAB}tired{TAB}{CTRL_C}")
    terminal.press(f"knots in my trapez{TAB}\r")
    terminal.reply()

    assert sent(home) == [":topics trapezius", "knots in my trapezius"]


def test_the_banner_tells_how_to_take_a_suggestion(home: Path) -> None:
    """Where grey text may appear, the first screen says how to accept it; elsewhere it is not mentioned."""
    assert "right arrow takes" in " ".join(Terminal(home).until("you>").split())
    assert "right arrow" not in Terminal(home, NO_COLOR="1").until("you>")


def test_nothing_pops_up_while_typing(terminal: Terminal) -> None:
    """No menu: letters of a command show those letters and nothing of the table."""
    terminal.press(":so")
    terminal.press(CTRL_C)
    terminal.press(CTRL_C)

    assert ":sources" not in terminal.until("to leave)")


def test_enter_sends_what_was_typed_not_what_was_suggested(home: Path) -> None:
    """Grey text counts only after the right arrow."""
    terminal = remembering(home)
    start = "How do I know if my Achilles"
    terminal.press(start + "\r")
    terminal.reply()
    terminal.press("How do I use a foot roller or foam")
    terminal.until("under my feet?")
    terminal.press(RIGHT)
    terminal.press("\r")
    terminal.reply()

    assert sent(home) == [start, "How do I use a foot roller or foam roller under my feet?"]


def test_ctrl_r_finds_an_earlier_question(home: Path) -> None:
    """Searching backwards brings a line back, also one from the chat before."""
    first = remembering(home)
    first.say("sore feet")
    first.say("hello")
    first.press(CTRL_D)
    first.end()
    terminal = remembering(home)
    terminal.press(CTRL_R + "sore")
    terminal.press("\r")
    terminal.press("\r")
    terminal.reply()

    assert sent(home) == ["sore feet", "hello", "sore feet"]


def test_the_line_can_be_edited_in_an_editor(home: Path, tmp_path: Path) -> None:
    """Ctrl-X Ctrl-E opens $VISUAL on the line; what it leaves is sent with Enter."""
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "sore feet" > "$1"\n')
    editor.chmod(0o755)
    terminal = remembering(home, VISUAL=str(editor))
    terminal.press("sore" + CTRL_X + CTRL_E)
    terminal.until("sore feet")
    terminal.press("\r")
    terminal.reply()

    assert sent(home) == ["sore feet"]


def test_vi_keys_by_setting(home: Path) -> None:
    """With vi = true, Escape leads to commands: 0x deletes the first letter."""
    terminal = remembering(home, SELFMASSAGE_VI="1")
    terminal.press("xsore feet\x1b")
    terminal.press("0x\r")
    terminal.reply()

    assert sent(home) == ["sore feet"]


def test_f1_helps(terminal: Terminal) -> None:
    """F1 does what :help does."""
    terminal.press("\x1bOP")

    assert ":topics [word]" in terminal.reply()


def test_a_narrower_window_is_noticed(terminal: Terminal) -> None:
    """After shrinking to 40 columns, replies are wrapped at 40."""
    terminal.resize(40)
    reply = terminal.say("my neck is stiff")

    answer = reply[reply.index("Answer: ") :]
    assert max(len(line) for line in answer.split("\n")) <= 40


def test_only_the_line_is_drawn(terminal: Terminal) -> None:
    """No title, no mouse, no alternate screen, no clearing of the screen."""
    terminal.press("sore feet\r")
    raw = terminal.raw_until("in an emergency")

    for sequence in ("\x1b]", "\x1b[?1000", "\x1b[?1006", "\x1b[?1049", "\x1b[2J", "\x1b[3J"):
        assert sequence not in raw


def test_no_color_means_no_styles_and_no_grey_text(home: Path) -> None:
    """With NO_COLOR nothing is bold, dim or coloured, and no suggestion could be mistaken for typed text."""
    terminal = Terminal(home, NO_COLOR="1")
    terminal.until("you>")
    terminal.press("how do i know if my achilles\r")
    raw = terminal.raw_until("in an emergency")

    assert "needs a doctor?\x1b[K" not in raw
    assert not [code for code in ("\x1b[1m", "\x1b[2m", "\x1b[38", "\x1b[0;38", "\x1b[90m", "\x1b[7m") if code in raw]


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"ACCESSIBLE": "1"}, {"SELFMASSAGE_PLAIN": "1"}])
def test_plain_lines_do_everything(home: Path, environment: dict[str, Any]) -> None:
    """Question, number, command, guide, Ctrl-C and Ctrl-D work on ordinary lines, without one escape sequence."""
    terminal = Terminal(home, **environment)
    terminal.child.expect_exact("you> ")
    raw = terminal.child.before
    for line, expected in (
        ("my neck is stiff", "Answer: "),
        ("1", "Answer: "),
        (":guide desk break", "The end."),
        (":help", ":sources"),
    ):
        terminal.press(line + "\n")
        terminal.child.expect_exact("\r\n\r\nyou> ")
        assert expected in terminal.child.before
        raw += terminal.child.before
    terminal.press(CTRL_C)
    terminal.until("(Ctrl-D or :quit to leave)")
    terminal.press(CTRL_D)

    assert "\x1b" not in raw
    assert terminal.end()[1] == 0


def test_a_missing_line_editor_falls_back_to_lines(home: Path, tmp_path: Path) -> None:
    """When the session cannot be built, one notice says so and the chat goes on with plain lines."""
    broken = tmp_path / "broken"
    (broken / "prompt_toolkit").mkdir(parents=True)
    (broken / "prompt_toolkit" / "__init__.py").write_text("raise OSError('no console')")
    terminal = Terminal(home, PYTHONPATH=f"{broken}:{ROOT}")
    assert "Plain input: this terminal cannot do line editing" in terminal.until("you> ")

    assert "Answer: " in terminal.say("my neck is stiff")


def test_a_guide_takes_keys(home: Path) -> None:
    """Enter starts and goes on, space pauses, q ends; the prompt comes back with the disclaimer before it."""
    terminal = Terminal(home)
    terminal.until("you>")
    terminal.press(":guide two minutes\r")
    terminal.until("Enter starts.")
    terminal.press("\r")
    terminal.until("1. Squeeze the muscle")
    terminal.press(" ")
    terminal.until("paused; space goes on")
    terminal.press("\r")
    terminal.until("The same, other side.")
    terminal.press("q")
    terminal.until("What you did counts")

    assert "not medical advice" in terminal.reply()


def test_ctrl_c_ends_a_guide_kindly(home: Path) -> None:
    """From the command line too: a kind word, the disclaimer, exit code 0."""
    terminal = Terminal(home, "guide", "desk", "break")
    terminal.until("Enter starts.")
    terminal.press("\r")
    terminal.until("1. Sit back")
    terminal.press(CTRL_C)
    terminal.until("What you did counts")
    rest, status = terminal.end()

    assert "not medical advice" in rest
    assert status == 0
