"""Households: who belongs to whom, exact numbers, and the shares that settings move."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import LawBroken
from sim.households import form_households
from sim.kinds import Area, Living, Sex
from sim.residents import LONG_AGO, NOBODY, Residents
from sim.streams import Stream, founder_keys
from tests.sim.small_founding import COUNTY, SMALL, cells, index, people, tables, years

STREAM = Stream.of(1, 0)


def family(ages: list[int], sexes: list[Sex]) -> Residents:
    """Make a few residents of one block, ages in years."""
    out = Residents.empty(len(ages))
    out.key[:] = founder_keys(350926, 0, len(ages))
    out.sex[:] = sexes
    out.birth_month[:] = -1 - 12 * np.array(ages) - 6
    return out


def formed(ages: list[int], sexes: list[Sex], households: int, collective: int = 0) -> Residents:
    out = family(ages, sexes)
    starts, counts = np.array([0, len(ages)]), (np.array([collective]), np.array([households]))
    form_households(out, starts, *counts, tables().families, STREAM)
    return out


def test_a_mother_and_her_children_in_one_household() -> None:
    out = formed([1, 4, 30], [Sex.MALE, Sex.FEMALE, Sex.FEMALE], households=1)
    assert out.mother.tolist() == [2, 2, NOBODY]
    assert out.household.tolist() == [0, 0, 0]
    assert out.living.tolist() == [Living.PARENTS, Living.PARENTS, Living.OTHERS]
    assert out.births.tolist() == [0, 0, 2]
    assert out.last_birth.tolist() == [LONG_AGO, LONG_AGO, out.birth_month[0]]


def test_three_generations_under_one_roof() -> None:
    """A couple of 33 and 31 with a son of 2 live with his mother, 62."""
    out = formed([33, 62, 2, 31], [Sex.MALE, Sex.FEMALE, Sex.MALE, Sex.FEMALE], households=1)
    assert out.spouse.tolist() == [3, NOBODY, NOBODY, 0]
    assert out.mother.tolist() == [1, NOBODY, 3, NOBODY]
    assert out.living.tolist() == [Living.SPOUSE, Living.CHILDREN, Living.PARENTS, Living.SPOUSE]
    assert set(out.household.tolist()) == {0}


def test_two_alone_or_two_strangers_as_the_number_of_households_asks() -> None:
    alone = formed([40, 70], [Sex.MALE, Sex.FEMALE], households=2)
    assert alone.living.tolist() == [Living.ALONE, Living.ALONE]
    together = formed([45, 50], [Sex.MALE, Sex.MALE], households=1)
    assert together.living.tolist() == [Living.OTHERS, Living.OTHERS]


def test_more_households_than_grown_people_cannot_be_formed() -> None:
    with pytest.raises(LawBroken, match="formed 1 of 2"):
        formed([1, 30], [Sex.MALE, Sex.FEMALE], households=2)


def test_a_small_child_without_any_woman_to_be_its_mother_is_refused() -> None:
    with pytest.raises(LawBroken, match="under 3 without a mother"):
        formed([1, 30], [Sex.MALE, Sex.MALE], households=2)


def test_numbers_of_households_and_collective_residents_are_exact_by_area() -> None:
    for name in (COUNTY, SMALL):
        founded, county = people(name), index(name)
        dormitory = founded.living == Living.COLLECTIVE
        for area in Area:
            here = founded.area == area
            assert (here & dormitory).sum() == cells().collective[county, area]
            assert len(np.unique(founded.household[here & ~dormitory])) == cells().households[county, area]


def test_living_alone_is_a_household_of_one_and_a_collective_resident_has_no_family() -> None:
    founded = people()
    size = np.bincount(founded.household)[founded.household]
    dormitory = founded.living == Living.COLLECTIVE
    assert ((founded.living == Living.ALONE) == ((size == 1) & ~dormitory)).all()
    assert (size[dormitory] == 1).all()
    assert (founded.spouse[dormitory] == NOBODY).all() and (founded.mother[dormitory] == NOBODY).all()


def test_spouses_belong_to_each_other() -> None:
    founded = people()
    rows = np.flatnonzero(founded.spouse != NOBODY)
    other = founded.spouse[rows]
    assert (founded.spouse[other] == rows).all()
    assert (founded.sex[rows] != founded.sex[other]).all()
    assert (founded.household[rows] == founded.household[other]).all()
    assert np.isin(founded.living[rows], (Living.SPOUSE, Living.SPOUSE_AND_CHILDREN)).all()
    assert years(founded)[rows].min() >= 18


def test_mothers_are_women_of_the_household_fifteen_to_fifty_years_older() -> None:
    founded = people()
    children = np.flatnonzero(founded.mother != NOBODY)
    mothers = founded.mother[children]
    apart = founded.birth_month[children].astype(int) - founded.birth_month[mothers]
    assert apart.min() >= 15 * 12 and apart.max() <= 50 * 12
    assert (founded.sex[mothers] == Sex.FEMALE).all()
    assert (founded.household[children] == founded.household[mothers]).all()
    assert (founded.mother[years(founded) < 3] != NOBODY).all()


def test_births_count_the_children_and_last_birth_is_the_youngest() -> None:
    founded = people(SMALL)
    children = np.flatnonzero(founded.mother != NOBODY)
    counted = np.bincount(founded.mother[children], minlength=founded.size)
    assert (founded.births == counted).all()
    youngest = np.full(founded.size, LONG_AGO)
    np.maximum.at(youngest, founded.mother[children], founded.birth_month[children])
    assert (founded.last_birth == youngest).all()


def test_siblings_are_seldom_of_one_year() -> None:
    founded = people()
    minors = np.flatnonzero((founded.mother != NOBODY) & (years(founded) < 18))
    pairs = np.unique(founded.mother[minors].astype(np.int64) * 100 + years(founded)[minors])
    assert len(pairs) == len(minors)


def test_whoever_lives_with_grown_children_has_someone_so_much_younger_at_home() -> None:
    founded = people(SMALL)
    age = founded.age_months(-1)
    grown = np.full(founded.household.max() + 1, 9999)
    adult = np.flatnonzero(age >= 18 * 12)
    np.minimum.at(grown, founded.household[adult], age[adult])
    parents = np.isin(founded.living, (Living.CHILDREN, Living.SPOUSE_AND_CHILDREN))
    assert parents.sum() > 1000
    apart = age[parents] - grown[founded.household[parents]]
    assert np.percentile(apart, 0.5) >= 13 * 12  # a step-parent may be a little closer


def elders_with_children(founded: Residents) -> float:
    old = years(founded) >= 60
    return float(np.isin(founded.living[old], (Living.CHILDREN, Living.SPOUSE_AND_CHILDREN)).mean())


def test_the_share_of_elders_with_children_is_the_one_set() -> None:
    assert elders_with_children(people()) == pytest.approx(0.41, abs=0.005)
    assert elders_with_children(people(SMALL, elders_with_children=0.5)) == pytest.approx(0.5, abs=0.005)


def test_the_widowed_live_with_children_more_often_where_the_ratio_says_so() -> None:
    def alone(ratio: float) -> float:
        founded = people(SMALL, widowed_with_children_ratio=ratio)
        single = (years(founded) >= 60) & (founded.spouse == NOBODY) & (founded.living != Living.COLLECTIVE)
        return float((founded.living[single] == Living.ALONE).mean())

    assert alone(3.0) < alone(2.0) < alone(1.0)


def test_births_by_order_come_near_the_census() -> None:
    """First 41 %, second 47 %, later 12 % of the births before the census (long form, Fujian)."""
    founded = people()
    children = np.flatnonzero(founded.mother != NOBODY)
    children = children[np.lexsort((founded.birth_month[children], founded.mother[children]))]
    mothers = founded.mother[children]
    first = np.flatnonzero(np.append(True, mothers[1:] != mothers[:-1]))
    order = np.arange(len(children)) - np.repeat(first, np.diff(np.append(first, len(children)))) + 1
    infants = np.minimum(order[years(founded)[children] == 0], 3)
    assert np.bincount(infants, minlength=4)[1:] / len(infants) == pytest.approx([0.41, 0.47, 0.12], abs=0.06)


def test_another_seed_makes_other_households_as_many() -> None:
    one, other = people(SMALL), people(SMALL, seed=2)
    assert (one.household != other.household).mean() > 0.5
    assert one.household.max() == other.household.max()
