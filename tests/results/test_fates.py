"""What a difference means for a person: who fares how, worked out by hand on one bed more."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from results.chains import Cause, chain_of
from results.fates import EMPTY, MORE, Fate, Telling, Who, most_changed, written_key
from results.records import NONE, A, B, Beside, Market
from scenarios.pairs import read_key
from sim.clock import MINUTES_PER_DAY, NEVER
from sim.kinds import Outcome
from tests.results.small_pairs import market
from tests.sim.small_market import Ask

FIRST, SECOND, THIRD, SITTING = 11, 12, 13, 1
DAYS = 120


def day(number: int) -> int:
    return number * MINUTES_PER_DAY


QUEUE = [
    Ask(SITTING, 0, stay=day(50)),
    Ask(FIRST, day(10), stay=day(100)),
    Ask(SECOND, day(20), stay=day(30), patience_end=day(70)),
    Ask(THIRD, day(30), stay=day(30), patience_end=day(100)),
]


def telling(a: Market, b: Market, asks: int) -> Telling:
    """Tell two markets whose asks are for service 4, by residents of county 7."""
    beside = Beside.of(a, b)
    of_asks = SimpleNamespace(spell=np.arange(asks), county=np.full(asks, 7))
    of_spells = SimpleNamespace(service=np.full(asks, 4), key=beside.key)
    ledger: Any = SimpleNamespace(asks=of_asks, spells=of_spells)
    return Telling(beside, chain_of(beside), ledger, day(DAYS))


def one_bed_more() -> Telling:
    pair = (market(QUEUE, {0: beds}, horizon=day(DAYS)) for beds in (1, 2))
    return telling(*pair, len(QUEUE))


def test_fates_are_those_worked_out_by_hand() -> None:
    first, second, third = one_bed_more().fates()
    assert (first.key, first.cause, first.fate, first.minute) == (FIRST, Cause.PLACES, Fate.SOONER, day(10))
    assert (first.waited_days_a, first.waited_days_b) == (40, 0)
    assert (first.in_place_days_a, first.in_place_days_b) == (70, 100), "the run ends first in A"
    assert (second.key, second.fate, second.by_key, second.left_a, second.left_b) == (
        SECOND,
        Fate.GAINS,
        FIRST,
        True,
        False,
    )
    assert (second.waited_days_a, second.waited_days_b, second.in_place_days_b) == (50, 30, 30)
    assert (third.key, third.fate, third.waited_days_a, third.waited_days_b) == (THIRD, Fate.GAINS, 70, 50)
    assert {(row.service, row.county) for row in (first, second, third)} == {(4, 7)}


def test_lists_hold_whom_they_name_the_most_changed_first() -> None:
    rows = one_bed_more().fates()
    assert [row.key for row in most_changed(rows)] == [FIRST, SECOND, THIRD]
    among = {who: {row.key for row in rows if row.among(who)} for who in Who}
    assert among[Who.WAITS_IN_A] == among[Who.CHANGED] == {FIRST, SECOND, THIRD}
    assert among[Who.WAITS_IN_B] == among[Who.LEFT_IN_A] == among[Who.GAINS] == {SECOND, THIRD}
    assert among[Who.SERVED_SOONER] == {FIRST}
    assert not among[Who.LOSES] | among[Who.LEFT_IN_B] | among[Who.SERVED_LATER]


def test_requests_are_those_with_a_record_in_the_counties_asked_about() -> None:
    asks = [*QUEUE, Ask(FIRST, day(12)), Ask(14, day(40), stay=day(1))]  # the first asks again while waiting
    told = telling(*(market(asks, {0: beds}, horizon=day(DAYS)) for beds in (1, 1)), len(asks))
    assert len(told.beside) == 6
    assert told.requests([7]).tolist() == [4] * 5 and told.requests([8]).size == 0


def test_a_tree_holds_whom_it_moves_and_nobody_else() -> None:
    told = one_bed_more()
    assert [row.key for row in told.of_tree(THIRD)] == [FIRST, SECOND, THIRD] and not told.of_tree(SITTING)


def test_it_is_said_whose_place_each_takes() -> None:
    told = one_bed_more()
    row = {int(key): number for number, key in enumerate(told.beside.key)}
    assert told.against(row[FIRST], B) == MORE, "A has no such bed"
    assert told.against(row[FIRST], A) == SECOND, "in B the second lies in the bed that the first has in A"
    assert told.against(row[SECOND], B) == told.against(row[THIRD], B) == FIRST
    assert told.against(row[SECOND], A) == NONE, "the second takes no place in A"


def test_a_place_that_nobody_has_in_the_other_scenario_stands_empty_there() -> None:
    asks = [Ask(FIRST, day(1), units=(0, 1)), Ask(SECOND, day(2), units=(1,))]
    moved = [Ask(FIRST, day(1), units=(1, 0)), asks[1]]
    pair = (market(each, {0: 1}, {0: 2}, horizon=day(DAYS)) for each in (asks, moved))
    told = telling(*pair, 2)
    assert [row.fate for row in told.fates()] == [Fate.ELSEWHERE]
    assert told.against(0, A) == told.against(0, B) == EMPTY


def test_an_episode_says_both_sides_of_one_request() -> None:
    (told,) = one_bed_more().episodes(SECOND)
    assert (told.minute, told.differs) == (day(20), True)
    assert (told.a.outcome, told.a.ended, told.a.unit) == (Outcome.LEFT_PATIENCE_ENDED, day(70), NONE)
    assert (told.b.outcome, told.b.admitted, told.b.ended, told.b.lists) == (
        Outcome.FINISHED, day(50), day(80), (0,),
    )  # fmt: skip
    assert (told.b.patience_end, told.b.stay) == (day(70), day(30))
    (same,) = one_bed_more().episodes(SITTING)
    assert not same.differs and same.a == same.b


def test_who_does_not_ask_in_one_scenario_has_nothing_there() -> None:
    asks = [Ask(FIRST, day(1), stay=NEVER)]
    told = telling(*(market(each, {0: 1}, horizon=day(DAYS)) for each in ([], asks)), 1)
    (row,) = told.fates()
    assert (row.fate, row.cause) == (Fate.GAINS, Cause.CHOICE)
    assert told.episode(0).a.outcome is None


def test_a_written_key_reads_back() -> None:
    for key in (0, 5, (350421 << 32) + 99, (1 << 64) - 1):
        assert read_key(written_key(key)) == key
