"""Tallies of intervals against a minute-by-minute count."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.clock import NEVER, month_start
from sim.tallies import (
    boundaries,
    grid_of_stays,
    month_of_days,
    note_events,
    note_stay,
    stays_of,
)

MONTHS, GROUPS = 4, 3
EDGE = [month_start(m) + d for m in range(MONTHS + 1) for d in (-1, 0, 1)]
MINUTE = st.one_of(st.integers(-100_000, month_start(MONTHS) + 50_000), st.sampled_from([*EDGE, NEVER]))
Rows = list[tuple[int, int, int, int]]
ROWS = st.lists(st.tuples(MINUTE, MINUTE, st.integers(0, GROUPS - 1), st.integers(1, 5)), max_size=15)


def columns(rows: Rows) -> list[np.ndarray]:
    return [np.array([row[i] for row in rows], dtype=np.int64) for i in range(4)]


def flows(minute: np.ndarray, group: np.ndarray) -> np.ndarray:
    out = np.zeros((GROUPS, MONTHS), dtype=np.int64)
    note_events(out, group, minute, month_of_days(MONTHS))
    return out


def stays(
    start: np.ndarray, end: np.ndarray, group: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, ...]:
    grid = grid_of_stays(GROUPS, MONTHS)
    for row in zip(group, start, end, weight, strict=True):
        note_stay(grid, *row, month_of_days(MONTHS))
    return stays_of(grid)


def table(of: dict[tuple[int, int], int]) -> list[list[int]]:
    return [[of.get((group, month), 0) for month in range(MONTHS)] for group in range(GROUPS)]


def test_boundaries_are_the_first_minutes_of_months() -> None:
    assert boundaries(2).tolist() == [0, 30 * 1440, 61 * 1440]  # November, December 2020


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_flows_fall_into_the_month_of_their_minute(rows: Rows) -> None:
    count: dict[tuple[int, int], int] = {}
    for minute, _, group, _ in rows:
        for month in range(MONTHS):
            if month_start(month) <= minute < month_start(month + 1):
                count[group, month] = count.get((group, month), 0) + 1
    minute, _, group, _ = columns(rows)
    assert flows(minute, group).tolist() == table(count)


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_stocks_are_intervals_that_hold_the_last_minute_of_a_month(rows: Rows) -> None:
    count: dict[tuple[int, int], int] = {}
    for start, end, group, weight in rows:
        for month in range(MONTHS):
            if start <= month_start(month + 1) - 1 < end:
                count[group, month] = count.get((group, month), 0) + weight
    start, end, group, weight = columns(rows)
    assert stays(start, end, group, weight)[0].tolist() == table(count)


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_durations_are_the_minutes_of_an_interval_in_each_month(rows: Rows) -> None:
    count: dict[tuple[int, int], int] = {}
    for start, end, group, weight in rows:
        for month in range(MONTHS):
            inside = min(end, month_start(month + 1)) - max(start, month_start(month))
            count[group, month] = count.get((group, month), 0) + max(inside, 0) * weight
    start, end, group, weight = columns(rows)
    assert stays(start, end, group, weight)[1].tolist() == table(count)


def test_what_arrives_less_what_ends_is_what_stands() -> None:
    start, end = np.array([0, 10, 50_000]), np.array([60_000, NEVER, 50_010])
    group, one = np.zeros(3, dtype=np.int64), np.ones(3, dtype=np.int64)
    net = flows(start, group) - flows(end, group)
    assert stays(start, end, group, one)[0].tolist() == np.cumsum(net, axis=1).tolist()


def test_who_is_of_no_group_is_counted_nowhere() -> None:
    start, end, group = np.array([0, 10]), np.array([60_000, NEVER]), np.array([-1, 0])
    out = np.zeros((1, MONTHS), dtype=np.int64)
    note_events(out, group, start, month_of_days(MONTHS))
    assert out.tolist() == [[1, 0, 0, 0]]
    stocks, minutes = stays(start, end, group, np.ones(2, dtype=np.int64))
    assert stocks[0].tolist() == [1] * MONTHS
    assert minutes.sum() == month_start(MONTHS) - 10
