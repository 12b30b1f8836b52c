"""Histories: entries keep what is written, months find what is theirs, and records fit what they become."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from sim import conditions, needy, rows
from sim.history import (
    FOUNDED,
    LIFE,
    NEVER_LEAVES,
    change_in,
    disability_value,
    entry,
    month_in,
    newly_come,
    quiet,
    value_in,
    values_of,
)
from sim.kinds import Change, DisabilityGrade, DisabilityKind, Exit
from sim.months import turn
from sim.needs import ASK, SPELL, Asks, Spells, columns_of
from sim.residents import COLUMNS, STAYS
from tests.sim.small_life import STREAM, people, started, tables
from tests.sim.small_needs import happened
from tests.sim.small_needs import people as made

DTYPES = {column.name: np.dtype(column.dtype) for column in COLUMNS}


@trial(deadline=None)  # the first call compiles
@given(st.integers(0, 65535), st.sampled_from(Change), st.integers(0, 255))
def test_an_entry_keeps_month_change_and_value(month: int, change: Change, value: int) -> None:
    written = entry(month, int(change), value)
    assert (month_in(written), change_in(written), value_in(written)) == (month, change, value)
    assert [int(each[0]) for each in values_of(np.array([written], dtype=np.uint32))] == [change, value]


def test_a_disability_of_every_kind_fits_into_an_entry_and_is_no_other() -> None:
    every = [(k, g, c) for k in DisabilityKind for g in DisabilityGrade for c in (0, 1)]
    values = [int(disability_value(*map(int, each))) for each in every]
    assert len(set(values)) == len(every) and max(values) < 256
    residents = made(*[{}] * len(every))
    told = [(0, row, Change.DISABILITY, value) for row, value in enumerate(values)]
    history = happened(residents, 1, told)
    turn(history, residents, 0, tables(), STREAM)
    columns = residents.disability_kind, residents.disability_grade, residents.card
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == every


def test_a_month_finds_its_entries_by_row_in_the_order_of_writing() -> None:
    told = [
        (2, 0, Change.FUNCTION, 3), (1, 2, Change.WORK, 4), (2, 2, Change.PENSION, 2), (1, 1, Change.WORK, 0),
        (2, 2, Change.WORK, 1),
    ]  # fmt: skip
    history = happened(made({}, {}, {}), 4, told)
    found = [
        [(int(row), int(change_in(each))) for row, each in zip(*history.in_month(month), strict=True)]
        for month in range(4)
    ]
    work, pension = int(Change.WORK), int(Change.PENSION)
    assert found == [[], [(1, work), (2, work)], [(0, 0), (2, pension), (2, work)], []]


def test_who_comes_in_a_month_stands_behind_who_came_before() -> None:
    history = happened(made(*[{}] * 5), 6, comes={3: 2, 4: 5})
    assert [history.coming(month) for month in (FOUNDED, 0, 2, 5)] == [
        slice(0, 3), slice(3, 3), slice(3, 4), slice(4, 5)
    ]  # fmt: skip


def test_in_a_quiet_history_everyone_stays_and_nothing_changes() -> None:
    residents = started(people(1_000))
    before = {column.name: getattr(residents, column.name).copy() for column in COLUMNS}
    history = quiet(1_000, 83, 3)
    for month in range(3):
        counts = turn(history, residents, month, tables(), STREAM)
        assert not len(counts.died) and not counts.births.any()
    assert all(np.array_equal(getattr(residents, name), column) for name, column in before.items())


@pytest.mark.parametrize(("record", "table"), [(SPELL, Spells), (ASK, Asks)])
def test_records_have_the_columns_of_their_tables(record: np.dtype, table: type[Spells | Asks]) -> None:
    assert record.names == tuple(field.name for field in fields(table))
    made_of = columns_of(table, np.zeros(3, dtype=record))  # type: ignore[type-var]
    for name in record.names:
        column = getattr(made_of, name)
        assert column.dtype == record[name] and column.flags.c_contiguous and column.size == 3


@pytest.mark.parametrize("record", [SPELL, ASK, rows.RESIDENT])
def test_what_a_record_holds_of_a_resident_is_as_wide_as_the_column(record: np.dtype) -> None:
    shared = [name for name in record.names or () if name in DTYPES]
    assert len(shared) >= 6
    assert {name: record[name] for name in shared} == {name: DTYPES[name] for name in shared}


def test_a_life_counts_months_as_the_columns_do() -> None:
    assert {LIFE[name] for name in ("comes", "leaves", "widowed")} == {DTYPES["exit_month"]}
    assert LIFE["why"] == DTYPES["exit"] and NEVER_LEAVES == STAYS
    opened = newly_come([FOUNDED, 4])
    assert opened["comes"].tolist() == [-1, 4] and set(opened["leaves"].tolist()) == {int(STAYS)}
    assert not opened["why"].any() and Exit.NONE == 0 and (opened["first"] == opened["last"]).all()


def test_needs_are_read_from_columns_that_exist_the_conditions_first() -> None:
    names = needy.NeedRows._fields
    assert names[: len(conditions.COLUMNS)] == conditions.COLUMNS
    assert set(names) <= set(DTYPES)
    place = {name: getattr(needy, code) for name, code in (
        ("function", "FUNCTION"), ("area", "AREA"), ("payer", "PAYER"), ("living", "_LIVING"),
        ("employment", "_WORK"), ("pension", "_PENSION"), ("card", "_CARD"), ("disability_kind", "_KIND"),
        ("disability_grade", "_GRADE"), ("migrant", "_MIGRANT"),
    )}  # fmt: skip
    assert place == {name: n for n, name in enumerate(conditions.COLUMNS)}
