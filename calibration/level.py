"""The central level of demand, as it was found, and what it predicts without having been fitted to it.

``calibration.fit``, the last step of ``jinlin calibrate``, writes ``level.json``; reports read it here. With
all else at its central value the level brings the residents of all elder-care institutions at the end of
2020; occupancy by kind of home and that of 2019 are predicted, and their misses printed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "level.json"


@dataclass(frozen=True)
class Prediction:
    """A published figure that was not fitted, beside what the fitted level says of it."""

    id: str
    zh: str
    en: str
    published: float
    predicted: float
    unit: str
    source: str


@dataclass(frozen=True)
class Level:
    """The setting, its central value, its posterior's 5th and 95th percentile, and what it brings.

    ``entries_per_65_plus`` is the yearly share of people aged 65+ that enters, beside the published range.
    """

    setting: str
    value: float
    low: float
    high: float
    published: float
    reached: float
    entries_per_65_plus: float
    entries_published: tuple[float, float]
    predictions: tuple[Prediction, ...]


@cache
def load_level() -> Level:
    """Read the central level."""
    raw = json.loads(FILE.read_text(encoding="utf-8"))
    predictions = tuple(Prediction(**each) for each in raw.pop("predictions"))
    return Level(**raw | {"entries_published": tuple(raw["entries_published"])}, predictions=predictions)


def write_level(level: Level) -> None:
    """Store a fitted level."""
    raw = {**level.__dict__, "predictions": [each.__dict__ for each in level.predictions]}
    FILE.write_text(json.dumps(raw, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
