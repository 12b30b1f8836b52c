"""What happens to whom in which month: a history of lives that needs and months are read from.

Life is lived a resident at a time through all months. What changes of a resident is an *entry*, a word of 32
bits: month, what changed, what it is from then on. The entries of a resident stand together, in order of
month. Rows stand in the order in which residents come: founders, then month by month the newborns (by mother)
and the newcomers. The columns of ``Residents`` keep what each was on coming until a month is read into them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import njit

Ints = npt.NDArray[np.int64]

NEVER_LEAVES = 32767  # a month that does not come, as ``residents.STAYS``
FOUNDED = -1  # the month of coming of a founder
BIRTHS, DEATHS, ARRIVALS, LEAVERS = range(4)  # rows of History.flows


class Book(NamedTuple):
    """The columns of a history, one row a resident, and its entries."""

    comes: npt.NDArray[np.int16]  # month of coming, -1 for founders
    leaves: npt.NDArray[np.int16]  # month of death or leaving, 32767 for none
    why: npt.NDArray[np.uint8]  # Exit
    widowed: npt.NDArray[np.int16]  # month in which the spouse died or left, 32767 for none
    first: npt.NDArray[np.int32]  # entries first to last - 1 are the resident's
    last: npt.NDArray[np.int32]
    entries: npt.NDArray[np.uint32]


@dataclass(frozen=True)
class History:
    """A history of ``months`` months: its book, and what was counted on the way.

    ``flows`` are births, deaths, arrivals and leavers, shape (4, counties of the atlas, months).
    """

    book: Book
    flows: Ints
    months: int

    @property
    def size(self) -> int:
        """Return how many residents ever live in the market."""
        return len(self.book.comes)

    def coming(self, month: int) -> slice:
        """Return the rows of those who come in a month; -1 for the founders."""
        return slice(*np.searchsorted(self.book.comes, (month, month + 1)).tolist())

    def in_month(self, month: int) -> tuple[Ints, npt.NDArray[np.uint32]]:
        """Return the rows and entries of one month, by row."""
        rows, entries, bounds = self._by_month
        here = slice(int(bounds[month]), int(bounds[month + 1]))
        return rows[here], entries[here]

    @cached_property
    def _by_month(self) -> tuple[Ints, npt.NDArray[np.uint32], Ints]:
        """Return rows and entries in order of (month, row), and where each month begins."""
        book = self.book
        in_turn = np.argsort(book.first, kind="stable")
        row = np.repeat(in_turn, (book.last - book.first)[in_turn])
        month = (book.entries >> np.uint32(16)).astype(np.int64)
        order = np.argsort(month << 32 | row, kind="stable")
        return row[order], book.entries[order], np.searchsorted(month[order], np.arange(self.months + 1))


def values_of(entries: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return what entries change (Change), and what it is from then on."""
    return (entries >> np.uint32(8)).astype(np.uint8), entries.astype(np.uint8)


@njit(inline="always")
def entry(month, change, value):  # type: ignore[no-untyped-def]
    """Write an entry: from the end of `month` (0 to 65535) on, `change` (Change) is `value` (0 to 255)."""
    return np.uint32(month << 16 | change << 8 | value)


@njit(inline="always")
def month_in(entry):  # type: ignore[no-untyped-def]
    """Read the month of an entry."""
    return np.int64(entry >> 16)


@njit(inline="always")
def change_in(entry):  # type: ignore[no-untyped-def]
    """Read what an entry changes."""
    return np.int64(entry >> 8 & 0xFF)


@njit(inline="always")
def value_in(entry):  # type: ignore[no-untyped-def]
    """Read what it is from then on."""
    return np.int64(entry & 0xFF)


@njit(inline="always")
def disability_value(kind, grade, card):  # type: ignore[no-untyped-def]
    """Pack a surveyed disability into the value of an entry."""
    return np.int64(kind) | np.int64(grade) << 3 | np.int64(card) << 5
