"""Small talk: recognised by its parts, and only when nothing else is asked."""

from __future__ import annotations

import pytest

from chatbot import Chatbot


@pytest.mark.parametrize(
    "message",
    [
        "hello there",
        "ok cheers mate bye",
        "wow, you know your stuff",
        "thanks so much, that was really helpful!",
        "are you a real person?",
        "gud afternon",
    ],
)
def test_small_talk_is_answered_as_such(bot: Chatbot, message: str) -> None:
    """Greetings, thanks, farewells and questions about the program get a reply of their own."""
    assert bot.ask(message).kind == "small_talk"


@pytest.mark.parametrize(
    "message",
    [
        "hi, my neck is stiff",
        "thanks, and which oil?",
        "hey can you give me a pasta recipe",
        "great, how do I massage my feet",
        "useless, I asked about the ankle",
        "tell me a joke about a penguin",
    ],
)
def test_a_question_is_not_lost_in_small_talk(bot: Chatbot, message: str) -> None:
    """What asks for something is never answered with a pleasantry."""
    assert bot.ask(message).kind != "small_talk"
