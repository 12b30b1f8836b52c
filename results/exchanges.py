"""Whose place is it: places that are held differently in two logs, matched unit by unit.

Places of a unit are interchangeable, so that no place has a name; what can be matched is *time in places*. At
every minute a unit holds stays of A and stays of B that belong to differing records, and perhaps more places
in one scenario. Those of A, with the places that only B has, stand against those of B, with the places that
only A has. They are matched part by part as they begin: first who begins at the same minute (the same place,
then, given to another), in order of request; then whoever has been unmatched longest. When a stay or an extra
place ends, what it was matched with is matched anew. What finds no match takes a place that stands empty in
the other scenario.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from results.records import B, Beside
from sim.clock import NEVER

EXTRA = -1  # in place of a stay: the unit has more places there


@dataclass(frozen=True)
class Stay:
    """Time in a place of a unit, in one scenario, of a row whose record differs; ``end`` may be NEVER."""

    side: int
    row: int
    unit: int
    start: int
    end: int
    parts: int


@dataclass
class Balance:
    """Who stands against whom in one unit now; numbers are of stays, EXTRA for places.

    >>> unit = Balance(); unit.begin(EXTRA, 0, 1000); unit.begin(7, 1, 500); unit.settle([7])
    >>> unit.against(7), unit.open
    ([-1], ({-1: 500}, {}))
    """

    open: tuple[dict[int, int], dict[int, int]] = field(default_factory=lambda: ({}, {}))  # parts unmatched
    side: dict[int, int] = field(default_factory=dict)
    pairs: dict[int, dict[int, int]] = field(default_factory=dict)

    def begin(self, stay: int, side: int, parts: int) -> None:
        """Let a stay begin, on a side of the scales."""
        self.side[stay], self.open[side][stay], self.pairs[stay] = side, parts, {}

    def end(self, stay: int) -> None:
        """Let a stay end: whom it was matched with is unmatched again."""
        if stay not in self.side:
            return
        side = self.side.pop(stay)
        self.open[side].pop(stay, None)
        for other, parts in self.pairs.pop(stay).items():
            del self.pairs[other][stay]
            self.open[1 - side][other] = self.open[1 - side].get(other, 0) + parts

    def settle(self, fresh: Sequence[int]) -> None:
        """Match what is open: those who have just begun with one another, in order, then the longest open."""
        both = [[stay for stay in fresh if self.side[stay] == side] for side in (0, 1)]
        for one, other in zip(*both, strict=False):
            self._match(one, other)
        while self.open[0] and self.open[1]:
            self._match(next(iter(self.open[0])), next(iter(self.open[1])))

    def against(self, stay: int) -> list[int]:
        """Return what a stay is matched with, the first match first."""
        return list(self.pairs[stay])

    def opposite(self, side: int) -> list[int]:
        """Return everything that stands on the other side."""
        return [stay for stay, where in self.side.items() if where != side]

    def _match(self, one: int, other: int) -> None:
        sides = self.open[0], self.open[1]
        parts = min(sides[0][one], sides[1][other])
        for stay, partner, unmatched in ((one, other, sides[0]), (other, one, sides[1])):
            self.pairs[stay][partner] = self.pairs[stay].get(partner, 0) + parts
            unmatched[stay] -= parts
            if not unmatched[stay]:
                del unmatched[stay]


@dataclass(frozen=True)
class Instant:
    """A minute at which stays begin; ``against`` says what each was matched with then."""

    minute: int
    began: list[int]
    against: dict[int, list[int]]
    balances: dict[int, Balance]  # as they stand at the end of the minute, by unit


def differing_stays(beside: Beside) -> list[Stay]:
    """List the stays of rows whose records differ, in order of minute and request."""
    stays = []
    for row in beside.differs.nonzero()[0].tolist():
        for number, side in enumerate(beside.sides):
            if side.placed[row] < NEVER:
                parts = int(side.chosen[row, -1])
                times = int(side.placed[row]), int(side.ended[row])
                stays.append(Stay(number, row, int(side.unit[row]), *times, parts))
    return sorted(stays, key=lambda stay: (stay.start, stay.row))


def exchanges(stays: Sequence[Stay], capacity: Sequence[tuple[int, int, int]]) -> Iterator[Instant]:
    """Go through the minutes at which places change hands, ends first, then capacity, then who begins."""
    starts, ends, gaps = (
        defaultdict[int, list[int]](list),
        defaultdict[int, list[int]](list),
        _by_minute(capacity),
    )
    for number, stay in enumerate(stays):
        starts[stay.start].append(number)
        ends[stay.end].append(number)
    balances = defaultdict[int, Balance](Balance)
    for minute in sorted(starts.keys() | ends.keys() | gaps.keys()):
        touched = dict[int, list[int]]()
        for number in ends[minute]:
            balances[stays[number].unit].end(number)
            touched.setdefault(stays[number].unit, [])
        for unit, gap in gaps.get(minute, ()):
            balances[unit].end(EXTRA)
            if gap:
                balances[unit].begin(EXTRA, int(gap < 0), abs(gap))
            touched.setdefault(unit, [])
        for number in starts[minute]:
            stay = stays[number]
            balances[stay.unit].begin(number, int(stay.side == B), stay.parts)
            touched.setdefault(stay.unit, []).append(number)
        for unit, fresh in touched.items():
            balances[unit].settle(fresh)
        began = starts[minute]
        against = {number: balances[stays[number].unit].against(number) for number in began}
        yield Instant(minute, began, against, balances)


def _by_minute(capacity: Sequence[tuple[int, int, int]]) -> dict[int, list[tuple[int, int]]]:
    found = defaultdict[int, list[tuple[int, int]]](list)
    for minute, unit, gap in capacity:
        found[minute].append((unit, gap))
    return dict(found)
