"""How many live where at the end of each month, and how many of them are old: counted from a history."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.compiled import njit
from sim.errors import LawBroken
from sim.history import ARRIVALS, BIRTHS, DEATHS, LEAVERS, History
from sim.kinds import Area
from sim.residents import Residents

Ints = npt.NDArray[np.int64]


def residents_by_month(history: History, residents: Residents, counties: int) -> Ints:
    """Count who lives here at the end of each month: shape (counties of the atlas, 2 areas, months)."""
    change = np.zeros((counties, len(Area), history.months + 1), dtype=np.int64)
    size = history.size
    county, area = (residents.whole(name)[:size] for name in ("county", "area"))
    _come_and_go(county, area, history.lives, change)
    return np.cumsum(change, axis=2)[:, :, :-1]


@njit(cache=True)
def _come_and_go(county, area, lives, change):  # type: ignore[no-untyped-def]
    last = change.shape[2] - 1
    for row in range(lives.size):
        change[county[row], area[row], max(lives[row].comes, 0)] += 1
        change[county[row], area[row], min(lives[row].leaves, last)] -= 1


def aged_by_month(
    history: History, residents: Residents, counties: int, ages: Sequence[int], months: Sequence[int]
) -> Ints:
    """Count who is of an age (years) or older at the end of some months: shape (ages, counties, months)."""
    count = np.zeros((len(ages), counties, len(months)), dtype=np.int64)
    county, born = (residents.whole(name)[: history.size] for name in ("county", "birth_month"))
    limits, at = np.array(ages, dtype=np.int64) * 12, np.array(months, dtype=np.int64)
    _count_aged(county, born, history.lives, limits, at, count)
    return count


@njit(cache=True)
def _count_aged(county, born, lives, limits, months, count):  # type: ignore[no-untyped-def]
    youngest, latest = limits.min(), months.max()
    for row in range(lives.size):
        if latest - born[row] < youngest:
            continue
        for n in range(months.size):
            if not lives[row].comes <= months[n] < lives[row].leaves:
                continue
            for limit in range(limits.size):
                count[limit, county[row], n] += months[n] - born[row] >= limits[limit]


def check_conserved(history: History, founders: Ints, residents: Ints, names: Sequence[str]) -> None:
    """Hold the law that residents come by birth and move, and go by death and move, month by month.

    ``founders`` are residents at the census by county, ``residents`` those at the end of each month (as
    `residents_by_month` counts them). Raises LawBroken, which names county and month.
    """
    change = history.flows[[BIRTHS, ARRIVALS]].sum(axis=0) - history.flows[[DEATHS, LEAVERS]].sum(axis=0)
    wrong = residents.sum(axis=1) != founders[:, None] + np.cumsum(change, axis=1)
    if wrong.any():
        county, month = (int(each) for each in np.argwhere(wrong)[0])
        raise LawBroken(f"{names[county]}, month {month + 1}: residents are not conserved")
