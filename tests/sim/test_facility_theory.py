"""Facilities: one unit against Erlang's formulas, within its own standard error.

A. K. Erlang 1917 (loss B, delay C); C. Palm 1957; Garnett, Mandelbaum & Reiman 2002 (impatience A).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.clock import NEVER
from sim.kinds import Engine, Outcome, Step
from sim.log import Log
from sim.streams import Decision, Stream
from tests.sim.small_market import PLACE, SERVE, Asked, units

LEFT = (Outcome.LEFT_NEED_ENDED, Outcome.LEFT_PATIENCE_ENDED)
SERVICE = 10_000.0  # mean stay, minutes
CUSTOMERS = 120_000
BATCHES = 24
ENGINES = pytest.mark.parametrize("engine", list(Engine), ids=lambda engine: engine.value)


def queue(engine: Engine, servers: int, load: float, patience: float | None, seed: int) -> tuple[Asked, Log]:
    """Serve Poisson arrivals with exponential stays; patience is a mean, 0 for none, None for no end."""
    stream, keys = Stream.of(seed, 0), np.arange(CUSTOMERS, dtype=np.uint64)
    decisions = (Decision.WISH, Decision.STAY, Decision.PATIENCE)
    gap, stay, endured = (-np.log(stream.uniform(keys, decision)) for decision in decisions)
    minute = np.rint(np.cumsum(gap) * SERVICE / load).astype(np.int64)
    stay = np.maximum(np.rint(stay * SERVICE), 1).astype(np.int64)
    never = np.full(CUSTOMERS, NEVER)
    end = never if patience is None else minute + np.rint(endured * patience).astype(np.int64)
    zeros = np.zeros(CUSTOMERS, dtype=np.uint8)
    candidates = np.column_stack([zeros.astype(np.int32), never * 0 - 1, never * 0 - 1])
    asked = Asked(
        key=keys, minute=minute, stay=stay, patience_end=end, need_end=never, priority=zeros, group_id=zeros,
        parts=np.full(CUSTOMERS, PLACE), step=zeros + np.uint8(Step.REQUESTED), candidates=candidates,
    )  # fmt: skip
    return asked, SERVE[engine](asked, units({0: servers}), int(minute[-1]) + 1)


def batch_means(values: np.ndarray) -> tuple[float, float]:
    """Return mean and standard error by batch means, the first twelfth left out while the queue fills."""
    settled = values[len(values) // 12 :]
    means = settled[: len(settled) // BATCHES * BATCHES].reshape(BATCHES, -1).mean(axis=1)
    return float(means.mean()), float(means.std(ddof=1) / math.sqrt(BATCHES))


def holds(values: np.ndarray, theory: float) -> None:
    """Hold a run against theory within four of its standard errors, which must be small enough to tell."""
    mean, error = batch_means(values)
    assert error < 0.05 * theory
    assert abs(mean - theory) < 4 * error


def erlang_b(servers: int, load: float) -> float:
    terms = [load**n / math.factorial(n) for n in range(servers + 1)]
    return terms[-1] / sum(terms)


def erlang_c(servers: int, load: float) -> float:
    blocked = erlang_b(servers, load)
    return blocked / (1 - load / servers * (1 - blocked))


def erlang_a(servers: int, load: float, patience: float) -> tuple[float, float]:
    """Return the share who leave and the mean wait of all, in mean stays, from the balance of the chain."""
    weights, queue_length = [1.0], [0]
    for n in range(1, 400):
        leaving = min(n, servers) + max(n - servers, 0) / patience
        weights.append(weights[-1] * load / leaving)
        queue_length.append(max(n - servers, 0))
    mean = sum(w * q for w, q in zip(weights, queue_length, strict=True)) / sum(weights)
    return mean / patience / load, mean / load


@ENGINES
@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (10, 8.0)])
def test_without_patience_the_share_turned_away_is_erlang_b(engine, servers, load):
    _, log = queue(engine, servers, load, patience=0.0, seed=11)
    holds(np.isin(log.outcome, LEFT).astype(float), erlang_b(servers, load))


@ENGINES
@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (3, 1.8)])
def test_with_endless_patience_the_wait_is_erlang_c(engine, servers, load):
    asked, log = queue(engine, servers, load, patience=None, seed=12)
    waits = np.where(log.admitted < NEVER, log.admitted, asked.minute[-1]) - asked.minute
    holds((waits > 0).astype(float), erlang_c(servers, load))
    holds(waits / SERVICE, erlang_c(servers, load) / (servers - load))


@ENGINES
@pytest.mark.parametrize(("servers", "load", "patience"), [(10, 11.0, 0.5), (3, 2.5, 2.0)])
def test_with_exponential_patience_waits_and_losses_are_erlang_a(engine, servers, load, patience):
    asked, log = queue(engine, servers, load, patience * SERVICE, seed=13)
    lost, wait = erlang_a(servers, load, patience)
    until = np.minimum(np.where(log.admitted < NEVER, log.admitted, log.ended), asked.minute[-1])
    holds(np.isin(log.outcome, LEFT).astype(float), lost)
    holds((until - asked.minute) / SERVICE, wait)


@ENGINES
def test_two_units_with_one_pool_of_requests_wait_as_one(engine):
    """Who may go to either of two beds, lists joined, waits as in one unit of two beds (M/M/2)."""
    asked, _ = queue(engine, 2, 1.5, patience=None, seed=14)
    both = replace(asked, candidates=np.column_stack([asked.candidates[:, 0], asked.candidates[:, 0] + 1]))
    log = SERVE[engine](both, units({0: 1}, {0: 1}), int(asked.minute[-1]) + 1)
    one = SERVE[engine](asked, units({0: 2}), int(asked.minute[-1]) + 1)
    assert np.array_equal(log.admitted, one.admitted)
