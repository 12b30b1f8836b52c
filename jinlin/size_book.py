"""Sizes as a workbook: the answers, the ways beside them, costs by payer, the cascade, what if, sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evidence.costs import cost_figures
from jinlin.books import Source, column, of_figure, of_scenario, save_book
from jinlin.size_listing import answer_lines, counties_total, head_lines, why_none
from jinlin.what_if import what_if_page
from jinlin.words import say
from results.sheets import Column, Kind, Page, Row, Table, Value
from results.sizes import bills, idle_cost, losses, mean_and_worst, refusal, spare, wanting, ways
from results.what_if import given
from scenarios.capacity_trials import Question
from scenarios.sizer import PlaceSize, names_of

C, S = Kind.COUNT, Kind.SHARE
_SIZES = (
    ("place", "", Kind.TEXT, "", False), ("size", "unit", C, "", True), ("planned", "unit", C, "", True),
    ("spare", "unit", C, "{planned}-{size}", False),
    ("wanting", "unit", C, "ROUNDUP(MAX({size}-{planned},0),0)", True),
    ("used", "unit", C, "", True), ("free", "unit", C, "{size}-{used}", True), ("mean", "", S, "", False),
    ("worst", "", S, "", False), ("met", "", C, "", False), ("of", "", C, "", False),
    ("part", "", S, "{met}/{of}", False), ("said", "", Kind.TEXT, "", False),
)  # fmt: skip
_IDLE = (
    ("place", "", Kind.TEXT, "", False), ("built", "unit", C, "", True), ("planned", "unit", C, "", True),
    ("used", "unit", C, "", True), ("free", "unit", C, "MAX({planned}-{used},0)", True),
    ("each_low", "unit yuan a year", C, "", False), ("each_high", "unit yuan a year", C, "", False),
    ("idle_low", "unit yuan a year", C, "{free}*{each_low}", True),
    ("idle_high", "unit yuan a year", C, "{free}*{each_high}", True),
    ("surplus", "unit", C, "", True), ("over_low", "unit yuan a year", C, "{surplus}*{each_low}", True),
    ("over_high", "unit yuan a year", C, "{surplus}*{each_high}", True),
)  # fmt: skip
_WAYS = (
    ("place", "", Kind.TEXT, ""), ("way", "", Kind.TEXT, ""), ("places", "unit", C, ""),
    ("size", "unit", C, ""), ("errs", "unit", C, "{places}-{size}"), ("mean", "", S, ""),
    ("worst", "", S, ""), ("met", "", C, ""), ("of", "", C, ""), ("part", "", S, "{met}/{of}"),
)  # fmt: skip
_BILLS = (
    ("side", "", Kind.TEXT, ""), ("payer", "", Kind.TEXT, ""), ("count", "", Kind.NUMBER, ""),
    ("each_low", "unit yuan", C, ""), ("each_high", "unit yuan", C, ""),
    ("low", "unit yuan", C, "{count}*{each_low}"), ("high", "unit yuan", C, "{count}*{each_high}"),
    ("note", "", Kind.TEXT, ""), ("source", "", Kind.TEXT, ""),
)  # fmt: skip
_CASCADE = (
    ("place", "", Kind.TEXT, ""), ("step", "", Kind.TEXT, ""), ("persons", "unit persons", Kind.NUMBER, ""),
    ("needed", "unit persons", Kind.NUMBER, ""), ("share", "", S, "{persons}/{needed}"),
    ("lost", "", S, ""),
)  # fmt: skip


def save_sizes(
    path: Path, question: Question, sizes: Sequence[PlaceSize], asked: tuple[float, int, int | None],
    language: str,
) -> None:  # fmt: skip
    """Write the workbook of some sizes; ``asked`` are confidence, replications and a budget in fen."""
    sure, replications, budget_fen = asked
    facts = size_facts(question, sizes, sure, replications, language)
    sheets = size_sheets(question, sizes, budget_fen, language)
    what = head_lines(question, sizes, sure, language)[0]
    save_book(path, what, facts, sheets, size_sources(question, language), language)


def size_facts(
    question: Question, sizes: Sequence[PlaceSize], sure: float, replications: int, language: str
) -> list[tuple[str, Value]]:
    """Say what was asked, of whom, and how sure the answer is."""
    lines = head_lines(question, sizes, sure, language)
    facts: list[tuple[str, Value]] = [
        ("about answer was", "\n".join(_answers(question, sizes, language))),
        ("about asked", lines[0]), ("about sure", "\n".join(lines[1:])),
        ("about scenario", f"{question.scenario.id}: {question.scenario.title[language]}"),
        ("about places", ", ".join(names_of(each.selection) for each in sizes)),
        ("about replications", replications), ("about seed", question.seed),
    ]  # fmt: skip
    return [(say(key, language), value) for key, value in facts]


def size_sheets(
    question: Question, sizes: Sequence[PlaceSize], budget_fen: int | None, language: str
) -> list[Page | Table]:
    """Make the sheets of some sizes."""
    inputs = given(question, sizes, budget_fen)
    return [
        _sizes(question, sizes, language), what_if_page(inputs, language),
        _bills(question, inputs.places, language), _idle(question, sizes, language),
        _ways(question, sizes, language), _cascade(question, sizes, language),
    ]  # fmt: skip


def size_sources(question: Question, language: str) -> list[Source]:
    """List every figure that a size rests on: costs by payer first, then the scenario's."""
    figures = [of_figure(each, language) for each in cost_figures(question.definition.pool)]
    scenario = question.scenario
    return figures + of_scenario(scenario.settings.quantities.values(), scenario.dated.values(), language)


