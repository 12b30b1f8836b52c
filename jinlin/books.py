"""Workbooks of commands: a first sheet that says what was run, the command's tables, and the sources.

A command takes ``--xlsx`` (``jinlin.book_option``: type ``Xlsx``), calls ``check_book`` before it works and
``save_book`` after.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from jinlin import __version__
from jinlin.book_option import OPTION, check_book
from jinlin.words import WORDS, plain, say
from results.files import write_aside
from results.sheets import Column, Kind, Page, Row, Table, Value
from results.words import unit_in_chinese
from results.workbook import workbook

if TYPE_CHECKING:
    from evidence.table import Figure
    from results.manifest import SettingEntry, SupplyEntry
    from scenarios.schema import DatedValue
    from sim.parameters import Quantity

_WIDTHS = {
    "name": 30.0, "title": 30.0, "value": 14.0, "unit": 18.0, "source": 52.0, "reason": 42.0, "where": 28.0,
}  # fmt: skip
Facts = Sequence[tuple[str, Value]]


@dataclass(frozen=True)
class Source:
    """A figure that was used: what it is, where it comes from, how well it is known, where it stands."""

    name: str
    title: str
    value: Value
    unit: str
    year: Value
    quality: str
    source: str
    reason: str = ""
    where: str = ""
    low: Value = None
    high: Value = None


def save_book(
    path: Path | None, what: str, facts: Facts, sheets: Sequence[Page | Table], sources: Sequence[Source],
    language: str,
) -> None:  # fmt: skip
    """Write a workbook and say so; nothing where no path is given.

    ``facts`` are what was run, label and words, for the first sheet; ``what`` names the command's answer.
    """
    if path is None:
        return
    check_book(path)
    pages = [about_page(what, facts, sheets, language), *sheets]
    if sources:
        pages.append(sources_table(say("sheet sources", language), sources, language))
    write_aside(path, workbook(pages, language, say("about title", language, what=what)), OPTION)
    typer.echo(plain(say("wrote", language, path=path)))


def column(
    key: str, language: str, unit: str = "", kind: Kind = Kind.TEXT, **more: str | bool | float
) -> Column:
    """Make a column whose name is that of its key; ``unit`` is a key of the words too, or a unit as it is."""
    shown = say(unit, language) if unit in WORDS else unit
    return Column(key, say(f"col {key}", language), shown, kind, **more)  # type: ignore[arg-type]


def about_page(what: str, facts: Facts, sheets: Sequence[Page | Table], language: str) -> Table:
    """Make the first sheet: what was run, how sure it is, how the book is used."""
    title = say("about title", language, what=what)
    live = any(isinstance(each, Page) for each in sheets)
    told = [*facts, (say("about version", language), __version__)]
    told.append((say("about command", language), _command()))
    for key in ("about colours" if live else "about formulas", "about limits"):
        label = "about limits" if key == "about limits" else "about colours"
        told.append((say(label, language), say(f"{key} say", language)))
    columns = (
        Column("what", say("about what", language), width=22.0),
        Column("answer", say("about answer", language), width=96.0),
    )
    return Table(say("sheet about", language), title, columns, [dict(what=a, answer=b) for a, b in told])


def sources_table(name: str, sources: Iterable[Source], language: str) -> Table:
    """Make a sheet of figures, each with its source, year, unit, quality and reason."""
    kinds = {"value": Kind.AS_IS, "low": Kind.AS_IS, "high": Kind.AS_IS, "year": Kind.YEAR}
    keys = ("name", "title", "value", "low", "high", "unit", "year", "quality", "source", "reason", "where")
    rows: list[Row] = [{key: getattr(each, key) for key in keys} for each in dict.fromkeys(sources)]
    columns = tuple(
        column(key, language, kind=kinds.get(key, Kind.TEXT), width=_WIDTHS.get(key, 0.0)) for key in keys
    )
    return Table(name, name, columns, rows)


def of_setting(each: Quantity | SettingEntry, language: str, where: str = "") -> Source:
    """Make a source of a setting."""
    title = (each.title_zh if language == "zh" else each.title_en) or each.name
    quality = each.quality if isinstance(each.quality, str) else each.quality.value
    low, high = (each.low, each.high) if each.low < each.high else (None, None)
    return Source(
        each.name, title, each.value, _unit(each.unit, language), each.year,
        say(f"quality {quality}", language), each.source, each.reason,
        where or say("where setting", language, name=each.name), low, high,
    )  # fmt: skip


def of_dated(each: DatedValue, language: str) -> Source:
    """Make a source of a dated value of a scenario."""
    where = say("where scenario", language, file=each.file)
    quality = say(f"quality {each.quality.value}", language)
    unit = _unit(each.unit.name, language)
    return Source(
        each.key, each.key, each.written(), unit, None, quality, each.source, each.reason, where
    )  # fmt: skip


def of_supply(each: SupplyEntry, language: str) -> Source:
    """Make a source of a dated value of a finished run."""
    path = ", ".join(f"{month}: {value:.10g}" for month, value in sorted(each.path.items()))
    where = say("where manifest", language)
    return Source(each.name, each.name, path, _unit(each.unit, language), None, "", each.source, "", where)


def of_figure(each: Figure, language: str) -> Source:
    """Make a source of a figure of the evidence."""
    year: Value = int(each.year) if each.year.isdigit() else each.year
    return Source(
        each.indicator, f"{each.indicator} ({each.place})", each.value, each.unit, year,
        say(f"quality {each.quality.value}", language), each.source, "",
        say("where evidence", language, table=each.table),
    )  # fmt: skip


def of_scenario(settings: Iterable[Quantity], dated: Iterable[DatedValue], language: str) -> list[Source]:
    """List what a scenario rests on: its dated values, then every setting that a run reads."""
    values = [of_dated(each, language) for each in dated]
    return values + [of_setting(each, language) for each in settings if each.touches != "forecast"]


def _unit(name: str, language: str) -> str:
    return unit_in_chinese(name) if language == "zh" else name


def _command() -> str:
    """Return the command as it was given."""
    return " ".join(("jinlin", *sys.argv[1:]))
