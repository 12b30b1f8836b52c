"""Sizes as a reader takes them: why there is none, what is too much, how other ways err, what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from math import ceil, inf

import numpy as np

from evidence.costs import CostLine, cost_lines
from results.cascades import STEPS
from scenarios.capacity_trials import Question
from scenarios.sizer import PlaceSize
from sim.services import Words

WAYS = ("planned", "load", "erlang")
LEFT_TO_OPERATORS = Words("民办机构自筹：造价减去补助", "in a private home: the cost less the subsidies")


class Refusal(Enum):
    """Why a place has no size."""

    NOBODY_ASKS = "nobody asks"
    NO_PLACES = "no places"  # the scenario has none to scale
    OUT_OF_REACH = "out of reach"  # no capacity meets the standard


@dataclass(frozen=True)
class Way:
    """A way to size: its places, how many more than the answer, the share it reaches, how often it holds."""

    way: str
    places: float
    more: float  # than the answer
    mean: float
    worst: float
    met: int
    of: int


@dataclass(frozen=True)
class Loss:
    """A step of the cascade: persons who come so far, and the share of the needed lost on the way to it."""

    step: str
    persons: float
    lost: float


@dataclass(frozen=True)
class Bill:
    """A known cost of some places: yuan once (capital) or a year, from low to high."""

    line: CostLine
    low: float
    high: float


def refusal(size: PlaceSize) -> Refusal | None:
    """Say why a place has no size; None where it has one."""
    if size.rivals["planned"].places == 0:
        return Refusal.NO_PLACES
    if size.persons["requested"] == 0 or size.sized.capacity == 0:  # at none, who asks is not served in time
        return Refusal.NOBODY_ASKS
    return Refusal.OUT_OF_REACH if size.sized.capacity is None else None


def losses(size: PlaceSize) -> list[Loss]:
    """Return the cascade of a place, step by step."""
    needed = max(size.persons["needed"], 1e-9)
    steps = [Loss("needed", size.persons["needed"], 0.0)]
    for before, step in pairwise(STEPS):
        steps.append(Loss(step, size.persons[step], (size.persons[before] - size.persons[step]) / needed))
    return steps


def held_at(size: PlaceSize) -> Loss:
    """Return the step at which most are lost."""
    return max(losses(size), key=lambda loss: loss.lost)


def ways(size: PlaceSize) -> list[Way]:
    """Lay the plan's number, the offered load and Erlang's places beside the answer."""
    found = []
    for name in WAYS:
        rival = size.rivals.get(name)
        if rival:
            mean, worst = mean_and_worst(rival.reached)
            answer = size.sized.capacity if size.sized.capacity is not None else inf
            found.append(
                Way(name, rival.places, rival.places - answer, mean, worst, rival.met, len(rival.reached))
            )
    return found


def mean_and_worst(shares: Sequence[float]) -> tuple[float, float]:
    """Return the mean and the least of some shares; shares of nobody are left out."""
    known = np.asarray(shares, dtype=float)
    known = known[np.isfinite(known)]
    return (float(known.mean()), float(known.min())) if known.size else (np.nan, np.nan)


def spare(size: PlaceSize) -> float:
    """Return the planned places that could go without breaking the standard (negative: places wanting)."""
    assert size.sized.capacity is not None
    return size.rivals["planned"].places - size.sized.capacity


def wanting(size: PlaceSize) -> int:
    """Return the whole places that are wanting (planned places are means over replications)."""
    return ceil(max(-spare(size), 0.0))


def bills(question: Question, places: float) -> list[Bill]:
    """Return what is known of the cost of some places, with the posts that staff them."""
    filled = places / places_per_post(question)
    found = []
    for line in (*unit_costs(question), *_left_to_operators(question)):
        count = filled if line.side == "wage" else places
        found.append(Bill(line, line.low * count, line.high * count))
    return found


def unit_costs(question: Question) -> list[CostLine]:
    """Return what one place is known to cost; one in use costs no less a year than the wages of its post."""
    lines = cost_lines(question.definition.pool, question.scenario.settings)
    wages = sum(line.low for line in lines if line.side == "wage") / places_per_post(question)
    return [
        replace(line, low=max(line.low, wages), high=max(line.high, wages))
        if (line.side, line.payer) == ("operating", "all")
        else line
        for line in lines
    ]


def _left_to_operators(question: Question) -> Iterator[CostLine]:
    """Yield what one place in a private home costs its operator once: what no subsidy takes over."""
    capital = [line for line in unit_costs(question) if line.side == "capital"]
    whole = [line for line in capital if line.payer == "all"]
    paid = [line for line in capital if line.payer != "all"]
    if whole and paid:
        low = sum(line.low for line in whole) - sum(line.high for line in paid)
        high = sum(line.high for line in whole) - sum(line.low for line in paid)
        sources = tuple(dict.fromkeys(source for line in capital for source in line.sources))
        yield CostLine("capital", "operator", max(low, 0.0), high, LEFT_TO_OPERATORS, sources)


def posts(question: Question, places: float) -> tuple[Words, int] | None:
    """Return who staffs some places and in how many filled posts; None where nobody does."""
    pools = [each for kind in question.scenario.kinds for each in kind.pools]
    cadres = [each.cadre for each in pools if each.id == question.definition.pool and each.cadre]
    if not cadres:
        return None
    name = next(each.name for each in question.scenario.cadres if each.id == cadres[0])
    return name, ceil(places / places_per_post(question))


def places_per_post(question: Question) -> float:
    """Return the places that one post serves: the same in every kind of facility that has the pool."""
    pools = [each for kind in question.scenario.kinds for each in kind.pools]
    named = [each.places_per_post for each in pools if each.id == question.definition.pool]
    return float(np.mean([question.scenario.settings[name] for name in named if name] or [1.0]))


def idle_cost(question: Question, places: float) -> tuple[float, float, float] | None:
    """Return what idle places cost a year in yuan, (central, low, high); None where no cost is known."""
    name = f"cost.{question.definition.pool}"
    if name not in question.scenario.settings:
        return None
    running = question.scenario.settings.quantities[name]
    return running.value * places, running.low * places, running.high * places
