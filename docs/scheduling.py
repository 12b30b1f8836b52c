"""What docs/scale.md says: tables that ``docs/generate.py`` lays out.

What markets of several sizes took stands in ``benchmarks/scale.json`` (``benchmarks/scale.py`` measured it).
Straight lines through it give the cost of any market; the schedule of a cluster is played through
(``scenarios.schedule``). Each function returns the head and the rows of one table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.schedule import Machine, Schedule, Task, chunked, play
from scenarios.slurm import MOST_TASKS
from scenarios.sweep_plan import MOST_CHUNK_SECONDS, ROW_BYTES

HOUSE = Path(__file__).parents[1]
Laid = tuple[Iterable[str], list[tuple[object, ...]]]

RUNS, LIVES = 10_000, 100  # runs of the whole; lives, where 100 points replay each
CORES = (16, 256, 4096)
CHUNK_SECONDS = MOST_CHUNK_SECONDS  # of a large sweep, where its file does not say
CHUNK_MINUTES = (0.5, 1, 2, 5, 10, 30)  # what a file may say instead
# Assumed of a cluster, and said on the page.
BEGUN_A_SECOND = 20.0
BYTES_A_SECOND, BYTES_A_SECOND_EACH = 2e9, 0.25e9
MAX_JOBS = 10_000  # of Slurm's controller, by default
GB_A_CORE = 4.0
# China: the largest markets, cities of districts only, in millions (census of 2020, rounded); for the rest,
# the sizes of Fujian's.
CHINA_MILLIONS = 1411.8
LARGEST_MILLIONS = {
    "上海": 24.9,
    "北京": 21.9,
    "广州": 18.7,
    "深圳": 17.6,
    "天津": 13.9,
    "武汉": 12.3,
    "东莞": 10.5,
}
COUNTIES_OF_CHINA = 2_844  # units at county level, 2020
ROWS_A_COUNTY = 36.0  # six services, six years


@cache
def measured() -> dict[str, Any]:
    """Read what was measured."""
    kept: dict[str, Any] = json.loads((HOUSE / "benchmarks" / "scale.json").read_text(encoding="utf-8"))
    return kept


@cache
def line(key: str) -> tuple[float, float]:
    """Return what a market takes whatever its size, and what each million of residents adds.

    A straight line through the measured markets; misses count by their share, so that small markets matter.
    """
    rows = list(measured()["markets"].values())
    millions = np.array([row["residents"] / 1e6 for row in rows])
    values = np.array([row[key] for row in rows])
    slope, level = np.polyfit(millions, values, 1, w=1 / values)
    return max(float(level), 0.0), float(slope)


def of(key: str, millions: float) -> float:
    """Return what a market of some size takes, by the line."""
    level, slope = line(key)
    return level + slope * millions


@dataclass(frozen=True)
class Study:
    """A way to come to 10,000 runs: how many lives, and how many replays of each in one job."""

    name: str
    lives: int
    replays: int
    apart: bool = False  # every replay is a job of its own, that reads a kept life

    def jobs(self, markets: Iterable[tuple[float, float]]) -> Iterator[tuple[Task, int]]:
        """Yield a job of each market and how many there are; markets come as millions and how many."""
        for millions, copies in markets:
            seconds = of("first_replay_seconds", millions)
            traffic = ROW_BYTES * ROWS_A_COUNTY
            if self.apart:
                seconds += of("reading_seconds", millions)
                traffic += of("ledger_bytes", millions)
            else:
                seconds += of("world_seconds", millions) + of("life_seconds", millions)
                seconds += (self.replays - 1) * of("next_replay_seconds", millions)
                traffic *= self.replays
            count = self.lives * (self.replays if self.apart else 1)
            yield Task(seconds, traffic), round(count * copies)


TOGETHER = Study(f"{LIVES} lives × {RUNS // LIVES} points, a life's points in one job", LIVES, RUNS // LIVES)
APART = replace(TOGETHER, name="the same, each point reads a kept life from the file system", apart=True)
OWN = Study(f"{RUNS:,} lives × 1 point", RUNS, 1)
STUDIES = (TOGETHER, APART, OWN)


@cache
def province() -> tuple[tuple[float, float], ...]:
    """List the markets of the province: millions of residents, and one of each."""
    from evidence.founders import CENSUS
    from evidence.table import load_evidence
    from sim.places import load_atlas

    residents = load_evidence().by_county("resident_population", CENSUS)
    return tuple((float(residents[list(m.counties)].sum()) / 1e6, 1.0) for m in load_atlas().markets)


@cache
def china() -> tuple[tuple[float, float], ...]:
    """List the markets of China: the largest cities, and the province's sizes as often as the rest needs."""
    rest = CHINA_MILLIONS - sum(LARGEST_MILLIONS.values())
    copies = rest / sum(millions for millions, _ in province())
    return (*((m, 1.0) for m in LARGEST_MILLIONS.values()), *((m, copies) for m, _ in province()))


