"""The cells of the what-if sheet: sections, lines, cells to be changed and cells that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinlin.words import say
from results.sheets import Cell, Check, Kind, Page, Role, Value, address

WIDTHS = (36.0, 17.0, 17.0, 17.0, 17.0, 19.0, 44.0)
LAST = len(WIDTHS) - 1
USED, LOW, HIGH, UNIT, SAID = 1, 2, 3, 4, LAST - 1  # columns of most sections
SHARE, SUM = Check(0.0, 1.0), Check(0.0, 1e15)


@dataclass(frozen=True)
class Number:
    """A number of the sheet: its value, and the address of its cell."""

    value: float
    at: str


class Lines:
    """Writes a sheet from the top down; ``row`` is the next free row."""

    def __init__(self, language: str) -> None:
        self.language, self.row = language, 0
        self.page = Page(
            say("sheet what-if", language), self.words("title"), frozen=(2, 1), protected=True,
            widths=dict(enumerate(WIDTHS)), landscape=False,
        )  # fmt: skip

    def words(self, key: str) -> str:
        """Return words of this sheet."""
        return say(f"if {key}", self.language)

    def put(self, column: int, value: Value, role: Role = Role.BODY, span: int = 1) -> None:
        """Write words or a given number into the present row."""
        self.page.put(self.row, column, Cell(value, role, span=span))

    def end(self) -> None:
        """Go to the next row; what is empty in a row of cells gets its border."""
        mine = {column: cell for (row, column), cell in self.page.cells.items() if row == self.row}
        taken = {column + each for column, cell in mine.items() for each in range(cell.span)}
        if any(cell.role in (Role.LABEL, Role.TOTAL) for cell in mine.values()):
            total = all(cell.role is Role.TOTAL for cell in mine.values())
            for column in set(range(LAST + 1)) - taken:
                self.put(column, None, Role.TOTAL if total else Role.BODY)
        self.row += 1

    def section(self, key: str, heads: Sequence[str]) -> None:
        """Begin a section: its name, then the heads of its columns (keys of the words, empty for none)."""
        self.row += 1
        for column in range(LAST + 1):
            self.put(column, self.words(key) if column == 0 else None, Role.SECTION)
        self.end()
        for column, head in enumerate(heads):
            words = say(head if head.startswith("col ") else f"if {head}", self.language) if head else None
            last = column == len(heads) - 1
            self.put(column, words, Role.HEAD, span=LAST + 1 - column if last else 1)
        self.end()

    def said(self, text: str) -> None:
        """Write a source or a reason at the end of the present row."""
        self.put(SAID, text, Role.NOTE, span=LAST + 1 - SAID)

    def note(self, key: str) -> None:
        """Write a line of words over the whole width."""
        self.put(0, self.words(key), Role.NOTE, span=LAST + 1)
        self.end()

    def input(
        self, key: str, value: float | None, kind: Kind, said: str, check: Check, unit: str = ""
    ) -> Number:  # fmt: skip
        """Write a line with one cell to be changed and where its number is from."""
        self.put(0, self.words(key), Role.LABEL)
        found = self.change(USED, value, kind, check, self.words(said))
        self.put(UNIT, say(unit, self.language) if unit else None)
        self.said(self.words(said))
        self.end()
        return found

    def change(
        self, column: int, value: float | None, kind: Kind, check: Check, note: str = ""
    ) -> Number:  # fmt: skip
        """Write a cell to be changed; an empty one counts as nil."""
        wrong = say("if wrong number", self.language, low=check.low, high=check.high)
        checked = Check(check.low, check.high, whole=check.whole, wrong=wrong)
        at = self.page.put(self.row, column, Cell(value, Role.INPUT, kind, note=note, check=checked))
        return Number(value or 0.0, at)

    def choose(self, key: str, choices: Sequence[str]) -> str:
        """Write a line with a cell that offers choices, the first of them chosen; return its address."""
        self.put(0, self.words(key), Role.LABEL)
        check = Check(choices=tuple(choices), wrong=self.words("wrong choice"))
        at = self.page.put(self.row, USED, Cell(choices[0], Role.INPUT, check=check))
        self.end()
        return at

    def line(
        self, key: str, values: Sequence[tuple[float, str]], unit: str, kind: Kind = Kind.COUNT,
        role: Role = Role.BODY,
    ) -> list[Number]:  # fmt: skip
        """Write a line of numbers that follow, each with its formula, and their unit."""
        self.put(0, self.words(key), Role.LABEL)
        found = [
            self.give(column, value, formula, kind, role)
            for column, (value, formula) in enumerate(values, USED)
        ]
        self.put(UNIT, say(unit, self.language))
        self.end()
        return found

    def give(
        self, column: int, value: float, formula: str = "", kind: Kind = Kind.COUNT, role: Role = Role.BODY
    ) -> Number:  # fmt: skip
        """Write a number that follows from others, or that is given, into the present row."""
        return Number(value, self.page.put(self.row, column, Cell(value, role, kind, formula)))

    def sums(self, columns: Sequence[int], since: int, values: Sequence[float]) -> list[Number]:
        """Write sums of the rows since one, in some columns of the present row."""
        return [
            self.give(column, value, f"=SUM({block(column, since, self.row - 1)})", role=Role.TOTAL)
            for column, value in zip(columns, values, strict=True)
        ]


def block(column: int, first: int, last: int, fixed: bool = False) -> str:
    """Name the cells of a column from one row to another."""
    return f"{address(first, column, fixed)}:{address(last, column, fixed)}"
