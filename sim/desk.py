"""The desk of a market: requests, units and lists laid out in arrays for the compiled waiting lists.

A request is a *ticket*, one record that holds all that is asked and known of it; tickets lie in the order of
coming, so that who comes next is read ahead. Nothing is allocated once a desk is open.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.arrivals import Arrivals
from sim.clock import NEVER
from sim.compiled import njit
from sim.heaps import heap_of
from sim.kinds import Outcome
from sim.log import Log, recount
from sim.supply import Units

NOBODY = NOWHERE = -1
_NEVER, _ALREADY_PLACED = NEVER, int(Outcome.ALREADY_PLACED)

_UNIT = np.dtype([("usable", "i8"), ("taken", "i8"), ("listed", "i4"), ("public", "u1"), ("touched", "u1"),
                  ("wanted", "i8")], align=True)  # fmt: skip
_STEP = np.dtype([("minute", "i4"), ("unit", "i4"), ("usable", "i4")], align=True)


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


@lru_cache
def _ticket(choices: int) -> np.dtype:
    """Lay out a ticket; with three choices it fills 64 bytes, a line of the processor's cache."""
    ints = ("minute", "need_end", "patience_end", "stay", "parts", "person", "admitted", "ended", "unit")
    lists = [("choices", np.int32, (choices,)), ("after", np.int32, (choices,))]
    return np.dtype([*((name, np.int32) for name in ints), *lists, ("priority", "u1"), ("outcome", "u1"),
                     ("busy", "u2")], align=True)  # fmt: skip


def open_desk(arrivals: Arrivals, units: Units) -> Desk:
    """Lay out tickets, units, lists and heaps; nobody has come yet."""
    count = len(arrivals)
    tickets = np.zeros(count, dtype=_ticket(arrivals.choices.shape[1]))
    order = np.arange(count) if arrivals.order is None else arrivals.order
    names = ("minute", "need_end", "patience_end", "stay", "parts", "person", "choices", "priority")
    _write_out(tuple(getattr(arrivals, name) for name in names), order, np.argsort(order), tickets)
    classes = int(arrivals.priority.max(initial=0)) + 1
    open_units = np.zeros(len(units), dtype=_UNIT)
    open_units["public"] = units.public != 0
    return Desk(
        tickets=tickets, units=open_units, lists=np.full((len(units), classes, 2), NOBODY, dtype=np.int32),
        steps=_steps(units), departures=heap_of(count), leavers=heap_of(count), touched=heap_of(len(units)),
        tally=np.zeros(len(Outcome) + 1, dtype=np.int64),
    )  # fmt: skip


@njit(cache=True)
def _write_out(columns, order, place, tickets):  # type: ignore[no-untyped-def]
    """Write tickets in the order of coming, one after the other; ``place`` is where a row comes."""
    minute, need_end, patience_end, stay, parts, person, choices, priority = columns
    for at in range(order.size):
        row, ticket = order[at], tickets[at]
        ticket.minute, ticket.need_end, ticket.patience_end = minute[row], need_end[row], patience_end[row]
        ticket.stay, ticket.parts, ticket.priority = stay[row], parts[row], priority[row]
        ticket.person = place[person[row]]
        for choice in range(choices.shape[1]):
            ticket.choices[choice] = choices[row, choice]
        ticket.admitted = ticket.ended = _NEVER
        ticket.unit, ticket.outcome = NOWHERE, _ALREADY_PLACED


def _steps(units: Units) -> npt.NDArray:
    """List the changes of usable capacity by minute, those before the founding at its first minute."""
    order = np.lexsort((units.step_unit, units.step_minute))
    steps = np.empty(len(order), dtype=_STEP)
    steps["minute"] = np.maximum(units.step_minute[order], 0)
    steps["unit"], steps["usable"] = units.step_unit[order], units.step_usable[order]
    return steps


def log_of(arrivals: Arrivals, desk: Desk) -> Log:
    """Return what became of each request, in the order of the table."""
    columns = []
    for name in ("outcome", "admitted", "ended", "unit"):
        column = np.ascontiguousarray(desk.tickets[name])
        if arrivals.order is not None:
            column[arrivals.order] = column.copy()
        columns.append(column)
    return Log(*columns)


def recounted(desk: Desk) -> None:
    """Raise LawBroken where the end does not add up (rule 6)."""
    tickets, tally = desk.tickets, desk.tally.tolist()
    log = Log(tickets["outcome"], tickets["admitted"], tickets["ended"], tickets["unit"])
    left = tally[Outcome.LEFT_NEED_ENDED] + tally[Outcome.LEFT_PATIENCE_ENDED]
    kept = (tally[Outcome.WAITING], tally[Outcome.IN_PLACE], tally[Outcome.FINISHED], left)
    recount(log, tickets["parts"], kept, tally[-1], desk.units["taken"])
