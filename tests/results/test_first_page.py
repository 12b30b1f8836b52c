"""Every number of the first page, computed again from the Parquet files by plain loops."""

from __future__ import annotations

import calendar
import json
import math
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from results.facts import first_page
from results.front import front
from results.notation import count
from results.tables import Run

STEPS = ("needed", "wanted", "affordable", "in_reach", "requested", "served", "in_time")


@cache
def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    return pl.read_parquet(folder / f"{table}.parquet").to_dicts()


def manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def days_of(month: int) -> int:
    """November 2020 is month 0."""
    year, within = divmod(2020 * 12 + 10 + month, 12)
    return calendar.monthrange(year, within + 1)[1]


def mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


def cascade_sums(folder: Path, services: list[int]) -> list[dict[str, int]]:
    """Sum persons of 2025 by replication."""
    sums: list[dict[str, int]] = [defaultdict(int) for _ in range(manifest(folder)["replications"])]
    for row in rows(folder, "cascade"):
        if row["year"] == 2025 and row["service"] in services:
            for name in (*STEPS, "pending"):
                sums[row["replication"]][name] += row[name]
    return sums


def drawn(folder: Path, name: str, replication: int) -> float:
    for row in rows(folder, "draws"):
        if (row["replication"], row["parameter"]) == (replication, name):
            return row["value_e9"] / 1e9
    return next(s["value"] for s in manifest(folder)["settings"] if s["name"] == name)


def idle_places(folder: Path, pool: str) -> list[float]:
    """Average unused places of 2025 by replication; each service of a pool tells the pool's capacity.

    The places that a month ends with stand for its last day; until then those of the month before are there.
    """
    about = manifest(folder)
    members = [
        i for i, s in enumerate(about["services"]) if s["pool"] == pool and s["mechanism"] != "workload"
    ]
    offered, taken = ([0] * about["replications"] for _ in range(2))
    for row in rows(folder, "months"):
        if row["month"] >= 50 and row["service"] in members:
            taken[row["replication"]] += row["place_part_days"]
            if row["service"] == members[0]:
                offered[row["replication"]] += row["usable_parts"]
        if 49 <= row["month"] <= 60 and row["service"] == members[0]:
            offered[row["replication"]] += row["usable_parts"] * (days_of(row["month"] + 1) - 1)
    return [(offer - take) / 1000 / 365 for offer, take in zip(offered, taken, strict=True)]


def minutes(folder: Path, service: int, column: str, months: range) -> list[int]:
    sums = [0] * manifest(folder)["replications"]
    for row in rows(folder, "months"):
        if row["service"] == service and row["month"] in months:
            sums[row["replication"]] += row[column]
    return sums


def urban_years(folder: Path, year: int) -> list[float]:
    sums = [0.0] * manifest(folder)["replications"]
    for row in rows(folder, "life"):
        if row["year"] == year:
            sums[row["replication"]] += row["resident_months"] / 12 * row["urban"] / row["population"]
    return sums


def again(folder: Path) -> dict[str, float]:
    """Compute every number of the first page again."""
    about = manifest(folder)
    ids = [service["id"] for service in about["services"]]
    found: dict[str, float] = {"scope.replications": about["replications"]}
    for target in about["capacity_targets"]:
        name = f"verdict.{target['id']}"
        found[f"{name}.delivered"] = mean(target["delivered"]["2025"])
        if target["planned"] is not None:
            found[f"{name}.planned"] = target["planned"]
        members = [ids.index(service) for service in target["services"]]
        queued = [i for i in members if about["services"][i]["mechanism"] != "workload"]
        found |= people(folder, name, queued) | idle_of(folder, name, target, queued) if queued else {}
        found |= work(folder, name, [i for i in members if i not in queued])
        spared = [
            r["unmet_days_base"] - r["unmet_days_plus"]
            for r in rows(folder, "binding")
            if r["target"] == target["id"]
        ]
        if spared:
            found[f"{name}.binding"] = mean(spared)
    for index, service in enumerate(about["services"]):
        if service["mechanism"] != "workload":
            found |= cascade(folder, service["id"], index)
    return found | turning(folder) | chance(folder)


def chance(folder: Path) -> dict[str, float]:
    """Tell chance from not-knowing: every fifth replication repeats the numbers of the one before it."""
    about, found = manifest(folder), {}
    pairs = [(r - 1, r) for r in range(5, about["replications"], 5)]
    if len(pairs) < 4:
        return {}
    ids = [service["id"] for service in about["services"]]
    for target in about["capacity_targets"]:
        members = [ids.index(service) for service in target["services"]]
        queued = [i for i in members if about["services"][i]["mechanism"] != "workload"]
        if queued:
            values = [s["in_time"] / s["needed"] for s in cascade_sums(folder, queued)]
        elif members:
            supplied, asked = (
                [sum(sums) for sums in zip(*(minutes(folder, i, f"minutes_{which}", range(50, 62))
                                             for i in members), strict=True)]
                for which in ("supplied", "demanded")
            )  # fmt: skip
            values = [s - d for s, d in zip(supplied, asked, strict=True)]
        else:
            continue
        own = sum((values[a] - values[b]) ** 2 for a, b in pairs) / 2 / len(pairs)
        drawn = values[1:]
        middle, n = mean(drawn), len(drawn)
        whole = sum((v - middle) ** 2 for v in drawn) / (n - 1)
        rest = max(whole - own, 0.0) / (1 - len(pairs) / math.comb(n, 2))
        found[f"verdict.{target['id']}.chance"] = own / (own + rest)
    return found


