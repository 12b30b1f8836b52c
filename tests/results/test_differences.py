"""Differences are judged as surely as they are said to be: twins, looks, families and verdicts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.differences import (
    FIRST_LOOK,
    GROWTH,
    NO_DRAW,
    Family,
    Paired,
    Verdict,
    alike_suffices,
    judge,
    looks,
    mean_by_draw,
    paired,
    settled,
)
from sim.parameters import draw_of

Floats = npt.NDArray[np.float64]
CASES = 400
MOST = 100
KNOWN = {Verdict.BETTER, Verdict.WORSE}


def stop(gaps: Floats, margin: float, asked: float, most: int = MOST) -> tuple[list[Paired], list[Verdict]]:
    """Look at rows of differences, shape (rows, draws), as a comparison does; return the last look."""
    planned = looks(most)
    each = Family(len(gaps), len(planned)).each
    for draws in planned:
        labels = np.arange(draws)
        found = [paired(np.zeros(draws), row[:draws], labels, each) for row in gaps]
        verdicts = [judge(one, margin, 1) for one in found]
        if all(settled(one, said, asked) for one, said in zip(found, verdicts, strict=True)):
            break
    return found, verdicts


# ---- coverage, by simulation


@pytest.mark.parametrize("law", ["normal", "two tails of a power law", "counts", "spikes"])
def test_two_scenarios_that_are_equal_in_law_are_rarely_told_apart(law: str) -> None:
    """Six rows at once, looked at up to five times: in 95 cases of 100 none is called better or worse."""
    rng = np.random.default_rng(1)
    draw = {
        "normal": lambda: rng.normal(0, 1, (6, MOST)),
        "two tails of a power law": lambda: rng.standard_t(3, (6, MOST)),
        "counts": lambda: rng.poisson(2, (6, MOST)) - rng.poisson(2, (6, MOST)).astype(float),
        "spikes": lambda: spikes(rng, (6, MOST)) - spikes(rng, (6, MOST)),
    }[law]
    told = sum(bool(KNOWN & set(stop(draw(), 0.5, 0.25)[1])) for _ in range(CASES))
    assert told <= 0.05 * CASES, told


def spikes(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Draw differences that are nil but in an eighth of the draws, where they are of any size; mean 1."""
    hit = rng.random(shape) < 1 / 8
    return np.asarray(8 * hit * rng.exponential(1, shape))


def test_a_difference_in_few_draws_is_rarely_said_not_to_matter() -> None:
    """Most draws agree to the last person, in an eighth the difference is large: rounds go on."""
    rng = np.random.default_rng(6)
    wrong = sum(stop(spikes(rng, (1, MOST)), 0.5, 0.5)[1][0] in (Verdict.NO_DIFFERENCE, Verdict.WORSE)
                for _ in range(CASES))  # fmt: skip
    assert wrong <= 0.05 * CASES, wrong


def test_a_place_moved_between_two_exchangeable_homes_is_no_difference() -> None:
    """Each home fills from its own demand, and which of the two has the place more is all that differs."""
    rng = np.random.default_rng(2)
    told, same = 0, 0
    for _ in range(CASES):
        level = rng.gamma(4, 5, (MOST, 1))  # not known, shared by both homes and both scenarios
        demand = rng.poisson(level, (MOST, 2))
        served = [np.minimum(demand, beds).sum(axis=1) for beds in ((21, 20), (20, 21))]
        verdict = stop((served[1] - served[0])[None, :].astype(float), 0.5, 0.25)[1][0]
        told += verdict in KNOWN
        same += verdict is Verdict.NO_DIFFERENCE
    assert told <= 0.05 * CASES and same > 0.5 * CASES, (told, same)


@pytest.mark.parametrize("law", ["normal", "exponential", "log-normal", "spikes"])
def test_stopping_by_what_is_seen_costs_no_coverage(law: str) -> None:
    """The interval at which a comparison stops holds the true difference of every row in 95 cases of 100."""
    rng = np.random.default_rng(3)
    draw, mean = {
        "normal": (lambda: rng.normal(0, 1, (4, MOST)), 0.0),
        "exponential": (lambda: rng.exponential(1, (4, MOST)), 1.0),
        "log-normal": (lambda: rng.lognormal(0, 0.8, (4, MOST)), float(np.exp(0.32))),
        "spikes": (lambda: spikes(rng, (4, MOST)), 1.0),
    }[law]
    truth = np.array([0.0, 0.3, -1.0, 2.0])
    missed = 0
    for _ in range(CASES):
        found, _ = stop(truth[:, None] + draw(), 0.5, 0.4)
        gaps = (each.mean - true - mean for each, true in zip(found, truth, strict=True))
        missed += any(abs(gap) > each.half for gap, each in zip(gaps, found, strict=True))
    assert missed <= 0.05 * CASES, missed


