"""Who follows docs/how-to/on-a-cluster.md, word for word, has the same table as at home."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.test_examples import HOUSE, examples, follow, write
from tests.slurm.cluster import Cluster

pytestmark = pytest.mark.slurm
PAGE = HOUSE / "docs" / "how-to" / "on-a-cluster.md"


def test_a_reader_who_takes_a_sweep_to_a_cluster_gets_there(cluster: Cluster, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    jinlin = programs / "jinlin"
    jinlin.write_text(f'#!/bin/sh\nexec {sys.executable} -m jinlin "$@"\n')
    jinlin.chmod(0o755)
    environment = cluster.environment | {"PYTHONPATH": str(HOUSE), "PYTHONUTF8": "1"}
    environment["PATH"] = f"{programs}:{environment['PATH']}"
    submitted = 0
    for language, text in examples(PAGE):
        if language == "toml":
            write(text, tmp_path)
        elif language == "console" and "at-home" in text:
            for line in text.splitlines():
                follow(line.removeprefix("$ "), tmp_path)
        elif language == "sh":
            done = subprocess.run(
                ["sh", "-e", "-c", text],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=600,
            )
            assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
            submitted += text.count("--slurm")
            cluster.wait_until_empty(600)
    assert submitted >= 3, "the page submits nothing"
    small, at_home = (tmp_path / "runs" / "sweeps" / name for name in ("small", "at-home"))
    assert (small / "results.parquet").read_bytes() == (at_home / "results.parquet").read_bytes()
    follow(f"jinlin sweep collect {tmp_path / 'runs' / 'sweeps' / 'again'}", tmp_path)
