"""Choice at replay: who wishes, what they can pay, which places they reach, what they request.

The ledger says who asks and with which word of the draw; settings and supply decide here: wishes in
``sim.wishes``, the best places in ``sim.ranking``. What is lost at each step is the cascade, the answer to
"why not". The last step, from request to a place, is ``sim.facilities``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.clock import MINUTES_PER_DAY, NEVER
from sim.kinds import Employment, Pension
from sim.needs import Array, Asks, Ledger
from sim.parameters import Settings
from sim.places import Atlas, load_atlas
from sim.ranking import BEST, Distances, Offer, Weights, rank
from sim.recall import Recall
from sim.services import Service
from sim.streams import Decision, Keys, Stream
from sim.supply import PARTS, Supply
from sim.wishes import WISHED, Seekers, Wishers, wish_names

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_MONTHS_A_YEAR = 12
_FEN_PER_YUAN = 100
_FIRST_MONTH_OF_2021 = 2  # growth of means counts from the calendar year 2020
_MEANS = (
    "money.pension_employee", "money.pension_resident", "money.pension_age_years", "money.pension_growth",
    "money.income_growth",
)  # fmt: skip


@dataclass(frozen=True)
class Requests:
    """One row for each ask that wished, ordered by (minute, key, service).

    Minutes are since the founding; asks before it (negative) are candidates for the seats of the founding.
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


def choose(
    ledger: Ledger,
    services: Sequence[Service],
    settings: Settings,
    supply: Supply,
    stream: Stream,
    atlas: Atlas | None = None,
    recall: Recall | None = None,
) -> Requests:
    """Turn the asks of a ledger into requests under one scenario's settings and supply.

    Units count where they are open when the resident asks (at the founding, for asks before it).
    ``atlas`` is the registry of Fujian unless given; ``recall`` remembers the steps of earlier replays.
    Raises ScenarioError where a setting lets more wish than the ledger kept asks for.
    """
    recall = Recall() if recall is None else recall
    queued = [index for index, service in enumerate(services) if service.queued]
    odds = {index: _picked(settings, wish_names(services[index])) for index in queued}
    wishers = recall.of("wishers", Wishers.of, ledger, tuple(services), odds)
    distances = Distances.of(atlas or load_atlas(), settings["choice.distance_scale"])
    scene = _Scene(ledger.asks, wishers, settings, supply, stream, distances, recall)
    some = [index for index in queued if wishers.rows[index].size]
    choices = {index: scene.choice(index, services[index]) for index in some}
    return recall.of("requests", _requests, wishers, choices)


def _requests(wishers: Wishers, choices: Mapping[int, Mapping[str, Array]]) -> Requests:
    """Put what the services' wishers choose in the order of the wishes."""
    columns = _no_choice(wishers.ask.size)
    for index, chosen in choices.items():
        rows = slice(None) if len(choices) == 1 else wishers.rows[index]
        for name, values in chosen.items():
            columns[name][rows] = values
    return Requests(**{name: getattr(wishers, name) for name in WISHED}, **columns)


def _picked(settings: Mapping[str, float], names: Iterable[str]) -> dict[str, float]:
    """Take the numbers that a step reads, so that it can read no others; empty names are of no use."""
    return {name: settings[name] for name in names if name}


def abilities(
    asks: Asks, keys: Keys, service: Service, settings: Mapping[str, float], stream: Stream,
    rows: Ints | None = None,
) -> Ints:  # fmt: skip
    """Return what each asking resident can pay, fen a month: of all asks, or of some rows of them.

    The pension of its class, where the service counts it and it is of age or retired, and a share of the
    household's income per head times the heads whose income counts, both with their growth since 2020, times
    a lognormal factor that is the resident's own for life.
    """
    rows = np.arange(keys.size) if rows is None else rows
    years = _years_since_2020(np.maximum(asks.ordinal[rows].astype(np.int64), 0))
    yuan = np.zeros(keys.size)
    if service.counts_pension:
        yuan += _pensions(asks, rows, settings) * (1 + settings["money.pension_growth"]) ** years
    if service.income_share:
        share = settings[service.income_share] * settings[service.income_heads] / _MONTHS_A_YEAR
        yuan += share * asks.income[rows] * (1 + settings["money.income_growth"]) ** years
    if service.ability_spread:
        yuan *= np.exp(settings[service.ability_spread] * _normal(stream, keys, int(Decision.ABILITY), 0))
    return np.asarray(np.rint(_FEN_PER_YUAN * yuan), dtype=np.int64)


def _years_since_2020(months: Ints) -> Ints:
    """Return whole calendar years since 2020 of months since the founding."""
    return (months - _FIRST_MONTH_OF_2021) // _MONTHS_A_YEAR + 1


