"""Learns the decision to answer from the dev split and writes chatbot/retrieval/decision.json.

    python eval/learn_decision.py        from the repository, with the test extra installed

Logistic regression by Newton's method with a small ridge, on standardised features; the stored weights are for the
raw ones. Prints the trade-off by ten-fold cross-validation. Deterministic.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chatbot import Chatbot
from chatbot.builtin import evaluation_folder
from chatbot.evaluation.dataset import load_dataset
from chatbot.retrieval.coverage import FEATURES, weigh_evidence
from chatbot.retrieval.search import make_query, rank

TARGET = Path(__file__).parent.parent / "chatbot" / "retrieval" / "decision.json"
RIDGE = 1.0
SHIFT = -0.25
"""Added to the bias: how much more an off-topic answer costs than a refusal, in log odds."""

Array = npt.NDArray[np.float64]


def examples(bot: Chatbot) -> tuple[Array, Array]:
    """Features and labels (1: a passage of the corpus answers this) of the dev questions without a history.

    A question that finds nothing but refusals is left out: it is refused whatever the confidence.
    """
    folder = evaluation_folder()
    dataset = load_dataset(folder / "questions.jsonl", folder / "qrels.txt", "dev")
    rows, labels = [], []
    for question in dataset.questions:
        if question.history or question.expect not in ("answer", "not_covered"):
            continue
        query = make_query(question.text, bot.index)
        ranking = rank(query, bot.index, 1)
        if ranking.answers:
            rows.append(weigh_evidence(query, bot.index, ranking.answers[0], ranking.refusal).values())
            labels.append(question.expect == "answer")
    return np.array(rows, dtype=float), np.array(labels, dtype=float)


def fit(features: Array, labels: Array) -> tuple[Array, float]:
    """Weights and bias of a ridge logistic regression."""
    mean, spread = features.mean(0), features.std(0) + 1e-9
    design = np.c_[np.ones(len(labels)), (features - mean) / spread]
    ridge = np.diag([0.0, *[RIDGE] * features.shape[1]])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (chance - labels) + ridge @ weights
        hessian = (design * (chance * (1 - chance))[:, None]).T @ design + ridge
        weights = weights - np.linalg.solve(hessian, gradient)
    raw = weights[1:] / spread
    return raw, float(weights[0] - raw @ mean)


def cross_validated(features: Array, labels: Array, folds: int = 10) -> Array:
    """Log odds of each example by a model that has not seen it."""
    fold = np.random.default_rng(0).integers(0, folds, len(labels))
    odds = np.zeros(len(labels))
    for number in range(folds):
        weights, bias = fit(features[fold != number], labels[fold != number])
        odds[fold == number] = features[fold == number] @ weights + bias
    return odds


def main() -> None:
    """Learn, report, write."""
    features, labels = examples(Chatbot())
    odds = cross_validated(features, labels)
    print(f"{int(labels.sum())} in scope, {int((1 - labels).sum())} off topic (those that find only refusals left out)")
    print("shift  refused in scope  answered off topic")
    for shift in np.arange(-3, 3.5, 0.5):
        refused, answered = np.mean(odds[labels == 1] + shift < 0), np.mean(odds[labels == 0] + shift >= 0)
        print(f"{shift:5.1f}  {refused:16.3f}  {answered:18.3f}")
    weights, bias = fit(features, labels)
    stored = {name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)}
    TARGET.write_text(json.dumps({"bias": round(bias + SHIFT, 4), "weights": stored}, indent=2) + "\n")
    print(TARGET.read_text())


if __name__ == "__main__":
    main()
