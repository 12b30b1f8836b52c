"""Compare two runs: paired differences by draw, with intervals that hold for all rows together with 95 %.

Pairing holds because residents, needs and thresholds are drawn once per replication and replayed by every
scenario; it needs the same places, seed and number of replications. Replications that repeat a draw (twins)
are averaged before differences are taken for independent, and replication 0, at central values, is no draw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from results.cascades import last_year_rows
from results.differences import LEAST_DRAWS, NO_DRAW, Family, Labels, Paired, mean_by_draw, paired
from results.doubt import twins
from results.estimates import Estimate, Interval, estimate, ratio
from results.manifest import ServiceEntry
from results.notation import Writer, count, minus, share, with_interval
from results.tables import Array, Run, by_replication
from results.verdicts import month_days, unused_place_days
from results.words import say
from sim.clock import months_of
from sim.errors import RunError

OUTCOMES = ("served", "waiting", "met", "idle_places", "unmet_days")
OF_WORK = ("minutes_done",)


@dataclass(frozen=True)
class Difference:
    """An outcome of a service in both runs, and B minus A with its interval."""

    service: str
    outcome: str
    a: Estimate
    b: Estimate
    difference: Paired


@dataclass(frozen=True)
class Comparison:
    """Two runs on the same residents and draws, and how they differ over so many draws."""

    a: Run
    b: Run
    rows: tuple[Difference, ...]
    draws: int


def compare_runs(a: Run, b: Run, pairs: int = 1) -> Comparison:
    """Compare two runs outcome by outcome, for every service that both have.

    The intervals are those of ``jinlin compare``: of all rows of so many pairs together.
    Raises RunError where places, seed, replications, months or posterior differ: nothing could be paired.
    """
    must_match(a, b)
    theirs = {each.id for each in b.manifest.services}
    shared = [each for each in a.manifest.services if each.id in theirs and outcomes_of(each)]
    if not shared:
        raise RunError(f"{a.name} and {b.name} have no service in common; compare runs of the same services")
    family = Family(sum(len(outcomes_of(each)) for each in a.manifest.services) * pairs)
    draws = draws_of(a)
    rows = [
        _difference(a, b, service, outcome, draws, family)
        for service in shared
        for outcome in outcomes_of(service)
    ]
    return Comparison(a, b, tuple(rows), len(set(draws.tolist()) - {NO_DRAW}))


def outcomes_of(service: ServiceEntry) -> tuple[str, ...]:
    """Name the outcomes of a service: those of a queue, or of a workload; else none."""
    if service.queued:
        return OUTCOMES
    return OF_WORK if service.mechanism == "workload" else ()


def draws_of(run: Run) -> Labels:
    """Label each replication with its draw: a twin with its elder's, replication 0 only where it is alone."""
    labels = np.arange(run.replications)
    for first, second in twins(run):
        labels[second] = first
    if run.replications > 1:
        labels[0] = NO_DRAW
    return labels


def outcome_by_replication(run: Run, service: ServiceEntry, outcome: str) -> Array:
    """Return an outcome of a service in each replication, in the last year or at its end."""
    return _READERS[outcome](run, service)


def written(comparison: Comparison, language: str = "en") -> list[tuple[str, ...]]:
    """Write a comparison as rows of text: service, outcome, A, B, B − A."""
    services = comparison.a.manifest
    lines = []
    for row in comparison.rows:
        write: Writer = share if row.outcome == "met" else count
        name = services.service(row.service).name[language]
        cells = [written_side(each, language, write) for each in (row.a, row.b)]
        cells.append(written_gap(row.difference, language, write, points=row.outcome == "met"))
        unit = services.service(row.service).unit[language]
        lines.append((name, say(f"out_{row.outcome}", language, unit=unit), *cells))
    return lines


def written_side(number: Estimate, language: str, write: Writer) -> str:
    """Write an estimate; one computed once stands bare, for a note says once that there are no intervals."""
    return with_interval(number, language, write, short=number.kind is Interval.NOT_ESTIMATED)


