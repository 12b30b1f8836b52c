"""Expected lives: what the tables of life give on average, by an exact cohort-component projection.

Nothing is drawn. The residents of each county, by area, sex and month of birth, are carried month by month
through the order of life (``sim.life``): they age, die, give birth, leave; newborns and newcomers live from
the month after. So a projection is the mean of the agents' runs, but for three simplifications: function is
the prevalence of the law at every age, births are the rates whatever the spacing, and children leave at the
mean rate of women of their mothers' ages. It takes a second for the whole province, and serves to fit
mortality, and to see what a setting does before anyone is lived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from evidence.migration import ADULT
from sim.founding import FoundingTables
from sim.history import ARRIVALS, BIRTHS, DEATHS, LEAVERS
from sim.kinds import Sex
from sim.margins import AGE_STARTS, Cells
from sim.rates import AGES, GROUPS, OLDEST, Floats, LifeTables, year_in

MONTHS_OF_AGE = 12 * AGES
_UNIT = 2.0**32
_EDGES = np.append(AGE_STARTS, AGES - 1) * 12  # of the census's groups, months of age
_WOMEN = slice(2 * Sex.FEMALE, 2 * Sex.FEMALE + 2)
_GIRL, _BOY = 2 * Sex.FEMALE, 2 * Sex.MALE


@dataclass(frozen=True)
class Expected:
    """The rates of a projection, a month, by year from the census's on (``rates.year_in``).

    Several years may be fewer than are lived: the last goes on.
    """

    death: Floats  # [years, 4 groups, 111], a person
    birth: Floats  # [months, 111], a woman
    boys: float  # share of the newborn
    leave: Floats  # [places, 111], a person; below 18 as children of mothers who leave
    arrivals: Floats  # [years, places, classes, 2 sexes], persons
    first_age: tuple[int, ...]  # bounds of the classes, years


@dataclass(frozen=True)
class Projection:
    """Expected residents and flows; ``months`` have passed since the census.

    ``people`` (places, 4 groups, months of birth): residents at the end, by month of birth, the first being
    MONTHS_OF_AGE months before the census. ``flows`` (4: births, deaths, arrivals, leavers; places; months)
    are in the order of ``history.flows``; ``went`` (2: deaths, leavers; years; 2 sexes; 111) has them by age.
    """

    people: Floats
    flows: Floats
    went: Floats
    months: int

    def by_age(self) -> Floats:
        """Return residents by sex and completed age at the end, shape (2, 111), of all places together."""
        age = np.minimum(ages_in(self.months - 1, self.people.shape[2]) // 12, OLDEST)
        return _by_sex_and_age(self.people, age)

    def of_year(self, flow: int) -> Floats:
        """Return a flow of all places by calendar year, the census's first, as far as months have passed."""
        years = np.array([int(year_in(month)) for month in range(self.months)])
        return np.asarray(np.bincount(years, self.flows[flow].sum(axis=0)), dtype=np.float64)


def ages_in(month: int, births: int) -> np.ndarray:
    """Return completed months of age by month of birth in a month (-1: the census), 0 for the unborn."""
    return np.maximum(month + MONTHS_OF_AGE - np.arange(births), 0)


def founded(cells: Cells, founding: FoundingTables, counties: Sequence[int]) -> Floats:
    """Return who is expected at the census, shape (counties, 4 groups, MONTHS_OF_AGE), by month of birth.

    Inside an age group ages are spread as founding draws them.
    """
    counts = cells.counts[list(counties)].transpose(0, 1, 3, 2)  # county, sex, area, age group
    inside = np.diff(founding.months, axis=1)  # [2, months of age]
    out = np.zeros((*counts.shape[:3], MONTHS_OF_AGE))
    for group, (first, end) in enumerate(pairwise(_EDGES.tolist())):
        share = inside[:, first:end] / inside[:, first:end].sum(axis=1, keepdims=True)
        out[..., first:end] = counts[..., group, None] * share[None, :, None, :]
    return out.reshape(len(counts), GROUPS, MONTHS_OF_AGE)[:, :, ::-1]


