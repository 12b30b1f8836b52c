"""Waits: how long those admitted had waited, the standard at half and double, and occupancy by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from results.estimates import Estimate, estimate, ratio
from results.manifest import ServiceEntry
from results.tables import Array, Run, by_replication, grid
from sim.clock import months_of

PERCENTILES = {"p50": 0.5, "p90": 0.9}


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


def admitted(run: Run, service: str) -> Estimate:
    """Return how many of the last year's requests were admitted by the end."""
    return estimate(by_replication(_last_waits(run, service), ("admitted",), run.replications)["admitted"])


def wait_spread(run: Run, service: str) -> dict[str, Estimate]:
    """Return mean, p50 and p90 of the days that those of the last year's requests waited who were admitted.

    Each replication has its own; one in which nobody was admitted has none.
    """
    values: dict[str, list[float]] = {"mean": [], **{name: [] for name in PERCENTILES}}
    for _, part in _last_waits(run, service).group_by("replication", maintain_order=True):
        days, weight = part["wait_days"].to_numpy(), part["admitted"].to_numpy()
        if weight.sum() == 0:
            continue
        values["mean"].append(float(np.average(days, weights=weight)))
        for name, rank in PERCENTILES.items():
            values[name].append(weighted_percentile(days, weight, rank))
    return {name: estimate(found) for name, found in values.items()}


def _last_waits(run: Run, service: str) -> pl.DataFrame:
    return run.of_service("waits", service).filter(pl.col("year") == run.last_year)


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
    waits = _last_waits(run, service.id)
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
