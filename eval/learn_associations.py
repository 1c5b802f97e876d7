"""Learns which passages a term of a question speaks for, and writes corpus/associations.npz.

    python eval/learn_associations.py        from the repository, with the test extra installed

A softmax regression over passages: the input is a question as a unit vector of its terms (idf times the weight a query
gives the term), the classes are the passages, the examples are the corpus's own wordings and the practice questions. It
is fitted by Adam (Kingma and Ba, ICLR 2015) in a few epochs, so that it stays near what BM25 would say; the greatest
weights are kept. Ranking adds its scores to those of BM25 (`chatbot.retrieval.search`). Deterministic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags

from chatbot import Chatbot, Corpus
from chatbot.builtin import corpus_folder, evaluation_folder
from chatbot.evaluation.dataset import load_practice
from chatbot.retrieval.search import make_query

TARGET = Path(__file__).parent.parent / "corpus" / "associations.npz"
EPOCHS = 4
BATCH = 512
RATE = 0.05
RIDGE = 3e-6
NEW_TERM_IDF = 7.0
"""The idf of terms that only practice questions hold; about that of a term in a single passage."""
KEPT = 150_000
"""How many of the weights (those farthest from 0) are kept."""

Array = npt.NDArray[np.float32]
Terms = Mapping[str, float]


def examples(bot: Chatbot) -> tuple[list[Terms], list[int]]:
    """Weighted terms and the number of the right passage: every wording, and the practice questions."""
    passages = bot.passages()
    number = {passage.id: position for position, passage in enumerate(passages)}
    asked = [(line, number[p.id]) for p in passages for line in (p.question, *p.also_asked)]
    practice = load_practice(evaluation_folder() / "practice.jsonl")
    asked += [(p.text, number[p.passage]) for p in practice if p.passage is not None]
    return [make_query(text, bot.index).weights for text, _ in asked], [right for _, right in asked]


def idfs(bot: Chatbot, lines: Sequence[Terms]) -> dict[str, float]:
    """Every term that counts, with its idf: those of the question field, and others that two lines hold."""
    field = bot.index.fields["question"]
    counts = Counter(term for line in lines for term in line)
    found = {term: field.idf(term) for term, count in sorted(counts.items()) if count > 1 or term in field}
    return {term: NEW_TERM_IDF if idf is None else idf for term, idf in found.items()}


def as_matrix(lines: Sequence[Terms], idf: Mapping[str, float]) -> csr_matrix:
    """One row of length 1 for each line."""
    column = {term: position for position, term in enumerate(idf)}
    cells = [(row, column[t], w * idf[t]) for row, line in enumerate(lines) for t, w in line.items() if t in column]
    rows, columns, values = zip(*cells, strict=True)
    matrix = csr_matrix((np.array(values, np.float32), (rows, columns)), shape=(len(lines), len(idf)))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(1))).ravel() + 1e-9
    return (diags(1 / lengths) @ matrix).tocsr().astype(np.float32)


def fit(matrix: csr_matrix, right: npt.NDArray[np.int64], classes: int) -> Array:
    """The weights, terms by passages."""
    weights = np.zeros((matrix.shape[1], classes), np.float32)
    mean, spread = np.zeros_like(weights), np.zeros_like(weights)
    order = np.random.default_rng(0)
    step = 0
    for _ in range(EPOCHS):
        shuffled = order.permutation(len(right))
        for start in range(0, len(right), BATCH):
            batch = shuffled[start : start + BATCH]
            rows = matrix[batch]
            chances = rows @ weights
            chances = np.exp(chances - chances.max(1, keepdims=True))
            chances /= chances.sum(1, keepdims=True)
            chances[np.arange(len(batch)), right[batch]] -= 1
            slope = (rows.T @ chances).astype(np.float32) / len(batch) + RIDGE * weights
            step += 1
            mean += 0.1 * (slope - mean)
            spread += 0.01 * (slope * slope - spread)
            weights -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.99**step)) + 1e-8)
    return weights


def main() -> None:
    """Learn and write."""
    bot = Chatbot(replace(Corpus.load(corpus_folder()), associations=None))
    lines, right = examples(bot)
    idf = idfs(bot, lines)
    weights = fit(as_matrix(lines, idf), np.array(right), len(bot.index))
    least = np.partition(np.abs(weights).ravel(), -KEPT)[-KEPT]
    weights[np.abs(weights) < least] = 0
    rows, columns = np.nonzero(weights)
    scale = float(np.abs(weights).max() / 127)
    np.savez_compressed(
        TARGET,
        terms=np.array(list(idf)),
        idf=np.array(list(idf.values()), np.float32),
        passages=np.array([passage.id for passage in bot.passages()]),
        starts=np.searchsorted(rows, np.arange(len(idf) + 1)).astype(np.uint32),
        columns=columns.astype(np.uint16),
        weights=np.round(weights[rows, columns] / scale).astype(np.int8),
        scale=np.float32(scale),
    )
    print(
        f"{len(lines)} examples, {len(idf)} terms, {len(rows)} weights from {least:.2f}, {TARGET.stat().st_size} bytes"
    )


if __name__ == "__main__":
    main()
