"""A sweep on a cluster: cancelled midway, the daemons killed, all power lost, resumed; then the same table.

The file that is compared is that of an undisturbed run without a cluster, byte for byte.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster

pytestmark = pytest.mark.slurm
HOUSE = Path(__file__).parents[2]
JOBS, LEAST_TASKS = 216, 20
SWEEP = """
title = { zh = "集群测试", en = "Two small counties, to be disturbed" }
scenarios = ["plan-2025", "staff-short"]
places = ["柘荣县", "明溪县"]
replications = 6
chunk_minutes = 0.008

[points]
design = "grid"

[vary."elder-bed.wish"]
values = [0.02, 0.03, 0.04]

[vary."staff.social-worker"]
values = [0.5, 0.7, 0.9]
"""


class Sweep:
    """A sweep in a folder, and the command line as its user calls it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        file = folder.with_suffix(".toml")
        file.write_text(SWEEP, encoding="utf-8")
        self.call("plan", str(file), "--out", str(folder))
        self.tasks = len(json.loads((folder / "sweep.json").read_text(encoding="utf-8"))["chunks"])

    def call(self, action: str, *words: str) -> str:
        """Run a command of ``jinlin sweep``; it has to end well."""
        command = [sys.executable, "-m", "jinlin", "sweep", action, *words, "--lang", "en"]
        done = subprocess.run(
            command,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            cwd=self.folder.parent,
            timeout=600,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}\n{self.last_words()}"
        return done.stdout

    def on_folder(self, action: str, *options: str) -> str:
        return self.call(action, str(self.folder), *options)

    def done(self) -> int:
        """Count the chunks that are done."""
        return len(list((self.folder / "receipts").glob("[!.]*.json")))

    def begun(self) -> Counter[str]:
        """Count how often each chunk was begun."""
        lines = [line for log in (self.folder / "log").iterdir() for line in log.read_text().splitlines()]
        return Counter(line.split()[2] for line in lines if line.split()[1] == "begins")

    def table(self) -> bytes:
        self.on_folder("collect")
        return (self.folder / "results.parquet").read_bytes()

    def last_words(self) -> str:
        logs = sorted((self.folder / "slurm").glob("*.log")) if self.folder.exists() else []
        return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-300:]}" for log in logs[-5:])


@pytest.fixture
def undisturbed(tmp_path: Path) -> Sweep:
    """Run the sweep on this machine, without a cluster."""
    sweep = Sweep(tmp_path / "undisturbed", os.environ | {"PYTHONPATH": str(HOUSE), "PYTHONUTF8": "1"})
    sweep.on_folder("run")
    return sweep


def test_a_sweep_that_is_cancelled_and_falls_with_its_cluster_ends_in_the_same_table(
    cluster: Cluster, undisturbed: Sweep, tmp_path: Path
) -> None:
    sweep = Sweep(tmp_path / "disturbed", cluster.environment | {"PYTHONPATH": str(HOUSE), "PYTHONUTF8": "1"})
    assert sweep.tasks >= LEAST_TASKS and f"{JOBS}" in sweep.on_folder("status")

    sweep.on_folder("submit", "--slurm")
    cluster.wait_for("first chunks", lambda: sweep.done() >= 3, 300)
    sweep.on_folder("cancel")
    cluster.wait_until_empty(120)
    cancelled = sweep.done()
    assert cancelled < sweep.tasks, "everything was over before it was cancelled"

    sweep.on_folder("submit", "--slurm")
    cluster.wait_for("chunks after the cancellation", lambda: sweep.done() >= cancelled + 2, 300)
    cluster.wait_until_saved()
    cluster.crash()
    cluster.restart()
    crashed = sweep.done()
    assert crashed < sweep.tasks, "everything was over before the crash"
    cluster.wait_for("chunks after the crash", lambda: sweep.done() >= crashed + 2, 300)
    cluster.wait_for("a chunk in work", lambda: len(sweep.begun()) > sweep.done(), 300, pause=0.02)
    cluster.blackout()
    dark = sweep.done()
    assert dark < sweep.tasks, "everything was over before the power was lost"
    assert sweep.done() == dark, "somebody computes without power"
    cluster.restart()

    sweep.on_folder("submit", "--slurm")
    # not until the queue is empty: Slurm holds for minutes what a dead node ran, though nothing is left of it
    cluster.wait_for("all chunks", lambda: sweep.done() == sweep.tasks, 600)
    assert sweep.table() == undisturbed.table()
    cut = sum(times - 1 for times in sweep.begun().values())
    cores = len(os.sched_getaffinity(0))
    assert cut <= 3 * cores, f"{cut} chunks were begun twice; three falls cut at most one a core each"
