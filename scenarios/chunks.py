"""A chunk computed: each market lived once in a replication, and replayed by all jobs that share the life.

A job that fails leaves its error and does not stop the others. What several chunks live is kept beside the
parts, in ledgers that no store forgets before the sweep is over.
"""

from __future__ import annotations

import json
import os
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scenarios.asides import write_aside
from scenarios.claims import claim
from scenarios.experiments import meeting, needs_of
from scenarios.ledgers import LedgerError, Lived
from scenarios.parts import Receipt, damaged, is_done, name_of_task, part_path, read_receipt, write_part
from scenarios.studies import Job as MarketJob
from scenarios.studies import Study
from scenarios.sweep_manifest import STOP, Task
from scenarios.sweep_plan import MONTHS, Job, Plan
from scenarios.sweep_rows import rows_of
from sim.errors import RunError
from sim.measures import Frame, Table, life_table, month_table
from sim.persons import Roll, cascade_table
from sim.places import load_atlas
from sim.recall import Recall

if TYPE_CHECKING:
    import polars as pl


class Stopped(Exception):
    """A chunk was given up, for the sweep was cancelled."""


@dataclass
class Computed:
    """What jobs came to: rows of those that ended well, and by key the traces of the others."""

    tables: list[Table] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def do_task(folder: Path, plan: Plan, task: Task) -> Receipt | None:
    """Compute a task and write its part, unless it is done or somebody else computes it (None).

    Raises RunError where the folder cannot be used; Stopped where the sweep is cancelled meanwhile.
    """
    if is_done(folder, task.name):
        return None
    mine = claim(folder / "claims", task.name)
    if mine is None:
        return None
    try:
        if is_done(folder, task.name):  # done between the look and the claim
            return None
        jobs = jobs_of_task(folder, plan, task)
        note(folder, task.name, len(jobs))
        begun = time.process_time()
        done = compute(folder, plan, jobs, task.chunk.kept)
        _leave_errors(folder, plan, jobs, done)
        errors = {key: trace.strip().splitlines()[-1] for key, trace in done.failed.items()}
        seconds = time.process_time() - begun
        return write_part(folder, task.name, frame_of(done.tables), len(jobs), seconds, errors)
    finally:
        mine.release()


def jobs_of_task(folder: Path, plan: Plan, task: Task) -> list[Job]:
    """List the jobs of a task: those of its chunk, or those that failed in the round before.

    Raises RunError where that round is gone.
    """
    jobs = plan.chunk_jobs(task.chunk)
    if task.round == 0:
        return jobs
    earlier = name_of_task(task.chunk.key, task.round - 1)
    before = read_receipt(folder, earlier)
    if before is None:
        raise damaged(part_path(folder, earlier), "is missing")
    return [job for job in jobs if plan.key(job) in before.failed]


def compute(folder: Path, plan: Plan, jobs: Iterable[Job], kept: bool = False) -> Computed:
    """Compute jobs in their order; one that fails is noted.

    Raises RunError where a folder refuses, which is no job's fault; Stopped where the sweep is cancelled.
    """
    done = Computed()
    for _, cell in groupby(jobs, key=lambda job: job.cell):
        mine = list(cell)
        try:
            lives = _Lives.of(folder, plan, mine[0], kept)
        except RunError:
            raise
        except Exception:
            done.failed |= dict.fromkeys(map(plan.key, mine), traceback.format_exc())
            continue
        for job in mine:
            if (folder / STOP).exists():
                raise Stopped
            try:
                done.tables.append(lives.rows(job))
            except RunError:
                raise
            except Exception:
                done.failed[plan.key(job)] = traceback.format_exc()
    return done


@dataclass
class _Lives:
    """A market lived in a replication, and what its replays have in common."""

    plan: Plan
    study: Study
    where: MarketJob
    lived: Lived
    frame: Frame
    life: Table
    recall: Recall = field(default_factory=Recall)

    @classmethod
    def of(cls, folder: Path, plan: Plan, job: Job, kept: bool) -> _Lives:
        """Found and live the market of a job, or take what another chunk has lived."""
        sweep = plan.sweep
        scenario = plan.variants.at(job.scenario, plan.points[job.point].tolist())
        ledgers = folder / "ledgers" if kept else None
        study = Study((scenario,), sweep.selection, 1, sweep.seed, MONTHS, probed=False, ledgers=ledgers,
                      ledgers_gb=np.inf)  # fmt: skip
        where = MarketJob(job.market, job.replication)
        try:
            lived, frame = needs_of(study, where)
        except LedgerError as wrong:  # names options that a sweep has not
            raise RunError(f"{wrong.what}; {wrong.remedy}, then 'jinlin sweep resume {folder}'") from None
        return cls(plan, study, where, lived, frame, life_table(lived.record, frame))

    def rows(self, job: Job) -> Table:
        """Return the rows of a job."""
        plan = self.plan
        scenario = plan.variants.at(job.scenario, plan.points[job.point].tolist())
        settings = scenario.settings.drawn(plan.sweep.seed, job.replication)
        done = meeting(self.study, scenario, self.where)(
            self.lived.ledger, settings, lambda supply: supply, self.recall
        )
        roll = self.recall.of("roll", Roll.of, self.lived.ledger.spells, self.frame)
        standing = replace(self.frame, services=scenario.services)  # a scenario has its own standards
        years = plan.sweep.years
        tables = {"life": self.life, "months": month_table(done, standing),
                  "cascade": cascade_table(done, standing, years, roll)}  # fmt: skip
        pools = [s.pool if s.queued else "" for s in scenario.services]
        numbered = np.array([pools.index(pool) if pool else -1 for pool in pools])
        found = rows_of(tables, standing, numbered, years)
        count = len(found["county"])
        keys = {"scenario": job.scenario, "point": job.point, "replication": job.replication}
        return {name: np.full(count, key, dtype=np.int64) for name, key in keys.items()} | found


def frame_of(tables: list[Table]) -> pl.DataFrame:
    """Put the rows of jobs below one another; scenario, county and service by number."""
    import polars as pl

    if not tables:
        return pl.DataFrame()
    joined = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
    return pl.DataFrame(joined)


def note(folder: Path, name: str, jobs: int) -> None:
    """Note in a file of this process that a task is begun: what was computed twice is found there."""
    import platform

    path = folder / "log" / f"{platform.node()}-{os.getpid()}.log"
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} begins {name} {jobs} jobs\n")
    except OSError as wrong:
        raise RunError(f"{path}: cannot be written: {wrong.strerror or wrong}") from None


def _leave_errors(folder: Path, plan: Plan, jobs: Iterable[Job], done: Computed) -> None:
    """Leave for each job that failed its error and the command that repeats it alone."""
    markets = load_atlas().markets
    for job in jobs if done.failed else ():
        key = plan.key(job)
        if key in done.failed:
            words = {
                "job": key, "scenario": plan.sweep.scenarios[job.scenario].id, "point": job.point,
                "replication": job.replication, "place": markets[job.market].name,
                "repeat": f"jinlin sweep job {folder} {key}",
            }  # fmt: skip
            text = "".join(
                f"{name}: {json.dumps(word, ensure_ascii=False)}\n" for name, word in words.items()
            )
            write_aside(folder / "failed" / f"{key}.txt", f"{text}\n{done.failed[key]}".encode())
