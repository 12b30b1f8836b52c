"""A resident's months of life, by the rules in their order, compiled.

1. everyone present grows a month older
2. some die, by age, sex, area and function
3. some women give birth, by age
4. some leave the counties that lose
5. function is lost and regained, disability arises
6. work is entered, lost, found and left

No rule reads another resident, but that children under 18 leave with their mother (``life``). Months in which
nothing can happen are skipped (``calm``). What happens is written down (``history``), for needs and months to
read. The rules stand in ``demography``, ``disability`` and ``employment``; this file only orders them. A
resident's words of the month (``Stream.life_words``) decide: 0 death; 1 function from its low end, disability
from its top; 2 birth and leaving likewise; 3 work.
"""

from __future__ import annotations

import numpy as np

from sim import demography
from sim.calm import (
    SPAN,
    birthdays,
    bit_of,
    changes_side,
    first_of,
    from_place,
    watch,
    whole_words,
)
from sim.compiled import njit
from sim.disability import become_disabled, begin_one, lose, regain
from sim.employment import is_settled, work
from sim.history import BIRTHS, DEATHS, LEAVERS, disability_value, entry
from sim.kinds import Change, DisabilityKind, Employment, Function
from sim.rates import OLDEST, year_in

NOTHING, GAVE_BIRTH, DIED, LEFT = range(4)
_FUNCTION, _DISABILITY, _WORK, _PENSION, _BIRTH, _RENEWAL = (int(each) for each in Change)
_NONE = np.uint64(0)
_CENSUS, _ABLE = np.int64(0), np.bool_(False)  # the age that is held, without onsets


@njit(inline="always")
def live_years(one, month, end, held, by_time, rules, entries, flows, count, k0, k1):  # type: ignore[no-untyped-def]
    """Live a resident span by span; return what ended it, in which month, and how many entries there are."""
    while month < end:
        came, month, count = _live_span(one, month, end, held, by_time, rules, entries, flows, count, k0, k1)
        if came == LEFT or (came == DIED and not held):
            flows[DEATHS if came == DIED else LEAVERS, one.county, month] += 1
            return came, month, count
        if came == DIED:
            flows[DEATHS, one.county, month] += 1
            count = _renew(one, month, rules, entries, count, k0, k1)
            month += 1
    return NOTHING, month, count


@njit(inline="always")
def _live_span(one, month, end, held, by_time, rules, entries, flows, count, k0, k1):  # type: ignore[no-untyped-def]
    """Live the span in which a month lies; return what ended it, that month or the next one, entries."""
    t, limits, draws, view = rules[0], rules[2], rules[3], rules[4]
    place = month % 2
    first = month - place
    span = min(SPAN, end - first)
    age_months = (0 if held else first) - np.int64(one.birth_month)
    age = min(age_months // 12, OLDEST)
    event, losing, finding = watch(one, first, limits, age, draws, view, k0, k1)
    if not held:
        event |= _boundaries(one, age, age_months, t, limits)
    if not is_settled(one, age_months if held else age_months + place, t):
        event |= bit_of(place)
    inside = ~from_place(span)
    while True:
        bits = event
        if one.employment == Employment.EMPLOYED:
            bits |= losing
        if one.employment == Employment.UNEMPLOYED:
            bits |= finding
        bits &= inside & from_place(place)
        if bits == _NONE:
            return NOTHING, first + span, count
        place = first_of(bits)
        month = first + place
        came, count = _live_month(one, month, place, held, by_time, t, view.half, entries, count, k0, k1)
        if came >= DIED:
            return came, month, count
        if came == GAVE_BIRTH:
            flows[BIRTHS, one.county, month] += 1
        place += 1


@njit(inline="always")
def _boundaries(one, age, age_months, t, limits):  # type: ignore[no-untyped-def]
    """Return the months of a span that age itself keeps from being calm: pension ages, some birthdays."""
    bits = _NONE
    if changes_side(limits, one.sex, one.work_rank, age):
        bits |= birthdays(age_months)
    for pension in range(4):
        bits |= bit_of(t.retirement[one.sex, pension] - age_months)
    return bits


@njit(inline="always")
def _live_month(one, month, place, held, by_time, t, half, entries, count, k0, k1):  # type: ignore[no-untyped-def]
    """Live one month by the rules, 1 to 6; return what came and how many entries there are."""
    # 1 age
    age_months = (0 if held else month) - np.int64(one.birth_month)
    age = min(age_months // 12, OLDEST)
    was = one.function, one.function_since, one.disability_kind, one.employment, one.pension
    # 2 to 5
    word = whole_words(one, month, place, half, k0, k1)
    came = _happen(one, word[0], word[1], word[2], age, month, by_time, t, k0, k1)
    if came >= DIED:
        return came, count
    if came == GAVE_BIRTH:
        one.last_birth = month
        entries[count] = entry(month, _BIRTH, 0)
        count += 1
    # 6 work
    work(one, age, age_months, word[3], t, k0, k1)
    return came, _write(one, month, was, entries, count)


@njit(inline="always")
def _happen(one, of_death, of_function, of_move, age, month, by_time, t, k0, k1):  # type: ignore[no-untyped-def]
    """Apply the rules 2 to 5 to a resident; return what the month will have to settle."""
    group, came = 2 * one.sex + one.area, NOTHING
    birth, death = by_time
    lost = np.int64(one.function != Function.NONE)
    # 2 die
    if of_death < death[min(year_in(month), len(death) - 1), lost, group, age]:
        return DIED
    # 3 give birth
    born = of_move < birth[min(month, len(birth) - 1), one.sex, age]
    if born and month - one.last_birth >= t.spacing:
        came = GAVE_BIRTH
    # 4 leave
    if of_move >= t.leave[one.county, age]:
        return LEFT
    # 5 function and disability
    if of_function < t.turnover[lost, group, age]:
        if lost:
            regain(one, month)
        else:
            lose(one, month, t, k0, k1)
    if of_function >= t.disability[group, age] and one.disability_kind == DisabilityKind.NONE:
        become_disabled(one, age, month, t, k0, k1)
    return came


@njit(inline="always")
def _write(one, month, was, entries, count):  # type: ignore[no-untyped-def]
    """Write down what a month has changed; return how many entries there are."""
    function, since, disability, employment, pension = was
    if one.function != function or one.function_since != since:
        entries[count] = entry(month, _FUNCTION, one.function)
        count += 1
    if one.disability_kind != disability:
        entries[count] = entry(month, _DISABILITY, _disability_of(one))
        count += 1
    if one.employment != employment:
        entries[count] = entry(month, _WORK, one.employment)
        count += 1
    if one.pension != pension:
        entries[count] = entry(month, _PENSION, one.pension)
        count += 1
    return count


@njit(inline="always")
def _disability_of(one):  # type: ignore[no-untyped-def]
    return disability_value(one.disability_kind, one.disability_grade, one.card)


@njit(inline="always")
def _renew(one, month, rules, entries, count, k0, k1):  # type: ignore[no-untyped-def]
    """Put a new resident in the place of one who died, life being held."""
    one.key = demography.renewed_key(one.key, month, k0, k1)
    begin_one(one, _CENSUS, month + 1, _ABLE, rules[0], rules[1], k0, k1)
    entries[count] = entry(month, _RENEWAL, 0)
    entries[count + 1] = entry(month, _FUNCTION, one.function)
    entries[count + 2] = entry(month, _DISABILITY, _disability_of(one))
    return count + 3
