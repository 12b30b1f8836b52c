"""Read the kinds of facility and of staff from TOML: structure as dataclasses, numbers as settings.

``supply.toml`` holds ``[kinds.<id>]`` and ``[cadres.<id>]``. A table below one of them with a value and a
unit is a quantity named by its path, such as ``public-home.price.nursing-bed``. ``total``, ``mean_size``,
``share`` and the like either are such a table or name one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from evidence.settings import find_quantities, is_quantity
from sim.capacity import Base, Cadre, FacilityKind, Pool
from sim.errors import Fault, ScenarioError
from sim.kinds import Payer
from sim.parameters import Quantity, Settings
from sim.services import Words
from sim.supply import TURNOVER, Turnover

FILE = Path(__file__).parent / "supply.toml"
KIND_KEYS = (
    "name", "public", "base", "total", "per", "per_base", "one_per_township", "mean_size", "new_size",
    "least_new", "most_new", "admits", "free_for", "pools",
)  # fmt: skip
POOL_KEYS = ("id", "share", "cadre", "places_per_post")
CADRE_KEYS = (
    "name", "base", "staffed_share", "workers_per_10000", "counted_per_10000", "annual_hours",
    "service_share", *TURNOVER,
)  # fmt: skip
_FIRST_FILLED = "vacancy"  # which a cadre with a filled share does without

Kinds = tuple[FacilityKind, ...]
Cadres = tuple[Cadre, ...]
Table = Mapping[str, Any]
Member = TypeVar("Member", bound=IntEnum)


@cache
def load_kinds(extra: tuple[Path, ...] = ()) -> tuple[Kinds, Settings]:
    """Load the kinds of facility in file order, and every setting of supply, of staff too.

    ``extra`` are further files of the same form; what they name again replaces nothing but is an error.
    Raises ScenarioError, one line, for a file that cannot be used.

    >>> [kind.id for kind in load_kinds()[0]][:3]
    ['public-home', 'extremely-poor-home', 'private-home']
    """
    kinds, _, settings = _load(extra)
    return kinds, settings


@cache
def load_cadres(extra: tuple[Path, ...] = ()) -> Cadres:
    """Load the kinds of staff in file order, without turnover; their settings come with ``load_kinds``.

    >>> load_cadres()[-1].id
    'community-worker'
    """
    return tuple(replace(cadre, turnover=None) for cadre in _load(extra)[1])


@cache
def load_turnovers(extra: tuple[Path, ...] = ()) -> dict[str, Turnover]:
    """Load what can move each kind of staff, by cadre, where a scenario keeps the account of it.

    >>> load_turnovers()["community-worker"].attrition
    'community-worker.attrition'
    """
    return {cadre.id: cadre.turnover for cadre in _load(extra)[1] if cadre.turnover}


def _load(extra: tuple[Path, ...]) -> tuple[Kinds, Cadres, Settings]:
    kinds: list[FacilityKind] = []
    cadres: list[Cadre] = []
    quantities: dict[str, Quantity] = {}
    for path in (FILE, *extra):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for id, entry in _section(table, "kinds", path).items():
            _once(id, [kind.id for kind in kinds], path)
            reader = _Reader(id, entry, path.name)
            kinds.append(reader.kind())
            quantities |= reader.quantities
        for id, entry in _section(table, "cadres", path).items():
            _once(id, [cadre.id for cadre in cadres], path)
            reader = _Reader(id, entry, path.name)
            cadres.append(reader.cadre())
            quantities |= reader.quantities
    _check_names(kinds, cadres, quantities)
    return tuple(kinds), tuple(cadres), Settings(quantities)


def _section(table: Table, key: str, path: Path) -> Mapping[str, Table]:
    section = table.get(key, {})
    for id, entry in section.items() if isinstance(section, Mapping) else [(key, section)]:
        if not isinstance(entry, Mapping):
            raise ScenarioError(str(Fault(path, f"{key}.{id}", entry, "a table", f"write [{key}.{id}]")))
    return section


def _once(id: str, ids: Sequence[str], path: Path) -> None:
    if id in ids:
        raise ScenarioError(str(Fault(path, id, id, "defined once", "choose another name")))


class _Reader:
    """Reads one table of structure and quantities."""

    def __init__(self, id: str, table: Table, file: str) -> None:
        self.id, self.table, self.file = id, table, file
        self.quantities = find_quantities(table, id, file)

    def kind(self) -> FacilityKind:
        """Read a kind of facility."""
        self._known(KIND_KEYS)
        total, mean = self._text("total"), self._text("mean_size")
        return FacilityKind(
            id=self.id, name=self._words(), pools=self._pools(), total=total, mean_size=mean,
            base=self._member(Base, "base"), new_size=self._text("new_size", mean),
            per=self._whole("per"), per_base=self._member(Base, "per_base", Base.RESIDENTS),
            one_per_township=self._flag("one_per_township"), public=self._flag("public"),
            least_new=self._text("least_new", ""), most_new=self._text("most_new", ""),
            admits=self._payers("admits", tuple(Payer)), free_for=self._payers("free_for", ()),
        )  # fmt: skip

    def cadre(self) -> Cadre:
        """Read a kind of staff."""
        self._known(CADRE_KEYS)
        names = {key: self._text(key, "") for key in CADRE_KEYS if key not in ("name", "base", *TURNOVER)}
        base = self._member(Base, "base", Base.URBAN_RESIDENTS)
        return Cadre(id=self.id, name=self._words(), base=base, turnover=self._turnover(), **names)

    def _turnover(self) -> Turnover | None:
        """Read what moves a cadre's staff: all of it or nothing."""
        names = {key: self._text(key, "") for key in TURNOVER}
        if not any(names.values()):
            return None
        lacks = [key for key, name in names.items() if not name and key != _FIRST_FILLED]
        if not names[_FIRST_FILLED] and "staffed_share" not in self.table:
            lacks.append(_FIRST_FILLED)
        if lacks:
            raise self._fault(lacks[0], None, "a quantity", "give all that moves the staff, or nothing of it")
        return Turnover(**names)

    def _fault(self, key: str, value: object, allowed: str, remedy: str) -> ScenarioError:
        return ScenarioError(str(Fault(self.file, f"{self.id}.{key}", value, allowed, remedy)))

    def _known(self, keys: Sequence[str]) -> None:
        for key, value in self.table.items():
            if key not in keys and not isinstance(value, Mapping):
                raise self._fault(key, value, "one of " + ", ".join(keys), "remove it or mend its name")
            if key not in keys and not find_quantities({key: value}, self.id, self.file):
                raise self._fault(key, value, "a quantity", "give it a value and a unit")

    def _words(self) -> Words:
        name = self.table.get("name")
        if not isinstance(name, Mapping) or not {"zh", "en"} <= set(name):
            raise self._fault("name", name, "{ zh = …, en = … }", "name it in both languages")
        return Words(str(name["zh"]), str(name["en"]))

    def _text(self, key: str, default: str | None = None) -> str:
        value = self.table.get(key, default)
        if is_quantity(value):
            value = f"{self.id}.{key}"
        if not isinstance(value, str):
            raise self._fault(
                key, value, "the name of a setting", f"give [{self.id}.{key}] a value and a unit"
            )
        return value

    def _flag(self, key: str) -> bool:
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            raise self._fault(key, value, "true or false", "leave it out for false")
        return value

    def _whole(self, key: str) -> int:
        value = self.table.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
            raise self._fault(key, value, "a whole number, 0 to 1000000", "leave it out for 0")
        return value

    def _member(self, kinds: type[Member], key: str, default: Member | None = None) -> Member:
        if key not in self.table and default is not None:
            return default
        return self._named(kinds, key, self.table.get(key))

    def _named(self, kinds: type[Member], key: str, value: object) -> Member:
        names = {member.name.lower().replace("_", "-"): member for member in kinds}
        if not isinstance(value, str) or value not in names:
            raise self._fault(key, value, "one of " + ", ".join(names), "mend its name")
        return names[value]

    def _payers(self, key: str, default: tuple[Payer, ...]) -> tuple[Payer, ...]:
        values = self.table.get(key)
        if values is None:
            return default
        if not isinstance(values, list):
            raise self._fault(key, values, "a list of payers", 'write ["family", "low-income", "state"]')
        return tuple(self._named(Payer, key, value) for value in values)

    def _pools(self) -> tuple[Pool, ...]:
        pools = self.table.get("pools")
        if not isinstance(pools, list) or not 1 <= len(pools) <= 16:
            raise self._fault("pools", pools, "a list of 1 to 16 pools", 'write pools = [{ id = "…" }]')
        read = tuple(self._pool(pool) for pool in pools)
        if read[-1].share or not all(pool.share for pool in read[:-1]):
            raise self._fault(
                "pools", len(pools), "pools with a share, then one without", "the last takes what is left"
            )
        return read

    def _pool(self, pool: object) -> Pool:
        known = isinstance(pool, Mapping) and set(pool) <= set(POOL_KEYS) and pool.get("id")
        if not known or not all(isinstance(value, str) for value in pool.values()):  # type: ignore[attr-defined]
            raise self._fault("pools", pool, "texts under " + ", ".join(POOL_KEYS), "give at least an id")
        return Pool(**pool)  # type: ignore[arg-type]


