"""Who needs what at the end of a month: one compiled pass over everyone; every condition is one bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.compiled import njit
from sim.conditions import COLUMNS, MOTHER_ROW, NO_MOTHER, OLDEST_MONTHS, Conditions, has
from sim.errors import ScenarioError
from sim.kinds import Area
from sim.needs import Array
from sim.residents import Residents
from sim.services import Service

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
U64 = np.uint64

MOST_SERVICES = 32  # a bit each
MOTHERLESS = 255  # what a ledger notes for the work of a mother who is not there
_WORK = COLUMNS.index("employment")
_BITS = 8  # of the ways that hold, counted together


@njit(cache=True)
def _screen(size, month, exit_month, birth_month, own, mother, county, area, ways, tallies, now):  # type: ignore[no-untyped-def]
    """Note for each row the services it needs and must queue for (a bit each), and count.

    ``ways`` are the tables of ``Conditions`` for all ways to need a service, then the ways of each service,
    those of the services that queue, and which services do not. ``tallies`` are zeros to count in: the ways
    that hold, eight bits at a time, by county; who needs a service, by service and county; residents by
    county and area. Returns how many bits ``now`` holds.
    """
    by_age, by_kind, of_mother, of_service, queued_ways, counted = ways
    patterns, persons, residents = tallies
    queued = 0
    for row in range(size):
        now[row] = 0
        if exit_month[row] <= month:
            continue
        home = county[row]
        residents[home, area[row]] += 1
        hold = by_age[min(max(month - birth_month[row], 0), OLDEST_MONTHS)]
        hold &= by_kind[0, own[0][row]] & by_kind[1, own[1][row]] & by_kind[2, own[2][row]]
        hold &= by_kind[3, own[3][row]] & by_kind[4, own[4][row]] & by_kind[5, own[5][row]]
        hold &= by_kind[6, own[6][row]] & by_kind[7, own[7][row]] & by_kind[8, own[8][row]]
        hold &= by_kind[9, own[9][row]]
        if hold & of_mother:
            work = own[_WORK][mother[row]] if mother[row] >= 0 else NO_MOTHER
            hold &= by_kind[MOTHER_ROW, work]
        for part in range(patterns.shape[0]):
            patterns[part, home, hold >> U64(_BITS * part) & U64(255)] += 1
        for s in counted:
            persons[s, home] += (hold & of_service[s]) != 0
        hold &= queued_ways
        if hold:
            queued += _note(hold, home, row, of_service, persons, now)
    return queued


@njit(cache=True)
def _note(hold, home, row, of_service, persons, now):  # type: ignore[no-untyped-def]
    needs = 0
    for s in range(of_service.size):
        if hold & of_service[s]:
            now[row] |= np.uint32(1 << s)
            persons[s, home] += 1
            needs += 1
    return needs


@dataclass(frozen=True)
class Screened:
    """What a pass found: ``needs`` (a bit for each queued service, by row) and counts as in ``Ledger``."""

    needs: npt.NDArray[np.uint32]
    queued: int  # how many bits are set in needs
    people: Ints
    persons: Ints
    residents: Ints


class Screening:
    """The ways to need each service, ready for a pass over everyone; raises ScenarioError where too many."""

    def __init__(self, services: Sequence[Service], counties: int) -> None:
        if len(services) > MOST_SERVICES:
            raise ScenarioError(
                f"{len(services)} services are defined: at most {MOST_SERVICES} fit in one run"
            )
        self._counties = counties
        counted_first = sorted(range(len(services)), key=lambda s: services[s].queued)
        self._ways = [(s, g) for s in counted_first for g in range(len(services[s].needed))]
        self._queues = np.array([service.queued for service in services], dtype=np.bool_)
        self._groups = max((len(service.needed) for service in services), default=0)
        self._tables = Conditions.of([services[s].needed[g].who for s, g in self._ways])
        self._of_service = np.zeros(len(services), dtype=np.uint64)
        for number, (s, _) in enumerate(self._ways):
            self._of_service[s] |= U64(1 << number)
        self._counted = sum(not self._queues[s] for s, _ in self._ways)
        self._needs = np.zeros(0, dtype=np.uint32)

    def look(self, residents: Residents, month: int) -> Screened:
        """Find who needs what at the end of a month (-1: at the founding); the next look reuses ``needs``."""
        if residents.size > self._needs.size:
            self._needs = np.zeros(int(1.05 * residents.size) + 1, dtype=np.uint32)
        each = self._tables
        queued_ways = np.bitwise_or.reduce(self._of_service[self._queues], initial=U64(0))
        counted = np.flatnonzero(~self._queues)
        ways = each.by_age, each.by_kind, each.of_mother, self._of_service, queued_ways, counted
        patterns = np.zeros((-(-self._counted // _BITS), self._counties, 1 << _BITS), dtype=np.int64)
        persons = np.zeros((self._queues.size, self._counties), dtype=np.int64)
        everyone = np.zeros((self._counties, len(Area)), dtype=np.int64)
        own = tuple(getattr(residents, name) for name in COLUMNS)
        queued = _screen(
            residents.size, month, residents.exit_month, residents.birth_month, own, residents.mother,
            residents.county, residents.area, ways, (patterns, persons, everyone), self._needs,
        )  # fmt: skip
        return Screened(self._needs[: residents.size], int(queued), self._people(patterns), persons, everyone)

    def _people(self, patterns: Ints) -> Ints:
        """Count by group who needs what does not queue, from the patterns of ways that hold."""
        people = np.zeros((self._queues.size, self._groups, self._counties), dtype=np.int64)
        pattern = np.arange(1 << _BITS)
        for number, (s, g) in enumerate(self._ways[: self._counted]):
            part, bit = divmod(number, _BITS)
            people[s, g] = patterns[part][:, pattern >> bit & 1 == 1].sum(axis=1)
        return people

    def first_groups(self, residents: Residents, rows: Rows, service: Ints, month: int) -> Ints:
        """Return the first group of its service that each of some residents matches."""
        columns = {name: getattr(residents, name)[rows] for name in COLUMNS}
        columns["mother_employment"] = mothers_work(residents, rows)
        hold = self._tables.holding(columns, month - residents.birth_month[rows].astype(np.int64))
        group = np.zeros(rows.size, dtype=np.int64)
        for number in reversed(range(len(self._ways))):
            s, g = self._ways[number]
            group[has(hold, number) & (service == s)] = g
        return group


def mothers_work(residents: Residents, rows: Rows) -> npt.NDArray[np.uint8]:
    """Return what the mother does, ``MOTHERLESS`` where there is none in the household."""
    mother = residents.mother[rows]
    work = residents.employment[np.maximum(mother, 0)]
    return np.where(mother >= 0, work, MOTHERLESS).astype(np.uint8)


def needs_of(screened: Screened, services: int) -> tuple[Rows, Ints]:
    """List needs that queue as (row of the resident, service), in that order."""
    found: list[Array] = [
        np.flatnonzero(screened.needs >> np.uint32(s) & np.uint32(1)) for s in range(services)
    ]
    rows = np.concatenate([*found, np.zeros(0, dtype=np.int64)])
    service = np.repeat(np.arange(services), [each.size for each in found])
    order = np.lexsort((service, rows))
    return rows[order].astype(np.int32), service[order]
