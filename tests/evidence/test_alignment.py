"""Alignment: what is scaled to a margin is fitted on the baseline; a scenario's rates act on top of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import vital
from evidence.alignment import align, lives_alike
from evidence.life_tables import life_tables
from evidence.settings import load_parameters
from evidence.table import load_evidence
from sim.kinds import Function
from sim.places import load_atlas
from sim.rates import ONSET_AGE, Floats, LifeTables, year_in
from sim.residents import Residents
from tests.sim.small_life import GAINING, lived, people, started

EVIDENCE, SETTINGS, ATLAS = load_evidence(), load_parameters(), load_atlas()
TENTH_MORE = 1.1 * SETTINGS["life.onset_scale"]
MONTHS, ELDERS = 62, 200_000


@cache
def baseline() -> LifeTables:
    return life_tables(EVIDENCE, SETTINGS, ATLAS)


@cache
def scenario(frozen: bool = True, **changed: float) -> LifeTables:
    """Build the tables of a scenario's own rates: by the baseline's alignment, or aligned anew."""
    own = SETTINGS.with_values({f"life.{name}": value for name, value in changed.items()})
    return life_tables(EVIDENCE, own, ATLAS, aligned=align(EVIDENCE, SETTINGS) if frozen else None)


def differing(one: LifeTables, other: LifeTables) -> set[str]:
    """Name the thresholds in which two tables of life differ; those of life held still are left out."""
    found = set()
    for part in ("month", "start", "migration"):
        before, after = getattr(one, part), getattr(other, part)
        for name in before._fields:
            if not np.array_equal(getattr(before, name), getattr(after, name)):
                found.add(f"{part}.{name}")
    return found


RATES = {
    "onset_scale": (1.1, {"month.turnover"}),
    "recovery_scale": (0.9, {"month.turnover"}),
    "mortality_scale": (0.89, {"month.death"}),
    "mortality_slope": (-0.01, {"month.death"}),
    "fertility_scale": (1.1, {"month.birth"}),
    "unemployment_urban": (8.0, {"month.unemployment"}),
    "participation_shift": (2.0, {"month.participation", "month.student", "month.career"}),
    "net_migration": (120_000.0, {"month.leave", "migration.arrivals"}),
    "pension_age_women": (55.0, {"month.retirement"}),
}


@pytest.mark.parametrize("name", RATES)
def test_a_rate_of_a_scenario_moves_its_own_thresholds_and_nothing_that_was_fitted(name: str) -> None:
    value, moved = RATES[name]
    assert differing(baseline(), scenario(**{name: value})) == moved
    assert SETTINGS.quantities[f"life.{name}"].census is False


def test_aligned_anew_a_rate_would_move_what_was_fitted_too() -> None:
    """What freezing prevents: the same onset, with the margins of 2020 met once more."""
    taken_back = differing(baseline(), scenario(frozen=False, onset_scale=TENTH_MORE)) - {"month.turnover"}
    assert {"month.severity", "month.death", "month.disability", "start.active"} <= taken_back
    assert "migration.arrivals" in differing(baseline(), scenario(frozen=False, mortality_scale=0.89))
    assert "month.participation" in differing(baseline(), scenario(frozen=False, unemployment_urban=8.0))


def test_mortality_a_tenth_higher_is_so_for_everyone_whatever_the_function() -> None:
    higher = scenario(mortality_scale=SETTINGS["life.mortality_scale"] * 1.1).yearly
    assert higher.death_by_function == pytest.approx(baseline().yearly.death_by_function * 1.1)


@given(replication=st.integers(0, 10_000), seed=st.integers(0, 100))
@settings(max_examples=25, deadline=None)
def test_every_draw_of_the_baseline_meets_the_margins_anew(replication: int, seed: int) -> None:
    drawn = SETTINGS.drawn(seed, replication)
    law = align(EVIDENCE, drawn).law
    persons = vital.as_groups(
        vital.population(EVIDENCE, 2020), EVIDENCE.value("urban_share", year=2020) / 100
    )
    old = persons[:, 60:]
    lost, found = (old * law.prevalence()[:, 60:]).sum() / old.sum(), law.mix.severity
    severe = min(drawn["life.severe_60_plus"] / 100, 0.9 * lost)
    assert lost * found[2] == pytest.approx(severe, rel=0.01)
    surveyed = (persons * law.surveyed()).sum() / persons.sum()
    assert surveyed == pytest.approx(drawn["life.surveyed_disability"] / 100, rel=0.01)


@given(seed=st.integers(0, 100), replication=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_a_world_aligned_on_itself_is_the_world_without_an_alignment(seed: int, replication: int) -> None:
    own = SETTINGS.drawn(seed, replication)
    alone, given_one = (
        life_tables(EVIDENCE, own, ATLAS, aligned=each) for each in (None, align(EVIDENCE, own))
    )
    assert differing(alone, given_one) == set()
    assert np.array_equal(alone.yearly.death_by_function, given_one.yearly.death_by_function)
    for name in alone.held._fields:
        assert np.array_equal(getattr(alone.held, name), getattr(given_one.held, name)), name


def test_settings_live_alike_unless_a_number_of_life_moves() -> None:
    assert lives_alike(SETTINGS, SETTINGS.with_values({"money.income_growth": 0.01, "elder-bed.wish": 0.03}))
    assert not lives_alike(SETTINGS, SETTINGS.with_values({"life.onset_scale": 1.1}))
    assert not lives_alike(SETTINGS, SETTINGS.with_values({"founding.spouses_apart": 0.12}))


# Size: onset a tenth higher, by agents and by hand.


def elders() -> Residents:
    """Found residents of 50 and older, as the baseline's census has them; nobody leaves the county."""
    return started(people(ELDERS, (GAINING,), (ONSET_AGE, 111)), baseline())


