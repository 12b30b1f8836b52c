"""Experiments as jobs: one market in one replication, lived once and replayed by every scenario.

Markets share no queue and every draw is keyed, so jobs run in any order, on any worker, to the same tables.
Replication 0 has the central values of all settings; the others draw what is uncertain, every fifth as the
one before it did. Replication 0 is also *probed*: each assumed number that needs no new life is moved to both
ends of its range with the same draws, and each pool gets one place more; in the smallest market both engines
serve the central values and must give one log. Where the study names a folder for ledgers, what a market
lived and needed is kept there, and taken from there by every later run that would draw the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import numpy as np

from evidence.alignment import align, lives_alike
from evidence.census import census_margins
from evidence.founders import founding_tables
from evidence.life_tables import life_tables
from evidence.table import load_evidence
from scenarios.agreement import agree
from scenarios.ledgers import LedgerStore, Lived, ledger_facts
from scenarios.load import Scenario
from scenarios.outcomes import JobResult, Served
from scenarios.probes import Central, Change, only, probe_and_bind
from scenarios.spread import census_base
from scenarios.studies import Job, Study, drawn_settings, smallest_job
from scenarios.supply import own_settings, supply_plan
from sim.capacity import build_supply
from sim.margins import Cells, rake
from sim.market import World, found_market, life_record, live_through, replay
from sim.measures import Frame, Replay, life_table, month_table, unit_table, wait_table
from sim.needs import Ledger
from sim.parameters import Settings
from sim.persons import Roll, cascade_table
from sim.places import Atlas, load_atlas
from sim.recall import Recall
from sim.services import Service
from sim.streams import Stream
from sim.supply import CensusBase
from sim.unmet import unmet_table

Progress = Callable[[str, int, int], None]  # name of the market, replication, months lived


@lru_cache(maxsize=1)
def raked_province() -> Cells:
    """Rake the province at central values, once for a process: what supply is spread by."""
    return rake(census_margins(load_evidence(), load_atlas()))


@lru_cache(maxsize=1)
def base_of_province() -> CensusBase:
    """Count what provincial totals are spread by, county by county."""
    return census_base(raked_province())


@lru_cache(maxsize=2)
def drawn_world(
    services: tuple[Service, ...], life: Settings, months: int, aligned_on: Settings | None = None
) -> World:
    """Build the tables of founding and life under some settings; the last two are kept.

    The census, and whatever is scaled to its margins, is that of `aligned_on` (a scenario's baseline, drawn);
    left out, that of the settings themselves.
    """
    atlas, evidence, base = load_atlas(), load_evidence(), life if aligned_on is None else aligned_on
    cells, founding = rake(census_margins(evidence, atlas, base)), founding_tables(evidence, base)
    aligned = align(evidence, base)
    lived_by = life_tables(evidence, life, atlas, aligned=aligned)
    counted = None if lives_alike(life, base) else life_tables(evidence, base, atlas, aligned=aligned)
    return World(atlas, cells, founding, lived_by, services, life, months, counted)


def run_job(study: Study, job: Job, progress: Progress | None = None) -> JobResult:
    """Take a market's needs, found and lived unless they are kept, and replay every scenario of the study."""
    watch, atlas = _Watch(), load_atlas()
    lived = _kept_or_lived(study, job, watch, progress)
    frame = _frame_of(study, job, lived, atlas)
    recall = Recall()  # scenarios share the steps that they do not change
    served = tuple(_serve(study, scenario, job, lived, frame, recall, watch) for scenario in study.scenarios)
    record = lived.record
    residents = (record.residents_start, record.residents_end, record.resident_months)
    return JobResult(job, life_table(record, frame), served, residents, watch.seconds, watch.peak_mb)


def needs_of(study: Study, job: Job) -> tuple[Lived, Frame]:
    """Return the needs of a market in a replication, kept or lived now, and what its tables need to know."""
    lived = _kept_or_lived(study, job, _Watch(), None)
    return lived, _frame_of(study, job, lived, load_atlas())


def needs_for(study: Study, job: Job, part: tuple[int, ...]) -> tuple[Lived, Frame, bool, bool]:
    """Return the needs for some services of a market in a replication, and what its tables need to know.

    They are kept, or lived now: the third of the four says whether now, the last whether a later run will
    find them. Of what is lived now that part alone is kept: whoever asks for a part asks for dozens of
    replications of it, and the whole takes three times the room and the time to read.
    """
    lived, anew, stays = _part_of(study, job, part)
    return lived, _frame_of(study, job, lived, load_atlas()), anew, stays


def _part_of(study: Study, job: Job, part: tuple[int, ...]) -> tuple[Lived, bool, bool]:
    watch = _Watch()
    if study.ledgers is None:
        return _narrowed(_live(study, job, watch, None), part), True, False
    store, whole = LedgerStore(study.ledgers, study.ledgers_gb), _facts_of(study, job)
    mine = whole | {"only": [study.scenarios[0].services[index].id for index in part]}
    if lived := store.read(mine):
        return lived, False, True
    if lived := store.read(whole):
        return _narrowed(lived, part), False, True
    lived = _narrowed(_live(study, job, watch, None), part)
    return lived, True, store.write(mine, lived)


def _narrowed(lived: Lived, part: tuple[int, ...]) -> Lived:
    return replace(lived, ledger=only(lived.ledger, part))


def _facts_of(study: Study, job: Job) -> dict[str, Any]:
    first, market = study.scenarios[0], load_atlas().markets[job.market]
    settings = drawn_settings(first.settings, study.seed, job.replication)
    return ledger_facts(first, settings, market.name, study.seed, job.replication, study.months)


def _kept_or_lived(study: Study, job: Job, watch: _Watch, progress: Progress | None) -> Lived:
    """Return the needs of a market in a replication: those that are kept, else lived now, and then kept."""
    if study.ledgers is None:
        return _live(study, job, watch, progress)
    store, facts = LedgerStore(study.ledgers, study.ledgers_gb), _facts_of(study, job)
    lived = store.read(facts)
    if lived is None:
        lived = _live(study, job, watch, progress)
        store.write(facts, lived)
    watch.note("demand")
    return lived


def _live(study: Study, job: Job, watch: _Watch, progress: Progress | None) -> Lived:
    """Found a market and live it."""
    first = study.scenarios[0]
    own, baseline = (of.drawn(study.seed, job.replication) for of in (first.settings, first.aligned_on))
    world = drawn_world(first.services, own, study.months, baseline)
    market = world.atlas.markets[job.market]
    stream = Stream.of(study.seed, job.replication)
    people = found_market(world, market, stream)
    start = people.size
    watch.note("founding")
    history, ledger = live_through(world, people, stream, passed=watch.note, threads=study.threads)
    if progress:
        progress(market.name, job.replication, study.months)
    record = life_record(people, history, ledger.residents, study.months, start)
    watch.note("life")
    return Lived(ledger, record, world.founding.income[:, [200, 400, 600, 800]])


def _frame_of(study: Study, job: Job, lived: Lived, atlas: Atlas) -> Frame:
    """Say which counties of a market are reported, and what its tables need to know."""
    reported = set(study.selection.counties) & set(atlas.markets[job.market].counties)
    return Frame(
        services=study.scenarios[0].services, counties=np.array(sorted(reported)),
        county_codes=atlas.counties.code, fifth_edges=lived.fifth_edges, months=study.months,
        replication=job.replication,
    )  # fmt: skip


Meet = Callable[..., Replay]  # needs, settings, change of the supply, what is remembered


def meeting(study: Study, scenario: Scenario, job: Job) -> Meet:
    """Return how a scenario meets needs in a job: a function of them, settings, change and recall."""
    stream, atlas = Stream.of(study.seed, job.replication), load_atlas()
    market = atlas.markets[job.market]

    def meet(needs: Ledger, moved: Settings, change: Change, recall: Recall | None = None) -> Replay:
        recall = recall or Recall()
        plan = own_settings(supply_plan(scenario, moved, study.months))
        build = partial(build_supply, recall=recall, stream=stream)
        built = recall.of("supply", build, plan, atlas, base_of_province(), market.counties)
        definitions = scenario.services, moved, change(built)
        return replay(needs, *definitions, stream, study.months, study.engine, recall)

    return meet


def _serve(
    study: Study, scenario: Scenario, job: Job, lived: Lived, frame: Frame, recall: Recall, watch: _Watch
) -> Served:
    settings = scenario.settings.drawn(study.seed, job.replication)
    atlas, ledger, meet = load_atlas(), lived.ledger, meeting(study, scenario, job)
    done = meet(ledger, settings, lambda supply: supply, recall)
    agreement = None
    if job == smallest_job(study, atlas):
        agreement = agree(done, study.months, study.engine, atlas.markets[job.market].name, job.replication)
    roll = recall.of("roll", Roll.of, ledger.spells, frame)
    frame = replace(frame, services=scenario.services)  # each scenario is held to its own standards
    watch.note("service")
    tables = {"months": month_table(done, frame), "cascade": cascade_table(done, frame, roll=roll),
              "waits": wait_table(done, frame), "units": unit_table(done, frame)}  # fmt: skip
    if study.by_group:
        tables["unmet"] = unmet_table(done, frame, roll)
    watch.note("demand")
    if job.replication or not study.probed:
        return Served(tables, {}, (), agreement)
    central = Central(scenario, settings, ledger, done, frame, job.market, meet, recall)
    probed = Served(tables, *probe_and_bind(central, study.threads), agreement)
    watch.note("service")
    return probed


class _Watch:
    """Note the seconds of each stage and the largest memory seen."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(("founding", "life", "demand", "service"), 0.0)
        self.peak_mb = 0.0
        self._since = time.perf_counter()

    def note(self, stage: str) -> None:
        import psutil

        now = time.perf_counter()
        self.seconds[stage] += now - self._since
        self._since = now
        memory = psutil.Process().memory_info()
        self.peak_mb = max(self.peak_mb, getattr(memory, "peak_wset", memory.rss) / 2**20)
