"""Work and pension: who is in the labour force, who has work, and the pension that follows.

A resident is in the labour force where ``work_rank``, fixed for life, lies below the participation rate of
sex and age, and function allows it: the published profile by age is kept as people age. Unemployment turns
over monthly around its stationary share. Of those outside, pupils are 6 to 15, students hold the highest
ranks from 16 to 24, and whoever has reached pension age is retired.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sim.compiled import inner, njit
from sim.kinds import Employment, Function, Payer, Pension
from sim.rates import OLDEST, LifeTables
from sim.residents import Residents
from sim.rows import one_resident, put, rows_of, take
from sim.streams import Decision, Stream, drawn

_WORK, _PENSION = np.int64(Decision.FOUND_WORK), np.int64(Decision.FOUND_PENSION)
_OUT = np.uint8(Employment.OUT)
_FOR_LIFE = np.int64(0)  # the time of draws that are made once
_BORN_EARLY = -60 * 12  # before 1960-11: 60 or older at the census
_16 = np.uint32(16)

RowNumbers = npt.NDArray[np.int64]


def start(residents: Residents, tables: LifeTables, stream: Stream) -> None:
    """Draw rank, work and pension of everyone at the census; function must be drawn, payer best before.

    Where the payer is set later, call `pension` again.
    """
    everyone = np.arange(residents.size)
    begin(residents, everyone, -1, tables, stream)


def begin(
    residents: Residents, rows: RowNumbers, months: npt.ArrayLike, tables: LifeTables, stream: Stream
) -> None:
    """Draw rank, work and pension of those who are new in some months: founders (-1), newborns, newcomers."""
    _draw(_begin, residents, rows, months, tables, stream)
    pension(residents, rows, months, tables, stream)


def pension(
    residents: Residents, rows: RowNumbers, months: npt.ArrayLike, tables: LifeTables, stream: Stream
) -> None:
    """Set the class of pension by a rank fixed for life, area and career; the state's own by payer."""
    _draw(_pension, residents, rows, months, tables, stream)


def _draw(
    kernel: Callable[..., None],
    residents: Residents,
    rows: RowNumbers,
    months: npt.ArrayLike,
    tables: LifeTables,
    stream: Stream,
) -> None:
    each = np.broadcast_to(np.asarray(months, dtype=np.int16), rows.shape).copy()
    kernel(rows_of(residents), rows, each, one_resident(), tables.month.packed, stream.k0, stream.k1)


@njit(cache=True)
def _begin(people, rows, months, room, rules, k0, k1):  # type: ignore[no-untyped-def]
    one, t = room[0], rules[0]
    for n in range(rows.size):
        take(people, rows[n], one)
        word = drawn(one.key, _FOR_LIFE, _WORK, k0, k1)
        age_months = max(np.int64(months[n]) - one.birth_month, 0)
        one.work_rank = word[0] >> _16
        one.employment = activity(one, min(age_months // 12, OLDEST), age_months, word[1], _OUT, t)
        put(people, rows[n], one)


@njit(cache=True)
def _pension(people, rows, months, room, rules, k0, k1):  # type: ignore[no-untyped-def]
    one, t = room[0], rules[0]
    for n in range(rows.size):
        take(people, rows[n], one)
        age = min(max(np.int64(months[n]) - one.birth_month, 0) // 12, OLDEST)
        word = drawn(one.key, _FOR_LIFE, _PENSION, k0, k1)[0]
        if one.payer == Payer.STATE:
            one.pension = Pension.STATE
        elif one.work_rank < t.career[one.sex, age] and _is_employee(one, word, t):
            one.pension = Pension.EMPLOYEE
        else:
            one.pension = Pension.NONE if word >= t.no_pension else Pension.RESIDENT
        put(people, rows[n], one)


@inner
def _is_employee(one, word, t):  # type: ignore[no-untyped-def]
    """Tell whether whoever has worked is in the employees' scheme."""
    return word < t.employee[one.area, np.int64(one.birth_month < _BORN_EARLY)]


@inner
def work(one, age, age_months, word, t, k0, k1):  # type: ignore[no-untyped-def]
    """Let a month of work pass; whoever begins to work enters the employees' scheme, if the rank says so."""
    before = one.employment
    one.employment = activity(one, age, age_months, word, before, t)
    begins = one.employment == Employment.EMPLOYED and before <= Employment.STUDENT
    if not begins or one.pension > Pension.RESIDENT:
        return
    if _is_employee(one, drawn(one.key, _FOR_LIFE, _PENSION, k0, k1)[0], t):
        one.pension = Pension.EMPLOYEE


@inner
def activity(one, age, age_months, word, before, t):  # type: ignore[no-untyped-def]
    """Return what a resident does this month; pupils study whatever their rank (``Thresholds.student``)."""
    if one.work_rank < t.participation[one.sex, age] and one.function < Function.MODERATE:
        return Employment.UNEMPLOYED if word < t.unemployment[one.area, before] else Employment.EMPLOYED
    if age_months >= t.retirement[one.sex, one.pension]:
        return Employment.RETIRED
    return Employment.STUDENT if one.work_rank >= t.student[one.sex, age] else Employment.OUT
