"""Any first-page number is traced to rows, formula, scenario values and sources."""

from __future__ import annotations

import pytest

from results.explain import explain
from results.facts import first_page
from results.tables import Run
from results.turning import crossing, effects, largest_movers, turning_points
from sim.errors import RunError


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_has_an_account_with_a_formula(run: Run, language: str):
    for id, fact in first_page(run, language).facts.items():
        assert fact.formula and fact.text and fact.title, id
        assert fact.rows or fact.inputs or fact.sources or fact.scenario, id


def test_an_account_names_rows_formula_scenario_values_and_sources(run: Run):
    text = explain(run, "verdict.childcare-slots-per-1000.met")
    for words in (
        "cascade.parquet",
        "in_time",
        "needed",
        "year = 2025",
        "supply.childcare-centre = 2020-12 2",
        "plan 三.2.(一).2",
        "within 30 days",
        "an invented standard",
    ):
        assert words in text


def test_an_unknown_id_lists_candidates_in_one_line(run: Run):
    with pytest.raises(RunError) as caught:
        explain(run, "childcare-slots-per-1000.met")
    text = str(caught.value)
    assert "verdict.childcare-slots-per-1000.met" in text and "\n" not in text
    with pytest.raises(RunError, match=r"candidates: scope\.replications"):
        explain(run, "@@@")


@pytest.mark.parametrize(
    ("ends", "value"),
    [
        ((1900, 1000, 0.5, 1.4, 0.95), 1450.0),
        ((10, 20, 0.9, 0.8, 0.95), None),
        ((10, 20, 0.95, 0.85, 0.95), 10.0),
    ],
)
def test_a_threshold_is_crossed_where_a_straight_line_says(ends, value):
    assert crossing(*ends) == value


def test_turning_points_say_on_which_side_the_verdict_reverses(run: Run):
    points = {point.parameter: point for point in turning_points(run)}
    wish, price = points["childcare.wish"], points["price.childcare"]
    assert wish.becomes and not wish.above and 0.12 < wish.value < 0.35
    assert price.becomes and price.above and 1900 < price.value < 2600
    errand = points["community-errand.minutes"]
    assert not errand.becomes and errand.above and errand.value == pytest.approx(30 + 30 * 22.8 / 150)
    assert "nursing-bed.stay" not in points, "it moves the share but not across the standard"


def test_movers_are_ranked_by_how_far_they_move_a_share(run: Run):
    spreads = [effect.spread for effect in effects(run) if effect.metric == "met"]
    assert spreads == sorted(spreads, reverse=True)
    assert [each.parameter for each in largest_movers(run, "met", 2)] == ["price.childcare", "childcare.wish"]
