"""Read the parts of a TOML table, and keep every fault that is found with them.

Text from a file is data: values are kept as written, keys are shown without control characters.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from difflib import get_close_matches
from typing import Any

from scenarios.schema import LONGEST_TEXT, QUALITIES
from sim.errors import Fault
from sim.kinds import Quality
from sim.services import Words

Table = Mapping[str, Any]
_QUALITY_NAMES = tuple(each.value for each in QUALITIES)


class _Shown:
    """A value as it is printed in a fault."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


MISSING = _Shown("(missing)")
_MOST_NAMES = 12


def _shown(value: object) -> object:
    """Give a value as TOML would write it where Python would not, or describe it where it is long."""
    match value:
        case bool():
            return _Shown(str(value).lower())
        case int() if value.bit_length() > 200:
            return _Shown(f"a whole number of {value.bit_length()} bits")
        case date() | time():
            return _Shown(value.isoformat())
        case Mapping():
            return _Shown(
                "{ " + ", ".join(f"{_printable(key)} = …" for key in value) + " }" if value else "{}"
            )
        case _:
            return value


def _printable(key: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in key)


@dataclass
class TableReader:
    """Reads the parts of one file's tables; a part with a fault reads as None."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def one_line(self) -> str:
        """Word the first fault, and count the others."""
        more = len(self.faults) - 1
        ending = "" if not more else f"; and {more} more fault{'s' if more > 1 else ''}"
        return f"{self.faults[0]}{ending}"

    def fault(self, key: str, value: object, allowed: str, remedy: str) -> None:
        """Keep a fault."""
        self.faults.append(Fault(self.file, _printable(key), _shown(value), allowed, remedy))

    def section(self, table: Table, key: str) -> Table:
        """Return a section of the file; an empty one where it is missing or no table."""
        return self.tables({key: table.get(key, {})}, "").get(key, {})

    def tables(self, table: Table, path: str) -> dict[str, Table]:
        """Return the tables below another, and find fault with what is none."""
        found: dict[str, Table] = {}
        for key, value in table.items():
            if isinstance(value, Mapping):
                found[key] = value
            else:
                name = f"{path}{key}"
                self.fault(name, value, "a table", f"write [{name}] on a line of its own, then its keys")
        return found

    def known(self, table: Table, names: Collection[str], path: str) -> None:
        """Find fault with every key that is none of the names."""
        for key in table:
            if key not in names:
                self.unknown(f"{path}{key}", table[key], key, names)

    def unknown(self, path: str, value: object, key: str, names: Collection[str]) -> None:
        """Find fault with a name that is none of the known, and offer the nearest."""
        near = get_close_matches(key, names, n=_MOST_NAMES, cutoff=0.6)
        if len(names) <= _MOST_NAMES or not near:
            listed, more = list(names)[:_MOST_NAMES], len(names) - _MOST_NAMES
        else:
            listed, more = near, len(names) - len(near)
        allowed = "named one of " + ", ".join(listed) + (f" or {more} others" if more > 0 else "")
        remedy = f"did you mean {near[0]}?" if near else "remove it or mend its name"
        self.fault(path, value, allowed, remedy)

    def provenance(self, table: Table, key: str) -> tuple[str, Quality | None, str]:
        """Read source, quality and reason: every number has the first two, an assumed one all three."""
        source = self.text(table, "source", f"{key}.", "no number without a source", required=True)
        written = table.get("quality", MISSING)
        quality = Quality(written) if isinstance(written, str) and written in _QUALITY_NAMES else None
        if quality is None:
            self.fault(
                f"{key}.quality", written, "one of " + ", ".join(_QUALITY_NAMES), "say how well it is known"
            )
        needs_reason = quality is Quality.ASSUMED
        remedy = "an assumed number gives its reason"
        reason = self.text(table, "reason", f"{key}.", remedy, required=needs_reason)
        return source or "", quality, reason or ""

    def number(
        self, value: object, key: str, low: float, high: float, allowed: str = "", whole: bool = False,
        remedy: str = "give a value inside the range",
    ) -> float | None:  # fmt: skip
        """Return a finite number inside a range; NaN and the infinities are in none."""
        allowed = allowed or f"{'a whole number, ' if whole else ''}{low:g} to {high:g}"
        kinds = int if whole else (int, float)
        if not isinstance(value, kinds) or isinstance(value, bool):
            self.fault(key, value, allowed, "write a number without quotes, such as 18")
        elif not low <= value <= high:
            self.fault(key, value, allowed, remedy)
        else:
            return float(value)
        return None

    def text(self, table: Table, key: str, path: str, remedy: str, required: bool = False) -> str | None:
        """Return a text that says something, or None where it is missing and need not be there."""
        value = table.get(key, MISSING)
        if value is MISSING and not required:
            return None
        if isinstance(value, str) and value.strip() and len(value) <= LONGEST_TEXT:
            return value
        self.fault(f"{path}{key}", value, f"a text of 1 to {LONGEST_TEXT} letters", remedy)
        return None

    def words(self, table: Table, key: str, path: str = "") -> Words | None:
        """Read a text in both languages, or one text that serves for both."""
        value = table.get(key)
        if isinstance(value, str):
            text = self.text(table, key, path, "write some words")
            return Words(text, text) if text else None
        if value is None:
            return None
        if not isinstance(value, Mapping) or set(value) != {"zh", "en"}:
            remedy = "write it in both languages, or one text"
            self.fault(f"{path}{key}", value, '{ zh = "…", en = "…" }', remedy)
            return None
        zh, en = (self.text(value, each, f"{path}{key}.", "write some words") for each in ("zh", "en"))
        return Words(zh, en) if zh and en else None
