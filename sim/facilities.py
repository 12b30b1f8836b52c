"""Facilities: requests meet units by the rules of a waiting list. The only file that imports SimPy.

A *unit* is one facility of one kind, price class and payer rule. At equal minutes, in this order: departures,
openings and capacity changes, leavers, arrivals, within each by resident key; then offers, units by id.

0. A request brings its candidates in order of choice. It takes the first with room that nobody on its list
   waits for; otherwise it joins the lists of all of them (the choice keeps its best k).
1. A list is ordered by (priority class, minute of request, key). The class counts at public units only; at
   any other all are of one class.
2. While the first on a list fits into the room of its unit it is admitted and leaves its other lists. A
   smaller request does not overtake a larger one that is first. Whoever leaves a list may let the next one
   fit, so offers go on, lowest unit first, until no first one fits anywhere. A stay ends at the latest with
   the need.
3. Whoever's need or patience ends while waiting leaves. Patience is for waiting: who finds room on arrival
   needs none.
4. Capacity that falls expels nobody: freed places are withdrawn until the new number is reached.
5. With one class, one list and nobody leaving, more places lengthen no one's wait. Elsewhere they may: who is
   admitted instead of leaving holds a place that another waits for.
6. Nothing is lost: arrivals = in place + finished + waiting + left, at every instant.

Who is in place or on a list for one of a group of services and asks again makes no new request
(``Outcome.ALREADY_PLACED``). The run covers minutes 0 to horizon - 1; what is said of the end is the state
just before the horizon.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
import simpy

from sim.arrivals import Arrivals, ListedArrivals, RequestTable
from sim.clock import NEVER
from sim.errors import LawBroken
from sim.kinds import Outcome
from sim.log import Log, recount
from sim.supply import Units

_NOBODY = _NOWHERE = -1
_WAITING, _IN_PLACE = int(Outcome.WAITING), int(Outcome.IN_PLACE)


def serve(requests: RequestTable, units: Units, horizon: int) -> Log:
    """Run the waiting lists of a market from the founding to a horizon (minutes, > 0).

    Requests with a negative minute are seated at the founding: in place if stay and need reach past it and a
    candidate has room by rule 0, waiting if their patience does, else gone before the run
    (``Outcome.PAST``). First come those who had nowhere else to go: each of their candidates is *contested*,
    put first by requests of more than it can hold. Then come the others; each by (minute, key).

    Raises LawBroken where a request is malformed or a conservation law fails.
    """
    arrivals = ListedArrivals.of(Arrivals.of(requests, len(units), horizon))
    desk = _Desk(arrivals, units, horizon)
    desk.run()
    return desk.log()


class _Desk:
    """All units and lists of one market while they are served."""

    def __init__(self, asked: ListedArrivals, units: Units, horizon: int) -> None:
        self.asked, self.horizon = asked, horizon
        self.public = [bool(public) for public in units.public.tolist()]
        count = len(asked.key)
        self.outcome: list[int] = [int(Outcome.ALREADY_PLACED)] * count
        self.admitted, self.ended = [NEVER] * count, [NEVER] * count
        self.unit = [_NOWHERE] * count
        self.busy = bytearray(count)  # by person: in place or on a list
        self.usable, self.taken = [0] * len(units), [0] * len(units)
        self.lists: list[list[tuple[int, int, int, int]]] = [[] for _ in range(len(units))]
        self.listed = [0] * len(units)  # how many on each list still wait
        self.changes = _by_minute(units)
        self.departures: dict[int, list[int]] = {}
        self.leavers: dict[int, list[int]] = {}
        self.touched: list[int] = []  # heap of units whose room or list changed at this instant
        self.next = 0  # first row of asked.order that has not come
        self.arrived = self.in_place = self.finished = self.waiting = self.left = 0
        self.env = simpy.Environment()
        self.awake: set[int] = set()

    # ---- time

    def run(self) -> None:
        """Seat the founders, then let SimPy call every minute at which something happens."""
        self._change_capacity(0)
        self._seat()
        self._offer(0)
        for minute in self.changes:
            self._wake(minute)
        self._wake_next()
        self.env.run(until=self.horizon)
        self._check_laws()

    def _wake(self, minute: int) -> None:
        if minute < self.horizon and minute not in self.awake:
            self.awake.add(minute)
            self.env.timeout(minute - self.env.now).callbacks.append(self._instant)

    def _wake_next(self) -> None:
        if self.next < len(self.asked.order):
            self._wake(self.asked.minute[self.asked.order[self.next]])

    def _instant(self, event: simpy.Event) -> None:
        """Do all that happens at one minute, in the order of the rules."""
        now = int(self.env.now)
        self.awake.discard(now)
        if now in self.departures:
            self._depart(now)
        if now in self.changes:
            self._change_capacity(now)
        if now in self.leavers:
            self._leave(now)
        self._arrive(now)
        if self.touched:
            self._offer(now)
        if self.arrived != self.in_place + self.finished + self.waiting + self.left:
            raise LawBroken(f"minute {now}: arrivals are not in place + finished + waiting + left")

    # ---- the phases of a minute

    def _depart(self, now: int) -> None:
        asked = self.asked
        for row in self._by_key(self.departures.pop(now)):
            unit = self.unit[row]
            self.taken[unit] -= asked.parts[row]
            self.outcome[row], self.ended[row] = Outcome.FINISHED, now
            self.busy[asked.person[row]] = 0
            if self.listed[unit]:
                heappush(self.touched, unit)
            self.in_place -= 1
            self.finished += 1

    def _by_key(self, rows: list[int]) -> list[int]:
        """Order rows by resident key, then row."""
        return sorted(rows, key=lambda row: (self.asked.key[row], row)) if len(rows) > 1 else rows

    def _change_capacity(self, now: int) -> None:
        for unit, usable in self.changes.pop(now, ()):
            self.usable[unit] = usable
            if self.listed[unit]:
                heappush(self.touched, unit)

    def _leave(self, now: int) -> None:
        for row in self._by_key(self.leavers.pop(now)):
            if self.outcome[row] == _WAITING:
                self._unlist(row)
                self._lose(row, now)

    def _arrive(self, now: int) -> None:
        """Let everyone come who asks now."""
        order, minute = self.asked.order, self.asked.minute
        first = self.next
        while self.next < len(order) and minute[order[self.next]] == now:
            self._request(order[self.next], now)
            self.next += 1
        if self.next > first:
            self._wake_next()

    def _offer(self, now: int) -> None:
        """Admit from lists until no first one fits, lowest unit first (rule 2)."""
        while self.touched:
            unit = heappop(self.touched)
            row = self._first(unit)
            if row >= 0 and self.taken[unit] + self.asked.parts[row] <= self.usable[unit]:
                self._unlist(row)
                self._admit(row, unit, now)

    # ---- one request

    def _seat(self) -> None:
        """Seat who asked before the founding: who had nowhere else to go first, then the earliest.

        A unit that more people put first than it holds was full when most of them asked: whoever had another
        choice went there, and its places fell to those who had none and waited.
        """
        stayed = self._stayed()
        contested = self._contested(stayed)
        for row in sorted(stayed, key=lambda row: not contested.issuperset(self.asked.choices[row])):
            self._request(row, 0)

    def _stayed(self) -> list[int]:
        """Return the requests of the past, in order, whose stay and need would reach past the founding."""
        asked, stayed = self.asked, []
        while self.next < len(asked.order) and asked.minute[asked.order[self.next]] < 0:
            row = asked.order[self.next]
            self.next += 1
            gone = min(asked.need_end[row], asked.minute[row] + asked.stay[row])
            if gone <= 0:
                self.outcome[row], self.ended[row] = Outcome.PAST, gone
            else:
                stayed.append(row)
        return stayed

    def _contested(self, rows: list[int]) -> set[int]:
        """Return the units that some requests, putting them first, would fill beyond what is usable."""
        wanted: dict[int, int] = {}
        for row in rows:
            first = self.asked.choices[row][0]
            wanted[first] = wanted.get(first, 0) + self.asked.parts[row]
        return {unit for unit, parts in wanted.items() if parts > self.usable[unit]}

    def _request(self, row: int, now: int) -> None:
        """Take the first candidate with free room, or join the lists (rule 0)."""
        asked = self.asked
        if self.busy[asked.person[row]]:
            return
        came = asked.minute[row]
        if asked.need_end[row] > now:
            parts = asked.parts[row]
            for unit in asked.choices[row]:
                if not self.listed[unit] and self.taken[unit] + parts <= self.usable[unit]:
                    self.arrived += 1
                    self._admit(row, unit, came)
                    return
        until = min(asked.need_end[row], asked.patience_end[row])
        if until <= now and came < 0:
            self.outcome[row], self.ended[row] = Outcome.PAST, until
            return
        self.arrived += 1
        if until <= now:
            self._lose(row, now)
        else:
            self._enlist(row, until)

    def _enlist(self, row: int, until: int) -> None:
        """Put a request on the lists of its candidates, until its need or patience ends."""
        asked = self.asked
        parts = asked.parts[row]
        for unit in asked.choices[row]:
            priority = asked.priority[row] if self.public[unit] else 0
            heappush(self.lists[unit], (priority, asked.minute[row], asked.key[row], row))
            self.listed[unit] += 1
            if self.taken[unit] + parts <= self.usable[unit]:  # may pass one who does not fit
                heappush(self.touched, unit)
        self.outcome[row] = _WAITING
        self.busy[asked.person[row]] = 1
        self.waiting += 1
        if until < self.horizon:
            self.leavers.setdefault(until, []).append(row)
            self._wake(until)

    def _admit(self, row: int, unit: int, since: int) -> None:
        """Give a place from a minute on; the stay ends at the latest with the need."""
        asked = self.asked
        self.taken[unit] += asked.parts[row]
        self.outcome[row], self.admitted[row], self.unit[row] = _IN_PLACE, since, unit
        self.busy[asked.person[row]] = 1
        self.in_place += 1
        end = min(since + asked.stay[row], asked.need_end[row])
        if end < self.horizon:
            self.departures.setdefault(end, []).append(row)
            self._wake(end)

    def _lose(self, row: int, now: int) -> None:
        """Note that a request goes unserved, and why."""
        ended = self.asked.need_end[row] <= now
        self.outcome[row] = Outcome.LEFT_NEED_ENDED if ended else Outcome.LEFT_PATIENCE_ENDED
        self.ended[row] = now
        self.busy[self.asked.person[row]] = 0
        self.left += 1

    def _unlist(self, row: int) -> None:
        """Take a request off all its lists; its entries are dropped when they come first."""
        self.waiting -= 1
        for unit in self.asked.choices[row]:
            self.listed[unit] -= 1
            if self.listed[unit] and self.taken[unit] < self.usable[unit]:
                heappush(self.touched, unit)

    def _first(self, unit: int) -> int:
        """Return who is first on a list, dropping entries of those who no longer wait."""
        waiting = self.lists[unit]
        while waiting and self.outcome[waiting[0][3]] != _WAITING:
            heappop(waiting)
        return waiting[0][3] if waiting else _NOBODY

    # ---- the end

    def log(self) -> Log:
        """Return what became of each request."""
        return Log(
            outcome=np.array(self.outcome, dtype=np.uint8),
            admitted=np.array(self.admitted, dtype=np.int32),
            ended=np.array(self.ended, dtype=np.int32),
            unit=np.array(self.unit, dtype=np.int32),
        )

    def _check_laws(self) -> None:
        """Hold the outcomes against what was kept on the way (rule 6)."""
        kept = (self.waiting, self.in_place, self.finished, self.left)
        recount(self.log(), np.array(self.asked.parts), kept, self.arrived, np.array(self.taken))


def _by_minute(units: Units) -> dict[int, list[tuple[int, int]]]:
    """List the changes of usable capacity by minute, units in order of id."""
    changes: dict[int, list[tuple[int, int]]] = {}
    steps = zip(units.step_unit.tolist(), units.step_minute.tolist(), units.step_usable.tolist(), strict=True)
    for unit, minute, usable in sorted(steps, key=lambda step: (step[1], step[0])):
        changes.setdefault(max(minute, 0), []).append((unit, usable))
    return changes
