"""More rows than memory holds, dealt into piles on the disk, each of which can be sorted in memory.

A pile holds the rows of one range of keys. Rows come in any order. They are held until there are many, and
then dealt to their piles: each deal of a pile lies compressed in one file, and where it lies is remembered.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import IO

import polars as pl

_PILE = "_pile"


class Piles:
    """Piles of rows in a file, taken up one after the other when all rows are in."""

    def __init__(self, file: IO[bytes], pile: pl.Expr, most_held: int) -> None:
        """Begin without rows; `pile` is the number of a row's own, from 0.

        `most_held` rows are held at most, and those of the frame that came last.
        """
        self._file, self._pile, self._most = file, pile.alias(_PILE), most_held
        self._deals: dict[int, list[tuple[int, int]]] = defaultdict(list)  # of each pile: first byte, bytes
        self._held: list[pl.DataFrame] = []
        self._height = 0  # of what is held

    def put(self, rows: pl.DataFrame) -> None:
        """Take in rows; those of an empty frame may lack columns.

        Raises OSError where the disk is full.
        """
        if rows.height:
            self._held.append(rows)
            self._height += rows.height
        if self._height >= self._most:
            self._deal()

    def taken(self) -> Iterator[pl.DataFrame]:
        """Yield the piles that have rows, in their order; the rows of each as they came."""
        self._deal()
        for _, deals in sorted(self._deals.items()):
            yield pl.concat(self._read(*each) for each in deals)

    def _deal(self) -> None:
        """Write what is held to its piles."""
        if not self._held:
            return
        rows = pl.concat(self._held).with_columns(self._pile)
        self._held, self._height = [], 0
        for (number,), mine in rows.partition_by(_PILE, as_dict=True, include_key=False).items():
            buffer = io.BytesIO()
            mine.write_parquet(buffer, compression="lz4", statistics=False)
            self._deals[number].append((self._file.tell(), self._file.write(buffer.getbuffer())))

    def _read(self, first: int, size: int) -> pl.DataFrame:
        self._file.seek(first)
        return pl.read_parquet(io.BytesIO(self._file.read(size)))


def regrouped(frames: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of some frames, in their order, in frames of so many rows; the last may have fewer.

    >>> [each["a"].to_list() for each in regrouped(map(pl.DataFrame, ({"a": [1, 2, 3]}, {"a": [4]})), 2)]
    [[1, 2], [3, 4]]
    """
    rest: pl.DataFrame | None = None
    for frame in frames:
        rest = frame if rest is None else pl.concat([rest, frame])
        while rest.height >= rows:
            yield rest[:rows].rechunk()
            rest = rest[rows:]
    if rest is not None and rest.height:
        yield rest.rechunk()
