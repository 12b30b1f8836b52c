"""Emulators: what a metric would be at numbers that nobody ran, from probes and from replications.

A number stands at -1 at the low end of its range, at 0 at its central value, at 1 at the high end: drawn as
replications draw it, it is uniform there. On the scale of a link (as it is, or the logit of a share) the
emulator is

* for a number that probes move alone: the parabola through its three replays, so that it is exact there;
* for a number that only replications move (of lives): a parabola learned from them;
* what probes cannot see, for it vanishes wherever all numbers but one stand at their centre: products of two
  numbers, and a number's effect that grows as the others leave their centres; learned from replications.

What is learned is shrunk to nothing unless the replications speak for it: coefficients are normal with a
strength for each of the three parts, chosen by the probability of what was seen (Bayesian regression).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from results.regression import Floats, Learned, Uniform, learn

Indices = npt.NDArray[np.int64]

MOST_CROSSED = 14  # numbers whose products are learned: 91 pairs, those that probes move most
LEAST_CROSSED = 0.02  # of the spread that all together make
_STRENGTHS = (  # of learned, paired and growing coefficients
    (0.0, 0.003, 0.01, 0.03, 0.1, 1.0),
    (0.0, 1.0, 10.0, 100.0),
    (0.0, 1.0, 10.0, 100.0),
)
_EDGE = 0.005  # shares of nil and of one have a finite logit


@dataclass(frozen=True)
class Link:
    """The scale on which a metric is emulated: the logit of a share, or the metric itself."""

    logit: bool

    def to(self, values: Floats) -> Floats:
        """Bring a metric to the scale."""
        if not self.logit:
            return values
        inside = _EDGE + (1 - 2 * _EDGE) * values
        return np.log(inside / (1 - inside))

    def back(self, values: Floats) -> Floats:
        """Bring values of the scale back; a share beyond nil or one is none."""
        if not self.logit:
            return values
        return np.clip((1 / (1 + np.exp(-values)) - _EDGE) / (1 - 2 * _EDGE), 0.0, 1.0)


@dataclass(frozen=True)
class Seen:
    """What is known of a metric.

    ``centre`` is its value with every number at its centre, ``ends`` (numbers, 2) with one at its low or high
    end, the centre where that moves nothing. ``replayed`` (numbers) tells which of them a probe can move,
    ``weight`` (numbers, 0 to 1) how much of what the probes move, in any metric of the target, is a number's.
    ``points`` (draws, numbers) and ``values`` (draws) are the replications that draw all numbers.
    """

    centre: float
    ends: Floats
    replayed: npt.NDArray[np.bool_]
    weight: Floats
    points: Floats
    values: Floats

    @property
    def share(self) -> bool:
        """Tell whether all values are shares of something."""
        every = np.concatenate([[self.centre], self.ends.ravel(), self.values])
        return bool((every >= 0).all() and (every <= 1).all())


@dataclass(frozen=True)
class Basis:
    """The features whose coefficients are learned: of ``free`` numbers, and across ``crossed`` numbers."""

    free: Indices
    crossed: Indices
    weight: Floats  # of the crossed

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """List the pairs of crossed numbers, by their places in ``crossed``."""
        return list(combinations(range(len(self.crossed)), 2))

    @property
    def width(self) -> int:
        """Count the features."""
        return 2 * len(self.free) + len(self.pairs) + len(self.crossed)

    def features(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the three parts (n, features): free numbers, pairs, effects that grow off the centre."""
        free, crossed = points[:, self.free], points[:, self.crossed] * self.weight
        first, second = np.array(self.pairs, dtype=np.int64).reshape(-1, 2).T
        paired = crossed[:, first] * crossed[:, second]
        squares = crossed**2
        growing = crossed * (squares.sum(axis=1, keepdims=True) - squares)
        return np.concatenate([free, free**2], axis=1), paired, growing


@dataclass(frozen=True)
class Emulator:
    """A fitted emulator, and others that the replications allow as well."""

    link: Link
    centre: float  # on the scale of the link
    straight: Floats  # (numbers)
    bent: Floats  # (numbers)
    basis: Basis
    learned: Floats  # (features, 1 + others): the fitted coefficients, then those of the others
    explained: float  # share of the variance of the draws, each left out in turn; NaN where there is none

    def at(self, points: Floats) -> Floats:
        """Return the metric at points (n, numbers): shape (n, 1 + others), the fitted emulator first."""
        alone = self.centre + points @ self.straight + points**2 @ self.bent
        features = np.concatenate(self.basis.features(points), axis=1)
        return self.link.back(alone[:, None] + features @ self.learned)

    def spread(self, points: Floats) -> Floats:
        """Return how much variance each number takes part in (numbers), roughly, on the scale of the link."""
        taken = self.straight**2 * points.var(axis=0) + self.bent**2 * (points**2).var(axis=0)
        parts = self.basis.features(points)
        sizes = np.cumsum([part.shape[1] for part in parts])[:-1]
        own, paired, growing = (
            part.var(axis=0) * learned**2
            for part, learned in zip(parts, np.split(self.learned[:, 0], sizes), strict=True)
        )
        taken[self.basis.free] += own.reshape(2, -1).sum(axis=0)
        taken[self.basis.crossed] += growing
        for (i, j), variance in zip(self.basis.pairs, paired, strict=True):
            taken[self.basis.crossed[[i, j]]] += variance
        return taken


def emulate(seen: Seen, others: int, uniform: Uniform) -> Emulator:
    """Fit an emulator of the link that explains more, and draw ``others`` by uniform numbers.

    Without draws it is what the probes say, and there are no others.
    """
    if not len(seen.values):
        return _alone(seen, Link(False))
    links = (Link(False), Link(True)) if seen.share else (Link(False),)
    return max((_fit(seen, link, others, uniform) for link in links), key=lambda each: each.explained)


def _alone(seen: Seen, link: Link) -> Emulator:
    """Return what the probes say."""
    centre = float(link.to(np.array([seen.centre]))[0])
    low, high = link.to(seen.ends).T
    basis = Basis(np.flatnonzero(~seen.replayed), *_crossed(seen))
    nothing = np.zeros((basis.width, 1))
    return Emulator(link, centre, (high - low) / 2, (high + low) / 2 - centre, basis, nothing, np.nan)


def _crossed(seen: Seen) -> tuple[Indices, Floats]:
    order = np.argsort(-seen.weight, kind="stable")[:MOST_CROSSED]
    kept = order[seen.weight[order] > LEAST_CROSSED]
    return kept, seen.weight[kept]


def _fit(seen: Seen, link: Link, others: int, uniform: Uniform) -> Emulator:
    """Learn from the replications what the probes do not say."""
    alone = _alone(seen, link)
    points, values = seen.points, seen.values
    _, twins = np.unique(points, axis=0, return_inverse=True)
    unsaid = link.to(values) - (alone.centre + points @ alone.straight + points**2 @ alone.bent)
    learned = learn(alone.basis.features(points), unsaid, _STRENGTHS, twins.reshape(-1), others, uniform)
    explained = _explained(link, values, learned)
    return replace(alone, learned=learned.coefficients, explained=explained)


def _explained(link: Link, values: Floats, learned: Learned) -> float:
    """Return the share of the variance of the draws that an emulator explains that has not seen them.

    Less than nil is worse than their mean; of draws that are all one there is nothing to explain.
    """
    if np.ptp(values) == 0:
        return 0.0
    off = values - link.back(link.to(values) - learned.left_out)
    return 1 - float((off**2).sum() / ((values - values.mean()) ** 2).sum())
