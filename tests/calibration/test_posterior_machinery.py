"""The machinery of the fit: priors, emulator, sampler and rank test, each against what is known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.emulator import Terms, emulate
from calibration.likelihood import Likelihood
from calibration.priors import FITTED, blocks_of, priors, trial_ranks, trial_settings
from calibration.rank_test import DRAWS, evenly_drawn, noise, rank_test
from calibration.sampler import sample
from calibration.trials import tried_scenario

SETTINGS = tried_scenario().settings
KNOWN = priors(SETTINGS)


def toy(trials: int, seed: int, error: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Make trials of a model with three inputs and two outputs, of which the second is curved."""
    normal = noise(seed, 7, (trials, 3))
    ranks = np.exp(-np.logaddexp(0, -1.702 * normal))  # near enough to even
    x = 2 * ranks - 1
    outputs = np.stack((x[:, 0] + 0.5 * x[:, 1], x[:, 1] + x[:, 0] * x[:, 1]), axis=1)
    return ranks, outputs + error * noise(seed, 8, (trials, 2))


@given(column=st.integers(0, len(FITTED) - 1), ranks=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_prior_rises_over_its_cited_range_half_of_it_below_the_guess(
    column: int, ranks: tuple[float, float]
) -> None:
    prior = KNOWN[column]
    low, middle, high = prior.bounds
    assert prior.at(np.array([0.0, 0.5, 1.0])) == pytest.approx([low, middle, high])
    first, second = prior.at(np.sort(ranks))
    assert low * (1 - 1e-12) <= first <= second or (low < 0 and low <= first <= second)


def test_a_setting_that_is_added_moves_no_other_and_trials_can_be_added() -> None:
    few = trial_ranks(KNOWN[:3], 5, range(4))
    assert (trial_ranks(KNOWN, 5, range(9))[:4, :3] == few).all()
    assert few.std(axis=0).min() > 0


def test_a_trial_draws_what_is_not_fitted_and_holds_what_is_certain() -> None:
    fitted = {prior.name: float(prior.bounds[1]) for prior in KNOWN}
    one, other = (trial_settings(SETTINGS, fitted, 5, trial) for trial in (1, 2))
    assert all(one[name] == other[name] == value for name, value in fitted.items())
    loose = {each.name for each in SETTINGS.uncertain()} - set(fitted)
    assert loose and all(one[name] != other[name] for name in loose)
    certain = set(SETTINGS) - loose - set(fitted)
    assert all(one[name] == SETTINGS[name] for name in certain)


def test_every_fitted_setting_is_in_one_block() -> None:
    assert sorted(column for block in blocks_of() for column in block) == list(range(len(FITTED)))


def test_an_emulator_finds_lines_curves_and_products_and_says_how_far_it_errs() -> None:
    ranks, outputs = toy(400, seed=3)
    emulator = emulate(Terms.of([[0, 1], [2]]), ranks, outputs)
    assert emulator.error == pytest.approx([0.1, 0.1], rel=0.12)  # the noise of the trials, and nothing else
    middle = np.array([[0.75, 0.25, 0.5]])
    assert emulator.at(middle)[0] == pytest.approx([0.25, -0.75], abs=0.03)
    unmoved = emulator.at(np.array([[0.75, 0.25, 0.99]])) - emulator.at(middle)
    assert np.abs(unmoved).max() < 0.05  # the third input moves nothing


def test_an_emulator_without_a_trial_is_the_one_made_without_it() -> None:
    ranks, outputs = toy(60, seed=4)
    terms = Terms.of([[0, 1], [2]])
    whole, others = emulate(terms, ranks, outputs[:, :1]), emulate(terms, ranks[1:], outputs[1:, :1])
    said = terms.at(ranks[:1]) @ whole.left_out[0]
    assert float(said[0, 0]) == pytest.approx(float(others.at(ranks[:1])[0, 0]), abs=2e-3)


def test_the_sampler_finds_the_posterior_of_a_line_with_normal_noise() -> None:
    pull, deviation = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([0.5, 0.25])
    seen = np.array([1.0, -0.5])
    precision = np.eye(2) + pull.T @ np.diag(deviation**-2) @ pull
    exact = np.linalg.solve(precision, pull.T @ (seen / deviation**2))

    def likelihood(normal: np.ndarray, chains: np.ndarray) -> np.ndarray:
        return -0.5 * (((normal @ pull.T - seen) / deviation) ** 2).sum(axis=1)

    kept = sample(likelihood, np.zeros((2000, 2)), steps=80, every=40, seed=2)[1:].reshape(-1, 2)
    assert kept.mean(axis=0) == pytest.approx(exact, abs=0.05)
    assert np.cov(kept.T) == pytest.approx(np.linalg.inv(precision), abs=0.03)


def test_chains_can_be_added_without_moving_the_others() -> None:
    def likelihood(normal: np.ndarray, chains: np.ndarray) -> np.ndarray:
        return -2 * (normal[:, 0] - 1) ** 2

    few, many = (sample(likelihood, np.zeros((chains, 2)), 10, 5, seed=9) for chains in (3, 8))
    assert (few == many[:, :3]).all()


def test_what_misses_a_target_by_three_deviations_is_ruled_out() -> None:
    ranks, outputs = toy(200, seed=5, error=0.0)
    emulator = emulate(Terms.of([[0, 1], [2]]), ranks, outputs)
    likelihood = Likelihood(emulator, np.zeros(2), np.array([0.1, 10.0]))
    possible = likelihood.possible(ranks)
    assert (possible == (np.abs(emulator.at(ranks)[:, 0]) < 0.3)).all() and 0 < possible.mean() < 0.5


def test_ranks_are_even_and_are_not_where_the_posterior_is_too_wide_or_beside() -> None:
    ranks = evenly_drawn(320, 3, seed=6)
    x = 2 * ranks - 1
    outputs = np.stack((x[:, 0] + 0.5 * x[:, 1], x[:, 1]), axis=1) + 0.05 * noise(6, 8, (320, 2))
    emulator = emulate(Terms.of([[0], [1], [2]]), ranks, outputs)
    tested = rank_test(Likelihood(emulator, np.zeros(2), np.array([0.2, 0.2])), 320, seed=6)
    assert tested.ranks.min() >= 0 and tested.ranks.max() <= DRAWS
    assert tested.right.min() > 0.01
    assert tested.wider.max() < 0.01 and tested.shifted.max() < 0.01
