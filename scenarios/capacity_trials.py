"""Markets replayed at many capacities: one replication of a place, its needs lived once.

Choice is made once for a replication, at the scenario's own supply; then each capacity
(``scenarios.scaling``) is served by the compiled waiting lists and counted in persons. Only the services that
share places with the one that is sized, or replace it, are replayed. Replication 0 has the central values of
all settings, so sizes are found and checked on replications from 1 on, which draw them; asked for chance
alone, every replication keeps the central values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf, nan
from pathlib import Path

import numpy as np

from scenarios.experiments import base_of_province, needs_for
from scenarios.load import Scenario
from scenarios.probes import apart
from scenarios.scaling import UNLIMITED, Scalable
from scenarios.sizing import Least, SizeError, least_capacity
from scenarios.studies import MOST_LEDGERS_GB, Job, Study, drawn_settings
from scenarios.supply import own_settings, supply_plan
from sim.capacity import build_supply
from sim.clock import MINUTES_PER_DAY, NEVER, month_start, months_of
from sim.kernel import serve
from sim.kinds import Mechanism, Step
from sim.market import replay
from sim.measures import Frame, Replay
from sim.parameters import Settings
from sim.persons import STEPS, Roll, cascade_table
from sim.places import Selection, load_atlas
from sim.services import Service
from sim.streams import Stream
from sim.supply import PARTS, Supply

MOST_PLACES = 50_000_000
FEN = 100  # of a yuan
AS_PLANNED = -2  # the scenario's own supply
COUNTED = (*STEPS, "in_time", "pending")
_SLACK = 1e-12


@dataclass(frozen=True)
class Standard:
    """What is to be met: a share of those who needed (or requested) in a year, served within some days."""

    of: str  # "needed" or "requested"
    within_days: int
    share: float
    year: int

    def reached(self, persons: dict[str, int]) -> float:
        """Return the share that persons by step come to, NaN where nobody counts."""
        asked = persons["requested"] - persons["pending"]
        whole = persons["needed"] if self.of == "needed" else asked
        return persons["in_time"] / whole if whole > 0 else nan

    def met(self, persons: dict[str, int]) -> bool:
        """Tell whether persons by step meet it; of nobody it is met."""
        share = self.reached(persons)
        return not share < self.share - _SLACK


@dataclass(frozen=True)
class Question:
    """A service of a scenario in some counties, the standard it is held to, how replications are drawn."""

    scenario: Scenario
    service: str
    standard: Standard
    seed: int
    months: int
    ledgers: Path | None = None
    chance_alone: bool = False
    ledgers_gb: float = MOST_LEDGERS_GB

    @property
    def index(self) -> int:
        """Return the row of the service in the definitions; raises SizeError where it cannot be sized."""
        ids = [each.id for each in self.scenario.services]
        if self.service not in ids:
            queued = ", ".join(each.id for each in self.scenario.services if each.queued)
            raise SizeError(f"--service {self.service}: no such service; give one of {queued}")
        service = self.scenario.services[ids.index(self.service)]
        if not service.queued:
            kind = Mechanism(service.mechanism).name.lower()
            raise SizeError(
                f"--service {self.service}: its {kind} has no places and nobody waits on a list for it; "
                "'jinlin run' gives the minutes that its workers carry and the break-even of an event"
            )
        return ids.index(self.service)

    @property
    def definition(self) -> Service:
        """Return the definition of the service."""
        return self.scenario.services[self.index]

    def settings(self, replication: int) -> Settings:
        """Return the settings of a replication."""
        return drawn_settings(self.scenario.settings, self.seed, 0 if self.chance_alone else replication)


@dataclass(frozen=True)
class Trial:
    """What a capacity came to in a replication: persons by step, places in use over the year (a mean)."""

    persons: dict[str, int]
    in_place: float


@dataclass(frozen=True)
class Load:
    """Demand as a formula sees it: mean places in use where nobody waits, mean days and parts of a stay."""

    places: float
    stay_days: float
    place_each: float


@dataclass(frozen=True)
class Found:
    """One replication of a place: its least capacity from the floor on, and trials by capacity."""

    replication: int
    least: Least
    trials: dict[int, Trial]
    load: Load
    planned: int  # usable places of the scenario
    built: int
    by_county: dict[int, tuple[int, int]]  # planned, and at the floor (or least)
    fees: tuple[float, float] | None  # yuan a month of an occupied place, least and most; None: not sold
    anew: bool  # was it lived now: not all of its needs were kept
    kept: bool  # are its needs kept for the next time


@dataclass(frozen=True)
class _Met:
    """A market in a replication: its replay at the scenario's supply, and how its tables are counted."""

    done: Replay
    frame: Frame
    roll: Roll
    anew: bool
    kept: bool


