"""An emulator: polynomials that stand for the trials, with the error they make on trials they have not seen.

Inputs are ranks of the fitted settings in their priors, put to where the values lie in their ranges; outputs
are logarithms. Every input has a line and a curve; inputs of one block, which meet in one part of the model,
have their products too. Curves and products are shrunk (ridge) as far as trials left out are foretold best;
so the error of the emulator is that of leaving each trial out, and holds what the settings that are not
fitted add.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sim.rates import Floats

SHRINKAGES = tuple(10.0 ** np.arange(-3, 4, 0.5))  # tried for each output
_SHARP = np.sqrt(5) / 2  # scales 3x^2 - 1 to the variance of sqrt(3) x on (-1, 1)


@dataclass(frozen=True)
class Terms:
    """Which products an emulator has, pairs of inputs by number, and how ranks are put into their ranges."""

    inputs: int
    pairs: tuple[tuple[int, int], ...]
    place: Callable[[Floats], Floats] | None = None  # None: ranks are taken as they are

    @classmethod
    def of(cls, blocks: Sequence[Sequence[int]], place: Callable[[Floats], Floats] | None = None) -> Terms:
        """Make the terms of inputs in blocks.

        >>> Terms.of([[0, 1], [2]])
        Terms(inputs=3, pairs=((0, 1),), place=None)
        """
        pairs = [pair for block in blocks for pair in combinations(block, 2)]
        return cls(sum(map(len, blocks)), tuple(pairs), place)

    def __len__(self) -> int:
        return 1 + 2 * self.inputs + len(self.pairs)

    def at(self, ranks: Floats) -> Floats:
        """Return the terms at ranks (..., inputs): of even inputs each but the first has variance one."""
        line = np.sqrt(3) * (2 * (self.place(ranks) if self.place else ranks) - 1)
        first, second = np.array(self.pairs, dtype=int).reshape(-1, 2).T
        constant = np.ones((*ranks.shape[:-1], 1))
        return np.concatenate(
            (constant, line, _SHARP * (line**2 - 1), line[..., first] * line[..., second]), axis=-1
        )

    def shrunk(self) -> np.ndarray:
        """Tell which terms are shrunk (1): curves and products."""
        return np.arange(len(self)) > self.inputs


@dataclass(frozen=True)
class Emulator:
    """Coefficients (terms, outputs), the error of each output, and what foretells a trial left out."""

    terms: Terms
    coefficients: Floats
    error: Floats  # (outputs,), standard deviation of left-out trials
    explained: Floats  # (outputs,), share of the variance of left-out trials
    left_out: Floats  # (trials, terms, outputs): the coefficients without each trial
    misses: Floats  # (trials, outputs), of each trial by the coefficients without it

    def at(self, ranks: Floats) -> Floats:
        """Return outputs at ranks (..., inputs)."""
        return np.asarray(self.terms.at(ranks) @ self.coefficients)


def emulate(terms: Terms, ranks: Floats, outputs: Floats, weights: Floats | None = None) -> Emulator:
    """Fit an emulator to trials: ranks (trials, inputs), outputs (trials, outputs), weights (trials,).

    >>> rng = np.linspace(0.02, 0.98, 40)
    >>> made = emulate(Terms.of([[0]]), rng[:, None], (1 + 2 * rng)[:, None])
    >>> float(made.at(np.array([0.5])).round(6)[0]), bool(made.error[0] < 1e-6)
    (2.0, True)
    """
    design = terms.at(ranks)
    known = np.ones(len(ranks)) if weights is None else weights
    fits = [_best(design, known, terms.shrunk(), outputs[:, k]) for k in range(outputs.shape[1])]
    coefficients = np.stack([fit[0] for fit in fits], axis=1)
    left_out = np.stack([fit[1] for fit in fits], axis=2)
    misses = outputs - np.einsum("tp,tpk->tk", design, left_out)
    error = np.sqrt((misses**2).mean(axis=0))
    explained = 1 - error**2 / outputs.var(axis=0)
    return Emulator(terms, coefficients, error, explained, left_out, misses)


def _best(design: Floats, weights: Floats, shrunk: Floats, output: Floats) -> tuple[Floats, Floats]:
    """Return coefficients, and those without each trial, at the shrinkage that foretells best."""
    fits = [_ridge(design, weights, shrunk * strength, output) for strength in SHRINKAGES]
    misses = [weights @ (output - (design * left_out).sum(axis=1)) ** 2 for _, left_out in fits]
    return fits[int(np.argmin(misses))]


def _ridge(design: Floats, weights: Floats, penalty: Floats, output: Floats) -> tuple[Floats, Floats]:
    heavy = design * weights[:, None]
    inverse = np.linalg.inv(heavy.T @ design + np.diag(penalty + 1e-9))
    coefficients = inverse @ heavy.T @ output
    moved = heavy @ inverse  # (trials, terms): how each trial pulls
    leverage = (moved * design).sum(axis=1)
    misses = (output - design @ coefficients) / np.maximum(1 - leverage, 1e-9)
    return coefficients, coefficients - moved * misses[:, None]
