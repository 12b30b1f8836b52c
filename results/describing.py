"""Describe a run in the words of its manifest: places, services, settings, supply, targets, predictions.

Definitions and scenarios hold all of it; here it becomes entries that a reader of the tables understands
without the project's files.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import polars as pl

from calibration.level import Level, load_level
from evidence.posterior import kept_posterior
from evidence.table import load_evidence
from results.manifest import (
    CountyEntry,
    FittedEntry,
    KindEntry,
    Manifest,
    PredictionEntry,
    SameLogEntry,
    ServiceEntry,
    SettingEntry,
    StandardEntry,
    SupplyEntry,
    TargetEntry,
)
from scenarios.load import Scenario
from scenarios.plan import Kind, load_register
from scenarios.runner import Outcome
from scenarios.schema import Judged
from scenarios.studies import Study
from scenarios.supply import dated_path, delivered_path
from sim.clock import name_of
from sim.kinds import Mechanism, Quality
from sim.parameters import Quantity
from sim.places import Atlas, load_atlas
from sim.services import Service, Words
from sim.supply import PARTS, TURNOVER

LIBRARIES = ("mesa", "simpy", "numpy", "scipy", "numba", "polars")
UNITS_ZH = {
    "slots/1,000 population": "个/千人",
    "slots/institution": "个/所",
    "beds/institution": "张/所",
    "beds": "张（全省）",
    "persons/10,000 urban residents": "人/万城镇人口",
    "%": "%",
}
# Those of targets: they count the province, whatever places a run covers.
UNITS_EN = {"beds": "beds in the province"}
NO_TOTAL = Words("规划未设总量", "the plan sets no total")
NOTES = (Words("千人托位数的分母为2020年普查人口。", "Ratios count the residents of the census of 2020."),)


def manifest_of(study: Study, scenario: Scenario, outcome: Outcome) -> Manifest:
    """Describe a run: all that a reader of its tables needs to know."""
    atlas = load_atlas()
    level = load_level()
    return Manifest(
        scenario=scenario.id, title=scenario.title, description=scenario.description,
        places=(atlas.describe(study.selection.counties),), counties=_counties(study, atlas),
        markets=tuple(str(atlas.markets[m].code) for m in study.selection.markets), seed=study.seed,
        replications=study.replications, months=study.months, versions=_versions(),
        services=tuple(
            describe_service(s, _grade(scenario, s), _price(scenario, s), _minutes(s), _work(scenario, s))
            for s in scenario.services
        ),
        pools=_pools(scenario), kinds=tuple(_kind(scenario, kind) for kind in scenario.kinds),
        settings=tuple(describe_quantity(q) for q in scenario.settings.quantities.values()),
        supply=_supply(scenario), capacity_targets=_targets(study, scenario, outcome),
        predictions=_predictions(level), notes=NOTES, seconds=outcome.seconds,
        peak_mb=outcome.peak_mb, result_hash=outcome.result_hash, fitted=_fitted(level),
        engine=study.engine.value, same_log=_same_log(outcome), posterior=_posterior(),
    )  # fmt: skip


def _same_log(outcome: Outcome) -> SameLogEntry | None:
    """Name the market that both engines served, nothing where none was."""
    agreed = outcome.agreement
    return SameLogEntry(agreed.market, agreed.replication, agreed.requests) if agreed else None


def _posterior() -> dict[str, str]:
    """Give the facts of the posterior that replications drew from, its hash among them."""
    posterior = kept_posterior()
    return dict(posterior.facts) if posterior else {}


def _fitted(level: Level) -> FittedEntry:
    anchor = Words("2020年末全省养老机构入住人数", "bed residents of the province at the end of 2020")
    return FittedEntry(
        level.setting, level.value, level.low, level.high, anchor, level.published, level.reached
    )


def _predictions(level: Level) -> tuple[PredictionEntry, ...]:
    """Give what the province's level predicts without having been fitted to it."""
    return tuple(
        PredictionEntry(
            each.id, Words(each.zh, each.en), each.published, each.unit, each.source, (each.predicted,)
        )
        for each in level.predictions
    )


