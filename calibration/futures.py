"""Futures drawn from what a year knows, and what they come to for the whole province, year by year.

Each draw has a fertility that walks at random with a drift, a mortality with the doubt of its fit, a share
of the trend that goes on, good and bad years and perhaps an epidemic, and a migration year by year. Draws
are keyed by their number and the name of what is drawn: more draws or other years move none. What is assumed
stands in ``evidence/parameters/forecast.toml``.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from calibration.outlook import Carried, Course, carry
from calibration.trends import Known
from evidence import vital
from sim.rates import AGES, Floats
from sim.streams import Decision, Stream

INDICATORS = ("births", "deaths", "population", "age_60_plus", "age_65_plus", "age_80_plus")
YEARS = 5
OLD = 60
_YEARLY, _OF_YEAR_5 = "forecast.survey_share", "forecast.survey_share_5"
_BY_SAMPLE = {60: (_YEARLY, _OF_YEAR_5), 65: (_YEARLY, _OF_YEAR_5), 80: (_OF_YEAR_5, _OF_YEAR_5)}


@dataclass(frozen=True)
class Futures:
    """What some draws come to, by indicator, (draws, years); ``years`` are calendar years.

    ``true`` holds stocks without the error of the surveys that will publish them, at the beginning (the first
    column) and at each year's end, by the limits of ``calibration.outlook``.
    """

    years: tuple[int, ...]
    values: Mapping[str, Floats]
    true: Mapping[int, Floats]


def ranks(seed: int, name: str, draws: int, years: int = 1) -> Floats:
    """Return numbers in (0, 1), shape (draws, years), each a function of seed, name, draw and year."""
    keys = (np.uint64(zlib.crc32(name.encode())) << np.uint64(32)) + np.arange(1, draws + 1, dtype=np.uint64)
    stream = Stream.of(seed, 0)
    return np.stack([stream.uniform(keys, Decision.PARAMETER, year) for year in range(years)], axis=1)


def normal(seed: int, name: str, draws: int, years: int = 1) -> Floats:
    """Return standard normal numbers, shape (draws, years)."""
    return np.asarray(ndtri(ranks(seed, name, draws, years)))


def student(seed: int, name: str, draws: int, degrees: int, years: int = 1) -> Floats:
    """Return numbers of Student's t, shape (draws, years)."""
    return np.asarray(stdtrit(degrees, ranks(seed, name, draws, years)))


def fertility_paths(known: Known, draws: int, seed: int, shift: float = 0.0) -> Floats:
    """Return fertility beside the beginning's, (draws, 1 + years); `shift` is added to the drift."""
    walk = known.fertility
    drift = walk.drift + shift + walk.drift_error * normal(seed, "fertility drift", draws)
    steps = drift + walk.spread * student(seed, "fertility", draws, walk.degrees, YEARS)
    start = known.assumed["forecast.birth_level_error"] * normal(seed, "fertility level", draws)
    return np.exp(start + np.hstack((np.zeros((draws, 1)), np.cumsum(steps, axis=1))))


def mortality_paths(known: Known, draws: int, seed: int) -> tuple[Floats, Floats]:
    """Return the scale on the UN's rates at 75, (draws, 1 + years), and its slope by age, (draws,)."""
    shape = np.linalg.cholesky(known.mortality.covariance)
    three = np.hstack([normal(seed, f"mortality {n}", draws) for n in range(3)])
    level, trend, slope = (known.mortality.values + three @ shape.T).T
    onward = trend * ranks(seed, "mortality goes on", draws)[:, 0]
    now = level * (1 + trend) ** (known.year - 2015)
    noise, walking = (known.assumed[f"forecast.death_{name}"] for name in ("noise", "walk"))
    walk = np.cumsum(walking * normal(seed, "mortality walk", draws, YEARS), axis=1)
    years = np.exp(np.log1p(onward)[:, None] * np.arange(1, YEARS + 1) + walk)
    years *= 1 + noise * normal(seed, "mortality year", draws, YEARS)
    years *= 1 + _epidemics(known, draws, seed)
    return now[:, None] * np.hstack((np.ones((draws, 1)), years)), slope


