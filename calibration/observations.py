"""What was observed and the model is held against: in the hindcast, in the fit, in judging the fit.

The list stands in ``calibration/observations.csv``; each row names a figure of the evidence. The model's own
tables never read a figure that judges.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from evidence.table import Evidence, Figure, load_evidence
from sim.errors import EvidenceError

FILE = Path(__file__).parent / "observations.csv"
COLUMNS = ("role", "indicator", "place", "year", "within", "note")


class Role(Enum):
    """What an observation is for."""

    HINDCAST = "hindcast"  # a run from 2010 must come within the stated share of it
    FIT = "fit"  # unknowns are fitted to it
    JUDGE = "judge"  # kept out of the fit, and shown beside what the fit predicts
    TREND = "trend"  # what is derived year by year; a hindcast is given fertility and migration


@dataclass(frozen=True)
class Observation:
    """Hold a figure that the model is held against.

    `within` is relative, None where none is set: in the hindcast a bound, in the fit a standard deviation of
    figure and model together.
    """

    role: Role
    figure: Figure
    within: float | None
    note: str

    def miss(self, value: float) -> float:
        """Return the relative error of the model's value, a share.

        >>> [each.miss(42_000_000) for each in load_observations(Role.HINDCAST)][0].__round__(4)
        0.0111
        """
        return value / self.figure.value - 1

    def holds(self, value: float) -> bool:
        """Tell whether the model's value lies within the bound, if there is one."""
        return self.within is None or abs(self.miss(value)) <= self.within


@cache
def load_observations(role: Role | None = None) -> tuple[Observation, ...]:
    """Load the observations of a role, or all.

    Raises EvidenceError, naming file and row, where a role is unknown or a figure is in no table.
    """
    found = read_observations(FILE, load_evidence())
    return tuple(each for each in found if role in (None, each.role))


def read_observations(path: Path, evidence: Evidence) -> tuple[Observation, ...]:
    """Read the observations of a file against some evidence."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        if tuple(next(rows, ())) != COLUMNS:
            raise EvidenceError(f"{path.name}: the columns must be {','.join(COLUMNS)}")
        return tuple(_read_row(f"{path.name}:{number}", row, evidence) for number, row in enumerate(rows, 2))


def _read_row(where: str, row: list[str], evidence: Evidence) -> Observation:
    try:
        role, indicator, place, year, within, note = row
        return Observation(
            Role(role), evidence.figure(indicator, place, year), float(within) if within else None, note
        )
    except (ValueError, EvidenceError) as wrong:
        raise EvidenceError(f"{where}: {wrong}") from None
