"""What a job hands back: tables of integers, and a few words beside them.

Apart from ``scenarios.experiments``, which does the job, because the process that collects what workers hand
back need not import all that a job does.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.studies import Job
from sim.measures import Table


@dataclass(frozen=True)
class Binding:
    """Days on lists in the last year of a market, and with one place more in one pool."""

    market: int
    replication: int
    pool: str
    base: int
    plus: int


@dataclass(frozen=True)
class Agreement:
    """Two engines gave one log of all requests of a market in a replication."""

    market: str
    replication: int
    requests: int


@dataclass(frozen=True)
class Served:
    """What a scenario came to in a job; ``probed`` holds, by probe, its last year's months and cascade.

    ``agreement`` is there where both engines served the job.
    """

    tables: dict[str, Table]
    probed: dict[str, Table]
    bindings: tuple[Binding, ...]
    agreement: Agreement | None = None


@dataclass(frozen=True)
class JobResult:
    """Everything that a job hands back: integer tables and how long it took."""

    job: Job
    life: Table
    served: tuple[Served, ...]
    residents: tuple[int, int, int]  # at the founding, at the end, resident-months
    seconds: dict[str, float]
    peak_mb: float
