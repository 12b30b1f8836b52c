"""Needs and asks read from lives: one compiled pass, a resident at a time.

What a resident needs can change only where an entry of its history, a birthday that a definition names, its
mother's work or the loss of its spouse changes it. Between two such months nothing is looked at. Everything
happens to a resident at one keyed minute of the month.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.calm import first_of
from sim.clock import NEVER
from sim.compiled import inner, njit
from sim.history import History
from sim.needs import ASK, SPELL, Spells, take, write_rows
from sim.needy import AREA, FUNCTION, NEEDY, PAYER, NeedRows, describe, expect, look, meet, mothers_work, read
from sim.parts import parts_of, side_by_side
from sim.residents import Residents
from sim.screening import MOST_SERVICES, MOST_WAYS, services_of
from sim.streams import Decision, Stream, drawn

Records = npt.NDArray[np.void]

_MONTH_BEFORE = 43800  # minutes of a month before the founding, as in sim.clock
_MINUTE, _WISH = np.int64(Decision.MINUTE), np.int64(Decision.WISH)
_EMPTY, _ONE = np.uint64(0), np.uint64(1)
_U32 = np.uint32


class Counted(NamedTuple):
    """Counts of a ledger: by way and by service, county and month; see ``needs.Ledger``."""

    ways: npt.NDArray[np.int64]  # (64, counties, months)
    persons: npt.NDArray[np.int64]  # (32, counties, months)


class Founding(NamedTuple):
    """The spells of the census, in order of (row, service): month in which each began."""

    row: npt.NDArray[np.int32]
    service: npt.NDArray[np.int64]
    begun: npt.NDArray[np.int64]


@inner
def minute_of(key, month, begins, k0, k1):  # type: ignore[no-untyped-def]
    """Return the keyed minute of a month at which a resident's changes of need happen."""
    word = np.int64(drawn(key, month, _MINUTE, k0, k1)[0])
    if month < 0:
        return month * _MONTH_BEFORE + (word * _MONTH_BEFORE >> 32)
    return begins[month] + (word * (begins[month + 1] - begins[month]) >> 32)


@njit(cache=True)
def minutes(keys, months, begins, k0, k1, out):  # type: ignore[no-untyped-def]
    """Fill in each resident's minute of a month; ``begins`` are the first minutes of the run's months."""
    for i in range(out.size):
        out[i] = minute_of(keys[i], months[i], begins, k0, k1)


class _Part(NamedTuple):
    """What some rows came to: spells, of which so many of the census stand first, their asks, changes."""

    known: int
    spells: Records
    asks: Records  # ``spell`` counts the spells of the part
    counts: Counted  # changes by month


