"""Needs and asks read from lives: one compiled pass, a resident at a time.

What a resident needs can change only where an entry of its history, a birthday that a definition names, its
mother's work or the loss of its spouse changes it. Between two such months nothing is looked at. Everything
happens to a resident at one keyed minute of the month.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.clock import NEVER
from sim.compiled import njit
from sim.conditions import COLUMNS, MOTHER_ROW, NO_MOTHER, OLDEST_MONTHS
from sim.demography import ADULT_MONTHS, WIDOWED, renewed_key
from sim.history import Book, History, change_in, month_in, value_in
from sim.kinds import Change, Sex
from sim.needs import ASK, SPELL
from sim.residents import Residents
from sim.screening import MOST_SERVICES, MOST_WAYS, MOTHERLESS, holding, services_of
from sim.streams import Decision, Stream, words

_MONTH_BEFORE = 43800  # minutes of a month before the founding, as in sim.clock
_MINUTE, _WISH = int(Decision.MINUTE), int(Decision.WISH)
_FUNCTION, _KIND, _GRADE, _CARD, _LIVING, _WORK, _PENSION = (
    COLUMNS.index(name) for name in ("function", "disability_kind", "disability_grade", "card", "living",
                                     "employment", "pension")
)  # fmt: skip
_AREA, _PAYER, _MIGRANT = (COLUMNS.index(name) for name in ("area", "payer", "migrant"))
_EMPTY = np.uint64(0)
_U32 = np.uint32

NEEDY = np.dtype(
    [("row", "i8"), ("key", "u8"), ("born", "i8"), ("county", "i8"), ("township", "i8"), ("income", "i8"),
     ("mother", "i8"), ("cursor", "i8"), ("last", "i8"), ("end", "i8"), ("widowed", "i8"), ("then", "u1"),
     ("open", "u4")],
    align=True,
)  # fmt: skip


class NeedRows(NamedTuple):
    """Hold the columns that needs are read from; the first ten are ``conditions.COLUMNS``."""

    function: Any
    disability_kind: Any
    disability_grade: Any
    card: Any
    living: Any
    area: Any
    employment: Any
    pension: Any
    payer: Any
    migrant: Any
    key: Any
    birth_month: Any
    county: Any
    community: Any
    income: Any
    mother: Any
    spouse: Any
    sex: Any
    last_birth: Any


class Counted(NamedTuple):
    """Counts of a ledger: by way and by service, county and month; see ``needs.Ledger``."""

    ways: npt.NDArray[np.int64]  # (64, counties, months)
    persons: npt.NDArray[np.int64]  # (32, counties, months)


class Founding(NamedTuple):
    """The spells of the census, in order of (row, service): month in which each began."""

    row: npt.NDArray[np.int32]
    service: npt.NDArray[np.int64]
    begun: npt.NDArray[np.int64]


@njit(inline="always")
def minute_of(key, month, begins, k0, k1):  # type: ignore[no-untyped-def]
    """Return the keyed minute of a month at which a resident's changes of need happen."""
    word = np.int64(words(key, month, _MINUTE, k0, k1)[0])
    if month < 0:
        return month * _MONTH_BEFORE + (word * _MONTH_BEFORE >> 32)
    return begins[month] + (word * (begins[month + 1] - begins[month]) >> 32)


@njit(cache=True)
def minutes(keys, months, begins, k0, k1, out):  # type: ignore[no-untyped-def]
    """Fill in each resident's minute of a month; ``begins`` are the first minutes of the run's months."""
    for i in range(out.size):
        out[i] = minute_of(keys[i], months[i], begins, k0, k1)


