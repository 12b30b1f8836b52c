"""Where a sweep looks: even, keyed, and the same however the points are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.points import Design, grid, latin_hypercube, listed, shares, sobol

SEEDS = st.integers(0, 2**63 - 1)
DIMENSIONS = st.integers(1, 6)


@given(SEEDS, st.integers(0, 9), st.integers(1, 40), DIMENSIONS)
@settings(max_examples=30, deadline=None)
def test_each_number_of_a_hypercube_has_one_point_in_every_layer(
    seed: int, batch: int, count: int, parameters: int
) -> None:
    points = latin_hypercube(seed, batch, count, parameters)
    layers = np.sort(np.floor(points * count), axis=0)
    assert np.array_equal(layers, np.tile(np.arange(count)[:, None], parameters))


@given(SEEDS, st.integers(0, 5), DIMENSIONS)
@settings(max_examples=30, deadline=None)
def test_a_power_of_two_of_sobol_points_has_one_in_every_layer_whatever_the_seed(
    seed: int, power: int, parameters: int
) -> None:
    count = 2**power
    layers = np.sort(np.floor(sobol(seed, 0, count, parameters) * count), axis=0)
    assert np.array_equal(layers, np.tile(np.arange(count)[:, None], parameters))


@given(SEEDS, st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_a_sobol_sequence_goes_on_where_it_ended(seed: int, first: int, more: int) -> None:
    whole = sobol(seed, 0, first + more, 3)
    assert np.array_equal(whole[first:], sobol(seed, first, more, 3))


@pytest.mark.parametrize("design", [Design.SOBOL, Design.LATIN_HYPERCUBE])
def test_another_seed_looks_elsewhere_and_no_point_is_on_the_edge(design: Design) -> None:
    one, other = (shares(design, seed, 0, 0, 16, 2) for seed in (1, 2))
    assert not np.intersect1d(one, other).size
    assert one.min() > 0 and one.max() < 1


def test_sobol_points_are_more_even_than_chance() -> None:
    """The mean of a smooth function over 256 points errs by far less than independent draws would."""
    points = sobol(5, 0, 256, 3)
    errors = np.abs((points**2).mean(axis=0) - 1 / 3)
    assert errors.max() < 0.25 * np.sqrt(4 / 45 / 256)


def test_further_hypercubes_are_other_ones() -> None:
    first, second = (latin_hypercube(1, batch, 8, 2) for batch in (0, 1))
    assert not np.intersect1d(first, second).size


def test_a_grid_is_every_combination_and_a_list_goes_in_step() -> None:
    assert grid([[1, 2], [3], [5, 6]]).tolist() == [[1, 3, 5], [1, 3, 6], [2, 3, 5], [2, 3, 6]]
    assert listed([[1, 2], [3, 4]]).tolist() == [[1, 3], [2, 4]]
    assert grid([]).shape == (1, 0), "nothing varies: one point without a number"
