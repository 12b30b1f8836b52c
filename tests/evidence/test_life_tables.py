"""From the evidence to the tables of life: what is published stays what it was."""

from __future__ import annotations

import numpy as np
import pytest

from evidence import function_law, migration, vital
from evidence.settings import load_parameters
from evidence.table import load_evidence
from sim.places import load_atlas
from tests.sim.small_life import GAINING, LOSING, county, tables

EVIDENCE, SETTINGS = load_evidence(), load_parameters()
URBAN = 0.6875


def test_able_and_disabled_rural_and_urban_die_together_at_the_table_s_rate() -> None:
    yearly = tables().yearly
    able, lost = yearly.death_by_function
    shares = np.array([1 - URBAN, URBAN] * 2)[:, None]
    mixed = shares * (able * (1 - yearly.prevalence) + lost * yearly.prevalence)
    assert mixed[0] + mixed[1] == pytest.approx(yearly.death[0], rel=0.002)
    assert mixed[2] + mixed[3] == pytest.approx(yearly.death[1], rel=0.002)


def test_the_disabled_die_in_the_published_ratio_held_below_65() -> None:
    able, lost = tables().yearly.death_by_function
    ratio = lost / able
    men, women = np.exp(-2.22490 + 3.69243), np.exp(-2.38899 + 3.93968)
    assert ratio[0, :66] == pytest.approx(men) and ratio[2, 65] == pytest.approx(women)
    assert ratio[1, 85] == pytest.approx(men * np.exp((0.04294 - 0.07669) * 20))
    assert (ratio >= 1).all()


def test_town_dwellers_die_a_twentieth_less() -> None:
    yearly = tables().yearly
    mean = (
        yearly.death_by_function[0] * (1 - yearly.prevalence)
        + yearly.death_by_function[1] * yearly.prevalence
    )
    assert (mean[1] / mean[0])[:40] == pytest.approx(0.95, abs=0.002)


def test_expected_births_are_the_rates_whatever_the_spacing() -> None:
    rates, months = vital.fertility(EVIDENCE, 1.0), 40
    chance = vital.birth_probabilities(vital.fertility_by_month(rates, -0.05, months, 10), spacing=10)
    # One age with constant rates: a renewal of free women, months since the last birth 1 to 9 or free.
    level = np.full(111, 0.12)
    steady = vital.birth_probabilities(vital.fertility_by_month(level, 0.0, months, 10), spacing=10)[0, 30]
    free, bound = 1.0, np.zeros(9)
    for _ in range(600):
        births = free * steady
        free, bound = free - births + bound[-1], np.append(births, bound[:-1])
    assert births == pytest.approx(0.12 / 12, rel=1e-3)
    plain = rates / 12 * 0.95 ** (4.5 / 12)
    assert (chance[0] >= plain).all() and (chance[0, 20:40] > plain[20:40]).all()


def test_fertility_changes_by_its_trend_a_year() -> None:
    rates = vital.fertility_by_month(vital.fertility(EVIDENCE, 1.0), -0.05, 62, spacing=1)
    chance = vital.birth_probabilities(rates, spacing=1)
    assert chance[20, 15:50] / chance[8, 15:50] == pytest.approx(0.95)


def test_mortality_is_held_without_a_trend() -> None:
    held, falling = (tables(mortality_trend=trend).month.death for trend in (0.0, -0.02))
    assert (held == held[0]).all() and len(held) == 6, "2020 to 2025"
    assert falling[0] == pytest.approx(held[0])
    old = falling[:, 0, 0, 70].astype(float)
    assert old[1:] / old[:-1] == pytest.approx(0.98, abs=0.001)


def test_a_slope_moves_deaths_between_ages_around_75() -> None:
    flat, sloped = (tables(mortality_slope=slope).yearly.death for slope in (0.0, -0.01))
    assert sloped[:, 75] == pytest.approx(flat[:, 75])
    assert (sloped / flat)[:, 95] == pytest.approx(np.exp(-0.2))
    assert (sloped / flat)[:, 65] == pytest.approx(np.exp(0.1))


