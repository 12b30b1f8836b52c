"""A cluster for the tests of this folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster, missing


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Start a cluster in a folder whose path is short enough for a socket, and end it."""
    if absent := missing():
        pytest.skip(f"not installed: {' '.join(absent)}; `make test-slurm` installs it")
    with tempfile.TemporaryDirectory(prefix="jinlin-slurm-") as name:
        started = Cluster(Path(name))
        try:
            started.start()
            yield started
        finally:
            started.stop()
