"""The residents of a market as columns: one row per person who ever lives in it.

Rows are never removed or reordered: a row number is a person for the length of a run. Whoever has not left
has ``exit_month == STAYS``. Life appends newborns and newcomers at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.kinds import (
    Area,
    DisabilityGrade,
    DisabilityKind,
    Employment,
    Exit,
    Function,
    Living,
    Payer,
    Pension,
    Sex,
)

STAYS = np.int16(32767)
NOBODY = np.int32(-1)
LONG_AGO = np.int16(-1200)
_MONTHS = "months since 2020-11"


@dataclass(frozen=True)
class Column:
    """Describe a column: dtype, unit or enum, meaning and the room that writes it."""

    name: str
    dtype: str
    unit: str
    meaning: str
    owner: str
    default: int = 0


COLUMNS: tuple[Column, ...] = (
    Column("key", "u8", "", "who the resident is, in every run", "founding, demography"),
    Column("sex", "u1", Sex.__name__, "sex", "founding, demography"),
    Column("birth_month", "i2", _MONTHS, "month of birth, negative before the census", "founding"),
    Column("county", "u1", "index in the atlas", "county of residence", "founding, demography"),
    Column("community", "i2", "index in the atlas", "community (synthetic below county)", "founding"),
    Column("area", "u1", Area.__name__, "urban or rural", "founding"),
    Column("household", "i4", "", "household within the market", "founding"),
    Column("living", "u1", Living.__name__, "with whom the resident lives", "founding, demography"),
    Column("spouse", "i4", "row", "row of the spouse, -1 for none", "founding", -1),
    Column("mother", "i4", "row", "row of the mother in the household, -1 for none", "founding", -1),
    Column("last_birth", "i2", _MONTHS, "month of the last birth given", "demography", -1200),
    Column("births", "u1", "births", "children borne and known, the order of the next birth", "demography"),
    Column("function", "u1", Function.__name__, "loss of function", "disability"),
    Column("function_since", "i2", _MONTHS, "since when function is what it is", "disability", -1200),
    Column("disability_kind", "u1", DisabilityKind.__name__, "surveyed disability, kind", "disability"),
    Column("disability_grade", "u1", DisabilityGrade.__name__, "surveyed disability, grade", "disability"),
    Column("card", "u1", "0 or 1", "holds a disability card", "disability"),
    Column("employment", "u1", Employment.__name__, "what the resident does", "employment"),
    Column("work_rank", "u2", "0 to 65535", "rank in taking part in work: in the labour force where it lies "
           "below the participation rate x 65536", "employment"),
    Column("pension", "u1", Pension.__name__, "class of pension", "employment"),
    Column("payer", "u1", Payer.__name__, "who pays for care", "founding"),
    Column("income", "i4", "yuan a year", "disposable income per head of the household, 2020", "founding"),
    Column("migrant", "u1", "0 or 1", "registered elsewhere (流动人口)", "founding"),
    Column("exit_month", "i2", _MONTHS, "month of leaving, 32767 for none", "demography", 32767),
    Column("exit", "u1", Exit.__name__, "why the resident left", "demography"),
)  # fmt: skip

_BY_NAME = {column.name: column for column in COLUMNS}


def _blank(column: Column, count: int) -> npt.NDArray:
    """Make a column of default values; pages of zeros are the system's until someone writes to them."""
    if column.default == 0:
        return np.zeros(count, dtype=column.dtype)
    return np.full(count, column.default, dtype=column.dtype)


class Residents:
    """The columns, with room to grow; each column is an attribute, an array of the ``size`` rows in use.

    >>> people = Residents.empty(2)
    >>> people.age_months(0).tolist(), people.size
    ([0, 0], 2)
    """

    def __init__(self, columns: dict[str, npt.NDArray], size: int) -> None:
        self._columns = columns
        self.size = size

    @classmethod
    def empty(cls, size: int, room: int = 0) -> Residents:
        """Make ``size`` rows of default values, with room for ``room`` more."""
        return cls({column.name: _blank(column, size + room) for column in COLUMNS}, size)

    def __getattr__(self, name: str) -> npt.NDArray:
        columns = self.__dict__.get("_columns")
        if columns is None or name not in columns:
            raise AttributeError(f"residents have no column {name!r}")
        return columns[name][: self.size]

    def __len__(self) -> int:
        return self.size

    def whole(self, name: str) -> npt.NDArray:
        """Return a column with its spare room, for kernels that append."""
        return self._columns[name]

    def append(self, count: int) -> slice:
        """Add rows of default values and return where they stand."""
        needed = self.size + count
        if needed > len(self._columns["key"]):
            self._grow(max(needed, int(1.1 * needed)))
        rows = slice(self.size, needed)
        self.size = needed
        return rows

    def _grow(self, room: int) -> None:
        for name, column in self._columns.items():
            larger = _blank(_BY_NAME[name], room)
            larger[: len(column)] = column
            self._columns[name] = larger

    def age_months(self, month: int) -> npt.NDArray[np.int16]:
        """Return everyone's age in completed months in a month (>= 0)."""
        return (month - self.birth_month).astype(np.int16)

    def present(self, month: int) -> npt.NDArray[np.bool_]:
        """Tell who lives here in a month: born or come, and not yet gone at its end."""
        return self.exit_month > month

    def records(self) -> Iterator[dict[str, int]]:
        """Yield each row as a dict, for examples and tests."""
        for row in range(self.size):
            yield {c.name: int(self._columns[c.name][row]) for c in COLUMNS}
