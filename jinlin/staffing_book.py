"""Staffing as a workbook: the tables of ``jinlin staffing`` with live formulas, and the sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinlin.books import Facts, of_scenarios, save_book
from jinlin.words import say
from results.sheets import Column, Kind, Row, Table
from results.typed_tables import TypedTable
from scenarios.load import Scenario

_STEPS = "+".join(
    f"{{{step}}}"
    for step in ("posts", "not_yet_filled", "leavers_not_replaced", "learning", "absent", "overtime")
)
_LIVE = {
    ("staff", "vacancies"): "MAX({posts}-{working}-{trainees},0)",
    ("losses", "at work"): _STEPS,
    ("losses in minutes", "at work"): _STEPS,
    ("minutes", "asked of brought"): "{asked}/{minutes}",
    ("tasks", "asked"): "{events}*{assumed}",
    ("hires", "months to full"): (
        "IF({hires_settled}>0,(1-{staff_settled})*12*{posts_at_the_end}/{hires_settled},"
        "(1-{filled_a_month})/{filled_a_month})+{training}"
    ),
    ("stations", "carried"): "{station_workers}/{needed}",
    ("stations", "carried norm"): "{station_workers}/{norm}",
    ("stations", "needed a township"): "{needed}/{townships}",
}


def save_staffing(
    path: Path, title: str, facts: Facts, tables: Sequence[TypedTable], notes: Mapping[str, Sequence[str]],
    scenarios: Sequence[Scenario], language: str,
) -> None:  # fmt: skip
    """Write the workbook of some tables; ``notes`` stand below those that they name."""
    sheets = [sheet_of(each, notes.get(each.name, ()), language) for each in tables]
    save_book(path, title, facts, sheets, of_scenarios(scenarios, language), language)


def sheet_of(table: TypedTable, notes: Sequence[str], language: str) -> Table:
    """Lay a typed table out as a sheet; columns without a cell are left out, as on the terminal."""
    shown = [at for at in range(len(table.columns)) if any(row[at] is not None for row in table.rows)]
    keys = {at: table.columns[at].key.replace(" ", "_") for at in shown}
    columns = tuple(
        Column(
            keys[at], say(f"column {each.key}", language), kind=_kind(table, at),
            formula=_LIVE.get((table.name, each.key), ""),
        )
        for at in shown
        for each in [table.columns[at]]
    )  # fmt: skip
    rows: list[Row] = [
        {key: say("all counties", language) if key == "county" and row[at] is None else row[at]
         for at, key in keys.items()}
        for row in table.rows
    ]  # fmt: skip
    name = say(f"sheet staffing {table.name}", language)
    return Table(name, say(f"table {table.name}", language), columns, rows, notes=tuple(notes), pinned=2)


def _kind(table: TypedTable, at: int) -> Kind:
    """Tell how the numbers of a column are written."""
    if any(isinstance(row[at], str) for row in table.rows):
        return Kind.TEXT
    column = table.columns[at]
    if column.share:
        return Kind.SHARE
    return Kind.NUMBER if column.decimals else Kind.COUNT
