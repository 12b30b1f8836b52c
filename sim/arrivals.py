"""Arrivals: requests as the waiting lists take them, checked and with their order of coming.

Both engines take them from here: the compiled one as arrays, the one in SimPy as lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sim.compiled import njit
from sim.errors import LawBroken
from sim.kinds import Step

Array = npt.NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing (Knuth, vol. 3, 6.4)
_HALF, _TOP = np.uint64(32), np.uint64(56)


class RequestTable(Protocol):
    """The columns of ``sim.cascade.Requests`` that service reads, one row per ask that wished."""

    @property
    def key(self) -> Array:
        """Who asks: u8."""

    @property
    def group_id(self) -> Array:
        """Services that replace one another: u1."""

    @property
    def minute(self) -> Array:
        """When: i4, negative for those seated at the census."""

    @property
    def need_end(self) -> Array:
        """End of the need: i4, NEVER beyond the horizon."""

    @property
    def patience_end(self) -> Array:
        """End of patience: i4."""

    @property
    def stay(self) -> Array:
        """Minutes of stay: i4, at least 1, NEVER for as long as the need."""

    @property
    def priority(self) -> Array:
        """Priority class on the lists of public units: u1, 0 first."""

    @property
    def parts(self) -> Array:
        """Parts of a place: i4, at least 1."""

    @property
    def step(self) -> Array:
        """Step of the cascade: only REQUESTED are served."""

    @property
    def candidates(self) -> Array:
        """Unit ids by rank: i4, shape (n, k), -1 for none."""


@dataclass(frozen=True)
class Arrivals:
    """The requests that are served, column by column, as they stand in the table.

    ``person`` is the row of the first request of the same person in the same group, by which both are known;
    ``order`` lists the rows by (minute, key, row), and is None where they stand so.
    """

    key: npt.NDArray[np.uint64]
    minute: npt.NDArray[np.int32]
    need_end: npt.NDArray[np.int32]
    patience_end: npt.NDArray[np.int32]
    stay: npt.NDArray[np.int32]
    priority: npt.NDArray[np.uint8]
    parts: npt.NDArray[np.int32]
    choices: npt.NDArray[np.int32]  # shape (n, k), -1 for none
    person: npt.NDArray[np.int32]
    order: npt.NDArray[np.int64] | None

    @classmethod
    def of(cls, requests: RequestTable, units: int, horizon: int) -> Arrivals:
        """Take the requested rows, and check what the engines rely on."""
        asked = np.asarray(requests.step) == Step.REQUESTED
        rows = slice(None) if asked.all() else np.flatnonzero(asked)

        def column(name: str, dtype: type) -> Array:
            return np.asarray(getattr(requests, name), dtype=dtype)[rows]

        ints = ("minute", "need_end", "patience_end", "stay", "parts")
        taken = {name: column(name, np.int32) for name in ints}
        choices = column("candidates", np.int32)
        _check(taken, choices, units, horizon)
        key, minute = column("key", np.uint64), taken["minute"]
        person = first_rows(key, column("group_id", np.uint8))
        order = None if _in_order(minute, key) else np.lexsort((key, minute))
        return cls(
            key=key,
            priority=column("priority", np.uint8),
            choices=choices,
            person=person,
            order=order,
            **taken,
        )

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True)
class ListedArrivals:
    """Arrivals as plain lists: Python indexes a list several times faster than an array."""

    key: list[int]
    minute: list[int]
    need_end: list[int]
    patience_end: list[int]
    stay: list[int]
    priority: list[int]
    parts: list[int]
    choices: list[tuple[int, ...]]
    person: list[int]
    order: list[int]  # rows by (minute, key, row)

    @classmethod
    def of(cls, arrivals: Arrivals) -> ListedArrivals:
        """Turn the columns into lists."""
        names = ("key", "minute", "need_end", "patience_end", "stay", "priority", "parts", "person")
        order = range(len(arrivals)) if arrivals.order is None else arrivals.order.tolist()
        return cls(
            **{name: getattr(arrivals, name).tolist() for name in names},
            choices=_listed(arrivals.choices),
            order=list(order),
        )


def _listed(choices: npt.NDArray[np.int32]) -> list[tuple[int, ...]]:
    """List the units of each row; nearly all rows are full, and tuples that are zipped cost little."""
    rows = zip(*(column.tolist() for column in choices.T), strict=True)
    return [row if row[-1] >= 0 else tuple(unit for unit in row if unit >= 0) for row in rows]


def first_rows(key: npt.NDArray[np.uint64], group: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """Return for each row the first one with the same key and group.

    >>> first_rows(np.array([7, 9, 7, 7], np.uint64), np.array([0, 0, 1, 0], np.uint8)).tolist()
    [0, 1, 2, 0]
    """
    first = np.empty(len(key), dtype=np.int32)
    table = np.full(1 << (2 * len(key)).bit_length(), -1, dtype=np.int32)
    _find_first(key, group, table, first)
    return first


@njit(cache=True)
def _find_first(key, group, table, first):  # type: ignore[no-untyped-def]
    """Look each pair up in a hash table of first rows (open addressing, at most half full)."""
    mask = np.uint64(table.size - 1)
    for row in range(key.size):
        mixed = (key[row] ^ (np.uint64(group[row]) << _TOP)) * _GOLDEN
        at = (mixed >> _HALF) & mask
        while table[at] >= 0 and (key[table[at]] != key[row] or group[table[at]] != group[row]):
            at = (at + np.uint64(1)) & mask
        if table[at] < 0:
            table[at] = row
        first[row] = table[at]


def _in_order(minute: Array, key: Array) -> bool:
    """Tell whether rows stand by (minute, key)."""
    later, same = minute[1:] > minute[:-1], minute[1:] == minute[:-1]
    return bool((later | (same & (key[1:] >= key[:-1]))).all())


def _check(column: dict[str, Array], choices: Array, units: int, horizon: int) -> None:
    """Refuse requests that choice should not have made."""
    by_rank = choices.T  # a reduction over rows of three costs more than three columns
    wrong = {
        "stay is under a minute": column["stay"] < 1,
        "a request takes no part of a place": column["parts"] < 1,
        "a request has no candidate": np.logical_and.reduce([each < 0 for each in by_rank]),
        "a candidate is no unit": np.logical_or.reduce([each >= units for each in by_rank]),
        "it comes after the horizon": column["minute"] >= horizon,
    }
    for what, rows in wrong.items():
        if rows.any():
            raise LawBroken(f"request {int(np.flatnonzero(rows)[0])}: {what}")
