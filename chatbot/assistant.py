"""The way of a question, in reading order: screen, small talk, what it refers to, ranking, decision, reply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chatbot import dialogue
from chatbot.builtin import compile_corpus, open_builtin
from chatbot.dialogue import FollowUp
from chatbot.language.analysis import EMPTY, Analysis, analyse, analyse_words, distinct
from chatbot.language.words import words
from chatbot.models import Answer, Escalation, Hit, NotCovered, Passage, Reply, SmallTalk, Why
from chatbot.retrieval.coverage import ANSWERED, ANSWERED_FOLLOW_UP, EXPLAINED, confidence, weigh_evidence
from chatbot.retrieval.explain import explain
from chatbot.retrieval.index import Index
from chatbot.retrieval.search import Query, Ranked, Ranking, make_query, rank
from chatbot.retrieval.store import Store
from chatbot.safety.cautions import Caution
from chatbot.safety.red_flags import Alarm, Reading, Screen

if TYPE_CHECKING:
    from chatbot.corpus.load import Corpus

HITS: Final = 3
"""How many passages an answer brings unless asked otherwise."""

NEAREST: Final = 3
"""How many nearest questions are offered when nothing answers."""

UNSAFE: Final = "Not covered: the answer this corpus has would not be safe with what you told of yourself."
"""Said when every answer is unsafe for the person and the corpus holds none to give instead."""

REMEMBERED_TURNS: Final = 3
"""How many earlier messages the red-flag screen of a conversation reads together with the new one."""


class Chatbot:
    """Answers questions from a corpus. Immutable: one may be shared by threads. It never prints or writes."""

    def __init__(self, corpus: Corpus | None = None) -> None:
        """Use the built-in corpus, or anybody's `Corpus`."""
        self.index: Index = open_builtin() if corpus is None else Index(Store(compile_corpus(corpus)))
        self._screen = Screen(self.index.screen)

    def ask(self, question: str, k: int = HITS) -> Reply:
        """Answer one question on its own, with up to `k` passages. Never raises on any string."""
        reading = self._screen.read(question)
        escalation = self._escalation(question, reading.alarm)
        if escalation:
            return escalation
        message = self.small_talk(question)
        if message:
            return SmallTalk(question=question, message=message)
        return self._careful(self._reply(question, make_query(question, self.index), k), reading.cautions)

    def conversation(self) -> Conversation:
        """Start a conversation, which remembers what it is about."""
        return Conversation(self)

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """Retrieval alone: up to `k` passages, best first; no red-flag screen, no decision whether they answer.

        Passages that decline a matter on purpose are left out.
        """
        return self._hits(rank(make_query(query, self.index), self.index, k).answers)

    def passages(self) -> Sequence[Passage]:
        """Every passage of the corpus, in order of id."""
        return list(self.index.passages())

    def topics(self) -> dict[str, list[Passage]]:
        """Every topic, in alphabetical order, with its passages."""
        found: dict[str, list[Passage]] = {}
        for passage in self.index.passages():
            for topic in passage.topics:
                found.setdefault(topic, []).append(passage)
        return dict(sorted(found.items()))

    def read(self, message: str) -> Reading:
        """What the screen reads in a message: the red-flag rule it sets off, and what the writer says of herself."""
        return self._screen.read(message)

    @property
    def cautions(self) -> Sequence[Caution]:
        """Every caution it heeds, gravest first."""
        return list(self._screen.cautions.values())

    def alarm(self, message: str) -> Alarm | None:
        """The red-flag rule that a message sets off, or None."""
        return self._screen.alarm(message)

    def small_talk(self, message: str) -> str | None:
        """The reply to a message that is nothing but small talk, or None."""
        small_talk = self.index.small_talk
        spelt = small_talk.spelt(words(message), self.index.knows)
        return small_talk.reply(message, analyse_words(spelt, self.index.lexicon))

    def why(self, question: str) -> Why | None:
        """Why the best passage was found for a question asked on its own; None when no word of it is known."""
        return self._why(question, make_query(question, self.index))

    def declines(self, query: Query) -> bool:
        """Whether a query asks for what the corpus declines on purpose, or for nothing it knows."""
        ranking = rank(query, self.index, 1)
        return ranking.declined or not ranking.answers

    def _escalation(self, question: str, alarm: Alarm | None) -> Escalation | None:
        if alarm is None:
            return None
        return Escalation(question=question, level=alarm.level, rule=alarm.rule, message=alarm.message)

    def _reply(self, question: str, query: Query, k: int, follow_up: FollowUp | None = None) -> Reply:
        """An answer or "not covered", for a message that set off no alarm and is not small talk."""
        whole = follow_up.query if follow_up else query
        ranking = rank(whole, self.index, max(k, NEAREST))
        if ranking.answers and self._answers(whole, ranking, follow_up):
            hits = tuple(self._hits(ranking.answers[: max(k, 1)]))
            about = follow_up.about if follow_up else None
            return Answer(question=question, hits=hits, about=about, corrections=query.corrections)
        nearest = tuple(hit.passage.question for hit in self._hits(ranking.answers[:NEAREST]))
        refusal = ranking.refusal if ranking.declined else None
        if refusal and weigh_evidence(whole, self.index, refusal).explained >= EXPLAINED:
            why = f"Not covered: {self.index.passage(refusal.number).answer}"
            return NotCovered(question=question, message=why, nearest=nearest)
        return NotCovered(question=question, nearest=nearest)

    def _answers(self, query: Query, ranking: Ranking, follow_up: FollowUp | None) -> bool:
        """Whether the best passage answers the query and, where words were carried over, the turn's own words too.

        The second condition keeps an off-topic turn ("and the best pizza?") from being answered with what it inherits.
        """
        best = ranking.answers[0]
        least = ANSWERED_FOLLOW_UP if follow_up else ANSWERED
        if confidence(query, self.index, best, ranking.refusal) < least:
            return False
        if follow_up is None:
            return True
        own = rank(follow_up.own, self.index, 1)
        return not own.declined

    def _careful(self, reply: Reply, said: Iterable[str]) -> Reply:
        """A reply made fit for somebody of whom these cautions hold: unsafe answers replaced, cautions shown."""
        told = set(said)
        cautions = [caution for id_, caution in self._screen.cautions.items() if id_ in told]
        if not cautions or not isinstance(reply, Answer):
            return reply
        best = reply.hits[0]
        against = next((caution for caution in cautions if caution.forbids(best.passage)), None)
        number = self.index.number(against.instead) if against else None
        hits = [hit for hit in reply.hits if not any(caution.forbids(hit.passage) for caution in cautions)]
        if number is not None:
            instead = self.index.passage(number)
            hits = [Hit(instead, best.score), *(hit for hit in hits if hit.passage != instead)]
        if not hits:
            texts = tuple(caution.text for caution in cautions)
            return NotCovered(question=reply.question, message=UNSAFE, cautions=texts)
        shown = [c.text for c in cautions if c is against or c.matters_for(hits[0].passage)]
        return replace(reply, hits=tuple(hits), cautions=tuple(shown))

    def _why(self, question: str, query: Query, follow_up: FollowUp | None = None) -> Why | None:
        whole = follow_up.query if follow_up else query
        ranking = rank(whole, self.index, 1)
        if not ranking.answers:
            return None
        best = ranking.answers[0]
        return Why(
            question=question,
            passage=self.index.passage(best.number),
            clues=explain(whole, self.index, best.number),
            confidence=confidence(whole, self.index, best, ranking.refusal),
            needed=ANSWERED_FOLLOW_UP if follow_up else ANSWERED,
            about=follow_up.about if follow_up else None,
            corrections=query.corrections,
        )

    def _hits(self, ranked: Sequence[Ranked]) -> list[Hit]:
        return [Hit(self.index.passage(best.number), best.score) for best in ranked]


