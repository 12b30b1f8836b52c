"""Small worlds of need for tests: people, services, ledgers and supplies written short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.clock import NEVER, month_of_minute
from sim.demand import Ending, record
from sim.history import ARRIVALS, BIRTHS, DEATHS, FOUNDED, LEAVERS, History, entry, newly_come, quiet
from sim.kinds import Change, Exit, Function, Mechanism, Quality
from sim.needs import Ledger
from sim.parameters import Quantity, Settings
from sim.places import load_atlas
from sim.residents import Residents
from sim.services import Condition, NeedGroup, Service, Standard, Words
from sim.streams import Stream
from sim.supply import Crew, Supply, Units

ATLAS = load_atlas()
STREAM = Stream.of(7, 0)
ANYONE = Words("某人", "someone")
MONTHS = 24
HOME = 19  # a county of the atlas
NEXT_DOOR = 21  # another county of its market
BORN_1950 = -12 * 70 - 10
COUNTIES = len(ATLAS.counties.code)
Happening = tuple[int, int, Change, int]  # month, row, what changes, what it is from then on


def bits(*kinds: int) -> int:
    """Return the bit mask of some kinds."""
    return sum(1 << int(kind) for kind in kinds)


DEPENDENT = Condition(age_months=(720, 2400), function=bits(Function.MODERATE, Function.SEVERE))


def people(*rows: dict[str, int]) -> Residents:
    """Make residents, born in 1950 and living in one community unless a row says otherwise."""
    residents = Residents.empty(len(rows))
    residents.key[:] = np.arange(len(rows)) + (350302 << 32)
    residents.birth_month[:] = BORN_1950
    residents.county[:] = HOME
    residents.community[:] = ATLAS.communities_of(HOME).start
    for row, columns in enumerate(rows):
        for name, value in columns.items():
            getattr(residents, name)[row] = value
    return residents


def service(id: str = "help", *groups: NeedGroup, **changes: Any) -> Service:
    """Make a service that those of 60 and over need who have lost function; it asks once a year."""
    fields: dict[str, Any] = {
        "id": id,
        "name": Words("帮助", "help"),
        "plan": "",
        "mechanism": Mechanism.OCCUPANCY,
        "pool": "place",
        "group": id,
        "unit": Words("个", "places"),
        "client": Words("人", "client"),
        "targets": (),
        "needed": groups or (NeedGroup(ANYONE, DEPENDENT, place="place"),),
        "standard": Standard(30, 0.95, "a test"),
        "ask_every_months": 12,
        "wish": "wish",
        "patience_days": "patience",
        "reach_km": "reach",
    }
    return Service(**{**fields, **changes})


VALUES = {
    "wish": 1.0, "patience": 100.0, "reach": 1000.0, "place": 1.0, "stay": 400.0, "spread": 0.8, "ratio": 2.0,
    "events": 2.0, "minutes": 30.0, "share": 0.5, "heads": 2.0, "ability": 0.5,
    "money.pension_employee": 3000.0, "money.pension_resident": 200.0, "money.pension_age_years": 60.0,
    "money.income_growth": 0.0, "money.pension_growth": 0.0, "choice.price_weight": 1.0,
    "choice.travel_weight": 1.0, "choice.distance_scale": 1.0, "choice.lists": 3.0, "choice.size_weight": 1.0,
}  # fmt: skip


def settings(**changes: float) -> Settings:
    """Make settings; a dot of a name is written as two underscores."""
    values = {**VALUES, **{name.replace("__", "."): value for name, value in changes.items()}}
    return Settings(
        {
            n: Quantity(n, v, v, v, "unit", "a test", 2020, Quality.ASSUMED, "a test")
            for n, v in values.items()
        }
    )


def happened(
    residents: Residents,
    months: int,
    happenings: Sequence[Happening] = (),
    exits: Mapping[int, tuple[int, Exit]] | None = None,
    comes: Mapping[int, int] | None = None,
) -> History:
    """Write down what happens to whom in some months, as life would, and leave the founders in the columns.

    ``exits`` tells for rows the month of going, and why; ``comes`` the month of coming of the last rows, in
    that order. Spouses of those who go are widowed. What happens to one in a month keeps its order.
    """
    exits, comes = exits or {}, comes or {}
    lives = newly_come([comes.get(row, FOUNDED) for row in range(residents.size)])
    assert (np.diff(lives["comes"]) >= 0).all(), "rows stand in the order of coming"
    told = sorted(happenings, key=lambda each: (each[1], each[0]))
    rows = [row for _, row, *_ in told]
    lives["first"], lives["last"] = (
        np.searchsorted(rows, range(residents.size), s) for s in ("left", "right")
    )
    flows = np.zeros((4, COUNTIES, months), dtype=np.int64)
    for row, (month, why) in exits.items():
        lives["leaves"][row], lives["why"][row] = month, why
        flows[DEATHS if why == Exit.DIED else LEAVERS, residents.county[row], month] += 1
        if residents.spouse[row] >= 0:
            lives["widowed"][residents.spouse[row]] = month
    for row, month in comes.items():
        flows[BIRTHS if residents.mother[row] >= 0 else ARRIVALS, residents.county[row], month] += 1
    entries = np.array([entry(month, int(what), value) for month, _, what, value in told], dtype=np.uint32)
    residents.size -= len(comes)
    return History(lives, entries, flows, months)


def recorded(
    residents: Residents,
    history: History,
    *services: Service,
    stream: Stream = STREAM,
    numbers: Settings | None = None,
    ending: Ending | None = None,
    held: bool = False,
) -> Ledger:
    """Record the needs of a history."""
    return record(residents, history, services, numbers or settings(), ATLAS, stream, ending, held)


def quiet_ledger(
    residents: Residents, *services: Service, months: int = MONTHS, numbers: Settings | None = None
) -> Ledger:
    """Record needs over months in which nothing happens to anybody but age."""
    return recorded(residents, quiet(residents.size, COUNTIES, months), *services, numbers=numbers)


def month_at(minute: int) -> int | None:
    """Return the month of a minute, None for never; months before the founding are negative."""
    if minute == NEVER:
        return None
    return month_of_minute(minute) if minute >= 0 else minute // 43800


def spells_told(ledger: Ledger) -> list[tuple[int, int, int | None, int | None]]:
    """Tell spells as (resident, service, month of start, month of end)."""
    spells = ledger.spells
    return sorted(
        (int(r), int(s), month_at(int(a)), month_at(int(b)))
        for r, s, a, b in zip(spells.resident, spells.service, spells.start, spells.end, strict=True)
    )  # type: ignore[return-value]


def asks_told(ledger: Ledger) -> list[tuple[int, int, int]]:
    """Tell asks as (resident, service, month)."""
    asks, spells = ledger.asks, ledger.spells
    resident, of = spells.resident[asks.spell], spells.service[asks.spell]
    return sorted(zip(resident.tolist(), of.tolist(), asks.ordinal.tolist(), strict=True))


def supply(
    units: list[dict[str, int]], prices: dict[int, int], services: tuple[Service, ...],
    closed_to: dict[int, list[int]] | None = None, free_to: dict[int, list[int]] | None = None,
) -> Supply:  # fmt: skip
    """Make a supply of units (kind, township, opens, …) at fen a month by kind, the same all months."""
    kinds = max(prices) + 1
    columns = {name: np.array([unit.get(name, 0) for unit in units]) for name in ("kind", "pool", "opens")}
    home = ATLAS.townships.county.searchsorted(HOME)
    township = np.array([unit.get("township", home) for unit in units], dtype=np.int16)
    count = len(units)
    table = Units(
        id=np.arange(count, dtype=np.int32),
        key=np.array([unit.get("key", n + 1) << 8 for n, unit in enumerate(units)], dtype=np.uint64),
        kind=columns["kind"].astype(np.uint8),
        pool=columns["pool"].astype(np.uint8),
        county=ATLAS.townships.county[township].astype(np.uint8),
        township=township,
        public=np.zeros(count, dtype=np.uint8),
        opens=columns["opens"].astype(np.int32),
        step_unit=np.arange(count, dtype=np.int32),
        step_minute=columns["opens"].astype(np.int32),
        step_built=np.full(count, 1000, dtype=np.int32),
        step_staffed=np.full(count, 1000, dtype=np.int32),
    )
    price = np.array([prices.get(kind, -1) for kind in range(kinds)], dtype=np.int64)
    nothing = np.zeros((0, len(ATLAS.counties.code), MONTHS), dtype=np.int64)
    return Supply(
        units=table,
        kinds=(),
        pools=("place", "other"),
        cadres=(),
        services=tuple(each.id for each in services),
        months=MONTHS,
        counties=(HOME, NEXT_DOOR),
        prices=np.broadcast_to(price[:, None, None], (kinds, len(services), MONTHS)).copy(),
        admits=~_payers(kinds, closed_to or {}),
        free=_payers(kinds, free_to or {}),
        minutes=nothing,
        crews=np.zeros((0, len(Crew), *nothing.shape[1:]), dtype=np.int64),
        counted=nothing,
        unbuilt=np.zeros((kinds, len(ATLAS.counties.code)), dtype=np.int64),
    )


def _payers(kinds: int, marked: dict[int, list[int]]) -> np.ndarray:
    table = np.zeros((kinds, 3), dtype=bool)
    for kind, payers in marked.items():
        table[kind, payers] = True
    return table
