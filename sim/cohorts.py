"""One cohort carried month by month through the states of function and surveyed disability, compiled.

Of everyone born, the states are shares: able or disabled ("active": function lost since 50), each without a
surveyed disability, with one that came by itself (independent) or with the loss of function (linked); and
lasting: function lost below 50 with a surveyed disability. ``evidence.function_law`` says what they mean
and solves what is not published. Sums are taken in the order in which they stand, so that the same rates give
the same states to the last bit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.compiled import inner, njit

STATES = 7  # able, active: without, independent, linked; lasting
MONTHS = 12

_TRIED_INCIDENCE, _MOST_INCIDENCE = 0.002, 0.2  # of surveyed disability, a month


class CohortRates(NamedTuple):
    """Probabilities a month by group and year of age, shape (groups, ages), and what a disability brings."""

    survival: Any  # [2 able or disabled, groups, ages]
    onset: Any  # of loss of function
    recovery: Any
    linked: float  # of those who lose function have a surveyed disability by it
    takes_function: Any  # [ages], of independent disabilities that arise


@njit(cache=True)
def carry(rates, target):  # type: ignore[no-untyped-def]
    """Carry the cohort of each group from birth on; return its states by month and the incidence found.

    ``target`` (ages,) is the prevalence of surveyed disability at mid-year. States are (groups, months, 7),
    incidence of surveyed disability (groups, ages), a month: solved at each birthday, from what the year
    before needed to keep the target a year on.
    """
    groups, ages = rates.onset.shape
    states, incidence = np.empty((groups, ages * MONTHS, STATES)), np.zeros((groups, ages))
    now, tried = np.zeros(STATES), np.zeros(STATES)
    for group in range(groups):
        for state in range(STATES):
            now[state] = 0.0
        now[0], now[1] = 1 - target[0], target[0] * (1 - rates.takes_function[0])
        now[6] = target[0] * rates.takes_function[0]
        for age in range(ages):
            wanted = target[min(age + 1, ages - 1)] * 0.5 + target[age] * 0.5
            found = _needed_incidence(now, tried, wanted, rates, group, age)
            for month in range(MONTHS):
                for state in range(STATES):
                    states[group, age * MONTHS + month, state] = now[state]
                _live_month(now, found, rates, group, age)
            incidence[group, age] = found
    return states, incidence


@inner
def _needed_incidence(now, tried, wanted, rates, group, age):  # type: ignore[no-untyped-def]
    """Return the monthly incidence that brings the prevalence to ``wanted`` in twelve months.

    Prevalence is all but linear in it: a line through two tries; what is missed falls to the next year.
    """
    without = _reached(now, tried, 0.0, rates, group, age)
    with_some = _reached(now, tried, _TRIED_INCIDENCE, rates, group, age)
    needed = (wanted - without) / (with_some - without) * _TRIED_INCIDENCE
    return min(max(needed, 0.0), _MOST_INCIDENCE)


@inner
def _reached(now, tried, incidence, rates, group, age):  # type: ignore[no-untyped-def]
    """Return the prevalence of surveyed disability after a year at an incidence."""
    for state in range(STATES):
        tried[state] = now[state]
    for _ in range(MONTHS):
        _live_month(tried, incidence, rates, group, age)
    alive = 0.0
    for share in tried:
        alive += share
    return 1 - (tried[0] + tried[3]) / alive


@inner
def _live_month(now, incidence, rates, group, age):  # type: ignore[no-untyped-def]
    """Carry the states a month on: death, then loss and recovery of function, then disability."""
    for state in range(STATES):
        now[state] *= rates.survival[np.int64(state >= 3), group, age]
    fresh_able, fresh_active = now[0] * incidence, now[3] * incidence
    newly_linked = now[0] * rates.onset[group, age] * rates.linked
    for known in range(3):
        lost, regained = now[known] * rates.onset[group, age], now[3 + known] * rates.recovery[group, age]
        now[known] = now[known] - lost + regained
        now[3 + known] = now[3 + known] + lost - regained
    takes_function = fresh_able * rates.takes_function[age]
    now[0] -= fresh_able
    now[1] += fresh_able - takes_function
    now[3] += -newly_linked - fresh_active
    now[4] += fresh_active
    now[5] += newly_linked
    now[6] += takes_function
