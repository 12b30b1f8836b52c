"""The folder of a sweep: its manifest, the texts it was planned from, its points, and where its parts lie.

::

    sweep.json         the manifest: seed, places, versions, batches and chunks with their content keys
    sweep.toml         the sweep file as it was read, and scenarios/ID/ the scenario files
    points.csv         the value of each parameter at each point
    jobs.csv           every job: its chunk, key, scenario, point, replication and place
    parts/ receipts/   a Parquet part and a receipt for each chunk that is done (``scenarios.parts``)
    claims/            who computes what now (``scenarios.claims``)
    failed/            a text for each job that failed: its error, and the command that repeats it
    ledgers/           lives that several chunks share

What the folder was planned with is held against this code, its evidence tables and definitions whenever it is
opened: a sweep is computed by one version of each, or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.asides import PARTIAL, sweep_aside, told, write_aside
from scenarios.at_points import content_of, versions
from scenarios.claims import claim, claimed, forget_claims
from scenarios.load import load_scenario
from scenarios.parts import done_keys
from scenarios.schema import Scenario
from scenarios.sweep_file import Sweep, sweep_of
from scenarios.sweep_manifest import (
    FORMAT,
    JOBS,
    MANIFEST,
    POINTS,
    ROOMS,
    TEXT,
    Batch,
    chunks_of,
    damaged,
    manifest_text,
    read_manifest,
)
from scenarios.sweep_plan import Plan
from sim.errors import RunError
from sim.places import load_atlas

_OF_FILE = ("text", "scenarios", "versions")  # what makes two plans the same sweep, however far expanded


def plan_into(folder: Path, plan: Plan) -> bool:
    """Write the folder of a sweep, unless it holds this very sweep already (False).

    Raises RunError where it holds another sweep, or anything that is none.
    """
    if planned_before(folder, plan):
        return False
    with alone(folder):
        if planned_before(folder, plan):  # by another, between the look and the claim
            return False
        write_plan(folder, plan)
    return True


def write_plan(folder: Path, plan: Plan) -> None:
    """Write the folder of a sweep, the manifest last."""
    with told(folder):
        for room in ("", *ROOMS):
            (folder / room).mkdir(parents=True, exist_ok=True)
    for scenario in plan.sweep.scenarios:
        home = folder / "scenarios" / scenario.id
        home.mkdir(exist_ok=True)
        for source in scenario.lineage:
            write_aside(home / source.file, source.text.encode())
    write_aside(folder / TEXT, plan.sweep.text.encode())
    write_aside(folder / POINTS, _points_csv(plan))
    write_aside(folder / JOBS, _jobs_csv(plan))
    write_aside(folder / MANIFEST, manifest_text(_manifest(plan)))


def planned_before(folder: Path, plan: Plan) -> bool:
    """Tell whether a folder holds this very sweep; False where it is free.

    Raises RunError where it holds another sweep, or anything that is none.
    """
    if not (folder / MANIFEST).is_file():
        if folder.exists() and not (folder.is_dir() and all(map(_of_a_plan, folder.iterdir()))):
            raise RunError(f"{folder}: is no sweep and not empty; give another folder with --out")
        return False
    before, now = read_manifest(folder), _manifest(plan)
    different = [name for name in _OF_FILE if before[name] != now[name]]
    if different:
        what = {
            "text": "another sweep",
            "scenarios": "a sweep of other scenario files",
            "versions": "a sweep planned with other code, evidence or definitions",
        }[different[0]]
        raise RunError(f"{folder}: holds {what}; give another folder with --out, or remove this one")
    return True


def _of_a_plan(path: Path) -> bool:
    """Tell whether a plan that was cut may have left this, whole or aside."""
    return path.name in {*ROOMS, TEXT, POINTS, JOBS} or path.name.endswith(PARTIAL)


def open_plan(folder: Path) -> Plan:
    """Open a sweep folder and hold it against this code, its evidence tables and definitions.

    Raises RunError where it is none, damaged, or was planned with others.
    """
    told_by = read_manifest(folder)
    _same_versions(folder, told_by["versions"])
    sweep = _sweep(folder, told_by)
    points = _points(folder, told_by, len(sweep.varied))
    batches = tuple(Batch(tuple(each["replications"]), tuple(each["points"])) for each in told_by["batches"])
    chunks = tuple(chunks_of(told_by))
    return Plan(sweep, batches, chunks, points)


def clean(folder: Path) -> None:
    """Remove what writers that were cut have left: files aside, and claims on what is done."""
    for room in ("", "parts", "receipts", "claims", "failed", "slurm", "ledgers"):
        sweep_aside(folder / room)
    over = done_keys(folder) & {key for key, alive in claimed(folder / "claims").items() if not alive}
    for key in over:
        forget_claims(folder / "claims", key)


def _same_versions(folder: Path, planned: dict[str, str]) -> None:
    changed = [what for what, version in versions().items() if planned.get(what) != version]
    if changed:
        detail = ", ".join(f"{what} {planned.get(what)} → {versions()[what]}" for what in changed)
        raise RunError(
            f"{folder}: planned with other {' and '.join(changed)} ({detail}); go back to that version, or "
            "plan the sweep again in another folder"
        )


def _sweep(folder: Path, manifest: dict[str, Any]) -> Sweep:
    """Read the sweep from the texts that it was planned from."""
    path = folder / TEXT
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise damaged(path) from None
    if text != manifest["text"]:
        raise RunError(f"{path}: changed since it was planned; plan the changed file in another folder")
    return sweep_of(text, manifest["file"], lambda name: _scenario(folder, name, manifest))


def _scenario(folder: Path, name: str, manifest: dict[str, Any]) -> Scenario:
    stem = Path(name).stem if name.endswith(".toml") else name
    scenario = load_scenario(folder / "scenarios" / stem / f"{stem}.toml")
    if content_of(scenario) != manifest["scenarios"].get(stem):
        raise RunError(
            f"{folder / 'scenarios' / stem}: changed since it was planned; plan again in another folder"
        )
    return scenario


def _points(folder: Path, manifest: dict[str, Any], parameters: int) -> np.ndarray:
    path = folder / POINTS
    try:
        written = path.read_bytes()
    except OSError:
        raise damaged(path) from None
    count = max(batch["points"][1] for batch in manifest["batches"])
    lines = written.splitlines(keepends=True)[: count + 1]  # an 'expand' that was cut leaves more of them
    if hashlib.sha256(b"".join(lines)).hexdigest() != manifest["points"]:
        raise RunError(f"{path}: is not what was planned; plan the sweep again in another folder")
    values = [[float(cell) for cell in line.decode().split(",")[1:]] for line in lines[1:]]
    return np.array(values).reshape(count, parameters)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one at a time change what is planned in a folder.

    Raises RunError where another is about it.
    """
    with told(folder):
        (folder / "claims").mkdir(parents=True, exist_ok=True)
    mine = claim(folder / "claims", MANIFEST)
    if mine is None:
        raise RunError(f"{folder}: is being planned by another process; try again when it is done")
    try:
        yield
    finally:
        mine.release()