def try_capacities(
    question: Question, selection: Selection, replication: int, floor: int, beside: Sequence[int] = ()
) -> Found:
    """Find the least capacity of a place in a replication, from a floor on, and try others beside it."""
    place = _Place.of(question, selection, replication)
    scaled, least = place.scaled, inf
    if scaled.capacity and place.meets(UNLIMITED):
        start = max(1, round(place.trial(UNLIMITED).in_place * 1.1))
        least = least_capacity(place.meets, floor, start, MOST_PLACES)
    kept = {c: place.trial(c) for c in (AS_PLANNED, UNLIMITED, floor, *beside)}
    planned, sized = scaled.by_county(scaled.capacity), scaled.by_county(floor)
    counties = {county: (places, sized[county]) for county, places in planned.items()}
    return Found(
        replication, least, kept, place.load(), scaled.capacity, scaled.built_places, counties, place.fees(),
        any(met.anew for met in place.markets), all(met.kept for met in place.markets),
    )  # fmt: skip


@dataclass(frozen=True)
class _Tried:
    """A place served at a capacity: its markets' replays, and persons by step."""

    done: list[Replay]
    persons: dict[str, int]


@dataclass
class _Place:
    """The markets of a place in one replication, ready to be served at any capacity."""

    question: Question
    counties: tuple[int, ...]
    markets: list[_Met]
    scaled: Scalable
    tried: dict[int, _Tried] = field(default_factory=dict)

    @classmethod
    def of(cls, question: Question, selection: Selection, replication: int) -> _Place:
        """Live the markets, or take their kept needs, and let everyone choose."""
        met = [_meet(question, selection, market, replication) for market in selection.markets]
        month = months_of(question.standard.year)[-1]
        supplies = [each.done.supply for each in met]
        scaled = Scalable.of(supplies, question.definition.pool, selection.counties, month)
        return cls(question, selection.counties, met, scaled)

    def meets(self, capacity: int) -> bool:
        """Tell whether the standard is met at a capacity."""
        return self.question.standard.met(self._tried(capacity).persons)

    def trial(self, capacity: int) -> Trial:
        """Return what a capacity came to."""
        tried = self._tried(capacity)
        return Trial(tried.persons, sum(stays[0] for stays in self._all_stays(tried)))

    def _tried(self, capacity: int) -> _Tried:
        """Serve the place at a capacity; remembered."""
        if capacity not in self.tried:
            supplies = self.scaled.supplies if capacity == AS_PLANNED else self.scaled.at(capacity)
            done = [self._served(met, supply) for met, supply in zip(self.markets, supplies, strict=True)]
            persons = [self._persons(each, met) for each, met in zip(done, self.markets, strict=True)]
            total = {name: sum(each[name] for each in persons) for name in COUNTED}
            self.tried[capacity] = _Tried(done, total)
        return self.tried[capacity]

    def _all_stays(self, tried: _Tried) -> list[tuple[float, float, float]]:
        return [self._stays(each, rows) for each, rows in zip(tried.done, self.scaled.rows, strict=True)]

    def _served(self, met: _Met, supply: Supply) -> Replay:
        log = serve(met.done.requests, supply.units, month_start(self.question.months))
        return replace(met.done, log=log, supply=supply)

    def _persons(self, done: Replay, met: _Met) -> dict[str, int]:
        table = cascade_table(done, met.frame, (self.question.standard.year,), met.roll)
        mine = table["service"] == self.question.index
        return {name: int(table[name][mine].sum()) for name in COUNTED}

    def _stays(self, done: Replay, rows: np.ndarray) -> tuple[float, float, float]:
        """Return mean places in use over the year, admissions in it, and the places that they take."""
        log = done.log
        months = months_of(self.question.standard.year)
        begin, end = month_start(months[0]), month_start(months[-1] + 1)
        parts = done.requests.parts[done.requests.step == Step.REQUESTED] / PARTS
        mine = np.isin(log.unit, rows) & (log.admitted < NEVER)
        admitted, ended = log.admitted[mine].astype(np.int64), log.ended[mine].astype(np.int64)
        held = np.clip(np.minimum(ended, end) - np.maximum(admitted, begin), 0, None)
        new = (admitted >= begin) & (admitted < end)
        return float(held @ parts[mine]) / (end - begin), float(new.sum()), float(parts[mine][new].sum())

    def fees(self) -> tuple[float, float] | None:
        """Return what a place costs whoever pays in full, yuan a month, least and most of the kinds here."""
        supply, rows = self.scaled.supplies[0], self.scaled.rows[0]
        prices = supply.prices[np.unique(supply.units.kind[rows]), self.question.index, self.scaled.month]
        sold = prices[prices >= 0] / FEN
        return (float(sold.min()), float(sold.max())) if sold.size else None

    def load(self) -> Load:
        """Measure demand where nobody waits; a stay is places in use over admissions a day (Little's law)."""
        found = self._all_stays(self._tried(UNLIMITED))
        used, people, places = (sum(each[i] for each in found) for i in range(3))
        months = months_of(self.question.standard.year)
        days = (month_start(months[-1] + 1) - month_start(months[0])) / MINUTES_PER_DAY
        return Load(used, used / places * days if places else nan, places / people if people else nan)


