"""Emulators: exact where a probe stands, honest where few replications speak; regression and its doubt."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.emulators import Emulator, Link, Seen, emulate
from results.regression import Floats, Uniform, learn
from results.sobol import Design

NUMBERS = 6
PROBED = np.array([True, True, True, True, False, False])


def uniform_of(seed: int) -> Uniform:
    return lambda rows, columns: np.random.default_rng(seed).uniform(size=(rows, columns))


uniform = uniform_of(5)


def points(count: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).uniform(-1, 1, (count, NUMBERS))


def seen(metric, draws: int, noise: float = 0.0, seed: int = 1) -> Seen:
    """See a metric as a run does: its centre, both ends of what probes move, replications with chance."""
    rng = np.random.default_rng(seed + 100)
    ends = np.full((NUMBERS, 2), metric(np.zeros((1, NUMBERS)))[0])
    for number in np.flatnonzero(PROBED):
        for end in (0, 1):
            at = np.zeros((1, NUMBERS))
            at[0, number] = 2 * end - 1
            ends[number, end] = metric(at)[0]
    moved = np.abs(ends - ends[-1, :1]).max(axis=1)
    drawn = points(draws, seed)
    values = metric(drawn) + noise * rng.standard_normal(draws)
    return Seen(float(ends[-1, 0]), ends, PROBED, moved / max(moved.max(), 1e-9), drawn, values)


def product_of_two(at: Floats) -> Floats:
    return 10 * (2 + at[:, 0]) * (2 - at[:, 1]) + 3 * at[:, 2] ** 2


def shares(at: Floats) -> Floats:
    return 1 / (1 + np.exp(-(1.5 * at[:, 0] - 2 * at[:, 1] + at[:, 4])))


def axis(number: int, end: float) -> Floats:
    at = np.zeros((1, NUMBERS))
    at[0, number] = end
    return at


@pytest.mark.parametrize("metric", [product_of_two, shares])
@pytest.mark.parametrize("draws", [0, 30])
def test_an_emulator_is_exact_at_the_centre_and_at_every_probe(metric, draws: int):
    known = seen(metric, draws, noise=0.02 if metric is product_of_two else 0.0)
    emulator = emulate(known, 3, uniform)
    assert emulator.at(np.zeros((1, NUMBERS)))[0] == pytest.approx(known.centre)
    for number in np.flatnonzero(PROBED):
        for end in (0, 1):
            at = emulator.at(axis(number, 2.0 * end - 1))
            assert at[0] == pytest.approx(known.ends[number, end]), "the others too"


def test_an_emulator_learns_what_two_numbers_do_together():
    emulator = emulate(seen(product_of_two, 40, noise=0.1), 3, uniform)
    fresh = points(200, seed=9)
    truth = product_of_two(fresh)
    off = emulator.at(fresh)[:, 0] - truth
    alone = emulate(seen(product_of_two, 0), 0, uniform).at(fresh)[:, 0] - truth
    assert off.var() < 0.02 * truth.var() < alone.var()
    assert emulator.explained > 0.95


def test_indices_through_an_emulator_are_those_of_the_function():
    """Of 10 (2 + x)(2 - y) + 3 z²: 4/3 each alone, 1/9 together, in hundreds; z² adds 9 · 4/45."""
    design = Design(NUMBERS, NUMBERS, 3)
    emulator = emulate(seen(product_of_two, 40, noise=0.1), 0, uniform)
    found = design.analyse(emulator.at(design.points)[:, 0], 20, 1)
    alone, together, bent = 400 / 3, 100 / 9, 9 * 4 / 45
    whole = 2 * alone + together + bent
    assert found.first[:3] == pytest.approx([alone / whole, alone / whole, bent / whole], abs=0.05)
    assert found.total[:3] * whole == pytest.approx([alone + together] * 2 + [bent], rel=0.1, abs=3)
    assert found.total[3:].max() < 0.01, "numbers that move nothing"


def test_what_it_says_it_explains_is_what_it_explains_of_fresh_draws():
    for noise in (0.5, 5.0):
        known = seen(product_of_two, 150, noise)
        emulator = emulate(known, 0, uniform)
        other = seen(product_of_two, 400, noise, seed=3)
        off = emulator.at(other.points)[:, 0] - other.values
        assert emulator.explained == pytest.approx(1 - off.var() / other.values.var(), abs=0.08)


def test_a_share_far_from_straight_is_emulated_on_its_logit():
    emulator = emulate(seen(shares, 60), 3, uniform)
    assert emulator.link.logit and emulator.explained > 0.97
    assert ((emulator.at(points(500, seed=4)) >= 0) & (emulator.at(points(500, seed=4)) <= 1)).all()


def test_twenty_four_draws_of_pure_chance_explain_nothing():
    def flat(at: Floats) -> Floats:
        return np.full(len(at), 5.0)

    explained, claimed = [], []
    for seed in range(12):
        emulator = emulate(seen(flat, 24, noise=1.0, seed=seed), 0, uniform)
        explained.append(emulator.explained)
        claimed.append(np.ptp(emulator.at(points(300, seed=77))[:, 0]))
    assert np.median(explained) < 0.1
    assert np.median(claimed) < 1.0, "it claims less than one standard deviation of chance, end to end"


def test_a_draw_and_its_twin_are_left_out_together():
    """Otherwise each would be told by the other, and chance would seem to be explained."""
    rng = np.random.default_rng(2)
    once = points(15, seed=2)
    twice = np.repeat(once, 2, axis=0)
    values = np.repeat(rng.standard_normal(15), 2) * 3
    known = Seen(0.0, np.zeros((NUMBERS, 2)), np.zeros(NUMBERS, bool), np.zeros(NUMBERS), twice, values)
    assert emulate(known, 0, uniform).explained < 0.5


def test_more_draws_narrow_what_is_possible_of_a_number_that_no_probe_moves():
    def life(at: Floats) -> Floats:
        return 2 * at[:, 4]

    spreads = [others_of(emulate(seen(life, draws, noise=1.0), 60, uniform)).std() for draws in (20, 150)]
    assert spreads[1] < 0.6 * spreads[0]
    assert others_of(emulate(seen(life, 150, noise=1.0), 60, uniform)).mean() == pytest.approx(4, abs=0.6)


def others_of(emulator: Emulator) -> Floats:
    """Take what each of the others says of moving number 4 from end to end."""
    return (emulator.at(axis(4, 1.0)) - emulator.at(axis(4, -1.0)))[0, 1:]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=20), st.booleans())
def test_a_link_is_undone_by_its_way_back(values: list[float], logit: bool):
    link = Link(logit)
    there = link.to(np.array(values))
    assert link.back(there) == pytest.approx(np.array(values), abs=1e-9)
    ordered = link.to(np.sort(np.array(values)))
    assert all(a <= b for a, b in pairwise(ordered))


def test_regression_finds_coefficients_within_their_own_doubt():
    """Over 60 made-up truths, nine in ten lie between the 5th and 95th percentile of the others."""
    inside = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        features = rng.uniform(-1, 1, (40, 5))
        truth = rng.standard_normal(5)
        observed = features @ truth + rng.standard_normal(40)
        found = learn(
            [features], observed, [(0.1, 0.3, 1.0, 3.0)], np.arange(40), 100, uniform_of(seed + 999)
        )
        low, high = np.percentile(found.coefficients[:, 1:], (5, 95), axis=1)
        inside += list((low <= truth) & (truth <= high))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.06)
