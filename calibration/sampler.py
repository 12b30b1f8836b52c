"""Elliptical slice sampling of many posteriors at once (Murray, Adams & MacKay 2010, AISTATS 9:541-548).

The prior is standard normal in every direction, so that the method needs no tuning; a chain moves along an
ellipse through where it is and a draw of the prior, and accepts the first point above its slice. Draws are
keyed by seed, step and chain: more chains or steps move none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sim.errors import LawBroken
from sim.rates import Floats
from sim.streams import Decision, Stream

Ints = npt.NDArray[np.int64]
LogLikelihood = Callable[[Floats, Ints], Floats]  # states (n, inputs) of chains (n,) -> logarithms (n,)
_LONGEST = 200  # shrinkings of a bracket; it halves on average


def sample(likelihood: LogLikelihood, start: Floats, steps: int, every: int, seed: int) -> Floats:
    """Run chains from `start` (chains, inputs); return every so many-th state, (kept, chains, inputs).

    The likelihood takes states and the numbers of their chains; the prior is standard normal.

    >>> def near_two(z, chain): return -0.5 * ((z[:, 0] - 2) / 0.5) ** 2
    >>> chains = sample(near_two, np.zeros((200, 1)), 60, 20, seed=1)
    >>> chains.shape, abs(float(chains[-1].mean()) - 1.6) < 0.15
    ((3, 200, 1), True)
    """
    chains = np.arange(len(start))
    state, height = start.copy(), likelihood(start, chains)
    kept = []
    for step in range(steps):
        words = _uniform(seed, step, len(start), start.shape[1] + 2)
        slice_at = height + np.log(words[:, -2])
        ellipse = _Ellipse(state, np.asarray(ndtri(words[:, :-2])), 2 * np.pi * words[:, -1])
        state, height = _accepted(likelihood, ellipse, slice_at, (seed, step))
        if (step + 1) % every == 0:
            kept.append(state)
    return np.array(kept)


@dataclass
class _Ellipse:
    """Where chains are, what they turn towards, and the angle that each tries, its bracket shrinking."""

    state: Floats
    other: Floats
    angle: Floats

    def __post_init__(self) -> None:
        self.low, self.high = self.angle - 2 * np.pi, self.angle.copy()

    def at(self, chains: Ints) -> Floats:
        """Return the points tried."""
        angle = self.angle[chains, None]
        return np.asarray(self.state[chains] * np.cos(angle) + self.other[chains] * np.sin(angle))

    def shrink(self, chains: Ints, part: Floats) -> None:
        """Cut the bracket at the angle refused, and try another within it."""
        refused = self.angle[chains]
        self.low[chains] = np.where(refused < 0, refused, self.low[chains])
        self.high[chains] = np.where(refused < 0, self.high[chains], refused)
        self.angle[chains] = self.low[chains] + part * (self.high - self.low)[chains]


def _accepted(
    likelihood: LogLikelihood, ellipse: _Ellipse, slice_at: Floats, key: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Return the first point of each chain above its slice, and its height."""
    state, height = ellipse.state.copy(), slice_at.copy()
    trying = np.arange(len(state))
    for number in range(1, _LONGEST):
        tried = ellipse.at(trying)
        level = likelihood(tried, trying)
        good = level > slice_at[trying]
        state[trying[good]], height[trying[good]] = tried[good], level[good]
        trying = trying[~good]
        if trying.size == 0:
            return state, height
        ellipse.shrink(trying, _uniform(*key, len(state), 1, number)[trying, 0])
    raise LawBroken(f"{trying.size} chains found no point in {_LONGEST} shrinkings")


def _uniform(seed: int, step: int, chains: int, count: int, round_: int = 0) -> Floats:
    """Return numbers in (0, 1), (chains, count), each of its own seed, step, round, chain and place."""
    stream = Stream.of(seed, step)
    keys = np.arange(chains * count, dtype=np.uint64)
    return np.asarray(stream.uniform(keys, Decision.PARAMETER, round_)).reshape(chains, count)
