"""Measure the speed of a run as ratios that compare between machines: ``make bench``.

Seconds depend on the machine. So each stage of a run is divided by a *yardstick* measured in the same minute:
the time of 20 million keyed draws, the smallest thing that the model does. A stage of 0.5 takes as long as 10
million draws. A change that makes the model slower moves a ratio on every machine alike.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sim.streams import Decision, Stream

SCENARIO = "plan-2025"
SMALL, TWO = ("明溪县",), ("明溪县", "清流县")
DRAWS = 20_000_000
STAGES = ("founding", "life", "demand", "service")


def yardstick() -> float:
    """Time the keyed draws, the best of three."""
    stream = Stream.of(1, 0)
    keys = np.arange(DRAWS // 4, dtype=np.uint64)
    stream.words(keys[:10], Decision.TASTE)
    return min(_timed(lambda: stream.words(keys, Decision.TASTE)) for _ in range(3))


def _timed(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start


def run(places: tuple[str, ...], workers: int, folder: Path) -> tuple[dict, float]:
    """Run the scenario as a user would; return its summary and the wall clock in seconds."""
    named = [word for place in places for word in ("--place", place)]
    command = [sys.executable, "-m", "jinlin", "run", SCENARIO, *named, "--replications", "2"]
    start = time.perf_counter()
    subprocess.run(
        [*command, "--workers", str(workers), "--out", str(folder)], check=True, stdout=subprocess.DEVNULL
    )
    wall = time.perf_counter() - start
    return json.loads((folder / "summary.json").read_text(encoding="utf-8")), wall


def main() -> None:
    """Print the ratios of one small run, and what a second worker brings."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(SMALL, 1, folder / "compiled")  # the first run compiles
        stick = yardstick()
        summary, wall = run(SMALL, 1, folder / "one")
        print(f"yardstick: {DRAWS:,} draws in {stick:.2f} s")
        print(f"{SMALL[0]}, 2 replications: {summary['resident_months']:,} resident-months in {wall:.1f} s")
        for stage in STAGES:
            print(f"  {stage:<10} {summary['seconds'][stage] / stick:8.2f} yardsticks")
        print(f"  {'peak':<10} {summary['peak_mb']:8.0f} MB")
        alone = run(TWO, 1, folder / "alone")[1]
        together = run(TWO, 2, folder / "together")[1]
        print(f"two workers: {alone / together:.2f} times as fast as one")


if __name__ == "__main__":
    main()
