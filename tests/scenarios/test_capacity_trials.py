"""A small county replayed at many capacities: what is scaled, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import inf
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.capacity_trials import AS_PLANNED, Question, Standard, try_capacities
from scenarios.load import load_scenario
from scenarios.scaling import UNLIMITED, Scalable
from scenarios.sizer import places_of, size_places
from scenarios.sizing import SizeError
from sim.measures import unit_months
from sim.places import load_atlas
from sim.supply import PARTS
from tests.whole.small_study import SMALLEST, replayed

MONTHS = 26
PERSONS = {"needed": 100, "requested": 60, "in_time": 45, "pending": 10}


def question(service: str = "nursing-bed", share: float = 0.9, of: str = "requested") -> Question:
    return Question(load_scenario("plan-2025"), service, Standard(of, 30, share, 2022), 11, MONTHS)


@cache
def scalable(pool: str = "childcare-slot") -> Scalable:
    supply = replayed(MONTHS).supply
    return Scalable.of([supply], pool, supply.counties, MONTHS - 1)


@pytest.mark.parametrize(("of", "share"), [("requested", 0.9), ("needed", 0.45)])
def test_a_share_is_of_those_who_asked_and_are_decided_or_of_those_in_need(of: str, share: float) -> None:
    assert Standard(of, 30, share, 2025).reached(PERSONS) == share
    assert Standard(of, 30, share, 2025).met(PERSONS) and not Standard(of, 30, share + 0.01, 2025).met(
        PERSONS
    )
    assert Standard(of, 30, 0.95, 2025).met(dict.fromkeys(PERSONS, 0)), "of nobody any share is met"


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 3000))
def test_a_capacity_is_spread_whole_and_no_unit_loses_when_it_grows(capacity: int) -> None:
    places, more = scalable().places(capacity), scalable().places(capacity + 1)
    assert places[:, -1].sum() == capacity
    assert (more[:, -1] >= places[:, -1]).all() and (more - places)[:, -1].sum() == 1
    assert not places[scalable().usable == 0].any(), "nothing stands where the scenario has nothing"


def test_the_scenarios_own_capacity_is_the_scenario_in_the_month_that_counts() -> None:
    own = scalable()
    places = own.places(own.capacity)
    assert np.array_equal(places[:, -1], own.usable[:, -1])
    assert own.usable[:, 0].sum() < own.usable[:, -1].sum(), "slots rise under the plan"
    assert np.array_equal(places > 0, own.usable > 0), "every centre opens when the scenario opens it"


def test_scaled_units_hold_what_was_spread_and_other_pools_keep_theirs() -> None:
    own = scalable()
    (scaled,) = own.at(2 * own.capacity)
    before, after = (unit_months(s.units, MONTHS) for s in (own.supplies[0], scaled))
    others = np.setdiff1d(scaled.units.id, own.rows[0])
    assert np.array_equal(after[1][own.rows[0]], own.places(2 * own.capacity) * PARTS)
    assert np.array_equal(after[1][others], before[1][others])
    assert np.array_equal(after[0][others], before[0][others])


def test_the_least_capacity_of_a_replication_meets_the_standard_and_one_place_less_does_not() -> None:
    asked = question()
    (place,) = places_of(load_atlas().select([SMALLEST]), False, load_atlas())
    found = try_capacities(asked, place, 1, 0)
    assert found.least < inf
    least = int(found.least)
    around = try_capacities(asked, place, 1, least, (least - 1,))
    assert around.least == least
    assert asked.standard.met(around.trials[least].persons)
    assert not asked.standard.met(around.trials[least - 1].persons)
    served = [around.trials[capacity].persons["in_time"] for capacity in (0, AS_PLANNED, UNLIMITED)
              if capacity in around.trials]  # fmt: skip
    assert served == sorted(served)
    assert around.load.places == pytest.approx(around.trials[UNLIMITED].in_place)


def test_a_share_of_the_needed_that_few_ask_for_is_out_of_reach() -> None:
    (place,) = places_of(load_atlas().select([SMALLEST]), False, load_atlas())
    (size,) = size_places(question(of="needed"), [place], 0.5, 1, workers=1)
    assert size.sized.capacity is None
    assert size.persons["wanted"] < 0.9 * size.persons["needed"]


def test_the_answer_does_not_depend_on_the_workers_nor_on_who_is_sized_beside() -> None:
    places = places_of(load_atlas().select([SMALLEST, "明溪县"]), True, load_atlas())
    assert len(places) == 2
    both = size_places(question("childcare-full", 0.8), places, 0.5, 2, workers=2)
    (alone,) = size_places(question("childcare-full", 0.8), places[1:], 0.5, 2, workers=1)
    assert both[1] == alone and alone.sized.holds


def test_what_has_no_places_or_is_not_there_is_refused() -> None:
    for name, says in (("community-errand", "break-even"), ("no-such", "nursing-bed")):
        with pytest.raises(SizeError, match=says):
            _ = replace(question(), service=name).index


def test_needs_are_kept_for_the_services_that_meet_the_one_that_is_sized_alone(tmp_path: Path) -> None:
    asked = replace(question(), ledgers=tmp_path)
    (place,) = places_of(load_atlas().select([SMALLEST]), False, load_atlas())
    lived = try_capacities(asked, place, 1, 0)
    (home,) = tmp_path.iterdir()
    services = set(pl.read_parquet(home / "spells.parquet")["service"])
    assert services == {3, 4}, "nursing and ordinary beds replace one another"
    assert asked.scenario.services[3].id == "nursing-bed" and lived.kept
    assert lived.anew and lived == replace(try_capacities(question(), place, 1, 0), kept=True)
    assert try_capacities(asked, place, 1, 0) == replace(lived, anew=False), "taken from there, the same"
    (size,) = size_places(asked, [place], 0.5, 1, workers=1)
    assert (size.tried, size.lived) == (2, 1), "replications 1 and 2: the first was kept"
    (again,) = size_places(asked, [place], 0.5, 1, workers=1)
    assert again == replace(size, lived=0)
    assert not try_capacities(replace(asked, ledgers_gb=0.0), place, 9, 0).kept, "there is no room"
