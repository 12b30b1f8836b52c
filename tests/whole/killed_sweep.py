"""A process that computes a sweep, and kills itself at the n-th of the things it does on the way.

What it does is counted where it is done: every claim, write, flush, renaming and removal of a file, every
replay of a market, every receipt that is read.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any

from scenarios.workers import worker_context

NEVER = 10**9


def computed(folder: Path, kill_at: int, told: SimpleQueue[int]) -> None:
    """Compute and collect a sweep; tell how many things were done, unless killed before."""
    import results.collect
    from results.collect import collect
    from scenarios import asides, chunks, claims, parts
    from scenarios.sweep_folder import open_plan
    from scenarios.sweep_runner import mend, tasks_left, work

    count = 0

    def counted(function: Callable[..., Any], after: bool = False) -> Callable[..., Any]:
        def step(*given: Any, **named: Any) -> Any:
            nonlocal count
            done = function(*given, **named) if after else None
            count += 1
            if count == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return done if after else function(*given, **named)

        return step

    os.fsync, os.replace = counted(os.fsync), counted(counted(os.replace, after=True))
    Path.unlink = counted(Path.unlink)  # type: ignore[method-assign]
    chunks.claim = counted(counted(claims.claim), after=True)
    chunks.meeting = counted(chunks.meeting)
    chunks.write_part = counted(parts.write_part, after=True)
    results.collect.read_part = counted(parts.read_part)
    results.collect.write_aside = counted(asides.write_aside, after=True)
    plan = open_plan(folder)
    mend(folder)
    work(folder, plan, tasks_left(folder, plan), 0)
    collect(folder, plan)
    told.put(count)


def begin(folder: Path, kill_at: int = NEVER) -> tuple[int | None, int]:
    """Compute a sweep in a process of its own; return its exit code and how many things it did."""
    context = worker_context()
    told: SimpleQueue[int] = context.SimpleQueue()
    process = context.Process(target=computed, args=(folder, kill_at, told))  # type: ignore[attr-defined]
    process.start()
    process.join(300)
    return process.exitcode, 0 if told.empty() else told.get()
