"""The model in Mesa's shape: months, agents, collectors; nothing random from Mesa; laws that stop a run."""

from __future__ import annotations

import gc
import pickle
import random
import weakref
from collections.abc import Callable
from functools import cache
from typing import Any

import mesa
import numpy as np
import pytest

from scenarios.experiments import base_of_province, run_job
from scenarios.load import load_scenario
from scenarios.studies import Job
from scenarios.supply import supply_plan
from sim import market as market_room
from sim.capacity import build_supply
from sim.errors import LawBroken
from sim.history import History
from sim.kinds import Function
from sim.life import live
from sim.measures import unit_months
from sim.model import CommunityModel, Unit
from sim.places import load_atlas
from sim.residents import COLUMNS, Residents
from sim.supply import Supply
from tests.whole.small_study import SEED, market, study, turned, world

SCENARIO = load_scenario("plan-2025")
MONTHS = 3


def fresh(months: int = MONTHS) -> CommunityModel:
    return CommunityModel(world(SCENARIO, months), market(), SEED)


@cache
def supply() -> Supply:
    plan = supply_plan(SCENARIO, months=MONTHS)
    return build_supply(plan, load_atlas(), base_of_province(), market().counties)


class DayRoom(mesa.Agent):
    """A researcher's own facility: it counts, each month, whom it could serve."""

    def __init__(self, model: CommunityModel, places: int) -> None:
        super().__init__(model)
        self.places, self.served, self.months = places, 0, []

    def step(self) -> None:
        frail = self.model.residents.select(
            lambda people: people.get("age") >= 60, function=[Function.MODERATE, Function.SEVERE]
        )
        self.served = min(self.places, len(frail))
        self.months.append((self.model.month, len(frail)))


def test_a_step_is_a_month_and_mesa_counts_it() -> None:
    model = fresh()
    assert isinstance(model, mesa.Model) and model.month == 0
    at_census = len(model.residents)
    for passed in range(1, MONTHS + 1):
        model.step()
        assert (model.month, model.steps) == (passed, passed)
    assert len(model.residents) == int(model.record().residents_end)
    assert at_census == model.residents_start


def test_residents_are_read_at_the_end_of_the_month_that_has_passed() -> None:
    model = fresh()
    assert model.residents.get("age").min() == 0  # nobody is born after the census yet
    model.step()
    ages = model.residents.get("age")
    by_hand = -model.people.birth_month[model.people.exit_month > 0].astype(int) // 12
    assert np.array_equal(ages, by_hand)


def test_it_does_not_show_when_residents_are_asked_for() -> None:
    each_month, at_the_end = fresh(), fresh()
    for _ in range(MONTHS):
        each_month.step()
        here = len(each_month.residents)
        assert here == each_month.ledger.residents[:, :, each_month.month - 1].sum()
    at_the_end.live()
    for column in COLUMNS:
        one, other = (getattr(turned(model), column.name) for model in (each_month, at_the_end))
        assert np.array_equal(one, other), column.name


def test_a_researchers_agent_acts_each_month_and_reads_the_residents() -> None:
    model = fresh()
    room = DayRoom(model, 20)
    model.live()
    assert [month for month, _ in room.months] == [1, 2, 3]
    people = model.people
    age = (MONTHS - 1 - people.birth_month.astype(int)) // 12
    frail = (people.exit_month > MONTHS - 1) & (age >= 60) & (people.function >= Function.MODERATE)
    assert room.months[-1][1] == frail.sum() > 20 == room.served


def test_an_agent_moves_nobodys_life_and_no_need() -> None:
    alone, beside = fresh(), fresh()
    DayRoom(beside, 20)
    ledgers = [model.live() for model in (alone, beside)]
    assert np.array_equal(turned(alone).function, beside.people.function)
    for name in ("key", "service", "start", "end"):
        assert np.array_equal(getattr(ledgers[0].spells, name), getattr(ledgers[1].spells, name))


def test_collectors_collect() -> None:
    model = fresh()
    DayRoom(model, 20)
    own = mesa.DataCollector(
        model_reporters={"old": lambda m: int((m.residents.get("age") >= 80).sum())},
        agent_reporters={"served": "served"},
    )
    for _ in range(MONTHS):
        model.step()
        own.collect(model)
    collected = model.collector.get_model_vars_dataframe()
    assert collected["month"].tolist() == [1, 2, 3]
    assert collected["residents"].iloc[-1] == len(model.residents)
    assert own.get_model_vars_dataframe()["old"].iloc[-1] == (model.residents.get("age") >= 80).sum() > 0
    assert own.get_agent_vars_dataframe()["served"].tolist() == [20, 20, 20]


