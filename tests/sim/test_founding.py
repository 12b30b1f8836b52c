"""Founding: everyone counted is there, keyed, and the published totals hold."""

from __future__ import annotations

import numpy as np
import pytest

from evidence.census import founding_tables
from evidence.settings import load_parameters
from evidence.table import load_evidence
from sim.founding import found, migrant_chances
from sim.kinds import Area, Employment, Living, Payer, Pension, Sex
from sim.margins import AGE_STARTS
from sim.places import load_atlas
from sim.residents import COLUMNS, Residents
from sim.streams import Stream
from tests.sim.small_founding import COUNTY, SMALL, cells, index, life, people, tables, years

FIFTHS = ("low", "lower_middle", "middle", "upper_middle", "high")


def groups(founded: Residents) -> np.ndarray:
    return np.searchsorted(AGE_STARTS, years(founded), side="right") - 1


def test_founded_residents_are_the_cells() -> None:
    founded, wanted = people(), cells().counts[index(COUNTY)]
    got = np.zeros_like(wanted)
    np.add.at(got, (founded.sex, groups(founded), founded.area), 1)
    assert (got == wanted).all()
    assert (founded.county == index(COUNTY)).all()
    assert len(np.unique(founded.key)) == founded.size == 905_068
    assert founded.birth_month.max() < 0, "founders are born before the census"


def test_the_same_seed_founds_the_same_residents_to_the_last_column() -> None:
    atlas = load_atlas()
    market = atlas.markets[atlas.select([SMALL]).markets[0]]
    again = found(cells(), tables(), life(), atlas, market, Stream.of(1, 0), room=1000)
    for column in COLUMNS:
        assert (getattr(again, column.name) == getattr(people(SMALL), column.name)).all(), column.name
    assert len(again.whole("key")) == again.size + 1000


def test_another_seed_keeps_keys_places_sexes_and_age_groups_and_draws_the_rest() -> None:
    one, other = people(SMALL), people(SMALL, seed=2)
    for name in ("key", "county", "area", "sex"):
        assert (getattr(one, name) == getattr(other, name)).all()
    assert (groups(one) == groups(other)).all()
    for name in ("birth_month", "community", "income", "migrant"):
        assert (getattr(one, name) != getattr(other, name)).mean() > 0.1, name


def test_districts_of_a_city_are_founded_together_in_order_of_county() -> None:
    atlas = load_atlas()
    market = atlas.markets[atlas.select(["三明市区"]).markets[0]]
    founded = found(cells(), tables(), life(), atlas, market, Stream.of(1, 0))
    assert sorted(set(founded.county.tolist())) == sorted(market.counties)
    assert (np.diff(founded.county.astype(int)) >= 0).all()
    assert founded.size == sum(cells().counts[county].sum() for county in market.counties)


def test_small_children_follow_the_births_of_their_years() -> None:
    births = load_evidence().series("births_revised_base")
    founded = people()
    age = founded.age_months(-1)
    young = [(age < 12 * (year + 1)) & (age >= 12 * year) for year in range(5)]
    got = np.array([rows.sum() for rows in young[1:]]) / np.array([rows.sum() for rows in young[1:]]).sum()
    # years of age 1 to 4 were born from November to October: two months of one year, ten of the next
    born = np.array([births[2018 - k] * 2 / 12 + births[2019 - k] * 10 / 12 for k in range(4)])
    assert got == pytest.approx(born / born.sum(), abs=0.012)
    uniform_infants = (age < 60).sum() / 5
    assert young[0].sum() < 0.85 * uniform_infants, "uniform ages inside 0 to 4 overstate infants"


def test_ages_run_smoothly_through_the_groups() -> None:
    """No cliff at the edges of groups: neighbouring years differ by less than the groups around them."""
    single = np.diff(tables().months[Sex.FEMALE][::12])
    for edge in range(35, 60, 5):
        step = abs(single[edge] / single[edge - 1] - 1)
        assert step < 0.12, edge


def test_households_live_in_one_community_of_their_county_and_kind() -> None:
    founded, atlas = people(), load_atlas()
    assert (atlas.communities.county[founded.community] == index(COUNTY)).all()
    assert (atlas.communities.urban[founded.community] == (founded.area == Area.URBAN)).all()
    order = np.argsort(founded.household, kind="stable")
    same = founded.household[order][1:] == founded.household[order][:-1]
    moved = founded.community[order][1:] != founded.community[order][:-1]
    assert not (same & moved).any()
    here = np.bincount(founded.community)[atlas.communities_of(index(COUNTY))]
    assert (here > 0).all(), "no community is empty"


