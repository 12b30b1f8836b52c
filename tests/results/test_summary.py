"""summary.json has the keys that users rely on, and its numbers agree with the tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from results.summary import summary, write_summary
from results.tables import Run
from results.waits import weighted_percentile

KEYS = (
    "scenario",
    "places",
    "seed",
    "replications",
    "residents_start",
    "residents_end",
    "resident_months",
    "by_year",
    "services",
    "institutions",
    "targets",
    "seconds",
    "peak_mb",
    "result_hash",
)
YEAR = ("births", "deaths", "net_migrants", "population", "age_60_plus", "age_65_plus", "age_80_plus")
SERVICE = (
    "needed",
    "wanted",
    "affordable",
    "in_reach",
    "requested",
    "served",
    "waiting",
    "left",
    "occupancy",
    "wait_days",
    "within_standard",
)
INSTITUTIONS = (
    "beds_start",
    "residents_start",
    "occupancy_start",
    "beds_end",
    "residents_end",
    "occupancy_end",
)
TARGET = ("id", "delivered", "met", "enough_probability", "idle", "standard", "binding", "moved_by")


def test_the_summary_has_every_key_that_was_promised(run: Run):
    found = summary(run)
    assert set(KEYS) <= set(found)
    assert all(set(YEAR) <= set(year) for year in found["by_year"].values())
    assert list(found["by_year"]) == ["2020", "2021", "2022", "2023", "2024", "2025"]
    for service in found["services"].values():
        assert set(SERVICE) <= set(service) and set(service["wait_days"]) == {"mean", "p50", "p90"}
    assert set(INSTITUTIONS) <= set(found["institutions"])
    assert all(set(TARGET) <= set(target) for target in found["targets"])
    assert set(found["seconds"]) == {"founding", "life", "demand", "service", "total"}


def test_residents_are_conserved_from_year_to_year(run: Run):
    found = summary(run)
    before = found["residents_start"]
    for year in found["by_year"].values():
        before += year["births"] - year["deaths"] + year["net_migrants"]
        assert before == pytest.approx(year["population"])
    assert before == pytest.approx(found["residents_end"])


def test_counts_are_means_and_resident_months_a_sum(run: Run):
    life = run.table("life")
    found = summary(run)
    assert found["resident_months"] == life["resident_months"].sum()
    assert found["by_year"]["2025"]["births"] == pytest.approx(life.filter(year=2025)["births"].sum() / 3)


def test_the_cascade_only_loses(run: Run):
    for id, service in summary(run)["services"].items():
        counts = [
            service[step] for step in ("needed", "wanted", "affordable", "in_reach", "requested", "served")
        ]
        assert counts == sorted(counts, reverse=True), id


def test_a_workload_counts_who_needs_it_at_the_end_for_nobody_queues(run: Run):
    services = summary(run)["services"]
    row = [each.mechanism for each in run.manifest.services].index("workload")
    end = run.table("months").filter(service=row, month=run.manifest.months - 1)
    found = services[run.manifest.services[row].id]
    assert found["needed"] == pytest.approx(end["needed"].sum() / 3) and found["needed"] > 0
    assert found["requested"] == 0


def test_waits_are_means_over_replications_of_the_people_written_out(run: Run):
    row = next(i for i, each in enumerate(run.manifest.services) if each.queued)
    means, nineties = [], []
    for replication in range(3):
        kept = run.table("waits").filter(service=row, year=2025, replication=replication)
        days = sorted(d for d, n in kept.select("wait_days", "admitted").iter_rows() for _ in range(n))
        means.append(sum(days) / len(days))
        nineties.append(days[-(-9 * len(days) // 10) - 1])
    found = summary(run)["services"][run.manifest.services[row].id]["wait_days"]
    assert found["mean"] == pytest.approx(sum(means) / 3)
    assert found["p90"] == pytest.approx(sum(nineties) / 3)


def test_the_summary_is_json_without_nan(run: Run, tmp_path: Path):
    path = write_summary(run)
    text = path.read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(summary(run))) and "NaN" not in text


@pytest.mark.parametrize("rank", [0.1, 0.5, 0.9])
def test_a_weighted_percentile_is_that_of_the_people_written_out(rank: float):
    days, weight = np.array([9, 0, 4, 30]), np.array([3, 10, 5, 2])
    people = np.repeat(days, weight)
    assert weighted_percentile(days, weight, rank) == np.quantile(people, rank, method="inverted_cdf")
