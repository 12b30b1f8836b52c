"""Chains: small markets worked out by hand, and the chain held to what was worked out."""

from __future__ import annotations

from dataclasses import replace

from results.chains import Cause, Member, chain_of
from results.exchanges import EXTRA
from results.records import NONE, A, B, Beside, Market
from sim.clock import NEVER
from tests.results.small_pairs import market, who_differs
from tests.sim.small_market import Ask, told

FIRST, SECOND, THIRD, FOURTH, SITTING = 11, 12, 13, 14, 1


def links(a: Market, b: Market) -> list[tuple[int, Cause, int, int]]:
    """Tell a chain as who, why, by whom, since when."""
    members = chain_of(Beside.of(a, b)).members
    return [
        (each.key, each.cause, members[each.by].key if each.by != NONE else 0, each.minute)
        for each in members
    ]


# One bed; it is taken until minute 50. Three wait for it: the first stays for good, the others give up.
QUEUE = [
    Ask(SITTING, 0, stay=50),
    Ask(FIRST, 10),
    Ask(SECOND, 20, stay=30, patience_end=70),
    Ask(THIRD, 30, stay=30, patience_end=100),
]


def test_behind_one_extra_bed_everybody_moves_up_to_the_last_who_left_unserved() -> None:
    a, b = market(QUEUE, {0: 1}), market(QUEUE, {0: 2})
    assert told(a.log)[1:] == [
        ("IN_PLACE", 50, None, 0),
        ("LEFT_PATIENCE_ENDED", None, 70, -1),
        ("LEFT_PATIENCE_ENDED", None, 100, -1),
    ]
    assert told(b.log)[1:] == [("IN_PLACE", 10, None, 0), ("FINISHED", 50, 80, 0), ("FINISHED", 80, 110, 0)]
    assert links(a, b) == [
        (FIRST, Cause.PLACES, 0, 10),  # takes the extra bed
        (SECOND, Cause.RESIDENT, FIRST, 50),  # takes the bed that the first has in A
        (THIRD, Cause.RESIDENT, FIRST, 80),  # takes it next: in A the first is still there
    ]


def test_the_first_taken_out_by_hand_moves_the_rest_of_the_chain_and_nobody_else() -> None:
    a, b = market(QUEUE, {0: 1}), market(QUEUE, {0: 2})
    by_hand = market([ask for ask in QUEUE if ask.key != FIRST], {0: 1}, ask=[0, 2, 3])
    chain = {key for key, *_ in links(a, b)}
    assert who_differs(a, by_hand) == chain == {FIRST, SECOND, THIRD}
    assert who_differs(by_hand, b) == {FIRST}, "for all others the bed is as good as her leaving the list"
    assert links(a, by_hand) == [
        (FIRST, Cause.CHOICE, 0, 10),  # she does not ask
        (SECOND, Cause.RESIDENT, FIRST, 50),
        (THIRD, Cause.RESIDENT, FIRST, 80),
    ]


def test_the_first_added_by_hand_pushes_the_same_residents_back() -> None:
    without_her = market([ask for ask in QUEUE if ask.key != FIRST], {0: 1}, ask=[0, 2, 3])
    with_her = market(QUEUE, {0: 1})
    assert links(without_her, with_her) == [
        (FIRST, Cause.CHOICE, 0, 10),
        (SECOND, Cause.RESIDENT, FIRST, 50),
        (THIRD, Cause.RESIDENT, FIRST, 80),
    ]


def test_nobody_outside_the_chain_is_a_member() -> None:
    early, late = Ask(5, 2, stay=20, units=(1,)), Ask(6, 200, stay=5, units=(1,))
    both = [*QUEUE, early, late]
    a, b = market(both, {0: 1}, {0: 1}), market(both, {0: 2}, {0: 1})
    assert {key for key, *_ in links(a, b)} == {FIRST, SECOND, THIRD}
    assert links(a, a) == []


def test_a_place_that_is_left_on_another_list_goes_to_who_waits_there() -> None:
    """Two homes: the extra bed is in the second, and the first user leaves the list of the first home."""
    asks = [
        Ask(SITTING, 0, stay=50, units=(0,)),
        Ask(2, 0, stay=60, units=(1,)),
        Ask(FIRST, 10, stay=40, units=(0, 1)),
        Ask(SECOND, 30, stay=15, units=(0,)),
        Ask(THIRD, 35, stay=15, units=(1,)),
    ]
    a, b = market(asks, {0: 1}, {0: 1}), market(asks, {0: 1}, {0: 2})
    assert told(a.log)[2:] == [("FINISHED", 50, 90, 0), ("FINISHED", 90, 105, 0), ("FINISHED", 60, 75, 1)]
    assert told(b.log)[2:] == [("FINISHED", 10, 50, 1), ("FINISHED", 50, 65, 0), ("FINISHED", 50, 65, 1)]
    assert sorted(links(a, b)) == [
        (FIRST, Cause.PLACES, 0, 10),
        (SECOND, Cause.RESIDENT, FIRST, 50),  # the bed that the first takes in A, at that minute
        (THIRD, Cause.PLACES, 0, 50),  # the extra bed again, when the first has left it
    ]


