"""Staff: posts filled by month, and the minutes that workers bring.

Two sorts of staff (``sim.supply.Cadre``). Carers and social workers staff places: a place that nobody staffs
cannot be used, so usable capacity is the smaller of built and staffed. Community workers bring minutes, which
``sim.workload`` spends. Everything is integers: shares are millionths, workers thousandths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.supply import PARTS, Base, Cadre, Crew, Ints, SupplyPlan

MILLION = 1_000_000
THOUSAND = 1000
_GOLDEN = 618_034  # millionths: multiples of it, modulo one, lie evenly


@dataclass(frozen=True)
class Staffing:
    """What posts hold: posts, those filled, and staffed parts, each of shape (units, months)."""

    posts: Ints
    filled: Ints
    staffed: Ints


@dataclass(frozen=True)
class Hours:
    """What a cadre brings by county and month, each of shape (counties of the atlas, months).

    ``crew``, with Crew before it, and ``counted`` (people only counted towards a target) in thousandths,
    ``minutes`` of service.
    """

    crew: Ints
    counted: Ints
    minutes: Ints


def offsets(number: Ints) -> Ints:
    """Return thresholds in millionths that lie evenly, so that rounding by them is fair in the sum.

    ``floor(x + offset)`` over many units sums to what ``x`` sums to, and rises wherever ``x`` does: rounding
    to the nearest is not fair (37.2 nursing beds in each of 100 homes lose 20), sharing out a remainder is
    not monotone.

    >>> offsets(np.arange(4)).tolist()
    [309017, 927051, 545085, 163119]
    """
    return np.asarray((number * _GOLDEN + _GOLDEN // 2) % MILLION, dtype=np.int64)


def millionths(share: npt.ArrayLike) -> Ints:
    """Return shares as whole millionths."""
    return np.rint(np.asarray(share) * MILLION).astype(np.int64)


def staff(places: Ints, places_per_post: npt.ArrayLike, share: npt.ArrayLike, number: Ints) -> Staffing:
    """Fill the posts that places need.

    ``places`` has shape (units, months), ``places_per_post`` (> 0) and ``share`` of posts filled (0 to 1)
    shape (months,), ``number`` (units,) spreads the vacancies evenly. A post cannot be split: a unit needs
    its places over ``places_per_post``, rounded up, and has a whole number of them filled; each post serves
    an equal share of its places, rounded to whole ones.

    >>> some = staff(np.array([[37]]), np.array([4.0]), np.array([0.6]), np.array([0]))
    >>> some.filled.tolist(), some.staffed.tolist()
    ([[6]], [[22000]])
    """
    posts = posts_of(places, places_per_post)
    offset = offsets(number)[:, None]
    filled = (posts * millionths(share) + offset) // MILLION
    served = (places * filled * MILLION // np.maximum(posts, 1) + offset) // MILLION
    return Staffing(posts=posts, filled=filled, staffed=served * PARTS)


def posts_of(places: Ints, places_per_post: npt.ArrayLike) -> Ints:
    """Return the posts that units' places need: shape (units, months), as ``staff`` is given them.

    >>> posts_of(np.array([[37, 40]]), np.array([4.0, 4.0])).tolist()
    [[10, 10]]
    """
    per_post = np.maximum(np.rint(np.asarray(places_per_post) * THOUSAND).astype(np.int64), 1)
    return np.asarray(-(-places * THOUSAND // per_post))


def held(posts: Ints, filled: Ints) -> Ints:
    """Count a cadre whose posts are filled by a share, without turnover: shape (Crew, ...), thousandths.

    >>> held(np.array([10]), np.array([9]))[:, 0].tolist()
    [10000, 9000, 0, 0, 0, 9000]
    """
    crew = np.zeros((len(Crew), *posts.shape), dtype=np.int64)
    crew[Crew.POSTS] = posts * THOUSAND
    crew[Crew.STAFF] = crew[Crew.PRESENT] = filled * THOUSAND
    return crew


def hours(plan: SupplyPlan, cadre: Cadre, bases: dict[Base, Ints], crew: Ints | None = None) -> Hours:
    """Return what a cadre that is numbered by ratio brings, for every county.

    ``crew``, shape (Crew, counties of the atlas, months), is what its turnover came to; left out, the ratio's
    workers are in post and present. Minutes a month are workers x yearly hours x 60 / 12 x the share spent on
    service; people only counted bring none. 14 workers per 10,000 with 2,000 hours and a share of 0.8 carry
    134.4 minutes a resident and year, 18 carry 172.8.
    """
    base = bases[cadre.base][:, None]
    if crew is None:
        workers = _thousandths(plan, cadre.workers_per_10000) * base // 10_000
        crew = held(workers, workers) // THOUSAND
    counted = _thousandths(plan, cadre.counted_per_10000) * base // 10_000
    monthly = monthly_minutes(plan, cadre)
    return Hours(crew=crew, counted=counted, minutes=crew[Crew.PRESENT] * monthly // THOUSAND)


def monthly_minutes(plan: SupplyPlan, cadre: Cadre) -> Ints:
    """Return the minutes of service that one worker brings in each month: shape (months,)."""
    yearly = plan.path(cadre.annual_hours) * plan.path(cadre.service_share)
    return np.asarray(np.rint(yearly * 60 / 12).astype(np.int64))


def _thousandths(plan: SupplyPlan, name: str) -> Ints:
    values = plan.path(name) if name else np.zeros(plan.months)
    return np.rint(values * THOUSAND).astype(np.int64)
