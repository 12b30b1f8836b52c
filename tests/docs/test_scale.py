"""What docs/scale.md says in words holds of what was measured and played through."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    return runpy.run_path(str(HOUSE / "docs" / "scheduling.py"))


def test_cost_grows_as_the_residents_do(page: dict[str, Any]) -> None:
    """No line bends: half of the markets measured, the smaller ones, foretell the largest within a third."""
    rows = sorted(page["measured"]()["markets"].values(), key=lambda row: row["residents"])
    assert len(rows) >= 10 and rows[-1]["residents"] > 50 * rows[0]["residents"]
    for key in ("life_seconds", "ledger_bytes", "peak_mb"):
        low, high = rows[2], rows[len(rows) // 2]
        slope = (high[key] - low[key]) / (high["residents"] - low["residents"])
        foretold = low[key] + slope * (rows[-1]["residents"] - low["residents"])
        assert foretold == pytest.approx(rows[-1][key], rel=0.34), key


def test_every_life_of_a_study_is_in_its_jobs(page: dict[str, Any]) -> None:
    """61 markets, each in 100 lives or in 10,000; and ten thousand replays of each, however they are cut."""
    together, apart, own = (list(study.jobs(page["province"]())) for study in page["STUDIES"])
    assert [sum(count for _, count in jobs) for jobs in (together, apart, own)] == [6_100, 610_000, 610_000]


def test_a_country_has_all_its_residents(page: dict[str, Any]) -> None:
    millions = sum(each * copies for each, copies in page["china"]())
    assert millions == pytest.approx(page["CHINA_MILLIONS"])


def test_more_cores_are_never_slower_without_traffic(page: dict[str, Any]) -> None:
    own = page["STUDIES"][2]
    ends = [page["played"](own, "Fujian", cores, 600.0)[0].seconds for cores in page["CORES"]]
    assert ends == sorted(ends, reverse=True)
