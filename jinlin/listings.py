"""Lists for the terminal: a scenario in short, differences, parameters, fit of the population."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jinlin.words import columns, plain, say
from sim.parameters import Quantity

if TYPE_CHECKING:
    from calibration.validation import Hindcast
    from scenarios.authoring import Difference
    from scenarios.load import Scenario
    from scenarios.schema import Unit
    from sim.margins import Cells, FitRow
    from sim.places import Atlas, Selection

_NO_DATE = "–"


def describe_scenario(scenario: Scenario, language: str) -> list[str]:
    """Say what a scenario would run: title, files, values by date, settings replaced, standards, targets."""
    words = [f"{scenario.id}: {say('valid', language)}", f"  {scenario.title[language]}",
             f"  {scenario.description[language]}"]  # fmt: skip
    if scenario.extends:
        words.append(f"  {say('extends', language)} {' → '.join(scenario.extends)}")
    dated = [(key, value.written(), value.unit.name, value.file) for key, value in scenario.dated.items()]
    words += _part("supplies", language, dated)
    settings = [(each.name, f"{each.value:.10g}", scenario.settings.quantities[each.name].unit, each.file)
                for each in scenario.overrides.values()]  # fmt: skip
    words += _part("settings", language, settings)
    standards = [(each.id, say("days", language, share=each.standard.share, days=each.standard.within_days),
                  each.standard.reason) for each in scenario.services]  # fmt: skip
    words += _part("standards", language, standards)
    return words + _part(
        "targets", language, [(each.id, ", ".join(each.delivered)) for each in scenario.targets]
    )


def list_differences(found: Sequence[Difference], language: str) -> list[str]:
    """List what differs: name, date, both values, unit."""
    if not found:
        return [say("same", language)]
    rows = [(each.key, each.date or _NO_DATE, f"{each.first} → {each.second}", each.unit) for each in found]
    return columns(_clean(rows))


def list_parameters(
    dated: Sequence[tuple[str, tuple[Unit, ...]]], found: Sequence[Quantity], word: str, language: str
) -> list[str]:
    """List what a scenario can set, values by date and settings, and what the forecast alone assumes."""
    lines = [say("dated", language)] if dated else []
    for key, units in dated:
        lines += [f"  {key}", *(f"      {unit.name} ({say('range', language, low=unit.low, high=unit.high)})"
                                for unit in units)]  # fmt: skip
    for head, foretold in (("set", False), ("foretold", True)):
        mine = [quantity for quantity in found if (quantity.touches == "forecast") is foretold]
        lines += [say(head, language)] if mine else []
        for quantity in mine:
            lines += _parameter(quantity, language)
    count = len(dated) + len(found)
    return [*lines, say("found", language, count=count)] if count else [say("nothing", language, word=word)]


def list_population(cells: Cells, atlas: Atlas, selection: Selection, language: str) -> list[str]:
    """List every margin of the census beside the founded residents, then what no source gives."""
    shown = fit_of(cells, atlas, selection)
    head = tuple(
        say(f"fit {word}", language) for word in ("place", "published", "founded", "error", "quality")
    )
    lines: list[str] = []
    for margin in dict.fromkeys(row.margin for row in shown):
        rows = [row for row in shown if row.margin == margin]
        worst = max(abs(row.error) for row in rows)
        lines.append(say("margin", language, margin=margin, count=len(rows), worst=f"{worst:.4%}"))
        lines += columns(_clean([head, *(_fit_row(row) for row in rows)]))
    imputed = [f"  {each.zh if language == 'zh' else each.en}" for each in cells.imputed]
    return [*lines, say("imputed", language), *imputed]


def fit_of(cells: Cells, atlas: Atlas, selection: Selection) -> list[FitRow]:
    """List the totals that are about the places selected."""
    names = _names(atlas, selection)
    whole = len(selection.counties) == len(atlas.counties.code)
    return [row for row in cells.fit if whole or _about(row.label, names)]


def _fit_row(row: FitRow) -> tuple[str, ...]:
    numbers = (f"{row.published:,.0f}", f"{row.got:,}", f"{row.error:+.4%}")
    return (f"  {row.label}", *numbers, row.quality.value)


def _names(atlas: Atlas, selection: Selection) -> set[str]:
    """Name the counties selected and their cities."""
    rows = list(selection.counties)
    return {*map(str, atlas.counties.name[rows]), *map(str, atlas.cities.name[atlas.counties.city[rows]])}


def _about(label: str, names: set[str]) -> bool:
    return any(label.startswith(name) for name in names)


def _parameter(quantity: Quantity, language: str) -> list[str]:
    title = (quantity.title_zh if language == "zh" else quantity.title_en) or quantity.name
    span = (
        f" ({say('range', language, low=quantity.low, high=quantity.high)})"
        if quantity.low < quantity.high
        else ""
    )
    sources = " — ".join(part for part in (quantity.source, quantity.reason) if part)
    known = f"{quantity.quality.value} {quantity.year}"
    first = f"  {quantity.name} = {quantity.value:.10g} {quantity.unit}{span}, {known}"
    return [first, f"      {title}", f"      {sources}"]


def _part(key: str, language: str, rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    return [f"{say(key, language)}:", *(f"  {line}" for line in columns(_clean(rows)))]


def _clean(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Take what could steer a terminal out of cells before their widths are measured."""
    return [tuple(plain(cell) for cell in row) for row in rows]


def list_hindcast(done: Hindcast, language: str) -> list[str]:
    """List a hindcast: each figure with its miss, bound and basis; what was fitted."""
    rows: list[tuple[str, ...]] = [tuple(say("hindcast head", language).split("|"))]
    for each in done.figures:
        held = _NO_DATE if each.holds is None else say("yes" if each.holds else "no", language)
        bound = _NO_DATE if each.within is None else f"± {each.within:.0%}"
        values = f"{each.published:,.0f}", f"{each.simulated:,.0f}", f"{each.miss:+.1%}"
        basis = say(f"basis {each.basis}", language)
        rows.append((each.indicator, str(each.year), *values, bound, held, basis))
    fitted = say("hindcast mortality", language, level=done.level, trend=done.trend, slope=done.slope)
    return [*columns(_clean(rows)), fitted, say("hindcast bases", language)]
