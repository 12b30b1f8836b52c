"""The exception tree: every error a user can cause is one line and one of these.

::

    JinlinError                 anything the user can put right; the command line prints it and exits with 2
    ├── PlaceError              a place that is unknown, ambiguous or below county
    ├── EvidenceError           a figure that is missing, contradictory or without a source
    ├── ScenarioError           a scenario, service or parameter file that cannot be used
    ├── RunError                a run folder that is finished, unfinished, damaged or not one of ours
    └── LawBroken               a conservation law failed inside a run: a defect of the model, not the input
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class JinlinError(Exception):
    """Anything that a user can put right; its text is one line."""


class PlaceError(JinlinError):
    """A place that is unknown, ambiguous or below county."""


class EvidenceError(JinlinError):
    """A figure that is missing, contradictory or without a source."""


class ScenarioError(JinlinError):
    """A scenario, service or parameter file that cannot be used."""


class RunError(JinlinError):
    """A run folder that is finished, unfinished, damaged or not one of ours."""


class LawBroken(JinlinError):
    """A conservation law failed inside a run: a defect of the model, never of the input."""


@dataclass(frozen=True)
class Fault:
    """Say where a value stands, what it is, what it may be and what to do.

    >>> key = "staff.community-worker.path.2025-12"
    >>> print(Fault("rural.toml", key, -18, "0 to 200", "the plan aims at 18"))
    rural.toml: staff.community-worker.path.2025-12 = -18 must be 0 to 200 (the plan aims at 18)
    """

    file: str | Path
    key: str
    value: object
    allowed: str
    remedy: str

    def __str__(self) -> str:
        name = Path(self.file).name
        return f"{name}: {self.key} = {_short(self.value)} must be {self.allowed} ({self.remedy})"


def _short(value: object, limit: int = 80) -> str:
    """Print a value on one line, cut where it is long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
