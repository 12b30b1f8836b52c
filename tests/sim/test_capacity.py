"""Capacity: the province's totals are exact, facilities open and close by the rules, staff closes places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.definitions import load_services
from scenarios.facility_kinds import load_cadres, load_kinds
from sim.capacity import NOT_SOLD, CensusBase, Supply, SupplyPlan, Units, build_supply
from sim.clock import month_start
from sim.errors import ScenarioError
from sim.kinds import Payer
from sim.openings import Builder, apportion, equal_parts
from sim.places import TownshipKind, load_atlas

MONTHS = 62
ATLAS = load_atlas()
EVERYWHERE = range(len(ATLAS.counties.code))
PUTIAN = (18, 19, 20, 21)
KINDS, SETTINGS = load_kinds()
KIND = {kind.id: number for number, kind in enumerate(KINDS)}


def census() -> CensusBase:
    """Invent a census of the province's size: counties from 100,000 to 900,000 people."""
    weights = 100_000 + (np.arange(83) * 7919) % 800_000
    residents = apportion(41_540_086, weights)
    share = 0.14 + 0.001 * (np.arange(83) % 70)
    return CensusBase(
        residents, residents * 2 // 3, (residents * share).astype(np.int64), residents * 34 // 1000
    )


def build(paths: Mapping[str, np.ndarray] | None = None, counties=EVERYWHERE, values=None) -> Supply:
    settings = SETTINGS.with_values(values or {})
    own = SupplyPlan(
        KINDS, load_cadres(), load_services()[0], settings, MONTHS, paths or {}, "a-scenario.toml"
    )
    return build_supply(own, ATLAS, census(), counties)


def rise(start: float, end: float, first: int = 1, last: int = 61) -> np.ndarray:
    return np.interp(np.arange(MONTHS), [first, last], [start, end])


def capacity(units: Units, column: str = "step_built") -> np.ndarray:
    """Return places by unit and month, in place on the month's last day at noon."""
    table = np.zeros((len(units), MONTHS))
    noon = np.array([month_start(month + 1) - 720 for month in range(MONTHS)])
    steps = zip(units.step_unit, units.step_minute, getattr(units, column), strict=True)
    for unit, minute, parts in steps:
        table[unit, noon >= minute] = parts / 1000
    return table


def of_kind(supply: Supply, kind: str) -> np.ndarray:
    return supply.units.kind == KIND[kind]


FROZEN = build()


# ---- totals


@pytest.mark.parametrize(
    ("kind", "places"), [("public-home", 14403), ("extremely-poor-home", 14448), ("private-home", 55461)]
)
def test_the_beds_of_2020_are_those_of_the_yearbook(kind, places):
    assert (capacity(FROZEN.units)[of_kind(FROZEN, kind)].sum(axis=0) == places).all()


def test_slots_follow_the_ratio_to_residents():
    slots = capacity(FROZEN.units)[of_kind(FROZEN, "childcare-centre")].sum(axis=0)
    assert (slots == round(41_540_086 * SETTINGS["childcare-centre.places_per_1000"] / 1000)).all()


def test_a_market_alone_gets_what_it_has_of_the_province():
    paths = {"childcare-centre.places_per_1000": rise(2.03, 3.0)}
    whole, part = build(paths), build(paths, PUTIAN)
    here = np.isin(whole.units.county, PUTIAN)
    for column in ("key", "kind", "pool", "county", "township", "opens"):
        assert np.array_equal(getattr(whole.units, column)[here], getattr(part.units, column))
    assert np.array_equal(capacity(whole.units)[here], capacity(part.units))
    assert np.array_equal(whole.minutes[:, PUTIAN], part.minutes[:, PUTIAN])
    assert part.minutes.sum() == whole.minutes[:, PUTIAN].sum()


