"""Probe a finished run: what would overturn it, asked when a report is written.

Probes take longer than everything else that a few replications do, and only a report reads them: so a run of
few leaves them to its first report. The central replication is met again (needs that are kept are not lived
again), and must come to the tables that the run has written; then its folder can hold what a run that is
probed at once holds.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from results.describing import describe_quantity
from results.dictionary import conform
from results.run_folder import probe_frames, write_table
from results.summary import write_summary
from results.tables import Run, writing
from scenarios.load import Scenario, load_scenario
from scenarios.runner import Event, Outcome, run_study
from scenarios.studies import Study
from sim.errors import PlaceError, RunError, ScenarioError
from sim.kinds import Engine
from sim.places import Selection, load_atlas

_BEFORE = ("binding", "sensitivity")  # written before the summary, which says what stands in them


def late_study(run: Run, ledgers: Path | None) -> Study:
    """Return the study that probes a finished run: its scenario as kept, its places, one replication.

    ``ledgers`` is where needs are kept (None: nowhere). Raises RunError where what the folder keeps of the
    scenario, its places or its engine is not what the run was made of.
    """
    manifest, engines = run.manifest, {each.value: each for each in Engine}
    if manifest.engine not in engines:
        raise _otherwise(run, f"it names no engine: {manifest.engine!r}")
    return Study(
        (_scenario_of(run),), _selection_of(run), 1, manifest.seed, manifest.months,
        engine=engines[manifest.engine], ledgers=ledgers,
    )  # fmt: skip


def probe(
    run: Run, study: Study, workers: int = 0, tell: Callable[[Event], None] = lambda event: None
) -> Run:
    """Move the assumed numbers of a finished run one by one; return it with the tables that this gives.

    Nothing is written. Raises RunError where the central replication does not come out as the run wrote it.
    """
    (outcome,) = run_study(study, workers, tell)
    _check_same(run, outcome)
    probed = run
    for name, frame in probe_frames(run, study.scenarios[0], outcome).items():
        probed = probed.having(name, conform(name, frame))
    return probed


def keep_probes(probed: Run) -> None:
    """Write what probes have given a run into its folder, and its summary anew.

    Two that do so at once write the same files. Raises RunError where the folder cannot be written.
    """
    with writing(probed.folder):
        for name in _BEFORE:
            if probed.has(name):
                write_table(probed.folder, name, probed.table(name))
        write_summary(probed)
        write_table(probed.folder, "turning", probed.table("turning"))  # last: it says that all is there


def _selection_of(run: Run) -> Selection:
    try:
        return load_atlas().select([str(county.code) for county in run.manifest.counties])
    except PlaceError as wrong:
        raise _otherwise(run, str(wrong).partition(";")[0]) from None  # its remedy is of no use here


def _scenario_of(run: Run) -> Scenario:
    """Read a run's scenario again, as its folder has kept it."""
    own = _own_file(run)
    try:
        scenario = load_scenario(own)
    except ScenarioError as wrong:
        raise _otherwise(run, str(wrong)) from None
    for source in scenario.lineage:
        if not _holds(own.parent / source.file, source.text):  # one of its name was read elsewhere
            raise _otherwise(run, f"the {source.file} that it extends is not the one it keeps")
    if [each.id for each in scenario.services] != [each.id for each in run.manifest.services]:
        raise _otherwise(run, "it has other services")
    now = {name: describe_quantity(each) for name, each in scenario.settings.quantities.items()}
    then = {each.name: each for each in run.manifest.settings}
    for name in sorted(now.keys() | then.keys()):
        if now.get(name) != then.get(name):
            raise _otherwise(run, f"value, range or source of {name} is another")
    return scenario


def _own_file(run: Run) -> Path:
    """Find the file of a run's scenario itself among those that it keeps, whatever its ending."""
    folder, name = run.folder / "scenario", run.manifest.scenario
    kept = sorted(folder.iterdir()) if folder.is_dir() else []
    own = next((path for path in kept if path.stem == name), None)
    if own is None:
        raise _otherwise(run, f"it keeps no {name}.toml")
    return own


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeError):
        return False


def _check_same(run: Run, outcome: Outcome) -> None:
    """Raise RunError unless the central replication came to what the run has written."""
    for name, table in outcome.tables.items():
        written = run.table(name).filter(pl.col("replication") == 0)
        if not conform(name, pl.DataFrame(dict(table))).equals(written):
            raise _otherwise(run, f"{name}.parquet comes out otherwise")


def _otherwise(run: Run, how: str) -> RunError:
    return RunError(
        f"{run.folder}: is not what this version of the model makes of it ({how}), so that what would "
        "overturn its verdicts cannot be asked; run it again, or report it with --no-probes"
    )
