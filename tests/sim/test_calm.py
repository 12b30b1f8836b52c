"""Calm months: the limits of a span hold for every age within it, and the bits are the months."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from sim import calm
from sim.calm import (
    SPAN,
    birthdays,
    bit_of,
    changes_side,
    first_of,
    from_place,
    limits_of,
    make_room,
    watch,
    whole_words,
)
from sim.kinds import Employment, Sex
from sim.rates import OLDEST
from tests.sim.small_life import STREAM, tables

LIMITS = limits_of(tables().month)[0]
AGES = range(OLDEST + 1)


def ages_within(age: int) -> np.ndarray:
    """Return the ages that one of an age in completed years may have within a span."""
    return np.unique(np.minimum((12 * age + np.arange(11 + SPAN)) // 12, OLDEST))


def half(word: np.ndarray) -> np.ndarray:
    """Return the upper halves of words of 32 bits."""
    return word >> 16


@pytest.mark.parametrize("name", ["death", "turnover", "birth"])
def test_no_word_below_a_threshold_of_a_span_lies_above_its_limit(name: str) -> None:
    """A word is an event where it lies below a threshold; its half is looked at up to the limit, included."""
    table = getattr(tables().month, name)
    thresholds = table.reshape(-1, *table.shape[-2:]).max(axis=0)  # of both states of function, of all times
    for age in AGES:
        highest = thresholds[:, ages_within(age)].max(axis=1)
        assert (LIMITS[name][:, age] >= half(np.maximum(highest, 1) - 1)).all(), age


@pytest.mark.parametrize("name", ["disability", "leave"])
def test_no_word_at_a_threshold_from_the_top_lies_below_its_limit(name: str) -> None:
    thresholds = getattr(tables().month, name)
    for age in AGES:
        assert (LIMITS[name][:, age] <= half(thresholds[:, ages_within(age)].min(axis=1))).all(), age


def test_limits_are_wide_enough_to_miss_nobody_and_narrow_enough_to_skip_most() -> None:
    chance = (LIMITS["death"] + LIMITS["turnover"].astype(float) + 2.0**16 - LIMITS["disability"]) / 2.0**16
    assert chance[:, :40].max() < 0.01 < chance[:, 90].min()


def test_those_at_work_and_those_who_seek_it_are_watched_from_their_own_end() -> None:
    unemployment = tables().month.unemployment
    assert (LIMITS["idle"] == half(unemployment[:, Employment.EMPLOYED] - 1)).all(), "work is lost below"
    assert (LIMITS["found"] == half(unemployment[:, Employment.UNEMPLOYED])).all(), "and found from there on"


@pytest.mark.parametrize("sex", Sex)
def test_who_may_change_sides_at_a_birthday_is_never_calm_then(sex: Sex) -> None:
    """Where taking part in work, or studying, differs between ages of a span, birthdays are watched."""
    t = tables().month
    for age in range(OLDEST):
        within = ages_within(age)
        for sides in (t.participation[sex, within], t.student[sex, within]):
            for rank in {0, 65535, *(int(side) + step for side in sides for step in (-1, 0))} & set(
                range(65536)
            ):
                differs = len({bool(rank < side) for side in sides}) > 1
                assert changes_side(LIMITS, int(sex), rank, age) or not differs, (age, rank)


@trial(deadline=None)  # the first call compiles
@given(st.integers(0, 1400))
def test_birthdays_are_the_months_in_which_a_year_is_completed(age_months: int) -> None:
    bits = int(birthdays(age_months))
    assert [n for n in range(SPAN) if bits >> n & 1] == [n for n in range(SPAN) if (age_months + n) % 12 == 0]


@trial(deadline=None)  # the first call compiles
@given(st.integers(1, 2**64 - 1))
def test_the_first_month_of_a_word_is_its_lowest_bit(bits: int) -> None:
    assert first_of(np.uint64(bits)) == (bits & -bits).bit_length() - 1


@pytest.mark.parametrize("place", range(SPAN + 1))
def test_the_months_from_a_place_on_are_the_bits_above(place: int) -> None:
    assert int(from_place(place)) == (2**64 - 1) >> place << place
    assert int(bit_of(place)) == (1 << place if place < SPAN else 0)
    assert int(bit_of(-1 - place)) == 0


@trial(deadline=None)  # the first call compiles
@given(st.lists(st.booleans(), min_size=SPAN, max_size=SPAN))
def test_a_byte_a_month_becomes_a_bit_a_month(flags: list[bool]) -> None:
    by_eight = np.array(flags, dtype=np.uint8).view(np.uint64)
    assert int(calm._gathered(by_eight)) == sum(1 << n for n, flag in enumerate(flags) if flag)


WATCHED = {  # limit: the word that it is held against, whether from the top end, which of the answers tells
    "death": (0, False, 0), "turnover": (1, False, 0), "disability": (1, True, 0), "birth": (2, False, 0),
    "leave": (2, True, 0), "idle": (3, False, 1), "found": (3, True, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", WATCHED)
@pytest.mark.parametrize("first", [0, 38, SPAN])
def test_the_months_watched_are_those_whose_words_reach_the_limit_that_word_included(
    name: str, first: int
) -> None:
    key, group, age, county, area = np.uint64(350302 << 32 | 7), 3, 60, 19, 1
    word, from_top, answer = WATCHED[name]
    months = range(first, first + SPAN)
    drawn = np.array([half(STREAM.life_words(np.array([key]), month)[word, 0]) for month in months])
    limits = limits_of(tables().month)
    for each, (_, top, _) in WATCHED.items():
        limits[each] = 2**16 - 1 if top else 0  # nothing is watched
    limit = np.sort(drawn)[SPAN // 3]  # is one of the words
    limits[name] = limit
    one, room, by_eight = (each[0] for each in make_room())
    one["key"], one["sex"], one["area"], one["county"] = key, group // 2, area, county
    bits = watch(one, first, limits[0], age, room, by_eight, STREAM.k0, STREAM.k1)
    found = [[n for n in range(SPAN) if int(each) >> n & 1] for each in bits]
    reached = np.flatnonzero(drawn >= limit if from_top else drawn <= limit).tolist()
    assert found == [reached if n == answer else [] for n in range(3)]


@pytest.mark.parametrize("first", [0, 38])
def test_the_whole_words_of_a_month_are_those_of_its_stream(first: int) -> None:
    one, room, view = (each[0] for each in make_room())
    one["key"] = 350302 << 32 | 7
    watch(one, first, limits_of(tables().month)[0], 60, room, view, STREAM.k0, STREAM.k1)
    for place in range(SPAN):
        found = whole_words(one, first + place, place, view["half"], STREAM.k0, STREAM.k1)
        assert list(found) == STREAM.life_words(np.array([one["key"]]), first + place)[:, 0].tolist()
