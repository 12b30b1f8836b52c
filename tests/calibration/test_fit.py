"""The fit: what trials count, what is kept, and what the stored posterior must hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration import trial_runs
from calibration.central import store_values, with_value
from calibration.fitted import LEVEL, load_fitted
from calibration.hindcast import digest_of_evidence
from calibration.observations import Role, load_observations
from calibration.priors import FITTED, priors
from calibration.targets import observed, said_by_counts, said_by_decade, targets
from calibration.trial_runs import Trial, run_trials
from calibration.trials import COUNTS, HOMES, tried_scenario, try_census
from evidence.posterior import load_posterior
from results.fits import width
from sim.parameters import Settings
from sim.places import load_atlas

FITTED_NOW = load_fitted()
SMALL = next(n for n, market in enumerate(load_atlas().markets) if market.name == "明溪县")
WIDEST = 0.25  # of the residents of homes, either way: the bound of the fit


def named(counts: np.ndarray) -> dict[str, float]:
    return dict(zip(COUNTS, counts.tolist(), strict=True))


def test_a_trial_counts_everyone_in_homes_once_and_knows_the_census() -> None:
    counts = named(try_census(tried_scenario().settings, [SMALL])[0])
    assert counts["elder-bed"] == sum(counts[f"in_{kind}"] for kind in HOMES) > 0
    assert all(counts[f"in_{kind}"] <= counts[f"beds_{kind}"] for kind in HOMES)
    for what in ("residents", "lost", "severe"):
        bands = [counts[f"{what}_{first}_{first + 5}"] for first in (60, 65, 70)]
        assert sum(bands) + counts[f"{what}_75_200"] == counts[f"{what}_60_200"]
    assert counts["severe_60_200"] < counts["lost_60_200"] < counts["residents_60_200"]


def test_trials_share_their_draws_so_that_only_what_a_setting_reaches_changes() -> None:
    settings = tried_scenario().settings
    before, after = (
        named(try_census(settings.with_values({"elder-bed.wish": level}), [SMALL])[0])
        for level in (0.02, 0.04)
    )
    assert after["elder-bed"] > before["elder-bed"]
    untouched = [name for name in COUNTS if "bed" not in name and not name.startswith("in_")]
    assert all(before[name] == after[name] for name in untouched)


def test_a_fit_that_was_stopped_goes_on_from_the_trials_that_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []

    def stand_in(trial: Trial) -> np.ndarray:
        ran.append(trial.number)
        return np.arange(len(COUNTS) + len(targets()), dtype=float) + trial.number

    monkeypatch.setattr(trial_runs.Trial, "run", stand_in)
    settings = Settings({})
    trials = [Trial(number, settings, (SMALL,)) for number in (1, 2, 3)]
    first = run_trials(trials[:2], tmp_path, 1, "first", lambda *_: None)
    both = run_trials(trials, tmp_path, 1, "first", lambda *_: None)
    assert ran == [1, 2, 3] and np.array_equal(both[:2], first)
    other = [replace(trials[0], markets=(SMALL + 1,))]
    run_trials(other, tmp_path, 1, "first", lambda *_: None)
    assert ran[-1] == 1 and len(ran) == 4  # other markets are another trial


def test_every_target_is_said_by_counts_or_by_the_decade_and_by_one_of_them() -> None:
    by_counts = np.isfinite(said_by_counts(np.ones(len(COUNTS))))
    by_decade = np.isfinite(said_by_decade(0.87, 0.0, 0.0))
    assert (by_counts ^ by_decade).all() and by_decade.sum() == 6


def test_higher_mortality_means_more_deaths_and_fewer_of_80_and_older() -> None:
    low, high = (said_by_decade(scale, -0.008, -0.01) for scale in (0.84, 0.88))
    rise = dict(zip((target.name for target in targets()), high - low, strict=True))
    deaths = [rise[f"deaths_revised_base {year}"] for year in (2015, 2017, 2018, 2019)]
    assert deaths == sorted(deaths, reverse=True)  # who died is not there to die: the rise fades
    assert 0 < rise["deaths_official 2020"] < deaths[0] < np.log(0.88 / 0.84)
    assert -np.log(0.88 / 0.84) < rise["age_80_plus 2020"] < 0


def test_targets_are_the_observations_of_the_fit_and_none_that_judges() -> None:
    of_fit = {(o.figure.indicator, o.figure.year) for o in load_observations(Role.FIT) if o.within}
    assert {(t.observation.figure.indicator, t.observation.figure.year) for t in targets()} == of_fit
    assert len(observed()) == len(of_fit) == 17


def test_storing_a_value_again_changes_nothing_and_keeps_the_first_guess() -> None:
    text = '[a]\nvalue = 2\nlow = 1\nhigh = 4\nquality = "assumed"\n'
    once = with_value(text, "a", 3.0)
    assert with_value(once, "a", 3.0) == once
    assert "prior = 2" in with_value(once, "a", 1.5)


def test_the_tables_hold_the_central_values_of_the_fit() -> None:
    settings = tried_scenario().settings
    for number in FITTED_NOW.numbers:
        value = settings[number.name]
        assert number.low <= value <= number.high
        if number.informed:
            assert number.p05 <= value <= number.p95
        assert settings.quantities[number.name].low == pytest.approx(number.low, rel=1e-5)


def test_the_stored_posterior_is_the_one_that_was_summed_up_and_of_today_s_evidence() -> None:
    posterior = load_posterior()
    assert posterior.digest == FITTED_NOW.posterior and posterior.names == FITTED
    assert digest_of_evidence() == FITTED_NOW.evidence
    for column, prior in enumerate(priors(tried_scenario().settings)):
        values = posterior.values[:, column]
        assert prior.quantity.low <= values.min() and values.max() <= prior.quantity.high
        assert np.quantile(values, 0.5) == pytest.approx(FITTED_NOW.numbers[column].p50, rel=1e-4)


def test_the_residents_of_homes_lie_in_an_interval_no_wider_than_a_quarter_either_way() -> None:
    homes = next(each for each in FITTED_NOW.targets if each.indicator == "institution_residents")
    assert homes.observed == 32_693
    assert homes.model[0] <= homes.observed <= homes.model[2]
    assert width(homes) <= WIDEST
    assert homes.emulated[0] <= homes.observed <= homes.emulated[2]


def test_posteriors_are_calibrated_in_every_setting_and_the_test_can_fail() -> None:
    assert FITTED_NOW.sets >= 300
    assert [each.name for each in FITTED_NOW.numbers if each.right < LEVEL] == []
    assert [each.name for each in FITTED_NOW.numbers if each.wider >= LEVEL] == []
    assert [each.name for each in FITTED_NOW.numbers if each.shifted >= LEVEL] == []


def test_values_that_belong_to_no_table_are_refused() -> None:
    from sim.errors import EvidenceError

    with pytest.raises(EvidenceError, match="no table"):
        store_values({"elder-bed.nothing": 1.0})
