"""One cohort through the states of function: what must hold whatever the rates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cohorts import CohortRates, carry

COMPILED = settings(deadline=None)  # the first example waits for the compiler
GROUPS, AGES = 2, 60


def rates(death: float, onset: float, recovery: float, linked: float, takes: float) -> CohortRates:
    """Make rates that are the same at every age; those without function die twice as often."""
    flat = np.ones((GROUPS, AGES))
    survival = np.stack((flat * (1 - death), flat * (1 - 2 * death)))
    return CohortRates(survival, flat * onset, flat * recovery, linked, np.full(AGES, takes))


CHANCE = st.floats(0, 0.02)


@COMPILED
@given(CHANCE, CHANCE, st.floats(0, 0.2), st.floats(0, 0.9), st.floats(0, 0.5))
def test_nobody_is_lost_but_to_death(
    death: float, onset: float, recovery: float, linked: float, takes: float
) -> None:
    states, incidence = carry(rates(death, onset, recovery, linked, takes), np.linspace(0.01, 0.3, AGES))
    alive = states.sum(axis=2)
    died = death * states[:, :, :3].sum(axis=2) + 2 * death * states[:, :, 3:].sum(axis=2)
    assert alive[:, 0] == pytest.approx(1)
    assert alive[:, 1:] == pytest.approx((alive - died)[:, :-1])
    assert states.min() > -1e-12 and (incidence >= 0).all()


def test_prevalence_of_disability_follows_its_target() -> None:
    target = 0.02 + 0.1 * np.linspace(0, 1, AGES)
    states, incidence = carry(rates(0.0005, 0.0001, 0.01, 0.5, 0.2), target)
    without = states[:, :, 0] + states[:, :, 3]
    surveyed = 1 - without / states.sum(axis=2)
    birthdays = surveyed[:, 12::12]
    assert birthdays == pytest.approx(np.tile((target[1:] + target[:-1]) / 2, (GROUPS, 1)), abs=1e-4)
    assert (incidence > 0).all()


def test_without_risks_everyone_stays_as_born_and_dies_by_the_rate() -> None:
    states, incidence = carry(rates(0.001, 0, 0, 0, 0), np.zeros(AGES))
    assert states[0, :, 0] == pytest.approx(0.999 ** np.arange(AGES * 12))
    assert not states[:, :, 1:].any() and not incidence.any()
