"""Months and minutes since the founding, the census of 2020-11-01; integers only.

Month 0 is November 2020 and minute 0 its first minute. A month that has passed names its last day, so the
month "2025-12" stands for the end of 2025, which is minute ``month_start(62)``.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np

FOUNDING = date(2020, 11, 1)
MINUTES_PER_DAY = 1440
MONTHS_TO_END_OF_2025 = 62
NEVER = 2**31 - 1  # a minute that does not come (about 4,000 years after the founding)

_LONGEST_MONTHS = 12 * 200


def _starts() -> np.ndarray:
    """List the first minute of each month after the founding."""
    days = [(_first_day(m) - FOUNDING).days for m in range(_LONGEST_MONTHS)]
    return np.array(days, dtype=np.int64) * MINUTES_PER_DAY


def _first_day(month: int) -> date:
    index = FOUNDING.year * 12 + FOUNDING.month - 1 + month
    return date(index // 12, index % 12 + 1, 1)


_START = _starts()


def month_start(month: int) -> int:
    """Return the first minute of a month; months before the founding count 30.4 days.

    >>> month_start(0), month_start(1)
    (0, 43200)
    """
    return int(_START[month]) if month >= 0 else month * 43800


def month_of_minute(minute: int) -> int:
    """Return the month in which a minute (>= 0) lies."""
    return int(np.searchsorted(_START, minute, side="right")) - 1


def year_of(month: int) -> int:
    """Return the calendar year of a month.

    >>> year_of(0), year_of(2), year_of(61)
    (2020, 2021, 2025)
    """
    return (FOUNDING.year * 12 + FOUNDING.month - 1 + month) // 12


def months_of(year: int) -> range:
    """Return the months of a calendar year, from the founding on.

    >>> months_of(2020), months_of(2025)
    (range(0, 2), range(50, 62))
    """
    first = (year - FOUNDING.year) * 12 - (FOUNDING.month - 1)
    return range(max(0, first), max(0, first + 12))


def month_named(text: str) -> int:
    """Read a month "2025-12"; raise ValueError where it is none.

    >>> month_named("2020-11"), month_named("2025-12")
    (0, 61)
    """
    match = re.fullmatch(r"(\d{4})-(\d{2})", text)
    if not match or not 1 <= int(match[2]) <= 12:
        raise ValueError(f"{text!r} is not a month such as 2025-12")
    return (int(match[1]) - FOUNDING.year) * 12 + int(match[2]) - FOUNDING.month


def name_of(month: int) -> str:
    """Write a month as "2025-12".

    >>> name_of(61)
    '2025-12'
    """
    day = _first_day(month)
    return f"{day.year:04d}-{day.month:02d}"
