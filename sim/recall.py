"""What the steps of a replay came to, done again only where they are given something else.

Replays of one ledger share most of their steps: a probe moves one number, a scenario of staff changes no
choice. A step is a function of what it is given; where all of that equals what it was given the first time,
it is not done again. Equality is looked up, never assumed: arrays by their elements. So a step must be given
no more than it reads (a few named numbers, not all settings) and must not change what it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


class Recall:
    """Remember each named step from the first time on.

    >>> recall, done = Recall(), []
    >>> def double(numbers): done.append(1); return 2 * numbers
    >>> [recall.of("double", double, np.arange(n)).tolist() for n in (2, 2, 3)]
    [[0, 2], [0, 2], [0, 2, 4]]
    >>> len(done)
    2
    """

    def __init__(self, elder: Recall | None = None) -> None:
        """Remember nothing yet; the first time of a step, ask an elder first, who remembers other replays."""
        self._first: dict[Hashable, tuple[tuple[object, ...], Any]] = {}
        self._elder = elder

    def of(self, name: Hashable, step: Callable[..., T], *given: object) -> T:
        """Return what a step comes to, remembered where all it is given equals that of the first time."""
        if name not in self._first:
            found = self._elder.of(name, step, *given) if self._elder else step(*given)
            self._first[name] = given, found
            return found
        before, found = self._first[name]
        return found if same(before, given) else step(*given)


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are equal: of one type, arrays and what holds them by their elements.

    >>> same((1, np.arange(2)), (1, np.arange(2))), same(np.arange(2), np.arange(2.0))
    (True, False)
    """
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and _all_same(one, other)
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and _all_same(one.values(), (other[key] for key in one))
    if is_dataclass(one):
        names = [f.name for f in fields(one)]
        return _all_same((getattr(one, name) for name in names), (getattr(other, name) for name in names))
    return bool(one == other)


def _all_same(ones: Iterable[Any], others: Iterable[Any]) -> bool:
    return all(one is other or same(one, other) for one, other in zip(ones, others, strict=True))
