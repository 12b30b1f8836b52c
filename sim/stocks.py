"""How many live where at the end of each month, and how many of them are old: counted from a history."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.errors import LawBroken
from sim.history import ARRIVALS, BIRTHS, DEATHS, LEAVERS, History
from sim.kinds import Area
from sim.residents import Residents

Ints = npt.NDArray[np.int64]


def residents_by_month(history: History, residents: Residents, counties: int) -> Ints:
    """Count who lives here at the end of each month: shape (counties of the atlas, 2 areas, months)."""
    size, areas, last = history.size, len(Area), history.months
    home = residents.whole("county")[:size].astype(np.int64) * areas + residents.whole("area")[:size]
    shape = (counties, areas, last + 1)
    cells = int(np.prod(shape))
    come, gone = (
        np.bincount(home * (last + 1) + np.clip(history.lives[name], 0, last), minlength=cells)
        for name in ("comes", "leaves")
    )
    return np.cumsum((come - gone).reshape(shape), axis=2)[:, :, :-1]


def aged_by_month(
    history: History, residents: Residents, counties: int, ages: Sequence[int], months: Sequence[int]
) -> Ints:
    """Count who is of an age (years) or older at the end of some months: shape (ages, counties, months)."""
    born, comes, leaves = residents.whole("birth_month"), history.lives["comes"], history.lives["leaves"]
    old = np.flatnonzero(born[: history.size] <= max(months) - 12 * min(ages))
    county, born, comes, leaves = residents.whole("county")[old], born[old], comes[old], leaves[old]
    count = np.zeros((len(ages), counties, len(months)), dtype=np.int64)
    for n, month in enumerate(months):
        here = (comes <= month) & (month < leaves)
        for limit, age in enumerate(ages):
            count[limit, :, n] = np.bincount(county[here & (month - born >= 12 * age)], minlength=counties)
    return count


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
