"""Races: the winners are those of a race in which everyone is timed, and orders are stable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.families import by_age
from sim.races import Course, fastest, first_home, keys_of, look_of, order, race, winners

COMPILED = settings(deadline=None)  # the first example waits for the compiler
# few values, so that words, weights and with them times are often equal
WORDS = st.one_of(st.integers(0, 3), st.integers(2**32 - 3, 2**32 - 1), st.integers(0, 2**32 - 1))
WEIGHTS = st.sampled_from([0.0, 1e-6, 0.25, 0.3, 1.0, 4.0, 1e6])


@st.composite
def fields(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Make the words and weights of up to 60 who race."""
    count = draw(st.integers(0, 60))
    return draw(arrays(np.uint32, count, elements=WORDS)), draw(arrays(float, count, elements=WEIGHTS))


def timed(words: np.ndarray, weights: np.ndarray) -> list[tuple[float, int]]:
    """Time everyone who has a weight, the first first, of equals the one that stands first."""
    times = [
        float(time) / weight if weight else np.inf for time, weight in zip(race(words), weights, strict=True)
    ]
    return sorted((time, place) for place, time in enumerate(times) if weights[place])


@COMPILED
@given(fields(), st.integers(-1, 70))
def test_the_winners_are_those_of_a_race_in_which_everyone_is_timed(
    field: tuple[np.ndarray, np.ndarray], count: int
) -> None:
    words, weights = field
    first = [place for _, place in timed(words, weights)[: max(count, 0)]]
    assert fastest(words, weights, count).tolist() == sorted(first)


@COMPILED
@given(fields(), st.integers(1, 20), st.floats(0, 1e6), st.floats(1e-3, 1e3))
def test_no_guess_of_the_deadline_moves_a_winner(
    field: tuple[np.ndarray, np.ndarray], count: int, before: float, scale: float
) -> None:
    words, weights = field
    course = Course.of(np.zeros(len(words), dtype=np.uint64), weights)
    course.sums[0], course.most[0] = weights.sum() * scale, weights.max(initial=0.0)
    found = first_home(course, words, words, 0, 1, count, before)
    first = timed(words, weights)[:count]
    assert course.places[:found].tolist() == sorted(place for _, place in first)
    assert sorted(course.times[:found].tolist()) == [time for time, _ in first]


def test_only_the_candidates_of_the_stretches_race() -> None:
    course = Course.of(np.zeros(4, dtype=np.uint64), np.ones(4), np.array([0, 1, 3, 4]))
    course.sums[:], course.most[:] = [1.0, 2.0, 1.0], 1.0
    words = np.array([2**32 - 1, 5, 9, 2**32 - 1], dtype=np.uint32)
    assert first_home(course, words, words, 1, 2, 1, 0.0) == 1
    assert course.places[0] == 2


@COMPILED
@given(fields(), fields(), st.integers(1, 30), st.sampled_from([0.25, 1.0, 3.0]))
def test_a_race_over_stretches_is_one_over_weights_times_factors(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray], count: int, factor: float
) -> None:
    words, weights = (np.concatenate(parts) for parts in zip(first, second, strict=True))
    ends = len(first[0])
    course = Course.of(np.zeros(len(words), dtype=np.uint64), weights, np.array([0, ends, len(words)]))
    course.factors[1] = factor
    for stretch, inside in enumerate((weights[:ends], weights[ends:])):
        course.sums[stretch], course.most[stretch] = inside.sum(), inside.max(initial=0.0)
    found = first_home(course, words, words, 0, 2, count, 0.0)
    whole = np.append(weights[:ends], weights[ends:] * factor)
    assert course.places[:found].tolist() == sorted(place for _, place in timed(words, whole)[:count])


@COMPILED
@given(fields(), st.integers(1, 30))
def test_lower_looks_hide_nobody_who_arrives(field: tuple[np.ndarray, np.ndarray], count: int) -> None:
    words, weights = field
    course = Course.of(np.zeros(len(words), dtype=np.uint64), weights)
    course.sums[0], course.most[0] = weights.sum(), weights.max(initial=0.0)
    looks = [look_of(word, weight, course.most[0]) for word, weight in zip(words, weights, strict=True)]
    found = first_home(course, words, np.array(looks, dtype=np.uint32), 0, 1, count, 0.0)
    assert course.places[:found].tolist() == sorted(place for _, place in timed(words, weights)[:count])


@COMPILED
@given(
    arrays(np.uint64, st.integers(0, 80), elements=st.one_of(st.integers(0, 5), st.integers(0, 2**64 - 1)))
)
def test_equal_keys_stay_in_the_order_in_which_they_stand(keys: np.ndarray) -> None:
    assert order(keys).tolist() == sorted(range(len(keys)), key=lambda place: (int(keys[place]), place))


@pytest.mark.parametrize("bits", [1, 10, 11, 40, 41, 64])
def test_keys_of_any_width_are_ordered_by_all_their_bits(bits: int) -> None:
    keys = np.random.default_rng(bits).integers(0, 2**bits, 3000, dtype=np.uint64, endpoint=False)
    ordered = keys[order(keys)]
    assert (ordered[1:] >= ordered[:-1]).all()
    assert sorted(order(keys).tolist()) == list(range(3000))


@COMPILED
@given(arrays(float, st.integers(0, 30), elements=st.floats(allow_nan=False).map(lambda x: x + 0.0)))
def test_numbers_below_and_above_zero_keep_their_order_as_keys(scores: np.ndarray) -> None:
    assert scores[order(keys_of(scores))].tolist() == sorted(scores.tolist())


def test_the_smallest_scores_win_ties_in_order_of_place() -> None:
    assert winners(np.array([2.0, 1.0, 2.0, 2.0, np.inf]), 3).tolist() == [0, 1, 2]
    assert winners(np.array([np.inf, 1.0]), 5).tolist() == [1]
    assert winners(np.array([1.0]), 0).size == 0 and winners(np.array([]), 3).size == 0


def test_chances_of_winning_are_as_the_weights() -> None:
    """Of two who race for one place the one of weight 3 wins three times of four."""
    draws = np.random.default_rng(1).integers(0, 2**32, (20_000, 2), dtype=np.uint32)
    weights = np.array([1.0, 3.0])
    won = np.mean([fastest(words, weights, 1)[0] for words in draws])
    assert won == pytest.approx(0.75, abs=4 * np.sqrt(0.75 * 0.25 / len(draws)))


@COMPILED
@given(arrays(np.int16, st.integers(0, 50), elements=st.integers(0, 1319)))
def test_rows_by_age_stand_from_young_to_old_and_equals_as_before(ages: np.ndarray) -> None:
    rows = np.arange(len(ages)) * 3
    ordered, younger = by_age(rows, ages)
    assert ordered.tolist() == [3 * n for n in sorted(range(len(ages)), key=lambda n: (ages[n], n))]
    assert all(younger[month] == (ages < month).sum() for month in (0, 1, 216, 659, 1320))
