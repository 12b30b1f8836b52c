"""Lives, each through all months, and the order of a month of life.

1. everyone present grows a month older
2. some die, by age, sex, area and function
3. some women give birth, by age
4. some leave the counties that lose
5. function is lost and regained, disability arises
6. work is entered, lost, found and left

No rule reads another resident, but that children under 18 leave with their mother. So a resident lives all
months at once, mothers before their children: founders who follow nobody, then minors with a mother, then
newcomers and newborns. Months in which nothing can happen are skipped (``calm``). What happens is written
down (``history``), for needs and months to read. The rules stand in ``demography``, ``disability`` and
``employment``; this file only orders them. A resident's words of the month (``Stream.life_words``) decide:
0 death; 1 function from its low end, disability from its top; 2 birth and leaving likewise; 3 work.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim import demography, disability, employment
from sim.calm import (
    SPAN,
    birthdays,
    bit_of,
    changes_side,
    first_of,
    from_place,
    limits_of,
    make_room,
    watch,
    whole_words,
)
from sim.compiled import njit
from sim.disability import become_disabled, begin_one, lose, regain
from sim.employment import is_settled, work
from sim.history import (
    ARRIVALS,
    BIRTHS,
    DEATHS,
    FOUNDED,
    LEAVERS,
    History,
    change_in,
    disability_value,
    entry,
    lengthened,
    month_in,
    newly_come,
)
from sim.kinds import Change, DisabilityKind, Employment, Exit, Function
from sim.rates import OLDEST, LifeTables, as_record, year_in
from sim.residents import NOBODY, Residents
from sim.rows import rows_of, take
from sim.streams import Stream

MOST_MONTHS = 15 * 12 - 1  # fertility begins at 15 years
_NOTHING, _GAVE_BIRTH, _DIED, _LEFT = range(4)
_EVERYONE, _LEADERS, _FOLLOWERS = range(3)
_MOST_A_MONTH = 8  # entries of one resident
_FUNCTION, _DISABILITY, _WORK, _PENSION, _BIRTH, _RENEWAL = (int(each) for each in Change)
_NONE = np.uint64(0)
_CENSUS, _ABLE = np.int64(0), np.bool_(False)  # the age that is held, without onsets

RowNumbers = npt.NDArray[np.int64]


def live(
    residents: Residents, months: int, tables: LifeTables, stream: Stream, held: bool = False
) -> History:
    """Live `months` months (1 to 179) from the census on and return what happens to whom.

    In so few nobody who is born gives birth. A founder under 18 who is a mother must have none at home.
    The columns keep what everyone was on coming, and ``residents.size`` the founders: those who come later
    stand behind them, and ``months.turn`` brings a month at a time into view. With `held`, life stays as it
    was at the census: ages stand still, nobody is born, comes or leaves, and a new resident takes the place
    of each of the dead. Raises ValueError for more months.
    """
    if not held and not 0 < months <= MOST_MONTHS:
        raise ValueError(f"{months} months: 1 to {MOST_MONTHS} can be lived, or newborns would give birth")
    founders = residents.size
    lives = _Lives(residents, months, tables, stream, held)
    lives.live_all(slice(0, founders), _LEADERS)
    lives.live_all(slice(0, founders), _FOLLOWERS)
    if not held:
        newcomers, comes = demography.arrive(residents, months, tables, stream)
        employment.begin(residents, newcomers, comes, tables, stream)
        lives.let_come(newcomers, comes)
        mothers, born, orders = lives.births()
        newborns = demography.deliver(residents, mothers, born, orders, tables, stream)
        disability.begin(residents, newborns, born, born, tables, stream)
        employment.begin(residents, newborns, born, tables, stream)
        lives.let_come(newborns, born)
    return lives.closed(founders)


class _Lives:
    """The book of a history while lives are lived, wave by wave."""

    def __init__(
        self, residents: Residents, months: int, tables: LifeTables, stream: Stream, held: bool
    ) -> None:
        self.residents, self.months, self.stream, self.held = residents, months, stream, held
        rules = tables.held if held else tables.month
        self.by_time = rules.birth, rules.death
        self.tables = rules.packed, as_record(tables.start), limits_of(rules)
        self.flows = np.zeros((4, len(tables.migration.county_code), months), dtype=np.int64)
        self.entries = np.empty(residents.size + _MOST_A_MONTH * months, dtype=np.uint32)
        self.count = 0
        self.lives = newly_come(np.full(residents.size, FOUNDED))

    def let_come(self, rows: RowNumbers, comes: RowNumbers) -> None:
        """Take in those who have been appended to the residents, and let them live."""
        self.lives = lengthened(self.lives, comes)
        arrived = self.residents.mother[rows] == NOBODY
        np.add.at(self.flows[ARRIVALS], (self.residents.county[rows[arrived]], comes[arrived]), 1)
        self.live_all(slice(self.residents.size - len(rows), self.residents.size), _EVERYONE)

    def live_all(self, rows: slice, whom: int) -> None:
        """Live all months of some rows."""
        people, kin = rows_of(self.residents), (self.residents.spouse, self.residents.mother)
        follow = demography.followed(self.residents, rows, self.lives)
        room, row = make_room(), rows.start
        while row < rows.stop:
            row, self.count = _live(
                people, kin, self.lives, self.entries, self.flows, (row, rows.stop),
                follow[row - rows.start :], whom, (self.held, self.months, self.by_time, self.tables), room,
                self.count, self.stream.k0, self.stream.k1,
            )  # fmt: skip
            if row < rows.stop:
                more = np.empty(len(self.entries) // 2 + _MOST_A_MONTH * self.months, dtype=np.uint32)
                self.entries = np.concatenate((self.entries, more))

    def births(self) -> tuple[RowNumbers, RowNumbers, RowNumbers]:
        """List the births: mother's row, month, order among the mother's births."""
        told = np.empty((3, int(self.flows[BIRTHS].sum())), dtype=np.int64)
        _list_births(self.lives, self.entries, self.residents.births, told)
        return told[0], told[1], told[2]

    def closed(self, founders: int) -> History:
        """Put the rows in order of coming, hide those who are still to come, and close the book."""
        residents, lives = self.residents, self.lives
        if residents.size > founders:
            order = demography.order_by_coming(residents, founders, lives["comes"])
            lives[founders:] = lives[order]
        residents.size = founders
        return History(lives, self.entries[: self.count].copy(), self.flows, self.months)


@njit(cache=True)
def _live(people, kin, lives, entries, flows, rows, follow, whom, plan, room, count, k0, k1):  # type: ignore[no-untyped-def]
    """Live some rows; return the first row not lived, for lack of room, and how many entries there are."""
    (spouse, mother), (held, months, by_time, tables) = kin, plan
    one, rules = room[0][0], (tables[0][0], tables[1][0], tables[2][0], room[1][0], room[2][0])
    for row in range(rows[0], rows[1]):
        if entries.size - count < _MOST_A_MONTH * months:
            return row, count
        follows = mother[row] >= 0 and people.birth_month[row] >= -demography.ADULT_MONTHS
        if (whom == _LEADERS and follows) or (whom == _FOLLOWERS and not follows):
            continue
        take(people, row, one)
        life = lives[row]
        life.first = count
        leads = np.int64(follow[row - rows[0]])
        why, month, count = _live_years(
            one, life.comes + 1, min(months, leads + 1), held, by_time, rules, entries, flows, count,
            k0, k1,
        )  # fmt: skip
        if why == _NOTHING and leads < months:
            why, month = _LEFT, leads
            flows[LEAVERS, one.county, month] += 1
        life.last = count
        if why != _NOTHING:
            life.leaves, life.why = month, Exit.DIED if why == _DIED else Exit.MOVED
            if spouse[row] >= 0:
                lives[spouse[row]].widowed = month
    return rows[1], count


@njit(inline="always")
def _live_years(one, month, end, held, by_time, rules, entries, flows, count, k0, k1):  # type: ignore[no-untyped-def]
    """Live a resident span by span; return what ended it, in which month, and how many entries there are."""
    while month < end:
        came, month, count = _live_span(one, month, end, held, by_time, rules, entries, flows, count, k0, k1)
        if came == _LEFT or (came == _DIED and not held):
            flows[DEATHS if came == _DIED else LEAVERS, one.county, month] += 1
            return came, month, count
        if came == _DIED:
            flows[DEATHS, one.county, month] += 1
            count = _renew(one, month, rules, entries, count, k0, k1)
            month += 1
    return _NOTHING, month, count


@njit(inline="always")
def _live_span(one, month, end, held, by_time, rules, entries, flows, count, k0, k1):  # type: ignore[no-untyped-def]
    """Live the span in which a month lies; return what ended it, that month or the next one, entries."""
    t, limits, draws, view = rules[0], rules[2], rules[3], rules[4]
    place = month % 2
    first = month - place
    span = min(SPAN, end - first)
    age_months = (0 if held else first) - np.int64(one.birth_month)
    age = min(age_months // 12, OLDEST)
    event, losing, finding = watch(one, first, limits, age, draws, view, k0, k1)
    if not held:
        event |= _boundaries(one, age, age_months, t, limits)
    if not is_settled(one, age_months if held else age_months + place, t):
        event |= bit_of(place)
    inside = ~from_place(span)
    while True:
        bits = event
        if one.employment == Employment.EMPLOYED:
            bits |= losing
        if one.employment == Employment.UNEMPLOYED:
            bits |= finding
        bits &= inside & from_place(place)
        if bits == _NONE:
            return _NOTHING, first + span, count
        place = first_of(bits)
        month = first + place
        came, count = _live_month(one, month, place, held, by_time, t, view.half, entries, count, k0, k1)
        if came >= _DIED:
            return came, month, count
        if came == _GAVE_BIRTH:
            flows[BIRTHS, one.county, month] += 1
        place += 1


@njit(inline="always")
def _boundaries(one, age, age_months, t, limits):  # type: ignore[no-untyped-def]
    """Return the months of a span that age itself keeps from being calm: pension ages, some birthdays."""
    bits = _NONE
    if changes_side(limits, one.sex, one.work_rank, age):
        bits |= birthdays(age_months)
    for pension in range(4):
        bits |= bit_of(t.retirement[one.sex, pension] - age_months)
    return bits


@njit(inline="always")
def _live_month(one, month, place, held, by_time, t, half, entries, count, k0, k1):  # type: ignore[no-untyped-def]
    """Live one month by the rules, 1 to 6; return what came and how many entries there are."""
    # 1 age
    age_months = (0 if held else month) - np.int64(one.birth_month)
    age = min(age_months // 12, OLDEST)
    was = one.function, one.function_since, one.disability_kind, one.employment, one.pension
    # 2 to 5
    word = whole_words(one, month, place, half, k0, k1)
    came = _happen(one, word[0], word[1], word[2], age, month, by_time, t, k0, k1)
    if came >= _DIED:
        return came, count
    if came == _GAVE_BIRTH:
        one.last_birth = month
        entries[count] = entry(month, _BIRTH, 0)
        count += 1
    # 6 work
    work(one, age, age_months, word[3], t, k0, k1)
    return came, _write(one, month, was, entries, count)


@njit(inline="always")
def _happen(one, of_death, of_function, of_move, age, month, by_time, t, k0, k1):  # type: ignore[no-untyped-def]
    """Apply the rules 2 to 5 to a resident; return what the month will have to settle."""
    group, came = 2 * one.sex + one.area, _NOTHING
    birth, death = by_time
    lost = np.int64(one.function != Function.NONE)
    # 2 die
    if of_death < death[min(year_in(month), len(death) - 1), lost, group, age]:
        return _DIED
    # 3 give birth
    born = of_move < birth[min(month, len(birth) - 1), one.sex, age]
    if born and month - one.last_birth >= t.spacing:
        came = _GAVE_BIRTH
    # 4 leave
    if of_move >= t.leave[one.county, age]:
        return _LEFT
    # 5 function and disability
    if of_function < t.turnover[lost, group, age]:
        if lost:
            regain(one, month)
        else:
            lose(one, month, t, k0, k1)
    if of_function >= t.disability[group, age] and one.disability_kind == DisabilityKind.NONE:
        become_disabled(one, age, month, t, k0, k1)
    return came


@njit(inline="always")
def _write(one, month, was, entries, count):  # type: ignore[no-untyped-def]
    """Write down what a month has changed; return how many entries there are."""
    function, since, disability, employment, pension = was
    if one.function != function or one.function_since != since:
        entries[count] = entry(month, _FUNCTION, one.function)
        count += 1
    if one.disability_kind != disability:
        entries[count] = entry(month, _DISABILITY, _disability_of(one))
        count += 1
    if one.employment != employment:
        entries[count] = entry(month, _WORK, one.employment)
        count += 1
    if one.pension != pension:
        entries[count] = entry(month, _PENSION, one.pension)
        count += 1
    return count


@njit(inline="always")
def _disability_of(one):  # type: ignore[no-untyped-def]
    return disability_value(one.disability_kind, one.disability_grade, one.card)


@njit(inline="always")
def _renew(one, month, rules, entries, count, k0, k1):  # type: ignore[no-untyped-def]
    """Put a new resident in the place of one who died, life being held."""
    one.key = demography.renewed_key(one.key, month, k0, k1)
    begin_one(one, _CENSUS, month + 1, _ABLE, rules[0], rules[1], k0, k1)
    entries[count] = entry(month, _RENEWAL, 0)
    entries[count + 1] = entry(month, _FUNCTION, one.function)
    entries[count + 2] = entry(month, _DISABILITY, _disability_of(one))
    return count + 3


@njit(cache=True)
def _list_births(lives, entries, births, told):  # type: ignore[no-untyped-def]
    """List mother, month and order of each birth, by row."""
    count = 0
    for row in range(lives.size):
        order = np.int64(births[row])
        for n in range(lives[row].first, lives[row].last):
            if change_in(entries[n]) == _BIRTH:
                told[0, count], told[1, count], told[2, count] = row, month_in(entries[n]), order
                count += 1
                order += 1


def life_ending(
    residents: Residents, tables: LifeTables, rows: npt.NDArray[np.integer]
) -> npt.NDArray[np.float64]:
    """Return each row's monthly chance, at the census's rates, to die or to change in function."""
    age = np.minimum((-1 - residents.birth_month[rows].astype(np.int64)) // 12, OLDEST)
    lost = (residents.function[rows] != Function.NONE).astype(np.int64)
    group = 2 * residents.sex[rows].astype(np.int64) + residents.area[rows]
    words = tables.held.death[0, lost, group, age] + tables.held.turnover[lost, group, age]
    return np.asarray(words / 2.0**32)
