"""Measures: from what happened in a market to the integer tables of a run.

Arrays in, arrays out. Every table is a dict of equally long integer columns; ratios are derived at reading.
Persons are counted by the county they live in, capacity and occupied places by the county of the unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.cascade import Requests
from sim.clock import MINUTES_PER_DAY, NEVER, month_start, year_of
from sim.kinds import Outcome, Step
from sim.log import Log
from sim.needs import Ledger
from sim.services import Service
from sim.supply import Supply, Units
from sim.tallies import durations, flows, stocks
from sim.workload import WorkloadLog

Table = dict[str, npt.NDArray]
AGE_BANDS_MONTHS = (36, 216, 720, 840, 960)
YEARS = (2020, 2021, 2022, 2023, 2024, 2025)


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

    @property
    def county_count(self) -> int:
        """Return how many counties the atlas has."""
        return len(self.county_codes)


def month_table(replay: Replay, frame: Frame) -> Table:
    """Tabulate needs, requests, service and capacity by county, service and month."""
    grid = _person_flows(replay, frame) | _place_flows(replay, frame) | _minutes(replay, frame)
    grid["needed"] = replay.ledger.persons
    shape = (len(frame.services), len(frame.counties), frame.months)
    service, county, month = np.indices(shape)
    columns = {name: values[:, frame.counties, :].ravel() for name, values in grid.items()}
    keys = {
        "replication": np.full(service.size, frame.replication),
        "county": frame.county_codes[frame.counties][county.ravel()],
        "service": service.ravel(),
        "month": month.ravel(),
    }
    return {name: np.asarray(column, dtype=np.int64) for name, column in (keys | columns).items()}


def _person_flows(replay: Replay, frame: Frame) -> dict[str, npt.NDArray]:
    """Count persons by where they live: needs, asks, requests and what became of them."""
    spells, requests, log = replay.ledger.spells, replay.requests, replay.log
    place = _Place(frame)
    wished = place.of(requests.service, spells.county[requests.spell])
    asked = _requested(replay)
    home = wished[asked]
    minute = requests.minute[asked].astype(np.int64)
    admitted, ended = log.admitted.astype(np.int64), log.ended.astype(np.int64)
    served = admitted < NEVER
    waited_to = np.where(served, admitted, ended)
    left = np.isin(log.outcome, (Outcome.LEFT_NEED_ENDED, Outcome.LEFT_PATIENCE_ENDED))
    real = log.outcome != Outcome.ALREADY_PLACED
    done = log.outcome == Outcome.FINISHED
    size, months = place.size, frame.months
    minutes = {
        "in_place_days": durations(admitted[served], ended[served], home[served], size, months),
        "unmet_days": durations(minute[real], waited_to[real], home[real], size, months),
    }
    return place.shaped(
        {
            "asks": flows(requests.minute, wished, size, months),
            "requests": flows(minute[real], home[real], size, months),
            "admitted": flows(admitted[served & (minute >= 0)], home[served & (minute >= 0)], size, months),
            "finished": flows(ended[done], home[done], size, months),
            "left": flows(ended[left], home[left], size, months),
            "waiting": stocks(minute[real], waited_to[real], home[real], size, months),
            "in_place": stocks(admitted[served], ended[served], home[served], size, months),
        }
        | {name: value // MINUTES_PER_DAY for name, value in minutes.items()}
    )


def _place_flows(replay: Replay, frame: Frame) -> dict[str, npt.NDArray]:
    """Count places by where the unit stands: occupied, built and usable parts."""
    requests, log, units = replay.requests, replay.log, replay.supply.units
    place = _Place(frame)
    asked = _requested(replay)
    served = log.admitted < NEVER
    where = place.of(requests.service[asked][served], units.county[log.unit[served]])
    parts = requests.parts[asked][served]
    start, end = log.admitted[served].astype(np.int64), log.ended[served].astype(np.int64)
    held = durations(start, end, where, place.size, frame.months, parts)
    built, usable = unit_months(units, frame.months)
    found = {
        "place_parts": stocks(start, end, where, place.size, frame.months, parts),
        "place_part_days": held // MINUTES_PER_DAY,
    }
    grid = place.shaped(found)
    for name, values in (("built_parts", built), ("usable_parts", usable)):
        grid[name] = np.zeros((len(frame.services), frame.county_count, frame.months), dtype=np.int64)
        for index, service in enumerate(frame.services):
            of_pool = (
                units.pool == replay.supply.pools.index(service.pool) if service.queued else units.pool < 0
            )
            np.add.at(grid[name][index], units.county[of_pool], values[of_pool])
    return grid


def unit_months(units: Units, months: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return built and usable parts of each unit at the end of each month: shape (units, months)."""
    ends = np.array([month_start(m + 1) for m in range(months)])
    built = np.zeros((len(units.id), months), dtype=np.int64)
    staffed = np.zeros_like(built)
    for unit, minute, b, s in zip(
        units.step_unit, units.step_minute, units.step_built, units.step_staffed, strict=True
    ):
        since = ends > minute
        built[unit, since] = b
        staffed[unit, since] = s
    return built, np.minimum(built, staffed)


def _minutes(replay: Replay, frame: Frame) -> dict[str, npt.NDArray]:
    """Spread the workload's minutes over the services that spend them."""
    shape = (len(frame.services), frame.county_count, frame.months)
    log = replay.workload
    names = ("demanded", "supplied", "done", "backlog")
    grid = {f"minutes_{name}": np.zeros(shape, dtype=np.int64) for name in names}
    for row, index in enumerate(log.services):
        for name in names:
            grid[f"minutes_{name}"][index] = getattr(log, name)[row]
    return grid


@dataclass(frozen=True)
class _Place:
    """Number the pairs of service and county."""

    frame: Frame

    @property
    def size(self) -> int:
        return len(self.frame.services) * self.frame.county_count

    def of(self, service: npt.NDArray, county: npt.NDArray) -> npt.NDArray[np.int64]:
        return service.astype(np.int64) * self.frame.county_count + county

    def shaped(self, grids: dict[str, npt.NDArray]) -> dict[str, npt.NDArray]:
        shape = (len(self.frame.services), self.frame.county_count, self.frame.months)
        return {name: grid.reshape(shape) for name, grid in grids.items()}


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
    days = (log.admitted[counted].astype(np.int64) - requests.minute[rows]) // MINUTES_PER_DAY
    years = np.array([year_of(m) for m in range(frame.months)])
    month = (
        np.searchsorted([month_start(m) for m in range(frame.months)], requests.minute[rows], side="right")
        - 1
    )
    keys = np.stack(
        [
            frame.county_codes[replay.ledger.spells.county[requests.spell[rows]]],
            requests.service[rows].astype(np.int64),
            years[month],
            days,
        ]
    )
    unique, count = np.unique(keys, axis=1, return_counts=True)
    names = ("county", "service", "year", "wait_days")
    table = {name: unique[i] for i, name in enumerate(names)} | {"admitted": count.astype(np.int64)}
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
