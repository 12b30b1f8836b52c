"""Probes: one assumed number moved to an end of its range, or one place more, with the same draws.

A number reaches only some services: those whose definition names it, those whose facilities or staff it
belongs to, or, where it is shared (``choice.``, ``money.``), all that queue. A probe replays these alone and
takes the others from the central replication, so that a hundred probes cost a few replays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Protocol

import numpy as np

from scenarios.load import Scenario
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
class Binding:
    """Days on lists in the last year of a market, and with one place more in one pool."""

    market: int
    replication: int
    pool: str
    base: int
    plus: int


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

    @cached_property
    def parts(self) -> dict[tuple[int, ...], Part]:
        """Return the parts of the ledger that replays have needed so far, by their services."""
        return {}

    def part(self, services: tuple[int, ...]) -> Part:
        """Return the part of the ledger that belongs to some services, met at the central settings."""
        if services not in self.parts:
            ledger, recall = only(self.ledger, services), Recall()
            unmoved = self.settings.with_values({})  # a copy: a plan of moved settings is read as drawn
            self.meet(ledger, unmoved, _as_it_is, recall)
            self.parts[services] = Part(ledger, Roll.of(ledger.spells, self.frame), recall)
        return self.parts[services]


@dataclass(frozen=True)
class Part:
    """The needs of some services, who has them, and what the steps of their central replay came to."""

    ledger: Ledger
    roll: Roll
    recall: Recall


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


def probe_all(central: Central) -> dict[str, Table]:
    """Replay every probe; return the last year by month and person, the probe's number as the replication."""
    base = last_year(central.done, central.frame)
    found: dict[str, list[Table]] = {name: [] for name in base}
    for number, probe in enumerate(probes_of(central.scenario)):
        services = services_moved(central.scenario, probe.parameter)
        part = central.part(services)
        moved = central.settings.with_values({probe.parameter: probe.value})
        met = central.meet(part.ledger, moved, _as_it_is, part.recall)
        replayed = last_year(met, central.frame, part.roll)
        for name, table in found.items():
            table.append(_merged(replayed[name], base[name], services, number))
    return {name: _stacked(tables) for name, tables in found.items() if tables}


def last_year(outcome: Replay, frame: Frame, roll: Roll | None = None) -> dict[str, Table]:
    """Tabulate the last year of a replay by month and person."""
    months = month_table(outcome, frame)
    late = months["month"] >= frame.months - 12
    cascade = cascade_table(outcome, frame, (year_of(frame.months - 1),), roll)
    return {"months": {name: column[late] for name, column in months.items()}, "cascade": cascade}


def _merged(replayed: Table, base: Table, services: tuple[int, ...], number: int) -> Table:
    """Take some services from a replay and the others from the base."""
    mine, others = np.isin(replayed["service"], services), ~np.isin(base["service"], services)
    joined = {name: np.concatenate([replayed[name][mine], base[name][others]]) for name in base}
    return joined | {"replication": np.full(len(joined["service"]), number, dtype=np.int64)}


def _stacked(tables: Sequence[Table]) -> Table:
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def bind_all(central: Central) -> tuple[Binding, ...]:
    """Give each pool one place more and count the days on lists."""
    found = []
    for pool in central.done.supply.pools:
        mine = tuple(i for i, service in enumerate(central.scenario.services) if service.pool == pool)
        part = central.part(_with_rivals(central.scenario.services, mine))
        more = partial(one_place_more, unit=_longest_list(central.done, pool))
        plus = central.meet(part.ledger, central.settings, more, part.recall)
        base_days, plus_days = (_unmet(each, central.frame, mine) for each in (central.done, plus))
        found.append(Binding(central.market, central.frame.replication, pool, base_days, plus_days))
    return tuple(found)


def _longest_list(done: Replay, pool: str) -> int:
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


def _unmet(outcome: Replay, frame: Frame, services: tuple[int, ...]) -> int:
    months = month_table(outcome, frame)
    kept = np.isin(months["service"], services) & (months["month"] >= frame.months - 12)
    return int(months["unmet_days"][kept].sum())
