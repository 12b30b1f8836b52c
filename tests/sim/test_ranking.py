"""Ranking of units against a plain loop over every seeker and unit."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kinds import Step
from sim.ranking import Distances, Offer, Weights, rank
from sim.streams import Decision, Stream
from sim.wishes import Seekers

STREAM = Stream.of(3, 0)
MONTHS, KINDS, PAYERS, COUNTIES = 3, 2, 3, 2
WHOLE = st.integers(0, 10**6)


def numbers(draw: Any, count: int, values: st.SearchStrategy[Any], dtype: str) -> np.ndarray:
    return np.array(draw(st.lists(values, min_size=count, max_size=count)), dtype=dtype)


@st.composite
def cases(draw: Any) -> tuple[Seekers, np.ndarray, Offer, Distances, Weights]:
    """Draw some seekers and a pool of units, two counties of two townships each."""
    many, units = draw(st.integers(1, 4)), draw(st.integers(0, 40))
    seekers = Seekers(
        key=numbers(draw, many, st.integers(0, 2**64 - 1), "u8"),
        minute=numbers(draw, many, st.integers(-500, 500), "i4"),
        ordinal=numbers(draw, many, st.integers(-3, MONTHS + 2), "i2"),
        county=numbers(draw, many, st.integers(0, COUNTIES - 1), "u1"),
        township=numbers(draw, many, st.integers(0, 3), "i2"),
        payer=numbers(draw, many, st.integers(0, PAYERS - 1), "u1"),
    )
    township = numbers(draw, units, st.integers(0, 3), "i8")
    offer = Offer(
        unit=np.arange(units, dtype=np.int32) + 5,
        kind=numbers(draw, units, st.integers(0, KINDS - 1), "u1"),
        opens=numbers(draw, units, st.sampled_from([0, 0, 250]), "i4"),
        county=township // 2,
        township=township,
        site=numbers(draw, units, st.integers(0, 2**32 - 1), "i8"),
        log_size=np.log(numbers(draw, units, st.integers(1, 300), "f8")),
        prices=numbers(draw, KINDS * MONTHS, st.sampled_from([-1, 0, 200_000, 400_000]), "i8").reshape(
            KINDS, -1
        ),
        admits=numbers(draw, KINDS * PAYERS, st.sampled_from([True, True, False]), "?").reshape(KINDS, -1),
        free=numbers(draw, KINDS * PAYERS, st.booleans(), "?").reshape(KINDS, -1),
    )
    ability = numbers(draw, many, st.sampled_from([0, 199_999, 200_000, 10**6]), "i8")
    distances = Distances(np.array([1.0, 3.0]), np.array([5.0, 9.0]), np.array([[0.0, 30.0], [30.0, 0.0]]))
    weight = st.sampled_from([0.0, 0.5, 2.0])
    reach, lists = draw(st.sampled_from([1.0, 6.0, 100.0])), draw(st.integers(1, 3))
    weights = Weights(draw(weight), draw(weight), draw(weight), reach, lists)
    return seekers, ability, offer, distances, weights


def plainly(
    seekers: Seekers, ability: np.ndarray, offer: Offer, distances: Distances, weights: Weights
) -> list:
    """Rank unit by unit: the step reached and the units, best first."""
    found = []
    for i in range(len(seekers.key)):
        month, minute = min(max(int(seekers.ordinal[i]), 0), MONTHS - 1), max(int(seekers.minute[i]), 0)
        step, marks = Step.WANTED, []
        for u in range(len(offer.unit)):
            kind, payer = offer.kind[u], seekers.payer[i]
            price = offer.prices[kind, month]
            if offer.opens[u] > minute or price < 0 or not offer.admits[kind, payer]:
                continue
            price = 0 if offer.free[kind, payer] else price
            if price > ability[i]:
                continue
            step = max(step, Step.AFFORDABLE)
            way, liking, _, _ = STREAM.words(seekers.key[i : i + 1], Decision.TASTE, int(offer.site[u]))[:, 0]
            home, there = seekers.county[i], offer.county[u]
            mean = distances.within[home] if home == there else distances.between[home, there]
            mean = distances.near[home] if seekers.township[i] == offer.township[u] else mean
            km = mean * 1.5 * np.sqrt((way + 0.5) / 2**32)
            if km > weights.reach_km:
                continue
            step = Step.REQUESTED
            taste = -np.log(-np.log((liking + 0.5) / 2**32))
            cost = weights.price * price / 100_000 + weights.travel * km / weights.reach_km
            marks.append((cost - weights.size * offer.log_size[u] - taste, int(offer.unit[u])))
        units = [unit for _, unit in sorted(marks)[: weights.lists]]
        found.append((int(step), units + [-1] * (3 - len(units))))
    return found


@settings(max_examples=300, deadline=None)
@given(cases())
def test_the_best_units_are_those_of_a_plain_loop(case: tuple) -> None:
    step, best = rank(*case, STREAM)
    assert list(zip(step.tolist(), best.tolist(), strict=True)) == plainly(*case)


@settings(max_examples=30, deadline=None)
@given(cases(), st.data())
def test_units_that_nobody_can_tell_apart_stand_in_order(case: tuple, data: st.DataObject) -> None:
    seekers, ability, offer, distances, weights = case
    twice = {
        name: np.repeat(getattr(offer, name), 2) for name in ("kind", "opens", "county", "township", "site")
    }
    unit = np.arange(2 * len(offer.unit), dtype=np.int32)
    doubled = Offer(unit, **twice, log_size=np.repeat(offer.log_size, 2), prices=offer.prices,
                    admits=offer.admits, free=offer.free)  # fmt: skip
    _, best = rank(seekers, ability, doubled, distances, weights, STREAM)
    for first, second in best[:, :2].tolist():
        assert second in (-1, first + 1) and first % 2 in (0, 1)
        assert first == -1 or first % 2 == 0
