"""What an interval is made of: chance, or that the numbers behind it are not known.

Every fifth replication is a *twin*: it has the parameters of the one before it and fresh chance
(``sim.parameters.draw_of``). Half the mean squared difference of twins is the variance of chance; the
variance over all drawn replications holds both; what is left is not-knowing. Replication 0 keeps the central
values: it is no draw and is left out here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from results.estimates import Estimate, Interval
from results.manifest import TargetEntry
from results.probing import metrics
from results.tables import Array, Run
from sim.parameters import draw_of

FEWEST_PAIRS = 4  # of twins: fewer say nothing of a variance
LEVEL = 0.90  # of the interval of the share
Pairs = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Doubt:
    """A number's variance over replications, split; unknown (NaN) below four pairs of twins."""

    chance: float
    not_knowing: float
    share: Estimate  # of chance in the whole
    pairs: int

    @property
    def known(self) -> bool:
        """Tell whether the shares are estimated: twins suffice, and the number differs at all."""
        return self.share.known


def split(values: Array, pairs: Pairs) -> Doubt:
    """Split the variance of a number over replications; ``pairs`` names those that share their parameters.

    ``values`` is (replications,), NaN where there is no number, the first at central values. Twins spread
    less than strangers, so that the variance over all replications holds not-knowing only as often as two of
    them differ in their draw.

    >>> again = [(r - 1, r) for r in range(5, 26, 5)]
    >>> theta, chance = np.arange(26.0), np.zeros(26)
    >>> theta[5::5] = theta[4:-1:5]
    >>> split(theta + chance, again).share.mean
    0.0
    """
    known = np.isfinite(values)
    alike = np.array([pair for pair in pairs if known[list(pair)].all()], dtype=int).reshape(-1, 2)
    drawn = values[1:][known[1:]]
    if len(alike) < FEWEST_PAIRS:
        return Doubt(np.nan, np.nan, _nothing(len(drawn)), len(alike))
    if np.ptp(drawn) == 0:  # the same in every replication: there is nothing to split
        return Doubt(0.0, 0.0, _nothing(len(drawn)), len(alike))
    gaps = values[alike[:, 0]] - values[alike[:, 1]]
    chance = float(np.mean(gaps**2) / 2)
    strangers = 1 - len(alike) / (len(drawn) * (len(drawn) - 1) / 2)
    rest = max(float(drawn.var(ddof=1)) - chance, 0.0) / strangers
    return Doubt(chance, rest, _share(chance, rest, len(alike), len(drawn)), len(alike))


def _nothing(replications: int) -> Estimate:
    return Estimate(np.nan, np.nan, np.nan, Interval.NOT_ESTIMATED, replications)


def _share(chance: float, rest: float, pairs: int, replications: int) -> Estimate:
    """Return the share of chance with its 90 % interval, from the F distribution of two variances."""
    from scipy.stats import f

    if chance == 0:  # twins agree: that it is rare is all that can be said
        return Estimate(0.0, 0.0, 0.0, Interval.NOT_ESTIMATED, replications)
    share = chance / (chance + rest)
    few, many = f.ppf(((1 - LEVEL) / 2, (1 + LEVEL) / 2), pairs, replications - 1)
    return Estimate(
        share, min(float(share / many), 1.0), min(float(share / few), 1.0), Interval.F90, replications
    )


def twins(run: Run) -> list[tuple[int, int]]:
    """List the pairs of replications that share every drawn number; a run made before there were twins: none.

    They are looked for where twins stand, and held to what ``draws.parquet`` says.
    """
    draws = run.table("draws").sort("replication", "parameter")
    numbers = {
        key: part["value_e9"].to_list() for (key,), part in draws.group_by("replication", maintain_order=True)
    }
    places = [(draw_of(r), r) for r in range(run.replications) if draw_of(r) != r]
    return [(first, second) for first, second in places if numbers.get(first) == numbers.get(second)]


def doubts(run: Run, target: TargetEntry) -> dict[str, Doubt]:
    """Split the variance of every metric of a target's verdict."""
    pairs = twins(run)
    return {metric: split(values, pairs) for metric, values in metrics(run, target).items()}


def leading(found: dict[str, Doubt]) -> tuple[str, Doubt] | None:
    """Return the metric that a verdict is read by first, with its doubt; None where it has none."""
    return next(iter(found.items()), None)
