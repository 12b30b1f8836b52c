"""The tables of life: graduation keeps what was published, and thresholds mean what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.table import load_evidence
from evidence.vital import fertility, mortality, population
from sim.rates import AGES, from_top, graduate, monthly
from tests.sim.small_life import tables

STARTS = [0, 1, *range(5, 101, 5)]


@given(st.lists(st.floats(0.8, 1.4), min_size=7, max_size=7))
def test_a_smooth_curve_keeps_the_mean_of_every_group(steps: list[float]) -> None:
    starts = [0, 15, 30, 45, 60, 75, 90]
    means = 0.01 * np.cumprod(steps)
    weights = np.exp(-np.arange(AGES) / 40)
    for log in (True, False):
        curve = graduate(starts, means, weights, log=log)
        got = np.add.reduceat(curve * weights, starts) / np.add.reduceat(weights, starts)
        assert got == pytest.approx(means, rel=1e-3)


def test_the_two_ends_of_a_word_do_not_meet() -> None:
    words = np.array([0, 2**31, 2**32 - 1], dtype=np.uint64)
    assert (words >= from_top(0.25)).tolist() == [False, False, True]
    assert not (words >= from_top(0.0)).any()


def test_a_year_of_months_has_the_risk_of_the_yearly_rate() -> None:
    rates = np.array([0.0, 0.01, 0.5])
    assert 1 - (1 - monthly(rates)) ** 12 == pytest.approx(1 - np.exp(-rates))


def test_single_ages_add_up_to_the_census() -> None:
    people = population(load_evidence(), 2020)
    assert people.sum() == pytest.approx(41_540_086, abs=1)
    assert people[1, 85:90].sum() == pytest.approx(173_144, abs=1)
    assert (people >= 0).all()


def test_the_unscaled_rates_give_the_published_life_expectancy_of_china() -> None:
    rates = mortality(load_evidence(), 1.0)
    for sex, name in enumerate(("male", "female")):
        alive = np.exp(-np.append(0, np.cumsum(rates[sex])))
        lived = ((alive[:-1] - alive[1:]) / rates[sex]).sum() + alive[-1] / rates[sex, -1]
        # The period's expectation lies up to a year above that of its first year.
        assert load_evidence().value(f"e0_{name}", "China", 2020) == pytest.approx(lived, abs=1.0)


def test_deaths_and_births_of_2020_are_the_official_ones() -> None:
    evidence, yearly = load_evidence(), tables().yearly
    deaths = (yearly.population * yearly.death).sum()
    births = yearly.population[1] @ yearly.fertility
    assert deaths == pytest.approx(evidence.value("deaths_official", year=2020), rel=0.01)
    assert births == pytest.approx(evidence.value("births_revised_base", year=2020), rel=0.01)


def test_fertility_keeps_the_rate_of_each_group() -> None:
    rates = fertility(load_evidence(), 1.0)
    for first in range(15, 50, 5):
        published = load_evidence().value(f"asfr_census_{first}-{first + 4}", "China", 2020)
        assert rates[first : first + 5].mean() == pytest.approx(published, rel=1e-6)
    assert rates.sum() == pytest.approx(1.30, abs=0.005)
