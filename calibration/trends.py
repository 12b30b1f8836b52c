"""What the evidence up to a year says of the years after it: births, deaths, moves, with their doubt.

Nothing that was observed later is looked at, and nothing here is fitted to a forecast: volatility is that of
the series themselves, drift is their mean, and what few years leave open comes in through Student's t. The
UN's rates are those of 2010-2015 and 2015-2020, their logarithms on a line through both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from calibration.decade import (
    BOUNDS,
    FIRST,
    MONTHS_IN,
    YEARS,
    ages_then,
    at_ages,
    cohort_gains,
    net_by_year,
    spread,
)
from calibration.outlook import Course, carry, cells_of
from evidence import vital
from evidence.migration import CLASSES, age_profile
from evidence.table import PROVINCE, Evidence, Figure
from sim.parameters import Settings
from sim.rates import AGES, Floats

RECENT = 6  # years that migration is read from
BROKEN = 2011  # its residual holds whom the census of 2010 had missed
DEATHS_FROM = 2014  # earlier rates are recalled, or were counted less well after the census of 2010
NORMAL_90 = 1.645  # a range is read as the middle 90 % of a normal
_UN_PERIODS = ("2010-2015", "2015-2020")
_AGE = np.arange(AGES)


@dataclass(frozen=True)
class Walk:
    """A random walk: the mean change a year with its standard error, and the spread of a year's change."""

    drift: float
    drift_error: float
    spread: float
    degrees: int


@dataclass(frozen=True)
class Spread:
    """A yearly number without a trend: its mean, its standard deviation, and from how many years."""

    mean: float
    deviation: float
    years: int


@dataclass(frozen=True)
class MortalityKnown:
    """Level (at 75 in 2015), trend and slope of Fujian's mortality beside the UN's, and their covariance."""

    values: Floats  # (3,)
    covariance: Floats  # (3, 3)


@dataclass(frozen=True)
class Known:
    """All that a year knows: who lives then, what births and deaths are, and how they change."""

    year: int
    people: Floats  # (2 sexes, months of birth) on 1 November
    fertile: Floats  # (111,), births a woman-year in the year
    boys: float
    fertility: Walk
    mortality: MortalityKnown
    migration: Spread
    profile: Floats  # (2, months of birth), of net migrants
    published: float  # residents at the year's end
    assumed: Settings  # ``forecast.*``: what no series tells

    def death(self, years: int) -> Floats:
        """Return the UN's death rates from the year on, on their line, (years, 2, 111), a person-year."""
        return self.un_line[self.year - FIRST : self.year - FIRST + years]

    un_line: Floats  # (years from 2010, 2, 111)


def as_known(evidence: Evidence, year: int) -> Evidence:
    """Leave out every figure of a later year, or of a period that ends later."""
    return Evidence(tuple(each for each in evidence.figures if _last_year(each) <= year))


def _last_year(figure: Figure) -> int:
    """Return the year in which a figure's year, month or period ends."""
    parts = figure.year.split("/") if "/" in figure.year else figure.year.split("-")
    last = parts[-1][:4]
    if "/" in figure.year or len(last) < len("2020") or len(parts) == 1:
        return int(last) if "/" in figure.year else figure.first_year
    return int(last)


def knowledge(evidence: Evidence, settings: Settings, year: int) -> Known:
    """Gather what a year knows; `evidence` may hold more, which is not looked at.

    The past decade's births and migrants are given on the series as revised with the census of 2020: of 2015
    this is more than 2015 knew, so a forecast from there tests the method and not the series.
    """
    past = _decade(evidence, settings)
    seen = [
        (int(y), value) for y, value in _published(evidence, "deaths_revised_base", DEATHS_FROM, year).items()
    ]
    mortality = fit_mortality(past, seen, _elders(evidence, year), settings)
    return Known(
        year=year,
        people=_people(evidence, past, mortality, year),
        fertile=_fertile(evidence, year),
        boys=past.boys,
        fertility=walk_of(np.log([v for y, v in evidence.series("tfr_implied").items() if y <= year])),
        mortality=mortality,
        migration=_migration(evidence, year),
        profile=past.profile,
        published=evidence.value("yearend_population_revised", year=year),
        assumed=settings,
        un_line=past.un_line,
    )


def walk_of(logs: Floats) -> Walk:
    """Read a random walk off a series of logarithms: drift of its last five changes, spread of all.

    The spread is the median deviation of the changes from their median, so that one year's break of the
    series (2020's births, on a new basis) widens the tails and not every year.

    >>> walk_of(np.array([0.0, 0.1, 0.2, 0.3])).drift.__round__(3)
    0.1
    """
    changes = np.diff(logs)
    recent = changes[-5:]
    spread = float(np.median(np.abs(changes - np.median(changes))) / 0.6745)
    return Walk(float(recent.mean()), spread / np.sqrt(len(recent)), spread, len(changes) - 1)


def _migration(evidence: Evidence, year: int) -> Spread:
    known = evidence.series("net_migration_residual")
    values = np.array([v for y, v in known.items() if year - RECENT < y <= year and y != BROKEN])
    return Spread(float(values.mean()), float(values.std(ddof=1)), len(values))


