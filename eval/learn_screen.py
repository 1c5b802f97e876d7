"""Learns the second look of the red-flag screen from the dev messages and writes chatbot/safety/detector.json.

    python eval/learn_screen.py        from the repository, with the test extra installed

Three ridge logistic regressions over sparse features (see `chatbot.safety.detector`): `words` (danger or not, by words
alone), `danger` (the same with the concepts that the rules' engine found), and `emergency` (emergency or less urgent).
The first may overrule a rule that fires on an ordinary message; the second raises alarms that no rule raises. Harmless
examples are the benign dev messages, the corpus's wordings, the dev and the practice questions. Where the line is drawn
is settled by cross-validation on messages whose writers had not seen the rules (the limits below). Deterministic.
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
from chatbot.evaluation.dataset import load_dataset, load_messages, load_practice
from chatbot.safety.detector import WEIGHTS_FILE, features
from chatbot.safety.red_flags import RANK, Screen

RIDGE = 1.0
DANGER_WEIGHT = 5.0
"""How many harmless examples one dangerous example outweighs."""
RAREST = 3
"""A feature seen in fewer examples is left out."""
FALSE_ALARMS = 0.008
"""The share of everyday questions on which `danger` alone may raise an alarm."""
BENIGN_ALARMS = 0.03
"""The same for the benign messages of blind writers, which were written to tempt the screen."""
LOST: dict[str, float] = {"emergency": 0.005, "crisis": 0.005, "urgent": 0.01, "see_doctor": 0.03}
"""The share of rightly raised alarms of each level that `words` may overrule."""
SMALLEST = 0.1
"""Weights below this are dropped."""
FOLDS = 5

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Examples:
    """Messages with what they are, what the rules say of them, and what the models see."""

    def __init__(self, bot: Chatbot) -> None:
        """Collect the dev messages, the corpus's wordings, the dev and the practice questions."""
        folder = evaluation_folder()
        screen = Screen(bot.index.screen, second_look=False)
        messages = load_messages(folder / "red_flags.jsonl", "dev")
        questions = load_dataset(folder / "questions.jsonl", folder / "qrels.txt", "dev").questions
        asked = [q.text for q in questions] + [p.text for p in load_practice(folder / "practice.jsonl")]
        wordings = [line for p in bot.passages() for line in (p.question, *p.also_asked)]
        # A wording of the corpus that rightly sets off a rule ("signs of a clot") is no counterexample.
        wordings = [line for line in wordings if screen.alarm(line) is None]
        self.texts = [". ".join([*m.history, m.text]) for m in messages] + asked + wordings
        alarms = [screen.alarm(text) for text in self.texts]
        self.fired = [alarm.level if alarm else None for alarm in alarms]
        self.concepts = [{found.concept for found in screen.concepts(text)} for text in self.texts]
        harmless = [False] * (len(asked) + len(wordings))
        self.danger = np.array([m.level is not None for m in messages] + harmless, dtype=float)
        self.emergency = np.array([m.level in ("emergency", "crisis") for m in messages] + harmless, dtype=float)
        self.blind = np.array(["blind" in m.tags for m in messages] + harmless)
        self.everyday = np.array([False] * len(messages) + [True] * len(asked) + [False] * len(wordings))


def as_matrix(found: Sequence[set[str]]) -> tuple[csr_matrix, list[str]]:
    """One row for each message, and the names of the columns."""
    counts = Counter(name for names in found for name in names)
    columns = sorted(name for name, count in counts.items() if count >= RAREST)
    place = {name: number for number, name in enumerate(columns)}
    cells = [
        (row, place[n], len(names) ** -0.25) for row, names in enumerate(found) for n in sorted(names & place.keys())
    ]
    rows, numbers, values = zip(*cells, strict=True)
    return csr_matrix((values, (rows, numbers)), shape=(len(found), len(columns))), columns


