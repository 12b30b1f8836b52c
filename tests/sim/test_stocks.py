"""How many live where, counted from lives, is how many stand in the columns at the end of each month."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import LawBroken
from sim.history import ARRIVALS, BIRTHS
from sim.life import live
from sim.months import turn
from sim.stocks import aged_by_month, check_conserved, residents_by_month
from tests.sim.small_life import STREAM, people, started, tables

MONTHS, COUNTIES, AGES = 20, 83, (18, 60, 80)


def test_residents_and_elders_are_those_of_the_columns_month_by_month() -> None:
    residents = started(people(60_000))
    history = live(residents, MONTHS, tables(), STREAM)
    at = range(0, MONTHS, 3)
    here = residents_by_month(history, residents, COUNTIES)
    aged = aged_by_month(history, residents, COUNTIES, AGES, at)
    for month in range(MONTHS):
        turn(history, residents, month, tables(), STREAM)
        present = residents.present(month)
        counted = np.zeros((COUNTIES, 2), dtype=np.int64)
        np.add.at(counted, (residents.county[present], residents.area[present]), 1)
        assert np.array_equal(here[:, :, month], counted)
        for n, limit in enumerate(AGES if month in at else ()):
            old = present & (residents.age_months(month) >= 12 * limit)
            by_county = np.bincount(residents.county[old], minlength=COUNTIES)
            assert np.array_equal(aged[n, :, at.index(month)], by_county), (limit, month)


def test_where_residents_are_lost_county_and_month_are_named() -> None:
    residents = started(people(20_000))
    founders = np.bincount(residents.county, minlength=COUNTIES)
    history = live(residents, MONTHS, tables(), STREAM)
    here = residents_by_month(history, residents, COUNTIES)
    names = [f"county {n}" for n in range(COUNTIES)]
    check_conserved(history, founders, here, names)
    for flow in (BIRTHS, ARRIVALS):
        history.flows[flow, 30, 7] += 1
        with pytest.raises(LawBroken, match="county 30, month 8"):
            check_conserved(history, founders, here, names)
        history.flows[flow, 30, 7] -= 1
