"""Keyed random numbers: the published generator, uniform, independent, and the only one in the house."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

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
    word_columns,
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


def along(what: str, count: int = 200_000) -> np.ndarray:
    """Draw words, shape (4, count), along keys, months or seeds that follow one another."""
    if what == "keys":
        return STREAM.words(founder_keys(350302, 0, count), Decision.LIFE, 5)
    if what == "months":
        return STREAM.words(np.full(count, KEYS[7]), Decision.LIFE, np.arange(count))
    if what == "months of lives":
        return np.stack([STREAM.life_words(KEYS[: count // 200], month) for month in range(200)], -1).reshape(
            4, -1
        )
    if what == "decisions":
        return np.hstack([STREAM.words(KEYS[: count // 100], each, 5) for each in range(100)])
    return np.hstack([Stream.of(seed, 0).words(KEYS[: count // 1000], Decision.LIFE) for seed in range(1000)])


ORDERS = ("keys", "months", "months of lives", "decisions", "seeds")


def is_flat(cells: np.ndarray, kinds: int) -> bool:
    """Tell whether numbers from 0 to kinds - 1 are as even as chance makes them (chi-square, 4.5 sigma)."""
    expected = cells.size / kinds
    chi_square = ((np.bincount(cells, minlength=kinds) - expected) ** 2 / expected).sum()
    return bool(abs(chi_square - (kinds - 1)) < 4.5 * np.sqrt(2 * (kinds - 1)))


@pytest.mark.parametrize("what", ORDERS)
def test_every_byte_of_every_word_is_uniform(what: str) -> None:
    drawn = along(what)
    for word in range(4):
        for byte in range(4):
            assert is_flat(drawn[word] >> 8 * byte & 0xFF, 256), (word, byte)


@pytest.mark.parametrize("what", ORDERS)
def test_what_is_drawn_says_nothing_of_what_is_drawn_next_to_it(what: str) -> None:
    """Both ends of a word, which decide different events, beside those of the next word, key, month, seed."""
    drawn = along(what)
    for ends in (drawn >> 28, drawn & 15):
        for word in range(4):
            pairs = [(ends[word], ends[(word + 1) % 4]), (ends[word][:-1], ends[word][1:])]
            for one, other in [*pairs, (drawn[word] >> 28, drawn[word] & 15)]:
                assert is_flat(one << 4 | other, 256), word


BITS = {"key": 64, "time": 32, "decision": 32, "seed": 64, "replication": 32}


@pytest.mark.parametrize("what", BITS)
def test_one_bit_of_what_is_asked_flips_every_bit_of_the_answer_half_of_the_time(what: str) -> None:
    count = 10_000
    keys = newborn_keys(KEYS[:count], np.zeros(count, dtype=np.int64))  # scattered: no two differ in one bit
    asked = {"key": keys, "time": 3, "decision": int(Decision.LIFE), "seed": 1, "replication": 0}

    def answer(bit: int | None) -> np.ndarray:
        now: dict[str, Any] = dict(asked)
        if bit is not None:
            now[what] = now[what] ^ (np.uint64(1 << bit) if what == "key" else 1 << bit)
        stream = Stream.of(now["seed"], now["replication"])
        words = np.empty((4, count), dtype=np.uint32)
        times = np.full(count, now["time"])
        word_columns(now["key"], times, now["decision"], stream.k0, stream.k1, words)
        return words

    before = answer(None)
    for bit in range(BITS[what]):
        flipped = np.unpackbits((before ^ answer(bit)).view(np.uint8).reshape(4, count, 4), axis=2)
        share = flipped.mean(axis=1)  # of each of the 128 bits of an answer
        assert np.abs(share - 0.5).max() < 5.5 * 0.5 / np.sqrt(count), f"bit {bit}"


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


@pytest.mark.parametrize("package", ["sim", "evidence", "scenarios", "calibration", "results", "jinlin"])
def test_no_other_file_draws(package: str) -> None:
    """Scenarios compare the same lives only if nothing draws from a generator with a state."""
    drawing = [
        f"{path.name}:{node.lineno}"
        for path in sorted((HOUSE / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("np.random", "numpy.random")
    ]
    assert not drawing
