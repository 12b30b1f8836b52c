"""Numbers with their doubt: estimates over replications.

With 20 replications or more the interval runs from the 5th to the 95th percentile; with 2 to 19 it is the
smallest and the largest, for percentiles of so few would pretend to more; with one there is none. Twins
(every fifth replication, ``sim.parameters``) count like any other: as likely as the rest, only not all new.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

PERCENTILES = (5.0, 95.0)
ENOUGH_FOR_PERCENTILES = 20
CONFIDENCE = 0.95


def rests_on_draws(replications: int) -> bool:
    """Tell whether a run has replications enough for its rankings to rest on them."""
    return replications >= ENOUGH_FOR_PERCENTILES


class Interval(Enum):
    """What the interval beside a number is."""

    EXACT = "exact"  # a count or an input of the scenario: the same in every replication
    PERCENTILES = "percentiles"
    RANGE = "range"
    T95 = "t95"
    F90 = "f90"  # of a ratio of two variances
    NOT_ESTIMATED = "not estimated"


@dataclass(frozen=True)
class Estimate:
    """A mean over replications with an interval; ``low`` and ``high`` equal ``mean`` where there is none."""

    mean: float
    low: float
    high: float
    kind: Interval
    replications: int

    @property
    def known(self) -> bool:
        """Tell whether there is a number at all (a share of nobody is none)."""
        return bool(np.isfinite(self.mean))


def exact(value: float, replications: int = 1) -> Estimate:
    """Return a number that has no doubt of sampling."""
    return Estimate(value, value, value, Interval.EXACT, replications)


def estimate(values: npt.ArrayLike) -> Estimate:
    """Return the mean over replications and its interval; values that are not numbers are left out.

    >>> estimate([1.0, 3.0])
    Estimate(mean=2.0, low=1.0, high=3.0, kind=<Interval.RANGE: 'range'>, replications=2)
    """
    array = np.asarray(values, dtype=float)
    array = array[np.isfinite(array)]
    count = len(array)
    if count == 0:
        return Estimate(np.nan, np.nan, np.nan, Interval.NOT_ESTIMATED, 0)
    mean = float(array.mean())
    if count == 1:
        return Estimate(mean, mean, mean, Interval.NOT_ESTIMATED, 1)
    if count < ENOUGH_FOR_PERCENTILES:
        return Estimate(mean, float(array.min()), float(array.max()), Interval.RANGE, count)
    low, high = np.percentile(array, PERCENTILES)
    return Estimate(mean, float(low), float(high), Interval.PERCENTILES, count)


def ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Divide, element by element; NaN where the whole is nothing.

    >>> ratio([1, 1], [2, 0]).tolist()
    [0.5, nan]
    """
    top, bottom = np.broadcast_arrays(np.asarray(part, dtype=float), np.asarray(whole, dtype=float))
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)
