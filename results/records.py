"""Two logs of one market side by side: the same requests under two scenarios, and whose record differs.

A request is known by its moment of asking, which no scenario moves; a unit by its key. The *record* of a
request is what became of it: outcome, minute of admission, minute of the end, unit. What is no request of the
run (asked while in place or on a list, asked before the census and gone before it) has no record, and neither
has an ask that never became a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sim.arrivals import RequestTable
from sim.clock import NEVER
from sim.kinds import Outcome, Step
from sim.log import Log
from sim.supply import Units

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

A, B = 0, 1
NONE = -1
_CHOSEN = ("need_end", "patience_end", "stay", "priority", "parts")
_BECAME = ("outcome", "admitted", "ended", "unit")
_UNRECORDED = (Outcome.ALREADY_PLACED, Outcome.PAST)


class Asking(RequestTable, Protocol):
    """The columns of ``sim.cascade.Requests`` that are read here."""

    @property
    def ask(self) -> npt.NDArray:
        """Which moment of asking: a row of the ledger's asks."""


@dataclass(frozen=True)
class Market:
    """What one scenario asked of a market and what became of it."""

    requests: Asking
    log: Log
    units: Units


@dataclass(frozen=True)
class Side:
    """The requests of one scenario, a row for each moment of asking of either; what was not asked is blank.

    ``lists`` are units by rank, shape (n, k). Units are numbered alike on both sides. ``asked`` tells which
    asks became requests, ``real`` which of these are requests of the run and so have a record.
    """

    asked: Bools
    chosen: Ints  # (n, 5): need_end, patience_end, stay, priority, parts
    lists: Ints
    outcome: Ints
    admitted: Ints
    ended: Ints
    unit: Ints

    @cached_property
    def real(self) -> Bools:
        """Tell which rows have a record."""
        return self.asked & ~np.isin(self.outcome, _UNRECORDED)

    @cached_property
    def placed(self) -> Ints:
        """Return when a place is taken, 0 for who is seated at the census, NEVER for none."""
        return np.where(self.real, np.maximum(self.admitted, 0), NEVER)

    @cached_property
    def until(self) -> Ints:
        """Return when waiting ends: by admission or by leaving; NEVER where neither happens."""
        return np.where(self.real, np.minimum(self.placed, np.maximum(self.ended, 0)), NEVER)

    def same_choice(self, other: Side) -> Bools:
        """Tell which rows ask for the same: lists, patience, stay and all, or neither asks."""
        alike = (self.chosen == other.chosen).all(axis=1) & (self.lists == other.lists).all(axis=1)
        return (self.asked == other.asked) & alike


