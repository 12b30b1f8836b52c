"""Chains: what holds of any two logs of one market, whichever engine served it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from results.chains import Cause, Chain, chain_of
from results.exchanges import EXTRA
from results.records import NONE, Beside, Market
from sim.clock import NEVER
from sim.kinds import Engine
from tests.results.small_pairs import Known, crowds, pairs, records, served, who_differs, without
from tests.sim.small_cases import HORIZON, crowd
from tests.sim.small_market import PLACE

ENGINES = st.sampled_from(list(Engine))
MORE = st.dictionaries(st.integers(0, 4), st.sampled_from([-2, -1, 1, 2]), min_size=1, max_size=3)


def held_to_the_definition(a: Market, b: Market) -> Chain:
    """Hold what a chain says to what its definition asks."""
    beside = Beside.of(a, b)
    chain = chain_of(beside)
    assert {member.key for member in chain.members} == who_differs(a, b)
    for number, member in enumerate(chain.members):
        assert member.number == number
        assert (member.by < number) if member.cause is Cause.RESIDENT else (member.by == NONE)
        assert member.by == NONE or chain.members[member.by].minute <= member.minute
        assert member.cause is not Cause.SEATING or member.minute == 0
        assert member.cause is not Cause.PLACES or member.minute >= first_other_places(beside, member.unit)
    return chain


def first_other_places(beside: Beside, unit: int) -> int:
    """Return from when on a unit has other places in B than in A."""
    return min((minute for minute, where, _ in beside.capacity if where == unit), default=NEVER)


@settings(max_examples=1500, deadline=None)
@given(pairs())
def test_members_are_exactly_those_whose_records_differ_and_each_has_an_earlier_cause(pair) -> None:
    held_to_the_definition(*pair)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 250), st.integers(1, 5), st.sampled_from([0.5, 2.0, 6.0]), MORE, ENGINES)
def test_of_a_crowd_too(seed, count, homes, crowding, more, engine) -> None:
    held_to_the_definition(*crowds(seed, count, homes, crowding, more, engine))
