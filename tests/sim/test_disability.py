"""Function and surveyed disability: started where the rates keep them, moved by the stated sign and size."""

from __future__ import annotations

import numpy as np
import pytest

from evidence.function_law import KINDS
from evidence.table import load_evidence
from sim.kinds import DisabilityGrade, DisabilityKind, Function
from sim.residents import STAYS, Residents
from tests.sim.small_life import age, lived, people, started, tables

FOUNDED = started(people(600_000))
OLD = age(FOUNDED) >= 60
LOST = FOUNDED.function > Function.NONE
DISABLED = FOUNDED.disability_kind > DisabilityKind.NONE


def error(share: float, count: float) -> float:
    """Return four standard errors of a share."""
    return 4 * float(np.sqrt(share * (1 - share) / count))


def prevalence_60_plus() -> float:
    """Return the stationary prevalence in the ages of the census, from the tables."""
    yearly = tables().yearly
    shares = yearly.prevalence.reshape(2, 2, -1) * np.array([0.3125, 0.6875])[None, :, None]
    return float((yearly.population * shares.sum(axis=1))[:, 60:].sum() / yearly.population[:, 60:].sum())


def test_any_loss_of_function_starts_at_the_level_that_the_rates_sustain() -> None:
    assert prevalence_60_plus() == pytest.approx(0.065, abs=0.004)  # of the fitted onset; 0.061 of 1.0
    assert LOST[OLD].mean() == pytest.approx(prevalence_60_plus(), abs=error(0.06, OLD.sum()))


def test_the_severe_are_the_share_who_cannot_care_for_themselves() -> None:
    severe = (FOUNDED.function[OLD] == Function.SEVERE).mean()
    published = load_evidence().value("cannot_self_care_60_plus", "China", 2020) / 100
    assert severe == pytest.approx(published, abs=error(published, OLD.sum()) + 0.0005)


def test_function_follows_age_sex_and_area_as_published() -> None:
    def share(rows: np.ndarray) -> float:
        return float(LOST[rows].mean())

    old = (age(FOUNDED) >= 70) & (age(FOUNDED) < 80)
    assert share(old) < share(age(FOUNDED) >= 80)
    assert share(old & (FOUNDED.sex == 0)) < share(old & (FOUNDED.sex == 1))
    assert share(old & (FOUNDED.area == 0)) < share(old & (FOUNDED.area == 1))


def test_below_50_function_is_lost_only_with_a_severe_disability_that_can_take_it() -> None:
    young = LOST & (age(FOUNDED) < 50)
    assert young.sum() > 100
    assert (FOUNDED.disability_grade[young] == DisabilityGrade.SEVERE).all()
    assert (FOUNDED.disability_kind[young] >= DisabilityKind.PHYSICAL).all()
    assert (FOUNDED.function[young] >= Function.MODERATE).all()


def test_surveyed_disability_has_the_published_size_ages_kinds_and_grade() -> None:
    evidence, count = load_evidence(), DISABLED.sum()
    published = evidence.value("disability_prevalence", year=2006) / 100
    assert DISABLED.mean() == pytest.approx(published, abs=error(published, len(FOUNDED)))
    assert OLD[DISABLED].mean() == pytest.approx(0.5324, abs=error(0.53, count) + 0.003)
    assert (FOUNDED.disability_grade[DISABLED] == DisabilityGrade.SEVERE).mean() == pytest.approx(
        0.2962, abs=0.01
    )
    for kind, name in enumerate(KINDS, start=1):
        share = evidence.value(f"share_of_disabled_persons_{name}", year=2006) / 100
        assert (FOUNDED.disability_kind[DISABLED] == kind).mean() == pytest.approx(
            share, abs=error(share, count)
        )


def test_most_elders_who_lost_function_have_a_surveyed_disability() -> None:
    assert 0.8 < DISABLED[OLD & LOST].mean() < 0.95
    assert DISABLED[OLD & ~LOST].mean() < 0.2


def test_cards_are_held_by_the_disabled_and_match_the_allowance() -> None:
    assert not FOUNDED.card[~DISABLED].any()
    severe = FOUNDED.disability_grade == DisabilityGrade.SEVERE
    held = load_evidence().value("recipients_of_severe_disability_nursing_allowance", year="2021-06")
    expected = held / 41_540_086
    got = (severe & (FOUNDED.card == 1)).mean()
    assert got == pytest.approx(expected, abs=error(expected, len(FOUNDED)) + 0.0001)


def test_one_point_more_of_surveyed_disability_adds_one_point_and_takes_none_away() -> None:
    more = started(people(600_000), tables(surveyed_disability=7.25))
    gained = (more.disability_kind > 0) & ~DISABLED
    lost = DISABLED & (more.disability_kind == 0)
    assert gained.mean() - lost.mean() == pytest.approx(0.01, abs=error(0.01, len(more)))
    assert lost.mean() < 0.0001
    assert ((more.function > 0) != LOST).mean() < 0.001, "function hardly depends on it"


def test_episodes_at_the_start_are_as_old_as_life_makes_them() -> None:
    elders = started(people(150_000, ages=(70, 71)))
    then = np.sort(1 + (-1 - elders.function_since[elders.function > 0].astype(int)))
    grown = lived(started(people(150_000, ages=(60, 61))), 120)
    stayed = (grown.exit_month == STAYS) & (grown.function > 0) & (grown.migrant == 0)
    now = np.sort(120 - grown.function_since[stayed].astype(int))
    grid = np.arange(360)
    apart = np.abs(np.searchsorted(then, grid) / len(then) - np.searchsorted(now, grid) / len(now)).max()
    assert apart < 1.95 * np.sqrt(1 / len(then) + 1 / len(now)), "Kolmogorov and Smirnov, one in a thousand"


def test_prevalence_does_not_drift() -> None:
    residents = started(people(300_000, ages=(50, 111)))
    start, end = _standardised(residents, -1), 0.0
    lived(residents, 62)
    end = _standardised(residents, 61)
    assert abs(end - start) < 0.003, "less than a third of a point of those 60+, at the same ages"


def _standardised(residents: Residents, month: int) -> float:
    """Return observed over expected prevalence of 60+ at a month, at the level of the tables."""
    years = age(residents, month)
    here = (residents.exit_month == STAYS) & (years >= 60) & (residents.migrant == 0)
    group = 2 * residents.sex[here] + residents.area[here]
    expected = tables().yearly.prevalence[group, np.minimum(years[here], 110)].mean()
    return float((residents.function[here] > 0).mean() / expected * prevalence_60_plus())


def test_severity_and_lasting_loss_stay_for_the_episode() -> None:
    residents = started(people(200_000))
    before, since = residents.function.copy(), residents.function_since.copy()
    born = residents.birth_month.astype(int)
    lived(residents, 24)
    here = np.flatnonzero((residents.exit_month[: len(before)] == STAYS) & (before > 0))
    same = residents.function_since[here] == since[here]
    assert (residents.function[here][same] == before[here][same]).all()
    assert 0.05 < 1 - same.mean() < 0.3, "some recover in two years"
    assert same[since[here] - born[here] < 600].all(), "what is lost below 50 is lost for good"
