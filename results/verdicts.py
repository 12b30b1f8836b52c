"""Verdicts on the plan's targets: delivered, met, enough, idle, binding; and the break-even of a workload.

Every formula of the first page's table stands here once, as a pure function of arrays over replications;
``verdicts`` only fetches the arrays. The words (design, way of the data 7):

* *delivered*: is the plan's number reached, by its comparator
* *met*: share of the needed served within the standard
* *enough*: share of the requests that are decided served within it; from 50 replications on, the probability
  that this share reaches the standard's
* *idle*: capacity built and staffed but unused over the year, in yuan a year
* *binding*: days of waiting avoided by one smallest unit more
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from results.cascades import last_year_rows
from results.estimates import Estimate, estimate, exact, ratio
from results.manifest import ServiceEntry, TargetEntry
from results.tables import Array, Run, by_replication
from sim.clock import MINUTES_PER_DAY, month_start, months_of

REPLICATIONS_FOR_PROBABILITY = 50
PARTS = 1000
MONTHS_A_YEAR = 12
GRADES = "ABC"
MOVES_A_VERDICT = 0.01  # an assumed number that moves a share by a hundredth makes it grade C
_TOLERANCE = 1e-9
_SAME = 1e-4  # minutes a head differ between replications by who is alive: less than this is no doubt


@dataclass(frozen=True)
class Delivered:
    """What was reached, what was planned, and whether it suffices; ``planned`` None: the plan is silent."""

    start: Estimate
    reached: Estimate
    planned: float | None
    comparator: str
    yes: bool | None


@dataclass(frozen=True)
class Enough:
    """Share of decided requests served in time, the standard's, the probability from 50 replications on."""

    share: Estimate
    standard: float
    probability: float | None
    replications: int  # in which anything was decided


@dataclass(frozen=True)
class Idle:
    """Places unused over the year (mean) and their cost; ``yuan`` unknown where no cost is known."""

    places: Estimate
    yuan: Estimate


@dataclass(frozen=True)
class BreakEven:
    """Minutes that the workers carry per urban resident and year, at the start and in the last year."""

    start: Estimate
    last: Estimate
    asked: Estimate  # minutes that the assumed errands would ask for, per urban resident and year
    per_errand: Estimate


@dataclass(frozen=True)
class Verdict:
    """All that is said of one target."""

    target: TargetEntry
    delivered: Delivered
    met: Estimate | None
    enough: Enough | None
    idle: Idle | None
    binding: Estimate | None
    break_even: BreakEven | None
    grade: str


def delivered(start: Array, reached: Array, planned: float | None, comparator: str) -> Delivered:
    """Compare what is reached (per replication) with the plan's number.

    A target is delivered only where every replication reaches it; "~" (wording, no number) is not judged.

    >>> delivered(np.array([2.0]), np.array([3.0]), 3.0, ">=").yes
    True
    """
    return Delivered(
        _exact_or_estimate(start),
        _exact_or_estimate(reached),
        planned,
        comparator,
        _holds(reached, planned, comparator),
    )


def _holds(reached: Array, planned: float | None, comparator: str) -> bool | None:
    if planned is None or len(reached) == 0 or comparator not in (">=", ">", "<=", "<", "="):
        return None
    slack = _TOLERANCE * max(1.0, abs(planned))
    tests = {
        ">=": reached >= planned - slack,
        ">": reached > planned + slack,
        "<=": reached <= planned + slack,
        "<": reached < planned - slack,
        "=": reached >= planned - slack,  # the plan's "=" is a number to be reached; more is not a failure
    }
    return bool(np.all(tests[comparator]))


def _exact_or_estimate(values: Array) -> Estimate:
    same = len(values) > 0 and np.ptp(values) == 0
    return exact(float(values[0]), len(values)) if same else estimate(values)


def met(in_time: Array, needed: Array) -> Estimate:
    """Return the share of the needed served within the standard."""
    return estimate(ratio(in_time, needed))


def enough(in_time: Array, requested: Array, pending: Array, standard: float) -> Enough:
    """Return the share of decided requests served in time; those that may still be in time are left out.

    >>> enough(np.array([90.0]), np.array([110.0]), np.array([10.0]), 0.95).share.mean
    0.9
    """
    shares = ratio(in_time, requested - pending)
    known = shares[np.isfinite(shares)]
    probability = float((known >= standard).mean()) if len(known) >= REPLICATIONS_FOR_PROBABILITY else None
    return Enough(estimate(shares), standard, probability, len(known))