def _counties(study: Study, atlas: Atlas) -> tuple[CountyEntry, ...]:
    """Name the reported counties, the doubt of their head count, and whose ages no table prints."""
    evidence, counties = load_evidence(), atlas.counties
    margins = evidence.by_county("resident_population_relative_margin", 2020)
    old = [evidence.by_county(f"{word}_60_plus", 2020) for word in ("age", "share")]
    unknown = np.isnan(old[0]) & np.isnan(old[1])
    return tuple(
        CountyEntry(int(counties.code[c]), str(counties.name[c]), str(atlas.cities.name[counties.city[c]]),
                    float(margins[c]), ages_imputed=bool(unknown[c]))
        for c in study.selection.counties
    )  # fmt: skip


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("jinlin", *LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def describe_service(
    service: Service, grade: str, price: str = "", minutes: str = "", work: tuple[str, ...] = ()
) -> ServiceEntry:
    """Turn a service's definition into its entry in the manifest.

    ``work`` names the settings that a workload's minutes turn on.
    """
    standard = service.standard
    return ServiceEntry(
        id=service.id,
        name=service.name,
        plan=service.plan,
        mechanism=Mechanism(service.mechanism).name.lower(),
        pool=service.pool,
        group=service.group,
        unit=service.unit,
        client=service.client,
        standard=StandardEntry(standard.within_days, standard.share, standard.reason),
        grade=grade,
        cadre=service.cadre,
        price=price,
        minutes=minutes,
        settings=_settings_by_step(service, price, work),
    )


def _settings_by_step(service: Service, price: str, work: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Name, for each step of a service's cascade, the settings that decide who passes it."""
    paying = (price, service.income_share, service.income_heads, service.ability_spread)
    staying = (service.patience_days, service.stay_days, service.stay_spread)
    parts = tuple(dict.fromkeys(group.place for group in service.needed))
    steps = {
        "wanted": (service.wish, *(each.ratio for each in service.odds)),
        "affordable": paying,
        "in_reach": (service.reach_km,),
        "requested": (service.reach_km,),
        "served": (*staying, *parts),
        "in_time": (*staying, *parts),
        "minutes": work,
    }
    kept = {step: tuple(filter(None, names)) for step, names in steps.items()}
    return {step: names for step, names in kept.items() if names}


def describe_quantity(quantity: Quantity) -> SettingEntry:
    """Turn a quantity into its entry in the manifest."""
    return SettingEntry(
        name=quantity.name,
        value=quantity.value,
        low=quantity.low,
        high=quantity.high,
        unit=quantity.unit,
        source=quantity.source,
        year=quantity.year,
        quality=quantity.quality.value,
        reason=quantity.reason,
        title_zh=quantity.title_zh,
        title_en=quantity.title_en,
        touches=quantity.touches,
    )


def _grade(scenario: Scenario, service: Service) -> str:
    """Grade the evidence of a service, apart from the assumed numbers that turning points weigh."""
    if service.mechanism is Mechanism.WORKLOAD:
        return "C"  # no evidence of minutes per event exists
    mine = [q for name, q in scenario.settings.quantities.items() if name.startswith(f"{service.id}.")]
    return "A" if mine and all(q.quality is Quality.PUBLISHED and "福建" in q.source for q in mine) else "B"


def _price(scenario: Scenario, service: Service) -> str:
    named = [f"{kind.id}.price.{what}" for kind in scenario.kinds for what in (service.id, service.pool)]
    return next((name for name in reversed(named) if name in scenario.settings), "")


def _minutes(service: Service) -> str:
    return service.needed[0].minutes if service.mechanism is Mechanism.WORKLOAD else ""


def _work(scenario: Scenario, service: Service) -> tuple[str, ...]:
    """Name the settings that the minutes of a workload's cadre turn on."""
    own = ("annual_hours", "service_share", "staffed_share", *TURNOVER)
    names = [f"{service.cadre}.{what}" for what in own]
    return tuple(name for name in names if name in scenario.settings)


def _pools(scenario: Scenario) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pool.id for kind in scenario.kinds for pool in kind.pools))


def _kind(scenario: Scenario, kind) -> KindEntry:  # type: ignore[no-untyped-def]
    beds = {s.pool for s in scenario.services if s.group == "elder-bed"}
    return KindEntry(
        kind.id, kind.name, kind.public, elder_home=bool(beds & {pool.id for pool in kind.pools})
    )


