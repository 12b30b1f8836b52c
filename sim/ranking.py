"""Rank the units that a resident can pay and reach: price, travel, size and keyed taste.

The distance between a resident and a unit is the mean distance of its places (half the side of the township
or county they share, else that between the centroids) times a keyed factor of mean 1, as the distance from
the middle of a disc to its points: nothing finer is known below county. A resident's taste for a facility and
the way to it stay the same in every scenario, whatever else is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from sim.compiled import njit
from sim.kinds import Step
from sim.needs import Array
from sim.places import Atlas
from sim.streams import Decision, Stream, words
from sim.supply import PARTS, Units
from sim.wishes import Seekers

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BEST = 3  # columns of candidates
_TASTE = int(Decision.TASTE)  # of its words the first is the way to a facility, the second the taste for it
_WANTED, _AFFORDABLE, _REQUESTED = int(Step.WANTED), int(Step.AFFORDABLE), int(Step.REQUESTED)
_PER_WORD = 2.0**-32
_FEN_PER_1000_YUAN = 100_000
_NO_PRICE = -1
_BINS, _BIN_BITS = 2048, 21  # the top bits of a word of taste
_PARTS, _MOST_MARK = 2.0**16, 2.0**20  # bounds of marks are kept in whole parts, below their place
_PLACE_BITS = 24
_PLACES, _FAR = (1 << _PLACE_BITS) - 1, 2**62


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
class Weights:
    """How a resident weighs places: by 1,000 yuan a month, reach and ln(places); lists to join (1 to 3)."""

    price: float
    travel: float
    size: float
    reach_km: float
    lists: int


@dataclass(frozen=True)
class Offer:
    """The units of one pool, in order of id, and what they ask of a payer for one service.

    ``site`` names the facility to the draws, ``log_size`` is ln of the places that a unit opens with.
    ``prices`` are fen a month, shape (kinds, months), negative where not sold; ``admits`` and ``free`` have
    shape (kinds, payers).
    """

    unit: Array
    kind: Array
    opens: Array
    county: Array
    township: Array
    site: Array
    log_size: Floats
    prices: Array
    admits: Array
    free: Array

    @classmethod
    def of(cls, units: Units, pool: int, prices: Array, admits: Array, free: Array) -> Offer:
        """Take the units of a pool."""
        rows = np.flatnonzero(units.pool == pool)
        columns = (
            units.id[rows].astype(np.int32), units.kind[rows], units.opens[rows],
            units.county[rows].astype(np.int64), units.township[rows].astype(np.int64),
            sites(units.key[rows]), np.log(_first_places(units)[rows]),
        )  # fmt: skip
        return cls(*columns, np.ascontiguousarray(prices), admits, free)


def rank(
    seekers: Seekers, ability: Ints, offer: Offer, distances: Distances, weights: Weights, stream: Stream
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:  # fmt: skip
    """Find the best units for each seeker among those that are open, admit it, and that it can pay and reach.

    ``ability`` is in fen a month. Who asked before the founding meets the units and prices of the founding.
    Returns the step reached (WANTED, AFFORDABLE or REQUESTED) and the ids of up to three units, best first,
    -1 where there are fewer: shape (seekers, 3).
    """
    step = np.full(seekers.key.size, _WANTED, dtype=np.uint8)
    best = np.full((seekers.key.size, BEST), -1, dtype=np.int32)
    _rank(
        (seekers.key, seekers.minute, seekers.ordinal, seekers.county, seekers.township, seekers.payer,
         ability),
        (offer.unit, offer.kind, offer.opens, offer.county, offer.township, offer.site,
         weights.size * offer.log_size),
        (offer.prices, offer.admits, offer.free), (distances.near, distances.within, distances.between),
        (weights.price, weights.travel, weights.reach_km), _taste_edges(), (stream.k0, stream.k1),
        step, best[:, : weights.lists],
    )  # fmt: skip
    return step, best


@cache
def _taste_edges() -> Floats:
    """Return taste at the edges of bins of its words: it rises with the word, so that a bin bounds it."""
    edges = np.arange(_BINS + 1) << _BIN_BITS
    edges[-1] -= 1
    return np.asarray(-np.log(-np.log((edges + 0.5) * _PER_WORD)))


@njit(cache=True)
def _rank(seekers, units, offer, distances, weights, edges, stream, step, best):  # type: ignore[no-untyped-def]
    """Rank seeker by seeker: those open to it, the way to them, the best of those in reach."""
    key, _, _, _, _, _, _ = seekers
    prices = np.empty(offer[0].shape[0], dtype=np.int64)
    count = units[0].size
    listed, site = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    km, mark, size = np.empty(count), np.empty(count), np.empty(count)
    way, liking = np.empty(count, dtype=np.uint32), np.empty(count, dtype=np.uint32)
    score, lead = np.empty(best.shape[1]), np.empty(best.shape[1] + 1, dtype=np.int64)
    bound = np.empty(count, dtype=np.int64)
    for i in range(key.size):
        if not _price(i, seekers, offer, prices):
            continue
        listed_count = _list(i, seekers, units, distances, prices, weights[0], (listed, site, km, mark, size))
        if listed_count == 0:
            continue
        step[i] = _AFFORDABLE
        _draw(key[i], site[:listed_count], stream, way, liking)
        _weigh(km[:listed_count], mark, size, way, weights)
        drawn = listed, km, mark, liking
        if _pick(listed_count, units[0], drawn, weights[2], edges, best[i], (bound, lead, score)):
            step[i] = _REQUESTED


@njit(inline="always")
def _price(i, seekers, offer, prices):  # type: ignore[no-untyped-def]
    """Note what each kind of facility asks of a seeker, none where it cannot pay or is not admitted."""
    _, _, months, _, _, payers, ability = seekers
    of_month, admits, free = offer
    month, payer = min(max(months[i], 0), of_month.shape[1] - 1), payers[i]
    payable = False
    for k in range(prices.size):
        price = of_month[k, month]
        prices[k] = _NO_PRICE
        if price >= 0 and admits[k, payer]:
            price = 0 if free[k, payer] else price
            if price <= ability[i]:
                prices[k] = price
                payable = True
    return payable


@njit(inline="always")
def _list(i, seekers, units, distances, prices, price_weight, lists):  # type: ignore[no-untyped-def]
    """List the units that are open and payable, with mean distance and what price and size count."""
    _, minutes, _, homes, townships, _, _ = seekers
    _, kind, opens, county, of_township, sites_of, log_size = units
    near, within, between = distances
    listed, site, km, mark, size = lists
    minute, home, township = max(minutes[i], 0), homes[i], townships[i]
    count = 0
    for u in range(kind.size):
        if prices[kind[u]] < 0 or opens[u] > minute:
            continue
        listed[count], site[count], size[count] = u, sites_of[u], log_size[u]
        mark[count] = price_weight * prices[kind[u]] / _FEN_PER_1000_YUAN
        if township == of_township[u]:
            km[count] = near[home]
        else:
            km[count] = within[home] if home == county[u] else between[home, county[u]]
        count += 1
    return count


@njit(inline="always")
def _draw(key, site, stream, way, liking):  # type: ignore[no-untyped-def]
    """Draw the way to each facility and the taste for it; apart, so that several are drawn at once."""
    for j in range(site.size):
        way[j], liking[j], _, _ = words(key, site[j], _TASTE, stream[0], stream[1])


@njit(inline="always")
def _weigh(km, mark, size, way, weights):  # type: ignore[no-untyped-def]
    """Turn mean distances into ways, and add what they count."""
    for j in range(km.size):
        km[j] = km[j] * 1.5 * np.sqrt((way[j] + 0.5) * _PER_WORD)
        mark[j] = mark[j] + weights[1] * km[j] / weights[2] - size[j]


@njit(inline="always")
def _pick(count, unit, drawn, reach_km, edges, best, scratch):  # type: ignore[no-untyped-def]
    """Keep the best of the units in reach; tell whether there is one. The lowest mark is best.

    Nearly always the bounds of taste say who is best, and its logarithms need not be taken.
    """
    bound, lead, score = scratch
    _bound(count, drawn, reach_km, edges, bound)
    _lead(bound[:count], lead)
    if lead[0] == _FAR:
        return False
    if _apart(drawn, edges, lead):
        for place in range(best.size):
            if lead[place] < _FAR:
                best[place] = unit[drawn[0][lead[place] & _PLACES]]
    else:
        _pick_by_taste(bound[:count], unit, drawn, best, score)
    return True


@njit(inline="always")
def _bound(count, drawn, reach_km, edges, bound):  # type: ignore[no-untyped-def]
    """Bound the mark of each unit from below by the most that taste can be: whole parts, then its place."""
    _, km, mark, liking = drawn
    for j in range(count):
        least = mark[j] - edges[(liking[j] >> _BIN_BITS) + 1]
        parts = np.int64(min(least, _MOST_MARK) * _PARTS) - 2
        bound[j] = (parts << _PLACE_BITS) + j if km[j] <= reach_km else _FAR


@njit(inline="always")
def _lead(bound, lead):  # type: ignore[no-untyped-def]
    """Find the lowest bounds, one more than units are kept; as many passes without a branch are fastest."""
    last = np.int64(-_FAR)
    for place in range(lead.size):
        least = np.int64(_FAR)
        for j in range(bound.size):
            least = min(least, bound[j] if bound[j] > last else np.int64(_FAR))
        lead[place] = last = least


@njit(inline="always")
def _apart(drawn, edges, lead):  # type: ignore[no-untyped-def]
    """Tell whether each leading unit's mark is below whatever the next one's may be."""
    _, _, mark, liking = drawn
    for place in range(lead.size - 1):
        if lead[place + 1] == _FAR:
            return True
        j = lead[place] & _PLACES
        most = (mark[j] - edges[liking[j] >> _BIN_BITS]) * _PARTS
        if most + 2 >= lead[place + 1] >> _PLACE_BITS:
            return False
    return True


@njit(inline="always")
def _pick_by_taste(bound, unit, drawn, best, score):  # type: ignore[no-untyped-def]
    """Keep the best by their marks, of those whose bounds leave it open."""
    listed, _, mark, liking = drawn
    score[:] = np.inf
    for j in range(bound.size):
        if bound[j] < _FAR and (bound[j] >> _PLACE_BITS) < score[-1] * _PARTS:
            taste = -np.log(-np.log((liking[j] + 0.5) * _PER_WORD))
            _insert(best, score, unit[listed[j]], mark[j] - taste)


@njit(inline="always")
def _insert(best, score, unit, mark):  # type: ignore[no-untyped-def]
    """Put a unit among the best so far; of two with equal marks the one met first stands first."""
    if mark >= score[-1]:
        return
    place = score.size - 1
    while place > 0 and mark < score[place - 1]:
        best[place], score[place] = best[place - 1], score[place - 1]
        place -= 1
    best[place], score[place] = unit, mark


def _first_places(units: Units) -> Floats:
    """Return the places that each unit opens with, at least one: its size as residents know it."""
    parts = np.full(len(units.id), PARTS, dtype=np.int64)
    opening = units.step_minute == units.opens[units.step_unit]
    parts[units.step_unit[opening]] = units.step_built[opening]
    return np.maximum(parts, PARTS) / PARTS


def sites(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Hash the facilities of units to 32 bits: the low byte of a unit's key is its pool, not its site."""
    mixed = (keys >> np.uint64(8)) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(32)).astype(np.int64)
