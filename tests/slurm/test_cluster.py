"""The cluster of the tests: it keeps its queue when it falls over, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tests.slurm.cluster import Cluster

pytestmark = pytest.mark.slurm
TASKS = 40


def submit(cluster: Cluster, done: Path) -> None:
    """Submit an array of which each task writes its number."""
    script = done.with_name("task.sh")
    script.write_text(f"#!/bin/sh\nsleep 0.5\necho $SLURM_ARRAY_TASK_ID >> {done}\n")
    cluster.call(
        "sbatch", f"--array=0-{TASKS - 1}", "--output=/dev/null", f"--chdir={done.parent}", str(script)
    )


def written(done: Path) -> list[int]:
    return sorted(int(line) for line in done.read_text().split()) if done.exists() else []


@pytest.mark.parametrize("falls_over", [Cluster.crash, Cluster.blackout], ids=["crash", "blackout"])
def test_what_waits_is_done_after_a_fall(cluster: Cluster, falls_over, tmp_path: Path) -> None:
    done = tmp_path / "done"
    submit(cluster, done)
    cluster.wait_for("first tasks", lambda: len(written(done)) >= 2)
    cluster.wait_until_saved()
    falls_over(cluster)
    early = written(done)
    assert len(set(early)) < TASKS, "everything was over before the fall"
    cluster.restart()
    cluster.wait_until_empty(120)
    assert set(written(done)) == set(range(TASKS))


def test_a_cluster_that_is_stopped_leaves_no_process(cluster: Cluster, tmp_path: Path) -> None:
    submit(cluster, tmp_path / "done")
    cluster.wait_for("a task", lambda: "RUNNING" in cluster.queue())
    cluster.stop()
    ours = [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline", "status"])
        if any(str(cluster.folder) in word for word in process.info["cmdline"] or [])
    ]
    assert not ours
