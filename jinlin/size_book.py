"""Sizes as a workbook: the answers, the ways beside them, costs by payer, the cascade, what if, sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from calibration.costs import cost_figures
from jinlin.books import Source, column, of_figure, of_scenario, save_book
from jinlin.size_listing import answer_lines, head_lines, why_none
from jinlin.what_if import what_if_page
from jinlin.words import say
from results.sheets import Kind, Page, Row, Table, Value
from results.sizes import bills, idle_cost, losses, mean_and_worst, refusal, spare, ways
from results.what_if import given
from scenarios.capacity_trials import Question
from scenarios.sizer import PlaceSize, names_of

C, S = Kind.COUNT, Kind.SHARE
_SIZES = (
    ("place", "", Kind.TEXT, "", False), ("size", "unit", C, "", True), ("planned", "unit", C, "", True),
    ("spare", "unit", C, "{planned}-{size}", False), ("wanting", "unit", C, "MAX({size}-{planned},0)", True),
    ("surplus", "unit", C, "MAX({planned}-{size},0)", True), ("each_low", "unit yuan a year", C, "", False),
    ("each_high", "unit yuan a year", C, "", False),
    ("idle_low", "unit yuan a year", C, "{surplus}*{each_low}", True),
    ("idle_high", "unit yuan a year", C, "{surplus}*{each_high}", True), ("used", "unit", C, "", True),
    ("free", "unit", C, "{size}-{used}", True), ("mean", "", S, "", False), ("worst", "", S, "", False),
    ("met", "", C, "", False), ("of", "", C, "", False), ("part", "", S, "{met}/{of}", False),
    ("said", "", Kind.TEXT, "", False),
)  # fmt: skip
_WAYS = (
    ("place", "", Kind.TEXT, ""), ("way", "", Kind.TEXT, ""), ("places", "unit", C, ""),
    ("size", "unit", C, ""), ("errs", "unit", C, "{places}-{size}"), ("mean", "", S, ""),
    ("worst", "", S, ""), ("met", "", C, ""), ("of", "", C, ""), ("part", "", S, "{met}/{of}"),
)  # fmt: skip
_BILLS = (
    ("side", "", Kind.TEXT, "", False), ("payer", "", Kind.TEXT, "", False), ("count", "", Kind.NUMBER, "", False),
    ("each_low", "unit yuan", C, "", False), ("each_high", "unit yuan", C, "", False),
    ("low", "unit yuan", C, "{count}*{each_low}", False), ("high", "unit yuan", C, "{count}*{each_high}", False),
    ("note", "", Kind.TEXT, "", False), ("source", "", Kind.TEXT, "", False),
)  # fmt: skip
_CASCADE = (
    ("place", "", Kind.TEXT, ""), ("step", "", Kind.TEXT, ""), ("persons", "unit persons", Kind.NUMBER, ""),
    ("needed", "unit persons", Kind.NUMBER, ""), ("share", "", S, "{persons}/{needed}"),
    ("lost", "", S, ""),
)  # fmt: skip


def save_sizes(
    path: Path, question: Question, sizes: Sequence[PlaceSize], asked: tuple[float, int, int | None], language: str
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
        _sizes(question, sizes, language), _ways(question, sizes, language),
        what_if_page(inputs, language), _bills(question, inputs.places, language), _cascade(sizes, language),
    ]  # fmt: skip


def size_sources(question: Question, language: str) -> list[Source]:
    """List every figure that a size rests on: costs by payer first, then the scenario's."""
    figures = [of_figure(each, language) for each in cost_figures(question.definition.pool)]
    scenario = question.scenario
    return figures + of_scenario(scenario.settings.quantities.values(), scenario.dated.values(), language)


def _answers(question: Question, sizes: Sequence[PlaceSize], language: str) -> list[str]:
    if len(sizes) == 1 and not refusal(sizes[0]):
        return answer_lines(question, sizes[0], language)
    known = [spare(each) for each in sizes if not refusal(each)]
    words = {"wanting": -sum(min(each, 0) for each in known), "spare": sum(max(each, 0) for each in known)}
    return [say("counties total", language, **words)]


