"""The later pages as their template needs them: waits, map, left out, counties, assumptions, predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from results.cascades import FEWEST, left_out
from results.counties import county_met, county_rows
from results.doubt import FEWEST_PAIRS, Doubt, doubts
from results.drawings import Drawing
from results.estimates import Estimate, estimate, ratio
from results.figures import draw_left_out, draw_maps, draw_monthly, draw_tornado
from results.manifest import PredictionEntry, ServiceEntry, SettingEntry
from results.movers import mover_groups
from results.notation import (
    Writer,
    capital,
    count,
    days,
    doubt,
    hundredths,
    money,
    plain,
    setting,
    share,
    unit,
)
from results.tables import Array, Run, by_replication
from results.turning import Effect, effects, largest_movers
from results.waits import admitted, monthly, standard_check, wait_spread
from results.words import say
from sim.clock import months_of
from sim.parameters import TWIN_EVERY

TORNADO_ROWS = 14
Cell = str | tuple[str, str]
Cells = list[Cell]  # a text, or a text with a small line below


def later_pages(run: Run, language: str) -> dict[str, Any]:
    """Gather the later pages of a run; ``drawings`` lists what was drawn for them."""
    queued = [each for each in run.manifest.services if each.queued]
    series = draw_monthly([(capital(each.name[language]), monthly(run, each)) for each in queued], language)
    maps = draw_maps([(capital(each.name[language]), *county_met(run, each)) for each in queued], language)
    groups = [(each, left_out(run, each.id)) for each in queued]
    losers = [
        draw_left_out(found, each.id, capital(each.name[language]), language)
        for each, found in groups
        if found
    ]
    tornado = _tornado(run, language)
    return {
        "monthly": series,
        "waits": [_wait_row(run, each, language) for each in queued],
        "map": maps,
        "left_out": losers,
        "fewest": FEWEST,
        "counties": [
            {
                "name": capital(each.name[language]),
                "unit": each.unit[language],
                "rows": _county_table(run, each, language),
            }
            for each in queued
        ],
        "movers": mover_groups(run, language),
        "assumptions": _assumptions(run, language),
        "tornado": tornado,
        "doubts": _doubts(run, language),
        "twins_needed": TWIN_EVERY * FEWEST_PAIRS + 1,
        "predictions": [_prediction(run, each, language) for each in run.manifest.predictions],
        "fitted": _fitted(run, language),
        "notes": [note[language] for note in run.manifest.notes],
        "description": run.manifest.description[language],
        "record": _record(run),
        "year": run.last_year,
        "drawings": [series, maps, *losers, *([tornado] if tornado else [])],
    }


def _wait_row(run: Run, service: ServiceEntry, language: str) -> Cells:
    rows = run.of_service("months", service.id)
    asked = estimate(by_replication(rows.filter(_in_year(run)), ("requests",), run.replications)["requests"])
    check = standard_check(run, service)
    standard = service.standard.within_days
    limits = ((check.half, standard / 2), (check.full, standard), (check.double, standard * 2))
    known = [_two(number, language, days) for number in wait_spread(run, service.id).values()]
    shares: Cells = []
    for number, limit in limits:
        text, between = _two(number, language, share)
        shares.append((text, f"{between} · {say('part_gap', language, days=f'{limit:g}')}"))
    return [
        capital(service.name[language]),
        _two(asked, language, count),
        _two(admitted(run, service.id), language, count),
        *known,
        *shares,
    ]


def _in_year(run: Run) -> Any:
    return pl.col("month").is_in(list(months_of(run.last_year)))


def _two(number: Estimate, language: str, write: Writer) -> tuple[str, str]:
    """Write a number and, on a line below, its interval."""
    return (write(number.mean, language), doubt(number, language, write)) if number.known else ("—", "")


def _county_table(run: Run, service: ServiceEntry, language: str) -> list[Cells]:
    lines: list[Cells] = []
    for row in county_rows(run, service):
        county = row.county
        mark = say("imputed_mark", language) if county.ages_imputed else ""
        lines.append(
            [
                (county.name, mark),
                f"±{share(county.margin, language)}",
                _two(row.population, language, count),
                _two(row.elders, language, count),
                _two(row.needed, language, count),
                _two(row.met, language, share),
                _two(row.waiting, language, count),
                _two(row.places, language, count),
                _two(row.occupancy, language, share),
            ]
        )
    return lines


def _assumptions(run: Run, language: str) -> list[Cells]:
    """List all assumed numbers, those that move the share met most first."""
    best: dict[str, Effect] = {}
    for effect in effects(run):
        if effect.metric == "met":
            best.setdefault(effect.parameter, effect)
    others = {each.parameter: each for each in reversed(effects(run)) if each.metric in _OTHER_METRICS}
    ranked = sorted(
        run.manifest.assumed, key=lambda s: (-best[s.name].spread if s.name in best else 1.0, s.name)
    )
    found = others | best
    return [_assumption(run, each, found.get(each.name), language) for each in ranked]


def _assumption(run: Run, entry: SettingEntry, effect: Effect | None, language: str) -> Cells:
    low, high = (setting(value, entry.unit, language) for value in (entry.low, entry.high))
    reason = "; ".join(filter(None, (entry.source, entry.reason)))
    return [
        entry.title(language),
        entry.name,
        setting(entry.value, entry.unit, language),
        f"{low} … {high}",
        unit(entry.unit, language) or "%",
        say(f"quality_{entry.quality}", language),
        _moved(run, entry, effect, language),
        reason,
    ]


def _moved(run: Run, entry: SettingEntry, effect: Effect | None, language: str) -> str:
    """Write what moving an assumed number does to the share met, or else to the cost or work it bears on."""
    if effect is None:
        if entry.touches == "life":
            return say("not_moved", language)
        return say("no_effect" if run.has("turning") else "not_asked", language)
    target = run.manifest.target(effect.target).title[language]
    name = "" if effect.metric == "met" else " · " + say(f"metric_{effect.metric}", language)
    write = _OTHER_METRICS.get(effect.metric, share)
    low, high = write(effect.at_low, language), write(effect.at_high, language)
    small = say("effect_small", language) if low == high else ""
    return f"{target}{name}{say('colon', language)}{low} → {high}{small}"


_OTHER_METRICS: dict[str, Writer] = {"idle_yuan": money, "minutes_balance": count}
_METRICS: dict[str, Writer] = {"met": share, "enough": share, "unmet_days": count, **_OTHER_METRICS}


def _doubts(run: Run, language: str) -> list[dict[str, Any]]:
    """List what every number of a verdict spreads by; of targets about the same services the first speaks."""
    firsts = {each.services: each for each in reversed(run.manifest.capacity_targets) if each.services}
    rows = []
    for target in (each for each in run.manifest.capacity_targets if firsts.get(each.services) is each):
        found = [(metric, each) for metric, each in doubts(run, target).items() if each.known]
        rows += [
            _doubt(capital(target.title[language]) if metric == found[0][0] else "", metric, each, language)
            for metric, each in found
        ]
    return rows


def _doubt(title: str, metric: str, parts: Doubt, language: str) -> dict[str, Any]:
    write, share_of = _METRICS[metric], parts.share
    return {
        "title": title,
        "metric": say(f"metric_{metric}", language),
        "spreads": [write(float(np.sqrt(each)), language) for each in (parts.chance, parts.not_knowing)],
        "chance": [hundredths(share_of.mean, language), doubt(share_of, language, hundredths)],
        "rest": hundredths(1 - share_of.mean, language),
        "part": share_of.mean,
        "pairs": parts.pairs,
    }


def _tornado(run: Run, language: str) -> Drawing | None:
    movers = [each for each in largest_movers(run, "met", TORNADO_ROWS) if each.spread > 0]
    rows = [
        (
            run.manifest.setting(each.parameter).title(language)
            + f" · {run.manifest.target(each.target).title[language]}",
            100 * (each.at_low - each.base),
            100 * (each.at_high - each.base),
        )
        for each in movers
    ]
    return draw_tornado(rows, language) if rows else None


def _prediction(run: Run, entry: PredictionEntry, language: str) -> Cells:
    values = np.array(entry.predicted) if entry.predicted else occupancy_of_kind(run, entry.kind)
    number = estimate(values)
    as_share = entry.unit.startswith("share")
    write: Writer = _tenths if as_share else plain
    miss = "—"
    if number.known:
        gap = number.mean - entry.published
        sign = "+" if gap > 0 else ""
        miss = (
            say("points", language, value=f"{sign}{100 * gap:.1f}".replace("-", "−"))
            if as_share
            else sign + plain(gap, language)
        )
    published = write(entry.published, language)
    return [entry.title[language], published, _two(number, language, write), miss, entry.source]


def _tenths(value: float, language: str) -> str:
    return f"{100 * value:.1f}%"


def occupancy_of_kind(run: Run, kind: str) -> Array:
    """Return the share of a kind's places taken at the founding, by replication."""
    names = [each.id for each in run.manifest.kinds]
    if kind not in names:
        return np.array([])
    rows = run.table("units").filter(pl.col("kind") == names.index(kind))
    sums = by_replication(rows, ("in_place_start", "built_start"), run.replications)
    return ratio(sums["in_place_start"], sums["built_start"])


