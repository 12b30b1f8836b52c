"""Trials: the census of some whole markets founded and seated under settings, and counted.

Nobody is lived: homes and centres are filled by the asks of the past, as at the start of every run. All
trials share their draws (common random numbers), so that a difference of two trials is that of their
settings. Counts of markets add up; a few trials of the whole province tell how far the markets that are
tried stand for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np

from evidence.census import census_margins
from evidence.founders import founding_tables
from evidence.life_tables import life_tables
from evidence.table import load_evidence
from scenarios.definitions import with_ceilings
from scenarios.experiments import base_of_province
from scenarios.load import Scenario, load_scenario
from scenarios.supply import supply_plan
from sim.capacity import build_supply
from sim.demand import record
from sim.history import quiet
from sim.kinds import DisabilityGrade, Function, Payer, Step
from sim.life import life_ending
from sim.margins import rake
from sim.market import World, found_market, replay
from sim.measures import Replay
from sim.parameters import Settings
from sim.places import load_atlas
from sim.rates import Floats
from sim.residents import Residents
from sim.services import Service
from sim.streams import Stream
from sim.supply import PARTS

SCENARIO = "baseline-2020"
GROUPS = ("elder-bed", "childcare")
STREAM = Stream.of(20201101, 0)  # all trials share their draws
# 5.5 of 41.5 million residents: a large city and two middling ones, two populous counties, a small one in the
# hills. Of a few sets, the one whose residents of homes are most nearly the same part of the province's.
TRIED = ("泉州市区", "龙岩市区", "安溪县", "仙游县", "宁德市区", "明溪县")
BANDS = ((60, 65), (65, 70), (70, 75), (75, 200), (60, 70), (70, 80), (80, 200), (60, 200))  # ages, years
HOMES = ("public-home", "extremely-poor-home", "private-home")
COUNTS = (
    *GROUPS, *(f"{what}_{kind}" for what in ("in", "beds") for kind in HOMES),
    "under_3", "nursing_allowance", "living_allowance",
    *(f"{what}_{first}_{end}" for what in ("residents", "lost", "severe") for first, end in BANDS),
)  # fmt: skip


@cache
def tried_scenario() -> Scenario:
    """Return the baseline with the services that are counted, their ceilings at the tops of their ranges."""
    scenario = load_scenario(SCENARIO, together=False)
    services = [each for each in scenario.services if each.group in GROUPS]
    return replace(scenario, services=with_ceilings(services, scenario.settings))


def markets_tried() -> tuple[int, ...]:
    """Return the numbers of the markets of a trial."""
    names = [market.name for market in load_atlas().markets]
    return tuple(names.index(name) for name in TRIED)


def try_census(settings: Settings, markets: Sequence[int]) -> Floats:
    """Found and seat some markets; return COUNTS by market, shape (markets, counts)."""
    atlas, evidence, scenario = load_atlas(), load_evidence(), tried_scenario()
    cells = rake(census_margins(evidence, atlas, settings))
    tables = founding_tables(evidence, settings), life_tables(evidence, settings, atlas)
    world = World(atlas, cells, *tables, scenario.services, settings, months=1)
    return np.array([_count_market(world, market) for market in markets])


def _count_market(world: World, number: int) -> Floats:
    market, services = world.atlas.markets[number], world.services
    people = found_market(world, market, STREAM)
    done = _seat(world, number, people)
    return np.concatenate((_in_place(done, services), _in_homes(done), _of_census(people)))


def _seat(world: World, number: int, people: Residents) -> Replay:
    """Fill the places of the census."""
    atlas, settings = world.atlas, world.settings
    census = quiet(people.size, len(atlas.counties.code), months=0)
    ending = partial(life_ending, people, world.life)
    ledger = record(people, census, world.services, settings, atlas, STREAM, ending)
    plan = supply_plan(tried_scenario(), settings)
    supply = build_supply(plan, atlas, base_of_province(), atlas.markets[number].counties)
    return replay(ledger, world.services, settings, supply, STREAM, 1)


def _in_place(done: Replay, services: Sequence[Service]) -> Floats:
    """Count who is in place at the census, by group of services."""
    requests, log = done.requests, done.log
    asked = requests.service[requests.step == Step.REQUESTED]
    there = (log.admitted <= 0) & (log.ended > 0)
    by_service = np.bincount(asked[there], minlength=len(services)).astype(np.float64)
    return np.array([by_service[[s.group == group for s in services]].sum() for group in GROUPS])


def _in_homes(done: Replay) -> Floats:
    """Count residents and beds of each kind of home at the census."""
    units, log = done.supply.units, done.log
    kind_of = np.array(
        [HOMES.index(kind.id) if kind.id in HOMES else len(HOMES) for kind in done.supply.kinds]
    )
    there = log.unit[(log.admitted <= 0) & (log.ended > 0)]
    taken = np.bincount(kind_of[units.kind[there]], minlength=len(HOMES) + 1)
    first = units.step_minute <= 0
    built = np.bincount(kind_of[units.kind[units.step_unit[first]]], units.step_built[first], len(HOMES) + 1)
    return np.concatenate((taken[: len(HOMES)], built[: len(HOMES)] / PARTS))


def _of_census(people: Residents) -> Floats:
    """Count small children, holders of allowances, and residents by age and loss of function."""
    age = people.age_months(0).astype(np.int64) // 12
    card = people.card == 1
    severe_card = card & (people.disability_grade == DisabilityGrade.SEVERE)
    poor_card = card & (people.payer == Payer.LOW_INCOME)
    lost = people.function >= Function.MILD
    severe = people.function == Function.SEVERE
    bands = [np.bincount(age[rows], minlength=201) for rows in (slice(None), lost, severe)]
    by_band = [count[first:end].sum() for count in bands for first, end in BANDS]
    return np.array([(age < 3).sum(), severe_card.sum(), poor_card.sum(), *by_band], dtype=np.float64)
