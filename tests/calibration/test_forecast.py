"""A forecast from 2020's knowledge: it looks at nothing later, and what it says can be checked on 2015."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.forecast import (
    COLUMNS,
    QUANTILES,
    Forecast,
    back_test,
    care_from,
    forecast,
    homes_from,
    known_in,
    table_of,
    used,
)
from calibration.futures import INDICATORS, YEARS, futures, ranks
from calibration.outlook import Course, carry, cells_of
from calibration.trends import Known, _last_year, as_known, knowledge
from calibration.uptake import Taken, delivered, settings_of, take_market
from evidence.readings import NotingEvidence
from evidence.settings import load_parameters
from evidence.table import load_evidence
from scenarios.load import load_scenario
from scenarios.supply import supply_plan
from sim.errors import ScenarioError
from sim.parameters import Settings
from sim.places import load_atlas
from sim.rates import AGES

SEED = 20201101
MISSED = {("births", 2020), ("population", 2020)}  # from 2015's knowledge


def quantiles(values: np.ndarray) -> np.ndarray:
    return np.quantile(values, QUANTILES, axis=0)


def test_no_figure_of_a_later_year_is_read() -> None:
    everything = NotingEvidence(load_evidence().figures)
    seen = knowledge(everything, load_parameters(), 2020)
    late = [each for each in everything.noted if _last_year(each) > 2020]
    assert everything.noted and not late
    hidden = knowledge(as_known(load_evidence(), 2020), load_parameters(), 2020)
    assert np.array_equal(seen.un_line, hidden.un_line) and seen.fertility == hidden.fertility


def test_what_2020_knows_holds_no_period_that_ends_later() -> None:
    years = {each.year for each in as_known(load_evidence(), 2020).figures}
    assert "2015-2020" in years and "2019-11/2020-10" in years
    assert not years & {"2020-2025", "2021", "2021-06", "2019-2021"}


@given(st.integers(0, 2**40))
@settings(max_examples=5, deadline=None)
def test_higher_fertility_gives_more_births_in_every_future(seed: int) -> None:
    known = known_in()
    low, high = (futures(known, 20, seed, shift).values["births"] for shift in (0.0, 0.02))
    assert (high > low).all()


def test_the_first_year_is_what_2020_makes_plausible() -> None:
    drawn = futures(known_in(), 400, SEED)
    births, deaths, people = (
        np.median(drawn.values[name][:, 0]) for name in ("births", "deaths", "population")
    )
    assert 0.72 * 382_000 < births < 382_000, "births were falling, by 28 % in the worst year"
    assert abs(deaths / 258_900 - 1) < 0.05
    assert abs(people / 41_610_000 - 1) < 0.01


def test_doubt_of_births_grows_with_the_years_and_carries_the_trend() -> None:
    five = quantiles(futures(known_in(), 1000, SEED).values["births"])
    width = np.log(five[-1] / five[0])
    assert (np.diff(width) > 0).all() and width[-1] > 2 * width[0]
    yearly = np.log(five[2][-1] / five[2][0]) / (YEARS - 1)
    assert -0.12 < yearly < -0.05, "about a tenth a year"


def test_a_draw_is_the_same_whatever_is_drawn_beside_it() -> None:
    known = known_in()
    few, many = futures(known, 30, SEED), futures(known, 90, SEED)
    for name in INDICATORS:
        assert np.array_equal(few.values[name], many.values[name][:30])
    assert not np.array_equal(few.values["births"], futures(known, 30, SEED + 1).values["births"])


def test_residents_are_conserved_in_every_future() -> None:
    people = np.zeros((2, 12 * AGES))
    people[:, -600:] = 100.0  # nobody comes to the end of the table within these years
    death, fertile = np.full((3, 2, 2, AGES), 0.01), np.full((3, 2, AGES), 0.05)
    net = np.full((3, 2, 1), 40.0)
    profile = cells_of(np.eye(AGES)[30] / 2)[None, None] * np.ones((1, 2, 1))
    done = carry(people, Course(death, fertile, net, profile, 0.5), 14)
    expected = people.sum() + done.births.sum(axis=1) - done.deaths.sum(axis=1) + 14 * 40
    assert np.allclose(done.here(0, 13), expected)


def test_the_method_holds_from_2015_but_for_what_the_page_admits() -> None:
    found = back_test(draws=500)
    assert len(found) == 15
    assert {(each.indicator, each.year) for each in found if not each.inside} == MISSED


def test_ranks_are_even() -> None:
    drawn = np.sort(ranks(SEED, "births", 4000)[:, 0])
    assert np.abs(drawn - (np.arange(4000) + 0.5) / 4000).max() < 1.63 / np.sqrt(4000), "Kolmogorov, 1 %"


def test_the_table_has_a_row_for_each_indicator_and_year_in_order() -> None:
    five = np.sort(np.arange(10.0).reshape(2, 5), axis=1)
    text = table_of(Forecast((2021, 2022), {"births": five, "deaths": five}, 1, 1, 1))
    rows = [line.split(",") for line in text.splitlines()]
    assert tuple(rows[0]) == COLUMNS and [row[:2] for row in rows[1:]] == [
        ["births", "2021"], ["births", "2022"], ["deaths", "2021"], ["deaths", "2022"],
    ]  # fmt: skip


def made_up(persons: np.ndarray) -> Taken:
    return Taken(persons, np.full(persons.shape, 200.0), np.ones(6), np.ones(6))


def test_homes_begin_at_those_counted_and_a_draw_out_of_reach_is_left_out() -> None:
    persons = np.ones((2, 2, 2, 6))
    persons[0, 0, 0], persons[0, 1, 0] = np.arange(50, 56), np.arange(200, 206)  # reaches 100
    persons[1, 0, 0], persons[1, 1, 0] = 10, 60  # comes to 60 at most
    path, beds = homes_from(made_up(persons), 100, within=0.25)
    assert path.shape == beds.shape == (1, 6) and path[0, 0] == pytest.approx(100)
    assert (np.diff(path[0]) > 0).all()


def test_draws_near_the_use_of_2020_weigh_more() -> None:
    persons = np.ones((2, 2, 2, 6)) * np.array([10, 100]).reshape(2, 1, 1, 1)
    path, _, weights = care_from(made_up(persons), 90, close=0.3)
    assert weights.sum() == pytest.approx(1) and weights[2] > 100 * weights[0]
    assert (path[:, 0] == 90).all()


ASSUMED = [name for name in load_parameters() if name.startswith("forecast.")]


@cache
def of_2020() -> Known:
    return known_in()


def foretold(values: Settings) -> list[np.ndarray]:
    """Forecast a little, residents of homes and children in care from made-up agents."""
    known = replace(of_2020(), assumed=values)
    drawn, persons = futures(known, 40, SEED), np.full((8, 2, 2, 1), 1000.0)
    persons[:, 1, 0, 0] = np.linspace(23_000, 35_000, 8)
    persons[:, :, 1, 0] = np.geomspace(50_000, 100_000, 16).reshape(8, 2)
    growing = 1 + 0.01 * np.arange(16).reshape(8, 2, 1, 1) * np.arange(6)
    places = np.array([36_000.0, 85_000.0]).reshape(1, 1, 2, 1) * np.ones((8, 2, 2, 6))
    taken = Taken(persons * growing, places, np.ones(6), np.ones(6))
    return [*drawn.values.values(), *used(drawn, taken, load_evidence(), values, SEED).values()]


@pytest.mark.parametrize("name", ASSUMED)
def test_every_number_that_the_forecast_is_said_to_assume_moves_it(name: str) -> None:
    plain = load_parameters()
    moved = plain.with_values({name: plain[name] * 0.7})
    if name == "forecast.age_80_error":  # the mortality is fitted with it, and nothing else reads it
        fits = [knowledge(as_known(load_evidence(), 2020), each, 2020).mortality for each in (plain, moved)]
        assert not np.array_equal(fits[0].values, fits[1].values)
        return
    before, after = foretold(plain), foretold(moved)
    assert any(not np.array_equal(one, other) for one, other in zip(before, after, strict=True))


def test_no_run_knows_what_the_forecast_assumes(tmp_path: Path) -> None:
    assert len(ASSUMED) == 16
    assert not set(ASSUMED) & set(load_scenario("plan-2025").settings)
    mine = tmp_path / "mine.toml"
    number = 'value = 0.4\nsource = "a test"\nquality = "assumed"\nreason = "a test"\n'
    mine.write_text(f'title = "a case"\nextends = "plan-2025"\n[set."forecast.wish_walk"]\n{number}')
    with pytest.raises(ScenarioError, match=r"forecast\.wish_walk"):
        load_scenario(mine)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_a_share_of_the_plan_is_delivered(share: float) -> None:
    plan = supply_plan(load_scenario("plan-2025"))
    path = delivered(plan, share).paths["childcare-centre.places_per_1000"]
    whole = plan.paths["childcare-centre.places_per_1000"]
    assert path[0] == whole[0]
    assert path[-1] == pytest.approx(whole[0] + share * (whole[-1] - whole[0]))


def test_childcare_has_draws_of_its_own_at_each_level_of_the_wish_for_a_bed() -> None:
    scenario = load_scenario("companion-elder")
    low, high = (settings_of(scenario, SEED, 3, level) for level in (0, 1))
    moved = {name for name in low if low[name] != high[name]}
    assert "childcare-full.income_share" in moved and "elder-bed.wish" in moved
    assert all(name.startswith("childcare") or name == "elder-bed.wish" for name in moved)


def test_a_higher_wish_puts_more_in_homes_in_a_small_market() -> None:
    markets = load_atlas().markets
    number = next(n for n, market in enumerate(markets) if "明溪" in market.name)
    taken = take_market(number, 2, SEED)
    homes = taken.persons[:, :, 0, 0]
    assert (homes[:, 1] > homes[:, 0]).all() and taken.needed.min() > 0
    assert (taken.persons <= 2 * taken.places + 1).all(), "two half days share a slot"


@pytest.mark.slow
def test_the_whole_forecast_is_in_order_and_the_same_on_one_worker_or_two() -> None:
    one, two = (forecast(50, 2, SEED, workers) for workers in (1, 2))
    assert table_of(one) == table_of(two)
    for values in one.quantiles.values():
        assert (np.diff(values, axis=1) >= 0).all() and (values > 0).all()
