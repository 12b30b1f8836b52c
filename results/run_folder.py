"""Write a run folder: claimed and marked unfinished first, finished only when everything is in it.

``runs/<name>/`` holds the scenario as read, ``manifest.json``, the Parquet tables with their dictionary and
``summary.json``. A finished folder is never touched, nor is a folder that is no run of ours.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import polars as pl

from calibration.evidence import load_evidence
from calibration.level import Level, load_level
from results.dictionary import E9, conform, write_dictionary
from results.manifest import (
    FILE,
    CountyEntry,
    FittedEntry,
    KindEntry,
    Manifest,
    PredictionEntry,
    SupplyEntry,
    TargetEntry,
    describe_quantity,
    describe_service,
    write_manifest,
)
from results.probing import binding_frame, turning_frame
from results.summary import write_summary
from results.tables import open_run
from scenarios.experiments import Study
from scenarios.load import Scenario
from scenarios.plan import Kind, load_register
from scenarios.probes import cost_probes, probes_of
from scenarios.runner import Outcome
from scenarios.schema import Judged
from scenarios.supply import dated_path, delivered_path
from sim.clock import name_of
from sim.errors import RunError
from sim.kinds import Mechanism, Quality
from sim.places import Atlas, load_atlas
from sim.services import Service, Words
from sim.supply import PARTS

LIBRARIES = ("mesa", "simpy", "numpy", "scipy", "numba", "polars")
UNITS_ZH = {
    "slots/1,000 population": "个/千人",
    "slots/institution": "个/所",
    "beds/institution": "张/所",
    "beds": "张",
    "persons/10,000 urban residents": "人/万城镇人口",
    "%": "%",
}
NO_TOTAL = Words("规划未设总量", "the plan sets no total")
NOTES = (Words("千人托位数的分母为2020年普查人口。", "Ratios count the residents of the census of 2020."),)


def claim(folder: Path, scenario: Scenario) -> None:
    """Make a run folder and mark it unfinished.

    Raises RunError where it holds a finished run, or anything that is not a run.
    """
    manifest = folder / FILE
    if manifest.is_file():
        if _finished(manifest):
            raise RunError(f"{folder}: holds a finished run; give another folder with --out, or remove it")
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunError(f"{folder}: is no run folder and not empty; give another folder with --out")
    (folder / "scenario").mkdir(parents=True, exist_ok=True)
    manifest.write_text(json.dumps({"finished": False, "scenario": scenario.id}) + "\n", encoding="utf-8")
    for source in scenario.lineage:
        (folder / "scenario" / source.file).write_text(source.text, encoding="utf-8")


def _finished(manifest: Path) -> bool:
    try:
        return bool(json.loads(manifest.read_text(encoding="utf-8")).get("finished"))
    except (ValueError, AttributeError):
        return False


def write_run(folder: Path, study: Study, scenario: Scenario, outcome: Outcome) -> Path:
    """Write the tables, the manifest and the summary of an outcome; the manifest says finished last."""
    manifest = manifest_of(study, scenario, outcome)
    probes = [*probes_of(scenario), *cost_probes(scenario)]
    frames = {name: pl.DataFrame(dict(table)) for name, table in outcome.tables.items()}
    frames["draws"] = _draws(study, scenario)
    if outcome.probed:
        probed = _with_cost_probes(outcome, len(probes_of(scenario)), len(probes))
        frames["turning"] = turning_frame(manifest, probes, probed, outcome.tables)
        frames["binding"] = binding_frame(manifest, outcome.bindings)
    for name, frame in frames.items():
        _aside(folder / f"{name}.parquet", conform(name, frame))
    write_dictionary(folder)
    write_manifest(folder, replace(manifest, finished=True))
    write_summary(open_run(folder))
    return folder


def _aside(path: Path, frame: pl.DataFrame) -> None:
    """Write a table aside and rename it, so that no half of one is ever seen."""
    partial = path.with_suffix(".partial")
    frame.write_parquet(partial)
    os.replace(partial, path)


def _with_cost_probes(outcome: Outcome, replayed: int, count: int) -> dict[str, dict]:
    """Give the probes of running costs, which move no queue, the tables of the central replication."""
    grown = {}
    for name, table in outcome.probed.items():
        probed, base = pl.DataFrame(dict(table)), pl.DataFrame(dict(outcome.tables[name]))
        late = base.filter((pl.col("replication") == 0) & _last_year(name, base))
        more = [
            late.with_columns(replication=pl.lit(number, dtype=pl.Int64)) for number in range(replayed, count)
        ]
        grown[name] = pl.concat([probed, *more]).to_dict()
    return grown


def _last_year(name: str, frame: pl.DataFrame) -> pl.Expr:
    if name == "months":
        return pl.col("month") > int(frame["month"].max() or 0) - 12  # type: ignore[arg-type]
    return pl.col("year") == frame["year"].max()


def _draws(study: Study, scenario: Scenario) -> pl.DataFrame:
    rows = [
        (replication, q.name, round(drawn[q.name] * E9))
        for replication in range(study.replications)
        for drawn in [scenario.settings.drawn(study.seed, replication)]
        for q in scenario.settings.uncertain()
    ]
    names = {"replication": pl.Int64(), "parameter": pl.String(), "value_e9": pl.Int64()}
    return pl.DataFrame(rows, schema=names, orient="row")


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
    )  # fmt: skip


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
    margins = load_evidence().by_county("resident_population_relative_margin", 2020)
    counties = atlas.counties
    return tuple(
        CountyEntry(int(counties.code[c]), str(counties.name[c]), str(atlas.cities.name[counties.city[c]]),
                    float(margins[c]), ages_imputed=True)
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
    names = [f"{service.cadre}.{what}" for what in ("annual_hours", "service_share", "staffed_share")]
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
        unit=Words(UNITS_ZH.get(register.unit, register.unit), register.unit),
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
