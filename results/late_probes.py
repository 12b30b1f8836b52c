"""Probe a finished run: what would overturn it, asked when a report is written.

Probes take longer than everything else that a few replications do, and only a report reads them: so a run of
few leaves them to its first report. The central replication is met again (needs that are kept are not lived
again), and must come to the tables that the run has written; then its folder holds what it would have held.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from results.describing import describe_quantity
from results.dictionary import conform
from results.manifest import Manifest
from results.run_folder import probe_frames, write_table
from results.summary import write_summary
from results.tables import Run, open_run, writing
from scenarios.load import Scenario, load_scenario
from scenarios.runner import Event, Outcome, run_study
from scenarios.studies import Study
from sim.errors import JinlinError, RunError
from sim.kinds import Engine
from sim.places import Selection, load_atlas

_COMPARED = ("life", "months", "cascade")


def selection_of(manifest: Manifest) -> Selection:
    """Find the places of a run again."""
    return load_atlas().select([str(county.code) for county in manifest.counties])


def probe_run(
    folder: Path, ledgers: Path | None, workers: int = 0, tell: Callable[[Event], None] = lambda event: None
) -> None:
    """Move the assumed numbers of a finished run one by one, and write what it does into its folder.

    Nothing is done where that has been done. ``ledgers`` is where needs are kept (None: nowhere).
    Raises RunError where the model is no longer the one that the run was made with.
    """
    run = open_run(folder)
    if run.has("turning"):
        return
    manifest = run.manifest
    scenario = _scenario_of(run)
    study = Study(
        (scenario,), selection_of(manifest), 1, manifest.seed, manifest.months,
        engine=Engine(manifest.engine), ledgers=ledgers,
    )  # fmt: skip
    (outcome,) = run_study(study, workers, tell)
    _check_same(run, outcome)
    frames = probe_frames(manifest, scenario, outcome)
    with writing(folder):
        write_table(folder, "binding", frames["binding"])
        write_summary(run.having("turning", conform("turning", frames["turning"])))
        write_table(folder, "turning", frames["turning"])  # last: it says that the others are there


def _scenario_of(run: Run) -> Scenario:
    """Read a run's scenario again, as its folder has kept it."""
    folder = run.folder / "scenario"
    try:
        scenario = load_scenario(folder / f"{run.manifest.scenario}.toml")
        kept = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.toml")}
    except (JinlinError, OSError, UnicodeError) as wrong:
        raise _another(run, str(wrong)) from None
    for source in scenario.lineage:
        if kept.get(source.file) != source.text:
            raise _another(run, f"{source.file} is another file now")
    if [each.id for each in scenario.services] != [each.id for each in run.manifest.services]:
        raise _another(run, "it has other services")
    now = {name: describe_quantity(each) for name, each in scenario.settings.quantities.items()}
    then = {each.name: each for each in run.manifest.settings}
    for name in sorted(now.keys() | then.keys()):
        if now.get(name) != then.get(name):
            raise _another(run, f"{name} is another number now")
    return scenario


def _check_same(run: Run, outcome: Outcome) -> None:
    """Raise RunError unless the central replication came to what the run has written."""
    for name in _COMPARED:
        written = run.table(name).filter(pl.col("replication") == 0)
        if not conform(name, pl.DataFrame(dict(outcome.tables[name]))).equals(written):
            raise _another(run, f"its table {name!r} comes out otherwise now")


def _another(run: Run, how: str) -> RunError:
    return RunError(
        f"{run.folder}: was run by another version of the model ({how}): what would overturn its verdicts "
        "cannot be asked; run it again, or report it with --no-probes"
    )
