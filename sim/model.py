"""The model of one market: the order of a month stands here, once.

A month, ``CommunityModel.step``:

1. everyone grows a month older
2. some die, by age, sex, area and function
3. some give birth, by age
4. some move away and others arrive, by county and age
5. some lose or regain function; some become disabled
6. some enter, lose or leave work (1 to 6: ``sim.life``)
7. needs arise and end, and whoever's month of asking has come asks (``sim.demand``)
8. a researcher's own agents act
9. the collector writes the month down

When the last month is over the needs are a ledger that no supply touches. A scenario then replays it,
``CommunityModel.replay``:

10. the asks choose: wanted, affordable, in reach, requested (``sim.cascade``)
11. requests meet units: admitted, waiting, leaving (``sim.facilities``)
12. the minutes of workers are spent (``sim.workload``)

Mesa gives the model its shape (Model, Agent, AgentSet, DataCollector) and nothing random: draws are keyed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import mesa
import numpy as np
import numpy.typing as npt

from sim.cascade import choose
from sim.clock import month_start, months_of, year_of
from sim.demand import NeedBook
from sim.errors import LawBroken
from sim.facilities import serve
from sim.founding import FoundingTables, found
from sim.life import MonthCounts, life_ending, live_month
from sim.margins import Cells
from sim.measures import LifeRecord, Replay, unit_months
from sim.needs import Ledger
from sim.parameters import Settings
from sim.people import ResidentSet
from sim.places import Atlas, Market
from sim.rates import LifeTables
from sim.recall import Recall
from sim.residents import Residents
from sim.services import Service
from sim.streams import Stream
from sim.supply import Supply
from sim.workload import carry

FLOWS = ("births", "deaths", "arrivals", "leavers")


@dataclass(frozen=True)
class World:
    """What a market is made from: places, margins, tables, definitions and settings; nothing of supply."""

    atlas: Atlas
    cells: Cells
    founding: FoundingTables
    life: LifeTables
    services: tuple[Service, ...]
    settings: Settings
    months: int


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

    ``residents`` is everyone present, in AgentSet's words; ``agents`` holds a researcher's own agents and,
    after a replay, the units. ``held`` keeps life as it was in 2020 (tests of the flow, see docs).
    """

    _registered = 0  # agents so far

    def __init__(
        self, world: World, market: Market, seed: int = 1, replication: int = 0, held: bool = False
    ) -> None:
        super().__init__(seed=0)  # Mesa's own generator is never drawn from
        self.world, self.market, self.month, self.held = world, market, 0, held
        self.stream = Stream.of(seed, replication)
        tables = (world.cells, world.founding, world.life, world.atlas)
        self.passed: Callable[[str], None] = lambda stage: None  # told when a stage of work is over
        self.people: Residents = found(*tables, market, self.stream)
        self.residents_start = self.people.size
        self._population = np.bincount(self.people.county, minlength=len(world.atlas.counties.code))
        self.needs = NeedBook(
            world.services, world.settings, world.atlas, self.stream, self.people, world.months
        )
        self.needs.found(self.people, life_ending(self.people, world.life))
        self.counts: list[MonthCounts] = []
        self._stocks: dict[int, dict[str, npt.NDArray[np.int64]]] = {}
        self.collector = mesa.DataCollector(model_reporters={"month": "month", "residents": _population})

    @property
    def residents(self) -> ResidentSet:
        """Return everyone present at the end of the last month (or at the census), in AgentSet's words."""
        return ResidentSet.present(self.people, self.month - 1)

    def register_agent(self, agent: mesa.Agent) -> None:
        """Number agents here: Mesa before 3.4 does so in a table that keeps every model for ever."""
        super().register_agent(agent)
        numbers = getattr(mesa.Agent, "_ids", {})
        if self in numbers:
            del numbers[self]
            self._registered += 1
            agent.unique_id = self._registered

    def step(self) -> None:
        """Live one month: 1 to 9 of the order above."""
        month = self.month
        counts = live_month(self.people, month, self.world.life, self.stream, held=self.held)
        self.passed("life")
        self._assess(month, counts)
        self.passed("demand")
        self.counts.append(counts)
        self.month = month + 1
        self.agents.do("step")
        self._note_stocks(month)
        self.collector.collect(self)

    def _assess(self, month: int, counts: MonthCounts) -> None:
        """Let needs arise and end; where life is held nobody is older than at the census."""
        stood_still = np.int16(month if self.held else 0)
        self.people.birth_month[:] += stood_still
        self.needs.assess(self.people, month, counts.renewed)
        self.people.birth_month[:] -= stood_still

    def live(self, each_month: Callable[[int], None] = lambda month: None) -> Ledger:
        """Live all months and close the ledger; ``each_month`` is told how many have passed."""
        while self.month < self.world.months:
            self.step()
            each_month(self.month)
        ledger = self.needs.close(month_start(self.world.months))
        self.passed("demand")
        return ledger

    def replay(self, ledger: Ledger, supply: Supply) -> Replay:
        """Meet the needs with a scenario's supply (10 to 12) and put its units among the agents."""
        outcome = replay(
            ledger, self.world.services, self.world.settings, supply, self.stream, self.world.months
        )
        self.agents.select(agent_type=Unit).do("remove")
        for unit in range(len(supply.units.id)):
            Unit(self, unit, outcome)
        return outcome

    def record(self) -> LifeRecord:
        """Sum life up by year and county."""
        years = sorted({year_of(month) for month in range(self.month)})
        flows = {name: np.stack([self._year(name, year) for year in years]) for name in FLOWS}
        names = ("population", "age_60_plus", "age_65_plus", "age_80_plus", "urban", "resident_months")
        stocks = {name: np.stack([self._stocks[year][name] for year in years]) for name in names}
        end = int(self.people.present(self.month - 1).sum())
        months = int(stocks["resident_months"].sum())
        return LifeRecord(tuple(years), flows, stocks, self.residents_start, end, months)

    def _year(self, name: str, year: int) -> npt.NDArray[np.int64]:
        months = [self.counts[m] for m in months_of(year) if m < self.month]
        return np.sum([getattr(counts, name) for counts in months], axis=0)

    def _note_stocks(self, month: int) -> None:
        """Count the residents of each county at the end of a month; ages only where a year ends."""
        here = self.people.present(month)
        counties = len(self.world.atlas.counties.code)
        county = self.people.county[here]
        population = np.bincount(county, minlength=counties)
        self._check_conserved(population, self.counts[month])
        year = self._stocks.setdefault(
            year_of(month), {"resident_months": np.zeros(counties, dtype=np.int64)}
        )
        year["resident_months"] += population
        if month + 1 == self.world.months or year_of(month) != year_of(month + 1):
            age = self.people.age_months(month)[here]
            year["population"] = population
            year["urban"] = np.bincount(county[self.people.area[here] == 1], minlength=counties)
            for limit in (60, 65, 80):
                year[f"age_{limit}_plus"] = np.bincount(county[age >= limit * 12], minlength=counties)

    def _check_conserved(self, population: npt.NDArray[np.int64], counts: MonthCounts) -> None:
        """Hold the law that residents come by birth and move, and go by death and move, county by county."""
        due = self._population + counts.births + counts.arrivals - counts.deaths - counts.leavers
        if not self.held and (population != due).any():
            county = self.world.atlas.counties.name[int(np.argmax(population != due))]
            raise LawBroken(f"{county}, month {self.month}: residents are not conserved")
        self._population = population


def _population(model: CommunityModel) -> int:
    return len(model.residents)


def replay(
    ledger: Ledger,
    services: Iterable[Service],
    settings: Settings,
    supply: Supply,
    stream: Stream,
    months: int,
    recall: Recall | None = None,
) -> Replay:
    """Meet a ledger's needs with a supply: choice, service and workload (10 to 12 of the order).

    ``recall`` remembers the steps of earlier replays of the ledger.
    """
    recall, services = recall or Recall(), tuple(services)
    requests = choose(ledger, services, settings, supply, stream, recall=recall)
    log = recall.of("log", serve, requests, supply.units, month_start(months))
    minutes = {name: settings[name] for service in services for name in service.workload_names}
    workload = recall.of("workload", carry, ledger, services, minutes, supply)
    return Replay(ledger, requests, log, workload, supply)