WHERE = {"Fujian": province, "China": china}


@cache
def played(study: Study, where: str, cores: int, chunk_seconds: float) -> tuple[Schedule, int]:
    """Return the schedule of a study on a cluster, and its number of tasks."""
    tasks = chunked(study.jobs(WHERE[where]()), chunk_seconds)
    machine = Machine(cores, BEGUN_A_SECOND, measured()["start_seconds"], BYTES_A_SECOND, BYTES_A_SECOND_EACH)
    return play(tasks, machine), len(tasks)


def markets() -> Laid:
    """List what was measured."""
    rows = [
        (name, f"{row['residents'] / 1e6:.2f}", f"{row['life_seconds']:.2f}",
         f"{row['first_replay_seconds']:.3f}", f"{row['next_replay_seconds']:.3f}",
         f"{row['reading_seconds']:.3f}", f"{row['ledger_bytes'] / 1e6:.1f}", f"{row['peak_mb'] / 1024:.2f}")
        for name, row in measured()["markets"].items()
    ]  # fmt: skip
    head = ("market", "million residents", "founding, lives, needs: s", "first replay: s", "next replay: s",
            "reading a kept life: s", "kept life: MB", "peak of memory: GB")  # fmt: skip
    return head, rows


LINES = {
    "world_seconds": ("tables of a replication", "s", 1.0),
    "life_seconds": ("founding, lives, needs", "s", 1.0),
    "first_replay_seconds": ("first replay of a life", "s", 1.0),
    "next_replay_seconds": ("each further replay", "s", 1.0),
    "reading_seconds": ("reading a kept life", "s", 1.0),
    "ledger_bytes": ("a kept life", "MB", 1e-6),
    "peak_mb": ("peak of memory", "GB", 1 / 1024),
}


def lines() -> Laid:
    """Show the straight lines, and by how much they miss what was measured at worst."""
    rows = []
    for key, (what, unit, factor) in LINES.items():
        misses = [of(key, row["residents"] / 1e6) / row[key] - 1 for row in measured()["markets"].values()]
        level, slope = line(key)
        worst = max(misses, key=abs)
        rows.append((what, unit, f"{level * factor:.3f}", f"{slope * factor:.3f}", f"{worst:+.0%}"))
    return ("", "unit", "a market", "a million residents", "worst miss"), rows


def times() -> Laid:
    """Say when a study is over on so many cores, in chunks of ten minutes, and in the best ones."""
    rows: list[tuple[object, ...]] = []
    for where in WHERE:
        for study in STUDIES:
            hours = played(study, where, 1, CHUNK_SECONDS)[0].computing_seconds / 3600
            cells: list[object] = [where, study.name, f"{hours:,.0f}"]
            for cores in CORES:
                usual = played(study, where, cores, CHUNK_SECONDS)[0]
                cells.append(f"{_duration(usual.seconds)} ({usual.busy_share(cores):.0%})")
            best, minutes = _best(study, where, CORES[-1])
            cells.append(f"{_duration(best.seconds)} ({best.busy_share(CORES[-1]):.0%}) at {minutes:g} min")
            rows.append(tuple(cells))
    head = ("", "10,000 runs as", "core-hours of computing", *(f"{cores:,} cores" for cores in CORES),
            f"{CORES[-1]:,} cores, best chunks")  # fmt: skip
    return head, rows


def _best(study: Study, where: str, cores: int) -> tuple[Schedule, float]:
    """Return the schedule that is over first, and the length of its chunks in minutes."""
    tried = ((played(study, where, cores, 60 * minutes)[0], minutes) for minutes in CHUNK_MINUTES)
    return min(tried, key=lambda each: each[0].seconds)


def assumptions() -> Laid:
    """List what is assumed of a cluster and of the country."""
    copies = china()[-1][1]
    rows: list[tuple[object, ...]] = [
        ("a core", "as fast as the one that measured"),
        ("begun by the controller", f"{BEGUN_A_SECOND:g} tasks a second"),
        ("start of a task: Python, and the model read", f"{measured()['start_seconds']:.1f} s (measured)"),
        ("file system, all cores together", f"{BYTES_A_SECOND / 1e9:g} GB a second"),
        ("file system, one core", f"{BYTES_A_SECOND_EACH / 1e9:g} GB a second"),
        ("reading and writing", "by all that run at once, always"),
        ("other users", "none"),
        ("China", f"{CHINA_MILLIONS / 1000:.2f} billion residents in {COUNTIES_OF_CHINA:,} counties"),
        ("its largest markets, in millions", ", ".join(f"{k} {v:g}" for k, v in LARGEST_MILLIONS.items())),
        ("its other markets", f"{copies:.0f} of each of Fujian's {len(province())}, in size"),
    ]
    return ("assumed", ""), rows


