"""Counties are coloured only where they differ from the whole by more than their margin."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from results.counties import county_margin, county_met, county_rows
from results.tables import Run, open_run


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


def test_counties_that_chance_alone_sets_apart_are_not_coloured(run: Run):
    found, _ = county_met(run, run.manifest.service("ordinary-bed"))
    assert {each.differs for each in found} == {0}


def test_a_county_that_is_served_twice_as_well_is_coloured(folder: Path, tmp_path: Path):
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    path = copy / "cascade.parquet"
    better = pl.when(pl.col("county") == 350302).then(pl.col("in_time") * 2).otherwise(pl.col("in_time"))
    pl.read_parquet(path).with_columns(in_time=better).write_parquet(path)
    run = open_run(copy)
    found, whole = county_met(run, run.manifest.service("social-work-case"))
    differs = {each.code: each.differs for each in found}
    assert differs.pop(350302) == 1 and set(differs.values()) == {-1}
    assert min(each.met.mean for each in found) < whole.mean < max(each.met.mean for each in found)


@pytest.mark.parametrize(
    ("shares", "whole", "needed", "relative", "margin"),
    [
        (array(0.5), array(0.4), array(1e12), 0.10, 0.05),  # a head count in doubt by a tenth
        (array(0.5), array(0.4), array(9604), 0.0, 0.01),  # 1.96 standard errors among 9,604 people
        (array(0.5, 0.5), array(0.4, 0.6), array(1e12, 1e12), 0.0, 0.1),  # the spread over replications
        (array(np.nan), array(0.4), array(0), 0.0, np.inf),  # nobody in need: nothing can be said
    ],
)
def test_a_margin_adds_the_doubts_up(shares, whole, needed, relative, margin):
    assert county_margin(shares, whole, needed, relative) == pytest.approx(margin, abs=1e-6)


def test_the_table_of_counties_adds_up_to_the_run(run: Run):
    service = run.manifest.service("nursing-bed")
    rows = county_rows(run, service)
    life = run.table("life").filter(year=2025)
    assert sum(row.population.mean for row in rows) == pytest.approx(
        life["population"].sum() / run.replications
    )
    end = run.of_service("months", service.id).filter(month=61)
    assert sum(row.waiting.mean for row in rows) == pytest.approx(end["waiting"].sum() / run.replications)
    assert sum(row.taken.mean for row in rows) == pytest.approx(
        end["place_parts"].sum() / 1000 / run.replications
    )
    assert sum(row.places.mean for row in rows) == pytest.approx(
        end["usable_parts"].sum() / 1000 / run.replications
    )
