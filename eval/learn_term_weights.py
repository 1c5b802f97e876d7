"""Learns how much each term of a question counts, from the practice questions, and writes corpus/term_weights.toml.

    python eval/learn_term_weights.py        from the repository, with the test extra installed

BM25 holds a rare word for an important one. In a question of sixty words about a sore neck the rarest may be the
town, the job and the weather. So the score of a passage becomes the sum of w(t) times the BM25 contributions of term t,
and log w(t) is learnt by a softmax regression over the best candidates of each practice question (the passage it was
written for against the others), held near 0 by a ridge. The score stays a sum over terms; nothing else changes.
The idea of learning query term weights under BM25 is that of Dai and Callan, "Context-Aware Term Weighting for First
Stage Passage Retrieval" (SIGIR 2020); theirs come from a neural encoder, ours are one number per term. Deterministic.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from chatbot import Chatbot, Corpus
from chatbot.builtin import corpus_folder, evaluation_folder
from chatbot.evaluation.dataset import load_practice
from chatbot.retrieval.search import FIELD_WEIGHTS, make_query

TARGET = Path(__file__).parent.parent / "corpus" / "term_weights.toml"
CANDIDATES = 40
RIDGE = 3.0
TEMPERATURE = 4.0
"""BM25 scores are divided by this before the softmax, so that a lead of a few points is not yet a certainty."""
SMALLEST = 0.1
"""Terms whose log weight lies nearer to 0 are left out."""
HEADER = """\
# How much a term of a question counts against its idf alone (a term that is not here: 1). Lexicon terms begin with "=".
# Learnt by eval/learn_term_weights.py from eval/practice.jsonl; do not edit by hand.

[term_weight]
"""

Array = npt.NDArray[np.float64]
Example = tuple[npt.NDArray[np.int64], Array, int]
"""The numbers of a question's terms; their contributions to each candidate (terms by candidates); the right one."""


def contributions(bot: Chatbot) -> tuple[dict[str, int], Array]:
    """Every term's number, and the weighted BM25 contribution of each to each passage (terms by passages)."""
    index = bot.index
    terms: dict[str, int] = {}
    for field in index.fields.values():
        for term in field.terms():
            terms.setdefault(term, len(terms))
    table = np.zeros((len(terms), len(index)))
    for name, field in index.fields.items():
        for term in field.terms():
            documents, weights = field.postings(term)
            table[terms[term], np.asarray(documents)] += FIELD_WEIGHTS[name] * np.asarray(weights)
    return terms, table


def examples(bot: Chatbot, terms: dict[str, int], table: Array) -> list[Example]:
    """One example for each practice question with a passage, if it is among the candidates."""
    number = {passage.id: position for position, passage in enumerate(bot.passages())}
    refusals = np.array(sorted(bot.index.refusals), dtype=np.int64)
    found: list[Example] = []
    for practice in load_practice(evaluation_folder() / "practice.jsonl"):
        if practice.passage is None or practice.expect != "answer":
            continue
        weights = {t: w for t, w in make_query(practice.text, bot.index).weights.items() if t in terms}
        if not weights:
            continue
        rows = np.array([terms[term] for term in weights])
        parts = table[rows] * np.array(list(weights.values()))[:, None]
        scores = parts.sum(0)
        scores[refusals] = -1.0
        candidates = np.argsort(-scores, kind="stable")[:CANDIDATES]
        place = np.flatnonzero(candidates == number[practice.passage])
        if place.size:
            found.append((rows, parts[:, candidates] / TEMPERATURE, int(place[0])))
    return found


def fit(data: list[Example], count: int) -> Array:
    """The log weight of each of `count` terms."""

    def loss(logs: Array) -> tuple[float, Array]:
        value, slope, weights = RIDGE * float(logs @ logs), 2 * RIDGE * logs, np.exp(logs)
        for rows, parts, right in data:
            scores = weights[rows] @ parts
            scores -= scores.max()
            chances = np.exp(scores)
            total = chances.sum()
            value -= scores[right] - np.log(total)
            chances /= total
            chances[right] -= 1
            np.add.at(slope, rows, weights[rows] * (parts @ chances))
        return value, slope

    best: Array = minimize(loss, np.zeros(count), jac=True, method="L-BFGS-B", options={"maxiter": 60}).x
    return best


def main() -> None:
    """Learn, report, write."""
    corpus = Corpus.load(corpus_folder())
    plain = Chatbot(replace(corpus, term_weights={}))
    terms, table = contributions(plain)
    data = examples(plain, terms, table)
    seen = Counter(int(row) for rows, _, _ in data for row in rows)
    logs = fit(data, len(terms))
    kept = sorted((term, logs[row]) for term, row in terms.items() if seen[row] and abs(logs[row]) >= SMALLEST)
    lines = [f'"{term}" = {np.exp(log):.2f}\n' for term, log in kept]
    TARGET.write_text(HEADER + "".join(lines))
    print(f"{len(data)} questions, {len(terms)} terms, {len(lines)} weights written to {TARGET.name}")


if __name__ == "__main__":
    main()
