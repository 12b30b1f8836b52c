"""A reader who asks what the model would have said of 2020 is answered in the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibration.validation import load_hindcast, parsed
from jinlin.cli import app


@pytest.mark.parametrize(("language", "yes", "fitted"), [("en", "yes", "fitted"), ("zh", "是", "拟合")])
def test_every_figure_is_shown_with_its_miss_bound_and_basis(language: str, yes: str, fitted: str) -> None:
    done = CliRunner().invoke(app, ["--lang", language, "hindcast", "--stored"])
    assert done.exit_code == 0, done.output
    rows = {tuple(line.split()[:2]): line.split() for line in done.stdout.splitlines()[1:-2]}
    assert len(rows) == len(load_hindcast().figures)
    deaths = rows["deaths_revised_base", "2017"]
    assert deaths[2] == "250,500" and deaths[-2:] == [yes, fitted] and deaths[5:7] == ["±", "5%"]
    assert rows["age_65_plus", "2020"][-2] == "–", "no bound is set"


def test_the_figures_are_written_where_asked(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = CliRunner().invoke(app, ["hindcast", "--stored", "--out", str(file)])
    assert done.exit_code == 0, done.output
    assert parsed(file.read_text(encoding="utf-8")) == load_hindcast()
