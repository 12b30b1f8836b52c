"""Count intervals by month, in integers: stocks, flows and time in a state.

An interval is half-open minutes [start, end) of one group (a county and service, a unit, …); it may begin
before the founding and last beyond the horizon. A row of group -1 is counted nowhere. An interval costs the
same however many months it lasts: it is noted where it begins and where it ends, and running sums over the
months do the rest.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from sim.clock import MINUTES_PER_DAY, month_start
from sim.compiled import njit

Ints = npt.NDArray[np.int64]


def boundaries(months: int) -> Ints:
    """Return the first minutes of months 0 to ``months``: the last is the horizon."""
    return np.array([month_start(m) for m in range(months + 1)], dtype=np.int64)


@cache
def month_of_days(months: int) -> npt.NDArray[np.int16]:
    """Return the month of each day from the founding to the horizon.

    >>> month_of_days(2)[[0, 29, 30, 60]].tolist()
    [0, 0, 1, 1]
    """
    return np.repeat(np.arange(months), np.diff(boundaries(months) // MINUTES_PER_DAY)).astype(np.int16)


def flows(
    minute: npt.NDArray, group: npt.NDArray, groups: int, months: int, weight: npt.ArrayLike = 1
) -> Ints:
    """Count what happens in each month: shape (groups, months).

    >>> flows(np.array([0, 50_000]), np.array([0, 0]), 1, 3).tolist()
    [[1, 1, 0]]
    """
    out = np.zeros((groups, months), dtype=np.int64)
    _note_events(out, _columns(group, weight, minute), month_of_days(months))
    return out


def stays(
    start: npt.NDArray,
    end: npt.NDArray,
    group: npt.NDArray,
    groups: int,
    months: int,
    weight: npt.ArrayLike = 1,
) -> tuple[Ints, Ints]:
    """Count who is in the state at the end of each month, and sum the minutes spent in it in each.

    Both of shape (groups, months).

    >>> stocks, minutes = stays(np.array([43_000]), np.array([43_300]), np.array([0]), 1, 2)
    >>> stocks.tolist(), minutes.tolist()
    ([[1, 0]], [[200, 100]])
    """
    change = np.zeros((groups, months), dtype=np.int64)
    begun, minutes = (np.zeros((groups, months + 1), dtype=np.int64) for _ in range(2))
    rows = _columns(group, weight, start, end)
    _note_stays(change, begun, minutes, rows, month_of_days(months))
    passed = np.cumsum(begun, axis=1) * boundaries(months) - np.cumsum(minutes, axis=1)
    # passed: at each boundary, the time in the state before it
    return np.cumsum(change, axis=1), np.diff(passed, axis=1)


def _columns(group: npt.NDArray, weight: npt.ArrayLike, *minutes: npt.NDArray) -> tuple[npt.NDArray, ...]:
    """Return the columns of rows as compiled code takes them; minutes and weights fit into 32 bits."""
    weights = np.broadcast_to(np.asarray(weight), np.shape(group))
    return tuple(np.ascontiguousarray(each, dtype=np.int32) for each in (group, weights, *minutes))


@njit(cache=True)
def _note_event(out, group, weight, minute, month_of_day):  # type: ignore[no-untyped-def]
    """Add to the month of a minute; those before the founding or beyond the horizon are left out."""
    day = minute // MINUTES_PER_DAY
    if 0 <= day < month_of_day.size:
        out[group, month_of_day[day]] += weight


@njit(cache=True)
def _note_end(begun, minutes, group, weight, minute, month_of_day):  # type: ignore[no-untyped-def]
    """Note that time counts from a minute on: by the first boundary that does not lie before it."""
    boundary = 0
    if minute > 0:
        day = (minute - 1) // MINUTES_PER_DAY
        if day >= month_of_day.size:
            return
        boundary = month_of_day[day] + 1
    begun[group, boundary] += weight
    minutes[group, boundary] += weight * minute


@njit(cache=True)
def _note_events(out, rows, month_of_day):  # type: ignore[no-untyped-def]
    group, weight, minute = rows
    for i in range(group.size):
        if group[i] >= 0:
            _note_event(out, group[i], weight[i], np.int64(minute[i]), month_of_day)


@njit(cache=True)
def _note_stays(change, begun, minutes, rows, month_of_day):  # type: ignore[no-untyped-def]
    group, weight, start, end = rows
    for i in range(group.size):
        since, until = max(np.int64(start[i]), 0), np.int64(end[i])
        if group[i] >= 0 and until > since:
            _note_event(change, group[i], weight[i], since, month_of_day)
            _note_event(change, group[i], -weight[i], until, month_of_day)
            _note_end(begun, minutes, group[i], weight[i], since, month_of_day)
            _note_end(begun, minutes, group[i], -weight[i], until, month_of_day)
