"""Count intervals by month, in integers: stocks, flows and time in a state.

An interval is half-open minutes [start, end) of one group (a county and service, a unit, …); it may begin
before the founding and last beyond the horizon.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.clock import month_start

Ints = npt.NDArray[np.int64]


def boundaries(months: int) -> Ints:
    """Return the first minutes of months 0 to ``months``: the last is the horizon."""
    return np.array([month_start(m) for m in range(months + 1)], dtype=np.int64)


def flows(
    minute: npt.NDArray, group: npt.NDArray, groups: int, months: int, weight: npt.ArrayLike = 1
) -> Ints:
    """Count what happens in each month: shape (groups, months).

    >>> flows(np.array([0, 50_000]), np.array([0, 0]), 1, 3).tolist()
    [[1, 1, 0]]
    """
    edges = boundaries(months)
    month = np.searchsorted(edges, minute, side="right") - 1
    inside = (month >= 0) & (month < months)
    out = np.zeros((groups, months), dtype=np.int64)
    weights = np.broadcast_to(np.asarray(weight, dtype=np.int64), np.shape(minute))
    np.add.at(out, (group[inside], month[inside]), weights[inside])
    return out


def stocks(
    start: npt.NDArray,
    end: npt.NDArray,
    group: npt.NDArray,
    groups: int,
    months: int,
    weight: npt.ArrayLike = 1,
) -> Ints:
    """Count who is in the state at the end of each month: shape (groups, months).

    >>> stocks(np.array([-5]), np.array([50_000]), np.array([0]), 1, 3).tolist()
    [[1, 0, 0]]
    """
    held = np.asarray(end) > np.maximum(start, 0)
    weights = np.broadcast_to(np.asarray(weight, dtype=np.int64), np.shape(start))[held]
    begun = flows(np.maximum(start, 0)[held], group[held], groups, months, weights)
    ended = flows(np.asarray(end)[held], group[held], groups, months, weights)
    return np.asarray(np.cumsum(begun - ended, axis=1))


def durations(
    start: npt.NDArray,
    end: npt.NDArray,
    group: npt.NDArray,
    groups: int,
    months: int,
    weight: npt.ArrayLike = 1,
) -> Ints:
    """Sum the minutes spent in the state in each month: shape (groups, months).

    >>> durations(np.array([43_000]), np.array([43_300]), np.array([0]), 1, 2).tolist()
    [[200, 100]]
    """
    held = np.asarray(end) > np.maximum(start, 0)
    weights = np.broadcast_to(np.asarray(weight, dtype=np.int64), np.shape(start))[held]
    before = _elapsed(np.maximum(start, 0)[held], group[held], groups, months, weights)
    after = _elapsed(np.asarray(end)[held], group[held], groups, months, weights)
    return np.diff(before - after, axis=1)


def _elapsed(minute: npt.NDArray, group: npt.NDArray, groups: int, months: int, weight: Ints) -> Ints:
    """Sum, at each boundary, the time passed since the minutes that lie before it."""
    edges = boundaries(months)
    index = np.searchsorted(edges, minute, side="left")
    inside = index <= months
    count = np.zeros((groups, months + 1), dtype=np.int64)
    total = np.zeros((groups, months + 1), dtype=np.int64)
    where = (group[inside], index[inside])
    np.add.at(count, where, weight[inside])
    np.add.at(total, where, weight[inside] * minute[inside].astype(np.int64))
    return np.asarray(np.cumsum(count, axis=1) * edges - np.cumsum(total, axis=1))
