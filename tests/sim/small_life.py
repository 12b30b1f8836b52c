"""Residents for tests of life: the census's ages and sexes in a few counties, made from keyed draws alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from evidence.life_tables import life_tables
from evidence.settings import load_parameters
from evidence.table import load_evidence
from sim import disability, employment
from sim.kinds import Sex
from sim.life import live
from sim.months import MonthCounts, turn
from sim.places import load_atlas
from sim.rates import AGES, LifeTables
from sim.residents import Residents
from sim.streams import Decision, Stream, founder_keys

STREAM = Stream.of(7, 3)
GAINING, LOSING = "集美区", "诏安县"


@cache
def tables(**changed: float) -> LifeTables:
    """Build the tables of life, with some settings ``life.*`` changed."""
    settings = load_parameters().with_values({f"life.{name}": value for name, value in changed.items()})
    return life_tables(load_evidence(), settings, load_atlas())


def county(name: str) -> int:
    """Return the index of a county in the atlas."""
    return int(np.flatnonzero(load_atlas().counties.name == name)[0])


def people(
    count: int, counties: tuple[str, ...] = (GAINING, LOSING), ages: tuple[int, int] = (0, AGES)
) -> Residents:
    """Found residents of some ages, every child under 3 with a mother; nothing else is set."""
    out = Residents.empty(count)
    homes = np.sort(np.arange(count) % len(counties))
    for home, name in enumerate(counties):
        rows = np.flatnonzero(homes == home)
        out.county[rows] = county(name)
        out.key[rows] = founder_keys(int(load_atlas().counties.code[county(name)]), 0, len(rows))
    cells = tables().yearly.population[:, ages[0] : ages[1]]
    place, age, third = (STREAM.uniform(out.key, Decision.FOUND_AGE, word=word) for word in range(3))
    drawn = np.searchsorted(np.cumsum(cells.ravel()) / cells.sum(), age)
    out.sex[:] = drawn // cells.shape[1]
    out.birth_month[:] = -1 - (ages[0] + drawn % cells.shape[1]) * 12 - (third * 12).astype(int)
    out.area[:] = place < 0.6875
    out.income[:] = 30_000
    _find_mothers(out)
    return out


def started(residents: Residents, life: LifeTables | None = None, stream: Stream = STREAM) -> Residents:
    """Draw function, disability, work and pension."""
    disability.start(residents, life or tables(), stream)
    employment.start(residents, life or tables(), stream)
    return residents


def lives(
    residents: Residents,
    months: int,
    life: LifeTables | None = None,
    held: bool = False,
    stream: Stream = STREAM,
) -> Iterator[MonthCounts]:
    """Live some months from the census on; bring one after the other into the columns, and count it."""
    rates = life or tables()
    history = live(residents, months, rates, stream, held)
    for month in range(months):
        yield turn(history, residents, month, rates, stream)


def lived(
    residents: Residents,
    months: int,
    life: LifeTables | None = None,
    held: bool = False,
    stream: Stream = STREAM,
) -> Residents:
    """Return residents as they are at the end of some months."""
    for _ in lives(residents, months, life, held, stream):
        pass
    return residents


def age(residents: Residents, month: int = -1) -> np.ndarray:
    """Return completed years at the census, or at a month."""
    return (month - residents.birth_month.astype(int)) // 12


def _find_mothers(residents: Residents) -> None:
    """Give children under 3 mothers, whose ages follow fertility."""
    children = np.flatnonzero(residents.birth_month >= -36)
    fertility = tables().yearly.fertility[np.clip(age(residents), 0, AGES - 1)] * (
        residents.sex == Sex.FEMALE
    )
    order = STREAM.uniform(residents.key, Decision.FOUND_HOUSEHOLD) ** (1 / np.maximum(fertility, 1e-12))
    mothers = np.argsort(-order)[: len(children)]
    if len(mothers) < len(children) or not len(children):
        return
    residents.mother[children] = mothers
    residents.births[mothers] = 1
    residents.last_birth[mothers] = residents.birth_month[children]
