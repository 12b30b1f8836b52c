"""Residents to needs: who needs what when, and who asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np
import pytest

from sim.clock import NEVER
from sim.demography import renew
from sim.errors import ScenarioError
from sim.kinds import Area, Change, Employment, Exit, Function, Mechanism, Payer
from sim.needs import Ledger
from sim.services import Condition, NeedGroup, Service
from sim.streams import Stream
from tests.sim.small_needs import (
    ANYONE,
    BORN_1950,
    HOME,
    MONTHS,
    NEXT_DOOR,
    STREAM,
    asks_told,
    bits,
    happened,
    people,
    quiet_ledger,
    recorded,
    service,
    spells_told,
)

SEVERE = {"function": Function.SEVERE}
CHILD = Condition(age_months=(6, 36), mother_employment=bits(Employment.EMPLOYED))
OTHER_CHILD = Condition(age_months=(6, 36), mother_employment=bits(Employment.OUT, Employment.UNEMPLOYED))


def children_services() -> tuple[Service, Service]:
    whole = service("whole", NeedGroup(ANYONE, CHILD, place="place"), group="child", ask_every_months=0)
    half = service("half", NeedGroup(ANYONE, OTHER_CHILD, place="place"), group="child", ask_every_months=0)
    return whole, half


def test_three_elders_need_help_and_ask_once_a_year() -> None:
    residents = people(
        {"function": Function.NONE},
        SEVERE | {"function_since": -20},
        SEVERE | {"function_since": -100, "birth_month": 2 - 720},
    )
    falls, recovers = (3, 0, Change.FUNCTION, Function.MODERATE), (8, 0, Change.FUNCTION, Function.MILD)
    history = happened(residents, MONTHS, [falls, recovers], exits={1: (5, Exit.DIED)})
    ledger = recorded(residents, history, service())
    assert spells_told(ledger) == [(0, 0, 3, 8), (1, 0, -20, 5), (2, 0, 2, None)]
    assert asks_told(ledger) == [(0, 0, 3), (1, 0, -20), (1, 0, -8), (1, 0, 4), (2, 0, 2), (2, 0, 14)]
    told = dict(zip(ledger.spells.resident.tolist(), ledger.spells.age_months.tolist(), strict=True))
    assert told == {0: 3 - BORN_1950, 1: -1 - BORN_1950, 2: 720}


def test_a_child_moves_from_one_service_to_the_other_with_its_mothers_work() -> None:
    mother = {"birth_month": -360, "employment": Employment.EMPLOYED}
    residents = people(mother, {"birth_month": -2, "mother": 0}, {"birth_month": -2, "mother": -1})
    stops = (10, 0, Change.WORK, Employment.OUT)
    ledger = recorded(residents, happened(residents, 40, [stops]), *children_services())
    assert spells_told(ledger) == [(1, 0, 4, 10), (1, 1, 10, 34)]
    assert ledger.spells.end[0] == ledger.spells.start[1], "one service ends where the other begins"
    assert asks_told(ledger) == [(1, 0, 4), (1, 1, 10)], "each is asked for once"
    assert ledger.asks.wish[0] == ledger.asks.wish[1], "a family's wish for childcare is one wish"
    assert ledger.asks.mother_employment.tolist() == [Employment.EMPLOYED, Employment.OUT]


def test_a_child_whose_mother_dies_needs_neither_service_that_looks_at_her_work() -> None:
    mother = {"birth_month": -360, "employment": Employment.EMPLOYED}
    residents = people(mother, {"birth_month": -10, "mother": 0})
    history = happened(residents, MONTHS, exits={0: (3, Exit.DIED)})
    assert spells_told(recorded(residents, history, *children_services())) == [(1, 0, -4, 3)]


def test_a_child_born_in_the_run_needs_care_from_six_months_on() -> None:
    mother = {"birth_month": -360, "employment": Employment.EMPLOYED}
    residents = people(mother, {"birth_month": 2, "mother": 0})
    history = happened(residents, MONTHS, [(2, 0, Change.BIRTH, 0)], comes={1: 2})
    ledger = recorded(residents, history, *children_services())
    assert spells_told(ledger) == [(1, 0, 8, None)] and asks_told(ledger) == [(1, 0, 8)]
    assert ledger.residents[HOME].sum(axis=0).tolist() == [1, 1, *[2] * (MONTHS - 2)]


def test_a_need_keeps_the_group_by_which_it_began() -> None:
    groups = (
        NeedGroup(ANYONE, Condition(function=bits(Function.SEVERE)), place="place"),
        NeedGroup(ANYONE, Condition(age_months=(720, 2400)), place="place"),
    )
    residents = people(SEVERE, {"function": Function.NONE})
    swapped = [(0, 0, Change.FUNCTION, Function.NONE), (0, 1, Change.FUNCTION, Function.SEVERE)]
    ledger = recorded(residents, happened(residents, 3, swapped), service("help", *groups))
    assert ledger.spells.group.tolist() == [0, 1] and ledger.spells.end.tolist() == [NEVER] * 2


def test_someone_new_in_a_row_has_needs_of_their_own() -> None:
    residents = people(SEVERE | {"function_since": -6}, SEVERE | {"function_since": -6})
    taken = [(2, 0, Change.RENEWAL, 0), (2, 0, Change.FUNCTION, Function.SEVERE)]
    ledger = recorded(residents, happened(residents, 3, taken), service(), held=True)
    assert spells_told(ledger) == [(0, 0, -6, 2), (0, 0, 2, None), (1, 0, -6, None)]
    renew(residents, np.array([0]), 2, STREAM)
    assert ledger.spells.key[2] == residents.key[0] != ledger.spells.key[0]
    assert asks_told(ledger) == [(0, 0, -6), (0, 0, 2), (1, 0, -6)]


def test_where_life_is_held_nobody_reaches_an_age() -> None:
    residents = people(SEVERE | {"birth_month": 2 - 720})
    ledger = recorded(residents, happened(residents, MONTHS), service(), held=True)
    assert not spells_told(ledger)


def test_needs_of_the_census_began_when_age_or_function_says() -> None:
    old = Condition(age_months=(720, 2400))
    poor = Condition(payer=bits(Payer.STATE))
    by_age, by_payer = (NeedGroup(ANYONE, who, place="place") for who in (old, poor))
    residents = people(
        {"birth_month": -760},
        {"birth_month": -760, "function": Function.SEVERE, "function_since": -7},
        {"birth_month": -1100, "payer": Payer.STATE},
    )
    yearly = service("yearly", by_age)
    once = service("once", by_age, ask_every_months=0)
    function = service("function")
    undated = service("undated", by_payer)
    told = quiet_ledger(residents, yearly, once, function, undated, months=1)
    starts = {(r, s): start for r, s, start, _ in spells_told(told)}
    assert starts[0, 0] == starts[1, 0] == -40 and starts[1, 2] == -7 and starts[2, 0] == -380
    assert -120 <= (starts[2, 3] or 0) <= -1
    asked = asks_told(told)
    assert [m for r, s, m in asked if (r, s) == (0, 0)] == [-40, -28, -16, -4]
    assert [m for r, s, m in asked if (r, s) == (2, 0)] == list(range(-176, 0, 12)), (
        "fifteen years, in its month"
    )
    assert [m for r, s, m in asked if (r, s) == (2, 1)] == [-180], "a need that asks once is not lost"
    assert (told.asks.minute[np.array(told.asks.ordinal) < 0] < 0).all()


def test_beginnings_that_nothing_dates_spread_over_ten_years() -> None:
    residents = people(*[{"payer": Payer.STATE}] * 1200)
    ledger = quiet_ledger(
        residents,
        service("undated", NeedGroup(ANYONE, Condition(payer=bits(Payer.STATE)), place="place")),
        months=1,
    )
    months = ledger.spells.start // 43800
    assert months.min() >= -120 and months.max() < 0
    assert abs(months.mean() + 60.5) < 4 * np.sqrt((120**2 - 1) / 12 / 1200)


def test_tasks_of_a_workload_add_up_and_persons_count_once() -> None:
    groups = tuple(
        NeedGroup(ANYONE, who, events="events", minutes="minutes")
        for who in (Condition(age_months=(720, 2400)), Condition(card=bits(1)), Condition(migrant=bits(1)))
    )
    errand = service(
        "errand", *groups, mechanism=Mechanism.WORKLOAD, pool="", wish="", patience_days="", reach_km=""
    )
    residents = people(
        {"card": 1}, {"card": 1, "migrant": 1, "birth_month": -240}, {}, {"birth_month": -240},
        {"county": NEXT_DOOR, "area": Area.URBAN, "migrant": 1}, {},
    )  # fmt: skip
    ledger = recorded(residents, happened(residents, 2, exits={5: (0, Exit.DIED)}), service(), errand)
    assert ledger.people[1, :, HOME, 1].tolist() == [2, 2, 1]
    assert ledger.people[1, :, NEXT_DOOR, 1].tolist() == [1, 0, 1]
    assert ledger.people[0].sum() == 0
    assert ledger.persons[1, [HOME, NEXT_DOOR], 1].tolist() == [3, 1]
    assert ledger.residents[[HOME, NEXT_DOOR], :, 1].tolist() == [[4, 0], [0, 1]]
    assert not spells_told(ledger)


def test_more_than_eight_groups_are_counted_as_well() -> None:
    groups = tuple(
        NeedGroup(ANYONE, Condition(age_months=(0, 12 * years)), events="events", minutes="minutes")
        for years in range(60, 80)
    )
    errand = service(
        "errand", *groups, mechanism=Mechanism.WORKLOAD, pool="", wish="", patience_days="", reach_km=""
    )
    ledger = quiet_ledger(people({"birth_month": -12 * 67}), errand, months=1)
    assert ledger.people[0, :, HOME, 0].tolist() == [int(years > 67) for years in range(60, 80)]
    assert ledger.persons[0, HOME, 0] == 1


def columns(ledger: Ledger) -> Iterator[tuple[str, np.ndarray]]:
    for table in (ledger.spells, ledger.asks):
        for field in fields(table):
            if field.name not in ("spell", "resident", "service"):
                yield field.name, getattr(table, field.name)


def test_other_residents_and_other_services_change_nobodys_needs() -> None:
    rows = [SEVERE | {"function_since": -9 - n, "birth_month": -800 - n} for n in range(40)]
    alone, together = people(*rows[:20]), people(*rows)
    before = quiet_ledger(alone, service())
    after = quiet_ledger(together, service("another"), service())
    kept = (after.spells.service == 1) & (after.spells.resident < 20)
    asked = kept[after.asks.spell]
    for name, values in columns(before):
        table, rows_kept = (after.spells, kept) if values.size == kept.sum() else (after.asks, asked)
        assert (values == getattr(table, name)[rows_kept]).all(), name


def test_a_lower_ceiling_only_leaves_asks_out() -> None:
    residents = people(*[SEVERE | {"function_since": -30}] * 400)
    everything = quiet_ledger(residents, service()).asks
    few = quiet_ledger(residents, service(wish_ceiling=0.25)).asks
    below = everything.wish < 2**30
    assert few.wish.tolist() == everything.wish[below].tolist()
    assert few.minute.tolist() == everything.minute[below].tolist()
    share, count = below.mean(), below.size
    assert abs(share - 0.25) < 4 * np.sqrt(0.25 * 0.75 / count)


def test_another_seed_moves_the_minutes_but_not_the_months() -> None:
    residents = people(*[SEVERE | {"function_since": -30}] * 50)
    history = happened(residents, MONTHS)
    first, second = (recorded(residents, history, service(), stream=Stream.of(seed, 0)) for seed in (1, 2))
    assert (first.spells.start != second.spells.start).any()
    assert spells_told(first) == spells_told(second)


def test_a_definition_without_its_number_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no-such is not a parameter"):
        quiet_ledger(people({}), service(wish="no-such"))
