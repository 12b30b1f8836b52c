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
from sim.rates import OLDEST, ONSET_AGE, LifeTables
from sim.residents import LONG_AGO, Residents
from sim.rows import rows_of
from sim.streams import Decision, Stream, words

_FUNCTION, _DISABILITY = int(Decision.FOUND_FUNCTION), int(Decision.FOUND_DISABILITY)
_MONTHS_TO_ONSET_AGE = ONSET_AGE * 12
_32 = np.uint64(32)


def start(residents: Residents, tables: LifeTables, stream: Stream) -> None:
    """Draw function, surveyed disability and card of everyone at the census (month 0 not yet lived)."""
    _start(
        rows_of(residents),
        np.arange(residents.size),
        -1,
        0,
        True,
        tables.month,
        tables.start,
        stream.k0,
        stream.k1,
    )


def begin(residents: Residents, rows: npt.NDArray[np.int64], month: int, age_month: int, tables: LifeTables,
          stream: Stream) -> None:  # fmt: skip
    """Draw surveyed disability of those who are new this month: able, but for what a disability brings.

    `age_month` is the month at which ages are read (0 where life is held).
    """
    _start(
        rows_of(residents),
        rows,
        age_month,
        month + 1,
        False,
        tables.month,
        tables.start,
        stream.k0,
        stream.k1,
    )


@njit(cache=True)
def _start(people, rows, age_month, time, with_onsets, t, law, k0, k1):  # type: ignore[no-untyped-def]
    for i in rows:
        age = min(max(age_month - people.birth_month[i], 0) // 12, OLDEST)
        group = 2 * people.sex[i] + people.area[i]
        a = words(people.key[i], time, _FUNCTION, k0, k1)
        people.function[i], people.function_since[i] = Function.NONE, LONG_AGO
        people.disability_kind[i], people.disability_grade[i] = DisabilityKind.NONE, DisabilityGrade.NONE
        people.card[i] = 0
        active = np.int64(with_onsets and a[0] < law.active[group, age])
        if active:
            people.function[i] = _severity(a[2], t)
            people.function_since[i] = age_month + 1 - _months_since_onset(a[3], group, age, law)
        if a[1] < law.disabled[active, group, age]:
            linked = np.int64(a[1] < law.linked[active, group, age])
            b = words(people.key[i], time, _DISABILITY, k0, k1)
            _survey(people, i, linked, _severity(a[2], t), b, t)
            if (
                not active
                and not linked
                and _lose_for_good(people, i, b[3], law.lasting[0, age], law.lasting[1, age])
            ):
                lived = max(age_month + 1 - people.birth_month[i], 0)
                span = np.uint64(min(lived, _MONTHS_TO_ONSET_AGE - 1))
                people.function_since[i] = people.birth_month[i] + np.int64((np.uint64(a[3]) * span) >> _32)


@njit
def _severity(word, t):  # type: ignore[no-untyped-def]
    """Draw the severity of a loss of function."""
    if word < t.severity[0]:
        return Function.MILD
    return Function.MODERATE if word < t.severity[1] else Function.SEVERE


@njit
def _months_since_onset(word, group, age, law):  # type: ignore[no-untyped-def]
    return 1 + np.searchsorted(law.elapsed[group, age - ONSET_AGE], np.uint64(word), side="right")


@njit
def _survey(people, i, linked, lost, b, t):  # type: ignore[no-untyped-def]
    """Give a resident a surveyed disability; one that came with lost function is as severe as that."""
    kind = 0
    while kind < 6 and b[0] >= t.kind[linked, kind]:
        kind += 1
    severe = lost >= Function.MODERATE if linked else b[1] < t.severe
    grade = DisabilityGrade.SEVERE if severe else DisabilityGrade.MILD
    people.disability_kind[i] = kind + 1
    people.disability_grade[i] = grade
    people.card[i] = b[2] < t.card[grade]


@njit
def _lose_for_good(people, i, word, severe, any_loss):  # type: ignore[no-untyped-def]
    """Take function for good at a severe disability that can: physical, intellectual, mental, multiple."""
    if (
        people.disability_grade[i] != DisabilityGrade.SEVERE
        or people.disability_kind[i] < DisabilityKind.PHYSICAL
    ):
        return False
    if word >= any_loss:
        return False
    people.function[i] = Function.SEVERE if word < severe else Function.MODERATE
    return True


@njit
def lose(people, i, month, t, k0, k1):  # type: ignore[no-untyped-def]
    """Begin an episode of lost function, and with most a surveyed disability."""
    a = words(people.key[i], month + 1, _FUNCTION, k0, k1)  # time 0 is the founding's
    people.function[i] = _severity(a[2], t)
    people.function_since[i] = month
    if people.disability_kind[i] == DisabilityKind.NONE and a[1] < t.linked:
        _survey(people, i, 1, people.function[i], words(people.key[i], month + 1, _DISABILITY, k0, k1), t)


@njit
def regain(people, i, month):  # type: ignore[no-untyped-def]
    """End an episode, unless function was lost below 50, for good."""
    if people.function_since[i] - people.birth_month[i] >= _MONTHS_TO_ONSET_AGE:
        people.function[i] = Function.NONE
        people.function_since[i] = month


@njit
def become_disabled(people, i, age, month, t, k0, k1):  # type: ignore[no-untyped-def]
    """Give a surveyed disability that came by itself; below 50 it may take function."""
    b = words(people.key[i], month + 1, _DISABILITY, k0, k1)
    _survey(people, i, 0, Function.NONE, b, t)
    if age < ONSET_AGE and _lose_for_good(people, i, b[3], t.lasting[0], t.lasting[1]):
        people.function_since[i] = month