def _answers(question: Question, sizes: Sequence[PlaceSize], language: str) -> list[str]:
    if len(sizes) == 1 and not refusal(sizes[0]):
        return answer_lines(question, sizes[0], language)
    return [counties_total(sizes, language)]


def _sizes(question: Question, sizes: Sequence[PlaceSize], language: str) -> Table:
    title = head_lines(question, sizes, 0.0, language)[0]
    rows = [_size_row(each, language) for each in sizes]
    columns = _columns(_SIZES, question, language)
    return Table(say("sheet sizes", language), title, columns, rows, total=say("all sum", language))


def _size_row(size: PlaceSize, language: str) -> Row:
    why, planned = refusal(size), size.rivals["planned"].places
    row: dict[str, Value] = {"place": names_of(size.selection), "planned": planned}
    if why:
        return row | {"said": why_none(size, why, language)}
    capacity, (mean, worst) = size.sized.capacity or 0, mean_and_worst(size.reached)
    return row | {
        "size": capacity, "spare": planned - capacity, "wanting": wanting(size),
        "used": size.in_place, "free": capacity - size.in_place, "mean": mean, "worst": worst,
        "met": size.sized.met, "of": size.sized.fresh, "part": size.sized.met / size.sized.fresh,
    }  # fmt: skip


def _idle(question: Question, sizes: Sequence[PlaceSize], language: str) -> Table:
    """Tell what stands idle as planned, and what could go without breaking the standard."""
    name, each = say("sheet idle", language), idle_cost(question, 1.0)
    rows = [_idle_row(size, each[1:] if each else (None, None)) for size in sizes]
    columns = _columns(_IDLE, question, language)
    notes = (say("idle note", language),)
    return Table(name, name, columns, rows, notes=notes, total=say("all sum", language))


def _idle_row(size: PlaceSize, each: tuple[float | None, float | None]) -> Row:
    planned = size.rivals["planned"].places
    free = max(planned - size.in_place_planned, 0.0)
    over = None if refusal(size) else max(spare(size), 0.0)
    row: dict[str, Value] = {
        "place": names_of(size.selection), "built": size.built, "planned": planned,
        "used": size.in_place_planned, "free": free, "surplus": over,
    }  # fmt: skip
    for end, yuan in zip(("low", "high"), each, strict=True):
        row |= {f"each_{end}": yuan, f"idle_{end}": None if yuan is None else free * yuan}
        row[f"over_{end}"] = None if yuan is None or over is None else over * yuan
    return row


def _ways(question: Question, sizes: Sequence[PlaceSize], language: str) -> Table:
    rows: list[Row] = []
    for size in (each for each in sizes if not refusal(each)):
        for each in ways(size):
            rows.append({
                "place": names_of(size.selection), "way": say(f"way {each.way}", language),
                "places": each.places, "size": size.sized.capacity, "errs": each.more, "mean": each.mean,
                "worst": each.worst, "met": each.met, "of": each.of,
                "part": each.met / each.of if each.of else None,
            })  # fmt: skip
    name = say("sheet ways", language)
    return Table(name, name, _columns(_WAYS, question, language), rows, pinned=2)


def _bills(question: Question, wanting: float, language: str) -> Table:
    """Tell what is known of the cost of the places wanting; of one place where none is."""
    places, rows = wanting or 1.0, list[Row]()
    for one, bill in zip(bills(question, 1.0), bills(question, places), strict=True):
        line = bill.line
        rows.append({
            "side": say(f"side {line.side}", language), "payer": say(f"payer {line.payer}", language),
            "count": places * (one.low / line.low if line.low else 1.0), "each_low": line.low,
            "each_high": line.high, "low": bill.low, "high": bill.high, "note": line.note[language],
            "source": "\n".join(line.sources),
        })  # fmt: skip
    title = say("size bill", language, places=places).rstrip(":：")
    return Table(say("sheet bills", language), title, _columns(_BILLS, question, language), rows, pinned=2)


def _cascade(question: Question, sizes: Sequence[PlaceSize], language: str) -> Table:
    rows: list[Row] = []
    for size in sizes:
        for loss in losses(size):
            needed = size.persons["needed"]
            rows.append({
                "place": names_of(size.selection), "step": say(f"step {loss.step}", language),
                "persons": loss.persons, "needed": needed, "share": loss.persons / needed if needed else None,
                "lost": loss.lost,
            })  # fmt: skip
    name = say("sheet cascade", language)
    return Table(name, name, _columns(_CASCADE, question, language), rows, pinned=2)


def _columns(
    written: Sequence[tuple[str, str, Kind, str] | tuple[str, str, Kind, str, bool]], question: Question,
    language: str,
) -> tuple[Column, ...]:  # fmt: skip
    """Make columns of key, unit ("unit": the service's own), kind, formula and whether it is summed."""
    own = question.definition.unit[language]
    return tuple(
        column(key, language, own if unit == "unit" else unit, kind, formula=formula, total=any(more))
        for key, unit, kind, formula, *more in written
    )
