"""Measure what a market costs by its size, and write ``benchmarks/scale.json``: docs/scale.md counts with it.

Each market is measured in a process of its own, which then knows its peak of memory; the processor's time
counts, the least of a few measurements. Compile before (``jinlin run`` once): compiling is not counted.

    python benchmarks/scale.py                   all markets of the ladder, some five minutes
    python benchmarks/scale.py --one MARKET      one of them, printed
    python benchmarks/scale.py --planning        a plan of 122,000 jobs, printed
    python benchmarks/scale.py --collecting      a table of some million rows, printed
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenarios.experiments import base_of_province, drawn_world, needs_of, run_job
from scenarios.load import load_scenario
from scenarios.studies import Job, Study
from sim.places import load_atlas

KEPT = Path(__file__).with_suffix(".json")
MONTHS, SEED, TIMES = 62, 1, 3
ROWS = 3_000_000
SCENARIOS = ("plan-2025", "staff-short", "plan-2025-late")
LADDER = ("柘荣县", "明溪县", "寿宁县", "武夷山市", "永安市", "霞浦县", "连江县", "仙游县", "龙岩市区",
          "泉州市区", "莆田市区", "福州市区", "厦门市区")  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    """Return the processor's seconds of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measured(market: str) -> dict[str, float]:
    """Measure a market: seconds, bytes of its ledger, megabytes of memory at the peak.

    The tables of a replication and the base of the province are made before: they cost the same for all
    markets. Replications 0, 1, … are different lives; of each number the least is kept.
    """
    atlas = load_atlas()
    number = [each.name for each in atlas.markets].index(market)
    scenarios = tuple(load_scenario(name) for name in SCENARIOS)
    counties = [atlas.counties.name[county] for county in atlas.markets[number].counties]
    study = Study(scenarios, atlas.select(counties), TIMES, SEED, MONTHS, probed=False)
    base_of_province()
    rows = []
    for replication in range(TIMES):
        with tempfile.TemporaryDirectory() as name:
            rows.append(one(study, Job(number, replication), Path(name)))
    return {key: min(row[key] for row in rows) for key in rows[0]} | {"peak_mb": peak_mb()}


def one(study: Study, job: Job, folder: Path) -> dict[str, float]:
    """Measure one replication of a market."""
    first = study.scenarios[0]
    own, baseline = (of.drawn(study.seed, job.replication) for of in (first.settings, first.aligned_on))
    world = seconds(lambda: drawn_world(first.services, own, study.months, baseline))
    kept = replace(study, ledgers=folder)
    alone = replace(study, scenarios=study.scenarios[:1], numbers=(job.replication,))
    residents: list[int] = []
    lives = seconds(lambda: residents.append(needs_of(study, job)[0].record.residents_start))
    needs_of(kept, job)
    reading = seconds(lambda: needs_of(kept, job))
    first_replay = seconds(lambda: run_job(replace(alone, ledgers=folder), job)) - reading
    all_replays = seconds(lambda: run_job(kept, job)) - reading
    return {
        "residents": residents[0], "world_seconds": world, "life_seconds": lives, "reading_seconds": reading,
        "first_replay_seconds": first_replay,
        "next_replay_seconds": (all_replays - first_replay) / (len(study.scenarios) - 1),
        "ledger_bytes": sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()),
        "ledger_files": sum(each.is_file() for each in folder.rglob("*")),
    }  # fmt: skip


def started() -> float:
    """Return the processor's seconds of starting Python and reading the model."""
    script = "import scenarios.experiments as e; e.base_of_province()"
    before = os.times()
    subprocess.run([sys.executable, "-c", script], check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


PLANNED = """scenarios = ["plan-2025"]
replications = 2000
most_jobs = 1000000
"""


def planning() -> dict[str, float]:
    """Measure a large plan: seconds to make it, and what each task pays to open it and find its jobs."""
    from scenarios.sweep_file import read_sweep
    from scenarios.sweep_folder import open_plan, write_plan
    from scenarios.sweep_plan import planned

    with tempfile.TemporaryDirectory() as name:
        file, folder = Path(name, "large.toml"), Path(name, "large")
        file.write_text(PLANNED, encoding="utf-8")
        sweep = read_sweep(file)
        made = seconds(lambda: write_plan(folder, planned(sweep)))
        opened = open_plan(folder)
        found = seconds(lambda: opened.chunk_jobs(opened.chunks[-1]))
        tracemalloc.start()
        again = open_plan(folder)
        again.chunk_jobs(again.chunks[-1])
        held = tracemalloc.get_traced_memory()[0]
        return {"jobs": len(again.jobs), "plan_seconds": made, "find_seconds": found, "find_mb": held / 2**20}


def collecting() -> dict[str, float]:
    """Measure what some millions of made-up rows take to be written as one table."""
    import polars as pl

    from results.collect import KEYS, write_table
    from scenarios.sweep_file import read_sweep
    from scenarios.sweep_plan import planned
    from scenarios.sweep_rows import MEASURES

    random, county = np.random.default_rng(SEED), load_atlas().counties.code.astype(np.int64)
    most = dict.fromkeys((measure.name for measure in MEASURES), 5000) | dict.fromkeys(KEYS, 1)
    most |= {"replication": 2000, "service": 5}
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "large.toml")
        file.write_text(PLANNED, encoding="utf-8")
        plan, before = planned(read_sweep(file)), peak_mb()
        parts = (
            pl.DataFrame(
                {key: random.integers(0, high, ROWS // 100) for key, high in most.items()}
                | {"county": random.choice(county, ROWS // 100)}
            )
            for _ in range(100)
        )
        taken = seconds(lambda: write_table(Path(name, "results.parquet"), plan, parts))
    return {"rows": ROWS, "collect_seconds": taken, "collect_mb": peak_mb() - before}


def peak_mb() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(*words: str) -> dict[str, float]:
    """Measure one thing in a process of its own."""
    done = subprocess.run([sys.executable, __file__, *words], stdout=subprocess.PIPE, check=True, text=True)
    return {key: round(value, 4) for key, value in json.loads(done.stdout).items()}


def main() -> None:
    """Measure one thing and print it, or all of them and keep what they came to."""
    match sys.argv[1:]:
        case ["--one", market]:
            print(json.dumps(measured(market)))
        case ["--planning"]:
            print(json.dumps(planning()))
        case ["--collecting"]:
            print(json.dumps(collecting()))
        case _:
            keep()


def keep() -> None:
    """Measure everything, tell the markets as they come, and keep it."""
    markets = {}
    for market in LADDER:
        markets[market] = row = alone("--one", market)
        millions = row["residents"] / 1e6
        each = (f"{key} {row[key] / millions:,.2f}" for key in row if key != "residents")
        print(f"{market} {millions:.2f} million, of each: {', '.join(each)}", flush=True)
    start = round(min(started() for _ in range(TIMES)), 3)
    kept = {
        "start_seconds": start,
        "planning": alone("--planning"),
        "collecting": alone("--collecting"),
        "markets": markets,
    }
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
