"""Run trials on some workers, and keep each one's counts: a calibration that was stopped goes on from there.

A folder holds one small file a trial, named by its number and a hash of its settings, markets, evidence and
code: what another version left behind is not read. A file is written aside and renamed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.hindcast import digest_of_evidence
from calibration.targets import said_by_counts, said_by_decade, targets
from calibration.trials import COUNTS, try_census
from scenarios.workers import end_workers, worker_context
from sim.compiled import fingerprint
from sim.parameters import Settings
from sim.rates import Floats

MORTALITY = ("life.mortality_scale", "life.mortality_slope", "life.mortality_trend")
Tell = Callable[[str, int, int], None]  # what is run, how many are done, of how many


@dataclass(frozen=True)
class Trial:
    """A trial to run: its settings, and the markets that are founded."""

    number: int
    settings: Settings
    markets: tuple[int, ...]

    @property
    def key(self) -> str:
        """Name what the counts depend on."""
        values = sorted(self.settings.items())
        facts = repr((values, self.markets, COUNTS, _named(), digest_of_evidence(), fingerprint()))
        return hashlib.sha256(facts.encode()).hexdigest()[:16]

    def run(self) -> Floats:
        """Return the counts of all its markets together, then what expected lives say (COUNTS + targets)."""
        counts = try_census(self.settings, self.markets).sum(axis=0)
        return np.concatenate((counts, said_by_decade(*(self.settings[name] for name in MORTALITY))))


def run_trials(trials: Sequence[Trial], folder: Path, workers: int, what: str, tell: Tell) -> Floats:
    """Return what trials come to, (trials, COUNTS + targets), see ``Trial.run``; those kept are not run."""
    folder.mkdir(parents=True, exist_ok=True)
    homes = [folder / f"{each.number:06d}-{each.key}.npy" for each in trials]
    found = np.full((len(trials), len(COUNTS) + len(targets())), np.nan)
    for row, home in enumerate(homes):
        if home.is_file():
            found[row] = np.load(home)
    missing = [row for row in range(len(trials)) if np.isnan(found[row, 0])]
    done = len(trials) - len(missing)
    for row, each in _run([trials[row] for row in missing], missing, workers):
        _keep(homes[row], each)
        found[row] = each
        done += 1
        tell(what, done, len(trials))
    return found


def said(found: Floats) -> Floats:
    """Return the logarithms that trials say of the targets, (trials, targets)."""
    counts, by_decade = np.split(found, [len(COUNTS)], axis=1)
    by_counts = said_by_counts(counts)
    return np.where(np.isnan(by_counts), by_decade, by_counts)


def _run(trials: list[Trial], rows: list[int], workers: int) -> Iterator[tuple[int, Floats]]:
    count = min(workers or os.cpu_count() or 1, max(len(trials), 1))
    if count == 1:
        yield from ((row, trial.run()) for row, trial in zip(rows, trials, strict=True))
        return
    pool = ProcessPoolExecutor(count, worker_context())
    try:
        jobs = {pool.submit(trial.run): row for row, trial in zip(rows, trials, strict=True)}
        yield from ((jobs[job], job.result()) for job in as_completed(jobs))
    except BaseException:
        end_workers(pool)
        raise
    pool.shutdown()


def _keep(home: Path, counts: Floats) -> None:
    aside = home.with_suffix(".part")
    with aside.open("wb") as file:
        np.save(file, counts)
    aside.replace(home)


def _named() -> tuple[str, ...]:
    return tuple(target.name for target in targets())
