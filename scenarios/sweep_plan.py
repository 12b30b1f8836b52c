"""What a sweep comes to: its points, its jobs in one order, and the chunks that workers take.

A *job* is one scenario at one point in one market and replication. Jobs of one *life* (market, replication,
and the settings that life reads) stand together: it is lived once and replayed by each. A *batch* is what one
``plan`` or ``expand`` adds; its jobs and chunks come after those of the batches before, which do not change.
The number of jobs to a chunk comes from stored seconds, not from this machine: the same file gives the same
manifest everywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby

import numpy as np

from evidence.founders import CENSUS
from evidence.table import load_evidence
from scenarios.at_points import Variants, content_of, versions
from scenarios.points import MOST_POINTS, Floats, shares
from scenarios.sweep_file import MOST_REPLICATIONS, Sweep
from scenarios.sweep_manifest import Batch, Chunk
from sim.clock import MONTHS_TO_END_OF_2025
from sim.errors import RunError
from sim.places import load_atlas

MONTHS = MONTHS_TO_END_OF_2025
# Measured on one core of 2020s server hardware (benchmarks/sweeps.py measures them anew): seconds for each
# life and replay of a market, and for each million of its residents.
LIFE_SECONDS, LIFE_SECONDS_PER_MILLION = 0.11, 1.6
REPLAY_SECONDS, REPLAY_SECONDS_PER_MILLION = 0.012, 0.19
LEDGER_MB_PER_MILLION = 12.0
ROW_BYTES = 30.0  # of a row in a part, compressed
LEAST_CHUNK_SECONDS, MOST_CHUNK_SECONDS = 2.0, 600.0
CHUNKS_WANTED = 64  # of a small sweep, so that its workers end together
_KEY = 20  # hexadecimal digits of a key


@dataclass(frozen=True)
class Job:
    """One scenario at one point in one market and replication; scenario and market are numbers."""

    market: int
    replication: int
    life: tuple[int, tuple[float, ...]]
    scenario: int
    point: int

    @property
    def cell(self) -> tuple[int, int, tuple[int, tuple[float, ...]]]:
        """Name what is lived once."""
        return self.market, self.replication, self.life


@dataclass(frozen=True)
class Plan:
    """A sweep with the batches that were planned: everything else follows from these."""

    sweep: Sweep
    batches: tuple[Batch, ...]
    chunks: tuple[Chunk, ...] = ()
    kept_points: Floats | None = field(default=None, compare=False)  # as they were planned and written down

    @cached_property
    def variants(self) -> Variants:
        """Return the scenarios at points."""
        return Variants(self.sweep)

    @cached_property
    def points(self) -> Floats:
        """Return the values of every point: shape (points, parameters)."""
        if self.kept_points is not None:
            return self.kept_points
        if not self.sweep.design.drawn:
            return self.sweep.listed_points()
        return self._drawn(0, 0, self.batches[0].points[1])

    def grown_points(self, more: int) -> Floats:
        """Return the points with more of them; those that are there stay to the last bit."""
        if not more:
            return self.points
        hypercubes = 1 + sum(batch.points[0] > 0 for batch in self.batches)
        return np.concatenate([self.points, self._drawn(hypercubes, len(self.points), more)])

    def _drawn(self, hypercube: int, first: int, count: int) -> Floats:
        """Draw points of a random design: shape (count, parameters)."""
        sweep = self.sweep
        return self._between(shares(sweep.design, sweep.seed, hypercube, first, count, len(sweep.varied)))

    def _between(self, shares_: Floats) -> Floats:
        """Return the values at shares of the range of each parameter."""
        low, high = (np.array([getattr(each, end) for each in self.sweep.varied]) for end in ("low", "high"))
        return np.asarray(low + shares_ * (high - low))

    @cached_property
    def jobs(self) -> list[Job]:
        """List all jobs in their order."""
        return [job for batch in self.batches for job in self.jobs_of(batch)]

    def jobs_of(self, batch: Batch) -> Iterator[Job]:
        """Yield the jobs of a batch: the largest markets first, the jobs of a life together."""
        return (self._job(batch, number) for number in range(self._size(batch)))

    def _size(self, batch: Batch) -> int:
        replications = batch.replications[1] - batch.replications[0]
        return len(self.markets) * replications * len(self._lives[batch])

    def _job(self, batch: Batch, number: int) -> Job:
        """Return a job by its place in its batch: of very many, only those that are asked for are made."""
        lives = self._lives[batch]
        first, last = batch.replications
        cell, of_life = divmod(number, len(lives))
        market, replication = divmod(cell, last - first)
        return Job(self.markets[market], first + replication, *lives[of_life])

    @cached_property
    def _lives(self) -> dict[Batch, list[tuple[tuple[int, tuple[float, ...]], int, int]]]:
        """Return of each batch the lives with the scenarios and points that share them, in one order."""
        values, scenarios = self.points.tolist(), range(len(self.sweep.scenarios))
        return {
            batch: sorted(
                (self.variants.life(scenario, values[point]), scenario, point)
                for scenario in scenarios for point in range(*batch.points)
            )
            for batch in self.batches
        }  # fmt: skip

    @cached_property
    def markets(self) -> list[int]:
        """List the markets, the largest first."""
        return sorted(self.residents, key=lambda market: (-self.residents[market], market))

    @cached_property
    def residents(self) -> dict[int, int]:
        """Return the residents of each market at the census."""
        counted = load_evidence().by_county("resident_population", CENSUS)
        markets = load_atlas().markets
        return {m: int(counted[list(markets[m].counties)].sum()) for m in self.sweep.selection.markets}

    @cached_property
    def reported(self) -> dict[int, int]:
        """Return how many counties of each market are reported."""
        chosen, markets = set(self.sweep.selection.counties), load_atlas().markets
        return {market: len(chosen & set(markets[market].counties)) for market in self.residents}

    @cached_property
    def _about(self) -> str:
        """Say what all jobs depend on."""
        sweep = self.sweep
        return _canonical([versions(), sweep.seed, MONTHS, sweep.years, list(sweep.selection.counties),
                           [[each.name, each.unit.name if each.unit else "", each.by, each.low, each.high]
                            for each in sweep.varied]])  # fmt: skip

    @cached_property
    def _contents(self) -> list[str]:
        return [f"{scenario.id} {content_of(scenario)}" for scenario in self.sweep.scenarios]

    def key(self, job: Job) -> str:
        """Name a job by all that its rows depend on: twenty hexadecimal digits."""
        where = f"{load_atlas().markets[job.market].code} {job.replication} {self._contents[job.scenario]}"
        values = self.points[job.point].tolist()
        return _hashed(f"{self._about} {where} {job.point} {values!r}")

    def chunk_jobs(self, chunk: Chunk) -> list[Job]:
        """List the jobs of a chunk."""
        first = chunk.first
        for batch in self.batches:
            if first < self._size(batch):
                return [self._job(batch, number) for number in range(first, first + chunk.jobs)]
            first -= self._size(batch)
        raise IndexError(f"no chunk begins with job {chunk.first}")

    def chunked(self, batch: Batch) -> list[Chunk]:
        """Cut the jobs of a batch, which is not among those planned so far, into chunks."""
        number, first = len(self.chunks), sum(chunk.jobs for chunk in self.chunks)
        runs = list(_runs(self, list(self.jobs_of(batch))))
        found = []
        for jobs, seconds, kept in runs:
            key = _hashed(" ".join(self.key(job) for job in jobs))
            found.append(Chunk(number, key, first, len(jobs), round(seconds, 3), kept))
            number, first = number + 1, first + len(jobs)
        return found

    def life_seconds(self, market: int) -> float:
        """Return the stored seconds in which a market is founded and lived."""
        return LIFE_SECONDS + LIFE_SECONDS_PER_MILLION * self.residents[market] / 1e6

    def replay_seconds(self, market: int) -> float:
        """Return the stored seconds in which a market is replayed once."""
        return REPLAY_SECONDS + REPLAY_SECONDS_PER_MILLION * self.residents[market] / 1e6

    def rows_in(self, market: int) -> int:
        """Return how many rows a job of a market comes to."""
        return self.reported[market] * len(self.sweep.scenarios[0].services) * len(self.sweep.years)


def planned(sweep: Sweep) -> Plan:
    """Plan what a sweep file asks for."""
    points = sweep.count if sweep.design.drawn else len(sweep.listed_points())
    batch = Batch((0, sweep.replications), (0, points))
    plan = Plan(sweep, (batch,))
    return replace(plan, chunks=tuple(plan.chunked(batch)), kept_points=plan.points)


def expanded(plan: Plan, replications: int = 0, points: int = 0) -> Plan:
    """Add replications of all points so far, or points in all replications so far.

    Raises RunError where the points are those of a grid or a list, or where there would be too many.
    """
    last_replication = max(batch.replications[1] for batch in plan.batches)
    last_point = max(batch.points[1] for batch in plan.batches)
    if points and not plan.sweep.design.drawn:
        raise RunError(
            f"--points: a {plan.sweep.design.value} has the points of its values; change the file and plan "
            "it in another folder, or use a random design"
        )
    _not_too_many("--points", points, last_point, MOST_POINTS)
    _not_too_many("--replications", replications, last_replication, MOST_REPLICATIONS)
    batch = (
        Batch((0, last_replication), (last_point, last_point + points)) if points
        else Batch((last_replication, last_replication + replications), (0, last_point))
    )  # fmt: skip
    grown = Plan(plan.sweep, (*plan.batches, batch), plan.chunks, plan.grown_points(points))
    return replace(grown, chunks=(*plan.chunks, *grown.chunked(batch)))


def _not_too_many(option: str, more: int, so_far: int, most: int) -> None:
    if so_far + more > most:
        raise RunError(f"{option} +{more}: there are {so_far:,}; {most - so_far:,} can be added at most")


def _runs(plan: Plan, jobs: list[Job]) -> Iterator[tuple[list[Job], float, bool]]:
    """Yield jobs that make a chunk, their seconds, and whether their life goes on in another chunk."""
    cells = [(list(each), *_seconds(plan, cell)) for cell, each in groupby(jobs, key=lambda job: job.cell)]
    target = _target(plan, sum(life + replay * len(mine) for mine, life, replay in cells))
    keep = plan.sweep.keep_ledgers
    held: list[Job] = []
    seconds = 0.0
    for mine, life, replay in cells:
        cost = life + replay * len(mine)
        if held and seconds + cost > target:
            yield held, seconds, keep
            held, seconds = [], 0.0
        if cost <= target or len(mine) == 1:
            held, seconds = held + mine, seconds + cost
            continue
        parts = min(int(np.ceil(cost / target)), len(mine))
        if not plan.sweep.chunk_minutes:  # else as the user says
            parts = min(parts, max(1, int(replay * len(mine) / life)))  # no more life than replays
        for part in np.array_split(np.arange(len(mine)), parts):
            yield [mine[i] for i in part], life + replay * len(part), keep or parts > 1
    if held:
        yield held, seconds, keep


def _seconds(plan: Plan, cell: tuple) -> tuple[float, float]:
    return plan.life_seconds(cell[0]), plan.replay_seconds(cell[0])


def _target(plan: Plan, total: float) -> float:
    """Return the seconds that a chunk should take."""
    if plan.sweep.chunk_minutes:
        return plan.sweep.chunk_minutes * 60
    wished = min(max(total / CHUNKS_WANTED, LEAST_CHUNK_SECONDS), MOST_CHUNK_SECONDS)
    return total / np.ceil(total / wished)  # the last one is as full as the others


def _canonical(facts: object) -> str:
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_KEY]
