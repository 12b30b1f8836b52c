"""A pledge cannot be changed unseen, and says which observation would overturn it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from calibration.forecast import ALL, Forecast
from results.confrontations import confront
from results.overturning import SPEAKS
from results.pledges import pledge, read_pledge
from results.tables import Run
from sim.errors import EvidenceError, RunError


def small_forecast() -> Forecast:
    five = np.array([[100.0, 200.0, 300.0, 400.0, 500.0]] * 5)
    return Forecast(tuple(range(2021, 2026)), {name: five for name in ALL}, 10, 2, 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pledge.json"
    path.write_text(json.dumps(pledge(small_forecast()), ensure_ascii=False), encoding="utf-8")
    return path


def observed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "observed.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_indicator_and_year_names_what_would_overturn_it_in_both_languages(file: Path) -> None:
    entries = read_pledge(file)["indicators"]
    assert {(each["indicator"], each["year"]) for each in entries} == {
        (name, year) for name in ALL for year in range(2021, 2026)
    }
    for each in entries:
        assert (
            "below 100 or above 500" in each["overturned_by"]["en"]
            and "低于100" in each["overturned_by"]["zh"]
        )
        assert each["speaks_against"]["below"] != each["speaks_against"]["above"]


def test_the_words_cover_the_indicators_that_are_forecast() -> None:
    assert set(SPEAKS) == set(ALL)


@pytest.mark.parametrize("change", ["500", "100", "2025", "persons"])
def test_a_changed_pledge_is_refused(file: Path, change: str) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(change, change[:-1] + "7", 1), encoding="utf-8")
    with pytest.raises(RunError, match="was changed"):
        read_pledge(file)


def test_laying_the_text_out_anew_is_no_change(file: Path) -> None:
    raw = json.loads(file.read_text(encoding="utf-8"))
    turned = {"content": dict(reversed(raw["content"].items())), "sha256": raw["sha256"]}
    file.write_text(json.dumps(turned, indent=4), encoding="utf-8")
    assert read_pledge(file)["made_from"] == 2020


@pytest.mark.parametrize("text", ["", "[]", "{}", "no json"])
def test_what_is_no_pledge_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match=r"other\.json") as caught:
        read_pledge(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "falls", "half", "ninety"),
    [(99, "< p05", False, False), (100, "< p05", False, True), (150, "p05-p25", False, True),
     (300, "p25-p50", True, True), (450, "p75-p95", False, True), (501, "> p95", False, False)],
)  # fmt: skip
def test_a_figure_falls_where_the_quantiles_say(
    file: Path, tmp_path: Path, value: int, falls: str, half: bool, ninety: bool
) -> None:
    (found,) = confront(read_pledge(file), observed(tmp_path, f"indicator,year,value\nbirths,2022,{value}\n"))
    assert (found.falls, found.inside_50, found.inside_90) == (falls, half, ninety)
    assert bool(found.against("en")) is not ninety


def test_either_side_speaks_against_something_else(file: Path, tmp_path: Path) -> None:
    text = "indicator,year,value,source\nbirths,2022,1,made up\nbirths,2022,999,made up\n"
    low, high = confront(read_pledge(file), observed(tmp_path, text))
    assert "fell faster" in low.against("en") and "recovered" in high.against("en")
    assert "下降更快" in low.against("zh")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("year,value\n2022,1\n", "observed.csv:1: the columns must be indicator,year,value"),
        ("", "observed.csv:1: the columns must be"),
        ("indicator,year,value\n", "has no figures"),
        ("indicator,year,value\nbirth,2022,1\n", "did you mean births?"),
        ("indicator,year,value\n\nbirths,2031,1\n", "observed.csv:3: year = 2031"),
        ("indicator,year,value\nbirths,2022,35万\n", "observed.csv:2: value = '35万' must be a number"),
        ("indicator,year,value\nbirths,,1\n", "observed.csv:2: year = ''"),
        ("indicator,year,value\nbirths,2022\n", "observed.csv:2: value = ''"),
        ("indicator,year,value\nbirths,2022,-5\n", "0 or more"),
        ("indicator,year,value\nbirths,2022,nan\n", "0 or more"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(file: Path, tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        confront(read_pledge(file), observed(tmp_path, text))
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_the_verdicts_of_a_run_are_pledged_with_their_intervals(run: Run) -> None:
    told = pledge(small_forecast(), run)["content"]["verdicts"]
    assert told["scenario"] == "plan-2025" and told["result_hash"] == run.manifest.result_hash
    met = [each for each in told["targets"] if each["met"]]
    assert met and all(each["met"]["low"] <= each["met"]["mean"] <= each["met"]["high"] for each in met)
    assert all("or above" in each["overturned_by"]["en"] for each in met)
