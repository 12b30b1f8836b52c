"""Turn dated values into what the simulation takes: settings by month, and numbers held against targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scenarios.schema import Judged, Measure, Scenario
from sim.clock import MONTHS_TO_END_OF_2025
from sim.errors import Fault, ScenarioError
from sim.supply import FacilityKind, SupplyPlan
from sim.turnover import Terms, expected

Floats = NDArray[np.float64]
Values = Mapping[str, float]
_LEAST_SHARE, _SLACK = 0.01, 1e-6  # a share of nothing asks for no size; places are whole
_PER_CENT = {"%": 100.0}  # the register writes shares as per cent, scenarios as parts of one


def supply_plan(
    scenario: Scenario, settings: Values | None = None, months: int = MONTHS_TO_END_OF_2025
) -> SupplyPlan:
    """Give the supply of a scenario month by month.

    ``settings`` are those of a replication (drawn); the scenario's own where left out. A dated value moves
    one setting: its path, shape (months,), is in the setting's unit. Where a draw, not the scenario, makes
    new facilities too small for the plan's least they are as large as it asks: a draw is nobody's mistake.
    """
    drawn = settings is not None and settings is not scenario.settings
    settings = scenario.settings if settings is None else settings
    paths = {
        value.unit.setting: dated_path(scenario, key, settings, months) * value.unit.factor
        for key, value in scenario.dated.items()
    }
    plan = SupplyPlan(
        kinds=scenario.kinds, cadres=scenario.cadres, services=scenario.services, settings=settings,
        months=months, paths=paths, file=scenario.lineage[0].file,
    )  # fmt: skip
    return replace(plan, paths=paths | _least_sizes(plan)) if drawn else plan


def own_settings(plan: SupplyPlan) -> SupplyPlan:
    """Leave a plan the settings of its facilities and staff alone: no other moves what is built from it."""
    owners = {kind.id for kind in plan.kinds} | {cadre.id for cadre in plan.cadres}
    own = {name: plan.settings[name] for name in plan.settings if name.split(".", 1)[0] in owners}
    return replace(plan, settings=own)


def _least_sizes(plan: SupplyPlan) -> dict[str, Floats]:
    """Give the sizes of new facilities, by month, that hold the least of their first pool's places."""
    found = {}
    for kind in plan.kinds:
        if kind.least_new and kind.pools[0].share:
            share = np.maximum(plan.path(kind.pools[0].share), _LEAST_SHARE)
            least = np.ceil(plan.path(kind.least_new) / share + _SLACK)
            found[kind.new_size] = np.maximum(plan.path(kind.new_size), least)
    return found


def dated_path(
    scenario: Scenario, key: str, settings: Values | None = None, months: int = MONTHS_TO_END_OF_2025
) -> Floats:
    """Give a value that the scenario dates, by month, in the unit it was written in."""
    value = scenario.dated[key]
    settings = scenario.settings if settings is None else settings
    return value.by_month(settings[value.unit.setting] / value.unit.factor, months)


def key_path(
    scenario: Scenario, key: str, settings: Values | None = None, months: int = MONTHS_TO_END_OF_2025
) -> Floats:
    """Give a dated value in its first unit, or a setting, by month, whether the scenario dates it or not."""
    plan = supply_plan(scenario, settings, months)
    units = scenario.units.get(key)
    return plan.path(units[0].setting) / units[0].factor if units else plan.path(key)


def delivered_path(
    scenario: Scenario, judged: Judged, unit: str,
    settings: Values | None = None, months: int = MONTHS_TO_END_OF_2025,
) -> Floats | None:  # fmt: skip
    """Give what is held against a target on the last day of each month, (months,), in the target's unit.

    A number of staff counts those in post, where the scenario keeps that account, not the posts. ``unit`` is
    the register's. None where the target names no values: the run itself has to say.
    """
    if not judged.delivered:
        return None
    paths = [_reached(scenario, key, settings, months) for key in judged.delivered]
    factor = _PER_CENT.get(unit, 1.0)
    match judged.measure:
        case Measure.PRODUCT:
            return np.asarray(np.prod(paths, axis=0) * factor)
        case Measure.SHARE:
            kinds = (key.split(".", 1)[1] for key in judged.delivered)
            places = [key_path(scenario, f"supply.{kind}", settings, months) for kind in kinds]
            of_first = np.sum([share * total for share, total in zip(paths, places, strict=True)], axis=0)
            return np.asarray(of_first / np.maximum(np.sum(places, axis=0), 1) * factor)
        case Measure.ADDED:
            total = np.sum(paths, axis=0)
            return np.asarray((total - total[0]) * factor)
        case _:
            return np.asarray(np.sum(paths, axis=0) * factor)


def _reached(scenario: Scenario, key: str, settings: Values | None, months: int) -> Floats:
    """Give a value by month; of staff with a turnover, those whom its posts can expect to have."""
    for cadre in scenario.cadres:
        if cadre.turnover and cadre.workers_per_10000 and key == f"staff.{cadre.id}":
            plan = supply_plan(scenario, settings, months)
            return expected(plan.path(cadre.workers_per_10000), Terms.of(plan, cadre))[0]
    return key_path(scenario, key, settings, months)


def check_limits(scenario: Scenario) -> None:
    """Refuse a scenario that builds what the plan forbids: too large, or with too few nursing beds.

    Only what is built in the run is bound, so a kind whose places never rise is not looked at.
    """
    plan = supply_plan(scenario)
    for kind in scenario.kinds:
        rising = np.flatnonzero(np.diff(plan.path(kind.total)) > 0) + 1
        if rising.size and not kind.one_per_township:
            _check_largest(plan, kind, rising)
            _check_smallest(plan, kind, rising)


def _check_largest(plan: SupplyPlan, kind: FacilityKind, months: NDArray[np.intp]) -> None:
    size = float(plan.path(kind.new_size)[months].max())
    most = float(plan.path(kind.most_new)[0]) if kind.most_new else np.inf
    if size > most:
        raise _fault(plan, kind.new_size, size, f"1 to {most:g}", "the plan's limit; open more, smaller ones")


def _check_smallest(plan: SupplyPlan, kind: FacilityKind, months: NDArray[np.intp]) -> None:
    share = plan.path(kind.pools[0].share) if kind.pools[0].share else np.ones(plan.months)
    nursing = (plan.path(kind.new_size) * share)[months]
    least = float(plan.path(kind.least_new)[0]) if kind.least_new else 0.0
    if nursing.min() < least:
        worst = int(months[int(np.argmin(nursing))])
        size, of_it = float(plan.path(kind.new_size)[worst]), float(share[worst])
        fewest = f"at least {np.ceil(least / of_it):g}" if of_it else "larger, with a nursing share above 0"
        remedy = f"at a nursing share of {of_it:.2g} it has fewer than the plan's {least:g} nursing beds"
        raise _fault(plan, kind.new_size, size, fewest, remedy)


def _fault(plan: SupplyPlan, key: str, value: float, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError(str(Fault(plan.file, key, value, allowed, remedy)))
