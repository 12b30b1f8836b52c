"""Measures: from what happened in a market to the integer tables of a run.

Arrays in, arrays out. Every table is a dict of equally long integer columns; ratios are derived at reading.
Persons are counted by the county they live in, capacity and occupied places by the county of the unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.cascade import Requests
from sim.clock import MINUTES_PER_DAY, NEVER, month_start, year_of
from sim.compiled import njit
from sim.kinds import Outcome, Step
from sim.log import Log
from sim.needs import Ledger
from sim.services import Service
from sim.supply import Supply, Units
from sim.tallies import (
    boundaries,
    grid_of_stays,
    month_of_days,
    note_event,
    note_events,
    note_stay,
    stays_of,
)
from sim.workload import WorkloadLog

Table = dict[str, npt.NDArray]
AGE_BANDS_MONTHS = (36, 216, 720, 840, 960)
YEARS = (2020, 2021, 2022, 2023, 2024, 2025)
_NOWHERE = -1
_ONE = np.int64(1)  # weight; of an int numba would compile a copy
_EVENTS = ("requests", "admitted", "finished", "left")
_STAYS = {"waiting": "unmet_days", "in_place": "in_place_days", "place_parts": "place_part_days"}
_ALREADY_PLACED, _PAST, _FINISHED = map(int, (Outcome.ALREADY_PLACED, Outcome.PAST, Outcome.FINISHED))
_NEED_ENDED, _PATIENCE_ENDED = int(Outcome.LEFT_NEED_ENDED), int(Outcome.LEFT_PATIENCE_ENDED)


@dataclass(frozen=True)
class LifeRecord:
    """What life in a market came to: yearly flows and stocks by county, shape (years, counties)."""

    years: tuple[int, ...]
    flows: dict[str, npt.NDArray[np.int64]]
    stocks: dict[str, npt.NDArray[np.int64]]
    residents_start: int
    residents_end: int
    resident_months: int


@dataclass(frozen=True)
class Replay:
    """One scenario's service of one market: who chose what and what became of it."""

    ledger: Ledger
    requests: Requests
    log: Log
    workload: WorkloadLog
    supply: Supply


@dataclass(frozen=True)
class Frame:
    """What every table of a market and replication needs to know."""

    services: tuple[Service, ...]
    counties: npt.NDArray[np.integer]  # indices in the atlas
    county_codes: npt.NDArray[np.int64]  # by index in the atlas
    fifth_edges: npt.NDArray[np.int64]  # (2 areas, 4): income at the fifths of the published curve
    months: int
    replication: int

    @cached_property
    def reported_row(self) -> npt.NDArray[np.int64]:
        """Return for each county of the atlas its row among the reported ones, -1 for the others."""
        row = np.full(len(self.county_codes), -1, dtype=np.int64)
        row[self.counties] = np.arange(len(self.counties))
        return row


def month_table(replay: Replay, frame: Frame) -> Table:
    """Tabulate needs, requests, service and capacity by county, service and month."""
    place = _Place(frame)
    grid = _requests(replay, place) | _capacity(replay.supply, place) | _minutes(replay, frame)
    grid["needed"] = replay.ledger.persons[:, frame.counties, :]
    service, county, month = np.indices(place.shape)
    keys = {
        "replication": np.full(service.size, frame.replication),
        "county": frame.county_codes[frame.counties][county.ravel()],
        "service": service.ravel(),
        "month": month.ravel(),
    }
    columns = {name: values.ravel() for name, values in grid.items()}
    return {name: np.asarray(column, dtype=np.int64) for name, column in (keys | columns).items()}