class Conversation:
    """One person's conversation. Not for sharing: it remembers. The chatbot behind it may be shared."""

    def __init__(self, chatbot: Chatbot) -> None:
        self._chatbot = chatbot
        self.reset()

    def reset(self) -> None:
        """Forget everything said so far."""
        self._subject = EMPTY
        self._messages: list[str] = []
        self._alarm: Alarm | None = None
        self._last: tuple[str, Query, FollowUp | None] | None = None
        self._said: dict[str, None] = {}

    def why(self) -> Why | None:
        """Why the last question was answered as it was; None before one, and after an alarm or small talk."""
        return self._chatbot._why(*self._last) if self._last else None

    def ask(self, question: str, k: int = HITS) -> Reply:
        """Answer a turn, taking over from earlier turns what it leaves out. Never raises on any string."""
        chatbot, index = self._chatbot, self._chatbot.index
        query = make_query(question, index)
        leaning = bool(self._subject.words) and dialogue.leans(question, query.analysis)
        follow_up = dialogue.follow_up(question, query, self._subject, index.lexicon) if leaning else None
        subject = follow_up.query.analysis if follow_up else query.analysis
        self._last = None
        reading = chatbot.read(question)
        said = self._listen(question, reading)
        message = chatbot.small_talk(question)
        self._alarm = reading.alarm or self._alarm_after(question, query.analysis, leaning, message is not None)
        escalation = chatbot._escalation(question, self._alarm)
        if escalation:
            self._remember(question, subject)
            return escalation
        if message:
            return SmallTalk(question=question, message=message)
        self._last = (question, query, follow_up)
        reply = chatbot._careful(chatbot._reply(question, query, k, follow_up), said)
        if reply.kind == "answer" or (subject.mentions and not chatbot.declines(query)):
            self._remember(question, subject)
        return reply

    def _listen(self, question: str, reading: Reading) -> list[str]:
        """The cautions that hold for this turn: what the person said of herself, unless it is about somebody else."""
        self._said |= dict.fromkeys(reading.cautions)
        for id_ in reading.denied:
            self._said.pop(id_, None)
        return [] if dialogue.about_somebody_else(question) and not reading.cautions else list(self._said)

    def _alarm_after(self, question: str, own: Analysis, leaning: bool, small_talk: bool) -> Alarm | None:
        """The alarm that holds after a message without one: that of the last ones taken together, or an earlier one.

        An earlier alarm ends, and earlier messages stop counting, when a turn stands alone and is about something else.
        """
        terms = {mention.term for mention in own.mentions}
        if not leaning and terms and not terms & {mention.term for mention in self._subject.mentions}:
            self._messages.clear()
            return None
        if small_talk:
            return None
        if not self._messages:
            return self._alarm
        return self._chatbot.alarm(". ".join([*self._messages, question])) or self._alarm

    def _remember(self, question: str, subject: Analysis) -> None:
        self._messages = [*self._messages, question][-REMEMBERED_TURNS:]
        self._subject = subject


def find_topics(word: str, topics: Mapping[str, object], index: Index) -> list[str]:
    """The topics that a word means: by the lexicon ("traps" -> trapezius), else those whose name has the word in it."""
    meant = [mention.term for mention in analyse(word, index.lexicon).mentions if mention.term in topics]
    return distinct(meant) or [topic for topic in topics if word.casefold() in topic.casefold()]
