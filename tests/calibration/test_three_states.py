"""Cohorts through able, disabled and dead: exact by closed forms, residents against the exact."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from calibration.three_states import alive, by_month, disabled, exact, of_2020, published
from evidence.table import load_evidence
from sim.kinds import Exit, Function, Sex
from sim.rates import AGES, GROUPS, LifeTables, monthly
from sim.residents import Residents
from sim.streams import threshold
from tests.sim.small_life import GAINING, lived, people, started, tables

COHORT = 60_000
YEARS = 10


def flat(onset: float, recovery: float, death: float, heavier: float) -> np.ndarray:
    """Return rates that are the same at every age."""
    return np.repeat([[onset], [recovery], [death], [heavier]], AGES, axis=1)


def test_the_rates_are_the_published_ones() -> None:
    rates = published(load_evidence())
    assert rates[0, 2, 75] == pytest.approx(np.exp(-4.60981 + 0.06012 * 10))
    assert rates[3, 0, 65] == rates[3, 1, 65] == pytest.approx(np.exp(-2.22490))


def test_without_recovery_the_exact_shares_are_the_closed_form() -> None:
    onset, death, heavier, years = 0.05, 0.03, 0.2, np.arange(46)
    shares = exact(flat(onset, 0, death, heavier), 65)
    assert shares[:, 0] == pytest.approx(np.exp(-(onset + death) * years))
    apart = onset + death - heavier
    assert shares[:, 1] == pytest.approx(
        onset / apart * (np.exp(-heavier * years) - np.exp(-(onset + death) * years))
    )


def test_where_nobody_dies_the_disabled_tend_to_onset_over_onset_and_recovery() -> None:
    shares = exact(flat(0.1, 0.3, 0, 0), 65)
    assert alive(shares) == pytest.approx(1)
    assert disabled(shares) == pytest.approx(0.25 * (1 - np.exp(-0.4 * np.arange(46))))


def test_months_leave_the_exact_shares_by_less_than_a_fifth_of_a_point() -> None:
    for cohort in of_2020():
        before_100 = slice(0, 101 - cohort.first)
        for measure in (alive, disabled):
            assert measure(cohort.monthly)[before_100] == pytest.approx(
                measure(cohort.exact)[before_100], abs=0.002
            )


def test_shorter_steps_would_come_nearer() -> None:
    """The difference is that of the step: half of it goes where rates, and so steps, are halved."""
    whole, half = 1.0, 0.5
    gaps = []
    for part in (whole, half):
        rates = part * flat(0.1, 0.2, 0.05, 0.15)
        onset, recovery, *deaths = (np.tile(monthly(rate), (GROUPS, 1)) for rate in rates)
        stepped = by_month(np.array(deaths), onset, recovery, 65)[0]
        year = round(YEARS / part)
        gaps.append(abs(disabled(stepped)[year] - disabled(exact(rates, 65))[year]))
    assert 0 < gaps[1] < 0.6 * gaps[0]


def test_residents_of_2020_outlive_those_of_the_study_to_85() -> None:
    for cohort in of_2020():
        to_85 = slice(1, 86 - cohort.first)
        assert (alive(cohort.model) > alive(cohort.exact))[to_85].all()


@pytest.mark.parametrize("first", [65, 75])
@pytest.mark.parametrize("sex", Sex)
def test_residents_live_the_published_rates_to_the_exact_shares(sex: Sex, first: int) -> None:
    residents = healthy(sex, first)
    shares = exact(published(load_evidence())[:, 2 * sex], first)
    lived(residents, 12 * YEARS, at_published_rates())
    here = residents.exit[:COHORT] == Exit.NONE
    lost = residents.function[:COHORT][here] != Function.NONE
    for seen, expected, of in (
        (here.mean(), alive(shares)[YEARS], COHORT),
        (lost.mean(), disabled(shares)[YEARS], here.sum()),
    ):
        assert seen == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / of))


def healthy(sex: Sex, first: int) -> Residents:
    """Found a cohort that is healthy on the birthday with which the run begins."""
    residents = started(people(COHORT, (GAINING,), ages=(first, first + 1)))
    residents.sex[:], residents.birth_month[:] = sex, -12 * first
    residents.function[:] = Function.NONE
    return residents


@cache
def at_published_rates() -> LifeTables:
    """Return tables of life with the published rates of the three states, at which nobody moves away."""
    onset, recovery, *deaths = monthly(published(load_evidence()))
    month = tables().month
    changed = month._replace(
        death=np.broadcast_to(threshold(np.array(deaths)), month.death.shape).copy(),
        turnover=threshold(np.array([onset, recovery])),
        leave=np.full_like(month.leave, 2**32),
    )
    return replace(tables(), month=changed)
