"""Measures of months, waits and units against a count of plain rows, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings

from sim.clock import MINUTES_PER_DAY, NEVER, month_of_minute, month_start, year_of
from sim.kinds import Outcome, Step
from sim.measures import Frame, LifeRecord, life_table, month_table, unit_table, wait_table
from tests.sim.small_replay import (
    CODES,
    HORIZON,
    MONTHS,
    POOL_OF,
    REPORTED,
    SERVICES,
    UNIT_COUNTY,
    UNIT_POOL,
    Made,
    Row,
    an_old_need,
    made,
    replays,
    told,
)

KEYS = ("county", "service", "month")
FLOWS: dict[str, Callable[[Row], int | None]] = {
    "asks": lambda row: row.minute,
    "requests": lambda row: row.minute if row.real else None,
    "admitted": lambda row: row.admitted if row.minute >= 0 else None,
    "finished": lambda row: row.ended if row.outcome == Outcome.FINISHED else None,
    "left": lambda row: row.ended if 3 <= row.outcome <= 4 else None,
}


def place(row: Row) -> tuple[int, int]:
    """Return the code of the county a person lives in, and the service."""
    return int(CODES[row.spell["county"]]), row.spell["service"]


def reported(count: Counter[tuple[int, ...]]) -> dict[tuple[int, ...], int]:
    return {key: n for key, n in count.items() if n and key[0] in CODES[REPORTED]}


def shared(start: int, end: int, month: int) -> int:
    """Return the minutes of a half-open interval that lie in a month."""
    return max(0, min(end, month_start(month + 1)) - max(start, month_start(month)))


@settings(max_examples=150, deadline=None)
@given(replays())
def test_flows_are_counted_in_the_month_in_which_they_happen(made: Made) -> None:
    table = month_table(made.replay, made.frame)
    for name, when in FLOWS.items():
        count: Counter[tuple[int, ...]] = Counter()
        for row in made.rows:
            minute = when(row)
            if minute is not None and 0 <= minute < HORIZON:
                count[*place(row), month_of_minute(minute)] += 1
        assert told(table, KEYS, name) == reported(count), name


@settings(max_examples=150, deadline=None)
@given(replays())
def test_stocks_are_who_is_there_in_the_last_minute_of_a_month(made: Made) -> None:
    table = month_table(made.replay, made.frame)
    waiting, in_place, parts = Counter(), Counter(), Counter()
    for row in made.rows:
        for month in range(MONTHS):
            last = month_start(month + 1) - 1
            if row.real and row.minute <= last < row.waited_to:
                waiting[*place(row), month] += 1
            if row.admitted <= last < row.ended:
                in_place[*place(row), month] += 1
                parts[int(CODES[UNIT_COUNTY[row.unit]]), row.spell["service"], month] += row.parts
    assert told(table, KEYS, "waiting") == reported(waiting)
    assert told(table, KEYS, "in_place") == reported(in_place)
    assert told(table, KEYS, "place_parts") == reported(parts)


@settings(max_examples=150, deadline=None)
@given(replays())
def test_days_are_minutes_spent_in_a_month_summed_first(made: Made) -> None:
    table = month_table(made.replay, made.frame)
    unmet, held, parts = Counter(), Counter(), Counter()
    for row in made.rows:
        for month in range(MONTHS):
            if row.real:
                unmet[*place(row), month] += shared(row.minute, row.waited_to, month)
            if row.admitted < NEVER:
                spent = shared(row.admitted, row.ended, month)
                held[*place(row), month] += spent
                parts[int(CODES[UNIT_COUNTY[row.unit]]), row.spell["service"], month] += spent * row.parts
    sums = {"unmet_days": unmet, "in_place_days": held, "place_part_days": parts}
    for name, count in sums.items():
        days = Counter({key: n // MINUTES_PER_DAY for key, n in count.items()})
        assert told(table, KEYS, name) == reported(days), name


@settings(max_examples=150, deadline=None)
@given(replays())
def test_capacity_is_that_of_the_pool_where_its_units_stand(made: Made) -> None:
    table = month_table(made.replay, made.frame)
    built, usable = Counter(), Counter()
    for service, pool in POOL_OF.items():
        for unit in (u for u, of in enumerate(UNIT_POOL) if of == pool):
            for month in range(MONTHS):
                now = standing(made, unit, month_start(month + 1) - 1)
                key = int(CODES[UNIT_COUNTY[unit]]), service, month
                built[key] += now[0]
                usable[key] += min(now)
    assert told(table, KEYS, "built_parts") == reported(built)
    assert told(table, KEYS, "usable_parts") == reported(usable)


def standing(made: Made, unit: int, minute: int) -> tuple[int, int]:
    """Return what is built and staffed of a unit at a minute: its last step says so."""
    own = [(at, built, staffed) for at, of, built, staffed in made.steps if of == unit and at <= minute]
    return own[-1][1:] if own else (0, 0)


@settings(max_examples=150, deadline=None)
@given(replays())
def test_units_are_told_at_the_founding_and_at_the_end(made: Made) -> None:
    table = unit_table(made.replay, made.frame)
    for row, unit in enumerate(table["unit"].tolist()):
        for name, minute in (("start", 0), ("end", HORIZON - 1)):
            built, staffed = standing(made, unit, minute)
            here = [r.parts for r in made.rows if r.unit == unit and r.admitted <= minute < r.ended]
            assert int(table[f"built_{name}"][row]) == built
            assert int(table[f"usable_{name}"][row]) == min(built, staffed)
            assert int(table[f"in_place_{name}"][row]) == sum(here)
    assert table["unit"].tolist() == [u for u, county in enumerate(UNIT_COUNTY) if county in REPORTED]


@settings(max_examples=150, deadline=None)
@given(replays())
def test_waits_are_whole_days_of_those_admitted_who_asked_in_the_run(made: Made) -> None:
    table = wait_table(made.replay, made.frame)
    count: Counter[tuple[int, ...]] = Counter()
    for row in made.rows:
        if row.admitted < NEVER and row.minute >= 0:
            days = (row.admitted - row.minute) // MINUTES_PER_DAY
            count[*place(row), year_of(month_of_minute(row.minute)), days] += 1
    assert told(table, ("county", "service", "year", "wait_days"), "admitted") == reported(count)


@settings(max_examples=20, deadline=None)
@given(replays())
def test_workload_and_needs_are_handed_on(made: Made) -> None:
    table = month_table(made.replay, made.frame)
    for name in ("demanded", "supplied", "done", "backlog"):
        minutes = getattr(made.replay.workload, name)[0, REPORTED]
        of_errand = table["service"] == SERVICES.index(SERVICES[2])
        assert table[f"minutes_{name}"][of_errand].tolist() == minutes.ravel().tolist()
        assert not table[f"minutes_{name}"][~of_errand].any()
    assert table["needed"].tolist() == made.replay.ledger.persons[:, REPORTED].ravel().tolist()
    assert set(table["replication"]) == {3}


def test_life_is_told_by_year_and_reported_county() -> None:
    grid = np.arange(6).reshape(2, 3)
    record = LifeRecord((2020, 2021), {"births": grid}, {"population": grid + 100}, 1, 2, 3)
    frame = Frame(SERVICES, REPORTED, CODES, np.zeros((2, 4)), MONTHS, replication=0)
    table = life_table(record, frame)
    rows = list(zip(*(table[n].tolist() for n in ("county", "year", "births", "population")), strict=True))
    assert rows == [
        (350100, 2020, 0, 100),
        (350300, 2020, 2, 102),
        (350100, 2021, 3, 103),
        (350300, 2021, 5, 105),
    ]


@settings(max_examples=10, deadline=None)
@given(replays())
def test_every_county_service_and_month_has_a_row(made: Made) -> None:
    table = month_table(made.replay, made.frame)
    assert {len(column) for column in table.values()} == {len(REPORTED) * len(SERVICES) * MONTHS}


@pytest.mark.parametrize(("minute", "admitted"), [(-1, 0), (0, 1)])
def test_only_who_asks_from_the_founding_on_is_admitted_in_the_run(minute: int, admitted: int) -> None:
    row = Row(an_old_need(), 0, minute, Step.REQUESTED, 1000, Outcome.IN_PLACE, minute, unit=2)
    case = made([row.spell], [row], [])
    table = month_table(case.replay, case.frame)
    assert (int(table["admitted"].sum()), int(table["in_place"].sum())) == (admitted, MONTHS)
    assert int(wait_table(case.replay, case.frame)["admitted"].sum()) == admitted
