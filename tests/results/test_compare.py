"""Two runs are compared pair by pair, or refused with the reason."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from results.compare import compare_runs, outcome_by_replication, written
from results.tables import Run, open_run
from sim.errors import RunError


@pytest.fixture
def other(folder: Path, tmp_path: Path) -> Run:
    """Return the same run with ten more served in each replication and service."""
    copy = Path(shutil.copytree(folder, tmp_path / "other"))
    path = copy / "cascade.parquet"
    table = pl.read_parquet(path)
    first = table.select(
        pl.int_range(pl.len()).over("replication", "service", "year").eq(0).and_(pl.col("year") == 2025)
    ).to_series()
    table.with_columns(served=pl.col("served") + pl.Series(first).cast(pl.Int64) * 10).write_parquet(path)
    return open_run(copy)


def test_a_difference_that_is_the_same_in_every_pair_is_found_without_doubt(run: Run, other: Run):
    served = [row for row in compare_runs(run, other).rows if row.outcome == "served"]
    assert len(served) == 5
    for row in served:
        assert row.difference.gaps == (10, 10)
        assert row.difference.alike, "no spread is known of two draws that agree"
        assert row.a.high > row.a.low, "the pairing takes out a spread that is there"


def test_what_was_not_changed_does_not_differ(run: Run, other: Run):
    rest = [row for row in compare_runs(run, other).rows if row.outcome != "served"]
    assert {row.difference.mean for row in rest} == {0.0}


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("seed", 2, "seed 1 against 2"),
        ("replications", 2, "replications 3 against 2"),
        ("counties", 1, "places"),
        ("posterior", {"draws_sha256": "1f" * 32}, "posterior none against 1f1f"),
    ],
)
def test_runs_that_cannot_be_paired_are_refused(run: Run, tmp_path: Path, folder: Path, key, value, word):
    copy = Path(shutil.copytree(folder, tmp_path / "unlike"))
    raw = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    raw[key] = raw["counties"] + [raw["counties"][0] | {"code": 350300}] if key == "counties" else value
    (copy / "manifest.json").write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(RunError) as caught:
        compare_runs(run, open_run(copy))
    assert word in str(caught.value) and "\n" not in str(caught.value)


def test_the_written_table_has_a_cell_for_every_outcome(run: Run, other: Run):
    lines = written(compare_runs(run, other), "zh")
    assert len(lines) == 26 and all(len(line) == 5 and all(line) for line in lines)


def test_idle_places_are_what_was_offered_and_not_taken(run: Run):
    service = run.manifest.service("ordinary-bed")
    months = run.table("months").filter(pl.col("service") == 3, pl.col("month") >= 50)
    shares = months.group_by("replication").agg(
        (pl.col("place_part_days").sum() / (pl.col("usable_parts") * 365 / 12).sum()).alias("full")
    ).sort("replication")["full"]  # fmt: skip
    places = outcome_by_replication(run, service, "idle_places")
    usable = (
        months.group_by("replication")
        .agg(pl.col("usable_parts").sum() / 12000)
        .sort("replication")["usable_parts"]
    )
    assert np.allclose(places, usable * (1 - shares), rtol=0.01)
