"""Participation in work by sex and single year of age, scaled to the province's employed."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from evidence.table import Evidence
from sim.kinds import Employment
from sim.parameters import Settings
from sim.rates import AGES, Floats, graduate

SCHOOL_AGE, WORK_AGE, PENSION_AGE = 6, 16, 65
_SEXES = ("M", "F")  # in the order of kinds.Sex
_GROUPS = (*range(15, 65, 5),)
_MOST = 0.995
_STUDENTS = ((16, 19, "16_18"), (19, 23, "19_22"), (23, 25, "23_24"))
_CAREER_AGES = slice(25, 55)


def national_participation(evidence: Evidence, people: Floats) -> Floats:
    """Return the labour force participation of 2020 by sex and single age, shape (2, 111), share.

    Straight lines keep each five-year group's rate among Fujian's `people` (2, 111); from 64 on participation
    falls at a constant rate that gives the published share of 65+.
    """
    both = []
    for sex, persons in zip(_SEXES, people, strict=True):
        names = [f"{first}-{first + 4}" for first in _GROUPS]
        rates = [
            evidence.value(f"labour_force_participation_{sex}_{name}", "China", 2020) / 100 for name in names
        ]
        oldest = evidence.value(f"labour_force_participation_{sex}_65+", "China", 2020) / 100
        both.append(
            _with_decline(
                graduate([0, *_GROUPS, 65], [0, *rates, oldest], persons, log=False), oldest, persons
            )
        )
    curve = np.clip(both, 0, 1)
    curve[:, :WORK_AGE] = 0
    return np.asarray(curve)


def _with_decline(curve: Floats, oldest: float, persons: Floats) -> Floats:
    ages = np.arange(AGES)
    from_age = PENSION_AGE - 1

    def falling(rate: float) -> Floats:
        return np.asarray(curve[from_age] * np.exp(-rate * (ages - from_age)))

    old = persons[PENSION_AGE:]
    rate = brentq(lambda k: falling(k)[PENSION_AGE:] @ old / old.sum() - oldest, 0, 2)
    return np.where(ages > from_age, falling(float(rate)), curve)


def participation(
    evidence: Evidence, people: Floats, able: Floats, employed_share: float
) -> tuple[Floats, float]:
    """Scale national participation to Fujian's employed of 2020; return it (2, 111) and the factor.

    `able` is the share by sex and age whose function allows work, `employed_share` that of the labour force.
    """
    national = national_participation(evidence, people)
    wanted = evidence.value("employed_total", year=2020)

    def scaled(factor: float) -> Floats:
        return np.minimum(national * factor, _MOST)

    factor = float(brentq(lambda f: (scaled(f) * people * able).sum() * employed_share - wanted, 0.5, 2))
    return scaled(factor), factor


def shifted(settings: Settings, taking_part: Floats) -> Floats:
    """Add the shift, in points, to participation (2, 111) at ages 16 and older."""
    shift = settings["life.participation_shift"] / 100
    working_age = np.arange(AGES) >= WORK_AGE
    return np.where(working_age, np.clip(taking_part + shift, 0, 1), 0)


def students(settings: Settings, taking_part: Floats) -> Floats:
    """Return the share by sex and age from whose rank on residents outside the labour force study.

    Everyone from 6 to 15; from 16 to 24 a share of those not in the labour force; nobody else.
    """
    share = np.zeros(AGES)
    share[SCHOOL_AGE:WORK_AGE] = 1
    for first, end, name in _STUDENTS:
        share[first:end] = settings[f"life.students_{name}"]
    return 1 - (1 - taking_part) * share


def careers(taking_part: Floats) -> Floats:
    """Return the share by sex and age who have ever worked: the highest participation so far, to 54."""
    highest = np.maximum.accumulate(taking_part, axis=1)
    highest[:, _CAREER_AGES.stop :] = highest[:, _CAREER_AGES.stop - 1 : _CAREER_AGES.stop]
    return np.asarray(highest)


def unemployment(settings: Settings) -> Floats:
    """Return the chance that a member of the labour force is unemployed after a month, shape (2, 5).

    By area and what the resident did before; in balance it is the unemployment rate, which also holds for
    whoever enters.
    """
    rate = np.array([settings[f"life.unemployment_{area}"] for area in ("rural", "urban")]) / 100
    chance = np.tile(rate[:, None], (1, len(Employment)))
    finds = settings["life.job_finding"]
    chance[:, Employment.EMPLOYED] = finds * rate / (1 - rate)
    chance[:, Employment.UNEMPLOYED] = 1 - finds
    return chance


def employee_shares(settings: Settings) -> Floats:
    """Return the share in the employees' scheme, by area and (later, earlier) birth."""
    shift = settings["life.employee_pension_shift"]
    share = np.array([settings[f"life.employee_pension_{area}"] for area in ("rural", "urban")])
    return (
        np.clip(np.stack((share, share * settings["life.employee_pension_elders"]), axis=1) + shift, 0, 100)
        / 100
    )
