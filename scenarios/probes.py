"""Probes: one assumed number moved to an end of its range, or one place more, with the same draws.

A number reaches only some services: those whose definition names it, those whose facilities or staff it
belongs to, or, where it is shared (``choice.``, ``money.``), all that queue. Services that share no places
and do not replace one another never meet: each such *part* is replayed by itself, and only where what it is
given has changed; the others are taken from the central replication. So a hundred probes cost a few replays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from scenarios.load import Scenario
from scenarios.outcomes import Binding
from sim.clock import year_of
from sim.kinds import Outcome, Step
from sim.measures import Frame, Replay, Table, month_table
from sim.needs import Ledger, Spells, take
from sim.parameters import Settings
from sim.persons import Roll, cascade_table
from sim.recall import Recall
from sim.services import Service
from sim.supply import PARTS, Supply

SHARED = ("choice.", "money.")
Change = Callable[[Supply], Supply]


class Meet(Protocol):
    """Replays a ledger under settings, its supply changed by a function."""

    def __call__(
        self, needs: Ledger, moved: Settings, change: Change, recall: Recall | None = None
    ) -> Replay:
        """Replay; ``recall`` remembers the steps of earlier replays of the needs."""
        ...


@dataclass(frozen=True)
class Probe:
    """A setting moved to an end of its range (0 low, 1 high)."""

    parameter: str
    end: int
    value: float


@dataclass(frozen=True)
class Central:
    """The central replication of a scenario in a market: what probes depart from."""

    scenario: Scenario
    settings: Settings
    ledger: Ledger
    done: Replay
    frame: Frame
    market: int
    meet: Meet
    recall: Recall  # of the replay ``done``

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Return the parts of the market that never meet, each replayed at the central settings."""
        base = last_year(self.done, self.frame)
        return tuple(self._part(services, base) for services in apart(self.scenario.services))

    def _part(self, services: tuple[int, ...], base: dict[str, Table]) -> Part:
        ledger, recall = only(self.ledger, services), Recall(self.recall)
        unmoved = self.settings.with_values({})  # a copy: a plan of moved settings is read as drawn
        done = self.meet(ledger, unmoved, _as_it_is, recall)
        year = {name: _rows_of(table, services) for name, table in base.items()}
        return Part(services, ledger, Roll.of(ledger.spells, self.frame), recall, done, year)

    def year(self, part: Part, moved: Settings, change: Change) -> dict[str, Table]:
        """Replay a part under moved settings; tabulate its last year, as it was where nothing changes."""
        met = self.meet(part.ledger, moved, change, part.recall)
        if met.log is part.done.log and met.workload is part.done.workload:  # so are requests and units
            return part.year
        replayed = last_year(met, self.frame, part.roll)
        return {name: _rows_of(table, part.services) for name, table in replayed.items()}


@dataclass(frozen=True)
class Part:
    """Services that no others meet: their needs and who has them, and what their central replay came to."""

    services: tuple[int, ...]
    ledger: Ledger
    roll: Roll
    recall: Recall
    done: Replay
    year: dict[str, Table]  # the last year of these services


def _as_it_is(supply: Supply) -> Supply:
    return supply


def probes_of(scenario: Scenario) -> list[Probe]:
    """List the probes of a scenario: both ends of every uncertain number that needs no new life."""
    return _probes(scenario, ("need", "supply"))


def cost_probes(scenario: Scenario) -> list[Probe]:
    """List the probes that need no replay: numbers that only the reading of results uses."""
    return _probes(scenario, ("result",))


def _probes(scenario: Scenario, touching: tuple[str, ...]) -> list[Probe]:
    moved = [q for q in scenario.settings.uncertain() if q.touches in touching]
    return [Probe(q.name, end, (q.low, q.high)[end]) for q in moved for end in (0, 1)]


def services_moved(scenario: Scenario, parameter: str) -> tuple[int, ...]:
    """Return the services that a setting can reach, with those that share their places or replace them.

    Every service where nothing says whom it reaches.
    """
    owner = parameter.split(".", 1)[0]
    pools = {p.id for kind in scenario.kinds for p in kind.pools if owner in (kind.id, p.cadre)}
    named = [
        index for index, service in enumerate(scenario.services)
        if parameter in service.setting_names
        or service.pool in pools
        or (service.cadre and service.cadre == owner)
    ]  # fmt: skip
    if not named and parameter.startswith(SHARED):
        named = [index for index, service in enumerate(scenario.services) if service.queued]
    return _with_rivals(scenario.services, named) if named else tuple(range(len(scenario.services)))


def _with_rivals(services: Sequence[Service], named: Sequence[int]) -> tuple[int, ...]:
    """Add the services that share a pool or a group with those named."""
    groups, pools = {services[i].group for i in named}, {services[i].pool for i in named} - {""}
    return tuple(i for i, s in enumerate(services) if i in named or s.group in groups or s.pool in pools)


def apart(services: Sequence[Service]) -> list[tuple[int, ...]]:
    """Part services (by index) so that those of one part share no pool and no group with another's."""
    parts: list[tuple[int, ...]] = []
    for index in range(len(services)):
        mine = _with_rivals(services, (index,))
        while mine != (more := _with_rivals(services, mine)):
            mine = more
        if mine not in parts:
            parts.append(mine)
    return parts


