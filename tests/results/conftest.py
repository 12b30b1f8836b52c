"""A small run that the tests of results share; who changes it copies it first."""

from __future__ import annotations

from pathlib import Path

import pytest

from results.tables import Run, open_run
from tests.results.small_run import make_run


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("runs") / "plan", replications=3)


@pytest.fixture(scope="session")
def run(folder: Path) -> Run:
    return open_run(folder)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return open_run(make_run(tmp_path_factory.mktemp("runs") / "many", replications=55))
