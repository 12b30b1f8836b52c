"""Chance against not-knowing: made-up replications of known variances, and what a run says of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from results.doubt import FEWEST_PAIRS, doubts, split, twins
from results.estimates import Interval
from results.front import front
from results.summary import summary
from results.tables import Run, open_run
from sim.parameters import draw_of


def pairs_of(replications: int) -> list[tuple[int, int]]:
    return [(draw_of(r), r) for r in range(replications) if draw_of(r) != r]


def answers(rng: np.random.Generator, replications: int, known: float, chance: float) -> np.ndarray:
    """Return y = theta + e by replication: theta by draw, e by replication, of given standard deviations."""
    theta = rng.normal(0, known, replications) if known else np.zeros(replications)
    return 3 + theta[[draw_of(r) for r in range(replications)]] + rng.normal(0, chance, replications)


@pytest.mark.parametrize(("known", "chance"), [(2.0, 1.0), (0.5, 1.0), (1.0, 0.05)])
def test_known_variances_are_found_without_bias(known: float, chance: float) -> None:
    rng = np.random.default_rng(1)
    found = [split(answers(rng, 101, known, chance), pairs_of(101)) for _ in range(600)]
    for mine, true in (("chance", chance**2), ("not_knowing", known**2)):
        values = np.array([getattr(each, mine) for each in found])
        assert abs(values.mean() - true) < 4 * values.std() / np.sqrt(len(values)), mine


def test_with_many_pairs_the_shares_come_out_right() -> None:
    found = split(answers(np.random.default_rng(2), 20_001, 2.0, 1.0), pairs_of(20_001))
    assert found.pairs == 4000
    assert found.share.mean == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("replications", [26, 101])
@pytest.mark.parametrize("known", [0.5, 1.0, 3.0])
def test_nine_intervals_of_ten_hold_the_share(known: float, replications: int) -> None:
    rng, true = np.random.default_rng(3), 1 / (1 + known**2)
    shares = [
        split(answers(rng, replications, known, 1.0), pairs_of(replications)).share for _ in range(1000)
    ]
    held = np.mean([each.low <= true <= each.high for each in shares])
    assert 0.85 < held < 0.98


def test_where_no_parameter_spreads_nothing_is_unknown() -> None:
    found = split(answers(np.random.default_rng(4), 5001, 0.0, 1.0), pairs_of(5001))
    assert found.not_knowing < 0.05 and found.share.mean > 0.95 and found.share.high == 1.0


def test_where_nothing_is_chance_twins_agree_and_no_interval_is_pretended() -> None:
    found = split(answers(np.random.default_rng(5), 26, 1.0, 0.0), pairs_of(26))
    assert found.chance == 0 and found.not_knowing > 0
    assert found.share.mean == 0 and found.share.kind is Interval.NOT_ESTIMATED


def test_the_central_replication_has_no_say() -> None:
    values = answers(np.random.default_rng(6), 26, 1.0, 1.0)
    moved = np.concatenate([[1e6], values[1:]])
    assert split(moved, pairs_of(26)) == split(values, pairs_of(26))


def test_below_four_pairs_nothing_is_estimated() -> None:
    rng = np.random.default_rng(7)
    enough = 5 * FEWEST_PAIRS + 1
    assert split(answers(rng, enough, 1.0, 1.0), pairs_of(enough)).known
    few = split(answers(rng, enough - 1, 1.0, 1.0), pairs_of(enough - 1))
    assert not few.known and np.isnan([few.chance, few.not_knowing]).all() and few.pairs == 3


def test_a_replication_without_a_number_takes_its_twin_out_of_the_pairs() -> None:
    values = answers(np.random.default_rng(8), 31, 1.0, 1.0)
    values[10] = np.nan
    found = split(values, pairs_of(31))
    assert found.pairs == 5 and found.share.replications == 29
    assert not split(np.full(31, np.nan), pairs_of(31)).known


def test_a_number_that_is_the_same_everywhere_has_nothing_to_split() -> None:
    found = split(np.full(26, 0.4), pairs_of(26))
    assert not found.known and found.chance == found.not_knowing == 0


def test_twins_are_those_that_the_drawn_numbers_show(many: Run, run: Run) -> None:
    assert twins(many) == [(r - 1, r) for r in range(5, 55, 5)]
    assert twins(run) == []


@pytest.mark.parametrize(
    ("language", "says"), [("en", "44 drawn, 10 twins"), ("zh", "44 次抽样，10 次沿用前一次的参数")]
)
def test_the_first_page_counts_draws_and_twins_apart(many: Run, run: Run, language: str, says: str) -> None:
    assert says in " ".join(front(many, language)["scope"])
    assert "10" not in front(run, language)["scope"][1], "two replications have no twins"


def test_a_run_from_before_there_were_twins_is_not_split(many: Run, tmp_path: Path) -> None:
    old = Path(shutil.copytree(many.folder, tmp_path / "old"))
    draws = pl.read_parquet(old / "draws.parquet")
    draws.with_columns(pl.col("value_e9") + pl.col("replication")).write_parquet(old / "draws.parquet")
    found = open_run(old)
    assert twins(found) == []
    for target in summary(found)["targets"]:
        assert all(each["chance_share"] is None for each in target["doubt"].values())


def test_every_target_with_a_service_says_what_its_numbers_spread_by(many: Run) -> None:
    for target in many.manifest.capacity_targets:
        found = doubts(many, target)
        assert bool(found) == bool(target.services)
        for doubt in found.values():
            assert doubt.pairs in (0, 10)
            assert not doubt.known or 0 <= doubt.share.low <= doubt.share.mean <= doubt.share.high <= 1


def test_shares_of_the_summary_add_up(many: Run) -> None:
    seen = 0
    for target in summary(many)["targets"]:
        for each in target["doubt"].values():
            if each["chance_share"] is not None:
                whole = each["chance_variance"] + each["not_knowing_variance"]
                assert each["chance_share"] == pytest.approx(each["chance_variance"] / whole)
                assert each["chance_share"] + each["not_knowing_share"] == pytest.approx(1)
                seen += 1
    assert seen > 10


def test_a_run_folder_from_before_there_was_a_posterior_is_read(folder: Path, tmp_path: Path) -> None:
    old = Path(shutil.copytree(folder, tmp_path / "old"))
    raw = json.loads((old / "manifest.json").read_text(encoding="utf-8"))
    del raw["posterior"]
    (old / "manifest.json").write_text(json.dumps(raw), encoding="utf-8")
    assert open_run(old).manifest.posterior == {}
