"""Sobol indices of every verdict: which assumed numbers its variance comes from, by an emulator.

The emulator (``results.emulators``) rests on the probes and, from 20 replications on, on these; with fewer it
knows only the numbers that need no new life. Then the indices say nothing that the probes do not, and wait
for a reader: a run of seconds does not spend two of them on a table that nobody may open. Each number is
taken from its own range, independent of all others, also where replications draw some of them together:
indices of numbers that depend on one another are not defined.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from results.dictionary import E6, E9, conform, spec
from results.emulators import Emulator, Seen, emulate
from results.estimates import rests_on_draws
from results.manifest import SettingEntry, TargetEntry
from results.probing import metrics
from results.regression import Floats
from results.sobol import Design, between
from results.tables import Run
from results.turning import REVERSIBLE, distinct, threshold_of, turning_points
from sim.streams import Decision, Stream

MEASURED = ("met", "enough", "idle_yuan", "minutes_balance")
MOST_DRAWS = 200  # replications that are learned from: the fit grows with their cube
LISTED = 7  # numbers a metric, those that move it most; all others are one group
OTHERS = 8  # emulators that the replications allow as well
LEAST = 0.001  # a total index below it is none
_OF_SHAPE = ("met", "enough", "minutes_balance")  # whose probes say which numbers act together
Row = tuple[str | int | None, ...]


def scaled(entry: SettingEntry, values: Floats) -> Floats:
    """Bring values of a setting to where its low end is -1, its central value 0, its high end 1."""
    off = values - entry.value
    width = np.where(off < 0, entry.value - entry.low, entry.high - entry.value)
    return np.divide(off, width, out=np.zeros_like(off), where=width > 0)


def unscaled(entry: SettingEntry, at: float) -> float:
    """Return the value of a setting that stands at a place between -1 and 1."""
    return entry.value + at * (entry.value - entry.low if at < 0 else entry.high - entry.value)


def with_rankings(run: Run) -> Run:
    """Return a run whose rankings can be read: made now where it was probed and its folder holds none."""
    if run.has("sensitivity") or not run.has("turning"):
        return run
    return run.having("sensitivity", conform("sensitivity", sensitivity_frame(run)))


def sensitivity_frame(run: Run) -> pl.DataFrame:
    """Tabulate the indices of the numbers that move each metric of each target most."""
    ranking = _Ranking.of(run)
    rows = [row for name in distinct(run) for row in ranking.rows(run.manifest.target(name))]
    schema = {column.name: column.dtype for column in spec("sensitivity").columns}
    return pl.DataFrame(rows, schema=schema, orient="row")


@dataclass(frozen=True)
class _Ranking:
    """What the rankings of all metrics of a run share."""

    run: Run
    numbers: tuple[SettingEntry, ...]
    points: Floats  # (draws, numbers): none where they are too few
    design: Design
    turning: Mapping[tuple[str, str, str], float]  # by parameter, target and metric

    @classmethod
    def of(cls, run: Run) -> _Ranking:
        numbers = run.manifest.assumed
        drawn = run.table("draws").filter(pl.col("replication") > 0).sort("replication")
        each = [drawn.filter(pl.col("parameter") == n.name)["value_e9"].to_numpy() / E9 for n in numbers]
        draws = min(run.replications - 1, MOST_DRAWS) if rests_on_draws(run.replications) else 0
        points = [scaled(number, values[:draws]) for number, values in zip(numbers, each, strict=True)]
        nearest: dict[tuple[str, str, str], float] = {}
        for point in turning_points(run):
            nearest.setdefault((point.parameter, point.target, point.metric), point.value)
        design = Design(len(numbers), min(LISTED, len(numbers)), 1 + _seed(run, "sample"))
        return cls(run, numbers, np.stack(points, axis=1), design, nearest)

    def rows(self, target: TargetEntry) -> list[Row]:
        """Rank the numbers for every metric of a target."""
        values = {name: each for name, each in metrics(self.run, target).items() if name in MEASURED}
        ends = {name: self._ends(target.id, name, each[0]) for name, each in values.items()}
        shape = [_weight(ends[name], values[name][0]) for name in _OF_SHAPE if name in values]
        found: list[Row] = []
        for name, each in values.items():
            weight = np.max([*shape, _weight(ends[name], each[0])], axis=0)
            known = np.isfinite(each[1:][: len(self.points)])
            replayed = np.array([number.touches != "life" for number in self.numbers])
            drawn = each[1:][: len(self.points)][known]
            seen = Seen(float(each[0]), ends[name], replayed, weight, self.points[known], drawn)
            found += self._ranked(target.id, name, seen) if np.isfinite(seen.centre) else []
        return found

    def _ends(self, target: str, metric: str, centre: float) -> Floats:
        """Return a metric with each number at its ends (numbers, 2): the centre where a probe left no row."""
        table = self.run.table("turning").filter(pl.col("target") == target, pl.col("metric") == metric)
        moved = {(row["parameter"], row["end"]): row["value_e6"] / E6 for row in table.iter_rows(named=True)}
        return np.array([[moved.get((n.name, end), centre) for end in (0, 1)] for n in self.numbers])

    def _ranked(self, target: str, metric: str, seen: Seen) -> list[Row]:
        def uniform(rows: int, columns: int) -> Floats:
            return _uniform(self.run, f"{target} {metric}", rows, columns)

        emulator = emulate(seen, OTHERS, uniform)
        explained = _fixed(max(emulator.explained, 0.0), E6) if len(seen.values) else None
        return [
            (target, metric, rank, *row, len(seen.values), explained)
            for rank, row in enumerate(self._most(emulator, target, metric, seen), start=1)
        ]

    def _most(self, emulator: Emulator, target: str, metric: str, seen: Seen) -> list[Row]:
        """Find the indices of the numbers that take part in most variance; the largest total first."""
        points, independent = self.design.points, self.design.points[self.design.independent]
        order = np.argsort(-emulator.spread(independent), kind="stable")
        placed = np.empty_like(points)
        placed[:, order] = points  # the design's first columns are the numbers that matter
        values = emulator.at(placed)
        if np.ptp(values[:, 0]) == 0:
            return []  # nothing moves it
        first, total = self._indices(values)
        leading = order[: self.design.leading]
        at_ends = _at_ends(emulator, placed[self.design.independent], leading)
        listed = sorted(range(len(leading)), key=lambda place: (-total[0, place], place))
        return [
            (
                self.numbers[leading[place]].name,
                *(round(float(value) * E6) for value in (*first[:, place], *total[:, place])),
                *(round(float(value) * E6) for value in at_ends[place]),
                round(seen.centre * E6),
                self._turns(emulator, target, metric, int(leading[place])),
            )
            for place in listed
            if total[0, place] >= LEAST
        ]

    def _indices(self, values: Floats) -> tuple[Floats, Floats]:
        """Return first and total indices (3, leading): the value, its 5th and 95th percentile."""
        moving = [column for column in values.T if np.ptp(column) > 0]
        resamples = 100 if len(moving) == 1 else 12  # of each emulator
        found = [self.design.analyse(each, resamples, self.design.seed + i) for i, each in enumerate(moving)]
        first = between(found[0].first, np.concatenate([each.first_others for each in found]))
        total = between(found[0].total, np.concatenate([each.total_others for each in found]))
        total = np.clip(total, 0, 1)  # a sample errs beyond what a part can be
        return np.clip(first, 0, total), total

    def _turns(self, emulator: Emulator, target: str, metric: str, place: int) -> int | None:
        """Return where a number, moved alone, turns the verdict: by its probes, or else by the emulator."""
        number = self.numbers[place]
        if metric not in REVERSIBLE:
            return None
        if number.touches != "life":
            return _fixed(self.turning.get((number.name, target, metric), np.nan), E9)
        at = _crossing(emulator, place, len(self.numbers), threshold_of(self.run, target, metric))
        return None if at is None else round(unscaled(number, at) * E9)


def _weight(ends: Floats, centre: float) -> Floats:
    """Return how much of what all probes together move is each number's, by its standard deviation."""
    straight, bent = (ends[:, 1] - ends[:, 0]) / 2, (ends[:, 1] + ends[:, 0]) / 2 - centre
    variance = straight**2 / 3 + bent**2 * 4 / 45
    return np.sqrt(variance / max(float(variance.sum()), 1e-300))


