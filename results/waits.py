"""Waits: how long those admitted had waited, the standard at half and double, and occupancy by month."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from results.estimates import Estimate, estimate, ratio
from results.manifest import ServiceEntry
from results.tables import Array, Run, by_replication, grid
from sim.clock import months_of

PERCENTILES = {"p50": 0.5, "p90": 0.9}


@dataclass(frozen=True)
class WaitStatistics:
    """Days from request to admission, of a year's requests admitted by the end, all replications together."""

    admitted: float
    mean: float
    p50: float
    p90: float

    def as_dict(self) -> dict[str, float | None]:
        """Return mean, p50 and p90, None where nobody was admitted."""
        values = {"mean": self.mean, "p50": self.p50, "p90": self.p90}
        return {name: value if math.isfinite(value) else None for name, value in values.items()}


@dataclass(frozen=True)
class StandardCheck:
    """Share of a year's requests admitted within half the standard's days, the days, and double."""

    half: Estimate
    full: Estimate
    double: Estimate


@dataclass(frozen=True)
class Monthly:
    """A service by month: occupancy (share) and people waiting, shape (replications, months)."""

    service: str
    occupancy: Array
    waiting: Array


def wait_statistics(run: Run, service: str, year: int) -> WaitStatistics:
    """Return the statistics of waits, replications taken together."""
    rows = run.of_service("waits", service).filter(pl.col("year") == year)
    days, weight = rows["wait_days"].to_numpy(), rows["admitted"].to_numpy()
    total = weight.sum()
    if total == 0:
        return WaitStatistics(0.0, math.nan, math.nan, math.nan)
    p50, p90 = (weighted_percentile(days, weight, rank) for rank in PERCENTILES.values())
    return WaitStatistics(float(total / run.replications), float(np.average(days, weights=weight)), p50, p90)


def wait_spread(run: Run, service: str, year: int) -> dict[str, Estimate]:
    """Return mean, p50 and p90 of the waits as estimates over replications, each with its own."""
    rows = run.of_service("waits", service).filter(pl.col("year") == year)
    values: dict[str, list[float]] = {"mean": [], **{name: [] for name in PERCENTILES}}
    for (_,), part in rows.group_by("replication", maintain_order=True):
        days, weight = part["wait_days"].to_numpy(), part["admitted"].to_numpy()
        values["mean"].append(float(np.average(days, weights=weight)))
        for name, rank in PERCENTILES.items():
            values[name].append(weighted_percentile(days, weight, rank))
    return {name: estimate(found) for name, found in values.items()}


def weighted_percentile(values: np.ndarray, weights: np.ndarray, rank: float) -> float:
    """Return the smallest value that at least a share ``rank`` of the weight does not exceed.

    >>> weighted_percentile(np.array([5, 0, 9]), np.array([1, 2, 1]), 0.5)
    0.0
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) >= rank * weights.sum()
    return float(values[order][int(np.argmax(reached))])


def standard_check(run: Run, service: ServiceEntry) -> StandardCheck:
    """Return shares of the last year's requests admitted within half, once and twice the standard's days."""
    year = run.last_year
    waits = run.of_service("waits", service.id).filter(pl.col("year") == year)
    months = run.of_service("months", service.id).filter(pl.col("month").is_in(list(months_of(year))))
    requests = by_replication(months, ("requests",), run.replications)["requests"]
    days = service.standard.within_days

    def within(limit: float) -> Estimate:
        soon = by_replication(waits.filter(pl.col("wait_days") <= limit), ("admitted",), run.replications)
        return estimate(ratio(soon["admitted"], requests))

    return StandardCheck(within(days / 2), within(days), within(days * 2))


def monthly(run: Run, service: ServiceEntry) -> Monthly:
    """Return a service's occupancy (all services of its pool together) and waiting list by month."""
    months = range(run.manifest.months)
    of_pool = [
        row for row, each in enumerate(run.manifest.services) if each.pool == service.pool and each.queued
    ]
    rows = run.table("months").filter(pl.col("service").is_in(of_pool))
    taken = grid(rows, "month", months, ("place_parts",), run.replications)["place_parts"]
    first = rows.filter(pl.col("service") == of_pool[0])
    usable = grid(first, "month", months, ("usable_parts",), run.replications)["usable_parts"]
    own = grid(run.of_service("months", service.id), "month", months, ("waiting",), run.replications)
    return Monthly(service.id, ratio(taken, usable), own["waiting"])