def _requests(replay: Replay, place: _Place) -> dict[str, npt.NDArray]:
    """Count what became of requests: persons by where they live, occupied places by where the unit stands."""
    spells, requests, log = replay.ledger.spells, replay.requests, replay.log
    days, months = month_of_days(place.frame.months), place.frame.months
    wished = place.of(requests.service, spells.county[requests.spell])
    asked = _requested(replay)
    where = place.of(requests.service[asked], replay.supply.units.county[log.unit])
    events = {name: np.zeros((place.size, months), dtype=np.int64) for name in ("asks", *_EVENTS)}
    grids = {name: grid_of_stays(place.size, months) for name in _STAYS}
    note_events(events["asks"], wished, requests.minute, days)
    _note_requests(
        (wished[asked], where, requests.minute[asked], requests.parts[asked]),
        (log.outcome, log.admitted, log.ended),
        tuple(events[name] for name in _EVENTS), tuple(grids.values()), days,
    )  # fmt: skip
    found = dict(events)
    for name, of_time in _STAYS.items():
        found[name], minutes = stays_of(grids[name])
        found[of_time] = minutes // MINUTES_PER_DAY
    return {name: values.reshape(place.shape) for name, values in found.items()}


@njit(cache=True)
def _note_requests(rows, log, events, stays, days):  # type: ignore[no-untyped-def]
    """Note what became of each request; those that were over before the founding came to nothing."""
    homes, wheres, minutes, parts = rows
    requests, admissions, finished, left = events
    waiting, in_place, places = stays
    for i in range(minutes.size):
        outcome, home = log[0][i], homes[i]
        minute, admitted, ended = np.int64(minutes[i]), np.int64(log[1][i]), np.int64(log[2][i])
        if outcome == _PAST:
            continue
        if outcome != _ALREADY_PLACED:
            note_event(requests, home, minute, days)
            note_stay(waiting, home, minute, min(admitted, ended), _ONE, days)
        if admitted < NEVER:
            note_event(admissions, home if minute >= 0 else _NOWHERE, admitted, days)
            note_stay(in_place, home, admitted, ended, _ONE, days)
            note_stay(places, wheres[i], admitted, ended, np.int64(parts[i]), days)
        if outcome == _FINISHED:
            note_event(finished, home, ended, days)
        if outcome in (_NEED_ENDED, _PATIENCE_ENDED):
            note_event(left, home, ended, days)


def _capacity(supply: Supply, place: _Place) -> dict[str, npt.NDArray]:
    """Sum what is built and usable of the pool that each service takes its places from."""
    units = supply.units
    built, usable = unit_months(units, place.frame.months)
    grid = {}
    for name, values in (("built_parts", built), ("usable_parts", usable)):
        grid[name] = np.zeros(place.shape, dtype=np.int64)
        for index, service in enumerate(place.frame.services):
            if service.queued:
                for row, county in enumerate(place.frame.counties):
                    here = (units.pool == supply.pools.index(service.pool)) & (units.county == county)
                    grid[name][index, row] = values[here].sum(axis=0)
    return grid


def unit_months(units: Units, months: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return built and usable parts of each unit at the end of each month: shape (units, months)."""
    month = np.searchsorted(boundaries(months)[1:], units.step_minute, side="right")
    step = np.zeros((len(units.id), months + 1), dtype=np.int64)  # 0 for none; the last column is too late
    step[units.step_unit, month] = np.arange(1, len(month) + 1)  # of several in a month the last holds
    step = np.maximum.accumulate(step, axis=1)[:, :-1]
    built, staffed = (np.append(0, column)[step] for column in (units.step_built, units.step_staffed))
    return built, np.minimum(built, staffed)


def _minutes(replay: Replay, frame: Frame) -> dict[str, npt.NDArray]:
    """Spread the workload's minutes over the services that spend them."""
    log = replay.workload
    names = ("demanded", "supplied", "done", "backlog")
    grid = {f"minutes_{name}": np.zeros(_Place(frame).shape, dtype=np.int64) for name in names}
    for row, index in enumerate(log.services):
        for name in names:
            grid[f"minutes_{name}"][index] = getattr(log, name)[row][frame.counties]
    return grid


@dataclass(frozen=True)
class _Place:
    """Number the pairs of service and reported county."""

    frame: Frame

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.frame.services), len(self.frame.counties), self.frame.months

    @property
    def size(self) -> int:
        return self.shape[0] * self.shape[1]

    def of(self, service: npt.NDArray, county: npt.NDArray) -> npt.NDArray[np.int64]:
        """Return the number of each pair, -1 where the run does not report the county."""
        return self._numbers[service, county]

    @cached_property
    def _numbers(self) -> npt.NDArray[np.int64]:
        row, service = self.frame.reported_row, np.arange(self.shape[0])[:, None]
        return np.where(row >= 0, service * self.shape[1] + row, _NOWHERE)


