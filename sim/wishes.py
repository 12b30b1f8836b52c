"""Wishes: which of the asks of a ledger a scenario's settings turn into wishes, in the order they come.

The ledger keeps a word of the draw with each ask; level and odds ratios make the threshold it is held
against. Odds ratios multiply the odds of the wish, not the share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.compiled import njit
from sim.conditions import COLUMNS, NO_MOTHER, Conditions
from sim.errors import ScenarioError
from sim.kinds import Payer
from sim.needs import Array, Asks, Ledger, Spells
from sim.services import Service

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WISHED = ("ask", "spell", "key", "service", "group_id", "minute", "need_end", "priority")
_CEILING_SLACK = 1e-9
_PLACE_BITS = 32
_WORDS = 2.0**32


@dataclass(frozen=True)
class Seekers:
    """Who looks for a place, one row each: asks, and whose they are."""

    key: Array
    minute: Array
    ordinal: Array  # month of asking
    county: Array
    township: Array
    payer: Array

    @classmethod
    def of(cls, key: Array, asks: Asks, ask: Array, rows: Ints) -> Seekers:
        """Take some rows of wishes, whose keys and rows of asks are given."""
        names = ("minute", "ordinal", "county", "township", "payer")
        mine = ask[rows]
        return cls(key[rows], *(getattr(asks, name)[mine] for name in names))


@dataclass(frozen=True)
class Wishers:
    """The asks that are wishes, ordered by (minute, key, service): columns of ``Requests``.

    Then by index of the service, for those that queue: their ``rows`` among these, what ``seekers`` they are,
    and their ``groups`` (of ``Service.needed``).
    """

    ask: Array
    spell: Array
    key: Array
    service: Array
    group_id: Array
    minute: Array
    need_end: Array
    priority: Array
    rows: dict[int, Array]
    seekers: dict[int, Seekers]
    groups: dict[int, Array]

    @classmethod
    def of(
        cls, ledger: Ledger, services: Sequence[Service], odds: Mapping[int, Mapping[str, float]]
    ) -> Wishers:
        """Find the asks that are wishes under the levels and odds ratios of each queued service."""
        spells, asks = ledger.spells, ledger.asks
        of_ask = spells.service[asks.spell]
        wished = [np.zeros(0, dtype=np.int64)]
        for index, picked in odds.items():
            rows = np.flatnonzero(of_ask == index)
            shares = wish_shares(asks, services[index], picked, rows)
            wished.append(rows[_below(asks.wish, rows, shares)])
        ask = in_order_of_coming(np.concatenate(wished), asks, spells)
        spell, service = asks.spell[ask], of_ask[ask]
        key = spells.key[spell]
        groups = list(dict.fromkeys(each.group for each in services))
        of_service = np.array([groups.index(each.group) for each in services], dtype=np.uint8)
        first = np.array([[payer in each.first for payer in Payer] for each in services], dtype=bool)
        found = {index: np.flatnonzero(service == index) for index in odds}
        return cls(
            ask=ask.astype(np.int32), spell=spell, key=key, service=service,
            group_id=of_service[service], minute=asks.minute[ask], need_end=spells.end[spell],
            priority=np.where(first[service, asks.payer[ask]], 0, 1).astype(np.uint8), rows=found,
            seekers={index: Seekers.of(key, asks, ask, rows) for index, rows in found.items()},
            groups={index: spells.group[spell[rows]] for index, rows in found.items()},
        )  # fmt: skip


def in_order_of_coming(rows: Ints, asks: Asks, spells: Spells) -> Ints:
    """Order rows of asks by minute, then key, then service, then as they stand.

    Minutes seldom coincide, so one sort of whole numbers (minute, place) does nearly all of it.
    """
    if rows.size == 0:
        return rows
    minute = asks.minute[rows].astype(np.int64)
    packed = np.sort((minute - minute.min()) << _PLACE_BITS | np.arange(rows.size))
    place = packed & ((1 << _PLACE_BITS) - 1)
    again = np.zeros(rows.size + 1, dtype=bool)
    again[1:-1] = np.diff(packed >> _PLACE_BITS) == 0
    tied = np.flatnonzero(again[1:] | again[:-1])
    spell = asks.spell[rows[place[tied]]]
    keys = spells.service[spell], spells.key[spell], minute[place[tied]]
    place[tied] = place[tied][np.lexsort(keys)]
    return rows[place]


def wish_names(service: Service) -> tuple[str, ...]:
    """Name the settings that decide who wishes for a service."""
    return (service.wish, *(each.ratio for each in service.odds))


def wish_shares(
    asks: Asks, service: Service, settings: Mapping[str, float], rows: Ints | None = None
) -> Floats:
    """Return the probability with which each ask is a wish: the level, its odds times the odds ratios.

    All asks, or some rows of them. Raises ScenarioError where it exceeds the service's ceiling, above which
    the ledger kept no asks.
    """
    level = settings[service.wish]
    rows = np.arange(asks.spell.size) if rows is None else rows
    odds = np.ones(rows.size)
    if service.odds:
        conditions = Conditions.of([each.who for each in service.odds])
        columns = *(getattr(asks, name) for name in COLUMNS), np.minimum(asks.mother_employment, NO_MOTHER)
        ratios = np.array([settings[each.ratio] for each in service.odds])
        _multiply(odds, ratios, rows, (asks.age_months, columns), (conditions.by_age, conditions.by_kind))
    shares = level * odds / (1 - level + level * odds)
    if shares.size and float(shares.max()) > service.wish_ceiling + _CEILING_SLACK:
        raise ScenarioError(
            f"{service.wish} = {level:g} lets {shares.max():.3g} of some residents wish for {service.id}: "
            f"needs were kept for at most {service.wish_ceiling:.3g} (raise the high end of its range)"
        )
    return np.asarray(shares)


@njit(cache=True)
def _multiply(odds, ratios, rows, columns, conditions):  # type: ignore[no-untyped-def]
    """Multiply the odds of each row by the ratios whose conditions hold, in their order."""
    age, kinds = columns
    by_age, by_kind = conditions
    for i in range(rows.size):
        hold = by_age[min(max(age[rows[i]], 0), by_age.size - 1)]
        for k in range(len(kinds)):
            hold &= by_kind[k, kinds[k][rows[i]]]
        for number in range(ratios.size):
            if hold >> np.uint64(number) & np.uint64(1):
                odds[i] *= ratios[number]


@njit(cache=True)
def _below(words, rows, shares):  # type: ignore[no-untyped-def]
    """Tell where a word lies below the threshold of a share (``sim.streams.threshold``)."""
    below = np.empty(rows.size, dtype=np.bool_)
    for i in range(rows.size):
        below[i] = words[rows[i]] < np.rint(min(max(shares[i], 0.0), 1.0) * _WORDS)
    return below
