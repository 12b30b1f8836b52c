"""Residents to needs: each month, whose need for which service arises or ends, and who asks.

``NeedBook`` keeps the ledger of one market. A need that queues (occupancy, caseload) is a spell; other needs
are counted. A resident asks when a need arises and, where the definition says so, every so many months while
it lasts; whether it then wishes is a word of the draw, held against the threshold at choice. Nothing here
depends on supply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import numpy.typing as npt

from sim.clock import NEVER, month_start
from sim.conditions import COLUMNS, restricts
from sim.errors import LawBroken
from sim.kinds import Area
from sim.needs import Array, Asks, Ledger, Spells, Table
from sim.parameters import Settings
from sim.places import Atlas
from sim.residents import LONG_AGO, Residents
from sim.screening import Screened, Screening, mothers_work, needs_of
from sim.services import Service
from sim.spells import OpenSpells, minutes, turn
from sim.streams import Decision, Keys, Stream, threshold

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]

LONGEST_PAST = 180  # months before the founding to which asks reach
UNDATED_PAST = 120  # months over which the beginnings that nothing dates are spread


class NeedBook:
    """The need ledger of one market while it is written: found, assess month by month, close.

    ``months`` is how many months the run lasts. Raises ScenarioError where a definition names a setting that
    does not exist, or where there are more services than a month's pass has bits for.
    """

    def __init__(
        self,
        services: Sequence[Service],
        settings: Settings,
        atlas: Atlas,
        stream: Stream,
        residents: Residents,
        months: int,
    ) -> None:
        for name in (name for service in services for name in service.setting_names):
            settings[name]  # raises where it is unknown
        self._services = tuple(services)
        self._stream = stream
        self._township = atlas.communities.township.astype(np.int16)
        self._begins = np.array([month_start(m) for m in range(months + 1)], dtype=np.int64)
        self._every = np.array([service.ask_every_months for service in services], dtype=np.int64)
        self._ceiling = threshold([service.wish_ceiling for service in services])
        self._code = np.array([service.draw_code for service in services], dtype=np.int64)
        counties = len(atlas.counties.code)
        groups = max((len(service.needed) for service in services), default=0)
        self._people = np.zeros((len(services), groups, counties, months), dtype=np.int64)
        self._persons = np.zeros((len(services), counties, months), dtype=np.int64)
        self._residents = np.zeros((counties, len(Area), months), dtype=np.int64)
        self._screening = Screening(self._services, counties)
        self._book = OpenSpells(residents.size)
        self._spells: list[Spells] = []
        self._asks: list[Asks] = []

    def found(self, residents: Residents, ending: npt.NDArray[np.float64] | None = None) -> None:
        """Open the needs that exist at the census, with their past.

        A need began when the age that it sets was reached or function became what it is, whichever came
        later; what neither dates is spread over ten years. Asks reach back fifteen years; a need that asks
        once and is older asks then.

        ``ending`` is each row's monthly chance that its state ends (death, onset) at the census's rates. With
        it, needs that ask again and again and that lost function does not date are as old as they would be
        had life always been as in 2020, and all asks of the past are made by residents as they are at the
        census: who is seated then is what the flow of 2020 holds (design, "Starting in 2020"). Their own ages
        would date needs to years in which fewer people were old.
        """
        rows, service = needs_of(self._look(residents, -1), len(self._services))
        group = self._screening.first_groups(residents, rows, service, -1)
        begun = self._onsets(residents, rows, service, group, ending)
        keys = residents.key[rows]
        self._record(residents, rows, service, group, begun, -1)
        self._book.add_first(rows, service, keys, begun)
        spell, month = _past_months(begun, self._every[service])
        time = np.where(self._every[service[spell]] > 0, month, 0)
        wish = self._wish_words(keys[spell], service[spell], time)
        kept = wish < self._ceiling[service[spell]]
        spell, month, wish = spell[kept], month[kept], wish[kept]
        minute = self._minutes_of(keys[spell], month)
        as_of = month if ending is None else np.full(month.size, -1)
        some, of = rows[spell], spell.astype(np.int32)
        self._asks.append(self._ask_rows(residents, some, of, month, minute, wish, as_of))

    def assess(
        self, residents: Residents, month: int, renewed: npt.NDArray[np.integer] | None = None
    ) -> None:
        """Open and close needs as they are after the life of a month, let residents ask, and count.

        ``renewed`` are rows in which another person now lives: their needs end and begin anew.
        """
        seen = self._look(residents, month)
        book, size, queued = self._book, residents.size, seen.queued
        book.make_room(size, queued)
        fresh = np.zeros(size, dtype=np.bool_)
        if renewed is not None:
            fresh[renewed] = True
        opened = np.empty(queued, dtype=np.int32), np.empty(queued, dtype=np.uint8)
        asked = (np.empty(queued, dtype=np.int32), np.empty(queued, dtype=np.int32),
                 np.empty(queued, dtype=np.int64), np.empty(queued, dtype=np.uint32))  # fmt: skip
        services = (self._every, self._ceiling, self._code)
        n_opened, n_asked = turn(
            size, month, seen.needs, fresh, residents.key, book.columns, book.count, services, self._begins,
            opened, asked, self._stream.k0, self._stream.k1,
        )  # fmt: skip
        rows, service = opened[0][:n_opened], opened[1][:n_opened].astype(np.int64)
        group = self._screening.first_groups(residents, rows, service, month)
        begun = np.full(n_opened, month, dtype=np.int64)
        self._record(residents, rows, service, group, begun, month)
        book.count += n_opened
        row, spell = asked[0][:n_asked].copy(), asked[1][:n_asked].copy()
        minute, wish = asked[2][:n_asked].copy(), asked[3][:n_asked].copy()
        now = np.full(n_asked, month)
        self._asks.append(self._ask_rows(residents, row, spell, now, minute, wish, now))

    def close(self, horizon: int) -> Ledger:
        """Return the ledger; needs that outlast the horizon (a minute) end at ``NEVER``.

        Raises LawBroken where a need ends before it starts or an ask lies outside its need or the run.
        """
        spells, asks = _joined(Spells, self._spells), _joined(Asks, self._asks)
        spells = Spells(**{**_columns(spells), "end": self._book.ends.copy()})
        start, end = spells.start[asks.spell], spells.end[asks.spell]
        if (spells.start >= spells.end).any() or (spells.start >= horizon).any():
            raise LawBroken("a need ends before it starts, or starts after the run")
        if (asks.minute < start).any() or (asks.minute >= end).any() or (asks.minute >= horizon).any():
            raise LawBroken("a resident asks outside its need, or after the run")
        return Ledger(spells, asks, self._people, self._residents, self._persons)

    def _look(self, residents: Residents, month: int) -> Screened:
        """Find who needs what at the end of a month (-1: the founding), and keep the counts."""
        seen = self._screening.look(residents, month)
        if month >= 0:
            self._people[..., month], self._persons[..., month] = seen.people, seen.persons
            self._residents[..., month] = seen.residents
        return seen

    def _onsets(
        self,
        residents: Residents,
        rows: Rows,
        service: Ints,
        group: Ints,
        ending: npt.NDArray[np.float64] | None,
    ) -> Ints:
        """Return the month (negative) in which each need of the founding began."""
        begun = np.zeros(rows.size, dtype=np.int64)
        for s, g in np.unique(np.stack([service, group]), axis=1).T:
            here = np.flatnonzero((service == s) & (group == g))
            begun[here] = self._onset(residents, rows[here], self._services[s], g)
            if ending is not None and self._every[s] > 0:
                kept = restricts(self._services[s].needed[g].who, "function") & (
                    residents.function[rows[here]] > 0
                )
                held = self._held_onset(residents.key[rows[here]], self._services[s], ending[rows[here]])
                begun[here] = np.where(kept, begun[here], held)
        return begun

    def _held_onset(self, keys: Keys, service: Service, ending: npt.NDArray[np.float64]) -> Ints:
        """Draw beginnings as old as a state is that ends at a constant monthly chance."""
        drawn = self._stream.uniform(keys, Decision.MINUTE | service.draw_code, -UNDATED_PAST, word=1)
        months = np.log(drawn) / np.log1p(-np.clip(ending, 1e-9, 0.999))
        # what is older than asks reach back is cut by whole years, so that its month of asking stays
        months = np.where(months > LONGEST_PAST, LONGEST_PAST + months % 12, months)
        return -1 - months.astype(np.int64)

    def _onset(self, residents: Residents, rows: Rows, service: Service, group: int) -> Ints:
        who = service.needed[group].who
        birth = residents.birth_month[rows].astype(np.int64)
        dates = [np.full(rows.size, int(LONG_AGO), dtype=np.int64)]
        if who.age_months[0] > 0:
            dates.append(birth + who.age_months[0])
        if restricts(who, "function"):
            dates.append(residents.function_since[rows].astype(np.int64))
        dated = np.max(dates, axis=0)
        word = self._stream.words(residents.key[rows], Decision.MINUTE | service.draw_code, -UNDATED_PAST)[0]
        spread = -1 - (word.astype(np.int64) * UNDATED_PAST >> 32)
        begun = np.where(dated > LONG_AGO, dated, spread)
        return np.clip(begun, np.minimum(birth, -1), -1)

    def _record(
        self, residents: Residents, rows: Rows, service: Ints, group: Ints, begun: Ints, month: int
    ) -> None:
        """Write down needs that open, with what their residents are now."""
        self._spells.append(
            Spells(
                service=service.astype(np.uint8), group=group.astype(np.uint8),
                resident=rows.astype(np.int32), key=residents.key[rows], county=residents.county[rows],
                start=self._minutes_of(residents.key[rows], begun).astype(np.int32),
                end=np.full(rows.size, NEVER, dtype=np.int32),
                age_months=(month - residents.birth_month[rows]).astype(np.int16),
                function=residents.function[rows], area=residents.area[rows], payer=residents.payer[rows],
                income=residents.income[rows],
            )
        )  # fmt: skip

    def _ask_rows(
        self,
        residents: Residents,
        rows: Rows,
        spell: Rows,
        month: Ints,
        minute: Ints,
        wish: npt.NDArray[np.uint32],
        as_of: Ints,
    ) -> Asks:
        """Write down asks, their residents as old as they are in the month ``as_of``."""
        return Asks(
            spell=spell, minute=minute.astype(np.int32), ordinal=month.astype(np.int16), wish=wish,
            age_months=(as_of - residents.birth_month[rows]).astype(np.int16),
            mother_employment=mothers_work(residents, rows), county=residents.county[rows],
            township=self._township[residents.community[rows]], income=residents.income[rows],
            **{name: getattr(residents, name)[rows] for name in COLUMNS},
        )  # fmt: skip

    def _minutes_of(self, keys: Keys, months: Ints) -> Ints:
        out = np.empty(keys.size, dtype=np.int64)
        minutes(keys, months, self._begins, self._stream.k0, self._stream.k1, out)
        return out

    def _wish_words(self, keys: Keys, service: Ints, time: Ints) -> npt.NDArray[np.uint32]:
        out = np.empty(keys.size, dtype=np.uint32)
        for s in np.unique(service):
            of = service == s
            out[of] = self._stream.words(keys[of], Decision.WISH | int(self._code[s]), time[of])[0]
        return out


def _past_months(begun: Ints, every: Ints) -> tuple[Ints, Ints]:
    """List the months before the founding in which needs asked: (row of the need, month), row by row.

    >>> [each.tolist() for each in _past_months(np.array([-13, -5, -400]), np.array([12, 0, 0]))]
    [[0, 0, 1, 2], [-13, -1, -5, -180]]
    """
    step = np.where(every > 0, every, LONGEST_PAST)
    late = np.maximum(-LONGEST_PAST - begun, 0)
    first = np.where(every > 0, begun + -(-late // step) * step, np.maximum(begun, -LONGEST_PAST))
    count = np.where(every > 0, np.maximum((-1 - first) // step + 1, 0), 1)
    spell = np.repeat(np.arange(begun.size), count)
    nth = np.arange(spell.size) - np.repeat(np.cumsum(count) - count, count)
    return spell, first[spell] + nth * step[spell]


def _columns(table: Spells | Asks) -> dict[str, Array]:
    return {f.name: getattr(table, f.name) for f in fields(table)}


def _joined(kind: type[Table], parts: Sequence[Table]) -> Table:
    return kind(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(kind)})
