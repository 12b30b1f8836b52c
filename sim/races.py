"""Races and orders: who of many comes first, and in which order they stand, compiled.

A choice by weight is a race (Efraimidis & Spirakis 2006, Information Processing Letters 97:181): everyone
takes -log(u) / weight, u made from a word keyed by resident, and the first so many win. Few win and a
logarithm is slow, so a race has a deadline: as -log(u) is at least 1 - u, whoever has 1 - u above deadline ×
weight is known to be late and is not timed. Where too few are in time the deadline is put off; the
winners are those of a race in which everyone is timed.

Keys are whole numbers from 0; numbers of 0 or more keep their order when their bits are read as keys. Of equal
keys the one that stands first comes first.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.compiled import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Sortable = npt.NDArray[np.uint64]
Words = npt.NDArray[np.uint32]

UNIT = 2.0**-32  # of a word
_AMPLE, _AT_LEAST = 1.5, 4.0  # a first deadline: by which so many times as many, and more, are expected
_PUT_OFF = 2.0  # times so long
_ROUNDING = 1 + 1e-12  # errors of float must make nobody late
_BUCKETS = 2048
_DIGIT, _PLACE = np.uint64(0x3FF), np.uint64(0xFFFFFF)
_PLACE_BITS, _KEY_BITS = np.uint64(24), np.uint64(40)
_FEW = 24  # keys that are counted one against the other
_NOT_FINITE = np.uint64(0x7FF << 52)
_1 = np.uint64(1)


def race(words: Words) -> Floats:
    """Return exponential numbers, -log(u), from words."""
    return np.asarray(-np.log((words + 0.5) * UNIT))


def keys_of(scores: Floats) -> Sortable:
    """Read numbers as keys in the same order, below 0 too.

    >>> np.argsort(keys_of(np.array([0.5, -2.0, -1.0, 3.0]))).tolist()
    [1, 2, 0, 3]
    """
    bits = np.ascontiguousarray(scores).view(np.uint64)
    return np.where(bits >> np.uint64(63), ~bits, bits | np.uint64(1 << 63))


def winners(scores: Floats, count: int) -> Ints:
    """Return the places of the ``count`` smallest finite scores >= 0, or of all finite ones, in order of place.

    >>> winners(np.array([3.0, np.inf, 1.0, 2.0]), 2).tolist()
    [2, 3]
    """
    return lowest(np.ascontiguousarray(scores).view(np.uint64), count)


@njit(cache=True)
def lowest(keys: Sortable, count: int) -> Ints:
    """Return the places of the ``count`` lowest keys in order of place; keys from 0x7FF << 52 on never win."""
    able = 0
    for key in keys:
        able += key < _NOT_FINITE
    out = np.empty(max(min(count, able), 0), dtype=np.int64)
    if len(out):
        limit, ties = _limit(keys, len(out))
        found = 0
        for place in range(len(keys)):
            tied = keys[place] == limit and ties > 0
            if keys[place] < limit or tied:
                out[found] = place
                found += 1
                ties -= tied
    return out


@njit
def _limit(keys, count):  # type: ignore[no-untyped-def]
    """Return the ``count``-th lowest of the keys, and how many of those equal to it are among the ``count``."""
    while len(keys) > _FEW:
        low, high = _range(keys)
        high = min(high, _NOT_FINITE - _1)
        shift = np.uint64(0)
        while (high - low) >> shift >= _BUCKETS:
            shift += _1
        held = np.zeros(_BUCKETS, dtype=np.int64)
        for key in keys:
            if key <= high:
                held[np.int64((key - low) >> shift)] += 1
        bucket = 0
        while held[bucket] < count:
            count -= held[bucket]
            bucket += 1
        if shift == 0:
            return low + np.uint64(bucket), count
        keys = _within(keys, low, shift, np.uint64(bucket), held[bucket])
    return _limit_of_few(keys, count)


@njit
def _within(keys, low, shift, bucket, size):  # type: ignore[no-untyped-def]
    """Return the keys of one bucket."""
    out = np.empty(size, dtype=np.uint64)
    found = 0
    for key in keys:
        if found < size and (key - low) >> shift == bucket:
            out[found] = key
            found += 1
    return out


@njit
def _limit_of_few(keys, count):  # type: ignore[no-untyped-def]
    for limit in keys:
        before = up_to = 0
        for key in keys:
            before += key < limit
            up_to += key <= limit
        if before < count <= up_to:
            break
    return limit, count - before


@njit(cache=True)
def fastest(words: Words, weights: Floats, count: int) -> Ints:
    """Return the places of the ``count`` who win a race, or of all with a weight, in order of place.

    >>> fastest(np.array([9, 2**31, 7], dtype=np.uint32), np.array([1.0, 1.0, 0.0]), 1).tolist()
    [1]
    """
    places, times = np.empty(len(words), dtype=np.int64), np.empty(len(words))
    deadline = expected(count, weights.sum())
    return places[: first_home(words, weights, 0, len(words), count, deadline, places, times)]


@njit
def expected(count, total):  # type: ignore[no-untyped-def]
    """Return a deadline by which ``count`` should have arrived, where weights sum to ``total`` and few win."""
    return (_AMPLE * count + _AT_LEAST) / total if total > 0 else math.inf


@njit
def first_home(words, weights, start, end, count, deadline, places, times):  # type: ignore[no-untyped-def]
    """Race the places from start to end - 1; write the first ``count`` in order of place, with their times.

    Returns how many they are: fewer where fewer have a weight. ``deadline`` is a guess; ``places`` and
    ``times`` have room for all who race.
    """
    if count <= 0:
        return 0
    found = _in_time(words, weights, start, end, deadline, places, times)
    if found < count:
        able = 0
        for place in range(start, end):
            able += weights[place] > 0
        count = min(count, able)
    while found < count:
        deadline *= _PUT_OFF
        found = _in_time(words, weights, start, end, deadline, places, times)
    if found > count:
        _keep(places, times, times[:found].view(np.uint64), count)
    return count


@njit
def _in_time(words, weights, start, end, deadline, places, times):  # type: ignore[no-untyped-def]
    """Write who arrives by the deadline, and when; return how many."""
    found = 0
    allowed = deadline * _ROUNDING
    for place in range(start, end):
        u = (words[place] + 0.5) * UNIT
        if 1 - u <= allowed * weights[place]:
            time = -math.log(u) / weights[place]
            if time <= deadline:
                places[found], times[found] = place, time
                found += 1
    return found


@njit
def _keep(places, times, keys, count):  # type: ignore[no-untyped-def]
    """Keep the ``count`` with the lowest keys, which are the bits of the times."""
    limit, ties = _limit(keys, count)
    found = 0
    for n in range(len(keys)):
        tied = keys[n] == limit and ties > 0
        if keys[n] < limit or tied:
            ties -= tied
            places[found], times[found] = places[n], times[n]
            found += 1


@njit(cache=True)
def order(keys: Sortable) -> npt.NDArray[np.int64]:
    """Return the places of fewer than 2**24 keys from the lowest to the highest.

    A radix sort, ten bits at a time from the lowest, of 40 bits of the key with the place below them.

    >>> order(np.array([3, 1, 3, 0], dtype=np.uint64)).tolist()
    [3, 1, 0, 2]
    """
    count = len(keys)
    low, high = _range(keys)
    left, taken = high - low, np.uint64(0)
    places = np.empty(count, dtype=np.int64)
    now, then = np.empty(count, dtype=np.uint64), np.empty(count, dtype=np.uint64)
    for n in range(count):
        now[n] = np.uint64(n)
    while left > 0:
        for n in range(count):
            place = now[n] & _PLACE
            now[n] = (keys[place] - low) >> taken << _PLACE_BITS | place
        for digit in range(4):
            if left >> np.uint64(10 * digit):
                _deal(now, then, _PLACE_BITS + np.uint64(10 * digit))
                now, then = then, now
        taken += _KEY_BITS
        left >>= _KEY_BITS
    for n in range(count):
        places[n] = now[n] & _PLACE
    return places


@njit
def _range(keys):  # type: ignore[no-untyped-def]
    """Return the lowest key, and the highest."""
    low = high = keys[0] if len(keys) else np.uint64(0)
    for key in keys:
        low = min(low, key)
        high = max(high, key)
    return low, high


@njit
def _deal(now, then, shift):  # type: ignore[no-untyped-def]
    """Deal numbers into piles by ten bits, from the lowest to the highest."""
    starts = np.zeros(1025, dtype=np.int64)
    for number in now:
        starts[((number >> shift) & _DIGIT) + _1] += 1
    for digit in range(1024):
        starts[digit + 1] += starts[digit]
    for number in now:
        digit = (number >> shift) & _DIGIT
        to = starts[digit]
        then[to] = number
        starts[digit] = to + 1
