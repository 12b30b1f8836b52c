"""Help to write scenarios: start one, list what differs between two, find what can be set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evidence.settings import load_parameters
from scenarios.load import Scenario, define, find_scenario, is_name, load_scenario, scenario_names
from scenarios.schema import AS_IN_2020, DATED_SECTIONS, Unit
from scenarios.staff_accounts import turnover_names
from scenarios.supply import Floats, supply_plan
from sim.clock import MONTHS_TO_END_OF_2025, name_of
from sim.errors import Fault, ScenarioError
from sim.parameters import Quantity

_SETTING_SHOWN = (
    "wish"  # the settings that a new file shows as an example are the wishes, most often asked about
)


@dataclass(frozen=True)
class Difference:
    """One value that differs between two scenarios; ``date`` is a month, empty for what has none."""

    key: str
    date: str
    first: str
    second: str
    unit: str


# ---- new


def new_scenario(name: str, source: str, folder: Path) -> Path:
    """Write NAME.toml in a folder: a scenario that extends another, with examples of what to change.

    Raises ScenarioError where the name is none or that of a scenario that comes with Jinlin, the file exists,
    or the source cannot be loaded or reached.
    """
    if not is_name(name):
        raise _fault(name, "NAME", name, "letters, digits, '-' and '_'", "such as my-county-2025")
    if name in scenario_names():
        remedy = f"it would hide the one that comes with Jinlin; such as my-{name}"
        raise _fault(name, "NAME", name, "a new name", remedy)
    parent = load_scenario(source)
    path = folder / f"{name}.toml"
    if path.exists():
        raise _fault(path, "NAME", name, "free", "the file exists and is kept; choose another name")
    if find_scenario(parent.id, beside=path).resolve() != Path(parent.file).resolve():
        remedy = f"another {parent.id}.toml would be found first; write the new file beside it"
        raise _fault(path, "--from", source, "a scenario that extends can reach", remedy)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(template(name, parent))
    except OSError as wrong:
        raise _fault(path, "NAME", name, "writable here", str(wrong.strerror).lower()) from None
    return path


def template(name: str, parent: Scenario) -> str:
    """Give the text of a new scenario: what must be there, then examples with the parent's values.

    The examples are commented out; with the ``# `` taken off they are valid as they stand.
    """
    lines = [
        f"# {name}: what differs from {parent.id}. Anything left out is inherited.",
        "# Take the '# ' off what you change; a table replaces the inherited one of its name whole.",
        "# Dates are months and mean their last day; between them a value runs straight, or, with",
        f'# step = true, holds until the next. "{AS_IN_2020}" is the value of 2020.',
        f"# 'jinlin parameters' lists all names, 'jinlin check {name}.toml' checks the file.",
        "",
        f'extends = "{parent.id}"',
        f'title = {{ zh = "{name}", en = "{name}" }}',
    ]
    for example in (*_dated_examples(parent), *_standard_examples(parent), *_setting_examples(parent)):
        lines += ["", *(f"# {line}" for line in example)]
    return "\n".join(lines) + "\n"


def _dated_examples(parent: Scenario) -> list[list[str]]:
    """Show one dated value of each section."""
    units = define().vocabulary.units
    shown: dict[str, str] = {}
    for key in (*parent.dated, *units):
        shown.setdefault(key.split(".")[0], key)
    return [_dated_example(parent, shown[section]) for section in DATED_SECTIONS if section in shown]


def _dated_example(parent: Scenario, key: str) -> list[str]:
    unit = parent.dated[key].unit if key in parent.dated else define().vocabulary.units[key][0]
    settings = {**define().vocabulary.settings, **parent.settings}
    last = settings[unit.setting] / unit.factor
    if key in parent.dated:
        last = float(parent.dated[key].by_month(last)[-1])
    return [
        f"[{key}]",
        f'unit = "{unit.name}"  # {unit.low:g} to {unit.high:g}',
        f'path = {{ "2020-12" = "{AS_IN_2020}", "2025-12" = {last:.10g} }}',
        *_provenance(),
    ]


def _standard_examples(parent: Scenario) -> list[list[str]]:
    standard = parent.services[0].standard
    return [[
        f"[standard.{parent.services[0].id}]",
        f"within_days = {standard.within_days}",
        f"share = {standard.share:g}",
        'reason = "why this is in time"',
    ]]  # fmt: skip


def _setting_examples(parent: Scenario) -> list[list[str]]:
    found = [
        q for q in parent.settings.uncertain() if q.name.endswith(_SETTING_SHOWN)
    ] or parent.settings.uncertain()
    return [
        [f'[set."{q.name}"]', f"value = {q.value:.10g}  # {q.low:g} to {q.high:g} {q.unit}", *_provenance()]
        for q in found[:1]
    ]


def _provenance() -> list[str]:
    return ['source = "where the number comes from"', 'quality = "assumed"', 'reason = "why this number"']


# ---- diff


def differences(first: Scenario, second: Scenario) -> list[Difference]:
    """List what differs: dated values at every date that either writes, settings, standards, targets."""
    found = [
        each
        for key, units in define().vocabulary.units.items()
        for unit in {unit.setting: unit for unit in reversed(units)}.values()  # the first for each setting
        for each in _dated_differences(first, second, key, unit)
    ]
    apart = _kept(first) ^ _kept(second)  # an account that one side keeps is told by its dated values
    for name in sorted({*first.settings, *second.settings} - apart):
        found += _pair(f"set.{name}", "", *(_quantity(each, name) for each in (first, second)))
    for service in sorted({*first.standards, *second.standards}):
        found += _pair(f"standard.{service}", "", *(_standard(each, service) for each in (first, second)))
    for target in sorted({each.id for each in (*first.targets, *second.targets)}):
        judged = (
            "judged" if target in {t.id for t in each.targets} else "not judged" for each in (first, second)
        )
        found += _pair(f"targets.{target}", "", *judged)
    return found


def _dated_differences(first: Scenario, second: Scenario, key: str, unit: Unit) -> list[Difference]:
    """Compare one dated value in a unit, at the founding, at every date written, and at the end."""
    if not {unit.setting} <= {*first.settings, *second.settings}:
        return []
    if unit.setting not in first.settings or unit.setting not in second.settings:
        values = [_account_value(each, key, unit) for each in (first, second)]
        return _pair(key, "", values[0], values[1], unit.name)
    dated = (each.dated[key] for each in (first, second) if key in each.dated)
    both = [each for each in dated if each.unit.setting == unit.setting]
    if not both and first.settings[unit.setting] == second.settings[unit.setting]:
        return []
    written = {month for each in both for month in each.months}
    last = MONTHS_TO_END_OF_2025 - 1
    dates = sorted({0, last} | {month for month in written if 0 <= month <= last})
    paths = [_path(each, unit) for each in (first, second)]
    return [
        each
        for month in dates
        if not np.isclose(paths[0][month], paths[1][month], rtol=1e-12, atol=0)
        for each in _pair(key, name_of(month), f"{paths[0][month]:.6g}", f"{paths[1][month]:.6g}", unit.name)
    ]


def _path(scenario: Scenario, unit: Unit) -> Floats:
    return supply_plan(scenario).path(unit.setting) / unit.factor


def _kept(scenario: Scenario) -> set[str]:
    """Name the settings that move the staff whose account a scenario keeps."""
    return turnover_names(scenario.cadres)


def _account_value(scenario: Scenario, key: str, unit: Unit) -> str:
    """Write a value of a staff account; of one that is not kept, that it is not."""
    if unit.setting not in scenario.settings:
        return "no account"
    path = _path(scenario, unit)
    return f"{path[0]:.6g}" if np.ptp(path) == 0 else scenario.dated[key].written()


def _pair(key: str, date: str, first: str, second: str, unit: str = "") -> list[Difference]:
    return [Difference(key, date, first, second, unit)] if first != second else []


def _quantity(scenario: Scenario, name: str) -> str:
    quantity = scenario.settings.quantities.get(name)
    if quantity is None:
        return "not defined"
    return f"{quantity.value:.10g} ({quantity.low:.10g} to {quantity.high:.10g}) {quantity.unit}"


def _standard(scenario: Scenario, service: str) -> str:
    found = [each.standard for each in scenario.services if each.id == service]
    return f"{found[0].share:g} within {found[0].within_days} days" if found else "not defined"


# ---- parameters


def find_settings(word: str = "") -> list[Quantity]:
    """List the settings whose name, title, unit, source or reason holds a word, by name.

    Those that the forecast alone reads are among them, though no scenario sets them.
    """
    settings = {**load_parameters().quantities, **define().vocabulary.settings.quantities}
    wanted = word.casefold()
    return [settings[name] for name in sorted(settings) if wanted in _searchable(settings[name])]


def find_dated(word: str = "") -> list[tuple[str, tuple[Unit, ...]]]:
    """List the dated values whose name or unit holds a word, with the units they may carry."""
    units = define().vocabulary.units
    wanted = word.casefold()
    return [
        (key, units[key])
        for key in units
        if wanted in " ".join([key, *(u.name for u in units[key])]).casefold()
    ]


def _searchable(quantity: Quantity) -> str:
    parts = (
        quantity.name,
        quantity.title_zh,
        quantity.title_en,
        quantity.unit,
        quantity.source,
        quantity.reason,
    )
    return " ".join(parts).casefold()


def _fault(file: str | Path, key: str, value: object, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError(str(Fault(file, key, value, allowed, remedy)))
