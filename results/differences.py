"""Differences that are proved: paired by draw, family-wise, looked at a fixed number of times, judged.

The unit is the *draw* of the parameters. Replications that repeat a draw (twins, docs/decisions/0018) are
averaged first, and replication 0, which keeps the central values, is no draw: what is left is independent.
Each row of a comparison, at each look, gets an equal part of the level (Bonferroni over rows and looks). So
with 95 % confidence *every* interval of *every* row holds its true value at *every* look, and a rule that
stops by what it sees, whatever the rule, costs none of it (docs/decisions/0023).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

import numpy as np
import numpy.typing as npt

from results.estimates import CONFIDENCE, Estimate, Interval

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
FIRST_LOOK = 20  # draws: of fewer, a skewed law looks narrower than it is, and rounds would stop by mistake
GROWTH = 1.5  # each look has at least half as many draws again as the one before it
MAY_DIFFER = 0.1  # where all draws agree, at most this share of all draws may be otherwise
ENOUGH_APART = 10  # draws apart from the commonest value that give a spread of their own
LEAST_DRAWS = 2  # of fewer there is no interval
NO_DRAW = -1
_SAME = 1e-9


class Verdict(Enum):
    """What a comparison says of a row; higher and lower where neither side is the better one."""

    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    NO_DIFFERENCE = "no difference that matters"
    NOT_YET_KNOWN = "not yet known"


@dataclass(frozen=True)
class Family:
    """The rows that are judged together, and how often they are looked at."""

    rows: int
    looks: int = 1
    level: float = 1 - CONFIDENCE

    @property
    def each(self) -> float:
        """Return the chance of a miss that one row may have at one look."""
        return self.level / (max(self.rows, 1) * max(self.looks, 1))


@dataclass(frozen=True)
class Paired:
    """A paired difference: mean over draws and half the width of its interval (infinite below two draws)."""

    mean: float
    half: float
    draws: int
    alike: bool = False  # the same in every draw: nothing is known of its spread
    gaps: tuple[float, ...] = field(default=(), repr=False, compare=False)  # one a draw

    @property
    def low(self) -> float:
        """Return the lower end of the interval."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """Return the upper end of the interval."""
        return self.mean + self.half

    @property
    def estimate(self) -> Estimate:
        """Return it as a number with its doubt."""
        if not np.isfinite(self.half):
            return Estimate(self.mean, self.mean, self.mean, Interval.NOT_ESTIMATED, self.draws)
        return Estimate(self.mean, self.low, self.high, Interval.T95, self.draws)


def looks(most: int) -> tuple[int, ...]:
    """Give the numbers of draws at which a comparison is looked at, fixed before it begins; the last is most.

    >>> looks(60)
    (27, 40, 60)
    """
    found = [most]
    while found[0] / GROWTH >= FIRST_LOOK - _SAME:
        found.insert(0, round(found[0] / GROWTH))
    return tuple(found)


def mean_by_draw(values: Array, draws: Labels) -> Array:
    """Average the replications of each draw; values that are no numbers, and what is no draw, are left out.

    ``draws`` labels each replication, ``NO_DRAW`` where it has none. Returns one number a draw.

    >>> mean_by_draw(np.array([9.0, 1.0, 2.0, 4.0]), np.array([-1, 1, 4, 4])).tolist()
    [1.0, 3.0]
    """
    counted = np.isfinite(values) & (draws != NO_DRAW)
    labels, row = np.unique(draws[counted], return_inverse=True)
    return np.asarray(
        np.bincount(row, values[counted], len(labels)) / np.bincount(row, minlength=len(labels))
    )


def paired(first: Array, second: Array, draws: Labels, level: float) -> Paired:
    """Estimate second minus first over draws, with the interval that misses at a chance of ``level``."""
    gaps = mean_by_draw(np.asarray(second, dtype=float) - np.asarray(first, dtype=float), draws)
    return replace(_paired(gaps, level), gaps=tuple(gaps.tolist()))


def _paired(gaps: Array, level: float) -> Paired:
    count = len(gaps)
    mean = float(gaps.mean()) if count else np.nan
    if count < LEAST_DRAWS:
        return Paired(mean, np.inf, count)
    if np.ptp(gaps) <= _SAME * max(1.0, abs(mean)):
        return Paired(mean, 0.0 if alike_suffices(count, level) else np.inf, count, alike=True)
    if not _spread_is_known(gaps):
        return Paired(mean, np.inf, count)
    return Paired(mean, _half_width(gaps, level), count)


def _half_width(gaps: Array, level: float) -> float:
    """Return Student's half-width, widened at both ends for the skewness that is seen.

    The term is the second of the expansion of a studentised mean (Hall 1992, The Bootstrap and Edgeworth
    Expansion, section 2.6): a skewed law misses on one side far more often than t allows.
    """
    from scipy.special import stdtrit

    root, spread = np.sqrt(len(gaps)), gaps.std(ddof=1)
    rank = float(stdtrit(len(gaps) - 1, 1 - level / 2))
    skewness = float(np.abs(np.mean(((gaps - gaps.mean()) / spread) ** 3)))
    return float(spread / root * (rank + skewness * (2 * rank**2 + 1) / (6 * root)))


def _spread_is_known(gaps: Array) -> bool:
    """Tell whether draws tell their spread: where half of them agree, only if enough others do not."""
    _, counts = np.unique(gaps, return_counts=True)
    apart = len(gaps) - int(counts.max())
    return 2 * apart > len(gaps) or apart >= ENOUGH_APART


def alike_suffices(draws: int, level: float) -> bool:
    """Tell whether draws that all agree bound the share of draws that would not, by the binomial law.

    Were that share ``MAY_DIFFER`` or more, so many would agree at a chance of at most ``level``.

    >>> alike_suffices(28, 0.05), alike_suffices(29, 0.05)
    (False, True)
    """
    return bool((1 - MAY_DIFFER) ** draws <= level)


def judge(found: Paired, margin: float, better: int) -> Verdict:
    """Judge a difference: ``better`` is +1 where more is better, -1 where less is, 0 where neither is.

    Within the margin at both ends (two one-sided tests) it does not matter, though it be surely not nil;
    else the side of nil on which the whole interval lies decides.

    >>> judge(Paired(-3.0, 2.0, 12), 1.0, -1)
    <Verdict.BETTER: 'better'>
    """
    if not np.isfinite(found.half):
        return Verdict.NOT_YET_KNOWN
    if -margin <= found.low and found.high <= margin:
        return Verdict.NO_DIFFERENCE
    if found.low <= 0 <= found.high:
        return Verdict.NOT_YET_KNOWN
    if not better:
        return Verdict.HIGHER if found.mean > 0 else Verdict.LOWER
    return Verdict.BETTER if found.mean * better > 0 else Verdict.WORSE


def settled(found: Paired, verdict: Verdict, asked: float) -> bool:
    """Tell whether a row needs no more draws: its half-width is what was asked, and its verdict is known."""
    return found.half <= asked and verdict is not Verdict.NOT_YET_KNOWN
