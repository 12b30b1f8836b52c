"""The assumed numbers that move a verdict most, read from the table of Sobol indices.

The table ``sensitivity`` holds the indices of every metric of a target (``results.sensitivity``). Targets
about the same services share theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from results.dictionary import E6, E9
from results.tables import Run

MOST = 5
LEAST_EXPLAINED = 0.25  # of the variance of the draws: below it, an emulator's ranking says nothing


@dataclass(frozen=True)
class Index:
    """A Sobol index with its 5th and 95th percentile: a part of a variance, from 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Influence:
    """An assumed number that moves a metric: by what part of its variance, which way, and where it turns.

    ``at_low`` and ``at_high`` are the metric at the ends of the number's range, averaged over all others;
    ``turns`` is the value at which, moved alone, it turns the verdict, None where it does not in its range.
    """

    parameter: str
    first: Index
    total: Index
    at_low: float
    at_high: float
    turns: float | None


@dataclass(frozen=True)
class Ranking:
    """The numbers that move a metric of a target most, the largest total index first.

    ``draws`` counts the replications that the emulator was fitted to, 0 where it knows the probes alone;
    ``explained`` is the part of their variance that it explains, each left out in turn (None without them).
    """

    target: str
    metric: str
    base: float
    draws: int
    explained: float | None
    influences: tuple[Influence, ...]

    @property
    def told(self) -> bool:
        """Tell whether the emulator explains enough of what was seen for its ranking to be read."""
        return self.explained is None or self.explained >= LEAST_EXPLAINED


def rankings(run: Run) -> list[Ranking]:
    """Read the rankings of all targets and metrics, in the order of the targets."""
    table = run.table("sensitivity").sort("target", "metric", "rank")
    found = {
        (str(target), str(metric)): _ranking(str(target), str(metric), rows)
        for (target, metric), rows in table.group_by("target", "metric", maintain_order=True)
    }
    order = [each.id for each in run.manifest.capacity_targets]
    return [found[key] for key in sorted(found, key=lambda key: order.index(key[0]))]


def rankings_of(run: Run, target: str) -> list[Ranking]:
    """Read the rankings of a target, or of the first target about the same services."""
    services = run.manifest.target(target).services
    return [each for each in rankings(run) if run.manifest.target(each.target).services == services]


def _ranking(target: str, metric: str, rows: pl.DataFrame) -> Ranking:
    first = rows.row(0, named=True)
    explained = first["explained_e6"]
    return Ranking(
        target,
        metric,
        first["base_e6"] / E6,
        first["draws"],
        None if explained is None else explained / E6,
        tuple(_influence(row) for row in rows.head(MOST).iter_rows(named=True)),
    )


def _influence(row: dict[str, int]) -> Influence:
    first, total = (
        Index(*(row[f"{name}{bound}_e6"] / E6 for bound in ("", "_low", "_high")))
        for name in ("first", "total")
    )
    turns = row["turns_e9"]
    return Influence(
        str(row["parameter"]),
        first,
        total,
        row["at_low_e6"] / E6,
        row["at_high_e6"] / E6,
        None if turns is None else turns / E9,
    )
