"""The one fitted level of demand, as it was fitted, and what it predicts without having been fitted to it.

``calibration.fit`` writes ``level.json``; reports read it here. The level is fitted to the residents of all
elder-care institutions of the province at the end of 2020 and to nothing else; occupancy by kind of home and
that of 2019 are predicted, and their misses printed.
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
    """The fitted setting, the range that the evidence leaves it, and what it was fitted to.

    ``low`` and ``high`` are the levels that fit when the mean stay is at the ends of its published range;
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
    """Read the fitted level."""
    raw = json.loads(FILE.read_text(encoding="utf-8"))
    predictions = tuple(Prediction(**each) for each in raw.pop("predictions"))
    return Level(**raw | {"entries_published": tuple(raw["entries_published"])}, predictions=predictions)


def write_level(level: Level) -> None:
    """Store a fitted level."""
    raw = {**level.__dict__, "predictions": [each.__dict__ for each in level.predictions]}
    FILE.write_text(json.dumps(raw, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