@given(st.integers(0, 5000), st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_apportioning_is_exact_rises_with_the_total_and_stays_near_the_claim(total, weights):
    heavy = np.array(weights)
    shares, more = apportion(total, heavy), apportion(total + 1, heavy)
    if heavy.sum() == 0:
        assert shares.sum() == 0
        return
    assert shares.sum() == total
    assert (more >= shares).all()
    assert (shares[heavy == 0] == 0).all()
    if total <= heavy.sum():
        assert (shares <= heavy).all()


@given(st.integers(0, 3000), st.floats(1, 300))
def test_facilities_of_the_founding_are_as_equal_as_possible(places, mean_size):
    sizes = equal_parts(places, mean_size)
    assert sum(sizes) == places
    assert not sizes or (min(sizes) >= 1 and max(sizes) - min(sizes) <= 1)
    assert len(sizes) == min(max(1, int(places / mean_size + 0.5)), places)


@pytest.mark.parametrize(
    ("kind", "mean"),
    [("public-home", 93), ("extremely-poor-home", 44), ("private-home", 206), ("childcare-centre", 56)],
)
def test_facilities_are_near_the_published_mean_size(kind, mean):
    of = of_kind(FROZEN, kind)
    facilities = len(np.unique(FROZEN.units.key[of] >> np.uint64(8)))
    assert capacity(FROZEN.units)[of, 0].sum() / facilities == pytest.approx(mean, rel=0.1)


# ---- opening and withdrawal


def test_slots_rise_by_whole_centres_and_end_on_the_target():
    supply = build({"childcare-centre.places_per_1000": rise(2.03, 3.0)})
    of = of_kind(supply, "childcare-centre")
    slots = capacity(supply.units)[of]
    path = 41_540_086 * rise(2.03, 3.0) / 1000
    assert slots[:, -1].sum() == round(path[-1])
    assert (slots.sum(axis=0) <= path + 1).all()
    assert (np.diff(slots, axis=1) >= 0).all()
    opened = supply.units.opens[of] > 0
    assert opened.sum() > 500
    assert set(slots[opened, -2]) == {0, 56}
    assert slots.max() <= 150


def test_one_county_opens_a_facility_when_its_places_fill_it_and_the_rest_at_the_end():
    builder = Builder(
        kind=KINDS[KIND["childcare-centre"]], file="", mean_size=50, new_size=np.full(7, 56),
        share=np.full(7, 1_000_000), least=0, most=150, last_rise=5,
    )  # fmt: skip
    built = builder.build(np.array([100, 155, 156, 211, 212, 220, 220]))
    assert built.sizes.tolist() == [
        [50] * 7,
        [50] * 7,
        [0, 0, 56, 56, 56, 56, 56],
        [0, 0, 0, 0, 56, 56, 56],
        [0, 0, 0, 0, 0, 8, 8],
    ]
    assert built.unbuilt == 0


def test_one_county_extends_a_public_home_only_where_thirty_nursing_beds_hold():
    homes = Builder(
        kind=KINDS[KIND["public-home"]], file="", mean_size=60, new_size=np.full(3, 93),
        share=np.full(3, 400_000), least=30, most=0, last_rise=2,
    )  # fmt: skip
    assert homes.build(np.array([60, 60, 75])).sizes.tolist() == [[60, 60, 75]]
    small = homes.build(np.array([60, 60, 74]))
    assert small.sizes.tolist() == [[60, 60, 60]]
    assert small.unbuilt == 14


def test_the_capacity_of_a_month_is_there_from_the_first_minute_of_its_last_day():
    path = np.where(np.arange(MONTHS) < 8, 14403, 24403)
    supply = build({"public-home.places": path})
    new = supply.units.opens[of_kind(supply, "public-home") & (supply.units.opens > 0)]
    assert set(new) == {month_start(9) - 24 * 60}


def test_a_path_that_falls_takes_places_from_the_newest_and_leaves_the_others():
    path = np.where(np.arange(MONTHS) < 30, 55461, 50000)
    supply = build({"private-home.places": path})
    of = of_kind(supply, "private-home")
    beds, units = capacity(supply.units)[of], supply.units
    assert beds[:, -1].sum() == 50000
    for county in EVERYWHERE:
        here = units.county[of] == county
        homes = (units.key[of][here] >> np.uint64(8)).astype(np.int64) & 0xFFFF
        change = np.bincount(homes, weights=beds[here, -1] - beds[here, 0])
        touched = np.flatnonzero(change)
        assert touched.size == 0 or touched.max() == homes.max()
        emptied = touched[1:]  # all but the oldest home touched have lost everything
        assert (np.bincount(homes, weights=beds[here, -1])[emptied] == 0).all()


def test_unchanged_homes_keep_their_key_site_and_size_when_others_open():
    grown = build({"private-home.places": rise(55461, 80000)})
    before = {key: (t, tuple(c)) for key, t, c in
              zip(FROZEN.units.key, FROZEN.units.township, capacity(FROZEN.units), strict=True)}  # fmt: skip
    after = {key: (t, tuple(c)) for key, t, c in
             zip(grown.units.key, grown.units.township, capacity(grown.units), strict=True)}  # fmt: skip
    assert len(after) > len(before)
    changed = [key for key in before if before[key] != after[key]]
    extended = len(np.unique(np.array(changed, dtype=np.uint64) >> np.uint64(32)))
    assert not changed or extended <= 83


# ---- limits of the plan


def test_a_public_home_that_is_built_has_thirty_nursing_beds():
    supply = build({"public-home.places": rise(14403, 30000), "public-home.nursing_share": rise(0.4, 0.6)})
    nursing = of_kind(supply, "public-home") & (supply.units.pool == supply.pools.index("nursing-bed"))
    new = nursing & (supply.units.opens > 0)
    opened = capacity(supply.units)[new]
    first = np.array([row[row > 0][0] for row in opened])
    assert new.sum() > 100
    assert first.min() >= 30


def test_a_size_that_breaks_the_limit_is_refused_in_one_line():
    values = {"extremely-poor-home.new_size": 44}
    with pytest.raises(ScenarioError) as caught:
        build({"extremely-poor-home.places": rise(14448, 30000)}, values=values)
    line = str(caught.value)
    assert line.startswith("a-scenario.toml: extremely-poor-home.new_size = 44 must be at least 75")
    assert "30 nursing beds" in line and "\n" not in line
    build(values=values)  # nothing is built: nothing is refused


def test_a_centre_of_more_than_150_slots_is_refused():
    with pytest.raises(ScenarioError, match=r"childcare-centre.new_size = 151 must be 1 to 150"):
        build({"childcare-centre.places_per_1000": rise(2, 6)}, values={"childcare-centre.new_size": 151})


def test_what_is_left_of_a_public_path_extends_a_home_or_is_told_as_unbuilt():
    supply = build({"public-home.places": rise(14403, 20000)})
    beds = capacity(supply.units)[of_kind(supply, "public-home")][:, -1].sum()
    assert beds + supply.unbuilt[KIND["public-home"]].sum() == 20000
    assert (supply.unbuilt >= 0).all()


def test_a_negative_path_is_refused():
    with pytest.raises(ScenarioError, match=r"private-home\.places"):
        build({"private-home.places": rise(100, -5)})


# ---- pools, staff, hours, prices


def test_a_rising_nursing_share_turns_ordinary_places_into_nursing_places():
    supply = build({"private-home.nursing_share": rise(0.4, 0.6)})
    of = of_kind(supply, "private-home")
    nursing = supply.units.pool[of] == supply.pools.index("nursing-bed")
    beds = capacity(supply.units)[of]
    assert (beds.sum(axis=0) == 55461).all()
    assert (np.diff(beds[nursing], axis=1) >= 0).all()
    assert (np.diff(beds[~nursing], axis=1) <= 0).all()
    assert beds[nursing].sum(axis=0)[[0, -1]] / 55461 == pytest.approx([0.4, 0.6], abs=0.002)


@pytest.mark.parametrize("share", [0.0, 0.37, 0.9, 1.0])
def test_places_that_nobody_staffs_are_not_usable(share):
    supply = build(values={"elder-carer.staffed_share": share})
    homes = np.isin(supply.units.kind, [0, 1, 2])
    built = capacity(supply.units)[homes, 0].sum()
    usable = capacity(supply.units, "step_usable")[homes, 0].sum()
    assert usable / built == pytest.approx(share, abs=0.02)
    assert share < 1 or usable == built


def test_more_staff_never_closes_a_place():
    fewer, more = (build(values={"childcare-carer.staffed_share": s}) for s in (0.7, 0.75))
    assert (capacity(more.units, "step_usable") >= capacity(fewer.units, "step_usable")).all()


def test_fourteen_workers_carry_134_minutes_a_resident_and_eighteen_173():
    """The report's break-even: 2,000 hours a year, four fifths of them spent on service."""
    path = np.where(np.arange(MONTHS) < 14, 14, 18)
    supply = build({"community-worker.workers_per_10000": path})
    minutes = supply.minutes[supply.cadres.index("community-worker")]
    urban = census().urban_residents.sum()
    assert minutes[:, 2:14].sum() / urban == pytest.approx(134.4, rel=1e-4)
    assert minutes[:, 50:62].sum() / urban == pytest.approx(172.8, rel=1e-4)


def test_people_who_are_only_counted_bring_no_minutes():
    counted = build({"community-worker.counted_per_10000": rise(0, 4)})
    row = counted.cadres.index("community-worker")
    urban = census().urban_residents.sum()
    reached = (counted.workers[row, :, -1] + counted.counted[row, :, -1]).sum() / 1000 / urban * 10_000
    assert reached == pytest.approx(18, rel=1e-4)
    assert np.array_equal(counted.minutes, FROZEN.minutes)
    assert np.array_equal(counted.workers, FROZEN.workers)


def test_carers_who_staff_places_bring_no_minutes_beside_them():
    for cadre in ("elder-carer", "childcare-carer", "social-worker"):
        assert FROZEN.minutes[FROZEN.cadres.index(cadre)].sum() == 0
        assert FROZEN.workers[FROZEN.cadres.index(cadre)].sum() > 0


def test_stations_stand_one_in_a_township_and_their_workers_average_the_setting():
    supply = build({"social-work-station.coverage": np.where(np.arange(MONTHS) < 20, 0.3, 1.0)})
    of = of_kind(supply, "social-work-station")
    workers, real = capacity(supply.units)[of], ATLAS.townships.kind != TownshipKind.OTHER
    sites = supply.units.township[of]
    assert len(set(sites)) == len(sites) == real.sum()
    assert real[sites].all()
    assert (workers > 0).sum(axis=0)[[0, -1]].tolist() == [round(0.3 * real.sum()), real.sum()]
    assert workers[:, -1].mean() == pytest.approx(2.52, abs=0.05)
    assert set(workers[:, -1]) == {2, 3}


def test_units_stand_in_townships_of_their_county():
    assert np.array_equal(ATLAS.townships.county[FROZEN.units.township], FROZEN.units.county)


def test_prices_are_fen_a_month_and_half_a_day_costs_its_share():
    full, half, nursing = (
        FROZEN.services.index(each) for each in ("childcare-full", "childcare-half", "nursing-bed")
    )
    centre, private, station = (
        KIND[each] for each in ("childcare-centre", "private-home", "social-work-station")
    )
    assert FROZEN.prices[centre, full, 0] == 270_000
    assert FROZEN.prices[centre, half, 0] == 162_000
    assert FROZEN.prices[private, nursing, 0] == 100 * SETTINGS["private-home.price.nursing-bed"]
    assert FROZEN.prices[station, nursing, 0] == NOT_SOLD
    cheaper = build({"childcare-centre.price.childcare-slot": rise(2700, 1900)}, PUTIAN)
    assert cheaper.prices[centre, [full, half], -1].tolist() == [190_000, 114_000]


def test_private_homes_take_no_state_payers_and_homes_for_the_extremely_poor_are_free_to_them():
    assert not FROZEN.admits[KIND["private-home"], Payer.STATE]
    assert FROZEN.free[KIND["extremely-poor-home"]].tolist() == [False, False, True]


def test_a_service_that_shares_a_pool_costs_what_the_pool_costs():
    made_up = replace(load_services()[0][0], id="made-up", pool="ordinary-bed")
    own = SupplyPlan(KINDS, load_cadres(), (made_up,), SETTINGS, MONTHS)
    supply = build_supply(own, ATLAS, census(), PUTIAN)
    assert supply.prices[KIND["public-home"], 0, 0] == 212_000
