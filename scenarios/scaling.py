"""Supply scaled to a whole number of places: of one pool, in some counties, as the scenario spreads it.

A *place* here is usable: built, with its staff. At capacity C each unit has its share of C, by its usable
places in the last month of the year that is judged, and has it from its opening on: a scenario that rises
builds the same facilities at the same time, at another size. Shares are rounded by Sainte-Laguë, under which
no unit loses a place when C grows. Who turns to which unit stays as it is in the scenario: residents weigh a
unit by the logarithm of its size, which moves alike for all when all grow by one factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.measures import unit_months
from sim.openings import county_targets, minute_in_place
from sim.supply import PARTS, Supply, Units

Ints = npt.NDArray[np.int64]
MOST_IN_A_UNIT = 1_000_000  # places; parts are counted in 32 bits
UNLIMITED = -1  # a capacity at which nobody waits


@dataclass(frozen=True)
class Scalable:
    """The usable places of one pool in some counties, over several markets: what is scaled.

    ``rows`` are, by market, the units of the pool in the counties; ``usable`` their places by month, one
    below the other, shape (units, months); ``month`` is the one that a capacity is counted in.
    """

    supplies: tuple[Supply, ...]
    rows: tuple[Ints, ...]
    usable: Ints
    built: Ints
    month: int

    @classmethod
    def of(cls, supplies: Sequence[Supply], pool: str, counties: Sequence[int], month: int) -> Scalable:
        """Find what is to be scaled; a pool that no market has gives no units."""
        rows = tuple(_rows(supply, pool, counties) for supply in supplies)
        months = [unit_months(supply.units, supply.months) for supply in supplies]
        built, usable = (
            np.concatenate([found[side][mine] for found, mine in zip(months, rows, strict=True)]) // PARTS
            for side in (0, 1)
        )
        return cls(tuple(supplies), rows, usable, built, month)

    @property
    def capacity(self) -> int:
        """Return the usable places of the scenario itself."""
        return int(self.usable[:, self.month].sum())

    @property
    def built_places(self) -> int:
        """Return the places that are built, staffed or not."""
        return int(self.built[:, self.month].sum())

    @cached_property
    def county(self) -> Ints:
        """Return the county of each unit."""
        units = [supply.units.county[rows] for supply, rows in zip(self.supplies, self.rows, strict=True)]
        return np.concatenate(units).astype(np.int64)

    def at(self, capacity: int) -> tuple[Supply, ...]:
        """Scale the markets' supplies to a capacity (>= 0, or UNLIMITED)."""
        places = np.minimum(self.places(capacity), MOST_IN_A_UNIT)
        ends = np.cumsum([len(rows) for rows in self.rows])[:-1]
        parts = zip(self.supplies, self.rows, np.split(places, ends), strict=True)
        return tuple(
            replace(supply, units=_with_places(supply.units, rows, mine)) for supply, rows, mine in parts
        )

    def places(self, capacity: int) -> Ints:
        """Spread a capacity over units and months: shape (units, months); none before a unit's first."""
        if capacity == UNLIMITED:
            return np.where(self._open, MOST_IN_A_UNIT, 0)
        shares = county_targets(np.array([capacity]), self.usable[:, self.month])
        return np.where(self._open, shares, 0)

    @cached_property
    def _open(self) -> npt.NDArray[np.bool_]:
        """Tell in which months a unit has opened."""
        return np.asarray(np.maximum.accumulate(self.usable > 0, axis=1))

    def by_county(self, capacity: int) -> dict[int, int]:
        """Spread a capacity over the counties, as it is in the month that counts."""
        places = self.places(capacity)[:, self.month]
        return {int(county): int(places[self.county == county].sum()) for county in np.unique(self.county)}


def _rows(supply: Supply, pool: str, counties: Sequence[int]) -> Ints:
    if pool not in supply.pools:
        return np.zeros(0, dtype=np.int64)
    mine = (supply.units.pool == supply.pools.index(pool)) & np.isin(supply.units.county, counties)
    return np.flatnonzero(mine).astype(np.int64)


def _with_places(units: Units, rows: Ints, places: Ints) -> Units:
    """Give some units other places, month by month, with their staff."""
    kept = ~np.isin(units.step_unit, rows)
    at, month = np.nonzero(np.diff(places, axis=1, prepend=0))
    minutes = np.array([minute_in_place(each) for each in range(places.shape[1])], dtype=np.int64)
    parts = places[at, month] * PARTS
    columns = {
        "step_unit": (units.step_unit[kept], rows[at]),
        "step_minute": (units.step_minute[kept], minutes[month]),
        "step_built": (units.step_built[kept], parts),
        "step_staffed": (units.step_staffed[kept], parts),
    }
    joined = {name: np.concatenate(two).astype(np.int32) for name, two in columns.items()}
    order = np.lexsort((joined["step_unit"], joined["step_minute"]))
    return replace(units, **{name: column[order] for name, column in joined.items()})