def fit(matrix: csr_matrix, labels: Array, weight: float) -> tuple[Array, float]:
    """Weights and bias of a ridge logistic regression in which a positive example counts `weight` times."""
    importance = np.where(labels == 1, weight, 1.0)

    def loss(parameters: Array) -> tuple[float, Array]:
        odds = matrix @ parameters[:-1] + parameters[-1]
        slope = importance * (1 / (1 + np.exp(-np.clip(odds, -60, 60))) - labels)
        value = importance @ (np.logaddexp(0, odds) - labels * odds) + RIDGE * parameters[:-1] @ parameters[:-1] / 2
        return float(value), np.r_[matrix.T @ slope + RIDGE * parameters[:-1], slope.sum()]

    start = np.zeros(matrix.shape[1] + 1)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return best[:-1], float(best[-1])


def cross_validated(matrix: csr_matrix, labels: Array, weight: float) -> Array:
    """Log odds of each example by a model that has not seen it."""
    fold = np.random.default_rng(0).integers(0, FOLDS, len(labels))
    odds = np.zeros(len(labels))
    for number in range(FOLDS):
        weights, bias = fit(matrix[fold != number], labels[fold != number], weight)
        odds[fold == number] = matrix[fold == number] @ weights + bias
    return odds


def overruled_below(examples: Examples, odds: Array) -> dict[str, float]:
    """For each level, the log odds by words below which an alarm of a rule is overruled: few dangers may lie there."""
    lines: dict[str, float] = {}
    for level in RANK:
        right = np.array([fired == level for fired in examples.fired]) & (examples.danger == 1) & examples.blind
        lines[level] = float(np.quantile(odds[right], LOST[level]))
    return lines


def stored(names: Sequence[str], weights: Array, bias: float) -> dict[str, object]:
    """A model as it is written: the weights that matter, rounded."""
    kept = {n: round(float(w), 3) for n, w in zip(names, weights, strict=True) if abs(w) >= SMALLEST}
    return {"bias": round(bias, 4), "weights": kept}


def main() -> None:
    """Learn, report, write."""
    examples = Examples(Chatbot())
    danger, blind = examples.danger, examples.blind
    plain, plain_names = as_matrix([features(text, ()) for text in examples.texts])
    full, full_names = as_matrix([features(t, c) for t, c in zip(examples.texts, examples.concepts, strict=True)])
    by_words = cross_validated(plain, danger, DANGER_WEIGHT)
    by_all = cross_validated(full, danger, DANGER_WEIGHT)
    benign = blind & (danger == 0)
    threshold = max(
        float(np.quantile(by_all[examples.everyday], 1 - FALSE_ALARMS)),
        float(np.quantile(by_all[benign], 1 - BENIGN_ALARMS)),
    )
    lines = overruled_below(examples, by_words)
    standing = np.array([f is not None and odds >= lines[f] for f, odds in zip(examples.fired, by_words, strict=True)])
    alarm = standing | (by_all > threshold)
    report(
        examples, {"rules": np.array([f is not None for f in examples.fired]), "not overruled": standing, "all": alarm}
    )
    weights, bias = fit(full, danger, DANGER_WEIGHT)
    word_weights, word_bias = fit(plain, danger, DANGER_WEIGHT)
    grave = danger == 1
    grave_weights, grave_bias = fit(full[grave], examples.emergency[grave], 1.0)
    model = {
        "danger": stored(full_names, weights, bias - threshold),
        "emergency": stored(full_names, grave_weights, grave_bias + 1.0),
        "words": stored(plain_names, word_weights, word_bias),
        "overruled_below": {level: round(line, 3) for level, line in lines.items()},
    }
    WEIGHTS_FILE.write_text(json.dumps(model, indent=0, sort_keys=True) + "\n")
    print(f"wrote {WEIGHTS_FILE.name}, {WEIGHTS_FILE.stat().st_size // 1024} KiB; overruled below {lines}")


def report(examples: Examples, looks: dict[str, Mask]) -> None:
    """Print what each look catches of blind messages and raises on harmless ones, cross-validated."""
    danger, blind = examples.danger == 1, examples.blind
    grave = examples.emergency == 1
    print(f"{int(danger.sum())} dangerous messages, {int((~danger).sum())} harmless texts")
    groups = {
        "blind emergencies": blind & grave,
        "blind dangers": blind & danger,
        "blind benign": blind & ~danger,
        "everyday": examples.everyday,
    }
    for name, caught in looks.items():
        print(f"{name:<14}", ", ".join(f"{group} {caught[where].mean():.4f}" for group, where in groups.items()))


if __name__ == "__main__":
    main()
