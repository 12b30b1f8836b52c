"""The flow of beds holds what the founding seats: from the census's seats, and from empty, with life held."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from scenarios.experiments import base_of_province, drawn_world
from scenarios.load import load_scenario
from scenarios.supply import supply_plan
from sim.capacity import build_supply
from sim.model import CommunityModel, replay
from sim.needs import Asks, Ledger, take
from sim.places import load_atlas
from sim.supply import Supply
from sim.tallies import stocks
from tests.whole.small_study import market

COUNTY = (
    "仙游县"  # 905,068 residents, some 2,000 beds: a tenth of the province's stay in a home by chance alone
)
YEARS = 10
pytestmark = pytest.mark.slow


@cache
def held() -> tuple[CommunityModel, Ledger, Supply]:
    """Hold life, incomes and beds at 2020 for ten years in a county."""
    scenario, months = load_scenario("baseline-2020"), 12 * YEARS
    beds = tuple(service for service in scenario.services if service.group == "elder-bed")
    still = scenario.settings.with_values({"money.income_growth": 0.0, "money.pension_growth": 0.0})
    model = CommunityModel(drawn_world(beds, still, months), market(COUNTY), 1, held=True)
    ledger = model.live()
    plan = supply_plan(scenario, months=months)
    return model, ledger, build_supply(plan, load_atlas(), base_of_province(), market(COUNTY).counties)


def in_bed(ledger: Ledger) -> npt.NDArray[np.int64]:
    """Count who is in a bed: at the founding, then at the end of each month."""
    model, _, supply = held()
    world = model.world
    log = replay(ledger, world.services, world.settings, supply, model.stream, world.months).log
    served = log.admitted < 2**31 - 1
    admitted, ended = log.admitted[served].astype(np.int64), log.ended[served].astype(np.int64)
    months = stocks(admitted, ended, np.zeros(served.sum(), dtype=int), 1, world.months)[0]
    return np.append(((admitted <= 0) & (ended > 0)).sum(), months)


def beds() -> float:
    """Count the beds of 2020."""
    units = held()[2].units
    mine = np.isin(units.pool, [held()[2].pools.index(pool) for pool in ("nursing-bed", "ordinary-bed")])
    return float(units.step_built[mine[units.step_unit] & (units.step_minute <= 0)].sum() / 1000)


def test_the_seated_stay_within_three_per_cent_over_a_year_of_held_life() -> None:
    count = in_bed(held()[1])
    assert np.abs(count[1:13] / count[0] - 1).max() < 0.03, count[:13].tolist()


def test_from_empty_the_flow_settles_where_the_founding_seats() -> None:
    ledger = held()[1]
    asks = take(ledger.asks, ledger.asks.minute >= 0)
    assert isinstance(asks, Asks)
    seated, empty = in_bed(ledger), in_bed(replace(ledger, asks=asks))
    assert empty[1] < 0.1 * seated[0]
    settled = empty[-24:].mean() / beds()
    assert abs(settled - seated[0] / beds()) < 0.03, (settled, seated[0] / beds())
