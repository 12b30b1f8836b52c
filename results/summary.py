"""``summary.json``: the run in one page of numbers that other programs rely on.

Counts, and the mean and percentiles of waits, are means over replications; ``resident_months`` is a sum over
them. Services speak of the last year, ``waiting`` of its end, and so does ``needed`` of a workload, for which
nobody queues. A share of nobody is null.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from results.cascades import STEPS, last_year_rows
from results.doubt import Doubt, doubts
from results.estimates import Estimate, Interval, ratio
from results.files import write_aside
from results.influences import Influence, Ranking, rankings_of
from results.manifest import SameLogEntry, ServiceEntry
from results.tables import Run, by_replication, grid
from results.verdicts import Verdict, place_days, verdicts
from results.waits import wait_spread
from sim.clock import months_of

FILE = "summary.json"
_STOCKS = ("population", "age_60_plus", "age_65_plus", "age_80_plus")
_FLOWS = ("births", "deaths", "arrivals", "leavers")


def summary(run: Run) -> dict[str, Any]:
    """Sum a run up."""
    manifest = run.manifest
    years = _by_year(run)
    first = years[str(run.years[0])]
    return {
        "scenario": manifest.scenario,
        "places": list(manifest.places),
        "seed": manifest.seed,
        "replications": manifest.replications,
        "residents_start": first["population"] - first["births"] + first["deaths"] - first["net_migrants"],
        "residents_end": years[str(run.last_year)]["population"],
        "resident_months": int(run.table("life")["resident_months"].sum()),
        "by_year": years,
        "services": {each.id: _service(run, each) for each in manifest.services},
        "institutions": _institutions(run),
        "targets": [_target(run, each) for each in verdicts(run)],
        "seconds": manifest.seconds,
        "peak_mb": manifest.peak_mb,
        "result_hash": manifest.result_hash,
        "engine": manifest.engine,
        "same_log": _same_log(manifest.same_log),
    }


def write_summary(run: Run) -> Path:
    """Write ``summary.json`` into the run's folder, whole or not at all."""
    path = run.folder / FILE
    write_aside(path, json.dumps(summary(run), ensure_ascii=False, indent=1) + "\n")
    return path


def _by_year(run: Run) -> dict[str, dict[str, float]]:
    sums = grid(run.table("life"), "year", run.years, (*_STOCKS, *_FLOWS), run.replications)
    means = {name: _mean_count(values) for name, values in sums.items()}
    return {
        str(year): {
            "births": means["births"][i],
            "deaths": means["deaths"][i],
            "net_migrants": _tidy(means["arrivals"][i] - means["leavers"][i]),
            **{name: means[name][i] for name in _STOCKS},
        }
        for i, year in enumerate(run.years)
    }


def _same_log(entry: SameLogEntry | None) -> dict[str, str | int] | None:
    """Give what both engines served; they gave one log, or the run would have stopped."""
    return {"market": entry.market, "requests": entry.requests} if entry else None


def _service(run: Run, service: ServiceEntry) -> dict[str, Any]:
    persons = by_replication(last_year_rows(run, service.id), (*STEPS, "pending"), run.replications)
    rows = run.of_service("months", service.id)
    year = rows.filter(pl.col("month").is_in(list(months_of(run.last_year))))
    flows = by_replication(year, ("left",), run.replications)
    end = by_replication(_last_month(run, rows), ("waiting",), run.replications)
    in_time = ratio(persons["in_time"], persons["requested"] - persons["pending"])
    counts = {step: _tidy(float(persons[step].mean())) for step in STEPS[:-1]}
    if not service.queued:  # the cascade follows those who queue
        needed = by_replication(_last_month(run, rows), ("needed",), run.replications)["needed"]
        counts["needed"] = _tidy(float(needed.mean()))
    return counts | {
        "waiting": _tidy(float(end["waiting"].mean())),
        "left": _tidy(float(flows["left"].mean())),
        "occupancy": _occupancy(run, service.pool) if service.queued else None,
        "wait_days": {name: _mean(each) for name, each in wait_spread(run, service.id).items()},
        "within_standard": _number(float(np.nanmean(in_time))) if np.isfinite(in_time).any() else None,
    }


