"""Measure what a sweep costs beside the model: to plan, to look at, to collect, and for each chunk.

All numbers are CPU seconds (user and system), the least of several tries. Jobs are tiny: one year of the
smallest county. Parts are made up from the rows of one job, so that no market is lived but for the first.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl

from scenarios import chunks
from scenarios.chunks import Computed, compute, do_task, frame_of
from scenarios.parts import write_part
from scenarios.sweep_file import read_sweep
from scenarios.sweep_folder import open_plan, write_plan
from scenarios.sweep_manifest import Task
from scenarios.sweep_plan import Plan, planned

TRIES = 3
JOBS = 10_000
SWEEP = """
scenarios = ["plan-2025"]
places = ["柘荣县"]
replications = {replications}
years = [2025]
chunk_minutes = {minutes}
most_jobs = 100000
[points]
design = "sobol"
count = {count}
[vary."elder-bed.wish"]
low = 0.015
high = 0.04
[vary."staff.social-worker"]
low = 0.6
high = 0.9
"""


def sweep_file(folder: Path, replications: int, count: int, minutes: float = 0) -> Path:
    """Write a sweep of the smallest county."""
    path = folder / f"{replications}-{count}-{minutes}.toml"
    path.write_text(SWEEP.format(replications=replications, count=count, minutes=minutes), encoding="utf-8")
    return path


def of_command(*words: object) -> float:
    """Return the CPU seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def of_call(call: Callable[[], object]) -> float:
    """Return the CPU seconds of a call in this process."""
    before = time.process_time()
    call()
    return time.process_time() - before


def least(measure: Callable[[], float]) -> float:
    """Return the least of several tries."""
    return min(measure() for _ in range(TRIES))


def filled(folder: Path, plan: Plan) -> None:
    """Make up the parts of all chunks from the rows of one job."""
    first = plan.jobs[0]
    rows = frame_of(compute(folder, plan, [first]).tables)
    for chunk in plan.chunks:
        jobs = plan.chunk_jobs(chunk)
        keys = [
            pl.Series("point", [job.point for job in jobs]),
            pl.Series("replication", [j.replication for j in jobs]),
        ]
        many = pl.DataFrame(keys).join(rows.drop("point", "replication"), how="cross").select(rows.columns)
        write_part(folder, chunk.key, many, len(jobs), 1.0, {})


def overhead(folder: Path) -> float:
    """Return the seconds that a chunk takes beside its jobs, in a process that has begun."""
    write_plan(folder, planned(read_sweep(sweep_file(folder.parent, 1, 50, 0.00001))))
    plan = open_plan(folder)
    done = compute(folder, plan, plan.jobs[:1])
    whole = chunks.compute
    chunks.compute = lambda *given: Computed(done.tables, {})  # type: ignore[assignment]
    try:
        return of_call(lambda: [do_task(folder, plan, Task(each)) for each in plan.chunks]) / len(plan.chunks)
    finally:
        chunks.compute = whole


def main() -> None:
    """Print all measurements."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        start = least(lambda: of_command("-c", "import jinlin.cli"))
        model = least(lambda: of_command("-c", "import polars, scenarios.experiments"))
        print(f"start of Python with the commands {start:.2f} s, with the model {model:.2f} s")
        for replications, count in ((2, JOBS // 2), (JOBS // 5, 5)):
            file = sweep_file(folder, replications, count)
            plan = least(
                lambda f=file: of_command("-m", "jinlin", "sweep", "plan", f, "--out", folder / f.stem)
            )
            print(f"plan {JOBS:,} jobs, {count:,} points × {replications:,} replications: {plan:.2f} s")
            home = folder / file.stem
            filled(home, open_plan(home))
            print(f"  status {least(lambda h=home: of_command('-m', 'jinlin', 'sweep', 'status', h)):.2f} s")
            print(
                f"  collect {least(lambda h=home: of_command('-m', 'jinlin', 'sweep', 'collect', h)):.2f} s"
            )
        file = sweep_file(folder, 2, JOBS, 0.00001)
        write_plan(folder / "many", planned(read_sweep(file)))
        plan_of_many = open_plan(folder / "many")
        filled(folder / "many", replace(plan_of_many))
        status = least(lambda: of_command("-m", "jinlin", "sweep", "status", folder / "many"))
        print(f"status of {2 * JOBS:,} jobs in {len(plan_of_many.chunks):,} chunks: {status:.2f} s")
        print(f"a chunk beside its jobs: {overhead(folder / 'over'):.4f} s in a worker that has begun")
        opened = least(lambda: of_call(lambda: open_plan(folder / "over")))
        print(f"a folder opened by a worker: {opened:.2f} s")


if __name__ == "__main__":
    sys.exit(main())