def people(folder: Path, name: str, services: list[int]) -> dict[str, float]:
    about, sums = manifest(folder), cascade_sums(folder, services)
    shares = [s["in_time"] / (s["requested"] - s["pending"]) for s in sums]
    standard = max(about["services"][i]["standard"]["share"] for i in services)
    known = len(shares) >= 50
    return {
        f"{name}.met": mean([s["in_time"] / s["needed"] for s in sums]),
        f"{name}.enough_share": mean(shares),
        f"{name}.enough": mean([float(s >= standard) for s in shares]) if known else math.nan,
    }


def idle_of(folder: Path, name: str, target: dict[str, Any], services: list[int]) -> dict[str, float]:
    about = manifest(folder)
    pools = {about["services"][i]["pool"] for i in services}
    places = {pool: idle_places(folder, pool) for pool in pools}
    yuan = math.nan
    if pools <= set(target["costs"]):
        yuan = mean([
            sum(places[pool][r] * drawn(folder, target["costs"][pool], r) for pool in pools)
            for r in range(about["replications"])
        ])  # fmt: skip
    totals = [sum(places[pool][r] for pool in pools) for r in range(about["replications"])]
    return {f"{name}.idle_places": mean(totals), f"{name}.idle": yuan}


def work(folder: Path, name: str, services: list[int]) -> dict[str, float]:
    found = {}
    for index in services:
        for part, year, months in (("carried_start", 2020, range(2)), ("carried", 2025, range(50, 62))):
            supplied = minutes(folder, index, "minutes_supplied", months)
            found[f"{name}.{part}"] = mean(
                [m / y for m, y in zip(supplied, urban_years(folder, year), strict=True)]
            )
        setting = manifest(folder)["services"][index]["minutes"]
        supplied, asked = (
            minutes(folder, index, f"minutes_{which}", range(50, 62)) for which in ("supplied", "demanded")
        )
        found[f"{name}.per_errand"] = mean([
            drawn(folder, setting, r) * s / d for r, (s, d) in enumerate(zip(supplied, asked, strict=True))
        ])  # fmt: skip
    return found


def cascade(folder: Path, service: str, index: int) -> dict[str, float]:
    sums = cascade_sums(folder, [index])
    found = {f"cascade.{service}.{step}": mean([s[step] / s["needed"] for s in sums]) for step in STEPS[1:]}
    found[f"cascade.{service}.needed"] = mean([s["needed"] for s in sums])
    losses = [mean([(s[a] - s[b]) / s["needed"] for s in sums]) for a, b in pairwise(STEPS)]
    return found | {f"cascade.{service}.largest_loss": max(losses)}


def turning(folder: Path) -> dict[str, float]:
    """Turning points and, by parameter, the largest movers of the share met."""
    about = manifest(folder)
    settings = {s["name"]: s["value"] for s in about["settings"]}
    shares = {s["id"]: s["standard"]["share"] for s in about["services"]}
    found: dict[str, float] = {}
    spread: dict[tuple[str, str], list[float]] = defaultdict(list)
    firsts = {tuple(t["services"]): t["id"] for t in reversed(about["capacity_targets"])}.values()
    for row in rows(folder, "turning"):
        if row["target"] not in firsts:  # of targets about the same services the first speaks for all
            continue
        base, end = row["base_e6"] / 1e6, row["value_e6"] / 1e6
        if row["metric"] == "met":
            spread[row["parameter"], row["target"]] += [base, end]
        if row["metric"] not in ("enough", "minutes_balance"):
            continue
        services = next(t["services"] for t in about["capacity_targets"] if t["id"] == row["target"])
        line = max(shares[s] for s in services) if row["metric"] == "enough" else 0.0
        if (base >= line) != (end >= line):
            centre, away = settings[row["parameter"]], row["setting_e9"] / 1e9
            part = (line - base) / (end - base)
            found[f"turning.{row['target']}.{row['parameter']}"] = centre * (1 - part) + away * part
    largest = sorted(spread, key=lambda key: -(max(spread[key]) - min(spread[key])))
    best = list({key[0]: key for key in reversed(largest)}.values())
    best.sort(key=lambda key: -(max(spread[key]) - min(spread[key])))
    for parameter, target in best[:3]:
        values = spread[parameter, target]
        found[f"effect.{target}.{parameter}"] = max(values) - min(values)
    return found


@pytest.mark.parametrize("which", ["run", "many", pytest.param("real", marks=pytest.mark.slow)])
def test_every_number_of_the_first_page_is_found_again_in_the_tables(
    which: str, request: pytest.FixtureRequest
):
    run: Run = request.getfixturevalue(which)
    facts, other = first_page(run, "en").facts, again(run.folder)
    assert set(facts) == set(other)
    for id, fact in facts.items():
        assert fact.number.mean == pytest.approx(other[id], rel=1e-9, nan_ok=True), id


def test_what_one_more_spares_has_the_sign_of_its_account(run: Run):
    page, facts = front(run, "en"), first_page(run, "en").facts
    cells = [row["binding"] for row in page["rows"] if row["binding"]]
    numbers = [facts[cell["id"]].number.mean for cell in cells]
    assert [cell["text"] for cell in cells] == [count(number, "en") for number in numbers] and any(numbers)


def test_a_number_that_differs_would_be_seen(run: Run):
    facts = first_page(run, "en").facts
    values = [fact.number.mean for fact in facts.values() if math.isfinite(fact.number.mean)]
    assert len(values) > 60 and len({round(value, 9) for value in values}) > 50
