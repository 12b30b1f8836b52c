"""Keyed random numbers: the only maker of randomness.

A draw is a function of (seed, replication, decision, resident, time), never of call order: Philox4x32-10
(Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11). One call hashes a
128-bit counter, here resident (64 bits), time (32) and decision (32), under a 64-bit key made from seed and
replication, into four independent 32-bit words. Probabilities are integers: an event of probability p
happens where a word lies below ``threshold(p)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from sim.compiled import inner, njit

U32 = np.uint32
U64 = np.uint64
Keys = npt.NDArray[np.uint64]

_M0, _M1 = U64(0xD2511F53), U64(0xCD9E8D57)
_W0, _W1 = U32(0x9E3779B9), U32(0xBB67AE85)
_16, _32 = U32(16), U64(32)


class Decision(IntEnum):
    """What a draw decides; the numbers never change, so that old draws stay what they were."""

    KEY = 0  # seed and replication to a Philox key
    LIFE = 1  # words of a month, 0 death, 1 function, 2 birth or move, 3 work: their upper halves
    LIFE_FINE = 2  # their lower halves, drawn only where an upper half leaves an event open
    FOUND_PLACE = 10
    FOUND_AGE = 11
    FOUND_HOUSEHOLD = 12
    FOUND_FUNCTION = 13
    FOUND_DISABILITY = 14
    FOUND_WORK = 15
    FOUND_PENSION = 16
    FOUND_INCOME = 17
    FOUND_MIGRANT = 18
    FOUND_PAYER = 19
    NEWBORN = 20  # sex, disability at birth
    NEWCOMER = 21  # the attributes of a migrant
    RENEWAL = 22  # who takes the place of the dead where life is held
    MINUTE = 30  # the minute of a month at which its events happen
    WISH = 40
    ABILITY = 41
    PATIENCE = 42
    STAY = 43
    TASTE = 44
    UNIT_SITE = 60
    POST = 61  # words of a month, 0 who leaves a post, 1 which vacancy is filled
    PARAMETER = 70  # an assumed number drawn from its stated range
    SENSITIVITY = 71  # where an emulator is evaluated, and which others are allowed beside it
    SWEEP = 72  # the points of a sweep
    # Reserved for feedbacks, off by default: 80 care and work, 81 waiting and function, 82 aid and births.


@njit(inline="always")
def philox(c0: U32, c1: U32, c2: U32, c3: U32, k0: U32, k1: U32) -> tuple[U32, U32, U32, U32]:
    """Hash a counter of four words under a key of two: Philox4x32, ten rounds."""
    for _ in range(10):
        p0 = U64(c0) * _M0
        p1 = U64(c2) * _M1
        n0 = U32(p1 >> _32) ^ c1 ^ k0
        n2 = U32(p0 >> _32) ^ c3 ^ k1
        c1, c3, c0, c2 = U32(p1), U32(p0), n0, n2
        k0, k1 = U32(k0 + _W0), U32(k1 + _W1)
    return c0, c1, c2, c3


@njit(inline="always")
def words(key: U64, time: int, decision: int, k0: U32, k1: U32) -> tuple[U32, U32, U32, U32]:
    """Return the four words of one (resident, time, decision)."""
    return philox(U32(key), U32(U64(key) >> _32), U32(time), U32(decision), k0, k1)


@inner
def drawn(key, time, decision, k0, k1):  # type: ignore[no-untyped-def]
    """Return the words of one (resident, time, decision) as `words` does, for branches that are seldom taken.

    The hash is compiled once and called; `words` puts it into its caller, so that a loop becomes vectors. A
    time or decision that is a constant must be an ``np.int64``: of an ``int`` numba compiles a copy each.
    """
    return words(key, time, decision, k0, k1)


@njit
def joined(half, fine):  # type: ignore[no-untyped-def]
    """Make a word of its upper half (16 bits) and of another word, whose upper half becomes the lower."""
    return U32(half) << _16 | fine >> _16


@njit(cache=True)
def word_columns(keys, times, decision, k0, k1, out) -> None:  # type: ignore[no-untyped-def]
    """Write the words of each resident into ``out`` (4, n or more), in a loop that becomes vectors."""
    each = np.int64(times.size > 1)  # else one time for all
    for i in range(keys.size):
        out[0, i], out[1, i], out[2, i], out[3, i] = words(keys[i], times[each * i], decision, k0, k1)


@dataclass(frozen=True)
class Stream:
    """All draws of one replication.

    >>> a, b = Stream.of(1, 0), Stream.of(1, 0)
    >>> keys = np.arange(3, dtype=np.uint64)
    >>> bool((a.uniform(keys, Decision.WISH) == b.uniform(keys[::-1], Decision.WISH)[::-1]).all())
    True
    """

    k0: np.uint32
    k1: np.uint32

    @classmethod
    def of(cls, seed: int, replication: int) -> Stream:
        """Key a stream by seed (0 to 2**64 - 1) and replication (from 0)."""
        hashed = _philox_once(seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF, replication, int(Decision.KEY))
        return cls(U32(hashed[0]), U32(hashed[1]))

    def words(
        self, keys: Keys, decision: int, time: int | npt.NDArray[np.integer] = 0
    ) -> npt.NDArray[np.uint32]:
        """Return the words of each resident: shape (4, n)."""
        out = np.empty((4, keys.size), dtype=np.uint32)
        times = np.ascontiguousarray(time, dtype=np.int64).reshape(-1)
        word_columns(np.ascontiguousarray(keys), times, int(decision), self.k0, self.k1, out)
        return out

    def life_words(self, keys: Keys, month: int) -> npt.NDArray[np.uint32]:
        """Return the words by which each resident lives a month (0 or later): shape (4, n).

        One hash gives two months the upper halves of their words, the even month the low bits of it. Life is
        seldom near an event, so that most months need no more (``sim.calm``).
        """
        halves = self.words(keys, Decision.LIFE, month // 2) >> U32(16 * (month % 2)) & U32(0xFFFF)
        return halves << _16 | self.words(keys, Decision.LIFE_FINE, month) >> _16

    def uniform(
        self, keys: Keys, decision: int, time: int | npt.NDArray[np.integer] = 0, word: int = 0
    ) -> npt.NDArray[np.float64]:
        """Return one uniform number in (0, 1) for each resident; words 0 to 3 are independent."""
        return (self.words(keys, decision, time)[word] + 0.5) * 2.0**-32


def _philox_once(c0: int, c1: int, c2: int, c3: int, k0: int = 0, k1: int = 0) -> tuple[int, int, int, int]:
    return tuple(int(w) for w in _philox_compiled(U32(c0), U32(c1), U32(c2), U32(c3), U32(k0), U32(k1)))  # type: ignore[return-value]


@njit(cache=True)
def _philox_compiled(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    return philox(c0, c1, c2, c3, k0, k1)


def threshold(probability: npt.ArrayLike) -> npt.NDArray[np.uint64]:
    """Turn probabilities in [0, 1] into integer thresholds: a 32-bit word below one is an event.

    >>> [int(t) for t in threshold([0.0, 0.5, 1.0])]
    [0, 2147483648, 4294967296]
    """
    return np.rint(np.clip(np.asarray(probability, dtype=np.float64), 0.0, 1.0) * 2.0**32).astype(np.uint64)


def founder_keys(county_code: int, first: int, count: int) -> Keys:
    """Return the keys of founders: county code (6 digits) and ordinal within the county."""
    return (U64(county_code) << _32) + np.arange(first, first + count, dtype=np.uint64)


def newborn_keys(mothers: Keys, birth_orders: npt.NDArray[np.integer]) -> Keys:
    """Return the keys of newborns, made from the mother's key and the birth order, whatever the seed."""
    out = np.empty((4, mothers.size), dtype=np.uint32)
    word_columns(mothers, birth_orders.astype(np.int64), int(Decision.NEWBORN), U32(0), U32(0), out)
    return out[0].astype(np.uint64) | (out[1].astype(np.uint64) << _32) | U64(1 << 63)


def newcomer_keys(county_code: int, month: int, count: int, first: int = 0) -> Keys:
    """Return the keys of in-migrants: county, month and ordinal."""
    ordinals = np.arange(first, first + count, dtype=np.uint64)
    return U64(1 << 62) | (U64(county_code) << U64(40)) | (U64(month) << U64(28)) | ordinals
