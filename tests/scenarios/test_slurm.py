"""A sweep as a job array: what is asked of Slurm, and which task computes what."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from scenarios import slurm
from scenarios.slurm import Wishes, script_of, submit, submit_all, submitted, tasks_of
from scenarios.sweep_manifest import Chunk, Task
from sim.errors import RunError

CHUNKS = [Chunk(number, f"{number:020d}", number, 1, 1.0, False) for number in range(7)]


def cluster(folder: Path, monkeypatch: pytest.MonkeyPatch, **says: str) -> Path:
    """Put commands of Slurm on the path that note how they were called and say something."""
    bin_, calls = folder / "bin", folder / "calls"
    bin_.mkdir()
    for name, words in says.items():
        path = bin_ / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {calls}\n{words}\n')
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return calls


def home(tmp_path: Path) -> Path:
    (tmp_path / "sweep" / "slurm").mkdir(parents=True)
    return tmp_path / "sweep"


def test_every_task_left_is_computed_by_one_task_of_the_array(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster(tmp_path, monkeypatch, sbatch="echo '42;cluster'", scontrol="echo 'MaxArraySize = 4'")
    tasks = [Task(chunk, chunk.number % 2) for chunk in CHUNKS]
    assert submit(home(tmp_path), tasks, Wishes()) == "42"
    folder = tmp_path / "sweep"
    assert submitted(folder) == ["42"]
    taken = [task for index in range(3) for task in tasks_of(folder, CHUNKS, 1, index)]
    assert sorted(taken, key=lambda task: task.chunk.number) == tasks
    with pytest.raises(RunError, match="no submission with a task 3"):
        tasks_of(folder, CHUNKS, 1, 3)


def test_what_one_array_may_not_hold_is_spread_over_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster(tmp_path, monkeypatch, sbatch="echo 42", scontrol="echo 'MaxArraySize = 4'")
    folder, tasks = home(tmp_path), [Task(chunk) for chunk in CHUNKS]
    assert submit_all(folder, tasks, Wishes()) == ["42"] * 3, "seven tasks, three an array"
    sizes = {1: 3, 2: 2, 3: 2}
    taken = [
        each for n, size in sizes.items() for i in range(size) for each in tasks_of(folder, CHUNKS, n, i)
    ]
    assert sorted(taken, key=lambda task: task.chunk.number) == tasks
    assert submit_all(folder, tasks, Wishes(array_limit=2)) == ["42"], "who wants two at once has one array"


def test_of_two_who_submit_at_once_each_has_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has looked before the first wrote: it finds its number taken, and takes the next."""
    cluster(tmp_path, monkeypatch, sbatch="echo 42", scontrol="exit 1")
    folder, tasks = home(tmp_path), [Task(chunk) for chunk in CHUNKS]
    submit(folder, tasks[:2], Wishes())
    monkeypatch.setattr(Path, "glob", lambda path, pattern: iter(()))
    submit(folder, tasks[2:], Wishes())
    monkeypatch.undo()
    assert [tasks_of(folder, CHUNKS, number, 0) for number in (1, 2)] == [[tasks[0]], [tasks[2]]]


def test_the_script_asks_for_one_core_and_what_the_user_wishes(tmp_path: Path) -> None:
    wishes = Wishes("short", "04:00:00", 200, "me", "4G", ("--qos=long",))
    text = script_of(tmp_path / "a sweep", 3, 50, wishes)
    asked = [line.removeprefix("#SBATCH ") for line in text.splitlines() if line.startswith("#SBATCH")]
    assert {
        "--array=0-49%200",
        "--cpus-per-task=1",
        "--partition=short",
        "--time=04:00:00",
        "--account=me",
        "--qos=long",
    } <= set(asked)
    assert "export OMP_NUM_THREADS=1" in text
    command = text.splitlines()[-1]
    assert command.startswith("exec ") and "'" in command, "a folder with a space is quoted"
    assert command.endswith('3 "$SLURM_ARRAY_TASK_ID"')


def test_what_slurm_refuses_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = "echo 'sbatch: error: invalid partition specified: nope' >&2; exit 1"
    cluster(tmp_path, monkeypatch, sbatch=refusal, scontrol="exit 1")
    with pytest.raises(RunError, match="invalid partition specified: nope"):
        submit(home(tmp_path), [Task(CHUNKS[0])], Wishes("nope"))
    assert submitted(tmp_path / "sweep") == []


def test_without_slurm_the_way_without_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RunError, match="'jinlin sweep run' needs none"):
        submit(home(tmp_path), [Task(CHUNKS[0])], Wishes())


def test_states_are_counted_and_a_forgotten_array_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster(tmp_path, monkeypatch, squeue="printf 'RUNNING\\nPENDING\\nPENDING\\n'")
    assert slurm.states(["42"]) == {"PENDING": 2, "RUNNING": 1}
    (tmp_path / "bin" / "squeue").write_text("#!/bin/sh\necho 'Invalid job id' >&2; exit 1\n")
    assert slurm.states(["42"]) == {} and slurm.states([]) == {}


def test_an_array_is_cancelled_by_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = cluster(tmp_path, monkeypatch, scancel="exit 1")
    slurm.cancel(["42", "43"])
    assert calls.read_text().split("\n")[:2] == ["scancel 42", "scancel 43"]


def test_a_folder_that_was_copied_has_none_of_the_first_one_s_arrays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else 'cancel' in the copy would end the arrays of the first."""
    cluster(tmp_path, monkeypatch, sbatch="echo 42", scontrol="exit 1")
    first = home(tmp_path)
    submit(first, [Task(CHUNKS[0])], Wishes())
    copy = shutil.copytree(first, tmp_path / "copy")
    assert submitted(first) == ["42"] and submitted(copy) == []
