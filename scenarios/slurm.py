"""A sweep as a job array of Slurm: the script, its submission, who runs, and how it is stopped.

A task of the array computes every n-th of the tasks that were left when it was submitted, beginning with its
own number; it takes no chunk that somebody else computes. So a task that is requeued, and an array that is
submitted twice, do no harm.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.asides import told, write_aside
from scenarios.sweep_manifest import Chunk, Task
from sim.errors import RunError

MOST_TASKS = 1000  # of an array, where the cluster does not say: its default, MaxArraySize = 1001
MOST_ARRAYS = 8  # at once: of Slurm's default of 10,000 jobs some are left for others
_ID = re.compile(r"\d+")
_SUBMISSIONS = "slurm"
_THREADS = (
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "POLARS_MAX_THREADS",
)


@dataclass(frozen=True)
class Wishes:
    """What a user asks Slurm for; empty: what the cluster gives by itself."""

    partition: str = ""
    time: str = ""
    array_limit: int = 0  # tasks at once; 0: no limit of ours
    account: str = ""
    memory: str = ""
    options: tuple[str, ...] = ()  # as sbatch takes them


def submit_all(folder: Path, tasks: Sequence[Task], wishes: Wishes) -> list[str]:
    """Submit tasks as job arrays and return their numbers: several where one may not have so many tasks.

    Else an array's limit would be one of cores: a thousand, as Slurm is delivered. Whoever wants fewer at
    once has one array. Raises RunError as ``submit`` does; what was submitted before that is computed.
    """
    most = most_tasks()
    arrays = 1 if 0 < wishes.array_limit <= most else min(-(-len(tasks) // most), MOST_ARRAYS)
    return [submit(folder, tasks[first::arrays], wishes) for first in range(arrays)]


def submit(folder: Path, tasks: Sequence[Task], wishes: Wishes) -> str:
    """Submit tasks as a job array and return its number.

    Raises RunError where Slurm is not there or refuses.
    """
    count = min(len(tasks), most_tasks())
    number = _new_number(folder / _SUBMISSIONS)
    listed = [[task.chunk.number, task.round] for task in tasks]
    path = folder / _SUBMISSIONS / f"{number:04d}.json"
    about = {"home": str(folder.resolve()), "tasks": listed, "array": count}
    write_aside(path, json.dumps(about).encode())
    script = folder / _SUBMISSIONS / f"{number:04d}.sh"
    write_aside(script, script_of(folder, number, count, wishes).encode())
    said = _slurm(["sbatch", "--parsable", str(script.resolve())])
    found = _ID.match(said.strip())
    if not found:
        raise RunError(f"sbatch: no job number in {said.strip()[:100]!r}")
    write_aside(path, json.dumps({**about, "job": found[0]}).encode())
    return found[0]


def _new_number(room: Path) -> int:
    """Take the next number of a submission; of two who submit at once each has its own."""
    number = 1 + len(list(room.glob("*.sh")))
    with told(room):
        while True:
            try:
                (room / f"{number:04d}.sh").open("x").close()
                return number
            except FileExistsError:
                number += 1


def script_of(folder: Path, number: int, count: int, wishes: Wishes) -> str:
    """Write the script of an array: one core a task, no thread besides."""
    home = folder.resolve()
    limit = f"%{wishes.array_limit}" if wishes.array_limit else ""
    asked = {
        "partition": wishes.partition,
        "time": wishes.time,
        "account": wishes.account,
        "mem": wishes.memory,
    }
    options = [
        f"--job-name=jinlin-{home.name}", f"--array=0-{count - 1}{limit}", "--ntasks=1", "--cpus-per-task=1",
        "--requeue", "--open-mode=append", f"--chdir={Path.cwd()}", f"--output={home}/slurm/%A_%a.log",
        *(f"--{name}={value}" for name, value in asked.items() if value), *wishes.options,
    ]  # fmt: skip
    command = shlex.join([sys.executable, "-m", "jinlin", "sweep", "chunk", str(home), str(number)])
    return "\n".join([
        "#!/bin/bash",
        *(f"#SBATCH {_quoted(option)}" for option in options),
        *(f"export {name}=1" for name in _THREADS),
        f'exec {command} "$SLURM_ARRAY_TASK_ID"',
        "",
    ])  # fmt: skip


def _quoted(option: str) -> str:
    """Quote what sbatch would part at spaces."""
    return f'"{option}"' if " " in option else option


def tasks_of(folder: Path, chunks: Sequence[Chunk], number: int, index: int) -> list[Task]:
    """Return the tasks that a task of an array computes.

    Raises RunError where there was no such submission.
    """
    path = folder / _SUBMISSIONS / f"{number:04d}.json"
    about = _read(path)
    if about is None or not 0 <= index < about["array"]:
        raise RunError(f"{path}: no submission with a task {index}")
    listed = about["tasks"][index :: about["array"]]
    return [Task(chunks[chunk], round_) for chunk, round_ in listed]


def submitted(folder: Path) -> list[str]:
    """List the arrays that were submitted for a sweep: of a copied folder, none of those of the first."""
    found = (_read(path) for path in sorted((folder / _SUBMISSIONS).glob("*.json")))
    home = str(folder.resolve())
    return [about["job"] for about in found if about and "job" in about and about.get("home") == home]


def states(arrays: Sequence[str]) -> dict[str, int]:
    """Count the tasks of arrays by the state in which Slurm has them; those that ended are not counted."""
    if not arrays or not shutil.which("squeue"):
        return {}
    try:
        said = _slurm(["squeue", "--noheader", "--array", "--format=%T", f"--jobs={','.join(arrays)}"])
    except RunError:  # Slurm has forgotten them all
        return {}
    states_ = said.split()
    return {state: states_.count(state) for state in sorted(set(states_))}


def cancel(arrays: Sequence[str]) -> None:
    """Cancel arrays; those that have ended already are let be."""
    for array in arrays:
        _slurm(["scancel", array], may_fail=True)


def most_tasks() -> int:
    """Return how many tasks an array may have on this cluster."""
    said = _slurm(["scontrol", "show", "config"], may_fail=True)
    found = re.search(r"MaxArraySize\s*=\s*(\d+)", said)
    return max(int(found[1]) - 1, 1) if found else MOST_TASKS


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _slurm(command: list[str], may_fail: bool = False) -> str:
    """Ask Slurm something and return what it says."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except FileNotFoundError:
        raise RunError(
            f"{command[0]}: not found; is Slurm installed on this machine? 'jinlin sweep run' needs none"
        ) from None
    except subprocess.TimeoutExpired:
        raise RunError(f"{command[0]}: no answer within two minutes; is Slurm's controller up?") from None
    if done.returncode and not may_fail:
        said = " ".join((done.stderr or done.stdout).split())[:200]
        raise RunError(f"{command[0]}: {said}")
    return done.stdout
