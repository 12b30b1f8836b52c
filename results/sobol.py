"""Sobol indices: which of many numbers a function's variance comes from. The only file that imports SALib.

The first-order index of a number is the part of the variance that it makes alone; the total index adds what
it makes together with others (Saltelli 2010). Numbers are independent and uniform from -1 to 1. Those that
matter little are moved together, as one group.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SAMPLES = 256  # rows of the two matrices that numbers are exchanged between; a power of two
_PERCENTILES = (5.0, 95.0)


@dataclass(frozen=True)
class Indices:
    """Indices of each leading number, and of the group last: the values, and values that are possible too."""

    first: Floats  # (leading + 1)
    total: Floats
    first_others: Floats  # (resamples, leading + 1)
    total_others: Floats


@dataclass(frozen=True)
class Design:
    """Where a function of some numbers is evaluated: the first ``leading`` alone, the rest as one group."""

    numbers: int
    leading: int
    seed: int  # 1 or more: SALib takes 0 for none

    @cached_property
    def points(self) -> Floats:
        """Return the points (rows, numbers), each from -1 to 1."""
        from SALib.sample import sobol

        return np.asarray(sobol.sample(self._problem, SAMPLES, calc_second_order=False, seed=self.seed))

    @property
    def independent(self) -> slice:
        """Return which of the rows are independent of one another."""
        return slice(0, None, len(self._names) + 2)

    @cached_property
    def _groups(self) -> list[str]:
        return [f"n{min(i, self.leading)}" for i in range(self.numbers)]

    @cached_property
    def _names(self) -> list[str]:
        return list(dict.fromkeys(self._groups))

    @cached_property
    def _problem(self) -> dict[str, Any]:
        return {
            "num_vars": self.numbers,
            "names": [f"x{i}" for i in range(self.numbers)],
            "bounds": [[-1.0, 1.0]] * self.numbers,
            "groups": self._groups,
        }

    def analyse(self, values: Floats, resamples: int, seed: int) -> Indices:
        """Return the indices of values at the points, which must not all be one, and of resamples of them."""
        from SALib.analyze import sobol

        found = sobol.analyze(
            self._problem, values, calc_second_order=False, num_resamples=resamples, keep_resamples=True,
            seed=seed,
        )  # fmt: skip
        return Indices(found["S1"], found["ST"], found["S1_conf_all"], found["ST_conf_all"])


def between(value: Floats, others: Floats) -> Floats:
    """Return values (n), and the 5th and 95th percentile of others (resamples, n), widened to hold them."""
    low, high = np.percentile(others, _PERCENTILES, axis=0)
    return np.stack([value, np.minimum(low, value), np.maximum(high, value)])
