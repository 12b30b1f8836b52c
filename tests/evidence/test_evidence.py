"""The evidence is whole: every figure has unit, source and quality, stands once, and the totals add up."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from evidence.table import COLUMNS, FOLDER, gather, load_evidence, read_table
from sim.errors import EvidenceError
from sim.kinds import Quality
from sim.places import load_atlas

EVIDENCE = load_evidence()
AGES = ["0", "1-4", *(f"{age}-{age + 4}" for age in range(5, 100, 5)), "100+"]
CITIES = [str(name) for name in load_atlas().cities.name]


def population(place: str, year: int, sex: str) -> list[float]:
    return [EVIDENCE.value(f"population_{age}_{sex}", place, year) for age in AGES]


def test_every_row_is_whole_and_its_reason_given() -> None:
    assert len(EVIDENCE.figures) > 2_300
    for figure in EVIDENCE.figures:
        assert len(figure.source) >= 12, figure
        assert figure.unit.strip(), figure
        assert re.fullmatch(r"\d{4}(-\d{2,4})?(/\d{4}-\d\d)?", figure.year), figure
        assert "万" not in figure.unit and "10k" not in figure.unit, figure
        if figure.quality is Quality.ASSUMED:
            assert "recalled" in figure.source or "reason: " in figure.source, figure


def test_no_source_is_a_machine_path_or_an_unresolved_same() -> None:
    for figure in EVIDENCE.figures:
        assert not re.match(r"same\b|ibid", figure.source), figure
        assert not re.search(r"/work/|/tmp/|/home/", figure.source), figure


@pytest.mark.parametrize(("year", "total"), [(2020, 41_540_086), (2010, 36_894_217)])
def test_ages_and_sexes_add_up_to_the_census(year: int, total: int) -> None:
    male, female, both = (population("Fujian", year, sex) for sex in ("male", "female", "both"))
    assert sum(male) + sum(female) == sum(both) == total
    assert [m + f for m, f in zip(male, female, strict=True)] == both
    assert EVIDENCE.value("resident_population", year=year) == total
    assert sum(male) == EVIDENCE.value("male", year=year)
    assert sum(both[AGES.index("60-64") :]) == EVIDENCE.value("age_60_plus", year=year)
    assert sum(both[AGES.index("65-69") :]) == EVIDENCE.value("age_65_plus", year=year)


def test_urban_and_rural_add_up() -> None:
    parts = [EVIDENCE.value(f"{area}_population", year=2020) for area in ("urban", "rural")]
    assert sum(parts) == EVIDENCE.value("resident_population", year=2020)


@pytest.mark.parametrize("year", [2010, 2020])
def test_counties_add_up_to_each_city_to_the_person(year: int) -> None:
    atlas = load_atlas()
    residents = EVIDENCE.by_county("resident_population", year)
    assert not np.isnan(residents).any()
    by_city = np.bincount(atlas.counties.city, residents)
    assert by_city.tolist() == [EVIDENCE.value("resident_population", city, year) for city in CITIES]


def test_sexes_of_2010_add_up_in_every_county() -> None:
    male, female, both = (
        EVIDENCE.by_county(name, 2010) for name in ("male", "female", "resident_population")
    )
    assert (male + female == both).all()


def test_every_county_has_a_margin_as_wide_as_its_quality() -> None:
    margins = EVIDENCE.by_county("resident_population_relative_margin", 2020)
    assert ((margins >= 0.001) & (margins <= 0.10)).all()
    cities = load_atlas().counties.city
    for city, margin, count in (("南平市", 0.10, 7), ("宁德市", 0.08, 5), ("三明市", 0.05, 9)):
        assert (margins[cities == CITIES.index(city)] == margin).sum() == count
    assert (margins >= 0.05).sum() == 21  # and no other county is as weak
    for figure in EVIDENCE.figures:
        if figure.indicator == "resident_population_relative_margin" and figure.value >= 0.02:
            assert EVIDENCE.figure("resident_population", figure.place, 2020).quality is not Quality.PUBLISHED


def test_the_two_population_series_differ_and_are_told_apart_by_name() -> None:
    revised = EVIDENCE.series("yearend_population_revised")
    first = EVIDENCE.series("yearend_population_as_first_published")
    for year in set(revised) & set(first):
        if year >= 2013:
            assert 0.025 < revised[year] / first[year] - 1 < 0.045
    for figure in EVIDENCE.figures:
        if figure.indicator in ("share_65_plus", "urban_share") and figure.place == "Fujian":
            assert figure.year in ("2010", "2020")  # census years only


def test_mortality_is_complete_and_rises_with_age_after_30() -> None:
    ages = ["0", "1", *(str(age) for age in range(5, 100, 5)), "100+"]
    for period in ("2015-2020", "2020-2025", "2025-2030"):
        for sex in ("male", "female"):
            rates = [EVIDENCE.value(f"mx_{age}_{sex}", "China", period) for age in ages]
            old = rates[ages.index("30") :]
            assert old == sorted(old) and min(rates) > 0 and max(rates) < 1


def test_scaled_mortality_gives_the_official_deaths() -> None:
    expected = EVIDENCE.value("deaths_expected_at_wpp_mx_2020_2025")
    scale = EVIDENCE.figure("mx_scale_fujian_vs_wpp_2020_2025")
    assert scale.value * expected == pytest.approx(EVIDENCE.value("deaths_official"), rel=1e-4)
    assert EVIDENCE.value(f"{scale.indicator}_low") < scale.value < EVIDENCE.value(f"{scale.indicator}_high")


def test_census_fertility_gives_the_official_births_of_2020() -> None:
    ages = [f"{age}-{age + 4}" for age in range(15, 50, 5)]
    births = sum(
        EVIDENCE.value(f"asfr_census_{age}", "China", 2020)
        * EVIDENCE.value(f"population_{age}_female", year=2020)
        for age in ages
    )
    assert births == pytest.approx(EVIDENCE.value("births_revised_base", year=2020), rel=0.01)


def test_elder_homes_of_2020_add_up_by_kind() -> None:
    kinds = ("social_welfare_homes", "extremely_poor_support_institutions", "other_elder_care_institutions")
    for what in ("beds", "residents"):
        total = EVIDENCE.value(f"institution_{what}", year=2020)
        assert sum(EVIDENCE.value(f"institution_{what}_{kind}", year=2020) for kind in kinds) == total
    for kind in kinds:
        ratio = EVIDENCE.value(f"institution_residents_{kind}", year=2020) / EVIDENCE.value(
            f"institution_beds_{kind}", year=2020
        )
        assert 100 * ratio == pytest.approx(
            EVIDENCE.value(f"institution_bed_occupancy_{kind}", year=2020), abs=0.06
        )


def test_income_rises_from_fifth_to_fifth_in_every_year() -> None:
    fifths = ("low", "lower_middle", "middle", "upper_middle", "high")
    for area in ("urban", "rural"):
        series = [EVIDENCE.series(f"disposable_income_{area}_quintile_{fifth}") for fifth in fifths]
        assert all(list(each) == list(range(2016, 2022)) for each in series)
        for year in range(2016, 2022):
            incomes = [each[year] for each in series]
            assert incomes == sorted(incomes)
    mean = np.mean(
        [EVIDENCE.value(f"disposable_income_rural_quintile_{fifth}", year=2020) for fifth in fifths]
    )
    assert mean == pytest.approx(EVIDENCE.value("disposable_income_rural", year=2020), rel=0.1)


def test_transition_rates_make_onset_and_death_rise_with_age() -> None:
    for sex in ("male", "female"):
        healthy = EVIDENCE.value(f"transition_healthy_to_dead_a_{sex}", "China")
        disabled = EVIDENCE.value(f"transition_disabled_to_dead_a_{sex}", "China")
        assert disabled > healthy  # the disabled die faster at 65
    signs = {"healthy_to_disabled": 1, "disabled_to_healthy": -1, "healthy_to_dead": 1, "disabled_to_dead": 1}
    for name, sign in signs.items():
        assert EVIDENCE.value(f"transition_{name}_b", "China") * sign > 0


def test_ranges_are_pairs_in_order() -> None:
    known = {(f.indicator, f.place, f.year): f.value for f in EVIDENCE.figures}
    pairs = [key for key in known if key[0].endswith("_low") and (key[0][:-4] + "_high", *key[1:]) in known]
    assert len(pairs) > 12
    for name, place, year in pairs:
        low, high = known[name, place, year], known[name[:-4] + "_high", place, year]
        assert low < high
        assert low <= known.get((name[:-4], place, year), low) <= high


def test_a_figure_is_found_by_name_place_and_year() -> None:
    assert EVIDENCE.value("birth_rate", "福建省", 2020) == EVIDENCE.value("birth_rate", year="2020") == 9.21
    assert EVIDENCE.value("mx_0_male", "China", 2020) == EVIDENCE.value("mx_0_male", "China", "2020-2025")
    assert EVIDENCE.figure("orphans").year == "2021-06"


def test_a_figure_that_may_be_missing_is_the_same_figure_or_none() -> None:
    assert EVIDENCE.known("birth_rate", "福建省", 2020) is EVIDENCE.figure("birth_rate", year=2020)
    for missing in (
        ("birth_rate", "Fujian", 2009),
        ("birth_rate", "Mars", 2020),
        ("birth_rat", "Fujian", 2020),
    ):
        assert EVIDENCE.known(*missing) is None


@pytest.mark.parametrize(
    ("asked", "hints"),
    [
        (("birth_rate",), ("vital.csv", "give a year", "2020")),
        (("birth_rate", "Fujian", 2009), ("vital.csv", "2009", "2010")),
        (("birth_rate", "Mars", 2020), ("vital.csv", "Mars", "莆田市")),
        (("birth_rat", "Fujian", 2020), ("birth_rat", "birth_rate (vital.csv)")),
        (("", "Fujian", 2020), ("find",)),
    ],
)
def test_a_missing_figure_names_table_indicator_and_near_candidates(
    asked: tuple, hints: tuple[str, ...]
) -> None:
    with pytest.raises(EvidenceError) as error:
        EVIDENCE.value(*asked)
    text = str(error.value)
    assert all(hint in text for hint in hints), text
    assert "\n" not in text


def test_words_are_found_in_english_and_chinese() -> None:
    english, chinese = EVIDENCE.find("childcare slots"), EVIDENCE.find("托位")
    assert chinese and {figure.indicator for figure in chinese} <= {figure.indicator for figure in english}
    assert all("slots" in figure.indicator + figure.unit + figure.source for figure in english)
    assert {figure.year for figure in EVIDENCE.find("births_revised 2017")} == {"2017"}
    assert EVIDENCE.find("births_revised 1917") == []
    assert {figure.table for figure in EVIDENCE.find("Childcare_Slots")} == {"childcare"}
    assert any(figure.place == "莆田市荔城区" for figure in EVIDENCE.find("荔城"))
    assert EVIDENCE.find("no such word") == []


@pytest.mark.parametrize(
    ("word", "meant"), [("fertilty", "fertility"), ("deths", "deaths"), ("托儿", "托位"), ("莆田", "莆田市")]
)
def test_a_word_that_is_not_found_leads_to_its_neighbours(word: str, meant: str) -> None:
    assert meant in EVIDENCE.near(word)
    assert all(EVIDENCE.find(near) for near in EVIDENCE.near(word))


def test_every_figure_is_reached_by_its_name_and_by_its_place_and_year() -> None:
    for figure in EVIDENCE.figures[::7]:
        assert figure in EVIDENCE.find(figure.indicator)
        assert EVIDENCE.known(figure.indicator, figure.place, figure.year) == figure
        assert EVIDENCE.figure(figure.indicator, figure.place, figure.year) is figure


@pytest.mark.parametrize(
    ("row", "hint"),
    [
        ("a,Fujian,2020,1,persons,,published", "t.csv:2"),
        ("a,Fujian,2020,1,,somebody 2020,published", "t.csv:2"),
        ("a,Fujian,2020,1,persons,somebody 2020", "t.csv:2"),
        ("a,Fujian,2020,46-54,persons,somebody 2020,published", "46-54"),
        ("a,Fujian,2020,nan,persons,somebody 2020,published", "finite"),
        ("a,Fujian,2020,1,persons,somebody 2020,memory", "memory"),
        ("a,Fujian,recent,1,persons,somebody 2020,published", "recent"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, row: str, hint: str) -> None:
    table = tmp_path / "t.csv"
    table.write_text(",".join(COLUMNS) + "\n" + row + "\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match=re.escape(hint)):
        list(read_table(table))


def test_a_wrong_header_and_a_figure_that_stands_twice_are_named(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name,value\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="columns must be"):
        list(read_table(table))
    twice = EVIDENCE.figures[:3] + EVIDENCE.figures[2:3]
    copies = [type(figure)(**vars(figure)) for figure in twice]
    with pytest.raises(EvidenceError, match="twice"):
        gather(copies)


def test_every_table_is_read() -> None:
    assert {figure.table for figure in EVIDENCE.figures} == {path.stem for path in FOLDER.glob("*.csv")}
