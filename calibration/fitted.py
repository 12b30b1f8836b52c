"""What a calibration came to, as stored in ``fitted.json``; documents and reports read it here.

``posterior.parquet`` has the draws; here stand the fitted numbers beside their priors, what was fitted to
beside what the model says before and after, and how well the sampler of the posterior is calibrated.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "fitted.json"
LEVEL = 0.01  # of the rank test


@dataclass(frozen=True)
class FittedNumber:
    """A setting before and after: its cited range, quantiles of its posterior, p-values of the rank tests.

    ``right``, ``wider`` and ``shifted`` are of synthetic sets, ``left_out`` of trials of the model itself.
    """

    name: str
    low: float
    prior: float
    high: float
    p05: float
    p50: float
    p95: float
    informed: bool
    right: float
    wider: float
    shifted: float
    left_out: float


@dataclass(frozen=True)
class FittedTo:
    """An observation beside what the model says: 90 % of trials of the prior, of the posterior's predictions.

    ``model`` are the quantiles of what whole provinces say at draws of the posterior, ``emulated`` of what
    the emulator says there, with its error; ``predicted`` has the doubt of the figure too. ``explained`` is
    the share of the variance of trials, left out in turn, that the emulator explains.
    """

    indicator: str
    place: str
    year: int
    unit: str
    observed: float
    spread: float
    before: tuple[float, float, float]
    model: tuple[float, float, float]
    emulated: tuple[float, float, float]
    predicted: tuple[float, float, float]
    explained: float

    @property
    def inside(self) -> bool:
        """Tell whether the observation lies within the 90 % that are predicted of it."""
        return self.predicted[0] <= self.observed <= self.predicted[2]


@dataclass(frozen=True)
class Judged:
    """A figure kept out of the fit, and what provinces of the posterior say: least, median, greatest."""

    indicator: str
    place: str
    year: str
    unit: str
    observed: float
    said: tuple[float, float, float]

    @property
    def inside(self) -> bool:
        """Tell whether the figure lies within what the provinces say."""
        return self.said[0] <= self.observed <= self.said[2]


@dataclass(frozen=True)
class Fitted:
    """A calibration: from what, and what it came to."""

    seed: int
    code: str
    evidence: str
    posterior: str  # hash of the draws
    trials: int
    second: int
    province: int
    sets: int
    draws: int
    possible: float
    numbers: tuple[FittedNumber, ...]
    targets: tuple[FittedTo, ...]
    judged: tuple[Judged, ...]

    def number(self, name: str) -> FittedNumber:
        """Return a fitted number by the name of its setting."""
        return next(each for each in self.numbers if each.name == name)

    def failing(self, which: str) -> int:
        """Count the settings whose ranks are not even: ``right``, ``wider``, ``shifted``, ``left_out``."""
        return sum(getattr(each, which) < LEVEL for each in self.numbers)


def written(fitted: Fitted) -> str:
    """Return a calibration as the text of ``fitted.json``."""
    return json.dumps(asdict(fitted), ensure_ascii=False, indent=1) + "\n"


@cache
def load_fitted(path: Path = FILE) -> Fitted:
    """Load the stored calibration."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    numbers = tuple(FittedNumber(**each) for each in raw.pop("numbers"))
    targets = tuple(FittedTo(**_with_tuples(each)) for each in raw.pop("targets"))
    judged = tuple(Judged(**_with_tuples(each)) for each in raw.pop("judged"))
    return Fitted(**raw, numbers=numbers, targets=targets, judged=judged)


def _with_tuples(each: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in each.items()}
