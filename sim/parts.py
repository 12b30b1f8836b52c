"""Rows in parts, a thread each: kernels run side by side, for they hold no lock of the interpreter.

What a part comes to depends on its rows alone, and the parts are put together in their order: the number of
threads never shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")

LEAST = 1 << 16  # rows that are worth a thread


def parts_of(rows: slice, threads: int) -> list[slice]:
    """Split rows into as many parts as threads, fewer where a part would not be worth one.

    >>> parts_of(slice(100, 200_100), 2), parts_of(slice(0, 1_000), 2)
    ([slice(100, 100100, None), slice(100100, 200100, None)], [slice(0, 1000, None)])
    """
    size = rows.stop - rows.start
    count = max(1, min(threads, size // LEAST))
    bounds = [rows.start + size * part // count for part in range(count + 1)]
    return [slice(*each) for each in pairwise(bounds)]


def side_by_side(work: Callable[[slice], T], parts: Sequence[slice]) -> list[T]:
    """Work on all parts at once; return what each came to, in their order."""
    if len(parts) == 1:
        return [work(parts[0])]
    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(work, parts))
