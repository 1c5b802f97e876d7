"""What people say of themselves: recognised, remembered, shown where it matters, and never asked about."""

from __future__ import annotations

import pytest

from chatbot import Chatbot
from chatbot.models import Answer

STIFF = "how do I loosen a stiff neck at my desk"
ROLLER = "how do I use a foam roller on my calves"


@pytest.mark.parametrize(
    ("message", "caution"),
    [
        ("I take warfarin, how do I loosen my calves", "blood-thinners"),
        ("im 30 weeks pregnant and my hips ache", "pregnancy"),
        ("I had breast cancer in 2015, can I roll my back", "cancer"),
        ("my doctor says I have osteoporosis. Back massage?", "osteoporosis"),
    ],
)
def test_what_the_writer_says_of_herself_is_heard(bot: Chatbot, message: str, caution: str) -> None:
    """A condition of the writer's own is recognised in her words."""
    assert caution in bot.read(message).cautions


@pytest.mark.parametrize(
    "message",
    [
        "my mum takes warfarin, can I rub her shoulders",
        "I am not pregnant, just bloated",
        "can pregnant women use a massage gun",
        "my calves are tight",
    ],
)
def test_what_she_does_not_say_of_herself_is_not(bot: Chatbot, message: str) -> None:
    """Other people's conditions, denied ones and general questions are no cautions."""
    assert bot.read(message).cautions == ()


def test_a_caution_is_remembered_and_replaces_an_unsafe_answer(bot: Chatbot) -> None:
    """Firm calf rolling on blood thinners is answered with the passage for blood thinners, turns later too."""
    chat = bot.conversation()
    chat.ask("I take warfarin. " + STIFF)
    reply = chat.ask(ROLLER)

    assert isinstance(reply, Answer)
    assert reply.hits[0].passage.id == "blood-thinners-general"
    assert "blood thinners" in reply.cautions[0]
    assert bot.ask(ROLLER).cautions == ()


def test_a_caution_is_not_carried_over_to_another_person(bot: Chatbot) -> None:
    """What is true of the writer does not count for her husband."""
    chat = bot.conversation()
    chat.ask("I take warfarin. " + ROLLER)

    assert chat.ask("and how does my husband roll his calves?").cautions == ()


def test_a_caution_is_taken_back(bot: Chatbot) -> None:
    """Saying that it no longer holds ends a caution, and starting over forgets it."""
    chat = bot.conversation()
    chat.ask("I take warfarin. " + STIFF)
    chat.ask("I stopped warfarin, I don't take blood thinners now. " + STIFF)
    assert chat.ask(ROLLER).cautions == ()

    chat.ask("I take warfarin. " + STIFF)
    chat.reset()
    assert chat.ask(ROLLER).cautions == ()


def test_every_replacement_exists(bot: Chatbot) -> None:
    """Each caution with unsafe answers names a passage that stands in their place and is not unsafe itself."""
    passages = {passage.id: passage for passage in bot.passages()}

    for caution in bot.cautions:
        if caution.unsafe:
            assert not caution.forbids(passages[caution.instead]), caution.id