def _pensions(asks: Asks, rows: Ints, settings: Mapping[str, float]) -> Floats:
    """Return the monthly pension in yuan of 2020 of who draws one."""
    of_class = np.zeros(len(Pension))
    of_class[Pension.EMPLOYEE] = settings["money.pension_employee"]
    of_class[Pension.RESIDENT] = settings["money.pension_resident"]
    of_age = asks.age_months[rows] >= _MONTHS_A_YEAR * settings["money.pension_age_years"]
    draws = of_age | (asks.employment[rows] == Employment.RETIRED)
    return np.where(draws, of_class[asks.pension[rows]], 0.0)


@dataclass(frozen=True)
class _Scene:
    """Those who wish and the scenario that they meet."""

    asks: Asks
    wishers: Wishers
    settings: Settings
    supply: Supply
    stream: Stream
    distances: Distances
    recall: Recall

    def choice(self, index: int, service: Service) -> dict[str, Array]:
        """Return what the asks of one service that are wishes choose: columns of ``Requests``."""
        seekers = self.wishers.seekers[index]
        step, candidates = self.places(index, service)
        picked = _picked(self.settings, (service.patience_days, service.stay_days, service.stay_spread))
        patience, stay = self.recall.of(("waits", index), waits, seekers, service, picked, self.stream)
        places = np.array([max(1, round(self.settings[each.place] * PARTS)) for each in service.needed])
        return {
            "patience_end": np.minimum(seekers.minute + patience, NEVER - 1),
            "stay": stay,
            "parts": places[self.wishers.groups[index]],
            "step": step,
            "candidates": candidates,
        }

    def places(self, index: int, service: Service) -> tuple[Array, Array]:
        """Return the step that each ask of a service reaches and the units it requests."""
        settings, supply, recall = self.settings, self.supply, self.recall
        seekers, asked = self.wishers.seekers[index], self.wishers.ask[self.wishers.rows[index]]
        own = (service.income_share, service.income_heads, service.ability_spread)
        means = _picked(settings, (*_MEANS, *own))
        given = self.asks, seekers.key, service, means, self.stream, asked
        ability = recall.of(("ability", index), abilities, *given)
        prices = supply.prices[:, supply.services.index(service.id)]
        weights = Weights(
            price=settings["choice.price_weight"] if (prices > 0).any() else 0.0,  # of nothing, it is nothing
            travel=settings["choice.travel_weight"],
            size=settings["choice.size_weight"],
            reach_km=settings[service.reach_km],
            lists=min(max(round(settings["choice.lists"]), 1), BEST),
        )
        pool = supply.pools.index(service.pool) if service.pool in supply.pools else -1
        offer = Offer.of(supply.units, pool, prices, supply.admits, supply.free)
        return recall.of(("rank", index), rank, seekers, ability, offer, self.distances, weights, self.stream)


def waits(
    seekers: Seekers, service: Service, settings: Mapping[str, float], stream: Stream
) -> tuple[Ints, Ints]:
    """Draw patience (exponential) and stay (lognormal) in minutes, at least one minute each.

    A stay is ``NEVER`` where it lasts as long as the need.
    """
    code, keys, time = service.draw_code, seekers.key, seekers.ordinal.astype(np.int64)
    median = settings[service.patience_days]
    patience = -np.log2(stream.uniform(keys, Decision.PATIENCE | code, time)) * median
    if not service.stay_days:
        return _minutes(patience), np.full(keys.size, NEVER, dtype=np.int64)
    mean, spread = settings[service.stay_days], settings[service.stay_spread]
    stays = mean * np.exp(spread * _normal(stream, keys, Decision.STAY | code, time) - spread**2 / 2)
    return _minutes(patience), _minutes(stays)


def _minutes(days: Floats) -> Ints:
    return np.clip(np.rint(days * MINUTES_PER_DAY), 1, NEVER - 1).astype(np.int64)


def _normal(stream: Stream, keys: Keys, decision: int, time: int | Ints) -> Floats:
    """Draw standard normal deviates from two words (Box & Muller 1958)."""
    words = stream.words(keys, decision, time)
    first, second = ((word + 0.5) * 2.0**-32 for word in words[:2])
    return np.asarray(np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second))


def _no_choice(count: int) -> dict[str, Array]:
    """Return the columns that choice fills."""
    types = {"patience_end": np.int32, "stay": np.int32, "parts": np.int32, "step": np.uint8}
    empty: dict[str, Array] = {name: np.zeros(count, dtype=kind) for name, kind in types.items()}
    return empty | {"candidates": np.full((count, BEST), -1, dtype=np.int32)}
