"""Work and pension: who is in the labour force, who has work, and the pension that follows.

A resident is in the labour force where ``work_rank``, fixed for life, lies below the participation rate of
sex and age, and function allows it: the published profile by age is kept as people age. Unemployment turns
over monthly around its stationary share. Of those outside, pupils are 6 to 15, students hold the highest
ranks from 16 to 24, and whoever has reached pension age is retired.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import njit
from sim.kinds import Employment, Function, Payer, Pension
from sim.rates import OLDEST, LifeTables
from sim.residents import Residents
from sim.rows import rows_of
from sim.streams import Decision, Stream, words

_WORK, _PENSION = int(Decision.FOUND_WORK), int(Decision.FOUND_PENSION)
_BORN_EARLY = -60 * 12  # before 1960-11: 60 or older at the census
_16 = np.uint32(16)

RowNumbers = npt.NDArray[np.int64]


def start(residents: Residents, tables: LifeTables, stream: Stream) -> None:
    """Draw rank, work and pension of everyone at the census; function must be drawn, payer best before.

    Where the payer is set later, call `pension` again.
    """
    everyone = np.arange(residents.size)
    begin(residents, everyone, -1, tables, stream)


def begin(residents: Residents, rows: RowNumbers, month: int, tables: LifeTables, stream: Stream) -> None:
    """Draw rank, work and pension of those who are new in a month: founders (-1), newborns, newcomers."""
    _begin(rows_of(residents), rows, month, tables.month, stream.k0, stream.k1)
    pension(residents, rows, month, tables, stream)


def pension(residents: Residents, rows: RowNumbers, month: int, tables: LifeTables, stream: Stream) -> None:
    """Set the class of pension by a rank fixed for life, area and career; the state's own by payer."""
    _pension(rows_of(residents), rows, month, tables.month, stream.k0, stream.k1)


@njit(cache=True)
def _begin(people, rows, month, t, k0, k1):  # type: ignore[no-untyped-def]
    for i in rows:
        word = words(people.key[i], 0, _WORK, k0, k1)
        rank, sex, area = word[0] >> _16, people.sex[i], people.area[i]
        age_months = max(month - people.birth_month[i], 0)
        age = min(age_months // 12, OLDEST)
        people.work_rank[i] = rank
        people.employment[i] = activity(
            word[1], t.unemployment[area, Employment.OUT],
            rank < t.participation[sex, age] and people.function[i] < Function.MODERATE,
            age_months >= t.retirement[sex, people.pension[i]], rank >= t.student[sex, age],
        )  # fmt: skip


@njit(cache=True)
def _pension(people, rows, month, t, k0, k1):  # type: ignore[no-untyped-def]
    for i in rows:
        age = min(max(month - people.birth_month[i], 0) // 12, OLDEST)
        word = words(people.key[i], 0, _PENSION, k0, k1)[0]
        if people.payer[i] == Payer.STATE:
            people.pension[i] = Pension.STATE
        elif people.work_rank[i] < t.career[people.sex[i], age] and _is_employee(people, i, word, t):
            people.pension[i] = Pension.EMPLOYEE
        else:
            people.pension[i] = Pension.NONE if word >= t.no_pension else Pension.RESIDENT


@njit
def _is_employee(people, i, word, t):  # type: ignore[no-untyped-def]
    """Tell whether whoever has worked is in the employees' scheme."""
    return word < t.employee[people.area[i], np.int64(people.birth_month[i] < _BORN_EARLY)]


@njit
def enrol(people, i, t, k0, k1):  # type: ignore[no-untyped-def]
    """Enter the employees' scheme on beginning to work, if the rank fixed for life says so."""
    if people.pension[i] <= Pension.RESIDENT:
        word = words(people.key[i], 0, _PENSION, k0, k1)[0]
        if _is_employee(people, i, word, t):
            people.pension[i] = Pension.EMPLOYEE


@njit(inline="always")
def activity(word, unemployed_below, takes_part, pensionable, studies):  # type: ignore[no-untyped-def]
    """Return what a resident does this month; pupils study whatever their rank (``Thresholds.student``)."""
    inside = Employment.UNEMPLOYED if word < unemployed_below else Employment.EMPLOYED
    outside = Employment.STUDENT if studies else Employment.OUT
    return inside if takes_part else Employment.RETIRED if pensionable else outside
