"""Contradicting figures stand side by side, the choice is what the model does, and observations exist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from calibration.observations import Role, load_observations, read_observations
from evidence.contradictions import concerning, load_contradictions, read_contradictions
from evidence.readings import figures_read
from evidence.table import Figure, load_evidence
from scenarios.load import load_scenario
from sim.errors import EvidenceError

EVIDENCE = load_evidence()
CONTRADICTIONS = load_contradictions()
LEFT_ASIDE = ("_superseded", "_recalled", "_as_first_published")


@pytest.fixture(scope="module")
def read() -> set[Figure]:
    """What the margins, founders and life read."""
    return {figure for figures in figures_read().values() for figure in figures}


def named(each: object) -> str:
    return str(getattr(each, "id", each))


@pytest.mark.parametrize("each", CONTRADICTIONS, ids=named)
def test_the_model_reads_nothing_that_stands_beside_the_choice(each, read: set[Figure]) -> None:
    assert not set(each.beside) & read


@pytest.mark.parametrize("each", CONTRADICTIONS, ids=named)
def test_the_choice_is_read_compared_with_or_carried_by_a_setting(each, read: set[Figure]) -> None:
    if each.through:
        assert each.through in load_scenario("baseline-2020").settings
    else:
        observed = {observation.figure for observation in load_observations()}
        assert set(each.used) & (read | observed)


@pytest.mark.parametrize("each", CONTRADICTIONS, ids=named)
def test_a_contradiction_is_one(each) -> None:
    """Figures that agree need no choice."""
    assert len({(figure.value, figure.unit) for figure in each.figures}) > 1
    assert all(len(each.reason[language]) > 20 for language in ("zh", "en"))


def test_what_was_left_aside_says_where_it_is_answered() -> None:
    """A figure of the province that is named as not used belongs to a contradiction that says why."""
    answered = {figure for each in CONTRADICTIONS for figure in each.figures}
    left = [f for f in EVIDENCE.figures if f.indicator.endswith(LEFT_ASIDE) and f.place == "Fujian"]
    assert len(left) > 20
    assert not [f"{each.indicator} {each.year}" for each in left if each not in answered]


def test_ids_are_told_apart_and_figures_lead_to_their_questions() -> None:
    assert len({each.id for each in CONTRADICTIONS}) == len(CONTRADICTIONS) >= 15
    births = EVIDENCE.figure("births_as_first_published", year=2017)
    assert "births" in {each.id for each in concerning([births])}
    assert concerning([EVIDENCE.figure("orphans")]) == []


GOOD = """
[[contradiction]]
id = "t"
question = { zh = "问", en = "asked" }
used = [{ indicator = "institution_beds", year = "2020" }]
beside = [{ indicator = "institution_beds", year = "2019" }]
reason = { zh = "因", en = "because" }
"""


def broken() -> Iterator[tuple[str, str, str]]:
    yield 'year = "2019"', 'year = "1919"', "1919"
    yield "beside = [", "besides = [", "besides"
    yield 'zh = "因", ', "", "reason must say zh and en"
    yield 'year = "2019"', 'year = "2020"', "other figures"


@pytest.mark.parametrize(("old", "new", "hint"), list(broken()))
def test_a_broken_contradiction_is_named(tmp_path: Path, old: str, new: str, hint: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert [each.id for each in read_contradictions(path, EVIDENCE)] == ["t"]
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(EvidenceError, match=hint) as error:
        read_contradictions(path, EVIDENCE)
    assert "c.toml: t" in str(error.value)


# ---- observations


def test_what_judges_the_fit_is_neither_fitted_to_nor_read(read: set[Figure]) -> None:
    by_role = {role: {each.figure for each in load_observations(role)} for role in Role}
    assert by_role[Role.JUDGE] and not by_role[Role.JUDGE] & (by_role[Role.FIT] | read)
    kinds = [figure.indicator for figure in by_role[Role.JUDGE] if "occupancy" in figure.indicator]
    assert len(kinds) == 4  # three kinds of home in 2020, and 2019


def test_the_hindcast_is_held_to_the_census_and_the_revised_series() -> None:
    bounds = {
        (each.figure.indicator, each.figure.year): each.within for each in load_observations(Role.HINDCAST)
    }
    assert bounds["resident_population", "2020"] == 0.01
    assert bounds["age_60_plus", "2020"] == 0.02 and bounds["age_80_plus", "2020"] == 0.04
    births = [year for name, year in bounds if name == "births_revised_base"]
    deaths = [year for name, year in bounds if name == "deaths_revised_base"]
    assert births == [str(year) for year in range(2014, 2021)]
    held = ["2015", "2017", "2018", "2019", "2020"]
    assert deaths == ["2011", "2014", *held], "the first two are shown and held to no bound"
    assert all(bounds["births_revised_base", year] == 0.05 for year in births)
    assert [year for year in deaths if bounds["deaths_revised_base", year] == 0.05] == held
    recalled = [each for each in load_observations(Role.HINDCAST) if each.figure.quality.value == "assumed"]
    assert not recalled


def test_an_observation_tells_how_far_the_model_misses() -> None:
    total = load_observations(Role.HINDCAST)[0]
    assert total.holds(total.figure.value * 1.0099) and not total.holds(total.figure.value * 0.9899)
    assert total.miss(total.figure.value * 1.5) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("row", "hint"),
    [
        ("hindcast,births_revised_base,Fujian,1914,0.05,a note", "o.csv:2"),
        ("guess,births_revised_base,Fujian,2014,0.05,a note", "guess"),
        ("hindcast,births_revised_base,Fujian,2014,0.05", "o.csv:2"),
    ],
)
def test_a_broken_observation_is_named(tmp_path: Path, row: str, hint: str) -> None:
    path = tmp_path / "o.csv"
    path.write_text("role,indicator,place,year,within,note\n" + row + "\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match=hint):
        read_observations(path, EVIDENCE)
