"""The waiting lists compiled: the rules of ``sim.facilities``, event for event, some fifty times faster.

The rules stand in ``sim.facilities``; here stands how they are kept without objects:

* A request is a *ticket*, one record of 64 bytes that holds all that is asked and known of it; tickets lie in
  the order of coming, so that who comes next is read ahead.
* What is due later, the ends of stays and of waiting, lies in two heaps of (minute, ticket).
* A list is a chain of tickets for each class, in order of coming: nobody ever joins before its end, so that
  joining it costs the same whoever waits. Who no longer waits is dropped when it comes first.
* Within one phase of a minute the order of keys does not show: who departs frees room, who leaves shortens
  lists, and offers begin when both are over. So heaps order by minute and ticket alone.

Nothing is allocated while lists are served. The law that nobody is lost is held at every minute.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.arrivals import Arrivals, RequestTable
from sim.clock import NEVER
from sim.compiled import njit
from sim.errors import LawBroken
from sim.heaps import due, heap_of, pop, push, soonest
from sim.kinds import Outcome
from sim.log import Log, recount
from sim.supply import Units

NOBODY = NOWHERE = -1
SOUND = -1  # no minute broke a law
_WAITING, _IN_PLACE, _FINISHED = int(Outcome.WAITING), int(Outcome.IN_PLACE), int(Outcome.FINISHED)
_NEED_ENDED, _PATIENCE_ENDED = int(Outcome.LEFT_NEED_ENDED), int(Outcome.LEFT_PATIENCE_ENDED)
_PLACED, _PAST = int(Outcome.ALREADY_PLACED), int(Outcome.PAST)
_ARRIVED = len(Outcome)  # in the tally, after the outcomes
_NEVER = NEVER


class Desk(NamedTuple):
    """All units and lists of one market while they are served: arrays that the kernel reads and writes."""

    tickets: npt.NDArray  # a record for each request, in order of coming
    units: npt.NDArray  # a record for each unit
    lists: npt.NDArray[np.int32]  # (units, classes, 2): the first and the last link of each, NOBODY for none
    steps: npt.NDArray  # a record for each change of capacity, by minute
    departures: npt.NDArray[np.int64]  # heap of the ends of stays
    leavers: npt.NDArray[np.int64]  # heap of the ends of waiting
    touched: npt.NDArray[np.int64]  # heap of the units whose room or list changed at this instant
    tally: npt.NDArray[np.int64]  # who is in each outcome now; last, who arrived


def serve(requests: RequestTable, units: Units, horizon: int) -> Log:
    """Run the waiting lists of a market from the founding to a horizon, as ``sim.facilities.serve`` does.

    Raises LawBroken where a request is malformed or a conservation law fails.
    """
    arrivals = Arrivals.of(requests, len(units), horizon)
    desk = open_desk(arrivals, units)
    hold(run(*desk, 0, horizon), desk)
    return _log(arrivals, desk)


def hold(broken: int, desk: Desk) -> None:
    """Raise LawBroken where the minute of a broken law is given, or the end does not add up (rule 6)."""
    if broken != SOUND:
        raise LawBroken(f"minute {broken}: arrivals are not in place + finished + waiting + left")
    tickets, tally = desk.tickets, desk.tally.tolist()
    log = Log(tickets["outcome"], tickets["admitted"], tickets["ended"], tickets["unit"])
    left = tally[_NEED_ENDED] + tally[_PATIENCE_ENDED]
    kept = (tally[_WAITING], tally[_IN_PLACE], tally[_FINISHED], left)
    recount(log, tickets["parts"], kept, tally[_ARRIVED], desk.units["taken"])


def _log(arrivals: Arrivals, desk: Desk) -> Log:
    """Return what became of each request, in the order of the table."""
    columns = []
    for name in ("outcome", "admitted", "ended", "unit"):
        column = np.ascontiguousarray(desk.tickets[name])
        if arrivals.order is not None:
            column[arrivals.order] = column.copy()
        columns.append(column)
    return Log(*columns)


@lru_cache
def _ticket(choices: int) -> np.dtype:
    """Lay out a ticket; with three choices it fills 64 bytes, a line of the processor's cache."""
    ints = ("minute", "need_end", "patience_end", "stay", "parts", "person", "admitted", "ended", "unit")
    lists = [("choices", np.int32, (choices,)), ("after", np.int32, (choices,))]
    return np.dtype([*((name, np.int32) for name in ints), *lists, ("priority", "u1"), ("outcome", "u1"),
                     ("busy", "u2")], align=True)  # fmt: skip


