"""Reading and answering, line by line. It does not know how lines are typed or where text goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from chatbot.feedback import Feedback
from chatbot.models import NotCovered
from chatbot.terminal.commands import Leave, dispatch, is_command
from chatbot.terminal.session import Chat
from chatbot.terminal.style import printable

LONGEST_QUESTION: Final = 2_000
"""Characters of a question in a chat; a longer one is refused with a hint."""

PROMPT: Final = "you> "


def respond(chat: Chat, line: str) -> str:
    """The text for one typed line; empty for an empty line. Raises `Leave` when the user wants to go."""
    question = " ".join(line.split())
    if not question:
        return ""
    text = _text(chat, question)
    _keep(chat, question)
    trouble = chat.diary.take_trouble()
    return f"{text}\n\n{chat.style.wrap(trouble)}" if trouble else text


def run(chat: Chat, read: Callable[[], str], write: Callable[[str], None], first: str = "") -> None:
    """Answer the `first` question, if there is one, then read and answer until the input ends or the user leaves.

    `read` raises EOFError at the end of the input. Ctrl-C during an answer gives up that answer only.
    """
    while True:
        try:
            line, first = first or read(), ""
            text = respond(chat, line)
        except (EOFError, Leave):
            return
        except KeyboardInterrupt:
            text = "(stopped)"
        if text:
            write(f"{text}\n")


def _text(chat: Chat, question: str) -> str:
    # Whatever shape a line has, danger in it is heard first.
    if is_command(question) and chat.chatbot.alarm(question[1:]):
        return chat.ask(question[1:])
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


def _keep(chat: Chat, question: str) -> None:
    if chat.alarm:
        chat.diary.unkeep_context()
    elif len(question) <= LONGEST_QUESTION:
        chat.diary.keep(printable(question))
        if isinstance(chat.reply, NotCovered) and chat.reply.question == question:
            chat.diary.remark(Feedback("not_covered", question))
