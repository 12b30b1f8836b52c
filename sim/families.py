"""The residents of one county × area while they are put into households: who belongs to whom.

Everyone belongs to a *nucleus*, a couple or a single adult, named by its head's row, the woman of a couple;
``host`` leads from each row to the head it belongs to or has joined, at the end to the head of the household.
A host is always older than its guests, so that the way ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.compiled import inner, njit
from sim.kinds import Sex
from sim.residents import NOBODY, Residents
from sim.streams import Decision, Keys, Stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint32]
Kinsfolk = npt.NDArray[np.void]  # records of KIN

YEARS_OF_AGE = 110
ADULT, ELDER = 18, 60  # years: grown, old
CHILDLESS = np.iinfo(np.int16).max

_FATHER_OLDER_MONTHS = 24
_COUPLE_APART_MONTHS = 12 * 12  # couples further apart in age do not join parents (hosts stay older)
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


KIN = np.dtype(
    [
        ("age", "i2"),  # completed months at the census
        ("parent_age", "i2"),  # by which children match a head, months
        ("youngest", "i2"),  # age of the youngest child, months, or CHILDLESS
        ("years", "u1"),  # of age
        ("births", "u1"),
        ("host", "i4"),  # row
        ("spouse", "i4"),  # row or NOBODY
        ("mother", "i4"),  # row or NOBODY
        ("female", "?"),
        ("collective", "?"),  # lives in a collective household
        ("head", "?"),  # heads a nucleus
        ("elders", "u1"),  # of a head's nucleus
        ("close", "?"),  # heads a couple near enough in age to join parents
        ("grown", "?"),  # lives with a grown child
        ("child", "?"),  # lives with a parent
    ],
    align=True,
)  # one row per resident of a block: what a race reads of a candidate stands together


class Block:
    """The rows of one county × area: what is known and found, and the draws; rows count from its first."""

    def __init__(self, people: Residents, rows: slice, stream: Stream) -> None:
        self.keys: Keys = people.key[rows]
        self.stream = stream
        self.words: Words = np.empty((8, len(self.keys)), dtype=np.uint32)
        for time in (0, 1):
            self.words[4 * time : 4 * time + 4] = stream.words(self.keys, Decision.FOUND_HOUSEHOLD, time)
        self.age: npt.NDArray[np.int16] = -1 - people.birth_month[rows]  # completed months
        self.years: npt.NDArray[np.uint8] = (self.age // 12).astype(np.uint8)
        self.female: Bools = people.sex[rows] == Sex.FEMALE
        self.collective: Bools = np.zeros(len(self.keys), dtype=np.bool_)
        self.spouse: npt.NDArray[np.int32] = np.full(len(self.keys), NOBODY, dtype=np.int32)
        self.kin: Kinsfolk = np.empty(0, dtype=KIN)

    def found_nuclei(self) -> None:
        """Write down whom each belongs to, once couples have formed."""
        self.kin = np.empty(len(self.keys), dtype=KIN)
        _know(self.kin, self.age, self.female, self.collective, self.spouse)


@njit(cache=True)
def _know(kin, age, female, collective, spouse):  # type: ignore[no-untyped-def]
    """Write down what is known of everyone: nobody has a parent or a child, and wives head couples."""
    for row in range(len(kin)):
        one, other = kin[row], spouse[row]
        one.age = one.parent_age = age[row]
        one.years = age[row] // 12
        one.female, one.collective = female[row], collective[row]
        one.host, one.spouse, one.mother, one.youngest = row, other, NOBODY, CHILDLESS
        one.births, one.elders = 0, age[row] >= 12 * ELDER
        one.close = one.grown = one.child = False
        if not female[row]:
            one.parent_age -= _FATHER_OLDER_MONTHS
        if other == NOBODY:
            one.head = age[row] >= 12 * ADULT and not collective[row]
        elif female[row]:
            one.head = True
            one.elders += age[other] >= 12 * ELDER
            one.close = abs(age[row] - age[other]) <= _COUPLE_APART_MONTHS
        else:
            one.head, one.host = False, other


@inner
def head_of(kin, row):  # type: ignore[no-untyped-def]
    """Return the head of an adult's nucleus: the wife for a husband."""
    return row if kin[row].female or kin[row].spouse == NOBODY else kin[row].spouse


@inner
def link(kin, child, parent):  # type: ignore[no-untyped-def]
    """Let a child's nucleus live with that of a parent, who is a head."""
    kin[head_of(kin, child)].host = parent
    kin[child].child = True
    if kin[parent].female:
        kin[child].mother = parent
        kin[parent].births += 1
        kin[parent].youngest = min(kin[parent].youngest, kin[child].age)
    if kin[child].years >= ADULT:
        kin[parent].grown = True
        if kin[parent].spouse != NOBODY:
            kin[kin[parent].spouse].grown = True


@njit(cache=True)
def by_age(rows, ages):  # type: ignore[no-untyped-def]
    """Order rows by their ages in months, youngest first and at equal ages as they stand.

    Returns them, and how many are younger than each age, 0 to 1320 months.
    """
    younger, place = np.zeros(_AGES, dtype=np.int64), np.zeros(_AGES, dtype=np.int64)
    for age in ages:
        younger[age + 1] += 1
    for age in range(1, _AGES):
        younger[age] += younger[age - 1]
        place[age] = younger[age]
    ordered = np.empty_like(rows)
    for n in range(len(rows)):
        ordered[place[ages[n]]] = rows[n]
        place[ages[n]] += 1
    return ordered, younger


@njit(cache=True)
def find_roots(kin):  # type: ignore[no-untyped-def]
    """Return everyone's head of the household, by way of the hosts."""
    roots = np.empty(len(kin), dtype=np.int32)
    for row in range(len(kin)):
        roots[row] = kin[row].host
    for row in range(len(kin)):
        root = roots[row]
        while roots[root] != root:
            root = roots[root]
        roots[row] = root
    return roots
