"""Finished runs as a workbook: verdicts, services, counties, years, and the sources of every number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinlin.books import Source, column, of_setting, of_supply, save_book
from jinlin.words import say
from results.cascades import STEPS, cascades
from results.counties import county_rows
from results.estimates import Estimate
from results.notation import percentile_or_range
from results.sheets import Column, Kind, Row, Table, Value
from results.summary import summary
from results.tables import Run
from results.verdicts import Verdict, verdicts

C, S, T = Kind.COUNT, Kind.SHARE, Kind.TEXT
_VERDICTS = (
    ("run", "", T, ""), ("target", "", T, ""), ("unit", "", T, ""), ("reached", "", Kind.AS_IS, ""),
    ("plan", "", Kind.AS_IS, ""), ("gap", "", Kind.AS_IS, "{reached}-{plan}"), ("delivered", "", T, ""),
    ("met_share", "", S, ""), ("met_low", "", S, ""), ("met_high", "", S, ""), ("enough_share", "", S, ""),
    ("enough_standard", "", S, ""), ("enough_gap", "", S, "{enough_share}-{enough_standard}"),
    ("probability", "", S, ""), ("idle_places", "unit places", C, ""),
    ("idle_yuan", "unit yuan a year", C, ""), ("binding", "unit person-days", C, ""),
    ("minutes", "unit minutes", Kind.NUMBER, ""), ("grade", "", T, ""),
)  # fmt: skip
_SERVICES = (
    ("run", "", T, ""), ("service", "", T, ""), ("needed", "unit persons", C, ""),
    ("wanted", "unit persons", C, ""), ("affordable", "unit persons", C, ""),
    ("in_reach", "unit persons", C, ""), ("requested", "unit persons", C, ""),
    ("served", "unit persons", C, ""), ("in_time", "unit persons", C, ""),
    ("unmet", "unit persons", C, "{needed}-{in_time}"), ("share", "", S, "{in_time}/{needed}"),
    ("waiting", "unit persons", C, ""), ("left", "unit persons", C, ""), ("occupancy", "", S, ""),
    ("wait_mean", "unit days", Kind.NUMBER, ""), ("wait_p90", "unit days", Kind.NUMBER, ""),
    ("within", "", S, ""),
)  # fmt: skip
_COUNTIES = (
    ("run", "", T, ""), ("service", "", T, ""), ("city", "", T, ""), ("place", "", T, ""),
    ("population", "unit persons", C, ""), ("elders", "unit persons", C, ""),
    ("elder_share", "", S, "{elders}/{population}"), ("needed", "unit persons", C, ""),
    ("met_share", "", S, ""), ("met_low", "", S, ""), ("met_high", "", S, ""),
    ("waiting", "unit persons", C, ""), ("capacity", "unit places", C, ""), ("taken", "unit places", C, ""),
    ("free_places", "unit places", C, "{capacity}-{taken}"), ("occupancy", "", S, ""), ("margin", "", S, ""),
)  # fmt: skip
_YEARS = (
    ("run", "", T, "", False), ("year", "", Kind.YEAR, "", False), ("births", "unit persons", C, "", False),
    ("deaths", "unit persons", C, "", False), ("net_migrants", "unit persons", C, "", False),
    ("growth", "unit persons", C, "{births}-{deaths}+{net_migrants}", False),
    ("population", "unit persons", C, "", False), ("age_60_plus", "unit persons", C, "", False),
    ("age_80_plus", "unit persons", C, "", False),
    ("elder_share", "", S, "{age_60_plus}/{population}", False),
)  # fmt: skip


def save_report(path: Path, runs: Sequence[Run], language: str) -> None:
    """Write the workbook of finished runs."""
    what = " · ".join(dict.fromkeys(run.manifest.title[language] for run in runs))
    sheets = [make(runs, language) for make in (_verdicts, _services, _counties, _years)]
    save_book(path, what, run_facts(runs, language), sheets, run_sources(runs, language), language)


def run_facts(runs: Sequence[Run], language: str) -> list[tuple[str, Value]]:
    """Say what was run: scenario, places, seed, replications, how sure, version and hash of each run."""
    facts: list[tuple[str, Value]] = []
    for run in runs:
        known = run.manifest
        facts += [
            ("about run", run.name), ("about scenario", f"{known.scenario}: {known.title[language]}"),
            ("about what it is", known.description[language]), ("about places", ", ".join(known.places)),
            ("about seed", known.seed), ("about replications", known.replications),
            ("about sure", percentile_or_range(known.replications, language)),
            ("about made by", ", ".join(f"{name} {number}" for name, number in known.versions.items())),
            ("about hash", known.result_hash),
        ]  # fmt: skip
    return [(say(key, language), value) for key, value in facts]


def run_sources(runs: Sequence[Run], language: str) -> list[Source]:
    """List what runs rest on: the dated values of their scenarios and their settings."""
    found: list[Source] = []
    for run in runs:
        found += [of_supply(each, language) for each in run.manifest.supply]
        where = say("where manifest", language)
        found += [of_setting(each, language, where) for each in run.manifest.settings]
    return list(dict.fromkeys(found))


def _verdicts(runs: Sequence[Run], language: str) -> Table:
    rows = [_verdict(run, each, language) for run in runs for each in verdicts(run)]
    open_notes = () if all(run.has("turning") for run in runs) else ("unprobed note",)
    notes = tuple(say(key, language) for key in ("verdicts note", "grade note", *open_notes))
    return _table("verdicts", _VERDICTS, rows, language, pinned=2, notes=notes)


def _verdict(run: Run, found: Verdict, language: str) -> Row:
    reach, enough = found.delivered, found.enough
    row: dict[str, Value] = {
        "run": run.name, "target": found.target.title[language], "unit": found.target.unit[language],
        "reached": _mean(reach.reached), "plan": reach.planned, "delivered": _yes(reach.yes, language),
        "gap": None if reach.planned is None else reach.reached.mean - reach.planned,
        "binding": _mean(found.binding), "grade": found.grade or say("grade open", language),
        "minutes": _mean(found.break_even.last if found.break_even else None),
        **_span("met", found.met),
    }  # fmt: skip
    if enough:
        row |= {"enough_share": enough.share.mean, "enough_standard": enough.standard}
        row |= {"enough_gap": enough.share.mean - enough.standard, "probability": enough.probability}
    if found.idle:
        row |= {"idle_places": found.idle.places.mean, "idle_yuan": found.idle.yuan.mean}
    return row


def _services(runs: Sequence[Run], language: str) -> Table:
    rows: list[Row] = []
    for run in runs:
        told = summary(run)["services"]
        in_time = {each.service: each.persons["in_time"].mean for each in cascades(run)}
        for each in run.manifest.services:
            rows.append(_service(run.name, each.name[language], told[each.id], in_time.get(each.id)))
    return _table("services", _SERVICES, rows, language, pinned=2, notes=(say("services note", language),))


def _service(run: str, name: str, told: dict[str, Any], in_time: float | None) -> Row:
    """Make the row of a service from its part of the summary."""
    needed, waits = told["needed"], told["wait_days"]
    known = in_time is not None and needed
    queued = (*STEPS[1:-1], "waiting", "left", "occupancy")
    kept = ("needed", *(queued if in_time is not None else ()))  # nobody queues for a workload
    return {key: told[key] for key in kept} | {
        "run": run, "service": name, "in_time": in_time, "within": told["within_standard"],
        "unmet": needed - in_time if known else None, "share": in_time / needed if known else None,
        "wait_mean": waits["mean"], "wait_p90": waits["p90"],
    }  # fmt: skip


def _counties(runs: Sequence[Run], language: str) -> Table:
    rows: list[Row] = []
    for run in runs:
        for service in (each for each in run.manifest.services if each.queued):
            for each in county_rows(run, service):
                people, elders = each.population.mean, each.elders.mean
                rows.append({
                    "run": run.name, "service": service.name[language], "city": each.county.city,
                    "place": each.county.name, "population": people, "elders": elders,
                    "elder_share": elders / people if people else None, "needed": each.needed.mean,
                    "waiting": each.waiting.mean, "capacity": each.places.mean, "taken": each.taken.mean,
                    "free_places": each.places.mean - each.taken.mean, "occupancy": each.occupancy.mean,
                    "margin": each.county.margin,
                    **_span("met", each.met),
                })  # fmt: skip
    return _table("counties", _COUNTIES, rows, language, pinned=4, notes=(say("counties note", language),))


def _years(runs: Sequence[Run], language: str) -> Table:
    rows: list[Row] = []
    for run in runs:
        for year, told in summary(run)["by_year"].items():
            rows.append({
                **{key: told[key] for key, *_ in _YEARS if key in told}, "run": run.name, "year": int(year),
                "growth": told["births"] - told["deaths"] + told["net_migrants"],
                "elder_share": told["age_60_plus"] / told["population"] if told["population"] else None,
            })  # fmt: skip
    return _table("years", [each[:4] for each in _YEARS], rows, language, pinned=2)


def _table(
    key: str, written: Sequence[tuple[str, str, Kind, str]], rows: Sequence[Row], language: str,
    pinned: int, notes: tuple[str, ...] = (),
) -> Table:  # fmt: skip
    name = say(f"sheet {key}", language)
    columns: tuple[Column, ...] = tuple(
        column(each, language, unit, kind, formula=formula) for each, unit, kind, formula in written
    )
    return Table(name, name, columns, rows, pinned=pinned, notes=notes)


def _span(name: str, number: Estimate | None) -> dict[str, Value]:
    if number is None:
        return {}
    return {f"{name}_share": number.mean, f"{name}_low": number.low, f"{name}_high": number.high}


def _mean(number: Estimate | None) -> float | None:
    return None if number is None else number.mean


def _yes(answer: bool | None, language: str) -> str:
    return "–" if answer is None else say("yes" if answer else "no", language)
