"""Sobol indices against functions whose indices are known, and their laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.sobol import Design, Indices, between

DESIGN = Design(numbers=6, leading=4, seed=11)


def analysed(values: np.ndarray, design: Design = DESIGN) -> Indices:
    return design.analyse(values, 50, 3)


def test_indices_of_a_straight_function_are_its_squared_slopes():
    slopes = np.array([3.0, 2.0, 1.0, 0.0, 0.5, 0.5])
    found = analysed(DESIGN.points @ slopes)
    exact = slopes**2 / (slopes**2).sum()
    exact = np.append(exact[:4], exact[4:].sum())  # the rest is one group
    assert found.total == pytest.approx(exact, abs=0.02)
    assert found.first == pytest.approx(exact, abs=0.04)


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_indices_of_ishigami_are_those_of_the_literature():
    """Ishigami and Homma 1990; the fourth number moves nothing. Averaged over four samples of 256."""
    found = [
        analysed(ishigami(np.pi * each.points), each) for each in (Design(4, 4, s) for s in (5, 6, 7, 8))
    ]
    first, total = (np.mean([getattr(each, name) for each in found], axis=0) for name in ("first", "total"))
    assert first == pytest.approx([0.3139, 0.4424, 0.0, 0.0], abs=0.03)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437, 0.0], abs=0.03)
    assert total[3] == 0


def test_the_spread_of_resamples_covers_the_error_of_a_sample():
    found = [
        analysed(ishigami(np.pi * Design(4, 4, seed).points), Design(4, 4, seed)) for seed in range(1, 21)
    ]
    held = [between(each.total, each.total_others)[1:, 0] for each in found]
    assert sum(low <= 0.5576 <= high for low, high in held) >= 17


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-2, 2), min_size=6, max_size=6),
    st.lists(st.floats(-2, 2), min_size=6, max_size=6),
)
def test_first_indices_sum_to_at_most_one_and_totals_to_at_least(slopes: list[float], bends: list[float]):
    x = DESIGN.points
    values = x @ np.array(slopes) + x**2 @ np.array(bends) + x[:, 0] * x[:, 1]
    found = analysed(values)
    error = 4 * np.sqrt((found.first_others.std(axis=0) ** 2).sum()) + 0.02
    assert found.first.sum() <= 1 + error and found.total.sum() >= 1 - error
    assert (found.total >= 0).all() and (found.total <= 1 + error).all()
    assert (found.first <= found.total + error).all()


def test_the_sample_belongs_to_its_seed_and_to_nothing_else():
    np.random.seed(1)
    one, indices = Design(6, 4, 11).points, analysed(DESIGN.points.sum(axis=1))
    np.random.seed(2)
    assert np.array_equal(one, Design(6, 4, 11).points)
    assert np.array_equal(indices.total_others, analysed(DESIGN.points.sum(axis=1)).total_others)
    assert not np.array_equal(one, Design(6, 4, 12).points)


def test_independent_rows_share_no_coordinate():
    rows = DESIGN.points[DESIGN.independent]
    assert len(np.unique(rows[:, 0])) == len(rows) and abs(rows.mean()) < 0.02


def test_an_interval_holds_its_value():
    low, high = between(np.array([0.9, 0.1]), np.array([[0.2, 0.0], [0.3, 0.2], [0.4, 0.1]]))[1:]
    assert low[0] < 0.9 == high[0] and low[1] < 0.1 < high[1]
