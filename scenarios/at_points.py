"""Scenarios at the points of a sweep: some numbers set, everything else and all other draws as they were."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from scenarios.definitions import with_ceilings
from scenarios.schema import DatedValue, Scenario
from scenarios.studies import life_key
from scenarios.supply import check_limits
from scenarios.sweep_file import Sweep, Varied
from sim.clock import month_named
from sim.compiled import fingerprint
from sim.errors import ScenarioError
from sim.kinds import Quality
from sim.parameters import Settings

_HOUSE = Path(__file__).parents[1]
_READ = {
    "code": (("sim", "*.py"), ("evidence", "*.py"), ("scenarios", "*.py")),
    "evidence": (("evidence", "*.parquet"), ("evidence/parameters", "*"), ("evidence/tables", "*"),
                 ("sim/data", "*")),
    "definitions": (("scenarios", "supply.toml"), ("scenarios/services", "*"), ("scenarios/plan", "*")),
}  # fmt: skip
_BUILT = ("supply.", "nursing_share.")
_IN_2020 = month_named("2020-12")


@cache
def versions() -> dict[str, str]:
    """Name what every number of a sweep is made with: code, evidence tables and definitions."""
    found = {}
    for what, patterns in _READ.items():
        digest = hashlib.sha256(fingerprint().encode() if what == "code" else b"")
        for folder, pattern in patterns:
            for path in sorted((_HOUSE / folder).glob(pattern)):
                if path.is_file():
                    digest.update(f"\n{folder}/{path.name}\n".encode() + path.read_bytes())
        found[what] = digest.hexdigest()[:12]
    return found


def content_of(scenario: Scenario) -> str:
    """Name a scenario by the texts it was read from: twelve hexadecimal digits."""
    texts = "\0".join(f"{source.file}\0{source.text}" for source in scenario.lineage)
    return hashlib.sha256(texts.encode()).hexdigest()[:12]


class Variants:
    """The scenarios of a sweep at its points; each is made when it is asked for.

    Asks are kept up to the highest wish that any point may have, so that points share lives.
    """

    def __init__(self, sweep: Sweep) -> None:
        """Prepare the scenarios of a sweep."""
        self.varied = sweep.varied
        self.of = [_widened(scenario, sweep.varied) for scenario in sweep.scenarios]
        self._lives = [life_key(scenario) for scenario in self.of]
        known = sweep.scenarios[0].settings.quantities
        self._of_life = [
            column for column, each in enumerate(sweep.varied)
            if each.unit is None and known[each.name].touches == "life"
        ]  # fmt: skip

    def at(self, scenario: int, values: Sequence[float]) -> Scenario:
        """Return a scenario with the numbers of a point."""
        base = self.of[scenario]
        pairs = list(zip(self.varied, values, strict=True))
        fixed = {each.name: value for each, value in pairs if each.unit is None}
        census = {name: value for name, value in fixed.items() if base.settings.quantities[name].census}
        dated = {each.name: _dated(each, value) for each, value in pairs if each.unit is not None}
        return replace(
            base, settings=_fixed(base.settings, fixed), aligned_on=_fixed(base.aligned_on, census),
            dated={**base.dated, **dated},
        )  # fmt: skip

    def life(self, scenario: int, values: Sequence[float]) -> tuple[int, tuple[float, ...]]:
        """Name the lives of a scenario at a point: equal names are lived once."""
        first = self._lives.index(self._lives[scenario])
        return first, tuple(values[column] for column in self._of_life)

    def check(self, points: Sequence[Sequence[float]]) -> None:
        """Refuse points at which a scenario builds what the plan forbids.

        Raises ScenarioError that names the point.
        """
        kinds = {kind.id for kind in self.of[0].kinds}
        bound = [
            column for column, each in enumerate(self.varied)
            if each.name.startswith(_BUILT if each.unit else tuple(kinds))
        ]  # fmt: skip
        seen = {tuple(values[column] for column in bound): number for number, values in enumerate(points)}
        for number in sorted(seen.values()) if bound else ():
            values = points[number]
            for scenario in range(len(self.of)):
                try:
                    check_limits(self.at(scenario, values))
                except ScenarioError as wrong:
                    raise ScenarioError(f"point {number}: {wrong}") from None


def _widened(scenario: Scenario, varied: Sequence[Varied]) -> Scenario:
    """Let a scenario's definitions expect the highest value of every setting that varies."""
    known = scenario.settings.quantities
    wider = {
        each.name: replace(known[each.name], high=max(known[each.name].high, each.high))
        for each in varied if each.unit is None
    }  # fmt: skip
    settings = Settings({**known, **wider}, scenario.settings.joint)
    return replace(scenario, services=with_ceilings(scenario.services, settings))


def _fixed(settings: Settings, values: Mapping[str, float]) -> Settings:
    """Return settings in which some numbers are certain: no replication draws them."""
    if not values:
        return settings
    known = dict(settings.quantities)
    for name, value in values.items():
        known[name] = replace(known[name], value=value, low=value, high=value)
    return Settings(known, settings.joint.without(values) if settings.joint else None)


def _dated(varied: Varied, value: float) -> DatedValue:
    """Return a value by date that runs from 2020 to a point's value."""
    assert varied.unit is not None
    months, values = (_IN_2020, varied.by), (None, value)
    return DatedValue(
        varied.name, varied.unit, months, values, False, "a point of the sweep", Quality.ASSUMED, "", ""
    )
