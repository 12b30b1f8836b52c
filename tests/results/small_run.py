"""Make a small run folder without running the model: invented numbers in the tables' own form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from results.dictionary import TABLES, conform, write_dictionary
from results.manifest import ServiceEntry, write_manifest
from sim.clock import MINUTES_PER_DAY, month_start, year_of
from sim.parameters import draw_of
from tests.results.small_manifest import RESIDENTS, SERVICES, SETTINGS, manifest
from tests.results.small_probes import binding, sensitivity, turning

SHAPES = {  # yearly persons in need, and the shares that go on at each step: invented
    "childcare-full": (60_000, (0.35, 0.30, 0.95, 0.95, 0.80, 0.90)),
    "childcare-half": (60_000, (0.15, 0.60, 0.95, 0.95, 0.90, 0.95)),
    "nursing-bed": (20_000, (0.25, 0.50, 1.00, 0.90, 0.70, 0.60)),
    "ordinary-bed": (120_000, (0.04, 0.60, 1.00, 0.98, 0.95, 0.97)),
    "social-work-case": (35_000, (0.60, 1.00, 0.99, 0.95, 0.50, 0.80)),
}
CAPACITY = {
    "childcare-full": (6_400, 9_600),
    "childcare-half": (6_400, 9_600),
    "nursing-bed": (2_400, 4_000),
    "ordinary-bed": (4_000, 4_500),
    "social-work-case": (60, 140),
}
STEPS = ("needed", "wanted", "affordable", "in_reach", "requested", "served", "in_time")


def make_run(
    folder: Path, replications: int = 2, scenario: str = "plan-2025", more: float = 1.0, months: int = 62
) -> Path:
    """Write a run folder; ``more`` scales what is served, so that two runs differ by a known amount."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    frames = {
        "life": _life(rng, replications, months),
        "months": _months(rng, replications, months, more),
        "cascade": _cascade(rng, replications, more),
        "waits": _waits(rng, replications),
        "units": _units(rng, replications),
        "draws": _draws(rng, replications),
        "turning": turning(),
        "sensitivity": sensitivity(replications),
        "binding": binding(rng, replications),
    }
    assert set(frames) == {table.name for table in TABLES}
    for name, frame in frames.items():
        conform(name, frame).write_parquet(folder / f"{name}.parquet")
    write_dictionary(folder)
    write_manifest(folder, replace(manifest(replications, months), scenario=scenario))
    return folder


def _life(rng: np.random.Generator, replications: int, months: int) -> pl.DataFrame:
    rows = []
    for replication in range(replications):
        for county, start in RESIDENTS.items():
            population = start
            for year in sorted({year_of(m) for m in range(months)}):
                here = sum(year_of(m) == year for m in range(months))
                births, deaths = (int(rng.poisson(population * rate * here / 12)) for rate in (0.008, 0.0065))
                arrivals, leavers = (int(rng.poisson(population * 0.002 * here / 12)) for _ in range(2))
                population += births - deaths + arrivals - leavers
                old = 0.16 + 0.004 * (year - 2020)
                rows.append(
                    (
                        replication,
                        county,
                        year,
                        births,
                        deaths,
                        arrivals,
                        leavers,
                        population,
                        int(population * old),
                        int(population * old * 0.68),
                        int(population * old * 0.15),
                        population * here,
                        int(population * 0.6),
                    )
                )
    names = (
        "replication",
        "county",
        "year",
        "births",
        "deaths",
        "arrivals",
        "leavers",
        "population",
        "age_60_plus",
        "age_65_plus",
        "age_80_plus",
        "resident_months",
        "urban",
    )
    return pl.DataFrame(rows, schema=names, orient="row")


def _months(rng: np.random.Generator, replications: int, months: int, more: float) -> pl.DataFrame:
    total = sum(RESIDENTS.values())
    rows = []
    for replication in range(replications):
        for county, residents in RESIDENTS.items():
            for index, service in enumerate(SERVICES):
                for month in range(months):
                    row = _month(rng, index, service, residents / total, month, months, more)
                    rows.append(
                        {"replication": replication, "county": county, "service": index, "month": month} | row
                    )
    return pl.DataFrame(rows)


def _month(
    rng: np.random.Generator,
    index: int,
    service: ServiceEntry,
    part: float,
    month: int,
    months: int,
    more: float,
) -> dict[str, int]:
    names = [c.name for c in next(t for t in TABLES if t.name == "months").columns if not c.key]
    row = dict.fromkeys(names, 0)
    days = (month_start(month + 1) - month_start(month)) // MINUTES_PER_DAY
    noise = float(rng.normal(1, 0.03))
    if not service.queued:
        urban = part * sum(RESIDENTS.values()) * 0.6
        row["needed"] = int(urban)
        workers = (14 + 4 * month / (months - 1)) * urban / 1e4
        row["minutes_supplied"] = int(workers * 96_000 / 12)
        row["minutes_demanded"] = int(urban * 150 / 12 * noise)
        row["minutes_done"] = min(row["minutes_supplied"], row["minutes_demanded"])
        row["minutes_backlog"] = row["minutes_demanded"] - row["minutes_done"]
        return row
    first, last = CAPACITY[service.id]
    capacity = int(1000 * part * (first + (last - first) * month / (months - 1)))
    full = {"childcare-full": 0.45, "childcare-half": 0.1, "nursing-bed": 0.9, "ordinary-bed": 0.3}.get(
        service.id, 0.99
    )
    taken = min(capacity, int(capacity * full * noise * more))
    waiting = int(
        part
        * {"nursing-bed": 900, "social-work-case": 4000}.get(service.id, 60)
        * noise
        * (1 + month / months)
    )
    row |= {
        "needed": int(SHAPES[service.id][0] * part),
        "asks": 400,
        "requests": 60 + index,
        "admitted": 50,
        "finished": 40,
        "left": 5,
        "waiting": waiting,
        "in_place": taken // 1000,
        "in_place_days": taken * days // 1000,
        "unmet_days": waiting * days,
        "place_parts": taken,
        "place_part_days": taken * days,
        "built_parts": capacity,
        "usable_parts": capacity,
    }
    return row


