"""A comparison row by row: outcomes by service, by county or group, and equity, each difference judged.

A *side* is a run or what a scenario has come to so far, with the draw that each replication used. Groups of
persons are those of the cascade; days on lists by group stand in a table of their own, which finished runs do
not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from results.cascades import FEWEST, GROUPS, last_year_rows
from results.compare import outcome_by_replication, outcomes_of
from results.demands import Demand
from results.differences import (
    Array,
    Family,
    Labels,
    Paired,
    Verdict,
    judge,
    mean_by_draw,
    paired,
    settled,
)
from results.equity import concentration_index, poorest_part
from results.estimates import Estimate, estimate
from results.manifest import ServiceEntry
from results.tables import Run, by_replication, grid

BETTER = {
    "served": 1, "met": 1, "waiting": -1, "idle_places": 0, "unmet_days": -1, "minutes_done": 1,
    "concentration": 0, "poorest_part": 0,
}  # fmt: skip
BY = {"county": "county", "age": "age_band", "function": "function", "income": "income_fifth", "area": "area"}
OF_PERSONS = ("served", "met", "unmet_days")  # outcomes that are known by group of persons
FIFTHS = GROUPS["income_fifth"]
Pair = tuple[Array, Array]


@dataclass(frozen=True)
class Side:
    """One side of a comparison; ``unmet`` holds days on lists by group, None where they were not counted."""

    name: str
    run: Run
    draws: Labels
    unmet: pl.DataFrame | None = None


@dataclass(frozen=True)
class Asked:
    """What is compared: services and outcomes (all where none is named), and how precisely."""

    services: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    half_width: Demand = field(default_factory=Demand)
    margin: Demand = field(default_factory=Demand)

    def cells(self, run: Run) -> Iterator[tuple[ServiceEntry, str]]:
        """Yield each service that is asked about with each of its outcomes that is."""
        for service in run.manifest.services:
            if not self.services or service.id in self.services:
                for outcome in outcomes_of(service):
                    if not self.outcomes or outcome in self.outcomes:
                        yield service, outcome


@dataclass(frozen=True)
class Row:
    """A row: a service's outcome, of a group where there is one, on both sides, and how they differ."""

    service: str
    outcome: str
    group: int | None
    a: Estimate
    b: Estimate
    found: Paired
    asked: float
    verdict: Verdict

    @property
    def void(self) -> bool:
        """Tell whether there is nothing to compare: a share of nobody, in every draw."""
        return self.found.draws == 0

    @property
    def settled(self) -> bool:
        """Tell whether more draws would say nothing that was asked for."""
        return self.void or settled(self.found, self.verdict, self.asked)


def compare_sides(a: Side, b: Side, asked: Asked, family: Family) -> list[Row]:
    """Compare two sides outcome by outcome, for every service that both have; ``a`` is the baseline."""
    theirs = {each.id for each in b.run.manifest.services}
    return [
        _row((service, outcome, None), a, _both(a, b, service, outcome), asked, family)
        for service, outcome in asked.cells(a.run)
        if service.id in theirs
    ]


def compare_groups(a: Side, b: Side, by: str, asked: Asked, family: Family) -> list[Row]:
    """Compare two sides group by group (``by`` is a key of BY), those too small to be shown left out."""
    rows = []
    for group in groups_of(a.run, by):
        part_a, part_b = (_narrowed(each, BY[by], group) for each in (a, b))
        for service, outcome in group_cells(a, by, asked):
            if by == "county" or _needed(part_a, service) >= FEWEST:
                values = _both(part_a, part_b, service, outcome, of_persons=by != "county")
                rows.append(_row((service, outcome, group), a, values, asked, family))
    return rows


def compare_equity(a: Side, b: Side, asked: Asked, family: Family) -> list[Row]:
    """Compare the equity of every service that people queue for: concentration, and what the poorest bear."""
    rows = []
    for service in equity_services(a, asked):
        values = _concentration(a, service), _concentration(b, service)
        rows.append(_row((service, "concentration", None), a, values, asked, family))
        if a.unmet is not None and b.unmet is not None:
            values = _poorest(a, a.unmet, service), _poorest(b, b.unmet, service)
            rows.append(_row((service, "poorest_part", None), a, values, asked, family))
    return rows


