"""Sheets of a workbook before any file: cells with values, live formulas written with their values, tables.

A *table* is what every command has: columns with a name, a unit and a kind, rows by the columns' keys. A
column may be live: its formula names other columns of its row, ``{size}-{planned}``, or by ``{row}`` the row
of another sheet, and the row holds the value that the formula comes to. ``lay_out`` turns a table into a
sheet of cells; a sheet that is no table is a ``Page``, written cell by cell. Nothing here knows a file.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

Value = str | float | int | None
Row = Mapping[str, Value]
HEAD_ROW = 3  # of a table's sheet, counted from nil: title, what it says, an empty row, then the head
LONGEST_TEXT = 32_000  # a cell holds 32,767 characters
HEAD_WIDTH = 15.0  # a longer head is wrapped
NARROWEST, WIDEST = 9.0, 46.0  # columns, in characters of the sheet's font


class Kind(Enum):
    """How a value is written."""

    TEXT = "text"
    COUNT = "count"  # whole persons, places, yuan
    NUMBER = "number"  # one decimal
    RATIO = "ratio"  # three decimals
    SHARE = "share"  # per cent, one decimal
    AS_IS = "as is"  # of many magnitudes in one column
    YEAR = "year"
    OF_ROW = "of row"  # a column of outcomes: each row is of its own kind


class Role(Enum):
    """What a cell is on its sheet, and so what it looks like."""

    TITLE = "title"
    NOTE = "note"
    SECTION = "section"
    HEAD = "head"
    BODY = "body"
    LABEL = "label"
    TOTAL = "total"
    INPUT = "input"  # for the reader to change


@dataclass(frozen=True)
class Check:
    """What an input takes: numbers from low to high, or one of some choices; and what it says when chosen."""

    low: float = 0.0
    high: float = 1e15
    choices: tuple[str, ...] = ()
    whole: bool = False
    wrong: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell: its value, and the formula that comes to it where it is live; ``span`` joins columns."""

    value: Value
    role: Role = Role.BODY
    kind: Kind = Kind.TEXT
    formula: str = ""
    note: str = ""
    check: Check | None = None
    span: int = 1


@dataclass
class Page:
    """A sheet, cell by cell; rows and columns count from nil."""

    name: str
    title: str = ""
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    frozen: tuple[int, int] = (0, 0)  # rows and columns that stay in sight
    filtered: tuple[int, int, int, int] | None = None  # first row and column, last row and column
    repeated: tuple[int, int] | None = None  # rows printed on every page
    protected: bool = False  # whatever is no input
    landscape: bool = True

    def put(self, row: int, column: int, cell: Cell) -> str:
        """Write a cell and return its address."""
        self.cells[row, column] = cell
        return address(row, column)


@dataclass(frozen=True)
class Column:
    """A column of a table. ``formula`` names columns by key in braces; ``total`` sums it beneath."""

    key: str
    name: str
    unit: str = ""
    kind: Kind = Kind.TEXT
    formula: str = ""
    total: bool = False
    note: str = ""
    width: float = 0.0  # in characters; nil: as wide as what it holds


@dataclass(frozen=True)
class Table:
    """A table of a command: name of its sheet, title, columns, rows; notes stand beneath."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    says: str = ""  # a line under the title
    notes: tuple[str, ...] = ()
    total: str = ""  # the word before sums; none: no sums
    pinned: int = 1  # columns that stay in sight
    kinds: Sequence[Kind] = ()  # by row, for columns of kind OF_ROW


def address(row: int, column: int, fixed: bool = False) -> str:
    """Name a cell as formulas do.

    >>> address(0, 0), address(9, 27), address(1, 2, fixed=True)
    ('A1', 'AB10', '$C$2')
    """
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"${letters}${row + 1}" if fixed else f"{letters}{row + 1}"


def known(value: Value) -> bool:
    """Tell whether there is a value at all: text, or a finite number."""
    return isinstance(value, str) or (value is not None and math.isfinite(value))


def clean(text: str) -> str:
    r"""Take out of a text what no sheet should hold: control and direction marks, half characters; cut it.

    >>> clean("a\x00\u202eb\r\nc")
    'ab\nc'
    """
    shown = (
        each for each in text.replace("\r\n", "\n")
        if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    )  # fmt: skip
    kept = "".join(each for each in shown if each not in "\ufffe\uffff").replace("\t", " ")
    return kept if len(kept) <= LONGEST_TEXT else kept[: LONGEST_TEXT - 1] + "…"


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Turn names into such as a workbook takes: 31 characters, none of its signs, each once.

    >>> sheet_names(["a/b", "A_b", "", "History"])
    ['a_b', 'A_b 2', 'Sheet', 'History_']
    """
    found: list[str] = []
    for name in wanted:
        base = re.sub(r"[\[\]:*?/\\\n]", "_", clean(name)).strip(" '")[:31].rstrip(" '") or "Sheet"
        base = f"{base}_" if base.casefold() == "history" else base
        unique, count = base, 1
        while unique.casefold() in {each.casefold() for each in found}:
            count += 1
            unique = f"{base[: 31 - len(f' {count}')]} {count}"
        found.append(unique)
    return found


