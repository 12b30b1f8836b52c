"""The register of the plan's numbers: every target, norm, limit and baseline, as printed and as it is read.

``targets.csv`` holds all 195 numbers of the plan (福建省“十四五”城乡社区服务体系建设规划), each with its
phrase; ``companion.csv`` those of the provincial elder-care plan, tested beside it because the plan has no
total of elder beds; ``growth_check.csv`` what the printed growth rates are (three simple means, one compound,
so counts are what to calibrate on). The register says what a number is; verdicts say what becomes of it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from sim.errors import Fault, ScenarioError

FOLDER = Path(__file__).parent

# "基本", "普遍", "约": the plan does not say how near is near; five per cent is ours (assumed).
_ABOUT = 0.95
# A ratio of whole numbers may miss its target by the last bit of a float.
_LAST_BIT = 1e-9


class Kind(StrEnum):
    """What a number of the plan is."""

    TARGET = "target"
    NORM = "norm"
    LIMIT = "limit"
    BASELINE = "baseline"
    HISTORIC = "historic"
    DEADLINE = "deadline"
    PROGRAMME = "programme-count"
    COMPANION = "companion"  # of the provincial elder-care plan, not of the plan


class Comparator(StrEnum):
    """How a value is held against the number: 以上, 不少于, 以内 include it, 超过 does not."""

    EQUAL = "="
    AT_LEAST = ">="
    AT_MOST = "<="
    MORE_THAN = ">"
    LESS_THAN = "<"
    ABOUT = "~"
    INCREASE = "increase"
    DECREASE = "decrease"
    PERIODIC = "periodic"


@dataclass(frozen=True)
class Target:
    """Hold one number of the plan.

    `section` is the plan's paragraph (三.2.(一).2), `quote` the exact phrase; `attribute` is 预期性
    (expected), 约束性 (binding) or unspecified; `needs` is what the plan leaves out; `same_as` is the id of
    another printing of the number.
    """

    id: str
    section: str
    quote: str
    name_zh: str
    name_en: str
    kind: Kind
    domain: str
    value: float | None
    unit: str
    baseline_value: float | None
    baseline_year: int | None
    target_year: int | None
    attribute: str
    scope: str
    comparator: Comparator
    modelled_as: str
    same_as: str
    needs: str
    notes: str

    def reached(self, value: float) -> bool:
        """Tell whether a value, in the target's unit, reaches the number.

        A plain number (=) is reached by more as well: 18 workers per 10,000 are delivered by 19. A deadline
        is kept by its year or an earlier one. Raises ScenarioError where the plan gives no number.

        >>> register = load_register()
        >>> ids = ("t2-community-workers-per-10k", "registered-volunteers-share")
        >>> [register[each].reached(18) for each in ids]
        [True, False]
        """
        if self.value is None:
            raise ScenarioError(f"target {self.id}: the plan says {self.comparator} and gives no number")
        slack = _LAST_BIT * max(1.0, abs(self.value))
        if self.kind is Kind.DEADLINE:
            return value <= self.value
        match self.comparator:
            case Comparator.AT_MOST:
                return value <= self.value + slack
            case Comparator.LESS_THAN:
                return value < self.value - slack
            case Comparator.MORE_THAN:
                return value > self.value + slack
            case Comparator.ABOUT:
                return value >= self.value * _ABOUT - slack
            case _:
                return value >= self.value - slack


@dataclass(frozen=True)
class Growth:
    """Hold one printed growth rate beside what its counts make of it, per cent a year (or points)."""

    item: str
    period: str
    start: float
    end: float
    printed: float | None
    compound_pct: float
    simple_pct: float
    printed_is: str


@cache
def load_register() -> dict[str, Target]:
    """Read the plan's numbers and the companion's, by id.

    >>> load_register()["childcare-slots-per-1000"].value
    3.0
    """
    register: dict[str, Target] = {}
    for name in ("targets.csv", "companion.csv"):
        for row in _rows(FOLDER / name):
            target = _target(row, name)
            if target.id in register:
                raise ScenarioError(
                    str(Fault(name, "id", target.id, "used once", "give each number its own id"))
                )
            register[target.id] = target
    return register


@cache
def load_growth() -> tuple[Growth, ...]:
    """Read the check of the plan's printed growth rates."""
    return tuple(
        Growth(
            item=row["item"],
            period=row["period"],
            start=float(row["start"]),
            end=float(row["end"]),
            printed=_number(row["printed"]),
            compound_pct=float(row["compound_pct"]),
            simple_pct=float(row["simple_pct"]),
            printed_is=row["printed_is"],
        )
        for row in _rows(FOLDER / "growth_check.csv")
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _target(row: dict[str, str], file: str) -> Target:
    """Read one row of the register, or raise ScenarioError naming it."""
    numbers = {name: _number(row[name]) for name in ("value", "baseline_value")}
    years = {name: int(row[name]) if row[name] else None for name in ("baseline_year", "target_year")}
    try:
        kinds = {"kind": Kind(row["kind"]), "comparator": Comparator(row["comparator"])}
    except ValueError as wrong:
        raise ScenarioError(f"{file}: {row['id']}: {wrong}") from None
    return Target(**{**row, **numbers, **years, **kinds})  # type: ignore[arg-type]


def _number(text: str) -> float | None:
    return float(text) if text else None
