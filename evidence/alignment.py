"""What is scaled so that a margin is met: fitted once, for one set of settings, and reused by others.

Some numbers of life are published by nobody and are solved, so that what was counted in 2020 comes out:
mortality of the able, incidence, kinds and grade of surveyed disability, severity, participation in work, who
moves. An alignment holds them. Solved again for a scenario in which onset is a tenth higher, they would take
part of that change back (less severe loss to an onset, so that the census's share stays). So a scenario lives
by the alignment of its baseline; docs/explanation/alignment.md lists all that is scaled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evidence import function_law, migration, vital, work
from evidence.course import Course, from_2020
from evidence.function_law import ACTIVE, LASTING, Law, Transitions
from evidence.table import Evidence
from sim.kinds import Employment
from sim.parameters import Settings
from sim.rates import AGES, Floats


@dataclass(frozen=True)
class Alignment:
    """What was fitted for some settings, and what the census's residents are by it."""

    law: Law  # function and disability at the census; mortality over the able's, incidence, kinds, severity
    moves: Transitions  # the rates of function that sustain the law
    taking_part: Floats  # [2, 111], share in the labour force, without a shift
    participation_factor: float  # Fujian over the national rates by age
    movers: Floats  # [classes, 2], shares of those who move (``migration.CLASSES``)


def align(evidence: Evidence, settings: Settings, course: Course | None = None) -> Alignment:
    """Fit to the margins of 2020 (or of another course's census) what the evidence leaves open."""
    movers = migration.age_profile(evidence, settings["life.mortality_scale"])
    course = course or from_2020(evidence, settings, 1, movers)
    urban, table = course.urban, course.death[0]
    moves = function_law.transitions(evidence, settings, urban)
    people = vital.as_groups(course.people, urban)
    law = function_law.solve(settings, evidence, table, moves, people, urban)
    return Alignment(law, moves, *_participation(evidence, settings, law), movers)


def _participation(evidence: Evidence, settings: Settings, law: Law) -> tuple[Floats, float]:
    """Return participation by sex and age in 2020, and Fujian's factor, given who is able to work."""
    people, urban = vital.population(evidence, 2020), evidence.value("urban_share", year=2020) / 100
    shares = law.by_age()
    lost = shares[:, :, ACTIVE].sum(axis=2) * (1 - law.mix.severity[0]) + shares[:, :, LASTING]
    able = 1 - (vital.as_groups(np.ones((2, AGES)), urban) * lost).reshape(2, 2, AGES).sum(axis=1)
    unemployed = float(work.unemployment(settings)[:, Employment.OUT] @ [1 - urban, urban])
    return work.participation(evidence, people, able, 1 - unemployed)


def lives_alike(one: Settings, other: Settings) -> bool:
    """Tell whether two settings have the same numbers of founding and life."""
    return all(one[name] == other[name] for name, q in one.quantities.items() if q.touches == "life")
