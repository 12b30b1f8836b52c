"""A schedule obeys what is known of list scheduling, whatever the tasks and the cores."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.schedule import Machine, Task, chunked, play
from sim.errors import JinlinError

TASKS = st.lists(st.integers(1, 1000).map(lambda seconds: Task(float(seconds))), min_size=1, max_size=60)
CORES = st.integers(1, 40)


@given(TASKS, CORES)
def test_no_schedule_beats_its_longest_task_or_an_even_split(tasks: list[Task], cores: int) -> None:
    total, longest = sum(task.seconds for task in tasks), max(task.seconds for task in tasks)
    assert play(tasks, Machine(cores)).seconds >= max(longest, total / cores)


@given(TASKS, CORES)
def test_a_list_ends_within_grahams_bound(tasks: list[Task], cores: int) -> None:
    """Graham (1966): an even split of the rest, and then the longest task at worst."""
    total, longest = sum(task.seconds for task in tasks), max(task.seconds for task in tasks)
    assert play(tasks, Machine(cores)).seconds <= (total - longest) / cores + longest + 1e-6


@given(TASKS)
def test_one_core_takes_the_sum(tasks: list[Task]) -> None:
    schedule = play(tasks, Machine(1))
    assert schedule.seconds == schedule.core_seconds == sum(task.seconds for task in tasks)
    assert schedule.busy_share(1) == 1


@given(TASKS, CORES, st.floats(0.1, 100))
def test_a_slow_controller_begins_the_last_task_late(tasks: list[Task], cores: int, rate: float) -> None:
    slow = play(tasks, Machine(cores, begun_a_second=rate))
    assert slow.seconds >= (len(tasks) - 1) / rate + tasks[-1].seconds
    assert slow.seconds >= play(tasks, Machine(cores)).seconds


def test_a_start_is_paid_by_every_task() -> None:
    assert play([Task(3.0)] * 4, Machine(2, start_seconds=1.0)).seconds == 8.0


def test_a_file_system_is_shared_by_those_that_run() -> None:
    """Four cores that read 100 bytes each at 100 bytes a second take four seconds; one alone takes one."""
    tasks = [Task(0.0, traffic=100.0)] * 4
    assert play(tasks, Machine(4, bytes_a_second=100.0)).seconds == 4.0
    assert play(tasks[:1], Machine(4, bytes_a_second=100.0)).seconds == 1.0
    assert play(tasks[:1], Machine(4, bytes_a_second=100.0, bytes_a_second_each=50.0)).seconds == 2.0


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(1, 50)), min_size=1, max_size=8), st.integers(1, 400)
)
def test_chunks_lose_no_job_and_keep_to_their_length(jobs: list[tuple[int, int]], target: int) -> None:
    tasks = chunked([(Task(float(seconds), 1.0), count) for seconds, count in jobs], target)
    assert sum(task.traffic for task in tasks) == sum(count for _, count in jobs)
    assert sum(task.seconds for task in tasks) == sum(seconds * count for seconds, count in jobs)
    assert all(task.seconds <= target or task.traffic == 1 for task in tasks)


def test_no_core_and_no_start_are_errors() -> None:
    for machine in (Machine(0), Machine(1, begun_a_second=0)):
        with pytest.raises(JinlinError):
            play([Task(1.0)], machine)