def _supply(scenario: Scenario) -> tuple[SupplyEntry, ...]:
    entries = []
    for key, value in scenario.dated.items():
        path = dated_path(scenario, key)
        marked = {name_of(m): float(path[m]) for m in value.months if 0 <= m < len(path)}
        entries.append(SupplyEntry(key, value.unit.name, marked, value.source))
    return tuple(entries)


def _targets(study: Study, scenario: Scenario, outcome: Outcome) -> tuple[TargetEntry, ...]:
    judged = [_judged(study, scenario, each) for each in scenario.targets]
    spoken = {name for each in judged for name in each.services}
    silent = [s for s in scenario.services if s.queued and s.id not in spoken]
    return (*judged, *(_silent(scenario, s, outcome) for s in silent))


def _judged(study: Study, scenario: Scenario, judged: Judged) -> TargetEntry:
    register = load_register()[judged.id]
    services = _services_of(scenario, judged.id)
    return TargetEntry(
        id=judged.id, title=Words(register.name_zh, register.name_en), plan=register.section,
        services=services,
        planned=register.value, comparator=str(register.comparator),
        unit=Words(UNITS_ZH.get(register.unit, register.unit), UNITS_EN.get(register.unit, register.unit)),
        delivered=_delivered(study, scenario, judged, register.unit), step=_step(scenario, services),
        costs=_costs(scenario, services), scenario_values=judged.delivered,
        companion=register.kind == "companion",
        note=judged.reason,
    )  # fmt: skip


def _services_of(scenario: Scenario, target: str) -> tuple[str, ...]:
    """Name the services that a target is about; a limit of size, or a number printed again, names none.

    A companion target that no definition lists is about the services of the places that deliver it, where no
    target of the plan is.
    """
    if not _speaks(target):
        return ()
    listed = tuple(service.id for service in scenario.services if target in service.targets)
    if listed:
        return listed
    judged = next(each for each in scenario.targets if each.id == target)
    pools = {
        pool.id for kind in scenario.kinds if f"supply.{kind.id}" in judged.delivered for pool in kind.pools
    }
    ours = {each.id for each in scenario.targets if _speaks(each.id)}
    return tuple(s.id for s in scenario.services if s.pool in pools and not ours & set(s.targets))


def _speaks(target: str) -> bool:
    register = load_register()[target]
    return register.kind is not Kind.LIMIT and not register.same_as


def _silent(scenario: Scenario, service: Service, outcome: Outcome) -> TargetEntry:
    """Judge a service for which the plan has no number: the verdict says so."""
    units = pl.DataFrame(dict(outcome.tables["units"])).filter(
        pl.col("pool") == _pools(scenario).index(service.pool)
    )
    built = (
        units.group_by("replication")
        .agg(pl.col("built_start", "built_end").sum() / PARTS)
        .sort("replication")
    )
    return TargetEntry(
        id=f"{service.id}-total", title=service.name, plan=service.plan, services=(service.id,), planned=None,
        comparator=">=", unit=service.unit,
        delivered={"2020": tuple(built["built_start"]), "2025": tuple(built["built_end"])},
        step=_step(scenario, (service.id,)),
        costs=_costs(scenario, (service.id,)), note=NO_TOTAL,
    )  # fmt: skip


def _delivered(study: Study, scenario: Scenario, judged: Judged, unit: str) -> dict[str, tuple[float, ...]]:
    """Give the value reached at the ends of 2020 and 2025 in each replication."""
    found: dict[str, tuple[float, ...]] = {}
    for year, month in (("2020", 1), ("2025", study.months - 1)):
        paths = [
            delivered_path(
                scenario, judged, unit, scenario.settings.drawn(study.seed, replication), study.months
            )
            for replication in range(study.replications)
        ]
        found[year] = tuple(float(path[month]) for path in paths if path is not None)
    return found


def _step(scenario: Scenario, services: Sequence[str]) -> Words:
    """Name one smallest unit: definitions name units in the plural, which English makes with an s."""
    units = [s.unit for s in scenario.services if s.id in services]
    if not units:
        return Words("1个单位", "one unit")
    return Words(f"1{units[0].zh}", f"one {units[0].en.removesuffix('s')}")


def _costs(scenario: Scenario, services: Sequence[str]) -> dict[str, str]:
    pools = {s.pool for s in scenario.services if s.id in services and s.queued}
    return {pool: f"cost.{pool}" for pool in sorted(pools) if f"cost.{pool}" in scenario.settings}
