"""Made-up replays for tests of measures: any spells, requests and outcomes that other rooms could make.

Each comes twice: as columns, and as plain rows that a test counts one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.cascade import Requests
from sim.clock import MINUTES_PER_DAY, NEVER, month_start
from sim.kinds import Mechanism, Outcome, Step
from sim.log import Log
from sim.measures import Frame, Replay
from sim.needs import Asks, Ledger, Spells
from sim.services import Standard
from sim.supply import Units
from sim.workload import WorkloadLog
from tests.sim.small_needs import service

MONTHS = 15  # two of 2020, all of 2021, one of 2022
HORIZON = month_start(MONTHS)
CODES = np.array([350100, 350200, 350300])
REPORTED = np.array([0, 2])
EDGES = np.array([[10_000, 20_000, 30_000, 40_000], [20_000, 30_000, 40_000, 50_000]])
SERVICES = (
    service("bed", pool="bed", ask_every_months=12, standard=Standard(30, 0.9, "a test")),
    service("case", pool="worker", ask_every_months=0, standard=Standard(7, 0.9, "a test")),
    service("errand", pool="", mechanism=Mechanism.WORKLOAD, standard=Standard(5, 0.9, "a test")),
)
POOL_OF = {0: 0, 1: 1}  # by service
UNIT_POOL, UNIT_COUNTY = (0, 0, 1, 1), (0, 1, 2, 0)


@dataclass(frozen=True)
class Row:
    """One request, with its spell beside it."""

    spell: dict[str, int]
    number: int  # of the spell
    minute: int
    step: int
    parts: int
    outcome: int = -1  # where it is not REQUESTED
    admitted: int = NEVER
    ended: int = NEVER
    unit: int = -1

    @property
    def real(self) -> bool:
        return self.outcome not in (-1, Outcome.ALREADY_PLACED)

    @property
    def waited_to(self) -> int:
        return self.admitted if self.admitted < NEVER else self.ended


@dataclass(frozen=True)
class Made:
    """A replay as columns and as rows."""

    replay: Replay
    frame: Frame
    spells: list[dict[str, int]]
    rows: list[Row]
    steps: list[tuple[int, int, int, int]]  # minute, unit, built, staffed


def minutes(low: int, high: int) -> st.SearchStrategy[int]:
    """Draw minutes from low up to, not including, high; often near the ends of months."""
    edges = [month_start(m) + d for m in range(-2, MONTHS + 1) for d in (-1, 0, 1, MINUTES_PER_DAY)]
    near = [edge for edge in edges if low <= edge < high]
    anywhere = st.integers(low, high - 1)
    return st.one_of(st.sampled_from(near), anywhere) if near else anywhere


def an_old_need(service: int = 1) -> dict[str, int]:
    """Make a need, older than the run and longer, of one elder in the first county."""
    return {
        "key": 1, "service": service, "county": 0, "start": -100_000, "end": NEVER, "age_months": 800,
        "function": 2, "area": 0, "payer": 0, "income": 15_000,
    }  # fmt: skip


@st.composite
def a_spell(draw: Any) -> dict[str, int]:
    start = draw(minutes(-400_000, HORIZON))
    return {
        "key": draw(st.integers(1, 4)),
        "service": draw(st.integers(0, 1)),
        "county": draw(st.integers(0, 2)),
        "start": start,
        "end": draw(st.one_of(st.just(NEVER), minutes(start + 1, HORIZON + 50_000))),
        "age_months": draw(st.sampled_from([0, 35, 215, 700, 719, 721, 838, 959, 1100])),
        "function": draw(st.integers(0, 3)),
        "area": draw(st.integers(0, 1)),
        "payer": 0,
        "income": draw(st.sampled_from([9_999, 10_000, 35_000, 50_000])),
    }


@st.composite
def a_request(draw: Any, spells: list[dict[str, int]]) -> Row:
    number = draw(st.integers(0, len(spells) - 1))
    spell = spells[number]
    minute = draw(minutes(spell["start"], min(spell["end"], HORIZON)))
    step = draw(st.sampled_from([Step.WANTED, Step.AFFORDABLE, Step.REQUESTED, Step.REQUESTED]))
    row = Row(spell, number, minute, step, draw(st.sampled_from([500, 1000])))
    if step != Step.REQUESTED:
        return row
    outcomes = [each for each in Outcome if minute < 0 or each != Outcome.PAST]
    return draw(an_end(row, draw(st.sampled_from(outcomes))))


def at_the_limit(minute: int) -> st.SearchStrategy[int]:
    """Draw a minute at which a wait is just within the standard, or just beyond."""
    return st.sampled_from([min(max(minute + d, 0), HORIZON - 1) for d in (-1, 0, 1)])


@st.composite
def an_end(draw: Any, row: Row, outcome: Outcome) -> Row:
    """Let a request end in some way."""
    said: dict[str, int] = {"outcome": int(outcome)}
    if outcome == Outcome.PAST:
        said["ended"] = draw(st.integers(row.minute, 0))
    if outcome in (Outcome.LEFT_NEED_ENDED, Outcome.LEFT_PATIENCE_ENDED):
        said["ended"] = draw(minutes(max(row.minute, 0), HORIZON))
    if outcome in (Outcome.IN_PLACE, Outcome.FINISHED):
        limit = SERVICES[row.spell["service"]].standard.within_days * MINUTES_PER_DAY
        later = st.one_of(minutes(max(row.minute, 0), HORIZON), at_the_limit(row.minute + limit))
        said["admitted"] = draw(st.one_of(st.just(row.minute), later))
        of_pool = [u for u, pool in enumerate(UNIT_POOL) if pool == POOL_OF[row.spell["service"]]]
        said["unit"] = draw(st.sampled_from(of_pool))
    if outcome == Outcome.FINISHED:
        said["ended"] = draw(minutes(max(said["admitted"], 0) + 1, HORIZON + 1))
    return Row(row.spell, row.number, row.minute, row.step, row.parts, **said)


@st.composite
def replays(draw: Any) -> Made:
    """Draw a replay of a few spells, requests and units."""
    spells = draw(st.lists(a_spell(), min_size=1, max_size=6))
    rows = draw(st.lists(a_request(spells), max_size=10))
    rows.sort(key=lambda row: (row.minute, row.spell["key"], row.spell["service"]))
    at = st.one_of(st.just(0), minutes(0, HORIZON))
    parts = st.integers(0, 5).map(lambda places: places * 1000)
    drawn = draw(
        st.lists(st.tuples(at, st.integers(0, 3), parts, parts), max_size=8, unique_by=lambda s: s[:2])
    )
    workload = draw(st.tuples(*[st.integers(0, 9)] * 4))
    return made(spells, rows, sorted(drawn), workload)


def made(
    spells: list[dict[str, int]],
    rows: list[Row],
    steps: list[tuple[int, int, int, int]],
    workload: tuple[int, ...] = (0, 0, 0, 0),
) -> Made:
    """Put rows, in order of minute, key and service, into columns."""
    minutes_of = [np.full((1, len(CODES), MONTHS), each, dtype=np.int64) for each in workload]
    log = WorkloadLog((2,), (0,), *minutes_of)
    supply: Any = SimpleNamespace(units=_units(steps), pools=("bed", "worker"))
    frame = Frame(SERVICES, REPORTED, CODES, EDGES, MONTHS, replication=3)
    replay = Replay(_ledger(spells), _requests(spells, rows), _log(rows), log, supply)
    return Made(replay, frame, spells, rows, steps)


def _ledger(spells: list[dict[str, int]]) -> Ledger:
    columns = {name: np.array([spell[name] for spell in spells]) for name in spells[0]}
    numbers = np.arange(len(SERVICES) * len(CODES) * MONTHS).reshape(len(SERVICES), len(CODES), MONTHS)
    asks: Asks = None  # type: ignore[assignment]  # measures do not read them
    table = Spells(group=np.zeros(len(spells)), resident=columns["key"].astype(np.int32), **columns)
    return Ledger(table, asks, numbers, numbers, numbers)


def _requests(spells: list[dict[str, int]], rows: list[Row]) -> Requests:
    def column(name: str, dtype: str = "i4") -> np.ndarray:
        return np.array([getattr(row, name) for row in rows], dtype=dtype)

    def of_spell(name: str, dtype: str) -> np.ndarray:
        return np.array([row.spell[name] for row in rows], dtype=dtype)

    zeros = np.zeros(len(rows), dtype=np.int32)
    return Requests(
        ask=zeros, spell=column("number"), key=of_spell("key", "u8"), service=of_spell("service", "u1"),
        group_id=of_spell("service", "u1"), minute=column("minute"), need_end=of_spell("end", "i4"),
        patience_end=zeros, stay=zeros, priority=zeros, parts=column("parts"), step=column("step", "u1"),
        candidates=np.zeros((len(rows), 3), dtype=np.int32),
    )  # fmt: skip


def _log(rows: list[Row]) -> Log:
    asked = [row for row in rows if row.step == Step.REQUESTED]
    return Log(
        outcome=np.array([row.outcome for row in asked], dtype=np.uint8),
        admitted=np.array([row.admitted for row in asked], dtype=np.int32),
        ended=np.array([row.ended for row in asked], dtype=np.int32),
        unit=np.array([row.unit for row in asked], dtype=np.int32),
    )


def _units(steps: list[tuple[int, int, int, int]]) -> Units:
    minute, unit, built, staffed = (np.array([s[i] for s in steps], dtype=np.int32) for i in range(4))
    count = len(UNIT_POOL)
    zeros = np.zeros(count, dtype=np.int32)
    return Units(
        id=np.arange(count), key=np.arange(count, dtype=np.uint64), kind=zeros, pool=np.array(UNIT_POOL),
        county=np.array(UNIT_COUNTY), township=zeros, public=zeros, opens=zeros,
        step_unit=unit, step_minute=minute, step_built=built, step_staffed=staffed,
    )  # fmt: skip


def told(table: dict[str, np.ndarray], keys: tuple[str, ...], value: str) -> dict[tuple[int, ...], int]:
    """Read a table as a dict of what is not zero; every key must occur once."""
    found = list(zip(*(table[name].tolist() for name in keys), strict=True))
    assert len(set(found)) == len(found), f"{keys} occur twice"
    return {key: n for key, n in zip(found, table[value].tolist(), strict=True) if n}