def test_after_a_replay_the_units_are_agents() -> None:
    model = fresh()
    room = DayRoom(model, 20)
    ledger = model.live()
    model.replay(ledger, supply())
    done = model.replay(ledger, supply())  # the second replay's units replace the first's
    units = model.agents.select(agent_type=Unit)
    assert len(units) == len(supply().units) and room in model.agents
    assert sum(units.get("county")) == int(supply().units.county.sum())
    admitted = [unit.admitted() for unit in units]
    assert sum(admitted) == int((done.log.unit >= 0).sum()) > 0
    last = units[-1]
    assert np.array_equal(last.usable(), unit_months(supply().units, MONTHS)[1][last.unit])
    assert len({agent.unique_id for agent in model.agents}) == len(model.agents)


def test_nothing_is_drawn_from_mesas_generators_or_pythons_or_numpys() -> None:
    def states(model: CommunityModel) -> bytes:
        return pickle.dumps(
            (model.random.getstate(), model.rng.bit_generator.state, random.getstate(), np.random.get_state())
        )

    model = fresh()
    DayRoom(model, 20)
    before = states(model)
    model.replay(model.live(), supply())
    assert states(model) == before


def test_a_deleted_model_goes_with_its_agents_and_residents() -> None:
    model = fresh(1)
    gone = [weakref.ref(each) for each in (model, DayRoom(model, 20), model.people)]
    model.replay(model.live(), build_supply(
        supply_plan(SCENARIO, months=1), load_atlas(), base_of_province(), market().counties
    ))  # fmt: skip
    gone.append(weakref.ref(next(iter(model.agents.select(agent_type=Unit)))))
    del model
    gc.collect()
    assert [ref() for ref in gone] == [None] * 4


def test_a_job_leaves_no_residents_behind() -> None:
    def crowds() -> int:
        # by type, not isinstance, which asks whatever a dead weak proxy stood for
        return sum(type(each) is Residents for each in gc.get_objects())

    gc.collect()
    before = crowds()
    gc.disable()  # residents are few objects: the collector would not come by itself
    try:
        run_job(study(months=1), Job(study().selection.markets[0], 0))
        assert crowds() == before
    finally:
        gc.enable()


def broken(monkeypatch: pytest.MonkeyPatch, spoil: Callable[[History, Residents], None]) -> CommunityModel:
    """Make a model in which something is wrong with what happened to its residents."""

    def live_wrongly(residents: Residents, *args: Any) -> History:
        history = live(residents, *args)
        spoil(history, residents)
        return history

    monkeypatch.setattr(market_room, "live", live_wrongly)
    return fresh()


@pytest.mark.parametrize("flow", market_room.FLOWS)
def test_a_resident_who_is_not_accounted_for_stops_the_run(
    flow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more is told than came or went."""

    def miscount(history: History, residents: Residents) -> None:
        history.flows[market_room.FLOWS[flow], market().counties[0], 1] += 1

    with pytest.raises(LawBroken, match="柘荣县, month 2: residents are not conserved"):
        broken(monkeypatch, miscount).step()


def test_a_resident_who_vanishes_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(history: History, residents: Residents) -> None:
        assert history.lives["leaves"][5] > 0
        history.lives["leaves"][5] = 0  # and nobody was told

    with pytest.raises(LawBroken, match="柘荣县, month 1: residents are not conserved"):
        broken(monkeypatch, lose).step()


def test_a_resident_who_comes_from_nowhere_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def expect(history: History, residents: Residents) -> None:
        first = history.coming(1).start  # who comes in the second month comes in the first
        history.lives["comes"][first] = 0

    with pytest.raises(LawBroken, match="柘荣县, month 1: residents are not conserved"):
        broken(monkeypatch, expect).step()


def test_a_resident_who_changes_county_unseen_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def move(history: History, residents: Residents) -> None:
        residents.county[5] += 1

    with pytest.raises(LawBroken, match="not conserved"):
        broken(monkeypatch, move).step()
