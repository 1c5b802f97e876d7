"""Learns the decision to answer, and writes corpus/scope_weights.toml and chatbot/retrieval/decision.json.

    python eval/learn_decision.py        from the repository, with the test extra installed

First the scope weights: a ridge logistic regression over the distinct terms of a question, from the corpus's wordings
and the practice questions (answers against refusals and off-topic questions). Then the decision: a ridge logistic
regression by Newton's method over the features of `chatbot.retrieval.coverage`, from the dev split and the practice
questions, where the scope of a practice question comes from weights that have not seen it. Prints the trade-off on the
dev split by ten-fold cross-validation. Deterministic.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from chatbot import Chatbot, Corpus
from chatbot.builtin import corpus_folder, evaluation_folder
from chatbot.evaluation.dataset import load_dataset, load_practice
from chatbot.retrieval.coverage import FEATURES, scope_score, weigh_evidence
from chatbot.retrieval.search import make_query, rank

ROOT = Path(__file__).parent.parent
SCOPE_FILE = ROOT / "corpus" / "scope_weights.toml"
DECISION_FILE = ROOT / "chatbot" / "retrieval" / "decision.json"
SCOPE_RIDGE = 0.3
SCOPE_BALANCE = 0.7
"""What all off-topic examples together weigh against all others, in the scope regression."""
RIDGE = 1.0
SHIFT = -0.6
"""Added to the bias: how much more an off-topic answer costs than a refusal, in log odds."""
FOLDS = 10
SMALLEST = 0.05
HEADER = """\
# How much a term speaks for (above 0) or against a question being about self-massage. Lexicon terms begin with "=".
# Learnt by eval/learn_decision.py from the corpus's wordings and eval/practice.jsonl; do not edit by hand.

