"""The way of a question, in reading order: screen, small talk, what it refers to, ranking, decision, reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chatbot import dialogue
from chatbot.builtin import compile_corpus, open_builtin
from chatbot.language.analysis import analyse, distinct
from chatbot.language.words import stem, stop_stems, words
from chatbot.models import Answer, Escalation, Hit, NotCovered, Passage, Reply, SmallTalk
from chatbot.retrieval.coverage import ANSWERED, ANSWERED_FOLLOW_UP, EXPLAINED, confidence, in_subject, weigh_evidence
from chatbot.retrieval.index import Index
from chatbot.retrieval.search import Query, Ranked, Ranking, make_query, rank
from chatbot.retrieval.store import Store
from chatbot.safety.red_flags import Alarm, Screen

if TYPE_CHECKING:
    from chatbot.corpus.load import Corpus

HITS: Final = 3
"""How many passages an answer brings unless asked otherwise."""

NEAREST: Final = 3
"""How many nearest questions are offered when nothing answers."""

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
        return self._escalation(question, self._screen.alarm(question)) or self._reply(question, k)

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

    def alarm(self, message: str) -> Alarm | None:
        """The red-flag rule that a message sets off, or None."""
        return self._screen.alarm(message)

    def small_talk(self, message: str) -> str | None:
        """The reply to a message that is nothing but small talk, or None."""
        return self.index.small_talk.get(" ".join(words(message)))

    def _escalation(self, question: str, alarm: Alarm | None) -> Escalation | None:
        if alarm is None:
            return None
        return Escalation(question=question, level=alarm.level, rule=alarm.rule, message=alarm.message)

    def _reply(self, question: str, k: int, carried: Sequence[str] = ()) -> Reply:
        """Small talk, an answer or "not covered", for a message that set off no alarm."""
        message = self.small_talk(question)
        if message:
            return SmallTalk(question=question, message=message)
        query = make_query(question, self.index, carried)
        ranking = rank(query, self.index, max(k, NEAREST))
        if ranking.answers and self._answers(question, query, carried, ranking):
            hits = tuple(self._hits(ranking.answers[: max(k, 1)]))
            about = ", ".join(carried) or None
            return Answer(question=question, hits=hits, about=about, corrections=query.corrections)
        nearest = tuple(hit.passage.question for hit in self._hits(ranking.answers[:NEAREST]))
        refusal = ranking.refusal if ranking.declined else None
        if refusal and weigh_evidence(query, self.index, refusal).explained >= EXPLAINED:
            why = f"Not covered: {self.index.passage(refusal.number).answer}"
            return NotCovered(question=question, message=why, nearest=nearest)
        return NotCovered(question=question, nearest=nearest)

    def _answers(self, question: str, query: Query, carried: Sequence[str], ranking: Ranking) -> bool:
        """Whether the best passage answers the query and, where words were carried over, the turn's own words too.

        The second condition keeps an off-topic turn ("and the best pizza?") from being answered with what it inherits.
        """
        best = ranking.answers[0]
        if confidence(query, self.index, best, ranking.refusal) < (ANSWERED_FOLLOW_UP if carried else ANSWERED):
            return False
        if not carried:
            return True
        own = make_query(question, self.index)
        declined = rank(own, self.index, 1).declined
        return not declined and in_subject(own, self.index, best.number) >= EXPLAINED

    def _hits(self, ranked: Sequence[Ranked]) -> list[Hit]:
        return [Hit(self.index.passage(best.number), best.score) for best in ranked]


class Conversation:
    """One person's conversation. Not for sharing: it remembers. The chatbot behind it may be shared."""

    def __init__(self, chatbot: Chatbot) -> None:
        self._chatbot = chatbot
        self.reset()

    def reset(self) -> None:
        """Forget everything said so far."""
        self._frame = dialogue.Frame()
        self._messages: list[str] = []
        self._alarm: Alarm | None = None

    def ask(self, question: str, k: int = HITS) -> Reply:
        """Answer a turn, taking over from earlier turns what it leaves out. Never raises on any string."""
        analysis = analyse(question, self._chatbot.index.lexicon)
        own = dialogue.frame_of(analysis.mentions)
        leaning = bool(self._messages) and dialogue.leans(question, analysis)
        self._alarm = self._alarm_after(question, own, leaning)
        escalation = self._chatbot._escalation(question, self._alarm)
        if escalation:
            self._remember(question, own, leaning)
            return escalation
        carried = self._carried(own) if leaning else []
        reply = self._chatbot._reply(question, k, carried)
        if reply.kind == "answer":
            self._remember(question, own, leaning)
        return reply

    def _alarm_after(self, question: str, own: dialogue.Frame, leaning: bool) -> Alarm | None:
        """The alarm that holds now: this message's own, that of the last ones taken together, or an earlier one.

        An earlier alarm ends, and earlier messages stop counting, when a turn stands alone and is about something else.
        """
        alarm = self._chatbot.alarm(question)
        if alarm:
            return alarm
        if not leaning and own.terms and not set(own.terms) & set(self._frame.terms):
            self._messages.clear()
            return None
        if self._chatbot.small_talk(question):
            return None
        return self._chatbot.alarm(". ".join([*self._messages, question])) or self._alarm

    def _carried(self, own: dialogue.Frame) -> list[str]:
        """What a leaning turn takes over: terms of the frame or, where it holds none, the last message's words."""
        terms = dialogue.carry_over(self._frame, own)
        return terms or [word for word in words(self._messages[-1]) if stem(word) not in stop_stems()]

    def _remember(self, question: str, own: dialogue.Frame, leaning: bool) -> None:
        self._messages = [*self._messages, question][-REMEMBERED_TURNS:]
        self._frame = dialogue.merge(self._frame, own) if leaning else own


def find_topics(word: str, topics: Mapping[str, object], index: Index) -> list[str]:
    """The topics that a word means: by the lexicon ("traps" -> trapezius), else those whose name has the word in it."""
    meant = [mention.term for mention in analyse(word, index.lexicon).mentions if mention.term in topics]
    return distinct(meant) or [topic for topic in topics if word.casefold() in topic.casefold()]