def _epidemics(known: Known, draws: int, seed: int) -> Floats:
    """Return the share of deaths that a wave adds, (draws, years): at most one year of each draw."""
    chance, when, size = (ranks(seed, f"epidemic {name}", draws)[:, 0] for name in ("comes", "year", "size"))
    struck = np.minimum((when * YEARS).astype(int), YEARS - 1)
    likely, worst = (known.assumed[f"forecast.epidemic_{name}"] for name in ("chance", "worst"))
    extra = np.where(chance < likely, size * worst, 0)
    return extra[:, None] * (np.arange(YEARS) == struck[:, None])


def migration_paths(known: Known, draws: int, seed: int) -> Floats:
    """Return net migrants a month in kinds (below 60, older), (draws, 1 + years, 2)."""
    spread, degrees = known.migration, known.migration.years - 1
    mean = spread.mean + spread.deviation / np.sqrt(spread.years) * student(
        seed, "migration mean", draws, degrees
    )
    net = mean + spread.deviation * student(seed, "migration", draws, degrees, 1 + YEARS)
    older = known.assumed["forecast.older_migrants_most"] * ranks(seed, "migrants of 60 and older", draws)
    return np.stack((net, net * older), axis=2) / 12


def course_of(known: Known, draws: int, seed: int, fertility_shift: float = 0.0) -> Course:
    """Draw the rates of some futures."""
    scale, slope = mortality_paths(known, draws, seed)
    by_age = np.exp(slope[:, None] * (np.arange(AGES) - vital.SLOPE_PIVOT))
    death = known.death(1 + YEARS)[None] * scale[:, :, None, None] * by_age[:, None, None, :]
    fertile = fertility_paths(known, draws, seed, fertility_shift)[:, :, None] * known.fertile
    old = np.arange(known.profile.shape[1]) < known.profile.shape[1] - 12 * OLD
    profiles = np.stack((known.profile * ~old, known.profile * old))
    return Course(death, fertile, migration_paths(known, draws, seed), profiles, known.boys)


def futures(known: Known, draws: int, seed: int, fertility_shift: float = 0.0) -> Futures:
    """Draw futures and carry them to the end of five years."""
    months = 2 + 12 * YEARS
    done = carry(known.people, course_of(known, draws, seed, fertility_shift), months)
    ends = [1 + 12 * year for year in range(YEARS + 1)]
    true = {limit: done.stocks[limit][:, ends] for limit in done.stocks}
    years = tuple(range(known.year + 1, known.year + 1 + YEARS))
    return Futures(years, _indicators(known, done, true, years, draws, seed), true)


def _indicators(
    known: Known, done: Carried, true: Mapping[int, Floats], years: tuple[int, ...], draws: int, seed: int
) -> dict[str, Floats]:
    """Put the indicators together as they will be published."""
    values = {name: done.of_year(getattr(done, name))[:, 1:] for name in ("births", "deaths")}
    assumed = known.assumed
    rounded = assumed["forecast.rounding"] * (2 * ranks(seed, "rounding", draws, YEARS) - 1)
    everyone = true[0][:, 1:]
    values["population"] = everyone + known.published - true[0][:, :1] + rounded
    for age, sampled in _BY_SAMPLE.items():
        share = true[age][:, 1:] / everyone
        asked = np.array([assumed[sampled[year % 5 == 0]] for year in years])
        size = asked * everyone / assumed["forecast.survey_clustered"]
        error = np.sqrt(share * (1 - share) / size) * normal(seed, f"survey of {age}", draws, YEARS)
        values[f"age_{age}_plus"] = (share + error) * values["population"]
    return values
