"""Which units a resident reaches, and how far each is: what no price, size or weight changes.

The distance between a resident and a unit is the mean distance of its places (half the side of the township
or county they share, else that between the centroids) times a keyed factor of mean 1, as the distance from
the middle of a disc to its points: nothing finer is known below county. A resident's taste for a facility and
the way to it stay the same in every scenario, whatever else is built. So both are drawn here, once for all
replays that change neither residents nor sites, and kept for the few units that are in reach.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.compiled import inner, njit
from sim.places import Atlas
from sim.streams import Decision, Stream, words

Array = npt.NDArray
Floats = npt.NDArray[np.float64]

PER_WORD = 2.0**-32
_TASTE = int(Decision.TASTE)  # of its words the first is the way to a facility, the second the taste for it
_A_FEW = 4  # units in reach of a resident, for which room is made at first


@dataclass(frozen=True)
class Distances:
    """Mean distances in km: ``near`` within a township of a county, ``within`` a county, ``between`` two."""

    near: Floats
    within: Floats
    between: Floats

    @classmethod
    def of(cls, atlas: Atlas, scale: float) -> Distances:
        """Measure the places of an atlas, times a scale."""
        area = atlas.counties.area_km2
        townships = np.bincount(atlas.townships.county, minlength=len(area))
        within = 0.5 * np.sqrt(area)
        return cls(
            scale * within / np.sqrt(np.maximum(townships, 1)), scale * within, scale * atlas.distances_km
        )


@dataclass(frozen=True)
class Whereabouts:
    """Residents or facilities: the key that draws about them use, county and township of the atlas."""

    key: Array
    county: Array
    township: Array


@dataclass(frozen=True)
class Ways:
    """Units in reach: of resident i those from ``begin[i]`` to ``begin[i + 1]``, in their order.

    ``unit`` is the row of the unit, ``km`` the way to it, ``taste`` the word of the taste for it.
    """

    begin: npt.NDArray[np.int64]
    unit: npt.NDArray[np.int32]
    km: Floats
    taste: npt.NDArray[np.uint32]


def reach(
    residents: Whereabouts, units: Whereabouts, distances: Distances, reach_km: float, stream: Stream
) -> Ways:
    """Find the units that each resident reaches, open or not; draw the way to each and the taste for it."""
    begin = np.zeros(residents.key.size + 1, dtype=np.int64)
    found = _reach(
        (residents.key, residents.county, residents.township), (units.key, units.county, units.township),
        (distances.near, distances.within, distances.between), reach_km, (stream.k0, stream.k1), begin,
    )  # fmt: skip
    return Ways(begin, *found)


@njit(cache=True)
def _reach(residents, units, distances, reach_km, stream, begin):  # type: ignore[no-untyped-def]
    """Go to every unit, resident by resident, and keep those in reach; room is doubled when it is used up."""
    key, count = residents[0], units[0].size
    room = _A_FEW * key.size + count
    unit, length = np.empty(room, dtype=np.int32), np.empty(room)
    taste = np.empty(room, dtype=np.uint32)
    way, liking, km = np.empty(count, dtype=np.uint32), np.empty(count, dtype=np.uint32), np.empty(count)
    end = 0
    for i in range(key.size):
        if end + count > unit.size:
            unit, length, taste = _twice(unit), _twice(length), _twice(taste)
        _draw(key[i], units[0], stream, way, liking)
        _go(residents[1][i], residents[2][i], units, distances, way, km)
        for j in range(count):  # without a branch, which the processor would guess wrongly
            unit[end], length[end], taste[end] = j, km[j], liking[j]
            end += km[j] <= reach_km
        begin[i + 1] = end
    return unit[:end].copy(), length[:end].copy(), taste[:end].copy()


@inner
def _twice(column):  # type: ignore[no-untyped-def]
    """Return a column with room for twice as many."""
    return np.concatenate((column, np.empty_like(column)))


@njit(inline="always")
def _draw(key, site, stream, way, liking):  # type: ignore[no-untyped-def]
    """Draw the way to each facility and the taste for it; apart, so that several are drawn at once."""
    for j in range(site.size):
        way[j], liking[j], _, _ = words(key, site[j], _TASTE, stream[0], stream[1])


@njit(inline="always")
def _go(home, township, units, distances, way, km):  # type: ignore[no-untyped-def]
    """Measure the way to each unit."""
    _, county, of_township = units
    near, within, between = distances
    for j in range(km.size):
        if township == of_township[j]:
            km[j] = near[home]
        else:
            km[j] = within[home] if home == county[j] else between[home, county[j]]
    for j in range(km.size):
        km[j] = km[j] * 1.5 * np.sqrt((way[j] + 0.5) * PER_WORD)
