"""What a difference means for a person: rows of who fares how under two scenarios, and of one life.

Rows are plain integers and enums, for the terminal and for a workbook. Minutes are since the founding,
``NEVER`` for what does not happen within the run; days are whole and within it. Units are numbered as in
``results.records.Beside``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from results.chains import Cause, Chain, Member
from results.exchanges import EXTRA
from results.records import NONE, A, B, Beside, Side
from sim.clock import MINUTES_PER_DAY, NEVER
from sim.kinds import Outcome
from sim.needs import Ledger

EMPTY, MORE = -2, -3  # in place of a resident: the place stands empty in the other scenario, or is not there


class Fate(Enum):
    """How a resident fares in B, held against A, by the first place that she gets in either."""

    GAINS = "gains"  # gets a place in B alone
    LOSES = "loses"  # gets a place in A alone
    SOONER = "sooner-in-B"
    LATER = "later-in-B"
    ELSEWHERE = "elsewhere"  # at the same minute in another unit, or for another time
    UNSERVED = "unserved"  # in neither; she leaves for another reason or at another time


class Who(Enum):
    """Which residents are listed."""

    CHANGED = "changed"
    WAITS_IN_A = "waits-in-A"
    WAITS_IN_B = "waits-in-B"
    LEFT_IN_A = "left-in-A"
    LEFT_IN_B = "left-in-B"
    SERVED_SOONER = "sooner-in-B"
    SERVED_LATER = "later-in-B"
    GAINS = "gains"
    LOSES = "loses"


@dataclass(frozen=True)
class Stretch:
    """What became of one request in one scenario; ``outcome`` is None where it was not made."""

    outcome: Outcome | None
    unit: int = NONE
    admitted: int = NEVER
    ended: int = NEVER
    waited_days: int = 0
    in_place_days: int = 0
    lists: tuple[int, ...] = ()
    patience_end: int = NEVER
    stay: int = NEVER
    against: int = NONE  # resident key who holds that place in the other scenario, EMPTY, MORE, NONE


@dataclass(frozen=True)
class Episode:
    """One moment of asking of one resident, in both scenarios."""

    ask: int
    key: int
    service: int
    county: int
    minute: int
    differs: bool
    a: Stretch
    b: Stretch


@dataclass(frozen=True)
class FateRow:
    """One member of a chain: who, for which service, since when the record differs, why, and the fate."""

    number: int
    key: int
    service: int
    county: int
    minute: int
    cause: Cause
    by_key: int  # of the member who moved her, -1 for none
    unit: int  # where she takes a place at that minute in one scenario alone, -1 for none
    fate: Fate
    waited_days_a: int
    waited_days_b: int
    in_place_days_a: int
    in_place_days_b: int
    left_a: bool
    left_b: bool

    @property
    def name(self) -> str:
        """Return the key as it is written and read: sixteen hexadecimal digits."""
        return written_key(self.key)

    @property
    def change_days(self) -> int:
        """Return by how many days of waiting and in place the two scenarios differ for her."""
        waited = abs(self.waited_days_b - self.waited_days_a)
        return waited + abs(self.in_place_days_b - self.in_place_days_a)

    def among(self, who: Who) -> bool:
        """Tell whether she is one of those who are asked for."""
        asked = {
            Who.WAITS_IN_A: self.waited_days_a > 0, Who.WAITS_IN_B: self.waited_days_b > 0,
            Who.LEFT_IN_A: self.left_a, Who.LEFT_IN_B: self.left_b, Who.CHANGED: True,
        }  # fmt: skip
        return asked.get(who, self.fate.value == who.value)


@dataclass(frozen=True)
class Telling:
    """Two logs side by side with their chain and the ledger that both replay, ready to be told."""

    beside: Beside
    chain: Chain
    ledger: Ledger
    horizon: int

    def fates(self) -> list[FateRow]:
        """Return a row for each member, in the order of the chain."""
        return [self._fate(member) for member in self.chain.members]

    def episodes(self, key: int) -> list[Episode]:
        """Return all requests of a resident in either scenario, by minute."""
        sides = self.beside.sides
        mine = (self.beside.key == np.uint64(key)) & (sides[A].real | sides[B].real)
        return [self.episode(row) for row in mine.nonzero()[0].tolist()]

    def episode(self, row: int) -> Episode:
        """Return what became of one request in both scenarios."""
        beside, ask = self.beside, int(self.beside.ask[row])
        return Episode(
            ask, int(beside.key[row]), self.service(row), int(self.ledger.asks.county[ask]),
            int(beside.minute[row]), bool(beside.differs[row]), self._stretch(A, row), self._stretch(B, row),
        )  # fmt: skip

    def requests(self, counties: Collection[int]) -> npt.NDArray[np.integer]:
        """Return for which service each request of some counties asks: those with a record in either."""
        real = self.beside.sides[A].real | self.beside.sides[B].real
        return self.services[real & np.isin(self.ledger.asks.county[self.beside.ask], list(counties))]

    def of_tree(self, key: int) -> list[FateRow]:
        """Return the rows of the trees that a resident is a member of, in the order of the chain."""
        chain = self.chain
        roots = {chain.root(each.number) for each in chain.members if each.key == key}
        return [row for row in self.fates() if chain.root(row.number) in roots]

    def knows(self, key: int) -> bool:
        """Tell whether somebody of this key needs any service in the market."""
        return bool((self.ledger.spells.key == np.uint64(key)).any())

    def first_row(self, member: Member) -> int:
        """Return the row in which a member's record differs first."""
        return min(member.rows, key=lambda row: (self.beside.first_difference(row), row))

    @cached_property
    def children(self) -> dict[int, list[int]]:
        """Return whom each member moved, by minute; -1 for those whom the scenario moved itself."""
        found = dict[int, list[int]]()
        for member in self.chain.members:
            found.setdefault(member.by, []).append(member.number)
        return found

    @cached_property
    def services(self) -> npt.NDArray[np.integer]:
        """Return for which service each row asks."""
        return self.ledger.spells.service[self.ledger.asks.spell[self.beside.ask]]

    def service(self, row: int) -> int:
        """Return for which service a row asks."""
        return int(self.services[row])

    def against(self, row: int, side: int) -> int:
        """Return who holds, in the other scenario, the place that a row takes in one."""
        stays, mine = self.chain.stays, int(self.beside.key[row])
        number = next((n for n in self._stays.get(row, ()) if stays[n].side == side), None)
        if number is None:
            return NONE
        others = self.chain.against.get(number, ())
        keys = [MORE if n == EXTRA else int(self.beside.key[stays[n].row]) for n in others]
        return next((key for key in keys if key != mine), NONE) if keys else EMPTY

    @cached_property
    def _stays(self) -> dict[int, list[int]]:
        """Number the stays of each row."""
        found = dict[int, list[int]]()
        for number, stay in enumerate(self.chain.stays):
            found.setdefault(stay.row, []).append(number)
        return found

    def _stretch(self, side: int, row: int) -> Stretch:
        here = self.beside.sides[side]
        if not here.asked[row]:
            return Stretch(None)
        minute, outcome = int(self.beside.minute[row]), Outcome(int(here.outcome[row]))
        lists = tuple(int(unit) for unit in here.lists[row] if unit >= 0)
        chosen = dict(zip(("patience_end", "stay"), here.chosen[row, 1:3].tolist(), strict=True))
        if not here.real[row]:
            return Stretch(outcome, lists=lists, **chosen)
        times = int(here.admitted[row]), int(here.ended[row])
        return Stretch(
            outcome, int(here.unit[row]), *times, _waited(here, row, minute, self.horizon),
            _in_place(here, row, self.horizon), lists, against=self.against(row, side), **chosen,
        )  # fmt: skip

    def _fate(self, member: Member) -> FateRow:
        a, b = ([self._stretch_days(side, row) for row in member.rows] for side in self.beside.sides)
        left = [any(_left(side, row) for row in member.rows) for side in self.beside.sides]
        first = self.first_row(member)
        county = int(self.ledger.asks.county[self.beside.ask[first]])
        by = self.chain.members[member.by].key if member.by != NONE else NONE
        return FateRow(
            member.number, member.key, self.service(first), county, member.minute, member.cause,
            by, member.unit, _fate_of(self.beside, member.rows),
            sum(w for w, _ in a), sum(w for w, _ in b), sum(p for _, p in a), sum(p for _, p in b), *left,
        )  # fmt: skip

    def _stretch_days(self, side: Side, row: int) -> tuple[int, int]:
        minute = int(self.beside.minute[row])
        return _waited(side, row, minute, self.horizon), _in_place(side, row, self.horizon)


