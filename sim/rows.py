"""Residents as compiled code sees them: the columns that life reads and writes, by name."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.residents import Residents


class Rows(NamedTuple):
    """Hold views of columns: ``rows.sex[i]`` is the sex of row ``i`` (dtypes, units: ``sim.residents``)."""

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
    exit_month: Any
    exit: Any


def rows_of(residents: Residents) -> Rows:
    """Return the columns in use; they stay valid until rows are appended.

    >>> rows_of(Residents.empty(2)).sex.tolist()
    [0, 0]
    """
    return Rows(*(getattr(residents, name) for name in Rows._fields))
