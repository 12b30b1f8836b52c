"""Studies: what is run, and the jobs that it comes to. What a job does stands in ``scenarios.experiments``.

The two are apart because a command that starts workers must know the one long before the other, which imports
half of the house, could be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from evidence.founders import CENSUS
from evidence.table import load_evidence
from scenarios.load import Scenario
from sim.kinds import Engine
from sim.parameters import Settings
from sim.places import Atlas, Selection

MOST_LEDGERS_GB = 8.0


@dataclass(frozen=True)
class Study:
    """What to run: scenarios that share their services, places, replications and a seed."""

    scenarios: tuple[Scenario, ...]
    selection: Selection
    replications: int
    seed: int
    months: int
    probed: bool = True
    engine: Engine = Engine.COMPILED
    ledgers: Path | None = None  # where ledgers are kept; None: nowhere
    ledgers_gb: float = MOST_LEDGERS_GB  # room for them
    numbers: tuple[int, ...] = ()  # of the replications to run, where not all from 0
    by_group: bool = False  # count days on lists by group as well
    threads: int = 1  # of a job: it takes the cores of the workers that have nothing left to do


@dataclass(frozen=True)
class Job:
    """One market in one replication."""

    market: int
    replication: int


@lru_cache(maxsize=256)
def drawn_settings(settings: Settings, seed: int, replication: int) -> Settings:
    """Return the settings of a replication, remembered: jobs ask again and again."""
    return settings.drawn(seed, replication)


def life_key(scenario: Scenario) -> str:
    """Name what life and needs depend on: scenarios of one key are lived once and share their draws."""
    drawn = [_of_life(of) for of in (scenario.settings, scenario.aligned_on)]
    services = [(s.id, s.needed, s.ask_every_months, s.wish_ceiling) for s in scenario.services]
    return repr((drawn, services))


def _of_life(settings: Settings) -> tuple[dict[str, tuple[float, float, float]], list[str]]:
    """Return the numbers that touch life, with their ranges, and which of them are drawn together."""
    known, joint = settings.quantities, settings.joint
    kept = {name: (q.value, q.low, q.high) for name, q in sorted(known.items()) if q.touches == "life"}
    return kept, [name for name in joint.names if known[name].touches == "life"] if joint else []


def jobs_of(study: Study, atlas: Atlas) -> list[Job]:
    """List the jobs of a study, the largest markets first, so that workers end together."""
    residents = load_evidence().by_county("resident_population", CENSUS)
    sizes = {market: int(residents[list(atlas.markets[market].counties)].sum())
             for market in study.selection.markets}  # fmt: skip
    markets = sorted(study.selection.markets, key=lambda market: (-sizes[market], market))
    numbers = study.numbers or range(study.replications)
    return [Job(market, replication) for market in markets for replication in numbers]


def smallest_job(study: Study, atlas: Atlas) -> Job:
    """Return the job whose market both engines serve: the smallest, in replication 0."""
    return Job(jobs_of(study, atlas)[-1].market, 0)
