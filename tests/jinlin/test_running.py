"""Folders are looked at before anything is run or written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jinlin.running import run_scenarios
from results.manifest import read_manifest
from results.run_claims import claim
from scenarios.load import load_scenario
from sim.errors import RunError
from sim.places import load_atlas


def finished(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"finished": True}), encoding="utf-8")


def test_a_finished_folder_among_several_stops_all_before_one_is_made(tmp_path: Path):
    scenarios = [load_scenario("plan-2025"), load_scenario("staff-short")]
    finished(tmp_path / "staff-short")
    with pytest.raises(RunError, match="staff-short: holds a finished run"):
        run_scenarios(scenarios, load_atlas().select(["柘荣县"]), 1, 1, 1, tmp_path)
    assert not (tmp_path / "plan-2025").exists()


def test_a_claimed_folder_is_unfinished_and_may_be_claimed_again(tmp_path: Path):
    claim(tmp_path / "mine", load_scenario("staff-short"))
    with pytest.raises(RunError, match="unfinished"):
        read_manifest(tmp_path / "mine")
    claim(tmp_path / "mine", load_scenario("baseline-2020"))
    assert [path.name for path in (tmp_path / "mine" / "scenario").iterdir()] == ["baseline-2020.toml"]


def test_what_a_stopped_run_has_left_is_gone_when_its_folder_is_claimed_again(tmp_path: Path):
    claim(tmp_path / "mine", load_scenario("staff-short"))
    for left in ("turning.parquet", "scenario/mine.txt"):  # a run that is not probed would be taken for one
        (tmp_path / "mine" / left).write_text("", encoding="utf-8")
    claim(tmp_path / "mine", load_scenario("baseline-2020"))
    assert sorted(path.name for path in (tmp_path / "mine").rglob("*")) == [
        "baseline-2020.toml",
        "manifest.json",
        "scenario",
    ]


def test_a_foreign_folder_and_a_file_are_left_alone(tmp_path: Path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("mine", encoding="utf-8")
    for name in ("letters", "letters/a.txt"):
        with pytest.raises(RunError, match="is no run folder and not empty"):
            claim(tmp_path / name, load_scenario("plan-2025"))
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["a.txt"]
