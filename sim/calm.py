"""Calm months: most months nothing happens to a resident, and they are skipped by one look at a word of bits.

A *span* is up to 64 months of one resident, from an even month on. A hash gives two months the upper halves
of their words; the hashes of a span are made in one loop, which the compiler turns into vectors, and the
halves held against *limits* wide enough for every age that the span can reach, for every month's fertility,
every year's mortality and both states of function. Where no half passes its limit no rule of life can apply.
The months that are left, a bit each, are lived by the rules with whole words and exact thresholds, so that
limits that are too wide cost time and change nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import njit
from sim.kinds import Employment
from sim.rates import AGES, Thresholds, Words, as_record
from sim.rows import one_resident
from sim.streams import Decision, drawn, joined, words

SPAN = 64  # months, as many as a word has bits
_LIFE, _LIFE_FINE = int(Decision.LIFE), int(Decision.LIFE_FINE)
_AGES_IN_SPAN = SPAN // 12 + 2
_U64 = np.uint64
_ONE = np.uint64(1)
_LARGEST = 2**32 - 1
_HALF = np.uint64(16)  # bits
_GATHER = np.uint64(0x0102040810204080)  # brings the lowest bits of eight bytes together in the highest byte
_YEARLY = np.array([sum(1 << m for m in range(first, SPAN, 12)) for first in range(12)], dtype=np.uint64)
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_PLACES = np.zeros(SPAN, dtype=np.int64)
for _place in range(SPAN):
    _PLACES[((1 << _place) * int(_DE_BRUIJN) % 2**64) >> 58] = _place

Limit = npt.NDArray[np.uint16]


class Limits(NamedTuple):
    """Limits of a span's half words, by age at its beginning; ``[top]``: at or above, else at or below."""

    death: Limit  # [4 groups, 111]
    turnover: Limit  # [4, 111]
    disability: Limit  # [top] [4, 111]
    birth: Limit  # [2 sexes, 111]
    leave: Limit  # [top] [counties, 111]
    idle: Limit  # [2 areas]: of those at work
    found: Limit  # [top] [2]: of those out of work
    least: Words  # [2 sexes, 2 taking part or studying, 111], ranks below the least of the ages ahead do not
    most: Words  # change sides at a birthday, nor do ranks at or above the most


def limits_of(thresholds: Thresholds) -> npt.NDArray[np.void]:
    """Widen thresholds to limits that hold for a whole span; return ``Limits`` as a record."""
    t = thresholds
    limits = Limits(
        death=_below(t.death.max(axis=(0, 1))),
        turnover=_below(t.turnover.max(axis=0)),
        disability=_above(t.disability),
        birth=_below(t.birth.max(axis=0)),
        leave=_above(t.leave),
        idle=_half_below(t.unemployment[:, Employment.EMPLOYED]),
        found=_half_above(t.unemployment[:, Employment.UNEMPLOYED]),
        least=_ahead(np.stack((t.participation, t.student), axis=1)).min(axis=0),
        most=_ahead(np.stack((t.participation, t.student), axis=1)).max(axis=0),
    )
    return as_record(limits)


def _below(threshold: Words) -> Limit:
    """Return the limit of the highest threshold of the ages ahead."""
    return _half_below(_ahead(threshold).max(axis=0))


def _above(threshold: Words) -> Limit:
    """Return the limit of the lowest threshold of the ages ahead, from the top end of the word."""
    return _half_above(_ahead(threshold).min(axis=0))


def _half_below(threshold: Words) -> Limit:
    """Return the upper half of the highest word below a threshold (0 where there is none)."""
    return (np.clip(threshold, 1, _LARGEST) - np.uint64(1) >> _HALF).astype(np.uint16)


def _half_above(threshold: Words) -> Limit:
    """Return the upper half of the lowest word at or above a threshold (the highest where there is none)."""
    return (np.minimum(threshold, np.uint64(_LARGEST)) >> _HALF).astype(np.uint16)


