"""Workload: minutes are demanded, spent once and carried on, to the minute."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import LawBroken
from sim.kinds import Mechanism
from sim.needs import Ledger
from sim.services import Condition, NeedGroup, Service, Standard, Words
from sim.workload import WorkloadLog, _check_laws, carry, share_out

COUNTIES, MONTHS = 3, 24
WORDS = Words("事", "thing")


def service(name: str, cadre: str, mechanism: Mechanism = Mechanism.WORKLOAD, groups: int = 1) -> Service:
    needed = tuple(
        NeedGroup(WORDS, Condition(), events=f"{name}.events_{g}", minutes=f"{name}.minutes_{g}")
        for g in range(groups)
    )
    return Service(
        id=name, name=WORDS, plan="", mechanism=mechanism, pool="", group="", unit=WORDS, client=WORDS,
        targets=(), needed=needed, standard=Standard(30, 0.9, "a test"), cadre=cadre,
    )  # fmt: skip


def ledger(people: np.ndarray) -> Ledger:
    return Ledger(
        spells=None, asks=None, people=people, residents=np.zeros((COUNTIES, 2, MONTHS), dtype=np.int64)
    )


def supply(minutes: np.ndarray, *cadres: str) -> SimpleNamespace:
    return SimpleNamespace(minutes=minutes, cadres=cadres, months=MONTHS)


def people(*groups: list[int]) -> np.ndarray:
    """Make the same people every month in county 0: one list of groups per service."""
    table = np.zeros((len(groups), max(map(len, groups)), COUNTIES, MONTHS), dtype=np.int64)
    for row, counts in enumerate(groups):
        table[row, : len(counts), 0] = np.array(counts)[:, None]
    return table


def hours(minutes: int, *cadres: str) -> SimpleNamespace:
    table = np.zeros((len(cadres), COUNTIES, MONTHS), dtype=np.int64)
    table[:, 0] = minutes
    return supply(table, *cadres)


ERRANDS = {"errand.events_0": 1.7, "errand.minutes_0": 23.5, "errand.events_1": 4.0, "errand.minutes_1": 40.0}


def test_a_year_brings_people_times_events_times_minutes():
    log = carry(
        ledger(people([1000, 30])), [service("errand", "worker", groups=2)], ERRANDS, hours(10**6, "worker")
    )
    yearly = 1000 * 1.7 * 23.5 + 30 * 4 * 40
    assert log.demanded[0, 0, :12].sum() == int(yearly)
    assert log.demanded[0, 0].sum() == int(2 * yearly)
    assert np.array_equal(log.done, log.demanded)
    assert log.backlog.sum() == 0
    assert log.demanded[0, 1:].sum() == 0


def test_what_is_not_done_is_carried_on():
    log = carry(
        ledger(people([0, 300])), [service("errand", "worker", groups=2)], ERRANDS, hours(3000, "worker")
    )
    assert log.demanded[0, 0].tolist() == [4000] * MONTHS
    assert log.done[0, 0].tolist() == [3000] * MONTHS
    assert log.backlog[0, 0].tolist() == [1000 * (month + 1) for month in range(MONTHS)]


def test_a_backlog_is_worked_off_when_workers_come():
    minutes = np.full((1, COUNTIES, MONTHS), 3000)
    minutes[:, :, 3:] = 5000
    log = carry(
        ledger(people([0, 300])), [service("errand", "worker", groups=2)], ERRANDS, supply(minutes, "worker")
    )
    assert log.backlog[0, 0, :8].tolist() == [1000, 2000, 3000, 2000, 1000, 0, 0, 0]
    assert log.done[0, 0, 3:8].tolist() == [5000, 5000, 5000, 4000, 4000]


def test_two_services_of_one_cadre_share_its_minutes_once():
    services = [service("errand", "worker"), service("visit", "worker"), service("tour", "guide")]
    numbers = ERRANDS | {
        f"{n}.{what}_0": v
        for n in ("errand", "visit", "tour")
        for what, v in (("events", 12), ("minutes", 10))
    }
    log = carry(ledger(people([200], [100], [50])), services, numbers, hours(1500, "worker", "guide"))
    assert log.services == (0, 1, 2) and log.cadres == (0, 0, 1)
    assert log.supplied[:, 0, 0].tolist() == [1000, 500, 1500]
    assert log.done[:, 0, 0].tolist() == [1000, 500, 500]
    assert (log.supplied[:2, 0].sum(axis=0) == 1500).all()


def test_services_that_queue_bring_no_minutes():
    services = [service("bed", "", Mechanism.OCCUPANCY), service("errand", "worker", groups=2)]
    log = carry(ledger(people([5, 5], [0, 12])), services, ERRANDS, hours(10**6, "worker"))
    assert log.services == (1,)
    assert log.demanded.sum() == 12 * 4 * 40 * 2


def test_a_market_without_workload_has_an_empty_log():
    log = carry(ledger(people([1])), [service("bed", "", Mechanism.OCCUPANCY)], {}, hours(10, "worker"))
    assert log.services == () and log.done.shape == (0, COUNTIES, MONTHS)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=4))
def test_shares_are_exact_and_nobody_is_short_where_there_is_enough(available, asked):
    shares = share_out(np.array([available]), np.array(asked)[:, None])[:, 0]
    assert shares.sum() == available
    assert (shares >= 0).all()
    if available >= sum(asked):
        assert (shares >= asked).all()
    elif sum(asked):
        claims = [available * each / sum(asked) for each in asked]
        assert all(abs(share - claim) < 1.001 for share, claim in zip(shares, claims, strict=True))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**12), min_size=1, max_size=4))
def test_shares_are_those_of_exact_fractions_though_products_pass_64_bits(available, asked):
    total, running = sum(asked), [sum(asked[: n + 1]) for n in range(len(asked))]
    upto = [available * each // total if total else available for each in running]
    expected = [upto[0], *(after - before for before, after in pairwise(upto))]
    assert share_out(np.array([available]), np.array(asked)[:, None])[:, 0].tolist() == expected


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_minutes_are_conserved_in_any_market(data):
    def whole(limit: int, *shape: int) -> np.ndarray:
        count = int(np.prod(shape))
        drawn = data.draw(st.lists(st.integers(0, limit), min_size=count, max_size=count))
        return np.array(drawn, dtype=np.int64).reshape(shape)

    many, cadres = data.draw(st.integers(1, 3)), ("worker", "guide")
    services = [service(f"s{n}", cadres[data.draw(st.integers(0, 1))]) for n in range(many)]
    numbers = {
        f"s{n}.{what}_0": data.draw(st.integers(0, 20)) / 4
        for n in range(many)
        for what in ("events", "minutes")
    }
    months = 4
    own = SimpleNamespace(minutes=whole(900, 2, COUNTIES, months), cadres=cadres, months=months)
    log = carry(ledger(whole(200, many, 1, COUNTIES, months)), services, numbers, own)
    assert np.array_equal(log.demanded.cumsum(axis=2), log.done.cumsum(axis=2) + log.backlog)
    assert (log.done <= log.supplied).all()
    for row, cadre in enumerate(cadres):
        of = [i for i, each in enumerate(log.cadres) if each == row]
        spent = log.done[of].sum(axis=0)
        assert (spent <= own.minutes[row]).all()
        idle = own.minutes[row] - spent
        if of:
            assert ((idle == 0) | (log.backlog[of].sum(axis=0) == 0)).all(), f"{cadre} rests beside a backlog"


@pytest.mark.parametrize("column", ["demanded", "done", "supplied", "backlog"])
def test_a_minute_that_is_lost_or_spent_twice_stops_the_run(column):
    own = hours(3000, "worker")
    log = carry(ledger(people([0, 300])), [service("errand", "worker", groups=2)], ERRANDS, own)
    forged: WorkloadLog = replace(log, **{column: getattr(log, column) + 1})
    with pytest.raises(LawBroken):
        _check_laws(forged, own.minutes)
