"""A scenario that sets a rate of life: the same census, then a life of its own by the same alignment."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from results.run_folder import draws_frame
from scenarios.ledgers import content_key, ledger_facts
from scenarios.load import Scenario, load_scenario
from scenarios.runner import Outcome, run_study
from scenarios.studies import Study, life_key
from sim.model import CommunityModel
from sim.places import load_atlas
from sim.residents import COLUMNS
from tests.whole.small_study import SEED, SMALLEST, market, world

MONTHS = 62
TENTH_MORE = 1.1 * load_scenario("plan-2025").settings["life.onset_scale"]
SOURCED = 'source = "a test"\nquality = "assumed"\nreason = "a test"\n'


def setting(folder: Path, name: str, value: float) -> Scenario:
    """Write a scenario that sets one number, its range a point, and load it."""
    file = folder / "mine.toml"
    numbers = f"value = {value}\nlow = {value}\nhigh = {value}\n"
    file.write_text(f'title = "a case"\nextends = "plan-2025"\n[set."{name}"]\n{numbers}{SOURCED}')
    return load_scenario(file)


def run(scenario: Scenario) -> Outcome:
    return run_study(Study((scenario,), load_atlas().select([SMALLEST]), 1, SEED, MONTHS, False), 1)[0]


@cache
def plan() -> Outcome:
    return run(load_scenario("plan-2025"))


def founders(scenario: Scenario) -> dict[str, np.ndarray]:
    """Return the columns of the residents of the census."""
    people = CommunityModel(world(scenario, 1), market(), SEED).people
    return {column.name: getattr(people, column.name) for column in COLUMNS}


def needing_a_nursing_bed(outcome: Outcome) -> np.ndarray:
    """Count who needs a nursing bed, by month."""
    months, ids = outcome.tables["months"], [s.id for s in load_scenario("plan-2025").services]
    rows = months["service"] == ids.index("nursing-bed")
    return np.bincount(months["month"][rows], months["needed"][rows])


def test_more_onset_leaves_the_census_as_it_was_and_adds_needs_from_then_on(tmp_path: Path) -> None:
    mine = setting(tmp_path, "life.onset_scale", TENTH_MORE)
    ours, theirs = founders(mine), founders(load_scenario("plan-2025"))
    for name, column in theirs.items():
        np.testing.assert_array_equal(ours[name], column, err_msg=name)
    before, after = needing_a_nursing_bed(plan()), needing_a_nursing_bed(run(mine))
    assert abs(after[0] - before[0]) < 0.01 * before[0], "a month makes little"
    assert after[-1] > 1.03 * before[-1], "five years make two thirds of a tenth"
    assert (np.diff((after - before)[[0, 20, 40]]) > 0).all(), "the scenarios grow apart"


def test_a_number_of_the_census_is_another_baseline(tmp_path: Path) -> None:
    mine = setting(tmp_path, "life.surveyed_disability", 7.0)
    assert mine.aligned_on["life.surveyed_disability"] == 7.0
    disabled, before = (
        (founders(each)["disability_kind"] > 0).mean() for each in (mine, load_scenario("plan-2025"))
    )
    assert disabled / before == pytest.approx(7.0 / 6.25, rel=0.03)


def test_a_rate_of_a_scenario_leaves_every_draw_of_the_baseline(tmp_path: Path) -> None:
    mine, other = setting(tmp_path, "life.onset_scale", 1.1), load_scenario("plan-2025")
    for replication in range(3):
        base = mine.aligned_on.drawn(SEED, replication)
        assert dict(base) == dict(other.aligned_on.drawn(SEED, replication))
        own = mine.settings.drawn(SEED, replication)
        assert {name for name in own if own[name] != base[name]} == {"life.onset_scale"}


@pytest.mark.parametrize(
    ("name", "value", "shared"),
    [
        ("money.income_growth", 0.01, True),
        ("life.onset_scale", 1.1, False),
        ("founding.spouses_apart", 0.12, False),
    ],
)
def test_only_what_moves_no_life_shares_a_life_and_its_ledger(
    name: str, value: float, shared: bool, tmp_path: Path
) -> None:
    both = setting(tmp_path, name, value), load_scenario("plan-2025")
    keys = [content_key(ledger_facts(each, each.settings, SMALLEST, SEED, 0, MONTHS)) for each in both]
    assert (life_key(both[0]) == life_key(both[1])) is (keys[0] == keys[1]) is shared


def test_who_is_aligned_on_other_numbers_has_another_key() -> None:
    plain = load_scenario("plan-2025")
    moved = plain.aligned_on.with_values({"life.onset_scale": 0.9})
    both = plain, replace(plain, aligned_on=moved)
    keys = {content_key(ledger_facts(each, each.settings, SMALLEST, SEED, 0, MONTHS)) for each in both}
    assert len(keys) == len({life_key(each) for each in both}) == 2


def test_the_draws_tell_the_baselines_own_number_where_a_scenario_moves_it(tmp_path: Path) -> None:
    name = "life.onset_scale"
    mine, theirs = setting(tmp_path, name, TENTH_MORE), load_scenario("plan-2025")
    told = draws_frame(mine, SEED, 4).filter(pl.col("parameter").str.contains("onset_scale"))
    drawn = [round(theirs.settings.drawn(SEED, number)[name] * 1e9) for number in range(4)]
    assert set(told["parameter"]) == {f"baseline.{name}"}, "the scenario's own is a point: nothing is drawn"
    assert told["value_e9"].to_list() == drawn and len(set(drawn)) == 4
    assert not draws_frame(theirs, SEED, 4)["parameter"].str.starts_with("baseline.").any()
