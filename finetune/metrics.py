"""What of a difference is noise: intervals by the percentile bootstrap over questions, paired where two systems answered the
same ones (Efron & Tibshirani 1993). What is measured of an answer, `tutor.measures` and `tutor.evaluate` say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

_RESAMPLES = 5_000
_SEED = 17


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def noise(self) -> bool:
        """Whether it may well be zero."""
        return self.low <= 0 <= self.high

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


Parts = Sequence[tuple[float, float]]
"""For each question a part and a whole, such as supported sentences and sentences; a plain mean has wholes of 1."""


def ratio(measured: Parts) -> Interval:
    """The sum of parts over the sum of wholes."""
    pairs = np.asarray(measured, dtype=float).reshape(-1, 2)
    return _bootstrap(len(pairs), lambda index: _ratio(pairs[index]))


def difference(one: Parts, other: Parts) -> Interval:
    """How much higher `one` is than `other`, both measured on the same questions in the same order."""
    first, second = (np.asarray(item, dtype=float).reshape(-1, 2) for item in (one, other))
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} questions cannot be paired")
    return _bootstrap(len(first), lambda index: _ratio(first[index]) - _ratio(second[index]))


def _ratio(pairs: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> float:
    part, whole = pairs.sum(0)
    return float(part / whole) if whole else 0.0


def _bootstrap(count: int, statistic: Callable[["np.ndarray[tuple[int], np.dtype[np.int64]]"], float]) -> Interval:
    if not count:
        return Interval(0.0, 0.0, 0.0)
    chooser = np.random.default_rng(_SEED)
    drawn = [statistic(chooser.integers(0, count, count)) for _ in range(_RESAMPLES)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(statistic(np.arange(count)), float(low), float(high))
