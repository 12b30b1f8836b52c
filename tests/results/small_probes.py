"""The tables of the small run that come of probes: what moves what, and one place more, invented."""

from __future__ import annotations

import numpy as np
import polars as pl

from results.dictionary import spec
from tests.results.small_manifest import SETTINGS


def turning() -> pl.DataFrame:
    moves = (  # parameter, target, metric, base, at the low end, at the high end
        ("price.childcare", "childcare-slots-per-1000", "met", 0.09, 0.21, 0.04),
        ("price.childcare", "childcare-slots-per-1000", "enough", 0.80, 0.62, 0.97),
        ("childcare.wish", "childcare-slots-per-1000", "met", 0.09, 0.04, 0.13),
        ("childcare.wish", "childcare-slots-per-1000", "enough", 0.80, 0.98, 0.55),
        ("nursing-bed.stay", "nursing-beds-per-institution-min", "met", 0.05, 0.07, 0.03),
        ("nursing-bed.stay", "nursing-beds-per-institution-min", "enough", 0.42, 0.60, 0.33),
        ("nursing-bed.wish", "nursing-beds-per-institution-min", "met", 0.05, 0.03, 0.08),
        ("nursing-bed.wish", "nursing-beds-per-institution-min", "enough", 0.42, 0.99, 0.20),
        ("community-errand.minutes", "t2-community-workers-per-10k", "minutes_balance", 22.8, 122.8, -127.2),
    )
    setting = {each.name: each for each in SETTINGS}
    rows = []
    for parameter, target, metric, base, low, high in moves:
        for end, value in enumerate((low, high)):
            at = (setting[parameter].low, setting[parameter].high)[end]
            rows.append(
                (parameter, end, target, metric, round(at * 1e9), round(value * 1e6), round(base * 1e6))
            )
    names = ("parameter", "end", "target", "metric", "setting_e9", "value_e6", "base_e6")
    return pl.DataFrame(rows, schema=names, orient="row")


def sensitivity(replications: int) -> pl.DataFrame:
    draws = replications - 1 if replications >= 20 else 0
    explained = 640_000 if draws else None
    childcare, nursing = "childcare-slots-per-1000", "nursing-beds-per-institution-min"
    enough, base = "enough", {childcare: 800_000, nursing: 420_000}
    ranked = (  # target, metric, parameter, first, total, at the low end, at the high end, turns at
        (childcare, enough, "price.childcare", 0.41, 0.55, 0.62, 0.97, 2517.6),
        (childcare, enough, "childcare.wish", 0.38, 0.47, 0.98, 0.55, 0.158),
        (childcare, enough, "demand.level", 0.0, 0.004, 0.80, 0.79, None),
        (childcare, "met", "price.childcare", 0.64, 0.70, 0.21, 0.04, None),
        (nursing, enough, "nursing-bed.wish", 0.80, 0.88, 0.99, 0.20, 0.022),
    )
    rows, rank = [], dict[tuple[str, str], int]()
    for target, metric, parameter, first, total, low, high, turns in ranked:
        rank[target, metric] = rank.get((target, metric), 0) + 1
        indices = [
            round(each * 1e6) for value in (first, total) for each in (value, value * 0.8, value * 1.1)
        ]
        ends = (round(low * 1e6), round(high * 1e6), base[target] if metric == enough else 90_000)
        turning = None if turns is None else round(turns * 1e9)
        rows.append(
            (target, metric, rank[target, metric], parameter, *indices, *ends, turning, draws, explained)
        )
    schema = {column.name: column.dtype for column in spec("sensitivity").columns}
    return pl.DataFrame(rows, schema=schema, orient="row")


def binding(rng: np.random.Generator, replications: int) -> pl.DataFrame:
    rows = []
    for replication in range(replications):
        for target, base, gain in (
            ("childcare-slots-per-1000", 9_000, 0),
            ("nursing-beds-per-institution-min", 400_000, 310),
            ("ordinary-beds", 8_000, 2),
            ("social-work-station-coverage", 1_200_000, 5_200),
        ):
            unmet = base + int(rng.integers(0, base // 20))
            rows.append((replication, target, unmet, unmet - int(gain * rng.uniform(0.8, 1.2))))
    return pl.DataFrame(
        rows, schema=("replication", "target", "unmet_days_base", "unmet_days_plus"), orient="row"
    )
