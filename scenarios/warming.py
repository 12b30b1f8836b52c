"""The first compile: every kernel, before a run, by two processes side by side.

A kernel is compiled when it is first called, for the types that it is given, and kept (``sim.compiled``). A
run would wait for one after the other in its first market, and each of its workers would compile the same
ones. So each *part* of the model is first called here, on a few made-up residents and needs of the very
types that a run has. The parts do not wait for one another: what one would hand to the next is made up, so
that they can be taken by two workers, and what both use is taken by the second from what the first has kept.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

import numpy as np

from scenarios.experiments import base_of_province, drawn_world
from scenarios.load import Scenario, load_scenario
from scenarios.supply import own_settings, supply_plan
from scenarios.workers import end_workers, worker_context
from sim import disability, employment
from sim.capacity import build_supply
from sim.clock import MONTHS_TO_END_OF_2025, NEVER, month_start
from sim.demand import record
from sim.errors import JinlinError, RunError
from sim.founding import found
from sim.history import quiet
from sim.life import live
from sim.market import World, replay
from sim.measures import Frame, month_table, unit_table, wait_table
from sim.months import turn
from sim.needs import ASK, SPELL, Asks, Ledger, Spells, columns_of
from sim.persons import cascade_table
from sim.places import Market
from sim.residents import Residents
from sim.streams import Stream, founder_keys

AT_ONCE = 2  # what is compiled falls into two halves, hardly into three
_MONTHS = MONTHS_TO_END_OF_2025
_STREAM = 1, 0  # seed and replication: any would do
_GAINING = "集美区"  # a district to which people move
_ELDER = 80 * 12  # months of age


def compile_all(workers: int = 0, tell: Callable[[int, int], None] = lambda done, parts: None) -> None:
    """Compile every kernel that a run calls, on at most two workers (0: as many as there are cores).

    ``tell`` hears how many of the parts are done. Raises RunError where a part cannot be compiled.
    """
    count = min(workers or os.cpu_count() or 1, AT_ONCE)
    try:
        for done, _ in enumerate(_alone() if count == 1 else _side_by_side(count), 1):
            tell(done, len(PARTS))
    except (JinlinError, OSError):
        raise
    except Exception as wrong:
        reason = next(iter(str(wrong).splitlines()), "")
        raise RunError(f"the kernels cannot be compiled: {type(wrong).__name__}: {reason}") from wrong


def _alone() -> Iterator[None]:
    for part in PARTS:
        yield part()


def _side_by_side(count: int) -> Iterator[None]:
    """Let workers compile the parts; yield when one is done."""
    pool = ProcessPoolExecutor(count, mp_context=worker_context(), initializer=_begin)
    try:
        for future in as_completed([pool.submit(part) for part in PARTS]):
            yield future.result()
    except BrokenProcessPool:
        raise RunError(
            "a worker was ended from outside while it compiled, for lack of memory perhaps; run with "
            "--workers 1"
        ) from None
    except BaseException:
        end_workers(pool)
        raise
    pool.shutdown()


def _begin() -> None:
    """Look for no cycles while compiling: nearly all of millions of objects stay, and it took a fifth."""
    gc.disable()


# ---- the parts


def compile_states() -> None:
    """Compile the tables of life, and how function, disability, work and pension begin."""
    people, life = _residents(), _world().life
    disability.start(people, life, Stream.of(*_STREAM))
    employment.start(people, life, Stream.of(*_STREAM))


def compile_life() -> None:
    """Compile the life of residents, and the months that are read from it."""
    people, life, stream = _residents(), _world().life, Stream.of(*_STREAM)
    turn(live(people, _MONTHS, life, stream), people, 0, life, stream)


def compile_replay() -> None:
    """Compile choice, waiting lists, workload and tables."""
    scenario, market, atlas = _scenario(), _market(), _world().atlas
    plan = own_settings(supply_plan(scenario))
    supply = build_supply(plan, atlas, base_of_province(), market.counties)
    ledger = _ledger()
    stream = Stream.of(*_STREAM)
    done = replay(ledger, scenario.services, scenario.settings, supply, stream, _MONTHS)
    frame = Frame(
        services=scenario.services, counties=np.array(market.counties), county_codes=atlas.counties.code,
        fifth_edges=np.zeros((2, 4), dtype=np.int64), months=_MONTHS, replication=0,
    )  # fmt: skip
    for table in (month_table, cascade_table, wait_table, unit_table):
        table(done, frame)


def compile_founding() -> None:
    """Compile the founding of a market."""
    world = _world()
    found(world.cells, world.founding, world.life, world.atlas, _market(), Stream.of(*_STREAM))


def compile_needs() -> None:
    """Compile the reading of needs from lives."""
    world, people = _world(), _residents()
    history = quiet(people.size, len(world.atlas.counties.code), _MONTHS)
    record(people, history, world.services, world.settings, world.atlas, Stream.of(*_STREAM))


# What others call too comes first; then the longest, so that both workers end together.
PARTS: tuple[Callable[[], None], ...] = (
    compile_states, compile_replay, compile_life, compile_founding, compile_needs,
)  # fmt: skip


# ---- what is made up


def _scenario() -> Scenario:
    return load_scenario("plan-2025")


def _world() -> World:
    scenario = _scenario()
    return drawn_world(scenario.services, scenario.settings, _MONTHS)


def _market() -> Market:
    """Return the smallest market."""
    residents, markets = base_of_province().residents, _world().atlas.markets
    return min(markets, key=lambda market: int(residents[list(market.counties)].sum()))


def _residents() -> Residents:
    """Make up a person of each age under 100, men and women in turn, where newcomers will join them."""
    atlas = _world().atlas
    county = atlas.select([_GAINING]).counties[0]
    people = Residents.empty(100)
    people.key[:] = founder_keys(int(atlas.counties.code[county]), 0, people.size)
    people.birth_month[:] = -1 - 12 * np.arange(people.size)
    people.sex[:] = np.arange(people.size) % 2
    people.county[:] = county
    people.community[:] = atlas.communities_of(county).start
    return people


def _ledger() -> Ledger:
    """Make up an elder's need for each service that queues, and an ask for it that is sure to wish."""
    atlas, services = _world().atlas, _scenario().services
    queued = [number for number, service in enumerate(services) if service.queued]
    spells, asks = np.zeros(len(queued), dtype=SPELL), np.zeros(len(queued), dtype=ASK)
    county = _market().counties[0]
    spells["service"], spells["county"] = queued, county
    spells["end"] = NEVER
    asks["spell"] = np.arange(len(queued))
    asks["minute"] = month_start(1)
    asks["county"], asks["township"] = county, atlas.townships.county.searchsorted(county)
    spells["age_months"], asks["age_months"] = _ELDER, _ELDER
    groups, counties = max(len(service.needed) for service in services), len(atlas.counties.code)
    return Ledger(
        columns_of(Spells, spells), columns_of(Asks, asks),
        people=np.zeros((len(services), groups, counties, _MONTHS), dtype=np.int64),
        residents=np.zeros((counties, 2, _MONTHS), dtype=np.int64),
        persons=np.zeros((len(services), counties, _MONTHS), dtype=np.int64),
    )  # fmt: skip
