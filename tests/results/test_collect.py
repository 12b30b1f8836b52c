"""A sweep's table is a function of its rows, however few fit into memory, and whole or not there."""

from __future__ import annotations

import errno
from pathlib import Path

import polars as pl
import pytest

import results.collect as collecting
from results.collect import collect
from scenarios.sweep_plan import Plan
from scenarios.sweep_runner import tasks_left, work
from sim.errors import RunError
from tests.scenarios.small_sweep import planned_in
from tests.whole.undisturbed_sweep import computed, undisturbed


@pytest.mark.parametrize("rows", [1, 7, 40], ids=lambda rows: f"{rows} rows")
def test_a_table_larger_than_memory_is_written_to_the_same_bytes(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever there is room for: no more is sorted or named at once, but a replication of a point."""
    folder = tmp_path / "s"
    plan, rows_of_it = planned_in(folder), pl.read_parquet(undisturbed())
    work(folder, plan, tasks_left(folder, plan), 0)
    monkeypatch.setattr("results.collect.ROW_GROUP", 5)
    whole = collect(folder, plan).path.read_bytes()
    heights, name_all = [], collecting.tidy

    def tidy(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
        heights.append(rows.height)
        return name_all(plan, rows)

    monkeypatch.setattr("results.collect.tidy", tidy)
    monkeypatch.setattr("results.collect.PILE_ROWS", rows)
    done = collect(folder, plan)
    assert done.path.read_bytes() == whole and max(heights) == 5
    assert done.rows == sum(heights) and pl.read_parquet(done.path).equals(rows_of_it)
    assert {path.name for path in folder.iterdir() if path.name[0] == "."} == set()


def test_a_table_for_which_there_is_no_room_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "s"
    plan = planned_in(folder)
    before = computed(folder).read_bytes()

    def full(heard: object, data: bytes) -> int:
        heard.wrong = OSError(errno.ENOSPC, "No space left on device")  # type: ignore[attr-defined]
        raise heard.wrong  # type: ignore[attr-defined]

    monkeypatch.setattr("results.collect._Heard.write", full)
    with pytest.raises(RunError, match="No space left on device; make room, then give the same command"):
        collect(folder, plan)
    assert (folder / "results.parquet").read_bytes() == before and not list(folder.glob(".*"))
