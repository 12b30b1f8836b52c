"""Measure the speed of a run as ratios that compare between machines: ``make bench``.

Seconds depend on the machine. So each stage of a run is divided by a *yardstick* measured before and after
it, the time of a billion keyed draws, the smallest thing that the model does. A change that makes the model
slower moves a ratio on every machine alike. Both are seconds on the wall: measure on a machine at rest.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from sim.compiled import uncompiled
from sim.streams import Decision, Stream

SCENARIO = "plan-2025"
SMALL, TWO = ("明溪县",), ("寿宁县", "周宁县")  # 0.1 million residents; 0.2 and 0.1 million
DRAWS = 1_000_000_000
AT_ONCE = 4_000_000
BUSY = 10  # per cent of all cores: more is not rest
STAGES = ("founding", "life", "demand", "service")


def yardstick() -> float:
    """Time the keyed draws."""
    stream = Stream.of(1, 0)
    keys = np.arange(AT_ONCE // 4, dtype=np.uint64)  # four words from one call
    stream.words(keys, Decision.TASTE)
    start = time.perf_counter()
    for month in range(DRAWS // AT_ONCE):
        stream.words(keys, Decision.TASTE, month)
    return time.perf_counter() - start


def run(places: tuple[str, ...], replications: int, workers: int, folder: Path) -> tuple[dict, float]:
    """Run the scenario as a user would; return its summary and the wall clock in seconds."""
    named = [word for place in places for word in ("--place", place)]
    sizes = ["--replications", str(replications), "--workers", str(workers)]
    command = [
        sys.executable,
        "-m",
        "jinlin",
        "run",
        SCENARIO,
        *named,
        *sizes,
        "--out",
        str(folder),
        "--no-ledgers",
    ]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    wall = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads((folder / "summary.json").read_text(encoding="utf-8")), wall


def quickest(*words: str) -> float:
    """Return the seconds of the quickest of five calls of Python with some words."""

    def once() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *words], capture_output=True, check=True)
        return time.perf_counter() - start

    return min(once() for _ in range(5))


def main() -> None:
    """Print the ratios of one small run, of the help, and what a second worker brings."""
    busy = psutil.cpu_percent(2)
    if busy > BUSY:
        print(f"the processors are {busy:.0f} % busy with other work: the ratios below are disturbed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if uncompiled():
            run(SMALL, 1, 1, folder / "compiled")
        before = yardstick()
        summary, wall = run(SMALL, 2, 1, folder / "one")
        stick = (before + yardstick()) / 2
        print(f"yardstick: {DRAWS:,} draws in {stick:.2f} s")
        print(f"{SMALL[0]}, 2 replications: {summary['resident_months']:,} resident-months in {wall:.1f} s")
        for stage in STAGES:
            print(f"  {stage:<10} {summary['seconds'][stage] / stick:8.2f} yardsticks")
        print(f"  {'peak':<10} {summary['peak_mb']:8.0f} MB")
        helped, nothing = quickest("-m", "jinlin", "--help"), quickest("-c", "pass")
        print(f"jinlin --help: {helped:.2f} s, {helped / nothing:.1f} times Python with nothing to do")
        alone = run(TWO, 1, 1, folder / "alone")[1]
        together = run(TWO, 1, 2, folder / "together")[1]
        print(f"{' and '.join(TWO)}: two workers are {alone / together:.2f} times as fast as one")


if __name__ == "__main__":
    main()
