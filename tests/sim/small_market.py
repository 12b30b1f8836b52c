"""Small markets for tests: requests and units written short, logs told in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields

import numpy as np

from sim import facilities, kernel
from sim.clock import NEVER
from sim.kinds import Engine, Outcome, Step
from sim.log import Log
from sim.supply import Units

PLACE = 1000  # parts
SERVE = {Engine.COMPILED: kernel.serve, Engine.SIMPY: facilities.serve}


@dataclass(frozen=True)
class Ask:
    """One request, written short."""

    key: int
    minute: int
    stay: int = NEVER
    units: tuple[int, ...] = (0,)
    patience_end: int = NEVER
    need_end: int = NEVER
    priority: int = 0
    parts: int = PLACE
    group_id: int = 0
    step: int = int(Step.REQUESTED)


@dataclass(frozen=True)
class Asked:
    """The columns that service reads."""

    key: np.ndarray
    minute: np.ndarray
    stay: np.ndarray
    patience_end: np.ndarray
    need_end: np.ndarray
    priority: np.ndarray
    parts: np.ndarray
    group_id: np.ndarray
    step: np.ndarray
    candidates: np.ndarray


def table(asks: list[Ask]) -> Asked:
    types = {"key": "u8", "priority": "u1", "group_id": "u1", "step": "u1"}
    names = [field.name for field in fields(Asked) if field.name != "candidates"]
    columns = {
        name: np.array([getattr(ask, name) for ask in asks], dtype=types.get(name, "i4")) for name in names
    }
    candidates = np.full((len(asks), 3), -1, dtype=np.int32)
    for row, ask in enumerate(asks):
        candidates[row, : len(ask.units)] = ask.units
    return Asked(candidates=candidates, **columns)


def units(*steps: dict[int, float], public: Collection[int] = ()) -> Units:
    """Make one unit per dict of minute → usable places, some of them public."""
    count = len(steps)
    zeros = np.zeros(count, dtype=np.int32)
    rows = sorted((minute, unit, places) for unit, own in enumerate(steps) for minute, places in own.items())
    minute, unit = (np.array([row[i] for row in rows], dtype=np.int32) for i in range(2))
    parts = np.array([round(places * PLACE) for _, _, places in rows], dtype=np.int32)
    is_public = np.array([each in public for each in range(count)], dtype=np.uint8)
    return Units(
        id=np.arange(count, dtype=np.int32), key=np.arange(count, dtype=np.uint64), kind=zeros, pool=zeros,
        county=zeros, township=zeros, public=is_public, opens=zeros, step_unit=unit, step_minute=minute,
        step_built=parts + 7, step_staffed=parts,
    )  # fmt: skip


def told(log: Log) -> list[tuple[str, int | None, int | None, int]]:
    """Write a log as (outcome, admitted, ended, unit) with None for never."""
    never = lambda minute: None if minute == NEVER else int(minute)  # noqa: E731
    rows = zip(log.outcome, log.admitted, log.ended, log.unit, strict=True)
    return [(Outcome(o).name, never(a), never(e), int(u)) for o, a, e, u in rows]


def story(
    asks: list[Ask], *capacity: dict[int, float], public: Collection[int] = (), horizon: int = 1000,
    engine: Engine = Engine.COMPILED,
) -> list[tuple]:  # fmt: skip
    """Serve a market and tell its log."""
    return told(SERVE[engine](table(asks), units(*capacity, public=public), horizon))


def serve_twice(requests: Asked, places: Units, horizon: int) -> Log:
    """Serve requests with both engines, whose logs must be one, event for event."""
    one, other = (serve(requests, places, horizon) for serve in SERVE.values())
    row = one.first_difference(other)
    assert row < 0, f"request {row}, compiled: {one.tell(row)}; simpy: {other.tell(row)}"
    return one


def usable_at(capacity: dict[int, float], minute: int) -> int:
    """Return the parts that a unit can use at a minute."""
    last = max((m for m in capacity if m <= minute), default=None)
    return 0 if last is None else round(capacity[last] * PLACE)
