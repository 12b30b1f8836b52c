"""Turning points: the value at which an assumed number, moved alone, would reverse a verdict.

The table ``turning`` holds each metric with one assumed number at either end of its range and everything
else, draws too, unchanged. Between the central value and an end the metric is taken to run straight.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from results.dictionary import E6, E9
from results.tables import Run

REVERSIBLE = ("enough", "minutes_balance")


@dataclass(frozen=True)
class Effect:
    """What moving one assumed number to both ends of its range does to a metric of a target."""

    parameter: str
    target: str
    metric: str
    base: float
    at_low: float
    at_high: float

    @property
    def spread(self) -> float:
        """Return how far the metric moves, at most, from its base to an end or from end to end."""
        values = (self.base, self.at_low, self.at_high)
        return max(values) - min(values)


@dataclass(frozen=True)
class TurningPoint:
    """The value of an assumed number beyond which a verdict reverses.

    ``above`` tells whether it reverses above that value or below; ``becomes`` whether it is then enough.
    """

    parameter: str
    target: str
    metric: str
    value: float
    above: bool
    becomes: bool


def effects(run: Run) -> list[Effect]:
    """Read all effects, largest first within a metric; an end without a row keeps the base."""
    found = []
    kept = run.table("turning").filter(pl.col("target").is_in(distinct(run)))
    for (parameter, target, metric), rows in kept.group_by(
        "parameter", "target", "metric", maintain_order=True
    ):
        base = rows["base_e6"][0] / E6
        ends = {end: value / E6 for end, value in zip(rows["end"], rows["value_e6"], strict=True)}
        found.append(
            Effect(str(parameter), str(target), str(metric), base, ends.get(0, base), ends.get(1, base))
        )
    return sorted(found, key=lambda each: (-each.spread, each.parameter, each.target))


def crossing(central: float, end: float, base: float, at_end: float, threshold: float) -> float | None:
    """Return where a metric, straight from centre to end, crosses a threshold; None if it does not.

    >>> crossing(1900, 1000, 0.5, 1.4, 0.95)
    1450.0
    """
    if (base >= threshold) == (at_end >= threshold):
        return None
    return central + (end - central) * (threshold - base) / (at_end - base)


def turning_points(run: Run) -> list[TurningPoint]:
    """List every turning point, the nearest to its central value (as a part of the way to the end) first."""
    found = []
    kept = pl.col("metric").is_in(REVERSIBLE) & pl.col("target").is_in(distinct(run))
    for row in run.table("turning").filter(kept).iter_rows(named=True):
        setting = run.manifest.setting(row["parameter"])
        end, base, at_end = row["setting_e9"] / E9, row["base_e6"] / E6, row["value_e6"] / E6
        threshold = threshold_of(run, row["target"], row["metric"])
        value = crossing(setting.value, end, base, at_end, threshold)
        if value is not None:
            way = abs(value - setting.value) / abs(end - setting.value)
            point = TurningPoint(
                row["parameter"],
                row["target"],
                row["metric"],
                value,
                bool(end > setting.value),
                at_end >= threshold,
            )
            found.append((way, point))
    return [
        point for _, point in sorted(found, key=lambda each: (each[0], each[1].parameter, each[1].target))
    ]


def distinct(run: Run) -> list[str]:
    """List the targets, of several about the same services the first only: their verdicts turn together."""
    first: dict[tuple[str, ...], str] = {}
    for target in run.manifest.capacity_targets:
        first.setdefault(target.services, target.id)
    return list(first.values())


def threshold_of(run: Run, target: str, metric: str) -> float:
    """Return where a metric reverses its verdict: at the standard's share, or at a balance of nil."""
    if metric == "minutes_balance":
        return 0.0
    services = [run.manifest.service(name) for name in run.manifest.target(target).services]
    return max(each.standard.share for each in services)


def largest_movers(run: Run, metric: str = "met", count: int = 3) -> list[Effect]:
    """List the assumed numbers that move a metric of any target most, one row each."""
    best: dict[str, Effect] = {}
    for effect in effects(run):
        if effect.metric == metric and effect.parameter not in best:
            best[effect.parameter] = effect
    return list(best.values())[:count]