def only(ledger: Ledger, services: tuple[int, ...]) -> Ledger:
    """Return the part of a ledger that belongs to some services."""
    mine = np.isin(np.arange(len(ledger.people)), services)
    people, persons = ledger.people * mine[:, None, None, None], ledger.persons * mine[:, None, None]
    kept = mine[ledger.spells.service]
    if kept.all():
        return replace(ledger, people=people, persons=persons)
    row = np.cumsum(kept, dtype=np.int32) - 1
    asks = take(ledger.asks, np.flatnonzero(kept[ledger.asks.spell]))
    spells = take(ledger.spells, np.flatnonzero(kept))
    assert isinstance(spells, Spells)
    moved = replace(asks, spell=row[asks.spell].astype(np.int32, copy=False))
    return replace(ledger, spells=spells, asks=moved, people=people, persons=persons)


def probe_and_bind(central: Central, threads: int = 1) -> tuple[dict[str, Table], tuple[Binding, ...]]:
    """Replay every probe, and each pool with one place more, on some threads.

    Return the last year by month and person, the probe's number as the replication, and the bindings.
    """
    probes, pools, parts = probes_of(central.scenario), central.done.supply.pools, central.parts
    asks = {part.services: len(part.ledger.asks.spell) for part in parts}

    def work(probe: Probe) -> int:
        reached = services_moved(central.scenario, probe.parameter)
        return sum(count for services, count in asks.items() if not set(services).isdisjoint(reached))

    # the longest replays first, so that the threads end together
    order = sorted(range(len(probes)), key=lambda number: -work(probes[number]))
    with ThreadPoolExecutor(threads) as pool:
        bound = [pool.submit(_bound, central, name) for name in pools]
        probed = {number: pool.submit(_probed, central, probes[number]) for number in order}
        years = [probed[number].result() for number in range(len(probes))]
        return _by_probe(years), tuple(future.result() for future in bound)


def _by_probe(years: Sequence[dict[str, Table]]) -> dict[str, Table]:
    """Put the years of probes below one another, the probe's number as the replication."""
    found = {}
    for name in years[0] if years else ():
        found[name] = _stacked([year[name] for year in years])
        sizes = [len(year[name]["replication"]) for year in years]
        found[name]["replication"] = np.repeat(np.arange(len(years), dtype=np.int64), sizes)
    return found


def _probed(central: Central, probe: Probe) -> dict[str, Table]:
    """Replay the parts that a probe reaches; return the last year of all parts."""
    reached = services_moved(central.scenario, probe.parameter)
    moved = central.settings.with_values({probe.parameter: probe.value})
    years = [
        part.year if set(part.services).isdisjoint(reached) else central.year(part, moved, _as_it_is)
        for part in central.parts
    ]
    return {name: _stacked([year[name] for year in years]) for name in years[0]}


def last_year(outcome: Replay, frame: Frame, roll: Roll | None = None) -> dict[str, Table]:
    """Tabulate the last year of a replay by month and person, from the places that it begins with on."""
    months = month_table(outcome, frame)
    late = months["month"] >= frame.months - 13
    cascade = cascade_table(outcome, frame, (year_of(frame.months - 1),), roll)
    return {"months": {name: column[late] for name, column in months.items()}, "cascade": cascade}


def _rows_of(table: Table, services: tuple[int, ...]) -> Table:
    mine = np.isin(table["service"], services)
    return {name: column[mine] for name, column in table.items()}


def _stacked(tables: Sequence[Table]) -> Table:
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def _bound(central: Central, pool: str) -> Binding:
    """Give a pool one place more and count the days on lists."""
    mine = tuple(i for i, service in enumerate(central.scenario.services) if service.pool == pool)
    first = central.frame.months - 12
    base, plus = (_unmet(year, mine, first) for year in _years_with_more(central, pool, mine))
    return Binding(central.market, central.frame.replication, pool, base, plus)


def _years_with_more(
    central: Central, pool: str, services: tuple[int, ...]
) -> tuple[dict[str, Table], dict[str, Table]]:
    """Return the last year of the services of a pool, as it is and with one place more."""
    part = next(part for part in central.parts if set(services) <= set(part.services))
    unit = longest_list(part.done, pool)
    return part.year, central.year(part, central.settings, lambda supply: one_place_more(supply, unit))


def longest_list(done: Replay, pool: str) -> int:
    """Return the unit of a pool that most unserved requests put first, -1 where the pool has no unit."""
    units = done.supply.units
    of_pool = np.flatnonzero(units.pool == done.supply.pools.index(pool))
    if of_pool.size == 0:
        return -1
    asked = np.flatnonzero(done.requests.step == Step.REQUESTED)
    unserved = (Outcome.WAITING, Outcome.LEFT_NEED_ENDED, Outcome.LEFT_PATIENCE_ENDED)
    first = done.requests.candidates[asked[np.isin(done.log.outcome, unserved)], 0]
    count = np.bincount(first[first >= 0], minlength=len(units))
    return int(of_pool[np.argmax(count[of_pool])])


def one_place_more(supply: Supply, unit: int) -> Supply:
    """Give a unit one place (or worker) more, from the founding on; nothing where there is no unit."""
    units = supply.units
    more = PARTS * (units.step_unit == unit)
    larger = replace(units, step_built=units.step_built + more, step_staffed=units.step_staffed + more)
    return replace(supply, units=larger)


def _unmet(year: dict[str, Table], services: tuple[int, ...], first: int) -> int:
    months = _rows_of(year["months"], services)
    return int(months["unmet_days"][months["month"] >= first].sum())
