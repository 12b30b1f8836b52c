"""Numbers with their provenance: a quantity knows its unit, range, source, year and quality.

Everything a user may set is a quantity under a dotted name: ``life.mortality_scale`` from the parameter
table, ``nursing-bed.stay.mean_days`` from a service definition, ``public-home.price.nursing-bed`` from the
supply definition. ``Settings`` holds them all, frozen; a scenario replaces some, a replication draws the
assumed ones from their stated ranges.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from sim.errors import ScenarioError
from sim.kinds import Quality
from sim.streams import Decision, Stream


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, range, source, year and quality."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    year: int
    quality: Quality
    reason: str = ""
    title_zh: str = ""
    title_en: str = ""
    touches: str = (
        # "life": residents live again; "need", "supply": needs are replayed; "result": read again;
        "need"  # "forecast": no run knows it
    )
    prior: float | None = None  # of a fitted number: the middle of its range before the fit
    census: bool = False  # says what the census found; else, if it touches life, a rate of the months since

    @property
    def uncertain(self) -> bool:
        """Tell whether replications draw it: assumed or fitted, with a range."""
        return self.quality in (Quality.ASSUMED, Quality.FITTED) and self.low < self.high

    def at(self, rank: float) -> float:
        """Return the value at a rank in (0, 1): the central value is the median, each half uniform.

        >>> q = Quantity("x", 2.0, 1.0, 5.0, "days", "a test", 2020, Quality.ASSUMED)
        >>> q.at(0.0), q.at(0.5), q.at(1.0)
        (1.0, 2.0, 5.0)
        """
        if rank < 0.5:
            return self.low + (self.value - self.low) * 2 * rank
        return self.value + (self.high - self.value) * (2 * rank - 1)


@dataclass(frozen=True)
class Settings(Mapping[str, float]):
    """All quantities of a run by dotted name; indexing gives the value."""

    quantities: Mapping[str, Quantity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "quantities", MappingProxyType(dict(self.quantities)))

    def __getitem__(self, name: str) -> float:
        try:
            return self.quantities[name].value
        except KeyError:
            raise ScenarioError(f"{name} is not a parameter ('jinlin parameters' lists them)") from None

    def __contains__(self, name: object) -> bool:
        return name in self.quantities

    def __iter__(self) -> Iterator[str]:
        return iter(self.quantities)

    def __len__(self) -> int:
        return len(self.quantities)

    def __hash__(self) -> int:
        return hash(tuple((q.name, q.value) for q in self.quantities.values()))

    def __reduce__(self) -> tuple[type[Settings], tuple[dict[str, Quantity]]]:
        return Settings, (dict(self.quantities),)

    def with_values(self, values: Mapping[str, float]) -> Settings:
        """Return settings with some values replaced, their ranges kept."""
        changed = dict(self.quantities)
        for name, value in values.items():
            self[name]  # raises where unknown
            changed[name] = replace(changed[name], value=float(value))
        return Settings(changed)

    def uncertain(self) -> list[Quantity]:
        """List what replications draw, in order of name."""
        return [self.quantities[name] for name in sorted(self.quantities) if self.quantities[name].uncertain]

    def drawn(self, seed: int, replication: int) -> Settings:
        """Draw every uncertain number from its range; replication 0 keeps the central values.

        A draw depends on seed, replication and the number's own name alone, so that adding a parameter
        moves no other.
        """
        if replication == 0:
            return self
        stream = Stream.of(seed, replication)
        return self.with_values({q.name: q.at(parameter_rank(stream, q.name)) for q in self.uncertain()})


def parameter_rank(stream: Stream, name: str) -> float:
    """Return the rank in (0, 1) at which a replication draws a parameter."""
    key = np.array([zlib.crc32(name.encode())], dtype=np.uint64)
    return float(stream.uniform(key, Decision.PARAMETER)[0])
