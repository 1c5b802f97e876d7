"""The Python contract: names, kinds of replies, what never happens."""

from __future__ import annotations

import dataclasses
import json
import pickle
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chatbot
from chatbot import DISCLAIMER, Answer, Chatbot, Corpus, Escalation, NotCovered, SmallTalk
from chatbot.models import Reply, reply_to_dict

KNOT = "how do i get a knot out from between my shoulder blades"
DANGER = "sudden chest pain down my left arm, should i massage it"
QUESTIONS = {"answer": KNOT, "not_covered": "best pizza in town", "escalation": DANGER, "small_talk": "hello"}


def test_the_public_names_are_the_listed_ones() -> None:
    """`__all__` holds every name of the contract, each can be had, and no other name comes through."""
    assert {"Chatbot", "Corpus", "Answer", "NotCovered", "Escalation", "SmallTalk", "Hit", "Passage"} <= set(
        chatbot.__all__
    )
    assert all(hasattr(chatbot, name) for name in chatbot.__all__)
    assert not hasattr(chatbot, "no_such_name")
    assert set(chatbot.__all__) == set(dir(chatbot))


@pytest.mark.parametrize(("kind", "question"), QUESTIONS.items())
def test_each_kind_of_reply_has_its_type(bot: Chatbot, kind: str, question: str) -> None:
    """A reply says its kind, repeats the question, always carries the disclaimer, and is frozen."""
    types = {"answer": Answer, "not_covered": NotCovered, "escalation": Escalation, "small_talk": SmallTalk}

    reply = bot.ask(question)

    assert (kind, types[kind]) == (reply.kind, type(reply))
    assert (question, DISCLAIMER, ()) == (reply.question, reply.disclaimer, reply.cautions)
    with pytest.raises(dataclasses.FrozenInstanceError):
        reply.question = "other"  # type: ignore[misc]


def test_an_answer_brings_whole_passages_best_first(bot: Chatbot) -> None:
    """Hits have a passage with every field of the contract, and fall in score."""
    reply = bot.ask(KNOT, k=3)

    assert isinstance(reply, Answer)
    assert 1 <= len(reply.hits) <= 3
    assert sorted((hit.score for hit in reply.hits), reverse=True) == [hit.score for hit in reply.hits]
    passage = reply.hits[0].passage
    assert passage.steps
    assert passage.dose
    assert passage.stop_if
    assert passage.sources
    assert passage.checked
    assert passage.answer in passage.text
    assert passage.steps[0].text in passage.text


def test_an_escalation_has_no_place_for_advice(bot: Chatbot) -> None:
    """The type of an escalation has no field that could hold a passage."""
    reply = bot.ask(DANGER)

    assert isinstance(reply, Escalation)
    assert {"question", "cautions", "disclaimer", "level", "rule", "message", "kind"} == {
        field.name for field in dataclasses.fields(reply)
    }
    assert reply.level == "emergency"


def test_search_is_retrieval_alone(bot: Chatbot) -> None:
    """Search ranks without a screen or a decision, and k bounds it."""
    assert len(bot.search("tennis ball lower back")) == 10
    assert len(bot.search(DANGER, k=4)) == 4
    assert bot.search("qwxz vvkkq") == []
    assert bot.search("") == []


def test_equal_scores_come_in_order_of_id(tmp_path: Path) -> None:
    """Passages that say the same are ordered by id."""
    file = tmp_path / "same.jsonl"
    rows = [{"id": id_, "question": "Same words?", "answer": "Same."} for id_ in ("c", "a", "b")]
    file.write_text("\n".join(map(json.dumps, rows)))

    assert [hit.passage.id for hit in Chatbot(Corpus.load(file)).search("same words")] == ["a", "b", "c"]


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_ask_never_raises(bot: Chatbot, text: str) -> None:
    """Any string whatever gets a reply that can be written as JSON."""
    reply = bot.ask(text)

    assert reply.kind in QUESTIONS
    assert json.loads(json.dumps(reply_to_dict(reply)))["disclaimer"]


@pytest.mark.parametrize("text", ["", " \n", "\x00", "?" * 10_000, "calf " * 200_000, "\ud800", "\U0001f9b6" * 999])
def test_odd_strings_get_a_reply(bot: Chatbot, text: str) -> None:
    """Empty, huge, binary and unpaired text is answered like any other."""
    assert bot.ask(text).kind in QUESTIONS


def test_a_chatbot_serves_many_threads(bot: Chatbot) -> None:
    """Answers are the same from eight threads as from one."""
    questions = [*QUESTIONS.values(), "sore feet", "can i use a massage gun on my neck"] * 20
    expected = [bot.ask(question) for question in questions]

    with ThreadPoolExecutor(8) as pool:
        assert expected == list(pool.map(bot.ask, questions))


def test_replies_survive_pickling(bot: Chatbot) -> None:
    """Replies can be sent to another process."""
    replies: list[Reply] = [bot.ask(question) for question in QUESTIONS.values()]

    assert replies == pickle.loads(pickle.dumps(replies))  # noqa: S301  (our own bytes)


def test_nothing_touches_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chatbot is built and asked with sockets out of reach."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)

    assert Chatbot().ask(KNOT).kind == "answer"


class TestConversation:
    """What a conversation remembers."""

    def test_a_follow_up_takes_over_the_topic(self, bot: Chatbot) -> None:
        """The turn "and how often?" is about what was asked before, and says so."""
        chat = bot.conversation()
        chat.ask("how do i massage my calf with a foam roller")

        reply = chat.ask("and how often?")

        assert isinstance(reply, Answer)
        assert reply.about
        assert "calf" in reply.about
        assert any("calf" in topic for topic in reply.hits[0].passage.topics)

    def test_reset_forgets(self, bot: Chatbot) -> None:
        """After a reset a follow-up has nothing to lean on."""
        chat = bot.conversation()
        chat.ask("how do i massage my calf with a foam roller")
        chat.reset()

        reply = chat.ask("and how often?")

        assert getattr(reply, "about", None) is None

    def test_a_new_topic_takes_nothing_over(self, bot: Chatbot) -> None:
        """A question that stands alone gets the same answer as in a fresh conversation."""
        chat = bot.conversation()
        chat.ask("how do i massage my calf with a foam roller")

        assert bot.ask("my jaw is tight from clenching at night").kind == "answer"
        assert bot.ask("my jaw is tight from clenching at night") == chat.ask("my jaw is tight from clenching at night")

    def test_an_off_topic_turn_is_not_answered_with_what_it_inherits(self, bot: Chatbot) -> None:
        """The turn "and the best pizza?" stays uncovered after a covered question."""
        chat = bot.conversation()
        chat.ask("how do i massage my calf with a foam roller")

        assert chat.ask("and the best pizza?").kind == "not_covered"

    def test_an_alarm_holds_for_what_belongs_to_it(self, bot: Chatbot) -> None:
        """After an alarm, asking on gets the alarm again; a plainly different subject gets an answer."""
        chat = bot.conversation()

        assert chat.ask(DANGER).kind == "escalation"
        assert chat.ask("ok but how hard should i press").kind == "escalation"
        assert chat.ask("how do i roll the soles of my feet on a ball").kind == "answer"

    def test_danger_told_across_two_turns_is_seen(self, bot: Chatbot) -> None:
        """What is harmless in each of two messages can be an alarm in both together."""
        chat = bot.conversation()
        first = chat.ask("i have pain in my chest")

        if first.kind != "escalation":
            assert chat.ask("it goes down my left arm and i am sweating").kind == "escalation"
