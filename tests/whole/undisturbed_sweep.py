"""The table of the small sweep, computed in peace: what every other way to compute it is held against."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from results.collect import collect
from scenarios.sweep_folder import open_plan
from scenarios.sweep_runner import tasks_left, work
from tests.scenarios.small_sweep import planned_in


def computed(folder: Path) -> Path:
    """Compute what is left in this process, and collect it."""
    plan = open_plan(folder)
    work(folder, plan, tasks_left(folder, plan), 0)
    return collect(folder, plan).path


@cache
def undisturbed() -> bytes:
    """Return the table of the small sweep, computed once and in peace."""
    folder = Path(mkdtemp()) / "s"
    planned_in(folder)
    try:
        return computed(folder).read_bytes()
    finally:
        shutil.rmtree(folder.parent)
