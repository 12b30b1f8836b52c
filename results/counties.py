"""Results by county: what is met where, and where it differs from the whole by more than the margin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from results.cascades import last_year_rows
from results.estimates import Estimate, estimate, ratio
from results.manifest import CountyEntry, ServiceEntry
from results.tables import Array, Run, grid
from sim.clock import months_of

CHANCE = 1.96  # standard errors of a share of persons, for chance within a replication


@dataclass(frozen=True)
class CountyMet:
    """The share of a county's needed served in time; ``differs``: 1 above the whole, −1 below, 0 unknown."""

    code: int
    name: str
    met: Estimate
    margin: float
    differs: int
    ages_imputed: bool


@dataclass(frozen=True)
class CountyRow:
    """A county's line of the table: residents, elders, needed, met, waiting, places, taken, occupancy."""

    county: CountyEntry
    population: Estimate
    elders: Estimate
    needed: Estimate
    met: Estimate
    waiting: Estimate
    places: Estimate
    taken: Estimate
    occupancy: Estimate


def county_met(run: Run, service: ServiceEntry) -> tuple[list[CountyMet], Estimate]:
    """Judge a service's share met in every county, and over the whole run.

    A county's margin is the doubt of its head count (as a part of the share), plus the spread of its
    difference from the whole over replications, plus chance among its needed.
    """
    codes = [each.code for each in run.manifest.counties]
    sums = grid(last_year_rows(run, service.id), "county", codes, ("needed", "in_time"), run.replications)
    whole = ratio(sums["in_time"].sum(axis=1), sums["needed"].sum(axis=1))
    shares = ratio(sums["in_time"], sums["needed"])
    found = []
    for i, county in enumerate(run.manifest.counties):
        margin = county_margin(shares[:, i], whole, sums["needed"][:, i], county.margin)
        gap = float(np.mean(shares[:, i] - whole))
        differs = int(np.sign(gap)) if np.isfinite(gap) and abs(gap) > margin else 0
        found.append(
            CountyMet(county.code, county.name, estimate(shares[:, i]), margin, differs, county.ages_imputed)
        )
    return found, estimate(whole)


def county_margin(shares: Array, whole: Array, needed: Array, relative: float) -> float:
    """Return how far a county's share may lie from its estimate (all in shares of one).

    >>> county_margin(np.array([0.5]), np.array([0.4]), np.array([9604.0]), 0.02)
    0.02
    """
    share, people = float(np.mean(shares)), float(np.mean(needed))
    if not np.isfinite(share) or people == 0:
        return float("inf")
    spread = float(np.ptp(shares - whole)) / 2
    chance = CHANCE * float(np.sqrt(max(share * (1 - share), 0) / people))
    return share * relative + spread + chance


def county_rows(run: Run, service: ServiceEntry) -> list[CountyRow]:
    """Tabulate a service county by county at the end of the last year."""
    codes = [each.code for each in run.manifest.counties]
    life = run.table("life").filter(pl.col("year") == run.last_year)
    people = grid(life, "county", codes, ("population", "age_60_plus"), run.replications)
    met, _ = county_met(run, service)
    needed = grid(last_year_rows(run, service.id), "county", codes, ("needed",), run.replications)["needed"]
    of_pool = [
        row for row, each in enumerate(run.manifest.services) if each.pool == service.pool and each.queued
    ]
    months = run.table("months").filter(
        pl.col("service").is_in(of_pool), pl.col("month").is_in(list(months_of(run.last_year)))
    )
    end = months.filter(pl.col("month") == run.manifest.months - 1)
    own = end.filter(pl.col("service") == run.manifest.service_row(service.id))
    waiting = grid(own, "county", codes, ("waiting", "usable_parts"), run.replications)
    taken = grid(end, "county", codes, ("place_parts",), run.replications)["place_parts"]
    full = ratio(taken, waiting["usable_parts"])
    return [
        CountyRow(
            county,
            estimate(people["population"][:, i]),
            estimate(people["age_60_plus"][:, i]),
            estimate(needed[:, i]),
            met[i].met,
            estimate(waiting["waiting"][:, i]),
            estimate(waiting["usable_parts"][:, i] / 1000),
            estimate(taken[:, i] / 1000),
            estimate(full[:, i]),
        )
        for i, county in enumerate(run.manifest.counties)
    ]
