"""Running questions through a chatbot and measuring what comes back.

Retrieval is measured by ir-measures on the ranking alone; the decision by comparing kinds of replies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from chatbot.assistant import Chatbot
from chatbot.errors import EvaluationError
from chatbot.evaluation.dataset import Dataset, Question
from chatbot.models import Reply

DEPTH = 10
"""How many passages of a ranking are measured."""

RELEVANT = 2
"""The lowest grade that counts as an answer: 3 answers exactly this, 2 answers it well, 1 is related, 0 is not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a chatbot did with one question: its ranking (passage id -> score), best first, and its reply."""

    question: Question
    ranking: Mapping[str, float]
    reply: Reply


@dataclass(frozen=True)
class Results:
    """The outcomes of a data set and the figures that follow from them."""

    outcomes: tuple[Outcome, ...]
    qrels: Mapping[str, Mapping[str, int]]

    @cached_property
    def retrieval(self) -> dict[str, dict[str, float]]:
        """Measure -> question id -> value, over the questions that expect an answer. Missing rankings count 0."""
        try:
            import ir_measures
            from ir_measures import RR, R, Success, nDCG
        except ImportError as error:
            raise EvaluationError(
                "Measuring needs ir-measures. Try: pip install 'selfmassage-chatbot[eval]'"
            ) from error
        measures = {
            "Success@1": Success(rel=RELEVANT) @ 1,
            "Success@3": Success(rel=RELEVANT) @ 3,
            "RR@10": RR(rel=RELEVANT) @ DEPTH,
            "nDCG@10": nDCG @ DEPTH,
            "R@10": R(rel=RELEVANT) @ DEPTH,
        }
        asked = {o.question.id: o for o in self.outcomes if o.question.expect == "answer"}
        qrels = {id_: dict(self.qrels[id_]) for id_ in asked}
        run = {id_: dict(outcome.ranking) for id_, outcome in asked.items()}
        names = {str(measure): name for name, measure in measures.items()}
        values: dict[str, dict[str, float]] = {name: dict.fromkeys(sorted(asked), 0.0) for name in measures}
        if asked:
            for metric in ir_measures.iter_calc(list(measures.values()), qrels, run):
                values[names[str(metric.measure)]][metric.query_id] = metric.value
        return values

    @cached_property
    def means(self) -> dict[str, float]:
        """The mean of each retrieval measure; empty when no question expects an answer."""
        return {name: sum(v.values()) / len(v) for name, v in self.retrieval.items() if v}

    @cached_property
    def kinds(self) -> Counter[tuple[str, str]]:
        """How often each kind was expected and each came: (expected, came) -> count."""
        return Counter((o.question.expect, o.reply.kind) for o in self.outcomes)

    def wrong_kind(self) -> list[Outcome]:
        """The outcomes whose kind of reply is not the expected one."""
        return [outcome for outcome in self.outcomes if outcome.reply.kind != outcome.question.expect]


def run(dataset: Dataset, chatbot: Chatbot) -> Results:
    """Ask every question of a data set, with its history where it has one."""
    return Results(tuple(_outcome(question, chatbot) for question in dataset.questions), dataset.qrels)


def _outcome(question: Question, chatbot: Chatbot) -> Outcome:
    if not question.history:
        hits = chatbot.search(question.text, DEPTH)
        reply = chatbot.ask(question.text)
    else:
        conversation = chatbot.conversation()
        for turn in question.history:
            conversation.ask(turn)
        reply = conversation.ask(question.text, DEPTH)
        hits = list(reply.hits) if reply.kind == "answer" else []
    return Outcome(question, {hit.passage.id: hit.score for hit in hits}, reply)