class Recorder:
    """Records the needs of a history: spells (those of the census given first) and asks, as records."""

    def __init__(
        self,
        residents: Residents,
        history: History,
        tables: npt.NDArray[np.void],
        township: npt.NDArray[np.int16],
        begins: npt.NDArray[np.int64],
        counties: int,
    ) -> None:
        self._people = NeedRows(*(residents.whole(name)[: history.size] for name in NeedRows._fields))
        self._history, self._tables, self._places = history, tables, (township, begins)
        months = history.months
        self._counts = Counted(
            np.zeros((MOST_WAYS, counties, months + 1), dtype=np.int64),
            np.zeros((MOST_SERVICES, counties, months + 1), dtype=np.int64),
        )
        self._most = int(tables["services"][0]) * (months + 1)  # spells or asks of one resident

    def record(
        self, founding: Founding, first: npt.NDArray[np.void], stream: Stream, held: bool
    ) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void], Counted]:
        """Return spells (the census's are `first`, their ends filled in), asks since, and counts by month."""
        size = self._history.size
        spells = np.empty(len(first) + size // 20 + self._most, dtype=SPELL)
        spells[: len(first)] = first
        asks = np.empty(size // 20 + self._most, dtype=ASK)
        at = (0, 0, len(first), 0)  # row, spell of the census, spells, asks
        room = np.zeros(1, dtype=NEEDY), np.zeros(len(COLUMNS), dtype=np.uint8)
        rooms = *room, np.zeros(MOST_SERVICES, dtype=np.int64), np.zeros(MOST_SERVICES, dtype=np.int64)
        while True:
            at = _record(
                self._people, self._history.book, founding, self._tables, self._places, held, rooms, spells,
                asks, self._counts, self._most, at, stream.k0, stream.k1,
            )  # fmt: skip
            if at[0] == size:
                break
            if len(spells) - at[2] < self._most:
                spells = np.concatenate((spells, np.empty(len(spells) // 2 + self._most, dtype=SPELL)))
            if len(asks) - at[3] < self._most:
                asks = np.concatenate((asks, np.empty(len(asks) // 2 + self._most, dtype=ASK)))
        counts = Counted(*(np.cumsum(each, axis=2)[:, :, :-1] for each in self._counts))
        return spells[: at[2]], asks[: at[3]], counts


@njit(cache=True)
def _record(people, book, founding, tables, places, held, rooms, spells, asks, counts, most, at, k0, k1):  # type: ignore[no-untyped-def]
    """Record row by row; return the first row not recorded, for lack of room, and how far all is filled."""
    one, state, ways = rooms[0][0], rooms[1], tables[0]
    spell_of, begun = rooms[2], rooms[3]
    months = counts.ways.shape[2] - 1
    begins = places[1]
    row, census, n_spells, n_asks = at
    while row < book.comes.size and spells.size - n_spells >= most and asks.size - n_asks >= most:
        _meet(people, book, places[0], row, months, one, state)
        while census < founding.row.size and founding.row[census] == row:
            s = founding.service[census]
            spell_of[s], begun[s] = census, founding.begun[census]
            one.open |= _U32(1 << s)
            census += 1
        month, before = max(np.int64(book.comes[row]), 0), _EMPTY
        while month < one.end:
            fresh = _read(book.entries, month, one, state, k0, k1)
            hold, until = _look(people, book, month, held, one, state, ways)
            if hold != before:
                _count(counts, one.county, month, before, hold, ways)
                before = hold
            needs = services_of(ways, hold) & ways.queued
            if one.open | needs:
                age = (0 if held else month) - one.born
                _close(one, month, _U32(0) if fresh else needs, spell_of, spells, begins, k0, k1)
                n_spells = _open(
                    one, month, age, needs, hold, state, ways, spell_of, begun, spells, n_spells, begins, k0, k1
                )
                n_asks = _ask(
                    people, book, one, month, until, held, state, ways, spell_of, begun, asks, n_asks, begins,
                    k0, k1,
                )  # fmt: skip
            month = until
        if month < months:
            _close(one, month, _U32(0), spell_of, spells, begins, k0, k1)
        _count(counts, one.county, min(month, months), before, _EMPTY, ways)
        row += 1
    return row, census, n_spells, n_asks


@njit(inline="always")
def _meet(people, book, townships, row, months, one, state):  # type: ignore[no-untyped-def]
    """Take up a resident as it came."""
    state[0], state[1] = people.function[row], people.disability_kind[row]
    state[2], state[3] = people.disability_grade[row], people.card[row]
    state[4], state[5], state[6] = people.living[row], people.area[row], people.employment[row]
    state[7], state[8], state[9] = people.pension[row], people.payer[row], people.migrant[row]
    one.row, one.key, one.born = row, people.key[row], people.birth_month[row]
    one.county, one.income, one.mother = people.county[row], people.income[row], people.mother[row]
    one.township = townships[people.community[row]]
    one.cursor, one.last, one.open = book.first[row], book.last[row], 0
    one.end = min(np.int64(book.leaves[row]), months)
    one.widowed = book.widowed[row]
    if one.widowed < one.end:
        woman = row if people.sex[row] == Sex.FEMALE else people.spouse[row]
        minors = one.widowed - _last_birth(people, book, woman, one.widowed) < ADULT_MONTHS
        one.then = WIDOWED[np.int64(minors), state[_LIVING]]


@njit
def _last_birth(people, book, woman, month):  # type: ignore[no-untyped-def]
    """Return the month in which a woman gave birth for the last time before a month."""
    last = np.int64(people.last_birth[woman])
    for n in range(book.first[woman], book.last[woman]):
        if change_in(book.entries[n]) == Change.BIRTH and month_in(book.entries[n]) < month:
            last = month_in(book.entries[n])
    return last


@njit(inline="always")
def _read(entries, month, one, state, k0, k1):  # type: ignore[no-untyped-def]
    """Read a resident's entries up to a month; tell whether another resident took the place."""
    fresh = False
    while one.cursor < one.last and month_in(entries[one.cursor]) <= month:
        change, value = change_in(entries[one.cursor]), value_in(entries[one.cursor])
        if change == Change.FUNCTION:
            state[_FUNCTION] = value
        elif change == Change.DISABILITY:
            state[_KIND], state[_GRADE], state[_CARD] = value & 7, value >> 3 & 3, value >> 5
        elif change == Change.WORK:
            state[_WORK] = value
        elif change == Change.PENSION:
            state[_PENSION] = value
        elif change == Change.RENEWAL:
            one.key = renewed_key(one.key, month_in(entries[one.cursor]), k0, k1)
            fresh = True
        one.cursor += 1
    if one.widowed <= month:
        state[_LIVING] = one.then
    return fresh


@njit(inline="always")
def _look(people, book, month, held, one, state, ways):  # type: ignore[no-untyped-def]
    """Return the ways to need that hold at the end of a month, and the next month that may change them."""
    age = (0 if held else month) - one.born
    hold, until = holding(ways, state, age), one.end
    if not held:
        until = min(until, month + ways.calm_to[min(max(age, 0), OLDEST_MONTHS)] - age)
    if one.cursor < one.last:
        until = min(until, month_in(book.entries[one.cursor]))
    if one.widowed > month:
        until = min(until, one.widowed)
    if hold & ways.of_mother:
        work, change = _mothers_work(people, book, one.mother, month)
        hold &= ways.by_kind[MOTHER_ROW, min(work, NO_MOTHER)]
        until = min(until, change)
    return hold, until


@njit
def _mothers_work(people, book, mother, month):  # type: ignore[no-untyped-def]
    """Return what a mother does at the end of a month (255: she is not there), and when that changes."""
    if mother < 0 or book.leaves[mother] <= month:
        return np.int64(MOTHERLESS), np.int64(NEVER)
    work = np.int64(people.employment[mother])
    for n in range(book.first[mother], book.last[mother]):
        if change_in(book.entries[n]) == Change.WORK:
            if month_in(book.entries[n]) > month:
                return work, min(month_in(book.entries[n]), np.int64(book.leaves[mother]))
            work = value_in(book.entries[n])
    return work, np.int64(book.leaves[mother])


@njit
def _count(counts, county, month, before, now, ways):  # type: ignore[no-untyped-def]
    """Note that other ways hold from a month on."""
    for way in range(MOST_WAYS):
        bit = np.uint64(1) << np.uint64(way)
        if (before | now) < bit:
            break
        if (before ^ now) & bit:
            counts.ways[way, county, month] += 1 if now & bit else -1
    for s in range(ways.services):
        needed, needs = (before & ways.of_service[s]) != 0, (now & ways.of_service[s]) != 0
        counts.persons[s, county, month] += np.int64(needs) - np.int64(needed)


@njit
def _close(one, month, needs, spell_of, spells, begins, k0, k1):  # type: ignore[no-untyped-def]
    """End the spells of services no longer needed."""
    closing = one.open & ~needs
    for s in range(MOST_SERVICES):
        if closing >> _U32(s) == 0:
            break
        if closing & _U32(1 << s):
            spell = spell_of[s]
            spells[spell].end = minute_of(spells[spell].key, month, begins, k0, k1)
    one.open &= needs


@njit
def _open(one, month, age, needs, hold, state, ways, spell_of, begun, spells, count, begins, k0, k1):  # type: ignore[no-untyped-def]
    """Begin the spells of services newly needed, with what the resident is now; return how many there are."""
    missing = needs & ~one.open
    for s in range(ways.services):
        if not missing & _U32(1 << s):
            continue
        spell = spells[count]
        spell.service, spell.group = s, ways.group[_lowest(hold & ways.of_service[s])]
        spell.resident, spell.key, spell.county = one.row, one.key, one.county
        spell.start, spell.end = minute_of(one.key, month, begins, k0, k1), NEVER
        spell.age_months, spell.function, spell.income = age, state[_FUNCTION], one.income
        spell.area, spell.payer = state[_AREA], state[_PAYER]
        spell_of[s], begun[s] = count, month
        count += 1
    one.open |= missing
    return count


@njit
def _lowest(bits):  # type: ignore[no-untyped-def]
    place = 0
    while not bits & np.uint64(1):
        bits >>= np.uint64(1)
        place += 1
    return place


@njit
def _ask(people, book, one, first, until, held, state, ways, spell_of, begun, asks, count, begins, k0, k1):  # type: ignore[no-untyped-def]
    """Let a resident ask for what it needs, in the months from `first` to `until` - 1 in which it would."""
    for s in range(ways.services):
        if not one.open & _U32(1 << s):
            continue
        every = ways.every[s]
        month = first + (begun[s] - first) % every if every else begun[s]
        while first <= month < until:
            word = words(one.key, month if every else 0, _WISH | ways.code[s], k0, k1)[0]
            if word < ways.ceiling[s]:
                ask = asks[count]
                ask.spell, ask.ordinal, ask.wish = spell_of[s], month, word
                ask.minute = minute_of(one.key, month, begins, k0, k1)
                ask.age_months = (0 if held else month) - one.born
                ask.mother_employment = _mothers_work(people, book, one.mother, month)[0]
                _describe(one, state, ask)
                count += 1
            month += every if every else until
    return count


@njit
def _describe(one, state, ask):  # type: ignore[no-untyped-def]
    """Note what choice needs to know of a resident."""
    ask.function, ask.disability_kind, ask.disability_grade = state[_FUNCTION], state[_KIND], state[_GRADE]
    ask.card, ask.living, ask.area, ask.employment = state[_CARD], state[_LIVING], state[_AREA], state[_WORK]
    ask.pension, ask.payer, ask.migrant = state[_PENSION], state[_PAYER], state[_MIGRANT]
    ask.county, ask.township, ask.income = one.county, one.township, one.income
