"""Rank the units that a resident can pay and reach: price, travel, size and keyed taste.

Who reaches what stands in ``sim.reach``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from sim.clock import NEVER
from sim.compiled import njit
from sim.kinds import Step
from sim.needs import Array
from sim.reach import PER_WORD, Ways, Whereabouts
from sim.supply import PARTS, Units
from sim.wishes import Seekers

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BEST = 3  # columns of candidates
_WANTED, _AFFORDABLE, _REQUESTED = int(Step.WANTED), int(Step.AFFORDABLE), int(Step.REQUESTED)
_FEN_PER_1000_YUAN = 100_000
_NO_PRICE = -1
_BINS, _BIN_BITS = 2048, 21  # the top bits of a word of taste
_PARTS, _MOST_MARK = 2.0**16, 2.0**20  # bounds of marks are kept in whole parts, below their place
_PLACE_BITS = 24
_PLACES, _FAR = (1 << _PLACE_BITS) - 1, 2**62
_NEVER = NEVER


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

    @property
    def whereabouts(self) -> Whereabouts:
        """Return where the facilities are."""
        return Whereabouts(self.site, self.county, self.township)


def rank(
    seekers: Seekers, ability: Ints, offer: Offer, ways: Ways, weights: Weights
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Find the best units for each seeker among those that are open, admit it, and that it can pay and reach.

    ``ability`` is in fen a month, ``ways`` are the seekers' to the units of the offer. Who asked before the
    founding meets the units and prices of the founding.
    Returns the step reached (WANTED, AFFORDABLE or REQUESTED) and the ids of up to three units, best first,
    -1 where there are fewer: shape (seekers, 3).
    """
    step = np.full(seekers.key.size, _WANTED, dtype=np.uint8)
    best = np.full((seekers.key.size, BEST), -1, dtype=np.int32)
    _rank(
        (seekers.minute, seekers.ordinal, seekers.payer, ability),
        (offer.unit, offer.kind, offer.opens, weights.size * offer.log_size),
        (offer.prices, offer.admits, offer.free), (ways.begin, ways.unit, ways.km, ways.taste),
        (weights.price, weights.travel, weights.reach_km), _taste_edges(), step, best[:, : weights.lists],
    )  # fmt: skip
    return step, best


@cache
def _taste_edges() -> Floats:
    """Return taste at the edges of bins of its words: it rises with the word, so that a bin bounds it."""
    edges = np.arange(_BINS + 1) << _BIN_BITS
    edges[-1] -= 1
    return np.asarray(-np.log(-np.log((edges + 0.5) * PER_WORD)))


@njit(cache=True)
def _rank(seekers, units, offer, ways, weights, edges, step, best):  # type: ignore[no-untyped-def]
    """Rank seeker by seeker: what it can pay, of that the units in reach, the best of those."""
    most = np.int64(0)  # units in reach of anyone
    for i in range(step.size):
        most = max(most, ways[0][i + 1] - ways[0][i])
    prices, first = np.empty(offer[0].shape[0], dtype=np.int64), _first_open(units, offer[0].shape[0])
    listed, bound = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    mark, liking = np.empty(most), np.empty(most, dtype=np.uint32)
    score, lead = np.empty(best.shape[1]), np.empty(best.shape[1] + 1, dtype=np.int64)
    for i in range(step.size):
        if not _price(i, seekers, offer, first, prices):
            continue
        step[i] = _AFFORDABLE
        drawn = listed, mark, liking
        count = _list(i, seekers[0], units, ways, prices, weights, drawn)
        if count:
            _pick(count, units[0], drawn, edges, best[i], (bound, lead, score))
            step[i] = _REQUESTED


@njit(inline="always")
def _first_open(units, kinds):  # type: ignore[no-untyped-def]
    """Return the minute at which the first unit of each kind opens, NEVER where there is none."""
    _, kind, opens, _ = units
    first = np.full(kinds, _NEVER, dtype=np.int64)
    for u in range(kind.size):
        first[kind[u]] = min(first[kind[u]], np.int64(opens[u]))
    return first


@njit(inline="always")
def _price(i, seekers, offer, first, prices):  # type: ignore[no-untyped-def]
    """Note what each kind of facility asks of a seeker, none where it cannot pay or is not admitted.

    Tell whether a unit that it could pay is open, wherever it stands.
    """
    minutes, months, payers, ability = seekers
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
                payable |= first[k] <= max(minutes[i], 0)
    return payable


@njit(inline="always")
def _list(i, minutes, units, ways, prices, weights, drawn):  # type: ignore[no-untyped-def]
    """List the units in reach that are open and payable, with what price, way and size count."""
    _, kind, opens, size = units
    begin, unit, km, taste = ways
    listed, mark, liking = drawn
    minute, count = max(minutes[i], 0), 0
    for way in range(begin[i], begin[i + 1]):
        u = unit[way]
        if prices[kind[u]] < 0 or opens[u] > minute:
            continue
        priced = weights[0] * prices[kind[u]] / _FEN_PER_1000_YUAN
        mark[count] = priced + weights[1] * km[way] / weights[2] - size[u]
        listed[count], liking[count] = u, taste[way]
        count += 1
    return count


@njit(inline="always")
def _pick(count, unit, drawn, edges, best, scratch):  # type: ignore[no-untyped-def]
    """Keep the best of the units in reach. The lowest mark is best.

    Nearly always the bounds of taste say who is best, and its logarithms need not be taken.
    """
    bound, lead, score = scratch
    _bound(count, drawn, edges, bound)
    _lead(bound[:count], lead)
    if _apart(drawn, edges, lead):
        for place in range(best.size):
            if lead[place] < _FAR:
                best[place] = unit[drawn[0][lead[place] & _PLACES]]
    else:
        _pick_by_taste(bound[:count], unit, drawn, best, score)


@njit(inline="always")
def _bound(count, drawn, edges, bound):  # type: ignore[no-untyped-def]
    """Bound the mark of each unit from below by the most that taste can be: whole parts, then its place."""
    _, mark, liking = drawn
    for j in range(count):
        least = mark[j] - edges[(liking[j] >> _BIN_BITS) + 1]
        parts = np.int64(min(least, _MOST_MARK) * _PARTS) - 2
        bound[j] = (parts << _PLACE_BITS) + j


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
    _, mark, liking = drawn
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
    listed, mark, liking = drawn
    score[:] = np.inf
    for j in range(bound.size):
        if (bound[j] >> _PLACE_BITS) < score[-1] * _PARTS:
            taste = -np.log(-np.log((liking[j] + 0.5) * PER_WORD))
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
