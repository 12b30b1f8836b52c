"""The cascade: of those in need in the last year, how many wished, could pay, had it in reach, asked, got it.

Shares are of the needed. The largest loss is the step at which most people fall away.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from results.estimates import Estimate, estimate, ratio
from results.tables import Array, Run, by_replication, grid

STEPS = ("needed", "wanted", "affordable", "in_reach", "requested", "served", "in_time")
GROUPS = {
    "age_band": tuple(range(6)),
    "function": tuple(range(4)),
    "income_fifth": tuple(range(5)),
    "area": (0, 1),
}
FEWEST = 50  # a group of fewer people in need (mean over replications) is not shown: chance would speak


@dataclass(frozen=True)
class Cascade:
    """A service's cascade: persons and shares of the needed by step, and the step of the largest loss."""

    service: str
    persons: dict[str, Estimate]
    shares: dict[str, Estimate]
    losses: dict[str, Estimate]  # share of the needed that falls away before the step
    largest_loss: str  # a step, empty where nobody needs the service

    @property
    def steps(self) -> tuple[str, ...]:
        """List the steps in order."""
        return STEPS


@dataclass(frozen=True)
class GroupMet:
    """Of a group's needed, the share served within the standard and the persons who were not."""

    dimension: str
    group: int
    needed: Estimate
    met: Estimate
    left_out: Estimate


def cascade_of(service: str, persons: dict[str, Array]) -> Cascade:
    """Judge a cascade from persons by step, arrays over replications of equal length."""
    needed = persons["needed"]
    shares = {step: ratio(persons[step], needed) for step in STEPS}
    losses = {step: shares[before] - shares[step] for before, step in pairwise(STEPS)}
    known = bool(needed.sum() > 0)
    largest = max(losses, key=lambda step: float(np.nanmean(losses[step]))) if known else ""
    return Cascade(
        service=service,
        persons={step: estimate(persons[step]) for step in STEPS},
        shares={step: estimate(values) for step, values in shares.items()},
        losses={step: estimate(values) for step, values in losses.items()},
        largest_loss=largest,
    )


def last_year_rows(run: Run, service: str) -> pl.DataFrame:
    """Return a service's rows of the cascade table in the year that is judged."""
    return run.of_service("cascade", service).filter(pl.col("year") == run.last_year)


def cascades(run: Run) -> list[Cascade]:
    """Judge the cascade of every service that people queue for."""
    return [
        cascade_of(each.id, by_replication(last_year_rows(run, each.id), STEPS, run.replications))
        for each in run.manifest.services
        if each.queued
    ]


def left_out(run: Run, service: str) -> list[GroupMet]:
    """Judge who is left out: by age, function, income and area, of the groups with enough people in need."""
    rows = last_year_rows(run, service)
    found = []
    for dimension, groups in GROUPS.items():
        sums = grid(rows, dimension, groups, ("needed", "in_time"), run.replications)
        for i, group in enumerate(groups):
            needed, in_time = sums["needed"][:, i], sums["in_time"][:, i]
            if needed.mean() >= FEWEST:
                met = estimate(ratio(in_time, needed))
                found.append(GroupMet(dimension, group, estimate(needed), met, estimate(needed - in_time)))
    return found
