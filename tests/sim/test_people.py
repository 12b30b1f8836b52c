"""Residents in AgentSet's words say what the columns say, and nothing can be written through them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kinds import Area, Employment, Function, Sex
from sim.people import ResidentSet
from sim.residents import Residents

MONTH = 7
ROW = st.fixed_dictionaries(
    {
        "birth_month": st.integers(-1200, MONTH),
        "sex": st.integers(0, 1),
        "area": st.integers(0, 1),
        "function": st.integers(0, 3),
        "employment": st.integers(0, 4),
        "income": st.integers(0, 200_000),
        "exit_month": st.sampled_from([0, MONTH, MONTH + 1, 32767]),
    }
)


def residents(rows: list[dict[str, int]]) -> Residents:
    people = Residents.empty(len(rows))
    people.key[:] = np.arange(len(rows))
    for row, columns in enumerate(rows):
        for name, value in columns.items():
            getattr(people, name)[row] = value
    return people


def living(rows: list[dict[str, int]]) -> list[dict[str, int]]:
    """Keep, one by one, who has not left by the end of the month."""
    return [row | {"key": key} for key, row in enumerate(rows) if row["exit_month"] > MONTH]


@settings(max_examples=100, deadline=None)
@given(st.lists(ROW, max_size=30))
def test_a_set_is_everyone_who_lives_there(rows: list[dict[str, int]]) -> None:
    everyone = ResidentSet.present(residents(rows), MONTH)
    here = living(rows)
    assert len(everyone) == len(here)
    assert [each.key for each in everyone] == [row["key"] for row in here]
    for each, row in zip(everyone, here, strict=True):
        assert (each.sex, each.function) == (Sex(row["sex"]), Function(row["function"]))
        assert each.age == (MONTH - row["birth_month"]) // 12
        assert each.income == row["income"]


@settings(max_examples=100, deadline=None)
@given(st.lists(ROW, max_size=30), st.integers(0, 90))
def test_selecting_is_filtering(rows: list[dict[str, int]], age: int) -> None:
    everyone = ResidentSet.present(residents(rows), MONTH)
    chosen = everyone.select(
        lambda people: people.get("age") >= age,
        area=Area.URBAN,
        employment=[Employment.EMPLOYED, Employment.UNEMPLOYED],
    )
    by_hand = [
        row["key"]
        for row in living(rows)
        if (MONTH - row["birth_month"]) // 12 >= age and row["area"] == 1 and row["employment"] in (2, 3)
    ]
    assert chosen.get("key").tolist() == by_hand


@settings(max_examples=100, deadline=None)
@given(st.lists(ROW, max_size=30))
def test_groups_part_a_set_and_sums_add_up(rows: list[dict[str, int]]) -> None:
    everyone = ResidentSet.present(residents(rows), MONTH)
    here = living(rows)
    groups = everyone.groupby("function")
    assert sum(len(group) for group in groups.values()) == len(here)
    for level, group in groups.items():
        mine = [row for row in here if row["function"] == level]
        assert len(mine) > 0 and group.get("key").tolist() == [row["key"] for row in mine]
        total, count = group.agg("income", [np.sum, np.size])
        assert (total, count) == (sum(row["income"] for row in mine), len(mine))


def test_columns_come_alone_or_together() -> None:
    everyone = ResidentSet.present(residents([{"sex": 1, "income": 9, "birth_month": MONTH - 30}]), MONTH)
    assert [column.tolist() for column in everyone.get(["sex", "income", "age"])] == [[1], [9], [2]]
    assert everyone[0].age == 2


def test_nothing_is_written_through_a_set() -> None:
    people = residents([{"income": 9}, {"income": 7}])
    everyone = ResidentSet.present(people, MONTH)
    with pytest.raises(FrozenInstanceError):
        everyone[0].income = 10  # type: ignore[misc]
    everyone.get("income")[:] = 0
    assert people.income.tolist() == [9, 7]


def test_an_unknown_word_is_an_error() -> None:
    everyone = ResidentSet.present(residents([{}]), MONTH)
    with pytest.raises(AttributeError, match="wealth"):
        everyone.get("wealth")
    with pytest.raises(AttributeError):
        _ = everyone[0].wealth