_UNIT = np.dtype([("usable", "i8"), ("taken", "i8"), ("listed", "i4"), ("public", "u1"), ("touched", "u1"),
                  ("wanted", "i8")], align=True)  # fmt: skip
_STEP = np.dtype([("minute", "i4"), ("unit", "i4"), ("usable", "i4")], align=True)


def open_desk(arrivals: Arrivals, units: Units) -> Desk:
    """Lay out tickets, units, lists and heaps; nobody has come yet."""
    count = len(arrivals)
    tickets = np.zeros(count, dtype=_ticket(arrivals.choices.shape[1]))
    for name in ("minute", "need_end", "patience_end", "stay", "parts", "person", "choices", "priority"):
        column = getattr(arrivals, name)
        tickets[name] = column if arrivals.order is None else column[arrivals.order]
    if arrivals.order is not None:
        tickets["person"] = np.argsort(arrivals.order)[tickets["person"]]
    tickets["outcome"], tickets["admitted"], tickets["ended"] = _PLACED, NEVER, NEVER
    tickets["unit"] = NOWHERE
    classes = int(arrivals.priority.max(initial=0)) + 1
    open_units = np.zeros(len(units), dtype=_UNIT)
    open_units["public"] = units.public != 0
    return Desk(
        tickets=tickets, units=open_units, lists=np.full((len(units), classes, 2), NOBODY, dtype=np.int32),
        steps=_steps(units), departures=heap_of(count), leavers=heap_of(count), touched=heap_of(len(units)),
        tally=np.zeros(len(Outcome) + 1, dtype=np.int64),
    )  # fmt: skip


def _steps(units: Units) -> npt.NDArray:
    """List the changes of usable capacity by minute, those before the founding at its first minute."""
    order = np.lexsort((units.step_unit, units.step_minute))
    steps = np.empty(len(order), dtype=_STEP)
    steps["minute"] = np.maximum(units.step_minute[order], 0)
    steps["unit"], steps["usable"] = units.step_unit[order], units.step_usable[order]
    return steps


# ---- time


@njit(cache=True)
def run(tickets, units, lists, steps, departures, leavers, touched, tally, founding, horizon):  # type: ignore[no-untyped-def]
    """Seat the founders, then live every minute at which something happens.

    Return the minute at which somebody was lost, SOUND for none.
    """
    step = _change_capacity(units, steps, touched, 0, founding)
    coming = _seat(tickets, units, lists, departures, leavers, touched, tally, founding)
    _offer(tickets, units, lists, departures, touched, tally, founding)
    while True:
        arrival = tickets[coming].minute if coming < tickets.size else _NEVER
        change = steps[step].minute if step < steps.size else _NEVER
        now = min(min(soonest(departures), soonest(leavers)), min(arrival, change))
        if now >= horizon:
            return SOUND
        if soonest(departures) == now:
            _depart(tickets, units, departures, touched, tally, now)
        if change == now:
            step = _change_capacity(units, steps, touched, step, now)
        if soonest(leavers) == now:
            _leave(tickets, units, leavers, touched, tally, now)
        if arrival == now:
            coming = _arrive(tickets, units, lists, departures, leavers, touched, tally, coming, now)
        if touched[0]:
            _offer(tickets, units, lists, departures, touched, tally, now)
        if _somebody_is_lost(tally):
            return now


@njit
def _somebody_is_lost(tally):  # type: ignore[no-untyped-def]
    """Tell whether arrivals are not in place + finished + waiting + left."""
    here = tally[_WAITING] + tally[_IN_PLACE] + tally[_FINISHED]
    return tally[_ARRIVED] != here + tally[_NEED_ENDED] + tally[_PATIENCE_ENDED]


# ---- the phases of a minute


