"""What is known of 2010 to 2020: two censuses, the yearly series between them, what was derived from both."""

from __future__ import annotations

import numpy as np
import pytest

from evidence import vital
from evidence.table import load_evidence
from sim.places import load_atlas

EVIDENCE = load_evidence()
AGES = ["0", "1-4", *(f"{age}-{age + 4}" for age in range(5, 100, 5)), "100+"]
YEARS = range(2011, 2021)
CENSUS = 10 / 12  # 1 November, as a part of the year
DECADE = "2010-11/2020-10"


def middle_population(year: int) -> float:
    """Residents in the middle of a year, on the revised series."""
    people = EVIDENCE.series("yearend_population_revised")
    return (people[year - 1] + people[year]) / 2


@pytest.mark.parametrize("year", [2010, 2020])
@pytest.mark.parametrize("cut", [60, 65, 80])
def test_the_old_by_sex_are_the_five_year_ages(year: int, cut: int) -> None:
    first = AGES.index(f"{cut}-{cut + 4}")
    both = [EVIDENCE.value(f"age_{cut}_plus_{sex}", year=year) for sex in ("male", "female")]
    for sex, count in zip(("male", "female"), both, strict=True):
        assert count == sum(EVIDENCE.value(f"population_{age}_{sex}", year=year) for age in AGES[first:])
    assert sum(both) == EVIDENCE.value(f"age_{cut}_plus", year=year)


def test_2010_has_every_margin_that_founding_needs_for_the_province() -> None:
    total = EVIDENCE.value("resident_population", year=2010)
    counties = EVIDENCE.by_county("resident_population", 2010)
    sexes = sum(EVIDENCE.by_county(sex, 2010) for sex in ("male", "female"))
    assert counties.sum() == total and (sexes == counties).all()
    urban, rural = (EVIDENCE.value(f"{area}_population", year=2010) for area in ("urban", "rural"))
    assert abs(urban + rural - total) <= 1  # the communiqué's parts are one person short
    family, apart = (
        EVIDENCE.value(f"population_in_{kind}_households", year=2010) for kind in ("family", "collective")
    )
    assert family + apart == total
    homes = EVIDENCE.by_county("family_households_table_5_3", 2010).sum()
    assert homes == pytest.approx(EVIDENCE.value("family_households", year=2010), rel=1e-4)


def test_quanzhou_s_men_of_2010_are_its_counties() -> None:
    atlas = load_atlas()
    inside = atlas.cities.name[atlas.counties.city] == "泉州市"
    men = EVIDENCE.by_county("male", 2010)[inside].sum() / EVIDENCE.value(
        "resident_population", "泉州市", 2010
    )
    assert 100 * men == pytest.approx(EVIDENCE.value("share_male", "泉州市", 2010), abs=0.005)


@pytest.mark.parametrize("year", YEARS)
def test_births_and_deaths_on_the_revised_base_are_rates_times_the_mean_population(year: int) -> None:
    for what, exact in (("birth", 1_000), ("death", 200)):
        count = EVIDENCE.value(f"{what}s_revised_base", year=year)
        rate = EVIDENCE.value(f"{what}_rate", year=year)
        assert count == pytest.approx(rate * middle_population(year) / 1000, abs=exact)


@pytest.mark.parametrize("year", YEARS)
def test_migration_is_what_births_and_deaths_leave(year: int) -> None:
    people = EVIDENCE.series("yearend_population_revised")
    born, died, moved = (
        EVIDENCE.value(name, year=year)
        for name in ("births_revised_base", "deaths_revised_base", "net_migration_residual")
    )
    assert moved == pytest.approx(people[year] - people[year - 1] - born + died, abs=2_000)


def test_the_decade_between_the_censuses_adds_up() -> None:
    change, born, died, moved = (
        EVIDENCE.value(f"{name}_between_censuses", year=DECADE)
        for name in ("population_change", "births", "deaths", "net_migration")
    )
    assert change == EVIDENCE.value("resident_population", year=2020) - EVIDENCE.value(
        "resident_population", year=2010
    )
    assert change == pytest.approx(born - died + moved, abs=100)
    yearly = EVIDENCE.series("births_revised_base")
    inside = sum(yearly[year] for year in range(2011, 2020)) + yearly[2020] * CENSUS
    assert inside < born < inside + 80_000  # two months of 2010


def test_births_first_published_rose_as_the_communiques_say() -> None:
    first = EVIDENCE.series("births_as_first_published")
    assert first[2014] - first[2013] == 60_400 and first[2016] - first[2015] == 28_700


def carried(year: int) -> np.ndarray:
    """Residents by sex and age in the middle of a year, cohorts carried evenly from census to census."""
    before, after = vital.population(EVIDENCE, 2010), vital.population(EVIDENCE, 2020)
    passed = year + 0.5 - (2010 + CENSUS)
    ages, people = np.arange(111), np.zeros((2, 111))
    for sex in (0, 1):
        then = np.interp(ages - passed, ages, before[sex], right=0)
        later = np.interp(ages - passed + 10, ages, after[sex], right=0)
        share = np.where(ages < passed, 1, passed / 10)  # those not yet born in 2010: the second census alone
        both = (then > 0) & (later > 0)
        people[sex] = np.where(both, then ** (1 - share) * later**share, 0)
    return people


@pytest.mark.parametrize("year", YEARS)
def test_yearly_scales_give_the_births_and_deaths_of_the_year(year: int) -> None:
    people = carried(year)
    expected = sum(
        EVIDENCE.value(f"asfr_{age}-{age + 4}", "China", year) * people[1, age : age + 5].sum()
        for age in range(15, 50, 5)
    )
    born = EVIDENCE.value("asfr_scale_fujian_vs_wpp", year=year) * expected
    assert born == pytest.approx(EVIDENCE.value("births_revised_base", year=year), rel=0.02)
    period = "2010-2015" if year < 2015 else "2015-2020" if year < 2020 else "2020-2025"
    died = (
        EVIDENCE.value("mx_scale_fujian_vs_wpp", year=year)
        * (vital.mortality(EVIDENCE, 1.0, period) * people).sum()
    )
    assert died == pytest.approx(EVIDENCE.value("deaths_revised_base", year=year), rel=0.02)


def test_more_children_of_5_to_9_were_counted_in_2020_than_the_yearbooks_bore() -> None:
    births = EVIDENCE.series("births_revised_base")
    born = (
        sum(births[year] for year in range(2011, 2015)) + births[2015] * CENSUS + births[2011] * (1 - CENSUS)
    )
    counted = EVIDENCE.value("population_5-9_both", year=2020)
    assert 1.2 < counted / born < 1.24  # the contradiction says 22 %


def test_table_1_of_the_plan_starts_in_2015() -> None:
    from scenarios.plan import load_register

    register = load_register()
    pairs = {
        "t1-urban-centres-2015": "urban_community_service_centres",
        "t1-urban-stations-2015": "urban_community_service_stations",
    }
    for target, indicator in pairs.items():
        assert (
            register[target].value
            == EVIDENCE.value(indicator, year=2015)
            < EVIDENCE.value(indicator, year=2020)
        )
