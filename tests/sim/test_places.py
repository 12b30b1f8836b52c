"""The registry is whole, markets partition it, and a place is named exactly or refused with a hint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.errors import PlaceError
from sim.places import CommunityKind, TownshipKind, load_atlas

ATLAS = load_atlas()
ROOT = Path(__file__).parents[2]


def codes(counties: tuple[int, ...]) -> list[int]:
    return [int(ATLAS.counties.code[county]) for county in counties]


def test_codes_nest_and_every_level_is_in_order() -> None:
    communities, townships, counties = ATLAS.communities, ATLAS.townships, ATLAS.counties
    for level in (ATLAS.cities, counties, townships, communities):
        assert (np.diff(level.code) > 0).all()
    assert (townships.code[communities.township] == communities.code // 1_000).all()
    assert (counties.code[communities.county] == communities.code // 1_000_000).all()
    assert (townships.county[communities.township] == communities.county).all()
    assert (counties.code[townships.county] == townships.code // 1_000).all()
    assert (ATLAS.cities.code[counties.city] == counties.code // 100).all()


def test_no_county_or_township_is_without_communities() -> None:
    for township_of, count in ((ATLAS.communities.township, 1_169), (ATLAS.communities.county, 83)):
        assert np.bincount(township_of, minlength=count).min() > 0


def test_kind_of_community_agrees_with_its_code() -> None:
    """Digits 10 to 12: 001-199 residents' committee, 200-399 village, from 400 what resembles them."""
    number = ATLAS.communities.code % 1_000
    expected = np.digitize(number, [200, 400, 500])
    order = [
        CommunityKind.RESIDENTS_COMMITTEE,
        CommunityKind.VILLAGE_COMMITTEE,
        CommunityKind.QUASI_RESIDENTS,
        CommunityKind.QUASI_VILLAGE,
    ]
    assert (np.array(order)[expected] == ATLAS.communities.kind).all()
    assert (ATLAS.communities.urban == np.isin(expected, (0, 2))).all()


def test_a_street_is_named_and_coded_as_one() -> None:
    streets = ATLAS.townships.kind == TownshipKind.STREET
    assert (ATLAS.townships.code[streets] % 1_000 < 100).all()
    assert all(name.endswith("街道") for name in ATLAS.townships.name[streets])


def test_slices_of_communities_cover_the_province_once() -> None:
    covered = np.zeros(len(ATLAS.communities.code), dtype=int)
    for county in range(83):
        part = ATLAS.communities_of(county)
        covered[part] += 1
        assert (ATLAS.communities.county[part] == county).all()
    assert (covered == 1).all()


def test_markets_partition_the_counties() -> None:
    members = [county for market in ATLAS.markets for county in market.counties]
    assert sorted(members) == list(range(83))
    assert [market.id for market in ATLAS.markets] == list(range(len(ATLAS.markets)))
    assert len({market.name for market in ATLAS.markets}) == len(ATLAS.markets)
    for market in ATLAS.markets:
        assert (ATLAS.county_market[list(market.counties)] == market.id).all()


def test_districts_of_a_city_are_one_market_and_every_other_county_its_own() -> None:
    districts = np.flatnonzero(ATLAS.counties.is_district)
    assert len(districts) == 31  # of 83: the plan's 县（市、区）
    assert all(ATLAS.counties.name[county].endswith("区") for county in districts)
    assert len(ATLAS.markets) == 9 + 83 - 31
    for market in ATLAS.markets:
        inside = ATLAS.counties.is_district[list(market.counties)]
        assert inside.all() or len(market.counties) == 1
        assert len(set(ATLAS.counties.city[list(market.counties)])) == 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("3503", [350302, 350303, 350304, 350305, 350322]),
        ("350300", [350302, 350303, 350304, 350305, 350322]),
        ("莆田市", [350302, 350303, 350304, 350305, 350322]),
        ("莆田市区", [350302, 350303, 350304, 350305]),
        ("荔城区", [350304]),
        ("莆田市荔城区", [350304]),
        (" ３５０３０４ ", [350304]),
        ("350304000000", [350304]),
        ("平潭", [350128]),
    ],
)
def test_a_place_is_a_code_or_a_name(written: str, expected: list[int]) -> None:
    assert codes(ATLAS.select([written]).counties) == expected


@pytest.mark.parametrize("written", [[], ["35"], ["福建省"], ["福建"], ["350000"]])
def test_no_place_or_the_province_is_every_county(written: list[str]) -> None:
    selection = ATLAS.select(written)
    assert selection.counties == tuple(range(83))
    assert selection.markets == tuple(range(len(ATLAS.markets)))


