"""A second, independent look at a message: a linear model over its words, for dangers that no rule has words for.

Logistic regression over stems, pairs of neighbouring stems (with at most one word between), and the concepts that the
rules' engine found affirmed. Learnt by `eval/learn_screen.py`; the weights stand in `detector.json`. It adds alarms to
those of the rules, and by words alone overrules the few that they raise on ordinary messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any, Final

from chatbot.language.words import stem, words
from chatbot.models import Level

RULE: Final = "danger-by-wording"
"""The rule id of alarms that the model raises alone."""

TELL: Final = (
    "Some of what you describe can need medical help soon, and this program cannot judge it. Please let a professional "
    "look at it before any massage."
)
LONGEST: Final = 400
"""Words of a message that are read."""

TELLING: Final = 6
"""A message of fewer words says too little to overrule a rule."""

WEIGHTS_FILE: Final = Path(__file__).with_name("detector.json")


def features(message: str, concepts: Iterable[str]) -> set[str]:
    """What the model sees of a message: `numb`, `numb_groin`, `numb_*_groin` and `concept:name`."""
    stems = [stem(word) for word in words(message)[:LONGEST]]
    found = set(stems)
    found.update(f"{one}_{two}" for one, two in pairwise(stems))
    found.update(f"{one}_*_{two}" for one, two in zip(stems, stems[2:], strict=False))
    found.update(f"concept:{name}" for name in concepts)
    return found


def score(found: set[str], weights: Mapping[str, float], bias: float) -> float:
    """Log odds: the bias plus the weights of the features found, over the fourth root of their number.

    The root keeps long messages from adding up to an alarm by length alone.
    """
    return bias + sum(weights.get(name, 0.0) for name in found) / sqrt(sqrt(max(len(found), 1)))


def detect(message: str, concepts: Iterable[str]) -> Level | None:
    """The level at which the model would escalate a message, or None."""
    model = _model()
    found = features(message, concepts)
    if score(found, model["danger"]["weights"], model["danger"]["bias"]) < 0:
        return None
    return "emergency" if score(found, model["emergency"]["weights"], model["emergency"]["bias"]) >= 0 else "urgent"


def word_odds(message: str) -> float:
    """The log odds of danger by the words of a message alone."""
    model = _model()["words"]
    return score(features(message, ()), model["weights"], model["bias"])


def overruled(odds: float, level: Level) -> bool:
    """Whether words with these odds speak so plainly of nothing dangerous that a rule's alarm does not count.

    The more serious the level, the plainer they must speak: the lines are drawn where next to no danger is lost.
    """
    return bool(odds < _model()["overruled_below"][level])


@cache
def _model() -> dict[str, Any]:
    model: dict[str, Any] = json.loads(WEIGHTS_FILE.read_bytes())
    return model
