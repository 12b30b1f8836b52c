"""The past of the needs of the census, had life always been as it was then: how old they are, who asked."""

from __future__ import annotations

import numpy as np
import pytest

from sim.history import quiet
from sim.kinds import Function, Payer
from sim.needs import Ledger
from sim.residents import Residents
from sim.services import Condition, NeedGroup, Service
from tests.sim.small_needs import ANYONE, COUNTIES, bits, people, quiet_ledger, recorded, service, spells_told

SEVERE = {"function": Function.SEVERE}
POOR = NeedGroup(ANYONE, Condition(payer=bits(Payer.STATE)), place="place")
SINCE_40 = NeedGroup(ANYONE, Condition(age_months=(480, 2400), payer=bits(Payer.STATE)), place="place")


def founded(residents: Residents, *services: Service, ending: float) -> Ledger:
    """Record the needs of the census, whose states end at a monthly chance; nothing is lived."""
    census = quiet(residents.size, COUNTIES, 0)
    return recorded(residents, census, *services, ending=lambda rows: np.full(rows.size, ending))


def ages_of(ledger: Ledger) -> np.ndarray:
    """Return how many whole months each need had lasted before the month of the census."""
    return -1 - ledger.spells.start // 43800


@pytest.mark.parametrize("chance", [0.005, 0.02, 0.2])
def test_needs_are_as_old_as_a_state_that_ends_at_a_constant_chance(chance: float) -> None:
    residents = people(*[{"payer": Payer.STATE}] * 30_000)
    ages = ages_of(founded(residents, service("poor", SINCE_40), ending=chance))
    for months in (1, 6, 24, 96, 180):
        expected = (1 - chance) ** months
        spread = 4 * np.sqrt(expected * (1 - expected) / ages.size)
        assert abs((ages >= months).mean() - expected) < spread + 1e-9, months
    assert ages.max() < 192, "what is older than fifteen years is cut by whole years"


def test_asks_of_old_needs_come_in_every_month_of_the_year() -> None:
    residents = people(*[{"payer": Payer.STATE}] * 2400)
    asks = founded(residents, service("poor", POOR), ending=0.0002).asks
    last = asks.ordinal[asks.ordinal >= -12]
    assert last.size == 2400, "each asked once in the year before the census"
    each_month = np.bincount(-last)[1:]
    assert np.abs(each_month - 200).max() < 4 * np.sqrt(200 * 11 / 12), each_month.tolist()


def test_what_ends_sooner_is_younger() -> None:
    residents = people(*[{"payer": Payer.STATE}] * 300)
    slow, fast = (ages_of(founded(residents, service("poor", POOR), ending=c)) for c in (0.03, 0.06))
    told = slow < 180
    assert (fast[told] <= slow[told]).all() and (fast < slow).mean() > 0.5


def test_lost_function_and_needs_that_ask_once_keep_their_dates() -> None:
    mild = Condition(function=bits(Function.NONE, Function.MILD), payer=bits(Payer.STATE))
    old = Condition(age_months=(720, 2400))
    residents = people(
        SEVERE | {"function_since": -7, "birth_month": -760},
        {"function": Function.MILD, "function_since": -9, "payer": Payer.STATE},
        {"payer": Payer.STATE, "birth_month": -760},
    )
    kinds = (
        service("lost"),
        service("keeps", NeedGroup(ANYONE, mild, place="place")),
        service("old", NeedGroup(ANYONE, old, place="place")),
        service("once", NeedGroup(ANYONE, old, place="place"), ask_every_months=0),
    )
    ledger = founded(residents, *kinds, ending=0.9)
    starts = {(r, s): start or 0 for r, s, start, _ in spells_told(ledger)}
    assert starts[0, 0] == -7 and starts[1, 1] == -9, "function became what it is"
    assert starts[0, 3] == starts[2, 3] == -40, "the age was reached that the need asks for"
    assert min(starts[2, 1], starts[0, 2], starts[2, 2]) > -12, "nothing else is old where states end at once"


def test_the_past_is_asked_by_residents_of_their_census_age() -> None:
    rows = [{"payer": Payer.STATE, "birth_month": -800 - n} for n in range(30)]
    residents, of = people(*rows), service("poor", SINCE_40)
    held = founded(residents, of, ending=0.01).asks
    assert held.ordinal.min() < -24
    assert (held.age_months == 799 + held.spell).all()
    dated = quiet_ledger(residents, of, months=0).asks
    assert (dated.age_months == 800 + dated.spell + dated.ordinal).all(), "without it, as old as they were"


def test_how_old_needs_are_changes_no_other_draw() -> None:
    residents = people(*[SEVERE | {"function_since": -30, "payer": Payer.STATE}] * 40)
    ledgers = [founded(residents, service("lost"), service("poor", POOR), ending=c) for c in (0.01, 0.1)]
    words = [
        {(r, s, m): w for (r, s, m), w in zip(asks_in_order(each), each.asks.wish.tolist(), strict=True)}
        for each in ledgers
    ]
    common = words[0].keys() & words[1].keys()
    assert len(common) > 80 and all(words[0][each] == words[1][each] for each in common)


def asks_in_order(ledger: Ledger) -> list[tuple[int, int, int]]:
    """Return (resident, service, month) of each ask, row by row."""
    asks, spells = ledger.asks, ledger.spells
    columns = spells.resident[asks.spell], spells.service[asks.spell], asks.ordinal
    return [(int(r), int(s), int(m)) for r, s, m in zip(*columns, strict=True)]
