"""The waiting lists compiled: the rules of ``sim.facilities``, event for event, some thirty times faster.

The rules stand in ``sim.facilities``; ``sim.desk`` and ``sim.waiting_lists`` say how they are kept without
objects. Here is the order of an instant. What is due later, the ends of stays and of waiting, lies in two
heaps of (minute, ticket): within a phase the order of keys does not show, for who departs frees room, who
leaves shortens lists, and nobody is offered anything before both are over. The phases are inlined because a
call counts the references of every array that it is given, which took half of the time.
"""

from __future__ import annotations

import numpy as np

from sim.arrivals import Arrivals, RequestTable
from sim.clock import NEVER
from sim.compiled import inner, njit
from sim.desk import log_of, open_desk, recounted
from sim.errors import LawBroken
from sim.heaps import pop, soonest
from sim.log import Log
from sim.supply import Units
from sim.waiting_lists import (
    ALREADY_PLACED,
    ARRIVED,
    FINISHED,
    IN_PLACE,
    NEED_ENDED,
    NOWHERE,
    PAST,
    PATIENCE_ENDED,
    WAITING,
    admit,
    first,
    join,
    lose,
    request,
    touch,
    unlist,
)  # fmt: skip

SOUND = -1  # no minute at which a law was broken
_NEVER = NEVER
_FIRST = np.int64(0)  # step; of an int numba would compile a copy


def serve(requests: RequestTable, units: Units, horizon: int) -> Log:
    """Run the waiting lists of a market from the founding to a horizon, as ``sim.facilities.serve`` does.

    Raises LawBroken where a request is malformed or a conservation law fails.
    """
    arrivals = Arrivals.of(requests, len(units), horizon)
    desk = open_desk(arrivals, units)
    broken = run(*desk, 0, horizon)
    if broken != SOUND:
        raise LawBroken(f"minute {broken}: arrivals are not in place + finished + waiting + left")
    recounted(desk)
    return log_of(arrivals, desk)


# ---- time


@njit(cache=True)
def run(tickets, units, lists, steps, departures, leavers, touched, tally, founding, horizon):  # type: ignore[no-untyped-def]
    """Seat the founders, then live every minute at which something happens.

    Return the minute at which somebody was lost, SOUND for none.
    """
    step = _change_capacity(units, steps, touched, _FIRST, founding)
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


@inner
def _somebody_is_lost(tally):  # type: ignore[no-untyped-def]
    """Tell whether arrivals are not in place + finished + waiting + left."""
    here = tally[WAITING] + tally[IN_PLACE] + tally[FINISHED]
    return tally[ARRIVED] != here + tally[NEED_ENDED] + tally[PATIENCE_ENDED]


# ---- the phases of a minute


@njit(inline="always")
def _depart(tickets, units, departures, touched, tally, now):  # type: ignore[no-untyped-def]
    """Free the places of those whose stay or need ends."""
    while soonest(departures) == now:
        ticket = tickets[pop(departures)]
        unit = units[ticket.unit]
        unit.taken -= ticket.parts
        ticket.outcome, ticket.ended = FINISHED, now
        tickets[ticket.person].busy = 0
        if unit.listed:
            touch(units, touched, ticket.unit)
        tally[IN_PLACE] -= 1
        tally[FINISHED] += 1


@inner
def _change_capacity(units, steps, touched, step, now):  # type: ignore[no-untyped-def]
    """Open and withdraw places; return the first step that is still to come."""
    while step < steps.size and steps[step].minute == now:
        at = steps[step].unit
        units[at].usable = steps[step].usable
        if units[at].listed:
            touch(units, touched, at)
        step += 1
    return step


@njit(inline="always")
def _leave(tickets, units, leavers, touched, tally, now):  # type: ignore[no-untyped-def]
    """Let those go whose need or patience ends while they wait."""
    while soonest(leavers) == now:
        row = pop(leavers)
        if tickets[row].outcome == WAITING:
            unlist(tickets, units, touched, tally, row)
            lose(tickets, tally, row, now)


@njit(inline="always")
def _arrive(tickets, units, lists, departures, leavers, touched, tally, coming, now):  # type: ignore[no-untyped-def]
    """Let everyone come who asks now; return who comes next."""
    while coming < tickets.size and tickets[coming].minute == now:
        if request(tickets, units, departures, leavers, touched, tally, coming, now):
            join(tickets, units, lists, coming)
        coming += 1
    return coming


@njit(inline="always")
def _offer(tickets, units, lists, departures, touched, tally, now):  # type: ignore[no-untyped-def]
    """Admit from lists until no first one fits, lowest unit first (rule 2)."""
    while touched[0]:
        at = pop(touched)
        unit = units[at]
        unit.touched = 0
        row = first(tickets, lists, at)
        if row >= 0 and unit.taken + tickets[row].parts <= unit.usable:
            unlist(tickets, units, touched, tally, row)
            admit(tickets, units, departures, tally, row, at, now)


# ---- the founding


@inner
def _seat(tickets, units, lists, departures, leavers, touched, tally, founding):  # type: ignore[no-untyped-def]
    """Seat who asked before the founding: who had nowhere else to go first, then the earliest.

    Return who comes next.
    """
    founders = _find_contested(tickets, units)
    for another in range(2):
        for row in range(founders):
            if tickets[row].outcome == ALREADY_PLACED and _has_another(tickets, units, row) == another:
                request(tickets, units, departures, leavers, touched, tally, row, founding)
    for row in range(founders):  # lists are in order of coming, which is not that of seating
        if tickets[row].outcome == WAITING:
            join(tickets, units, lists, row)
    return founders


@inner
def _find_contested(tickets, units):  # type: ignore[no-untyped-def]
    """Note who is gone, and which units the others, putting them first, would overfill; count them all."""
    founders = 0
    while founders < tickets.size and tickets[founders].minute < 0:
        ticket = tickets[founders]
        gone = min(ticket.need_end, ticket.minute + ticket.stay)
        if gone <= 0:
            ticket.outcome, ticket.ended = PAST, gone
        else:
            units[_first_choice(ticket)].wanted += ticket.parts
        founders += 1
    return founders


@inner
def _first_choice(ticket):  # type: ignore[no-untyped-def]
    """Return the unit that a request puts first."""
    for at in ticket.choices:
        if at >= 0:
            return at
    return NOWHERE


@inner
def _has_another(tickets, units, row):  # type: ignore[no-untyped-def]
    """Tell (1 or 0) whether a request has a choice that is not contested."""
    for at in tickets[row].choices:
        if at >= 0 and units[at].wanted <= units[at].usable:
            return 1
    return 0
