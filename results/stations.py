"""Township stations of social work against the norms: what their workers carry of the caseload, by county."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from functools import reduce
from operator import add

import numpy as np

from results.staffing import SCENARIO, Staffing
from results.typed_tables import Cell, Column, TypedTable
from scenarios.load import Scenario
from sim.kinds import Mechanism
from sim.places import TownshipKind, load_atlas
from sim.services import ANY, Service
from sim.supply import Cadre

_OLD_MONTHS = 720
_THOUSAND = 1000


@dataclass(frozen=True)
class Carried:
    """What the stations of a county carry: workers at the end of the year, and those that norms ask for.

    ``needed`` counts who is in need as the model defines it, each at the norm of the group met first;
    ``norm`` counts every resident of 60 and over instead of the elders in need.
    """

    townships: int
    stations: int
    workers: float
    severe: int
    low_income: int
    elders: int
    needed: float
    norm: float

    def __add__(self, other: Carried) -> Carried:
        return Carried(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def shares(self) -> tuple[float | None, float | None, float | None]:
        """Return the shares carried, of those in need and of the norm, and workers needed a township."""
        of = (self.workers, self.needed), (self.workers, self.norm), (self.needed, self.townships)
        carried, of_norm, each = (part / whole if whole else None for part, whole in of)
        return carried, of_norm, each


def station_table(sides: Sequence[Staffing], counties: Sequence[int]) -> TypedTable:
    """Tabulate what stations carry, county by county, least first, and in all, one scenario below another."""
    columns = (SCENARIO, Column("county"), Column("townships", "townships"), Column("stations", "stations"),
               Column("station workers", "workers", 1), Column("severe", "persons"),
               Column("low income", "persons"), Column("elders", "persons"), Column("needed", "workers", 1),
               Column("norm", "workers", 1), Column("carried", share=True),
               Column("carried norm", share=True), Column("needed a township", "workers", 1))  # fmt: skip
    return TypedTable("stations", columns, tuple(row for side in sides for row in _rows(side, counties)))


def _rows(side: Staffing, counties: Sequence[int]) -> Iterator[tuple[Cell, ...]]:
    """Yield the counties of a scenario, least carried first, then their sum."""
    found = caseload_of(side.scenario)
    if found is None:
        return
    names = load_atlas().counties.name
    rows = [(str(names[county]), _carried(side, *found, county)) for county in counties]
    rows.sort(key=lambda row: row[1].shares[0] or 0.0)
    yield from (_cells(side.label, name, each) for name, each in rows)
    if len(rows) > 1:
        yield _cells(side.label, None, reduce(add, (each for _, each in rows)))


def _cells(scenario: str, county: str | None, each: Carried) -> tuple[Cell, ...]:
    return (scenario, county, *astuple(each), *each.shares)


def caseload_of(scenario: Scenario) -> tuple[Service, Cadre] | None:
    """Return the caseload that township stations carry, and the cadre that staffs them."""
    for service in scenario.services:
        pools = [p for k in scenario.kinds for p in k.pools if k.one_per_township and p.id == service.pool]
        if service.mechanism is Mechanism.CASELOAD and pools and pools[0].cadre:
            return service, next(each for each in scenario.cadres if each.id == pools[0].cadre)
    return None


def _carried(side: Staffing, service: Service, cadre: Cadre, county: int) -> Carried:
    """Hold the stations of a county against the norms: the part of a worker that each client takes."""
    atlas, row, last = load_atlas(), side.row(cadre), side.months[-1]
    here = (atlas.townships.county == county) & (atlas.townships.kind != TownshipKind.OTHER)
    persons = side.counts.cases[side.scenario.services.index(service), : len(service.needed), county]
    parts = np.array([side.scenario.settings[need.place] for need in service.needed])
    old, severe, poor = (
        np.array(marks)
        for marks in zip(
            *((w.age_months[0] >= _OLD_MONTHS, w.disability_grade != ANY, w.payer != ANY)
              for w in (need.who for need in service.needed)), strict=True,
        )
    )  # fmt: skip
    elders, workers = int(side.counts.elders[county]), persons * parts
    each = float(parts[old].min()) if old.any() else 0.0  # the part of a worker that an elder takes
    return Carried(
        townships=int(here.sum()),
        stations=int(side.counts.stations[row, county, last]),
        workers=float(side.counts.usable[row, county, last] / _THOUSAND),
        severe=int(persons[severe].sum()),
        low_income=int(persons[poor].sum()),
        elders=elders,
        needed=float(workers.sum()),
        norm=float(workers[~old].sum()) + elders * each,
    )
