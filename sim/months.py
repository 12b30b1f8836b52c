"""Months of a history, read into the columns of the residents one after the other.

Needs are read from the history itself; whoever looks at the residents of a month (a researcher's agent, a
test) sees columns that have been turned to the end of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim import demography, disability
from sim.history import ARRIVALS, BIRTHS, DEATHS, LEAVERS, History, values_of
from sim.kinds import Change, Exit
from sim.rates import LifeTables
from sim.residents import NOBODY, Residents
from sim.streams import Stream

RowNumbers = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class MonthCounts:
    """What a month of life came to: counts by county of the atlas, and the rows concerned.

    ``renewed`` are the rows in which, life being held, a new resident took the place of the dead.
    """

    births: Counts
    deaths: Counts
    arrivals: Counts
    leavers: Counts
    born: RowNumbers
    died: RowNumbers
    arrived: RowNumbers
    left: RowNumbers
    renewed: RowNumbers


def turn(
    history: History, residents: Residents, month: int, tables: LifeTables, stream: Stream
) -> MonthCounts:
    """Turn the columns from the end of the month before to the end of `month`, and count."""
    rows, entries = history.in_month(month)
    leaves, why = history.lives["leaves"] == month, history.lives["why"]
    died, left = (np.flatnonzero(leaves & (why == each)) for each in (Exit.DIED, Exit.MOVED))
    gone = np.concatenate((died, left))
    residents.exit_month[gone], residents.exit[gone] = month, why[gone]
    demography.orphan(residents, month)
    demography.bereave(residents, gone, month)
    _apply(residents, rows, entries, month)
    renewed = rows[values_of(entries)[0] == Change.RENEWAL]
    demography.renew(residents, renewed, month, stream)
    disability.begin(residents, renewed, month, 0, tables, stream)
    came = history.coming(month)
    residents.size = came.stop
    new = np.arange(came.start, came.stop)
    newborn = residents.mother[new] != NOBODY
    births, deaths, arrivals, leavers = (
        history.flows[flow, :, month] for flow in (BIRTHS, DEATHS, ARRIVALS, LEAVERS)
    )
    return MonthCounts(
        births, deaths, arrivals, leavers, new[newborn], np.concatenate((died, renewed)), new[~newborn], left,
        renewed,
    )  # fmt: skip


def _apply(residents: Residents, rows: RowNumbers, entries: npt.NDArray[np.uint32], month: int) -> None:
    """Write what entries say into the columns."""
    change, value = values_of(entries)
    of = {each: change == each for each in Change}
    residents.function[rows[of[Change.FUNCTION]]] = value[of[Change.FUNCTION]]
    residents.function_since[rows[of[Change.FUNCTION]]] = month
    disabled, packed = rows[of[Change.DISABILITY]], value[of[Change.DISABILITY]]
    residents.disability_kind[disabled] = packed & 7
    residents.disability_grade[disabled] = packed >> 3 & 3
    residents.card[disabled] = packed >> 5
    residents.employment[rows[of[Change.WORK]]] = value[of[Change.WORK]]
    residents.pension[rows[of[Change.PENSION]]] = value[of[Change.PENSION]]
    mothers = rows[of[Change.BIRTH]]
    residents.last_birth[mothers] = month
    residents.births[mothers] += 1
