"""Where a sweep looks: points of a grid, a list, Latin hypercubes or a Sobol sequence, each by its key.

The shares of a random design are functions of seed and number alone, so that a design of more points begins
with the points of a smaller one. A Sobol sequence goes on where it ended. A Latin hypercube does not: more
points are a further hypercube, keyed by its number, and only each of them alone fills every layer once.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from enum import Enum
from itertools import product

import numpy as np
import numpy.typing as npt

from sim.streams import Decision, Stream

Floats = npt.NDArray[np.float64]
_BITS = 30  # of a coordinate of the Sobol sequence, as scipy has them
MOST_DIMENSIONS = 100  # far below those that scipy has numbers for
MOST_POINTS = 2**20


class Design(Enum):
    """How the points of a sweep are chosen."""

    GRID = "grid"  # every combination of the values
    LIST = "list"  # the first values together, the second together, …
    LATIN_HYPERCUBE = "latin-hypercube"
    SOBOL = "sobol"

    @property
    def drawn(self) -> bool:
        """Tell whether points lie between two ends, and more can be added."""
        return self in (Design.LATIN_HYPERCUBE, Design.SOBOL)


def grid(values: Sequence[Sequence[float]]) -> Floats:
    """Return every combination, the last value moving fastest: shape (points, parameters).

    >>> grid([[1, 2], [5, 6]]).tolist()
    [[1.0, 5.0], [1.0, 6.0], [2.0, 5.0], [2.0, 6.0]]
    """
    found = list(product(*values))  # of nothing: one point without a number
    return np.array(found, dtype=np.float64).reshape(len(found), len(values))


def listed(values: Sequence[Sequence[float]]) -> Floats:
    """Return the values of equal place together: shape (points, parameters).

    >>> listed([[1, 2], [5, 6]]).tolist()
    [[1.0, 5.0], [2.0, 6.0]]
    """
    return np.array(values, dtype=np.float64).T if values else np.zeros((1, 0))


def shares(design: Design, seed: int, batch: int, first: int, count: int, parameters: int) -> Floats:
    """Return where points lie between the ends of each range: in (0, 1), shape (count, parameters).

    Those of a Sobol sequence begin with the `first`; those of a Latin hypercube are its `batch`-th.
    """
    if design is Design.SOBOL:
        return sobol(seed, first, count, parameters)
    return latin_hypercube(seed, batch, count, parameters)


def latin_hypercube(seed: int, batch: int, count: int, parameters: int) -> Floats:
    """Return a Latin hypercube: of each parameter one point in each of `count` equal layers.

    >>> np.sort(np.floor(4 * latin_hypercube(1, 0, 4, 2)), axis=0)[:, 1].tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    stream, keys = Stream.of(seed, batch), np.arange(count, dtype=np.uint64)
    columns = []
    for parameter in range(parameters):
        order, within = (
            stream.uniform(keys, Decision.SWEEP, time=1 + parameter, word=word) for word in (0, 1)
        )
        layers = np.argsort(np.argsort(order, kind="stable"), kind="stable")
        columns.append((layers + within) / count)
    return np.stack(columns, axis=1)


def sobol(seed: int, first: int, count: int, parameters: int) -> Floats:
    """Return points `first` to `first` + `count` of a Sobol sequence, moved by keyed bits of each parameter.

    A digital shift keeps what makes the sequence even, and needs no other generator of random numbers.

    >>> bool((sobol(1, 0, 8, 2)[4:] == sobol(1, 4, 4, 2)).all())
    True
    """
    from scipy.stats import qmc

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # any number may be asked for: the plan says which are even
        sequence = qmc.Sobol(parameters, scramble=False, bits=_BITS)
        if first:
            sequence.fast_forward(first)
        even = sequence.integers(0, u_bounds=2**_BITS, n=count).astype(np.uint32)
    shift = Stream.of(seed, 0).words(np.arange(parameters, dtype=np.uint64), Decision.SWEEP)[0]
    return np.asarray(((even ^ (shift >> np.uint32(32 - _BITS))) + 0.5) / 2.0**_BITS)
