"""Capacity: the units of a market, their places, prices and staff over time.

``build_supply`` reads a plan of supply for the whole province and gives one market its part: facilities by
county (``sim.openings``), each split into units by pool, staffed (``sim.workforce``) and sited in a township.
A nursing share that rises turns ordinary places of standing homes into nursing places.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from sim.crews import Crews, accounts, share_filled, staff_of
from sim.kinds import Payer
from sim.openings import (
    Builder,
    Buildings,
    base_counts,
    county_targets,
    minute_in_place,
    provincial_totals,
    stations,
)
from sim.places import Atlas, TownshipKind
from sim.recall import Recall
from sim.streams import Decision, Stream
from sim.supply import (
    NOT_SOLD,
    PARTS,
    Base,
    Cadre,
    CensusBase,
    Crew,
    FacilityKind,
    Ints,
    Pool,
    Supply,
    SupplyPlan,
    Units,
)
from sim.workforce import MILLION, held, millionths, offsets, staff

__all__ = [
    "NOT_SOLD",
    "PARTS",
    "Base",
    "Cadre",
    "CensusBase",
    "Crew",
    "FacilityKind",
    "Pool",
    "Supply",
    "SupplyPlan",
    "Units",
    "build_supply",
]

_FEN = 100


@dataclass(frozen=True)
class _Rows:
    """Units of one kind and county, by facility, then pool; columns have one entry per unit."""

    kind: int
    county: int
    pool: Ints
    ordinal: Ints
    township: Ints
    places: Ints  # (units, months)
    staffed: Ints  # (units, months), parts
    crews: Crews
    unbuilt: int  # places of the plan left over


def build_supply(
    plan: SupplyPlan, atlas: Atlas, census: CensusBase, counties: Sequence[int], recall: Recall | None = None,
    stream: Stream | None = None,
) -> Supply:  # fmt: skip
    """Build the supply of a market from a plan for the province.

    ``counties`` are the market's, rows of the atlas; ``recall`` remembers what was built of each kind before;
    ``stream`` draws who leaves a post and who is hired: a plan that keeps no account of staff needs none.
    Returns units, prices and the staff of those counties; their order and keys do not depend on the other
    markets. Raises ScenarioError where a path is negative or a facility would break a limit of the plan,
    ValueError where staff is to be drawn without a stream.
    """
    recall = Recall() if recall is None else recall
    bases = base_counts(census, atlas)
    rows: list[_Rows] = []
    for number in range(len(plan.kinds)):
        given = _plan_of(plan, number), atlas, bases, number, tuple(counties), stream
        rows += recall.of(("built", number), _built, *given)
    rows.sort(key=lambda each: (each.county, each.kind))
    unbuilt = np.zeros((len(plan.kinds), len(atlas.counties.code)), dtype=np.int64)
    for each in rows:
        unbuilt[each.kind, each.county] = each.unbuilt
    crews, counted, minutes = staff_of(
        plan, atlas, bases, ((each.county, each.crews) for each in rows), counties, stream
    )
    payers = range(len(Payer))
    return Supply(
        units=recall.of("units", _table, plan.kinds, plan.months, atlas, rows),
        kinds=plan.kinds,
        pools=_pools(plan),
        cadres=tuple(cadre.id for cadre in plan.cadres),
        services=tuple(service.id for service in plan.services),
        months=plan.months,
        counties=tuple(sorted(counties)),
        prices=_prices(plan),
        admits=np.array([[payer in kind.admits for payer in payers] for kind in plan.kinds], dtype=bool),
        free=np.array([[payer in kind.free_for for payer in payers] for kind in plan.kinds], dtype=bool),
        minutes=minutes,
        crews=crews,
        counted=counted,
        unbuilt=unbuilt,
    )


def _plan_of(plan: SupplyPlan, number: int) -> SupplyPlan:
    """Leave a plan the numbers alone that one kind's facilities are built and staffed from."""
    kind = plan.kinds[number]
    names = [kind.total, kind.mean_size, kind.new_size, kind.least_new, kind.most_new]
    for pool in kind.pools:
        names += [pool.share, pool.places_per_post]
    for cadre in plan.cadres:
        if cadre.id in [pool.cadre for pool in kind.pools]:
            names += [cadre.staffed_share, *(cadre.turnover.names if cadre.turnover else ())]
    settings = {name: plan.settings[name] for name in names if name in plan.settings}
    paths = {name: plan.paths[name] for name in names if name in plan.paths}
    return replace(plan, settings=settings, paths=paths)


