"""The model of one market: the order of a month stands here, once.

A month of a resident:

1. everyone grows a month older
2. some die, by age, sex, area and function
3. some give birth, by age
4. some move away and others arrive, by county and age
5. some lose or regain function; some become disabled
6. some enter, lose or leave work (1 to 6: ``sim.life``)
7. needs arise and end, and whoever's month of asking has come asks (``sim.demand``)

Nobody's life waits for another's month, but that children move with their mother; needs are read from lives.
So each resident lives all months at once before the first passes. The months, ``CommunityModel.step``, then
read what was drawn:

8. a researcher's own agents act, among residents as they are at its end (``sim.months``)
9. the collector writes the month down

When the last month is over the needs are a ledger that no supply touches. A scenario then replays it,
``CommunityModel.replay``:

10. the asks choose: wanted, affordable, in reach, requested (``sim.cascade``)
11. requests meet units: admitted, waiting, leaving (``sim.facilities``, or compiled ``sim.kernel``)
12. the minutes of workers are spent (``sim.workload``)

Mesa gives the model its shape (Model, Agent, AgentSet, DataCollector) and nothing random: draws are keyed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import mesa
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
from sim.measures import LifeRecord, Replay, unit_months
from sim.months import turn
from sim.needs import Ledger
from sim.parameters import Settings
from sim.people import ResidentSet
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


class Unit(mesa.Agent):
    """A facility of one kind and pool, with what was built, usable and taken by month (in parts)."""

    def __init__(self, model: CommunityModel, unit: int, replay: Replay) -> None:
        super().__init__(model)
        units = replay.supply.units
        self.unit = unit
        self.kind = replay.supply.kinds[int(units.kind[unit])].id
        self.pool = replay.supply.pools[int(units.pool[unit])]
        self.county = int(units.county[unit])
        self._replay = replay

    def usable(self) -> npt.NDArray[np.int64]:
        """Return the parts in use by month: the smaller of built and staffed."""
        return unit_months(self._replay.supply.units, self.model.world.months)[1][self.unit]

    def admitted(self) -> int:
        """Return how many requests it has admitted, the seated among them."""
        return int((self._replay.log.unit == self.unit).sum())


class CommunityModel(mesa.Model):
    """One market, month by month; see the module for the order of a month.

    Life and needs are drawn at the first step, or when the ledger is asked for. ``residents`` is everyone
    present at the end of the last month, in AgentSet's words; ``people`` are the columns behind it, which
    stand where ``residents`` was asked for last, at first at the census; ``agents`` holds a researcher's
    own agents and, after a replay, the units. ``held`` keeps life as it was in 2020 (tests of the flow).
    """

    _registered = 0  # agents so far

    def __init__(
        self, world: World, market: Market, seed: int = 1, replication: int = 0, held: bool = False
    ) -> None:
        super().__init__(seed=0)  # Mesa's own generator is never drawn from
        self.world, self.market, self.month, self.held = world, market, 0, held
        self.stream = Stream.of(seed, replication)
        tables = (world.cells, world.founding, world.at_census, world.atlas)
        self.passed: Callable[[str], None] = lambda stage: None  # told when a stage of work is over
        self.people: Residents = found(*tables, market, self.stream)
        self.residents_start = self.people.size
        self._turned = 0  # months that the columns have been turned to
        self._lived: tuple[History, Ledger] | None = None
        self.collector = mesa.DataCollector(model_reporters={"month": "month", "residents": _population})

    @property
    def residents(self) -> ResidentSet:
        """Return everyone present at the end of the last month (or at the census), in AgentSet's words."""
        while self._turned < self.month:
            turn(self.history, self.people, self._turned, self.world.life, self.stream)
            self._turned += 1
        return ResidentSet.present(self.people, self.month - 1)

    @property
    def history(self) -> History:
        """Return what happens to whom; life is lived when it is asked for first."""
        return self._drawn()[0]

    @property
    def ledger(self) -> Ledger:
        """Return the needs of all months."""
        return self._drawn()[1]

    def _drawn(self) -> tuple[History, Ledger]:
        """Live all months and record the needs, 1 to 7 of the order above, once for all."""
        if self._lived is None:
            world, people = self.world, self.people
            county = people.county.copy()
            history = live(people, world.months, world.life, self.stream, self.held)
            self.passed("life")
            ending = partial(life_ending, people, world.at_census)
            definitions = world.services, world.settings, world.atlas
            ledger = record(people, history, *definitions, self.stream, ending, self.held)
            self._check(history, ledger, county)
            self.passed("demand")
            self._lived = history, ledger
        return self._lived

    def _check(self, history: History, ledger: Ledger, county: npt.NDArray[np.uint8]) -> None:
        names = self.world.atlas.counties.name.tolist()
        if not self.held:
            founders = np.bincount(county, minlength=len(names))
            check_conserved(history, founders, ledger.residents, names)

    def register_agent(self, agent: mesa.Agent) -> None:
        """Number agents here: Mesa before 3.4 does so in a table that keeps every model for ever."""
        super().register_agent(agent)
        numbers = getattr(mesa.Agent, "_ids", {})
        if self in numbers:
            del numbers[self]
            self._registered += 1
            agent.unique_id = self._registered

    def step(self) -> None:
        """Let one month pass: 8 and 9 of the order above, and before the first month 1 to 7 of all."""
        self._drawn()
        self.month += 1
        self.agents.do("step")
        self.collector.collect(self)

    def live(self, each_month: Callable[[int], None] = lambda month: None) -> Ledger:
        """Let all months pass and return the ledger; ``each_month`` is told how many have passed."""
        while self.month < self.world.months:
            self.step()
            each_month(self.month)
        return self.ledger

    def replay(self, ledger: Ledger, supply: Supply, engine: Engine = Engine.COMPILED) -> Replay:
        """Meet the needs with a scenario's supply (10 to 12) and put its units among the agents."""
        outcome = replay(
            ledger, self.world.services, self.world.settings, supply, self.stream, self.world.months, engine
        )
        self.agents.select(agent_type=Unit).do("remove")
        for unit in range(len(supply.units.id)):
            Unit(self, unit, outcome)
        return outcome

    def record(self) -> LifeRecord:
        """Sum life up by year and county, as far as the months have passed."""
        by_year = [[m for m in months_of(year) if m < self.month] for year in _years(self.month)]
        of_month = self.history.flows
        flows = {
            name: np.stack([of_month[number][:, months].sum(axis=1) for months in by_year])
            for name, number in FLOWS.items()
        }
        here = self.ledger.residents
        ends = [months[-1] for months in by_year]
        aged = aged_by_month(self.history, self.people, here.shape[0], (60, 65, 80), ends)
        stocks = {f"age_{limit}_plus": aged[n].T for n, limit in enumerate((60, 65, 80))}
        stocks["population"] = here.sum(axis=1)[:, ends].T
        stocks["urban"] = here[:, Area.URBAN, ends].T
        stocks["resident_months"] = np.stack([here[:, :, months].sum(axis=(1, 2)) for months in by_year])
        totals = int(stocks["population"][-1].sum()), int(stocks["resident_months"].sum())
        return LifeRecord(_years(self.month), flows, stocks, self.residents_start, *totals)


def _years(months: int) -> tuple[int, ...]:
    return tuple(sorted({year_of(month) for month in range(months)}))


def _population(model: CommunityModel) -> int:
    """Count everyone present, of all places, at the end of the last month."""
    return int(model.ledger.residents[:, :, model.month - 1].sum()) if model.month else model.residents_start


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