def width(text: str) -> int:
    """Return how many characters wide a text's longest line is: a Chinese one counts two.

    >>> width("bed 床")
    6
    """
    wide = (sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line)
            for line in text.split("\n"))  # fmt: skip
    return max(wide, default=0)


def lay_out(table: Table) -> Page:
    """Lay a table out: title, head with units, rows, sums, notes; filtered, its head kept in sight."""
    page = Page(table.name, table.title, frozen=(HEAD_ROW + 1, min(table.pinned, len(table.columns))))
    page.put(0, 0, Cell(table.title, Role.TITLE))
    if table.says:
        page.put(1, 0, Cell(table.says, Role.NOTE, span=len(table.columns)))
    for number, column in enumerate(table.columns):
        page.put(HEAD_ROW, number, Cell(_head(column), Role.HEAD, note=column.note))
        page.widths[number] = _width(column, table.rows)
    for count, row in enumerate(table.rows):
        own = table.kinds[count] if table.kinds else Kind.TEXT
        _put_row(page, HEAD_ROW + 1 + count, table.columns, row, own)
    last = HEAD_ROW + len(table.rows)
    page.filtered = (HEAD_ROW, 0, last, len(table.columns) - 1) if table.rows else None
    page.repeated = (HEAD_ROW, HEAD_ROW)
    if table.total and table.rows:
        last += 1
        _put_sums(page, last, table)
    for count, note in enumerate(table.notes):
        page.put(last + 2 + count, 0, Cell(note, Role.NOTE, span=len(table.columns)))
    return page


def _head(column: Column) -> str:
    return f"{column.name}\n{column.unit}" if column.unit else column.name


def _put_row(page: Page, at: int, columns: Sequence[Column], row: Row, own: Kind) -> None:
    """Write a row; a live cell whose value, or whose parts, are not known is written without its formula."""
    places = {column.key: address(at, number) for number, column in enumerate(columns)}
    row, places = {**row, "row": at + 1}, places | {"row": str(at + 1)}
    for number, column in enumerate(columns):
        value = row.get(column.key)
        parts = re.findall(r"\{(\w+)\}", column.formula)
        live = column.formula and known(value) and all(known(row.get(part)) for part in parts)
        formula = f"={column.formula.format_map(places)}" if live else ""
        kind = own if column.kind is Kind.OF_ROW else column.kind
        page.put(at, number, Cell(value, Role.BODY, kind, formula))


def _put_sums(page: Page, at: int, table: Table) -> None:
    """Write sums of what the filter leaves in sight."""
    for number, column in enumerate(table.columns):
        cell = Cell(table.total if number == 0 else None, Role.TOTAL, column.kind)
        if column.total:
            numbers = [each for row in table.rows if isinstance(each := row.get(column.key), int | float)]
            value = math.fsum(each for each in numbers if math.isfinite(each))
            first, last = (address(each, number) for each in (HEAD_ROW + 1, at - 1))
            cell = Cell(value, Role.TOTAL, column.kind, f"=SUBTOTAL(109,{first}:{last})")
        page.put(at, number, cell)


def _width(column: Column, rows: Sequence[Row]) -> float:
    if column.width:
        return column.width
    shown = [min(width(line) * 1.1, HEAD_WIDTH) for line in (column.name, column.unit)]
    shown += [width(_as_text(row.get(column.key), column.kind)) for row in rows]
    return min(max(max(shown) + 3, NARROWEST), WIDEST)  # three: the filter's arrow


def _as_text(value: Value, kind: Kind) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    return f"{value:,.0f}" if kind is Kind.COUNT else f"{value:,.6g}"
