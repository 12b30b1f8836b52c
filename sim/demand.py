"""Residents to needs: whose need for which service arises or ends when, and who asks.

A need that queues (occupancy, caseload) is a spell; other needs are counted. A resident asks when a need
arises and, where the definition says so, every so many months while it lasts; whether it then wishes is a
word of the draw, held against the threshold at choice. Nothing here depends on supply. This file dates the
needs of the census and puts the ledger together; ``spells`` reads the months since from the lives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from sim.clock import NEVER, month_start
from sim.conditions import COLUMNS, restricts
from sim.errors import LawBroken
from sim.history import History
from sim.needs import Asks, Ledger, Spells, columns_of
from sim.parameters import Settings
from sim.places import Atlas
from sim.residents import LONG_AGO, Residents
from sim.screening import Screening, mothers_work, needs_of
from sim.services import Service
from sim.spells import Founding, Recorder, minutes
from sim.stocks import residents_by_month
from sim.streams import Decision, Keys, Stream, threshold

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]

Ending = Callable[[npt.NDArray[np.integer]], npt.NDArray[np.float64]]

LONGEST_PAST = 180  # months before the founding to which asks reach
UNDATED_PAST = 120  # months over which the beginnings that nothing dates are spread


def record(
    residents: Residents,
    history: History,
    services: Sequence[Service],
    settings: Settings,
    atlas: Atlas,
    stream: Stream,
    ending: Ending | None = None,
    held: bool = False,
    threads: int = 1,
) -> Ledger:
    """Record the needs of a market from the lives of its residents.

    A need of the census began when the age that it sets was reached or function became what it is, whichever
    came later; what neither dates is spread over ten years. Asks reach back fifteen years; a need that asks
    once and is older asks then.

    ``ending`` gives for rows of founders the monthly chance that their state ends (death, onset) at the
    census's rates. With it, needs that ask again and again and that lost function does not date are as old as
    they would be had life always been as in 2020, and all asks of the past are made by residents as they are
    at the census: who is seated then is what the flow of 2020 holds (design, "Starting in 2020"). Their own
    ages would date needs to years in which fewer people were old. With ``held``, nobody is older than then.

    The columns stand as everyone was on coming, as ``life.live`` leaves them. Needs that outlast the horizon
    end at ``NEVER``. With several `threads`, rows are read side by side. Raises ScenarioError where a
    definition names a setting that does not exist, or where there are more services or ways to need them than
    a word has bits; LawBroken where a need ends before it starts or an ask lies outside its need or the run.
    """
    for name in (name for service in services for name in service.setting_names):
        settings[name]  # raises where it is unknown
    recording = _Recording(residents, history, tuple(services), atlas, stream)
    first, founding, past = recording.found(ending)
    spells, asks, counts = recording.recorder.record(founding, first, stream, held, threads)
    everyone = residents_by_month(history, residents, len(atlas.counties.code))
    ledger = Ledger(
        spells=columns_of(Spells, spells),
        asks=columns_of(Asks, asks, before=past),
        people=recording.people(counts.ways),
        residents=everyone,
        persons=counts.persons[: len(services)],
    )
    check_laws(ledger, month_start(history.months))
    return ledger


def check_laws(ledger: Ledger, horizon: int) -> None:
    """Hold the laws of a ledger up to a horizon (minutes); raises LawBroken."""
    spells, asks = ledger.spells, ledger.asks
    start, end = spells.start[asks.spell], spells.end[asks.spell]
    if (spells.start >= spells.end).any() or (spells.start >= horizon).any():
        raise LawBroken("a need ends before it starts, or starts after the run")
    if (asks.minute < start).any() or (asks.minute >= end).any() or (asks.minute >= horizon).any():
        raise LawBroken("a resident asks outside its need, or after the run")


class _Recording:
    """What recording needs to know, and the needs of the census."""

    def __init__(
        self,
        residents: Residents,
        history: History,
        services: tuple[Service, ...],
        atlas: Atlas,
        stream: Stream,
    ) -> None:
        self._residents, self._services, self._stream = residents, services, stream
        self._screening = Screening(services)
        self._township = atlas.communities.township.astype(np.int16)
        self._begins = np.array([month_start(m) for m in range(history.months + 1)], dtype=np.int64)
        self._every = np.array([service.ask_every_months for service in services], dtype=np.int64)
        self._ceiling = threshold([service.wish_ceiling for service in services])
        self.recorder = Recorder(
            residents, history, self._screening.tables, self._township, self._begins, len(atlas.counties.code)
        )

    def found(self, ending: Ending | None) -> tuple[Spells, Founding, Asks]:
        """Return the spells that exist at the census, when they began, and the asks of the past."""
        residents = self._residents
        rows, service = needs_of(self._screening.at_census(residents), len(self._services))
        group = self._screening.first_groups(residents, rows, service, -1)
        begun = self._onsets(residents, rows, service, group, ending)
        keys = residents.key[rows]
        spell, month = _past_months(begun, self._every[service])
        time = np.where(self._every[service[spell]] > 0, month, 0)
        wish = self._wish_words(keys[spell], service[spell], time)
        kept = wish < self._ceiling[service[spell]]
        spell, month, wish = spell[kept], month[kept], wish[kept]
        as_of = month if ending is None else np.full(month.size, -1)
        past = self._past(rows[spell], spell, month, self._minutes_of(keys[spell], month), wish, as_of)
        return self._first(rows, service, group, begun), Founding(rows, service, begun), past

    def people(self, by_way: Ints) -> Ints:
        """Arrange counts by way as (services, groups, counties, months), zero where a service queues."""
        groups = max((len(service.needed) for service in self._services), default=0)
        people = np.zeros((len(self._services), groups, *by_way.shape[1:]), dtype=np.int64)
        for way, (s, g) in enumerate(self._screening.ways):
            if not self._services[s].queued:
                people[s, g] = by_way[way]
        return people

    def _onsets(
        self,
        residents: Residents,
        rows: Rows,
        service: Ints,
        group: Ints,
        ending: Ending | None,
    ) -> Ints:
        """Return the month (negative) in which each need of the founding began."""
        begun = np.zeros(rows.size, dtype=np.int64)
        for s, g in ((s, g) for s, each in enumerate(self._services) for g in range(len(each.needed))):
            here = np.flatnonzero((service == s) & (group == g))
            begun[here] = self._onset(residents, rows[here], self._services[s], g)
            if ending is not None and self._every[s] > 0:
                kept = restricts(self._services[s].needed[g].who, "function") & (
                    residents.function[rows[here]] > 0
                )
                held = self._held_onset(residents.key[rows[here]], self._services[s], ending(rows[here]))
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

    def _first(self, rows: Rows, service: Ints, group: Ints, begun: Ints) -> Spells:
        """Write down the needs of the census, with what their residents are then; they have no end yet."""
        residents = self._residents
        kept = ("key", "county", "function", "area", "payer", "income")
        return Spells(
            service=service, group=group, resident=rows,
            start=self._minutes_of(residents.key[rows], begun),
            end=np.full(rows.size, NEVER),
            age_months=-1 - residents.birth_month[rows],
            **{name: getattr(residents, name)[rows] for name in kept},
        )  # fmt: skip

    def _past(
        self, rows: Rows, spell: Ints, month: Ints, minute: Ints, wish: npt.NDArray[np.uint32], as_of: Ints
    ) -> Asks:
        """Write down asks of the past, their residents as old as they are in the month ``as_of``."""
        residents = self._residents
        return Asks(
            spell=spell.astype(np.int32), ordinal=month.astype(np.int16), minute=minute.astype(np.int32),
            wish=wish, age_months=(as_of - residents.birth_month[rows]).astype(np.int16),
            mother_employment=mothers_work(residents, rows),
            township=self._township[residents.community[rows]],
            **{name: getattr(residents, name)[rows] for name in (*COLUMNS, "county", "income")},
        )  # fmt: skip

    def _minutes_of(self, keys: Keys, months: Ints) -> Ints:
        out = np.empty(keys.size, dtype=np.int64)
        minutes(keys, months, self._begins, self._stream.k0, self._stream.k1, out)
        return out

    def _wish_words(self, keys: Keys, service: Ints, time: Ints) -> npt.NDArray[np.uint32]:
        out = np.empty(keys.size, dtype=np.uint32)
        for s in range(len(self._services)):
            of = np.flatnonzero(service == s)
            out[of] = self._stream.words(keys[of], Decision.WISH | self._services[s].draw_code, time[of])[0]
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
