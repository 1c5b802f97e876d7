"""A stored run to compare with: what every question came to, when, and on which passages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatbot.errors import EvaluationError
from chatbot.evaluation.files import write_whole
from chatbot.evaluation.significance import LEVEL, mean, paired_p
from chatbot.models import Passage, passage_to_dict

Values = Mapping[str, Mapping[str, float]]
"""Measure -> question id -> value."""


class Baseline(BaseModel):
    """`baseline.json`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: int = Field(1, alias="schema", ge=1, le=1)
    date: date
    corpus: str
    values: dict[str, dict[str, Annotated[float, Field(ge=0, le=1)]]]


@dataclass(frozen=True, slots=True)
class Change:
    """One measure before and now, on the questions that both runs hold."""

    measure: str
    before: Mapping[str, float]
    now: Mapping[str, float]
    p: float

    @property
    def difference(self) -> float:
        """How much the mean rose."""
        return mean(list(self.now.values())) - mean(list(self.before.values()))

    @property
    def wins(self) -> list[str]:
        """The questions that got better."""
        return [id_ for id_, value in self.now.items() if value > self.before[id_]]

    @property
    def losses(self) -> list[str]:
        """The questions that got worse."""
        return [id_ for id_, value in self.now.items() if value < self.before[id_]]

    @property
    def worse(self) -> bool:
        """Whether it fell by more than chance explains."""
        return self.difference < 0 and self.p < LEVEL


def compare(before: Values, now: Values) -> list[Change]:
    """Every measure that both hold, on the questions that both hold, with the p of a paired test."""
    return [change for name in now if name in before if (change := _change(name, before[name], now[name])).now]


def _change(name: str, before: Mapping[str, float], now: Mapping[str, float]) -> Change:
    both = sorted(before.keys() & now.keys())
    # Values are stored rounded; what only rounding tells apart is the same.
    old, new = ({id_: round(values[id_], DIGITS) for id_ in both} for values in (before, now))
    return Change(name, old, new, paired_p([new[id_] - old[id_] for id_ in both]))


DIGITS = 6


def changed_questions(changes: Sequence[Change], better: bool) -> Iterator[tuple[str, list[str]]]:
    """The questions that got better on the whole (or did not, though they changed), with the measures that changed."""
    ids = sorted({id_ for change in changes for id_ in (*change.wins, *change.losses)})
    for id_ in ids:
        pairs = [(c.measure, c.before[id_], c.now[id_]) for c in changes if id_ in c.now]
        total = sum(now - before for _, before, now in pairs)
        if (total > 0) == better:
            yield id_, [f"{name} {before:.3g} -> {now:.3g}" for name, before, now in pairs if before != now]


def digest(passages: Sequence[Passage]) -> str:
    """A short digest of the passages: two runs with the same one searched the same texts."""
    lines = (json.dumps(passage_to_dict(passage), sort_keys=True) for passage in passages)
    return sha256("\n".join(lines).encode()).hexdigest()[:16]


def save(path: Path, values: Values, corpus: str, today: date) -> None:
    """Store a run, one measure a line."""
    rows = [
        f"{json.dumps(name)}: {json.dumps({id_: round(v, DIGITS) for id_, v in sorted(by_id.items())})}"
        for name, by_id in values.items()
    ]
    body = ",\n".join(rows)
    head = f'"schema": 1,\n"date": "{today.isoformat()}",\n"corpus": "{corpus}",\n'
    write_whole(path, f'{{{head}"values": {{\n{body}\n}}}}\n')


def load(path: Path) -> Baseline:
    """Read a stored run. Raise EvaluationError if it is none."""
    try:
        return Baseline.model_validate(json.loads(path.read_bytes()))
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}); name the right file.") from error
    except (ValidationError, ValueError, RecursionError) as error:
        raise EvaluationError(f"{path}: is no baseline; write it again with --save-baseline.") from error
