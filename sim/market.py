"""A market: its residents live all months at once, and scenarios replay what they then need.

The steps are those of ``sim.model``, which says their order and gives them Mesa's months. Here they stand
without Mesa, whose import takes longer than the life of a county: a run of scenarios needs no months.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from sim import facilities, kernel
from sim.cascade import choose
from sim.clock import month_start, months_of, year_of
from sim.demand import record
from sim.founding import FoundingTables, found
from sim.history import ARRIVALS, BIRTHS, DEATHS, LEAVERS, History
from sim.kinds import Area, Engine
from sim.life import life_ending, live
from sim.margins import Cells
from sim.measures import LifeRecord, Replay
from sim.needs import Ledger
from sim.parameters import Settings
from sim.places import Atlas, Market
from sim.rates import LifeTables
from sim.recall import Recall
from sim.residents import Residents
from sim.services import Service
from sim.stocks import aged_by_month, check_conserved
from sim.streams import Stream
from sim.supply import Supply
from sim.workload import carry

SERVE = {Engine.COMPILED: kernel.serve, Engine.SIMPY: facilities.serve}
FLOWS = {"births": BIRTHS, "deaths": DEATHS, "arrivals": ARRIVALS, "leavers": LEAVERS}


@dataclass(frozen=True)
class World:
    """What a market is made from: places, margins, tables, definitions and settings; nothing of supply.

    The census is the baseline's: where a scenario lives by other rates, founders are drawn from ``baseline``.
    """

    atlas: Atlas
    cells: Cells
    founding: FoundingTables
    life: LifeTables
    services: tuple[Service, ...]
    settings: Settings
    months: int
    baseline: LifeTables | None = None  # None: the tables that are lived by

    @property
    def at_census(self) -> LifeTables:
        """Return the tables that founders, and what they lived before the census, are drawn from."""
        return self.life if self.baseline is None else self.baseline


def found_market(world: World, market: Market, stream: Stream) -> Residents:
    """Return the residents of a market at the census."""
    return found(world.cells, world.founding, world.at_census, world.atlas, market, stream)


def live_through(
    world: World, people: Residents, stream: Stream, held: bool = False,
    passed: Callable[[str], None] = lambda stage: None, threads: int = 1,
) -> tuple[History, Ledger]:  # fmt: skip
    """Live all months of residents and record the needs, 1 to 7 of the order of a month, once for all.

    Newborns and newcomers join ``people``. ``passed`` is told when a stage is over; ``held`` keeps life as it
    was in 2020. With several `threads`, residents are lived side by side. Raises LawBroken where somebody is
    lost.
    """
    county = people.county.copy()
    history = live(people, world.months, world.life, stream, held, threads)
    passed("life")
    ending = partial(life_ending, people, world.at_census)
    ledger = record(
        people, history, world.services, world.settings, world.atlas, stream, ending, held, threads
    )
    if not held:
        names = world.atlas.counties.name.tolist()
        check_conserved(history, np.bincount(county, minlength=len(names)), ledger.residents, names)
    passed("demand")
    return history, ledger


def life_record(
    people: Residents, history: History, here: npt.NDArray, months: int, start: int
) -> LifeRecord:
    """Sum life up by year and county over the first ``months``.

    ``here`` counts residents at the end of each month, shape (counties, areas, months), ``start`` at the
    census.
    """
    years = tuple(sorted({year_of(month) for month in range(months)}))
    by_year = [[m for m in months_of(year) if m < months] for year in years]
    flows = {
        name: np.stack([history.flows[number][:, of_year].sum(axis=1) for of_year in by_year])
        for name, number in FLOWS.items()
    }
    ends = [of_year[-1] for of_year in by_year]
    aged = aged_by_month(history, people, here.shape[0], (60, 65, 80), ends)
    stocks = {f"age_{limit}_plus": aged[n].T for n, limit in enumerate((60, 65, 80))}
    stocks["population"] = here.sum(axis=1)[:, ends].T
    stocks["urban"] = here[:, Area.URBAN, ends].T
    stocks["resident_months"] = np.stack([here[:, :, of_year].sum(axis=(1, 2)) for of_year in by_year])
    totals = int(stocks["population"][-1].sum()), int(stocks["resident_months"].sum())
    return LifeRecord(years, flows, stocks, start, *totals)


def replay(
    ledger: Ledger,
    services: Iterable[Service],
    settings: Settings,
    supply: Supply,
    stream: Stream,
    months: int,
    engine: Engine = Engine.COMPILED,
    recall: Recall | None = None,
) -> Replay:
    """Meet a ledger's needs with a supply: choice, service and workload (10 to 12 of the order).

    ``recall`` remembers the steps of earlier replays of the ledger with the same engine.
    """
    recall, services, serve = recall or Recall(), tuple(services), SERVE[engine]
    requests = choose(ledger, services, settings, supply, stream, recall=recall)
    log = recall.of("log", serve, requests, supply.units, month_start(months))
    minutes = {name: settings[name] for service in services for name in service.workload_names}
    workload = recall.of("workload", carry, ledger, services, minutes, supply)
    return Replay(ledger, requests, log, workload, supply)
