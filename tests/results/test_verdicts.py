"""The verdicts' formulas, on numbers that can be done in the head."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.estimates import Estimate, Interval, estimate, ratio
from results.tables import Run
from results.verdicts import (
    break_even_minutes,
    delivered,
    enough,
    grade_of,
    idle,
    lowest_grade,
    minutes_per_resident_year,
    unused_place_days,
    verdict,
    verdicts,
)


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize(
    ("reached", "planned", "comparator", "yes"),
    [
        ((3.0,), 3.0, ">=", True),
        ((2.9999999999,), 3.0, ">=", True),  # a path that ends in 3 ends in 3, whatever floats say
        ((2.99,), 3.0, ">=", False),
        ((3.0, 2.9), 3.0, ">=", False),  # in every replication, or not
        ((60.0,), 60.0, ">", False),  # 超过 excludes the number
        ((60.1,), 60.0, ">", True),
        ((150.0,), 150.0, "<=", True),
        ((151.0,), 150.0, "<=", False),
        ((100.0,), 100.0, "=", True),
        ((3.0,), None, ">=", None),  # the plan is silent
        ((3.0,), 3.0, "~", None),  # wording without a number
        ((), 3.0, ">=", None),  # nothing to compare
    ],
)
def test_delivered_follows_the_comparator(reached, planned, comparator, yes):
    assert delivered(array(2.0), array(*reached), planned, comparator).yes is yes


def test_a_probability_needs_fifty_draws():
    few, many = np.full(49, 90.0), np.append(np.full(40, 96.0), np.full(10, 90.0))
    assert enough(few, np.full(49, 100.0), np.zeros(49), 0.95).probability is None
    judged = enough(many, np.full(50, 100.0), np.zeros(50), 0.95)
    assert judged.probability == 0.8 and judged.replications == 50


def test_whoever_may_still_be_served_in_time_is_not_counted_against():
    assert enough(array(90), array(110), array(10), 0.95).share.mean == 0.9


def test_replications_in_which_nobody_asked_do_not_count():
    judged = enough(array(0, 9), array(0, 10), array(0, 0), 0.9)
    assert judged.replications == 1 and judged.share.mean == 0.9


def test_idle_adds_pools_up_and_costs_each_at_its_own_price():
    judged = idle({"a": array(365), "b": array(730)}, 365, {"a": array(1000), "b": array(100)})
    assert judged.places.mean == 3 and judged.yuan.mean == 1200


def test_idle_without_a_cost_says_so():
    assert not idle({"a": array(365)}, 365, {}).yuan.known


def test_fourteen_and_eighteen_workers_carry_134_and_173_minutes():
    """The design's own figures: 1,600 hours a worker and year."""
    carried = minutes_per_resident_year(array(14, 18) * 1600 * 60, array(10_000, 10_000))
    assert np.round(carried).tolist() == [134, 173]


def test_the_break_even_of_an_errand_spends_exactly_what_is_supplied():
    minutes = break_even_minutes(array(20), array(500), array(400))
    events = 400 / 20
    assert minutes[0] * events == 500


def test_the_lowest_grade_wins_and_none_is_c():
    assert [lowest_grade(list(grades)) for grades in ("A", "AB", "CAB", "")] == ["A", "B", "C", "C"]


def test_an_assumed_number_that_moves_a_verdict_makes_it_grade_c(run: Run):
    assert grade_of(run, "childcare-slots-per-1000", ["A"]) == "C"
    assert grade_of(run, "ordinary-beds", ["A"]) == "A"


def test_a_plan_without_a_number_is_not_judged_delivered(run: Run):
    silent = {each.target.id: each.delivered.yes for each in verdicts(run) if each.target.planned is None}
    assert silent == {"nursing-beds-per-institution-min": None, "ordinary-beds": None}


def test_services_that_share_a_pool_share_its_capacity_once(run: Run):
    alone = run.table("months").filter(service=0).filter(month=61)
    days = unused_place_days(run, "childcare-slot")
    offered = alone.filter(replication=0)["usable_parts"].sum() / 1000 * 366
    assert days[0] < offered, "the capacity of a shared pool is counted twice"


def with_places(run: Run, by_month: dict[int, int]) -> Run:
    """Give every county places by month (those of the last month named hold on), none of them taken."""
    usable = pl.col("month").map_elements(
        lambda month: by_month[max(m for m in by_month if m <= month)], pl.Int64
    )
    months = run.table("months").with_columns(usable_parts=usable * 1000, place_part_days=pl.lit(0, pl.Int64))
    return run.having("months", months)


def test_places_that_open_on_the_last_day_of_a_month_are_idle_on_that_day_alone(run: Run):
    counties = len(run.manifest.counties)
    late = with_places(run, {0: 0, 61: 2})
    assert unused_place_days(late, "nursing-bed").tolist() == [2 * counties] * run.replications
    june = with_places(run, {0: 0, 55: 1})  # 2025-06: one day of June and 184 after it
    assert unused_place_days(june, "nursing-bed").tolist() == [185 * counties] * run.replications
    held = with_places(run, {0: 3})
    assert unused_place_days(held, "nursing-bed").tolist() == [3 * 365 * counties] * run.replications


def test_places_that_close_stand_until_the_last_day_of_the_month(run: Run):
    closed = with_places(run, {0: 1, 50: 0})  # 2025-01: thirty days of January
    counties = len(run.manifest.counties)
    assert unused_place_days(closed, "nursing-bed").tolist() == [30 * counties] * run.replications


def test_a_target_without_services_has_no_verdict_on_people(run: Run):
    bare = replace(run.manifest.capacity_targets[0], services=(), delivered={"2020": (), "2025": ()})
    judged = verdict(run, bare)
    assert judged.met is None and judged.idle is None and judged.delivered.yes is None
    assert not judged.delivered.reached.known


def test_an_interval_is_percentiles_from_twenty_replications_and_a_range_below():
    assert estimate(np.arange(19.0)).kind is Interval.RANGE
    wide = estimate(np.arange(101.0))
    assert (wide.kind, wide.low, wide.high) == (Interval.PERCENTILES, 5.0, 95.0)
    assert estimate([4.0]).kind is Interval.NOT_ESTIMATED
    assert estimate([4.0, 4.0]).kind is Interval.RANGE, "two that agree by chance are not exact"
    assert not estimate([math.nan]).known


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_an_estimate_lies_within_its_interval(values):
    found: Estimate = estimate(values)
    slack = 1e-6 * max(1.0, abs(found.mean))
    assert min(values) - slack <= found.low <= found.high <= max(values) + slack


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20))
def test_a_share_of_nobody_is_unknown_and_never_infinite(pairs):
    top, bottom = np.array(pairs).T
    shares = ratio(top, bottom)
    assert np.isnan(shares[bottom == 0]).all() and np.isfinite(shares[bottom > 0]).all()
