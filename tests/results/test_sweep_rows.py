"""The rows of a sweep say of places what a run says of them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from results.tables import Run
from results.verdicts import place_days
from scenarios.load import define
from scenarios.sweep_rows import rows_of
from sim.measures import Frame


@pytest.mark.parametrize("pool", ["childcare-slot", "nursing-bed"])
def test_idle_places_of_a_sweep_are_those_of_a_run(real: Run, pool: str) -> None:
    services = real.manifest.services
    code = np.array([real.manifest.counties[0].code])
    frame = Frame(define().services, np.array([0]), code, np.zeros((2, 4), np.int64), 62, 1)
    tables = {
        name: {each.name: each.to_numpy() for each in real.table(name).filter(replication=1)}
        for name in ("months", "cascade", "life")
    }
    known = list(dict.fromkeys(each.pool for each in services if each.queued))
    pools = np.array([known.index(each.pool) if each.queued else -1 for each in services])
    rows = pl.DataFrame(rows_of(tables, frame, pools, (2025,)))
    taken, offered = place_days(real, pool)
    service = next(row for row, each in enumerate(services) if each.pool == pool)
    assert rows.filter(service=service)["place_days_idle"].sum() == offered[1] - taken[1]
