"""What follows from unit costs and a budget, as laws."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.sizes import whole_posts
from results.what_if import Wanting, bought, factor
from results.what_if import given as what_is_given
from tests.jinlin.test_sizing import question

COSTS = st.floats(1.0, 1e6)
PLACES = st.lists(st.integers(0, 500).map(float), max_size=8)


@given(st.floats(0, 1e9), COSTS, PLACES)
def test_a_budget_buys_what_it_pays_for_and_not_one_more(
    budget: float, each: float, wanted: list[float]
) -> None:
    plan = bought(budget, each, [Wanting(str(n), places, 0.5) for n, places in enumerate(wanted)])
    slack = 1e-6 * each + 1e-9 * budget
    assert plan.places * each - slack <= budget <= (plan.places + 1) * each + slack
    assert sum(plan.by_place) == pytest.approx(min(plan.places, sum(wanted)))


@given(st.integers(0, 1000), COSTS, PLACES)
def test_who_comes_first_is_served_first(places: int, each: float, wanted: list[float]) -> None:
    plan = bought(places * each, each, [Wanting(str(n), count, 0.5) for n, count in enumerate(wanted)])
    short = [want > got for want, got in zip(wanted, plan.by_place, strict=True)]
    assert not any(got and any(short[:n]) for n, got in enumerate(plan.by_place))


@given(st.integers(0, 10_000), st.integers(1, 10**8))
def test_a_budget_for_exactly_so_many_places_buys_them(places: int, fen: int) -> None:
    assert bought(places * fen / 100, fen / 100, ()).places == places


@given(st.integers(1, 60), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_years_count_as_their_sum_year_by_year(years: int, rise: float, discount: float) -> None:
    by_hand = sum(((1 + rise) / (1 + discount)) ** year for year in range(years))
    assert factor(years, rise, discount) == pytest.approx(by_hand, rel=1e-6)


@given(st.integers(0, 5000), st.integers(100, 20_000))
def test_posts_are_those_of_whole_thousandths(places: int, thousandths: int) -> None:
    """21 places at 0.7 a post are 30 posts, as ``sim.workforce`` counts them, and not 31."""
    assert whole_posts(places, thousandths / 1000) == -(-places * 1000 // thousandths)


def test_a_cost_that_a_scenario_sets_below_the_wages_is_not_used_below_them() -> None:
    asked = question()
    cheap = asked.scenario.settings.with_values({"cost.nursing-bed": 5_000.0})
    running = what_is_given(replace(asked, scenario=replace(asked.scenario, settings=cheap)), []).running
    assert running.low is not None and running.low > 5_000 and running.used == running.low


def test_a_cost_of_nil_buys_nothing() -> None:
    assert bought(100.0, 0.0, ()).places == 0
