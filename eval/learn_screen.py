"""Learns the second look of the red-flag screen from the dev messages and writes chatbot/safety/detector.json.

    python eval/learn_screen.py        from the repository, with the test extra installed

Two ridge logistic regressions over sparse features (see `chatbot.safety.detector`): danger or not, and emergency or
less urgent. Harmless examples are the benign dev messages, every question and paraphrase of the corpus and the dev
questions. The bias of the first is set so that, cross-validated, few of them raise an alarm (the two limits below).
Deterministic.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from chatbot import Chatbot
from chatbot.builtin import evaluation_folder
from chatbot.evaluation.dataset import load_dataset, load_messages
from chatbot.safety.detector import WEIGHTS_FILE, features
from chatbot.safety.red_flags import Screen

RIDGE = 1.0
DANGER_WEIGHT = 5.0
"""How many harmless examples one dangerous example outweighs."""
RAREST = 3
"""A feature seen in fewer examples is left out."""
FALSE_ALARMS = 0.004
"""The share of corpus lines and dev questions that may raise an alarm in cross-validation."""
BENIGN_ALARMS = 0.012
"""The same for the benign messages, which were written to tempt the screen."""
SMALLEST = 0.03
"""Weights below this are dropped."""
FOLDS = 5

Array = npt.NDArray[np.float64]


class Examples:
    """Messages as rows of a sparse matrix, with what they are."""

    def __init__(self, bot: Chatbot) -> None:
        """Collect the dev messages, the corpus's wordings and the dev questions."""
        folder = evaluation_folder()
        screen = Screen(bot.index.screen, second_look=False)
        messages = load_messages(folder / "red_flags.jsonl", "dev")
        texts = [". ".join([*m.history, m.text]) for m in messages]
        self.danger = [m.level is not None for m in messages]
        self.emergency = [m.level in ("emergency", "crisis") for m in messages]
        harmless = [line for p in bot.passages() for line in (p.question, *p.also_asked)]
        questions = load_dataset(folder / "questions.jsonl", folder / "qrels.txt", "dev").questions
        harmless += [q.text for q in questions]
        harmless = [text for text in harmless if screen.alarm(text) is None]  # what rightly alarms is no counterexample
        self.everyday = np.array([False] * len(texts) + [True] * len(harmless))
        self.danger += [False] * len(harmless)
        self.emergency += [False] * len(harmless)
        found = [features(text, {f.concept for f in screen.concepts(text)}) for text in texts + harmless]
        counts = Counter(name for names in found for name in names)
        self.names = sorted(name for name, count in counts.items() if count >= RAREST)
        column = {name: number for number, name in enumerate(self.names)}
        rows, columns, values = [], [], []
        for row, names in enumerate(found):
            for name in sorted(names & column.keys()):
                rows.append(row)
                columns.append(column[name])
                values.append(len(names) ** -0.25)
        self.matrix = csr_matrix((values, (rows, columns)), shape=(len(found), len(self.names)))


def fit(matrix: csr_matrix, labels: Array, weight: float) -> tuple[Array, float]:
    """Weights and bias of a ridge logistic regression in which a positive example counts `weight` times."""
    importance = np.where(labels == 1, weight, 1.0)

    def loss(parameters: Array) -> tuple[float, Array]:
        odds = matrix @ parameters[:-1] + parameters[-1]
        slope = importance * (1 / (1 + np.exp(-np.clip(odds, -60, 60))) - labels)
        value = importance @ (np.logaddexp(0, odds) - labels * odds) + RIDGE * parameters[:-1] @ parameters[:-1] / 2
        return float(value), np.r_[matrix.T @ slope + RIDGE * parameters[:-1], slope.sum()]

    start = np.zeros(matrix.shape[1] + 1)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return best[:-1], float(best[-1])


def cross_validated(matrix: csr_matrix, labels: Array, weight: float) -> Array:
    """Log odds of each example by a model that has not seen it."""
    fold = np.random.default_rng(0).integers(0, FOLDS, len(labels))
    odds = np.zeros(len(labels))
    for number in range(FOLDS):
        weights, bias = fit(matrix[fold != number], labels[fold != number], weight)
        odds[fold == number] = matrix[fold == number] @ weights + bias
    return odds


def stored(names: Sequence[str], weights: Array, bias: float) -> dict[str, object]:
    """A model as it is written: the weights that matter, rounded."""
    kept = {n: round(float(w), 3) for n, w in zip(names, weights, strict=True) if abs(w) >= SMALLEST}
    return {"bias": round(bias, 4), "weights": kept}


def main() -> None:
    """Learn, report, write."""
    examples = Examples(Chatbot())
    danger, emergency = np.array(examples.danger, float), np.array(examples.emergency, float)
    odds = cross_validated(examples.matrix, danger, DANGER_WEIGHT)
    benign = ~examples.everyday & (danger == 0)
    threshold = max(
        float(np.quantile(odds[examples.everyday], 1 - FALSE_ALARMS)),
        float(np.quantile(odds[benign], 1 - BENIGN_ALARMS)),
    )
    print(f"{int(danger.sum())} dangerous, {int((1 - danger).sum())} harmless examples, {len(examples.names)} features")
    print(f"cross-validated: emergencies caught {np.mean(odds[emergency == 1] > threshold):.3f}, ", end="")
    print(f"all dangers {np.mean(odds[danger == 1] > threshold):.3f}, ", end="")
    everyday = np.mean(odds[examples.everyday] > threshold)
    print(f"false alarms: benign messages {np.mean(odds[benign] > threshold):.3f}, everyday {everyday:.4f}")
    weights, bias = fit(examples.matrix, danger, DANGER_WEIGHT)
    grave = danger == 1
    grave_weights, grave_bias = fit(examples.matrix[grave], emergency[grave], 1.0)
    model = {
        "danger": stored(examples.names, weights, bias - threshold),
        "emergency": stored(examples.names, grave_weights, grave_bias + 1.0),
    }
    WEIGHTS_FILE.write_text(json.dumps(model, indent=0, sort_keys=True) + "\n")
    print(f"wrote {WEIGHTS_FILE.name}, {WEIGHTS_FILE.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
