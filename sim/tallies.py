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
_CHANGE, _COUNT, _MINUTES = 0, 1, 2  # rows of a grid: of stocks by month, of time by boundary


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


@njit(cache=True)
def note_event(out, group, minute, month_of_day):  # type: ignore[no-untyped-def]
    """Count in the month of a minute, of shape (groups, months); before the founding or beyond: nowhere."""
    day = minute // MINUTES_PER_DAY
    if group >= 0 and 0 <= day < month_of_day.size:
        out[group, month_of_day[day]] += 1


@njit(cache=True)
def note_events(out, group, minute, month_of_day):  # type: ignore[no-untyped-def]
    """Count events, one a row."""
    for i in range(group.size):
        note_event(out, group[i], np.int64(minute[i]), month_of_day)


@njit(cache=True)
def note_stay(grid, group, start, end, weight, month_of_day):  # type: ignore[no-untyped-def]
    """Note an interval in a grid that ``stays_of`` reads, at its start and at its end.

    Stocks change in the month of a minute; time counts from the first boundary that does not lie before it.
    """
    minute, change = max(start, 0), weight
    if group < 0 or end <= minute:
        return
    for _ in range(2):
        day, day_before = minute // MINUTES_PER_DAY, (minute - 1) // MINUTES_PER_DAY
        if day < month_of_day.size:
            grid[_CHANGE, group, month_of_day[day]] += change
        if day_before < month_of_day.size:
            boundary = month_of_day[day_before] + 1 if minute > 0 else 0
            grid[_COUNT, group, boundary] += change
            grid[_MINUTES, group, boundary] += change * minute
        minute, change = end, -weight


def grid_of_stays(groups: int, months: int) -> Ints:
    """Return an empty grid for ``note_stay``."""
    return np.zeros((3, groups, months + 1), dtype=np.int64)


def stays_of(grid: Ints) -> tuple[Ints, Ints]:
    """Return who is in the state at the end of each month, and the minutes spent in it in each.

    Both of shape (groups, months).

    >>> grid = grid_of_stays(1, 2)
    >>> note_stay(grid, 0, 43_000, 43_300, 1, month_of_days(2))
    >>> stocks, minutes = stays_of(grid)
    >>> stocks.tolist(), minutes.tolist()
    ([[1, 0]], [[200, 100]])
    """
    passed = np.cumsum(grid[_COUNT], axis=1) * boundaries(grid.shape[2] - 1)
    before = passed - np.cumsum(grid[_MINUTES], axis=1)  # at each boundary, the time in the state before it
    return np.cumsum(grid[_CHANGE, :, :-1], axis=1), np.diff(before, axis=1)
