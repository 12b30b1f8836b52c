"""Finished runs that were not probed, made once and copied, and what a test holds them against."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinlin.running import run_scenarios
from results.late_probes import keep_probes, late_study, probe
from results.tables import open_run
from scenarios.load import load_scenario
from sim.kinds import Engine
from sim.places import load_atlas

SEED, MONTHS = 20201101, 14
PLACE = "柘荣县"


def made(
    out: Path, places: tuple[str, ...] = (PLACE,), scenario: str | Path = "plan-2025", replications: int = 1,
    probed: bool | None = None, engine: Engine = Engine.COMPILED, ledgers: Path | None = None,
) -> Path:  # fmt: skip
    """Run a county for the fourteen months to the end of 2021."""
    selection = load_atlas().select(places)
    (folder,) = run_scenarios(
        [load_scenario(scenario)], selection, replications, SEED, 1, out, months=MONTHS, engine=engine,
        ledgers=ledgers, probed=probed,
    )  # fmt: skip
    return folder


def copied(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to))


def probed_late(folder: Path, workers: int = 1, ledgers: Path | None = None) -> Path:
    """Probe a finished run as a report does, and keep what comes of it."""
    run = open_run(folder)
    keep_probes(probe(run, late_study(run, ledgers), workers))
    return folder


def held(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder with what they hold."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def results(folder: Path) -> Mapping[str, Any]:
    """Return all that a run folder says, but how long it took and how much memory."""
    found: dict[str, Any] = {name: text for name, text in held(folder).items() if name.endswith(".parquet")}
    told = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found | {"summary": {key: told[key] for key in told if key not in ("seconds", "peak_mb")}}


def grades(folder: Path) -> list[str | None]:
    """Return the grades of the summary's targets."""
    told = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return [target["grade"] for target in told["targets"]]
