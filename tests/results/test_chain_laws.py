"""Chains: what holds of any two logs of one market, whichever engine served it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from results.chains import Cause, Chain, chain_of
from results.exchanges import Balance
from results.records import NONE, A, B, Beside, Market
from sim.clock import NEVER
from sim.kinds import Engine
from tests.results.small_pairs import crowds, market, pairs, records, who_differs
from tests.sim.small_cases import HORIZON, cases
from tests.sim.small_market import Ask

ENGINES = st.sampled_from(list(Engine))
SEEDS = st.integers(0, 10**9)
CROWDING = st.sampled_from([0.5, 2.0, 6.0])
MORE = st.dictionaries(st.integers(0, 4), st.sampled_from([-2, -1, 1, 2]), min_size=1, max_size=3)


def held_to_the_definition(a: Market, b: Market) -> Chain:
    """Hold a chain to its definition: exactly those who differ, each with a cause that comes before."""
    beside = Beside.of(a, b)
    chain = chain_of(beside)
    assert {member.key for member in chain.members} == who_differs(a, b)
    assert len({(member.key, member.group) for member in chain.members}) == len(chain.members)
    for number, member in enumerate(chain.members):
        assert member.number == number
        assert (0 <= member.by < number) if member.cause is Cause.RESIDENT else (member.by == NONE)
        assert member.by == NONE or chain.members[member.by].minute <= member.minute
        assert member.cause is not Cause.SEATING or member.minute == 0
        if member.cause is Cause.PLACES:
            more = gap_at(beside, member.unit, member.minute)
            assert more > 0 if member.side == B else more < 0
    return chain


def gap_at(beside: Beside, unit: int, minute: int) -> int:
    """Return how many parts more a unit has in B than in A at a minute."""
    return next((gap for at, where, gap in beside.capacity[::-1] if where == unit and at <= minute), 0)


@settings(max_examples=400, deadline=None)
@given(pairs())
def test_members_are_exactly_those_whose_records_differ_and_each_has_an_earlier_cause(pair) -> None:
    held_to_the_definition(*pair)


@settings(max_examples=200, deadline=None)
@given(SEEDS, st.integers(1, 250), st.integers(1, 5), CROWDING, MORE, ENGINES)
def test_so_it_is_in_a_crowd(seed, count, homes, crowding, more, engine) -> None:
    chain = held_to_the_definition(*crowds(seed, count, homes, crowding, more, engine))
    assert {member.cause for member in chain.members} <= {Cause.PLACES, Cause.RESIDENT, Cause.SEATING}


@settings(max_examples=150, deadline=None)
@given(pairs())
def test_seen_from_the_other_scenario_the_same_residents_differ_since_the_same_minutes(pair) -> None:
    there, back = (chain_of(Beside.of(*each)).members for each in (pair, pair[::-1]))
    since = [{(member.key, member.group, member.minute) for member in each} for each in (there, back)]
    assert since[0] == since[1]


TWO_WHO_CHANGE_PLACES_IN_A_MINUTE = (
    [
        Ask(0, -1, 14), Ask(0, 21, 1, priority=1), Ask(0, -1, 1), Ask(0, -1, 1), Ask(0, 21, 1), Ask(0, -2, 3),
        Ask(0, -2, 3), Ask(0, -1, 1), Ask(0, -1, 4), Ask(0, -3, 6), Ask(0, -1, 15, priority=1),
    ],
    [{0: 2}],
    {0},
)  # fmt: skip
SO_WHILE_THE_FIRST_STILL_WAITS = (
    [
        Ask(0, -1, 25), Ask(0, -1, 1), Ask(0, -1, 1), Ask(0, 0, 1, priority=1), Ask(0, -1, 26),
        Ask(0, 24, 1, priority=1), Ask(0, -1, 1), Ask(0, -1, 1), Ask(0, 24, 1),
    ],
    [{0: 2}],
    {0},
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(cases(several_units=False, sizes=False), ENGINES)
@example(TWO_WHO_CHANGE_PLACES_IN_A_MINUTE, Engine.COMPILED)  # each has what the other has elsewhere
@example(SO_WHILE_THE_FIRST_STILL_WAITS, Engine.COMPILED)
def test_the_first_user_taken_out_by_hand_leaves_all_others_as_the_extra_place_does(case, engine) -> None:
    """One list and whole places; the first user stays for good, so that nobody else gets the extra place.

    Then the extra place takes her out of the queue and does nothing else: without her, and without the place,
    everybody's record is that of B, and whoever else differs is the rest of the chain.
    """
    asks = [replace(ask, key=row) for row, ask in enumerate(case[0])]
    places, public = case[1][0], case[2]
    more = {minute: count + 1 for minute, count in places.items()}

    def both(asks):
        one, other = (
            market(asks, each, public=public, horizon=HORIZON, engine=engine) for each in (places, more)
        )
        return one, other, chain_of(Beside.of(one, other)).members

    _, _, members = both(asks)
    assume(members)
    first = members[0].key
    asks[first] = replace(asks[first], stay=NEVER, need_end=NEVER)
    a, b, members = both(asks)
    assert (members[0].key, members[0].cause) == (first, Cause.PLACES)
    rest = [row for row in range(len(asks)) if row != first]
    by_hand = market(
        [asks[row] for row in rest], places, public=public, horizon=HORIZON, engine=engine, ask=rest
    )
    assert records(by_hand) == {ask: record for ask, record in records(b).items() if ask != first}
    assert {member.key for member in members} == {first} | who_differs(a, by_hand)
    assert all(member.cause is Cause.RESIDENT for member in members[1:])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-1, 9), st.integers(0, 1), st.sampled_from([200, 500, 1000])), max_size=40)
)
def test_parts_are_matched_once_and_never_left_open_on_both_sides(steps) -> None:
    """A stay that has begun ends when its number is drawn again."""
    unit, parts = Balance(), dict[int, int]()
    for stay, side, size in steps:
        if stay in parts:
            unit.end(stay)
            del parts[stay]
        else:
            unit.begin(stay, side, size)
            parts[stay] = size
        unit.settle([stay] if stay in parts else [])
        assert not (unit.open[A] and unit.open[B])
        for each, whole in parts.items():
            matched = unit.pairs[each]
            assert sum(matched.values()) + unit.open[unit.side[each]].get(each, 0) == whole
            assert all(unit.pairs[other][each] == common for other, common in matched.items())
            assert all(unit.side[other] != unit.side[each] for other in unit.against(each))


def test_thousands_are_traced() -> None:
    a, b = crowds(7, 20_000, 5, 4.0, {0: 3, 2: -2}, Engine.COMPILED)
    chain = held_to_the_definition(a, b)
    assert len(chain.members) > 1_000 and np.mean([m.by != NONE for m in chain.members]) > 0.1