@njit
def _depart(tickets, units, departures, touched, tally, now):  # type: ignore[no-untyped-def]
    """Free the places of those whose stay or need ends."""
    while soonest(departures) == now:
        ticket = tickets[pop(departures)]
        unit = units[ticket.unit]
        unit.taken -= ticket.parts
        ticket.outcome, ticket.ended = _FINISHED, now
        tickets[ticket.person].busy = 0
        if unit.listed:
            _touch(units, touched, ticket.unit)
        tally[_IN_PLACE] -= 1
        tally[_FINISHED] += 1


@njit
def _change_capacity(units, steps, touched, step, now):  # type: ignore[no-untyped-def]
    """Open and withdraw places; return the first step that is still to come."""
    while step < steps.size and steps[step].minute == now:
        at = steps[step].unit
        units[at].usable = steps[step].usable
        if units[at].listed:
            _touch(units, touched, at)
        step += 1
    return step


@njit
def _leave(tickets, units, leavers, touched, tally, now):  # type: ignore[no-untyped-def]
    """Let those go whose need or patience ends while they wait."""
    while soonest(leavers) == now:
        row = pop(leavers)
        if tickets[row].outcome == _WAITING:
            _unlist(tickets, units, touched, tally, row)
            _lose(tickets, tally, row, now)


@njit
def _arrive(tickets, units, lists, departures, leavers, touched, tally, coming, now):  # type: ignore[no-untyped-def]
    """Let everyone come who asks now; return who comes next."""
    while coming < tickets.size and tickets[coming].minute == now:
        if _request(tickets, units, departures, leavers, touched, tally, coming, now):
            _join(tickets, units, lists, coming)
        coming += 1
    return coming


@njit
def _offer(tickets, units, lists, departures, touched, tally, now):  # type: ignore[no-untyped-def]
    """Admit from lists until no first one fits, lowest unit first (rule 2)."""
    while touched[0]:
        at = pop(touched)
        unit = units[at]
        unit.touched = 0
        row = _first(tickets, lists, at)
        if row >= 0 and unit.taken + tickets[row].parts <= unit.usable:
            _unlist(tickets, units, touched, tally, row)
            _admit(tickets, units, departures, tally, row, at, now)


# ---- the founding


@njit
def _seat(tickets, units, lists, departures, leavers, touched, tally, founding):  # type: ignore[no-untyped-def]
    """Seat who asked before the founding: who had nowhere else to go first, then the earliest.

    Return who comes next.
    """
    founders = _find_contested(tickets, units)
    for another in range(2):
        for row in range(founders):
            if tickets[row].outcome == _PLACED and _has_another(tickets, units, row) == another:
                _request(tickets, units, departures, leavers, touched, tally, row, founding)
    for row in range(founders):  # lists are in order of coming, which is not that of seating
        if tickets[row].outcome == _WAITING:
            _join(tickets, units, lists, row)
    return founders


@njit
def _find_contested(tickets, units):  # type: ignore[no-untyped-def]
    """Note who is gone, and which units the others, putting them first, would overfill; count them all."""
    founders = 0
    while founders < tickets.size and tickets[founders].minute < 0:
        ticket = tickets[founders]
        gone = min(ticket.need_end, ticket.minute + ticket.stay)
        if gone <= 0:
            ticket.outcome, ticket.ended = _PAST, gone
        else:
            units[_first_choice(ticket)].wanted += ticket.parts
        founders += 1
    return founders


@njit
def _first_choice(ticket):  # type: ignore[no-untyped-def]
    """Return the unit that a request puts first."""
    for at in ticket.choices:
        if at >= 0:
            return at
    return NOWHERE


@njit
def _has_another(tickets, units, row):  # type: ignore[no-untyped-def]
    """Tell (1 or 0) whether a request has a choice that is not contested."""
    for at in tickets[row].choices:
        if at >= 0 and units[at].wanted <= units[at].usable:
            return 1
    return 0


# ---- one request