def test_looking_again_and_again_at_the_full_level_would_cost_coverage() -> None:
    """The cost that the rule avoids is there: with the whole level at each look, nil is missed too often."""
    rng = np.random.default_rng(4)
    missed = 0
    for _ in range(CASES):
        gaps = rng.normal(0, 1, MOST)
        looked = (paired(np.zeros(n), gaps[:n], np.arange(n), 0.05) for n in looks(MOST))
        missed += any(not each.low <= 0 <= each.high for each in looked)
    assert missed > 0.08 * CASES


# ---- twins


def test_twins_are_one_draw_and_the_central_values_none() -> None:
    labels = np.array([NO_DRAW, *(draw_of(r) for r in range(1, 12))])
    values = np.arange(12.0)
    assert mean_by_draw(values, labels).tolist() == [1, 2, 3, 4.5, 6, 7, 8, 9.5, 11]


def test_twins_taken_as_strangers_would_narrow_the_interval() -> None:
    """Where the draw rules, a twin tells nothing new: a draw and its copy have the interval of the draw."""
    rng = np.random.default_rng(5)
    of_draw = rng.normal(0, 1, 10)
    twice, labels = np.repeat(of_draw, 2), np.repeat(np.arange(10), 2)
    nothing = np.zeros(20)
    once = paired(nothing[:10], of_draw, np.arange(10), 0.05)
    assert paired(nothing, twice, labels, 0.05) == once
    assert paired(nothing, twice, np.arange(20), 0.05).half < 0.75 * once.half


# ---- looks, families, draws that agree


@given(st.integers(2, 20_000))
def test_looks_are_fixed_rise_by_half_and_end_at_the_limit(most: int) -> None:
    planned = looks(most)
    assert planned[-1] == most and planned[0] >= min(most, FIRST_LOOK)
    assert all(GROWTH * a - 1 <= b for a, b in pairwise(planned))


@given(st.integers(1, 500), st.integers(1, 12))
def test_the_parts_of_a_family_make_its_level(rows: int, many: int) -> None:
    assert Family(rows, many).each * rows * many == pytest.approx(0.05)


def test_draws_that_all_agree_are_no_proof_until_there_are_enough() -> None:
    few, many = (paired(np.zeros(n), np.zeros(n), np.arange(n), 0.001) for n in (50, 70))
    assert judge(few, 1.0, 1) is Verdict.NOT_YET_KNOWN and judge(many, 1.0, 1) is Verdict.NO_DIFFERENCE
    assert not alike_suffices(50, 0.001) and alike_suffices(70, 0.001)


@given(st.integers(1, 400), st.floats(1e-6, 0.2))
def test_enough_that_agree_bound_those_that_would_not(draws: int, level: float) -> None:
    """Were a tenth of all draws different, so many would agree with at most the chance of the level."""
    agree = (9 / 10) ** draws
    assert alike_suffices(draws, level) == (agree <= level)


# ---- verdicts


@pytest.mark.parametrize(
    ("mean", "half", "better", "said"),
    [
        (5.0, 2.0, 1, Verdict.BETTER),
        (5.0, 2.0, -1, Verdict.WORSE),
        (-5.0, 2.0, 1, Verdict.WORSE),
        (-5.0, 2.0, 0, Verdict.LOWER),
        (0.5, 0.4, 1, Verdict.NO_DIFFERENCE),  # surely not nil, surely too little to matter
        (0.5, 2.0, 1, Verdict.NOT_YET_KNOWN),
        (0.9, 0.5, 1, Verdict.BETTER),  # the side is known, whether it matters is not
        (0.0, np.inf, 1, Verdict.NOT_YET_KNOWN),
    ],
)
def test_a_verdict_follows_from_the_interval_and_the_margin(
    mean: float, half: float, better: int, said: Verdict
) -> None:
    assert judge(Paired(mean, half, 12), 1.0, better) is said


@given(st.floats(-3, 3), st.floats(0.01, 3), st.floats(0.05, 3))
def test_a_half_width_of_half_the_margin_always_gives_a_verdict(
    mean: float, half: float, margin: float
) -> None:
    if half <= margin / 2 * 0.999:
        assert judge(Paired(mean, half, 12), margin, 1) is not Verdict.NOT_YET_KNOWN


def test_numbers_that_are_none_are_left_out_draw_by_draw() -> None:
    values = np.array([1.0, np.nan, 3.0, 5.0])
    found = paired(np.zeros(4), values, np.array([1, 2, 3, 3]), 0.05)
    assert (found.draws, found.mean) == (2, 2.5)
    assert np.isinf(paired(np.zeros(1), np.ones(1), np.array([1]), 0.05).half)
