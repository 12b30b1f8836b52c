"""Describe scenario files to editors as JSON Schema: every name, unit and range that the checker knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.load import define
from scenarios.schema import (
    AS_IN_2020,
    DATED_SECTIONS,
    DEEP_SECTIONS,
    FIRST_MONTH,
    LAST_MONTH,
    LONGEST_TEXT,
    MOST_DATES,
    QUALITIES,
    WITHIN_DAYS,
    Measure,
    Unit,
)
from scenarios.vocabulary import Vocabulary
from sim.parameters import Quantity

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MONTH_PATTERN = r"^\d{4}-(0[1-9]|1[0-2])$"


def json_schema() -> dict[str, Any]:
    """Describe scenario files as JSON Schema: every name, unit and range that the checker knows."""
    vocabulary = define().vocabulary
    sections = {
        section: (_deep_section if section in DEEP_SECTIONS else _dated_section)(vocabulary, section)
        for section in DATED_SECTIONS
    }
    return {
        "$schema": SCHEMA_DIALECT,
        "title": "Jinlin scenario",
        **_object({
            "title": _words(),
            "description": _words(),
            "extends": {"type": "string", "description": "the name of a scenario to build on"},
            **sections,
            "standard": _object({name: _standard_schema() for name in vocabulary.services}),
            "set": _settings(vocabulary),
            "targets": _object({name: _target() for name in vocabulary.targets}),
        }, required=["title"]),
    }  # fmt: skip


def _object(properties: Mapping[str, Any], required: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": dict(properties),
        **({"required": list(required)} if required else {}),
    }


def _words() -> dict[str, Any]:
    return {"anyOf": [_text(), _object({"zh": _text(), "en": _text()}, required=["zh", "en"])]}


def _text() -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}


def _number(low: float, high: float) -> dict[str, Any]:
    return {"type": "number", "minimum": low, "maximum": high}


def _dated_section(vocabulary: Vocabulary, section: str) -> dict[str, Any]:
    start = f"{section}."
    mine = {key: units for key, units in vocabulary.units.items() if key.startswith(start)}
    return _object({key.removeprefix(start): _dated(units) for key, units in mine.items()})


def _deep_section(vocabulary: Vocabulary, section: str) -> dict[str, Any]:
    owners: dict[str, dict[str, Any]] = {}
    for key, units in vocabulary.units.items():
        first, *rest = key.split(".")
        if first == section:
            owners.setdefault(rest[0], {})[rest[1]] = _dated(units)
    return _object({owner: _object(own) for owner, own in owners.items()})


def _dated(units: tuple[Unit, ...]) -> dict[str, Any]:
    """Describe a dated value; where it may carry several units, the widest of their ranges."""
    value = _number(min(unit.low for unit in units), max(unit.high for unit in units))
    path = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": MOST_DATES,
        "description": f"values by month, {FIRST_MONTH} to {LAST_MONTH}; a month means its last day",
        "propertyNames": {"pattern": _MONTH_PATTERN},
        "additionalProperties": {"anyOf": [value, {"const": AS_IN_2020}]},
    }
    properties = {
        "unit": {"enum": [unit.name for unit in units]},
        "path": path,
        "step": {"type": "boolean", "description": "each value holds until the next date"},
    }
    return _with_provenance(properties, ["unit", "path"])


def _settings(vocabulary: Vocabulary) -> dict[str, Any]:
    """Describe [set]: whole names in quotes; the checker reads nested tables as well."""
    quantities = vocabulary.settings.quantities
    named = {name: _setting(vocabulary, quantities[name]) for name in sorted(quantities)}
    return {**_object(named), "additionalProperties": {"type": "object"}}


def _setting(vocabulary: Vocabulary, quantity: Quantity) -> dict[str, Any]:
    number = _number(*vocabulary.limits(quantity))
    properties = {
        "value": {
            **number,
            "description": f"known range {quantity.low:g} to {quantity.high:g} {quantity.unit}",
        },
        "low": number,
        "high": number,
        "unit": {"const": quantity.unit},
        "year": {"type": "integer", "minimum": 1900, "maximum": 2100},
    }
    return {**_with_provenance(properties, ["value"]), "description": quantity.title_en}


def _with_provenance(properties: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    qualities = {"enum": [quality.value for quality in QUALITIES]}
    stated = _object(
        {**properties, "source": _text(), "quality": qualities, "reason": _text()},
        required=[*required, "source", "quality"],
    )
    assumed = {"properties": {"quality": {"const": "assumed"}}}
    return {**stated, "if": assumed, "then": {"required": ["reason"]}}


def _standard_schema() -> dict[str, Any]:
    low, high = WITHIN_DAYS
    days = {"type": "integer", "minimum": low, "maximum": high}
    properties = {"within_days": days, "share": _number(0, 1), "reason": _text()}
    return _object(properties, required=["within_days", "share", "reason"])


def _target() -> dict[str, Any]:
    return _object({
        "delivered": {"type": "array", "items": {"type": "string"}},
        "measure": {"enum": [measure.value for measure in Measure]},
        "reason": _words(),
    })  # fmt: skip
