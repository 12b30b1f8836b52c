"""Waiting lists, compiled: what becomes of one request (rules 0 to 3 of ``sim.facilities``).

A list is a chain of tickets, one for each class, in order of coming: nobody joins before its end, so that
joining costs the same whoever waits. A *link* is a ticket at one of its choices. Who no longer waits is
dropped when it comes first. ``sim.desk`` says what the arrays are.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import inner, njit
from sim.heaps import due, push
from sim.kinds import Outcome

NOBODY = NOWHERE = -1
ARRIVED = len(Outcome)  # in the tally, after the outcomes
WAITING, IN_PLACE, FINISHED = int(Outcome.WAITING), int(Outcome.IN_PLACE), int(Outcome.FINISHED)
NEED_ENDED, PATIENCE_ENDED = int(Outcome.LEFT_NEED_ENDED), int(Outcome.LEFT_PATIENCE_ENDED)
ALREADY_PLACED, PAST = int(Outcome.ALREADY_PLACED), int(Outcome.PAST)


@inner
def request(tickets, units, departures, leavers, touched, tally, row, now):  # type: ignore[no-untyped-def]
    """Take the first candidate with free room (rule 0); tell whether it is to join the lists instead."""
    ticket = tickets[row]
    if tickets[ticket.person].busy:
        return False
    at = _room(units, ticket) if ticket.need_end > now else NOWHERE
    until = min(ticket.need_end, ticket.patience_end)
    if at < 0 and until <= now and ticket.minute < 0:
        ticket.outcome, ticket.ended = PAST, until
        return False
    tally[ARRIVED] += 1
    if at >= 0:
        admit(
            tickets, units, departures, tally, row, at, min(ticket.minute, now)
        )  # founders: since they asked
    elif until <= now:
        lose(tickets, tally, row, now)
    else:
        _enlist(tickets, units, leavers, touched, tally, row, until)
        return True
    return False


@inner
def _room(units, ticket):  # type: ignore[no-untyped-def]
    """Return the first candidate with room that nobody on its list waits for."""
    for at in ticket.choices:
        if at >= 0 and not units[at].listed and units[at].taken + ticket.parts <= units[at].usable:
            return at
    return NOWHERE


@inner
def _enlist(tickets, units, leavers, touched, tally, row, until):  # type: ignore[no-untyped-def]
    """Count a request on the lists of its candidates, until its need or patience ends."""
    ticket = tickets[row]
    for at in ticket.choices:
        if at >= 0:
            units[at].listed += 1
            if units[at].taken + ticket.parts <= units[at].usable:  # may pass one who does not fit
                touch(units, touched, at)
    ticket.outcome = WAITING
    tickets[ticket.person].busy = 1
    tally[WAITING] += 1
    push(leavers, due(until, row))


@inner
def join(tickets, units, lists, row):  # type: ignore[no-untyped-def]
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


@inner
def first(tickets, lists, at):  # type: ignore[no-untyped-def]
    """Return who is first on the lists of a unit, dropping those who no longer wait."""
    for ends in lists[at]:
        while ends[0] >= 0:
            ticket = tickets[ends[0] // tickets[0].choices.size]
            if ticket.outcome == WAITING:
                return ends[0] // ticket.choices.size
            ends[0] = ticket.after[ends[0] % ticket.choices.size]
    return NOBODY


@njit(inline="always")
def admit(tickets, units, departures, tally, row, at, since):  # type: ignore[no-untyped-def]
    """Give a place from a minute on; the stay ends at the latest with the need."""
    ticket = tickets[row]
    units[at].taken += ticket.parts
    ticket.outcome, ticket.admitted, ticket.unit = IN_PLACE, since, at
    tickets[ticket.person].busy = 1
    tally[IN_PLACE] += 1
    push(departures, due(min(since + ticket.stay, ticket.need_end), row))


@njit(inline="always")
def lose(tickets, tally, row, now):  # type: ignore[no-untyped-def]
    """Note that a request goes unserved, and why."""
    ticket = tickets[row]
    ticket.outcome = NEED_ENDED if ticket.need_end <= now else PATIENCE_ENDED
    ticket.ended = now
    tickets[ticket.person].busy = 0
    tally[ticket.outcome] += 1


@njit(inline="always")
def unlist(tickets, units, touched, tally, row):  # type: ignore[no-untyped-def]
    """Take a request off all its lists; its links are dropped when they come first."""
    tally[WAITING] -= 1
    for at in tickets[row].choices:
        if at >= 0:
            units[at].listed -= 1
            if units[at].listed and units[at].taken < units[at].usable:
                touch(units, touched, at)


@inner
def touch(units, touched, at):  # type: ignore[no-untyped-def]
    """Note that the first one of a unit may fit now."""
    if not units[at].touched:
        units[at].touched = 1
        push(touched, np.int64(at))
