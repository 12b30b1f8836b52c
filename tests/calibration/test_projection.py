"""Expected lives: nobody is lost, known theory holds, and agents come to the same but for chance."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from calibration.projection import MONTHS_OF_AGE, Expected, Projection, expected, founded, project
from evidence.census import census_margins, founding_tables
from evidence.settings import load_parameters
from evidence.table import load_evidence
from sim.founding import FoundingTables, found
from sim.history import ARRIVALS, BIRTHS, DEATHS, LEAVERS, History
from sim.kinds import Sex
from sim.life import live
from sim.margins import Cells, rake
from sim.places import load_atlas
from sim.rates import AGES, GROUPS
from sim.residents import Residents
from sim.streams import Stream
from tests.sim.small_life import tables

EVIDENCE, SETTINGS, ATLAS = load_evidence(), load_parameters(), load_atlas()
MONTHS = 62


@cache
def founders() -> tuple[Cells, FoundingTables]:
    return rake(census_margins(EVIDENCE, ATLAS)), founding_tables(EVIDENCE, SETTINGS)


@cache
def of_market(name: str) -> Projection:
    counties = market(name).counties
    return project(founded(*founders(), counties), expected(tables(), counties), MONTHS)


def market(name: str):  # type: ignore[no-untyped-def]
    return next(each for each in ATLAS.markets if each.name == name)


@cache
def agents(name: str) -> tuple[History, Residents]:
    people = found(*founders(), tables(), ATLAS, market(name), Stream.of(5, 1))
    return live(people, MONTHS, tables(), Stream.of(5, 1)), people


def stays(**changed: object) -> Expected:
    """Rates at which nothing happens to anyone, some of them changed."""
    return replace(
        Expected(
            death=np.zeros((1, GROUPS, AGES)), birth=np.zeros((240, AGES)), boys=0.5,
            leave=np.zeros((1, AGES)), arrivals=np.zeros((1, 1, 1, 2)), first_age=(20, 30),
        ),
        **changed,
    )  # fmt: skip


def of_age(years: int, persons: float = 1000.0) -> np.ndarray:
    """Persons of one age in completed years, all rural men."""
    people = np.zeros((1, GROUPS, MONTHS_OF_AGE))
    people[0, 0, MONTHS_OF_AGE - 12 * years - 12 : MONTHS_OF_AGE - 12 * years] = persons / 12
    return people


def test_the_founded_are_the_census_by_county_and_sex() -> None:
    people, cells = founded(*founders(), range(83)), founders()[0]
    assert people.sum(axis=(1, 2)) == pytest.approx(cells.counts.sum(axis=(1, 2, 3)))
    men = people.reshape(83, 2, 2, -1)[:, Sex.MALE].sum()
    assert men == pytest.approx(cells.counts[:, Sex.MALE].sum())
    under_five = people[:, :, MONTHS_OF_AGE - 60 :].sum()
    assert under_five == pytest.approx(cells.counts[:, :, :2].sum())


@trial(deadline=None, max_examples=15)
@given(st.integers(1, 130), st.floats(0, 0.3), st.floats(0, 0.02), st.floats(0, 0.05), st.floats(0, 90))
def test_residents_are_conserved(months: int, death: float, birth: float, leave: float, come: float) -> None:
    rng = np.linspace(0.5, 1.5, GROUPS * MONTHS_OF_AGE).reshape(1, GROUPS, MONTHS_OF_AGE)
    rates = stays(
        death=np.full((1, GROUPS, AGES), death), birth=np.full((months, AGES), birth),
        leave=np.full((1, AGES), leave), arrivals=np.full((1, 1, 1, 2), come),
    )  # fmt: skip
    done = project(rng, rates, months)
    flows = done.flows.sum(axis=(1, 2))
    gained = flows[BIRTHS] + flows[ARRIVALS] - flows[DEATHS] - flows[LEAVERS]
    exact = 1e-9 * rng.sum()  # of all who were there: next to nobody may be left
    assert done.people.sum() == pytest.approx(rng.sum() + gained, rel=1e-9, abs=exact)
    assert (done.people >= 0).all()
    assert done.went.sum(axis=(1, 2, 3)) == pytest.approx(flows[[DEATHS, LEAVERS]])


def test_where_nothing_happens_everyone_only_ages() -> None:
    done = project(of_age(40), stays(), 36)
    by_age = done.by_age()
    assert by_age[Sex.MALE, 43] == pytest.approx(1000) and by_age.sum() == pytest.approx(1000)


def test_a_cohort_at_one_rate_dies_out_exponentially() -> None:
    done = project(of_age(30), stays(death=np.full((1, GROUPS, AGES), 0.01)), 120)
    assert done.people.sum() == pytest.approx(1000 * 0.99**120)
    assert done.flows[DEATHS, 0, 7] == pytest.approx(1000 * 0.99**7 * 0.01)


def test_rates_change_with_the_calendar_year() -> None:
    """Month 2 is the first January; the last year goes on."""
    death = np.zeros((2, GROUPS, AGES))
    death[1] = 0.5
    done = project(of_age(30), stays(death=death), 5)
    assert done.flows[DEATHS, 0].tolist() == pytest.approx([0, 0, 500, 250, 125])


def test_newcomers_are_of_their_class_and_live_where_others_do() -> None:
    arrivals = np.zeros((1, 1, 1, 2))
    arrivals[0, 0, 0, Sex.FEMALE] = 10
    done = project(of_age(50), stays(arrivals=arrivals), 12)
    by_age = done.by_age()
    assert by_age[Sex.FEMALE].sum() == pytest.approx(120) == by_age[Sex.FEMALE, 20:31].sum()
    assert done.people[0, 2].sum() == pytest.approx(120), "all founders are rural"


def test_children_leave_as_often_as_women_of_their_mothers_ages() -> None:
    losing = [n for n, net in enumerate(tables().yearly.net_migration) if net < 0][:1]
    leave = expected(tables(), losing).leave[0]
    assert 0 < leave[5] < leave[18:40].max()
    assert not leave[95:].any()


@pytest.mark.parametrize("name", ["仙游县"])
def test_agents_come_to_the_expected_but_for_chance(name: str) -> None:
    history, people = agents(name)
    wanted = of_market(name)
    for flow in (BIRTHS, DEATHS, ARRIVALS):
        total = wanted.flows[flow].sum()
        assert history.flows[flow].sum() == pytest.approx(total, abs=4 * total**0.5 + 1)
    here = np.flatnonzero(history.lives["leaves"] >= MONTHS)
    age = (MONTHS - 1 - people.whole("birth_month")[here].astype(int)) // 12
    sex = people.whole("sex")[here]
    for lowest in (0, 15, 60, 80):
        for each in Sex:
            got = int(((age >= lowest) & (sex == each)).sum())
            total = wanted.by_age()[each, lowest:].sum()
            assert got == pytest.approx(total, abs=5 * total**0.5), (lowest, each)


def test_births_of_a_year_are_the_sum_of_its_months() -> None:
    done = of_market("仙游县")
    by_year = done.of_year(BIRTHS)
    assert len(by_year) == 6 and by_year.sum() == pytest.approx(done.flows[BIRTHS].sum())
    assert by_year[0] == pytest.approx(done.flows[BIRTHS, :, :2].sum())
