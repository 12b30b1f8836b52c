"""Function and surveyed disability: how residents start, and what a month changes.

*Function* is any loss in basic activities of daily living. From 50 on it is lost and regained at published
rates; its severity is drawn at the onset and stays for the episode, and does not change mortality. Below 50
it is lost only with a severe surveyed disability, and for good.

A *surveyed disability* (kind and grade, as counted in 2006) arises by age, or with the loss of function
(*linked*), and stays. At the start both are drawn jointly, with the time since the onset, from the law that
the rates themselves sustain (``Origins``), so that nothing drifts for no reason in life.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import njit
from sim.kinds import DisabilityGrade, DisabilityKind, Function
from sim.rates import OLDEST, ONSET_AGE, LifeTables, as_record
from sim.residents import LONG_AGO, Residents
from sim.rows import AT_ONCE, draw_rows, one_resident, put, rows_of, take
from sim.streams import Decision, Stream, drawn

_FUNCTION, _DISABILITY = np.int64(Decision.FOUND_FUNCTION), np.int64(Decision.FOUND_DISABILITY)
_MONTHS_TO_ONSET_AGE = ONSET_AGE * 12
_UNDISABLED = DisabilityKind.NONE, DisabilityGrade.NONE
_32 = np.uint64(32)


def start(residents: Residents, tables: LifeTables, stream: Stream) -> None:
    """Draw function, surveyed disability and card of everyone at the census (month 0 not yet lived)."""
    everyone, of, times = np.arange(residents.size), np.array([-1]), np.array([0])
    _draw(residents, everyone, of, times, True, tables, stream)


def begin(
    residents: Residents,
    rows: npt.NDArray[np.int64],
    months: npt.ArrayLike,
    ages_of: npt.ArrayLike,
    tables: LifeTables,
    stream: Stream,
) -> None:
    """Draw surveyed disability of those who are new in some months: able, but for what a disability brings.

    ``ages_of`` are the months at which ages are read (0 where life is held).
    """
    of, times = (
        np.broadcast_to(np.asarray(each, dtype=np.int64), rows.shape).copy()
        for each in (ages_of, np.add(months, 1))
    )
    _draw(residents, rows, of, times, False, tables, stream)


def _draw(
    residents: Residents,
    rows: npt.NDArray[np.int64],
    ages_of: npt.NDArray[np.int64],
    times: npt.NDArray[np.int64],
    with_onsets: bool,
    tables: LifeTables,
    stream: Stream,
) -> None:
    _start(
        rows_of(residents), rows, ages_of, times, with_onsets, one_resident(), tables.month.packed,
        as_record(tables.start), stream.k0, stream.k1,
    )  # fmt: skip


@njit(cache=True)
def _start(people, rows, ages_of, times, with_onsets, room, rules, laws, k0, k1):  # type: ignore[no-untyped-def]
    """Start the residents of some rows; ``ages_of`` and ``times`` are one for each, or one for all.

    Most are able and without a disability by their first words, which are drawn many at once.
    """
    one, t, law, each = room[0], rules[0], laws[0], np.int64(times.size > 1)
    sex, area, birth_month = people.sex, people.area, people.birth_month
    for first in range(0, rows.size, AT_ONCE):
        some, time = rows[first : first + AT_ONCE], times[each * first :]
        word = draw_rows(people.key, some, time, _FUNCTION, k0, k1)
        for n in range(some.size):
            i, age_month = some[n], ages_of[each * (first + n)]
            age = min(max(age_month - birth_month[i], 0) // 12, OLDEST)
            group = 2 * sex[i] + area[i]
            if word[0, n] >= law.active[group, age] and word[1, n] >= law.disabled[0, group, age]:
                people.function[i], people.function_since[i] = Function.NONE, LONG_AGO
                people.disability_kind[i], people.disability_grade[i] = _UNDISABLED
                people.card[i] = 0
            else:
                take(people, i, one)
                begin_one(one, age_month, time[each * n], with_onsets, t, law, k0, k1)
                put(people, i, one)


@njit
def begin_one(one, age_month, time, with_onsets, t, law, k0, k1):  # type: ignore[no-untyped-def]
    """Draw function and surveyed disability of one who is new; without onsets of 50 and older, able."""
    age = min(max(age_month - one.birth_month, 0) // 12, OLDEST)
    group = 2 * one.sex + one.area
    a = drawn(one.key, time, _FUNCTION, k0, k1)
    one.function, one.function_since = Function.NONE, LONG_AGO
    one.disability_kind, one.disability_grade, one.card = DisabilityKind.NONE, DisabilityGrade.NONE, 0
    active = np.int64(with_onsets and a[0] < law.active[group, age])
    if active:
        one.function = _severity(a[2], t)
        one.function_since = age_month + 1 - _months_since_onset(a[3], law.elapsed[group, age - ONSET_AGE])
    if a[1] >= law.disabled[active, group, age]:
        return
    linked = np.int64(a[1] < law.linked[active, group, age])
    b = drawn(one.key, time, _DISABILITY, k0, k1)
    _survey(one, linked, _severity(a[2], t), b, t)
    if not active and not linked and _lose_for_good(one, b[3], law.lasting[0, age], law.lasting[1, age]):
        lived = max(age_month + 1 - one.birth_month, 0)
        span = np.uint64(min(lived, _MONTHS_TO_ONSET_AGE - 1))
        one.function_since = one.birth_month + np.int64((np.uint64(a[3]) * span) >> _32)


@njit
def _severity(word, t):  # type: ignore[no-untyped-def]
    """Draw the severity of a loss of function."""
    if word < t.severity[0]:
        return Function.MILD
    return Function.MODERATE if word < t.severity[1] else Function.SEVERE


@njit
def _months_since_onset(word, elapsed):  # type: ignore[no-untyped-def]
    """Find the month, from 1, whose cumulative threshold lies above the word."""
    low, high = 0, elapsed.size
    while low < high:
        middle = (low + high) // 2
        if elapsed[middle] <= word:
            low = middle + 1
        else:
            high = middle
    return 1 + low


@njit
def _survey(one, linked, lost, b, t):  # type: ignore[no-untyped-def]
    """Give a resident a surveyed disability; one that came with lost function is as severe as that."""
    kind = 0
    while kind < 6 and b[0] >= t.kind[linked, kind]:
        kind += 1
    severe = lost >= Function.MODERATE if linked else b[1] < t.severe
    grade = DisabilityGrade.SEVERE if severe else DisabilityGrade.MILD
    one.disability_kind, one.disability_grade = kind + 1, grade
    one.card = b[2] < t.card[grade]


@njit
def _lose_for_good(one, word, severe, any_loss):  # type: ignore[no-untyped-def]
    """Take function for good at a severe disability that can: physical, intellectual, mental, multiple."""
    if one.disability_grade != DisabilityGrade.SEVERE or one.disability_kind < DisabilityKind.PHYSICAL:
        return False
    if word >= any_loss:
        return False
    one.function = Function.SEVERE if word < severe else Function.MODERATE
    return True


@njit
def lose(one, month, t, k0, k1):  # type: ignore[no-untyped-def]
    """Begin an episode of lost function, and with most a surveyed disability."""
    a = drawn(one.key, month + 1, _FUNCTION, k0, k1)  # time 0 is the founding's
    one.function, one.function_since = _severity(a[2], t), month
    if one.disability_kind == DisabilityKind.NONE and a[1] < t.linked:
        _survey(one, 1, one.function, drawn(one.key, month + 1, _DISABILITY, k0, k1), t)


@njit
def regain(one, month):  # type: ignore[no-untyped-def]
    """End an episode, unless function was lost below 50, for good."""
    if one.function_since - one.birth_month >= _MONTHS_TO_ONSET_AGE:
        one.function, one.function_since = Function.NONE, month


@njit
def become_disabled(one, age, month, t, k0, k1):  # type: ignore[no-untyped-def]
    """Give a surveyed disability that came by itself; below 50 it may take function."""
    b = drawn(one.key, month + 1, _DISABILITY, k0, k1)
    _survey(one, 0, Function.NONE, b, t)
    if age < ONSET_AGE and _lose_for_good(one, b[3], t.lasting[0], t.lasting[1]):
        one.function_since = month
