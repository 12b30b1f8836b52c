"""What a scenario file may hold, and what it becomes: tables, keys and ranges for checker and editors alike.

A scenario is a list of *dated values* (beds, slots, workers, prices by month), of *standards* (what "in time"
means), of *settings* replaced, and of *targets* judged. A month means its last day; between two dates a value
runs straight (by day), before the first and after the last date it holds; ``step = true`` holds each value
until the next date.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.clock import FOUNDING, MONTHS_TO_END_OF_2025, name_of
from sim.kinds import Quality
from sim.parameters import Settings
from sim.services import Service, Standard, Words
from sim.supply import Cadre, FacilityKind

Floats = NDArray[np.float64]

AS_IN_2020 = "as in 2020"  # in a path: the value of the setting, as each replication draws it
FIRST_MONTH, LAST_MONTH = "2015-01", "2045-12"  # dates a file may name
LONGEST_TEXT = 2000
MOST_DATES = 400
QUALITIES = (Quality.PUBLISHED, Quality.DERIVED, Quality.ASSUMED)  # a file cannot claim to be fitted
TEXT_KEYS = ("title", "description")
TOP_KEYS = (*TEXT_KEYS, "extends")
DEEP_SECTIONS = ("price", "workforce")  # whose names have two parts: [price.public-home.nursing-bed]
DATED_SECTIONS = ("supply", "nursing_share", "staff", "counted", "hours", *DEEP_SECTIONS)
SECTIONS = (*DATED_SECTIONS, "standard", "set", "targets")
DATED_KEYS = ("unit", "path", "step", "source", "quality", "reason")
STANDARD_KEYS = ("within_days", "share", "reason")
SET_KEYS = ("value", "low", "high", "unit", "year", "source", "quality", "reason")
TARGET_KEYS = ("delivered", "measure", "reason")
WITHIN_DAYS = (1, 3650)


@dataclass(frozen=True)
class Unit:
    """A unit that a dated value may carry: its range, the setting it moves and the factor to that setting.

    Slots per 1,000 residents and slots are two units of one setting; denominators stay those of the census
    of 2020, since the plan gives none.
    """

    name: str
    low: float
    high: float
    setting: str
    factor: float = 1.0

    @property
    def allowed(self) -> str:
        """Write the range in words."""
        return f"{self.low:g} to {self.high:g} {self.name}"


@dataclass(frozen=True)
class DatedValue:
    """A value by date as a scenario writes it; ``key`` is its full name (``staff.community-worker``)."""

    key: str
    unit: Unit
    months: tuple[int, ...]  # months after the founding, rising; a month means its last day
    values: tuple[float | None, ...]  # None: as in 2020, the value of the setting it moves
    step: bool
    source: str
    quality: Quality
    reason: str
    file: str

    def by_month(self, in_2020: float, months: int = MONTHS_TO_END_OF_2025) -> Floats:
        """Return the value on the last day of each month after the founding, (months,).

        ``in_2020`` is the setting's own value in this unit, as a replication drew it: what ``"as in 2020"``
        stands for.

        >>> rise = DatedValue("staff.x", Unit("workers", 0, 9, "x"), (1, 61), (None, 3.0), False, "a test", \
Quality.ASSUMED, "", "")
        >>> [float(rise.by_month(2.0, 80)[month]) for month in (0, 1, 61, 79)]
        [2.0, 2.0, 3.0, 3.0]
        """
        days = np.array([_last_day(month) for month in range(months)])
        dates = np.array([_last_day(month) for month in self.months])
        values = np.array([in_2020 if value is None else value for value in self.values])
        if self.step:
            rows = np.searchsorted(dates, days, side="right") - 1
            return np.asarray(values[np.maximum(rows, 0)])
        return np.asarray(np.interp(days, dates, values))

    def written(self) -> str:
        """Write the dates and values as the file does.

        >>> beds = Unit("beds", 0, 9, "x")
        >>> DatedValue("x", beds, (1, 61), (None, 2.0), False, "", Quality.ASSUMED, "", "").written()
        '2020-12 as in 2020, 2025-12 2'
        """
        shown = (AS_IN_2020 if value is None else f"{value:.10g}" for value in self.values)
        return ", ".join(f"{name_of(m)} {v}" for m, v in zip(self.months, shown, strict=True))


@dataclass(frozen=True)
class Override:
    """A setting that a scenario replaces: value and range, with what it rests on."""

    name: str
    value: float
    low: float
    high: float
    year: int
    source: str
    quality: Quality
    reason: str
    file: str


class Measure(Enum):
    """How the values that a target names make the number that is held against it."""

    SUM = "sum"
    ADDED = "added"  # the sum, less what it was at the founding
    PRODUCT = "product"
    SHARE = "share"  # of the places of the kinds named, those in their first pool


@dataclass(frozen=True)
class Judged:
    """A target of the register that a scenario's outcome is judged by, and what is held against it.

    ``delivered`` names dated values (``supply.childcare-centre``) and settings
    (``childcare-centre.new_size``); none where the run itself has to say.
    """

    id: str
    delivered: tuple[str, ...]
    measure: Measure
    reason: Words | None
    file: str


@dataclass(frozen=True)
class Written:
    """What one file writes, checked; nothing inherited."""

    file: str
    title: Words | None = None
    description: Words | None = None
    extends: str = ""
    dated: Mapping[str, DatedValue] = field(default_factory=dict)
    standards: Mapping[str, Standard] = field(default_factory=dict)
    overrides: Mapping[str, Override] = field(default_factory=dict)
    targets: Mapping[str, Judged] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A file that a scenario was read from, with its text as read."""

    file: str
    text: str


@dataclass(frozen=True)
class Scenario:
    """A scenario, checked and complete: what is supplied when, to what standard, judged by which targets.

    ``settings`` holds every parameter that it reads with the scenario's own values (those of staff turnover
    only where it keeps that account, as its ``cadres`` then do); ``aligned_on`` the baseline's, which
    whatever is scaled to a margin is fitted on: the project's values, but for numbers of the census that the
    scenario sets; ``dated`` every value by date under
    its full name (``supply.childcare-centre``, ``staff.community-worker``); ``units`` the units of all that
    could be dated, the setting's own first; ``lineage`` the texts of its files, its own first.
    """

    id: str
    title: Words
    description: Words
    file: str
    lineage: tuple[Source, ...]
    settings: Settings
    aligned_on: Settings
    services: tuple[Service, ...]
    kinds: tuple[FacilityKind, ...]
    cadres: tuple[Cadre, ...]
    dated: Mapping[str, DatedValue]
    units: Mapping[str, tuple[Unit, ...]]
    overrides: Mapping[str, Override]
    standards: Mapping[str, Standard]
    targets: tuple[Judged, ...]

    @property
    def extends(self) -> tuple[str, ...]:
        """Name the files it builds on, nearest first."""
        return tuple(source.file for source in self.lineage[1:])


@cache
def _last_day(month: int) -> int:
    """Return the ordinal day on which a month after the founding ends."""
    index = FOUNDING.year * 12 + FOUNDING.month - 1 + month
    year, month_of_year = divmod(index, 12)
    return date(year, month_of_year + 1, calendar.monthrange(year, month_of_year + 1)[1]).toordinal()
