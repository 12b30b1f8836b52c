"""Residents as compiled code sees them: columns by name, and one resident at a time as a record."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.compiled import njit
from sim.residents import COLUMNS, Residents
from sim.streams import word_columns

AT_ONCE = 512  # rows whose words are drawn in one loop; all that belongs to them stays in the fastest cache
_DTYPES = {column.name: column.dtype for column in COLUMNS}


class Rows(NamedTuple):
    """Hold the columns that life reads: ``rows.sex[i]`` is the sex of row ``i`` (see ``sim.residents``)."""

    key: Any
    sex: Any
    birth_month: Any
    county: Any
    area: Any
    last_birth: Any
    function: Any
    function_since: Any
    disability_kind: Any
    disability_grade: Any
    card: Any
    employment: Any
    work_rank: Any
    pension: Any
    payer: Any


RESIDENT = np.dtype([(name, _DTYPES[name]) for name in Rows._fields], align=True)


def rows_of(residents: Residents) -> Rows:
    """Return the columns in use; they stay valid until rows are appended.

    >>> rows_of(Residents.empty(2)).sex.tolist()
    [0, 0]
    """
    return Rows(*(getattr(residents, name) for name in Rows._fields))


def one_resident() -> Any:
    """Make room for one resident: the rules of life read and write it as a record, ``one.sex``."""
    return np.zeros(1, dtype=RESIDENT)


@njit(inline="always")
def take(rows, i, one):  # type: ignore[no-untyped-def]
    """Copy row ``i`` into a record."""
    one.key, one.sex, one.birth_month = rows.key[i], rows.sex[i], rows.birth_month[i]
    one.county, one.area, one.last_birth, one.payer = (
        rows.county[i],
        rows.area[i],
        rows.last_birth[i],
        rows.payer[i],
    )
    one.function, one.function_since = rows.function[i], rows.function_since[i]
    one.disability_kind, one.disability_grade = rows.disability_kind[i], rows.disability_grade[i]
    one.card, one.employment, one.work_rank = rows.card[i], rows.employment[i], rows.work_rank[i]
    one.pension = rows.pension[i]


@njit(inline="always")
def put(rows, i, one):  # type: ignore[no-untyped-def]
    """Copy what the rules have written of function, disability and work back into row ``i``."""
    rows.function[i], rows.function_since[i] = one.function, one.function_since
    rows.disability_kind[i], rows.disability_grade[i] = one.disability_kind, one.disability_grade
    rows.card[i], rows.employment[i], rows.work_rank[i] = one.card, one.employment, one.work_rank
    rows.pension[i] = one.pension


@njit
def draw_rows(keys, rows, times, decision, k0, k1):  # type: ignore[no-untyped-def]
    """Return the words of some rows, (4, rows), each at its time or all at one."""
    mine, out = np.empty(rows.size, dtype=np.uint64), np.empty((4, rows.size), dtype=np.uint32)
    for n in range(rows.size):
        mine[n] = keys[rows[n]]
    word_columns(mine, times, decision, k0, k1, out)
    return out
