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
_AMPLE, _AT_LEAST = 1.35, 4.0  # a first deadline: by which so many times as many, and more, are expected
_LEAST = 1e-9  # of a sum of weights
_PUT_OFF = 2.0  # times so long
_ROUNDING = 1 + 1e-12  # errors of float must make nobody late
_DIGIT, _WORD_BITS = np.uint64(12), np.uint64(64)  # bits by which numbers are dealt at once, at most
_1 = np.uint64(1)


class Course(NamedTuple):
    """Room for races among so many candidates, who stand in stretches.

    A weight is ``weights`` × the stretch's ``factors``. ``sums`` and ``most`` say of a stretch's ``weights``
    what they sum to, which is only a guess, and what none of them is above.
    """

    keys: Any  # of the candidates
    drawn: Any  # [4], their words
    weights: Any  # 0 never arrives
    bounds: Any  # [stretches + 1], where each begins and the last ends
    factors: Any  # [stretches]
    sums: Any  # [stretches]
    most: Any  # [stretches]
    places: Any  # the winners', in order of place
    times: Any  # the winners'
    spare: Any

    @classmethod
    def of(cls, keys: Keys, weights: Floats | None = None, bounds: Ints | None = None) -> Course:
        """Make room for the candidates of these keys, who stand in one stretch unless bounds are given."""
        count = len(keys)
        bounds = np.array([0, count]) if bounds is None else bounds
        weights = np.zeros(count) if weights is None else weights
        drawn, places = np.empty((4, count), dtype=np.uint32), np.empty(count, dtype=np.int64)
        factors, sums, most = np.ones(len(bounds) - 1), np.zeros(len(bounds) - 1), np.zeros(len(bounds) - 1)
        times, spare = np.empty(count), np.empty(count)
        return cls(keys, drawn, weights, bounds, factors, sums, most, places, times, spare)


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
    course = Course.of(np.empty(len(words), dtype=np.uint64), weights)
    course.sums[:], course.most[:] = weights.sum(), weights.max(initial=0)
    return course.places[: first_home(course, words, words, 0, 1, count, 0.0)]


@njit(cache=True)
def first_home(course, drawn, looks, first, last, count, before):  # type: ignore[no-untyped-def]
    """Race the candidates of stretches first to last - 1, whose words are ``drawn``.

    ``looks`` are the words again, or lower ones, by which candidates seem as late as they are at the largest
    weight of their stretch (`look_of`). Writes the first ``count`` in order of place, with their times, and
    returns how many they are: fewer where fewer have a weight. Nobody is thought to arrive until ``before``.
    """
    total = _LEAST
    for stretch in range(first, last):
        total += course.sums[stretch] * course.factors[stretch]
    deadline = before + (_AMPLE * count + _AT_LEAST) / max(total, _LEAST)
    found = _in_time(course, drawn, looks, first, last, deadline) if count > 0 else 0
    if found < count:
        count = min(count, _able(course, first, last))
    while found < count:
        deadline *= _PUT_OFF
        found = _in_time(course, drawn, looks, first, last, deadline)
    if found > count > 0:
        _keep(course, found, count)
    return max(count, 0)


@inner
def _able(course, first, last):  # type: ignore[no-untyped-def]
    """Return how many have a weight."""
    able = 0
    for stretch in range(first, last):
        for weight in course.weights[course.bounds[stretch] : course.bounds[stretch + 1]]:
            able += weight * course.factors[stretch] > 0
    return able


@inner
def _in_time(course, drawn, looks, first, last, deadline):  # type: ignore[no-untyped-def]
    """Write who arrives by the deadline, and when; return how many.

    Whose word is too low for any weight of the stretch is late: a look at the word tells it of nearly all.
    """
    found, allowed = 0, deadline * _ROUNDING
    for stretch in range(first, last):
        start, end, factor = course.bounds[stretch], course.bounds[stretch + 1], course.factors[stretch]
        least = _least_word(allowed * (course.most[stretch] * factor))
        mine, words, weights = looks[start:end], drawn[start:end], course.weights[start:end]
        for n in range(len(mine)):
            if mine[n] >= least:
                u, weight = (words[n] + 0.5) * UNIT, weights[n] * factor
                if 1 - u <= allowed * weight:
                    time = -math.log(u) / weight
                    if time <= deadline:
                        course.places[found], course.times[found] = start + n, time
                        found += 1
    return found


@njit
def look_of(word, weight, most):  # type: ignore[no-untyped-def]
    """Return a word whose 1 - u is, at the largest weight, as late as that of ``word`` at its own."""
    if weight <= 0:
        return np.uint32(0)
    return np.uint32(max(1 / UNIT - (1 / UNIT - word - 0.5) * (most / weight), 0.0))


@inner
def _least_word(reach):  # type: ignore[no-untyped-def]
    """Return a word below which 1 - u lies above the reach, if only by rounding."""
    return np.uint32(min(max((1 - reach) / UNIT - 2, 0.0), 1 / UNIT - 1))


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
    """Return the places of keys from the lowest to the highest.

    >>> order(np.array([3, 1, 3, 0], dtype=np.uint64)).tolist()
    [3, 1, 0, 2]
    """
    if len(keys) == 0:
        return np.empty(0, dtype=np.int64)
    low = keys.min()
    return np.asarray(_order(keys, low, keys.max() - low, np.uint64(len(keys).bit_length())))


@njit(cache=True)
def _order(keys, low, left, place_bits):  # type: ignore[no-untyped-def]
    """Sort by radix, from the lowest bits: as many of the key as stand in a word with the place below them.

    Keys are ``low`` to ``low + left``: bits that none has cost nothing.
    """
    count, key_bits = len(keys), _WORD_BITS - place_bits
    taken, place = np.uint64(0), (_1 << place_bits) - _1
    now, then = np.empty(count, dtype=np.uint64), np.empty(count, dtype=np.uint64)
    for n in range(count):
        now[n] = n
    while left > 0:
        for n in range(count):
            now[n] = (keys[now[n] & place] - low) >> taken << place_bits | now[n] & place
        bits = np.uint64(0)
        while bits < key_bits and left >> bits:
            bits += _1
        deals = np.int64((bits + _DIGIT - _1) // _DIGIT)
        digit = (np.int64(bits) + deals - 1) // deals
        for deal in range(deals):
            _deal(now, then, place_bits + np.uint64(digit * deal), np.uint64(digit))
            now, then = then, now
        taken += key_bits
        left = left >> bits
    places = np.empty(count, dtype=np.int64)
    for n in range(count):
        places[n] = now[n] & place
    return places


@inner
def _deal(now, then, shift, digit):  # type: ignore[no-untyped-def]
    """Deal numbers into piles by some bits, from the lowest to the highest."""
    piles = _1 << digit
    starts = np.zeros(piles + _1, dtype=np.int32)
    for number in now:
        starts[((number >> shift) & (piles - _1)) + _1] += 1
    for pile in range(piles):
        starts[pile + 1] += starts[pile]
    for number in now:
        pile = (number >> shift) & (piles - _1)
        to = starts[pile]
        then[to] = number
        starts[pile] = to + 1