def _ahead(threshold: Words) -> Words:
    """Stack the thresholds of the ages that a span can reach, [ages ahead, …, 111]."""
    ages = np.minimum(np.arange(AGES)[None, :] + np.arange(_AGES_IN_SPAN)[:, None], AGES - 1)
    return np.moveaxis(threshold[..., ages], -2, 0)


def make_room() -> tuple[npt.NDArray[np.void], ...]:
    """Make what a pass uses again and again: a resident, hashes and flags of a span, and views of these.

    The views show a hash of two months as two halves of a word, the even month's first, and flags by eight.
    """
    room = np.zeros(1, dtype=[("pair", "<u4", (4, SPAN // 2)), ("flag", "u1", (3, SPAN))])
    return one_resident(), room, room.view([("half", "<u2", (4, SPAN)), ("flag", "u8", (3, SPAN // 8))])


@njit
def watch(one, first, limits, age, room, view, k0, k1):  # type: ignore[no-untyped-def]
    """Draw a span from an even month on; return the months (bits) of any event, of losing, of finding work.

    All 64 months are drawn, whether they will be lived or not: loops of known length become whole vectors.
    """
    pair, half, flag = room.pair, view.half, room.flag
    key, group, even = one.key, 2 * one.sex + one.area, first // 2
    for n in range(SPAN // 2):
        pair[0, n], pair[1, n], pair[2, n], pair[3, n] = words(key, even + n, _LIFE, k0, k1)
    death, turnover = limits.death[group, age], limits.turnover[group, age]
    disabled, leave = limits.disability[group, age], limits.leave[one.county, age]
    birth, idle, found = limits.birth[one.sex, age], limits.idle[one.area], limits.found[one.area]
    for n in range(SPAN):
        flag[0, n] = (
            (half[0, n] <= death)
            | (half[1, n] <= turnover)
            | (half[1, n] >= disabled)
            | (half[2, n] <= birth)
            | (half[2, n] >= leave)
        )
        flag[1, n] = half[3, n] <= idle
        flag[2, n] = half[3, n] >= found
    return _gathered(view.flag[0]), _gathered(view.flag[1]), _gathered(view.flag[2])


@njit
def whole_words(one, month, place, half, k0, k1):  # type: ignore[no-untyped-def]
    """Return the words of a month whose upper halves stand at a place of the span."""
    fine = drawn(one.key, month, _LIFE_FINE, k0, k1)
    return (
        joined(half[0, place], fine[0]), joined(half[1, place], fine[1]),
        joined(half[2, place], fine[2]), joined(half[3, place], fine[3]),
    )  # fmt: skip


@njit
def _gathered(by_eight):  # type: ignore[no-untyped-def]
    """Turn 64 bytes of 0 or 1 into 64 bits."""
    bits = _U64(0)
    for n in range(8):
        bits |= (by_eight[n] * _GATHER >> _U64(56)) << _U64(8 * n)
    return bits


@njit
def birthdays(age_months):  # type: ignore[no-untyped-def]
    """Return the months (bits) of a span that begins at an age in which a year of age begins."""
    return _YEARLY[(12 - age_months % 12) % 12]


@njit
def changes_side(limits, sex, rank, age):  # type: ignore[no-untyped-def]
    """Tell whether a birthday of the span may end or begin taking part in work, or studies, for a rank."""
    least, most = limits.least[sex], limits.most[sex]
    works = least[0, age] <= rank and rank < most[0, age]
    return works or (least[1, age] <= rank and rank < most[1, age])


@njit
def bit_of(place):  # type: ignore[no-untyped-def]
    """Return the bit of a place in the span, none where it lies outside."""
    return _ONE << _U64(place) if 0 <= place < SPAN else _U64(0)


@njit
def first_of(bits):  # type: ignore[no-untyped-def]
    """Return the place of the lowest bit of a word that has one (Leiserson, Prokop & Randall 1998)."""
    return _PLACES[((bits & (~bits + _ONE)) * _DE_BRUIJN) >> _U64(58)]


@njit
def from_place(place):  # type: ignore[no-untyped-def]
    """Return all bits of a span from a place (0 to 64) on."""
    return ~_U64(0) << _U64(place) if place < SPAN else _U64(0)