def test_the_extremely_poor_are_the_countys_share_without_family_and_have_the_states_pension() -> None:
    founded, county = people(), index(COUNTY)
    poor = founded.payer == Payer.STATE
    elders = cells().aged(60)
    for area, total in ((Area.RURAL, 62_000), (Area.URBAN, 6_000)):
        old = poor & (founded.area == area) & (years(founded) >= 60)
        assert old.sum() == pytest.approx(0.85 * total * elders[county, area] / elders[:, area].sum(), abs=1)
        assert np.isin(founded.living[old], (Living.ALONE, Living.OTHERS, Living.COLLECTIVE)).all()
    assert (founded.pension[poor] == Pension.STATE).all()
    assert (founded.pension[~poor] != Pension.STATE).all()


def test_low_income_support_reaches_the_countys_share_and_whole_households() -> None:
    founded, county = people(), index(COUNTY)
    low = founded.payer == Payer.LOW_INCOME
    residents = cells().residents
    for area, total in ((Area.RURAL, 459_000), (Area.URBAN, 61_000)):
        share = total * residents[county, area] / residents[:, area].sum()
        assert share - 12 < (low & (founded.area == area)).sum() <= share + 1
    helped = np.isin(founded.household, founded.household[low])
    assert (founded.payer[helped] != Payer.FAMILY).all()


def test_supported_households_are_the_poorest_of_their_area() -> None:
    founded = people()
    supported = np.isin(founded.household, founded.household[founded.payer != Payer.FAMILY])
    for area in Area:
        here = founded.area == area
        assert founded.income[here & supported].max() <= founded.income[here & ~supported].min()


@pytest.mark.parametrize("area", Area)
def test_incomes_give_back_the_published_fifths(area: Area) -> None:
    founded, evidence = people(), load_evidence()
    income = np.sort(founded.income[founded.area == area])
    for part, fifth in zip(np.array_split(income, 5), FIFTHS, strict=True):
        published = evidence.value(f"disposable_income_{area.name.lower()}_quintile_{fifth}", year=2020)
        assert part.mean() == pytest.approx(published, rel=0.04), fifth
    assert np.abs(tables().income_fit).max() < 0.04


def test_a_household_shares_one_income_and_work_raises_it() -> None:
    founded = people()
    order = np.argsort(founded.household, kind="stable")
    same = founded.household[order][1:] == founded.household[order][:-1]
    assert (founded.income[order][1:] == founded.income[order][:-1])[same].all()

    def gain(founded: Residents) -> float:
        urban = (founded.area == Area.URBAN) & (founded.payer == Payer.FAMILY) & (years(founded) < 60)
        grown = urban & (years(founded) >= 25)
        working = founded.employment == Employment.EMPLOYED
        return float(founded.income[grown & working].mean() / founded.income[grown & ~working].mean())

    assert gain(founded) > 1.1
    assert abs(gain(people(SMALL, income_work_weight=0.3)) - 1) < gain(people(SMALL)) - 1


def test_migrants_add_up_in_the_province_and_in_the_city_that_counted_them() -> None:
    chances = migrant_chances(cells(), tables(), load_atlas())
    expected = (chances * cells().counts.sum(axis=1)).sum(axis=(1, 2))
    city = load_atlas().cities.name[load_atlas().counties.city]
    assert expected[city == "厦门市"].sum() == pytest.approx(2_715_022, rel=1e-6)
    assert expected.sum() == pytest.approx(13_661_071, rel=1e-6)
    founded = people()
    share = expected[index(COUNTY)] / founded.size
    error = np.sqrt(share * (1 - share) / founded.size)
    assert founded.migrant.mean() == pytest.approx(share, abs=4 * error)


def test_collective_households_hold_students_and_workers() -> None:
    founded = people()
    dormitory = founded.living == Living.COLLECTIVE
    age = years(founded)
    rates = [
        dormitory[(age >= low) & (age < high)].mean()
        for low, high in ((0, 15), (15, 25), (25, 60), (60, 120))
    ]
    assert rates[0] == 0 and rates[1] > 2 * rates[2] > 10 * rates[3] > 0


def test_draws_from_the_ends_of_every_range_still_found_a_county() -> None:
    atlas, settings = load_atlas(), load_parameters()
    market = atlas.markets[atlas.select([SMALL]).markets[0]]
    ours = [q for q in settings.uncertain() if q.name.startswith("founding.")]
    assert len(ours) > 10
    for end in ("low", "high"):
        ended = settings.with_values({q.name: getattr(q, end) for q in ours})
        founded = found(
            cells(), founding_tables(load_evidence(), ended), life(), atlas, market, Stream.of(3, 0)
        )
        assert (founded.mother[years(founded) < 3] >= 0).all()
