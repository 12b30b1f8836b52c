"""The runner: jobs in any order to one set of tables, told as they go, stopped cleanly."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from scenarios import experiments, runner
from scenarios.load import load_scenario
from scenarios.runner import KEYS, Event, Outcome, run_study
from scenarios.studies import Job, Study, jobs_of, life_key
from sim.errors import JinlinError
from sim.places import load_atlas
from tests.whole.small_study import SECOND, SEED, SMALLEST, study

MONTHS = 2


@cache
def pair() -> tuple[Study, list[Outcome], list[Event]]:
    """Run two scenarios in two counties, twice each, in this process."""
    loaded = tuple(load_scenario(name) for name in ("baseline-2020", "plan-2025"))
    one = replace(study(SMALLEST, SECOND, months=MONTHS, replications=2), scenarios=loaded)
    events: list[Event] = []
    return one, run_study(one, 1, events.append), events


def test_there_is_an_outcome_for_each_scenario_with_every_county_and_replication() -> None:
    one, outcomes, _ = pair()
    codes = {int(load_atlas().counties.code[c]) for c in one.selection.counties}
    assert len(outcomes) == 2
    for outcome in outcomes:
        assert set(outcome.tables) == set(KEYS) - {"unmet"}  # which comparisons alone ask for
        for name in ("life", "months", "cascade", "units"):
            assert set(outcome.tables[name]["county"].tolist()) == codes, name
            assert set(outcome.tables[name]["replication"].tolist()) == {0, 1}, name


def test_rows_are_in_order_of_their_keys_and_stand_once() -> None:
    for outcome in pair()[1]:
        for name, table in outcome.tables.items():
            rows = list(zip(*(table[key].tolist() for key in KEYS[name]), strict=True))
            assert rows == sorted(set(rows)), name


def test_residents_are_means_over_replications_and_months_a_sum() -> None:
    outcome = pair()[1][0]
    life = outcome.tables["life"]
    at_end = life["population"][life["year"] == 2020].sum() / 2
    assert outcome.residents[1] == at_end
    assert outcome.residents[2] == life["resident_months"].sum()


def test_everything_that_happens_is_told() -> None:
    _, _, events = pair()
    done = [(event.market, event.replication) for event in events if event.done]
    assert sorted(done) == sorted((name, r) for name in (SMALLEST, SECOND) for r in (0, 1))
    first = [event.months for event in events if event.market == SECOND and event.replication == 0]
    assert first == [2, 2]  # lived, then the end of the job


def test_the_largest_market_goes_first() -> None:
    one, _, _ = pair()
    names = [load_atlas().markets[job.market].name for job in jobs_of(one, load_atlas())]
    assert names == [SECOND, SECOND, SMALLEST, SMALLEST]


def test_the_hash_sees_every_number() -> None:
    outcome = pair()[1][0]
    for name, table in outcome.tables.items():
        for column in table:
            moved = table[column].copy()
            moved[-1] += 1
            other = replace(outcome, tables=outcome.tables | {name: table | {column: moved}})
            assert other.result_hash != outcome.result_hash, (name, column)


def test_the_hash_is_of_numbers_not_of_their_type() -> None:
    outcome = pair()[1][0]
    narrow = {
        name: {column: values.astype(np.int32) for column, values in table.items()}
        for name, table in outcome.tables.items()
        if max(int(np.abs(values).max(initial=0)) for values in table.values()) < 2**31
    }
    assert len(narrow) >= 3
    assert replace(outcome, tables=outcome.tables | narrow).result_hash == outcome.result_hash


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(JinlinError, match="differ in length"):
        runner._joined([{"county": np.array([1]), "left": np.array([1, 2])}], ("county",))


def test_a_job_that_fails_stops_the_study_with_its_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise JinlinError("a law is broken")

    monkeypatch.setattr(experiments, "run_job", fail)
    with pytest.raises(JinlinError, match="a law is broken"):
        run_study(study(months=1), 1)


def test_scenarios_of_one_key_share_their_life_and_others_do_not() -> None:
    base, plan = (load_scenario(name) for name in ("baseline-2020", "plan-2025"))
    assert life_key(base) == life_key(plan)
    moved = replace(plan, settings=plan.settings.with_values({"life.fertility_scale": 1.1}))
    assert life_key(moved) != life_key(plan)
    priced = replace(plan, settings=plan.settings.with_values({"money.income_growth": 0.01}))
    assert life_key(priced) == life_key(plan)


def test_a_shared_life_is_lived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lived = []
    whole = experiments.live_through

    def counted(*args: object, **kwargs: object) -> object:
        lived.append(args)
        return whole(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(experiments, "live_through", counted)
    one, outcomes, _ = pair()
    job = Job(one.selection.markets[0], 0)
    result = experiments.run_job(one, job)
    assert len(lived) == 1 and len(result.served) == 2
    assert outcomes[0].tables["life"].keys() == result.life.keys()


def test_what_is_kept_is_replayed_and_not_lived_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = study(SMALLEST, months=9)
    alone = run_study(one, 1)[0]
    keeping = replace(one, ledgers=tmp_path)
    first = run_study(keeping, 1)[0]

    def live(*args: object) -> None:
        raise AssertionError("lived again")

    monkeypatch.setattr(experiments, "_live", live)
    again = run_study(keeping, 1)[0]
    other = run_study(replace(keeping, scenarios=(load_scenario("staff-short"),)), 1)[0]
    assert alone.result_hash == first.result_hash == again.result_hash != other.result_hash


def test_each_scenario_of_a_study_is_held_to_its_own_standards() -> None:
    one = study(SMALLEST, months=14)
    first = one.scenarios[0]
    strict = tuple(replace(s, standard=replace(s.standard, within_days=0)) for s in first.services)
    hard = replace(first, id="hard", services=strict)
    alone = run_study(replace(one, scenarios=(hard,)), 1)[0]
    beside = run_study(replace(one, scenarios=(first, hard)), 1)
    assert beside[1].result_hash == alone.result_hash != beside[0].result_hash
    in_time = [outcome.tables["cascade"]["in_time"].sum() for outcome in beside]
    assert in_time[1] < in_time[0], "fewer are served within no days"


def test_replication_nought_is_central_and_others_draw() -> None:
    scenario = load_scenario("plan-2025")
    central, drawn = (scenario.settings.drawn(SEED, replication) for replication in (0, 1))
    for quantity in scenario.settings.uncertain():
        assert central[quantity.name] == quantity.value
        assert quantity.low <= drawn[quantity.name] <= quantity.high
    moved = [q.name for q in scenario.settings.uncertain() if drawn[q.name] != q.value]
    assert len(moved) > 0.9 * len(scenario.settings.uncertain())
