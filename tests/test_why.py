"""Why an answer was given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import chat_with, run

from chatbot import Chatbot
from chatbot.models import Answer
from chatbot.terminal.commands import dispatch

QUESTION = "how do i get a knot out from betwen my shoulder blades"
DANGER = "sudden chest pain down my left arm, should i massage it"


def test_the_clues_add_up_to_the_score(bot: Chatbot) -> None:
    """What the words added is the score of the passage, no more and no less."""
    reply, why = bot.ask(QUESTION), bot.why(QUESTION)

    assert isinstance(reply, Answer)
    assert why is not None
    assert why.passage == reply.hits[0].passage
    assert sum(clue.score for clue in why.clues) == pytest.approx(reply.hits[0].score)
    assert why.confidence >= why.needed


def test_ask_says_why() -> None:
    """`ask --why` adds the words, their shares, and what was corrected."""
    ran = run("ask", "--why", *QUESTION.split())

    assert ran.status == 0
    assert "Best match: " in ran.out
    assert "between (typed betwen)" in ran.out
    assert "% knot, in its question" in ran.out


def test_json_says_why() -> None:
    """With --json the explanation is one more key."""
    why = json.loads(run("ask", "--why", "--json", *QUESTION.split()).out)["why"]

    assert why["id"] == "upper-back-knot-between-blades"
    assert why["corrections"] == {"betwen": "between"}
    assert {"words", "term", "question", "answer", "learnt"} == why["clues"][0].keys()


def test_an_alarm_is_never_explained_with_a_passage() -> None:
    """A dangerous message gets help alone, with --why too."""
    ran = run("ask", "--why", "--json", DANGER)

    assert ran.status == 4
    assert "why" not in json.loads(ran.out)


def test_the_chat_says_why(bot: Chatbot, state: Path) -> None:
    """`:why` explains the last answer, names what was carried over, and has nothing to say before or after an alarm."""
    chat = chat_with(bot, state)

    assert "nothing to explain" in str(dispatch(chat, ":why"))
    chat.ask("how do i roll my calves")
    chat.ask("and how often?")
    assert "Carried over: calf" in str(dispatch(chat, ":why"))
    chat.ask(DANGER)
    assert "Best match" not in str(dispatch(chat, ":why"))
