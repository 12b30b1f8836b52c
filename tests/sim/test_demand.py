"""Residents to needs: who needs what when, and who asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from sim.clock import NEVER, month_start
from sim.errors import ScenarioError
from sim.kinds import Area, Employment, Exit, Function, Living, Mechanism, Payer
from sim.needs import Ledger
from sim.residents import Residents
from sim.services import Condition, NeedGroup, Service
from sim.streams import Stream
from tests.sim.small_needs import (
    ANYONE,
    ATLAS,
    BORN_1950,
    DEPENDENT,
    HOME,
    MONTHS,
    NEXT_DOOR,
    STREAM,
    asks_told,
    bits,
    book,
    people,
    quiet_ledger,
    service,
    settings,
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
    opened = book(residents, service())
    for month in range(MONTHS):
        if month == 3:
            residents.function[0] = Function.MODERATE
        if month == 8:
            residents.function[0] = Function.MILD
        if month == 5:
            residents.exit_month[1], residents.exit[1] = month, Exit.DIED
        opened.assess(residents, month)
    ledger = opened.close(month_start(MONTHS))
    assert spells_told(ledger) == [(0, 0, 3, 8), (1, 0, -20, 5), (2, 0, 2, None)]
    assert asks_told(ledger) == [(0, 0, 3), (1, 0, -20), (1, 0, -8), (1, 0, 4), (2, 0, 2), (2, 0, 14)]
    assert ledger.spells.age_months.tolist() == [-1 - BORN_1950, 720, 3 - BORN_1950]


def test_a_child_moves_from_one_service_to_the_other_with_its_mothers_work() -> None:
    mother = {"birth_month": -360, "employment": Employment.EMPLOYED}
    residents = people(mother, {"birth_month": -2, "mother": 0}, {"birth_month": -2, "mother": -1})
    opened = book(residents, *children_services(), months=40)
    for month in range(40):
        residents.employment[0] = Employment.EMPLOYED if month < 10 else Employment.OUT
        opened.assess(residents, month)
    ledger = opened.close(month_start(40))
    assert spells_told(ledger) == [(1, 0, 4, 10), (1, 1, 10, 34)]
    assert ledger.spells.end[0] == ledger.spells.start[1], "one service ends where the other begins"
    assert asks_told(ledger) == [(1, 0, 4), (1, 1, 10)], "each is asked for once"
    assert ledger.asks.wish[0] == ledger.asks.wish[1], "a family's wish for childcare is one wish"
    assert ledger.asks.mother_employment.tolist() == [Employment.EMPLOYED, Employment.OUT]


def test_a_need_keeps_the_group_by_which_it_began() -> None:
    groups = (
        NeedGroup(ANYONE, Condition(payer=bits(Payer.STATE)), place="place"),
        NeedGroup(ANYONE, Condition(age_months=(720, 2400)), place="place"),
    )
    residents = people({"payer": Payer.STATE}, {"payer": Payer.FAMILY})
    opened = book(residents, service("help", *groups))
    residents.payer[:] = residents.payer[::-1].copy()
    for month in range(3):
        opened.assess(residents, month)
    assert opened.close(month_start(MONTHS)).spells.group.tolist() == [0, 1]


def test_someone_new_in_a_row_has_needs_of_their_own() -> None:
    residents = people(SEVERE | {"function_since": -6}, SEVERE | {"function_since": -6})
    opened = book(residents, service())
    for month in range(3):
        if month == 2:
            residents.key[0] = 12345
        opened.assess(residents, month, np.array([0]) if month == 2 else None)
    ledger = opened.close(month_start(MONTHS))
    assert spells_told(ledger) == [(0, 0, -6, 2), (0, 0, 2, None), (1, 0, -6, None)]
    assert ledger.spells.key[2] == 12345
    assert asks_told(ledger) == [(0, 0, -6), (0, 0, 2), (1, 0, -6)]


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
        {"county": NEXT_DOOR, "area": Area.URBAN, "migrant": 1}, {"exit_month": 0},
    )  # fmt: skip
    ledger = quiet_ledger(residents, service(), errand, months=2)
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
    one, other = (book(residents, service(), stream=Stream.of(seed, 0)) for seed in (1, 2))
    first, second = (each.close(month_start(MONTHS)) for each in (one, other))
    assert (first.spells.start != second.spells.start).any()
    assert spells_told(first) == spells_told(second)


def test_a_definition_without_its_number_is_refused() -> None:
    from sim.demand import NeedBook

    with pytest.raises(ScenarioError, match="no-such is not a parameter"):
        NeedBook((service(wish="no-such"),), settings(), ATLAS, STREAM, people({}), MONTHS)


# ---- laws, against a slow account of the same life


@st.composite
def lives(draw: st.DrawFn) -> list[list[dict[str, int]]]:
    """Draw what a few residents are in each of some months, the founding first."""
    states = st.fixed_dictionaries(
        {
            "function": st.integers(0, 3),
            "living": st.integers(0, 6),
            "payer": st.integers(0, 2),
            "employment": st.integers(0, 4),
            "area": st.integers(0, 1),
        }
    )
    count = draw(st.integers(1, 5))
    return [[draw(states) for _ in range(count)] for _ in range(draw(st.integers(2, 7)))]


ALONE = Condition(age_months=(840, 2400), function=0b0011, living=bits(Living.ALONE, Living.SPOUSE))
RULES = {"help": DEPENDENT, "home": ALONE, "whole": CHILD, "half": OTHER_CHILD}
BIRTHS = (-719, -830, -900, -25, -4)
MOTHERS = (-1, -1, -1, 0, 1)


def holds_slowly(who: Condition, state: dict[str, int], age: int, mothers_work: int | None) -> bool:
    """Check a condition column by column."""
    if not who.age_months[0] <= age < who.age_months[1]:
        return False
    if who.mother_employment != -1 and (
        mothers_work is None or not who.mother_employment >> mothers_work & 1
    ):
        return False
    return all(getattr(who, name) == -1 or getattr(who, name) >> value & 1 for name, value in state.items())


def live(
    history: list[list[dict[str, int]]], gone: tuple[int, int]
) -> tuple[Ledger, set[tuple[int, int, int]]]:
    """Record a history, and list (month, resident, service) in need at the end of each month on the side."""
    size = len(history[0])
    born, mothers = BIRTHS[:size], [m if m < size else -1 for m in MOTHERS[:size]]
    residents: Residents = people(
        *[{"birth_month": b, "mother": m} for b, m in zip(born, mothers, strict=True)]
    )
    services = [service(name, NeedGroup(ANYONE, who, place="place")) for name, who in RULES.items()]
    needy, opened = set(), None
    for month, states in enumerate(history, start=-1):
        for row, state in enumerate(states):
            for name, value in state.items():
                getattr(residents, name)[row] = value
        if month == gone[0] and gone[1] < size:
            residents.exit_month[gone[1]] = month
        if opened is None:
            opened = book(residents, *services)
        else:
            opened.assess(residents, month)
        for row, state in enumerate(states):
            work = states[mothers[row]]["employment"] if mothers[row] >= 0 else None
            here = residents.exit_month[row] > month
            for s, who in enumerate(RULES.values()):
                if here and holds_slowly(who, state, month - born[row], work):
                    needy.add((month, row, s))
    assert opened is not None
    return opened.close(month_start(MONTHS)), needy


@trial(max_examples=60, deadline=None)
@given(lives(), st.tuples(st.integers(0, 5), st.integers(0, 4)))
def test_needs_last_exactly_while_their_conditions_hold(
    history: list[list[dict[str, int]]], gone: tuple[int, int]
) -> None:
    ledger, needy = live(history, gone)
    spells = ledger.spells
    for month in range(-1, len(history) - 1):
        end_of_month = month_start(month + 1)
        in_need = (spells.start < end_of_month) & (spells.end >= end_of_month)
        told = set(zip(spells.resident[in_need].tolist(), spells.service[in_need].tolist(), strict=True))
        assert told == {(row, s) for m, row, s in needy if m == month}, f"month {month}"
        if month >= 0:
            counted = ledger.persons[:, HOME, month].tolist()
            assert counted == [sum(s == of for _, s in told) for of in range(len(RULES))]


@trial(max_examples=60, deadline=None)
@given(lives(), st.tuples(st.integers(0, 5), st.integers(0, 4)))
def test_needs_never_overlap_and_asks_lie_within_them(
    history: list[list[dict[str, int]]], gone: tuple[int, int]
) -> None:
    ledger, _ = live(history, gone)
    spells, asks = ledger.spells, ledger.asks
    assert (spells.start < spells.end).all()
    by_need: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row in range(spells.key.size):
        need = int(spells.resident[row]), int(spells.service[row])
        by_need.setdefault(need, []).append((int(spells.start[row]), int(spells.end[row])))
    for times in by_need.values():
        assert all(first[1] <= second[0] for first, second in pairwise(sorted(times)))
    assert (spells.start[asks.spell] <= asks.minute).all() and (asks.minute < spells.end[asks.spell]).all()
    first_asks = {int(spell) for spell in asks.spell[asks.minute == spells.start[asks.spell]]}
    young = np.flatnonzero(spells.start >= 0)
    assert set(young.tolist()) <= first_asks, "whoever begins to need a service asks at once"
    assert (spells.end[spells.end < NEVER] < month_start(len(history))).all()
