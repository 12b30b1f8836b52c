"""The residents of one county × area while they are put into households: who belongs to whom.

Everyone belongs to a *nucleus*, a couple or a single adult, named by its head's row, the woman of a couple;
``host`` leads from each row to the head it belongs to or has joined, at the end to the head of the household.
A host is always older than its guests, so that the way ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import njit
from sim.kinds import Sex
from sim.residents import NOBODY, Residents
from sim.streams import Decision, Keys, Stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Months = npt.NDArray[np.int16]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint32]

YEARS_OF_AGE = 110
ADULT, ELDER = 18, 60  # years: grown, old
CHILDLESS = np.iinfo(np.int16).max

_FATHER_OLDER_MONTHS = 24
_AGES = 12 * YEARS_OF_AGE + 1


@dataclass(frozen=True)
class FamilyTables:
    """Profiles by which households form.

    ``married`` (2, 110): chance of living with a spouse by sex and age in years. ``wed`` (110,): share of
    women who have ever married, at least as many. ``mother_age`` (110,): births per woman and year by age.
    ``next_birth`` (256,): relative chance of another birth by births before. ``collective`` (110,): relative
    chance of living in a collective household by age. ``elders_with_children``: share of people 60+ who live
    with a grown child. ``widowed_with_children_ratio``: chance of that without a spouse relative to with one.
    """

    married: Floats
    wed: Floats
    mother_age: Floats
    next_birth: Floats
    collective: Floats
    elders_with_children: float
    widowed_with_children_ratio: float


class Kin(NamedTuple):
    """The rows of a block as compiled code sees them; rows count from the block's first."""

    age: Any  # completed months at the census
    years: Any
    female: Any
    host: Any
    spouse: Any  # row or NOBODY
    mother: Any  # row or NOBODY
    births: Any
    youngest: Any  # age of the youngest child, months, or CHILDLESS
    grown: Any  # lives with a grown child
    child: Any  # lives with a parent
    head: Any  # heads a nucleus
    elders: Any  # of a head's nucleus
    parent_age: Any  # by which children match a head, months


class Block:
    """The rows of one county × area: what is known, what is found, the draws."""

    def __init__(self, people: Residents, rows: slice, stream: Stream) -> None:
        self.keys: Keys = people.key[rows]
        self.stream = stream
        draws = [stream.words(self.keys, Decision.FOUND_HOUSEHOLD, time) for time in (0, 1)]
        self.words: Words = np.concatenate(draws)
        count = len(self.keys)
        self.collective = np.zeros(count, dtype=bool)
        age = people.age_months(-1)[rows]
        self.kin = Kin(
            age=age, years=age // 12, female=people.sex[rows] == Sex.FEMALE,
            host=np.arange(count, dtype=np.int32), spouse=np.full(count, NOBODY, dtype=np.int32),
            mother=np.full(count, NOBODY, dtype=np.int32), births=np.zeros(count, dtype=np.uint8),
            youngest=np.full(count, CHILDLESS, dtype=np.int16), grown=np.zeros(count, dtype=bool),
            child=np.zeros(count, dtype=bool), head=np.zeros(count, dtype=bool),
            elders=np.zeros(count, dtype=np.uint8), parent_age=age.copy(),
        )  # fmt: skip


@njit(cache=True)
def note_heads(kin, collective):  # type: ignore[no-untyped-def]
    """Write down who heads a nucleus, how many elders it has, and the age by which children match it."""
    for row in range(len(kin.age)):
        spouse = kin.spouse[row]
        if spouse == NOBODY:
            kin.head[row] = kin.years[row] >= ADULT and not collective[row]
            kin.elders[row] = kin.years[row] >= ELDER
        else:
            kin.head[row] = kin.female[row]
            kin.elders[row] = (kin.years[row] >= ELDER) + (kin.years[spouse] >= ELDER)
        if not kin.female[row]:
            kin.parent_age[row] -= _FATHER_OLDER_MONTHS


@njit
def head_of(kin, row):  # type: ignore[no-untyped-def]
    """Return the head of an adult's nucleus: the wife for a husband."""
    return row if kin.female[row] or kin.spouse[row] == NOBODY else kin.spouse[row]


@njit
def link(kin, child, parent):  # type: ignore[no-untyped-def]
    """Let a child's nucleus live with that of a parent, who is a head."""
    kin.host[head_of(kin, child)] = parent
    kin.child[child] = True
    if kin.female[parent]:
        kin.mother[child] = parent
        kin.births[parent] += 1
        kin.youngest[parent] = min(kin.youngest[parent], kin.age[child])
    if kin.years[child] >= ADULT:
        kin.grown[parent] = True
        if kin.spouse[parent] != NOBODY:
            kin.grown[kin.spouse[parent]] = True


@njit(cache=True)
def by_age(ages, rows):  # type: ignore[no-untyped-def]
    """Order rows by age in months, youngest first and at equal ages as they stand.

    Returns them, and how many are younger than each age, 0 to 1320 months.
    """
    younger = np.zeros(_AGES, dtype=np.int64)
    for row in rows:
        younger[ages[row] + 1] += 1
    for age in range(1, _AGES):
        younger[age] += younger[age - 1]
    ordered, place = np.empty(len(rows), dtype=np.int32), younger.copy()
    for row in rows:
        ordered[place[ages[row]]] = row
        place[ages[row]] += 1
    return ordered, younger


@njit(cache=True)
def roots(host):  # type: ignore[no-untyped-def]
    """Return the head of each row's household."""
    out = np.empty_like(host)
    for row in range(len(host)):
        root = row
        while host[root] != root:
            root = host[root]
        out[row] = root
    return out
