"""Read one service definition, key by key: what stands where, what it may be, what to do if it is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from evidence.settings import is_quantity, read_quantity
from sim.errors import Fault, ScenarioError
from sim.kinds import Mechanism, Payer
from sim.parameters import Quantity
from sim.services import KINDS_OF, Condition, NeedGroup, OddsRatio, Service, Standard, Words

Table = Mapping[str, Any]

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ALWAYS = ("id", "name", "plan", "mechanism", "unit", "client", "targets", "needed", "standard")
_NUMBERS = (
    "wish", "income_share", "income_heads", "ability_spread", "patience_days", "stay_days", "stay_spread",
    "reach_km",
)  # fmt: skip
_QUEUED = ("pool", "group", "wish", "patience_days", "reach_km")
_KEYS = {  # what a mechanism must have, and what it may have besides
    Mechanism.OCCUPANCY: (_QUEUED, (*_NUMBERS, "odds", "asks", "counts_pension", "first")),
    Mechanism.CASELOAD: (_QUEUED, (*_NUMBERS, "odds", "asks", "counts_pension", "first")),
    Mechanism.WORKLOAD: (("cadre",), ("group",)),
    Mechanism.COVERAGE: ((), ("group",)),
}
_GROUP_NUMBERS = {
    Mechanism.OCCUPANCY: ("place",),
    Mechanism.CASELOAD: ("place",),
    Mechanism.WORKLOAD: ("events", "minutes"),
    Mechanism.COVERAGE: (),
}
_TRAITS = (*KINDS_OF, "card", "migrant")
_AGES = ("age_months", "age_years")
_OLDEST_YEARS = 200


def fault(file: Path, key: str, value: object, allowed: str, remedy: str) -> ScenarioError:
    """Say in one line where a value stands, what it is, what it may be and what to do."""
    name = "".join(letter if letter.isprintable() else "?" for letter in key)
    return ScenarioError(str(Fault(file, name, _shown(value), allowed, remedy)))


def _shown(value: object) -> object:
    try:
        repr(value)
    except ValueError:  # Python prints no whole number beyond 4,300 digits
        return "a number too long to print"
    return value


@dataclass
class ServiceReader:
    """Read one file, and collect the quantities it states; the first fault raises a ScenarioError."""

    file: Path
    quantities: dict[str, Quantity] = field(default_factory=dict)
    id: str = ""

    def service(self, table: Table) -> Service:
        """Read the whole definition."""
        self.id = self._slug(table, "id")
        mechanism = self._kind(table.get("mechanism"), Mechanism, "mechanism")
        must, may = _KEYS[mechanism]
        self._known(table, (*_ALWAYS, *must, *may), f"a service of mechanism {mechanism.name.lower()} has")
        self._all_there(table, (*_ALWAYS, *must), "")
        self._spread_with_mean(table)
        asks = self._section(table, "asks", ("every_months", "again_after_stay", "reason"))
        numbers: dict[str, Any] = {name: self._number(table, name, "") for name in _NUMBERS}
        return Service(
            id=self.id,
            name=self._words(table, "name"),
            plan=self._text(table, "plan"),
            mechanism=mechanism,
            pool=self._slug(table, "pool") if "pool" in table else "",
            group=self._slug(table, "group") if "group" in table else self.id,
            unit=self._words(table, "unit"),
            client=self._words(table, "client"),
            targets=self._texts(table, "targets"),
            needed=self._need_groups(table, mechanism),
            standard=self._standard(table),
            ask_every_months=self._whole(asks, "every_months", "asks.", 0, 1200) if asks else 0,
            asks_again_after_stay=self._flag(asks, "again_after_stay", "asks."),
            odds=self._odds_ratios(table),
            counts_pension=self._flag(table, "counts_pension", ""),
            cadre=self._slug(table, "cadre") if "cadre" in table else "",
            first=self._first(table),
            **numbers,
        )

    def _spread_with_mean(self, table: Table) -> None:
        for one, other in (("stay_days", "stay_spread"), ("income_share", "income_heads")):
            if (one in table) != (other in table):
                missing, given = (other, one) if one in table else (one, other)
                raise fault(self.file, missing, None, "given", f"{given} has no meaning without it")

    def _need_groups(self, table: Table, mechanism: Mechanism) -> tuple[NeedGroup, ...]:
        numbers = _GROUP_NUMBERS[mechanism]
        groups = []
        for name, inner in self._named(table, "needed", ("label", "who", "reason", *numbers)):
            key = f"needed.{name}."
            self._all_there(inner, ("label", "who", "reason", *numbers), key)
            groups.append(
                NeedGroup(
                    label=self._words(inner, "label", key),
                    who=self._condition(inner, f"{key}who"),
                    id=name,
                    reason=self._text(inner, "reason", key),
                    **{number: self._number(inner, number, key) for number in numbers},
                )
            )
        if not groups:
            raise fault(self.file, "needed", {}, "at least one group", "write [needed.<group>]: who needs it")
        return tuple(groups)

    def _odds_ratios(self, table: Table) -> tuple[OddsRatio, ...]:
        ratios = []
        for name, inner in self._named(table, "odds", ("label", "who", "reason", "ratio")):
            key = f"odds.{name}."
            self._all_there(inner, ("label", "who", "reason", "ratio"), key)
            ratios.append(
                OddsRatio(
                    label=self._words(inner, "label", key),
                    who=self._condition(inner, f"{key}who"),
                    ratio=self._number(inner, "ratio", key),
                    id=name,
                    reason=self._text(inner, "reason", key),
                )
            )
        return tuple(ratios)

    def _standard(self, table: Table) -> Standard:
        inner = self._section(table, "standard", ("within_days", "share", "reason"))
        self._all_there(inner, ("within_days", "share", "reason"), "standard.")
        share = inner["share"]
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            raise fault(self.file, "standard.share", share, "above 0, at most 1", "95 of 100 is 0.95")
        days = self._whole(inner, "within_days", "standard.", 1, 3650)
        return Standard(days, float(share), self._text(inner, "reason", "standard."))

    def _condition(self, table: Table, key: str) -> Condition:
        who = table["who"]
        if not isinstance(who, Mapping):
            raise fault(
                self.file, key, who, "a table", 'write who = { age_years = [60, 200], function = ["severe"] }'
            )
        self._known(who, (*_AGES, *_TRAITS), "a condition has", f"{key}.")
        masks = {name: self._mask(who[name], name, f"{key}.{name}") for name in _TRAITS if name in who}
        return Condition(age_months=self._ages(who, key), **masks)

    def _ages(self, who: Table, key: str) -> tuple[int, int]:
        given = [name for name in _AGES if name in who]
        if len(given) == 2:
            raise fault(
                self.file, f"{key}.age_years", who["age_years"], "left out", "give months or years, not both"
            )
        if not given:
            return (0, 12 * _OLDEST_YEARS)
        scale = 12 if given[0] == "age_years" else 1
        value = who[given[0]]
        whole = isinstance(value, list) and len(value) == 2 and all(type(each) is int for each in value)
        if not whole or not 0 <= value[0] < value[1] <= _OLDEST_YEARS * 12 // scale:
            allowed = f"two rising whole numbers from 0 to {_OLDEST_YEARS * 12 // scale}"
            raise fault(
                self.file,
                f"{key}.{given[0]}",
                value,
                allowed,
                "from the first age up to, not including, the second",
            )
        return (value[0] * scale, value[1] * scale)

    def _mask(self, value: object, name: str, key: str) -> int:
        if name not in KINDS_OF:
            if isinstance(value, bool):
                return 1 << int(value)
            raise fault(self.file, key, value, "true or false", "leave it out where it does not matter")
        if not isinstance(value, list) or not value:
            raise fault(self.file, key, value, "a list of kinds", "leave it out where it does not matter")
        bits = 0
        for each in value:
            bits |= 1 << int(self._kind(each, KINDS_OF[name], key))
        return bits

    def _kind(self, value: object, kinds: type[IntEnum], key: str) -> Any:
        names = {each.name.lower().replace("_", "-"): each for each in kinds}
        if not isinstance(value, str) or value not in names:
            raise fault(self.file, key, value, "one of " + ", ".join(names), "mend its name")
        return names[value]

    def _first(self, table: Table) -> tuple[Payer, ...]:
        payers = table.get("first", [])
        if not isinstance(payers, list):
            raise fault(self.file, "first", payers, "a list of payers", 'write first = ["state"]')
        return tuple(self._kind(payer, Payer, "first") for payer in payers)

    def _number(self, table: Table, name: str, path: str) -> str:
        """Return the full name of a setting: of the quantity that stands here, or the one referred to."""
        value = table.get(name, "")
        if isinstance(value, str) and (value or name not in table):
            return value
        if not is_quantity(value):
            raise fault(
                self.file, f"{path}{name}", value, "a quantity or the name of a parameter",
                "write a table with value, unit, source, year and quality",
            )  # fmt: skip
        full = f"{self.id}.{path}{name}"
        self.quantities[full] = read_quantity(value, full, self.file)
        return full

    def _named(self, table: Table, section: str, keys: Collection[str]) -> list[tuple[str, Table]]:
        """List the named tables of a section, their keys checked."""
        tables = self._section(table, section)
        for name in tables:
            if not _SLUG.fullmatch(name):
                raise fault(
                    self.file, f"{section}.{name}", name, "a name such as aged-80", "use a-z, 0-9 and hyphens"
                )
        return [(name, self._section(tables, name, keys, f"{section}.")) for name in tables]

    def _section(self, table: Table, name: str, keys: Collection[str] = (), path: str = "") -> Table:
        inner = table.get(name, {})
        if not isinstance(inner, Mapping):
            raise fault(self.file, f"{path}{name}", inner, "a table", f"write [{path}{name}]")
        if keys:
            self._known(inner, keys, f"[{path}{name}] has", f"{path}{name}.")
            if inner and "reason" in keys:
                self._text(inner, "reason", f"{path}{name}.")
        return inner

    def _known(self, table: Table, keys: Collection[str], what: str, path: str = "") -> None:
        for key in table:
            if key not in keys:
                raise fault(
                    self.file,
                    f"{path}{key}",
                    table[key],
                    "left out",
                    f"{what} {', '.join(dict.fromkeys(keys))}",
                )

    def _all_there(self, table: Table, keys: Collection[str], path: str) -> None:
        for key in keys:
            if key not in table:
                raise fault(
                    self.file, f"{path}{key}", None, "given", "every definition of this sort states it"
                )

    def _slug(self, table: Table, key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not _SLUG.fullmatch(value) or len(value) > 60:
            raise fault(
                self.file,
                key,
                value,
                "a name such as nursing-bed",
                "use a-z, 0-9 and hyphens, a letter first",
            )
        return value

    def _text(self, table: Table, key: str, path: str = "") -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise fault(self.file, f"{path}{key}", value, "a text", "say it in a few words")
        return value

    def _texts(self, table: Table, key: str) -> tuple[str, ...]:
        value = table[key]
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise fault(
                self.file, key, value, "a list of texts", "write the ids of the plan's targets, or []"
            )
        return tuple(value)

    def _words(self, table: Table, key: str, path: str = "") -> Words:
        value = table[key]
        if not isinstance(value, Mapping) or set(value) != {"zh", "en"}:
            raise fault(self.file, f"{path}{key}", value, "{ zh = …, en = … }", "name it in both languages")
        return Words(self._text(value, "zh", f"{path}{key}."), self._text(value, "en", f"{path}{key}."))

    def _whole(self, table: Table, key: str, path: str, low: int, high: int) -> int:
        value = table.get(key)
        if type(value) is not int or not low <= value <= high:
            raise fault(self.file, f"{path}{key}", value, f"a whole number from {low} to {high}", "give one")
        return value

    def _flag(self, table: Table, key: str, path: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise fault(self.file, f"{path}{key}", value, "true or false", "without quotes")
        return value
