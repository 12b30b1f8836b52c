"""The cascade in persons against a count of plain rows, person by person."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import Phase, find, given, settings

from sim.clock import MINUTES_PER_DAY, month_start, months_of
from sim.kinds import Outcome, Step
from sim.persons import KEYS, STEPS, Roll, cascade_table
from tests.sim.small_replay import (
    CODES,
    EDGES,
    MONTHS,
    REPORTED,
    SERVICES,
    Made,
    Row,
    an_old_need,
    made,
    replays,
    told,
)

YEARS = (2020, 2021, 2022)
BANDS = (3, 18, 60, 70, 80)  # years at which an age band begins
Count = Counter[tuple[int, ...]]


def span(year: int) -> tuple[int, int]:
    months = months_of(year)
    return month_start(months[0]), month_start(min(months[-1] + 1, MONTHS))


def furthest(spell: dict[str, int], rows: list[Row], begin: int, end: int) -> int:
    """Return the furthest step of a spell within a year."""
    once = SERVICES[spell["service"]].ask_every_months == 0
    reached = [Step.NEEDED]
    for row in rows:
        if begin <= row.minute < end:
            reached.append(Step(row.step))
        elif row.minute < begin and once:  # her wish stands, a request that she gave up does not
            reached.append(min(Step(row.step), Step.IN_REACH))
        if row.real and row.minute < end and row.waited_to > begin:
            reached.append(Step.REQUESTED)
        if row.admitted < end and row.ended > begin:
            reached.append(Step.SERVED)
    return int(max(reached))


def limit(spell: dict[str, int]) -> int:
    return SERVICES[spell["service"]].standard.within_days * MINUTES_PER_DAY


def in_time(row: Row, begin: int, end: int) -> bool:
    """Tell whether a request holds a place in the year that it got in time; seats of the founding too."""
    seated = row.minute < 0 and row.admitted <= 0
    waited = 0 if seated else row.admitted - row.minute
    return row.admitted < end and row.ended > begin and waited <= limit(row.spell)


def pending(row: Row, begin: int, end: int) -> bool:
    """Tell whether a request waits at the end of the year, not yet longer than the standard allows."""
    return (
        row.real
        and row.minute < end <= row.waited_to
        and row.waited_to > begin
        and end - row.minute < limit(row.spell)
    )


def counted(made: Made) -> dict[str, Count]:
    """Count persons by step, year and group, the slow way."""
    found: dict[str, Count] = {name: Counter() for name in (*STEPS, "in_time", "pending")}
    for year in YEARS:
        begin, end = span(year)
        persons: dict[tuple[int, int], tuple[int, int, int]] = {}
        for number, spell in enumerate(made.spells):
            if spell["start"] < end and spell["end"] > begin:
                own = [row for row in made.rows if row.number == number]
                mine = furthest(spell, own, begin, end), spell["start"], number  # of equals the later spell
                who = spell["key"], spell["service"]
                persons[who] = max(persons.get(who, mine), mine)
        for step, _, number in persons.values():
            spell, own = made.spells[number], [row for row in made.rows if row.number == number]
            key = group(spell, year)
            for reached, name in enumerate(STEPS):
                found[name][key] += step >= reached
            found["in_time"][key] += any(in_time(row, begin, end) for row in own)
            found["pending"][key] += step < Step.SERVED and any(pending(row, begin, end) for row in own)
    return found


def group(spell: dict[str, int], year: int) -> tuple[int, ...]:
    """Name the group of a person at the middle of the year, as its spell wrote it down."""
    begin, end = span(year)
    age = spell["age_months"] + ((begin + end) // 2 - max(spell["start"], 0)) // 43830
    band = sum(age >= years * 12 for years in BANDS)
    fifth = sum(spell["income"] >= edge for edge in EDGES[spell["area"]])
    return int(CODES[spell["county"]]), spell["service"], year, band, spell["function"], fifth, spell["area"]


@settings(max_examples=300, deadline=None)
@given(replays())
def test_persons_are_counted_once_at_their_furthest_step(made: Made) -> None:
    table = cascade_table(made.replay, made.frame)
    for name, count in counted(made).items():
        expected = {key: n for key, n in count.items() if n and key[0] in CODES[REPORTED]}
        assert told(table, KEYS, name) == expected, name


@settings(max_examples=100, deadline=None)
@given(replays())
def test_a_roll_links_the_spells_of_a_person_and_service(made: Made) -> None:
    roll = Roll.of(made.replay.ledger.spells, made.frame)
    chains = []
    for row in [row for row, last in enumerate(roll.last.tolist()) if last]:
        chain = [row]
        while roll.earlier[chain[-1]] >= 0:
            chain.append(int(roll.earlier[chain[-1]]))
        chains.append(tuple(reversed(chain)))
    persons: dict[tuple[int, int], list[int]] = {}
    for number, spell in enumerate(made.spells):
        persons.setdefault((spell["key"], spell["service"]), []).append(number)
    assert sorted(chains) == sorted(map(tuple, persons.values()))


@settings(max_examples=100, deadline=None)
@given(replays())
def test_steps_only_lose_persons(made: Made) -> None:
    table = cascade_table(made.replay, made.frame)
    for before, after in pairwise(STEPS):
        assert (table[before] >= table[after]).all()
    assert (table["in_time"] <= table["served"]).all()
    assert (table["pending"] <= table["requested"] - table["served"]).all()


@pytest.mark.parametrize("kind", ["in_time", "served too late", "pending", "left"])
def test_the_cases_above_reach_what_they_should(kind: str) -> None:
    """Find one where it happens: the counts above would prove little if nobody were in time or pending."""

    def holds(made: Made) -> bool:
        table = {name: int(column.sum()) for name, column in cascade_table(made.replay, made.frame).items()}
        return {
            "in_time": table["in_time"] > 0,
            "served too late": table["served"] > table["in_time"],
            "pending": table["pending"] > 0,
            "left": table["requested"] > table["served"] + table["pending"],
        }[kind]

    find(replays(), holds, settings=settings(max_examples=2000, deadline=None, phases=[Phase.generate]))


NEW_YEAR = span(2021)[0]
WEEK = 7 * MINUTES_PER_DAY  # the standard of the made-up case


def sums(row: Row, year: int = 2021) -> dict[str, int]:
    """Tabulate one request alone and sum the persons of a year."""
    case = made([row.spell], [row], [])
    table = cascade_table(case.replay, case.frame, (year,))
    return {name: int(table[name].sum()) for name in (*STEPS, "in_time", "pending")}


@pytest.mark.parametrize(("late", "in_time_then"), [(0, 1), (1, 0)])
def test_who_waits_just_the_standard_is_served_in_time(late: int, in_time_then: int) -> None:
    asked = NEW_YEAR + 500
    row = Row(an_old_need(), 0, asked, Step.REQUESTED, 1000, Outcome.IN_PLACE, asked + WEEK + late, unit=2)
    assert sums(row)["served"] == 1 and sums(row)["in_time"] == in_time_then


@pytest.mark.parametrize(("spare", "pending_then"), [(1, 1), (0, 0)])
def test_who_has_waited_just_the_standard_at_the_end_is_no_longer_pending(
    spare: int, pending_then: int
) -> None:
    row = Row(an_old_need(), 0, span(2021)[1] - WEEK + spare, Step.REQUESTED, 1000, Outcome.WAITING)
    assert sums(row)["pending"] == pending_then and sums(row)["requested"] == 1


@pytest.mark.parametrize(("late", "served_then"), [(0, 0), (1, 1)])
def test_a_stay_that_ends_with_the_year_is_not_served_in_the_next(late: int, served_then: int) -> None:
    row = Row(an_old_need(), 0, 10, Step.REQUESTED, 1000, Outcome.FINISHED, 20, NEW_YEAR + late, unit=2)
    assert sums(row)["served"] == served_then and sums(row, 2020)["served"] == 1
