"""Read quantities, numbers with unit, range, source, year and quality, from TOML tables.

A table under ``evidence/parameters/life.toml`` named ``[mortality_scale]`` becomes the setting
``life.mortality_scale``; service and supply definitions use the same form for their numbers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sim.errors import Fault, ScenarioError
from sim.kinds import Quality
from sim.parameters import Quantity, Settings

FOLDER = Path(__file__).parent / "parameters"
KEYS = (
    "value", "low", "high", "prior", "unit", "source", "year", "quality", "reason", "touches", "census",
    "title",
)  # fmt: skip
TOUCHES = ("life", "need", "supply", "result", "forecast")
_LARGEST = 1e300  # beyond it a whole number of TOML may be no float


def is_quantity(table: object) -> bool:
    """Tell whether a TOML value is a quantity: a table with a value and a unit."""
    return isinstance(table, Mapping) and "value" in table and "unit" in table


def read_quantity(table: Mapping[str, Any], name: str, file: str | Path) -> Quantity:
    """Read one quantity.

    Raises ScenarioError, one line naming file, key, value, range and remedy, where a key is unknown or
    missing, a number is not finite, the value lies outside its range, or an assumed number gives no reason.
    """
    for key in table:
        if key not in KEYS:
            raise _fault(
                file, f"{name}.{key}", table[key], "one of " + ", ".join(KEYS), "remove it or mend its name"
            )
    value = _number(table, "value", name, file)
    low, high = (_number(table, key, name, file, value) for key in ("low", "high"))
    if not low <= value <= high:
        raise _fault(
            file, f"{name}.value", value, f"{low:g} to {high:g}", "give a range that holds the value"
        )
    prior = _number(table, "prior", name, file, value)
    if not low <= prior <= high:
        raise _fault(file, f"{name}.prior", prior, f"{low:g} to {high:g}", "give a guess within the range")
    quality = _quality(table, name, file)
    title = table.get("title", {})
    if not isinstance(title, Mapping):
        raise _fault(file, f"{name}.title", title, "{ zh = …, en = … }", "name it in both languages")
    return Quantity(
        name=name, value=value, low=low, high=high, unit=_text(table, "unit", name, file),
        source=_text(table, "source", name, file), year=_year(table, name, file), quality=quality,
        reason=_reason(table, name, file, quality), title_zh=str(title.get("zh", "")),
        title_en=str(title.get("en", "")), touches=_touches(table, name, file),
        prior=prior,
        census=_census(table, name, file),
    )  # fmt: skip


def find_quantities(table: Mapping[str, Any], prefix: str, file: str | Path) -> dict[str, Quantity]:
    """Collect every quantity below a TOML table, named by its path."""
    found: dict[str, Quantity] = {}
    for key, value in table.items():
        name = f"{prefix}.{key}"
        if is_quantity(value):
            found[name] = read_quantity(value, name, file)
        elif isinstance(value, Mapping):
            found |= find_quantities(value, name, file)
    return found


@cache
def load_parameters() -> Settings:
    """Load the parameter tables of the project: every setting that is no service's or supply's own."""
    found: dict[str, Quantity] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        found |= find_quantities(tomllib.loads(path.read_text(encoding="utf-8")), path.stem, path)
    return Settings(found)


def _fault(file: str | Path, key: str, value: object, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError(str(Fault(file, key, value, allowed, remedy)))


def _number(
    table: Mapping[str, Any], key: str, name: str, file: str | Path, default: float | None = None
) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        raise _fault(file, f"{name}.{key}", value, "a finite number", "write a number such as 0.35")
    return float(value)


def _text(table: Mapping[str, Any], key: str, name: str, file: str | Path) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _fault(file, f"{name}.{key}", value, "a text", f"no number without a {key}")
    return value


def _year(table: Mapping[str, Any], name: str, file: str | Path) -> int:
    year = table.get("year")
    if isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2100:
        raise _fault(file, f"{name}.year", year, "a year, 1900 to 2100", "say when it held")
    return year


def _quality(table: Mapping[str, Any], name: str, file: str | Path) -> Quality:
    try:
        return Quality(table.get("quality"))
    except ValueError:
        allowed = ", ".join(q.value for q in Quality)
        raise _fault(
            file, f"{name}.quality", table.get("quality"), allowed, "say how well it is known"
        ) from None


def _reason(table: Mapping[str, Any], name: str, file: str | Path, quality: Quality) -> str:
    reason = table.get("reason", "")
    if not isinstance(reason, str) or (quality is Quality.ASSUMED and not reason.strip()):
        raise _fault(file, f"{name}.reason", reason, "a text", "an assumed number gives its reason")
    return reason


def _touches(table: Mapping[str, Any], name: str, file: str | Path) -> str:
    value = table.get("touches", "need")
    if value not in TOUCHES:
        raise _fault(file, f"{name}.touches", value, ", ".join(TOUCHES), "say what changes with it")
    return str(value)


def _census(table: Mapping[str, Any], name: str, file: str | Path) -> bool:
    value = table.get("census", False)
    if not isinstance(value, bool):
        raise _fault(file, f"{name}.census", value, "true or false", "say whether the census found it")
    return value
