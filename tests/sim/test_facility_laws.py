"""Facilities: laws that hold in any market with either engine, and a second bookkeeping that agrees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.clock import NEVER
from sim.kinds import Engine, Outcome
from sim.log import Log
from tests.sim.small_cases import HORIZON, Case, cases
from tests.sim.small_market import Ask, serve_twice, story, table, units, usable_at

PLACED = (Outcome.IN_PLACE, Outcome.FINISHED)
LEFT = (Outcome.LEFT_NEED_ENDED, Outcome.LEFT_PATIENCE_ENDED)


def run(case: Case) -> tuple[list[Ask], list[dict[int, float]], Log]:
    asks, capacity, public = case
    return asks, capacity, serve_twice(table(asks), units(*capacity, public=public), HORIZON)


def standing(ask: Ask, row: int, public: bool) -> tuple[int, int, int, int]:
    """Return where a request stands on a list: the lowest is first."""
    return ask.priority if public else 0, ask.minute, ask.key, row


def wait_of(ask: Ask, log: Log, row: int) -> tuple[int, int]:
    """Return from when to when a request waited, half-open; nobody waits before the founding."""
    end = log.admitted[row] if log.outcome[row] in PLACED else log.ended[row]
    return max(ask.minute, 0), int(end)


@settings(max_examples=400, deadline=None)
@given(cases())
def test_nobody_is_served_outside_need_and_patience(case):
    asks, _, log = run(case)
    for row, ask in enumerate(asks):
        if log.outcome[row] in PLACED:
            start, end = int(log.admitted[row]), int(log.ended[row])
            assert ask.minute <= start < ask.need_end
            assert start < ask.patience_end or start == ask.minute
            due = min(start + ask.stay, ask.need_end)
            assert end == (due if due < HORIZON else NEVER)
            assert log.unit[row] in ask.units
        if log.outcome[row] in LEFT:
            assert log.ended[row] == max(ask.minute, min(ask.need_end, ask.patience_end))


@settings(max_examples=400, deadline=None)
@given(cases())
def test_nobody_is_admitted_beyond_what_is_usable_then(case):
    asks, capacity, log = run(case)
    for row in range(len(asks)):
        if log.outcome[row] in PLACED:
            at, unit = max(int(log.admitted[row]), 0), int(log.unit[row])
            held = (log.unit == unit) & (log.admitted <= at) & (log.ended > at)
            assert sum(asks[other].parts for other in np.flatnonzero(held)) <= usable_at(capacity[unit], at)


@settings(max_examples=400, deadline=None)
@given(cases())
def test_no_place_stands_free_that_the_first_on_its_list_fits(case):
    asks, capacity, log = run(case)
    for minute in range(HORIZON):
        for unit in range(len(capacity)):
            listed = [
                standing(ask, row, unit in case[2])
                for row, ask in enumerate(asks)
                if unit in ask.units
                and log.outcome[row] not in (Outcome.ALREADY_PLACED, Outcome.PAST)
                and wait_of(ask, log, row)[0] <= minute < wait_of(ask, log, row)[1]
            ]
            held = (log.unit == unit) & (log.admitted <= minute) & (log.ended > minute)
            free = usable_at(capacity[unit], minute) - sum(asks[row].parts for row in np.flatnonzero(held))
            assert not listed or asks[min(listed)[3]].parts > free


def stays_past_the_founding(ask: Ask) -> bool:
    return ask.minute < 0 < min(ask.minute + ask.stay, ask.need_end)


def contested(asks: list[Ask], capacity: list[dict[int, float]]) -> set[int]:
    """Return the units that those who would still be there at the founding put first beyond their room."""
    first = [0] * len(capacity)
    for ask in filter(stays_past_the_founding, asks):
        first[ask.units[0]] += ask.parts
    return {unit for unit, parts in enumerate(first) if parts > usable_at(capacity[unit], 0)}


@settings(max_examples=400, deadline=None)
@given(cases())
def test_no_more_are_seated_than_is_usable_at_the_founding(case):
    asks, capacity, log = run(case)
    for unit in range(len(capacity)):
        seated = np.flatnonzero((log.unit == unit) & (log.admitted < 0))
        assert sum(asks[row].parts for row in seated) <= usable_at(capacity[unit], 0)
        assert all(stays_past_the_founding(asks[row]) and log.ended[row] > 0 for row in seated)


@settings(max_examples=400, deadline=None)
@given(cases(sizes=False))
def test_nobody_with_another_choice_is_seated_where_one_without_found_no_room(case):
    asks, capacity, log = run(case)
    full = contested(asks, capacity)
    for row, ask in enumerate(asks):
        unseated = log.admitted[row] >= 0 and log.outcome[row] != Outcome.ALREADY_PLACED
        if stays_past_the_founding(ask) and unseated and set(ask.units) <= full:
            for other in np.flatnonzero(np.isin(log.unit, ask.units) & (log.admitted < 0)):
                assert set(asks[other].units) <= full


@settings(max_examples=400, deadline=None)
@given(cases(several_units=False))
def test_at_one_unit_nobody_is_overtaken(case):
    asks, _, log = run(case)
    rank = [standing(ask, row, 0 in case[2]) for row, ask in enumerate(asks)]
    real = [row for row in range(len(asks)) if log.outcome[row] in (*PLACED, *LEFT, Outcome.WAITING)]
    for first in real:
        for second in real:
            if rank[first] < rank[second] and log.outcome[second] in PLACED and log.admitted[second] > 0:
                since, until = wait_of(asks[first], log, first)
                assert not since < log.admitted[second] < until


@settings(max_examples=300, deadline=None)
@given(cases(several_units=False, sizes=False, classes=False, losses=False), st.integers(1, 2))
def test_more_places_never_lengthen_any_wait_with_one_class_one_list_and_no_leaving(case, more):
    """Where people leave, one admitted instead of leaving may hold a place that another waits for."""
    asks = [replace(ask, key=row) for row, ask in enumerate(case[0])]
    capacity = {minute: places + more for minute, places in case[1][0].items()}
    before = serve_twice(table(asks), units(case[1][0]), HORIZON).admitted
    after = serve_twice(table(asks), units(capacity), HORIZON).admitted
    assert (after <= before).all()


@settings(max_examples=200, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(case, random):
    asks = [replace(ask, key=row) for row, ask in enumerate(case[0])]
    order = list(range(len(asks)))
    random.shuffle(order)
    plain = story(asks, *case[1], public=case[2], horizon=HORIZON)
    shuffled = story([asks[i] for i in order], *case[1], public=case[2], horizon=HORIZON)
    assert [plain[i] for i in order] == shuffled


# ---- a second bookkeeping, minute by minute, without heaps or events


class Books:
    """Keeps a small market by walking through every minute and looking at everybody."""

    def __init__(self, asks: list[Ask], capacity: list[dict[int, float]], public: set[int]) -> None:
        self.asks, self.capacity, self.public = asks, capacity, public
        self.state: list[tuple] = [("ALREADY_PLACED", None, None, -1)] * len(asks)
        self.by_key = sorted(range(len(asks)), key=lambda row: (asks[row].key, row))

    def rows(self, word: str) -> list[int]:
        return [row for row in self.by_key if self.state[row][0] == word]

    def free(self, unit: int, now: int) -> int:
        here = [row for row in self.rows("IN_PLACE") if self.state[row][3] == unit]
        return usable_at(self.capacity[unit], now) - sum(self.asks[row].parts for row in here)

    def listed(self, unit: int) -> list[int]:
        waiting = [row for row in self.rows("WAITING") if unit in self.asks[row].units]
        if unit in self.public:
            return sorted(waiting, key=lambda row: (self.asks[row].priority, self.asks[row].minute))
        return sorted(waiting, key=lambda row: self.asks[row].minute)

    def come(self, row: int, now: int) -> None:
        ask = self.asks[row]
        busy = [self.asks[other] for other in self.rows("IN_PLACE") + self.rows("WAITING")]
        if any((other.key, other.group_id) == (ask.key, ask.group_id) for other in busy):
            return
        fits = [u for u in ask.units if not self.listed(u) and self.free(u, now) >= ask.parts]
        if ask.need_end > now and fits:
            self.state[row] = ("IN_PLACE", ask.minute, None, fits[0])
        elif min(ask.need_end, ask.patience_end) > now:
            self.state[row] = ("WAITING", None, None, -1)
        elif ask.minute < 0:
            self.state[row] = ("PAST", None, min(ask.need_end, ask.patience_end), -1)
        else:
            self.give_up(row, now)

    def give_up(self, row: int, now: int) -> None:
        reason = "NEED" if self.asks[row].need_end <= now else "PATIENCE"
        self.state[row] = (f"LEFT_{reason}_ENDED", None, now, -1)

    def offer(self, now: int) -> None:
        """Admit one and look again from the lowest unit, until no first one fits."""
        for unit in range(len(self.capacity)):
            for row in self.listed(unit)[:1]:
                if self.asks[row].parts <= self.free(unit, now):
                    self.state[row] = ("IN_PLACE", now, None, unit)
                    return self.offer(now)
        return None

    def seat(self) -> None:
        early = [row for row in self.by_key if self.asks[row].minute < 0]
        early.sort(key=lambda row: self.asks[row].minute)
        for row in early:
            if not stays_past_the_founding(self.asks[row]):
                end = min(self.asks[row].minute + self.asks[row].stay, self.asks[row].need_end)
                self.state[row] = ("PAST", None, end, -1)
        full = contested(self.asks, self.capacity)
        for with_another in (False, True):
            for row in early:
                another = any(unit not in full for unit in self.asks[row].units)
                if self.state[row][0] != "PAST" and another == with_another:
                    self.come(row, 0)
        self.offer(0)

    def minute(self, now: int) -> None:
        for row in self.rows("IN_PLACE"):
            _, since, _, unit = self.state[row]
            if min(since + self.asks[row].stay, self.asks[row].need_end) == now:
                self.state[row] = ("FINISHED", since, now, unit)
        for row in self.rows("WAITING"):
            if min(self.asks[row].need_end, self.asks[row].patience_end) <= now:
                self.give_up(row, now)
        for row in self.by_key:
            if self.asks[row].minute == now:
                self.come(row, now)
        self.offer(now)


@settings(max_examples=1000, deadline=None)
@given(cases())
def test_a_plain_bookkeeping_by_the_minute_agrees_event_for_event(case):
    books = Books(*case)
    books.seat()
    for now in range(HORIZON):
        books.minute(now)
    for engine in Engine:
        told = story(case[0], *case[1], public=case[2], horizon=HORIZON, engine=engine)
        assert told == books.state, engine
