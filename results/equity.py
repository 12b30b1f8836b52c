"""Equity: is a service met alike for poor and rich, and who bears the days on lists?

The *concentration index* (Wagstaff, Paci and van Doorslaer 1991; O'Donnell et al., World Bank 2008) of a
share over income groups runs from -1 to 1: above nil the share is concentrated among the rich, below among
the poor.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from results.estimates import ratio

Array = npt.NDArray[np.float64]


def concentration_index(served: Array, needed: Array) -> Array:
    """Return the concentration index of ``served / needed`` over groups, the poorest first.

    Both have shape (replications, groups); a group counts by its needed. The rank of a group is the middle of
    its part of all the needed; the index is 2 / mean × the covariance of share and rank. NaN where nobody is
    served: nothing is distributed.

    >>> concentration_index(np.array([[1.0, 1.0], [0.0, 2.0]]), np.array([[2.0, 2.0], [2.0, 2.0]])).tolist()
    [0.0, 0.5]
    """
    everyone = needed.sum(axis=-1, keepdims=True)
    part = ratio(needed, everyone)
    rank = np.cumsum(part, axis=-1) - part / 2
    of_served = ratio(served, served.sum(axis=-1, keepdims=True))
    return np.asarray(2 * (of_served * rank).sum(axis=-1) - 1)


def poorest_part(borne: Array) -> Array:
    """Return the part of what is borne, shape (replications, groups), that falls to the first group.

    >>> poorest_part(np.array([[3.0, 1.0], [0.0, 0.0]])).tolist()
    [0.75, nan]
    """
    return np.asarray(ratio(borne[..., 0], borne.sum(axis=-1)))
