"""How well settings agree with what was observed, by an emulator; what is ruled out, and posteriors.

Everything is in logarithms and normal: a target is missed by the doubt of figure and model together
(``targets``), by the error of the emulator, and by how far the markets tried stand for the province.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.emulator import Emulator
from calibration.priors import ranks_of
from calibration.sampler import Ints, sample
from sim.rates import Floats

RULED_OUT = 3.0  # standard deviations by which settings may miss a target (Vernon, Goldstein & Bower 2010)
_BURN, _EVERY, _CHAINS = 300, 30, 64


@dataclass(frozen=True)
class Likelihood:
    """An emulator beside observations: ``observed`` and ``deviation`` (targets,), logarithms."""

    emulator: Emulator
    observed: Floats
    deviation: Floats

    def implausibility(self, ranks: Floats) -> Floats:
        """Return by how many standard deviations each target is missed, (..., targets)."""
        return np.asarray(np.abs(self.emulator.at(ranks) - self.observed) / self.deviation)

    def at(self, normal: Floats, chains: Ints | None = None) -> Floats:
        """Return the logarithm of the likelihood at standard normal inputs (n, inputs), up to a constant."""
        missed = self.implausibility(ranks_of(normal))
        return np.asarray(-0.5 * (missed**2).sum(axis=-1))

    def posterior(self, draws: int, seed: int) -> Floats:
        """Return draws of the posterior, standard normal inputs of the prior (draws, inputs)."""
        inputs = self.emulator.terms.inputs
        per_chain = -(-draws // _CHAINS)
        start = np.zeros((_CHAINS, inputs))
        kept = sample(self.at, start, _BURN + per_chain * _EVERY, _EVERY, seed)[-per_chain:]
        return kept.reshape(-1, inputs)[:draws]

    def possible(self, ranks: Floats) -> np.ndarray:
        """Tell which ranks (n, inputs) miss no target by RULED_OUT deviations or more."""
        return np.asarray(self.implausibility(ranks).max(axis=1) < RULED_OUT)
