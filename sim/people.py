"""Residents in the words of Mesa's AgentSet, on columns instead of objects.

``select``, ``agg``, ``get``, ``groupby``, ``len`` and iteration read like Mesa's, but work on whole columns:
a set of three million residents is one array of row numbers. Sets are read-only; life alone writes columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.kinds import Area, DisabilityGrade, DisabilityKind, Employment, Function, Living, Payer, Pension, Sex
from sim.residents import COLUMNS, Residents

_ENUMS: dict[str, type] = {
    kind.__name__: kind
    for kind in (Sex, Area, Living, Function, DisabilityKind, DisabilityGrade, Employment, Pension, Payer)
}
_KIND_OF = {column.name: _ENUMS[column.unit] for column in COLUMNS if column.unit in _ENUMS}


@dataclass(frozen=True)
class Resident:
    """One resident, read-only: each column is an attribute, kinds as their enums."""

    row: int
    month: int
    columns: Residents

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = int(getattr(self.columns, name)[self.row])
        return _KIND_OF[name](value) if name in _KIND_OF else value

    @property
    def age(self) -> int:
        """Return the age in completed years."""
        return (self.month - self.birth_month) // 12


class ResidentSet:
    """A set of residents at a month; ``ResidentSet.present(residents, month)`` is everyone living there.

    >>> people = Residents.empty(3)
    >>> people.sex[:] = [0, 1, 1]
    >>> everyone = ResidentSet.present(people, 0)
    >>> len(everyone.select(sex=Sex.FEMALE)), int(everyone.agg("sex", np.sum))
    (2, 2)
    """

    def __init__(self, residents: Residents, month: int, rows: npt.NDArray[np.integer]) -> None:
        self._residents, self._month, self._rows = residents, month, rows

    @classmethod
    def present(cls, residents: Residents, month: int) -> ResidentSet:
        """Collect everyone who lives here at the end of a month."""
        return cls(residents, month, np.flatnonzero(residents.present(month)))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Resident]:
        return (Resident(int(row), self._month, self._residents) for row in self._rows)

    def __getitem__(self, index: int) -> Resident:
        return Resident(int(self._rows[index]), self._month, self._residents)

    def get(self, names: str | Sequence[str]) -> Any:
        """Return a column, or a list of columns; ``age`` is the age in completed years."""
        if isinstance(names, str):
            return self._column(names)
        return [self._column(name) for name in names]

    def select(
        self,
        where: Callable[[ResidentSet], npt.NDArray[np.bool_]] | None = None,
        **equal: int | Sequence[int],
    ) -> ResidentSet:
        """Return those for whom ``where`` (a function of the set giving a mask) and all equalities hold."""
        mask = np.ones(len(self), dtype=bool) if where is None else np.asarray(where(self), dtype=bool)
        for name, value in equal.items():
            mask &= np.isin(self._column(name), np.atleast_1d(np.asarray(value)))
        return ResidentSet(self._residents, self._month, self._rows[mask])

    def agg(self, name: str, function: Callable[..., Any] | Sequence[Callable[..., Any]]) -> Any:
        """Apply one function, or several, to a column."""
        column = self._column(name)
        return function(column) if callable(function) else [each(column) for each in function]

    def groupby(self, name: str) -> dict[int, ResidentSet]:
        """Split by the values of a column."""
        column = self._column(name)
        order = np.argsort(column, kind="stable")
        values, starts = np.unique(column[order], return_index=True)
        rows, ends = self._rows[order], [*starts[1:], len(order)]
        return {
            int(value): ResidentSet(self._residents, self._month, rows[start:end])
            for value, start, end in zip(values, starts, ends[: len(values)], strict=True)
        }

    def _column(self, name: str) -> npt.NDArray[Any]:
        if name == "age":
            return (self._month - self._residents.birth_month[self._rows].astype(np.int32)) // 12
        return getattr(self._residents, name)[self._rows]
