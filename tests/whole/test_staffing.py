"""Staff accounts through a small run: the same lives, staff that leaves more, learns or works longer."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from scenarios.load import load_scenario
from sim.kinds import Engine
from sim.measures import Replay, unit_months
from sim.supply import Crew
from tests.whole.small_study import replayed

MONTHS = 14
CHURN = load_scenario("staff-churn")
CADRES = [cadre.id for cadre in CHURN.cadres]


@cache
def met(**values: float) -> Replay:
    """Replay the smallest county with some number of every cadre moved."""
    moved = {f"{cadre}.{name}": value for cadre in CADRES for name, value in values.items()}
    return replayed(MONTHS, "staff-churn", CHURN.settings.with_values(moved))


def usable(done: Replay) -> np.ndarray:
    return unit_months(done.supply.units, MONTHS)[1]


@pytest.mark.parametrize(
    ("name", "less", "more"), [("attrition", 0.5, 0.1), ("training_months", 6.0, 0.0), ("absence", 0.2, 0.0)]
)
def test_what_takes_from_staff_never_adds_a_place_or_a_minute(name: str, less: float, more: float) -> None:
    fewer, greater = met(**{name: less}), met(**{name: more})
    assert (fewer.workload.supplied <= greater.workload.supplied).all()
    assert fewer.workload.supplied.sum() < greater.workload.supplied.sum()
    assert fewer.workload.done.sum() <= greater.workload.done.sum()
    assert (usable(fewer) <= usable(greater)).all() and usable(fewer).sum() < usable(greater).sum()


def test_overtime_brings_minutes_and_places_as_long_as_nobody_leaves_for_it() -> None:
    none, some, straining = met(), met(overtime=0.1), met(overtime=0.1, strain=5.0)
    assert (none.workload.supplied <= some.workload.supplied).all()
    assert some.workload.supplied.sum() > 1.09 * none.workload.supplied.sum()
    assert (usable(none) <= usable(some)).all()
    crews = [done.supply.crews[:, Crew.STAFF].sum() for done in (none, some, straining)]
    assert crews[0] == crews[1] > crews[2]


def test_life_and_needs_are_those_of_the_plan() -> None:
    plan, churn = replayed(MONTHS, "plan-2025"), met()
    assert np.array_equal(plan.workload.demanded, churn.workload.demanded)
    assert plan.ledger is churn.ledger
    assert churn.workload.supplied.sum() < plan.workload.supplied.sum()


def test_both_engines_serve_what_a_staff_account_leaves_usable_alike() -> None:
    log, other = met().log, replayed(MONTHS, "staff-churn", engine=Engine.SIMPY).log
    for column in ("outcome", "unit", "admitted", "ended"):
        assert np.array_equal(getattr(log, column), getattr(other, column)), column
