"""Figures for the terminal: in columns, with their sources, and beside what contradicts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jinlin.words import columns, plain, say

if TYPE_CHECKING:
    from evidence.contradictions import Contradiction
    from evidence.table import Figure

_MOST = 8  # figures shown on each side of a contradiction
_QUALITIES = ("published", "derived", "assumed")
_HEAD = ("head", "value", "unit", "place", "year", "quality")
_DEEP = "    "


def list_evidence(
    found: Sequence[Figure], contradictions: Sequence[Contradiction], language: str
) -> list[str]:
    """List figures table by table, then their sources by number, then the contradictions they belong to."""
    numbers = {source: n for n, source in enumerate(dict.fromkeys(each.source for each in found), start=1)}
    lines: list[str] = []
    for table in dict.fromkeys(each.table for each in found):
        head = (*(say(f"figures {word}", language) for word in _HEAD), say("figures source", language))
        rows = [
            (*_cells(each, language), f"[{numbers[each.source]}]") for each in found if each.table == table
        ]
        lines += [f"{table}.csv", *_laid_out([head, *rows], "  ")]
    lines += [say("sources", language), *(f"  [{n}] {plain(source)}" for source, n in numbers.items())]
    if contradictions:
        lines.append(say("contradictions", language))
        for each in contradictions:
            lines += _contradiction(each, language)
    return [*lines, say("found", language, count=len(found))]


def count_evidence(figures: Sequence[Figure], contradictions: int, language: str) -> list[str]:
    """Count the figures of each table by quality."""
    counted = Counter((each.table, each.quality.value) for each in figures)
    head = (
        say("figures table", language),
        *(say(f"quality {kind}", language) for kind in _QUALITIES),
        say("figures total", language),
    )
    rows = [_counts(f"{table}.csv", counted, [table]) for table in sorted({each.table for each in figures})]
    rows.append(_counts(say("figures total", language), counted, [each.table for each in figures]))
    return [*columns([head, *rows]), say("search", language, count=contradictions)]


def nothing_found(words: str, near: Sequence[str], language: str) -> list[str]:
    """Say that nothing holds some words, and which words near them are held."""
    nearest = [say("near", language, words=", ".join(near))] if near else []
    return [say("nothing", language, word=words), *nearest]


def _counts(name: str, counted: Counter[tuple[str, str]], tables: Iterable[str]) -> tuple[str, ...]:
    """Write a row of counts over some tables."""
    counts = [sum(counted[table, kind] for table in set(tables)) for kind in _QUALITIES]
    return (name, *(f"{count:,}" for count in counts), f"{sum(counts):,}")


def _cells(figure: Figure, language: str) -> tuple[str, ...]:
    quality = say(f"quality {figure.quality.value}", language)
    value = f"{figure.value:,.10g}"
    return tuple(map(plain, (figure.indicator, value, figure.unit, figure.place, figure.year, quality)))


def _contradiction(each: Contradiction, language: str) -> list[str]:
    """Write a question, the figures used and those beside them, and the reason."""
    rows = []
    for part, figures in (("used", each.used), ("beside", each.beside)):
        rows += [(say(part, language), *_cells(figure, language)) for figure in figures[:_MOST]]
        if len(figures) > _MOST:
            rows.append((say("more", language, count=len(figures) - _MOST), *[""] * len(_HEAD)))
    through = [say("through", language, name=each.through)] if each.through else []
    return [f"  {each.question[language]}", *_laid_out(rows, _DEEP), *(f"{_DEEP}{line}" for line in through),
            f"{_DEEP}{each.reason[language]}"]  # fmt: skip


def _laid_out(rows: list[tuple[str, ...]], indent: str) -> list[str]:
    return [f"{indent}{line}" for line in columns(rows)]