@njit
def _request(tickets, units, departures, leavers, touched, tally, row, now):  # type: ignore[no-untyped-def]
    """Take the first candidate with free room (rule 0); tell whether it is to join the lists instead."""
    ticket = tickets[row]
    if tickets[ticket.person].busy:
        return False
    at = _room(units, ticket) if ticket.need_end > now else NOWHERE
    until = min(ticket.need_end, ticket.patience_end)
    if at < 0 and until <= now and ticket.minute < 0:
        ticket.outcome, ticket.ended = _PAST, until
        return False
    tally[_ARRIVED] += 1
    if at >= 0:
        _admit(
            tickets, units, departures, tally, row, at, min(ticket.minute, now)
        )  # founders: since they asked
    elif until <= now:
        _lose(tickets, tally, row, now)
    else:
        _enlist(tickets, units, leavers, touched, tally, row, until)
        return True
    return False


@njit
def _room(units, ticket):  # type: ignore[no-untyped-def]
    """Return the first candidate with room that nobody on its list waits for."""
    for at in ticket.choices:
        if at >= 0 and not units[at].listed and units[at].taken + ticket.parts <= units[at].usable:
            return at
    return NOWHERE


@njit
def _enlist(tickets, units, leavers, touched, tally, row, until):  # type: ignore[no-untyped-def]
    """Count a request on the lists of its candidates, until its need or patience ends."""
    ticket = tickets[row]
    for at in ticket.choices:
        if at >= 0:
            units[at].listed += 1
            if units[at].taken + ticket.parts <= units[at].usable:  # may pass one who does not fit
                _touch(units, touched, at)
    ticket.outcome = _WAITING
    tickets[ticket.person].busy = 1
    tally[_WAITING] += 1
    push(leavers, due(until, row))


@njit
def _join(tickets, units, lists, row):  # type: ignore[no-untyped-def]
    """Put a request at the end of the list of its class at each candidate."""
    ticket = tickets[row]
    choices = ticket.choices.size
    for choice in range(choices):
        at = ticket.choices[choice]
        if at >= 0:
            ends = lists[at, ticket.priority if units[at].public else 0]
            link = row * choices + choice
            if ends[0] < 0:
                ends[0] = link
            else:
                tickets[ends[1] // choices].after[ends[1] % choices] = link
            ends[1] = link
            ticket.after[choice] = NOBODY


@njit
def _first(tickets, lists, at):  # type: ignore[no-untyped-def]
    """Return who is first on the lists of a unit, dropping those who no longer wait."""
    for ends in lists[at]:
        while ends[0] >= 0:
            ticket = tickets[ends[0] // tickets[0].choices.size]
            if ticket.outcome == _WAITING:
                return ends[0] // ticket.choices.size
            ends[0] = ticket.after[ends[0] % ticket.choices.size]
    return NOBODY


@njit
def _admit(tickets, units, departures, tally, row, at, since):  # type: ignore[no-untyped-def]
    """Give a place from a minute on; the stay ends at the latest with the need."""
    ticket = tickets[row]
    units[at].taken += ticket.parts
    ticket.outcome, ticket.admitted, ticket.unit = _IN_PLACE, since, at
    tickets[ticket.person].busy = 1
    tally[_IN_PLACE] += 1
    push(departures, due(min(since + ticket.stay, ticket.need_end), row))


@njit
def _lose(tickets, tally, row, now):  # type: ignore[no-untyped-def]
    """Note that a request goes unserved, and why."""
    ticket = tickets[row]
    ticket.outcome = _NEED_ENDED if ticket.need_end <= now else _PATIENCE_ENDED
    ticket.ended = now
    tickets[ticket.person].busy = 0
    tally[ticket.outcome] += 1


@njit
def _unlist(tickets, units, touched, tally, row):  # type: ignore[no-untyped-def]
    """Take a request off all its lists; its links are dropped when they come first."""
    tally[_WAITING] -= 1
    for at in tickets[row].choices:
        if at >= 0:
            units[at].listed -= 1
            if units[at].listed and units[at].taken < units[at].usable:
                _touch(units, touched, at)


@njit
def _touch(units, touched, at):  # type: ignore[no-untyped-def]
    """Note that the first one of a unit may fit now."""
    if not units[at].touched:
        units[at].touched = 1
        push(touched, np.int64(at))