def _at_ends(emulator: Emulator, points: Floats, leading: npt.NDArray[np.int64]) -> Floats:
    """Return the metric with a number at its low and high end (leading, 2), averaged over all others."""
    ends = (-1.0, 1.0)
    return np.array([[_mean_with(emulator, points, number, end) for end in ends] for number in leading])


def _mean_with(emulator: Emulator, points: Floats, number: int, end: float) -> float:
    moved = points.copy()
    moved[:, number] = end
    return float(emulator.at(moved)[:, 0].mean())


def _crossing(emulator: Emulator, number: int, numbers: int, threshold: float) -> float | None:
    """Return the place nearest to the centre at which a number alone brings the metric across a threshold."""
    ways = []
    for end in (-1.0, 1.0):
        way = np.linspace(0, end, 101)
        points = np.zeros((len(way), numbers))
        points[:, number] = way
        above = emulator.at(points)[:, 0] >= threshold
        crossed = np.flatnonzero(above != above[0])
        ways += [float(way[crossed[0]])] if len(crossed) else []
    return min(ways, key=abs, default=None)


def _fixed(value: float, scale: int) -> int | None:
    return round(value * scale) if np.isfinite(value) else None


def _seed(run: Run, label: str) -> int:
    """Return a number below 2**31 that belongs to a run's seed and a label."""
    return int(_uniform(run, label, 1, 1)[0, 0] * 2**31)


def _uniform(run: Run, label: str, rows: int, columns: int) -> Floats:
    """Return uniform numbers (rows, columns) that belong to a run's seed and a label."""
    first = np.uint64(zlib.crc32(label.encode())) << np.uint64(32)
    keys = first + np.arange(rows * columns, dtype=np.uint64)
    return Stream.of(run.manifest.seed, 0).uniform(keys, Decision.SENSITIVITY).reshape(rows, columns)
