"""``jinlin calibrate``: a small fit from end to end, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibration.priors import FITTED
from evidence.posterior import read_posterior
from jinlin.cli import app


def call(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["calibrate", *words])
    return done.exit_code, done.stdout, done.stderr


def test_the_stored_fit_is_printed_in_both_languages() -> None:
    english, chinese = (call("--stored", "--lang", lang) for lang in ("en", "zh"))
    assert english[0] == chinese[0] == 0
    assert all(name in english[1] and name in chinese[1] for name in FITTED)
    assert "institution_residents" in english[1] and "秩检验" in chinese[1]


def test_a_smaller_fit_must_be_kept_apart() -> None:
    code, _, told = call("--trials", "16", "--lang", "en")
    assert code == 2 and "--out FOLDER" in told and "Traceback" not in told


@pytest.mark.slow
def test_a_small_fit_runs_from_end_to_end_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    words = ("--trials", "16", "--out", str(tmp_path / "fit"), "--folder", str(tmp_path / "trials"))
    code, _, errors = call(*words, "--lang", "en")
    assert code == 0, errors
    posterior = read_posterior(tmp_path / "fit" / "posterior.parquet")
    assert posterior.names == FITTED and len(posterior.values) == 1000
    kept = json.loads((tmp_path / "fit" / "fitted.json").read_text(encoding="utf-8"))
    assert kept["posterior"] == posterior.digest and kept["trials"] == 16
    ran = sorted((tmp_path / "trials").glob("*.npy"))
    assert len(ran) == 16 + 2 + 6 + 2  # trials, of the province too, not ruled out, checks
    before = {path: path.stat().st_mtime_ns for path in ran}
    ran[0].unlink()
    assert call(*words)[0] == 0
    again = {path: path.stat().st_mtime_ns for path in sorted((tmp_path / "trials").glob("*.npy"))}
    assert set(again) == set(before) and sum(again[path] != before[path] for path in again) == 1
    assert read_posterior(tmp_path / "fit" / "posterior.parquet").digest == posterior.digest
