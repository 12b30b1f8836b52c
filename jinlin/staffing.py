"""``jinlin staffing``: posts, staff, minutes and hires of scenarios, and what they are enough for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jinlin.book_option import Xlsx, check_book
from jinlin.compiling import STOPPED, compile_kernels
from jinlin.words import WORDS, columns, known_language, plain, say, terminal_language
from sim.errors import RunError

if TYPE_CHECKING:
    from results.staffing import Staffing
    from results.typed_tables import Cell, Column, TypedTable
    from scenarios.load import Scenario

SEED = 20201101
LEDGERS = Path("runs", ".ledgers")
_UNKNOWN = "–"
_NOTES = ("tasks", "hires")


def _help(key: str) -> str:
    return WORDS[key][0]


Texts = list[str]
Given = Annotated[Texts, typer.Argument(help=_help("staffing scenarios"), metavar="SCENARIO")]
Place = Annotated[Texts, typer.Option(help=_help("staffing place"), metavar="PLACE")]
CadreNames = Annotated[Texts, typer.Option("--cadre", help=_help("staffing cadre"), metavar="CADRE")]
Year = Annotated[int, typer.Option(min=2021, max=2025, help=_help("staffing year"))]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help=_help("seed"))]
Ledgers = Annotated[Path, typer.Option(help=_help("staffing ledgers"), metavar="DIR")]
NoLedgers = Annotated[bool, typer.Option("--no-ledgers", help=_help("staffing no_ledgers"))]
Lang = Annotated[
    str | None, typer.Option("--lang", help=_help("lang"), callback=known_language, metavar="en|zh")
]


def staffing(
    scenarios: Given,
    place: Place = [],  # noqa: B006 (typer reads the defaults, nothing writes to them)
    cadre: CadreNames = [],  # noqa: B006
    year: Year = 2025,
    seed: Seed = SEED,
    ledgers: Ledgers = LEDGERS,
    no_ledgers: NoLedgers = False,
    xlsx: Xlsx = None,
    lang: Lang = None,
) -> None:
    """Tell posts, staff, minutes and hires of scenarios."""
    from scenarios.load import load_scenario
    from sim.places import load_atlas

    language, atlas = terminal_language(lang), load_atlas()
    loaded, selection = [load_scenario(name) for name in scenarios], atlas.select(place)
    _check(loaded, cadre)
    check_book(xlsx)
    compile_kernels(0, language)
    from jinlin.progress import Counter
    from results.staffing import Staffing
    from scenarios.staff_counts import count_staff

    counter = Counter("staffing told", language)
    try:
        counted = count_staff(loaded, selection, seed, year, None if no_ledgers else ledgers, counter)
    except KeyboardInterrupt:
        typer.echo(say("stopped staffing", language), err=True)
        raise typer.Exit(STOPPED) from None
    finally:
        counter.close()
    sides = [Staffing(each, counts, year, language) for each, counts in zip(loaded, counted, strict=True)]
    tables = tables_of(sides, cadre, selection.counties)
    title = say("staffing title", language, place=atlas.describe(selection.counties), year=year)
    about = [say("staffing central", language), *_without_account(sides, cadre, language)]
    lines = [title, *about]
    for table in tables:
        lines += ["", *list_table(table, language), *(f"  {note}" for note in notes_of(table, language))]
    typer.echo("\n".join(plain(line) for line in lines))
    if xlsx:
        from jinlin.staffing_book import save_staffing

        facts: list[tuple[str, str | float | int | None]] = [
            (say("about scenario", language), "\n".join(f"{s.id}: {s.title[language]}" for s in loaded)),
            (say("about places", language), atlas.describe(selection.counties)),
            (say("about sure", language), "\n".join(about)), (say("about seed", language), seed),
        ]  # fmt: skip
        notes = {table.name: notes_of(table, language) for table in tables}
        save_staffing(xlsx, title, facts, tables, notes, loaded, language)


def _check(scenarios: Sequence[Scenario], cadres: Sequence[str]) -> None:
    """Refuse a cadre that is none, and a scenario or cadre given twice."""
    known = [each.id for each in scenarios[0].cadres]
    strange = next((name for name in cadres if name not in known), None)
    if strange is not None:
        raise RunError(f"--cadre {strange!r} must be one of {', '.join(known)}")
    names = [each.id for each in scenarios]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RunError(f"{twice}: given twice; name each scenario once")


def tables_of(sides: Sequence[Staffing], cadres: Sequence[str], counties: Sequence[int]) -> list[TypedTable]:
    """Lay out all tables: staff, losses, minutes, tasks, hires, stations."""
    from results.staffing import staffing_tables
    from results.stations import caseload_of, station_table

    found, caseload = staffing_tables(sides, cadres), caseload_of(sides[0].scenario)
    if caseload and (not cadres or caseload[1].id in cadres):
        found.append(station_table(sides, counties))
    return found


def _without_account(sides: Sequence[Staffing], cadres: Sequence[str], language: str) -> list[str]:
    """Say of which staff a scenario keeps no account."""
    lines = []
    for side in sides:
        names = [
            each.name[language]
            for each in side.scenario.cadres
            if not each.turnover and (not cadres or each.id in cadres)
        ]
        if names:
            listed = ("、" if language == "zh" else ", ").join(names)
            lines.append(say("staffing no account", language, scenario=side.label, cadres=listed))
    return lines


def list_table(table: TypedTable, language: str) -> list[str]:
    """Lay a typed table out for the terminal: title, heads, rows; columns without a cell are left out.

    Numbers are written as a reader would write them.
    """
    shown = [at for at in range(len(table.columns)) if any(row[at] is not None for row in table.rows)]
    head = tuple(say(f"column {table.columns[at].key}", language) for at in shown)
    rows = [tuple(plain(_shown(row[at], table.columns[at], language)) for at in shown) for row in table.rows]
    return [say(f"table {table.name}", language), *(f"  {line}" for line in columns([head, *rows]))]


def _shown(cell: Cell, column: Column, language: str) -> str:
    if cell is None:
        return say("all counties", language) if column.key == "county" else _UNKNOWN
    if isinstance(cell, str):
        return cell
    if column.share:
        return f"{100 * cell:.1f} %"
    return f"{round(cell, column.decimals) + 0.0:,.{column.decimals}f}"  # 0.0 takes the sign off a zero


def notes_of(table: TypedTable, language: str) -> list[str]:
    """Say how a table is meant."""
    if table.name in _NOTES:
        return [say(f"note {table.name}", language)]
    if table.name != "stations":
        return []
    needed = [float(cell) for cell in table.column("needed a township") if isinstance(cell, float) and cell]
    shares = [1 / each for each in needed] or [0.0]
    return [say("note stations", language, low=min(shares), high=max(shares))]
