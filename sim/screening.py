"""The ways to need each service, as the tables that compiled passes read; every way is one bit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.compiled import inner, njit
from sim.conditions import COLUMNS, MOTHER_ROW, NO_MOTHER, OLDEST_MONTHS, WIDEST, Conditions, has
from sim.errors import ScenarioError
from sim.residents import Residents
from sim.services import Service
from sim.streams import threshold

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
U64 = np.uint64

MOST_SERVICES = 32  # a bit each
MOST_WAYS = 64
MOTHERLESS = 255  # what a ledger notes for the work of a mother who is not there
_WORK = COLUMNS.index("employment")

TABLES = np.dtype(
    [
        ("by_age", "u8", (OLDEST_MONTHS + 1,)),  # ways that an age in months allows
        ("calm_to", "i8", (OLDEST_MONTHS + 1,)),  # the next age at which by_age changes
        ("by_kind", "u8", (len(COLUMNS) + 1, WIDEST)),  # ways that a kind of a column allows
        ("of_mother", "u8"),  # ways that look at the mother
        ("services", "i8"),  # how many services there are
        ("of_service", "u8", (MOST_SERVICES,)),  # ways of a service
        ("queued", "u4"),  # services that queue, a bit each
        ("group", "u1", (MOST_WAYS,)),  # group of a way within its service
        ("every", "i8", (MOST_SERVICES,)),  # months between asks, 0 for once
        ("ceiling", "u8", (MOST_SERVICES,)),  # words of a wish at or above are not kept
        ("code", "i8", (MOST_SERVICES,)),  # code of a service's draws
    ]
)


class Screening:
    """The ways to need each service, numbered; raises ScenarioError where there are too many."""

    def __init__(self, services: Sequence[Service]) -> None:
        if len(services) > MOST_SERVICES:
            raise ScenarioError(
                f"{len(services)} services are defined: at most {MOST_SERVICES} fit in one run"
            )
        self.ways = [(s, g) for s, service in enumerate(services) for g in range(len(service.needed))]
        self.conditions = Conditions.of([services[s].needed[g].who for s, g in self.ways])
        self.tables = self._tabulate(services)

    def _tabulate(self, services: Sequence[Service]) -> npt.NDArray[np.void]:
        """Return the tables as a record of fixed size, so that they compile once for all definitions."""
        record = np.zeros(1, dtype=TABLES)
        each = record[0]
        each["by_age"], each["by_kind"] = self.conditions.by_age, self.conditions.by_kind
        each["calm_to"] = _next_changes(self.conditions.by_age)
        each["of_mother"], each["services"] = self.conditions.of_mother, len(services)
        for number, (s, g) in enumerate(self.ways):
            each["of_service"][s] |= U64(1 << number)
            each["group"][number] = g
        for s, service in enumerate(services):
            each["queued"] |= np.uint32(service.queued << s)
            each["every"][s], each["code"][s] = service.ask_every_months, service.draw_code
            each["ceiling"][s] = threshold(service.wish_ceiling)
        return record

    def at_census(self, residents: Residents) -> npt.NDArray[np.uint32]:
        """Return the services that each founder needs and must queue for, a bit each."""
        own = tuple(getattr(residents, name) for name in COLUMNS)
        needs = np.zeros(residents.size, dtype=np.uint32)
        _screen(residents.exit_month, residents.birth_month, own, residents.mother, self.tables, needs)
        return needs

    def first_groups(self, residents: Residents, rows: Rows, service: Ints, month: int) -> Ints:
        """Return the first group of its service that each of some residents matches."""
        columns = {name: getattr(residents, name)[rows] for name in COLUMNS}
        columns["mother_employment"] = mothers_work(residents, rows)
        hold = self.conditions.holding(columns, month - residents.birth_month[rows].astype(np.int64))
        group = np.zeros(rows.size, dtype=np.int64)
        for number in reversed(range(len(self.ways))):
            s, g = self.ways[number]
            group[has(hold, number) & (service == s)] = g
        return group


def _next_changes(by_age: npt.NDArray[np.uint64]) -> Ints:
    """Return for each age the next one that allows other ways."""
    following = np.append(np.flatnonzero(np.diff(by_age)) + 1, 10 * OLDEST_MONTHS)
    return following[np.searchsorted(following, np.arange(by_age.size), side="right")]


def mothers_work(residents: Residents, rows: Rows) -> npt.NDArray[np.uint8]:
    """Return what the mother does, ``MOTHERLESS`` where there is none in the household."""
    mother = residents.mother[rows]
    work = residents.employment[np.maximum(mother, 0)]
    return np.where(mother >= 0, work, MOTHERLESS).astype(np.uint8)


def needs_of(needs: npt.NDArray[np.uint32], services: int) -> tuple[Rows, Ints]:
    """List needs, a bit each, as (row of the resident, service), in that order."""
    rows = np.flatnonzero(needs).astype(np.int32)
    which, service = np.nonzero(needs[rows, None] >> np.arange(services, dtype=np.uint32) & np.uint32(1))
    return rows[which], service


@njit(cache=True)
def _screen(exit_month, birth_month, own, mother, tables, needs):  # type: ignore[no-untyped-def]
    """Note for each founder the services it needs and must queue for at the census."""
    ways, state = tables[0], np.zeros(len(own), dtype=np.uint8)
    for row in range(needs.size):
        if exit_month[row] < 0:
            continue
        state[0], state[1], state[2], state[3] = own[0][row], own[1][row], own[2][row], own[3][row]
        state[4], state[5], state[6], state[7] = own[4][row], own[5][row], own[6][row], own[7][row]
        state[8], state[9] = own[8][row], own[9][row]
        hold = holding(ways, state, -1 - np.int64(birth_month[row]))
        if hold & ways.of_mother:
            hold &= ways.by_kind[MOTHER_ROW, own[_WORK][mother[row]] if mother[row] >= 0 else NO_MOTHER]
        needs[row] = services_of(ways, hold) & ways.queued


@inner
def holding(ways, state, age_months):  # type: ignore[no-untyped-def]
    """Return the ways (bits) that hold of a resident, its mother's work aside; ``state``: its ``COLUMNS``."""
    hold = ways.by_age[min(max(age_months, 0), OLDEST_MONTHS)]
    if hold:
        for column in range(len(COLUMNS)):
            hold &= ways.by_kind[column, state[column]]
    return hold


@inner
def services_of(ways, hold):  # type: ignore[no-untyped-def]
    """Return the services (bits) that some ways are ways to need."""
    services = np.uint32(0)
    if hold:
        for s in range(ways.services):
            if hold & ways.of_service[s]:
                services |= np.uint32(1 << s)
    return services