def _requested(replay: Replay) -> npt.NDArray[np.int64]:
    """Return the rows of requests that the log speaks of, in its order."""
    return np.flatnonzero(replay.requests.step == Step.REQUESTED)


def reported(table: Table, frame: Frame) -> Table:
    """Keep the rows of the counties that the run reports: part of a market is run with its whole."""
    kept = np.isin(table["county"], frame.county_codes[frame.counties])
    return {name: column[kept] for name, column in table.items()}


def wait_table(replay: Replay, frame: Frame) -> Table:
    """Count admissions by the days waited and the year of the request, without those seated at the census."""
    requests, log = replay.requests, replay.log
    asked = _requested(replay)
    counted = (log.admitted < NEVER) & (requests.minute[asked] >= 0)
    rows = asked[counted]
    month = month_of_days(frame.months)[requests.minute[rows] // MINUTES_PER_DAY]
    years = np.array([year_of(m) for m in range(frame.months)])
    keys = {
        "county": replay.ledger.spells.county[requests.spell[rows]],
        "service": requests.service[rows],
        "year": years[month] - YEARS[0],
        "wait_days": (log.admitted[counted] - requests.minute[rows]) // MINUTES_PER_DAY,
    }
    sizes = (len(frame.county_codes), len(frame.services), frame.months, len(month_of_days(frame.months)))
    code, count = np.unique(np.ravel_multi_index(list(keys.values()), sizes), return_counts=True)
    table = dict(zip(keys, np.unravel_index(code, sizes), strict=True))
    table["county"] = frame.county_codes[table["county"]]
    table["year"] = table["year"] + YEARS[0]
    table["admitted"] = count.astype(np.int64)
    replication = np.full(count.size, frame.replication, dtype=np.int64)
    return reported({"replication": replication} | table, frame)


def unit_table(replay: Replay, frame: Frame) -> Table:
    """Tabulate each unit at the founding (after seating) and at the end, in parts (1,000 to a place)."""
    units, log = replay.supply.units, replay.log
    asked = _requested(replay)
    parts = replay.requests.parts[asked].astype(np.int64)
    built, usable = unit_months(units, frame.months)
    first_built, first_usable = _at_founding(units)
    horizon = month_start(frame.months)
    columns = {
        "replication": np.full(len(units.id), frame.replication),
        "county": frame.county_codes[units.county],
        "unit": units.id,
        "kind": units.kind,
        "pool": units.pool,
        "built_start": first_built,
        "usable_start": first_usable,
        "in_place_start": _occupied(log, parts, 0, len(units.id)),
        "built_end": built[:, -1],
        "usable_end": usable[:, -1],
        "in_place_end": _occupied(log, parts, horizon - 1, len(units.id)),
    }
    table = {name: np.asarray(column, dtype=np.int64) for name, column in columns.items()}
    return reported(table, frame)


def _at_founding(units: Units) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    built = np.zeros(len(units.id), dtype=np.int64)
    staffed = np.zeros_like(built)
    first = units.step_minute <= 0
    built[units.step_unit[first]] = units.step_built[first]
    staffed[units.step_unit[first]] = units.step_staffed[first]
    return built, np.minimum(built, staffed)


def _occupied(log: Log, parts: npt.NDArray, minute: int, units: int) -> npt.NDArray[np.int64]:
    held = (log.admitted <= minute) & (log.ended > minute)
    return np.bincount(log.unit[held], weights=parts[held], minlength=units).astype(np.int64)


def life_table(record: LifeRecord, frame: Frame) -> Table:
    """Tabulate births, deaths, moves and residents by county and year."""
    shape = (len(record.years), len(frame.counties))
    year, county = np.indices(shape)
    keys = {
        "replication": np.full(year.size, frame.replication),
        "county": frame.county_codes[frame.counties][county.ravel()],
        "year": np.array(record.years)[year.ravel()],
    }
    values = {name: grid[:, frame.counties].ravel() for name, grid in (record.flows | record.stocks).items()}
    return {name: np.asarray(column, dtype=np.int64) for name, column in (keys | values).items()}