def written_key(key: int) -> str:
    """Write a resident's key: sixteen hexadecimal digits.

    >>> written_key((350421 << 32) + 26)
    '000558d50000001a'
    """
    return f"{key:016x}"


def _waited(side: Side, row: int, minute: int, horizon: int) -> int:
    """Return the days of waiting of a row within the run; who is seated at the census waited before it."""
    if not side.real[row]:
        return 0
    return max(min(int(side.until[row]), horizon) - max(minute, 0), 0) // MINUTES_PER_DAY


def _in_place(side: Side, row: int, horizon: int) -> int:
    """Return the days in place of a row within the run."""
    if side.placed[row] == NEVER:
        return 0
    return max(min(int(side.ended[row]), horizon) - int(side.placed[row]), 0) // MINUTES_PER_DAY


def _left(side: Side, row: int) -> bool:
    return side.outcome[row] in (Outcome.LEFT_NEED_ENDED, Outcome.LEFT_PATIENCE_ENDED)


def _fate_of(beside: Beside, rows: Sequence[int]) -> Fate:
    """Compare the first place of either scenario among the rows that differ."""
    a, b = (min(int(side.placed[row]) for row in rows) for side in beside.sides)
    if a == b:
        return Fate.UNSERVED if a == NEVER else Fate.ELSEWHERE
    if NEVER in (a, b):
        return Fate.GAINS if a == NEVER else Fate.LOSES
    return Fate.SOONER if b < a else Fate.LATER


def most_changed(rows: Sequence[FateRow]) -> list[FateRow]:
    """Order rows by how much the scenarios differ for them, the most changed first."""
    return sorted(rows, key=lambda row: (-row.change_days, row.minute, row.key))
