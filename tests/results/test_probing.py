"""What a probe does to a verdict, where it does anything that can be said."""

from __future__ import annotations

import polars as pl
import pytest

from results.probing import metrics, turning_frame
from results.tables import Run
from scenarios.probes import Probe
from sim.measures import Table

TARGET, SERVICE = "nursing-beds-per-institution-min", "nursing-bed"
PROBE = Probe("nursing-bed.wish", 0, 0.01)


def table_of(frame: pl.DataFrame) -> Table:
    return {name: frame[name].to_numpy() for name in frame.columns}


def metrics_moved(run: Run, base: pl.DataFrame, probed: pl.DataFrame) -> set[str]:
    """Name the metrics of a target that have a row where a probe turns one cascade into another."""
    months = table_of(run.table("months").filter(replication=0))
    moved, tables = ({"months": months, "cascade": table_of(each)} for each in (probed, base))
    frame = turning_frame(run.manifest, [PROBE], moved, tables)
    return set(frame.filter(target=TARGET)["metric"])


def test_a_share_of_nobody_is_no_effect_and_turns_no_verdict(run: Run):
    """Where a probe leaves nobody who asks, nobody is served late: 'enough' is not nil, it is unknown."""
    row = run.manifest.service_row(SERVICE)
    asked = run.table("cascade").filter(replication=0)
    late = ("requested", "served", "in_time", "pending")
    nobody = asked.with_columns(
        pl.when(pl.col("service") == row).then(0).otherwise(pl.col(name)).alias(name) for name in late
    )
    assert metrics_moved(run, asked, nobody) == {"met"}
    assert metrics_moved(run, nobody, asked) == {"met"}
    fewer = asked.with_columns(in_time=pl.col("in_time") // 2)
    assert metrics_moved(run, asked, fewer) == {"met", "enough"}


def test_a_scenario_without_a_number_to_move_has_an_empty_table(run: Run):
    tables = {name: table_of(run.table(name)) for name in ("months", "cascade")}
    frame = turning_frame(run.manifest, [], {}, tables)
    assert frame.is_empty() and frame.columns == run.table("turning").columns


def test_probes_depart_from_the_verdicts_own_numbers(real: Run):
    """The last year of a probe holds the places that it begins with, so that what stands idle is the same."""
    told = set()
    for target in real.manifest.capacity_targets:
        central = {metric: values[0] for metric, values in metrics(real, target).items()}
        for row in real.table("turning").filter(target=target.id).iter_rows(named=True):
            assert row["base_e6"] / 1e6 == pytest.approx(central[row["metric"]], abs=1e-6)
            told.add(row["metric"])
    assert {"met", "enough", "idle_yuan", "minutes_balance"} <= told
