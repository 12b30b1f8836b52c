"""'jinlin size' as a planner meets it on the terminal."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jinlin.cli import app
from jinlin.size_listing import head_lines, list_counties, list_size
from jinlin.sizing import tell_ledgers
from scenarios.capacity_trials import Question, Standard
from scenarios.load import load_scenario
from scenarios.sizer import PlaceSize, Rival
from scenarios.sizing import Sized
from sim.places import Selection, load_atlas


def call(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


BEDS = ("size", "plan-2025", "--service", "nursing-bed")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((*BEDS, "--replications", "18"), "--replications 19 or more"),
        ((*BEDS, "--confidence", "100%"), "--confidence"),
        ((*BEDS, "--share", "often"), "such as 95%"),
        ((*BEDS, "--within", "a month"), "such as 30d"),
        ((*BEDS, "--of", "everyone"), "requested or needed"),
        ((*BEDS, "--by", "township"), "county"),
        ((*BEDS, "--ledgers-gb", "-1"), "0 or more"),
        ((*BEDS, "--ledgers-gb", "nan"), "0 or more"),
        ((*BEDS, "--place", "没有县"), "没有县"),
        (("size", "plan-2025", "--service", "nursing"), "nursing-bed"),
        (("size", "plan-2025", "--service", "community-errand"), "break-even"),
        (("size", "no-such", "--service", "nursing-bed"), "no-such"),
    ],
)
def test_wrong_input_is_one_line_that_says_what_to_give(words: tuple[str, ...], says: str) -> None:
    code, output, errors = call(*words)
    assert (code, output) == (2, "") and len(errors.splitlines()) == 1 and says in errors


def question() -> Question:
    return Question(load_scenario("plan-2025"), "nursing-bed", Standard("requested", 30, 0.95, 2025), 1, 62)


def place_size(capacity: int | None, planned: float, requested: float = 40.0) -> PlaceSize:
    """Make up a size of the smallest county, met in 19 of 20 fresh replications."""
    counties = load_atlas().select(["柘荣县"])
    steps = ("needed", "wanted", "affordable", "in_reach", "requested", "served", "in_time", "pending")
    persons = dict.fromkeys(steps, requested) | {"needed": 900.0, "pending": 0.0}
    least = (float(capacity),) * 20 if capacity is not None else (inf,) * 20
    rivals = {name: Rival(places, (0.9,) * 20, 4)
              for name, places in (("planned", planned), ("load", 30.0), ("erlang", 38.0))}  # fmt: skip
    return PlaceSize(
        selection=Selection(counties.counties, counties.markets),
        sized=Sized(capacity, least, 20, 19, 0, True),
        reached=(0.97,) * 20, persons=persons, in_place=30.0, in_place_planned=20.0, built=planned,
        rivals=rivals, by_county={}, fees=(2000.0, 5000.0),
    )  # fmt: skip


def told(size: PlaceSize, language: str = "en") -> str:
    return "\n".join(list_size(question(), size, 0.95, language))


@pytest.mark.parametrize(("language", "says"), [("en", "least capacity: 50 beds"), ("zh", "最小规模：50张")])
def test_an_answer_stands_beside_other_ways_and_how_they_err(language: str, says: str) -> None:
    text = told(place_size(50, 40.0), language)
    assert says in text and "-12" in text and "-20" in text, "Erlang's 38 and the load's 30 fall short of 50"
    assert "13 filled posts" in text or "13个到岗岗位" in text, "a carer's post serves four nursing beds"
    assert "75.1 %" in text and "99.9 %" in text, "the exact interval of 19 of 20"


def test_known_costs_are_those_of_the_evidence_and_the_rest_is_said_not_to_be_known() -> None:
    lines = told(place_size(50, 40.0)).splitlines()
    subsidy = next(line for line in lines if line.startswith("operating") and "province" in line)
    assert "12,000" in subsidy, "ten beds at the province's 1,200 yuan a nursing bed and year"
    family = next(line for line in lines if "family" in line and line.startswith("operating"))
    assert "240,000–600,000" in family
    assert any("operator" in line and "not known" in line for line in lines)


def test_the_operator_of_a_private_home_bears_what_subsidies_leave_and_a_bed_in_use_its_carer() -> None:
    lines = told(place_size(50, 40.0)).splitlines()
    operator = next(line for line in lines if "operator" in line and line.startswith("capital"))
    assert "1,562,510–7,092,860" in operator, "ten beds: 166,251 less 3,000 and 7,000, to 714,286 less 5,000"
    running = next(line for line in lines if line.startswith("operating") and "whoever" in line)
    assert "138,068–300,000" in running, (
        "a quarter of 55,227 yuan of pay a bed, above the 2,400 of an empty one"
    )


def test_too_much_is_said_with_what_it_costs_idle() -> None:
    text = told(place_size(50, 80.0))
    assert "too much: 30 places" in text and "72,000–900,000 yuan" in text
    assert "capital" not in text, "nothing is to be built"


def test_a_standard_met_because_nobody_asks_shows_the_cascade() -> None:
    for requested in (0.0, 0.2):  # somebody in one replication of many is still nobody to size for
        assert "nobody asks" in told(place_size(0, 80.0, requested))
    text = told(place_size(0, 80.0, requested=0.0))
    assert "nobody asks" in text and "least capacity" not in text
    assert "wanted" in text and "900" in text and "100.0 %" in text


def test_a_standard_that_no_capacity_meets_names_the_step_that_holds_it() -> None:
    text = told(place_size(None, 80.0))
    assert "no capacity meets it" in text and "'wanted'" in text


def test_a_size_of_what_is_asked_for_once_says_that_who_gave_up_does_not_count() -> None:
    once = replace(question(), service="social-work-case")
    needed = replace(once, standard=replace(once.standard, of="needed"))
    said = ["asked for once" in " ".join(head_lines(q, [], 0.95, "en")) for q in (once, needed, question())]
    assert said == [True, False, False]


def test_counties_are_added_up_apart_in_what_is_wanting_and_what_is_too_much() -> None:
    sizes = [place_size(50, 80.0), place_size(50, 45.0), place_size(None, 9.0), place_size(0, 9.0, 0.0)]
    lines = list_counties(question(), sizes, 0.95, "en")
    assert lines[-1] == "all: 5 places wanting, 30 too many"
    assert sum("none:" in line for line in lines) == 2


@pytest.mark.parametrize(
    ("language", "lived", "forgotten"),
    [
        ("en", "of 80 replications of places 25 were lived anew, 55 taken from runs", "3 of 80"),
        ("zh", "80次“地点×重复”中，25次新模拟，55次取自runs", "80次“地点×重复”中有3次"),
    ],
)
def test_it_says_what_was_lived_anew_and_what_there_was_no_room_to_keep_with_the_remedy(
    language: str, lived: str, forgotten: str, capsys: pytest.CaptureFixture[str]
) -> None:
    size = replace(place_size(50, 80.0), tried=40, lived=5)
    tell_ledgers([size, replace(size, lived=20)], Path("runs"), 8.0, language)
    assert capsys.readouterr() == ("", lived + "\n")
    tell_ledgers([size, replace(size, lived=20, forgotten=3)], Path("runs"), 8.0, language)
    output, told = capsys.readouterr()
    assert output == "" and told.startswith(lived + "\n") and told.count("\n") == 2
    assert forgotten in told and "8 GB" in told and "--ledgers-gb" in told


@pytest.mark.slow
def test_a_county_is_sized_from_the_command_line(tmp_path: Path) -> None:
    words = ("--place", "柘荣县", "--confidence", "50%", "--replications", "2", "--ledgers", str(tmp_path))
    code, output, _ = call(*BEDS, *words, "--workers", "1")
    assert code == 0 and "least capacity" in output
    assert call(*BEDS, *words, "--workers", "2")[1] == output
    code, output, _ = call(*BEDS, *words, "--workers", "1", "--of", "needed")
    assert code == 0 and "no capacity meets it" in output
