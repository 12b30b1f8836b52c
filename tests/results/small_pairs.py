"""Two scenarios of one small market: the same people, other places, other choices, or somebody less."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from hypothesis import strategies as st

from results.records import Beside, Market
from sim.kinds import Engine, Outcome
from sim.log import Log
from sim.supply import Units
from tests.sim.small_cases import HORIZON, cases, crowd
from tests.sim.small_market import PLACE, SERVE, Ask, Asked, table, units

Places = dict[int, float]
Record = tuple[int, int, int, int]


@dataclass(frozen=True)
class Known(Asked):
    """Requests that know of which ask they are."""

    ask: np.ndarray


def known(asked: Asked, ask: Sequence[int] | None = None) -> Known:
    """Number the asks, by row unless numbers are given."""
    numbers = np.arange(len(asked.key)) if ask is None else np.array(ask, dtype=np.int64)
    return Known(ask=numbers, **{each.name: getattr(asked, each.name) for each in fields(Asked)})


def without(asked: Known, rows: np.ndarray) -> Known:
    """Leave some rows out."""
    kept = ~np.isin(np.arange(len(asked.key)), rows)
    return Known(**{each.name: getattr(asked, each.name)[kept] for each in fields(Known)})


def served(asked: Known, places: Units, horizon: int, engine: Engine = Engine.COMPILED) -> Market:
    """Serve requests."""
    return Market(asked, SERVE[engine](asked, places, horizon), places)


def market(
    asks: list[Ask], *places: Places, public: Collection[int] = (), horizon: int = 1000,
    ask: Sequence[int] | None = None, engine: Engine = Engine.COMPILED,
) -> Market:  # fmt: skip
    """Serve requests that are written short."""
    return served(known(table(asks), ask), units(*places, public=public), horizon, engine)


def records(of: Market) -> dict[int, tuple[int, Record]]:
    """Read a log plainly: by ask, who asked and what became of it; no request of the run, no record."""
    found = {}
    log: Log = of.log
    for row in range(len(log)):
        outcome = int(log.outcome[row])
        if outcome not in (Outcome.ALREADY_PLACED, Outcome.PAST):
            record = outcome, int(log.admitted[row]), int(log.ended[row]), int(log.unit[row])
            found[int(of.requests.ask[row])] = int(of.requests.key[row]), record
    return found


def who_differs(a: Market, b: Market) -> set[int]:
    """Say by a plain comparison of two logs whose records differ."""
    one, other = records(a), records(b)
    return {
        (one.get(ask) or other[ask])[0] for ask in one.keys() | other.keys() if one.get(ask) != other.get(ask)
    }


@st.composite
def pairs(draw):
    """Draw a small market twice: places change, and now and then people and what they choose."""
    asks, capacity, public = draw(cases())
    count = len(capacity)
    step = st.dictionaries(st.integers(0, 40), st.sampled_from([0, 0.5, 1, 2, 3]), max_size=2)
    changed = [own | draw(step) if draw(st.booleans()) else own for own in capacity]
    moved, asks_b = draw(st.sampled_from(["places", "choices", "people"])), list(asks)
    numbers = list(range(len(asks)))
    if moved == "choices":
        for row in range(len(asks)):
            if draw(st.integers(0, 3)) == 0:
                chosen = draw(st.permutations(range(count)))[: draw(st.integers(1, count))]
                asks_b[row] = replace(asks[row], units=tuple(chosen))
    if moved == "people":
        numbers = [row for row in numbers if draw(st.integers(0, 4))]
        asks_b = [asks[row] for row in numbers]
    engine = draw(st.sampled_from(list(Engine)))
    a = market(asks, *capacity, public=public, horizon=HORIZON, engine=engine)
    b = market(asks_b, *changed, public=public, horizon=HORIZON, engine=engine, ask=numbers)
    return a, b


def crowds(seed: int, count: int, homes: int, crowding: float, more: dict[int, int], engine: Engine):
    """Serve a crowd twice, some homes with more places (fewer, where negative) the second time."""
    asked, places, horizon = crowd(seed, count, homes, crowding)
    extra = np.array([more.get(unit, 0) for unit in range(homes)])[places.step_unit] * PLACE
    usable = np.maximum(places.step_staffed + extra, 0).astype(np.int32)
    larger = replace(places, step_staffed=usable, step_built=usable)
    return served(known(asked), places, horizon, engine), served(known(asked), larger, horizon, engine)


def beside(a: Market, b: Market) -> Beside:
    """Lay two small markets side by side."""
    return Beside.of(a, b)