def _occupancy(run: Run, pool: str) -> float | None:
    """Return the share of a pool's usable place-days that is taken in the last year."""
    return _number(float(np.mean(ratio(*place_days(run, pool)))))


def _last_month(run: Run, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("month") == run.manifest.months - 1)


def _institutions(run: Run) -> dict[str, float | None]:
    """Count the beds and residents of all elder-care homes, at the founding and at the end."""
    homes = [row for row, kind in enumerate(run.manifest.kinds) if kind.elder_home]
    names = ("built_start", "in_place_start", "built_end", "in_place_end")
    rows = run.table("units").filter(pl.col("kind").is_in(homes))
    sums = {name: values / 1000 for name, values in by_replication(rows, names, run.replications).items()}
    out: dict[str, float | None] = {}
    for when in ("start", "end"):
        beds, taken = sums[f"built_{when}"], sums[f"in_place_{when}"]
        full = ratio(taken, beds)
        out |= {
            f"beds_{when}": _tidy(float(beds.mean())),
            f"residents_{when}": _tidy(float(taken.mean())),
            f"occupancy_{when}": _number(float(np.nanmean(full))) if np.isfinite(full).any() else None,
        }
    return out


def _target(run: Run, verdict: Verdict) -> dict[str, Any]:
    standard = [run.manifest.service(name).standard for name in verdict.target.services]
    return {
        "id": verdict.target.id,
        "delivered": verdict.delivered.yes,
        "delivered_value": _number(verdict.delivered.reached.mean),
        "planned": verdict.delivered.planned,
        "met": _mean(verdict.met),
        "enough_probability": verdict.enough.probability if verdict.enough else None,
        "enough_share": _mean(verdict.enough.share if verdict.enough else None),
        "idle": _mean(verdict.idle.yuan if verdict.idle else None),
        "idle_places": _mean(verdict.idle.places if verdict.idle else None),
        "standard": [{"within_days": s.within_days, "share": s.share} for s in standard],
        "binding": _mean(verdict.binding),
        "break_even_minutes": _mean(verdict.break_even.last if verdict.break_even else None),
        "grade": verdict.grade or None,
        "doubt": {metric: _doubt(each) for metric, each in doubts(run, verdict.target).items()},
        "moved_by": [_ranking(each) for each in rankings_of(run, verdict.target.id)],
    }


def _doubt(doubt: Doubt) -> dict[str, float | int | None]:
    """Give a variance over replications as chance and not-knowing, with the pairs of twins behind it."""
    share = doubt.share
    ends = (share.low, share.high) if share.kind is Interval.F90 else (math.nan, math.nan)
    return {
        "chance_variance": _number(doubt.chance),
        "not_knowing_variance": _number(doubt.not_knowing),
        "chance_share": _number(share.mean),
        "chance_share_low": _number(ends[0]),
        "chance_share_high": _number(ends[1]),
        "not_knowing_share": _number(1 - share.mean),
        "pairs": doubt.pairs,
    }


def _ranking(ranking: Ranking) -> dict[str, Any]:
    """Name the numbers that move a metric most; none where the emulator explains too little."""
    return {
        "metric": ranking.metric,
        "draws": ranking.draws,
        "explained": ranking.explained,
        "numbers": [_influence(each) for each in ranking.influences] if ranking.told else [],
    }


def _influence(each: Influence) -> dict[str, Any]:
    return {
        "parameter": each.parameter,
        "first": each.first.value,
        "first_interval": [each.first.low, each.first.high],
        "total": each.total.value,
        "total_interval": [each.total.low, each.total.high],
        "at_low": each.at_low,
        "at_high": each.at_high,
        "turns_at": each.turns,
    }


def _mean(number: Estimate | None) -> float | None:
    return None if number is None else _number(number.mean)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _mean_count(values: np.ndarray) -> list[float]:
    return [_tidy(float(v)) for v in values.mean(axis=0)]


def _tidy(value: float) -> float:
    """Write whole means as whole numbers."""
    return int(value) if value == int(value) else value
