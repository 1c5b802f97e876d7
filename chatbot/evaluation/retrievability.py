"""Leave-one-out: does every question and paraphrase still find its passage when it is taken out of the index?

A corpus whose paraphrases find their passage without their own help is one in which strangers' wordings do too. What
stays wrong names passages that are unclear or clash with a neighbour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chatbot.language.analysis import analyse
from chatbot.language.lexicon import Lexicon
from chatbot.models import Passage
from chatbot.retrieval.bm25 import K1, B, weigh
from chatbot.retrieval.index import field_lines, field_terms
from chatbot.retrieval.search import FIELD_WEIGHTS, term_weights


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One line held out: the passage it belongs to, where that passage came (1 is best), and who came first."""

    passage: str
    line: str
    rank: int
    first: str


class _Field:
    """One field as a dense matrix, terms by passages."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        postings = weigh(documents)
        self.rows = {term: row for row, term in enumerate(postings.terms)}
        self.idf = postings.idf
        self.matrix = np.zeros((len(postings.terms), len(documents)), dtype=np.float32)
        for row in range(len(postings.terms)):
            span = slice(postings.starts[row], postings.starts[row + 1])
            self.matrix[row, list(postings.documents[span])] = postings.weights[span]
        self.average = sum(map(len, documents)) / len(documents)

    def scores(self, weights: Mapping[str, float]) -> npt.NDArray[np.float32]:
        known = [(self.rows[term], weight) for term, weight in weights.items() if term in self.rows]
        if not known:
            return np.zeros(self.matrix.shape[1], dtype=np.float32)
        rows, factors = zip(*known, strict=True)
        scores: npt.NDArray[np.float32] = np.array(factors, dtype=np.float32) @ self.matrix[list(rows)]
        return scores


def leave_one_out(passages: Sequence[Passage], lexicon: Lexicon) -> list[HeldOut]:
    """Hold out every question and paraphrase in turn and search for it. Refusals are neither held out nor ranked.

    The line's own term counts and length are taken off its passage; document frequencies and the average length are
    left as they are, which one line in thousands hardly moves.
    """
    lines = [[analyse(line, lexicon).terms for line in (p.question, *p.also_asked)] for p in passages]
    question = _Field([[term for line in group for term in line] for group in lines])
    answer = _Field(
        [field_terms((analyse(line, lexicon) for line in field_lines(p, "answer")), "answer") for p in passages]
    )
    results = []
    refused = [number for number, passage in enumerate(passages) if passage.refusal]
    for number, passage in enumerate(passages):
        if passage.refusal:
            continue
        counts = Counter(term for line in lines[number] for term in line)
        for text, terms in zip((passage.question, *passage.also_asked), lines[number], strict=True):
            own = Counter(terms)
            weights = term_weights(terms)
            own_answer = answer.scores(weights) * FIELD_WEIGHTS["answer"]
            scores = question.scores(weights) * FIELD_WEIGHTS["question"] + own_answer
            rest = _held_out_score(question, counts, own, weights)
            scores[number] = FIELD_WEIGHTS["question"] * rest + own_answer[number]
            scores[refused] = -np.inf
            rank = int((scores > scores[number]).sum()) + 1
            results.append(HeldOut(passage.id, text, rank, passages[int(scores.argmax())].id))
    return results


def _held_out_score(
    field: _Field, counts: Mapping[str, int], own: Mapping[str, int], weights: Mapping[str, float]
) -> float:
    length = sum(counts.values()) - sum(own.values())
    norm = K1 * (1 - B + B * length / field.average)
    score = 0.0
    for term, weight in weights.items():
        left = counts[term] - own[term]
        if left:
            score += weight * field.idf[field.rows[term]] * left * (K1 + 1) / (left + norm)
    return score


def success_at(results: Sequence[HeldOut], depth: int) -> float:
    """The share of held-out lines whose passage came among the first `depth`."""
    return sum(result.rank <= depth for result in results) / len(results) if results else 0.0


def weak_passages(results: Sequence[HeldOut], bar: float = 0.7, depth: int = 3) -> list[tuple[str, float, str]]:
    """Passages whose held-out lines come among the first `depth` less often than `bar`, weakest first.

    Each with its rate and the passage that most often came first instead.
    """
    by_passage: dict[str, list[HeldOut]] = {}
    for result in results:
        by_passage.setdefault(result.passage, []).append(result)
    weak = []
    for passage, lines in by_passage.items():
        rate = success_at(lines, depth)
        if rate < bar:
            rivals = Counter(line.first for line in lines if line.rank > depth)
            weak.append((passage, rate, rivals.most_common(1)[0][0]))
    return sorted(weak, key=lambda entry: (entry[1], entry[0]))
