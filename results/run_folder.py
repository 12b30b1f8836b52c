"""Write a run folder, which ``run_claims`` has marked unfinished: finished only when everything is in it.

``runs/<name>/`` holds the scenario as read, ``manifest.json``, the Parquet tables with their dictionary and
``summary.json``. A finished folder is never touched, but that a report may add what its probes say
(``results.late_probes``); nor is a folder that is no run of ours.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import polars as pl

from results.describing import manifest_of
from results.dictionary import E9, conform, write_dictionary
from results.estimates import rests_on_draws
from results.manifest import write_manifest
from results.probing import binding_frame, turning_frame
from results.sensitivity import sensitivity_frame
from results.summary import write_summary
from results.tables import Run, writing
from scenarios.load import Scenario
from scenarios.probes import cost_probes, probes_of
from scenarios.runner import Outcome
from scenarios.studies import Study


def write_run(folder: Path, study: Study, scenario: Scenario, outcome: Outcome) -> Path:
    """Write the tables, the manifest and the summary of an outcome; the manifest says finished last."""
    manifest = manifest_of(study, scenario, outcome)
    frames = {name: pl.DataFrame(dict(table)) for name, table in outcome.tables.items()}
    frames["draws"] = draws_frame(scenario, study.seed, study.replications)
    if study.probed:
        frames |= probe_frames(Run(folder, manifest, dict(frames)), scenario, outcome)
    with writing(folder):
        for name, frame in frames.items():
            write_table(folder, name, frame)
        write_dictionary(folder)
        write_summary(Run(folder, manifest))
        write_manifest(folder, replace(manifest, finished=True))
    return folder


def probe_frames(run: Run, scenario: Scenario, outcome: Outcome) -> dict[str, pl.DataFrame]:
    """Tabulate what the probes of an outcome do to the verdicts of its run, by the names of the tables."""
    probes = [*probes_of(scenario), *cost_probes(scenario)]
    probed = _with_cost_probes(outcome, len(probes_of(scenario)), len(probes))
    turning = turning_frame(run.manifest, probes, probed, outcome.tables)
    frames = {"turning": turning, "binding": binding_frame(run.manifest, outcome.bindings)}
    if rests_on_draws(run.replications):
        frames["sensitivity"] = sensitivity_frame(run.having("turning", turning))
    return frames


def write_table(folder: Path, name: str, frame: pl.DataFrame) -> None:
    """Write a table aside and rename it, so that no half of one is ever seen."""
    path = folder / f"{name}.parquet"
    partial = path.with_suffix(f".partial-{os.getpid()}")  # two reports may write the same at once
    try:
        conform(name, frame).write_parquet(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _with_cost_probes(outcome: Outcome, replayed: int, count: int) -> dict[str, dict]:
    """Give the probes of running costs, which move no queue, the tables of the central replication."""
    grown = {}
    for name, table in outcome.probed.items():
        probed, base = pl.DataFrame(dict(table)), pl.DataFrame(dict(outcome.tables[name]))
        late = base.filter((pl.col("replication") == 0) & _last_year(name, base))
        more = [
            late.with_columns(replication=pl.lit(number, dtype=pl.Int64)) for number in range(replayed, count)
        ]
        grown[name] = pl.concat([probed, *more]).to_dict()
    return grown


def _last_year(name: str, frame: pl.DataFrame) -> pl.Expr:
    if name == "months":
        return pl.col("month") > int(frame["month"].max() or 0) - 13  # type: ignore[arg-type]
    return pl.col("year") == frame["year"].max()


def draws_frame(scenario: Scenario, seed: int, replications: int) -> pl.DataFrame:
    """Tabulate what each replication drew.

    Where a scenario moves a number of life, its lives are aligned on the baseline's own draw of it, which no
    other number of the run tells: it stands beside, under ``baseline.`` and the name.
    """
    rows: list[tuple[int, str, int]] = []
    for replication in range(replications):
        own, base = (of.drawn(seed, replication) for of in (scenario.settings, scenario.aligned_on))
        drawn = {q.name: own[q.name] for q in scenario.settings.uncertain()}
        beside = [q.name for q in scenario.aligned_on.uncertain() if q.touches == "life"]
        drawn |= {f"baseline.{name}": base[name] for name in beside if _moves(scenario, name)}
        rows += [(replication, name, round(value * E9)) for name, value in drawn.items()]
    names = {"replication": pl.Int64(), "parameter": pl.String(), "value_e9": pl.Int64()}
    return pl.DataFrame(rows, schema=names, orient="row")


def _moves(scenario: Scenario, name: str) -> bool:
    return scenario.settings.quantities[name] != scenario.aligned_on.quantities[name]
