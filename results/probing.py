"""Turn probes into effects: what each assumed number, moved to an end of its range, does to every verdict.

The runner replays the central replication once for each probe and keeps the last year. Here the probes stand
in the place of replications, so that the formulas of the verdicts themselves give the effects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from results.dictionary import E6, E9
from results.manifest import Manifest, ServiceEntry, TargetEntry
from results.tables import Array, Run, by_replication
from results.verdicts import enough, idle, met, setting_values, target_persons, unused_place_days
from scenarios.outcomes import Binding
from scenarios.probes import Probe
from sim.clock import months_of
from sim.measures import Table


def turning_frame(
    manifest: Manifest, probes: Sequence[Probe], probed: Mapping[str, Table], tables: Mapping[str, Table]
) -> pl.DataFrame:
    """Tabulate, for every probe and target, the metrics that differ from the central replication's.

    A share of nobody, with the probe or without, is no metric: it has no row.
    """
    rows: list[tuple[str, int, str, str, int, int, int]] = []
    if probed:  # else the scenario has no number to move
        run = _probed_run(manifest, probes, probed, tables)
        rows = [row for target in manifest.capacity_targets for row in _rows(run, target, probes)]
    names = ("parameter", "end", "target", "metric", "setting_e9", "value_e6", "base_e6")
    words = ("parameter", "target", "metric")
    return pl.DataFrame(
        rows, schema={name: pl.String() if name in words else pl.Int64() for name in names}, orient="row"
    )


def binding_frame(manifest: Manifest, bindings: Sequence[Binding]) -> pl.DataFrame:
    """Tabulate the days on lists that one place more avoids, in the market where it avoids most."""
    rows = []
    for target in manifest.capacity_targets:
        pools = {manifest.service(name).pool for name in target.services if manifest.service(name).queued}
        mine = [each for each in bindings if each.pool in pools]
        if mine:
            best = max(mine, key=lambda each: (each.base - each.plus, -each.market))
            rows.append((best.replication, target.id, best.base, best.plus))
    return pl.DataFrame(
        rows, schema={"replication": pl.Int64(), "target": pl.String(), "unmet_days_base": pl.Int64(),
                      "unmet_days_plus": pl.Int64()}, orient="row",
    )  # fmt: skip


def _probed_run(
    manifest: Manifest, probes: Sequence[Probe], probed: Mapping[str, Table], tables: Mapping[str, Table]
) -> Run:
    """Put the probes in the place of replications, the central replication last."""
    last = len(probes)
    frames = {}
    for name, table in probed.items():
        base = pl.DataFrame(dict(tables[name])).filter(pl.col("replication") == 0)
        frames[name] = pl.concat(
            [pl.DataFrame(dict(table)), base.with_columns(replication=pl.lit(last, dtype=pl.Int64))]
        )
    frames["draws"] = pl.DataFrame(
        {"replication": range(last), "parameter": [p.parameter for p in probes],
         "value_e9": [round(p.value * E9) for p in probes]},
        schema={"replication": pl.Int64(), "parameter": pl.String(), "value_e9": pl.Int64()},
    )  # fmt: skip
    return Run(Path(), replace(manifest, replications=last + 1), frames)


def _rows(
    run: Run, target: TargetEntry, probes: Sequence[Probe]
) -> list[tuple[str, int, str, str, int, int, int]]:
    rows = []
    for metric, values in metrics(run, target).items():
        known = np.isfinite(values) & np.isfinite(values[-1])
        scaled = np.round(np.where(known, values, 0) * E6).astype(np.int64)
        for probe, value, told in zip(probes, scaled[:-1], known[:-1], strict=True):
            if told and value != scaled[-1]:
                setting = round(probe.value * E9)
                rows.append(
                    (probe.parameter, probe.end, target.id, metric, setting, int(value), int(scaled[-1]))
                )
    return rows


def metrics(run: Run, target: TargetEntry) -> dict[str, Array]:
    """Return the metrics of a target that an assumed number may move, each by replication."""
    services = [run.manifest.service(name) for name in target.services]
    queued = [each for each in services if each.queued]
    work = [each for each in services if each.mechanism == "workload"]
    found: dict[str, Array] = {}
    if queued:
        # a replication is judged alone: a row of one
        persons = {name: each[:, None] for name, each in target_persons(run, queued).items()}
        standard = max(each.standard.share for each in queued)
        found["met"] = np.array([
            met(n, d).mean for n, d in zip(persons["in_time"], persons["needed"], strict=True)
        ])  # fmt: skip
        found["enough"] = np.array([
            enough(n, d, p, standard).share.mean
            for n, d, p in zip(persons["in_time"], persons["requested"], persons["pending"], strict=True)
        ])  # fmt: skip
        found["idle_yuan"] = _idle_yuan(run, target, queued)
        found["unmet_days"] = _last_year_sum(run, queued, "unmet_days")
    if work:
        found["minutes_balance"] = _last_year_sum(run, work, "minutes_supplied") - _last_year_sum(
            run, work, "minutes_demanded"
        )
    return found


def _idle_yuan(run: Run, target: TargetEntry, services: Sequence[ServiceEntry]) -> Array:
    unused = {pool: unused_place_days(run, pool) for pool in dict.fromkeys(each.pool for each in services)}
    costs = {pool: setting_values(run, name) for pool, name in target.costs.items()}
    return np.array([
        idle({pool: days[i : i + 1] for pool, days in unused.items()}, 365,
             {pool: cost[i : i + 1] for pool, cost in costs.items()}).yuan.mean
        for i in range(run.replications)
    ])  # fmt: skip


def _last_year_sum(run: Run, services: Sequence[ServiceEntry], column: str) -> Array:
    rows = [run.manifest.service_row(each.id) for each in services]
    year = run.table("months").filter(
        pl.col("service").is_in(rows), pl.col("month").is_in(list(months_of(run.last_year)))
    )
    return by_replication(year, (column,), run.replications)[column]
