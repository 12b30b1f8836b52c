"""Crews: the staff of employers, by a share of posts filled or by the account of its turnover.

An employer is a kind of facility in a county, or, where a cadre is numbered by ratio, the cadre in a county.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from sim.openings import county_targets
from sim.places import Atlas
from sim.streams import Keys, Stream
from sim.supply import Base, Cadre, Crew, FacilityKind, Floats, Ints, SupplyPlan
from sim.turnover import Terms, account
from sim.workforce import hours, posts_of

Crews = dict[str, Ints]  # by cadre: (Crew, months), thousandths of workers


def accounts(
    plan: SupplyPlan, atlas: Atlas, kind: FacilityKind, places: dict[int, Ints], stream: Stream | None
) -> dict[int, Crews]:
    """Keep the accounts of the staff of one kind, county by county, of cadres that have a turnover.

    Raises ValueError where one has and no stream is given.
    """
    kept: dict[int, Crews] = {county: {} for county in places}
    first = next((pool.cadre for pool in kind.pools if pool.cadre), "")
    for cadre in plan.cadres:
        mine = [index for index, pool in enumerate(kind.pools) if pool.cadre == cadre.id]
        if mine and cadre.turnover:
            per_post = {index: plan.path(kind.pools[index].places_per_post) for index in mine}
            posts = np.array([
                sum(posts_of(of_pools[index], per_post[index]).sum(axis=0) for index in mine)
                for of_pools in places.values()
            ])  # fmt: skip
            # a second cadre of a kind has words of its own: the two are not to leave together
            name = kind.id if cadre.id == first else f"{kind.id}.{cadre.id}"
            keys = employers(atlas, list(places), name)
            crew = account(posts, Terms.of(plan, cadre), keys, _drawn_from(stream, cadre))
            for row, county in enumerate(places):
                kept[county][cadre.id] = crew[:, row]
    return kept


def employers(atlas: Atlas, counties: Sequence[int], name: str) -> Keys:
    """Return the keys of the employers of one name (a kind of facility, a cadre) in some counties."""
    codes = atlas.counties.code[list(counties)].astype(np.uint64)
    return np.asarray(codes << np.uint64(32) | np.uint64(zlib.crc32(name.encode())))


def share_filled(plan: SupplyPlan, cadre: Cadre, crew: Ints | None) -> Floats:
    """Return the share of posts filled, by month: the plan's, or what the account of a crew came to."""
    if crew is None:
        return np.clip(plan.path(cadre.staffed_share), 0, 1)
    return np.minimum(crew[Crew.PRESENT] / np.maximum(crew[Crew.POSTS], 1), 1.0)


def staff_of(
    plan: SupplyPlan, atlas: Atlas, bases: dict[Base, Ints], crews_of: Iterable[tuple[int, Crews]],
    counties: Sequence[int], stream: Stream | None,
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """Return crews, people only counted (both in thousandths) and minutes, by cadre, county and month.

    ``crews_of`` are the crews of facilities, by county. Raises ValueError where a cadre has a turnover and no
    stream is given.
    """
    shape = len(bases[Base.RESIDENTS]), plan.months
    crews = np.zeros((len(plan.cadres), len(Crew), *shape), dtype=np.int64)
    counted, minutes = (np.zeros((len(plan.cadres), *shape), dtype=np.int64) for _ in range(2))
    here = sorted(counties)
    for number, cadre in enumerate(plan.cadres):
        if cadre.workers_per_10000:
            brought = hours(plan, cadre, bases, _account_of(plan, atlas, cadre, bases, here, stream))
            crews[number][:, here] = brought.crew[:, here]
            counted[number, here] = brought.counted[here]
            minutes[number, here] = brought.minutes[here]
    for county, crew in crews_of:
        for number, cadre in enumerate(plan.cadres):
            crews[number, :, county] += crew.get(cadre.id, 0)
    return crews, counted, minutes


def _account_of(
    plan: SupplyPlan, atlas: Atlas, cadre: Cadre, bases: dict[Base, Ints], here: list[int],
    stream: Stream | None,
) -> Ints | None:  # fmt: skip
    """Keep the account of a cadre numbered by ratio; the province's posts, whole, are spread exactly."""
    if cadre.turnover is None:
        return None
    base = bases[cadre.base]
    totals = np.floor(plan.path(cadre.workers_per_10000) * base.sum() / 10_000 + 0.5).astype(np.int64)
    posts = county_targets(totals, base)
    crew = np.zeros((len(Crew), *posts.shape), dtype=np.int64)
    keys = employers(atlas, here, cadre.id)
    crew[:, here] = account(posts[here], Terms.of(plan, cadre), keys, _drawn_from(stream, cadre))
    return crew


def _drawn_from(stream: Stream | None, cadre: Cadre) -> Stream:
    """Return the stream that the account of a cadre is drawn from: any other repeats itself in every run."""
    if stream is None:
        raise ValueError(
            f"{cadre.id}: who leaves and who is hired is drawn anew in each replication;"
            " give stream=Stream.of(seed, replication)"
        )
    return stream
