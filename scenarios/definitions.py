"""Service definitions: TOML files to ``Service`` and the quantities they bring.

``scenarios/services`` holds the project's own; a user's file adds one more. A file names who needs the
service (``[needed.<group>]``), what multiplies the odds of wishing for it (``[odds.<name>]``), how it is
asked for, what "in time" means, and its numbers. A number is a quantity, with unit, source, year and quality,
which becomes the setting ``<service>.<name>``, or the quoted name of a setting that lives elsewhere
(``wish = "elder-bed.wish"``). Whole numbers of the structure (ages, months between asks, days of a standard)
stand in a table that gives its reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evidence.settings import load_parameters
from scenarios.service_reader import ServiceReader, fault
from sim.errors import ScenarioError
from sim.parameters import Quantity, Settings
from sim.services import Service

FOLDER = Path(__file__).parent / "services"
# Limits of sense, not of evidence: beyond them a number is a slip of the pen.
_LIMITS: dict[str, tuple[float, float]] = {
    "wish": (0, 1),
    "income_share": (0, 1),
    "income_heads": (0, 20),
    "ability_spread": (0, 5),
    "patience_days": (0.01, 36500),
    "stay_days": (0.01, 36500),
    "stay_spread": (0, 5),
    "reach_km": (0.01, 1000),
}
_LIMITS_OF_PARTS: dict[str, tuple[float, float]] = {
    "place": (0.001, 100),  # a place is 1,000 parts
    "events": (0, 10_000),
    "minutes": (0, 10_000),
    "ratio": (0.001, 1000),
}


@dataclass(frozen=True)
class Definition:
    """One service with the quantities that its own file states."""

    service: Service
    quantities: Mapping[str, Quantity]


def load_services(extra: Sequence[Path] = ()) -> tuple[tuple[Service, ...], Settings]:
    """Load the project's services and any further definitions, in order of id.

    Returns the services and the settings that their files state (not the shared ones of
    ``evidence.settings.load_parameters``). Raises ScenarioError, one line naming file, key, value, range
    and remedy.

    >>> services, settings = load_services()
    >>> len(services), "childcare-full.wish" in settings
    (6, True)
    """
    found: dict[str, tuple[Path, Definition]] = {}
    for path in (*sorted(FOLDER.glob("*.toml")), *map(Path, extra)):
        definition = read_definition(path)
        name = definition.service.id
        if name in found:
            raise fault(path, "id", name, "a new name", f"{found[name][0].name} has it already")
        found[name] = path, definition
    stated = {n: q for _, definition in found.values() for n, q in definition.quantities.items()}
    known = Settings({**load_parameters().quantities, **stated})
    for path, definition in found.values():
        _check_numbers(path, definition.service, known)
    services = tuple(found[name][1].service for name in sorted(found))
    return with_ceilings(services, known), Settings(stated)


def read_definition(path: Path) -> Definition:
    """Read one service definition; see the module for its form, ``load_services`` for what it raises."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(
            f"{path.name}: {error.strerror or error} (name a file that can be read)"
        ) from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path.name}: not UTF-8 at byte {error.start} (save it as UTF-8)") from None
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, or a number of 5,000 digits
        raise ScenarioError(
            f"{path.name}: not TOML: {' '.join(str(error).split())} (mend it there)"
        ) from None
    reader = ServiceReader(path)
    return Definition(reader.service(table), reader.quantities)


def with_ceilings(services: Sequence[Service], settings: Settings) -> tuple[Service, ...]:
    """Set each service's highest possible wish: the top of its range times every odds ratio above one.

    No replication and no resident can wish with a higher probability, so asks whose word lies above it need
    not be kept.
    """
    return tuple(
        replace(service, wish_ceiling=_ceiling(service, settings)) if service.wish else service
        for service in services
    )


def _ceiling(service: Service, settings: Settings) -> float:
    top = settings.highest(service.wish)
    odds = 1.0
    for each in service.odds:
        odds *= max(1.0, settings.highest(each.ratio))
    return min(1.0, top * odds / (1 - top + top * odds)) if top < 1 else 1.0


def _check_numbers(path: Path, service: Service, known: Settings) -> None:
    """Hold every setting that a definition names, with its range, to what the number may be."""
    for key, name, (low, high) in _named_numbers(service):
        if name not in known:
            remedy = "mend the name, or write a table with value, unit, source, year and quality"
            raise fault(path, key, name, "the name of a parameter", remedy)
        quantity = known.quantities[name]
        for value in (quantity.low, quantity.value, quantity.high):
            if not low <= value <= high:
                raise fault(path, name, value, f"{low:g} to {high:g}", f"its unit is {quantity.unit}")


def _named_numbers(service: Service) -> list[tuple[str, str, tuple[float, float]]]:
    """List the settings a definition names: (key in the file, full name, limits)."""
    found = [(key, getattr(service, key), limits) for key, limits in _LIMITS.items()]
    for group in service.needed:
        keys = ("place", "events", "minutes")
        found += [(f"needed.{group.id}.{key}", getattr(group, key), _LIMITS_OF_PARTS[key]) for key in keys]
    found += [(f"odds.{each.id}.ratio", each.ratio, _LIMITS_OF_PARTS["ratio"]) for each in service.odds]
    return [each for each in found if each[1]]
