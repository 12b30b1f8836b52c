"""Tables with typed columns: numbers as numbers, for the terminal to list and a workbook to hold."""

from __future__ import annotations

from dataclasses import dataclass

Cell = str | float | int | None


@dataclass(frozen=True)
class Column:
    """A column: what it is called in the word lists, the unit of its numbers, and decimals to show."""

    key: str
    unit: str = ""
    decimals: int = 0
    share: bool = False  # of one, shown as per cent


@dataclass(frozen=True)
class TypedTable:
    """A table by its name in the word lists; a cell is a text, a number, or None where nothing is known."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        wrong = [row for row in self.rows if len(row) != len(self.columns)]
        if wrong:
            raise ValueError(f"{self.name}: {len(wrong[0])} cells for {len(self.columns)} columns")

    def column(self, key: str) -> list[Cell]:
        """Return the cells of a column.

        >>> TypedTable("beds", (Column("home"), Column("places")), (("a", 3), ("b", 4))).column("places")
        [3, 4]
        """
        at = [column.key for column in self.columns].index(key)
        return [row[at] for row in self.rows]
