"""The tables of life: rates by single year of age, sex and area, as integer thresholds for a month.

Ages are completed years 0 to 110 (everyone older counts as 110); a *group* is ``2 * sex + area``. A word of
32 bits is an event where it lies below its threshold (``streams.threshold``). A word may serve two events,
one from each end, so that neither's probability touches the other's: the second happens where the word lies
at or above ``from_top(p)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.clock import FOUNDING
from sim.compiled import njit
from sim.streams import threshold

AGES = 111
OLDEST = AGES - 1
GROUPS = 4
ONSET_AGE = 50  # below it function is lost only with a surveyed disability, for good
_PASSED = FOUNDING.month - 1  # months of the census's year before it; that of 2010 was on the same day
RANKS = 65536  # work_rank is uniform on 0 to 65535

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]


class Thresholds(NamedTuple):
    """What a month of life reads: uint64 thresholds up to 2**32, unless a shape says otherwise.

    ``[top]`` marks thresholds from the top end of the word.
    """

    death: Words  # [years, 2 able or disabled, 4 groups, 111 ages], a month; years from the census's on
    birth: Words  # [months, 2 sexes, 111], a month, for women whose last birth lies spacing months back
    spacing: int  # months between births
    leave: Words  # [top] [counties, 111], a month
    turnover: Words  # [2 able or disabled, 4, 111], function is lost, or regained, a month
    severity: Words  # [2]: mild; mild or moderate
    disability: Words  # [top] [4, 111], a surveyed disability arises, a month
    linked: int  # whoever loses function has or gets a surveyed disability
    kind: Words  # [2 independent or linked, 7], cumulative over the kinds 1 to 7
    severe: int  # severe grade of a disability that came without loss of function
    card: Words  # [3 grades], holds a card
    lasting: Words  # [2]: severe; severe or moderate loss of function, at the disabilities that can bring it
    participation: Words  # [2 sexes, 111], 0 to 65536: in the labour force where work_rank lies below
    student: Words  # [2, 111], 0 to 65536: outside the labour force, studies where work_rank lies at or above
    career: Words  # [2, 111], 0 to 65536: has worked where work_rank lies below
    unemployment: Words  # [2 areas, 5 employments before], in the labour force: unemployed after the month
    retirement: npt.NDArray[np.int64]  # [2 sexes, 4 pension classes], months of age
    employee: (
        Words  # [2 areas, 2 born later or before 1960-11]: an employee's pension, of those who have worked
    )
    no_pension: int  # [top]

    @property
    def packed(self) -> npt.NDArray[np.void]:
        """Return all but births and deaths, whose months and years differ from run to run, as one record."""
        return as_record(self, without=("birth", "death"))


class Origins(NamedTuple):
    """The law of function and disability that the monthly rates sustain: how residents start."""

    active: Words  # [4, 111], lost function since the age of 50
    disabled: Words  # [2 not active or active, 4, 111], has a surveyed disability
    linked: Words  # the same shape: it came with loss of function
    lasting: Words  # [2, 111]: as ``Thresholds.lasting``, by age, at the start
    elapsed: Words  # [4, 61 ages from 50, months], cumulative over months since the onset


class Migration(NamedTuple):
    """Who comes to the counties that gain (who leaves the others: ``Thresholds.leave``)."""

    arrivals: Words  # [years, counties, classes of age, 2 sexes], persons a month x 2**32
    first_age: npt.NDArray[np.int64]  # [classes + 1], bounds of the classes, years
    county_code: npt.NDArray[np.int64]  # [counties]
    alone: int  # threshold: a newcomer of working age lives alone


def as_record(table: NamedTuple, without: tuple[str, ...] = ()) -> npt.NDArray[np.void]:
    """Pack a table of numbers and arrays into one record, which compiled code reads as it reads the table.

    A compiled function takes a record for one argument, however many tables it holds.

    >>> one = as_record(Migration(np.zeros((1, 1, 1, 2), "u8"), np.arange(2), np.array([350102]), 7))
    >>> int(one["alone"][0]), one["arrivals"].shape
    (7, (1, 1, 1, 1, 2))
    """
    arrays = {name: np.asarray(values) for name, values in table._asdict().items() if name not in without}
    fields = [(name, "u8" if not a.ndim else a.dtype.str, a.shape) for name, a in arrays.items()]
    record = np.zeros(1, dtype=np.dtype(fields))
    for name, values in arrays.items():
        record[name][0] = values
    return record


@dataclass(frozen=True)
class YearlyRates:
    """The rates behind the thresholds, per person-year, for tests and documents."""

    death: Floats  # [2 sexes, 111], in the census's year
    death_by_function: Floats  # [2, 4, 111]
    fertility: Floats  # [111], in the census's year
    fertility_trend: float  # change a year
    fertility_by_month: Floats  # [months, 111]
    prevalence: Floats  # [4, 111], any loss of function
    surveyed: Floats  # [4, 111], surveyed disability
    participation: Floats  # [2, 111], share
    participation_factor: float  # Fujian over the national rates by age
    severe_share: float  # of those with loss of function
    net_migration: Floats  # [counties], persons a year
    population: Floats  # [2, 111], the census's residents by single year (graduated)


@dataclass(frozen=True)
class LifeTables:
    """All that life reads."""

    month: Thresholds
    held: Thresholds  # where life stands still: nobody is born, leaves or becomes disabled; prevalence stays
    start: Origins
    migration: Migration
    male_birth: int  # threshold: a newborn is a boy
    yearly: YearlyRates


@njit(inline="always")
def year_in(month):  # type: ignore[no-untyped-def]
    """Return the calendar year of a month (>= 0), counted from that of the census.

    >>> [int(year_in(month)) for month in (0, 1, 2, 13, 14)]
    [0, 0, 1, 1, 2]
    """
    return (month + _PASSED) // 12


def from_top(probability: npt.ArrayLike) -> Words:
    """Turn probabilities into thresholds from the top end: an event where the word lies at or above.

    >>> [int(t) for t in from_top([0.0, 0.25])] == [2**32, 3 * 2**30]
    True
    """
    return np.uint64(2**32) - threshold(probability)


def monthly(rate: npt.ArrayLike) -> Floats:
    """Turn rates a person-year into probabilities a month: 1 - exp(-rate / 12)."""
    return np.asarray(-np.expm1(-np.asarray(rate, dtype=np.float64) / 12))


def graduate(starts: Sequence[int], means: npt.ArrayLike, weights: npt.ArrayLike, log: bool = True) -> Floats:
    """Draw a smooth curve of 111 single ages through rates of age groups, keeping every group's mean.

    Straight lines (of logarithms, if `log`) join the middles of the groups; their knots move until each
    group's mean under `weights` (persons by single age) is the rate given. `starts` are the groups' first
    ages; the last group is open and its curve level beyond its knot.

    >>> curve = graduate([0, 50], [0.01, 0.04], np.ones(111))
    >>> round(float(curve[:50].mean()), 6), round(float(curve[50:].mean()), 6)
    (0.01, 0.04)
    """
    wanted, weight = np.asarray(means, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    bounds = np.append(np.asarray(starts, dtype=np.int64), AGES)
    middles = np.append((bounds[:-2] + bounds[1:-1]) / 2, bounds[-2] + 2.5)
    persons = np.add.reduceat(weight, bounds[:-1])
    knots = wanted.copy()
    for _ in range(60):
        drawn = (
            np.exp(np.interp(_CENTRES, middles, np.log(knots)))
            if log
            else np.interp(_CENTRES, middles, knots)
        )
        got = np.add.reduceat(drawn * weight, bounds[:-1]) / persons
        knots = knots * wanted / got if log else knots + wanted - got
    return np.asarray(drawn)


_CENTRES = np.arange(AGES) + 0.5
