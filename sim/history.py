"""What happens to whom in which month: a history of lives that needs and months are read from.

Life is lived a resident at a time through all months. What changes of a resident is an *entry*, a word of 32
bits: month, what changed, what it is from then on. The entries of a resident stand together, in order of
month. Rows stand in the order in which residents come: founders, then month by month the newborns (by mother)
and the newcomers. The columns of ``Residents`` keep what each was on coming until a month is read into them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.compiled import njit

Ints = npt.NDArray[np.int64]

NEVER_LEAVES = 32767  # a month that does not come, as ``residents.STAYS``
FOUNDED = -1  # the month of coming of a founder
BIRTHS, DEATHS, ARRIVALS, LEAVERS = range(4)  # rows of History.flows


LIFE = np.dtype(
    [
        ("comes", "i2"),  # month of coming, -1 for founders
        ("leaves", "i2"),  # month of death or leaving, 32767 for none
        ("widowed", "i2"),  # month in which the spouse died or left, 32767 for none
        ("why", "u1"),  # Exit
        ("first", "i4"),  # entries first to last - 1 are the resident's
        ("last", "i4"),
    ],
    align=True,
)
_WHOLE = np.dtype((np.void, LIFE.itemsize))


@dataclass(frozen=True)
class History:
    """A history of ``months`` months: a record (``LIFE``) for each resident, the entries, and counts.

    ``flows`` are births, deaths, arrivals and leavers, shape (4, counties of the atlas, months).
    """

    lives: npt.NDArray[np.void]
    entries: npt.NDArray[np.uint32]
    flows: Ints
    months: int

    @property
    def size(self) -> int:
        """Return how many residents ever live in the market."""
        return len(self.lives)

    def coming(self, month: int) -> slice:
        """Return the rows of those who come in a month; -1 for the founders."""
        return slice(*np.searchsorted(self.lives["comes"], (month, month + 1)).tolist())

    def in_month(self, month: int) -> tuple[Ints, npt.NDArray[np.uint32]]:
        """Return the rows and entries of one month, by row."""
        rows, entries, bounds = self._by_month
        here = slice(int(bounds[month]), int(bounds[month + 1]))
        return rows[here], entries[here]

    @cached_property
    def _by_month(self) -> tuple[Ints, npt.NDArray[np.uint32], Ints]:
        """Return rows and entries in order of (month, row), and where each month begins."""
        first, last = self.lives["first"], self.lives["last"]
        in_turn = np.argsort(first, kind="stable")
        row = np.repeat(in_turn, (last - first)[in_turn])
        month = (self.entries >> np.uint32(16)).astype(np.int64)
        order = np.argsort(month << 32 | row, kind="stable")
        return row[order], self.entries[order], np.searchsorted(month[order], np.arange(self.months + 1))


def newly_come(comes: npt.ArrayLike) -> npt.NDArray[np.void]:
    """Open the records of those who come in some months: nothing has happened to them yet."""
    lives = np.zeros(np.size(comes), dtype=LIFE)
    lives["comes"], lives["leaves"], lives["widowed"] = comes, NEVER_LEAVES, NEVER_LEAVES
    return lives


def lengthened(lives: npt.NDArray[np.void], comes: npt.ArrayLike) -> npt.NDArray[np.void]:
    """Add the records of those who come in some months behind the others.

    >>> lengthened(newly_come([FOUNDED]), [3, 4])["comes"].tolist()
    [-1, 3, 4]
    """
    # whole records are copied ten times as fast as records field by field
    return np.concatenate((lives.view(_WHOLE), newly_come(comes).view(_WHOLE))).view(LIFE)


def quiet(founders: int, counties: int, months: int) -> History:
    """Write the history of some founders to whom nothing happens; without months (0) it is the census alone.

    >>> history = quiet(2, 83, 0)
    >>> history.size, history.flows.shape, history.coming(FOUNDED)
    (2, (4, 83, 0), slice(0, 2, None))
    """
    flows = np.zeros((4, counties, months), dtype=np.int64)
    return History(newly_come(np.full(founders, FOUNDED)), np.empty(0, dtype=np.uint32), flows, months)


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
