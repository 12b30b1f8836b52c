"""The posterior: written and read whole, refused where damaged or stale, and drawn from where it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from evidence import posterior as posterior_room
from evidence.posterior import HASH, Posterior, load_posterior, read_posterior, with_joint, write_posterior
from evidence.settings import load_parameters
from jinlin.running import run_scenarios
from results.tables import open_run
from scenarios.definitions import with_ceilings
from scenarios.ledgers import ledger_facts
from scenarios.load import define, load_scenario
from scenarios.studies import life_key
from sim.errors import EvidenceError
from sim.places import load_atlas

LIFE, WISH = "life.mortality_scale", "elder-bed.wish"
SEED = 20201101


def made_up(*names: str) -> Posterior:
    """Fifty draws of some settings, from nine tenths to eleven tenths of their central values."""
    centres = [load_parameters()[name] for name in names]
    scale = np.linspace(0.9, 1.1, 50)[:, None]
    return Posterior(names, scale * np.array(centres), {"made_by": "a test"})


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Posterior]:
    """Keep a made-up posterior in the place of the project's own while a test runs."""
    found = made_up(LIFE, WISH)
    path = tmp_path / "posterior.parquet"
    write_posterior(path, found)
    monkeypatch.setattr(posterior_room, "FILE", path)
    for each in (load_posterior, define):
        each.cache_clear()
    yield found
    for each in (load_posterior, define):
        each.cache_clear()


def scenario_with(folder: Path, name: str, more: str) -> Path:
    path = folder / "mine.toml"
    text = f'extends = "plan-2025"\ntitle = {{ zh = "试", en = "test" }}\n[set."{name}"]\n{more}\n'
    path.write_text(text + 'year = 2024\nsource = "a test"\n', encoding="utf-8")
    return path


def test_a_posterior_is_read_as_it_was_written(tmp_path: Path) -> None:
    written, path = made_up(LIFE, WISH), tmp_path / "posterior.parquet"
    write_posterior(path, written)
    found = read_posterior(path)
    assert found.names == written.names and np.array_equal(found.values, written.values)
    assert found.facts == {"made_by": "a test", HASH: written.digest}
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_damaged_posterior_is_refused_in_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "posterior.parquet"
    write_posterior(path, made_up(LIFE))
    changed = pl.read_parquet(path).with_columns(pl.col(LIFE) + 1e-9)
    changed.write_parquet(tmp_path / "changed.parquet", metadata=pl.read_parquet_metadata(path))
    (tmp_path / "cut.parquet").write_bytes(path.read_bytes()[:300])
    pl.DataFrame({LIFE: ["much", "more"]}).write_parquet(tmp_path / "words.parquet")
    for name in ("changed", "cut", "words", "absent"):
        with pytest.raises(EvidenceError) as caught:
            read_posterior(tmp_path / f"{name}.parquet")
        text = str(caught.value)
        assert text.startswith(f"{name}.parquet: ") and "jinlin calibrate" in text and "\n" not in text


def test_a_draw_that_is_no_number_is_not_written(tmp_path: Path) -> None:
    bad = replace(made_up(LIFE), values=np.array([[1.0], [np.nan]]))
    with pytest.raises(EvidenceError, match="not a finite number"):
        write_posterior(tmp_path / "posterior.parquet", bad)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("stale", "why"),
    [
        (Posterior(("life.gone",), np.ones((3, 1))), "life.gone is no parameter"),
        (Posterior((LIFE,), np.full((3, 1), 5.0)), "lies outside its draws, 5 to 5"),
    ],
)
def test_a_posterior_of_other_settings_is_stale(stale: Posterior, why: str) -> None:
    with pytest.raises(EvidenceError, match=why) as caught:
        with_joint(load_parameters(), stale)
    assert "jinlin calibrate" in str(caught.value)


def test_without_a_posterior_every_number_is_drawn_alone() -> None:
    assert with_joint(load_parameters(), None) is load_parameters()


def test_a_scenario_draws_what_was_fitted_together(kept: Posterior) -> None:
    settings = load_scenario("plan-2025").settings
    rows = {tuple(row) for row in kept.values.tolist()}
    for replication in range(1, 9):
        drawn = settings.drawn(SEED, replication)
        assert tuple(drawn[name] for name in kept.names) in rows


def test_what_a_scenario_sets_leaves_the_joint(kept: Posterior, tmp_path: Path) -> None:
    held = load_scenario(scenario_with(tmp_path, WISH, 'value = 0.03\nquality = "published"')).settings
    plan = load_scenario("plan-2025").settings
    assert held.joint is not None and held.joint.names == (LIFE,)
    for replication in range(1, 6):
        mine, theirs = held.drawn(SEED, replication), plan.drawn(SEED, replication)
        assert mine[WISH] == 0.03 and mine[LIFE] == theirs[LIFE]


def test_no_wish_of_the_joint_is_above_what_needs_are_kept_for(kept: Posterior) -> None:
    plan = load_scenario("plan-2025")
    wide = with_joint(plan.settings, Posterior((WISH,), np.array([[0.001], [0.5]])))
    wishing = [each for each in with_ceilings(plan.services, wide) if each.wish == WISH]
    assert wishing and all(each.wish_ceiling >= 0.5 for each in wishing)
    assert not any(each.wish_ceiling >= 0.5 for each in plan.services if each.wish == WISH)


def test_lives_are_shared_only_where_their_numbers_are_drawn_alike(kept: Posterior, tmp_path: Path) -> None:
    plan = load_scenario("plan-2025")
    assert plan.settings.joint is not None
    alone = replace(plan, settings=replace(plan.settings, joint=plan.settings.joint.without([LIFE])))
    wishing = replace(plan, settings=replace(plan.settings, joint=plan.settings.joint.without([WISH])))
    assert life_key(alone) != life_key(plan) == life_key(wishing)


def test_twins_have_ledgers_of_their_own() -> None:
    scenario = load_scenario("plan-2025")
    first, twin = (
        ledger_facts(scenario, scenario.settings.drawn(SEED, r), "柘荣县", SEED, r, 62) for r in (4, 5)
    )
    assert first["settings"] == twin["settings"] and first != twin


def test_a_run_names_the_posterior_that_it_drew_from(kept: Posterior, tmp_path: Path) -> None:
    place = load_atlas().select(["柘荣县"])
    (folder,) = run_scenarios([load_scenario("plan-2025")], place, 2, SEED, 1, tmp_path / "run")
    run = open_run(folder)
    assert run.manifest.posterior == {"made_by": "a test", HASH: kept.digest}
    drawn = run.table("draws").filter(pl.col("replication") == 1)
    values = dict(zip(drawn["parameter"], drawn["value_e9"], strict=True))
    row = [values[name] / 1e9 for name in kept.names]
    assert np.abs(kept.values - row).max(axis=1).min() < 1e-9
