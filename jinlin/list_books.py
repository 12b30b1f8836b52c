"""Workbooks of what is looked up: differences, parameters, evidence, forecast, hindcast, founding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from jinlin.books import column, of_figure, of_scenario, of_setting, save_book, sources_table
from jinlin.words import say
from results.sheets import Kind, Row, Table, Value

if TYPE_CHECKING:
    from calibration.forecast import Forecast
    from calibration.validation import Hindcast
    from evidence.contradictions import Contradiction
    from evidence.table import Figure
    from results.confrontations import Confronted
    from scenarios.authoring import Difference
    from scenarios.load import Scenario
    from scenarios.schema import Unit
    from sim.margins import FitRow
    from sim.parameters import Quantity

C, S, T = Kind.COUNT, Kind.SHARE, Kind.TEXT
Written = Sequence[tuple[str, Kind, str]]  # key, kind, formula of each column
_DIFFERENCES: Written = (
    ("name", T, ""), ("date", T, ""), ("first", Kind.AS_IS, ""), ("second", Kind.AS_IS, ""),
    ("difference", Kind.AS_IS, "{second}-{first}"), ("unit", T, ""),
)  # fmt: skip
_DATED: Written = (("name", T, ""), ("unit", T, ""), ("low", Kind.AS_IS, ""), ("high", Kind.AS_IS, ""))
_EVIDENCE: Written = (
    ("indicator", T, ""), ("place", T, ""), ("year", T, ""), ("value", Kind.AS_IS, ""), ("unit", T, ""),
    ("quality", T, ""), ("source", T, ""), ("where", T, ""),
)  # fmt: skip
_AGAINST: Written = (
    ("question", T, ""), ("part of", T, ""), ("indicator", T, ""), ("place", T, ""), ("year", T, ""),
    ("value", Kind.AS_IS, ""), ("unit", T, ""), ("quality", T, ""), ("reason", T, ""),
)  # fmt: skip
_FORECAST: Written = (
    ("indicator", T, ""), ("year", Kind.YEAR, ""), *((f"p{q:02}", C, "") for q in (5, 25, 50, 75, 95)),
    ("width", C, "{p95}-{p05}"), ("width_share", S, "({p95}-{p05})/{p50}"),
)  # fmt: skip
_HINDCAST: Written = (
    ("indicator", T, ""), ("year", Kind.YEAR, ""), ("published", C, ""), ("simulated", C, ""),
    ("miss", S, "{simulated}/{published}-1"), ("bound", S, ""), ("held", T, ""), ("basis", T, ""),
)  # fmt: skip
_POPULATION: Written = (
    ("total of", T, ""), ("place", T, ""), ("published", C, ""), ("founded", C, ""),
    ("miss", Kind.AS_IS, "{founded}/{published}-1"), ("quality", T, ""),
)  # fmt: skip
_CONFRONTED: Written = (
    ("indicator", T, ""), ("year", Kind.YEAR, ""), ("observed", C, ""),
    *((f"p{q:02}", C, "") for q in (5, 25, 50, 75, 95)), ("in 90", T, ""),
    ("share of median", S, "{observed}/{p50}"), ("against", T, ""), ("source", T, ""),
)  # fmt: skip


def save_differences(
    path: Path, sides: tuple[Scenario, Scenario], found: Sequence[Difference], language: str
) -> None:
    """Write the workbook of what differs between two scenarios."""
    rows = [_difference(each) for each in found]
    names = [f"{each.id}: {each.title[language]}" for each in sides]
    what = say("about comparison", language, names=", ".join(each.id for each in sides))
    facts = [(say("about scenario", language), name) for name in names]
    sources = [
        source for each in sides
        for source in of_scenario(each.settings.quantities.values(), each.dated.values(), language)
    ]  # fmt: skip
    save_book(path, what, facts, [_table("diff", _DIFFERENCES, rows, language)], sources, language)


def save_parameters(
    path: Path, word: str, dated: Sequence[tuple[str, tuple[Unit, ...]]], settings: Iterable[Quantity],
    language: str,
) -> None:  # fmt: skip
    """Write the workbook of what a scenario can set."""
    rows: list[Row] = [
        {"name": key, "unit": unit.name, "low": unit.low, "high": unit.high}
        for key, units in dated
        for unit in units
    ]
    name = say("sheet parameters", language)
    listed = sources_table(name, [of_setting(each, language) for each in settings], language)
    sheets = [listed, *([_table("dated", _DATED, rows, language)] if rows else [])]
    save_book(path, name, _asked(word, language), sheets, [], language)


def save_evidence(
    path: Path, word: str, found: Sequence[Figure], against: Sequence[Contradiction], language: str
) -> None:
    """Write the workbook of figures, with what contradicts them."""
    rows = [_figure(each, language) for each in found]
    beside: list[Row] = [
        {
            **_figure(figure, language), "question": each.question[language],
            "part of": say(part, language), "reason": each.reason[language],
        }
        for each in against
        for part, figures in (("used", each.used), ("beside", each.beside))
        for figure in figures
    ]  # fmt: skip
    sheets = [_table("evidence", _EVIDENCE, rows, language)]
    sheets += [_table("contradictions", _AGAINST, beside, language)] if beside else []
    save_book(path, say("sheet evidence", language), _asked(word, language), sheets, [], language)


def save_forecast(path: Path, done: Forecast, language: str) -> None:
    """Write the workbook of a forecast."""
    rows: list[Row] = []
    for name, values in done.quantiles.items():
        for year, five in zip(done.years, values, strict=True):
            p = dict(zip(("p05", "p25", "p50", "p75", "p95"), map(float, five), strict=True))
            wide = p["p95"] - p["p05"]
            relative = wide / p["p50"] if p["p50"] else None
            rows.append({"indicator": name, "year": year, "width": wide, "width_share": relative, **p})
    drawn = {"draws": done.draws, "markets": done.market_draws}
    facts: list[tuple[str, Value]] = [
        (say("about sure", language), say("forecast sure", language, **drawn)),
        (say("about seed", language), done.seed),
    ]
    table = _table("forecast", _FORECAST, rows, language, pinned=2)
    from scenarios.authoring import find_settings

    sources = [of_setting(each, language) for each in find_settings()]
    save_book(path, say("sheet forecast", language), facts, [table], sources, language)


def save_hindcast(path: Path, done: Hindcast, language: str) -> None:
    """Write the workbook of a hindcast."""
    rows: list[Row] = [
        {
            "indicator": each.indicator, "year": each.year, "published": each.published,
            "simulated": each.simulated, "miss": each.miss, "bound": each.within,
            "held": "–" if each.holds is None else say("yes" if each.holds else "no", language),
            "basis": say(f"basis {each.basis}", language),
        }
        for each in done.figures
    ]  # fmt: skip
    fitted = say("hindcast mortality", language, level=done.level, trend=done.trend, slope=done.slope)
    facts: list[tuple[str, Value]] = [
        (say("about sure", language), f"{fitted}\n{say('hindcast bases', language)}"),
        (say("about seed", language), done.seed),
    ]
    table = _table("hindcast", _HINDCAST, rows, language, pinned=2)
    save_book(path, say("sheet hindcast", language), facts, [table], [], language)


def save_population(path: Path, place: str, rows: Sequence[FitRow], language: str) -> None:
    """Write the workbook of every published total beside the founded residents."""
    listed: list[Row] = [
        {"total of": row.margin, "place": row.label, "published": row.published, "founded": row.got,
         "miss": row.error if row.published else None,
         "quality": say(f"quality {row.quality.value}", language)}
        for row in rows
    ]  # fmt: skip
    name, facts = say("sheet population", language), [(say("about places", language), place)]
    save_book(path, name, facts, [_table("population", _POPULATION, listed, language, 2)], [], language)


def save_confronted(path: Path, pledge: Path, found: Sequence[Confronted], language: str) -> None:
    """Write the workbook of published figures beside what was pledged."""
    rows: list[Row] = []
    for each in found:
        five = dict(zip(("p05", "p25", "p50", "p75", "p95"), each.five, strict=True))
        seen = each.observed
        rows.append({
            "indicator": seen.indicator, "year": seen.year, "observed": seen.value, **five,
            "in 90": say("yes" if each.inside_90 else "no", language),
            "share of median": seen.value / five["p50"] if five["p50"] else None,
            "against": each.against(language), "source": seen.source,
        })  # fmt: skip
    name, facts = say("sheet confronted", language), [(say("about run", language), str(pledge))]
    save_book(path, name, facts, [_table("confronted", _CONFRONTED, rows, language, 2)], [], language)


def _difference(each: Difference) -> Row:
    """Make the row of a difference; values that are numbers are written as numbers, and subtracted."""
    first, second = _number(each.first), _number(each.second)
    row: dict[str, Value] = {"name": each.key, "date": each.date, "unit": each.unit}
    row |= {"first": first, "second": second}
    if not isinstance(first, str) and not isinstance(second, str):
        row["difference"] = second - first
    return row


def _number(text: str) -> float | str:
    try:
        value = float(text)
    except ValueError:
        return text
    return value if isfinite(value) else text


def _asked(word: str, language: str) -> list[tuple[str, Value]]:
    return [(say("about asked", language), word or say("everything", language))]


def _figure(each: Figure, language: str) -> dict[str, Value]:
    known = of_figure(each, language)
    return {
        "indicator": each.indicator, "place": each.place, "year": each.year, "value": each.value,
        "unit": each.unit, "quality": known.quality, "source": each.source, "where": known.where,
    }  # fmt: skip


def _table(key: str, written: Written, rows: Sequence[Row], language: str, pinned: int = 1) -> Table:
    name = say(f"sheet {key}", language)
    columns = tuple(column(each, language, kind=kind, formula=formula) for each, kind, formula in written)
    return Table(name, name, columns, rows, pinned=pinned)
