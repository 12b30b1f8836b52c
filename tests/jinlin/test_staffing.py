"""'jinlin staffing' as a planner meets it on the terminal."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from jinlin.cli import app
from jinlin.staffing import list_table
from jinlin.words_staffing import WORDS_STAFFING
from results.typed_tables import Column, TypedTable


def call(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("plan-2025", "--cadre", "nurse"), "community-worker"),
        (("plan-2025", "plan-2025"), "given twice"),
        (("no-such",), "no-such"),
        (("plan-2025", "--place", "没有县"), "没有县"),
        (("plan-2025", "--cadre", "\x1b[31mred\nnext"), "must be one of"),
    ],
)
def test_wrong_input_is_one_line_that_says_what_to_give(words: tuple[str, ...], says: str) -> None:
    code, output, errors = call("staffing", *words)
    assert (code, output) == (2, "") and len(errors.splitlines()) == 1 and says in errors
    assert "\x1b" not in errors


def test_years_outside_the_plan_and_no_scenario_are_refused() -> None:
    assert call("staffing", "plan-2025", "--year", "2020")[0] == 2
    assert call("staffing")[0] == 2


@pytest.mark.parametrize(("language", "says"), [("en", "Enough for what workload?"), ("zh", "够做多少事？")])
def test_the_staff_of_a_county_is_told_in_both_languages(language: str, says: str) -> None:
    words = "plan-2025", "staff-churn", "--place", "柘荣县", "--cadre", "community-worker", "--lang", language
    code, output, errors = call("staffing", *words, "--no-ledgers")
    assert code == 0, errors
    assert says in output and "staff-churn" in output and "134.4" in output
    assert ("social" in output) is False and "社工站" not in output


def test_stations_alone_are_told_for_their_cadre() -> None:
    words = "plan-2025", "--place", "柘荣县", "--cadre", "social-worker", "--lang", "en", "--no-ledgers"
    code, output, errors = call("staffing", *words)
    assert code == 0, errors
    assert "One worker a township would carry" in output and "Enough for what" not in output


def test_numbers_texts_and_gaps_are_written_for_a_reader() -> None:
    columns = Column("county"), Column("norm", decimals=1), Column("carried", share=True)
    table = TypedTable("stations", columns, (("a\x1b[31m", -0.04, 0.5), (None, 1234.56, None)))
    lines = list_table(table, "en")
    assert lines[2].split() == ["a[31m", "0.0", "50.0", "%"]
    assert lines[3].split() == ["all", "1,234.6", "–"]


def test_every_word_has_both_languages_and_the_same_gaps() -> None:
    for key, (english, chinese) in WORDS_STAFFING.items():
        gaps = [set(re.findall(r"{(\w+)", text)) for text in (english, chinese)]
        assert english and chinese and gaps[0] == gaps[1], key