def test_places_add_up_and_part_of_a_market_runs_the_whole_market() -> None:
    selection = ATLAS.select(["350302", "城厢区", "仙游县"])
    assert codes(selection.counties) == [350302, 350322]
    assert [ATLAS.markets[market].name for market in selection.markets] == ["莆田市区", "仙游县"]


def test_every_code_and_every_name_finds_its_own_county() -> None:
    for row, (code, name) in enumerate(zip(ATLAS.counties.code, ATLAS.counties.name, strict=True)):
        assert ATLAS.select([str(code)]).counties == ATLAS.select([name]).counties == (row,)


def test_a_selection_is_described_by_its_largest_whole_places() -> None:
    for written, name in (
        ([], "福建省"),
        (["3503"], "莆田市"),
        (["莆田市区"], "莆田市区"),
        (["350304"], "荔城区"),
    ):
        assert ATLAS.describe(ATLAS.select(written).counties) == name
    assert ATLAS.describe(ATLAS.select(["厦门市", "荔城区"]).counties) == "厦门市、荔城区"


@pytest.mark.parametrize("written", ["350304100", "350304100200", "白沙镇", "城厢镇"])
def test_a_township_is_refused_with_the_reason_and_the_county_to_use(written: str) -> None:
    with pytest.raises(PlaceError, match=r"synthetic.*use the county.*3"):
        ATLAS.select([written])


def test_every_township_name_is_refused_or_is_a_county_too() -> None:
    names = set(ATLAS.townships.name) - {name[:-1] for name in ATLAS.counties.name} - set(ATLAS.counties.name)
    for name in sorted(names)[::25]:
        with pytest.raises(PlaceError, match="synthetic"):
            ATLAS.select([name])


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("长乐市", "长乐区 (350112)"),  # its name until 2017
        ("龙海市", "龙海区 (350604)"),
        ("莆", "莆田市 (3503)"),
        ("350399", "荔城区 (350304)"),
        ("金门县", "no residents"),
        ("350527", "no residents"),
        ("36", "such as"),
        ("", "such as"),
        ("Putian", "such as"),
        ("x" * 500, "such as"),
    ],
)
def test_an_unknown_place_gets_one_short_line_with_a_way_on(written: str, hint: str) -> None:
    with pytest.raises(PlaceError) as error:
        ATLAS.select(["莆田市", written])
    text = str(error.value)
    assert hint in text
    assert "\n" not in text
    assert len(text) < 300


def test_one_wrong_character_of_a_short_name_still_finds_the_place() -> None:
    with pytest.raises(PlaceError, match=r"did you mean .*福州市 \(3501\)"):
        load_atlas().select(["福洲"])


def test_an_ambiguous_name_lists_at_most_eight_candidates() -> None:
    with pytest.raises(PlaceError) as error:
        ATLAS.select(["城"])
    text = str(error.value)
    assert "荔城区 (350304)" in text and "蕉城区 (350902)" in text
    assert text.count("(") <= 8


def test_distances_are_a_metric_of_the_right_size() -> None:
    far = ATLAS.distances_km
    assert (far == far.T).all() and (far.diagonal() == 0).all()
    assert (far[:, None, :] <= far[:, :, None] + far[None, :, :] + 1e-9).all()
    north, south = (ATLAS.select([name]).counties[0] for name in ("浦城县", "诏安县"))
    assert far[north, south] == pytest.approx(475, abs=5)  # 4.092 degrees of latitude


def test_centroids_and_areas_are_fujians() -> None:
    assert ATLAS.counties.area_km2.sum() == pytest.approx(124_000, rel=0.03)  # the province's land, km²
    assert ((ATLAS.counties.lon > 115.8) & (ATLAS.counties.lon < 120.8)).all()
    assert ((ATLAS.counties.lat > 23.5) & (ATLAS.counties.lat < 28.4)).all()


def test_every_place_name_renders_in_the_font() -> None:
    ttLib = pytest.importorskip("fontTools.ttLib")
    names = (ATLAS.cities.name, ATLAS.counties.name, ATLAS.townships.name, ATLAS.communities.name)
    characters = {character for level in names for name in level for character in name}
    characters |= {character for market in ATLAS.markets for character in market.name}
    with ttLib.TTFont(ROOT / "results" / "font" / "NotoSansSC-subset.ttf", lazy=True) as font:
        covered = set(font.getBestCmap())
    assert len(characters) > 1_000
    assert not {character for character in characters if ord(character) not in covered}


def test_every_county_has_its_polygon() -> None:
    import json

    shapes = json.loads((ROOT / "results" / "map" / "counties.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    drawn = {int(shape["properties"]["county_code"]): shape["properties"]["county"] for shape in shapes}
    assert drawn == dict(zip(ATLAS.counties.code.tolist(), ATLAS.counties.name.tolist(), strict=True))
    assert all(shape["geometry"]["coordinates"] for shape in shapes)
