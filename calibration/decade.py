"""The course of life from the census of 2010 to that of 2020, for a hindcast.

Given by year: fertility (the UN's for China times Fujian's scale of the year), and net migration (published
or residual for 2015 and 2017-2020; the other years share evenly what the two censuses leave). Mortality is
the UN's times a scale with a level, a change a year and a slope by age (``Mortality``).

Who moved, by county and age, is what the two censuses leave: there the census of 2020 is no test. Children
whom the census of 2010 missed, or whose births were never recorded, come in as newcomers of 3 and older, to
all counties alike. What counties lose is added to what the others gain, so that the province's net is as
given at each age.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calibration.projection import expected, project
from evidence import migration, vital
from evidence.course import Course
from evidence.life_tables import life_tables
from evidence.table import Evidence
from sim.parameters import Settings
from sim.places import Atlas
from sim.rates import AGES, Floats, LifeTables, year_in

FIRST, LAST = 2010, 2020
MONTHS = 120
YEARS = range(FIRST, LAST + 1)
MONTHS_IN = np.bincount([int(year_in(month)) for month in range(MONTHS)])  # of the decade, by year
GIVEN = (2015, 2017, 2018, 2019, 2020)  # years whose net migration is published or a residual of such
YOUNGEST = migration.CLASSES[0]
BOUNDS = (*range(YOUNGEST, migration.CLASSES[-1]), AGES)  # newcomers come by single year of age
CHILDREN = slice(0, 15)  # ages in 2020: what they gained is mostly children not counted before
_DECADE = "2010-11/2020-10"
_REFERENCE = 2015
_NUMBER = np.arange(AGES)


@dataclass(frozen=True)
class Mortality:
    """How Fujian's mortality differs from the UN's for China.

    The scale is `level` in 2015 at the age of 75; it changes by `trend` a year, and each year of age
    multiplies it by exp(`slope`).
    """

    level: float
    trend: float = 0.0
    slope: float = 0.0

    def scale(self) -> Floats:
        """Return the scale by year and age, shape (11 years, 111)."""
        years = (1 + self.trend) ** (np.array(YEARS, dtype=float) - _REFERENCE)
        return self.level * years[:, None] * np.exp(self.slope * (_NUMBER - vital.SLOPE_PIVOT))


def un_mortality(evidence: Evidence) -> Floats:
    """Return the UN's death rates for China by year of the decade, shape (11, 2, 111).

    The rates of a five-year period stand for its middle; between two, their logarithms are on a line.
    """
    periods = ("2010-2015", "2015-2020", "2020-2025")
    logs = np.log([vital.mortality(evidence, 1.0, period) for period in periods])
    at = np.interp(np.array(YEARS) + 0.5, [2012.5, 2017.5, 2022.5], np.arange(3))
    early = np.minimum(at.astype(int), 1)
    part = (at - early)[:, None, None]
    return np.exp(logs[early] * (1 - part) + logs[early + 1] * part)


def net_by_year(evidence: Evidence) -> Floats:
    """Return the province's net migration in each year's months of the decade, persons."""
    known = evidence.series("net_migration_residual")
    given = np.isin(YEARS, GIVEN)
    parts = np.where(given, np.array([known.get(year, 0) for year in YEARS]) * MONTHS_IN / 12, 0)
    total = evidence.value("net_migration_between_censuses", year=_DECADE)
    return np.asarray(parts + (total - parts.sum()) * ~given * MONTHS_IN / MONTHS_IN[~given].sum())


def cohort_gains(evidence: Evidence, settings: Settings) -> Floats:
    """Return what each cohort gained by migration, by sex and age in 2020, shape (2, 111); losses are none.

    From the age of 10 it is the residual that the model moves people by, at its mortality of 2020; of those
    born since, what the census of 2020 counts beyond the births on record. Children under 5 gained nothing.
    """
    gains = migration.cohort_residuals(evidence, settings["life.mortality_scale"])
    counted = vital.population(evidence, LAST)[:, :10]
    gains[:, :10] = counted * (1 - _born(evidence) / counted.sum(axis=0))
    gains[:, :5] = 0
    return np.maximum(gains, 0)


def _born(evidence: Evidence) -> Floats:
    """Return the births on record of those aged 0 to 9 at the census of 2020; 2010's last months as 2011."""
    births = evidence.series("births_revised_base")
    years = np.arange(FIRST, LAST + 2)
    below = np.append(0, np.cumsum([births.get(year, births[2011]) for year in years[:-1]]))
    return np.asarray(-np.diff(np.interp(LAST + 10 / 12 - np.arange(11), years, below)))


