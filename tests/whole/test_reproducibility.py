"""Reproducibility: one result hash for any number of workers, order of markets, and hash seed of Python."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pytest

from scenarios.experiments import run_job
from scenarios.load import load_scenario
from scenarios.runner import _outcome, run_study
from scenarios.studies import jobs_of
from sim.kinds import Engine
from sim.market import found_market, live_through
from sim.model import CommunityModel
from sim.places import load_atlas
from sim.recall import same
from sim.residents import COLUMNS
from sim.streams import Decision, Stream
from tests.whole.small_study import SECOND, SMALLEST, lived, market, replayed, study, turned, world

MONTHS = 6


def test_two_workers_and_one_give_one_hash() -> None:
    two_counties = study(SMALLEST, SECOND, months=MONTHS, replications=2)
    alone, together = (run_study(two_counties, workers)[0] for workers in (1, 2))
    assert alone.result_hash == together.result_hash
    assert alone.tables["months"]["needed"].sum() > 0


@pytest.mark.parametrize("threads", [2, 7])
def test_the_number_of_threads_that_live_a_market_does_not_show(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lives, their entries and the needs read from them, of a county in parts of a thousand residents."""
    monkeypatch.setattr("sim.parts.LEAST", 1_000)
    stream, told = Stream.of(11, 0), []
    for count in (1, threads):
        of = world(load_scenario("plan-2025"), MONTHS)
        people = found_market(of, market(), stream)
        history, ledger = live_through(of, people, stream, threads=count)
        told.append((history.lives, history.entries, history.flows, ledger))
    (lives, entries, flows, ledger), others = told
    for one, other in zip((lives, entries, flows), others[:3], strict=True):
        np.testing.assert_array_equal(one, other)
    assert same(ledger, others[3]) and ledger.asks.spell.size > 1_000


def test_either_engine_gives_one_hash_and_says_what_was_compared() -> None:
    county = replace(study(months=MONTHS), probed=True)
    compiled, reference = (run_study(replace(county, engine=engine), 1)[0] for engine in Engine)
    assert compiled.result_hash == reference.result_hash and compiled.bindings == reference.bindings
    for name, table in compiled.probed.items():
        for column, values in table.items():
            np.testing.assert_array_equal(values, reference.probed[name][column], err_msg=f"{name}.{column}")
    assert compiled.agreement == reference.agreement
    assert compiled.agreement and compiled.agreement.market == SMALLEST
    assert compiled.agreement.requests > compiled.tables["months"]["requests"].sum() > 0  # and founders'


def test_the_order_of_markets_does_not_show() -> None:
    two_counties = study(SMALLEST, SECOND, months=MONTHS)
    jobs = jobs_of(two_counties, load_atlas())
    hashes = {
        _outcome([run_job(two_counties, job) for job in order], 0, 1.0, 1).result_hash
        for order in (jobs, jobs[::-1])
    }
    assert len(hashes) == 1


def test_a_market_is_the_same_alone_and_beside_another() -> None:
    alone = run_study(study(SMALLEST, months=MONTHS), 1)[0].tables["months"]
    beside = run_study(study(SMALLEST, SECOND, months=MONTHS), 1)[0].tables["months"]
    code = int(load_atlas().counties.code[market().counties[0]])
    for name, column in alone.items():
        np.testing.assert_array_equal(column, beside[name][beside["county"] == code], err_msg=name)


def test_another_seed_gives_another_hash() -> None:
    first = study(SMALLEST, months=2)
    assert (
        run_study(first, 1)[0].result_hash != run_study(replace(first, seed=first.seed + 1), 1)[0].result_hash
    )


@pytest.mark.slow
def test_pythons_hash_seed_does_not_show() -> None:
    code = (
        "from tests.whole.small_study import study; from scenarios.runner import run_study;"
        "print(run_study(study(months=2), 1)[0].result_hash)"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("0", "1")
    }  # fmt: skip
    assert len(hashes) == 1


def test_one_bed_more_changes_nobodys_life_or_needs() -> None:
    model, _ = lived(MONTHS)
    before = {column.name: getattr(turned(model), column.name).copy() for column in COLUMNS}
    replayed(MONTHS)
    replayed(MONTHS, "companion-elder")
    for name, column in before.items():
        np.testing.assert_array_equal(column, getattr(turned(model), name), err_msg=name)


def test_a_changed_resident_changes_nobody_unconnected() -> None:
    """Make one elder disabled: whoever is not in the household lives and needs as before."""
    scenario = load_scenario("plan-2025")
    base, ledger = lived(MONTHS)
    model = CommunityModel(world(scenario, MONTHS), market(), 11)
    people = model.people
    elder = int(np.flatnonzero((people.age_months(0) > 70 * 12) & (people.function == 0))[5])
    people.function[elder], people.function_since[elder] = 3, 0
    changed, people_before = model.live(), turned(base)
    turned(model)
    home = people.household == people.household[elder]
    others = np.flatnonzero(~home)
    for column in COLUMNS:
        np.testing.assert_array_equal(
            getattr(people, column.name)[others],
            getattr(people_before, column.name)[others],
            err_msg=column.name,
        )
    at_home = people.key[home]
    kept = {name: ~np.isin(each.spells.key, at_home) for name, each in (("a", ledger), ("b", changed))}
    for name in ("key", "service", "start", "end"):
        np.testing.assert_array_equal(
            getattr(ledger.spells, name)[kept["a"]], getattr(changed.spells, name)[kept["b"]], err_msg=name
        )
    before, after = (
        {scenario.services[s].id for s in each.spells.service[each.spells.key == people.key[elder]]}
        for each in (ledger, changed)
    )
    assert "nursing-bed" in after - before


def test_one_seed_in_two_places_gives_other_people_and_other_draws() -> None:
    here, there = lived(MONTHS)[0], lived(MONTHS, SECOND)[0]
    assert not np.isin(here.people.key, there.people.key).any()
    assert (here.stream.k0, here.stream.k1) == (there.stream.k0, there.stream.k1)
    count = 50_000
    one, other = (model.stream.uniform(model.people.key[:count], Decision.LIFE, 3) for model in (here, there))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(count)


def test_scenarios_share_lives_asks_and_the_thresholds_of_who_asks() -> None:
    """Baseline and plan differ in supply alone: whoever asks in both would stay and wait as long."""
    base, plan = (lived(MONTHS, scenario=name) for name in ("baseline-2020", "plan-2025"))
    for column in COLUMNS:
        np.testing.assert_array_equal(
            getattr(turned(base[0]), column.name), getattr(turned(plan[0]), column.name), err_msg=column.name
        )
    for table in ("spells", "asks"):
        one, other = (getattr(ledger, table) for _, ledger in (base, plan))
        for field in fields(one):
            np.testing.assert_array_equal(
                getattr(one, field.name), getattr(other, field.name), err_msg=field.name
            )
    first, second = (replayed(MONTHS, name).requests for name in ("baseline-2020", "plan-2025"))
    for name in ("ask", "key", "service", "minute", "need_end", "patience_end", "stay", "parts"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), err_msg=name)
