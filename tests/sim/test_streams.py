"""Keyed random numbers: the published generator, uniform, independent, and the only one in the house."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.streams import (
    Decision,
    Stream,
    founder_keys,
    newborn_keys,
    newcomer_keys,
    philox,
    threshold,
)

HOUSE = Path(__file__).parents[2]
STREAM = Stream.of(1, 0)
KEYS = founder_keys(350302, 0, 200_000)


@pytest.mark.parametrize(
    ("counter", "key", "known"),
    [
        ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_philox_gives_the_answers_published_with_it(counter: str, key: str, known: str) -> None:
    words = [np.uint32(int(word, 16)) for word in f"{counter} {key}".split()]
    assert " ".join(f"{int(word):08x}" for word in _compiled(*words)) == known


def _compiled(*words: np.uint32) -> tuple[int, ...]:
    from numba import njit

    return njit(lambda a, b, c, d, e, f: philox(a, b, c, d, e, f))(*words)


@pytest.mark.parametrize("word", range(4))
def test_draws_are_uniform(word: int) -> None:
    counts = np.bincount(STREAM.words(KEYS, Decision.LIFE, 5)[word] >> 24, minlength=256)
    expected = len(KEYS) / 256
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert abs(chi_square - 255) < 4 * np.sqrt(2 * 255)


@pytest.mark.parametrize("bit", [0, 1, 7, 31, 32, 40, 63])
def test_keys_that_differ_in_one_bit_give_unrelated_words(bit: int) -> None:
    one = STREAM.words(KEYS, Decision.WISH)
    other = STREAM.words(KEYS ^ np.uint64(1 << bit), Decision.WISH)
    flipped = np.unpackbits((one ^ other).view(np.uint8)).mean()
    assert abs(flipped - 0.5) < 4 * 0.5 / np.sqrt(one.size * 32)


@given(
    st.sampled_from(list(Decision)), st.sampled_from(list(Decision)), st.integers(0, 200), st.integers(0, 200)
)
def test_decisions_and_months_are_independent(a: Decision, b: Decision, now: int, later: int) -> None:
    one, other = STREAM.uniform(KEYS[:20_000], a, now), STREAM.uniform(KEYS[:20_000], b, later)
    if (a, now) == (b, later):
        assert (one == other).all()
    else:
        assert abs(np.corrcoef(one, other)[0, 1]) < 6 / np.sqrt(20_000)


def test_seeds_and_replications_are_independent() -> None:
    draws = [
        Stream.of(seed, run).uniform(KEYS[:20_000], Decision.WISH) for seed in (1, 2, 2**40) for run in (0, 1)
    ]
    apart = np.corrcoef(draws)[np.triu_indices(len(draws), 1)]
    assert np.abs(apart).max() < 5 / np.sqrt(20_000)


@given(st.permutations(range(50)))
def test_a_draw_does_not_depend_on_the_order_of_asking(order: list[int]) -> None:
    keys = KEYS[:50]
    assert (STREAM.words(keys[order], Decision.STAY) == STREAM.words(keys, Decision.STAY)[:, order]).all()


def test_a_threshold_lets_its_share_happen() -> None:
    shares = np.array([1e-4, 0.03, 0.5, 0.97])
    happened = (STREAM.words(KEYS, Decision.LIFE, 9)[2][:, None] < threshold(shares)).mean(axis=0)
    assert (np.abs(happened - shares) < 4 * np.sqrt(shares * (1 - shares) / len(KEYS))).all()
    never, always = threshold([0, 1])
    words = STREAM.words(KEYS, Decision.LIFE)[0]
    assert not (words < never).any() and (words < always).all()


def test_founders_newborns_and_newcomers_never_share_a_key() -> None:
    mothers = KEYS[:50_000]
    groups = [
        mothers,
        newborn_keys(mothers, np.zeros(len(mothers), dtype=np.int64)),
        newborn_keys(mothers, np.ones(len(mothers), dtype=np.int64)),
        *(newcomer_keys(350302, month, 5_000) for month in range(4)),
        newcomer_keys(350303, 0, 5_000),
    ]
    every = np.concatenate(groups)
    assert len(np.unique(every)) == len(every)


@pytest.mark.parametrize("package", ["sim", "calibration", "scenarios", "results", "jinlin"])
def test_no_other_file_draws(package: str) -> None:
    """Scenarios compare the same lives only if nothing draws from a generator with a state."""
    drawing = [
        f"{path.name}:{node.lineno}"
        for path in sorted((HOUSE / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("np.random", "numpy.random")
    ]
    assert not drawing
