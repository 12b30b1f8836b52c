"""Facilities: a few people, one exact log each, the same from either engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from sim.errors import LawBroken
from sim.kinds import Engine, Step
from tests.sim import small_market
from tests.sim.small_market import PLACE, SERVE, Ask, table, told, units


@pytest.fixture(params=list(Engine), ids=lambda engine: engine.value)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Name each engine in turn."""
    return request.param


@pytest.fixture
def story(engine: Engine) -> Callable[..., list[tuple]]:
    """Tell what an engine makes of a market."""
    return partial(small_market.story, engine=engine)


@pytest.fixture
def serve(engine: Engine) -> Callable:
    """Serve with an engine."""
    return SERVE[engine]


def test_three_people_share_one_bed(story):
    asks = [Ask(1, 10, stay=100), Ask(2, 20, stay=50), Ask(3, 30, stay=50, patience_end=90)]
    assert story(asks, {0: 1}) == [
        ("FINISHED", 10, 110, 0),
        ("FINISHED", 110, 160, 0),
        ("LEFT_PATIENCE_ENDED", None, 90, -1),
    ]


def test_a_place_freed_this_minute_belongs_to_the_list_and_not_to_who_comes_now(story):
    asks = [Ask(5, 0, stay=40), Ask(9, 10, stay=40), Ask(1, 40, stay=40)]
    assert [row[1] for row in story(asks, {0: 1})] == [0, 40, 80]


def test_a_place_freed_this_minute_with_nobody_listed_goes_to_who_comes_now(story):
    assert [row[1] for row in story([Ask(5, 0, stay=40), Ask(1, 40, stay=40)], {0: 1})] == [0, 40]


def test_whoever_finds_the_first_choice_full_takes_the_second_rather_than_wait(story):
    asks = [Ask(1, 0, units=(0, 1)), Ask(2, 1, units=(0, 1)), Ask(3, 2, units=(0, 1))]
    assert [row[3] for row in story(asks, {0: 1}, {0: 1})] == [0, 1, -1]


def test_room_that_somebody_waits_for_is_not_free(story):
    """A whole place is waited for while half of one is free: the half-day child behind it waits too."""
    asks = [
        Ask(1, 0, parts=500, stay=100),
        Ask(2, 10, parts=1000, patience_end=60),
        Ask(3, 20, parts=500, stay=100),
    ]
    assert story(asks, {0: 1}) == [
        ("FINISHED", 0, 100, 0),
        ("LEFT_PATIENCE_ENDED", None, 60, -1),
        ("FINISHED", 60, 160, 0),
    ]


def test_at_a_public_home_the_first_class_goes_first_whenever_it_came(story):
    asks = [Ask(1, 0, stay=100), Ask(2, 10, priority=1), Ask(3, 20, priority=0)]
    assert [row[1] for row in story(asks, {0: 1}, public=[0], horizon=500)] == [0, None, 100]


def test_at_any_other_home_all_are_of_one_class(story):
    asks = [Ask(1, 0, stay=100), Ask(2, 10, priority=1), Ask(3, 20, priority=0)]
    assert [row[1] for row in story(asks, {0: 1}, horizon=500)] == [0, 100, None]


def test_who_is_on_two_lists_has_a_class_on_the_public_one_only(story):
    """Keys 4 to 6 wait for both homes: the private one frees first, for key 4; the public one takes key 6."""
    asks = [
        Ask(1, 0, stay=100, units=(0,)),
        Ask(2, 0, stay=50, units=(1,)),
        Ask(4, 10, priority=1, units=(0, 1)),
        Ask(5, 11, priority=1, units=(0, 1)),
        Ask(6, 12, priority=0, units=(0, 1)),
    ]
    places = [(row[1], row[3]) for row in story(asks, {0: 1}, {0: 1}, public=[0], horizon=500)]
    assert places == [(0, 0), (0, 1), (50, 1), (None, -1), (100, 0)]


def test_equal_minutes_are_ordered_by_key_not_by_row(story):
    asks = [Ask(9, 5), Ask(2, 5)]
    assert [row[0] for row in story(asks, {0: 1})] == ["WAITING", "IN_PLACE"]


def test_whoever_is_admitted_leaves_the_other_lists_and_lets_the_next_one_in(story):
    """Key 3 wants a whole place and blocks half of one at unit 0; unit 1 admits it, unit 0 serves key 4."""
    asks = [
        Ask(1, 0, parts=500, units=(0,)),
        Ask(2, 0, stay=50, units=(1,)),
        Ask(3, 10, parts=1000, units=(0, 1)),
        Ask(4, 20, parts=500, units=(0,)),
    ]
    assert [row[1:] for row in story(asks, {0: 1}, {0: 1})] == [
        (0, None, 0),
        (0, 50, 1),
        (50, None, 1),
        (50, None, 0),
    ]


