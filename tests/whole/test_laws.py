"""Laws at run time: what loses a person, a place or a minute stops a real market's run.

Each test breaks one rule on purpose, in the smallest county, and sees the law that names it. Residents are
held in tests/sim/test_model.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scenarios.load import load_scenario
from sim import facilities, workload
from sim.clock import month_start
from sim.errors import LawBroken
from sim.facilities import _Desk
from sim.kinds import Engine, Outcome, Step
from sim.model import CommunityModel
from sim.spells import Recorder
from tests.whole.small_study import SEED, lived, market, replayed, world

MONTHS = 6


def loses_count_of_leavers(desk: _Desk, row: int, now: int) -> None:
    _ORIGINAL["_lose"](desk, row, now)
    desk.left -= 1


def lists_nobody(desk: _Desk, row: int, until: int) -> None:
    """Tell whoever should wait to go home, and forget them."""


def admits_twice(desk: _Desk, row: int, unit: int, since: int) -> None:
    _ORIGINAL["_admit"](desk, row, unit, since)
    desk.taken[unit] += desk.asked.parts[row]


def keeps_the_place_of_who_departs(desk: _Desk, now: int) -> None:
    gone = [(desk.unit[row], desk.asked.parts[row]) for row in desk.departures[now]]
    _ORIGINAL["_depart"](desk, now)
    for unit, parts in gone:
        desk.taken[unit] += parts


def forgets_an_outcome(desk: _Desk, row: int, now: int) -> None:
    _ORIGINAL["_lose"](desk, row, now)
    desk.outcome[row] = Outcome.ALREADY_PLACED


_ORIGINAL: dict[str, Callable[..., Any]] = {
    name: getattr(_Desk, name) for name in ("_lose", "_admit", "_depart", "_enlist")
}
BROKEN = {
    "a leaver is not counted": ("_lose", loses_count_of_leavers, "arrivals are not"),
    "who should wait is forgotten": ("_enlist", lists_nobody, "arrivals are not"),
    "a place is taken twice": ("_admit", admits_twice, "parts taken are not"),
    "a place is never freed": ("_depart", keeps_the_place_of_who_departs, "parts taken are not"),
    "an outcome is lost": ("_lose", forgets_an_outcome, "at the horizon"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_waiting_list_that_loses_anything_stops_the_run(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, broken, words = BROKEN[what]
    replayed(MONTHS, engine=Engine.SIMPY)  # sound as it is
    monkeypatch.setattr(facilities._Desk, name, broken)
    with pytest.raises(LawBroken, match=words):
        replayed(MONTHS, engine=Engine.SIMPY)


def test_minutes_that_are_spent_twice_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def generous(available: np.ndarray, asked: np.ndarray) -> np.ndarray:
        return np.broadcast_to(available + 1, asked.shape)

    monkeypatch.setattr(workload, "share_out", generous)
    with pytest.raises(LawBroken, match="spent twice"):
        replayed(MONTHS)


def test_minutes_that_are_lost_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = workload._spend

    def forgetful(demanded: np.ndarray, available: np.ndarray) -> tuple[np.ndarray, ...]:
        supplied, done, backlog = whole(demanded, available)
        return supplied, done - (done > 0), backlog

    monkeypatch.setattr(workload, "_spend", forgetful)
    with pytest.raises(LawBroken, match="demanded"):
        replayed(MONTHS)


@pytest.mark.parametrize(
    ("column", "words"),
    [("end", "a need ends before it starts"), ("minute", "a resident asks outside its need")],
)
def test_needs_and_asks_that_are_recorded_wrongly_stop_the_run(
    column: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Recorder.record

    def careless(*args: Any) -> Any:
        spells, asks, counts = whole(*args)
        (spells if column == "end" else asks)[column][0] = -(10**9)
        return spells, asks, counts

    monkeypatch.setattr(Recorder, "record", careless)
    with pytest.raises(LawBroken, match=words):
        CommunityModel(world(load_scenario("plan-2025"), 1), market(), SEED).step()


def test_every_request_of_a_run_is_in_one_state_and_minutes_add_up() -> None:
    """The same laws from outside: the log and the books of a run, added up here."""
    done = replayed(MONTHS)
    log, horizon = done.log, month_start(MONTHS)
    placed = np.isin(log.outcome, (Outcome.IN_PLACE, Outcome.FINISHED))
    assert np.array_equal(log.unit >= 0, placed) and np.array_equal(log.admitted < 2**31 - 1, placed)
    going_on = np.isin(log.outcome, (Outcome.WAITING, Outcome.IN_PLACE, Outcome.ALREADY_PLACED))
    assert np.array_equal(log.ended < horizon, ~going_on)
    book = done.workload
    assert np.array_equal(book.demanded.cumsum(axis=2), book.done.cumsum(axis=2) + book.backlog)
    assert (book.done <= book.supplied).all() and book.done.sum() > 0
    model, _ = lived(MONTHS)
    record = model.record()
    flows = {name: int(grid.sum()) for name, grid in record.flows.items()}
    change = flows["births"] + flows["arrivals"] - flows["deaths"] - flows["leavers"]
    assert record.residents_end - record.residents_start == change


def test_nobody_holds_two_places_of_one_group_at_once() -> None:
    done = replayed(MONTHS)
    log, requests = done.log, done.requests
    asked = np.flatnonzero(requests.step == Step.REQUESTED)
    placed = np.flatnonzero(log.unit >= 0)
    person = np.stack([requests.key[asked[placed]], requests.group_id[asked[placed]].astype(np.uint64)])
    order = np.lexsort((log.admitted[placed], *person))
    same = (person[:, order][:, 1:] == person[:, order][:, :-1]).all(axis=0)
    until, since = log.ended[placed][order][:-1], log.admitted[placed][order][1:]
    assert len(placed) > 100 and (since[same] >= until[same]).all()
