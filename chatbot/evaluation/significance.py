"""How sure the figures are: intervals for means and shares, and a paired test. Seeded, so always the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

from chatbot.errors import UsageError

SEED: Final = 20250101
RESAMPLES: Final = 9999
LEVEL: Final = 0.05
"""A difference with a smaller p counts as one."""

Z: Final = 1.959963984540054
"""The normal quantile of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0 when there is nothing to share."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval of Wilson (1927), which stays honest at 0 and at 1, where a bootstrap does not."""
        if not self.of:
            return 0.0, 1.0
        p, n = self.value, self.of
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0.0, middle - half), min(1.0, middle + half)


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def bootstrap_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of a mean (Efron and Tibshirani 1993, chapter 13)."""
    if len(set(values)) < 2:
        return mean(values), mean(values)
    stats, numpy = _scipy()
    found = stats.bootstrap(
        (numpy.asarray(values),),
        numpy.mean,
        n_resamples=RESAMPLES,
        method="percentile",
        batch=1000,
        rng=numpy.random.default_rng(SEED),
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def paired_p(differences: Sequence[float]) -> float:
    """The two-sided p of a paired randomisation test (Smucker, Allan and Carterette 2007): flip signs at random.

    Differences of 0 do not change with their sign and are left out. Few differences are flipped in every way there is.
    """
    changed = [difference for difference in differences if difference]
    if len(changed) < 2:
        return 1.0
    stats, numpy = _scipy()
    test = stats.permutation_test(
        (numpy.asarray(changed),),
        numpy.sum,
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=1000,
        rng=numpy.random.default_rng(SEED),
    )
    return float(test.pvalue)


def _scipy() -> tuple[Any, Any]:
    """`scipy.stats` and numpy: without types, and heavy."""
    try:
        import numpy
        from scipy import stats
    except ImportError as error:
        raise UsageError("selfmassage eval: needs scipy. Try: pip install 'selfmassage-chatbot[eval]'") from error
    return stats, numpy
