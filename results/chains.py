"""The chain behind a difference: whose records differ between two scenarios, and what made each one differ.

The members are exactly the residents whose records differ. Each has a *first difference*: a minute and,
nearly always, a place that she takes then in one scenario (P) and not in the other (Q). Until that minute all
of her record is alike, so that something else must keep her from that place in Q. It is, in this order:

* her own choice, where she asks at another minute, for other units or in another way;
* whoever takes that place in Q at that minute, or holds in Q what P leaves free (``results.exchanges``);
* the places themselves, where hers is one that only P has: the supply change;
* whoever stands before her on its list in Q, and in P no longer does, or whose own choice changed;
* the order of seating, at the census alone: who is seated first depends on all places of the market.

A cause is a member who was numbered earlier, or lies outside, so that members form trees whose roots are
changes of the scenario; decision 24 says why there always is one.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from results.exchanges import EXTRA, Instant, Stay, differing_stays, exchanges
from results.records import NONE, A, B, Beside
from sim.errors import LawBroken


class Cause(IntEnum):
    """What made a record differ first."""

    PLACES = 0  # the unit has more places in the scenario in which she takes one
    CHOICE = 1  # her own choice is another one
    RESIDENT = 2  # another member has, or leaves, the place
    LISTS = 3  # somebody before her on a list chose otherwise, whose own record is the same
    SEATING = 4  # another order of seating at the census


@dataclass(frozen=True)
class Member:
    """A resident, in one group of services, whose record differs; ``by`` is the number of an earlier member.

    ``unit`` is where she takes a place at ``minute`` in the scenario ``side`` and not in the other, both -1
    where none is taken then.
    """

    number: int
    key: int
    group: int
    minute: int
    rows: tuple[int, ...]
    cause: Cause
    by: int = NONE
    unit: int = NONE
    side: int = NONE


@dataclass(frozen=True)
class Chain:
    """All members, causes before what they cause; ``stays`` of their rows, and against whom each began."""

    members: tuple[Member, ...]
    stays: tuple[Stay, ...]
    against: dict[int, tuple[int, ...]]  # by stay: other stays, or EXTRA

    def root(self, number: int) -> int:
        """Return the member with whom the tree of a member begins."""
        while self.members[number].by != NONE:
            number = self.members[number].by
        return number

    def path(self, number: int) -> list[int]:
        """Return the members from the root of a tree to one of its members."""
        path = [number]
        while self.members[path[-1]].by != NONE:
            path.append(self.members[path[-1]].by)
        return path[::-1]


def chain_of(beside: Beside) -> Chain:
    """Find the members and what made each one differ; raises LawBroken where nothing did."""
    return _Tracing(beside).chain()


@dataclass
class _Open:
    """A member whose cause is not found yet."""

    person: tuple[int, int]  # key, group
    rows: list[int]
    minute: int
    stays: list[int] = field(default_factory=list)  # which begin at that minute


class _Tracing:
    """What is known while causes are sought, minute by minute."""

    def __init__(self, beside: Beside) -> None:
        self.beside = beside
        self.stays = differing_stays(beside)
        self.open = self._open()
        self.members: list[Member] = []
        self.number: dict[tuple[int, int], int] = {}  # of who is placed
        self.against: dict[int, tuple[int, ...]] = {}

    def chain(self) -> Chain:
        """Place everybody."""
        waiting = defaultdict[int, list[_Open]](list)
        for one in self.open.values():
            waiting[one.minute].append(one)
        for instant in self._instants(waiting):
            self.against |= {number: tuple(others) for number, others in instant.against.items()}
            if instant.minute in waiting:
                _Batch(self, instant, waiting[instant.minute]).place_all()
        return Chain(tuple(self.members), tuple(self.stays), self.against)

    def _instants(self, waiting: Iterable[int]) -> Iterator[Instant]:
        """Go through all minutes at which places change hands or a record first differs."""
        left, last = deque(sorted(waiting)), Instant(NONE, [], {}, {})
        for instant in exchanges(self.stays, self.beside.capacity):
            while left and left[0] < instant.minute:
                yield Instant(left.popleft(), [], {}, last.balances)
            if left and left[0] == instant.minute:
                left.popleft()
            last = instant
            yield instant
        yield from (Instant(minute, [], {}, last.balances) for minute in left)

    def _open(self) -> dict[tuple[int, int], _Open]:
        beside, found = self.beside, dict[tuple[int, int], _Open]()
        for row in beside.differs.nonzero()[0].tolist():
            person, minute = self.person(row), beside.first_difference(row)
            one = found.setdefault(person, _Open(person, [], minute))
            one.rows.append(row)
            one.minute = min(one.minute, minute)
        for number, stay in enumerate(self.stays):
            one = found[self.person(stay.row)]
            if stay.start == one.minute:
                one.stays.append(number)
        return found

    def person(self, row: int) -> tuple[int, int]:
        """Return who asks in a row, in which group."""
        return int(self.beside.key[row]), int(self.beside.group[row])

    def waits(self, side: int, unit: int, minute: int) -> np.ndarray:
        """Tell which rows wait for a unit in a scenario when a minute begins, or come then and wait."""
        here, start = self.beside.sides[side], np.maximum(self.beside.minute, 0)
        return (here.lists == unit).any(axis=1) & here.real & (start <= minute) & (here.until >= minute)

    def goes_on(self, side: int, unit: int, minute: int) -> np.ndarray:
        """Tell which rows wait for a unit in a scenario when a minute is over."""
        return self.waits(side, unit, minute) & (self.beside.sides[side].until > minute)


class _Batch:
    """Those whose records first differ at one minute: each is placed behind its cause."""

    def __init__(self, tracing: _Tracing, instant: Instant, open_: list[_Open]) -> None:
        self.tracing, self.instant = tracing, instant
        self.left = {one.person: one for one in open_}
        self.followers = defaultdict[tuple[int, int], list[tuple[_Open, int]]](list)

    def place_all(self) -> None:
        """Place everybody: first whose nearest cause is known, then whoever has a known cause at all."""
        for one in list(self.left.values()):
            self._place_by_nearest(one)
        while self.left:
            one, found = self._next()
            self._place(one, *found)

    def _place_by_nearest(self, one: _Open) -> None:
        """Place who has a nearest cause that is known; note whom the others follow."""
        if one.person not in self.left:
            return
        if self._own_choice(one):
            self._place(one, Cause.CHOICE, NONE, one.stays[0] if one.stays else NONE)
            return
        for stay in one.stays:
            for other in self.instant.against.get(stay, ()):
                if other == EXTRA:
                    self._place(one, Cause.PLACES, NONE, stay)
                    return
                person = self.tracing.person(self.tracing.stays[other].row)
                if person in self.tracing.number:
                    self._place(one, Cause.RESIDENT, self.tracing.number[person], stay)
                    return
                self.followers[person].append((one, stay))

    def _place(self, one: _Open, cause: Cause, by: int, stay: int) -> None:
        """Give a member its number, and then to those who follow it."""
        queue = deque([(one, cause, by, stay)])
        while queue:
            one, cause, by, stay = queue.popleft()
            if self.left.pop(one.person, None) is None:
                continue
            number = len(self.tracing.members)
            at = self.tracing.stays[stay] if stay != NONE else None
            where = (at.unit, at.side) if at else (NONE, NONE)
            self.tracing.members.append(
                Member(number, *one.person, one.minute, tuple(one.rows), cause, by, *where)
            )
            self.tracing.number[one.person] = number
            queue += [(each, Cause.RESIDENT, number, its) for each, its in self.followers.pop(one.person, ())]

    def _next(self) -> tuple[_Open, tuple[Cause, int, int]]:
        """Return somebody who is left and has a known cause, however far."""
        seeks = self._on_the_scales, self._on_the_list, self._by_places, self._by_choice, self._by_seating
        for seek in seeks:
            for one in self.left.values():
                found = seek(one)
                if found:
                    return one, found
        one = next(iter(self.left.values()))
        raise LawBroken(f"minute {one.minute}: nothing made the record of {one.person[0]:016x} differ")

    def _own_choice(self, one: _Open) -> bool:
        """Tell whether her own choice alone keeps her from the place in the other scenario."""
        beside, stays = self.tracing.beside, [self.tracing.stays[number] for number in one.stays]
        if not stays:
            return not beside.same_choice[one.rows].all()
        if any(stay.unit not in beside.sides[1 - stay.side].lists[stay.row] for stay in stays):
            return True
        if len(stays) < 2 or stays[0].row != stays[1].row:
            return False
        return all(
            beside.prefers(mine.side, mine.row, mine.unit, other.unit) for mine, other in (stays, stays[::-1])
        )

    def _on_the_scales(self, one: _Open) -> tuple[Cause, int, int] | None:
        """Find whoever is placed and holds, in the other scenario, part of the unit that she comes to."""
        for stay in one.stays:
            for other in self._opposite(stay):
                if other == EXTRA:
                    continue
                number = self.tracing.number.get(self.tracing.person(self.tracing.stays[other].row))
                if number is not None:
                    return Cause.RESIDENT, number, stay
        return None

    def _on_the_list(self, one: _Open) -> tuple[Cause, int, int] | None:
        """Find whoever waits for the unit in the other scenario alone."""
        for stay in one.stays:
            at = self.tracing.stays[stay]
            before = self.tracing.waits(1 - at.side, at.unit, one.minute)
            before &= ~self.tracing.goes_on(at.side, at.unit, one.minute)
            for row in before.nonzero()[0].tolist():
                person = self.tracing.person(row)
                if person in self.tracing.number:
                    return Cause.RESIDENT, self.tracing.number[person], stay
        return None

    def _by_places(self, one: _Open) -> tuple[Cause, int, int] | None:
        """Find a unit that she comes to and that has more places there."""
        found = (stay for stay in one.stays if EXTRA in self._opposite(stay))
        return next(((Cause.PLACES, NONE, stay) for stay in found), None)

    def _opposite(self, stay: int) -> list[int]:
        """Return what stands on the other side of the scales of a stay's unit."""
        at = self.tracing.stays[stay]
        return self.instant.balances[at.unit].opposite(int(at.side == B))

    def _by_choice(self, one: _Open) -> tuple[Cause, int, int] | None:
        """Find a choice that moved: her own, or that of somebody on a list of the unit."""
        beside, stay = self.tracing.beside, one.stays[0] if one.stays else NONE
        if not beside.same_choice[one.rows].all():
            return Cause.CHOICE, NONE, stay
        for number in one.stays:
            at = self.tracing.stays[number]
            listed = self.tracing.waits(A, at.unit, one.minute) | self.tracing.waits(B, at.unit, one.minute)
            if (listed & ~beside.same_choice).any():
                return Cause.LISTS, NONE, number
        return None

    def _by_seating(self, one: _Open) -> tuple[Cause, int, int] | None:
        """At the census alone, put it down to the order of seating."""
        return (Cause.SEATING, NONE, one.stays[0] if one.stays else NONE) if one.minute == 0 else None