@dataclass(frozen=True)
class Beside:
    """Two scenarios on the same lives: rows by (minute, key, ask), and the units of both in order of key.

    ``capacity`` lists (minute, unit, usable in B minus usable in A, parts) wherever that changes.
    """

    ask: Ints
    key: npt.NDArray[np.uint64]
    group: Ints
    minute: Ints
    sides: tuple[Side, Side]
    units: npt.NDArray[np.uint64]
    capacity: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, a: Market, b: Market) -> Beside:
        """Lay two logs of one market side by side."""
        units = np.union1d(a.units.key, b.units.key).astype(np.uint64)
        tables = [np.flatnonzero(np.asarray(each.requests.step) == Step.REQUESTED) for each in (a, b)]
        known = [np.asarray(each.requests.ask)[rows] for each, rows in zip((a, b), tables, strict=True)]
        asks, first = np.unique(np.concatenate(known), return_index=True)

        def both(name: str) -> npt.NDArray:
            pair = zip((a, b), tables, strict=True)
            columns = [np.asarray(getattr(each.requests, name))[rows] for each, rows in pair]
            return np.concatenate(columns)[first]

        key, minute = both("key").astype(np.uint64), both("minute").astype(np.int64)
        order = np.lexsort((asks, key, minute))
        sides = tuple(
            _side(each, rows, asks[order], units) for each, rows in zip((a, b), tables, strict=True)
        )
        group = both("group_id").astype(np.int64)[order]
        return cls(asks[order], key[order], group, minute[order], (sides[A], sides[B]), units,
                   tuple(_gaps(a.units, b.units, units)))  # fmt: skip

    def __len__(self) -> int:
        return len(self.ask)

    @cached_property
    def differs(self) -> Bools:
        """Tell which rows have another record in B than in A."""
        a, b = self.sides
        same = np.logical_and.reduce([getattr(a, name) == getattr(b, name) for name in _BECAME])
        return (a.real != b.real) | (a.real & ~same)

    @cached_property
    def same_choice(self) -> Bools:
        """Tell which rows ask for the same in both."""
        return self.sides[A].same_choice(self.sides[B])

    def prefers(self, side: int, row: int, unit: int, other: int) -> bool:
        """Tell whether a request ranks a unit before another, which it may not list at all."""
        ranked = self.sides[side].lists[row].tolist()
        return unit in ranked and (other not in ranked or ranked.index(unit) < ranked.index(other))

    def first_difference(self, row: int) -> int:
        """Return the first minute at which the record of a row differs, no sooner than the founding."""
        a, b = self.sides
        if a.real[row] != b.real[row]:
            return max(int(self.minute[row]), 0)
        if a.admitted[row] != b.admitted[row] or a.unit[row] != b.unit[row]:
            return int(min(a.placed[row], b.placed[row]))
        return max(int(min(a.ended[row], b.ended[row])), 0)


def _side(market: Market, rows: npt.NDArray, asks: Ints, units: npt.NDArray[np.uint64]) -> Side:
    """Put what one scenario knows in the rows of both."""
    requests, log = market.requests, market.log
    here = np.asarray(requests.ask)[rows]
    by_ask = np.argsort(here, kind="stable")
    at = np.minimum(np.searchsorted(here[by_ask], asks), max(len(here) - 1, 0))
    asked = here[by_ask][at] == asks if len(here) else np.zeros(len(asks), dtype=bool)
    mine = by_ask[at[asked]]  # rows of the log, for the rows that asked
    number = np.append(np.searchsorted(units, market.units.key.astype(np.uint64)), NONE)

    def spread(values: npt.NDArray, blank: int) -> Ints:
        out = np.full((len(asks), *values.shape[1:]), blank, dtype=np.int64)
        out[asked] = values[mine]
        return out

    columns = [np.asarray(getattr(requests, name))[rows].astype(np.int64) for name in _CHOSEN]
    return Side(
        asked=asked, chosen=spread(np.stack(columns, axis=1), NONE),
        lists=spread(number[np.asarray(requests.candidates)[rows]], NONE),
        outcome=spread(log.outcome, NONE), admitted=spread(log.admitted, NEVER),
        ended=spread(log.ended, NEVER), unit=spread(number[log.unit], NONE),
    )  # fmt: skip


def _gaps(a: Units, b: Units, known: npt.NDArray[np.uint64]) -> list[tuple[int, int, int]]:
    """List where B's usable parts minus A's change: (minute, unit, difference from then on), by minute."""
    steps: list[tuple[int, int, int, int]] = []
    for side, units in enumerate((a, b)):
        number = np.searchsorted(known, units.key.astype(np.uint64))[units.step_unit]
        minutes = np.maximum(units.step_minute, 0)
        rows = zip(minutes.tolist(), number.tolist(), units.step_usable.tolist(), strict=True)
        steps += [(minute, unit, side, usable) for minute, unit, usable in rows]
    usable, gaps = (dict[int, int](), dict[int, int]()), dict[tuple[int, int], int]()
    for minute, unit, side, now in sorted(steps, key=lambda step: step[:2]):
        usable[side][unit] = now
        gaps[minute, unit] = usable[B].get(unit, 0) - usable[A].get(unit, 0)
    found, last = [], dict[int, int]()
    for (minute, unit), gap in sorted(gaps.items()):
        if gap != last.get(unit, 0):
            found.append((minute, unit, gap))
            last[unit] = gap
    return found