def _cascade(rng: np.random.Generator, replications: int, more: float) -> pl.DataFrame:
    total = sum(RESIDENTS.values())
    rows, shifts = [], list[float]()
    for replication in range(replications):
        shifts.append(float(np.exp(rng.normal(0, 0.12))))
        shift = shifts[draw_of(replication)]
        for county, residents in RESIDENTS.items():
            for index, service in enumerate(SERVICES):
                if not service.queued:
                    continue
                needed, shares = SHAPES[service.id]
                for year in range(2021, 2026):
                    for group in _groups(service.id):
                        counts = _walk(
                            rng, int(needed * residents / total * group[4]), shares, shift, group, more
                        )
                        keys = (replication, county, index, year, *group[:4])
                        rows.append((*keys, *counts, counts[4] // 50))
    names = (
        "replication",
        "county",
        "service",
        "year",
        "age_band",
        "function",
        "income_fifth",
        "area",
        *STEPS,
        "pending",
    )
    return pl.DataFrame(rows, schema=names, orient="row")


def _groups(service: str) -> list[tuple[int, int, int, int, float]]:
    ages = {0: 1.0} if service.startswith("childcare") else {3: 0.4, 4: 0.35, 5: 0.25}
    functions = {0: 1.0} if service.startswith("childcare") else {1: 0.5, 2: 0.3, 3: 0.2}
    return [
        (age, function, fifth, area, p * q * 0.2 * 0.5)
        for age, p in ages.items()
        for function, q in functions.items()
        for fifth in range(5)
        for area in (0, 1)
    ]


def _walk(
    rng: np.random.Generator,
    needed: int,
    shares: tuple[float, ...],
    shift: float,
    group: tuple[int, int, int, int, float],
    more: float,
) -> list[int]:
    counts = [needed]
    for step, part in zip(STEPS[1:], shares, strict=True):
        p = part * (shift if step == "wanted" else more if step == "served" else 1.0)
        p *= 0.4 + 0.25 * group[2] if step == "affordable" and part < 1 else 1.0
        counts.append(int(rng.binomial(counts[-1], min(p, 1.0))))
    return counts


def _waits(rng: np.random.Generator, replications: int) -> pl.DataFrame:
    mean = {"nursing-bed": 60, "social-work-case": 25}
    rows = []
    for replication in range(replications):
        for county in RESIDENTS:
            for index, service in enumerate(SERVICES):
                if service.queued:
                    for year in range(2020, 2026):
                        days = rng.exponential(mean.get(service.id, 5), 100 if year > 2020 else 20).astype(
                            int
                        )
                        found, count = np.unique(days, return_counts=True)
                        rows += [
                            (replication, county, index, year, int(d), int(c))
                            for d, c in zip(found, count, strict=True)
                        ]
    return pl.DataFrame(
        rows, schema=("replication", "county", "service", "year", "wait_days", "admitted"), orient="row"
    )


def _units(rng: np.random.Generator, replications: int) -> pl.DataFrame:
    rows = []
    for replication in range(replications):
        for county in RESIDENTS:
            for unit in range(12):
                kind = unit % 5
                pool = {3: 0, 4: 3}.get(kind, 1 + unit % 2)
                built = int(rng.integers(40, 120)) * 1000
                taken = int(built * rng.uniform(0.3, 0.5))
                rows.append(
                    (
                        replication,
                        county,
                        unit,
                        kind,
                        pool,
                        built,
                        built,
                        taken,
                        built + 10_000,
                        built + 8_000,
                        taken + 3_000,
                    )
                )
    names = (
        "replication",
        "county",
        "unit",
        "kind",
        "pool",
        "built_start",
        "usable_start",
        "in_place_start",
        "built_end",
        "usable_end",
        "in_place_end",
    )
    return pl.DataFrame(rows, schema=names, orient="row")


def _draws(rng: np.random.Generator, replications: int) -> pl.DataFrame:
    drawn = [each for each in SETTINGS if each.uncertain]
    values = [
        [int((s.value if r == 0 else rng.uniform(s.low, s.high)) * 1e9) for s in drawn]
        for r in range(replications)
    ]
    rows = [
        (r, s.name, value)
        for r in range(replications)
        for s, value in zip(drawn, values[draw_of(r)], strict=True)
    ]
    return pl.DataFrame(rows, schema=("replication", "parameter", "value_e9"), orient="row")
