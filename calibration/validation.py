"""What a hindcast came to, figure by figure, as stored in ``hindcast.json``; documents read it here.

Each figure says what the comparison is worth. *given*: the hindcast was told it, so that only the
book-keeping is tested; *fitted*: mortality was fitted to it, and ``left_out`` is the miss when it is not;
*partly*: the ages of migrants, which come from the same two censuses, have a share in it; *predicted*:
nothing was fitted to it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "hindcast.json"
BASES = ("given", "fitted", "partly", "predicted")


@dataclass(frozen=True)
class Compared:
    """A published figure beside the agents' and the expected one; `within` is its bound, a share."""

    indicator: str
    year: int
    published: float
    simulated: float
    expected: float
    within: float | None
    basis: str
    unfitted: float  # the miss of expected lives at the mortality scale of runs from 2020, held
    left_out: float | None = None  # the miss where mortality is fitted without this figure

    @property
    def miss(self) -> float:
        """Return the relative error of the agents' figure.

        >>> round(Compared("births", 2015, 100.0, 103.0, 102.0, 0.05, "given", 0.01).miss, 4)
        0.03
        """
        return self.simulated / self.published - 1

    @property
    def holds(self) -> bool | None:
        """Tell whether the figure lies within its bound, None where it has none."""
        return None if self.within is None else abs(self.miss) <= self.within


@dataclass(frozen=True)
class Beside:
    """A figure that judges without having been used: published, as the hindcast has it, and why."""

    en: str
    zh: str
    published: float
    predicted: float
    unit: str
    source: str


@dataclass(frozen=True)
class Hindcast:
    """All that a hindcast came to; ages are groups of five years by sex, men first, at the census of 2020."""

    seed: int
    code: str
    evidence: str  # a hash of the tables
    level: float
    trend: float
    slope: float
    figures: tuple[Compared, ...]
    births_without_given: dict[str, list[float]]  # misses by year where fertility is given less closely
    beside: tuple[Beside, ...]
    migrants_of_60_plus: float  # persons of 60 and older in 2020 who came since 2010
    ages_published: tuple[tuple[float, ...], ...]
    ages_simulated: tuple[tuple[int, ...], ...]
    imputed: tuple[tuple[str, str], ...]  # what the founding of 2010 assumes, in both languages
    cpu_seconds: float


@cache
def load_hindcast() -> Hindcast:
    """Read the last hindcast."""
    return parsed(FILE.read_text(encoding="utf-8"))


def parsed(text: str) -> Hindcast:
    """Read a hindcast from its text."""
    raw = json.loads(text)
    raw["figures"] = tuple(Compared(**each) for each in raw["figures"])
    raw["beside"] = tuple(Beside(**each) for each in raw["beside"])
    for name in ("ages_published", "ages_simulated", "imputed"):
        raw[name] = tuple(tuple(each) for each in raw[name])
    return Hindcast(**raw)


def written(hindcast: Hindcast) -> str:
    """Write a hindcast as text, the same for the same hindcast."""
    return json.dumps(asdict(hindcast), ensure_ascii=False, indent=1) + "\n"
