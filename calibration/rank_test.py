"""Simulation-based calibration: are posteriors as wide as they say, and where they say?

Settings are drawn from the prior, observations are made as the fit believes they come about, and the rank of
the truth among draws of its posterior is kept. Where all is right, ranks are even (Talts et al. 2018, arXiv
1804.06788). The test must also be able to fail: the same posteriors, half as wide again or shifted by half a
standard deviation, are tested beside. A harder test takes what the model itself came to in each trial for
observed, and an emulator that never saw the trial; there the emulator is tested too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import chi2

from calibration.emulator import Emulator, Terms
from calibration.likelihood import Likelihood
from calibration.priors import ranks_of
from calibration.sampler import Ints, sample
from sim.rates import Floats
from sim.streams import Decision, Stream

DRAWS, BINS = 63, 16  # ranks 0 to 63, four to a bin
LEVEL = 0.01
WIDER, SHIFT = 1.5, 0.5
_CHAINS, _BURN, _EVERY = 9, 240, 30  # of each set; 7 states are kept of a chain


@dataclass(frozen=True)
class RankTest:
    """The p-values of chi-squared on ranks by setting: as they are, wider, and shifted; how many sets."""

    sets: int
    ranks: Ints  # (sets, inputs), 0 to DRAWS
    right: Floats
    wider: Floats
    shifted: Floats


def rank_test(likelihood: Likelihood, sets: int, seed: int) -> RankTest:
    """Test the posteriors of synthetic sets, their truths spread evenly over the prior of each setting."""
    emulator, deviation = likelihood.emulator, likelihood.deviation
    ranks = evenly_drawn(sets, emulator.terms.inputs, seed)
    said = emulator.at(ranks)
    made = said + deviation * noise(seed, 1, said.shape)
    return _tested(emulator.terms, emulator.coefficients[None], ranks, made, deviation, seed)


def trial_test(emulator: Emulator, ranks: Floats, outputs: Floats, doubt: Floats, seed: int) -> RankTest:
    """Test posteriors on the trials that an emulator was made from, each left out in turn.

    `ranks` (sets, inputs) and `outputs` (sets, targets) are the trials'; `doubt` (targets,) is the standard
    deviation of figure and model.
    """
    made = outputs + doubt * noise(seed, 1, outputs.shape)
    deviation = np.hypot(doubt, emulator.error)
    return _tested(emulator.terms, emulator.left_out, ranks, made, deviation, seed)


def evenly_drawn(sets: int, inputs: int, seed: int) -> Floats:
    """Return ranks (sets, inputs), one in each of as many even classes of every input, in random order.

    >>> np.floor(np.sort(evenly_drawn(4, 2, 1)[:, 0]) * 4).tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    order = noise(seed, 4, (sets, inputs)).argsort(axis=0).argsort(axis=0)
    return np.asarray((order + ndtr(noise(seed, 5, (sets, inputs)))) / sets)


def _tested(
    terms: Terms, coefficients: Floats, ranks: Floats, made: Floats, deviation: Floats, seed: int
) -> RankTest:
    draws = _posteriors(terms, coefficients, made, deviation, seed)  # (sets, DRAWS, inputs)
    truth = ndtri(ranks)[:, None]
    mean, spread = draws.mean(axis=1, keepdims=True), draws.std(axis=1, keepdims=True)
    as_they_are = (draws < truth).sum(axis=1)
    wider = (mean + WIDER * (draws - mean) < truth).sum(axis=1)
    shifted = (draws + SHIFT * spread < truth).sum(axis=1)
    return RankTest(len(ranks), as_they_are, even(as_they_are), even(wider), even(shifted))


def even(ranks: Ints) -> Floats:
    """Return the p-value of chi-squared that ranks (sets, inputs) of 0 to DRAWS are even, by input.

    >>> float(even(np.arange(640)[:, None] % 64).round(3)[0])
    1.0
    """
    counts = np.stack([np.bincount(each * BINS // (DRAWS + 1), minlength=BINS) for each in ranks.T])
    wanted = len(ranks) / BINS
    return np.asarray(chi2.sf(((counts - wanted) ** 2 / wanted).sum(axis=1), BINS - 1))


def noise(seed: int, stream: int, shape: tuple[int, ...]) -> Floats:
    """Return standard normal numbers, each of its own seed, stream and place."""
    keys = np.arange(int(np.prod(shape)), dtype=np.uint64)
    return np.asarray(ndtri(Stream.of(seed, stream).uniform(keys, Decision.PARAMETER))).reshape(shape)


def _posteriors(terms: Terms, coefficients: Floats, made: Floats, deviation: Floats, seed: int) -> Floats:
    """Sample the posteriors of all sets at once, (sets, DRAWS, inputs).

    `coefficients` (sets, terms, targets) are an emulator's for each set, or one for all.
    """
    sets, inputs = len(made), terms.inputs
    set_of = np.repeat(np.arange(sets), _CHAINS)

    def likelihood(normal: Floats, chains: Ints) -> Floats:
        at, mine = terms.at(ranks_of(normal)), set_of[chains]
        if len(coefficients) == 1:
            said = at @ coefficients[0]
        else:
            said = np.einsum("np,npk->nk", at, coefficients[mine])
        return np.asarray(-0.5 * (((said - made[mine]) / deviation) ** 2).sum(axis=1))

    per_chain = DRAWS // _CHAINS
    start = np.zeros((sets * _CHAINS, inputs))
    kept = sample(likelihood, start, _BURN + per_chain * _EVERY, _EVERY, seed)[-per_chain:]
    return kept.reshape(per_chain, sets, _CHAINS, inputs).swapaxes(0, 1).reshape(sets, DRAWS, inputs)
