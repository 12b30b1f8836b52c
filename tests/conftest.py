"""A finished run that several rooms' tests look at; who changes it copies it first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.results.late_runs import made


@pytest.fixture(scope="session")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ledgers")


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, ledgers: Path) -> Path:
    """A run of one replication, left unprobed as it is by default; its needs are kept."""
    return made(tmp_path_factory.mktemp("runs") / "bare", ledgers=ledgers)
