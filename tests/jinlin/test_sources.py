"""A reader who asks where a number comes from is answered in the terminal, in both languages."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from evidence.contradictions import load_contradictions
from evidence.table import load_evidence
from jinlin.cli import app
from jinlin.words import width

EVIDENCE = load_evidence()


def call(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_figure_is_shown_with_value_unit_place_year_quality_and_source() -> None:
    figure = EVIDENCE.figure("births_revised_base", year=2017)
    lines = call("--lang", "en", "evidence", figure.indicator, "2017").splitlines()
    assert lines[0] == "vital.csv"
    assert lines[2].split() == [figure.indicator, "606,000", "persons", "Fujian", "2017", "published", "[1]"]
    assert f"  [1] {figure.source}" in lines


def test_cells_stand_under_their_heads() -> None:
    head, *rows = call("--lang", "zh", "evidence", "托位").splitlines()[1:5]
    at = width(head[: head.index("质量")])
    for row in rows:
        assert width(row[: min(row.index(word) for word in ("公布", "推算") if word in row)]) == at


def test_what_contradicts_a_figure_is_shown_with_the_choice_and_its_reason() -> None:
    births = next(each for each in load_contradictions() if each.id == "births")
    for language, used in (("en", "used"), ("zh", "采用")):
        output = call("--lang", language, "evidence", "births_as_first_published")
        assert births.question[language] in output and births.reason[language] in output
        assert any(used in line and "births_revised_base" in line for line in output.splitlines())
    assert births.question["en"] not in call("--lang", "en", "evidence", "orphans")


def test_without_a_word_the_tables_are_counted_and_add_up() -> None:
    head, *rows, hint = call("--lang", "en", "evidence").splitlines()
    assert head.split() == ["table", "published", "derived", "assumed", "all"]
    counts = {row.split()[0]: [int(cell.replace(",", "")) for cell in row.split()[1:]] for row in rows}
    assert counts.pop("all") == [sum(column) for column in zip(*counts.values(), strict=True)]
    assert set(counts) == {f"{figure.table}.csv" for figure in EVIDENCE.figures}
    assert sum(row[-1] for row in counts.values()) == len(EVIDENCE.figures)
    assert str(len(load_contradictions())) in hint


@pytest.mark.parametrize(("asked", "near"), [("fertilty", "fertility"), ("births migratoin", "migration")])
def test_a_word_that_nothing_holds_leads_to_the_nearest(asked: str, near: str) -> None:
    lines = call("--lang", "en", "evidence", *asked.split()).splitlines()
    assert lines[0] == f"nothing holds the word {asked}"
    assert lines[1].startswith("nearest: ") and near in lines[1]