def test_capacity_that_falls_expels_nobody_and_withdraws_freed_places(story):
    asks = [Ask(1, 0, stay=100), Ask(2, 0, stay=200), Ask(3, 10, stay=50)]
    assert story(asks, {0: 2, 50: 1}) == [
        ("FINISHED", 0, 100, 0),
        ("FINISHED", 0, 200, 0),
        ("FINISHED", 200, 250, 0),
    ]


def test_capacity_that_opens_is_offered_to_the_list_the_same_minute(story):
    opened = story([Ask(1, 3), Ask(2, 4)], {0: 0, 70: 1})
    assert opened == [("IN_PLACE", 70, None, 0), ("WAITING", None, None, -1)]


def test_where_people_leave_a_second_place_can_lengthen_a_wait(story):
    """Keys 3 and 4 give up at one bed; at two they are admitted and stay long, and key 5 waits for them."""
    asks = [
        Ask(1, 0, stay=10),
        Ask(2, 7, stay=5),
        Ask(3, 8, stay=100, patience_end=12),
        Ask(4, 9, stay=100, patience_end=14),
        Ask(5, 13),
    ]
    assert [row[1] for row in story(asks, {0: 1})] == [0, 10, None, None, 15]
    assert [row[1] for row in story(asks, {0: 2})] == [0, 7, 10, 12, 110]


def test_staff_that_is_missing_closes_places_that_are_built(serve):
    closed = replace(units({0: 2}), step_staffed=np.array([PLACE]))
    log = serve(table([Ask(1, 0), Ask(2, 0)]), closed, 100)
    assert [row[0] for row in told(log)] == ["IN_PLACE", "WAITING"]


def test_a_stay_ends_at_the_latest_with_the_need(story):
    assert story([Ask(1, 0, stay=100, need_end=60)], {0: 1}) == [("FINISHED", 0, 60, 0)]


def test_who_leaves_says_why_the_need_before_the_patience(story):
    asks = [Ask(1, 0, need_end=50, patience_end=50), Ask(2, 0, patience_end=50), Ask(3, 0, need_end=50)]
    assert [row[0] for row in story(asks, {0: 0})] == [
        "LEFT_NEED_ENDED",
        "LEFT_PATIENCE_ENDED",
        "LEFT_NEED_ENDED",
    ]


def test_patience_that_ends_as_a_place_frees_has_ended(story):
    assert story([Ask(1, 0, stay=50), Ask(2, 10, patience_end=50)], {0: 1})[1] == (
        "LEFT_PATIENCE_ENDED",
        None,
        50,
        -1,
    )


def test_who_has_no_patience_is_served_at_once_or_not_at_all(story):
    asks = [Ask(1, 5, patience_end=5), Ask(2, 6, patience_end=6)]
    assert [row[:3] for row in story(asks, {0: 1})] == [
        ("IN_PLACE", 5, None),
        ("LEFT_PATIENCE_ENDED", None, 6),
    ]


def test_who_is_in_place_or_listed_asks_for_nothing_else_of_the_group(story):
    asks = [
        Ask(1, 0, stay=100, units=(0,)),
        Ask(1, 50, units=(1,)),  # in place
        Ask(1, 60, units=(1,), group_id=1),  # another group
        Ask(2, 10, patience_end=40),
        Ask(2, 20),  # on a list
        Ask(2, 45, units=(2,)),  # gave up, asks again
        Ask(1, 100, units=(2,), stay=5),  # left the bed this minute
    ]
    outcomes = [row[0] for row in story(asks, {0: 1}, {0: 1}, {0: 2})]
    assert outcomes == [
        "FINISHED",
        "ALREADY_PLACED",
        "IN_PLACE",
        "LEFT_PATIENCE_ENDED",
        "ALREADY_PLACED",
        "IN_PLACE",
        "FINISHED",
    ]


def test_only_requests_are_served_and_the_log_keeps_their_order(story):
    asks = [Ask(1, 0, step=int(Step.AFFORDABLE)), Ask(2, 9), Ask(3, 3)]
    assert [row[1] for row in story(asks, {0: 2})] == [9, 3]


