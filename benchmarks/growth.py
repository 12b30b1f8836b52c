"""Measure how the cost of a resident grows with the market: a part of ``make bench``.

Founding, lives and needs of markets from ten thousand to five million residents, and with ``--province`` of
all forty million, market by market. The smallest is a piece of a county, cut out of its columns. A cost per
resident that stays level says that nothing grows faster than the market. The processor's time counts.
"""

from __future__ import annotations

import sys
import time
from functools import partial

import numpy as np

from scenarios.experiments import drawn_world
from scenarios.load import load_scenario
from sim.demand import record
from sim.founding import found
from sim.life import life_ending, live
from sim.model import World
from sim.places import load_atlas
from sim.residents import COLUMNS, NOBODY, Residents
from sim.streams import Stream

SCENARIO, MONTHS, PIECE = "plan-2025", 62, 10_000
PLACES = ("明溪县", "仙游县", "莆田市", "厦门市")  # 0.1, 0.9, 2.3 (its districts) and 5.2 million


def cut(people: Residents, size: int) -> Residents:
    """Return the first residents alone; kin beyond them is not known to them."""
    piece = Residents.empty(size)
    for column in COLUMNS:
        getattr(piece, column.name)[:] = getattr(people, column.name)[:size]
    for kin in (piece.spouse, piece.mother):
        kin[kin >= size] = NOBODY
    return piece


def lived(people: Residents, world: World, stream: Stream) -> tuple[float, float]:
    """Return the seconds of lives and of needs."""
    start = time.process_time()
    history = live(people, world.months, world.life, stream)
    between = time.process_time()
    ending = partial(life_ending, people, world.life)
    record(people, history, world.services, world.settings, world.atlas, stream, ending)
    return between - start, time.process_time() - between


def main() -> None:
    """Print nanoseconds a resident, from small to large."""
    scenario, atlas, stream = load_scenario(SCENARIO), load_atlas(), Stream.of(1, 0)
    world = drawn_world(scenario.services, scenario.settings, MONTHS)
    founded = partial(found, world.cells, world.founding, world.life, atlas)
    small = atlas.markets[atlas.select([PLACES[0]]).markets[0]]
    lived(cut(founded(small, stream), PIECE), world, stream)  # compile, or read what is kept
    print(f"nanoseconds a resident over {MONTHS} months:   founding      lives      needs")
    piece = cut(founded(small, stream), PIECE)
    told(PIECE, 0.0, *lived(piece, world, stream))
    for place in PLACES:
        told(*measured(atlas.markets[atlas.select([place]).markets[0]], founded, world, stream))
    if "--province" in sys.argv:
        parts = [measured(market, founded, world, stream) for market in atlas.markets]
        told(*np.sum(parts, axis=0).tolist())


def measured(market, founded, world, stream):  # type: ignore[no-untyped-def]
    """Return residents and the seconds of founding, lives and needs of a market."""
    start = time.process_time()
    people = founded(market, stream)
    size, founding = people.size, time.process_time() - start
    return size, founding, *lived(people, world, stream)


def told(size: float, founding: float, lives: float, needs: float) -> None:
    """Print a line."""
    each = (f"{seconds / size * 1e9:10,.0f}" for seconds in (founding, lives, needs))
    print(f"{int(size):>12,} residents {'':>14}{' '.join(each)}")


if __name__ == "__main__":
    main()
