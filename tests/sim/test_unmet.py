"""Days on lists by group against a count of plain rows."""

from __future__ import annotations

from collections import Counter

from hypothesis import given

from sim.clock import MINUTES_PER_DAY, month_start
from sim.kinds import Outcome, Step
from sim.measures import month_table
from sim.persons import KEYS
from sim.unmet import unmet_table
from tests.sim.small_replay import (
    CODES,
    EDGES,
    HORIZON,
    MONTHS,
    REPORTED,
    Made,
    Row,
    an_old_need,
    made,
    replays,
)

BANDS = (3, 18, 60, 70, 80)  # years at which an age band begins
BEGIN = month_start(MONTHS - 1)  # the last year is the one month of 2022
MINUTES_PER_YEAR = 525_960


def cell(row: Row) -> tuple[int, ...]:
    """Name the cell of a request's spell, its age in the middle of the last year."""
    spell = row.spell
    since = ((BEGIN + HORIZON) // 2 - max(spell["start"], 0)) // (MINUTES_PER_YEAR // 12)
    band = sum((spell["age_months"] + since) // 12 >= years for years in BANDS)
    fifth = sum(spell["income"] >= edge for edge in EDGES[spell["area"]])
    return CODES[spell["county"]], spell["service"], 2022, band, spell["function"], fifth, spell["area"]


def counted(case: Made) -> dict[tuple[int, ...], int]:
    """Count minutes on lists by hand, and give whole days."""
    minutes: Counter[tuple[int, ...]] = Counter()
    for row in case.rows:
        if row.real and row.outcome != Outcome.PAST and row.spell["county"] in REPORTED:
            on_list = min(row.admitted, row.ended, HORIZON) - max(row.minute, BEGIN)
            if on_list > 0:
                minutes[cell(row)] += on_list
    return {key: each // MINUTES_PER_DAY for key, each in minutes.items()}


@given(replays())
def test_days_on_lists_are_those_of_the_rows(case: Made) -> None:
    table = unmet_table(case.replay, case.frame)
    keys = zip(*(table[key].tolist() for key in KEYS), strict=True)
    assert dict(zip(keys, table["unmet_days"].tolist(), strict=True)) == counted(case)
    assert (table["replication"] == case.frame.replication).all()


@given(replays())
def test_groups_bear_together_what_the_months_say(case: Made) -> None:
    """Both count whole days, the one by group, the other by month: less than a day a row is lost."""
    table, months = unmet_table(case.replay, case.frame), month_table(case.replay, case.frame)
    of_year = months["unmet_days"][months["month"] == MONTHS - 1].sum()
    assert abs(int(table["unmet_days"].sum()) - int(of_year)) <= max(len(table["unmet_days"]), 1)


def test_who_waits_through_the_year_bears_all_its_days_and_who_has_a_place_none() -> None:
    spell = an_old_need()
    waits = Row(spell, 0, 0, Step.REQUESTED, 1000, int(Outcome.WAITING))
    seated = Row(spell, 0, -5, Step.REQUESTED, 1000, int(Outcome.ALREADY_PLACED), admitted=0, unit=2)
    for row, days in ((waits, 31), (seated, 0)):
        case = made([spell], [row], [(0, 2, 1000, 1000)])
        assert unmet_table(case.replay, case.frame)["unmet_days"].sum() == days
