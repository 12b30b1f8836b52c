"""A comparison as lines of the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from jinlin.words import columns, say
from results.compare import written_gap, written_side
from results.comparisons import BY, Row, Side
from results.differences import Verdict
from results.manifest import Manifest
from results.notation import Writer, count, minus, share
from results.words import say as say_in_report

_IN_SHARES = ("met", "poorest_part")
_OF_TERMINAL = ("concentration", "poorest_part")  # outcomes that the report does not print


@dataclass(frozen=True)
class Told:
    """What is to be told: sides, the rows of each pair, and whether there was a limit."""

    sides: Sequence[Side]
    rows: Sequence[Sequence[Row]]
    groups: Sequence[Sequence[Row]]
    equity: Sequence[Sequence[Row]]
    draws: int
    looks: int
    limited: bool
    levels: tuple[float, float, float]  # what one row may miss: of the rows, of the groups, of the equity


def lines_of(
    rows: Sequence[Row], names: tuple[str, str], manifest: Manifest, language: str, by: str = ""
) -> list[str]:
    """Lay rows out in columns: group, service, outcome, both sides, their difference, the verdict."""
    shown = [row for row in rows if not row.void]
    head = (say("service", language), say("outcome", language), *names, say("difference", language),
            say("verdict", language))  # fmt: skip
    if not by:
        return columns([head, *(_cells(row, manifest, language) for row in shown)])
    group = partial(group_name, by=by, manifest=manifest, language=language)
    told = [(group(row.group), *_cells(row, manifest, language)) for row in shown if row.group is not None]
    return columns([(say("group", language), *head), *told])


def group_name(group: int, by: str, manifest: Manifest, language: str) -> str:
    """Name a group of a dimension: a county, or a band as the report names it."""
    if by == "county":
        return next(each.name for each in manifest.counties if each.code == group)
    return say_in_report(f"{BY[by]}_{group}", language)


def _cells(row: Row, manifest: Manifest, language: str) -> tuple[str, ...]:
    service = manifest.service(row.service)
    write = _writer(row.outcome)
    sides = (written_side(each, language, write) for each in (row.a, row.b))
    return (
        service.name[language],
        outcome_name(row.outcome, service.unit[language], language),
        *sides,
        written_gap(row.found, language, write, points=row.outcome in _IN_SHARES),
        verdict_words(row, language),
    )


def outcome_name(outcome: str, unit: str, language: str) -> str:
    """Name an outcome, as the report does where it prints it."""
    if outcome in _OF_TERMINAL:
        return say(f"outcome {outcome}", language)
    return say_in_report(f"out_{outcome}", language, unit=unit)


def _writer(outcome: str) -> Writer:
    if outcome == "concentration":
        return lambda value, language: minus(f"{value:.3f}")
    return share if outcome in _IN_SHARES else count


def verdict_words(row: Row, language: str) -> str:
    """Say the verdict of a row, and where it is known though the interval is wider than was asked."""
    verdict = say(f"verdict {row.verdict.name.lower()}", language)
    if row.verdict is Verdict.NOT_YET_KNOWN or row.settled:
        return verdict
    return say("verdict wider", language, verdict=verdict)
