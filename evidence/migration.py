"""Net migration by county, age and sex, from two censuses.

The province's total of a year is a setting; its spread over counties is what each county grew from 2010 to
2020 beyond the province's natural increase, and its spread over ages what the cohorts of 2010 gained by 2020
beyond survival. Both residuals hold the errors of two censuses (children missed in 2010 look like migrants;
some counties of 南平, 宁德, 三明 have an estimated count), and are scaled to the total.
"""

from __future__ import annotations

import numpy as np

from evidence.table import Evidence
from evidence.vital import mortality, population
from sim.rates import AGES, Floats

ADULT = 18
CLASSES = (3, *range(10, 95, 5))  # bounds of the classes of age of newcomers; under 3 nobody comes alone
_DECADE = range(2011, 2021)


def county_net(evidence: Evidence, total: float) -> Floats:
    """Return the net migration of a year of each county, persons; they sum to `total`."""
    before, after = (evidence.by_county("resident_population", year) for year in (2010, 2020))
    residual = after - before * (1 + natural_increase(evidence))
    return np.asarray(residual * total / residual.sum())


def natural_increase(evidence: Evidence) -> float:
    """Return the province's natural increase from 2010 to 2020, as a share of the residents of 2010.

    Yearly rates (2011 to 2013 and 2016 between their neighbours) on the revised population of each year.
    """
    rates, people = evidence.series("natural_growth_rate"), evidence.series("yearend_population_revised")
    increase = sum(
        np.interp(year, list(rates), list(rates.values())) * people[year] / 1000 for year in _DECADE
    )
    return float(increase / people[2010])


def cohort_residuals(evidence: Evidence, scale: float) -> Floats:
    """Return what each cohort gained from 2010 to 2020 beyond survival, by sex and age then, shape (2, 111).

    Survival is by the UN rates of 2010-2015 and 2015-2020 times `scale`; below age 10 zero.
    """
    early, late = (mortality(evidence, scale, period) for period in ("2010-2015", "2015-2020"))
    survivors = population(evidence, 2010)
    for year in range(10):
        rates = early if year < 5 else late
        survivors = np.hstack((np.zeros((2, 1)), (survivors * np.exp(-rates))[:, :-1]))
    gained = population(evidence, 2020) - survivors
    gained[:, :10] = 0
    return np.asarray(gained)


def age_profile(evidence: Evidence, scale: float) -> Floats:
    """Return the share of net migrants by class of age at the move and sex, shape (classes, 2); sums to 1.

    A cohort's gain over ten years is taken at its age five years before the second census; losses count as
    none.
    """
    moved = np.hstack((cohort_residuals(evidence, scale)[:, 5:], np.zeros((2, 5))))
    first = [0, *CLASSES[1:-1]]  # the cohort of 10 to 14 moved at 0 to 14
    gains = np.maximum(np.add.reduceat(moved[:, : CLASSES[-1]], first, axis=1), 0).T
    return np.asarray(gains / gains.sum())


def arrivals(net: Floats, profile: Floats) -> Floats:
    """Return expected newcomers a month, shape (counties, classes, 2)."""
    return np.asarray(np.maximum(net, 0)[:, None, None] * profile / 12)


def leaving_rates(net: Floats, total: Floats, residents: Floats, people: Floats, fertile: Floats) -> Floats:
    """Return leaving rates a person-year, shape (counties, 111), of adults in counties that lose.

    They have the province's profile of movers by age (`total` (classes,) their shares, `people` (2, 111) its
    residents), the level that
    loses each county its number from `residents`, children under 18 with their mothers included: those are
    taken to leave at the mean rate of women weighted by `fertile` (births by age, 15 years before).
    """
    by_age = people.sum(axis=0)
    classes = np.searchsorted(CLASSES, np.arange(AGES), side="right") - 1
    in_class = np.array([by_age[classes == n].sum() for n in range(len(total))])
    inside = (np.arange(AGES) >= ADULT) & (np.arange(AGES) < CLASSES[-1])
    rate = np.where(inside, (total / in_class)[np.clip(classes, 0, len(total) - 1)], 0)
    mothers = np.interp(np.arange(AGES) - 9, np.arange(AGES), fertile)  # children are nine on average
    followers = by_age[:ADULT].sum() * (rate @ mothers) / mothers.sum()
    leavers_per_resident = (rate @ by_age + followers) / by_age.sum()
    level = np.maximum(-net, 0) / (residents * leavers_per_resident)
    return np.asarray(level[:, None] * rate)
