"""Arrivals: requests as the waiting lists take them, checked and in order of coming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sim.errors import LawBroken
from sim.kinds import Step

Array = npt.NDArray


class RequestTable(Protocol):
    """The columns of ``sim.cascade.Requests`` that service reads, one row per ask that wished."""

    @property
    def key(self) -> Array:
        """Who asks: u8."""

    @property
    def group_id(self) -> Array:
        """Services that replace one another: u1."""

    @property
    def minute(self) -> Array:
        """When: i4, negative for those seated at the census."""

    @property
    def need_end(self) -> Array:
        """End of the need: i4, NEVER beyond the horizon."""

    @property
    def patience_end(self) -> Array:
        """End of patience: i4."""

    @property
    def stay(self) -> Array:
        """Minutes of stay: i4, at least 1, NEVER for as long as the need."""

    @property
    def priority(self) -> Array:
        """Priority class on the lists of public units: u1, 0 first."""

    @property
    def parts(self) -> Array:
        """Parts of a place: i4, at least 1."""

    @property
    def step(self) -> Array:
        """Step of the cascade: only REQUESTED are served."""

    @property
    def candidates(self) -> Array:
        """Unit ids by rank: i4, shape (n, k), -1 for none."""


@dataclass(frozen=True)
class Arrivals:
    """Requests as plain lists: indexing a list is several times faster than indexing an array."""

    key: list[int]
    minute: list[int]
    need_end: list[int]
    patience_end: list[int]
    stay: list[int]
    priority: list[int]
    parts: list[int]
    choices: list[tuple[int, ...]]
    person: list[int]  # number of the pair (key, group)
    persons: int
    order: list[int]  # rows by (minute, key, row)

    @classmethod
    def of(cls, requests: RequestTable, units: int, horizon: int) -> Arrivals:
        """Take the requested rows, and check what the engine relies on."""
        rows = np.flatnonzero(np.asarray(requests.step) == Step.REQUESTED)
        names = ("key", "minute", "need_end", "patience_end", "stay", "priority", "parts", "group_id")
        column = {name: np.asarray(getattr(requests, name))[rows] for name in names}
        choices = np.asarray(requests.candidates)[rows]
        _check(column, choices, units, horizon)
        pairs = np.rec.fromarrays([column["key"], column.pop("group_id")])
        persons, person = np.unique(pairs, return_inverse=True)
        return cls(
            **{name: values.tolist() for name, values in column.items()},
            choices=[tuple(unit for unit in row if unit >= 0) for row in choices.tolist()],
            person=person.tolist(),
            persons=len(persons),
            order=np.lexsort((column["key"], column["minute"])).tolist(),
        )


def _check(column: dict[str, Array], choices: Array, units: int, horizon: int) -> None:
    """Refuse requests that choice should not have made."""
    wrong = {
        "stay is under a minute": column["stay"] < 1,
        "a request takes no part of a place": column["parts"] < 1,
        "a request has no candidate": (choices < 0).all(axis=1),
        "a candidate is no unit": (choices >= units).any(axis=1),
        "it comes after the horizon": column["minute"] >= horizon,
    }
    for what, rows in wrong.items():
        if rows.any():
            raise LawBroken(f"request {int(np.flatnonzero(rows)[0])}: {what}")
