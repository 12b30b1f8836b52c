"""How many live in homes and how many children have a place, by agents: whole markets, many settings.

Every market is founded and lived once, at central values, and its needs are replayed under draws of all
numbers of need and supply. Each draw delivers a share, between none and all, of what is planned: slots by the
plan, beds by the provincial elder-care plan. Each is replayed at two levels of the wish for a bed, one that
leaves fewer residents in 2020 than were counted and one that leaves more, with two draws of childcare.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from calibration.futures import ranks
from scenarios.definitions import with_ceilings
from scenarios.experiments import base_of_province, drawn_world
from scenarios.load import Scenario, load_scenario
from scenarios.supply import own_settings, supply_plan
from scenarios.workers import end_workers, worker_context
from sim.capacity import build_supply
from sim.clock import MONTHS_TO_END_OF_2025, month_start
from sim.kinds import Step
from sim.measures import Replay, unit_months
from sim.model import CommunityModel, replay
from sim.parameters import Settings
from sim.places import load_atlas
from sim.services import Service
from sim.streams import Stream
from sim.supply import SupplyPlan

GROUPS = ("elder-bed", "childcare")
PLANNED = "companion-elder"
LEVELS = (0.45, 2.0)  # times the fitted wish for a bed
YEAR_ENDS = tuple(range(1, MONTHS_TO_END_OF_2025, 12))  # months, the first the end of 2020
_WISH = "elder-bed.wish"
_CHILDCARE = "childcare"


@dataclass(frozen=True)
class Taken:
    """Persons in place at the ends of 2020 to 2025 (draws, 2 levels, 2 groups, 6), and what they come from.

    ``places`` (draws, 2 levels, 2 groups, 6) are usable; ``needed`` (6,) children of the age of childcare and
    ``elders`` (6,) residents of 80 and older, in the lives that were replayed.
    """

    persons: np.ndarray
    places: np.ndarray
    needed: np.ndarray
    elders: np.ndarray

    def __add__(self, other: Taken) -> Taken:
        """Put two markets together."""
        return Taken(
            *(getattr(self, n) + getattr(other, n) for n in ("persons", "places", "needed", "elders"))
        )


@lru_cache(maxsize=1)
def _planned() -> Scenario:
    """Load the scenario with the services of both groups, their ceilings above the levels that are tried."""
    scenario = load_scenario(PLANNED)
    quantity = scenario.settings.quantities[_WISH]
    wide = dict(scenario.settings.quantities) | {_WISH: replace(quantity, high=quantity.value * LEVELS[1])}
    services = [each for each in scenario.services if each.group in GROUPS]
    return replace(scenario, services=with_ceilings(services, Settings(wide, scenario.settings.joint)))


def settings_of(scenario: Scenario, seed: int, draw: int, level: int) -> Settings:
    """Return the settings of a draw at a level: childcare's numbers are drawn anew at the second."""
    drawn = scenario.settings.draw(seed, 1 + 2 * draw)
    other = scenario.settings.draw(seed, 2 + 2 * draw)
    values = {name: other[name] for name in other if level and name.startswith(_CHILDCARE)}
    return drawn.with_values(values | {_WISH: scenario.settings[_WISH] * LEVELS[level]})


def delivered(plan: SupplyPlan, share: float) -> SupplyPlan:
    """Return a plan of which a share is delivered: each path rises so much of the way from its beginning."""
    paths = {name: path[0] + share * (path - path[0]) for name, path in plan.paths.items()}
    return replace(plan, paths=paths)


def take_market(number: int, draws: int, seed: int) -> Taken:
    """Found and live a market, and replay its needs under some draws."""
    atlas, scenario = load_atlas(), _planned()
    market, stream = atlas.markets[number], Stream.of(seed, 0)
    world = drawn_world(scenario.services, scenario.settings, MONTHS_TO_END_OF_2025)
    model = CommunityModel(world, market, seed, 0)
    ledger, record = model.live(), model.record()
    del model
    shares = ranks(seed, "delivery", draws)[:, 0]
    persons = np.zeros((draws, len(LEVELS), len(GROUPS), len(YEAR_ENDS)))
    places = np.zeros_like(persons)
    for draw in range(draws):
        for level in range(len(LEVELS)):
            settings = settings_of(scenario, seed, draw, level)
            plan = own_settings(delivered(supply_plan(scenario, settings), float(shares[draw])))
            supply = build_supply(plan, atlas, base_of_province(), market.counties)
            done = replay(ledger, scenario.services, settings, supply, stream, MONTHS_TO_END_OF_2025)
            persons[draw, level], places[draw, level] = _counted(done, scenario.services)
    mine = [service for service, each in enumerate(scenario.services) if each.group == _CHILDCARE]
    needed = ledger.persons[mine].sum(axis=(0, 1))[list(YEAR_ENDS)]
    return Taken(persons, places, needed, record.stocks["age_80_plus"].sum(axis=1))


def _counted(done: Replay, services: tuple[Service, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Count persons in place and usable places by group at each year's end, (2, 6) each."""
    requests, log, units = done.requests, done.log, done.supply.units
    asked = requests.service[requests.step == Step.REQUESTED]
    usable = unit_months(units, MONTHS_TO_END_OF_2025)[1][:, list(YEAR_ENDS)]
    persons, places = [], []
    for group in GROUPS:
        mine = [number for number, each in enumerate(services) if each.group == group]
        pools = {services[number].pool for number in mine}
        rows = np.isin(asked, mine)
        ends = [month_start(month + 1) for month in YEAR_ENDS]
        persons.append([(rows & (log.admitted < end) & (log.ended >= end)).sum() for end in ends])
        of_pool = np.array([done.supply.pools[pool] in pools for pool in units.pool])
        places.append(usable[of_pool].sum(axis=0) / 1000)
    return np.array(persons), np.array(places)


def take_province(
    draws: int, seed: int, workers: int = 0, tell: Callable[[int, int], None] = lambda done, parts: None
) -> Taken:
    """Take all markets on some workers (0: one a core), the largest first; the sum knows no order."""
    markets, base = load_atlas().markets, base_of_province().residents
    order = sorted(range(len(markets)), key=lambda number: -base[list(markets[number].counties)].sum())
    count = min(workers or os.cpu_count() or 1, len(order))
    total: Taken | None = None
    for done, taken in enumerate(_each(order, draws, seed, count), start=1):
        total = taken if total is None else total + taken
        tell(done, len(order))
    assert total is not None  # there are markets
    return total


def _each(order: list[int], draws: int, seed: int, workers: int) -> Iterator[Taken]:
    if workers == 1:
        yield from (take_market(number, draws, seed) for number in order)
        return
    pool = ProcessPoolExecutor(workers, worker_context())
    try:
        for job in as_completed([pool.submit(take_market, number, draws, seed) for number in order]):
            yield job.result()
    except BaseException:
        end_workers(pool)
        raise
    pool.shutdown()
