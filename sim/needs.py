"""The need ledger: what no supply touches.

A *spell* is a need of one resident for one service, from its start to its end (half-open, minutes since the
founding; a spell that began before the census starts at a negative minute). An *ask* is a moment at which a
resident in need would turn to the service, with the word of the draw that decides the wish and what choice
needs to know of the resident then. Neither depends on facilities, prices or staff, so one ledger serves every
scenario. Asks whose wish no setting can grant (``Service.wish_ceiling``) are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray
Table = TypeVar("Table", "Spells", "Asks")


@dataclass(frozen=True)
class Spells:
    """Needs, one row each: those of the census, then those since, by row of the resident and month.

    ``group``, ``function``, ``payer`` and the like are what they were when recording began (the founding, for
    a need that is older).
    """

    service: Array  # u1, index in the tuple of services
    group: Array  # u1, index in Service.needed
    resident: Array  # i4, row in Residents
    key: Array  # u8
    county: Array  # u1, index in the atlas
    start: Array  # i4, minute
    end: Array  # i4, minute; clock.NEVER where it outlasts the horizon
    age_months: Array  # i2, at the start of recording
    function: Array  # u1
    area: Array  # u1
    payer: Array  # u1
    income: Array  # i4, yuan a year per head


@dataclass(frozen=True)
class Asks:
    """Moments of asking, one row each: those of the past, then those since, by row of the resident.

    Asks before the founding carry what the resident was at the founding, but for age.
    """

    spell: Array  # i4, row in Spells
    minute: Array  # i4
    ordinal: Array  # i2, month of asking since 2020-11 (negative before): the time of its draws
    wish: Array  # u4, word: wishes where below the threshold
    age_months: Array  # i2
    function: Array  # u1
    disability_kind: Array  # u1
    disability_grade: Array  # u1
    card: Array  # u1
    living: Array  # u1
    area: Array  # u1
    employment: Array  # u1
    mother_employment: Array  # u1, 255 where there is no mother
    pension: Array  # u1
    payer: Array  # u1
    migrant: Array  # u1
    county: Array  # u1
    township: Array  # i2, index in the atlas
    income: Array  # i4


SPELL = np.dtype(
    [("service", "u1"), ("group", "u1"), ("resident", "i4"), ("key", "u8"), ("county", "u1"), ("start", "i4"),
     ("end", "i4"), ("age_months", "i2"), ("function", "u1"), ("area", "u1"), ("payer", "u1"),
     ("income", "i4")]
)  # fmt: skip
ASK = np.dtype(
    [("spell", "i4"), ("minute", "i4"), ("ordinal", "i2"), ("wish", "u4"), ("age_months", "i2"),
     ("function", "u1"), ("disability_kind", "u1"), ("disability_grade", "u1"), ("card", "u1"),
     ("living", "u1"), ("area", "u1"), ("employment", "u1"), ("mother_employment", "u1"), ("pension", "u1"),
     ("payer", "u1"), ("migrant", "u1"), ("county", "u1"), ("township", "i2"), ("income", "i4")]
)  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """All needs of one market and replication.

    All counts are of the end of the month. ``people`` counts who is in need of a service that does not queue
    (workload, coverage): shape (services, groups, counties of the atlas, months), rows of queued services
    zero. Its groups overlap: a resident counts in each group that it matches, for each brings tasks of its
    own. ``residents`` counts everyone, shape (counties, 2 areas, months): the base of ratios such as slots
    per 1,000 residents. ``persons`` counts whoever needs a service once, whatever its mechanism: shape
    (services, counties, months).
    """

    spells: Spells
    asks: Asks
    people: npt.NDArray[np.int64]
    residents: npt.NDArray[np.int64]
    persons: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=np.int64))


def columns_of(kind: type[Table], rows: npt.NDArray[np.void], before: Table | None = None) -> Table:
    """Turn records of ``SPELL`` or ``ASK`` into a table of columns, behind those of another table."""
    if before is None:
        return kind(**{f.name: np.ascontiguousarray(rows[f.name]) for f in fields(kind)})
    return kind(**{f.name: np.concatenate((getattr(before, f.name), rows[f.name])) for f in fields(kind)})


def write_rows(table: Table, rows: npt.NDArray[np.void]) -> None:
    """Write a table of columns into as many records."""
    for f in fields(table):
        rows[f.name] = getattr(table, f.name)


def take(table: Table, rows: npt.NDArray[np.integer | np.bool_] | slice) -> Table:
    """Return some rows of a table."""
    return type(table)(**{f.name: getattr(table, f.name)[rows] for f in fields(table)})