def _meet(question: Question, selection: Selection, market: int, replication: int) -> _Met:
    """Replay the services that meet the one that is sized, at the scenario's supply."""
    scenario, atlas = _held_to(question), load_atlas()
    study = Study(
        (scenario,), selection, 1, question.seed, question.months, probed=False, ledgers=question.ledgers,
        ledgers_gb=question.ledgers_gb,
    )  # fmt: skip
    part = next(each for each in apart(scenario.services) if question.index in each)
    lived, frame, anew, kept = needs_for(study, Job(market, replication), part)
    needs, settings = lived.ledger, question.settings(replication)
    plan = own_settings(supply_plan(scenario, settings, question.months))
    stream = Stream.of(question.seed, replication)
    supply = build_supply(plan, atlas, base_of_province(), atlas.markets[market].counties, stream=stream)
    done = replay(needs, scenario.services, settings, supply, stream, question.months)
    return _Met(done, frame, Roll.of(needs.spells, frame), anew, kept)


def _held_to(question: Question) -> Scenario:
    """Return the scenario with the days of the question as its service's standard, its settings as drawn."""
    services = list(question.scenario.services)
    mine = services[question.index]
    days = replace(mine.standard, within_days=question.standard.within_days)
    services[question.index] = replace(mine, standard=days)
    if not question.chance_alone:
        return replace(question.scenario, services=tuple(services))
    central = question.scenario
    settings, baseline = central.settings.with_values({}), central.aligned_on.with_values({})
    return replace(central, services=tuple(services), settings=_fixed(settings), aligned_on=_fixed(baseline))


def _fixed(settings: Settings) -> Settings:
    """Return settings that every replication keeps: no number has a range."""
    certain = {name: replace(q, low=q.value, high=q.value) for name, q in settings.quantities.items()}
    return Settings(certain, None)
