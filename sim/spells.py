"""The open needs of everyone, and the compiled pass of a month over them.

``turn`` closes and opens spells and finds whose month of asking has come. The open spells of a resident are a
chain: ``head[row]`` is the latest, ``link[spell]`` the one before, -1 the end. Everything happens to a
resident at one keyed minute of the month.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.clock import NEVER
from sim.compiled import njit
from sim.streams import Decision, words

Array = npt.NDArray

_MONTH_BEFORE = 43800  # minutes of a month before the founding, as in sim.clock
_MINUTE = int(Decision.MINUTE)
_WISH = int(Decision.WISH)


@njit(inline="always")
def _minute(key, month, begins, k0, k1):  # type: ignore[no-untyped-def]
    """Return the keyed minute of a month at which a resident's changes of need happen."""
    word = np.int64(words(key, month, _MINUTE, k0, k1)[0])
    if month < 0:
        return month * _MONTH_BEFORE + (word * _MONTH_BEFORE >> 32)
    return begins[month] + (word * (begins[month + 1] - begins[month]) >> 32)


@njit(cache=True)
def minutes(keys, months, begins, k0, k1, out):  # type: ignore[no-untyped-def]
    """Fill in each resident's minute of a month; ``begins`` are the first minutes of the run's months."""
    for i in range(out.size):
        out[i] = _minute(keys[i], months[i], begins, k0, k1)


@njit(cache=True)
def turn(size, month, now, renewed, keys, book, count, services, begins, opened, asked, k0, k1):  # type: ignore[no-untyped-def]
    """Close and open spells and let those ask whose month has come; return how many opened and asked.

    ``services`` are the months between asks (0: once), the ceiling of the wish word and the code of the
    draws; ``opened`` and ``asked`` are columns to fill in.
    """
    head = book[0]
    n_opened = n_asked = 0
    for row in range(size):
        if head[row] < 0 and now[row] == 0:
            continue
        staying = np.uint32(0) if renewed[row] else now[row]
        kept = _close(row, month, staying, book, begins, k0, k1)
        missing = now[row] & ~kept
        if missing:
            n_opened = _open(row, month, missing, keys[row], book, count, services[0].size, opened, n_opened)
        n_asked = _ask(row, month, keys[row], book, services, begins, asked, n_asked, k0, k1)
    return n_opened, n_asked


@njit(cache=True)
def _close(row, month, staying, book, begins, k0, k1):  # type: ignore[no-untyped-def]
    """End the spells of services no longer needed; return the services of those that last."""
    head, link, service, key, _, end = book
    kept = np.uint32(0)
    last, spell = -1, head[row]
    while spell >= 0:
        following = link[spell]
        bit = np.uint32(1 << service[spell])
        if staying & bit:
            kept |= bit
            last = spell
        else:
            end[spell] = _minute(key[spell], month, begins, k0, k1)
            if last < 0:
                head[row] = following
            else:
                link[last] = following
        spell = following
    return kept


@njit(cache=True)
def _open(row, month, missing, key_of_row, book, count, services, opened, n_opened):  # type: ignore[no-untyped-def]
    """Begin a spell for each missing service, numbered from ``count`` on; return how many opened by now."""
    head, link, service, key, begun, end = book
    for s in range(services):
        if missing & np.uint32(1 << s):
            spell = count + n_opened
            service[spell], key[spell], begun[spell], end[spell] = s, key_of_row, month, NEVER
            link[spell], head[row] = head[row], spell
            opened[0][n_opened], opened[1][n_opened] = row, s
            n_opened += 1
    return n_opened


@njit(cache=True)
def _ask(row, month, key, book, services, begins, asked, n_asked, k0, k1):  # type: ignore[no-untyped-def]
    """Let a resident ask for what it has begun to need or asks for again; return how many asked by now."""
    head, link, service, _, begun, _ = book
    every, ceiling, code = services
    asked_row, asked_spell, asked_minute, asked_word = asked
    spell = head[row]
    while spell >= 0:
        s = service[spell]
        since = month - begun[spell]
        if since == 0 or (every[s] > 0 and since % every[s] == 0):
            word = words(key, month if every[s] > 0 else 0, _WISH | code[s], k0, k1)[0]
            if word < ceiling[s]:
                asked_row[n_asked], asked_spell[n_asked], asked_word[n_asked] = row, spell, word
                asked_minute[n_asked] = _minute(key, month, begins, k0, k1)
                n_asked += 1
        spell = link[spell]
    return n_asked


@njit(cache=True)
def _chain(rows, head, link):  # type: ignore[no-untyped-def]
    for spell in range(rows.size):
        link[spell] = head[rows[spell]]
        head[rows[spell]] = spell


class OpenSpells:
    """The chains of open spells, with what the passes need to know of a spell; grows as needed."""

    def __init__(self, rows: int) -> None:
        self.count = 0
        self._head = np.full(rows, -1, dtype=np.int32)
        self._link = np.zeros(0, dtype=np.int32)
        self._service = np.zeros(0, dtype=np.uint8)
        self._key = np.zeros(0, dtype=np.uint64)
        self._begun = np.zeros(0, dtype=np.int16)
        self._end = np.zeros(0, dtype=np.int32)

    @property
    def columns(self) -> tuple[Array, ...]:
        """Return head by row; link, service, key, month of beginning and end (minute) by spell."""
        return self._head, self._link, self._service, self._key, self._begun, self._end

    @property
    def ends(self) -> Array:
        """Return the minute at which each spell so far ends."""
        return self._end[: self.count]

    def make_room(self, rows: int, spells: int) -> None:
        """Make sure that ``rows`` residents and ``spells`` more spells fit."""
        if rows > self._head.size:
            self._head = _longer(self._head, int(1.05 * rows) + 1, -1)
        if self.count + spells > self._end.size:
            room = int(1.3 * (self.count + spells)) + 1
            for name in ("_link", "_service", "_key", "_begun", "_end"):
                setattr(self, name, _longer(getattr(self, name), room, 0))

    def add_first(self, rows: Array, service: Array, keys: Array, begun: Array) -> None:
        """Add the spells of the founding, in order of row."""
        self.make_room(self._head.size, rows.size)
        self.count = rows.size
        self._service[: rows.size], self._key[: rows.size] = service, keys
        self._begun[: rows.size] = begun
        self._end[: rows.size] = NEVER
        _chain(rows, self._head, self._link)


def _longer(column: Array, size: int, filled: int) -> Array:
    longer = np.full(size, filled, dtype=column.dtype)
    longer[: column.size] = column
    return longer