def _published(evidence: Evidence, indicator: str, first: int, last: int) -> Mapping[int, float]:
    """Return a series without the figures that are merely recalled."""
    years = [y for y in evidence.series(indicator) if first <= y <= last]
    figures = [evidence.figure(indicator, PROVINCE, y) for y in years]
    return {each.first_year: each.value for each in figures if each.quality.value != "assumed"}


def _elders(evidence: Evidence, year: int) -> float | None:
    """Return the residents of 80 and older of the census of 2020, where it is known."""
    return evidence.value("age_80_plus", year=2020) if year >= 2020 else None


def _fertile(evidence: Evidence, year: int) -> Floats:
    scale = evidence.value("asfr_scale_fujian_vs_wpp", year=year)
    return vital.fertility_of_year(evidence, year) * scale


@dataclass(frozen=True)
class _Past:
    """The decade from the census of 2010, but for its mortality."""

    people: Floats
    un_line: Floats
    fertile: Floats  # (years, 111)
    arrivals: Floats  # (years, 2, months of birth), persons a month
    boys: float
    profile: Floats

    def course(self, values: Floats, years: int) -> Course:
        """Return the course of some years at some mortality."""
        level, trend, slope = values
        scale = level * (1 + trend) ** (np.arange(years) + FIRST - 2015.0)
        rates = self.un_line[:years] * scale[:, None, None] * np.exp(slope * (_AGE - vital.SLOPE_PIVOT))
        known = np.eye(len(self.arrivals))[None, :years]  # each year's migrants are a kind of their own
        return Course(rates[None], self.fertile[None, :years], known, self.arrivals, self.boys)


def _decade(evidence: Evidence, settings: Settings) -> _Past:
    logs = np.log([vital.mortality(evidence, 1.0, period) for period in _UN_PERIODS])
    years = np.arange(FIRST, FIRST + 17) + 0.5
    line = logs[0] + (logs[1] - logs[0]) * ((years - 2012.5) / 5)[:, None, None]
    gains = cohort_gains(evidence, settings)
    cells = spread(net_by_year(evidence), gains)
    ages = ages_then()
    by_class = at_ages(cells, ages) / MONTHS_IN[:, None, None]
    scale = evidence.series("asfr_scale_fujian_vs_wpp")
    fertile = [vital.fertility_of_year(evidence, y) * scale.get(y, scale[2011]) for y in YEARS]
    ratio = settings["life.sex_ratio_at_birth"]
    return _Past(
        people=cells_of(vital.population(evidence, FIRST)),
        un_line=np.exp(line),
        fertile=np.array(fertile),
        arrivals=np.array([_by_birth(each, BOUNDS) for each in by_class]),
        boys=ratio / (100 + ratio),
        profile=_profile(evidence, settings),
    )


def _by_birth(by_class: Floats, bounds: tuple[int, ...]) -> Floats:
    """Spread (classes, 2) evenly over the months of birth of each class, (2, months of birth)."""
    by_age = np.zeros((2, AGES))
    for number, (first, end) in enumerate(pairwise(bounds)):
        by_age[:, first:end] = by_class[number][:, None] / (end - first)
    return cells_of(by_age)


def _profile(evidence: Evidence, settings: Settings) -> Floats:
    return _by_birth(age_profile(evidence, settings["life.mortality_scale"]), CLASSES)


def _people(evidence: Evidence, past: _Past, mortality: MortalityKnown, year: int) -> Floats:
    """Return who lives on 1 November of a year: counted in 2020, else carried from the census of 2010."""
    if year >= 2020:
        return cells_of(vital.population(evidence, 2020))
    months = 12 * (year - FIRST)
    return carry(past.people, past.course(mortality.values, year - FIRST + 1), months).people[0]


def fit_mortality(
    past: _Past, deaths: list[tuple[int, float]], elders: float | None, settings: Settings
) -> MortalityKnown:
    """Fit level, trend and slope to the deaths of some years and the elders of 2020, with their covariance.

    The ranges of trend and slope (``life.mortality_trend``, ``life.mortality_slope``) are their priors.
    """
    from scipy.optimize import least_squares

    last = 2020 if elders else max(year for year, _ in deaths)
    months, years = min(12 * (last - FIRST) + 2, 120), last - FIRST + 1
    of_year, of_elders = settings["forecast.death_noise"], settings["forecast.age_80_error"]
    priors = [_prior(settings, "life.mortality_trend"), _prior(settings, "life.mortality_slope")]

    def misses(values: Floats) -> Floats:
        done = carry(past.people, past.course(values, years), months)
        by_year = done.of_year(done.deaths)[0]
        part = np.bincount(done.years, minlength=years) / 12
        out = [(by_year[y - FIRST] / part[y - FIRST] / n - 1) / of_year for y, n in deaths]
        if elders:
            out.append((done.here(80, months - 1)[0] / elders - 1) / of_elders)
        out += [(v - mean) / error for v, (mean, error) in zip(values[1:], priors, strict=True)]
        return np.array(out)

    found = least_squares(misses, (0.92, -0.01, -0.005), x_scale=(0.05, 0.01, 0.005), diff_step=1e-3)
    return MortalityKnown(found.x, np.linalg.inv(found.jac.T @ found.jac))


def _prior(settings: Settings, name: str) -> tuple[float, float]:
    """Read a range as the middle 90 % of a normal."""
    known = settings.quantities[name]
    return (known.low + known.high) / 2, (known.high - known.low) / 2 / NORMAL_90
