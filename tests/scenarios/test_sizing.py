"""The search for a least capacity, without a market: laws and stories."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.erlang import blocked, erlang_places, in_time, waits_at_all
from scenarios.sizing import (
    CHECKS,
    SizeError,
    at_confidence,
    clopper_pearson,
    fewest_replications,
    least_capacity,
    size,
)


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(1, 5000))
def test_the_search_finds_the_least_capacity_from_wherever_it_starts(
    true: int, floor: int, start: int
) -> None:
    tried: list[int] = []

    def meets(capacity: int) -> bool:
        tried.append(capacity)
        return capacity >= true

    assert least_capacity(meets, floor, start, 10_000) == max(true, floor)
    assert min(tried) >= floor and len(tried) < 40


@given(st.integers(0, 100), st.integers(1, 300), st.integers(1, 300))
def test_what_no_capacity_meets_is_found_out(floor: int, start: int, most: int) -> None:
    assert least_capacity(lambda _: False, floor, start, max(most, floor + 1)) == inf


@given(st.integers(1, 99), st.integers(0, 60))
def test_the_answer_is_as_sure_as_asked_for_the_next_replication(percent: int, more: int) -> None:
    """Of N + 1 that are equally likely the next lies at or below the k-th of N in k of N + 1."""
    confidence = percent / 100
    count = fewest_replications(confidence) + more
    rank = at_confidence(list(range(1, count + 1)), confidence)
    assert rank / (count + 1) >= confidence - 1e-9
    assert rank == 1 or (rank - 1) / (count + 1) < confidence


def test_too_few_replications_are_refused_with_what_to_give() -> None:
    with pytest.raises(SizeError, match="--replications 19 or more"):
        size(lambda replication, floor: 1, 0.95, 18)


def test_an_answer_that_fails_on_fresh_replications_is_raised_until_it_holds() -> None:
    asked: list[int] = []

    def least(replication: int, floor: int) -> int:
        asked.append(replication)
        return max(floor, 10 if replication <= 20 else 15)  # the first twenty were lucky

    sized = size(least, 0.9, 20)
    assert (sized.capacity, sized.raised, sized.holds, sized.met, sized.fresh) == (15, 1, True, 20, 20)
    assert asked == list(range(1, 61)), "each replication is asked once: a check is fresh"


def test_an_answer_that_never_holds_is_said_not_to_hold() -> None:
    sized = size(lambda replication, floor: max(floor, replication), 0.5, 10)
    assert not sized.holds and sized.raised == CHECKS - 1 and sized.met == 0


def test_where_too_many_replications_cannot_meet_it_there_is_no_answer() -> None:
    assert size(lambda replication, floor: inf if replication % 4 == 0 else 5.0, 0.9, 20).capacity is None
    assert size(lambda replication, floor: inf if replication % 4 == 0 else 5.0, 0.5, 20).capacity == 5


@settings(deadline=None)  # scipy is imported in the first
@given(st.integers(1, 60), st.integers(0, 60))
def test_the_exact_interval_holds_the_share_and_mirrors(of: int, met: int) -> None:
    met = min(met, of)
    low, high = clopper_pearson(met, of)
    assert 0 <= low <= met / of <= high <= 1
    mirrored = clopper_pearson(of - met, of)
    assert (low, high) == pytest.approx((1 - mirrored[1], 1 - mirrored[0]))


@given(st.floats(0.1, 300.0), st.floats(0.0, 2.0), st.floats(0.5, 0.99))
def test_erlangs_places_are_the_fewest_that_serve_the_share(load: float, stays: float, share: float) -> None:
    places = erlang_places(load, stays, share)
    assert places > load and in_time(places, load, stays) >= share
    assert places - 1 <= load or in_time(places - 1, load, stays) < share


@pytest.mark.parametrize(("places", "load"), [(1, 0.6), (3, 1.8), (10, 8.0)])
def test_erlang_c_is_that_of_the_sum_over_states(places: int, load: float) -> None:
    from math import factorial

    terms = [load**n / factorial(n) for n in range(places)]
    full = load**places / factorial(places) * places / (places - load)
    assert waits_at_all(places, load) == pytest.approx(full / (sum(terms) + full))
    last = load**places / factorial(places)
    assert blocked(places, load) == pytest.approx(last / (sum(terms) + last))
