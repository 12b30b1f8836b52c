"""Run the jobs of a study over processes and put their tables together in one order.

The order of jobs, and which worker took them, never shows: tables are sorted by their keys and hashed as
integers. Workers are begun afresh for a study and not recycled within it: with ``max_tasks_per_child`` an
executor stops for ever once its workers have exited (CPython gh-115634, Python 3.11 to 3.14).
"""

from __future__ import annotations

import gc
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing.queues import SimpleQueue
from typing import Any

import numpy as np

from scenarios.outcomes import Agreement, Binding, JobResult
from scenarios.studies import Job, Study, jobs_of
from scenarios.workers import end_workers, worker_context
from sim.errors import JinlinError, RunError
from sim.measures import Table
from sim.places import load_atlas

KEYS = {
    "life": ("replication", "county", "year"),
    "months": ("replication", "county", "service", "month"),
    "cascade": ("replication", "county", "service", "year", "age_band", "function", "income_fifth", "area"),
    "unmet": ("replication", "county", "service", "year", "age_band", "function", "income_fifth", "area"),
    "waits": ("replication", "county", "service", "year", "wait_days"),
    "units": ("replication", "county", "unit", "kind", "pool"),
}


@dataclass(frozen=True)
class Event:
    """Progress: a market in a replication has lived some months, or (``done``) its job has ended."""

    market: str
    replication: int
    months: int
    done: bool = False


@dataclass
class Outcome:
    """What one scenario of a study came to, over all markets and replications."""

    tables: dict[str, Table]
    probed: dict[str, Table]
    bindings: list[Binding]
    residents: tuple[float, float, int]  # means over replications at start and end; resident-months, a sum
    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: float = 0.0
    agreement: Agreement | None = None  # of both engines on the smallest market

    @property
    def result_hash(self) -> str:
        """Return the SHA-256 of the integer tables: the same for any order of jobs and number of workers."""
        digest = hashlib.sha256()
        for name in sorted(self.tables):
            for column in sorted(self.tables[name]):
                digest.update(f"{name}.{column}".encode())
                digest.update(np.ascontiguousarray(self.tables[name][column], dtype="<i8").tobytes())
        return digest.hexdigest()


def run_study(
    study: Study, workers: int = 0, tell: Callable[[Event], None] = lambda event: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Outcome]:  # fmt: skip
    """Run a study on some workers (0: one a core) and return an outcome for each scenario.

    One worker alone is this process; several are others, and ``meanwhile`` is called as they begin to work.
    """
    begun = time.perf_counter()
    jobs = jobs_of(study, load_atlas())
    cores = workers or os.cpu_count() or 1
    count, study = min(cores, len(jobs)), replace(study, threads=cores)
    results = list(_alone(study, jobs, tell) if cores == 1 else _pooled(study, jobs, count, tell, meanwhile))
    total = time.perf_counter() - begun
    return [_outcome(results, number, total, count) for number in range(len(study.scenarios))]


def _alone(study: Study, jobs: list[Job], tell: Callable[[Event], None]) -> Iterator[JobResult]:
    from scenarios.experiments import run_job

    for job in jobs:
        result = run_job(
            study, job, lambda market, replication, months: tell(Event(market, replication, months))
        )
        tell(Event(load_atlas().markets[job.market].name, job.replication, study.months, done=True))
        yield result


def _pooled(
    study: Study, jobs: list[Job], count: int, tell: Callable[[Event], None], meanwhile: Callable[[], None]
) -> Iterator[JobResult]:
    context = worker_context()
    told: SimpleQueue[Event] = context.SimpleQueue()  # a pipe: it needs no process of its own
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(told,))
    try:
        futures = [pool.submit(_work, study, job) for job in jobs]
        meanwhile()
        yield from _drained(futures, told, tell)
    except BaseException:
        end_workers(pool)
        raise
    pool.shutdown()


def _begin(told: SimpleQueue[Event]) -> None:
    """Let a worker know where it tells how far it is."""
    global _told
    _told = told
    gc.freeze()  # what is imported stays: each job's collection need not look at it


_told: SimpleQueue[Event] | None = None  # in a worker


def _work(study: Study, job: Job) -> JobResult:
    """Run a job in a worker."""
    from scenarios.experiments import run_job

    assert _told is not None
    tell = _told.put
    result = run_job(study, job, lambda *lived: tell(Event(*lived)))
    gc.collect()  # a market's rows are gone before the next one's are made
    tell(Event(load_atlas().markets[job.market].name, job.replication, study.months, done=True))
    return result


def _drained(
    futures: list[Future[JobResult]], told: SimpleQueue[Event], tell: Callable[[Event], None]
) -> Iterator[JobResult]:
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=0.2)
        _tell_all(told, tell)
        for future in done:
            try:
                yield future.result()
            except BrokenProcessPool:
                raise RunError(
                    "a worker was ended from outside, for lack of memory perhaps; run with fewer --workers"
                ) from None
    _tell_all(told, tell)


def _tell_all(told: SimpleQueue[Event], tell: Callable[[Event], None]) -> None:
    while not told.empty():
        tell(told.get())


def _outcome(results: list[JobResult], number: int, total: float, workers: int) -> Outcome:
    served = [result.served[number] for result in results]
    tables = {"life": _joined([result.life for result in results], KEYS["life"])}
    for name in served[0].tables:
        tables[name] = _joined([each.tables[name] for each in served], KEYS[name])
    probed = {
        name: _joined([each.probed[name] for each in served if each.probed], KEYS[name])
        for name in next((each.probed for each in served if each.probed), {})
    }
    replications = len({result.job.replication for result in results})
    start, end, months = (sum(result.residents[i] for result in results) for i in range(3))
    seconds = {stage: sum(r.seconds[stage] for r in results) / workers for stage in results[0].seconds}
    return Outcome(
        tables=tables, probed=probed, bindings=sorted(_bindings(served), key=_binding_key),
        residents=(start / replications, end / replications, months),
        seconds=seconds | {"total": total}, peak_mb=_peak(results, workers),
        agreement=next((each.agreement for each in served if each.agreement), None),
    )  # fmt: skip


def _bindings(served: list[Any]) -> list[Binding]:
    return [binding for each in served for binding in each.bindings]


def _binding_key(binding: Binding) -> tuple[int, int, str]:
    return binding.replication, binding.market, binding.pool


def _peak(results: list[JobResult], workers: int) -> float:
    """Bound the memory of all workers together: the largest jobs at once."""
    return float(sum(sorted((result.peak_mb for result in results), reverse=True)[:workers]))


def _joined(parts: list[Table], keys: tuple[str, ...]) -> Table:
    """Put tables below one another, rows sorted by their keys."""
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if len({len(column) for column in joined.values()}) != 1:
        raise JinlinError("columns of a result table differ in length")
    order = np.lexsort([joined[key] for key in reversed(keys)])
    return {name: column[order] for name, column in joined.items()}
