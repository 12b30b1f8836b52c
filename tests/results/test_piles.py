"""Rows dealt into piles come back, each in the pile of its key, whatever is held at once."""

from __future__ import annotations

import io
from itertools import chain

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from results.piles import Piles, regrouped

Keys = st.lists(st.integers(0, 30), max_size=12)


@given(frames=st.lists(Keys, max_size=8), width=st.integers(1, 31), held=st.integers(1, 40))
def test_sorted_piles_are_all_rows_sorted(frames: list[list[int]], width: int, held: int) -> None:
    piles = Piles(io.BytesIO(), pl.col("key") // width, held)
    for keys in frames:
        piles.put(pl.DataFrame({"key": keys}, schema={"key": pl.Int64}) if keys else pl.DataFrame())
    found = [pile["key"].to_list() for pile in piles.taken()]
    assert list(chain.from_iterable(map(sorted, found))) == sorted(chain.from_iterable(frames))
    assert all(len({key // width for key in pile}) == 1 for pile in found)


@given(frames=st.lists(Keys, max_size=8), rows=st.integers(1, 10))
def test_frames_of_a_size_hold_the_same_rows_in_the_same_order(frames: list[list[int]], rows: int) -> None:
    given_ = (pl.DataFrame({"key": keys}, schema={"key": pl.Int64}) for keys in frames)
    found = [frame["key"].to_list() for frame in regrouped(given_, rows)]
    assert list(chain.from_iterable(found)) == list(chain.from_iterable(frames))
    assert all(len(each) == rows for each in found[:-1]) and all(found)
