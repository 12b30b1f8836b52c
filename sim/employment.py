"""Work and pension: who is in the labour force, who has work, and the pension that follows.

A resident is in the labour force where ``work_rank``, fixed for life, lies below the participation rate of
sex and age, and function allows it: the published profile by age is kept as people age. Unemployment turns
over monthly around its stationary share. Of those outside, pupils are 6 to 15, students hold the highest
ranks from 16 to 24, and whoever has reached pension age is retired.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import inner, njit
from sim.kinds import Employment, Function, Payer, Pension
from sim.rates import OLDEST, LifeTables
from sim.residents import Residents
from sim.rows import AT_ONCE, draw_rows, one_resident, rows_of
from sim.streams import Decision, Stream, drawn

_WORK, _PENSION = np.int64(Decision.FOUND_WORK), np.int64(Decision.FOUND_PENSION)
_OUT = np.uint8(Employment.OUT)
_FOR_LIFE = np.int64(0)  # the time of draws that are made once
_BORN_EARLY = -60 * 12  # before 1960-11: 60 or older at the census
_16 = np.uint32(16)
_LOWEST, _LARGEST = np.int64(0), np.int64(2**32 - 1)

RowNumbers = npt.NDArray[np.int64]


def start(residents: Residents, tables: LifeTables, stream: Stream) -> None:
    """Draw rank, work and pension of everyone at the census; function must be drawn, payer best before.

    Where the payer is set later, call `pension` again.
    """
    begin(residents, np.arange(residents.size), -1, tables, stream)


def begin(
    residents: Residents, rows: RowNumbers, months: npt.ArrayLike, tables: LifeTables, stream: Stream
) -> None:
    """Draw rank, work and pension of those who are new in some months: founders (-1), newborns, newcomers."""
    _draw(residents, rows, months, True, tables, stream)


def pension(
    residents: Residents, rows: RowNumbers, months: npt.ArrayLike, tables: LifeTables, stream: Stream
) -> None:
    """Set the class of pension by a rank fixed for life, area and career; the state's own by payer."""
    _draw(residents, rows, months, False, tables, stream)


def _draw(
    residents: Residents,
    rows: RowNumbers,
    months: npt.ArrayLike,
    with_work: bool,
    tables: LifeTables,
    stream: Stream,
) -> None:
    each = np.array(months, dtype=np.int16, ndmin=1)
    _begin(
        rows_of(residents), rows, each, with_work, one_resident(), tables.month.packed, stream.k0, stream.k1
    )


@njit(cache=True)
def _begin(people, rows, months, with_work, room, rules, k0, k1):  # type: ignore[no-untyped-def]
    """Set pension, and with it work and rank, of some rows; ``months`` are one for each, or one for all."""
    one, t, each, at = room[0], rules[0], np.int64(months.size > 1), np.zeros(1, dtype=np.int64)
    sex, area, birth_month = people.sex, people.area, people.birth_month
    for first in range(0, rows.size, AT_ONCE):
        some = rows[first : first + AT_ONCE]
        word = draw_rows(people.key, some, at, _WORK, k0, k1)
        scheme = draw_rows(people.key, some, at, _PENSION, k0, k1)
        for n in range(some.size):
            row = some[n]
            age_months = max(np.int64(months[each * (first + n)]) - birth_month[row], 0)
            age = min(age_months // 12, OLDEST)
            one.sex, one.area, one.birth_month = sex[row], area[row], birth_month[row]
            one.function, one.pension = people.function[row], people.pension[row]
            one.payer, one.work_rank = people.payer[row], people.work_rank[row]
            if with_work:
                one.work_rank = word[0, n] >> _16
                one.employment = activity(one, age, age_months, np.int64(word[1, n]), _OUT, t)
                people.work_rank[row], people.employment[row] = one.work_rank, one.employment
            people.pension[row] = _pension(one, age, scheme[0, n], t)


@inner
def _pension(one, age, word, t):  # type: ignore[no-untyped-def]
    """Return a resident's class of pension."""
    if one.payer == Payer.STATE:
        return Pension.STATE
    if one.work_rank < t.career[one.sex, age] and _is_employee(one, word, t):
        return Pension.EMPLOYEE
    return Pension.NONE if word >= t.no_pension else Pension.RESIDENT


@inner
def _is_employee(one, word, t):  # type: ignore[no-untyped-def]
    """Tell whether whoever has worked is in the employees' scheme."""
    return word < t.employee[one.area, np.int64(one.birth_month < _BORN_EARLY)]


@inner
def work(one, age, age_months, word, t, k0, k1):  # type: ignore[no-untyped-def]
    """Let a month of work pass; whoever begins to work enters the employees' scheme, if the rank says so."""
    before = one.employment
    one.employment = activity(one, age, age_months, np.int64(word), before, t)
    begins = one.employment == Employment.EMPLOYED and before <= Employment.STUDENT
    if not begins or one.pension > Pension.RESIDENT:
        return
    if _is_employee(one, drawn(one.key, _FOR_LIFE, _PENSION, k0, k1)[0], t):
        one.pension = Pension.EMPLOYEE


@inner
def is_settled(one, age_months, t):  # type: ignore[no-untyped-def]
    """Tell whether a resident does what a month makes of whoever neither loses nor finds work in it."""
    unmoved = _LOWEST if one.employment == Employment.UNEMPLOYED else _LARGEST
    age = min(age_months // 12, OLDEST)
    return one.employment == activity(one, age, age_months, unmoved, one.employment, t)


@inner
def activity(one, age, age_months, word, before, t):  # type: ignore[no-untyped-def]
    """Return what a resident does this month; pupils study whatever their rank (``Thresholds.student``)."""
    if one.work_rank < t.participation[one.sex, age] and one.function < Function.MODERATE:
        return Employment.UNEMPLOYED if word < t.unemployment[one.area, before] else Employment.EMPLOYED
    if age_months >= t.retirement[one.sex, one.pension]:
        return Employment.RETIRED
    return Employment.STUDENT if one.work_rank >= t.student[one.sex, age] else Employment.OUT
