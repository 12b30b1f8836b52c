"""Recall: a step of a replay is done again only where it is given something else."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pytest

from sim.recall import Recall, same
from sim.streams import Stream


@dataclass(frozen=True)
class Pair:
    number: int
    column: np.ndarray


def test_a_step_is_done_again_only_where_given_something_else() -> None:
    recall, done = Recall(), []

    def total(column: np.ndarray, plus: float) -> float:
        done.append(plus)
        return float(column.sum() + plus)

    assert recall.of("total", total, np.arange(3), 1.0) == 4
    assert recall.of("total", total, np.arange(3), 1.0) == 4 and done == [1.0]
    assert recall.of("total", total, np.arange(3), 2.0) == 5
    assert recall.of("total", total, np.array([0, 1, 3]), 1.0) == 5
    assert recall.of("total", total, np.arange(3), 1.0) == 4 and done == [1.0, 2.0, 1.0]
    assert recall.of("another total", total, np.arange(3), 1.0) == 4 and len(done) == 4


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (np.arange(3), np.arange(3), True),
        (np.arange(3), np.arange(4), False),
        (np.arange(3), np.arange(3, dtype=np.int32), False),
        (np.array([1.0, 2.0]), np.array([1.0, 2.0 + 2**-51]), False),
        (Pair(1, np.arange(2)), Pair(1, np.arange(2)), True),
        (Pair(1, np.arange(2)), Pair(1, np.ones(2, dtype=int)), False),
        ((1, (np.zeros(1),)), (1, (np.zeros(1),)), True),
        ((1, 2), (1, 2, 3), False),
        ({"a": 1.0}, {"a": 1.0}, True),
        ({"a": 1.0}, {"b": 1.0}, False),
        ({"a": 1.0}, {"a": 1.5}, False),
        (MappingProxyType({"a": np.zeros(2)}), MappingProxyType({"a": np.zeros(2)}), True),
        (MappingProxyType({"a": np.zeros(2)}), MappingProxyType({"a": np.ones(2)}), False),
        (Stream.of(1, 0), Stream.of(1, 0), True),
        (Stream.of(1, 0), Stream.of(1, 1), False),
        (1, 1.0, False),
        (None, 0, False),
    ],
)
def test_what_is_equal_is_equal_in_every_element(one: object, other: object, equal: bool) -> None:
    assert same(one, other) is equal and same(other, one) is equal
