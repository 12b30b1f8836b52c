"""What settings are fitted to: each observation beside what trials and expected lives say of it.

Everything is compared in logarithms. ``spread`` is the standard deviation of figure and model together, as
``observations.csv`` states it with its reason. Two published prevalences by age count more than basic
activities: of them only the shape is used, each age beside that of 60 to 69.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from calibration.decade import LAST, Mortality
from calibration.hindcast import expected_decade
from calibration.mortality_fit import Decade, says
from calibration.observations import Observation, Role, load_observations
from calibration.trials import COUNTS
from evidence.table import load_evidence
from sim.rates import Floats

_LEVEL_YEAR = 2015  # of which ``Mortality.level`` is
_BESIDE = "pooled_disability_prevalence_age_60-69"
_DECADE = ("deaths_revised_base", "deaths_official", "age_80_plus")
_BANDS = {
    "cannot_self_care_60_plus": ("severe", "60_200"),
    "adl_disability_60_plus_weighted": ("lost", "60_200"),
    "pooled_disability_prevalence_age_60-69": ("lost", "60_70"),
    "pooled_disability_prevalence_age_70-79": ("lost", "70_80"),
    "pooled_disability_prevalence_age_80_plus": ("lost", "80_200"),
    "cannot_self_care_60-64": ("severe", "60_65"),
    "cannot_self_care_65-69": ("severe", "65_70"),
    "cannot_self_care_70-74": ("severe", "70_75"),
    "cannot_self_care_75_plus": ("severe", "75_200"),
}
Counts = Mapping[str, Floats]


@dataclass(frozen=True)
class Target:
    """An observation of the fit: its logarithm, the doubt of it, and how counts of a trial give it."""

    observation: Observation
    log: float
    spread: float
    of_counts: Callable[[Counts], Floats] | None  # None: expected lives of the decade give it

    @property
    def name(self) -> str:
        """Return the indicator and its year."""
        return f"{self.observation.figure.indicator} {self.observation.figure.first_year}"


@cache
def targets() -> tuple[Target, ...]:
    """Return what is fitted to, in the order of ``observations.csv``."""
    found = [each for each in load_observations(Role.FIT) if each.within is not None]
    return tuple(_target(each) for each in found)


def _target(observation: Observation) -> Target:
    figure = observation.figure
    value = figure.value
    if figure.indicator.startswith("pooled"):
        value /= load_evidence().value(_BESIDE, "China", figure.first_year)
    assert observation.within is not None  # targets() takes no other
    return Target(observation, float(np.log(value)), observation.within, _reader(figure.indicator))


def _reader(indicator: str) -> Callable[[Counts], Floats] | None:
    """Return how the counts of a trial say an indicator."""
    if indicator in _DECADE:
        return None
    if indicator == "institution_residents":
        return lambda counts: counts["elder-bed"]
    if indicator == "recipients_of_severe_disability_nursing_allowance":
        return lambda counts: counts["nursing_allowance"]
    if indicator == "childcare_enrolment_rate_0-3":
        return lambda counts: 100 * counts["childcare"] / counts["under_3"]
    what, band = _BANDS[indicator]
    if indicator.startswith("pooled"):
        return lambda counts: _prevalence(counts, what, band) / _prevalence(counts, what, "60_70")
    return lambda counts: _prevalence(counts, what, band)


def _prevalence(counts: Counts, what: str, band: str) -> Floats:
    return 100 * counts[f"{what}_{band}"] / counts[f"residents_{band}"]


def said_by_counts(counts: Floats) -> Floats:
    """Return the logarithms that counts (..., COUNTS) say, (..., targets); NaN where the decade says them."""
    named = {name: counts[..., column] for column, name in enumerate(COUNTS)}
    out = np.full((*counts.shape[:-1], len(targets())), np.nan)
    for column, target in enumerate(targets()):
        if target.of_counts:
            out[..., column] = np.log(np.maximum(target.of_counts(named), 1e-9))
    return out


@cache
def _decade() -> Decade:
    return expected_decade().together()


def said_by_decade(scale: float, slope: float, trend: float) -> Floats:
    """Return the logarithms that expected lives at a mortality of 2020 say, (targets,); else NaN."""
    level = scale * (1 + trend) ** (_LEVEL_YEAR - LAST)
    projected = _decade().at(Mortality(level, trend, slope))
    out = np.full(len(targets()), np.nan)
    for column, target in enumerate(targets()):
        if target.of_counts is None:
            out[column] = np.log(says(projected, target.observation))
    return out


def observed() -> Floats:
    """Return the logarithms observed, (targets,)."""
    return np.array([target.log for target in targets()])


def spreads() -> Floats:
    """Return the standard deviations of figure and model together, (targets,)."""
    return np.array([target.spread for target in targets()])
