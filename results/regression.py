"""Bayesian regression of few observations on many features, in parts that are shrunk to nothing by default.

Each part of the features has one strength, the variance of its coefficients over that of the noise. The
strengths come from a grid, by the probability of what was seen; so do those of other regressions that what
was seen allows as well. All observations share one shift: the centre that they are measured from has noise
of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Uniform = Callable[[int, int], Floats]  # a table of so many rows and columns, uniform in (0, 1)


@dataclass(frozen=True)
class Learned:
    """Coefficients (features, 1 + others), the most probable first; how far each observation lies off.

    ``left_out`` (n) is an observation less what all others, its twins left out too, say of it.
    """

    coefficients: Floats
    left_out: Floats


@dataclass(frozen=True)
class _Strengths:
    """A choice of strengths, and what it makes of the observations."""

    of: tuple[float, ...]
    covariance: Floats  # of the observations, over the variance of the noise
    weights: Floats  # covariance⁻¹ observations
    noise: float  # its variance
    logarithm: float  # of the probability of the observations, but for a constant


def learn(
    parts: Sequence[Floats],
    observed: Floats,
    grid: Sequence[Sequence[float]],
    twins: npt.NDArray[np.int64],
    others: int,
    uniform: Uniform,
) -> Learned:
    """Regress observations (n) on the features of some parts, each (n, features).

    ``grid`` holds the strengths to choose from, a row a part; ``twins`` (n) numbers the observations that
    are made at one point alike; ``uniform`` gives the numbers that the ``others`` are drawn by.
    """
    scale = float(observed.std()) or 1.0
    tried = _try(parts, observed / scale, grid)
    best = max(tried, key=lambda each: each.logarithm)
    fitted = _mean(parts, best.of, best.weights)
    drawn = _draw(parts, observed / scale, tried, uniform(others, 1 + _width(parts, observed)))
    coefficients = np.stack([fitted, *drawn], axis=1)
    return Learned(coefficients * scale, _left_out(best, twins) * scale)


def _width(parts: Sequence[Floats], observed: Floats) -> int:
    """Count the normal numbers that one other regression is drawn by: coefficients, shift, noise."""
    return sum(part.shape[1] for part in parts) + 1 + len(observed)


def _try(parts: Sequence[Floats], observed: Floats, grid: Sequence[Sequence[float]]) -> list[_Strengths]:
    """Try every choice of strengths of a grid, all at once."""
    count, chosen = len(observed), list(product(*grid))
    alike = np.stack([part @ part.T for part in parts])
    shared = np.eye(count) + 1.0  # noise, and the shift that all share
    covariances = shared + np.tensordot(np.array(chosen), alike, axes=1)
    weights = np.linalg.solve(covariances, observed[None, :, None])[:, :, 0]
    noise = np.maximum(weights @ observed / count, 1e-300)
    roots = np.diagonal(np.linalg.cholesky(covariances), axis1=1, axis2=2)
    logarithms = -0.5 * count * np.log(noise) - np.log(roots).sum(axis=1)
    return [_Strengths(*each) for each in zip(chosen, covariances, weights, noise, logarithms, strict=True)]


def _mean(parts: Sequence[Floats], strengths: Sequence[float], weights: Floats) -> Floats:
    return np.concatenate([s * (part.T @ weights) for part, s in zip(parts, strengths, strict=True)])


def _draw(
    parts: Sequence[Floats], observed: Floats, tried: Sequence[_Strengths], uniform: Floats
) -> list[Floats]:
    """Draw regressions: strengths by their probability, then coefficients given what was seen."""
    from scipy.special import ndtri

    logarithms = np.array([each.logarithm for each in tried])
    odds = np.exp(logarithms - logarithms.max())
    chosen = np.searchsorted(np.cumsum(odds) / odds.sum(), uniform[:, 0])
    return [
        _one(parts, observed, tried[min(index, len(tried) - 1)], normal)
        for index, normal in zip(chosen, ndtri(uniform[:, 1:]), strict=True)
    ]


def _one(parts: Sequence[Floats], observed: Floats, given: _Strengths, normal: Floats) -> Floats:
    """Draw coefficients before anything is seen, and correct them by what was (Matheron's rule)."""
    width = sum(part.shape[1] for part in parts)
    strengths = np.repeat(given.of, [part.shape[1] for part in parts])
    spread = np.sqrt(given.noise)
    before = spread * np.sqrt(strengths) * normal[:width]
    unseen = np.concatenate(parts, axis=1) @ before + spread * (normal[width] + normal[width + 1 :])
    correction = np.linalg.solve(given.covariance, observed - unseen)
    return before + _mean(parts, given.of, correction)


def _left_out(best: _Strengths, twins: npt.NDArray[np.int64]) -> Floats:
    """Return what each observation is off, itself and its twins left out."""
    inverse = np.linalg.inv(best.covariance)
    off = np.empty(len(twins))
    for twin in np.unique(twins):
        mine = np.flatnonzero(twins == twin)
        off[mine] = np.linalg.solve(inverse[np.ix_(mine, mine)], best.weights[mine])
    return off