# ---- what is written


def _manifest(plan: Plan) -> dict[str, Any]:
    sweep, atlas = plan.sweep, load_atlas()
    return {
        "format": FORMAT, "file": sweep.file, "title": {"zh": sweep.title.zh, "en": sweep.title.en},
        "scenarios": {each.id: content_of(each) for each in sweep.scenarios},
        "places": atlas.describe(sweep.selection.counties), "seed": sweep.seed, "years": list(sweep.years),
        "parameters": {each.name: each.words for each in sweep.varied}, "versions": versions(),
        "batches": [asdict(batch) for batch in plan.batches],
        "points": hashlib.sha256(_points_csv(plan)).hexdigest(), "text": sweep.text,
        "chunks": [[c.key, c.first, c.jobs, c.seconds, c.kept] for c in plan.chunks],
    }  # fmt: skip


def _points_csv(plan: Plan) -> bytes:
    rows = (",".join([str(number), *map(repr, values)]) for number, values in enumerate(plan.points.tolist()))
    head = ",".join(["point", *(each.name for each in plan.sweep.varied)])
    return ("\n".join([head, *rows]) + "\n").encode()


def _jobs_csv(plan: Plan) -> bytes:
    markets, scenarios = load_atlas().markets, plan.sweep.scenarios
    lines = ["job,chunk,key,scenario,point,replication,place"]
    for chunk in plan.chunks:
        for number, job in enumerate(plan.chunk_jobs(chunk), chunk.first):
            where = f"{job.point},{job.replication},{markets[job.market].name}"
            lines.append(f"{number},{chunk.number},{plan.key(job)},{scenarios[job.scenario].id},{where}")
    return ("\n".join(lines) + "\n").encode()
