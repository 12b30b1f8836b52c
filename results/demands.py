"""How precise a comparison must be, and which differences matter: shares of the baseline, or numbers.

``5%`` is a share of the baseline's value, of every outcome; ``20 persons``, ``1 point``, ``3 places``,
``100 person-days`` and ``600 minutes`` are of the outcomes that are counted so. A share of next to nothing is
not asked for: below ``LEAST`` no half-width and no margin goes unless it is given as a number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sim.errors import RunError

LEAST: Mapping[str, float] = MappingProxyType({
    "served": 1.0, "waiting": 1.0, "met": 0.001, "idle_places": 1.0, "unmet_days": 30.0, "minutes_done": 60.0,
})  # fmt: skip
EQUITY: Mapping[str, float] = MappingProxyType({"concentration": 0.01, "poorest_part": 0.01})
_UNITS: Mapping[str, tuple[tuple[str, ...], float]] = MappingProxyType({
    "person": (("served", "waiting"), 1.0), "人": (("served", "waiting"), 1.0),
    "point": (("met",), 0.01), "百分点": (("met",), 0.01), "个百分点": (("met",), 0.01),
    "place": (("idle_places",), 1.0), "个": (("idle_places",), 1.0), "张": (("idle_places",), 1.0),
    "person-day": (("unmet_days",), 1.0), "人日": (("unmet_days",), 1.0), "人·日": (("unmet_days",), 1.0),
    "minute": (("minutes_done",), 1.0), "分钟": (("minutes_done",), 1.0),
})  # fmt: skip
_WRITTEN = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*(\S*?)\s*")


@dataclass(frozen=True)
class Demand:
    """A share of the baseline's value for every outcome, and absolute numbers for those that have one."""

    share: float = 0.05
    absolute: Mapping[str, float] = field(default_factory=dict)

    def of(self, outcome: str, baseline: float) -> float:
        """Return what is asked of an outcome whose baseline has some value, in the outcome's unit.

        >>> Demand(0.05, {"waiting": 3.0}).of("waiting", 500.0), Demand(0.05).of("served", 500.0)
        (3.0, 25.0)
        """
        if outcome in EQUITY:
            return EQUITY[outcome]
        if outcome in self.absolute:
            return self.absolute[outcome]
        least = LEAST[outcome]
        return max(self.share * abs(baseline), least) if math.isfinite(baseline) else least


def read_demand(option: str, texts: Sequence[str], standing: Demand) -> Demand:
    """Read what is asked from its texts, over what stands where nothing is said.

    Raises RunError, one line, where a text is no share and no number with a known unit.

    >>> read_demand("--half-width", ["2%", "1 point"], Demand())
    Demand(share=0.02, absolute={'met': 0.01})
    """
    share, absolute = standing.share, dict(standing.absolute)
    for text in texts:
        match = _WRITTEN.fullmatch(text)
        number, unit = (float(match[1]), match[2]) if match else (0.0, "")
        known = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
        if not number or (unit not in ("%", "％") and known is None):
            raise RunError(
                f"{option} {text!r} must be a share such as 5%, or a number above 0 with a unit: "
                "persons, points, places, person-days or minutes"
            )
        if known is None:
            share = number / 100
        else:
            absolute |= dict.fromkeys(known[0], number * known[1])
    return Demand(share, absolute)