def _built(
    plan: SupplyPlan, atlas: Atlas, bases: dict[Base, Ints], number: int, counties: Sequence[int],
    stream: Stream | None,
) -> list[_Rows]:  # fmt: skip
    """Build the units of one kind, county by county of the market."""
    kind = plan.kinds[number]
    buildings = _buildings(plan, kind, bases, counties)
    places = {
        county: _split(plan, kind, each.sizes, _spread_of(county, each)) for county, each in buildings.items()
    }
    kept = accounts(plan, atlas, kind, places, stream)
    return [
        _units_of(plan, atlas, number, county, each, places[county], kept[county])
        for county, each in buildings.items()
    ]


def _spread_of(county: int, buildings: Buildings) -> Ints:
    """Return where a county's facilities stand in the even spread of roundings."""
    return np.arange(len(buildings.sizes)) + 7 * county


def _pools(plan: SupplyPlan) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pool.id for kind in plan.kinds for pool in kind.pools))


def _buildings(
    plan: SupplyPlan, kind: FacilityKind, bases: dict[Base, Ints], counties: Sequence[int]
) -> dict[int, Buildings]:
    """Build the facilities of one kind, county by county of the market."""
    totals = provincial_totals(plan, kind, bases)
    weights = bases[Base.TOWNSHIPS] if kind.one_per_township else bases[kind.base]
    targets = county_targets(totals, weights)
    if kind.one_per_township:
        sizes = millionths(plan.path(kind.mean_size))
        return {county: stations(targets[county], sizes, county) for county in sorted(counties)}
    builder = Builder.of(plan, kind, totals)
    return {county: builder.build(targets[county]) for county in sorted(counties)}


def _units_of(
    plan: SupplyPlan, atlas: Atlas, number: int, county: int, buildings: Buildings, places: Ints, kept: Crews
) -> _Rows:  # fmt: skip
    """Split a county's facilities of one kind into units, staff them and site them."""
    kind, pools = plan.kinds[number], _pools(plan)
    count = len(buildings.sizes)
    staffed, crews = places * PARTS, dict(kept)
    for index, pool in enumerate(kind.pools):
        if pool.cadre:
            cadre = next(each for each in plan.cadres if each.id == pool.cadre)
            shares = share_filled(plan, cadre, kept.get(cadre.id))
            at = _spread_of(county, buildings) + 3 * index
            posts = staff(places[index], plan.path(pool.places_per_post), shares, at)
            staffed[index] = posts.staffed
            if cadre.id not in kept:
                more = held(posts.posts.sum(axis=0), posts.filled.sum(axis=0))
                crews[cadre.id] = crews.get(cadre.id, 0) + more
    ordinal = np.repeat(np.arange(count), len(kind.pools))
    return _Rows(
        kind=number,
        county=county,
        pool=np.tile([pools.index(pool.id) for pool in kind.pools], count).astype(np.int64),
        ordinal=ordinal,
        township=_sites(atlas, kind, county, count)[ordinal],
        places=_by_facility(places),
        staffed=_by_facility(staffed),
        crews=crews,
        unbuilt=buildings.unbuilt,
    )


