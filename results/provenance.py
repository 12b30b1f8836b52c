"""Where a number comes from, in lines: the settings, dated values, standards and sources behind it."""

from __future__ import annotations

from collections.abc import Sequence

from results.manifest import Manifest, ServiceEntry, SettingEntry
from results.notation import setting, share, unit
from results.words import say


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
    return (
        f"{s.name} = {s.value:g} {s.unit} ({s.low:g} … {s.high:g}; {say(f'quality_{s.quality}', language)})"
    )


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
