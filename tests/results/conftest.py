"""A small run that the tests of results share; who changes it copies it first."""

from __future__ import annotations

from pathlib import Path

import pytest

from jinlin.running import run_scenarios
from results.tables import Run, open_run
from scenarios.load import load_scenario
from sim.places import load_atlas
from tests.results.small_run import make_run


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("runs") / "plan", replications=3)


@pytest.fixture(scope="session")
def run(folder: Path) -> Run:
    return open_run(folder)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of the model itself: 柘荣县, the plan on time, twice, and probed."""
    out = tmp_path_factory.mktemp("runs") / "real"
    selection = load_atlas().select(["柘荣县"])
    (folder,) = run_scenarios([load_scenario("plan-2025")], selection, 2, 20201101, 1, out, probed=True)
    return open_run(folder)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return open_run(make_run(tmp_path_factory.mktemp("runs") / "many", replications=55))
