"""No number without unit, source, year and quality, wherever it is written."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.kinds import Quality

HOUSE = Path(__file__).parents[2]
PACKAGES = ("sim", "evidence", "scenarios", "calibration", "results", "jinlin")
QUALITIES = {quality.value for quality in Quality}
TABLES = sorted((HOUSE / "evidence" / "tables").glob("*.csv"))
ASKED = HOUSE / "scenarios" / "sweeps"  # a sweep asks "what if": its points claim nothing of the world
DEFINITIONS = sorted(
    path
    for path in (*(HOUSE / "calibration").rglob("*.toml"), *(HOUSE / "scenarios").rglob("*.toml"))
    if path.parent != ASKED
)
DATA = sorted(
    path
    for package in PACKAGES
    for path in (HOUSE / package).rglob("*")
    if path.suffix in (".csv", ".xz", ".geojson", ".ttf", ".woff2")
)

# Numbers that measure nothing in the world but say how a definition is built: they owe a reason, no source.
REASONED = ("standard", "asks", "who")
COUNTED_PER = "per"  # slots per 1,000 residents: a unit, written as a number


def label(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


@pytest.mark.parametrize("path", TABLES, ids=label)
def test_every_row_of_evidence_says_unit_source_year_and_quality(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            empty = [
                key
                for key in ("indicator", "place", "year", "value", "unit", "source", "quality")
                if not row[key]
            ]
            assert not empty, f"{path.name}:{number} lacks {empty}"
            assert row["quality"] in ("published", "derived", "assumed"), f"{path.name}:{number}"
            assert "recalled" not in row["source"].lower() or row["quality"] == "assumed", (
                f"{path.name}:{number}"
            )


def numbers(
    table: dict[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield the path of every number of a TOML table, with the table that holds it."""
    for key, value in table.items():
        here = (*path, key)
        if isinstance(value, dict):
            yield from numbers(value, here)
        elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
            for index, each in enumerate(value):
                yield from numbers(each, (*here, str(index)))
        else:
            values = value if isinstance(value, list) else [value]
            if any(isinstance(each, int | float) and not isinstance(each, bool) for each in values):
                yield here, table


def speaks_for(file: Path, path: tuple[str, ...], table: dict[str, Any]) -> str:
    """Say what is missing beside a number; nothing where it is accounted for."""
    if path[-1] == COUNTED_PER:
        return ""
    whole = tomllib.loads(file.read_text(encoding="utf-8"))
    if any(part in REASONED for part in path):  # a condition's reason stands beside it, others' within
        return missing({"reason": "", **above(whole, path, "who")}, ("reason",))
    if "path" in path:  # a dated value: the table above its path speaks for it
        return missing(above(whole, path, "path"), ("unit", "source", "quality"))
    return missing(table, ("unit", "source", "year", "quality"))


def above(whole: dict[str, Any], path: tuple[str, ...], part: str) -> dict[str, Any]:
    """Return the table that holds a part of a path."""
    for step in path[: path.index(part)] if part in path else path[:-1]:
        whole = whole[int(step)] if isinstance(whole, list) else whole[step]
    return whole


def missing(table: dict[str, Any], wanted: tuple[str, ...]) -> str:
    """Name what a table does not say; an assumed number owes its reason as well."""
    lacks = [each for each in wanted if not str(table.get(each, "")).strip()]
    if table.get("quality") == "assumed" and not str(table.get("reason", "")).strip():
        lacks.append("reason")
    if "quality" in table and table["quality"] not in QUALITIES:
        lacks.append("a known quality")
    return ", ".join(lacks)


@pytest.mark.parametrize("path", DEFINITIONS, ids=label)
def test_every_number_of_a_definition_or_scenario_speaks_for_itself(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    wrong = {
        ".".join(key): lacks for key, holder in numbers(table) if (lacks := speaks_for(path, key, holder))
    }
    assert not wrong, f"{label(path)}: {wrong}"


def test_what_a_run_is_given_speaks_for_itself() -> None:
    from scenarios.load import load_scenario, scenario_names

    for name in scenario_names():
        for quantity in load_scenario(name).settings.quantities.values():
            assert quantity.unit and quantity.source and 1900 <= quantity.year <= 2100, quantity.name
            assert quantity.low <= quantity.value <= quantity.high, quantity.name
            if quantity.quality is Quality.ASSUMED:
                assert quantity.reason, quantity.name


def test_the_loader_reads_every_row_of_evidence() -> None:
    from evidence.table import load_evidence

    rows = sum(len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in TABLES)
    assert len(load_evidence().figures) == rows


@pytest.mark.parametrize("path", [path for path in DATA if path not in TABLES], ids=label)
def test_every_other_data_file_is_accounted_for_beside_it(path: Path) -> None:
    notes = path.parent / "README.md"
    words = (
        notes.read_text(encoding="utf-8")
        if notes.exists()
        else (path.parent / "__init__.py").read_text(encoding="utf-8")
    )
    assert path.name in words, f"{label(path)}: say in {notes.relative_to(HOUSE)} where it comes from"


def test_a_number_that_says_nothing_of_itself_is_found(tmp_path: Path) -> None:
    file = tmp_path / "bare.toml"
    text = """
wish = 0.3
stay_days = { value = 9, unit = "days", source = "a guess", year = 2020, quality = "assumed" }
standard = { within_days = 30 }
supply.x.path = { 2025-12 = 3 }
needed.old.who = { age_years = [60, 200] }
"""
    file.write_text(text, encoding="utf-8")
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    found = {
        ".".join(key): lacks for key, holder in numbers(table) if (lacks := speaks_for(file, key, holder))
    }
    assert found == {
        "wish": "unit, source, year, quality",
        "stay_days.value": "reason",
        "stay_days.year": "reason",
        "standard.within_days": "reason",
        "supply.x.path.2025-12": "unit, source, quality",
        "needed.old.who.age_years": "reason",
    }