[scope_weight]
"""

Array = npt.NDArray[np.float64]


class Questions:
    """Questions with what is right: 1 a passage of the corpus answers it, 0 it is off topic."""

    def __init__(self, bot: Chatbot) -> None:
        """Collect dev questions without a history, and the practice questions."""
        folder = evaluation_folder()
        dev = load_dataset(folder / "questions.jsonl", folder / "qrels.txt", "dev").questions
        practice = load_practice(folder / "practice.jsonl")
        kinds = ("answer", "not_covered")
        asked = [(q.text, q.expect == "answer", True, True) for q in dev if q.expect in kinds and not q.history]
        asked += [
            (p.text, p.expect == "answer", False, p.passage is None)
            for p in practice
            if p.expect in kinds and not p.history
        ]
        asked = [entry for entry in asked if bot.small_talk(entry[0]) is None]
        self.texts = [text for text, *_ in asked]
        self.labels = np.array([label for _, label, *_ in asked], dtype=float)
        self.dev = np.array([dev for _, _, dev, _ in asked])
        self.free = np.array([free for *_, free in asked])
        """Not written for one passage: like the questions people bring."""


def learn_scope(lines: Sequence[frozenset[str]], labels: Array) -> dict[str, float]:
    """The scope weight of every term that two lines hold."""
    counts = Counter(term for terms in lines for term in terms)
    names = sorted(term for term, count in counts.items() if count > 1)
    column = {term: number for number, term in enumerate(names)}
    cells = [(row, column[t], len(ts) ** -0.5) for row, ts in enumerate(lines) for t in sorted(ts) if t in column]
    rows, columns, values = zip(*cells, strict=True)
    matrix = csr_matrix((values, (rows, columns)), shape=(len(lines), len(names)))
    importance = np.where(labels == 1, 1.0, SCOPE_BALANCE * labels.sum() / (1 - labels).sum())

    def loss(parameters: Array) -> tuple[float, Array]:
        odds = matrix @ parameters[:-1] + parameters[-1]
        slope = importance * (1 / (1 + np.exp(-np.clip(odds, -60, 60))) - labels)
        value = importance @ (np.logaddexp(0, odds) - labels * odds)
        value += SCOPE_RIDGE * parameters[:-1] @ parameters[:-1] / 2
        return float(value), np.r_[matrix.T @ slope + SCOPE_RIDGE * parameters[:-1], slope.sum()]

    best = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    return {term: round(float(weight), 2) for term, weight in zip(names, best, strict=False) if abs(weight) >= SMALLEST}


def looked_up(weights: Mapping[str, float]) -> Callable[[str], float]:
    """The weight of a term, 0 for others."""
    return lambda term: weights.get(term, 0.0)


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


def fold_of(count: int) -> npt.NDArray[np.int64]:
    """The fold of each of `count` examples."""
    return np.random.default_rng(0).integers(0, FOLDS, count)


def main() -> None:
    """Learn, report, write."""
    bot = Chatbot(replace(Corpus.load(corpus_folder()), scope_weights={}))
    questions = Questions(bot)
    queries = [make_query(text, bot.index) for text in questions.texts]
    wordings = [(line, not p.refusal) for p in bot.passages() for line in (p.question, *p.also_asked)]
    lines = [frozenset(make_query(line, bot.index).analysis.terms) for line, _ in wordings]
    asked = [frozenset(query.analysis.terms) for query in queries]
    labels = np.array([label for _, label in wordings], dtype=float)

    folds = fold_of(len(queries))
    practice = ~questions.dev
    scope = np.zeros(len(queries))
    for number in range(FOLDS):
        known = np.flatnonzero(practice & (folds != number))
        weights = learn_scope([*lines, *(asked[i] for i in known)], np.r_[labels, questions.labels[known]])
        for i in np.flatnonzero(practice & (folds == number)):
            scope[i] = scope_score(asked[i], looked_up(weights))
    known = np.flatnonzero(practice)
    weights = learn_scope([*lines, *(asked[i] for i in known)], np.r_[labels, questions.labels[known]])
    for i in np.flatnonzero(questions.dev):
        scope[i] = scope_score(asked[i], looked_up(weights))
    SCOPE_FILE.write_text(HEADER + "".join(f"{json.dumps(term)} = {value}\n" for term, value in weights.items()))

    rankings = [rank(query, bot.index, 1) for query in queries]
    # Questions that find nothing are refused whatever the confidence.
    found = questions.free & np.array([bool(ranking.answers) for ranking in rankings])
    rows = [
        (*weigh_evidence(query, bot.index, ranking.answers[0], ranking.refusal).values()[:-1], score)
        for query, ranking, score, used in zip(queries, rankings, scope, found, strict=True)
        if used
    ]
    features, right, dev, folds = np.array(rows), questions.labels[found], questions.dev[found], folds[found]
    odds = np.zeros(len(right))
    for number in range(FOLDS):
        raw, bias = fit(features[folds != number], right[folds != number])
        odds[folds == number] = features[folds == number] @ raw + bias
    report(odds[dev], right[dev], odds[~dev], right[~dev])
    raw, bias = fit(features, right)
    stored = {name: round(float(weight), 4) for name, weight in zip(FEATURES, raw, strict=True)}
    DECISION_FILE.write_text(json.dumps({"bias": round(bias + SHIFT, 4), "weights": stored}, indent=2) + "\n")
    print(f"{len(weights)} scope weights; {DECISION_FILE.read_text()}")


def report(dev_odds: Array, dev_right: Array, odds: Array, right: Array) -> None:
    """Print what each shift would refuse and answer."""
    print(f"dev: {int(dev_right.sum())} in scope, {int((1 - dev_right).sum())} off topic; practice: {len(right)}")
    print("shift   dev refused  answered off topic   practice refused  answered off topic")
    for shift in np.arange(-2.5, 1.5, 0.25):
        shares = [
            f"{np.mean(of[truth == 1] + shift < 0):11.3f}  {np.mean(of[truth == 0] + shift >= 0):18.3f}"
            for of, truth in ((dev_odds, dev_right), (odds, right))
        ]
        print(f"{shift:5.2f}  {'        '.join(shares)}")


if __name__ == "__main__":
    main()
