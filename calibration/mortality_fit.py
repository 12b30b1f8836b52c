"""Fit mortality's level, trend and slope to the deaths of single years and the 80+ of 2020.

The expected lives of the decade (``calibration.projection``) stand for the agents: a fit takes seconds. Each
miss counts by its bound. The ranges are those of the evidence: yearly scales between 0.85 and 1.03; and a
slope that leaves the oldest too few deaths, never too many: in many provinces mortality at 70 and older was
found at least a tenth, by a stricter criterion 30 % or more, too low in the censuses of 2000 and 2010 beside
that at 60 to 70 (Gu, Huang, Andreev et al. 2016, doi 10.18063/IJPS.2016.02.008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.decade import FIRST, MONTHS, MONTHS_IN, Mortality
from calibration.observations import Observation
from calibration.projection import Expected, Projection, project
from sim.history import BIRTHS, DEATHS
from sim.rates import Floats

CENTRAL = Mortality(level=0.9, trend=-0.005, slope=-0.005)  # where the search begins
LOWEST = Mortality(level=0.85, trend=-0.03, slope=-0.02)
HIGHEST = Mortality(level=1.04, trend=0.01, slope=0.0)
FITTED = ("deaths_revised_base", "age_80_plus")
_STEPS = (0.05, 0.01, 0.005)


@dataclass(frozen=True)
class Decade:
    """The expected decade: who was counted in 2010, and the rates at a first mortality."""

    start: Floats
    rates: Expected
    mortality: Mortality

    def at(self, mortality: Mortality, months: int = MONTHS) -> Projection:
        """Project the decade, or its first months, at another mortality."""
        change = (mortality.scale() / self.mortality.scale())[:, None]
        death = -np.expm1(np.log1p(-self.rates.death) * change)
        return project(self.start, replace(self.rates, death=death), months)

    def together(self) -> Decade:
        """Put all places together: the same lives but for counties, in a fraction of the time."""
        ages = np.minimum(np.arange(self.start.shape[2])[::-1] // 12, self.rates.leave.shape[1] - 1)
        here = self.start.sum(axis=1)
        of_age = np.zeros((2, self.rates.leave.shape[1]))
        for row, weights in enumerate((here.sum(axis=0), (here * self.rates.leave[:, ages]).sum(axis=0))):
            of_age[row] = np.bincount(ages, weights, of_age.shape[1])
        leave = np.divide(of_age[1], of_age[0], out=np.zeros_like(of_age[0]), where=of_age[0] > 0)
        arrivals = self.rates.arrivals.sum(axis=1, keepdims=True)
        rates = replace(self.rates, leave=leave[None], arrivals=arrivals)
        return Decade(self.start.sum(axis=0, keepdims=True), rates, self.mortality)


def value_of(indicator: str, year: int, by_age: Floats, flows: Floats) -> float:
    """Return what a hindcast says of an observation.

    `by_age` are residents of 2020 by sex and age (2, 111), `flows` births and deaths by calendar year
    (2, 11); the ten months of 2020 count as twelve.
    """
    if indicator in ("births_revised_base", "deaths_revised_base", "deaths_official"):
        number = year - FIRST
        return float(flows[int(indicator[0] == "d"), number] * 12 / MONTHS_IN[number])
    if indicator == "resident_population":
        return float(by_age.sum())
    _, age, _, *sex = indicator.split("_")  # age_60_plus_male
    sexes = {"male": [0], "female": [1]}.get(sex[0] if sex else "", [0, 1])
    return float(by_age[sexes, int(age) :].sum())


def says(projection: Projection, observation: Observation) -> float:
    """Return what a projection of the decade says of an observation."""
    flows = np.array([projection.of_year(BIRTHS), projection.of_year(DEATHS)])
    figure = observation.figure
    return value_of(figure.indicator, figure.first_year, projection.by_age(), flows)


def is_fitted(observation: Observation) -> bool:
    """Tell whether mortality is fitted to an observation of the hindcast: it must have a bound."""
    return observation.figure.indicator in FITTED and observation.within is not None


def fit(decade: Decade, observations: Sequence[Observation]) -> Mortality:
    """Return the mortality whose misses, each by its bound, have the least sum of squares."""
    from scipy.optimize import least_squares

    whole = decade.together()

    def misses(values: Floats) -> Floats:
        projected = whole.at(Mortality(*values))
        return np.array([each.miss(says(projected, each)) / (each.within or 1) for each in observations])

    found = least_squares(
        misses, _values(CENTRAL), bounds=(_values(LOWEST), _values(HIGHEST)), x_scale=_STEPS,
        diff_step=1e-3, xtol=1e-4, ftol=1e-4,
    )  # fmt: skip
    return Mortality(*(float(f"{value:.4g}") for value in found.x))


def left_out(decade: Decade, observations: Sequence[Observation]) -> list[float]:
    """Return the miss of each observation when mortality is fitted to the others alone."""
    whole, out = decade.together(), []
    for each in observations:
        others = [other for other in observations if other is not each]
        out.append(each.miss(says(whole.at(fit(decade, others)), each)))
    return out


def _values(mortality: Mortality) -> tuple[float, float, float]:
    return mortality.level, mortality.trend, mortality.slope
