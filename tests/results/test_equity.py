"""Equity: the concentration index against its definition, and what the poorest bear."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.equity import concentration_index, poorest_part

FIFTHS = st.lists(st.integers(1, 60), min_size=5, max_size=5)


def by_person(served: list[int], needed: list[int]) -> float:
    """Twice the covariance of service and rank over the mean, person by person, by the textbook."""
    got = np.concatenate([np.full(n, s / n) for s, n in zip(served, needed, strict=True)])
    rank = (np.arange(len(got)) + 0.5) / len(got)
    return float(2 * np.cov(got, rank, bias=True)[0, 1] / got.mean())


@given(FIFTHS, FIFTHS)
def test_groups_give_the_index_of_their_people(served: list[int], needed: list[int]) -> None:
    found = concentration_index(np.array([served], float), np.array([needed], float))[0]
    assert found == pytest.approx(by_person(served, needed), abs=1e-9)


@given(FIFTHS)
def test_a_service_that_is_met_alike_is_not_concentrated(needed: list[int]) -> None:
    everyone = np.array([needed], float)
    assert concentration_index(0.3 * everyone, everyone)[0] == pytest.approx(0, abs=1e-12)


@given(FIFTHS, FIFTHS)
def test_the_index_turns_round_where_poor_and_rich_change_places(
    served: list[int], needed: list[int]
) -> None:
    there = concentration_index(np.array([served], float), np.array([needed], float))
    back = concentration_index(np.array([served[::-1]], float), np.array([needed[::-1]], float))
    assert there == pytest.approx(-back, abs=1e-9)


def test_where_nobody_is_served_or_waits_there_is_no_number() -> None:
    nobody, needed = np.zeros((1, 5)), np.ones((1, 5))
    assert np.isnan(concentration_index(nobody, needed)[0]) and np.isnan(poorest_part(nobody)[0])
