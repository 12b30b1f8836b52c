"""A sweep of the smallest county that takes a second: two scenarios, two points, two replications."""

from __future__ import annotations

from pathlib import Path

from scenarios.sweep_file import Sweep, read_sweep
from scenarios.sweep_folder import open_plan, write_plan
from scenarios.sweep_plan import Plan, planned

SMALL = """
scenarios = ["plan-2025", "staff-short"]
places = ["柘荣县"]
replications = 2
seed = 11
years = [2021, 2025]
chunk_minutes = 0.005

[points]
design = "sobol"
count = 2

[vary."elder-bed.wish"]
low = 0.015
high = 0.04

[vary."staff.social-worker"]
low = 0.6
high = 0.9
"""


def small(folder: Path, text: str = SMALL) -> Sweep:
    """Write a sweep file and read it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return read_sweep(path)


def planned_in(folder: Path, text: str = SMALL) -> Plan:
    """Plan a sweep into a folder and open it as a worker would."""
    write_plan(folder, planned(small(folder.parent, text)))
    return open_plan(folder)
