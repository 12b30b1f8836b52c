"""Rank the units that a resident can pay and reach: price, travel, size and keyed taste.

The distance between a resident and a unit is the mean distance of its places (half the side of the township
or county they share, else that between the centroids) times a keyed factor of mean 1, as the distance from
the middle of a disc to its points: nothing finer is known below county. A resident's taste for a facility and
the way to it stay the same in every scenario, whatever else is built.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.compiled import njit
from sim.kinds import Step
from sim.needs import Array
from sim.places import Atlas
from sim.streams import Decision, Stream, words
from sim.supply import PARTS, Units

Floats = npt.NDArray[np.float64]

BEST = 3  # columns of candidates
_TASTE = int(Decision.TASTE)  # of its words the first is the way to a facility, the second the taste for it
_WANTED, _AFFORDABLE, _REQUESTED = int(Step.WANTED), int(Step.AFFORDABLE), int(Step.REQUESTED)
_PER_WORD = 2.0**-32
_FEN_PER_1000_YUAN = 100_000


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
    """The units of one pool and what they ask of a payer for one service.

    ``prices`` are fen a month, shape (kinds, months), negative where not sold; ``admits`` and ``free`` have
    shape (kinds, payers).
    """

    units: Array  # rows of Units, rising
    prices: Array
    admits: Array
    free: Array


@dataclass(frozen=True)
class Seekers:
    """Who looks for a place, one row each; minutes and months not negative; ability in fen a month."""

    key: Array
    minute: Array
    month: Array
    county: Array
    township: Array
    payer: Array
    ability: Array


@njit(cache=True)
def _rank(seekers, units, offer, distances, weights, k0, k1, step, best, score):  # type: ignore[no-untyped-def]
    key, minute, month, _, _, payer, ability = seekers
    unit, kind, opens = units[0], units[1], units[2]
    prices, admits, free = offer
    for i in range(key.size):
        for u in range(unit.size):
            k = kind[u]
            price = prices[k, month[i]]
            if opens[u] > minute[i] or price < 0 or not admits[k, payer[i]]:
                continue
            price = 0 if free[k, payer[i]] else price
            if price > ability[i]:
                continue
            step[i] = max(step[i], _AFFORDABLE)
            way, liking, _, _ = words(key[i], units[5][u], _TASTE, k0, k1)
            km = _mean_distance(i, u, seekers, units, distances) * 1.5 * np.sqrt((way + 0.5) * _PER_WORD)
            if km > weights[2]:
                continue
            step[i] = _REQUESTED
            taste = -np.log(-np.log((liking + 0.5) * _PER_WORD))
            mark = (
                weights[0] * price / _FEN_PER_1000_YUAN + weights[1] * km / weights[2] - units[6][u] - taste
            )
            _insert(best[i], score[i], unit[u], mark)


@njit(cache=True)
def _mean_distance(i, u, seekers, units, distances):  # type: ignore[no-untyped-def]
    home, township = seekers[3][i], seekers[4][i]
    county, of_township = units[3][u], units[4][u]
    near, within, between = distances
    if township == of_township:
        return near[home]
    return within[home] if home == county else between[home, county]


@njit(cache=True)
def _insert(best, score, unit, mark):  # type: ignore[no-untyped-def]
    """Put a unit among the best so far; of two with equal marks the one met first stands first."""
    if mark >= score[-1]:
        return
    place = score.size - 1
    while place > 0 and mark < score[place - 1]:
        best[place], score[place] = best[place - 1], score[place - 1]
        place -= 1
    best[place], score[place] = unit, mark


def rank(
    seekers: Seekers, units: Units, offer: Offer, distances: Distances, weights: Weights, stream: Stream
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Find the best units for each seeker among those that are open, admit it, and that it can pay and reach.

    Returns the step reached (WANTED, AFFORDABLE or REQUESTED) and the ids of up to three units, best first,
    -1 where there are fewer: shape (seekers, 3).
    """
    step = np.full(seekers.key.size, _WANTED, dtype=np.uint8)
    best = np.full((seekers.key.size, weights.lists), -1, dtype=np.int32)
    score = np.full(best.shape, np.inf)
    rows = offer.units
    of_units = (
        units.id[rows].astype(np.int32), units.kind[rows], units.opens[rows],
        units.county[rows].astype(np.int64), units.township[rows].astype(np.int64), sites(units.key[rows]),
        weights.size * np.log(_first_places(units)[rows]),
    )  # fmt: skip
    _rank(
        (seekers.key, seekers.minute.astype(np.int64), seekers.month.astype(np.int64),
         seekers.county.astype(np.int64), seekers.township.astype(np.int64), seekers.payer, seekers.ability),
        of_units, (np.ascontiguousarray(offer.prices), offer.admits, offer.free),
        (distances.near, distances.within, distances.between),
        (weights.price, weights.travel, weights.reach_km), stream.k0, stream.k1, step, best, score,
    )  # fmt: skip
    candidates = np.full((seekers.key.size, BEST), -1, dtype=np.int32)
    candidates[:, : weights.lists] = best
    return step, candidates


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
