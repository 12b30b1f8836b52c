"""A workbook written: the only file that imports xlsxwriter.

Text is always written as text. No name in a scenario becomes a formula, a link or markup, neither when the
book is opened nor when somebody edits the cell.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from results.sheets import Cell, Check, Kind, Page, Role, Table, clean, known, lay_out, sheet_names, width
from results.workbook_style import look
from sim.errors import RunError

SUFFIX = ".xlsx"
MAKER = "Jinlin 近邻"
_A4 = 9
_LINE, _TITLE = 14.5, 24.0  # points
_EXECUTES = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # Excel in Chinese reads the wide ones alike
_NOTE_SIZE = {"x_scale": 2.2, "y_scale": 1.4, "author": "Jinlin"}
_PROTECTION = {"select_locked_cells": True, "format_columns": True, "format_rows": True}
_AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Look = Callable[[Role, Kind, bool], Any]


def workbook(sheets: Sequence[Page | Table], language: str, title: str) -> bytes:
    """Return a workbook of some sheets as the bytes of its file."""
    from xlsxwriter import Workbook

    pages = [lay_out(each) if isinstance(each, Table) else each for each in sheets]
    held = io.BytesIO()
    book = Workbook(held, {"in_memory": True, **_AS_WRITTEN})
    book.set_properties({"title": clean(title)[:200], "author": MAKER, "comments": MAKER})
    book.set_size(2400, 1500)
    looks: dict[tuple[Role, Kind, bool], Any] = {}

    def look_of(role: Role, kind: Kind, guarded: bool) -> Any:
        key = role, kind, guarded
        if key not in looks:
            looks[key] = book.add_format(look(role, kind, language, guarded))
        return looks[key]

    for name, page in zip(sheet_names([each.name for each in pages]), pages, strict=True):
        _write(book.add_worksheet(name), page, look_of)
    book.close()
    return held.getvalue()


def check_ours(path: Path) -> None:
    """Raise RunError where a file is no name for a workbook, or holds something that Jinlin did not write."""
    if path.suffix.lower() != SUFFIX:
        raise RunError(f"{path}: a workbook's name ends in {SUFFIX}; give such a name with --xlsx")
    if path.is_file() and path.stat().st_size and not _made_here(path):
        raise RunError(f"{path}: is no workbook of Jinlin and would be lost; give another name with --xlsx")


def _made_here(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as book:
            return "Jinlin" in book.read("docProps/core.xml").decode("utf-8", "replace")
    except (zipfile.BadZipFile, KeyError, OSError):
        return False


def _write(sheet: Any, page: Page, look_of: Look) -> None:
    for column, wide in page.widths.items():
        sheet.set_column(column, column, wide)
    for (row, column), cell in sorted(page.cells.items(), key=lambda each: each[0]):
        _write_cell(sheet, row, column, cell, look_of)
    _set_heights(sheet, page)
    if any(page.frozen):
        sheet.freeze_panes(*page.frozen)
    if page.filtered:
        sheet.autofilter(*page.filtered)
    _set_print(sheet, page)
    if page.protected:
        sheet.protect("", _PROTECTION)


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, look_of: Look) -> None:
    """Write text as text, a formula with its value, a number where it is one; else an empty cell."""
    text = _as_text(cell.value) if isinstance(cell.value, str) else ""
    style = look_of(cell.role, cell.kind, text.startswith(_EXECUTES) and not cell.formula)
    if cell.span > 1:
        sheet.merge_range(row, column, row, column + cell.span - 1, "", style)
    if cell.formula:
        sheet.write_formula(row, column, cell.formula, style, cell.value)
    elif isinstance(cell.value, str):
        sheet.write_string(row, column, text, style)
    elif known(cell.value):
        sheet.write_number(row, column, cell.value, style)
    else:
        sheet.write_blank(row, column, None, style)
    if cell.note:
        sheet.write_comment(row, column, clean(cell.note)[:2000], _NOTE_SIZE)
    if cell.check:
        sheet.data_validation(row, column, row, column, _validation(cell.check))


def _as_text(text: str) -> str:
    """Return a text that is no markup: what begins and ends as rich text would be written as it is."""
    shown = clean(text)
    return f" {shown}" if shown.startswith("<r>") else shown


def _validation(check: Check) -> dict[str, Any]:
    words = {"error_title": MAKER, "error_message": check.wrong[:250]} if check.wrong else {}
    if check.choices:
        return {"validate": "list", "source": list(check.choices), **words}
    kind = "integer" if check.whole else "decimal"
    return {"validate": kind, "criteria": "between", "minimum": check.low, "maximum": check.high, **words}


def _set_heights(sheet: Any, page: Page) -> None:
    """Give rows with wrapped text their height: not every program finds it by itself."""
    lines: dict[int, int] = {}
    for (row, column), cell in page.cells.items():
        if isinstance(cell.value, str) and cell.role not in (Role.TITLE, Role.SECTION):
            wide = sum(page.widths.get(column + each, 9.0) for each in range(cell.span))
            needed = sum(ceil(max(width(line), 1) / max(wide - 2, 1)) for line in cell.value.split("\n"))
            lines[row] = max(lines.get(row, 1), needed)
    for row, count in lines.items():
        if count > 1:
            sheet.set_row(row, _LINE * min(count, 25) + 2)
    sheet.set_row(0, _TITLE)


def _set_print(sheet: Any, page: Page) -> None:
    sheet.set_paper(_A4)
    if page.landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.6)
    sheet.hide_gridlines(2)
    sheet.set_header(f"&L&9{MAKER}&R&9{clean(page.title).replace('&', '&&')[:100]}")
    sheet.set_footer("&L&9&A&R&9&P / &N")
    if page.repeated:
        sheet.repeat_rows(*page.repeated)
