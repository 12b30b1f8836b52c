"""Where a number comes from, in lines: the rows, settings, dated values, standards and sources behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from results.estimates import Estimate
from results.manifest import Manifest, ServiceEntry, SettingEntry
from results.notation import plain, setting, share, unit
from results.tables import Run
from results.words import say

MOST_VALUES = 5  # replications whose drawn values are written out


@dataclass(frozen=True)
class Fact:
    """A number of the first page and all that stands behind it, in words of one language."""

    id: str
    title: str
    text: str
    number: Estimate
    formula: str
    rows: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    scenario: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def rows_line(table: str, where: str, height: int, language: str) -> str:
    """Name some rows of a table, and how many they are."""
    return f"{table}.parquet · {where} · {height} {say('row_count', language)}"


def plan_line(section: str, language: str) -> str:
    """Name a section of the plan, or another document by its own name."""
    return say("plan_section", language, section=section)


def settings_lines(run: Run, language: str, names: Sequence[str]) -> tuple[str, ...]:
    """Write dated values and settings with what the replications drew; unknown names are left out."""
    lines = []
    for name, line in zip(
        _known(run.manifest, names), scenario_lines(run.manifest, language, names), strict=True
    ):
        lines.append(line + _drawn(run, name, language))
    return tuple(lines)


def _known(manifest: Manifest, names: Sequence[str]) -> list[str]:
    return [name for name in names if name and manifest.scenario_value(name) is not None]


def _drawn(run: Run, name: str, language: str) -> str:
    """Write the values that the replications drew, where they are few enough to read."""
    rows = run.table("draws").filter(pl.col("parameter") == name).sort("replication")
    if rows.is_empty() or run.replications > MOST_VALUES or run.replications < 2:
        return ""
    values = ", ".join(plain(value / 1e9, language) for value in rows["value_e9"])
    return say("drawn_values", language, values=values)


def scenario_lines(manifest: Manifest, language: str, names: Sequence[str]) -> tuple[str, ...]:
    """Write the dated values and settings of some names; a name that the run does not have is left out."""
    lines = []
    for name in filter(None, names):
        value = manifest.scenario_value(name)
        if isinstance(value, SettingEntry):
            lines.append(setting_line(manifest, language, name))
        elif value is not None:
            path = ", ".join(f"{month} {level:g}" for month, level in value.path.items())
            lines.append(f"{name} = {path} {value.unit} ({value.source})")
    return tuple(lines)


def setting_line(manifest: Manifest, language: str, name: str) -> str:
    """Write a setting with its unit, range and quality."""
    s = manifest.setting(name)
    quality = say(f"quality_{s.quality}", language)
    between = f"{s.low:g} … {s.high:g}; " if s.low < s.high else ""
    return f"{s.name} = {s.value:g} {s.unit} ({between}{quality})"


def setting_sources(manifest: Manifest, language: str, names: Sequence[str]) -> tuple[str, ...]:
    """Write the sources of those names that are settings."""
    values = [manifest.scenario_value(name) for name in names]
    return tuple(source_line(each, language) for each in values if isinstance(each, SettingEntry))


def source_line(s: SettingEntry, language: str) -> str:
    """Write the source of a setting, its year and quality, and the reason where it is assumed."""
    words = f"{s.name}: {s.source} ({s.year}; {say(f'quality_{s.quality}', language)})"
    return words + (f"; {s.reason}" if s.reason else "")


def standard_line(service: ServiceEntry, language: str) -> str:
    """Write the standard that a service is held to, with its reason."""
    days, least = service.standard.within_days, share(service.standard.share, language)
    words = say("within", language, days=days, share=least)
    return f"{service.name[language]}: {words} ({service.standard.reason})"


def with_unit(value: float, s: SettingEntry, language: str) -> str:
    """Write a value of a setting with its unit."""
    return f"{setting(value, s.unit, language)} {unit(s.unit, language)}".strip()
