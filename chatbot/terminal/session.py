"""The state of one chat: what was asked, what was shown, what a number would show next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chatbot.assistant import Chatbot, find_topics
from chatbot.disclaimer import DISCLAIMER
from chatbot.feedback import Feedback
from chatbot.models import Answer, Escalation, NotCovered, Passage, Reply, SmallTalk
from chatbot.terminal.diary import Diary
from chatbot.terminal.guide import Guide, find_routine, list_routines, passage_guide, plan, routine_guides, script
from chatbot.terminal.render import render, render_passage, render_topic, render_topics, with_disclaimer
from chatbot.terminal.style import Style

OFFERED = 3
"""How many other fitting questions follow an answer."""

BREATHE = "breathe"
"""The word that asks a guide for a breathing pace."""


class Chat:
    """The conversation, what was shown, what a number or `:more` would show next."""

    def __init__(
        self,
        chatbot: Chatbot,
        style: Callable[[], Style],
        diary: Diary,
        lead: Callable[[Guide, bool], None] | None = None,
        breathe: bool = False,
    ) -> None:
        """`style` is asked before every reply, so that a resized window is noticed; `lead` goes through a guide."""
        self.chatbot = chatbot
        self.diary = diary
        self.breathe = breathe
        self._style = style
        self._lead = lead
        self.forget()

    @property
    def style(self) -> Style:
        """The layout for the window as it is now."""
        return self._style()

    def forget(self) -> None:
        """Start over."""
        self.conversation = self.chatbot.conversation()
        self.reply: Reply | None = None
        """The last reply."""
        self.alarm: Escalation | None = None
        """The last escalation, while it holds: until something else is asked or `:new`, there is nothing but that."""
        self.shown: Passage | None = None
        self._listed: list[Passage] = []
        self._unread: list[Passage] = []
        self._nearest: tuple[str, ...] = ()

    def banner(self, keys: str = "") -> str:
        """What is shown when the chat starts: what this is, the whole disclaimer, what to type."""
        count = self.chatbot.index.meta["answers"]
        kept = f"What you type is kept in {self.diary.file}." if self.diary.history else "Nothing is stored."
        opening = f"Self-massage questions, answered from {count} checked passages. Works offline. {kept}"
        typing = f"Ask in your own words. :topics shows what is covered, :help the rest, Ctrl-D leaves. {keys}"
        return self.style.paragraphs("\n\n".join([opening, DISCLAIMER, typing.strip()]))

    def with_disclaimer(self, text: str) -> str:
        """Text followed by the fixed line."""
        return with_disclaimer(text, self.style)

    def ask(self, question: str) -> str:
        """The reply to a question, as text."""
        return render(self._answer(question), self.style, chat=True)

    def _answer(self, question: str) -> Reply:
        reply = self.conversation.ask(question, k=1 + OFFERED)
        passages = [hit.passage for hit in reply.hits] if isinstance(reply, Answer) else []
        self.reply = reply
        if not isinstance(reply, SmallTalk):
            self.alarm = reply if isinstance(reply, Escalation) else None
        self.shown = passages[0] if passages else None
        self._listed = passages[1:]
        self._unread = passages[1:]
        self._nearest = reply.nearest if isinstance(reply, NotCovered) else ()
        return reply

    def numbered(self, number: int) -> str:
        """The answer to the question that was listed under this number."""
        if self.alarm:
            return self.repeat_alarm()
        if 1 <= number <= len(self._nearest):
            return self.ask(self._nearest[number - 1])
        if 1 <= number <= len(self._listed):
            return self._show(self._listed[number - 1])
        return "No question has that number now. Ask in your own words, or :topics."

    def more(self) -> str:
        """The first listed answer that was not read yet."""
        if self.alarm:
            return self.repeat_alarm()
        if not self._unread:
            return "There is nothing more for the last question. Ask another one, or :topics."
        return self._show(self._unread[0])

    def repeat_alarm(self) -> str:
        """The escalation again."""
        return render(self.alarm, self.style) if self.alarm else ""

    def topics(self, word: str) -> str:
        """All topics, or the questions of those a word means."""
        topics = self.chatbot.topics()
        if not word:
            return render_topics(topics, self.style, ":topics")
        found = find_topics(word, topics, self.chatbot.index)
        return render_topic(word, {name: topics[name] for name in found}, topics, self.style)

    def guide(self, wish: str) -> str:
        """Lead through the last answer, a routine, or the answer to a question; or list the routines."""
        if self.alarm:
            return self.repeat_alarm()
        before, _, last = wish.rpartition(" ")
        wanted = last == BREATHE and (not before or find_routine(before, self.chatbot.index.routines) is not None)
        wish, breathe = (before if wanted else wish), (wanted or self.breathe)
        if wish:
            guide = plan(wish, self.chatbot, self._answer)
        elif self.shown and self.shown.steps:
            guide = passage_guide(self.shown)
        else:
            return list_routines(routine_guides(self.chatbot), self.style, ":guide")
        if not isinstance(guide, Guide):
            return render(guide, self.style, chat=True)
        if self._lead is None:
            return self.with_disclaimer(script(guide, self.style, breathe))
        self._lead(guide, breathe)
        return self.with_disclaimer("Ask on, or :guide for another one.")

    def judge(self, good: bool, why: str) -> str:
        """Keep what the user thinks of the last answer."""
        if not self.diary.feedback:
            return self.style.wrap(
                "Feedback is off, so nothing was kept. To keep it in a file on this computer, put feedback = true in "
                "the settings file (selfmassage help settings)."
            )
        if self.reply is None or self.shown is None:
            return "No answer has been shown yet. Ask a question first."
        remark = Feedback("good" if good else "bad", self.reply.question, self.shown.id)
        if not self.diary.remark(replace(remark, why=why)):
            return "It could not be kept."
        return "Thank you. Kept on this computer only; selfmassage feedback shows it."

    def _show(self, passage: Passage) -> str:
        self.shown = passage
        self._unread = [other for other in self._unread if other is not passage]
        return self.with_disclaimer(render_passage(passage, self.style))
