"""Contradicting figures side by side: which one is used, which stand beside it, and why.

The questions stand in ``evidence/tables/contradictions.toml``; the figures in the tables beside it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evidence.table import FOLDER, PROVINCE, Evidence, Figure, load_evidence
from sim.errors import EvidenceError

FILE = FOLDER / "contradictions.toml"
EVERYWHERE = "*"
_KEYS = {"id", "question", "used", "beside", "through", "reason"}


@dataclass(frozen=True)
class Contradiction:
    """Hold a question that figures answer differently, with the choice.

    `question` and `reason` are by language ("zh", "en"). `through` names what carries the choice where the
    model does not read the figure itself: a setting.
    """

    id: str
    question: Mapping[str, str]
    used: tuple[Figure, ...]
    beside: tuple[Figure, ...]
    through: str
    reason: Mapping[str, str]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Return every figure of the question, those used first."""
        return self.used + self.beside


@cache
def load_contradictions() -> tuple[Contradiction, ...]:
    """Read every contradiction, its figures looked up.

    Raises EvidenceError, naming the contradiction, where a figure is not in any table.

    >>> load_contradictions()[0].id
    'population-series'
    """
    return read_contradictions(FILE, load_evidence())


def read_contradictions(path: Path, evidence: Evidence) -> tuple[Contradiction, ...]:
    """Read the contradictions of a file against some evidence."""
    tables = tomllib.loads(path.read_text(encoding="utf-8")).get("contradiction", [])
    return tuple(_read(path, table, evidence) for table in tables)


def concerning(figures: Sequence[Figure]) -> list[Contradiction]:
    """List the contradictions that some figures belong to."""
    asked = {_key(each) for each in figures}
    return [each for each in load_contradictions() if any(_key(one) in asked for one in each.figures)]


def _read(path: Path, table: Mapping[str, Any], evidence: Evidence) -> Contradiction:
    name = f"{path.name}: {table.get('id', 'without id')}"
    unknown = set(table) - _KEYS
    if unknown:
        raise EvidenceError(f"{name}: unknown key {', '.join(sorted(unknown))}; known are {sorted(_KEYS)}")
    used, beside = (_picked(name, table.get(part, []), evidence) for part in ("used", "beside"))
    twice = {_key(each) for each in used} & {_key(each) for each in beside}
    if not beside or twice:
        raise EvidenceError(f"{name}: beside must name other figures than those used")
    question, reason = (_both_languages(name, table, part) for part in ("question", "reason"))
    return Contradiction(table["id"], question, used, beside, table.get("through", ""), reason)


def _both_languages(name: str, table: Mapping[str, Any], part: str) -> Mapping[str, str]:
    words = table.get(part, {})
    if not (isinstance(words, Mapping) and words.get("zh") and words.get("en")):
        raise EvidenceError(f"{name}: {part} must say zh and en")
    return {language: str(words[language]) for language in ("zh", "en")}


def _picked(name: str, picks: Sequence[Mapping[str, str]], evidence: Evidence) -> tuple[Figure, ...]:
    """Look up the figures that a contradiction names."""
    found: list[Figure] = []
    for pick in picks:
        place, year = pick.get("place", PROVINCE), pick.get("year")
        figures = [
            each
            for each in evidence.figures
            if each.indicator == pick["indicator"]
            and place in (EVERYWHERE, each.place)
            and year in (None, each.year)
        ]
        if not figures:
            raise EvidenceError(f"{name}: no table has {pick['indicator']}, {place}, {year or 'any year'}")
        found += sorted(figures, key=lambda each: (each.place, each.year))
    return tuple(found)


def _key(figure: Figure) -> tuple[str, str, str]:
    return figure.indicator, figure.place, figure.year