def test_cohorts_gain_what_the_evidence_says_they_did() -> None:
    """The evidence's own working, in five-year steps with unscaled rates."""
    gained = migration.cohort_residuals(EVIDENCE, 1.0).sum(axis=0)
    for first in range(10, 40, 5):
        known = EVIDENCE.value(f"net_migration_cohort_2010_2020_age_{first}_{first + 4}", year="2010-2020")
        assert gained[first : first + 5].sum() == pytest.approx(known, rel=0.03)


def test_scaled_mortality_brings_the_elders_of_2010_to_2020() -> None:
    gained = migration.cohort_residuals(EVIDENCE, 0.87).sum(axis=0)
    assert abs(gained[80:].sum()) < 0.01 * vital.population(EVIDENCE, 2020)[:, 80:].sum()


def test_counties_share_the_province_s_migration() -> None:
    net = tables().yearly.net_migration
    assert net.sum() == pytest.approx(SETTINGS["life.net_migration"])
    assert net[county(GAINING)] > 0 > net[county(LOSING)]
    moved = tables(net_migration=50_000.0).yearly.net_migration
    assert moved == pytest.approx(net * 50_000 / SETTINGS["life.net_migration"])


def test_newcomers_of_a_year_are_the_gains() -> None:
    arrivals = tables().migration.arrivals.astype(float).sum(axis=(2, 3)) / 2**32 * 12
    for year in arrivals:
        assert year == pytest.approx(np.maximum(tables().yearly.net_migration, 0), abs=0.01)
    assert (tables().migration.first_age[0], len(load_atlas().counties.code)) == (3, arrivals.shape[1])


def test_the_surveyed_shares_are_met_together() -> None:
    people = vital.as_groups(tables().yearly.population, URBAN)
    disabled = people * tables().yearly.surveyed
    assert disabled.sum() / people.sum() == pytest.approx(0.0625, abs=0.0001)
    assert disabled[:, 60:].sum() / disabled.sum() == pytest.approx(0.5324, abs=0.003)
    assert disabled[:, :15].sum() / disabled.sum() == pytest.approx(0.0466, abs=0.001)


def test_the_card_share_is_the_allowance_over_the_severely_disabled() -> None:
    recipients = EVIDENCE.value("recipients_of_severe_disability_nursing_allowance", year="2021-06")
    known = SETTINGS.quantities
    share, card = (known[f"life.{name}"].prior for name in ("surveyed_severe_share", "card_severe_share"))
    assert share and card == pytest.approx(recipients / (41_540_086 * 0.0625 * share), abs=0.002)


def test_less_onset_lowers_prevalence_but_not_the_severe() -> None:
    low, central = (tables(onset_scale=scale).yearly for scale in (0.667, 1.0))
    people = vital.as_groups(central.population, URBAN)[:, 60:]

    def share(yearly) -> float:  # type: ignore[no-untyped-def]
        return float((people * yearly.prevalence[:, 60:]).sum() / people.sum())

    assert 0.66 < share(low) / share(central) < 0.8
    assert share(low) * low.severe_share == pytest.approx(share(central) * central.severe_share, rel=0.02)


def test_onset_and_recovery_are_the_published_rates_around_the_urban_share() -> None:
    moves = function_law.transitions(EVIDENCE, SETTINGS, URBAN)
    onset, recovery = np.log(moves.onset[:, 75]), np.log(moves.recovery[:, 75])
    assert onset[1] - onset[0] == pytest.approx(np.log(1.33))
    assert recovery[3] - recovery[2] == pytest.approx(np.log(0.78))
    assert onset[0] * (1 - URBAN) + onset[1] * URBAN == pytest.approx(
        -4.81518 + 0.06012 * 10 + np.log(SETTINGS["life.onset_scale"])
    )
    assert not moves.onset[:, :50].any() and moves.onset[:, 50:].all()


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in SETTINGS if n.startswith("life.")])
def test_both_ends_of_every_range_make_tables(name: str) -> None:
    quantity = SETTINGS.quantities[name]
    assert quantity.touches == "life"
    for value in {quantity.low, quantity.high} - {quantity.value}:
        built = tables(**{name.removeprefix("life."): value})
        for field in (*built.month, *built.start):
            assert np.asarray(field, dtype=np.float64).max() <= 2**32
        assert np.isfinite(built.yearly.surveyed).all()
