"""A pledge held against what was published: where each figure falls, and what it speaks against."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from results.overturning import SPEAKS
from results.pledges import FIVE
from sim.errors import EvidenceError

COLUMNS = ("indicator", "year", "value")
SOURCE = "source"


@dataclass(frozen=True)
class Observed:
    """A published figure, and the line that it stands on."""

    indicator: str
    year: int
    value: float
    source: str
    line: int


@dataclass(frozen=True)
class Confronted:
    """A published figure beside the quantiles that were pledged; ``against`` is empty inside the 90 %."""

    observed: Observed
    five: tuple[float, ...]

    @property
    def inside_90(self) -> bool:
        """Tell whether the figure lies between p05 and p95."""
        return self.five[0] <= self.observed.value <= self.five[-1]

    @property
    def inside_50(self) -> bool:
        """Tell whether the figure lies between p25 and p75."""
        return self.five[1] <= self.observed.value <= self.five[-2]

    @property
    def falls(self) -> str:
        """Say between which quantiles the figure falls.

        >>> Confronted(Observed("births", 2021, 7, "", 2), (5, 6, 8, 9, 10)).falls
        'p25-p50'
        """
        names = ("", *FIVE, "")
        above = sum(self.observed.value > each for each in self.five)
        low, high = names[above], names[above + 1]
        return f"{low}-{high}" if low and high else f"< {high}" if high else f"> {low}"

    def against(self, language: str) -> str:
        """Say which assumption the figure speaks against."""
        if self.inside_90:
            return ""
        speaks = SPEAKS[self.observed.indicator]
        words = speaks.below if self.observed.value < self.five[0] else speaks.above
        return words.zh if language == "zh" else words.en


def confront(content: Mapping[str, Any], path: Path) -> list[Confronted]:
    """Hold the figures of a file against the content of a pledge (``pledges.read_pledge``).

    Raises EvidenceError, naming file, line, column and remedy, where a row cannot be used.
    """
    pledged = {
        (each["indicator"], each["year"]): tuple(float(each[name]) for name in FIVE)
        for each in content["indicators"]
    }
    return [
        Confronted(each, _looked_up(pledged, each, path))
        for each in read_observed(path, {name for name, _ in pledged})
    ]


def _looked_up(
    pledged: Mapping[tuple[str, int], tuple[float, ...]], each: Observed, path: Path
) -> tuple[float, ...]:
    if (each.indicator, each.year) not in pledged:
        years = sorted(year for name, year in pledged if name == each.indicator)
        raise _fault(
            path, each.line, "year", each.year, f"a year of {years[0]} to {years[-1]}", "leave the row out"
        )
    return pledged[each.indicator, each.year]


def read_observed(path: Path, known: set[str]) -> list[Observed]:
    """Read observed figures: indicator, year, value and, where given, source."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else "not a CSV file in UTF-8"
        raise EvidenceError(
            f"{path}: cannot be read: {reason}; check the path, save it as CSV in UTF-8"
        ) from None
    head = [each.strip() for each in rows[0]] if rows else []
    if not set(COLUMNS) <= set(head):
        raise EvidenceError(
            f"{path}:1: the columns must be {','.join(COLUMNS)}[,{SOURCE}]; mend the first line"
        )
    found = [
        _read(path, line, dict(zip(head, map(str.strip, row), strict=False)), known)
        for line, row in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in row)
    ]
    if not found:
        raise EvidenceError(f"{path}: has no figures; write a row of indicator,year,value for each")
    return found


def _read(path: Path, line: int, row: Mapping[str, str], known: Sequence[str] | set[str]) -> Observed:
    indicator = row.get("indicator", "")
    if indicator not in known:
        near = get_close_matches(indicator, sorted(known), 1)
        remedy = f"did you mean {near[0]}?" if near else "see the pledge"
        raise _fault(path, line, "indicator", indicator, "one of " + ", ".join(sorted(known)), remedy)
    numbers = {}
    for name, remedy in (("year", "write it as 2022"), ("value", "write persons, without separators")):
        try:
            numbers[name] = float(row.get(name, ""))
        except ValueError:
            raise _fault(path, line, name, row.get(name, ""), "a number", remedy) from None
        if not math.isfinite(numbers[name]) or numbers[name] < 0:
            raise _fault(path, line, name, row[name], "0 or more", remedy)
    return Observed(indicator, int(numbers["year"]), numbers["value"], row.get(SOURCE, ""), line)


def _fault(path: Path, line: int, column: str, value: object, allowed: str, remedy: str) -> EvidenceError:
    return EvidenceError(f"{path}:{line}: {column} = {value!r} must be {allowed} ({remedy})")


def rows_of(found: Sequence[Confronted], language: str, yes: str, no: str) -> list[tuple[str, ...]]:
    """Lay confronted figures out in cells."""
    return [
        (
            each.observed.indicator, str(each.observed.year), f"{each.observed.value:,.0f}",
            f"{each.five[0]:,.0f}–{each.five[-1]:,.0f}", each.falls,
            yes if each.inside_50 else no, yes if each.inside_90 else no, each.against(language),
        )
        for each in found
    ]  # fmt: skip