def _sizes(question: Question, sizes: Sequence[PlaceSize], language: str) -> Table:
    title, *says = head_lines(question, sizes, 0.0, language)[:1]
    columns = tuple(
        column(key, language, _unit(question, unit, language), kind, formula=formula, total=total)
        for key, unit, kind, formula, total in _SIZES
    )
    rows = [_size_row(question, each, language) for each in sizes]
    return Table(say("sheet sizes", language), title, columns, rows, total=say("all sum", language))


def _size_row(question: Question, size: PlaceSize, language: str) -> Row:
    why, planned = refusal(size), size.rivals["planned"].places
    row: dict[str, Value] = {"place": names_of(size.selection), "planned": planned}
    if why:
        return row | {"said": why_none(size, why, language)}
    capacity, (mean, worst) = size.sized.capacity or 0, mean_and_worst(size.reached)
    each = idle_cost(question, 1.0)
    low, high = each[1:] if each else (None, None)
    over = max(planned - capacity, 0.0)
    return row | {
        "size": capacity, "spare": planned - capacity, "wanting": max(capacity - planned, 0), "surplus": over,
        "each_low": low, "each_high": high, "idle_low": None if low is None else low * over,
        "idle_high": None if high is None else high * over, "used": size.in_place,
        "free": capacity - size.in_place, "mean": mean, "worst": worst, "met": size.sized.met,
        "of": size.sized.fresh, "part": size.sized.met / size.sized.fresh,
    }  # fmt: skip


def _ways(question: Question, sizes: Sequence[PlaceSize], language: str) -> Table:
    rows: list[Row] = []
    for size in (each for each in sizes if not refusal(each)):
        capacity = size.sized.capacity or 0
        for each in ways(size):
            rows.append({
                "place": names_of(size.selection), "way": say(f"way {each.way}", language),
                "places": each.places, "size": capacity, "errs": each.more, "mean": each.mean,
                "worst": each.worst, "met": each.met, "of": each.of, "part": each.met / each.of if each.of else None,
            })  # fmt: skip
    columns = tuple(
        column(key, language, _unit(question, unit, language), kind, formula=formula)
        for key, unit, kind, formula in _WAYS
    )
    name = say("sheet ways", language)
    return Table(name, name, columns, rows, pinned=2)


def _bills(question: Question, places: float, language: str) -> Table:
    rows: list[Row] = []
    per_place = {id(bill.line): bill for bill in bills(question, 1.0)}
    for bill in bills(question, places):
        line = bill.line
        count = bill.low / line.low if line.low else places
        rows.append({
            "side": say(f"side {line.side}", language), "payer": say(f"payer {line.payer}", language),
            "count": count, "each_low": line.low, "each_high": line.high, "low": bill.low, "high": bill.high,
            "note": line.note[language], "source": "\n".join(line.sources),
        })  # fmt: skip
    del per_place
    columns = tuple(
        column(key, language, unit, kind, formula=formula) for key, unit, kind, formula, _ in _BILLS
    )
    name = say("sheet bills", language)
    title = say("size bill", language, places=places).rstrip(":：")
    return Table(name, title, columns, rows, pinned=2)


def _cascade(sizes: Sequence[PlaceSize], language: str) -> Table:
    rows: list[Row] = []
    for size in sizes:
        needed = max(size.persons["needed"], 1e-9)
        for loss in losses(size):
            rows.append({
                "place": names_of(size.selection), "step": say(f"step {loss.step}", language),
                "persons": loss.persons, "needed": needed, "share": loss.persons / needed, "lost": loss.lost,
            })  # fmt: skip
    columns = tuple(
        column(key, language, unit, kind, formula=formula) for key, unit, kind, formula in _CASCADE
    )
    name = say("sheet cascade", language)
    return Table(name, name, columns, rows, pinned=2)


def _unit(question: Question, unit: str, language: str) -> str:
    return question.definition.unit[language] if unit == "unit" else unit
