"""From the evidence to the tables of life: rates by age, turned into integer thresholds for a month.

Mortality, fertility and migration by year come from a course (``evidence.course``), what was scaled to a
margin from an alignment (``evidence.alignment``).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from evidence import function_law, migration, vital, work
from evidence.alignment import Alignment, align
from evidence.course import Course, from_2020
from evidence.function_law import ACTIVE, LASTING, Law, Mix, Transitions
from evidence.table import Evidence
from sim.clock import MONTHS_TO_END_OF_2025
from sim.kinds import Pension, Sex
from sim.parameters import Settings
from sim.places import Atlas
from sim.rates import (
    GROUPS,
    RANKS,
    Floats,
    LifeTables,
    Migration,
    Origins,
    Thresholds,
    Words,
    YearlyRates,
    from_top,
    monthly,
)
from sim.streams import threshold

RESIDENT_PENSION_AGE = 60  # 城乡居民养老保险: men and women
EMPLOYEE_PENSION_AGE_MEN = 60


def life_tables(
    evidence: Evidence,
    settings: Settings,
    atlas: Atlas,
    months: int = MONTHS_TO_END_OF_2025,
    course: Course | None = None,
    aligned: Alignment | None = None,
) -> LifeTables:
    """Build the tables of life from the evidence and the settings ``life.*`` for a run of `months`.

    The course is that from 2020 on, unless another is given. Whatever is scaled to a margin is as in
    `aligned`, which another world's settings may have been fitted for; left out, it is fitted for these
    settings and this course. Raises EvidenceError where a figure is missing.
    """
    aligned = aligned or align(evidence, settings, course)
    course = course or from_2020(evidence, settings, months, aligned.movers)
    people, table = course.people, course.death[0]
    moves = function_law.transitions(evidence, settings, course.urban)
    deaths = function_law.split_mortality(table, moves, aligned.law.over_able)
    law = replace(aligned.law, mortality=deaths)
    taking_part = work.shifted(settings, aligned.taking_part)
    leaving = migration.leaving_rates(course.net, course.leavers, course.counties, people, course.fertile)
    boys = settings["life.sex_ratio_at_birth"]
    month = _month(settings, law, moves, course, leaving, taking_part)
    spacing = month.spacing
    return LifeTables(
        month=month,
        held=_held(month, law, moves),
        start=_origins(aligned.law, aligned.moves),
        migration=_migration(settings, course.arrivals, atlas),
        male_birth=_one(boys / (100 + boys)),
        yearly=YearlyRates(
            death=table,
            death_by_function=law.mortality,
            fertility=course.fertile,
            fertility_trend=settings["life.fertility_trend"],
            fertility_by_month=course.fertility[spacing:],
            prevalence=law.prevalence(),
            surveyed=law.surveyed(),
            participation=taking_part,
            participation_factor=aligned.participation_factor,
            severe_share=float(law.mix.severity[2]),
            net_migration=course.net,
            population=people,
        ),
    )


def _month(
    settings: Settings,
    law: Law,
    moves: Transitions,
    course: Course,
    leaving: Floats,
    taking_part: Floats,
) -> Thresholds:
    spacing = int(settings["life.birth_spacing_months"])
    by_month = vital.birth_probabilities(course.fertility, spacing)
    mix = law.mix
    return Thresholds(
        death=threshold(monthly(_by_year(law, course))),
        birth=threshold(np.stack((np.zeros_like(by_month), by_month), axis=1)),
        spacing=spacing,
        leave=from_top(monthly(leaving)),
        turnover=threshold(monthly([moves.onset, moves.recovery])),
        severity=threshold(np.cumsum(mix.severity[:2])),
        disability=from_top(law.incidence),
        linked=_one(mix.linked),
        kind=threshold(np.cumsum(mix.kinds, axis=1)),
        severe=_one(mix.severe),
        card=threshold([0, settings["life.card_mild_share"], settings["life.card_severe_share"]]),
        lasting=_lasting(mix, mix.lasting),
        participation=_ranks(taking_part),
        student=_ranks(work.students(settings, taking_part)),
        career=_ranks(work.careers(taking_part)),
        unemployment=threshold(work.unemployment(settings)),
        retirement=_retirement(settings),
        employee=threshold(work.employee_shares(settings)),
        no_pension=int(from_top(settings["life.no_pension_share"])),
    )


def _by_year(law: Law, course: Course) -> Floats:
    """Return mortality by year, function, group and age: the law's, changed as the course changes."""
    change = (course.death / course.death[0])[:, [Sex.MALE, Sex.MALE, Sex.FEMALE, Sex.FEMALE]]
    return law.mortality * change[:, None]


def _held(month: Thresholds, law: Law, moves: Transitions) -> Thresholds:
    """Return the thresholds under which life stands still."""
    turnover = month.turnover.copy()
    turnover[0] = threshold(function_law.held_onset(law, moves))
    never, none = from_top(np.zeros_like(month.leave, dtype=float)), np.zeros_like(month.birth)
    return month._replace(
        death=month.death[:1], turnover=turnover, birth=none, leave=never, disability=never[:GROUPS]
    )


def _origins(law: Law, moves: Transitions) -> Origins:
    """Turn the law's states into what the starters draw: loss of function, then disability given it."""
    shares = law.by_age()
    active = shares[:, :, ACTIVE].sum(axis=2)
    rest = 1 - active
    linked = np.array([shares[:, :, 2] / rest, _share(shares[:, :, 5], active)])
    disabled = np.array([1 - shares[:, :, 0] / rest, 1 - _share(shares[:, :, 3], active, 1)])
    # Lasting is drawn among the able with an independent, severe disability of a kind that can take function.
    independent = (shares[:, :, 1] + shares[:, :, LASTING]).mean(axis=0) * law.mix.can_last
    lasting = np.minimum(shares[:, :, LASTING].mean(axis=0) / independent, 1)
    return Origins(
        active=threshold(active),
        disabled=threshold(disabled),
        linked=threshold(linked),
        lasting=np.array([_lasting(law.mix, share) for share in lasting]).T.copy(),
        elapsed=threshold(function_law.elapsed(law, moves)),
    )


def _lasting(mix: Mix, share: float) -> Words:
    """Return thresholds of severe, and of severe or moderate, loss: severity as at onset, mild left out."""
    severe = mix.severity[2] / (mix.severity[1] + mix.severity[2])
    return threshold([share * severe, share])


def _migration(settings: Settings, expected: Floats, atlas: Atlas) -> Migration:
    return Migration(
        arrivals=np.rint(expected * 2.0**32).astype(np.uint64),
        first_age=np.array(migration.CLASSES, dtype=np.int64),
        county_code=np.asarray(atlas.counties.code, dtype=np.int64),
        alone=_one(settings["life.newcomers_alone"]),
    )


def _retirement(settings: Settings) -> np.ndarray:
    """Return pension ages in months by sex and class of pension."""
    ages = np.full((len(Sex), len(Pension)), RESIDENT_PENSION_AGE * 12, dtype=np.int64)
    ages[Sex.MALE, Pension.EMPLOYEE] = EMPLOYEE_PENSION_AGE_MEN * 12
    ages[Sex.FEMALE, Pension.EMPLOYEE] = round(settings["life.pension_age_women"] * 12)
    return ages


def _share(part: Floats, whole: Floats, otherwise: float = 0) -> Floats:
    """Divide where there is a whole."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), otherwise)


def _ranks(share: Floats) -> Words:
    return np.rint(share * RANKS).astype(np.uint64)


def _one(probability: float) -> int:
    return int(threshold(probability))
