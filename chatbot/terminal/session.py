"""The state of one chat: what was asked, what was shown, what a number would show next."""

from __future__ import annotations

from collections.abc import Callable

from chatbot.assistant import Chatbot
from chatbot.disclaimer import DISCLAIMER, DISCLAIMER_LINE
from chatbot.models import Answer, NotCovered, Passage
from chatbot.terminal.render import Style, printable_lines, render, render_passage


class Chat:
    """The conversation, what was shown, what a number or `:more` would show next."""

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
        count = self.chatbot.index.meta["answers"]
        opening = f"Self-massage questions, answered from {count} checked passages. Offline; nothing is stored."
        keys = "Ask in your own words. :topics shows what is covered, :help the rest, Ctrl-D leaves."
        paragraphs = [opening, *DISCLAIMER.split("\n\n"), keys]
        return "\n\n".join(self.style.wrap(paragraph) for paragraph in paragraphs)

    def with_disclaimer(self, text: str) -> str:
        """Text followed by the fixed line."""
        return printable_lines([text, self.style.wrap(DISCLAIMER_LINE)], self.style)

    def ask(self, question: str) -> str:
        """The reply to a question, as text."""
        reply = self.conversation.ask(question)
        self.offered = [hit.passage for hit in reply.hits] if isinstance(reply, Answer) else []
        self._nearest = reply.nearest if isinstance(reply, NotCovered) else ()
        self.shown = self.offered[0] if self.offered else None
        return render(reply, self.style)

    def numbered(self, number: int) -> str:
        """The answer to the question that was listed under this number."""
        if self._nearest and 1 <= number <= len(self._nearest):
            return self.ask(self._nearest[number - 1])
        if 1 <= number <= len(self.offered):
            self.shown = self.offered[number - 1]
            return self.with_disclaimer(render_passage(self.shown, self.style))
        return "No question has that number now. Ask in your own words, or :topics."
