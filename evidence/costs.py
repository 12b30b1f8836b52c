"""What one place is known to cost and who is known to pay, from ``costs.toml`` and the evidence it names."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evidence.table import Figure, load_evidence
from sim.parameters import Settings
from sim.services import Words

FILE = Path(__file__).with_name("costs.toml")
SIDES = ("capital", "operating", "wage")
PAYERS = ("all", "centre", "province", "county", "operator", "family")


@dataclass(frozen=True)
class CostLine:
    """Yuan a place (capital), a place and year (operating) or a post and year (wage), from low to high."""

    side: str
    payer: str
    low: float
    high: float
    note: Words
    sources: tuple[str, ...]


def cost_lines(pool: str, settings: Settings) -> list[CostLine]:
    """List what is known of the places of a pool, in the order of sides and payers."""
    found = [line for pools, line in _written() if pool in pools]
    name = f"cost.{pool}"
    if name in settings:
        running = settings.quantities[name]
        note = Words(running.title_zh, f"{running.title_en} ({running.quality.value})")
        found.append(CostLine("operating", "all", running.low, running.high, note, (running.source,)))
    return sorted(found, key=lambda line: (SIDES.index(line.side), PAYERS.index(line.payer)))


def cost_figures(pool: str) -> list[Figure]:
    """List the figures of the evidence that the cost of a pool's places rests on."""
    lines = tomllib.loads(FILE.read_text(encoding="utf-8"))["line"]
    named = [figure for line in lines if pool in line["pools"] for figure in _figures(line).values()]
    return list(dict.fromkeys(named))


@cache
def _written() -> tuple[tuple[tuple[str, ...], CostLine], ...]:
    lines = tomllib.loads(FILE.read_text(encoding="utf-8"))["line"]
    return tuple((tuple(line["pools"]), _line(line)) for line in lines)


def _line(line: Mapping[str, Any]) -> CostLine:
    named = _figures(line)
    off = {side: named[f"less_{side}"].value if f"less_{side}" in named else 0.0 for side in ("low", "high")}
    low = named["low"].value - off["low"]
    high = named["high"].value - off["high"] if "high" in named else low
    sources = tuple(dict.fromkeys(figure.citation for figure in named.values()))
    return CostLine(line["side"], line["payer"], low, high, Words(**line["note"]), sources)


def _figures(line: Mapping[str, Any]) -> dict[str, Figure]:
    """Return the figures that a line names, by what they are to it."""
    evidence, sides = load_evidence(), ("low", "high", "less_low", "less_high")
    return {side: evidence.figure(*line[side]) for side in sides if side in line}
