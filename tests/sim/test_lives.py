"""Lives lived all months at once are months lived one after the other, and none is lost between spans."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

from sim.calm import SPAN
from sim.history import BIRTHS, FOUNDED, NEVER_LEAVES, values_of
from sim.kinds import Change, Living, Sex
from sim.life import live
from sim.months import turn
from sim.rates import LifeTables, Thresholds, Words
from sim.residents import COLUMNS, LONG_AGO, STAYS, Residents
from sim.services import Condition, NeedGroup
from tests.sim.masked_life import MaskedLife
from tests.sim.small_life import STREAM, age, people, started, tables
from tests.sim.small_needs import ANYONE, recorded, service

BEYOND_TWO_SPANS = 2 * SPAN + 2
GONE = ("exit_month", "exit")


def families(count: int) -> Residents:
    """Found residents, most adults of whom are married, some with minors; most minors have mothers."""
    residents = started(people(count))
    bore = residents.births > 0  # at the census no mother who is a minor has one herself
    youths = np.flatnonzero((age(residents) >= 8) & (age(residents) < 20) & ~bore)
    grown = np.flatnonzero((residents.sex == Sex.FEMALE) & (age(residents) >= 40))
    residents.mother[youths] = np.resize(grown, len(youths))
    adult = age(residents) >= 22
    men, women = (np.flatnonzero(adult & (residents.sex == sex)) for sex in Sex)
    couples = min(len(men), len(women)) * 3 // 4
    men, women = men[:couples], women[:couples]
    residents.spouse[men], residents.spouse[women] = women, men
    residents.living[men] = residents.living[women] = np.resize(
        (Living.SPOUSE, Living.SPOUSE_AND_CHILDREN, Living.SPOUSE, Living.COLLECTIVE), couples
    )
    childless = women[residents.last_birth[women] == LONG_AGO]
    residents.last_birth[childless] = np.resize((-100, -215, -210, LONG_AGO), len(childless))
    return residents


def crowded() -> LifeTables:
    """Make tables under which everything happens twenty times as often, often to one in one month.

    Deaths change from year to year.
    """

    def often(threshold: Words) -> Words:
        return np.minimum(threshold * np.uint64(20), 2**31).astype(np.uint64)

    def often_from_top(threshold: Words) -> Words:
        return (2**32 - often(2**32 - threshold)).astype(np.uint64)

    def rates(month: Thresholds) -> Thresholds:
        return month._replace(
            death=np.stack([often(d) // np.uint64(1 + n % 3) for n, d in enumerate(month.death)]),
            birth=often(month.birth) // np.uint64(4),
            leave=often_from_top(month.leave),
            turnover=often(month.turnover),
            disability=often_from_top(month.disability),
        )

    return replace(few_come(), month=rates(tables().month), held=rates(tables().held))


def few_come() -> LifeTables:
    """Make tables by which a county gains a tenth of what it does: these are not all its residents."""
    migration = tables().migration
    some = migration.arrivals[0] // np.uint64(10)
    by_year = np.stack([some // np.uint64(1 + n % 3) for n in range(6)])
    return replace(tables(), migration=migration._replace(arrivals=by_year))


@pytest.mark.parametrize("held", [False, True], ids=["free", "held"])
@pytest.mark.parametrize(("rates", "count"), [("published", 30_000), ("crowded", 3_000)])
def test_calm_months_are_skipped_and_nothing_else(rates: str, count: int, held: bool) -> None:
    life = few_come() if rates == "published" else crowded()
    residents = families(count)
    history = live(residents, BEYOND_TWO_SPANS, life, STREAM, held)
    everyone = deepcopy(residents)
    everyone.size = history.size
    masked = MaskedLife(everyone, history.lives["comes"], life, STREAM, held)
    happened = dict.fromkeys(("mothers", "died", "left", "renewed", "turned", "disabled"), 0)
    for month in range(BEYOND_TWO_SPANS):
        by_masks, counts = masked.live(month), turn(history, residents, month, life, STREAM)
        born = np.sort(residents.mother[counts.born])
        assert np.array_equal(by_masks.mothers, born) and len(born) == counts.births.sum()
        assert np.array_equal(by_masks.died, np.sort(counts.died)), f"month {month}"
        assert np.array_equal(by_masks.left, np.sort(counts.left)), f"month {month}"
        assert np.array_equal(by_masks.renewed, np.sort(counts.renewed)), f"month {month}"
        agree(everyone, residents, month)
        for name in happened:
            happened[name] += len(getattr(by_masks, name))
    never = {"left", "mothers", "disabled"} if held else {"renewed"}
    assert {name for name, count in happened.items() if not count} == never, happened


def agree(masked: Residents, turned: Residents, month: int) -> None:
    """Hold the columns of all who are present, and who has gone, to each other."""
    rows = slice(0, turned.size)
    present = turned.exit_month == STAYS
    for column in COLUMNS:
        one, other = getattr(masked, column.name)[rows], getattr(turned, column.name)
        same = one == other if column.name in GONE else (one == other)[present]
        assert same.all(), f"{column.name}, month {month}, rows {np.flatnonzero(~same)[:5]}"


def test_a_longer_run_begins_as_a_shorter_one() -> None:
    short, long = families(30_000), families(30_000)
    brief, whole = (live(each, m, tables(), STREAM) for each, m in ((short, 62), (long, BEYOND_TWO_SPANS)))
    assert brief.size < whole.size
    size = brief.size
    for column in COLUMNS:
        assert np.array_equal(short.whole(column.name)[:size], long.whole(column.name)[:size]), column.name
    assert np.array_equal(brief.lives["comes"], whole.lives["comes"][:size])
    assert (whole.lives["comes"][size:] >= 62).all()
    for name, never in (("leaves", NEVER_LEAVES), ("widowed", NEVER_LEAVES), ("why", 0)):
        within = whole.lives["leaves" if name == "why" else name][:size] < 62
        assert np.array_equal(brief.lives[name], np.where(within, whole.lives[name][:size], never)), name
    assert np.array_equal(brief.flows, whole.flows[:, :, :62]) and brief.flows[BIRTHS].any()
    for month in range(62):
        for one, other in zip(brief.in_month(month), whole.in_month(month), strict=True):
            assert np.array_equal(one, other), f"month {month}"


def level(counts: np.ndarray) -> np.ndarray:
    """Take the straight line out of counts: deaths rise as people age."""
    month = np.arange(len(counts))
    return counts - np.polyval(np.polyfit(month, counts, 1), month)


def test_months_beyond_a_span_are_lived_with_their_own_draws() -> None:
    """A month of the second span repeats no month of the first: the dead fall on all months alike."""
    residents = started(people(60_000, ages=(60, 90)))
    history = live(residents, BEYOND_TWO_SPANS, tables(), STREAM)
    deaths = history.flows[1].sum(axis=0)
    early, late = level(deaths[:SPAN]), level(deaths[SPAN : 2 * SPAN])
    assert abs(np.corrcoef(early, late)[0, 1]) < 4 / np.sqrt(SPAN)
    edges = deaths[[SPAN - 1, SPAN, 2 * SPAN - 1, 2 * SPAN]]
    assert (np.abs(edges - deaths.mean()) < 5 * np.sqrt(deaths.mean())).all(), "no month is lost or doubled"


def test_who_takes_the_place_of_the_dead_is_written_as_it_stands_in_the_columns() -> None:
    residents = started(people(40_000, ages=(60, 100)))
    history, renewed = live(residents, 12, tables(), STREAM, held=True), 0
    for month in range(12):
        counts = turn(history, residents, month, tables(), STREAM)
        rows, entries = history.in_month(month)
        change, value = values_of(entries)
        new = np.isin(rows, counts.renewed)
        of = {each: new & (change == each) for each in (Change.RENEWAL, Change.FUNCTION, Change.DISABILITY)}
        for each in of.values():
            assert np.array_equal(rows[each], np.sort(counts.renewed)), "each is written once"
        assert np.array_equal(residents.function[counts.renewed], value[of[Change.FUNCTION]])
        packed = value[of[Change.DISABILITY]]
        assert np.array_equal(residents.disability_kind[counts.renewed], packed & 7)
        assert np.array_equal(residents.disability_grade[counts.renewed], packed >> 3 & 3)
        assert np.array_equal(residents.card[counts.renewed], packed >> 5)
        renewed += len(counts.renewed)
    assert renewed > 100 and (history.lives["comes"] == FOUNDED).all()


def test_needs_part_couples_as_the_columns_do() -> None:
    """Everyone asks every month, and tells with whom it lives: after ``bereave``, in the columns."""
    residents, months = families(4_000), 40
    history = live(residents, months, crowded(), STREAM)
    anything = service("anything", NeedGroup(ANYONE, Condition(), place="place"), ask_every_months=1)
    ledger = recorded(residents, history, anything)
    asks, row = ledger.asks, ledger.spells.resident[ledger.asks.spell]
    before, changed = residents.living.copy(), set()
    for month in range(months):
        turn(history, residents, month, crowded(), STREAM)
        mine = np.flatnonzero(asks.ordinal == month)
        assert np.array_equal(np.sort(row[mine]), np.flatnonzero(residents.present(month)))
        assert np.array_equal(asks.living[mine], residents.living[row[mine]]), f"month {month}"
        founders = np.flatnonzero(residents.present(month)[: len(before)])
        changed |= set(zip(before[founders].tolist(), residents.living[founders].tolist(), strict=True))
    couple, family = int(Living.SPOUSE), int(Living.SPOUSE_AND_CHILDREN)
    parted = {(couple, int(Living.ALONE)), (couple, int(Living.OTHERS)), (family, int(Living.CHILDREN))}
    assert {pair for pair in changed if pair[0] != pair[1]} == parted


@pytest.mark.parametrize("months", [0, 180])
def test_no_more_months_are_lived_than_newborns_stay_children(months: int) -> None:
    with pytest.raises(ValueError, match="1 to 179"):
        live(started(people(1000)), months, tables(), STREAM)
