"""Workers that compute a sweep: each takes what nobody has, until nothing is left. Any of them may be killed.

A worker needs nothing but the folder: those of one ``run``, of two at once, and the tasks of a Slurm array do
the same. Whoever starts workers looks at the folder to see how far they are, and starts another where one was
ended from outside.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess, parent_process
from multiprocessing.queues import SimpleQueue
from pathlib import Path

from scenarios.asides import told
from scenarios.chunks import Stopped, do_task
from scenarios.claims import claim
from scenarios.parts import done_keys, forget, groundless, receipts, verify
from scenarios.sweep_folder import clean, open_plan
from scenarios.sweep_manifest import STOP, Task
from scenarios.sweep_plan import Plan
from scenarios.sweep_state import state_of
from scenarios.workers import worker_context
from sim.compiled import FOLDER, uncompiled
from sim.errors import RunError

POLL_SECONDS = 0.5
MOST_DEATHS = 3  # of workers in a row without a chunk being done
REFUSED, INTERRUPTED = 2, 130  # exit codes of a worker that could not use the folder, or heard Ctrl-C

Tell = Callable[[set[str]], None]  # hears the names of the tasks that are done


def mend(folder: Path) -> dict[str, str]:
    """Take away the receipts of parts that do not count, and return by key what was wrong with them."""
    good, wrong = receipts(folder)
    wrong |= verify(folder, good)
    wrong |= groundless(good.keys() - wrong.keys())
    forget(folder, wrong)
    clean(folder)
    return wrong


def begin_anew(folder: Path) -> None:
    """Let workers go on after the sweep was stopped."""
    with told(folder):
        (folder / STOP).unlink(missing_ok=True)


def compiled_by_one(folder: Path, compile_all: Callable[[], None]) -> None:
    """Let one of the tasks that begin at once compile the kernels for its kind of processor; others wait."""
    key = f"compile-{FOLDER.name}"
    while uncompiled():
        mine = claim(folder / "claims", key)
        if mine is None:
            time.sleep(POLL_SECONDS)
            continue
        try:
            compile_all()
        finally:
            mine.release()
        return


def tasks_left(folder: Path, plan: Plan) -> list[Task]:
    """List the chunks that are not done."""
    return [Task(chunk) for chunk in state_of(folder, plan.chunks).left]


def tasks_failed(folder: Path, plan: Plan) -> list[Task]:
    """List what failed, to be tried again."""
    return [Task(chunk, round_) for chunk, round_ in state_of(folder, plan.chunks).failing]


def run_tasks(
    folder: Path, plan: Plan, tasks: Sequence[Task], workers: int = 0, tell: Tell = lambda d: None
) -> None:
    """Compute tasks on some workers (0: one a core) until all are done, here or elsewhere.

    Raises RunError where the folder cannot be used or workers die again and again, Stopped after 'cancel'.
    """
    begin_anew(folder)
    count = min(workers or os.cpu_count() or 1, len(tasks))
    if count == 1:
        work(folder, plan, tasks, 0, _now_and_then(lambda: tell(done_keys(folder))))
        tell(done_keys(folder))
        return
    _Crew(folder, tasks, count, tell).see_through()


def work(
    folder: Path, plan: Plan, tasks: Sequence[Task], first: int, told_done: Callable[[], None] = lambda: None
) -> None:
    """Compute what nobody else does, from the `first` on; wait for the others, take over from the dead."""
    turned = [*tasks[first:], *tasks[:first]]
    while turned:
        for task in turned:
            do_task(folder, plan, task)
            told_done()
        done = done_keys(folder)
        turned = [task for task in turned if task.name not in done]
        if turned:
            if (folder / STOP).exists():
                raise Stopped
            time.sleep(POLL_SECONDS)


def _now_and_then(call: Callable[[], None]) -> Callable[[], None]:
    """Call something at most as often as a crew is looked at."""
    before = time.monotonic()

    def called() -> None:
        nonlocal before
        if time.monotonic() - before >= POLL_SECONDS:
            call()
            before = time.monotonic()

    return called


def _go_on() -> None:
    """Stop where whoever started this worker is no more."""
    starter = parent_process()
    if starter is not None and not starter.is_alive():
        raise Stopped


class _Crew:
    """Worker processes, and who looks after them."""

    def __init__(self, folder: Path, tasks: Sequence[Task], count: int, tell: Tell) -> None:
        self.folder, self.tasks, self.count, self.tell = folder, tasks, count, tell
        self.names = {task.name for task in tasks}
        self.context = worker_context()
        self.words: SimpleQueue[str] = self.context.SimpleQueue()  # of workers that could not use the folder
        self.deaths = 0

    def see_through(self) -> None:
        """Start workers, and others for those that die, until all tasks are done."""
        crew = [self.begin(number) for number in range(self.count)]
        done = 0
        try:
            while any(process.exitcode != 0 for process in crew):
                time.sleep(POLL_SECONDS)
                found = self.names & done_keys(self.folder)
                if len(found) > done:
                    done, self.deaths = len(found), 0
                    self.tell(found)
                crew = [self.replaced(number, process) for number, process in enumerate(crew)]
        finally:
            for process in crew:
                process.terminate()
                process.join()
        self.tell(self.names & done_keys(self.folder))
        if (self.folder / STOP).exists():
            raise Stopped

    def begin(self, number: int) -> BaseProcess:
        first = number * len(self.tasks) // self.count
        given = self.folder, self.tasks, first, self.words
        process: BaseProcess = self.context.Process(target=_begin, args=given, daemon=True)  # type: ignore[attr-defined]
        process.start()
        return process

    def replaced(self, number: int, process: BaseProcess) -> BaseProcess:
        """Return a worker, or another in its place where it was ended from outside."""
        if process.is_alive() or process.exitcode == 0:
            return process
        if process.exitcode == REFUSED:
            raise RunError(self.words.get())
        self.deaths += 1
        if self.deaths >= MOST_DEATHS * self.count:
            raise RunError(
                f"{self.folder}: workers are ended from outside again and again, for lack of memory perhaps; "
                "'jinlin sweep resume' with fewer --workers"
            )
        return self.begin(number)


def _begin(folder: Path, tasks: Sequence[Task], first: int, words: SimpleQueue[str]) -> None:
    """Work in a process of its own; what the folder refuses is left for whoever started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    try:
        work(folder, open_plan(folder), tasks, first, _go_on)
    except Stopped:
        return
    except KeyboardInterrupt:  # polars hears the signal all the same
        raise SystemExit(INTERRUPTED) from None
    except RunError as wrong:
        words.put(str(wrong))
        raise SystemExit(REFUSED) from None
