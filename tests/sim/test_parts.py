"""Rows in parts, worked on side by side."""

from __future__ import annotations

from itertools import pairwise
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import parts
from sim.parts import LEAST, parts_of, side_by_side


@given(start=st.integers(0, 10**6), size=st.integers(0, 10**8), threads=st.integers(1, 64))
def test_parts_hold_every_row_once_and_each_is_worth_a_thread(start: int, size: int, threads: int) -> None:
    found = parts_of(slice(start, start + size), threads)
    assert found[0].start == start and found[-1].stop == start + size
    assert all(one.stop == following.start for one, following in pairwise(found))
    assert 1 <= len(found) <= threads
    sizes = [part.stop - part.start for part in found]
    assert len(found) == 1 or min(sizes) >= LEAST
    assert max(sizes) - min(sizes) <= 1


def test_parts_are_worked_on_at_once_and_come_back_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LEAST", 10)
    split, together = parts_of(slice(0, 30), 3), Barrier(3, timeout=30)

    def work(part: slice) -> int:
        together.wait()  # passes when all three are here
        return part.start

    assert side_by_side(work, split) == [0, 10, 20]


def test_what_goes_wrong_in_a_part_is_raised() -> None:
    def work(part: slice) -> None:
        if part.start:
            raise ValueError("the second part")

    with pytest.raises(ValueError, match="the second part"):
        side_by_side(work, [slice(0, 1), slice(1, 2)])
