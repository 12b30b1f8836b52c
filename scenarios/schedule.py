"""When chunks of work end on a cluster, found by playing the schedule through.

A cluster begins tasks one after another, in the order of their list, each as soon as a core is free (*list
scheduling*). It begins only so many a second, a task pays a price for its start, and all of them share one
file system. What a task takes is its computing and its share of the traffic: tasks that run at once are taken
to read and write at once, which is the worst case.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.errors import JinlinError


@dataclass(frozen=True)
class Task:
    """A chunk as a cluster sees it: seconds of one core, and bytes read and written."""

    seconds: float
    traffic: float = 0.0


@dataclass(frozen=True)
class Machine:
    """A cluster: cores, and what they share. Without limits it is as many cores that want for nothing."""

    cores: int
    begun_a_second: float = float("inf")  # tasks that the controller begins
    start_seconds: float = 0.0  # of Python and imports, for each task
    bytes_a_second: float = float("inf")  # of the shared file system, all cores together
    bytes_a_second_each: float = float("inf")  # of one core's way to it

    def takes(self, task: Task, at_once: int) -> float:
        """Return the seconds from the start of a task to its end while so many run."""
        rate = min(self.bytes_a_second_each, self.bytes_a_second / at_once)
        return self.start_seconds + task.seconds + (task.traffic / rate if task.traffic else 0.0)


@dataclass(frozen=True)
class Schedule:
    """How it went."""

    seconds: float  # from the first start to the last end
    core_seconds: float  # in which a core had a task
    computing_seconds: float  # of these, what tasks compute
    longest_seconds: float  # the longest task: no number of cores ends sooner

    def busy_share(self, cores: int) -> float:
        """Return the share of the reserved core-seconds in which something is computed."""
        return self.computing_seconds / (cores * self.seconds) if self.seconds else 1.0


def play(tasks: Sequence[Task], machine: Machine) -> Schedule:
    """Play a list of tasks through on a machine.

    >>> play([Task(3.0), Task(2.0), Task(2.0)], Machine(cores=2)).seconds
    4.0

    Raises JinlinError where the machine has no core or begins nothing.
    """
    if machine.cores < 1 or machine.begun_a_second <= 0:
        raise JinlinError(
            f"a machine of {machine.cores} cores that begins {machine.begun_a_second} tasks a second"
        )
    free = [0.0] * min(machine.cores, len(tasks))
    last, longest, total = 0.0, 0.0, 0.0
    for number, task in enumerate(tasks):
        begins = max(free[0], number / machine.begun_a_second)
        taken = machine.takes(task, len(free))
        heapq.heapreplace(free, begins + taken)
        last, longest, total = max(last, begins + taken), max(longest, taken), total + taken
    return Schedule(last, total, sum(task.seconds for task in tasks), longest)


def chunked(jobs: Iterable[tuple[Task, int]], target_seconds: float) -> list[Task]:
    """Put equal jobs together into tasks of about so many seconds, the longest jobs first.

    ``jobs`` are pairs of a job and how many there are of it. A job that takes longer is a task of its own.
    """
    tasks = []
    for job, count in sorted(jobs, key=lambda pair: -pair[0].seconds):
        together = max(1, min(count, int(target_seconds / job.seconds))) if job.seconds else count
        whole, rest = divmod(count, together)
        tasks += [Task(job.seconds * together, job.traffic * together)] * whole
        tasks += [Task(job.seconds * rest, job.traffic * rest)] if rest else []
    return tasks
