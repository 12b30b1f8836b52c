"""The forecast, the pledge and the confrontation as a reader meets them on the terminal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jinlin.cli import app
from results.files import write_aside
from results.pledges import pledge
from sim.errors import RunError
from tests.results.test_pledges import small_forecast


def call(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("command", ["forecast", "pledge"])
def test_where_nothing_can_be_written_nothing_is_computed(command: str, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "no-such-folder" / "file.csv"):
        code, output, errors = call(command, "--out", str(place))
        assert (code, output) == (2, "") and len(errors.splitlines()) == 1
        assert str(tmp_path) in errors and "--out" in errors


@pytest.mark.parametrize(
    "words", [["--draws", "1"], ["--market-draws", "0"], ["--seed", "-1"], ["--lang", "fr"], []]
)
def test_bad_numbers_end_with_code_2(words: list[str], tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "f.csv")] if words else []
    assert call("forecast", *out, *words)[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old", encoding="utf-8")
    write_aside(path, "new\n")
    assert path.read_text(encoding="utf-8") == "new\n" and os.listdir(tmp_path) == ["table.csv"]
    with pytest.raises(RunError, match="is a folder"):
        write_aside(tmp_path, "new")


@pytest.mark.parametrize(
    ("language", "says"), [("en", "2 of 3 inside the 90 % intervals"), ("zh", "3项中2项在90%区间内")]
)
def test_published_figures_are_laid_beside_what_was_pledged(language: str, says: str, tmp_path: Path) -> None:
    file, figures = tmp_path / "pledge.json", tmp_path / "observed.csv"
    file.write_text(json.dumps(pledge(small_forecast())), encoding="utf-8")
    figures.write_text(
        "indicator,year,value\nbirths,2021,300\ndeaths,2021,101\npopulation,2022,9\n", encoding="utf-8"
    )
    code, output, _ = call("--lang", language, "confront", str(file), str(figures))
    assert code == 0 and says in output
    assert output.splitlines()[3].startswith("population") and "< p05" in output.splitlines()[3]


def test_a_missing_pledge_or_table_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "pledge.json"
    for words in ((str(file), "x.csv"), (str(tmp_path), "x.csv")):
        code, output, errors = call("confront", *words)
        assert (code, output) == (2, "") and "pledge" in errors and len(errors.splitlines()) == 1
    file.write_text(json.dumps(pledge(small_forecast())), encoding="utf-8")
    code, _, errors = call("confront", str(file), str(tmp_path / "none.csv"))
    assert code == 2 and "none.csv" in errors and "Traceback" not in errors
