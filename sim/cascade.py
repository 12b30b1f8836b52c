"""Choice at replay: who wishes, what they can pay, which places they reach, what they request.

The ledger says who asks and with which word of the draw; settings and supply decide here. Odds ratios
multiply the odds of the wish, not the share. What is lost at each step is the cascade, the answer to "why
not". The last step, from request to a place, is ``sim.facilities``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.clock import MINUTES_PER_DAY, NEVER
from sim.conditions import COLUMNS, Conditions, has
from sim.errors import ScenarioError
from sim.kinds import Employment, Pension
from sim.needs import Array, Asks, Ledger, Spells, take
from sim.parameters import Settings
from sim.places import Atlas, load_atlas
from sim.ranking import BEST, Distances, Offer, Seekers, Weights, rank
from sim.services import Service
from sim.streams import Decision, Keys, Stream, threshold
from sim.supply import PARTS, Supply

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_MONTHS_A_YEAR = 12
_FEN_PER_YUAN = 100
_FIRST_MONTH_OF_2021 = 2  # growth of means counts from the calendar year 2020
_CEILING_SLACK = 1e-9


@dataclass(frozen=True)
class Requests:
    """One row for each ask that wished, ordered by (minute, key, service).

    Minutes are since the founding; asks before it (negative) are candidates for the seats of the founding.
    ``spell_step`` has a row for each spell of the ledger instead: the furthest step that its asks reached.
    """

    ask: Array  # i4, row in Asks
    spell: Array  # i4, row in Spells
    key: Array  # u8
    service: Array  # u1, index in the tuple of services
    group_id: Array  # u1, index among the names of Service.group in order of the services
    minute: Array  # i4
    need_end: Array  # i4, NEVER where the need outlasts the horizon
    patience_end: Array  # i4
    stay: Array  # i4, minutes; NEVER: as long as the need
    priority: Array  # u1, 0 comes first
    parts: Array  # i4, of a place or worker: 1,000 to one
    step: Array  # u1, Step: WANTED, AFFORDABLE, or REQUESTED (has candidates; also in reach)
    candidates: Array  # i4 (rows, 3), ids of units, best first, -1 for none
    spell_step: Array  # u1 (spells,)


def choose(
    ledger: Ledger,
    services: Sequence[Service],
    settings: Settings,
    supply: Supply,
    stream: Stream,
    atlas: Atlas | None = None,
) -> Requests:
    """Turn the asks of a ledger into requests under one scenario's settings and supply.

    Units count where they are open when the resident asks (at the founding, for asks before it).
    ``atlas`` is the registry of Fujian unless given. Raises ScenarioError where a setting lets more wish than
    the ledger kept asks for.
    """
    distances = Distances.of(atlas or load_atlas(), settings["choice.distance_scale"])
    scene = _Scene(ledger.spells, settings, supply, stream, distances)
    of_ask = ledger.spells.service[ledger.asks.spell]
    groups = list(dict.fromkeys(service.group for service in services))
    parts = [_no_requests()]
    for index, service in enumerate(services):
        if service.queued:
            rows = np.flatnonzero(of_ask == index)
            asks = take(ledger.asks, rows)
            wishes = asks.wish < threshold(wish_shares(asks, service, settings))
            found = scene.requests(take(asks, wishes), service)
            count = int(wishes.sum())
            parts.append(
                found
                | {
                    "ask": rows[wishes].astype(np.int32),
                    "service": np.full(count, index, dtype=np.uint8),
                    "group_id": np.full(count, groups.index(service.group), dtype=np.uint8),
                }
            )
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((joined["service"], joined["key"], joined["minute"]))
    spell_step = np.zeros(ledger.spells.key.size, dtype=np.uint8)
    np.maximum.at(spell_step, joined["spell"], joined["step"])
    return Requests(**{name: column[order] for name, column in joined.items()}, spell_step=spell_step)


def wish_shares(asks: Asks, service: Service, settings: Settings) -> Floats:
    """Return the probability with which each ask is a wish: the level, its odds times the odds ratios.

    Raises ScenarioError where it exceeds the service's ceiling, above which the ledger kept no asks.
    """
    level = settings[service.wish]
    odds = np.ones(asks.spell.size)
    columns = {name: getattr(asks, name) for name in (*COLUMNS, "mother_employment")}
    hold = Conditions.of([each.who for each in service.odds]).holding(columns, asks.age_months)
    for number, each in enumerate(service.odds):
        odds = np.where(has(hold, number), odds * settings[each.ratio], odds)
    shares = level * odds / (1 - level + level * odds)
    if shares.size and float(shares.max()) > service.wish_ceiling + _CEILING_SLACK:
        raise ScenarioError(
            f"{service.wish} = {level:g} lets {shares.max():.3g} of some residents wish for {service.id}: "
            f"needs were kept for at most {service.wish_ceiling:.3g} (raise the high end of its range)"
        )
    return np.asarray(shares)


def abilities(asks: Asks, keys: Keys, service: Service, settings: Settings, stream: Stream) -> Ints:
    """Return what each asking resident can pay, fen a month.

    The pension of its class, where the service counts it and it is of age or retired, and a share of the
    household's income per head times the heads whose income counts, both with their growth since 2020, times
    a lognormal factor that is the resident's own for life.
    """
    years = _years_since_2020(np.maximum(asks.ordinal.astype(np.int64), 0))
    yuan = np.zeros(keys.size)
    if service.counts_pension:
        yuan += _pensions(asks, settings) * (1 + settings["money.pension_growth"]) ** years
    if service.income_share:
        share = settings[service.income_share] * settings[service.income_heads] / _MONTHS_A_YEAR
        yuan += share * asks.income * (1 + settings["money.income_growth"]) ** years
    if service.ability_spread:
        yuan *= np.exp(settings[service.ability_spread] * _normal(stream, keys, int(Decision.ABILITY), 0))
    return np.asarray(np.rint(_FEN_PER_YUAN * yuan), dtype=np.int64)


def _years_since_2020(months: Ints) -> Ints:
    """Return whole calendar years since 2020 of months since the founding."""
    return (months - _FIRST_MONTH_OF_2021) // _MONTHS_A_YEAR + 1


def _pensions(asks: Asks, settings: Settings) -> Floats:
    """Return the monthly pension in yuan of 2020 of who draws one."""
    of_class = np.zeros(len(Pension))
    of_class[Pension.EMPLOYEE] = settings["money.pension_employee"]
    of_class[Pension.RESIDENT] = settings["money.pension_resident"]
    of_age = asks.age_months >= _MONTHS_A_YEAR * settings["money.pension_age_years"]
    return np.where(of_age | (asks.employment == Employment.RETIRED), of_class[asks.pension], 0.0)


@dataclass(frozen=True)
class _Scene:
    """The needs and the scenario that they meet."""

    spells: Spells
    settings: Settings
    supply: Supply
    stream: Stream
    distances: Distances

    def requests(self, asks: Asks, service: Service) -> dict[str, Array]:
        """Make the requests of one service from its asks that wished: the columns of those asks."""
        keys, payer = self.spells.key[asks.spell], asks.payer.astype(np.int64)
        step, candidates = self.places(asks, keys, service)
        patience, stay = self.thresholds(asks, keys, service)
        first = np.isin(payer, [int(each) for each in service.first])
        places = np.array([max(1, round(self.settings[each.place] * PARTS)) for each in service.needed])
        return {
            "spell": asks.spell,
            "key": keys,
            "minute": asks.minute,
            "need_end": self.spells.end[asks.spell],
            "patience_end": np.minimum(asks.minute + patience, NEVER - 1).astype(np.int32),
            "stay": stay.astype(np.int32),
            "priority": np.where(first, 0, 1).astype(np.uint8),
            "parts": places[self.spells.group[asks.spell]].astype(np.int32),
            "step": step,
            "candidates": candidates,
        }

    def places(self, asks: Asks, keys: Keys, service: Service) -> tuple[Array, Array]:
        """Return the step that each ask reaches and the units it requests."""
        settings, supply = self.settings, self.supply
        seekers = Seekers(
            key=keys,
            minute=np.maximum(asks.minute, 0),
            month=np.clip(asks.ordinal.astype(np.int64), 0, supply.months - 1),
            county=asks.county,
            township=asks.township,
            payer=asks.payer.astype(np.int64),
            ability=abilities(asks, keys, service, settings, self.stream),
        )
        weights = Weights(
            price=settings["choice.price_weight"],
            travel=settings["choice.travel_weight"],
            size=settings["choice.size_weight"],
            reach_km=settings[service.reach_km],
            lists=min(max(round(settings["choice.lists"]), 1), BEST),
        )
        pool = supply.pools.index(service.pool) if service.pool in supply.pools else -1
        units = np.flatnonzero(supply.units.pool == pool)
        prices = supply.prices[:, supply.services.index(service.id)]
        offer = Offer(units, prices, supply.admits, supply.free)
        return rank(seekers, supply.units, offer, self.distances, weights, self.stream)

    def thresholds(self, asks: Asks, keys: Keys, service: Service) -> tuple[Ints, Ints]:
        """Draw patience (exponential) and stay (lognormal) in minutes, at least one minute each."""
        code, time = service.draw_code, asks.ordinal.astype(np.int64)
        median = self.settings[service.patience_days]
        waits = -np.log2(self.stream.uniform(keys, Decision.PATIENCE | code, time)) * median
        if not service.stay_days:
            return _minutes(waits), np.full(keys.size, NEVER, dtype=np.int64)
        mean, spread = self.settings[service.stay_days], self.settings[service.stay_spread]
        stays = mean * np.exp(spread * _normal(self.stream, keys, Decision.STAY | code, time) - spread**2 / 2)
        return _minutes(waits), _minutes(stays)


def _minutes(days: Floats) -> Ints:
    return np.clip(np.rint(days * MINUTES_PER_DAY), 1, NEVER - 1).astype(np.int64)


def _normal(stream: Stream, keys: Keys, decision: int, time: int | Ints) -> Floats:
    """Draw standard normal deviates from two words (Box & Muller 1958)."""
    first, second = (stream.uniform(keys, decision, time, word) for word in (0, 1))
    return np.asarray(np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second))


def _no_requests() -> dict[str, Array]:
    """Return the columns of no request at all."""
    types = {
        "spell": np.int32, "key": np.uint64, "service": np.uint8, "minute": np.int32, "need_end": np.int32,
        "patience_end": np.int32, "stay": np.int32, "priority": np.uint8, "parts": np.int32, "step": np.uint8,
        "ask": np.int32, "group_id": np.uint8,
    }  # fmt: skip
    empty = {name: np.zeros(0, dtype=kind) for name, kind in types.items()}
    return empty | {"candidates": np.zeros((0, BEST), dtype=np.int32)}