Found = Mapping[str, Quantity]


def _check_names(kinds: Sequence[FacilityKind], cadres: Sequence[Cadre], found: Found) -> None:
    """Find fault with a name that is no setting, and with a pool whose staff is unknown."""
    known = [cadre.id for cadre in cadres]
    for kind in kinds:
        names = [kind.total, kind.mean_size, kind.new_size, kind.least_new, kind.most_new]
        names += [name for pool in kind.pools for name in (pool.share, pool.places_per_post)]
        _check_settings(kind.id, names, found)
        for pool in kind.pools:
            if pool.cadre and pool.cadre not in known:
                fault = Fault(FILE, f"{kind.id}.pools.cadre", pool.cadre, ", ".join(known), "mend its name")
                raise ScenarioError(str(fault))
    for cadre in cadres:
        numbers = (cadre.staffed_share, cadre.workers_per_10000, cadre.counted_per_10000)
        moving = cadre.turnover.names if cadre.turnover else ()
        _check_settings(cadre.id, [*numbers, cadre.annual_hours, cadre.service_share, *moving], found)


def _check_settings(id: str, names: Sequence[str], found: Found) -> None:
    for name in names:
        if name and name not in found:
            fault = Fault(FILE, id, name, "the name of a quantity", "add the table of that name")
            raise ScenarioError(str(fault))
