"""A resident whose needs are read from its life: what it is now, what lies ahead, when to look again."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.clock import NEVER
from sim.compiled import inner, njit
from sim.conditions import COLUMNS, MOTHER_ROW, NO_MOTHER, OLDEST_MONTHS
from sim.demography import ADULT_MONTHS, WIDOWED, renewed_key
from sim.history import change_in, month_in, value_in
from sim.kinds import Change, Sex
from sim.screening import MOST_SERVICES, MOTHERLESS, holding

(FUNCTION, _KIND, _GRADE, _CARD, _LIVING, AREA, _WORK, _PENSION, PAYER, _MIGRANT) = range(
    len(COLUMNS)
)  # places in ``state``, in the order of ``conditions.COLUMNS``

NEEDY = np.dtype(
    [
        ("row", "i8"), ("key", "u8"), ("born", "i8"), ("county", "i8"), ("township", "i8"), ("income", "i8"),
        ("mother", "i8"),
        ("state", "u1", (len(COLUMNS),)),  # what the resident is now
        ("cursor", "i8"), ("last", "i8"),  # entries that have not been read
        ("comes", "i8"), ("end", "i8"),  # months to look at
        ("widowed", "i8"), ("then", "u1"),  # when the spouse goes, and with whom the resident lives then
        ("open", "u4"),  # services needed now, a bit each; of each its spell and the month it began
        ("spell", "i8", (MOST_SERVICES,)), ("begun", "i8", (MOST_SERVICES,)),
    ],
    align=True,
)  # fmt: skip


class NeedRows(NamedTuple):
    """Hold the columns that needs are read from; the first ten are ``conditions.COLUMNS``."""

    function: Any
    disability_kind: Any
    disability_grade: Any
    card: Any
    living: Any
    area: Any
    employment: Any
    pension: Any
    payer: Any
    migrant: Any
    key: Any
    birth_month: Any
    county: Any
    community: Any
    income: Any
    mother: Any
    spouse: Any
    sex: Any
    last_birth: Any


@njit(inline="always")
def meet(people, townships, row, one):  # type: ignore[no-untyped-def]
    """Take up a resident as it came."""
    state = one.state
    state[0], state[1] = people.function[row], people.disability_kind[row]
    state[2], state[3] = people.disability_grade[row], people.card[row]
    state[4], state[5], state[6] = people.living[row], people.area[row], people.employment[row]
    state[7], state[8], state[9] = people.pension[row], people.payer[row], people.migrant[row]
    one.row, one.key, one.born = row, people.key[row], people.birth_month[row]
    one.county, one.income, one.mother = people.county[row], people.income[row], people.mother[row]
    one.township = townships[people.community[row]]


@inner
def expect(lives, entries, row, months, spouse, sex, last_birth, one):  # type: ignore[no-untyped-def]
    """Note what lies ahead of a resident."""
    life = lives[row]
    one.comes, one.end = max(np.int64(life.comes), 0), min(np.int64(life.leaves), months)
    one.cursor, one.last, one.open, one.widowed = life.first, life.last, 0, life.widowed
    if one.widowed < one.end:
        woman = row if sex[row] == Sex.FEMALE else spouse[row]
        born = _last_birth(lives[woman].first, lives[woman].last, entries, last_birth[woman], one.widowed)
        one.then = WIDOWED[np.int64(one.widowed - born < ADULT_MONTHS), one.state[_LIVING]]


@inner
def _last_birth(first, last, entries, born, month):  # type: ignore[no-untyped-def]
    """Return the month in which a woman gave birth for the last time before a month."""
    born = np.int64(born)
    for n in range(first, last):
        if change_in(entries[n]) == Change.BIRTH and month_in(entries[n]) < month:
            born = month_in(entries[n])
    return born


@njit(inline="always")
def read(entries, month, one, k0, k1):  # type: ignore[no-untyped-def]
    """Read a resident's entries up to a month; tell whether another resident took the place."""
    fresh, state = False, one.state
    while one.cursor < one.last and month_in(entries[one.cursor]) <= month:
        change, value = change_in(entries[one.cursor]), value_in(entries[one.cursor])
        if change == Change.FUNCTION:
            state[FUNCTION] = value
        elif change == Change.DISABILITY:
            state[_KIND], state[_GRADE], state[_CARD] = value & 7, value >> 3 & 3, value >> 5
        elif change == Change.WORK:
            state[_WORK] = value
        elif change == Change.PENSION:
            state[_PENSION] = value
        elif change == Change.RENEWAL:
            one.key = renewed_key(one.key, month_in(entries[one.cursor]), k0, k1)
            fresh = True
        one.cursor += 1
    if one.widowed <= month:
        state[_LIVING] = one.then
    return fresh


@njit(inline="always")
def look(work, lives, entries, month, held, one, ways):  # type: ignore[no-untyped-def]
    """Return the ways to need that hold at the end of a month, and the next month that may change them."""
    age = (0 if held else month) - one.born
    hold, until = holding(ways, one.state, age), one.end
    if not held:
        until = min(until, month + ways.calm_to[min(max(age, 0), OLDEST_MONTHS)] - age)
    if one.cursor < one.last:
        until = min(until, month_in(entries[one.cursor]))
    if one.widowed > month:
        until = min(until, one.widowed)
    if hold & ways.of_mother:
        hers, change = mothers_work(work, lives, entries, one.mother, month)
        hold &= ways.by_kind[MOTHER_ROW, min(hers, NO_MOTHER)]
        until = min(until, change)
    return hold, until


@inner
def mothers_work(work, lives, entries, mother, month):  # type: ignore[no-untyped-def]
    """Return what a mother does at the end of a month (255: she is not there), and when that changes."""
    if mother < 0 or lives[mother].leaves <= month:
        return np.int64(MOTHERLESS), np.int64(NEVER)
    hers, leaves = np.int64(work[mother]), np.int64(lives[mother].leaves)
    for n in range(lives[mother].first, lives[mother].last):
        if change_in(entries[n]) == Change.WORK:
            if month_in(entries[n]) > month:
                return hers, min(month_in(entries[n]), leaves)
            hers = value_in(entries[n])
    return hers, leaves


@inner
def describe(one, ask):  # type: ignore[no-untyped-def]
    """Note what choice needs to know of a resident."""
    state = one.state
    ask.function, ask.disability_kind, ask.disability_grade = state[FUNCTION], state[_KIND], state[_GRADE]
    ask.card, ask.living, ask.area, ask.employment = state[_CARD], state[_LIVING], state[AREA], state[_WORK]
    ask.pension, ask.payer, ask.migrant = state[_PENSION], state[PAYER], state[_MIGRANT]
    ask.county, ask.township, ask.income = one.county, one.township, one.income
