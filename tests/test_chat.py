"""Chatting: transcripts through a real pseudo-terminal, and the pieces beneath."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Terminal, chat_with

from chatbot import Chatbot
from chatbot.disclaimer import DISCLAIMER, DISCLAIMER_LINE
from chatbot.terminal.chat import LONGEST_QUESTION, respond, run
from chatbot.terminal.commands import COMMANDS, Leave
from chatbot.terminal.render import render
from chatbot.terminal.style import Style


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_a_session_in_a_terminal(home: Path, term: str) -> None:
    """Banner with the disclaimer, an answer, a command, an alarm, Ctrl-C as a hint, Ctrl-D as a quiet end."""
    terminal = Terminal(home, TERM=term)
    opening = terminal.until("you>")
    assert "not medical advice" in opening.replace("\n", " ")
    assert "thoughts of harming yourself" in opening.replace("\n", " ")

    answer = terminal.say("how do i loosen a stiff neck")
    assert "Answer: " in answer
    assert "Stop if: " in answer
    assert max(map(len, answer.split("\n"))) <= 80

    assert "Sources for" in terminal.say(":sources")
    assert "GET HELP NOW:" in terminal.say("crushing chest pain and my left arm aches")

    terminal.child.sendintr()
    terminal.until("(Ctrl-D or :quit to leave)")
    terminal.until("you>")
    terminal.child.sendeof()
    assert terminal.end()[1] == 0


@pytest.mark.parametrize("word", ["exit", "quit", ":q", ":quit", "exit()"])
def test_words_that_leave(bot: Chatbot, state: Path, word: str) -> None:
    """What people type to leave, leaves."""
    with pytest.raises(Leave):
        respond(chat_with(bot, state), word)


def transcript(bot: Chatbot, *lines: str) -> list[str]:
    """What a chat writes for these typed lines, the banner first."""
    typed = iter(lines)
    written: list[str] = []

    def read() -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    run(chat_with(bot, Path("nowhere")), read, written.append)
    return written


def test_a_whole_transcript(bot: Chatbot) -> None:
    """Each line gets its text; an empty one gets none; the end of input ends the chat."""
    answer, second, unknown, helped = transcript(bot, "", "stiff neck at my desk", "2", ":topcis", "help")

    offered = re.search(r"Other questions that may fit .*\n  1\. .*\n  2\. (.*)", answer)
    assert offered
    assert f"Answer: {offered[1]}" in second
    assert DISCLAIMER_LINE in second
    assert 'No command ":topcis". Did you mean ":topics"?' in unknown
    assert all(f":{command.name}" in helped for command in COMMANDS)


def test_the_disclaimer_in_full(bot: Chatbot) -> None:
    """`:disclaimer` and the banner show the whole constant; every kind of reply ends with its line."""
    chat = chat_with(bot, Path("nowhere"))

    assert respond(chat, ":disclaimer") == DISCLAIMER
    assert DISCLAIMER in chat.banner()
    for line in ("sore feet", "hello", "best pizza in town", "crushing chest pain and my left arm aches"):
        assert respond(chat, line).endswith(DISCLAIMER_LINE)


def test_help_for_one_command(bot: Chatbot) -> None:
    """`:help more` explains one command, with or without the colon; an unknown one is guessed."""
    for line in (":help more", ":help :more", "/help more"):
        assert transcript(bot, line) == [":more: the next answer that may fit.\n"]
    assert 'Did you mean ":more"?' in transcript(bot, ":help mroe")[0]


def test_more_shows_each_offered_answer_once(bot: Chatbot) -> None:
    """One after the other, also after a number was typed, until there is nothing more."""
    _, first, second, third, end = transcript(bot, "stiff neck at my desk", "2", ":more", ":more", ":more")
    titles = [text.split("[")[0] for text in (first, second, third)]

    assert len(set(titles)) == 3
    assert "There is nothing more" in end


def test_cautions_stand_above_the_disclaimer(bot: Chatbot) -> None:
    """What the user said of themselves is answered to in a line of its own, just before the disclaimer."""
    answer = bot.ask("stiff neck at my desk")
    text = render(replace(answer, cautions=("you said you are pregnant.",)), Style(60))

    assert text.split("\n\n")[-2] == "Careful: you said you are pregnant."


def test_a_follow_up_says_what_it_took_over(bot: Chatbot) -> None:
    """A wrong guess is visible, and `:new` drops it."""
    _, follow_up, _, alone = transcript(bot, "my feet ache after standing", "with a ball?", ":new", "with a ball?")

    assert follow_up.startswith("About: foot")
    assert "About: foot" not in alone


def test_nearest_questions_can_be_chosen(bot: Chatbot) -> None:
    """After "not covered" a number asks the question it stands before."""
    refused, chosen = transcript(bot, "best pizza in town", "1")

    nearest = re.search(r"Nearest questions it can answer .*\n  1\. (.*)", refused)
    assert nearest
    assert f"Answer: {nearest[1]}" in chosen


def test_new_starts_over(bot: Chatbot) -> None:
    """`:new` forgets, `:more` shows the next answer, `/` is accepted for `:`."""
    first, more, _, lost = transcript(bot, "stiff neck at my desk", ":more", "/new", ":sources")

    assert "Answer: " in more
    assert first != more
    assert "No answer has been shown yet" in lost


def test_a_huge_line_is_refused_kindly(bot: Chatbot) -> None:
    """A question beyond the limit gets a sentence, not an answer."""
    (text,) = transcript(bot, "calf " * 1000)

    assert str(LONGEST_QUESTION) in text


def test_danger_in_a_huge_line_is_still_seen(bot: Chatbot) -> None:
    """A message too long to answer is screened all the same."""
    (text,) = transcript(bot, "calf " * 1000 + "and now crushing chest pain and my left arm aches")

    assert "GET HELP NOW:" in text


@pytest.mark.parametrize("width", [20, 40, 80, 88])
def test_answers_fit_the_width(bot: Chatbot, state: Path, width: int) -> None:
    """Nothing but unbreakable words is wider than the window."""
    chat = chat_with(bot, state, Style(width))
    lines = [*chat.banner().split("\n"), *respond(chat, "stiff neck at my desk").split("\n")]

    assert not [line for line in lines if len(line) > width and " " in line.strip()]
