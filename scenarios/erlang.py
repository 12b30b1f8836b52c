"""Erlang's delay formula: how many places one list needs where nothing but chance makes anyone wait.

A. K. Erlang 1917. Arrivals by chance at a constant rate, stays that forget their past, patience without end,
one list, for ever: what a planner's spreadsheet can hold, and what a replay is laid beside.
"""

from __future__ import annotations

from math import exp

MOST_PLACES = 10_000_000


def blocked(places: int, load: float) -> float:
    """Return Erlang B, the share that finds all places taken, where nobody waits.

    ``load`` (>= 0) is arrivals a day times mean stay in days.

    >>> round(blocked(10, 8.0), 4)
    0.1217
    """
    share = 1.0
    for place in range(1, places + 1):
        share = load * share / (place + load * share)
    return share


def waits_at_all(places: int, load: float) -> float:
    """Return Erlang C, the share that waits; 1 where the load fills the places.

    >>> round(waits_at_all(10, 8.0), 4), waits_at_all(8, 8.0)
    (0.4092, 1.0)
    """
    return _waiting(blocked(places, load), places, load)


def _waiting(lost: float, places: int, load: float) -> float:
    return lost / (1 - load / places * (1 - lost)) if places > load else 1.0


def in_time(places: int, load: float, stays: float) -> float:
    """Return the share admitted within ``stays`` mean stays of waiting, first come first served.

    >>> round(in_time(10, 8.0, 0.0), 4), in_time(8, 8.0, 9.0)
    (0.5908, 0.0)
    """
    return _served(blocked(places, load), places, load, stays)


def _served(lost: float, places: int, load: float, stays: float) -> float:
    return 1 - _waiting(lost, places, load) * exp(-max(places - load, 0) * stays)


def erlang_places(load: float, stays: float, share: float) -> int:
    """Return the fewest places that admit a share (0 to 1, not 1) within ``stays`` mean stays.

    >>> erlang_places(8.0, 0.0, 0.59), erlang_places(8.0, 0.0, 0.60), erlang_places(0.0, 0.0, 0.95)
    (10, 11, 0)
    """
    if load <= 0:
        return 0
    lost = 1.0
    for places in range(1, MOST_PLACES):
        lost = load * lost / (places + load * lost)
        if places > load and _served(lost, places, load, stays) >= share:
            return places
    raise ValueError(f"a share of {share} asks for more than {MOST_PLACES} places")
