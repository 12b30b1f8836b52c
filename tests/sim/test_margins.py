"""Raking: textbook cases, the published figures, and what follows from the assumed ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evidence.table import load_evidence
from sim.errors import EvidenceError
from sim.kinds import Area, Quality, Sex
from sim.margins import AGE_STARTS, Margin, apportion, fit_cells, round_cells
from sim.places import load_atlas
from tests.sim.small_founding import cells, index

POSITIVE = st.floats(0.1, 50.0)


def margin(name: str, groups: list, totals: list[float]) -> Margin:
    labels = tuple(f"{name} {number}" for number in range(len(totals)))
    return Margin(name, np.array(groups), np.array(totals), labels, (Quality.PUBLISHED,) * len(totals))


@given(arrays(float, (2, 2), elements=POSITIVE), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_raking_meets_both_margins_and_keeps_the_seeds_odds_ratio(
    seed: np.ndarray, first: float, left: float
) -> None:
    rows = margin("rows", [[0], [1]], [100 * first, 100 * (1 - first)])
    columns = margin("columns", [[0, 1]], [100 * left, 100 * (1 - left)])
    fitted, _ = fit_cells(seed, (rows, columns))
    assert fitted.sum(axis=1) == pytest.approx(rows.totals, rel=1e-5)
    assert fitted.sum(axis=0) == pytest.approx(columns.totals, rel=1e-5)
    odds = seed[0, 0] * seed[1, 1] / (seed[0, 1] * seed[1, 0])
    assert fitted[0, 0] * fitted[1, 1] / (fitted[0, 1] * fitted[1, 0]) == pytest.approx(odds, rel=1e-6)


def test_cells_outside_a_margin_are_left_to_the_others() -> None:
    some = margin("some", [[0, -1], [-1, -1]], [7.0])
    everyone = margin("rows", [[0], [1]], [10.0, 20.0])
    fitted, _ = fit_cells(np.ones((2, 2)), (some, everyone))
    assert fitted == pytest.approx(np.array([[7.0, 3.0], [10.0, 10.0]]))


def test_margins_that_contradict_one_another_are_refused_by_name() -> None:
    one, other = margin("counts", [[0, 0]], [10.0]), margin("bulletin", [[0, 0]], [11.0])
    with pytest.raises(EvidenceError, match="contradicts the others"):
        fit_cells(np.ones((1, 2)), (one, other))


def test_people_without_a_cell_to_hold_them_are_refused() -> None:
    with pytest.raises(EvidenceError, match="urban, urban 0: people to place but no cell"):
        fit_cells(np.array([[0.0, 1.0]]), (margin("urban", [[0, 1]], [5.0, 5.0]),))


@given(
    arrays(
        float,
        st.tuples(st.integers(1, 30), st.integers(1, 12)),
        elements=st.floats(0, 40, allow_subnormal=False),
    )
)
def test_rounding_keeps_counties_exact_and_columns_within_two(table: np.ndarray) -> None:
    totals = np.round(table.sum(axis=1)).astype(np.int64)
    table = table * (totals / np.maximum(table.sum(axis=1), 1e-12))[:, None]
    rounded = round_cells(table, totals)
    assert (rounded.sum(axis=1) == totals).all()
    assert np.abs(rounded - table).max() <= 1 + 1e-9
    assert (rounded[table == 0] == 0).all(), "nobody lives in an empty cell"
    assert np.abs(rounded.sum(axis=0) - table.sum(axis=0)).max() <= 2


@given(st.integers(0, 10_000), arrays(float, st.integers(1, 40), elements=POSITIVE))
def test_sharing_a_number_gives_it_all_away_and_no_part_is_off_by_one(
    total: int, weights: np.ndarray
) -> None:
    shared = apportion(total, weights)
    assert shared.sum() == total
    assert np.abs(shared - total * weights / weights.sum()).max() <= 1 + 1e-9


def test_every_county_is_exact() -> None:
    published = load_evidence().by_county("resident_population", 2020)
    assert (cells().counts.sum(axis=(1, 2, 3)) == published).all()
    assert cells().counts.sum() == 41_540_086


def test_the_province_by_age_and_sex_is_within_a_fifth_of_a_percent_or_twenty_people() -> None:
    evidence, got = load_evidence(), cells().counts.sum(axis=(0, 3))
    for sex in Sex:
        for row, start in enumerate(AGE_STARTS):
            word = {0: "0", 1: "1-4", 100: "100+"}.get(start, f"{start}-{start + 4}")
            published = evidence.value(f"population_{word}_{sex.name.lower()}", year=2020)
            assert abs(got[sex, row] - published) <= max(20, 0.002 * published), (sex, start)


def test_cities_and_counties_keep_what_they_published() -> None:
    atlas, counts = load_atlas(), cells().counts
    city = atlas.cities.name[atlas.counties.city]
    old = [age >= 60 for age in AGE_STARTS]
    assert counts[city == "厦门市"][:, :, old].sum() == pytest.approx(493_579, abs=50)
    assert counts[city == "漳州市"][:, :, :4].sum() == pytest.approx(1_004_102, abs=50)
    assert counts[city == "泉州市"][:, Sex.MALE].sum() == pytest.approx(4_586_453, abs=50)
    assert counts[index("鼓楼区")][:, 14:].sum() == pytest.approx(92_351, abs=20)
    assert counts[index("晋江市"), :, :4].sum() == pytest.approx(0.1833 * 2_061_551, abs=50)
    assert counts[index("寿宁县"), :, :, Area.URBAN].sum() == pytest.approx(88_595, abs=20)
    assert counts[..., Area.URBAN].sum() == pytest.approx(28_557_247, abs=100)


def test_family_households_and_collective_residents_add_up() -> None:
    households, collective = cells().households, cells().collective
    assert households.sum() == 14_371_100
    assert collective.sum() == 3_077_800
    city = load_atlas().cities.name[load_atlas().counties.city]
    assert households[city == "厦门市"].sum() == 1_969_770
    assert collective[city == "漳州市"].sum() == 272_731
    assert (cells().residents - collective >= households).all(), "no household is empty"


def test_the_fit_report_says_what_the_cells_give() -> None:
    rows = {(row.margin, row.label): row for row in cells().fit}
    xiamen = rows["ages of cities", "厦门市 60+"]
    city = load_atlas().cities.name[load_atlas().counties.city]
    assert xiamen.got == cells().aged(60)[city == "厦门市"].sum()
    assert xiamen.error == pytest.approx(xiamen.got / 493_579 - 1)
    assert {"counties", "age-sex", "urban", "households", "collective"} <= {margin for margin, _ in rows}
    assert rows["province", "households"].published == 14_371_100
    assert rows["province", "Fujian urban"].published == 28_557_247
    assert ("urban", "莆田市 (rest) urban") in rows, "a city's remainder is called one"
    assert max(abs(row.error) for row in cells().fit if row.published > 5000) < 1e-3


def test_what_is_imputed_names_the_cities_without_a_figure() -> None:
    texts = [each.en for each in cells().imputed]
    ages = next(text for text in texts if "ages not published" in text)
    assert all(name in ages for name in ("莆田市", "三明市", "南平市", "龙岩市"))
    assert "厦门市" not in ages and "泉州市" not in ages
    assert all(each.zh for each in cells().imputed)


def test_districts_without_a_village_have_no_rural_residents() -> None:
    assert cells().residents[index("鼓楼区"), Area.RURAL] == 0
    assert cells().residents[index("柘荣县")].min() > 0


def test_older_villages_move_elders_to_villages_and_leave_the_margins_alone() -> None:
    def rural_elders(ratio: float) -> float:
        moved = cells(rural_elder_ratio=ratio)
        assert (moved.counts.sum(axis=(1, 2, 3)) == cells().counts.sum(axis=(1, 2, 3))).all()
        return moved.aged(60)[:, Area.RURAL].sum() / moved.residents[:, Area.RURAL].sum()

    assert rural_elders(1.2) < rural_elders(1.5) < rural_elders(1.8)
