"""Races and orders: who of many comes first, and in which order they stand.

A choice by weight is a race (Efraimidis & Spirakis 2006, Information Processing Letters 97:181): everyone
takes -log(u) / weight, u made from a word keyed by resident, and the first so many win. Few win and a
logarithm is slow, so a race has a deadline: as -log(u) is at least 1 - u, whoever has 1 - u above deadline ×
weight is known to be late and is not timed. Where too few are in time the deadline is put off; the
winners are those of a race in which everyone is timed. Of equals the one that stands first comes first.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import inner, njit
from sim.streams import Keys, words

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Sortable = npt.NDArray[np.uint64]
Words = npt.NDArray[np.uint32]

UNIT = 2.0**-32  # of a word
_AMPLE, _AT_LEAST = 1.5, 4.0  # a first deadline: by which so many times as many, and more, are expected
_PUT_OFF = 2.0  # times so long
_ROUNDING = 1 + 1e-12  # errors of float must make nobody late
_DIGIT, _PLACE = np.uint64(0x3FF), np.uint64(0xFFFFFF)
_PLACE_BITS, _KEY_BITS = np.uint64(24), np.uint64(40)
_1 = np.uint64(1)


class Course(NamedTuple):
    """Room for races among so many candidates."""

    keys: Any  # of the candidates
    drawn: Any  # [4], their words
    weights: Any  # 0 never arrives
    places: Any  # the winners', in order of place
    times: Any  # the winners'
    spare: Any

    @classmethod
    def of(cls, keys: Keys) -> Course:
        """Make room for the candidates of these keys."""
        count = len(keys)
        drawn, places = np.empty((4, count), dtype=np.uint32), np.empty(count, dtype=np.int64)
        return cls(keys, drawn, np.empty(count), places, np.empty(count), np.empty(count))


def race(words: Words) -> Floats:
    """Return exponential numbers, -log(u), from words."""
    return np.asarray(-np.log((words + 0.5) * UNIT))


def winners(scores: npt.NDArray[Any], count: int) -> Ints:
    """Return the places of the ``count`` smallest finite scores, or of all finite ones, in order of place.

    >>> winners(np.array([3.0, np.inf, 1.0, 2.0]), 2).tolist()
    [2, 3]
    """
    count = min(count, int(np.isfinite(scores).sum()))
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    limit = np.partition(scores, count - 1)[count - 1]
    won = scores < limit
    won[np.flatnonzero(scores == limit)[: count - int(won.sum())]] = True
    return np.flatnonzero(won)


def fastest(words: Words, weights: Floats, count: int) -> Ints:
    """Return the places of the ``count`` who win a race, or of all with a weight, in order of place.

    >>> fastest(np.array([9, 2**31, 7], dtype=np.uint32), np.array([1.0, 1.0, 0.0]), 1).tolist()
    [1]
    """
    course = Course.of(np.empty(len(words), dtype=np.uint64))._replace(weights=weights)
    return course.places[: first_home(course, words, 0, len(words), count, float(weights.sum()), 0.0)]


@njit(cache=True)
def first_home(course, drawn, start, end, count, total, before):  # type: ignore[no-untyped-def]
    """Race the places from start to end - 1; write the first ``count`` in order of place, with their times.

    Returns how many they are: fewer where fewer have a weight. ``drawn`` are the words, the weights sum to
    ``total``; nobody is thought to arrive until ``before``.
    """
    if count <= 0 or total <= 0:
        return 0
    weights = course.weights
    deadline = before + (_AMPLE * count + _AT_LEAST) / total
    found = _in_time(course, drawn, start, end, deadline)
    if found < count:
        able = 0
        for place in range(start, end):
            able += weights[place] > 0
        count = min(count, able)
    while found < count:
        deadline *= _PUT_OFF
        found = _in_time(course, drawn, start, end, deadline)
    if found > count:
        _keep(course, found, count)
    return count


@inner
def _in_time(course, drawn, start, end, deadline):  # type: ignore[no-untyped-def]
    """Write who arrives by the deadline, and when; return how many."""
    found, weights = 0, course.weights
    allowed = deadline * _ROUNDING
    for place in range(start, end):
        u = (drawn[place] + 0.5) * UNIT
        if 1 - u <= allowed * weights[place]:
            time = -math.log(u) / weights[place]
            if time <= deadline:
                course.places[found], course.times[found] = place, time
                found += 1
    return found


@inner
def _keep(course, found, count):  # type: ignore[no-untyped-def]
    """Keep the ``count`` fastest of those found."""
    places, times = course.places, course.times
    limit = _limit(course, found, count)
    ties = count
    for n in range(found):
        ties -= times[n] < limit
    kept = 0
    for n in range(found):
        tied = times[n] == limit and ties > 0
        if times[n] < limit or tied:
            ties -= tied
            places[kept], times[kept] = places[n], times[n]
            kept += 1


@inner
def _limit(course, found, count):  # type: ignore[no-untyped-def]
    """Return the ``count``-th time (Hoare 1961, Algorithm 65, in the Communications of the ACM 4:321)."""
    times, wanted = course.spare, count - 1
    for n in range(found):
        times[n] = course.times[n]
    low, high = 0, found - 1
    while low < high:
        pivot, left, right = times[(low + high) // 2], low, high
        while left <= right:
            while times[left] < pivot:
                left += 1
            while pivot < times[right]:
                right -= 1
            if left <= right:
                times[left], times[right] = times[right], times[left]
                left, right = left + 1, right - 1
        if wanted <= right:
            high = right
        elif wanted >= left:
            low = left
        else:
            break
    return times[wanted]


@inner
def draw(course, start, end, time, decision, k0, k1):  # type: ignore[no-untyped-def]
    """Draw four words for the candidates from start to end - 1."""
    keys, drawn = course.keys[start:end], course.drawn
    first, second = drawn[0][start:end], drawn[1][start:end]
    third, fourth = drawn[2][start:end], drawn[3][start:end]
    for n in range(len(keys)):
        first[n], second[n], third[n], fourth[n] = words(keys[n], time, decision, k0, k1)


def keys_of(scores: Floats) -> Sortable:
    """Read numbers as whole numbers in the same order.

    >>> np.argsort(keys_of(np.array([0.5, -2.0, -1.0, 3.0]))).tolist()
    [1, 2, 0, 3]
    """
    bits = np.ascontiguousarray(scores).view(np.uint64)
    return np.where(bits >> np.uint64(63), ~bits, bits | np.uint64(1 << 63))


def order(keys: Sortable) -> Ints:
    """Return the places of fewer than 2**24 keys from the lowest to the highest.

    >>> order(np.array([3, 1, 3, 0], dtype=np.uint64)).tolist()
    [3, 1, 0, 2]
    """
    if len(keys) == 0:
        return np.empty(0, dtype=np.int64)
    low = keys.min()
    return np.asarray(_order(keys, low, keys.max() - low))


@njit(cache=True)
def _order(keys, low, left):  # type: ignore[no-untyped-def]
    """Sort by radix, ten bits at a time from the lowest, 40 bits of the key with the place below them.

    Keys are ``low`` to ``low + left``: bits that none has cost nothing.
    """
    count = len(keys)
    taken = np.uint64(0)
    now, then = np.empty(count, dtype=np.uint64), np.empty(count, dtype=np.uint64)
    for n in range(count):
        now[n] = n
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
    places = np.empty(count, dtype=np.int64)
    for n in range(count):
        places[n] = now[n] & _PLACE
    return places


@inner
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
