"""Running questions through a chatbot and measuring what comes back.

Retrieval is measured by ir-measures on the ranking alone; the decision by comparing kinds of replies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from chatbot.assistant import Chatbot
from chatbot.errors import UsageError
from chatbot.evaluation.dataset import RELEVANT, Dataset, Question
from chatbot.evaluation.progress import Progress
from chatbot.evaluation.rankers import Scorer, best
from chatbot.evaluation.significance import Share, mean
from chatbot.models import Reply
from chatbot.retrieval.coverage import confidence
from chatbot.retrieval.search import make_query, rank

DEPTH: Final = 10
"""How many passages of a ranking are measured."""

MEASURES: Final = ("Success@1", "Success@3", "RR@10", "nDCG@10", "R@10")
KINDS: Final = ("answer", "not_covered", "escalation", "small_talk")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question: the ranking (passage id -> score), best first, the reply, and how sure it was.

    A ranker that only ranks makes no reply. The confidence that the first passage answers is taken of questions
    without history only.
    """

    question: Question
    ranking: Mapping[str, float]
    reply: Reply | None = None
    confidence: float | None = None

    @property
    def kind(self) -> str | None:
        """The kind of the reply."""
        return self.reply.kind if self.reply else None


@dataclass(frozen=True)
class Results:
    """The outcomes of a data set and the figures that follow from them. From grade `relevant` on a passage answers."""

    outcomes: tuple[Outcome, ...]
    qrels: Mapping[str, Mapping[str, int]]
    relevant: int = RELEVANT

    @cached_property
    def retrieval(self) -> dict[str, dict[str, float]]:
        """Measure -> question id -> value, over the questions that expect an answer. Missing rankings count 0."""
        try:
            import ir_measures
            from ir_measures import RR, R, Success, nDCG
        except ImportError as error:
            raise UsageError(
                "selfmassage eval: needs ir-measures. Try: pip install 'selfmassage-chatbot[eval]'"
            ) from error
        measures = {
            Success(rel=self.relevant) @ 1: "Success@1",
            Success(rel=self.relevant) @ 3: "Success@3",
            RR(rel=self.relevant) @ DEPTH: "RR@10",
            nDCG @ DEPTH: "nDCG@10",
            R(rel=self.relevant) @ DEPTH: "R@10",
        }
        asked = {o.question.id: o for o in self.outcomes if o.question.expect == "answer"}
        qrels = {id_: dict(self.qrels[id_]) for id_ in asked}
        run = {id_: falling(outcome.ranking) for id_, outcome in asked.items()}
        values: dict[str, dict[str, float]] = {name: dict.fromkeys(sorted(asked), 0.0) for name in MEASURES}
        if asked:
            for metric in ir_measures.iter_calc(list(measures), qrels, run):
                values[measures[metric.measure]][metric.query_id] = metric.value
        return values

    @cached_property
    def means(self) -> dict[str, float]:
        """The mean of each retrieval measure; empty when no question expects an answer."""
        return {name: mean(list(v.values())) for name, v in self.retrieval.items() if v}

    @cached_property
    def kinds(self) -> Counter[tuple[str, str]]:
        """How often each kind was expected and each came: (expected, came) -> count."""
        return Counter((o.question.expect, o.kind) for o in self.outcomes if o.kind)

    def wrong_kind(self) -> list[Outcome]:
        """The outcomes whose kind of reply is not the expected one."""
        return [outcome for outcome in self.outcomes if outcome.kind not in (None, outcome.question.expect)]

    def misses(self) -> list[Outcome]:
        """The outcomes without an answer among the first three passages."""
        return [outcome for outcome in self.outcomes if self.retrieval["Success@3"].get(outcome.question.id) == 0.0]

    def right(self, outcome: Outcome) -> bool:
        """Whether the kind of reply is right and, for an answer, one of its first three passages answers."""
        if outcome.kind != outcome.question.expect:
            return False
        return outcome.kind != "answer" or self.retrieval["Success@3"][outcome.question.id] == 1.0

    @cached_property
    def by_question(self) -> dict[str, dict[str, float]]:
        """All that is known of single questions: the retrieval measures, and whether kinds and dialogues are right."""
        kinds = {o.question.id: float(o.kind == o.question.expect) for o in self.outcomes if o.kind}
        dialogues = {o.question.id: float(self.right(o)) for o in self.outcomes if o.kind and o.question.history}
        return self.retrieval | {"kind right": kinds, "last turn right": dialogues}

    @cached_property
    def shares(self) -> dict[str, Share]:
        """The decisions and dialogues as shares, by name; those without any question are left out."""
        replies = [(o.question.expect, o.kind) for o in self.outcomes if o.kind]
        dialogues = [self.right(outcome) for outcome in self.outcomes if outcome.kind and outcome.question.history]
        shares = {
            "off-topic answered": _share(kind == "answer" for expect, kind in replies if expect == "not_covered"),
            "in scope refused": _share(kind == "not_covered" for expect, kind in replies if expect == "answer"),
            "in scope, alarm raised": _share(kind == "escalation" for expect, kind in replies if expect == "answer"),
            "small talk right": _share(kind == "small_talk" for expect, kind in replies if expect == "small_talk"),
            '"answer": precision': _share(expect == "answer" for expect, kind in replies if kind == "answer"),
            '"answer": recall': _share(kind == "answer" for expect, kind in replies if expect == "answer"),
            "dialogues, last turn right": _share(dialogues),
        }
        return {name: share for name, share in shares.items() if share.of}

    def single(self) -> Results:
        """The questions without history that expect an answer: what a ranker without a memory can be compared on."""
        return Results(tuple(filter(_comparable, self.outcomes)), self.qrels, self.relevant)