def test_who_takes_half_a_place_may_move_nobody() -> None:
    asks = [
        Ask(SITTING, 0, stay=50),
        Ask(FIRST, 10, stay=100, parts=500),
        Ask(SECOND, 15, stay=30, parts=500),
    ]
    assert links(market(asks, {0: 1}), market(asks, {0: 1.5})) == [(FIRST, Cause.PLACES, 0, 10)]


def test_who_stops_waiting_lets_a_smaller_request_pass() -> None:
    """Whoever waits first for a whole place holds back who wants half a one, though half is free."""
    asks = [
        Ask(SITTING, 0, stay=100, parts=500),
        Ask(FIRST, 10, units=(0, 1)),
        Ask(SECOND, 20, stay=10, parts=500),
    ]
    a, b = market(asks, {0: 1}, {0: 0}), market(asks, {0: 1}, {0: 0, 15: 1})
    assert told(a.log)[1:] == [("IN_PLACE", 100, None, 0), ("WAITING", None, None, -1)]
    assert told(b.log)[1:] == [("IN_PLACE", 15, None, 1), ("FINISHED", 20, 30, 0)]
    assert links(a, b) == [(FIRST, Cause.PLACES, 0, 15), (SECOND, Cause.RESIDENT, FIRST, 20)]


def test_who_is_served_asks_for_no_substitute_and_leaves_it_to_another() -> None:
    """The first asks for a bed, then for what replaces it; a record exists only of what was a request."""
    asks = [
        Ask(SITTING, 0),
        Ask(FIRST, 10, patience_end=20),
        Ask(FIRST, 30, units=(1,)),
        Ask(SECOND, 35, units=(1,)),
    ]
    a, b = market(asks, {0: 1}, {0: 1}), market(asks, {0: 2}, {0: 1})
    assert told(b.log)[2][0] == "ALREADY_PLACED"
    assert links(a, b) == [(FIRST, Cause.PLACES, 0, 10), (SECOND, Cause.RESIDENT, FIRST, 35)]


def test_fewer_places_displace_and_it_is_said_by_whom() -> None:
    asks = [Ask(SITTING, 0, stay=50), Ask(FIRST, 5, stay=100), Ask(SECOND, 60, stay=10, patience_end=80)]
    a, b = market(asks, {0: 2}), market(asks, {0: 1})
    beside = Beside.of(a, b)
    chain = chain_of(beside)
    assert links(a, b) == [(FIRST, Cause.PLACES, 0, 5), (SECOND, Cause.RESIDENT, FIRST, 60)]
    first, second = chain.members
    assert (first.unit, first.side, second.side) == (0, A, A), (
        "both take a place in A that they have not in B"
    )
    held = {(stay.side, stay.row): number for number, stay in enumerate(chain.stays)}
    assert chain.against[held[A, 1]] == (EXTRA,)
    assert chain.against[held[A, 2]] == (held[B, 1],), (
        "in B the first is in the place that the second has in A"
    )


def test_another_choice_is_its_own_cause_though_places_move_besides() -> None:
    """Both homes have room: the first goes to another because prices moved, not because of anybody."""
    asks = [Ask(FIRST, 10, stay=40, units=(0, 1)), Ask(SECOND, 20, stay=5, units=(0,))]
    moved = [Ask(FIRST, 10, stay=40, units=(1, 0)), asks[1]]
    a, b = market(asks, {0: 1}, {0: 1}), market(moved, {0: 1}, {0: 1})
    assert links(a, b) == [(FIRST, Cause.CHOICE, 0, 10), (SECOND, Cause.RESIDENT, FIRST, 20)]


def test_a_unit_is_known_by_its_key_wherever_it_stands() -> None:
    """A home opens before the others in order of id: who stays in the same home has the same record."""
    a = market([Ask(FIRST, 10), Ask(SECOND, 20)], {0: 2})
    moved = market([Ask(FIRST, 10, units=(1,)), Ask(SECOND, 20, units=(0, 1))], {0: 1}, {0: 2})
    b = replace(moved, units=replace(moved.units, key=moved.units.key[::-1].copy()))
    assert links(a, b) == [(SECOND, Cause.CHOICE, 0, 20)]


def test_the_order_of_seating_at_the_census_depends_on_all_places() -> None:
    """A place more in another home gives the second somewhere else to go: she is seated after the first."""
    asks = [
        Ask(SECOND, -20, stay=NEVER, units=(0, 1)),
        Ask(FIRST, -10, stay=NEVER, units=(0,)),
        Ask(THIRD, -5, stay=NEVER, units=(1,)),
        Ask(FOURTH, -4, stay=NEVER, units=(1,)),
    ]
    a, b = market(asks, {0: 1}, {0: 1}), market(asks, {0: 1}, {0: 2})
    assert told(a.log)[0][3] == 0 and told(b.log)[1][3] == 0
    assert {key for key, *_ in links(a, b)} == who_differs(a, b)
    assert {minute for *_, minute in links(a, b)} == {0}


def test_trees_lead_from_the_change_to_the_last() -> None:
    chain = chain_of(Beside.of(market(QUEUE, {0: 1}), market(QUEUE, {0: 2})))
    assert [chain.root(each.number) for each in chain.members] == [0, 0, 0]
    assert chain.path(2) == [0, 2] and isinstance(chain.members[0], Member)
