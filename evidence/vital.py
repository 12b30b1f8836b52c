"""Population, mortality and fertility by single year of age, from the evidence's five-year groups."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from evidence.table import Evidence
from sim.rates import AGES, Floats, graduate

SEXES = ("male", "female")  # in the order of kinds.Sex
_STARTS = (0, 1, *range(5, 101, 5))
_FERTILE = range(15, 50, 5)
SLOPE_PIVOT = 75  # years of age; about as old as the dying are on average
_MIDDLE_OF_2020 = 4.5  # months from the middle of 2020 to the middle of month 0, 2020-11


def group_name(first: int) -> str:
    """Name the census's age group that begins at an age.

    >>> group_name(0), group_name(1), group_name(85), group_name(100)
    ('0', '1-4', '85-89', '100+')
    """
    if first in (0, 100):
        return "0" if first == 0 else "100+"
    return "1-4" if first == 1 else f"{first}-{first + 4}"


def population(evidence: Evidence, year: int) -> Floats:
    """Return Fujian's residents by sex and single year of age, shape (2, 111), persons, at a census.

    Five-year counts are split by a monotone cubic through their running sum (every group's sum is kept);
    100+ is spread to 110.
    """
    edges = [*_STARTS, AGES]
    both = []
    for sex in SEXES:
        counts = [evidence.value(f"population_{group_name(first)}_{sex}", year=year) for first in _STARTS]
        both.append(np.diff(PchipInterpolator(edges, np.append(0, np.cumsum(counts)))(np.arange(AGES + 1))))
    return np.array(both)


def mortality(evidence: Evidence, scale: float, period: str = "2020-2025", slope: float = 0.0) -> Floats:
    """Return death rates by sex and single year of age, shape (2, 111), per person-year.

    UN rates of a five-year period times `scale`; weighted by the survivors of the rates themselves, each age
    group keeps its published rate. Each year of age above 75 multiplies by exp(`slope`) more, each below by
    as much less.
    """
    both = []
    for sex in SEXES:
        keys = [str(first) if first < 100 else "100+" for first in _STARTS]
        rates = np.array([evidence.value(f"mx_{key}_{sex}", "China", period) for key in keys])
        steps = rates[np.searchsorted(_STARTS, np.arange(AGES), side="right") - 1]
        survivors = np.exp(-np.append(0, np.cumsum(steps)[:-1]))
        both.append(graduate(_STARTS, rates, survivors) * scale)
    return np.array(both) * np.exp(slope * (np.arange(AGES) - SLOPE_PIVOT))


def fertility(evidence: Evidence, scale: float) -> Floats:
    """Return births per woman-year by single year of age in 2020, shape (111,): the census's rates x `scale`.

    A monotone cubic through the running sum keeps each five-year group's rate.
    """
    rates = [evidence.value(f"asfr_census_{group_name(first)}", "China", 2020) for first in _FERTILE]
    return _single_ages(rates) * scale


def fertility_of_year(evidence: Evidence, year: int) -> Floats:
    """Return the UN's births per woman-year for China by single year of age in a year, shape (111,)."""
    return _single_ages([evidence.value(f"asfr_{group_name(first)}", "China", year) for first in _FERTILE])


def _single_ages(rates: list[float]) -> Floats:
    curve = PchipInterpolator([*_FERTILE, 50], 5 * np.append(0, np.cumsum(rates)))
    single = np.zeros(AGES)
    single[15:50] = np.diff(curve(np.arange(15, 51)))
    return single


def fertility_by_month(rates: Floats, trend: float, months: int, spacing: int) -> Floats:
    """Return births per woman-year from `spacing` months before the census on, (spacing + months, 111).

    The rates of 2020 change by `trend` a year from the middle of 2020 on.
    """
    level = (1 + trend) ** ((np.arange(-spacing, months) + _MIDDLE_OF_2020) / 12)
    return level[:, None] * rates


def birth_probabilities(rates: Floats, spacing: int) -> Floats:
    """Return the probability of giving birth in a month, shape (months, 111), for women free to.

    `rates` are by month, `fertility_by_month`. Women within the spacing of their last birth give none; the
    others' probability is raised by what those would have borne, so that expected births are the rates'.
    """
    months = len(rates) - spacing
    younger = np.hstack((np.zeros((len(rates), 1)), rates[:, :-1]))
    blocked = np.zeros((months, AGES))
    for past in range(1, spacing):  # so many months back, at the ages of then
        then = slice(spacing - past, spacing - past + months)
        blocked += (rates[then] + (younger[then] - rates[then]) * past / 12) / 12
    return rates[spacing:] / 12 / (1 - blocked)


def as_groups(by_sex: Floats, urban_share: float) -> npt.NDArray[np.float64]:
    """Spread an array by sex over groups (2 * sex + area), by the urban share: (2, n) to (4, n)."""
    shares = np.array([1 - urban_share, urban_share])
    return (by_sex[:, None, :] * shares[None, :, None]).reshape(4, -1)
