"""Many futures at once: residents of the whole province by sex and month of birth, carried month by month.

The same cohort-component steps as ``calibration.projection`` (die, give birth, come), without counties, areas
and function, but with a leading axis of draws, each with its own mortality, fertility and migration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calibration.projection import MONTHS_OF_AGE
from sim.kinds import Sex
from sim.rates import AGES, OLDEST, Floats, year_in

_AT = 48  # draws at a time: what they need stays near the processor
_AGE_OF = np.minimum((MONTHS_OF_AGE - np.arange(MONTHS_OF_AGE)) // 12, OLDEST)  # oldest first


@dataclass(frozen=True)
class Course:
    """The rates of some draws by calendar year, the first that of the beginning (1 November)."""

    death: Floats  # (draws, years, 2, 111), a person-year
    fertile: Floats  # (draws, years, 111), births a woman-year
    net: Floats  # (draws, years, kinds), net migrants a month of some kinds
    profiles: Floats  # (kinds, 2, months of birth), of what sex and age each kind is
    boys: float


@dataclass(frozen=True)
class Carried:
    """What some draws came to: who is there at the end, flows by month, stocks at each month's end."""

    people: Floats  # (draws, 2, months of birth)
    births: Floats  # (draws, months)
    deaths: Floats  # (draws, months)
    stocks: dict[int, Floats]  # by least age, (draws, months): LIMITS, UNDER_3 and CHILDREN
    years: np.ndarray  # (months,), calendar years from the first

    def of_year(self, flow: Floats) -> Floats:
        """Sum a flow by calendar year, (draws, years); the first and last may be parts of one."""
        return np.stack([flow[:, self.years == year].sum(axis=1) for year in range(self.years[-1] + 1)], 1)

    def here(self, age: int, month: int) -> Floats:
        """Return who is of an age or older at a month's end, (draws,)."""
        return self.stocks[age][:, month]


LIMITS = (0, 60, 65, 80)
UNDER_3, CHILDREN = -3, -30  # under three years; 6 to 35 months, whom childcare is for
_STOCKS = (*LIMITS, UNDER_3, CHILDREN)


def cells_of(by_age: Floats) -> Floats:
    """Spread counts by age (..., 111) evenly over months of birth, the oldest first (..., 1332)."""
    return np.repeat(by_age[..., ::-1] / 12, 12, axis=-1)


def carry(people: Floats, course: Course, months: int) -> Carried:
    """Carry people (2, months of birth) through some months of some futures."""
    draws = len(course.death)
    parts = [_carry(people, _part(course, first), months) for first in range(0, draws, _AT)]

    def joined(name: str) -> Floats:
        return np.concatenate([getattr(each, name) for each in parts])

    stocks = {limit: np.concatenate([each.stocks[limit] for each in parts]) for limit in _STOCKS}
    return Carried(joined("people"), joined("births"), joined("deaths"), stocks, parts[0].years)


def _part(course: Course, first: int) -> Course:
    rows = slice(first, first + _AT)
    return replace(course, death=course.death[rows], fertile=course.fertile[rows], net=course.net[rows])


def _carry(people: Floats, course: Course, months: int) -> Carried:
    draws = len(course.death)
    here = np.zeros((draws, 2, MONTHS_OF_AGE + months))
    here[:, :, :MONTHS_OF_AGE] = people
    births, deaths = np.zeros((draws, months)), np.zeros((draws, months))
    stocks = {limit: np.zeros((draws, months)) for limit in _STOCKS}
    years = np.array([int(year_in(month)) for month in range(months)])
    last = len(course.death[0]) - 1
    died = np.empty((draws, 2, MONTHS_OF_AGE))
    for month, year in enumerate(np.minimum(years, last).tolist()):
        if month == 0 or year != years[month - 1]:
            risk = -np.expm1(-course.death[:, year] / 12)[:, :, _AGE_OF]
            fertile = course.fertile[:, year][:, _AGE_OF] / 12
            coming = np.tensordot(course.net[:, year], course.profiles, 1)
        window = here[:, :, month : month + MONTHS_OF_AGE]
        np.multiply(window, risk, out=died)
        window -= died
        deaths[:, month] = died.sum(axis=(1, 2))
        births[:, month] = np.einsum("da,da->d", window[:, Sex.FEMALE], fertile)
        window += coming
        for sex, share in ((Sex.MALE, course.boys), (Sex.FEMALE, 1 - course.boys)):
            here[:, sex, MONTHS_OF_AGE + month] = births[:, month] * share
        _note(stocks, here[:, :, month : month + MONTHS_OF_AGE + 1].sum(axis=1), month)
    return Carried(here[:, :, months:], births, deaths, stocks, years)


def _note(stocks: dict[int, Floats], both: Floats, month: int) -> None:
    """Note who is of which age at a month's end; the newborn of the month stand last."""
    for limit in LIMITS:
        end = MONTHS_OF_AGE - 12 * limit + 1 if limit else MONTHS_OF_AGE + 1
        stocks[limit][:, month] = both[:, :end].sum(axis=1)
    stocks[UNDER_3][:, month] = both[:, -36:].sum(axis=1)
    stocks[CHILDREN][:, month] = both[:, -36:-6].sum(axis=1)


assert len(_AGE_OF) == 12 * AGES
