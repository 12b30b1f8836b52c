"""What a reader may ask of costs: places, unit costs, payers and a budget; what follows from them.

The arithmetic of the what-if sheet, once, as plain functions: the sheet's formulas are held to it by a test
that lets a spreadsheet program recalculate them. Yuan throughout; shares are of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import floor

from evidence.costs import PAYERS, CostLine
from results.sizes import idle_cost, places_per_post, refusal, unit_costs, wanting
from scenarios.capacity_trials import Question
from scenarios.sizer import PlaceSize, names_of
from sim.services import Words

PAID_BY = tuple(payer for payer in PAYERS if payer != "all")
YEARS = 5  # counted by default: those of the plan
FEN = 100  # of a yuan
MONTHS = 12
FEES = Words("情景中各机构的收费，按全额付费", "the fees of the scenario's homes, paid in full")
_SLACK = 1e-9  # of a place: a budget for exactly n places buys n


@dataclass(frozen=True)
class UnitCost:
    """A cost of one place or post: from low to high as published, and what is used; None where unknown."""

    used: float | None
    low: float | None
    high: float | None
    sources: tuple[str, ...] = ()
    notes: tuple[Words, ...] = ()  # what it is


@dataclass(frozen=True)
class Wanting:
    """A place, the capacity that it wants, and the share that is reached there now."""

    name: str
    places: float
    reached: float


@dataclass(frozen=True)
class Given:
    """What the sheet begins with. Parts are yuan of one place by payer: what is known of who pays."""

    places: float
    occupied: float  # share of the sized places in use, as simulated
    capital: UnitCost
    running: UnitCost
    wage: UnitCost
    per_post: float
    capital_parts: Mapping[str, UnitCost]
    running_parts: Mapping[str, UnitCost]
    wanting: tuple[Wanting, ...]  # in the order in which a budget serves them
    years: int = YEARS
    price_rise: float = 0.0
    discount: float = 0.0
    budget: float | None = None


@dataclass(frozen=True)
class Bought:
    """What a budget buys: the cost of a place, places, and how many each of the wanting gets."""

    each: float
    places: int
    by_place: tuple[float, ...] = field(default=())


def given(question: Question, sizes: Sequence[PlaceSize], budget_fen: int | None = None) -> Given:
    """Gather what the what-if sheet of some sizes begins with."""
    lines = unit_costs(question)
    running = idle_cost(question, 1.0)
    known = [size for size in sizes if not refusal(size)]
    sized = sum(size.sized.capacity or 0 for size in known)
    return Given(
        places=sum(each.places for each in _wanting(known)),
        occupied=min(sum(size.in_place for size in known) / sized, 1.0) if sized else 1.0,
        capital=_unit_cost(lines, "capital", "all"),
        running=_unit_cost(lines, "operating", "all", running[0] if running else None),
        wage=_unit_cost(lines, "wage", "all"),
        per_post=places_per_post(question),
        capital_parts={payer: _unit_cost(lines, "capital", payer) for payer in PAID_BY},
        running_parts={payer: _unit_cost(lines, "operating", payer) for payer in PAID_BY} | _fees(known),
        wanting=_wanting(known),
        budget=None if budget_fen is None else budget_fen / FEN,
    )


def factor(years: int, price_rise: float, discount: float) -> float:
    """Return how many of the first year's running costs some years come to.

    >>> factor(5, 0.0, 0.0), round(factor(2, 0.0, 0.25), 12)
    (5.0, 1.8)
    """
    growth = (1 + price_rise) / (1 + discount)
    return float(years) if abs(growth - 1) < 1e-9 else (1 - growth**years) / (1 - growth)


def bought(budget: float, each: float, wanting: Sequence[Wanting]) -> Bought:
    """Return what a budget buys at a cost of a place: those first in the order are served first.

    >>> bought(10.0, 3.0, [Wanting("a", 2.0, 0.1), Wanting("b", 5.0, 0.9)])
    Bought(each=3.0, places=3, by_place=(2.0, 1.0))
    """
    places = floor(budget / each + _SLACK) if each > 0 else 0
    left, parts = float(places), []
    for place in wanting:
        parts.append(max(0.0, min(place.places, left)))
        left -= parts[-1]
    return Bought(each, places, tuple(parts))


def _wanting(known: Sequence[PlaceSize]) -> tuple[Wanting, ...]:
    """List what is wanting where, the place first in which the smallest share is reached now."""
    found = []
    for size in known:
        reached = size.rivals["planned"].reached
        mean = sum(reached) / len(reached) if reached else 0.0
        found.append(Wanting(names_of(size.selection), float(wanting(size)), mean))
    return tuple(sorted(found, key=lambda place: (not place.places, place.reached, place.name)))


def _unit_cost(lines: Sequence[CostLine], side: str, payer: str, used: float | None = None) -> UnitCost:
    """Add up what a payer is known to pay for one place; the middle is used where nothing else is said."""
    mine = [line for line in lines if line.side == side and line.payer == payer]
    if not mine:
        return UnitCost(None, None, None)
    low, high = (sum(getattr(line, end) for line in mine) for end in ("low", "high"))
    middle = (low + high) / 2
    sources = tuple(source for line in mine for source in line.sources)
    notes = tuple(line.note for line in mine)
    return UnitCost(middle if used is None else used, low, high, sources, notes)


def _fees(known: Sequence[PlaceSize]) -> dict[str, UnitCost]:
    """Return what families pay a year for an occupied place: the fees of the scenario's homes."""
    fees = [size.fees for size in known if size.fees]
    if not fees:
        return {}
    low, high = MONTHS * min(fee[0] for fee in fees), MONTHS * max(fee[1] for fee in fees)
    return {"family": UnitCost((low + high) / 2, low, high, (), (FEES,))}
