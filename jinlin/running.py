"""Run scenarios from end to end: claim the folders, run the jobs, write the tables, manifest and summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from results.estimates import rests_on_draws
from results.manifest import SameLogEntry, read_manifest
from results.run_claims import claim, vacant
from scenarios.load import Scenario
from scenarios.runner import Event, run_study
from scenarios.studies import Study, life_key
from sim.clock import MONTHS_TO_END_OF_2025
from sim.errors import RunError
from sim.kinds import Engine
from sim.places import Selection


def run_scenarios(
    scenarios: Sequence[Scenario], selection: Selection, replications: int, seed: int, workers: int,
    out: Path, tell: Callable[[Event], None] = lambda event: None, months: int = MONTHS_TO_END_OF_2025,
    engine: Engine = Engine.COMPILED, ledgers: Path | None = None, probed: bool | None = None,
) -> list[Path]:  # fmt: skip
    """Run scenarios over places and replications, and write a run folder for each.

    ``out`` is the run folder, or holds one for each of several scenarios. Scenarios that share what life and
    needs depend on are lived once, and what they lived is kept in ``ledgers`` for later runs (None: nowhere).
    Whether they are ``probed`` is left to their size, unless it is said: few replications are when a report
    asks for it (``results.late_probes``), for it takes longer than all else that they do.
    Raises RunError before anything is run where a folder cannot be used.
    """
    folders = _folders(scenarios, out)
    for folder in folders:
        vacant(folder)
    for scenario, folder in zip(scenarios, folders, strict=True):
        claim(folder, scenario)
    numbered = sorted(range(len(scenarios)), key=lambda i: life_key(scenarios[i]))
    for _, group in groupby(numbered, key=lambda i: life_key(scenarios[i])):
        mine = list(group)
        study = Study(
            tuple(scenarios[i] for i in mine), selection, replications, seed, months, engine=engine,
            probed=rests_on_draws(replications) if probed is None else probed, ledgers=ledgers,
        )  # fmt: skip
        outcomes = run_study(study, workers, tell, meanwhile=_import_writer)
        from results.run_folder import write_run

        for i, outcome in zip(mine, outcomes, strict=True):
            write_run(folders[i], study, scenarios[i], outcome)
    return folders


def _import_writer() -> None:
    """Import what writes results, a third of a second, while the workers live."""
    import results.run_folder  # noqa: F401


def logs_compared(folders: Sequence[Path]) -> SameLogEntry | None:
    """Return what both engines served in some finished runs: the market, and the requests of all the runs."""
    entries = [entry for entry in (read_manifest(folder).same_log for folder in folders) if entry]
    requests = sum(entry.requests for entry in entries)
    return replace(entries[0], requests=requests) if entries else None


def _folders(scenarios: Sequence[Scenario], out: Path) -> list[Path]:
    names = [scenario.id for scenario in scenarios]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise RunError(f"{twice}: given twice; name each scenario once")
    return [out] if len(names) == 1 else [out / name for name in names]