def limits() -> Laid:
    """Set what a study asks of a cluster beside what a cluster gives, by place."""
    rows: list[tuple[object, ...]] = []
    for what, given, asked in LIMITS:
        rows.append((what, given, *(asked(study, where) for where in WHERE for study in (TOGETHER, OWN))))
    head = ("", "what a cluster gives", *(f"{where}, {name}" for where in WHERE
            for name in (f"{LIVES} lives × {RUNS // LIVES}", f"{RUNS:,} lives")))  # fmt: skip
    return head, rows


def _tasks(study: Study, where: str) -> str:
    return f"{played(study, where, 1, CHUNK_SECONDS)[1]:,}"


def _jobs(study: Study, where: str) -> float:
    """Count scenario, point, market and replication."""
    return RUNS * sum(copies for _, copies in WHERE[where]())


def _planning(study: Study, where: str) -> str:
    kept = measured()["planning"]
    return _duration(kept["plan_seconds"] / kept["jobs"] * _jobs(study, where))


def _longest_job(study: Study, where: str) -> str:
    return _duration(max(task.seconds for task, _ in study.jobs(WHERE[where]())))


def _memory(study: Study, where: str) -> str:
    largest = max(millions for millions, _ in WHERE[where]())
    return f"{of('peak_mb', largest) / 1024:.1f} GB"


def _too_large(study: Study, where: str) -> str:
    found = [m * copies for m, copies in WHERE[where]() if of("peak_mb", m) / 1024 > GB_A_CORE]
    return f"{sum(found) / sum(m * copies for m, copies in WHERE[where]()):.0%}"


def _ledgers(study: Study, where: str) -> str:
    whole = sum(of("ledger_bytes", m) * copies for m, copies in WHERE[where]())
    return _bytes(whole * study.lives)


def _files(study: Study, where: str) -> str:
    count = sum(copies for _, copies in WHERE[where]()) * study.lives
    each = next(iter(measured()["markets"].values()))["ledger_files"]
    return f"{count * each:,.0f}"


def _rows(study: Study, where: str) -> str:
    return f"{RUNS * _counties(where) * ROWS_A_COUNTY / 1e6:,.0f} million"


def _table(study: Study, where: str) -> str:
    return _bytes(RUNS * _counties(where) * ROWS_A_COUNTY * ROW_BYTES)


def _collecting(study: Study, where: str) -> str:
    kept = measured()["collecting"]
    return _duration(kept["collect_seconds"] / kept["rows"] * RUNS * _counties(where) * ROWS_A_COUNTY)


def _collecting_memory(study: Study, where: str) -> str:
    return _bytes(measured()["collecting"]["collect_mb"] * 2**20)  # a pile's, however many rows there are


def _counties(where: str) -> int:
    from sim.places import load_atlas

    return COUNTIES_OF_CHINA if where == "China" else len(load_atlas().counties.name)


LIMITS: tuple[tuple[str, str, Callable[[Study, str], str]], ...] = (
    ("tasks, in chunks of 10 minutes", f"{MOST_TASKS:,} an array, {MAX_JOBS:,} in all", _tasks),
    ("making the plan, once", "–", _planning),
    ("the longest job", "–", _longest_job),
    ("memory of the largest market", f"{GB_A_CORE:g} GB a core", _memory),
    ("residents in markets that need more", "–", _too_large),
    ("all lives, if they were kept", f"{BYTES_A_SECOND / 1e9:g} GB a second, all cores together", _ledgers),
    ("files of kept lives", "quotas of some millions", _files),
    ("rows of the result", "–", _rows),
    ("the result on disk", "–", _table),
    ("collecting it, once", "–", _collecting),
    ("memory to collect it", "–", _collecting_memory),
)


def _duration(seconds: float) -> str:
    """Write a duration in the unit that suits it."""
    for unit, length in (("days", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:.0f} s"


def _bytes(count: float) -> str:
    for unit, size in (("TB", 1e12), ("GB", 1e9)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count / 1e6:,.0f} MB"


TABLES: dict[str, Callable[[], Laid]] = {
    "scale-markets": markets,
    "scale-lines": lines,
    "scale-times": times,
    "scale-assumptions": assumptions,
    "scale-limits": limits,
}
