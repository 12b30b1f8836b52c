"""Wishes: their order, and the odds and thresholds that make them, against plain counts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.conditions import COLUMNS, KINDS, NO_MOTHER, Conditions, has
from sim.services import Condition
from sim.streams import threshold
from sim.wishes import _below, _multiply, in_order_of_coming

ROWS = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 3), st.integers(0, 2)), max_size=30)


@settings(max_examples=200, deadline=None)
@given(ROWS, st.data())
def test_asks_come_by_minute_key_and_service_then_as_they_stand(rows: list, data: st.DataObject) -> None:
    minute, key, service = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    asks: Any = SimpleNamespace(minute=minute, spell=np.arange(len(rows)))
    spells: Any = SimpleNamespace(key=key.astype(np.uint64), service=service)
    some = np.array(data.draw(st.permutations(range(len(rows)))), dtype=np.int64)
    expected = sorted(some.tolist(), key=lambda row: rows[row])  # stable
    assert in_order_of_coming(some, asks, spells).tolist() == expected


@st.composite
def a_condition(draw: Any) -> Condition:
    age = draw(st.sampled_from([(0, 2400), (720, 2400), (0, 36)]))
    masks = {
        name: draw(st.sampled_from([-1, 1, 2, 3])) for name in ("function", "payer", "mother_employment")
    }
    return Condition(age_months=age, **masks)


@settings(max_examples=100, deadline=None)
@given(st.lists(a_condition(), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_odds_are_multiplied_by_the_ratios_of_whoever_meets_them(conditions: list, seed: int) -> None:
    drawn = (np.arange(40, dtype=np.uint64) * np.uint64(2654435761) + np.uint64(seed)) >> np.uint64(7)
    columns = {name: (drawn % np.uint64(KINDS[name])).astype(np.uint8) for name in COLUMNS}
    columns["mother_employment"] = np.where(drawn % np.uint64(3) == 0, 255, drawn % np.uint64(5)).astype(
        np.uint8
    )
    age = (drawn % np.uint64(1200)).astype(np.int16)
    table = Conditions.of(conditions)
    ratios = np.linspace(0.3, 4.0, len(conditions))
    rows = np.arange(0, 40, 3)
    odds = np.ones(rows.size)
    kinds = *(columns[name] for name in COLUMNS), np.minimum(columns["mother_employment"], NO_MOTHER)
    _multiply(odds, ratios, rows, (age, kinds), (table.by_age, table.by_kind))
    hold = table.holding(columns, age)[rows]
    expected = np.ones(rows.size)
    for number, ratio in enumerate(ratios):
        expected = np.where(has(hold, number), expected * ratio, expected)
    assert odds.tolist() == expected.tolist()


WORDS = st.integers(0, 2**32 - 1)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(WORDS, st.one_of(st.floats(0, 1), WORDS.map(lambda w: w / 2**32))), max_size=20))
def test_a_word_is_below_a_share_where_it_is_below_its_threshold(rows: list) -> None:
    words = np.array([word for word, _ in rows], dtype=np.uint32)
    shares = np.array([share for _, share in rows], dtype=np.float64)
    below = _below(words, np.arange(len(rows)), shares)
    assert below.tolist() == (words < threshold(shares)).tolist()
