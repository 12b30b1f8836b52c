"""Check one scenario file, key by key, and say in one line what is wrong with it.

Text from a file is data: it is kept as written, and its keys are shown without control characters.
"""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.schema import (
    AS_IN_2020,
    DATED_KEYS,
    DATED_SECTIONS,
    DEEP_SECTIONS,
    FIRST_MONTH,
    LAST_MONTH,
    MOST_DATES,
    SECTIONS,
    SET_KEYS,
    STANDARD_KEYS,
    TARGET_KEYS,
    TEXT_KEYS,
    TOP_KEYS,
    WITHIN_DAYS,
    DatedValue,
    Judged,
    Measure,
    Override,
    Unit,
    Written,
)
from scenarios.tables import MISSING, Table, TableReader
from scenarios.vocabulary import Vocabulary
from sim.clock import month_named
from sim.errors import ScenarioError
from sim.parameters import Quantity
from sim.services import Standard

_FIRST, _LAST = month_named(FIRST_MONTH), month_named(LAST_MONTH)


def read_written(table: Table, file: str, vocabulary: Vocabulary) -> Written:
    """Check the tables of one scenario file against what may be set.

    Returns what the file writes, nothing inherited. Raises ScenarioError, one line that names the first
    fault's key, value, range and remedy, and counts the others.
    """
    reader = _Reader(file, vocabulary)
    written = reader.file_table(table)
    if reader.faults:
        raise ScenarioError(reader.one_line())
    return written