def expected(tables: LifeTables, counties: Sequence[int]) -> Expected:
    """Read the rates of some counties off the tables of life that agents live by."""
    yearly, month = tables.yearly, tables.month
    able, lost = month.death[:, 0] / _UNIT, month.death[:, 1] / _UNIT
    leave = 1 - month.leave[list(counties)] / _UNIT
    return Expected(
        death=able * (1 - yearly.prevalence) + lost * yearly.prevalence,
        birth=yearly.fertility_by_month / 12,
        boys=tables.male_birth / _UNIT,
        leave=_with_children(leave, yearly.fertility),
        arrivals=tables.migration.arrivals[:, list(counties)] / _UNIT,
        first_age=tuple(tables.migration.first_age.tolist()),
    )


def _with_children(leave: Floats, fertile: Floats) -> Floats:
    """Let children leave at the mean rate of women who are as much older as mothers are."""
    out = leave.copy()
    mothers = fertile / fertile.sum()
    for age in range(ADULT):
        out[:, age] = leave[:, age:] @ mothers[: AGES - age]
    return out


def project(people: Floats, rates: Expected, months: int) -> Projection:
    """Carry the residents of the census (`founded`) through some months at some rates (`expected`)."""
    places, births = len(people), MONTHS_OF_AGE + months
    here = np.concatenate((people, np.zeros((places, GROUPS, months))), axis=2)
    urban = people.sum(axis=2).reshape(places, 2, 2).sum(axis=1)
    settle = urban / np.maximum(urban.sum(axis=1, keepdims=True), 1e-300)  # newcomers live where others do
    movers = np.flatnonzero(rates.leave.any(axis=1))
    flows = np.zeros((4, places, months))
    went = np.zeros((2, int(year_in(months - 1)) + 1, 2, AGES))
    for month in range(months):
        born = slice(0, MONTHS_OF_AGE + month)  # who lives before the month
        age = np.minimum(ages_in(month, births)[born] // 12, OLDEST)
        year = int(year_in(month))
        died = here[:, :, born] * rates.death[min(year, len(rates.death) - 1)][:, age]
        here[:, :, born] -= died
        flows[DEATHS, :, month] = died.sum(axis=(1, 2))
        newborn = here[:, _WOMEN, born] @ rates.birth[month][age]  # [places, areas of the mothers]
        left = here[movers][:, :, born] * rates.leave[movers][:, None, age]
        here[movers, :, born] -= left
        flows[LEAVERS, movers, month] = left.sum(axis=(1, 2))
        went[:, year] += _by_sex_and_age(died, age), _by_sex_and_age(left, age)
        here[:, _BOY : _BOY + 2, born.stop] += newborn * rates.boys
        here[:, _GIRL : _GIRL + 2, born.stop] += newborn * (1 - rates.boys)
        flows[BIRTHS, :, month] = newborn.sum(axis=1)
        flows[ARRIVALS, :, month] = _let_come(here, rates, month, settle)
    return Projection(here, flows, went, months)


def _by_sex_and_age(people: Floats, age: np.ndarray) -> Floats:
    """Sum people (places, groups, months of birth) of some ages by sex and age, (2, 111)."""
    both = people.sum(axis=0).reshape(2, 2, -1).sum(axis=1)
    return np.array([np.bincount(age, each, AGES) for each in both])


def _let_come(here: Floats, rates: Expected, month: int, settle: Floats) -> Floats:
    """Add the newcomers of a month, even over the months of their class of age; return how many, by place."""
    coming = rates.arrivals[min(int(year_in(month)), len(rates.arrivals) - 1)]  # [places, classes, sexes]
    for number in range(coming.shape[1]):
        first, end = 12 * rates.first_age[number], 12 * rates.first_age[number + 1]
        cells = slice(MONTHS_OF_AGE + month - end + 1, MONTHS_OF_AGE + month - first + 1)
        each = coming[:, number, :, None] * settle[:, None, :] / (end - first)
        here[:, :, cells] += each.reshape(len(here), GROUPS, 1)
    return np.asarray(coming.sum(axis=(1, 2)))