def written_gap(found: Paired, language: str, write: Writer, points: bool) -> str:
    """Write a difference (of shares: in points) with its interval, or why it has none; bare with one draw."""
    if points:
        write = _in_points
    if found.alike or not np.isfinite(found.half):
        alone = write(found.mean, language)
        value = say("points", language, value=alone) if points else alone
        if found.draws < LEAST_DRAWS:
            return value
        return say("alike" if found.alike else "no_interval_yet", language, value=value)
    words = with_interval(found.estimate, language, write)
    return say("points", language, value=words) if points else words


def _in_points(value: float, language: str) -> str:
    return minus(f"{100 * value:.1f}")


def must_match(a: Run, b: Run) -> None:
    """Raise RunError where two runs cannot be paired."""
    codes = [tuple(county.code for county in run.manifest.counties) for run in (a, b)]
    checks = (
        ("places", codes[0] == codes[1], "、".join(a.manifest.places), "、".join(b.manifest.places)),
        ("seed", a.manifest.seed == b.manifest.seed, a.manifest.seed, b.manifest.seed),
        ("replications", a.replications == b.replications, a.replications, b.replications),
        ("months", a.manifest.months == b.manifest.months, a.manifest.months, b.manifest.months),
    )
    for word, same, first, second in (*checks, _posteriors(a, b)):
        if not same:
            raise RunError(
                f"{a.name} and {b.name} cannot be paired: {word} {first} against {second}; "
                f"run both with the same {word}"
            )


def _posteriors(a: Run, b: Run) -> tuple[str, bool, str, str]:
    """Hold the posteriors that two runs drew from against each other, by the hash of their draws."""
    first, second = (run.manifest.posterior.get("draws_sha256", "none")[:12] for run in (a, b))
    return "posterior", first == second, first, second


def _difference(
    a: Run, b: Run, service: ServiceEntry, outcome: str, draws: Labels, family: Family
) -> Difference:
    first = outcome_by_replication(a, service, outcome)
    second = outcome_by_replication(b, b.manifest.service(service.id), outcome)
    a_side, b_side = (estimate(mean_by_draw(each, draws)) for each in (first, second))
    return Difference(service.id, outcome, a_side, b_side, paired(first, second, draws, family.each))


def _served(run: Run, service: ServiceEntry) -> Array:
    return by_replication(last_year_rows(run, service.id), ("served",), run.replications)["served"]


def _met(run: Run, service: ServiceEntry) -> Array:
    sums = by_replication(last_year_rows(run, service.id), ("in_time", "needed"), run.replications)
    return ratio(sums["in_time"], sums["needed"])


def _waiting(run: Run, service: ServiceEntry) -> Array:
    end = run.of_service("months", service.id).filter(pl.col("month") == run.manifest.months - 1)
    return by_replication(end, ("waiting",), run.replications)["waiting"]


def _idle_places(run: Run, service: ServiceEntry) -> Array:
    days = sum(month_days(run)[month] for month in months_of(run.last_year))
    return np.asarray(unused_place_days(run, service.pool) / days)


def _unmet_days(run: Run, service: ServiceEntry) -> Array:
    months = list(months_of(run.last_year))
    rows = run.of_service("months", service.id).filter(pl.col("month").is_in(months))
    return by_replication(rows, ("unmet_days",), run.replications)["unmet_days"]


def _minutes_done(run: Run, service: ServiceEntry) -> Array:
    rows = run.of_service("months", service.id).filter(pl.col("month").is_in(list(months_of(run.last_year))))
    return by_replication(rows, ("minutes_done",), run.replications)["minutes_done"]


_READERS: dict[str, Callable[[Run, ServiceEntry], Array]] = {
    "served": _served,
    "waiting": _waiting,
    "met": _met,
    "idle_places": _idle_places,
    "unmet_days": _unmet_days,
    "minutes_done": _minutes_done,
}