class _Reader(TableReader):
    """Reads one scenario file against what may be set."""

    def __init__(self, file: str, vocabulary: Vocabulary) -> None:
        super().__init__(file)
        self.vocabulary = vocabulary

    # ---- tables

    def file_table(self, table: Table) -> Written:
        self.known(table, (*TOP_KEYS, *SECTIONS), "")
        if "title" not in table:
            remedy = "name the scenario" if table else "the file is empty: start from 'jinlin new NAME'"
            self.fault("title", MISSING, "a text", remedy)
        title, description = (self.words(table, key) for key in TEXT_KEYS)
        return Written(
            file=self.file,
            title=title,
            description=description,
            extends=self.text(table, "extends", "", "name a scenario, such as plan-2025") or "",
            dated={name: value for name, value in self.dated_values(table) if value},
            standards={name: value for name, value in self.standards(table) if value},
            overrides={name: value for name, value in self.overrides(table) if value},
            targets={name: value for name, value in self.judged(table) if value},
        )

    # ---- dated values

    def dated_values(self, table: Table) -> list[tuple[str, DatedValue | None]]:
        """Read [supply.…], [nursing_share.…], [staff.…], …, and [price.….…] and [workforce.….…]."""
        found: list[tuple[str, DatedValue | None]] = []
        for section in DATED_SECTIONS:
            known = [key for key in self.vocabulary.units if key.startswith(f"{section}.")]
            for key, values in self.named(table, section).items():
                if key in known:
                    found.append((key, self.dated_value(values, key)))
                else:
                    self.unknown(key, values, key, known)
        return found

    def named(self, table: Table, section: str) -> dict[str, Table]:
        """Return the tables of a section by their full names; those of deep sections lie one deeper."""
        start = f"{section}."
        inner = self.tables(self.section(table, section), start)
        if section in DEEP_SECTIONS:
            inner = {
                f"{owner}.{name}": values
                for owner, own in inner.items()
                for name, values in self.tables(own, f"{start}{owner}.").items()
            }
        return {f"{start}{name}": values for name, values in inner.items()}

    def dated_value(self, table: Table, key: str) -> DatedValue | None:
        self.known(table, DATED_KEYS, f"{key}.")
        unit = self.unit(table, key)
        path = self.path(table, key, unit) if unit else []
        source, quality, reason = self.provenance(table, key)
        step = table.get("step", False)
        if not isinstance(step, bool):
            self.fault(f"{key}.step", step, "true or false", "true: each value holds until the next date")
        if unit is None or not path or quality is None:
            return None
        months, values = zip(*sorted(path, key=lambda pair: pair[0]), strict=True)
        return DatedValue(key, unit, months, values, step is True, source, quality, reason, self.file)

    def unit(self, table: Table, key: str) -> Unit | None:
        units = {unit.name: unit for unit in self.vocabulary.units[key]}
        name = table.get("unit", MISSING)
        if isinstance(name, str) and name in units:
            return units[name]
        allowed = " or ".join(f'"{each}"' for each in units)
        self.fault(f"{key}.unit", name, allowed, "every value states its unit")
        return None

    def path(self, table: Table, key: str, unit: Unit) -> list[tuple[int, float | None]]:
        path = table.get("path", MISSING)
        example = '{ "2020-12" = 2.0, "2025-12" = 3.0 }'
        if not isinstance(path, Mapping) or not 0 < len(path) <= MOST_DATES:
            self.fault(f"{key}.path", path, f"1 to {MOST_DATES} dated values", f"write path = {example}")
            return []
        pairs: list[tuple[int, float | None]] = []
        for written, value in path.items():
            month = self.month(written, f"{key}.path.{written}", value)
            allowed = f'{unit.allowed}, or "{AS_IN_2020}"'
            same = value == AS_IN_2020
            number = (
                None if same else self.number(value, f"{key}.path.{written}", unit.low, unit.high, allowed)
            )
            if month is not None and (same or number is not None):
                pairs.append((month, number))
        return pairs if len(pairs) == len(path) else []

    def month(self, written: str, key: str, value: object) -> int | None:
        try:
            month = month_named(written) if written.isascii() else _FIRST - 1
        except ValueError:
            month = _FIRST - 1
        if _FIRST <= month <= _LAST:
            return month
        allowed = f"dated by a month from {FIRST_MONTH} to {LAST_MONTH}"
        self.fault(key, value, allowed, 'write a month such as "2025-12", which means its last day')
        return None

    # ---- standards, settings, targets

    def standards(self, table: Table) -> list[tuple[str, Standard | None]]:
        standards = self.tables(self.section(table, "standard"), "standard.")
        self.known(standards, self.vocabulary.services, "standard.")
        names = [name for name in standards if name in self.vocabulary.services]
        return [(name, self.standard(standards[name], name)) for name in names]

    def standard(self, table: Table, service: str) -> Standard | None:
        key = f"standard.{service}"
        self.known(table, STANDARD_KEYS, f"{key}.")
        low, high = WITHIN_DAYS
        days = self.number(table.get("within_days", MISSING), f"{key}.within_days", low, high, whole=True)
        share = self.number(table.get("share", MISSING), f"{key}.share", 0, 1)
        reason = self.text(table, "reason", f"{key}.", "a standard of ours gives its reason", required=True)
        if days is None or share is None or reason is None:
            return None
        return Standard(int(days), share, reason)

    def overrides(self, table: Table) -> list[tuple[str, Override | None]]:
        """Read [set]: quoted names ("life.mortality_scale") and nested tables mean the same."""
        found: list[tuple[str, Override | None]] = []
        for name, values in self.leaves(self.section(table, "set"), ""):
            quantity = self.vocabulary.settings.quantities.get(name)
            if quantity is None:
                self.unknown(f"set.{name}", values, name, list(self.vocabulary.settings))
            else:
                found.append((name, self.override(values, quantity)))
        return found

    def leaves(self, table: Table, path: str) -> list[tuple[str, Table]]:
        found: list[tuple[str, Table]] = []
        for key, inner in self.tables(table, f"set.{path}").items():
            nested = inner and all(isinstance(each, Mapping) for each in inner.values())
            found += self.leaves(inner, f"{path}{key}.") if nested else [(f"{path}{key}", inner)]
        return found

    def override(self, table: Table, quantity: Quantity) -> Override | None:
        key = f"set.{quantity.name}"
        self.known(table, SET_KEYS, f"{key}.")
        if table.get("unit", quantity.unit) != quantity.unit:
            self.fault(f"{key}.unit", table["unit"], f'"{quantity.unit}"', "a setting keeps its unit")
        span = self.span(table, quantity, key)
        year = self.number(table.get("year", quantity.year), f"{key}.year", 1900, 2100, whole=True)
        source, quality, reason = self.provenance(table, key)
        beyond = "give low and high of your own to go beyond the known range"
        value = (
            self.number(table.get("value", MISSING), f"{key}.value", *span, remedy=beyond) if span else None
        )
        if span is None or value is None or year is None or quality is None:
            return None
        low, high = span if "low" in table or quantity.low < quantity.high else (value, value)
        return Override(quantity.name, value, low, high, int(year), source, quality, reason, self.file)

    def span(self, table: Table, quantity: Quantity, key: str) -> tuple[float, float] | None:
        """Return the range of a setting: the file's, else the known, else (a single number) the widest."""
        floor, ceiling = self.vocabulary.limits(quantity)
        single = quantity.low == quantity.high
        low = self.number(table.get("low", floor if single else quantity.low), f"{key}.low", floor, ceiling)
        high = self.number(
            table.get("high", ceiling if single else quantity.high), f"{key}.high", floor, ceiling
        )
        if low is None or high is None:
            return None
        if low <= high:
            return low, high
        self.fault(f"{key}.high", high, f"at least low, {low:g}", "swap low and high")
        return None

    def judged(self, table: Table) -> list[tuple[str, Judged | None]]:
        targets = self.tables(self.section(table, "targets"), "targets.")
        self.known(targets, self.vocabulary.targets, "targets.")
        names = [name for name in targets if name in self.vocabulary.targets]
        return [(name, self.target(targets[name], name)) for name in names]

    def target(self, table: Table, name: str) -> Judged | None:
        key = f"targets.{name}"
        self.known(table, TARGET_KEYS, f"{key}.")
        reason = self.words(table, "reason", f"{key}.")
        delivered = table.get("delivered", [])
        if not isinstance(delivered, list):
            remedy = 'write delivered = ["supply.childcare-centre"]'
            self.fault(f"{key}.delivered", delivered, "a list of dated values", remedy)
            return None
        names = [*self.vocabulary.units, *self.vocabulary.settings]
        for each in delivered:
            if not isinstance(each, str) or each not in names:
                self.unknown(f"{key}.delivered", each, str(each), names)
        measure = table.get("measure", Measure.SUM.value)
        if measure not in [each.value for each in Measure]:
            allowed = "one of " + ", ".join(each.value for each in Measure)
            self.fault(f"{key}.measure", measure, allowed, "say how the values make the number")
            return None
        return Judged(name, tuple(map(str, delivered)), Measure(measure), reason, self.file)
