"""Heaps of whole numbers in arrays, for compiled code: the least comes first.

A heap is an array whose first number says how many others it holds; they follow it. What is due at a minute
is one number: the minute in the upper half, a row in the lower.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.clock import NEVER
from sim.compiled import njit

_HALF = 32
_ROW = (1 << _HALF) - 1
_NEVER = NEVER


def heap_of(room: int) -> npt.NDArray[np.int64]:
    """Return an empty heap with room for some numbers at once."""
    heap = np.empty(room + 1, dtype=np.int64)
    heap[0] = 0
    return heap


@njit(inline="always")
def due(minute, row):  # type: ignore[no-untyped-def]
    """Write a minute (>= 0) and a row (>= 0) as one number, ordered by minute and then by row."""
    return (minute << _HALF) | row


@njit(inline="always")
def soonest(heap):  # type: ignore[no-untyped-def]
    """Return the minute of what is due first, NEVER where nothing is."""
    return heap[1] >> _HALF if heap[0] else _NEVER


@njit
def push(heap, number):  # type: ignore[no-untyped-def]
    """Put a number in."""
    heap[0] += 1
    at = heap[0]
    while at > 1 and heap[at >> 1] > number:
        heap[at] = heap[at >> 1]
        at >>= 1
    heap[at] = number


@njit
def pop(heap):  # type: ignore[no-untyped-def]
    """Take the least number out; return its row."""
    least, size = heap[1], heap[0] - 1
    number = heap[size + 1]
    heap[0] = size
    at, below = 1, 2
    while below <= size:
        if below < size and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= number:
            break
        heap[at] = heap[below]
        at, below = below, 2 * below
    heap[at] = number
    return least & _ROW
