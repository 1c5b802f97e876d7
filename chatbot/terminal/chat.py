"""A chat: reads a line, answers it, prints. It does not know how lines are typed or where text goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from chatbot.assistant import Chatbot
from chatbot.disclaimer import DISCLAIMER, DISCLAIMER_LINE
from chatbot.models import Answer, NotCovered, Passage, Reply
from chatbot.terminal.commands import Leave, dispatch
from chatbot.terminal.render import Style, printable_lines, render, render_passage

LONGEST_QUESTION: Final = 2_000
"""Characters of a question in a chat; a longer one is refused with a hint."""

PROMPT: Final = "you> "


class Chat:
    """The state of one chat: the conversation, what was shown, what a number or `:more` would show next."""

    def __init__(self, chatbot: Chatbot, style: Callable[[], Style]) -> None:
        """`style` is asked before every reply, so that a resized window is noticed."""
        self.chatbot = chatbot
        self._style = style
        self.forget()

    @property
    def style(self) -> Style:
        """The layout for the window as it is now."""
        return self._style()

    def forget(self) -> None:
        """Start over."""
        self.conversation = self.chatbot.conversation()
        self.shown: Passage | None = None
        self.offered: list[Passage] = []
        self._nearest: tuple[str, ...] = ()

    def banner(self) -> str:
        """What is shown when the chat starts: what this is, the whole disclaimer, the keys."""
        count = len(self.chatbot.index)
        opening = f"Self-massage questions, answered from {count} checked passages. Offline; nothing is stored."
        keys = "Ask in your own words. :topics shows what is covered, :help the rest, Ctrl-D leaves."
        paragraphs = [opening, *DISCLAIMER.split("\n\n"), keys]
        return "\n\n".join(self.style.wrap(paragraph) for paragraph in paragraphs)

    def respond(self, line: str) -> str:
        """The text for one typed line; empty for an empty line. Raises `Leave` when the user wants to go."""
        question = " ".join(line.split())
        if not question:
            return ""
        said = dispatch(self, question)
        if said is not None:
            return said
        if question.isdecimal() and len(question) < 3:
            return self._numbered(int(question))
        if len(question) > LONGEST_QUESTION:
            return (
                f"That is {len(question)} characters; a question may have {LONGEST_QUESTION}. "
                "Please say it shorter: where it hurts, since when, what you would like to do."
            )
        return self._show(self.conversation.ask(question))

    def with_disclaimer(self, text: str) -> str:
        """Text followed by the fixed line."""
        return printable_lines([text, self.style.wrap(DISCLAIMER_LINE)], self.style)

    def _show(self, reply: Reply) -> str:
        self.offered = [hit.passage for hit in reply.hits] if isinstance(reply, Answer) else []
        self._nearest = reply.nearest if isinstance(reply, NotCovered) else ()
        self.shown = self.offered[0] if self.offered else None
        return render(reply, self.style)

    def _numbered(self, number: int) -> str:
        if self._nearest and 1 <= number <= len(self._nearest):
            return self._show(self.conversation.ask(self._nearest[number - 1]))
        if 1 <= number <= len(self.offered):
            self.shown = self.offered[number - 1]
            return self.with_disclaimer(render_passage(self.shown, self.style))
        return "No question has that number now. Ask in your own words, or :topics."


def run(chat: Chat, read: Callable[[], str], write: Callable[[str], None]) -> None:
    """Read and answer until the input ends (EOFError from `read`) or the user leaves."""
    write(chat.banner() + "\n")
    while True:
        try:
            text = chat.respond(read())
        except (EOFError, Leave):
            return
        if text:
            write(text + "\n")
