"""Both engines serve the smallest market of a run; where their logs differ the run stops and says where."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from scenarios import agreement
from scenarios.agreement import agree
from scenarios.outcomes import Agreement
from scenarios.studies import Job, smallest_job
from sim.errors import LawBroken
from sim.kinds import Engine, Outcome
from sim.places import load_atlas
from tests.sim.small_market import SERVE, Ask, table, units
from tests.whole.small_study import SECOND, SMALLEST, market, study

MONTHS = 1
ASKS = table([Ask(1, 10, stay=100), Ask(2, 20), Ask(3, 30, patience_end=90)])
PLACES = units({0: 1})


def served(engine: Engine) -> Any:
    """Stand in for a replay of a county: three people and one place."""
    log = SERVE[engine](ASKS, PLACES, 43_200)
    return SimpleNamespace(requests=ASKS, supply=SimpleNamespace(units=PLACES), log=log)


@pytest.mark.parametrize("engine", list(Engine))
def test_whichever_engine_ran_the_other_one_checks_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    for each, serve in SERVE.items():
        monkeypatch.setitem(
            agreement.SERVE, each, lambda *words, each=each, serve=serve: asked.append(each) or serve(*words)
        )
    assert agree(served(engine), MONTHS, engine, "某县", 0) == Agreement("某县", 0, 3)
    assert asked == [each for each in Engine if each is not engine]


def test_a_request_with_two_outcomes_stops_the_run_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets_the_third(*words: Any) -> Any:
        log = SERVE[Engine.SIMPY](*words)
        outcome = log.outcome.copy()
        outcome[2] = Outcome.WAITING
        return replace(log, outcome=outcome)

    monkeypatch.setitem(agreement.SERVE, Engine.SIMPY, forgets_the_third)
    with pytest.raises(LawBroken) as broken:
        agree(served(Engine.COMPILED), MONTHS, Engine.COMPILED, "某县", 4)
    assert str(broken.value) == (
        "same log: no; 某县, replication 5, request 2: "
        "compiled: LEFT_PATIENCE_ENDED, admitted never, ended 90, unit none; "
        "simpy: WAITING, admitted never, ended 90, unit none"
    )


def test_it_is_the_smallest_market_in_the_first_replication() -> None:
    both = study(SECOND, SMALLEST, replications=3)
    atlas = load_atlas()
    assert smallest_job(both, atlas) == Job(atlas.markets.index(market(SMALLEST)), 0)