def idle(unused_place_days: dict[str, Array], days: int, yearly_cost: dict[str, Array]) -> Idle:
    """Return the places unused over a year of ``days`` days and their yearly operating cost.

    ``unused_place_days`` and ``yearly_cost`` (yuan a place and year) are by pool, arrays over replications;
    a pool without a cost makes the cost unknown.
    """
    places = {pool: days_unused / days for pool, days_unused in unused_place_days.items()}
    total = np.sum(list(places.values()), axis=0)
    if set(places) <= set(yearly_cost):
        yuan = np.sum([places[pool] * yearly_cost[pool] for pool in places], axis=0)
    else:
        yuan = np.full(np.shape(total), np.nan)
    return Idle(estimate(total), estimate(yuan))


def binding(unmet_days_base: Array, unmet_days_plus: Array) -> Estimate:
    """Return the person-days of waiting that one smallest unit more avoids, with the same draws."""
    return estimate(unmet_days_base - unmet_days_plus)


def minutes_per_resident_year(minutes: Array, resident_years: Array) -> Array:
    """Return the minutes of work per resident and year.

    >>> round(float(minutes_per_resident_year(np.array([18 * 96_000.0]), np.array([10_000.0]))[0]), 1)
    172.8
    """
    return ratio(minutes, resident_years)


def break_even_minutes(assumed_minutes: Array, supplied: Array, demanded: Array) -> Array:
    """Return the minutes of one event at which the work just fits, the counts of events kept as assumed.

    >>> break_even_minutes(np.array([30.0]), np.array([500.0]), np.array([1000.0])).tolist()
    [15.0]
    """
    return np.asarray(assumed_minutes * ratio(supplied, demanded))


def lowest_grade(grades: list[str]) -> str:
    """Return the weakest of some grades of evidence; C where there is none, empty where one is not known.

    >>> lowest_grade(["A", "B"]), lowest_grade(["A", ""]), lowest_grade(["C", ""])
    ('B', '', 'C')
    """
    if "C" in grades or not grades:
        return "C"
    return "" if "" in grades else max(grades, key=GRADES.index)


def verdicts(run: Run) -> list[Verdict]:
    """Judge every target that the run's manifest lists."""
    return [verdict(run, target) for target in run.manifest.capacity_targets]


def verdict(run: Run, target: TargetEntry) -> Verdict:
    """Judge one target from the tables."""
    services = [run.manifest.service(name) for name in target.services]
    queued = [each for each in services if each.queued]
    work = [each for each in services if each.mechanism == "workload"]
    years = sorted(target.delivered)
    reach = delivered(
        np.array(target.delivered[years[0]]),
        np.array(target.delivered[years[-1]]),
        target.planned,
        target.comparator,
    )
    persons = target_persons(run, queued)
    return Verdict(
        target=target,
        delivered=reach,
        met=met(persons["in_time"], persons["needed"]) if queued else None,
        enough=_enough(persons, queued) if queued else None,
        idle=_idle(run, target, queued) if queued else None,
        binding=_binding(run, target.id),
        break_even=_break_even(run, work[0]) if work else None,
        grade=grade_of(run, target.id, [each.grade for each in services]),
    )


def target_persons(run: Run, services: list[ServiceEntry]) -> dict[str, Array]:
    """Add up the persons of a target's services: a person in need of two services has two needs."""
    columns = ("needed", "requested", "pending", "in_time")
    total = {name: np.zeros(run.replications) for name in columns}
    for service in services:
        sums = by_replication(last_year_rows(run, service.id), columns, run.replications)
        total = {name: total[name] + sums[name] for name in columns}
    return total


def _enough(persons: dict[str, Array], services: list[ServiceEntry]) -> Enough:
    standard = max(each.standard.share for each in services)
    return enough(persons["in_time"], persons["requested"], persons["pending"], standard)


def unused_place_days(run: Run, pool: str) -> Array:
    """Return the place-days of a pool built and staffed but not taken in the last year, by replication.

    Never below nil: who is in place where places close may stay.
    """
    taken, offered = place_days(run, pool)
    return np.maximum(offered - taken, 0) / PARTS