def severe_at_the_end(tables: LifeTables, residents: Residents) -> int:
    """Count who is there at the end of 2025, 60 or older, with a severe loss of function."""
    lived(residents, MONTHS, tables)
    old = residents.age_months(MONTHS - 1) >= 720
    severe = residents.function == Function.SEVERE
    return int((old & severe & residents.present(MONTHS - 1))[:ELDERS].sum())


def expected_severe(tables: LifeTables, residents: Residents) -> float:
    """Carry each founder's chances by hand, month by month: death, then loss or recovery of function.

    Severity is drawn at the onset and moves neither death nor recovery, so that the episodes of the census
    and the later ones end alike. What was lost below 50 lasts.
    """
    group, rows = 2 * residents.sex.astype(int) + residents.area, np.arange(residents.size)
    severe, lost = residents.function == Function.SEVERE, residents.function > Function.NONE
    lasting = lost & (residents.function_since - residents.birth_month < ONSET_AGE * 12)
    able, old_episode = (~lost).astype(float), (lost & ~lasting).astype(float)
    new_episode, kept = np.zeros(residents.size), lasting.astype(float)
    unit, (_, moderate) = 2.0**32, tables.month.severity
    for month in range(MONTHS):
        years = np.minimum(residents.age_months(month) // 12, 110)
        well, ill = (1 - tables.month.death[year_in(month), state, group, years] / unit for state in (0, 1))
        onset, recovery = (tables.month.turnover[state, group, years] / unit for state in (0, 1))
        able, old_episode, new_episode, kept = able * well, old_episode * ill, new_episode * ill, kept * ill
        able, old_episode, new_episode = (
            able * (1 - onset) + (old_episode + new_episode) * recovery,
            old_episode * (1 - recovery),
            new_episode * (1 - recovery) + able * onset,
        )
    here: Floats = severe * (old_episode + kept) + new_episode * (1 - moderate / unit)
    return float(here[rows[residents.age_months(MONTHS - 1) >= 720]].sum())


def test_a_tenth_more_onset_raises_severe_loss_by_what_the_cohorts_say() -> None:
    higher, founded = scenario(onset_scale=TENTH_MORE), elders()
    by_hand = [expected_severe(tables, founded) for tables in (baseline(), higher)]
    counted = [severe_at_the_end(tables, elders()) for tables in (baseline(), higher)]
    assert counted[0] == pytest.approx(by_hand[0], abs=4 * np.sqrt(by_hand[0]))
    added, expected = counted[1] - counted[0], by_hand[1] - by_hand[0]
    assert added == pytest.approx(expected, abs=4 * np.sqrt(expected)), (added, expected)
    assert 0.05 < expected / by_hand[0] < 0.08, "most of what a tenth more comes to in the long run"


def test_aligned_anew_a_tenth_more_onset_would_raise_no_severe_loss() -> None:
    anew = scenario(frozen=False, onset_scale=TENTH_MORE)
    founded = started(people(ELDERS, (GAINING,), (ONSET_AGE, 111)), anew)
    assert (founded.function > 0).mean() > (elders().function > 0).mean() * 1.05
    before, after = expected_severe(baseline(), elders()), expected_severe(anew, founded)
    assert after == pytest.approx(before, abs=4 * np.sqrt(before))