def _split(plan: SupplyPlan, kind: FacilityKind, sizes: Ints, spread: Ints) -> Ints:
    """Split facilities' places over the pools: shape (pools, facilities, months); the last takes the rest."""
    left, parts = sizes, []
    for pool in kind.pools[:-1]:
        share = np.clip(millionths(plan.path(pool.share)), 0, MILLION)
        part = np.minimum((sizes * share + offsets(spread)[:, None]) // MILLION, left)
        parts.append(part)
        left = left - part
    return np.stack([*parts, left])


@cache
def _site_stream() -> Stream:
    """Return what facilities are sited by: they stand where they stand, whatever the seed."""
    return Stream.of(0, 0)


def _by_facility(table: Ints) -> Ints:
    """Turn (pools, facilities, months) into rows by facility, then pool."""
    return np.asarray(table.transpose(1, 0, 2).reshape(-1, table.shape[2]))


def _sites(atlas: Atlas, kind: FacilityKind, county: int, count: int) -> Ints:
    """Choose the township of each facility: keyed draws, weighted by communities.

    Facilities that stand one in a township take the county's townships in a keyed order.
    """
    code = int(atlas.counties.code[county])
    here = np.flatnonzero(atlas.townships.county == county)
    if kind.one_per_township:
        here = here[atlas.townships.kind[here] != TownshipKind.OTHER]
        keys = atlas.townships.code[here].astype(np.uint64)
        order = np.argsort(_site_stream().words(keys, Decision.UNIT_SITE)[0], kind="stable")
        return here[order][:count]
    weights = np.bincount(atlas.communities.township, minlength=len(atlas.townships.code))[here]
    key = np.full(count, (code << 32) | zlib.crc32(kind.id.encode()), dtype=np.uint64)
    drawn = _site_stream().words(key, Decision.UNIT_SITE, np.arange(count))[0].astype(np.int64)
    return here[np.searchsorted(np.cumsum(weights), drawn * int(weights.sum()) >> 32, side="right")]


def _table(kinds: Sequence[FacilityKind], months: int, atlas: Atlas, rows: list[_Rows]) -> Units:
    """Number the units that ever have places, and list the steps of their capacity."""
    sizes = [len(each.pool) for each in rows]
    places = np.concatenate([each.places for each in rows])
    real = places.any(axis=1)
    places = places[real]
    built = places * PARTS
    staffed = np.concatenate([each.staffed for each in rows])[real]
    pool, ordinal, township = (
        np.concatenate([getattr(each, name) for each in rows])[real]
        for name in ("pool", "ordinal", "township")
    )
    kind = np.repeat([each.kind for each in rows], sizes)[real]
    county = np.repeat([each.county for each in rows], sizes)[real]
    code = atlas.counties.code[county].astype(np.uint64)
    minutes = np.array([minute_in_place(month) for month in range(months)])
    month, unit = _changes(built, staffed)
    return Units(
        id=np.arange(len(kind), dtype=np.int32),
        key=code << np.uint64(32) | (kind << 24 | ordinal << 8 | pool).astype(np.uint64),
        kind=kind.astype(np.uint8),
        pool=pool.astype(np.uint8),
        county=county.astype(np.uint8),
        township=township.astype(np.int16),
        public=np.array([each.public for each in kinds], dtype=np.uint8)[kind],
        opens=minutes[(places > 0).argmax(axis=1)].astype(np.int32),
        step_unit=unit.astype(np.int32),
        step_minute=minutes[month].astype(np.int32),
        step_built=built[unit, month].astype(np.int32),
        step_staffed=staffed[unit, month].astype(np.int32),
    )


def _changes(built: Ints, staffed: Ints) -> tuple[Ints, Ints]:
    """Find the months and units at which capacity changes, in that order; before month 0 there was none."""
    before = np.zeros((len(built), 1), dtype=np.int64)
    changed = np.diff(built, axis=1, prepend=before) != 0
    changed |= np.diff(staffed, axis=1, prepend=before) != 0
    month, unit = np.nonzero(changed.T)
    return month, unit


def _prices(plan: SupplyPlan) -> Ints:
    """Return fen a month by kind, service and month."""
    shape = (len(plan.kinds), len(plan.services), plan.months)
    prices = np.full(shape, NOT_SOLD, dtype=np.int64)
    for number, kind in enumerate(plan.kinds):
        pools = {pool.id for pool in kind.pools}
        for index, service in enumerate(plan.services):
            if service.pool in pools:
                prices[number, index] = _price(plan, kind.id, service.id, service.pool)
    return prices


def _price(plan: SupplyPlan, kind: str, service: str, pool: str) -> Ints:
    own, common = f"{kind}.price.{service}", f"{kind}.price.{pool}"
    share = f"{kind}.price_share.{service}"
    if own in plan.paths or own in plan.settings:
        yuan = plan.path(own)
    elif common in plan.paths or common in plan.settings:
        yuan = plan.path(common) * (plan.path(share) if share in plan.settings else 1.0)
    else:
        return np.full(plan.months, NOT_SOLD, dtype=np.int64)
    return np.rint(yuan * _FEN).astype(np.int64)
