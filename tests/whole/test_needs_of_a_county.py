"""Needs read from lives are the needs seen in the columns, screened month by month in a real county."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from scenarios.load import load_scenario
from sim.clock import month_start
from sim.conditions import COLUMNS, has
from sim.kinds import Living
from sim.model import CommunityModel
from sim.needs import Ledger
from sim.places import load_atlas
from sim.residents import Residents
from sim.screening import Screening, mothers_work
from tests.whole.small_study import SEED, market, turned, world

MONTHS = 10
SCENARIO = load_scenario("plan-2025")
SERVICES = SCENARIO.services
SCREENING = Screening(SERVICES)
Rows = npt.NDArray[np.int64]


class Month:
    """Everyone present at the end of a month, as the columns say, and the ways to need that hold of each."""

    def __init__(self, people: Residents, month: int, held: bool) -> None:
        self.rows = np.flatnonzero(people.present(month))
        self.columns = {
            name: getattr(people, name)[self.rows].copy() for name in (*COLUMNS, "county", "income")
        }
        self.columns["key"] = people.key[self.rows].copy()
        self.columns["mother_employment"] = mothers_work(people, self.rows)
        self.columns["township"] = load_atlas().communities.township[people.community[self.rows]]
        self.columns["age_months"] = (0 if held else month) - people.birth_month[self.rows].astype(np.int64)
        hold = SCREENING.conditions.holding(self.columns, self.columns["age_months"])
        self.ways = np.array([has(hold, way) for way in range(len(SCREENING.ways))])
        self.needs = np.array([
            self.ways[[n for n, (s, _) in enumerate(SCREENING.ways) if s == of]].any(axis=0)
            for of in range(len(SERVICES))
        ])  # fmt: skip

    def counted(self, rows: npt.NDArray[np.bool_]) -> Rows:
        """Count rows by county."""
        return np.bincount(self.columns["county"][rows], minlength=83)


@cache
def lived(held: bool) -> tuple[Ledger, tuple[Month, ...], CommunityModel]:
    """Live a county, and look at its columns at the end of each month."""
    model, months = CommunityModel(world(SCENARIO, MONTHS), market(), SEED, held=held), []
    for month in range(MONTHS):
        model.step()
        months.append(Month(turned(model), month, held))
    return model.ledger, tuple(months), model


@pytest.mark.parametrize("held", [False, True], ids=["free", "held"])
def test_whoever_is_in_need_at_the_end_of_a_month_has_an_open_spell_and_nobody_else(held: bool) -> None:
    ledger, months, _ = lived(held)
    spells = ledger.spells
    for month, now in enumerate(months):
        end = month_start(month + 1)
        going_on = (spells.start < end) & (spells.end >= end)
        for s, service in enumerate(SERVICES):
            open_now = np.sort(spells.key[going_on & (spells.service == s)])
            needed = now.columns["key"][now.needs[s]] if service.queued else np.empty(0, dtype=np.uint64)
            assert np.array_equal(open_now, np.sort(needed)), (service.id, month)


@pytest.mark.parametrize("held", [False, True], ids=["free", "held"])
def test_counts_by_month_are_those_of_the_columns(held: bool) -> None:
    ledger, months, _ = lived(held)
    for month, now in enumerate(months):
        for area in (0, 1):
            here = now.counted(now.columns["area"] == area)
            assert np.array_equal(ledger.residents[:, area, month], here), month
        for s, service in enumerate(SERVICES):
            assert np.array_equal(ledger.persons[s, :, month], now.counted(now.needs[s])), (service.id, month)
        for way, (s, group) in enumerate(SCREENING.ways):
            expected = now.counted(now.ways[way] & (not SERVICES[s].queued))
            assert np.array_equal(ledger.people[s, group, :, month], expected), (s, group, month)


@pytest.mark.parametrize("held", [False, True], ids=["free", "held"])
def test_asks_tell_what_the_columns_say_at_the_end_of_their_month(held: bool) -> None:
    ledger, months, _ = lived(held)
    asks, spells = ledger.asks, ledger.spells
    for month, now in enumerate(months):
        mine = np.flatnonzero(asks.ordinal == month)
        order = np.argsort(now.columns["key"])
        at = order[np.searchsorted(now.columns["key"], spells.key[asks.spell[mine]], sorter=order)]
        assert len(mine) > 50 and (now.columns["key"][at] == spells.key[asks.spell[mine]]).all()
        for name in (*COLUMNS, "county", "income", "mother_employment", "township", "age_months"):
            assert np.array_equal(getattr(asks, name)[mine], now.columns[name][at]), (name, month)


def test_the_widowed_ask_as_the_widowed() -> None:
    """The needs part couples by themselves; some who ask in the run have lost the spouse within it."""
    ledger, _, model = lived(False)
    people, history = model.people, model.history
    asks, spells = ledger.asks, ledger.spells
    bereft = history.lives["widowed"][spells.resident[asks.spell]] <= asks.ordinal
    assert bereft.sum() > 5
    assert (people.spouse[spells.resident[asks.spell[bereft]]] == -1).all()
    now = asks.living[bereft]
    assert not np.isin(now, (Living.SPOUSE, Living.SPOUSE_AND_CHILDREN)).any() and (now == Living.ALONE).any()