def place_days(run: Run, pool: str) -> tuple[Array, Array]:
    """Return the place-days of a pool taken and usable in the last year, in 1/1000, by replication.

    What is taken by the services that share a pool adds up; they report the same capacity, so that of one of
    them counts. Places open and close on the last day of a month (``sim.openings``): until then those of the
    month before are there.
    """
    months = months_of(run.last_year)
    services = [row for row, each in enumerate(run.manifest.services) if each.pool == pool and each.queued]
    rows = run.table("months").filter(
        pl.col("service").is_in(services), pl.col("month").is_between(months[0] - 1, months[-1])
    )
    at_end = pl.col("usable_parts")
    until_then = at_end.shift(1).over("replication", order_by="month").fill_null(at_end)
    days_before = pl.col("month").replace_strict(month_days(run)) - 1
    whole = rows.filter(pl.col("service") == services[0]).group_by("replication", "month").agg(at_end.sum())
    capacity = whole.with_columns(days_usable=until_then * days_before + at_end)
    year = pl.col("month") >= months[0]
    offered = by_replication(capacity.filter(year), ["days_usable"], run.replications)["days_usable"]
    taken = by_replication(rows.filter(year), ["place_part_days"], run.replications)["place_part_days"]
    return taken, offered


def month_days(run: Run) -> dict[int, int]:
    """Return the days of each month of the run."""
    return {m: (month_start(m + 1) - month_start(m)) // MINUTES_PER_DAY for m in range(run.manifest.months)}


def _idle(run: Run, target: TargetEntry, services: list[ServiceEntry]) -> Idle:
    pools = dict.fromkeys(each.pool for each in services)
    days = sum(month_days(run)[m] for m in months_of(run.last_year))
    costs = {pool: setting_values(run, name) for pool, name in target.costs.items()}
    return idle({pool: unused_place_days(run, pool) for pool in pools}, days, costs)


def setting_values(run: Run, name: str) -> Array:
    """Return a setting's value in each replication: as drawn, or its central value."""
    values = np.full(run.replications, run.manifest.setting(name).value)
    drawn = run.table("draws").filter(pl.col("parameter") == name)
    values[drawn["replication"].to_numpy()] = drawn["value_e9"].to_numpy() / 1e9
    return values


def _binding(run: Run, target: str) -> Estimate | None:
    rows = run.table("binding").filter(pl.col("target") == target)
    if rows.is_empty():
        return None
    return binding(rows["unmet_days_base"].to_numpy(), rows["unmet_days_plus"].to_numpy())


def _break_even(run: Run, service: ServiceEntry) -> BreakEven:
    start, end = (workload_sums(run, service.id, year) for year in (run.years[0], run.last_year))
    carried = [
        minutes_per_resident_year(each["minutes_supplied"], each["urban_years"]) for each in (start, end)
    ]
    asked = minutes_per_resident_year(end["minutes_demanded"], end["urban_years"])
    minutes = setting_values(run, service.minutes) if service.minutes else np.full(run.replications, np.nan)
    errand = break_even_minutes(minutes, end["minutes_supplied"], end["minutes_demanded"])
    return BreakEven(
        _rounded_exact(carried[0]), _rounded_exact(carried[1]), estimate(asked), estimate(errand)
    )


def _rounded_exact(values: Array) -> Estimate:
    """Treat a figure as exact where replications agree to a ten-thousandth."""
    mean = float(values.mean())
    same = np.ptp(values) <= _SAME * max(abs(mean), _TOLERANCE)
    return exact(mean, len(values)) if same else estimate(values)


def workload_sums(run: Run, service: str, year: int) -> dict[str, Array]:
    """Sum a workload's minutes and the urban resident-years of a calendar year, by replication."""
    columns = ("minutes_demanded", "minutes_supplied", "minutes_done")
    rows = run.of_service("months", service).filter(pl.col("month").is_in(list(months_of(year))))
    life = run.table("life").filter(pl.col("year") == year)
    urban = life.with_columns(
        urban_months=pl.col("resident_months") * pl.col("urban") / pl.col("population").clip(lower_bound=1)
    )
    years = by_replication(urban, ["urban_months"], run.replications)["urban_months"] / MONTHS_A_YEAR
    return by_replication(rows, columns, run.replications) | {"urban_years": years}


def grade_of(run: Run, target: str, evidence: list[str]) -> str:
    """Return the weakest evidence behind a verdict: its services', or C where an assumed number moves it.

    Empty where that is not known: its evidence is better, but nobody has moved the assumed numbers yet.
    """
    if evidence and not run.has("turning"):
        return lowest_grade([*evidence, ""])
    rows = run.table("turning").filter(pl.col("target") == target, pl.col("metric").is_in(["met", "enough"]))
    moved = ((rows["value_e6"] - rows["base_e6"]).abs() / 1e6).max()
    assumed = isinstance(moved, int | float) and moved >= MOVES_A_VERDICT
    return lowest_grade([*evidence, "C"] if assumed else evidence)