def _fitted(run: Run, language: str) -> str:
    fitted = run.manifest.fitted
    if fitted is None:
        return say("no_fit", language)
    entry = next((each for each in run.manifest.settings if each.name == fitted.setting), None)
    name = entry.title(language) if entry else fitted.setting
    return say(
        "predictions_note",
        language,
        setting=name,
        anchor=fitted.anchor[language],
        value=plain(fitted.value, language),
        low=plain(fitted.low, language),
        high=plain(fitted.high, language),
        published=count(fitted.published, language),
        reached=count(fitted.reached, language),
    )


def _record(run: Run) -> list[tuple[str, str]]:
    """List what identifies a run: seed, versions, seconds, memory, hash."""
    manifest = run.manifest
    return [
        ("scenario", manifest.scenario),
        ("seed", str(manifest.seed)),
        ("replications", str(manifest.replications)),
        ("markets", ", ".join(manifest.markets)),
        ("versions", ", ".join(f"{name} {version}" for name, version in manifest.versions.items())),
        ("seconds", ", ".join(f"{name} {value:.1f}" for name, value in manifest.seconds.items())),
        ("peak_mb", f"{manifest.peak_mb:.0f}"),
        ("result_hash", manifest.result_hash),
        ("posterior", ", ".join(f"{name} {fact}" for name, fact in manifest.posterior.items()) or "—"),
    ]