def groups_of(run: Run, by: str) -> tuple[int, ...]:
    """List the groups of a dimension: codes of counties, or numbers of bands."""
    if by == "county":
        return tuple(each.code for each in run.manifest.counties)
    return GROUPS[BY[by]]


def group_cells(side: Side, by: str, asked: Asked) -> list[tuple[ServiceEntry, str]]:
    """List the services and outcomes that are known by group."""
    known = OF_PERSONS if side.unmet is not None else OF_PERSONS[:2]
    return [(s, o) for s, o in asked.cells(side.run) if by == "county" or (s.queued and o in known)]


def equity_services(side: Side, asked: Asked) -> list[ServiceEntry]:
    """List the services whose equity is compared."""
    return [
        s for s in side.run.manifest.services if s.queued and (not asked.services or s.id in asked.services)
    ]


def _row(
    key: tuple[ServiceEntry, str, int | None], side: Side, values: Pair, asked: Asked, family: Family
) -> Row:
    """Pair the values of two sides; a replication counts where both have a number."""
    service, outcome, group = key
    both = np.isfinite(values[0]) & np.isfinite(values[1])
    first, second = (np.where(both, each, np.nan) for each in values)
    found = paired(first, second, side.draws, family.each)
    a, b = (estimate(mean_by_draw(each, side.draws)) for each in (first, second))
    half, margin = (each.of(outcome, a.mean) for each in (asked.half_width, asked.margin))
    return Row(service.id, outcome, group, a, b, found, half, judge(found, margin, BETTER[outcome]))


def _both(a: Side, b: Side, service: ServiceEntry, outcome: str, of_persons: bool = False) -> Pair:
    return _values(a, service, outcome, of_persons), _values(b, service, outcome, of_persons)


def _values(side: Side, service: ServiceEntry, outcome: str, of_persons: bool) -> Array:
    """Return an outcome by replication; days on lists of a group of persons stand in their own table."""
    if of_persons and outcome == "unmet_days" and side.unmet is not None:
        mine = side.unmet.filter(pl.col("service") == side.run.manifest.service_row(service.id))
        return by_replication(mine, ("unmet_days",), side.run.replications)["unmet_days"]
    return outcome_by_replication(side.run, side.run.manifest.service(service.id), outcome)


def _narrowed(side: Side, column: str, group: int) -> Side:
    """Leave a side one group's rows."""
    names = ("cascade", "months") if column == "county" else ("cascade",)
    frames = {name: side.run.table(name).filter(pl.col(column) == group) for name in names}
    unmet = None if side.unmet is None else side.unmet.filter(pl.col(column) == group)
    return replace(side, run=Run(side.run.folder, side.run.manifest, frames), unmet=unmet)


def _needed(side: Side, service: ServiceEntry) -> float:
    """Return how many of a group need a service in the last year, the mean over draws."""
    rows = last_year_rows(side.run, service.id)
    needed = mean_by_draw(by_replication(rows, ("needed",), side.run.replications)["needed"], side.draws)
    return float(needed.mean()) if len(needed) else 0.0


def _concentration(side: Side, service: ServiceEntry) -> Array:
    rows = last_year_rows(side.run, service.id)
    sums = grid(rows, "income_fifth", FIFTHS, ("in_time", "needed"), side.run.replications)
    return concentration_index(sums["in_time"], sums["needed"])


def _poorest(side: Side, unmet: pl.DataFrame, service: ServiceEntry) -> Array:
    mine = unmet.filter(pl.col("service") == side.run.manifest.service_row(service.id))
    return poorest_part(
        grid(mine, "income_fifth", FIFTHS, ("unmet_days",), side.run.replications)["unmet_days"]
    )


def unsettled(rows: Sequence[Row]) -> list[Row]:
    """List the rows that more draws would settle."""
    return [row for row in rows if not row.settled]