def _joined(parts: Sequence[_Part]) -> tuple[Records, Records]:
    """Put spells of the census first, then the others; let asks count all spells."""
    if len(parts) == 1:
        return parts[0].spells, parts[0].asks
    census, fresh = 0, sum(part.known for part in parts)
    for part in parts:
        spell = part.asks["spell"]
        spell += np.where(spell < part.known, census, fresh - part.known).astype(spell.dtype)
        census, fresh = census + part.known, fresh + len(part.spells) - part.known
    old, new = ([p.spells[: p.known] for p in parts], [p.spells[p.known :] for p in parts])
    return np.concatenate(old + new), np.concatenate([part.asks for part in parts])


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
        self._shapes = [(most, counties, months + 1) for most in (MOST_WAYS, MOST_SERVICES)]  # of counts
        self._most = int(tables["services"][0]) * (months + 1)  # spells or asks of one resident

    def record(
        self, founding: Founding, first: Spells, stream: Stream, held: bool, threads: int = 1
    ) -> tuple[Records, Records, Counted]:
        """Return spells (the census's are `first`, their ends filled in), asks since, and counts by month.

        With several `threads` the rows are recorded side by side.
        """

        def recorded(part: slice) -> _Part:
            mine = slice(*np.searchsorted(founding.row, (part.start, part.stop)))
            known = Founding(founding.row[mine], founding.service[mine], founding.begun[mine])
            return self._record_part(part, known, take(first, mine), stream, held)

        parts = side_by_side(recorded, parts_of(slice(0, self._history.size), threads))
        changes = (np.sum(each, axis=0) for each in zip(*(part.counts for part in parts), strict=True))
        return *_joined(parts), Counted(*(np.cumsum(each, axis=2)[:, :, :-1] for each in changes))

    def _record_part(
        self, part: slice, founding: Founding, first: Spells, stream: Stream, held: bool
    ) -> _Part:
        """Record some rows, whose spells of the census are given."""
        size, known_before = part.stop - part.start, len(founding.row)
        # memory only where it is filled
        spells = np.empty(known_before + size // 4 + self._most, dtype=SPELL)
        asks = np.empty(size // 4 + self._most, dtype=ASK)
        write_rows(first, spells[:known_before])
        counts = Counted(*(np.zeros(shape, dtype=np.int64) for shape in self._shapes))
        at = (part.start, 0, known_before, 0)  # row, spell of the census, spells, asks
        room, known = np.zeros(1, dtype=NEEDY), (self._tables, *self._places, held, self._most, part.stop)
        while True:
            at = _record(
                self._people, self._history.lives, self._history.entries, founding, known, room, spells, asks,
                counts, at, stream.k0, stream.k1,
            )  # fmt: skip
            if at[0] == part.stop:
                return _Part(known_before, spells[: at[2]], asks[: at[3]], counts)
            if len(spells) - at[2] < self._most:
                spells = np.concatenate((spells, np.empty(len(spells) // 2 + self._most, dtype=SPELL)))
            if len(asks) - at[3] < self._most:
                asks = np.concatenate((asks, np.empty(len(asks) // 2 + self._most, dtype=ASK)))


@njit(cache=True)
def _record(people, lives, entries, founding, known, room, spells, asks, counts, at, k0, k1):  # type: ignore[no-untyped-def]
    """Record row by row; return the first row not recorded, for lack of room, and how far all is filled."""
    tables, townships, begins, held, most, end = known
    one, ways = room[0], tables[0]
    by_way, by_service, work = counts.ways, counts.persons, people.employment
    last_birth, spouse, sex = people.last_birth, people.spouse, people.sex
    row, census, n_spells, n_asks = at
    while row < end and spells.size - n_spells >= most and asks.size - n_asks >= most:
        meet(people, townships, row, one)
        expect(lives, entries, row, begins.size - 1, spouse, sex, last_birth, one)
        while census < founding.row.size and founding.row[census] == row:
            s = founding.service[census]
            one.spell[s], one.begun[s], one.open = census, founding.begun[census], one.open | _U32(1 << s)
            census += 1
        month, before, needed = one.comes, _EMPTY, _EMPTY
        while month < one.end:
            fresh = read(entries, month, one, k0, k1)
            hold, until = look(work, lives, entries, month, held, one, ways)
            needing = np.uint64(services_of(ways, hold))
            _count(by_way, one.county, month, before, hold)
            _count(by_service, one.county, month, needed, needing)
            before, needed, needs = hold, needing, _U32(needing) & ways.queued
            if one.open | needs:
                _close(one, month, _U32(0) if fresh else needs, spells, begins, k0, k1)
                age = (0 if held else month) - one.born
                n_spells = _open(one, month, age, needs, hold, ways, spells, n_spells, begins, k0, k1)
                n_asks = _ask(
                    work, lives, entries, one, month, until, held, ways, asks, n_asks, begins, k0, k1
                )
            month = until
        if month < begins.size - 1:
            _close(one, month, _EMPTY, spells, begins, k0, k1)
            _count(by_way, one.county, month, before, _EMPTY)
            _count(by_service, one.county, month, needed, _EMPTY)
        row += 1
    return row, census, n_spells, n_asks


@inner
def _count(counts, county, month, before, now):  # type: ignore[no-untyped-def]
    """Note that other ways hold, or other services are needed, from a month on: a bit each."""
    changed = before ^ now
    while changed:
        which = first_of(changed)
        bit = _ONE << np.uint64(which)
        counts[which, county, month] += 1 if now & bit else -1
        changed ^= bit


@inner
def _close(one, month, needs, spells, begins, k0, k1):  # type: ignore[no-untyped-def]
    """End the spells of services no longer needed."""
    closing = one.open & ~needs
    if closing:
        for s in range(MOST_SERVICES):
            if closing & _U32(1 << s):
                spell = spells[one.spell[s]]
                spell.end = minute_of(spell.key, month, begins, k0, k1)
    one.open &= needs


@inner
def _open(one, month, age, needs, hold, ways, spells, count, begins, k0, k1):  # type: ignore[no-untyped-def]
    """Begin the spells of services newly needed, with what the resident is now; return how many there are."""
    missing, state = needs & ~one.open, one.state
    for s in range(ways.services):
        if not missing & _U32(1 << s):
            continue
        spell = spells[count]
        spell.service, spell.group = s, ways.group[first_of(hold & ways.of_service[s])]
        spell.resident, spell.key, spell.county = one.row, one.key, one.county
        spell.start, spell.end = minute_of(one.key, month, begins, k0, k1), NEVER
        spell.age_months, spell.function, spell.income = age, state[FUNCTION], one.income
        spell.area, spell.payer = state[AREA], state[PAYER]
        one.spell[s], one.begun[s] = count, month
        count += 1
    one.open |= missing
    return count


@inner
def _ask(work, lives, entries, one, first, until, held, ways, asks, count, begins, k0, k1):  # type: ignore[no-untyped-def]
    """Let a resident ask for what it needs, in the months from `first` to `until` - 1 in which it would."""
    for s in range(ways.services):
        if not one.open & _U32(1 << s):
            continue
        every = ways.every[s]
        month = first + (one.begun[s] - first) % every if every else one.begun[s]
        while first <= month < until:
            word = drawn(one.key, month if every else 0, _WISH | ways.code[s], k0, k1)[0]
            if word < ways.ceiling[s]:
                ask = asks[count]
                ask.spell, ask.ordinal, ask.wish = one.spell[s], month, word
                ask.minute = minute_of(one.key, month, begins, k0, k1)
                ask.age_months = (0 if held else month) - one.born
                ask.mother_employment = mothers_work(work, lives, entries, one.mother, month)[0]
                describe(one, ask)
                count += 1
            month += every if every else until
    return count
