"""The rows of a sweep: what a job came to by county, service and year, in integers.

Persons of the cascade are counted by the county they live in, and once a year; events are summed over the
months of the year, stocks are those of its last month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.clock import MINUTES_PER_DAY, month_start, months_of
from sim.measures import Frame, Table

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Measure:
    """A column of a sweep's table: where it comes from, its unit and meaning."""

    name: str
    unit: str
    meaning: str
    table: str  # cascade: persons of the year; flow: summed over months; stock: at the end; life; made
    source: str = ""

    @property
    def column(self) -> str:
        """Name the column of the table it comes from."""
        return self.source or self.name


def _persons(**meanings: str) -> tuple[Measure, ...]:
    return tuple(Measure(name, "persons", words, "cascade") for name, words in meanings.items())


def _events(**meanings: str) -> tuple[Measure, ...]:
    return tuple(Measure(name, "events", words, "flow") for name, words in meanings.items())


MEASURES = (
    Measure("population", "persons", "residents of the county at the end of the year", "life"),
    *_persons(
        needed="in need at some time in the year",
        wanted="of them, who wished for it",
        affordable="of them, who could pay for a unit",
        in_reach="of them, with such a unit in reach",
        requested="of them, who asked in the year, or were on a list or in place in it",
        served="of them, who were in place in the year",
        in_time="of them, admitted within the scenario's standard",
        pending="of the requested, who wait at the end for less time than the standard allows",
    ),
    *_events(
        requests="requests made in the year",
        admitted="admissions in the year, of those who asked since the census",
        finished="stays that ended in the year",
        left="requests that left a list unserved in the year",
    ),
    Measure("waiting", "persons", "on a list at the end of the year", "stock"),
    Measure("in_place", "persons", "in place at the end of the year", "stock"),
    Measure("in_place_days", "person-days", "days in place in the year", "flow"),
    Measure("unmet_days", "person-days", "days on a list in the year", "flow"),
    Measure("places_built", "1/1000 place", "of the service's pool, built at the end of the year", "stock",
            "built_parts"),
    Measure("places_usable", "1/1000 place", "of them, built and staffed", "stock", "usable_parts"),
    Measure("places_taken", "1/1000 place", "places taken at the end of the year", "stock", "place_parts"),
    Measure("place_days_taken", "1/1000 place-day", "places taken over the year", "flow", "place_part_days"),
    Measure("place_days_idle", "1/1000 place-day",
            "usable over the year, less those taken by all services of the pool; "
            "below 0 where places close and who is in place stays", "made"),
    Measure("minutes_demanded", "minutes", "minutes of work that the year's events ask for", "flow"),
    Measure("minutes_supplied", "minutes", "minutes that the cadre can give residents in the year", "flow"),
    Measure("minutes_done", "minutes", "minutes worked off in the year", "flow"),
    Measure("minutes_backlog", "minutes", "minutes left undone at the end of the year", "stock"),
)  # fmt: skip


def rows_of(tables: dict[str, Table], frame: Frame, pools: Ints, years: tuple[int, ...]) -> Table:
    """Return the rows of a job in order of county, service and year.

    `tables` are its life, months and cascade; `pools` number the pool of each service, -1 for none.
    """
    grid = _Grid(frame, years)
    found = {name: each.ravel() for name, each in grid.keys().items()}
    for measure in MEASURES:
        if measure.table != "made":
            found[measure.name] = grid.of(measure, tables).ravel()
    found["place_days_idle"] = grid.idle(tables["months"], pools).ravel()
    return {name: found[name] for name in (*grid.keys(), *(each.name for each in MEASURES))}


class _Grid:
    """County by service by year."""

    def __init__(self, frame: Frame, years: tuple[int, ...]) -> None:
        self.counties = frame.county_codes[frame.counties]
        self.services, self.years, self.months = len(frame.services), years, frame.months
        self.shape = len(self.counties), self.services, len(years)

    def keys(self) -> dict[str, Ints]:
        county, service, year = np.indices(self.shape)
        return {"county": self.counties[county], "service": service, "year": np.array(self.years)[year]}

    def of(self, measure: Measure, tables: dict[str, Table]) -> Ints:
        match measure.table:
            case "cascade":
                return self.persons(tables["cascade"], measure.column)
            case "life":
                life = tables["life"]
                grid = self.summed(life, life[measure.column], np.zeros_like(life["county"]))
                return np.broadcast_to(grid[:, :1], self.shape)
            case "flow":
                return self.monthly(tables["months"], measure.column, last=False)
            case _:
                return self.monthly(tables["months"], measure.column, last=True)

    def persons(self, cascade: Table, column: str) -> Ints:
        return self.summed(cascade, cascade[column], cascade["service"])

    def summed(self, table: Table, values: Ints, service: Ints) -> Ints:
        """Sum what has a year by county, service and year."""
        county = np.searchsorted(self.counties, table["county"])
        year = np.searchsorted(self.years, table["year"])
        kept = np.isin(table["year"], self.years)
        grid = np.zeros(self.shape, dtype=np.int64)
        np.add.at(grid, (county[kept], service[kept], year[kept]), values[kept])
        return grid

    def by_month(self, months: Table, column: str) -> Ints:
        """Return a column of the months by county, service and month."""
        grid = np.zeros((*self.shape[:2], self.months), dtype=np.int64)
        county = np.searchsorted(self.counties, months["county"])
        grid[county, months["service"], months["month"]] = months[column]
        return grid

    def monthly(self, months: Table, column: str, last: bool) -> Ints:
        grid = self.by_month(months, column)
        of_year = [[m for m in months_of(year) if m < self.months] for year in self.years]
        parts = [grid[:, :, mine[-1]] if last else grid[:, :, mine].sum(axis=2) for mine in of_year]
        return np.stack(parts, axis=2)

    def idle(self, months: Table, pools: Ints) -> Ints:
        """Return usable place-days that nobody takes; a pool that services share is idle once for each."""
        days = np.diff([month_start(month) for month in range(self.months + 1)]) // MINUTES_PER_DAY
        at_end = self.by_month(months, "usable_parts")
        before = np.concatenate([at_end[..., :1], at_end[..., :-1]], axis=2)
        usable = before * (days - 1) + at_end  # places open and close on the last day of a month
        taken = self.by_month(months, "place_part_days")
        idle = np.zeros(self.shape, dtype=np.int64)
        for service in range(self.services):
            if pools[service] >= 0:
                free = usable[:, service] - taken[:, pools == pools[service]].sum(axis=1)
                for number, year in enumerate(self.years):
                    mine = [m for m in months_of(year) if m < self.months]
                    idle[:, service, number] = free[:, mine].sum(axis=1)
        return idle