def falling(ranking: Mapping[str, float]) -> dict[str, float]:
    """The scores of a ranking, with ties parted so that the order survives tools that sort 32-bit scores again."""
    scores: dict[str, float] = {}
    last = float("inf")
    for passage, score in ranking.items():
        last = min(score, last - max(abs(last), 1.0) * 1e-6) if scores else score
        scores[passage] = last
    return scores


def run(dataset: Dataset, chatbot: Chatbot, progress: Progress) -> Results:
    """Ask every question of a data set, with its history where it has one."""
    outcomes = tuple(_outcome(question, chatbot) for question in progress.track(dataset.questions, "asking"))
    return Results(outcomes, dataset.qrels, dataset.relevant)


def run_scorer(dataset: Dataset, scorer: Scorer, ids: list[str], progress: Progress) -> Results:
    """Let a ranker that only ranks rank the passages `ids` for the questions it can be compared on."""
    questions = [question for question in dataset.questions if _comparable(Outcome(question, {}))]
    outcomes = tuple(Outcome(q, best(scorer(q.text), ids, DEPTH)) for q in progress.track(questions, "ranking"))
    return Results(outcomes, dataset.qrels, dataset.relevant)


def _comparable(outcome: Outcome) -> bool:
    return outcome.question.expect == "answer" and not outcome.question.history


def _share(answers: Iterable[bool]) -> Share:
    counted = list(answers)
    return Share(sum(counted), len(counted))


def _outcome(question: Question, chatbot: Chatbot) -> Outcome:
    if not question.history:
        hits = chatbot.search(question.text, DEPTH)
        reply = chatbot.ask(question.text)
        sure = _confidence(question.text, chatbot)
    else:
        conversation = chatbot.conversation()
        for turn in question.history:
            conversation.ask(turn)
        reply = conversation.ask(question.text, DEPTH)
        hits = list(reply.hits) if reply.kind == "answer" else []
        sure = None
    return Outcome(question, {hit.passage.id: hit.score for hit in hits}, reply, sure)


def _confidence(question: str, chatbot: Chatbot) -> float:
    """How sure the decision is of the first passage; 0 when nothing is found."""
    query = make_query(question, chatbot.index)
    ranking = rank(query, chatbot.index, 1)
    if not ranking.answers:
        return 0.0
    return confidence(query, chatbot.index, ranking.answers[0], ranking.refusal)
