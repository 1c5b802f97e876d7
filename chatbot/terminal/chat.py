"""Reading and answering, line by line. It does not know how lines are typed or where text goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from chatbot.terminal.commands import Leave, dispatch
from chatbot.terminal.session import Chat

LONGEST_QUESTION: Final = 2_000
"""Characters of a question in a chat; a longer one is refused with a hint."""

PROMPT: Final = "you> "


def respond(chat: Chat, line: str) -> str:
    """The text for one typed line; empty for an empty line. Raises `Leave` when the user wants to go."""
    question = " ".join(line.split())
    if not question:
        return ""
    said = dispatch(chat, question)
    if said is not None:
        return said
    if question.isdecimal() and len(question) < 3:
        return chat.numbered(int(question))
    if len(question) > LONGEST_QUESTION and chat.chatbot.alarm(question) is None:
        return (
            f"That is {len(question)} characters; a question may have {LONGEST_QUESTION}. "
            "Please say it shorter: where it hurts, since when, what you would like to do."
        )
    return chat.ask(question)


def run(chat: Chat, read: Callable[[], str], write: Callable[[str], None]) -> None:
    """Read and answer until the input ends (EOFError from `read`) or the user leaves."""
    write(chat.banner() + "\n")
    while True:
        try:
            text = respond(chat, read())
        except (EOFError, Leave):
            return
        if text:
            write(text + "\n")
