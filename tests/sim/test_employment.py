"""Work and pension: the published profile by age, kept as people age, and shifts of the stated size."""

from __future__ import annotations

import numpy as np
import pytest

from evidence.table import load_evidence
from sim import employment
from sim.kinds import Area, Employment, Function, Payer, Pension
from sim.residents import STAYS, Residents
from tests.sim.small_life import STREAM, age, lived, people, started, tables

FOUNDED = started(people(500_000))
AGE = age(FOUNDED)
IN_FORCE = np.isin(FOUNDED.employment, (Employment.EMPLOYED, Employment.UNEMPLOYED))


def taking_part(residents: Residents, month: int, ages: range, sex: int) -> tuple[float, int]:
    """Return the share of those able to work who take part, and their number."""
    years = age(residents, month)
    rows = (residents.exit_month == STAYS) & np.isin(years, list(ages)) & (residents.sex == sex)
    rows &= residents.function < Function.MODERATE
    inside = np.isin(residents.employment[rows], (Employment.EMPLOYED, Employment.UNEMPLOYED))
    return float(inside.mean()), int(rows.sum())


def test_the_province_has_its_published_number_of_employed() -> None:
    share = (FOUNDED.employment == Employment.EMPLOYED).mean()
    published = load_evidence().value("employed_total", year=2020) / 41_540_086
    assert share == pytest.approx(published, abs=4 * np.sqrt(0.25 / len(FOUNDED)))
    assert 1.0 < tables().yearly.participation_factor < 1.06


@pytest.mark.parametrize("first", range(20, 60, 5))
@pytest.mark.parametrize(("sex", "letter"), [(0, "M"), (1, "F")])
def test_participation_has_the_published_profile(sex: int, letter: str, first: int) -> None:
    name = f"labour_force_participation_{letter}_{first}-{first + 4}"
    published = load_evidence().value(name, "China", 2020) / 100 * tables().yearly.participation_factor
    share, count = taking_part(FOUNDED, -1, range(first, first + 5), sex)
    assert share == pytest.approx(published, abs=4 * np.sqrt(0.25 / count) + 0.004)


def test_the_profile_is_kept_as_people_age() -> None:
    residents = lived(started(people(300_000)), 62)
    for sex in (0, 1):
        for first in range(20, 75, 5):
            years = range(first, first + 5)
            share, count = taking_part(residents, 61, years, sex)
            here = (residents.exit_month == STAYS) & (residents.sex == sex)
            here &= np.isin(age(residents, 61), list(years)) & (residents.function < Function.MODERATE)
            expected = tables().yearly.participation[sex, age(residents, 61)[here]].mean()
            assert share == pytest.approx(expected, abs=4 * np.sqrt(0.25 / count))


@pytest.mark.parametrize(("area", "published"), [(Area.RURAL, 0.02), (Area.URBAN, 0.0382)])
def test_unemployment_stays_where_it_starts(area: Area, published: float) -> None:
    residents = lived(started(people(200_000)), 24)
    for group, inside in ((FOUNDED, IN_FORCE), (residents, np.isin(residents.employment, (2, 3)))):
        rows = inside & (group.area == area) & (group.exit_month == STAYS)
        share = (group.employment[rows] == Employment.UNEMPLOYED).mean()
        assert share == pytest.approx(published, abs=4 * np.sqrt(published / rows.sum()))


def test_children_study_and_the_young_who_do_not_work_mostly_do() -> None:
    assert (FOUNDED.employment[(AGE >= 6) & (AGE < 16)] == Employment.STUDENT).all()
    assert (FOUNDED.employment[AGE < 6] == Employment.OUT).all()
    outside = (AGE >= 16) & (AGE < 19) & ~IN_FORCE
    assert (FOUNDED.employment[outside] == Employment.STUDENT).mean() == pytest.approx(0.95, abs=0.01)
    assert not (FOUNDED.employment[AGE >= 25] == Employment.STUDENT).any()


def test_who_is_past_pension_age_and_does_not_work_is_retired() -> None:
    assert (FOUNDED.employment[(AGE >= 61) & ~IN_FORCE] == Employment.RETIRED).all()
    men = (FOUNDED.sex == 0) & (AGE < 60)
    assert not (FOUNDED.employment[men] == Employment.RETIRED).any()


def test_nobody_who_lost_more_than_a_little_function_works() -> None:
    assert not IN_FORCE[FOUNDED.function >= Function.MODERATE].any()


def test_a_point_of_participation_moves_a_point_of_those_of_working_age() -> None:
    more = started(people(500_000), tables(participation_shift=1.0))
    grown = AGE >= 16
    gained = np.isin(more.employment, (2, 3)) & ~IN_FORCE
    lost = IN_FORCE & ~np.isin(more.employment, (2, 3))
    assert not lost.any()
    assert gained[grown].mean() == pytest.approx(0.0099, abs=0.0008), "the disabled keep out"


def test_pension_follows_area_career_and_payer() -> None:
    def share(rows: np.ndarray, kind: Pension) -> float:
        return float((FOUNDED.pension[rows] == kind).mean())

    middle = (AGE >= 35) & (AGE < 55) & IN_FORCE
    assert share(middle & (FOUNDED.area == Area.URBAN), Pension.EMPLOYEE) == pytest.approx(0.48, abs=0.01)
    assert share(middle & (FOUNDED.area == Area.RURAL), Pension.EMPLOYEE) == pytest.approx(0.12, abs=0.01)
    assert share(AGE >= 60, Pension.EMPLOYEE) < share(middle, Pension.EMPLOYEE)
    assert not (FOUNDED.pension[AGE < 16] == Pension.EMPLOYEE).any()
    assert share(AGE >= 16, Pension.NONE) == pytest.approx(0.05, abs=0.005)


def test_a_point_of_employees_pension_moves_a_point_of_those_who_have_worked() -> None:
    more = started(people(500_000), tables(employee_pension_shift=1.0))
    worked = (AGE >= 55) & IN_FORCE
    gained = (more.pension == Pension.EMPLOYEE) & (FOUNDED.pension != Pension.EMPLOYEE)
    assert not ((FOUNDED.pension == Pension.EMPLOYEE) & (more.pension != Pension.EMPLOYEE)).any()
    assert gained[worked].mean() == pytest.approx(0.01, abs=0.002)


def test_the_state_pays_those_it_supports() -> None:
    residents = started(people(1_000))
    residents.payer[:10] = Payer.STATE
    employment.pension(residents, np.arange(1_000), -1, tables(), STREAM)
    assert (residents.pension[:10] == Pension.STATE).all()
    assert not (residents.pension[10:] == Pension.STATE).any()


def test_beginning_to_work_opens_the_employees_scheme() -> None:
    residents = started(people(150_000, ages=(16, 20)))
    assert (residents.pension == Pension.EMPLOYEE).mean() < 0.2
    lived(residents, 62)
    worked = np.isin(residents.employment, (2, 3)) & (residents.migrant == 0) & (residents.birth_month < -12)
    urban = worked & (residents.area == Area.URBAN)
    assert (residents.pension[urban] == Pension.EMPLOYEE).mean() == pytest.approx(0.48, abs=0.02)
