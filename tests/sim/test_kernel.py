"""The compiled waiting lists give the reference's log, event for event; and what they are built of."""

from __future__ import annotations

import heapq
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.arrivals import Arrivals, first_rows
from sim.clock import NEVER
from sim.desk import Desk, open_desk, recounted
from sim.errors import LawBroken
from sim.heaps import due, heap_of, pop, push, soonest
from sim.kernel import SOUND, run
from sim.kinds import Outcome
from sim.log import Log
from tests.sim.small_cases import HORIZON, Case, cases, crowd
from tests.sim.small_market import Ask, Asked, serve_twice, table, units

CROWDED = st.sampled_from([0.3, 1.0, 2.0, 8.0])


def all_waiting_at_once(log: Log, asked: Asked) -> int:
    """Return the most who wait at one minute."""
    waited = np.isin(log.outcome, (Outcome.WAITING, Outcome.LEFT_NEED_ENDED, Outcome.LEFT_PATIENCE_ENDED))
    waited |= (log.admitted < NEVER) & (log.admitted > asked.minute)
    until = np.minimum(log.admitted, log.ended)[waited]
    minutes = np.concatenate([asked.minute[waited], until])
    change = np.repeat([1, -1], waited.sum())
    return int(np.cumsum(change[np.lexsort((change, minutes))]).max())


# ---- the same log


@settings(max_examples=400, deadline=None)
@given(cases())
def test_a_small_market_has_one_log_from_both_engines(case: Case) -> None:
    serve_twice(table(case[0]), units(*case[1], public=case[2]), HORIZON)


@settings(max_examples=1000, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 250), st.integers(1, 6), CROWDED)
def test_a_crowd_has_one_log_from_both_engines(seed: int, count: int, homes: int, crowding: float) -> None:
    serve_twice(*crowd(seed, count, homes, crowding))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 5), st.sampled_from([4.0, 20.0]))
def test_thousands_waiting_have_one_log_from_both_engines(seed: int, homes: int, crowding: float) -> None:
    asked, places, horizon = crowd(seed, 20_000, homes, crowding)
    log = serve_twice(asked, places, horizon)
    assert all_waiting_at_once(log, asked) > 2_000
    assert set(log.outcome.tolist()) == set(Outcome)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), st.randoms(use_true_random=False))
def test_requests_in_no_order_have_one_log_and_it_is_that_of_their_order(seed: int, random) -> None:
    asked, places, horizon = crowd(seed, 120, 3, 2.0)
    asked = replace(asked, key=np.arange(120, dtype=np.uint64) // 2)  # ties of a key: the row decides
    _, first = np.unique(np.stack([asked.minute, asked.key]), axis=1, return_index=True)
    asked = Asked(**{each.name: getattr(asked, each.name)[np.sort(first)] for each in fields(Asked)})
    order = np.array(random.sample(range(len(first)), len(first)))
    mixed = Asked(**{each.name: getattr(asked, each.name)[order] for each in fields(Asked)})
    in_order, in_none = (serve_twice(each, places, horizon) for each in (asked, mixed))
    for column in ("outcome", "admitted", "ended", "unit"):
        assert np.array_equal(getattr(in_order, column)[order], getattr(in_none, column))


def test_logs_that_differ_are_told_apart() -> None:
    asked, places, horizon = crowd(1, 200, 2, 2.0)
    log = serve_twice(asked, places, horizon)
    for column in ("outcome", "admitted", "ended", "unit"):
        other = replace(log, **{column: getattr(log, column).copy()})
        getattr(other, column)[[31, 77]] += 1
        assert log.first_difference(other) == 31


# ---- laws


def opened(asks: list[Ask]) -> Desk:
    """Open a desk of one home with one place."""
    return open_desk(Arrivals.of(table(asks), 1, 100), units({0: 1}))


def test_somebody_who_is_lost_stops_the_kernel_at_that_minute() -> None:
    desk = opened([Ask(1, 5, stay=20), Ask(2, 7)])
    desk.tally[Outcome.WAITING] -= 1
    assert run(*desk, 0, 100) == 5
    assert run(*opened([Ask(1, 5, stay=20), Ask(2, 7)]), 0, 100) == SOUND


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [("outcome", Outcome.ALREADY_PLACED, "at the horizon"), ("parts", 999, "parts taken are not those")],
)
def test_an_end_that_does_not_add_up_is_refused(column: str, value: int, says: str) -> None:
    desk = opened([Ask(1, 5), Ask(2, 7)])
    run(*desk, 0, 100)
    recounted(desk)
    desk.tickets[column][0] = value
    with pytest.raises(LawBroken, match=says):
        recounted(desk)


# ---- what it is built of


@settings(deadline=None)
@given(st.lists(st.one_of(st.integers(0, 200), st.none()), max_size=60))
def test_a_heap_gives_back_the_least_first(steps: list[int | None]) -> None:
    """Numbers go in, None takes one out."""
    heap, kept = heap_of(len(steps)), list[int]()
    for row, minute in enumerate(steps):
        assert soonest(heap) == (kept[0] >> 32 if kept else NEVER)
        if minute is not None:
            push(heap, due(minute, row))
            heapq.heappush(kept, minute << 32 | row)
        elif kept:
            assert pop(heap) == heapq.heappop(kept) & 0xFFFFFFFF
    assert heap[0] == len(kept)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 1, 2**40, 2**64 - 1]), st.integers(0, 255)), max_size=60))
def test_one_person_in_one_group_is_known_by_the_first_of_its_rows(pairs: list[tuple[int, int]]) -> None:
    key = np.array([key for key, _ in pairs], dtype=np.uint64)
    group = np.array([group for _, group in pairs], dtype=np.uint8)
    assert first_rows(key, group).tolist() == [pairs.index(pair) for pair in pairs]
