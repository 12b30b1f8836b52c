"""Comparisons as a workbook: each difference with the draws it comes from, its half-width a live formula.

The half-width is that of ``results.differences``: Student's, widened for the skewness that is seen, at the
level that a row has in its family. A row whose spread is not known has no interval and no formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from jinlin.books import column, save_book
from jinlin.compared import Told, group_name, outcome_name, verdict_words
from jinlin.report_book import run_facts, run_sources
from jinlin.words import say
from results.comparisons import Row as Compared
from results.manifest import Manifest
from results.sheets import Column, Kind, Row, Table, Value, address

T, V, R = Kind.TEXT, Kind.OF_ROW, Kind.RATIO
_SHARES = ("met", "poorest_part")


def save_comparison(path: Path, told: Told, by: str, language: str) -> None:
    """Write the workbook of a comparison."""
    names = [each.name for each in told.sides]
    sheets: list[Table] = []
    for number, other in enumerate(names[1:]):
        pair = names[0], other
        for key, rows, level in (
            ("compare", told.rows, told.levels[0]), ("groups", told.groups, told.levels[1]),
            ("equity", told.equity, told.levels[2]),
        ):  # fmt: skip
            shown = [row for row in (rows[number] if rows else ()) if not row.void]
            if shown:
                suffix = f" {number + 1}" if len(names) > 2 else ""
                told_by = by if key == "groups" else ""
                known = told.sides[0].run.manifest
                sheets += _pair(key, suffix, pair, shown, level, known, told_by, language)
    runs = [each.run for each in told.sides]
    what = say("about comparison", language, names=", ".join(names))
    facts = [(say("about sure", language), sure_words(told, language)), *run_facts(runs, language)]
    save_book(path, what, facts, sheets, run_sources(runs, language), language)


def sure_words(told: Told, language: str) -> str:
    """Say on how many draws a comparison rests and what its intervals hold together."""
    rows = sum(len(each) for each in told.rows)
    looks = say("compare foot looks", language, looks=told.looks) if told.looks > 1 else ""
    return say("compare foot", language, draws=told.draws, rows=rows, looks=looks)


def _pair(
    key: str, suffix: str, pair: tuple[str, str], rows: Sequence[Compared], level: float, manifest: Manifest,
    by: str, language: str,
) -> list[Table]:  # fmt: skip
    """Make the sheet of a pair's rows and the sheet of their draws, row beside row."""
    name, title = say(f"sheet {key}", language) + suffix, f"{pair[1]} – {pair[0]}"
    draws = f"{name} {say('sheet draws', language)}"
    most = max(len(row.found.gaps) for row in rows)
    labels = [_labels(row, manifest, by, language) for row in rows]
    kinds = [_kind(row.outcome) for row in rows]
    mine = [label | _numbers(row, level) for label, row in zip(labels, rows, strict=True)]
    for each, row in zip(mine, rows, strict=True):
        each["verdict"] = verdict_words(row, language)
    notes = tuple(say(each, language) for each in ("half note", "draws note"))
    columns = _columns(pair, draws, most, bool(by), language)
    table = Table(name, title, columns, mine, notes=notes, pinned=3 if by else 2, kinds=kinds)
    return [table, _draws(draws, title, labels, rows, kinds, most, bool(by), language)]


def _columns(
    pair: tuple[str, str], draws: str, most: int, grouped: bool, language: str
) -> tuple[Column, ...]:
    """Make the columns; those of the spread are formulas over the row of the same number among the draws."""
    start = 3 if grouped else 2  # after the labels
    first, last = (address(0, at)[:-1] for at in (start, start + max(most, 1) - 1))
    cells = f"'{draws}'!{first}{{row}}:{last}{{row}}"
    skewness = f'ABS(SUMPRODUCT(({cells}-{{difference}})^3*({cells}<>"")))/{{draws}}/{{sd}}^3'
    half = "{sd}/SQRT({draws})*({rank}+{skew}*(2*{rank}^2+1)/(6*SQRT({draws})))"
    written = (
        ("difference", V, f"AVERAGE({cells})"), ("relative", Kind.SHARE, "{difference}/{a}"),
        ("draws", Kind.COUNT, f"COUNT({cells})"), ("sd", V, f"STDEV({cells})"), ("level", Kind.AS_IS, ""),
        ("rank", R, "TINV({level},{draws}-1)"), ("skew", R, skewness), ("half", V, half),
        ("low", V, "{difference}-{half}"), ("high", V, "{difference}+{half}"), ("asked", V, ""),
        ("verdict", T, ""),
    )  # fmt: skip
    sides = (Column("a", pair[0], kind=V), Column("b", pair[1], kind=V))
    found = tuple(column(key, language, kind=kind, formula=formula) for key, kind, formula in written)
    return (*_label_columns(grouped, language), *sides, *found)


def _label_columns(grouped: bool, language: str) -> tuple[Column, ...]:
    keys = ("group", "service", "outcome") if grouped else ("service", "outcome")
    return tuple(column(key, language) for key in keys)


def _labels(row: Compared, manifest: Manifest, by: str, language: str) -> dict[str, Value]:
    service = manifest.service(row.service)
    outcome = outcome_name(row.outcome, service.unit[language], language)
    group = group_name(row.group, by, manifest, language) if by and row.group is not None else ""
    return {"group": group, "service": service.name[language], "outcome": outcome}


def _numbers(row: Compared, level: float) -> dict[str, Value]:
    """Give both sides, the difference, and where its spread is known what the half-width comes from."""
    found, gaps = row.found, np.array(row.found.gaps)
    numbers: dict[str, Value] = {
        "a": row.a.mean, "b": row.b.mean, "difference": found.mean, "draws": found.draws, "asked": row.asked,
        "relative": found.mean / row.a.mean if row.a.mean else None,
    }  # fmt: skip
    if not np.isfinite(found.half):
        return numbers
    numbers |= {"half": found.half, "low": found.low, "high": found.high}
    if found.alike:
        return numbers
    from scipy.special import stdtrit

    spread = float(gaps.std(ddof=1))
    skewness = float(abs(np.mean(((gaps - gaps.mean()) / spread) ** 3)))
    rank = float(stdtrit(found.draws - 1, 1 - level / 2))
    return numbers | {"sd": spread, "level": level, "rank": rank, "skew": skewness}


def _draws(
    name: str, title: str, labels: Sequence[Row], rows: Sequence[Compared], kinds: Sequence[Kind], most: int,
    grouped: bool, language: str,
) -> Table:  # fmt: skip
    """Make the sheet of draws: row by row the difference in each draw."""
    shown = [
        {**label, **{f"d{number}": gap for number, gap in enumerate(row.found.gaps)}}
        for label, row in zip(labels, rows, strict=True)
    ]
    names = _label_columns(grouped, language)
    numbers = tuple(Column(f"d{number}", str(number + 1), kind=Kind.OF_ROW) for number in range(most))
    return Table(name, f"{title}: {say('sheet draws', language)}", (*names, *numbers), shown,
                 pinned=len(names), kinds=kinds)  # fmt: skip


def _kind(outcome: str) -> Kind:
    if outcome in _SHARES:
        return Kind.SHARE
    return Kind.RATIO if outcome == "concentration" else Kind.NUMBER
