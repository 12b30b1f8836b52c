"""Sweeps laid out for the terminal: what one costs, how far it is, what failed."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from jinlin.progress import clean_line, show_line
from jinlin.words import plain, say

if TYPE_CHECKING:
    from scenarios.sweep_manifest import Task
    from scenarios.sweep_plan import Plan
    from scenarios.sweep_state import State

SHOWN_FAILURES = 5
LINES = 20  # of progress, where no terminal renews one


def list_plan(folder: Path, plan: Plan, language: str) -> list[str]:
    """Say what a sweep comes to and costs."""
    from scenarios.points import Design
    from scenarios.sweep_costs import cost_of

    cost, sweep = cost_of(plan), plan.sweep
    cores = os.cpu_count() or 1
    replications = max(batch.replications[1] for batch in plan.batches)
    lines = [
        say("sweep planned", language, folder=folder, jobs=cost.jobs, chunks=len(plan.chunks),
            scenarios=len(sweep.scenarios), points=len(plan.points), replications=replications,
            markets=len(plan.markets), residents=sum(plan.residents.values())),
        say("sweep cost", language, hours=hours(cost.seconds), wall=duration(cost.seconds / cores, language),
            cores=cores, rows=cost.rows, disk=size(cost.bytes)),
    ]  # fmt: skip
    free = shutil.disk_usage(folder).free
    if cost.bytes > free:
        lines.append(say("sweep no room", language, free=size(free)))
    count = len(plan.points)
    if sweep.design is Design.SOBOL and count & (count - 1):
        lines.append(say("sweep not even", language, points=count, even=1 << count.bit_length()))
    return lines


def list_state(folder: Path, state: State, language: str) -> list[str]:
    """Say how far a sweep is, and what to do next."""
    cut, running = (sum(chunk.jobs for chunk in chunks) for chunks in (state.cut, state.running))
    failed, done = state.failed, state.done
    waiting = state.jobs - done - len(failed) - running - cut
    lines = [say("sweep state", language, jobs=state.jobs, done=done, failed=len(failed), running=running,
                 cut=cut, waiting=waiting)]  # fmt: skip
    if cut:
        lines.append(say("sweep cut", language))
    if state.left:
        lines.append(say("sweep time left", language, hours=hours(state.seconds_left)))
    lines += [say("sweep damaged", language, key=key, what=what) for key, what in sorted(state.wrong.items())]
    for key, error in list(failed.items())[:SHOWN_FAILURES]:
        lines.append(say("sweep failed", language, error=error, command=f"jinlin sweep job {folder} {key}"))
    if len(failed) > SHOWN_FAILURES:
        more = len(failed) - SHOWN_FAILURES
        lines.append(say("sweep more failed", language, more=more, folder=folder / "failed"))
    return [*lines, say(_next(state), language, folder=folder)]


def _next(state: State) -> str:
    if not state.left:
        return "sweep next retry" if state.failed else "sweep next collect"
    return "sweep next resume" if state.done or state.cut or state.wrong else "sweep next run"


class SweepProgress:
    """Shows how many jobs of some tasks are done; call it with the names of those that are."""

    def __init__(
        self, tasks: Sequence[Task], language: str, stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.tasks = {task.name: task.chunk for task in tasks}
        self.jobs = sum(chunk.jobs for chunk in self.tasks.values())
        self.work = sum(chunk.seconds for chunk in self.tasks.values())
        self.language, self.stream, self.clock = language, stream or sys.stderr, clock
        self.begun, self.shown = clock(), 0

    def __call__(self, done: Collection[str]) -> None:
        """Take in which tasks are done, and show it."""
        chunks = [self.tasks[name] for name in done if name in self.tasks]
        jobs, work = sum(chunk.jobs for chunk in chunks), sum(chunk.seconds for chunk in chunks)
        left = (self.clock() - self.begun) * (self.work - work) / work if work else 0.0
        line = say(
            "sweep progress", self.language, done=jobs, jobs=self.jobs, left=duration(left, self.language)
        )
        if self.stream.isatty():
            show_line(self.stream, plain(line))
        elif jobs * LINES // max(self.jobs, 1) > self.shown:
            self.shown = jobs * LINES // max(self.jobs, 1)
            self.stream.write(plain(line) + "\n")
            self.stream.flush()

    def close(self) -> None:
        """Leave the terminal's line clean."""
        if self.stream.isatty():
            clean_line(self.stream)


def hours(seconds: float) -> str:
    """Write seconds as hours, of which a thousandth is the least.

    >>> hours(0.3), hours(36), hours(7.2e6)
    ('0.001', '0.01', '2,000')
    """
    value = seconds / 3600
    if 0 < value < 0.01:
        return f"{max(value, 0.001):.3f}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.1f}"


def duration(seconds: float, language: str) -> str:
    """Write seconds as minutes, or hours where they are many."""
    if seconds < 90 * 60:
        return say("hours min", language, minutes=max(seconds / 60, 0) or 0)
    return say("hours h", language, hours=seconds / 3600)


def size(count: float) -> str:
    """Write bytes in the largest unit that keeps the number above 1.

    >>> size(2_500_000), size(12)
    ('2.5 MB', '0.0 MB')
    """
    for unit, bytes_ in (("TB", 1e12), ("GB", 1e9)):
        if count >= bytes_:
            return f"{count / bytes_:,.1f} {unit}"
    return f"{count / 1e6:.1f} MB"
