"""Numbers with their provenance: a quantity knows its unit, range, source, year and quality.

Everything a user may set is a quantity under a dotted name: ``life.mortality_scale`` from the parameter
table, ``nursing-bed.patience_days`` from a service definition, ``public-home.price.nursing-bed`` from the
supply definition. ``Settings`` holds them all, frozen; a scenario replaces some, a replication draws the
assumed ones from their stated ranges, or, those that were fitted together, as one row of their ``Joint``.

Every fifth replication is a *twin*: it repeats the numbers of the one before it with fresh chance. What twins
differ by is chance; what all others differ by is chance and not-knowing (decision 0018).
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from sim.errors import ScenarioError
from sim.kinds import Quality
from sim.streams import Decision, Stream

Floats = npt.NDArray[np.float64]
TWIN_EVERY = 5  # every fifth replication has the numbers of the one before it
_TOGETHER = "drawn together"  # whose rank picks the row of a joint: no dotted name is written so


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


@dataclass(frozen=True, eq=False)
class Joint:
    """Numbers that are drawn together: a column each, a row a draw, all rows equally likely.

    ``values`` has shape (draws, names), in the units of the settings; it cannot be written to.
    """

    names: tuple[str, ...]
    values: Floats

    def __post_init__(self) -> None:
        values = np.array(self.values, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] != len(self.names) or not values.size:
            raise ValueError(f"draws of shape {values.shape} for {len(self.names)} names")
        values.setflags(write=False)
        object.__setattr__(self, "values", values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Joint) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def __reduce__(self) -> tuple[type[Joint], tuple[tuple[str, ...], Floats]]:
        return Joint, (self.names, self.values)

    def _content(self) -> tuple[tuple[str, ...], bytes]:
        return self.names, self.values.tobytes()

    def row(self, rank: float) -> dict[str, float]:
        """Return the draw at a rank in (0, 1), by name.

        >>> Joint(("a", "b"), np.array([[1.0, 10.0], [2.0, 20.0]])).row(0.6)
        {'a': 2.0, 'b': 20.0}
        """
        values = self.values[min(int(rank * len(self.values)), len(self.values) - 1)]
        return dict(zip(self.names, values.tolist(), strict=True))

    def highest(self, name: str) -> float:
        """Return the highest value that a number is drawn at."""
        return float(self.values[:, self.names.index(name)].max())

    def without(self, names: Collection[str]) -> Joint | None:
        """Leave out some numbers; the others keep their rows. None where nothing is left."""
        kept = [place for place, name in enumerate(self.names) if name not in names]
        if len(kept) == len(self.names):
            return self
        return Joint(tuple(self.names[place] for place in kept), self.values[:, kept]) if kept else None


@dataclass(frozen=True)
class Settings(Mapping[str, float]):
    """All quantities of a run by dotted name; indexing gives the value.

    ``joint`` holds the numbers that replications draw together, None where each is drawn alone.
    """

    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    joint: Joint | None = None

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

    def __reduce__(self) -> tuple[type[Settings], tuple[dict[str, Quantity], Joint | None]]:
        return Settings, (dict(self.quantities), self.joint)

    def with_values(self, values: Mapping[str, float]) -> Settings:
        """Return settings with some values replaced, their ranges kept; a number that is set is not joint."""
        changed = dict(self.quantities)
        for name, value in values.items():
            self[name]  # raises where unknown
            changed[name] = replace(changed[name], value=float(value))
        return Settings(changed, self.joint.without(values) if self.joint else None)

    def uncertain(self) -> list[Quantity]:
        """List what replications draw, in order of name."""
        jointly = self.joint.names if self.joint else ()
        return [q for name, q in sorted(self.quantities.items()) if q.uncertain or name in jointly]

    def highest(self, name: str) -> float:
        """Return the highest value that any replication or probe gives a number."""
        top = self.quantities[name].high
        return max(top, self.joint.highest(name)) if self.joint and name in self.joint.names else top

    def drawn(self, seed: int, replication: int) -> Settings:
        """Return the settings of a replication: 0 keeps the central values, twins share theirs."""
        return self.draw(seed, draw_of(replication))

    def draw(self, seed: int, number: int) -> Settings:
        """Draw every uncertain number: one row of the joint, the others from their ranges; 0 is central.

        A draw depends on seed, its number and the setting's own name alone, so that adding a parameter moves
        no other; the row of the joint does not depend on which numbers are in it.
        """
        if number == 0:
            return self
        stream = Stream.of(seed, number)
        values = {q.name: q.at(parameter_rank(stream, q.name)) for q in self.uncertain()}
        if self.joint:
            values |= self.joint.row(parameter_rank(stream, _TOGETHER))
        return self.with_values(values)


def draw_of(replication: int) -> int:
    """Return the number of the draw that a replication uses: every fifth repeats the one before it.

    >>> [draw_of(replication) for replication in range(12)]
    [0, 1, 2, 3, 4, 4, 6, 7, 8, 9, 9, 11]
    """
    twin = replication > 0 and replication % TWIN_EVERY == 0
    return replication - 1 if twin else replication


def parameter_rank(stream: Stream, name: str) -> float:
    """Return the rank in (0, 1) at which a draw takes a parameter."""
    key = np.array([zlib.crc32(name.encode())], dtype=np.uint64)
    return float(stream.uniform(key, Decision.PARAMETER)[0])
