"""Sheets before any file: addresses, names, what a cell may hold, tables laid out."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.sheets import HEAD_ROW, LONGEST_TEXT, Column, Kind, Table, address, clean, lay_out, sheet_names

TABLE = Table(
    "beds", "Beds",
    (
        Column("place", "place"), Column("built", "built", "beds", Kind.COUNT, total=True),
        Column("used", "used", "beds", Kind.COUNT), Column("full", "full", "", Kind.SHARE, "{used}/{built}"),
    ),
    [
        {"place": "a", "built": 10, "used": 4, "full": 0.4}, {"place": "b", "built": 5, "used": None},
        {"place": "c", "built": float("nan"), "used": 3, "full": 0.1},
    ],
    total="all",
)  # fmt: skip


@given(st.integers(0, 16_383))
def test_every_column_has_a_name_of_its_own_and_they_are_in_order(column: int) -> None:
    letters = address(0, column).rstrip("1")
    value = 0
    for letter in letters:
        value = 26 * value + ord(letter) - ord("A") + 1
    assert value == column + 1


@given(st.lists(st.text(max_size=50), max_size=12))
def test_sheets_have_names_that_a_workbook_takes_each_once(names: list[str]) -> None:
    found = sheet_names(names)
    assert len({name.casefold() for name in found}) == len(names)
    for name in found:
        assert 1 <= len(name) <= 31 and not set(name) & set("[]:*?/\\") and name.casefold() != "history"
        assert not name.startswith("'") and not name.endswith("'")


@given(st.text(max_size=200))
def test_a_cell_holds_no_character_that_steers_or_that_no_file_can_hold(text: str) -> None:
    held = clean(text)
    assert clean(held) == held, "cleaning is done once"
    assert all(each == "\n" or unicodedata.category(each) not in ("Cc", "Cf", "Cs") for each in held)
    held.encode("utf-8")


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    held = clean("长" * 40_000)
    assert len(held) == LONGEST_TEXT and held.endswith("…")


def test_a_live_cell_names_the_cells_of_its_own_row() -> None:
    cells = lay_out(TABLE).cells
    first = HEAD_ROW + 1
    assert cells[first, 3].formula == f"=C{first + 1}/B{first + 1}" and cells[first, 3].value == 0.4


def test_a_formula_whose_parts_are_not_known_is_not_written() -> None:
    cells = lay_out(TABLE).cells
    for row in (HEAD_ROW + 2, HEAD_ROW + 3):
        assert not cells[row, 3].formula


def test_sums_stand_beneath_and_leave_out_what_is_not_known() -> None:
    last = lay_out(TABLE).cells[HEAD_ROW + 4, 1]
    assert (
        last.value == pytest.approx(15) and last.formula == f"=SUBTOTAL(109,B{HEAD_ROW + 2}:B{HEAD_ROW + 4})"
    )


def test_a_head_names_the_unit() -> None:
    assert lay_out(TABLE).cells[HEAD_ROW, 1].value == "built\nbeds"


def test_a_column_is_wide_enough_for_chinese() -> None:
    wide = lay_out(Table("t", "t", (Column("a", "a"),), [{"a": "一所县级福利中心"}])).widths[0]
    assert wide >= 16