def test_a_worker_holds_clients_of_different_weight(story):
    """One worker: 49 of 50 parts taken by severely disabled clients leave room for ten elders, not eleven."""
    asks = [Ask(k, 0, parts=20) for k in range(49)] + [Ask(100 + k, 1, parts=2) for k in range(11)]
    assert sum(row[0] == "IN_PLACE" for row in story(asks, {0: 1})) == 49 + 10


def test_founders_are_seated_by_the_time_they_asked(story):
    asks = [
        Ask(1, -10, stay=100),  # third to ask: the places are taken, waits
        Ask(2, -300, stay=100),  # stayed and went before the census
        Ask(3, -200, stay=230),
        Ask(4, -100, need_end=50, units=(1, 0)),
        Ask(5, -50, patience_end=-5),  # gave up before the census
        Ask(6, -400, need_end=0),  # its need ended
    ]
    assert story(asks, {0: 1}, {0: 1}) == [
        ("FINISHED", 30, 130, 0),
        ("PAST", None, -200, -1),
        ("FINISHED", -200, 30, 0),
        ("FINISHED", -100, 50, 1),
        ("PAST", None, -5, -1),
        ("PAST", None, 0, -1),
    ]


def test_who_had_nowhere_else_to_go_is_seated_before_who_asked_earlier(story):
    """Three put unit 0 first and it holds two: key 1, though the first to ask, had unit 1 as well."""
    asks = [
        Ask(1, -300, units=(0, 1)),
        Ask(2, -200),
        Ask(3, -100),
    ]
    assert [row[3] for row in story(asks, {0: 2}, {0: 1})] == [1, 0, 0]


def test_where_no_unit_is_contested_founders_are_seated_in_order(story):
    """Two put unit 0 first and it holds two: what key 3 would have taken second does not count."""
    asks = [Ask(1, -300, units=(0, 1)), Ask(2, -200), Ask(3, -100, units=(1, 0))]
    assert [row[3] for row in story(asks, {0: 2}, {0: 1})] == [0, 0, 1]


def test_who_could_choose_between_contested_units_only_had_nowhere_else_to_go(story):
    """Units 0 and 1 hold one each and two put either first, so that key 5 with the free unit 2 comes last."""
    asks = [
        Ask(5, -500, units=(0, 2)),
        Ask(4, -400, units=(1, 0)),
        Ask(3, -300, units=(0, 1)),
        Ask(2, -200, units=(1,), patience_end=40),
    ]
    assert story(asks, {0: 1}, {0: 1}, {0: 1}) == [
        ("IN_PLACE", -500, None, 2),
        ("IN_PLACE", -400, None, 1),
        ("IN_PLACE", -300, None, 0),
        ("LEFT_PATIENCE_ENDED", None, 40, -1),
    ]


def test_a_unit_is_contested_by_those_alone_who_would_still_be_there(story):
    """Key 3 had left unit 0 before the census: the other two fit, and key 1 has its first choice."""
    asks = [Ask(1, -300, units=(0, 1)), Ask(2, -200), Ask(3, -400, stay=100)]
    assert [row[3] for row in story(asks, {0: 2}, {0: 1})] == [0, 0, -1]


def test_founders_of_either_order_are_seated_by_minute_and_then_by_key(story):
    """One place at unit 0, which five put first: of the three with no other, key 2 came first with key 3."""
    asks = [
        Ask(3, -200),
        Ask(2, -200),
        Ask(1, -100),
        Ask(5, -300, units=(0, 1)),
        Ask(4, -300, units=(0, 1)),
    ]
    told_rows = story(asks, {0: 1}, {0: 1})
    assert [row[3] for row in told_rows] == [-1, 0, -1, -1, 1]


def test_the_run_ends_just_before_the_horizon(story):
    asks = [Ask(1, 0, stay=100), Ask(2, 10, patience_end=100)]
    assert [row[0] for row in story(asks, {0: 1}, horizon=100)] == ["IN_PLACE", "WAITING"]
    assert [row[0] for row in story(asks, {0: 1}, horizon=101)] == ["FINISHED", "LEFT_PATIENCE_ENDED"]


def test_a_market_without_requests_has_an_empty_log(story):
    assert story([], {0: 1}) == []


@pytest.mark.parametrize(
    "wrong", [Ask(1, 0, stay=0), Ask(1, 0, parts=0), Ask(1, 0, units=()), Ask(1, 0, units=(3,)), Ask(1, 1000)]
)
def test_a_malformed_request_stops_the_run(story, wrong):
    with pytest.raises(LawBroken, match="request 0"):
        story([wrong], {0: 1})
