"""Lives, each through all months, wave by wave.

A resident lives all months at once by the rules of ``lifetime``. None reads another resident, but that
children under 18 leave with their mother: so mothers live before their children. First founders who follow
nobody, then minors with a mother, then newcomers and newborns; within a wave rows may be lived side by side.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim import demography, disability, employment
from sim.calm import limits_of, make_room
from sim.compiled import njit
from sim.history import (
    ARRIVALS,
    BIRTHS,
    FOUNDED,
    LEAVERS,
    History,
    change_in,
    lengthened,
    month_in,
    newly_come,
)
from sim.kinds import Change, Exit, Function
from sim.lifetime import DIED, LEFT, NOTHING, live_years
from sim.parts import parts_of, side_by_side
from sim.rates import OLDEST, LifeTables, as_record
from sim.residents import NOBODY, Residents
from sim.rows import rows_of, take
from sim.streams import Stream

MOST_MONTHS = 15 * 12 - 1  # fertility begins at 15 years
_MOST_A_MONTH = 8  # entries of one resident
_BIRTH = int(Change.BIRTH)

Entries = npt.NDArray[np.uint32]
Bools = npt.NDArray[np.bool_]
Months = npt.NDArray[np.int16]
Ints = npt.NDArray[np.int64]


def live(
    residents: Residents,
    months: int,
    tables: LifeTables,
    stream: Stream,
    held: bool = False,
    threads: int = 1,
) -> History:
    """Live `months` months (1 to 179) from the census on and return what happens to whom.

    In so few nobody who is born gives birth. A founder under 18 who is a mother must have none at home.
    The columns keep what everyone was on coming, and ``residents.size`` the founders: those who come later
    stand behind them, and ``months.turn`` brings a month at a time into view. With `held`, life stays as it
    was at the census: ages stand still, nobody is born, comes or leaves, and a new resident takes the place
    of each of the dead. With several `threads`, rows are lived side by side. Raises ValueError for more
    months.
    """
    if not held and not 0 < months <= MOST_MONTHS:
        raise ValueError(f"{months} months: 1 to {MOST_MONTHS} can be lived, or newborns would give birth")
    founders = residents.size
    lives = _Lives(residents, months, tables, stream, held, threads)
    follows = (residents.mother >= 0) & (residents.birth_month >= -demography.ADULT_MONTHS)
    for mine in (~follows, follows):
        lives.live_all(slice(0, founders), mine)
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
        self, residents: Residents, months: int, tables: LifeTables, stream: Stream, held: bool, threads: int
    ) -> None:
        self.residents, self.months, self.stream, self.held = residents, months, stream, held
        self.threads = threads
        rules = tables.held if held else tables.month
        self.by_time = rules.birth, rules.death
        self.tables = rules.packed, as_record(tables.start), limits_of(rules)
        self.flows = np.zeros((4, len(tables.migration.county_code), months), dtype=np.int64)
        self.pieces = [np.empty(0, dtype=np.uint32)]  # of the entries, in order
        self.lives = newly_come(np.full(residents.size, FOUNDED))

    def let_come(self, rows: Ints, comes: Ints) -> None:
        """Take in those who have been appended to the residents, and let them live."""
        self.lives = lengthened(self.lives, comes)
        arrived = self.residents.mother[rows] == NOBODY
        np.add.at(self.flows[ARRIVALS], (self.residents.county[rows[arrived]], comes[arrived]), 1)
        self.live_all(slice(self.residents.size - len(rows), self.residents.size))

    def live_all(self, rows: slice, mine: Bools | None = None) -> None:
        """Live all months of some rows, or of those of them that are `mine`."""
        follow = demography.followed(self.residents, rows, self.lives)
        mine = np.ones(follow.size, dtype=np.bool_) if mine is None else mine

        def lived(part: slice) -> tuple[Entries, Ints]:
            inside = slice(part.start - rows.start, part.stop - rows.start)
            return self._live_part(part, follow[inside], mine[inside])

        parts = parts_of(rows, self.threads)
        for part, (entries, flows) in zip(parts, side_by_side(lived, parts), strict=True):
            lived_now = part.start + np.flatnonzero(mine[part.start - rows.start : part.stop - rows.start])
            for name in ("first", "last"):
                self.lives[name][lived_now] += sum(map(len, self.pieces))
            self.pieces.append(entries)
            self.flows += flows

    def _live_part(self, rows: slice, follow: Months, mine: Bools) -> tuple[Entries, Ints]:
        """Live some rows; return their entries, which their records number from 0, and their flows."""
        people, spouse = rows_of(self.residents), self.residents.spouse
        plan = self.held, self.months, self.by_time, self.tables
        entries = np.empty(rows.stop - rows.start + _MOST_A_MONTH * self.months, dtype=np.uint32)
        flows = np.zeros_like(self.flows)
        room, row, count = make_room(), rows.start, 0
        while row < rows.stop:
            row, count = _live(
                people, spouse, self.lives, entries, flows, (row, rows.stop), (rows.start, follow, mine),
                plan, room, count, self.stream.k0, self.stream.k1,
            )  # fmt: skip
            if row < rows.stop:
                more = np.empty(len(entries) // 2 + _MOST_A_MONTH * self.months, dtype=np.uint32)
                entries = np.concatenate((entries, more))
        return entries[:count], flows

    @property
    def entries(self) -> Entries:
        """Return all entries so far."""
        self.pieces = [np.concatenate(self.pieces)]
        return self.pieces[0]

    def births(self) -> tuple[Ints, Ints, Ints]:
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
        return History(lives, self.entries, self.flows, self.months)


@njit(cache=True)
def _live(people, spouse, lives, entries, flows, rows, wave, plan, room, count, k0, k1):  # type: ignore[no-untyped-def]
    """Live some rows; return the first row not lived, for lack of room, and how many entries there are."""
    (start, follow, mine), (held, months, by_time, tables) = wave, plan
    one, rules = room[0][0], (tables[0][0], tables[1][0], tables[2][0], room[1][0], room[2][0])
    for row in range(rows[0], rows[1]):
        if entries.size - count < _MOST_A_MONTH * months:
            return row, count
        if not mine[row - start]:
            continue
        take(people, row, one)
        life = lives[row]
        life.first = count
        leads = np.int64(follow[row - start])
        why, month, count = live_years(
            one, life.comes + 1, min(months, leads + 1), held, by_time, rules, entries, flows, count,
            k0, k1,
        )  # fmt: skip
        if why == NOTHING and leads < months:
            why, month = LEFT, leads
            flows[LEAVERS, one.county, month] += 1
        life.last = count
        if why != NOTHING:
            life.leaves, life.why = month, Exit.DIED if why == DIED else Exit.MOVED
            if spouse[row] >= 0:
                lives[spouse[row]].widowed = month
    return rows[1], count


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
