"""What a scenario may set: names, units and ranges, gathered from the definitions and the register.

Nothing is listed here by name: a kind of facility, a cadre, a service or a parameter that is defined
somewhere can be set in a scenario, and nothing else can.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from evidence.table import load_evidence
from scenarios.schema import Unit
from sim.parameters import Quantity, Settings
from sim.places import TownshipKind, load_atlas
from sim.services import Service
from sim.supply import Base, Cadre, FacilityKind, Turnover

_BASE_FIGURES = {
    Base.RESIDENTS: ("resident_population", "residents"),
    Base.URBAN_RESIDENTS: ("urban_population", "urban residents"),
    Base.AGE_60_PLUS: ("age_60_plus", "residents aged 60+"),
}
# Ranges of what a scenario may write: beyond them it is a slip of the pen (assumed, generous on purpose).
_MOST_PER_1000 = 200.0  # places per 1,000 of whom they are for; the highest norm anywhere is below 60
_MOST_PLACES = 2e6  # the province has 6.6 million residents aged 60+
_MOST_WORKERS_PER_10000 = 500.0  # the plan aims at 18
_MOST_WORKERS_PER_STATION = 200.0
_MOST_HOURS_A_YEAR = 3000.0
_MOST_YUAN_A_MONTH = 100_000.0
_MOST_OF_ANYTHING = 1e9
_MOST_OF_TURNOVER = {
    "most_hires": 1200.0,  # every post every month
    "training_months": 36.0,
    "overtime": 36 * 12 / 2000,  # 劳动法 article 41: 36 hours a month, of a statutory year
    "strain": 5.0,
}  # what is not named is a share, up to 1
_SHARE_WORDS = ("share", "probability")


@dataclass(frozen=True)
class Vocabulary:
    """The names a scenario may use: dated values with their units, services, settings and targets."""

    units: Mapping[str, tuple[Unit, ...]]
    services: Collection[str]
    settings: Settings
    targets: Collection[str]

    @staticmethod
    def limits(quantity: Quantity) -> tuple[float, float]:
        """Return the widest range that a scenario may give to a setting."""
        if quantity.unit.startswith(_SHARE_WORDS) and quantity.low >= 0 and quantity.high <= 1:
            return 0.0, 1.0
        return (0.0 if quantity.low >= 0 else -_MOST_OF_ANYTHING), _MOST_OF_ANYTHING


def make_vocabulary(
    services: tuple[Service, ...], kinds: tuple[FacilityKind, ...], cadres: tuple[Cadre, ...],
    turnovers: Mapping[str, Turnover], settings: Settings, targets: Collection[str],
) -> Vocabulary:  # fmt: skip
    """Gather what may be set from services, kinds of facility, staff, settings and the plan's register."""
    units: dict[str, list[Unit]] = {}
    of_staff = (*_of_cadres(cadres, settings), *_of_turnover(turnovers, settings))
    for key, unit in (*_of_kinds(kinds, settings), *of_staff, *_prices(kinds, settings)):
        units.setdefault(key, []).append(unit)
    frozen = {key: tuple(of_key) for key, of_key in units.items()}
    return Vocabulary(frozen, tuple(each.id for each in services), settings, tuple(targets))


def _of_kinds(kinds: tuple[FacilityKind, ...], settings: Settings) -> Iterator[tuple[str, Unit]]:
    """Name how many places each kind has, of what sort, and how many workers a station has."""
    for kind in kinds:
        facility = kind.id.rsplit("-", 1)[-1]
        for unit in _supply_units(kind, settings.quantities[kind.total].unit, f"{facility}s"):
            yield f"supply.{kind.id}", unit
        first = kind.pools[0]
        if first.share:
            yield f"nursing_share.{kind.id}", Unit("share of places", 0, 1, first.share)
        if kind.one_per_township and first.cadre:
            workers = Unit(f"workers per {facility}", 0, _MOST_WORKERS_PER_STATION, kind.mean_size)
            yield f"staff.{first.cadre}", workers


def _supply_units(kind: FacilityKind, unit: str, facilities: str) -> Iterator[Unit]:
    """Give the units of a kind's total, the setting's own first: a number of places, or places per base."""
    noun = facilities if kind.one_per_township else unit.split()[0]
    if kind.per:
        count, most = base_of(kind.per_base)[0] / kind.per, 1.0 if kind.one_per_township else _MOST_PER_1000
        yield Unit(unit, 0, most, kind.total)
        yield Unit(noun, 0, most * count, kind.total, 1 / count)
        return
    yield Unit(unit, 0, _MOST_PLACES, kind.total)
    if kind.base in _BASE_FIGURES:
        count, people = base_of(kind.base)
        yield Unit(f"{noun} per 1000 {people}", 0, _MOST_PER_1000, kind.total, count / 1000)


def _of_cadres(cadres: tuple[Cadre, ...], settings: Settings) -> Iterator[tuple[str, Unit]]:
    """Name how many of a cadre there are, who is counted beside them, and their hours."""
    for cadre in cadres:
        if cadre.workers_per_10000:
            people = f"per 10000 {base_of(cadre.base)[1]}"
            workers = Unit(f"workers {people}", 0, _MOST_WORKERS_PER_10000, cadre.workers_per_10000)
            yield f"staff.{cadre.id}", workers
        if cadre.staffed_share:
            yield f"staff.{cadre.id}", Unit("share of posts filled", 0, 1, cadre.staffed_share)
        if cadre.counted_per_10000:
            people = f"per 10000 {base_of(cadre.base)[1]}"
            yield (
                f"counted.{cadre.id}",
                Unit(f"workers {people}", 0, _MOST_WORKERS_PER_10000, cadre.counted_per_10000),
            )
        if cadre.annual_hours:
            unit = settings.quantities[cadre.annual_hours].unit
            yield f"hours.{cadre.id}", Unit(unit, 0, _MOST_HOURS_A_YEAR, cadre.annual_hours)


def _of_turnover(turnovers: Mapping[str, Turnover], settings: Settings) -> Iterator[tuple[str, Unit]]:
    """Name what moves a cadre's staff; a scenario that writes one of them keeps the account."""
    for cadre, turnover in turnovers.items():
        for name in turnover.names:
            key = name.rsplit(".", 1)[-1]
            most = _MOST_OF_TURNOVER.get(key, 1.0)
            yield f"workforce.{cadre}.{key}", Unit(settings.quantities[name].unit, 0, most, name)


def _prices(kinds: tuple[FacilityKind, ...], settings: Settings) -> Iterator[tuple[str, Unit]]:
    """Name every price: ``<kind>.price.<service or pool>`` is set as ``price.<kind>.<service or pool>``."""
    for kind in kinds:
        start = f"{kind.id}.price."
        for name in settings:
            if name.startswith(start):
                unit = settings.quantities[name].unit
                yield f"price.{kind.id}.{name.removeprefix(start)}", Unit(unit, 0, _MOST_YUAN_A_MONTH, name)


@cache
def base_of(base: Base) -> tuple[float, str]:
    """Return the province's count of a base at the census of 2020, and its name.

    >>> base_of(Base.RESIDENTS)
    (41540086.0, 'residents')
    """
    if base is Base.TOWNSHIPS:
        return float(_townships()), "townships"
    indicator, name = _BASE_FIGURES[base]
    return load_evidence().value(indicator, year=2020), name


def _townships() -> int:
    """Count the streets, towns and townships; development zones and farms have no station of their own."""
    return int(np.sum(load_atlas().townships.kind != TownshipKind.OTHER))
