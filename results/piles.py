"""More rows than memory holds, dealt into piles on the disk, each of which can be sorted in memory.

A pile holds the rows of one range of keys. Rows come in any order. They are held until there are many, and
then dealt to their piles: each deal of a pile lies compressed in one file, and where it lies is remembered.
That file has no name, so that whoever is killed leaves nothing behind. What makes one pile only stays in
memory.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

import polars as pl

_PILE = "_pile"


class Piles:
    """Piles of rows, taken up one after the other when all rows are in; close it when it is no longer needed."""

    def __init__(self, folder: Path, count: int, pile: pl.Expr, most_held: int) -> None:
        """Prepare `count` piles in a file of a folder; `pile` is the number of a row's own, from 0.

        `most_held` rows are held at most, and those of the frame that came last.
        """
        self._pile, self._most = pile.alias(_PILE), most_held
        self._deals: list[list[tuple[int, int]]] = [[] for _ in range(count)]  # of each pile: first byte, bytes
        self._held: list[pl.DataFrame] = []
        self._file = tempfile.TemporaryFile(dir=folder) if count > 1 else io.BytesIO()

    def __enter__(self) -> Piles:
        """Return the piles."""
        return self

    def __exit__(self, kind: type | None, wrong: BaseException | None, trace: TracebackType | None) -> None:
        """Remove the file."""
        self._file.close()

    def put(self, rows: pl.DataFrame) -> None:
        """Take in rows; those of an empty frame may lack columns.

        Raises OSError where the disk is full.
        """
        if rows.height:
            self._held.append(rows)
        if sum(each.height for each in self._held) >= self._most:
            self._deal()

    def taken(self) -> Iterator[pl.DataFrame]:
        """Yield the piles that have rows, in their order; the rows of each as they came."""
        if len(self._deals) == 1:
            if self._held:
                yield pl.concat(self._held)
            return
        self._deal()
        for deals in self._deals:
            if deals:
                yield pl.concat(self._read(*each) for each in deals)

    def _deal(self) -> None:
        """Write what is held to its piles."""
        if len(self._deals) == 1 or not self._held:
            return
        rows = pl.concat(self._held).with_columns(self._pile)
        self._held = []
        for (number,), mine in rows.partition_by(_PILE, as_dict=True, include_key=False).items():
            buffer = io.BytesIO()
            mine.write_parquet(buffer, compression="lz4", statistics=False)
            self._deals[number].append((self._file.tell(), self._file.write(buffer.getbuffer())))
        self._file.flush()

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