def spread(totals: Floats, gains: Floats) -> Floats:
    """Spread migrants over years and cohorts, (years, 2 sexes, 111 ages in 2020), by raking.

    `totals` by year are kept, and the cohorts' `gains` scaled to their sum; nobody comes before 3 years.
    """
    old_enough = ages_then() >= YOUNGEST
    cells = old_enough[:, None, :] * np.broadcast_to(gains, (len(totals), *gains.shape))
    wanted = gains * totals.sum() / gains.sum()
    for _ in range(200):
        sums = cells.sum(axis=0)
        cells = cells * np.divide(wanted, sums, out=np.zeros_like(sums), where=sums > 0)
        cells = cells * (totals / cells.sum(axis=(1, 2)))[:, None, None]
    return np.asarray(cells)


def ages_then() -> Floats:
    """Return the age in each year of those of each age in 2020, shape (years, 111)."""
    return _NUMBER - (LAST - np.array(YEARS))[:, None]


def at_ages(cells: Floats, ages: Floats) -> Floats:
    """Put migrants (years, 2, n) of some ages (years, n) into the classes BOUNDS: (years, classes, 2)."""
    row = np.clip(ages - YOUNGEST, 0, len(BOUNDS) - 2)
    return np.stack([(cells * (row == n)[:, None, :]).sum(axis=2) for n in range(len(BOUNDS) - 1)], axis=1)


def closed_course(evidence: Evidence, settings: Settings, deaths: Mortality) -> Course:
    """Return the course of the decade with those who leave counties, but without newcomers."""
    spacing = int(settings["life.birth_spacing_months"])
    scale = evidence.series("asfr_scale_fujian_vs_wpp")
    born = {year: vital.fertility_of_year(evidence, year) * scale.get(year, scale[2011]) for year in YEARS}
    by_month = [born[FIRST + max(int(year_in(month)), 0)] for month in range(-spacing, MONTHS)]
    counties = evidence.by_county("resident_population", FIRST)
    cells, residual = _moved(evidence, settings)
    net = residual - cells[:, :, CHILDREN].sum() * counties / counties.sum()
    grown = np.append(cells[:, :, CHILDREN.stop :].sum(axis=(0, 1)), np.zeros(5))[5:]  # aged as in 2015
    classes = np.searchsorted(migration.CLASSES, np.arange(CHILDREN.stop, AGES), side="right") - 1
    leavers = np.bincount(classes, grown, len(migration.CLASSES))[: len(migration.CLASSES) - 1]
    return Course(
        census=FIRST,
        people=vital.population(evidence, FIRST),
        counties=counties,
        urban=evidence.value("urban_share", year=FIRST) / 100,
        death=un_mortality(evidence) * deaths.scale()[:, None],
        fertile=born[FIRST],
        fertility=np.array(by_month),
        net=net / (MONTHS / 12),
        leavers=leavers / leavers.sum(),
        arrivals=np.zeros((len(YEARS), len(net), len(BOUNDS) - 1, 2)),
    )


def _moved(evidence: Evidence, settings: Settings) -> tuple[Floats, Floats]:
    """Return the province's migrants of the decade by year and cohort, and what each county gained."""
    totals = net_by_year(evidence)
    cells = spread(totals, cohort_gains(evidence, settings))
    return cells, migration.county_net(evidence, float(totals.sum()))


def gained_at(evidence: Evidence, settings: Settings, age: int) -> float:
    """Return how many of an age and older in 2020 have come since 2010, net, persons."""
    return float(_moved(evidence, settings)[0][:, :, age:].sum())


def decade_tables(
    evidence: Evidence, settings: Settings, atlas: Atlas, start: Floats, deaths: Mortality
) -> LifeTables:
    """Build the tables of life of the decade.

    `start` is who was counted in 2010 (``projection.founded``) in all counties: what the losing ones are
    expected to lose comes to the others on top of the province's net.
    """
    course = closed_course(evidence, settings, deaths)
    tables = life_tables(evidence, settings, atlas, MONTHS, course)
    bounds = np.array(BOUNDS, dtype=np.int64)
    tables = replace(tables, migration=tables.migration._replace(first_age=bounds))
    left = project(start, expected(tables, range(len(course.net))), MONTHS).went[1]
    cells, _ = _moved(evidence, settings)
    ages = ages_then()
    children = at_ages(cells[:, :, CHILDREN], ages[:, CHILDREN])
    grown = at_ages(cells[:, :, CHILDREN.stop :], ages[:, CHILDREN.stop :])
    grown = grown + at_ages(left, np.broadcast_to(_NUMBER, ages.shape))
    gaining = np.maximum(course.net, 0)
    arrivals = np.multiply.outer(course.counties / course.counties.sum(), children) + np.multiply.outer(
        gaining / gaining.sum(), np.maximum(grown, 0)
    )
    by_month = arrivals.transpose(1, 0, 2, 3) / MONTHS_IN[:, None, None, None]
    words = np.rint(by_month * 2.0**32).astype(np.uint64)
    return replace(tables, migration=tables.migration._replace(arrivals=words))
