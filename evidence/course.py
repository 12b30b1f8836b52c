"""The course of life from a census on: who lives there, and mortality, fertility and migration by year.

From 2020 on mortality is the UN's for China 2020-2025, scaled to Fujian's deaths, and fertility the census's
of 2020 with a trend; nothing observed after 2020 is used. The decade before is ``calibration.decade``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evidence import migration, vital
from evidence.table import Evidence
from sim.clock import year_of
from sim.parameters import Settings
from sim.rates import Floats


@dataclass(frozen=True)
class Course:
    """What the tables of life are made from; years are calendar years, the census's first."""

    census: int
    people: Floats  # [2 sexes, 111], residents of the census
    counties: Floats  # [counties], the same
    urban: float  # share of them
    death: Floats  # [years, 2, 111], a person-year
    fertile: Floats  # [111], births a woman-year in the year of the census
    fertility: (
        Floats  # [spacing + months, 111], the same by month, from as many months before as births space
    )
    net: Floats  # [counties], persons a year
    leavers: Floats  # [classes], share of those who leave by class of age (``migration.CLASSES``)
    arrivals: Floats  # [years, counties, classes, 2], persons a month


def from_2020(evidence: Evidence, settings: Settings, months: int, movers: Floats | None = None) -> Course:
    """Return the course of a run of `months` from the census of 2020, by the settings ``life.*``.

    `movers` (classes, 2) are the shares of those who move, ``migration.age_profile``; left out, they are what
    the settings' own mortality leaves between two censuses.
    """
    scale = settings["life.mortality_scale"]
    table = vital.mortality(evidence, scale, slope=settings["life.mortality_slope"])
    years = np.arange(year_of(months - 1) - year_of(0) + 1)
    change = (1 + settings["life.mortality_trend"]) ** years
    fertile = vital.fertility(evidence, settings["life.fertility_scale"])
    net = migration.county_net(evidence, settings["life.net_migration"])
    profile = migration.age_profile(evidence, scale) if movers is None else movers
    return Course(
        census=2020,
        people=vital.population(evidence, 2020),
        counties=evidence.by_county("resident_population", 2020),
        urban=evidence.value("urban_share", year=2020) / 100,
        death=table * change[:, None, None],
        fertile=fertile,
        fertility=vital.fertility_by_month(
            fertile, settings["life.fertility_trend"], months, int(settings["life.birth_spacing_months"])
        ),
        net=net,
        leavers=profile.sum(axis=1),
        arrivals=migration.arrivals(net, profile)[None],
    )
