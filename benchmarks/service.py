"""Serve one queue four ways: kernel, the engine in SimPy, a SimPy process each, Ciw. Part of ``make bench``.

M/M/100+M: a home of 100 places, as many asking as it can serve, two priority classes, exponential stays and
patience. Each way must give the share who give up and the mean wait that Palm's formula (Erlang A) gives,
within its own standard error; kernel and engine must give one log. The first three serve the same people, Ciw
draws its own. Ciw is no part of the project: ``pip install '.[bench]'`` adds it, without it three run. Of the
kernel the loop is timed, and the whole call with its checks and copies, which is what the engine's time is.

Then the kernel alone: what a customer costs with 10, 100 … 100,000 waiting.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import simpy

from sim import facilities, kernel
from sim.arrivals import Arrivals
from sim.clock import NEVER
from sim.desk import open_desk
from sim.kinds import Outcome, Step
from sim.streams import Decision, Stream
from sim.supply import PARTS, Units

PLACES, STAY, CLASSES = 100, 10_000.0, 2  # mean stay in minutes
CUSTOMERS = {
    "kernel loop": 1_000_000,
    "kernel": 1_000_000,
    "simpy engine": 100_000,
    "simpy process": 100_000,
    "ciw": 20_000,
}
ROUNDS = {
    "kernel loop": 9,
    "kernel": 9,
    "simpy engine": 3,
    "simpy process": 1,
    "ciw": 1,
}  # the shortest counts
WAITING = (10, 100, 1_000, 10_000, 100_000)
BATCHES = 20
LEFT = (Outcome.LEFT_NEED_ENDED, Outcome.LEFT_PATIENCE_ENDED)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Queue:
    """The columns that service reads, in the order of coming."""

    key: npt.NDArray
    minute: npt.NDArray
    stay: npt.NDArray
    patience_end: npt.NDArray
    need_end: npt.NDArray
    priority: npt.NDArray
    parts: npt.NDArray
    group_id: npt.NDArray
    step: npt.NDArray
    candidates: npt.NDArray

    @property
    def horizon(self) -> int:
        """Return the minute after the last one came."""
        return int(self.minute[-1]) + 1


@dataclass(frozen=True)
class Served:
    """Who gave up and how long each waited, in the order of coming; those undecided at the end left out."""

    gave_up: Floats
    waited: Floats  # mean stays


def queue(customers: int, load: float = PLACES, patience: float = 1.0, stay: float = STAY) -> Queue:
    """Draw a Poisson stream of customers; ``patience`` is a mean, in mean stays."""
    stream, keys = Stream.of(20201101, 0), np.arange(customers, dtype=np.uint64)
    decisions = (Decision.WISH, Decision.STAY, Decision.PATIENCE)
    gap, stays, endured = (-np.log(stream.uniform(keys, decision)) * stay for decision in decisions)
    minute = np.rint(np.cumsum(gap) / load).astype(np.int32)
    until = np.minimum(minute + np.rint(endured * patience), NEVER - 1)
    zeros = np.zeros(customers, dtype=np.uint8)
    candidates = np.column_stack([zeros, zeros, zeros]).astype(np.int32) + np.array([0, -1, -1], np.int32)
    return Queue(
        key=keys, minute=minute, stay=np.maximum(np.rint(stays), 1).astype(np.int32),
        patience_end=until.astype(np.int32), need_end=np.full(customers, NEVER, dtype=np.int32),
        priority=(stream.uniform(keys, Decision.TASTE) * CLASSES).astype(np.uint8),
        parts=np.full(customers, PARTS, dtype=np.int32), group_id=zeros,
        step=zeros + np.uint8(Step.REQUESTED), candidates=candidates,
    )  # fmt: skip


def home() -> Units:
    """Build one public home of 100 places."""
    zero = np.zeros(1, dtype=np.int32)
    places = np.array([PLACES * PARTS], dtype=np.int32)
    return Units(
        id=zero, key=zero.astype(np.uint64), kind=zero, pool=zero, county=zero, township=zero,
        public=zero + 1, opens=zero, step_unit=zero, step_minute=zero, step_built=places, step_staffed=places,
    )  # fmt: skip


def erlang_a(load: float, patience: float) -> tuple[float, float]:
    """Return the share who give up and the mean wait in mean stays, from the balance of the chain."""
    weight = total = 1.0
    waiting = 0.0
    for n in range(1, 20 * PLACES):
        weight *= load / (min(n, PLACES) + max(n - PLACES, 0) / patience)
        total += weight
        waiting += weight * max(n - PLACES, 0)
    mean = waiting / total
    return mean / patience / load, mean / load


# ---- four ways; each returns what came of it and the seconds of the processor


def timed(work: Callable[[], object], rounds: int) -> float:
    """Return the shortest time of the processor of some rounds of the same work."""
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def of_log(asked: Queue, log: kernel.Log) -> Served:
    """Read a log."""
    decided = log.outcome != Outcome.WAITING
    until = np.minimum(log.admitted, log.ended)[decided]
    return Served(np.isin(log.outcome, LEFT)[decided] * 1.0, (until - asked.minute[decided]) / STAY)


def run_kernel(asked: Queue, rounds: int) -> tuple[Served, float]:
    """Serve with the kernel, the whole call."""
    log = kernel.serve(asked, home(), asked.horizon)  # compiles where it must
    return of_log(asked, log), timed(lambda: kernel.serve(asked, home(), asked.horizon), rounds)


def run_loop(asked: Queue, rounds: int) -> tuple[Served, float]:
    """Serve with the kernel; the seconds are those of the compiled loop."""
    log = kernel.serve(asked, home(), asked.horizon)
    arrivals = Arrivals.of(asked, 1, asked.horizon)
    desks = iter([open_desk(arrivals, home()) for _ in range(rounds)])
    return of_log(asked, log), timed(lambda: kernel.run(*next(desks), 0, asked.horizon), rounds)


def run_simpy_engine(asked: Queue, rounds: int) -> tuple[Served, float]:
    """Serve with the project's engine in SimPy."""
    log = facilities.serve(asked, home(), asked.horizon)
    assert log.first_difference(kernel.serve(asked, home(), asked.horizon)) < 0, "not the same log"
    return of_log(asked, log), timed(lambda: facilities.serve(asked, home(), asked.horizon), rounds)


def run_simpy_processes(asked: Queue, rounds: int) -> tuple[Served, float]:
    """Serve with a process for each customer and SimPy's own priority resource."""
    columns = [each.tolist() for each in (asked.minute, asked.stay, asked.patience_end, asked.priority)]
    outcome: list[tuple[int, bool, float]] = []

    def customer(env: simpy.Environment, places: simpy.PriorityResource, row: int, *mine: int):
        came, stay, until, priority = mine
        with places.request(priority=priority) as asks:
            given = yield asks | env.timeout(until - came)
            outcome.append((row, asks not in given, env.now - came))
            if asks in given:
                yield env.timeout(stay)

    def source(env: simpy.Environment, places: simpy.PriorityResource):
        for row, mine in enumerate(zip(*columns, strict=True)):
            yield env.timeout(mine[0] - env.now)
            env.process(customer(env, places, row, *mine))

    def serve() -> None:
        outcome.clear()
        env = simpy.Environment()
        env.process(source(env, simpy.PriorityResource(env, PLACES)))
        env.run(until=asked.horizon)

    seconds = timed(serve, rounds)
    _, gave_up, waited = np.array(sorted(outcome)).T
    return Served(gave_up, waited / STAY), seconds


def run_ciw(asked: Queue, rounds: int) -> tuple[Served, float]:
    """Serve as many customers with Ciw, which draws its own."""
    import ciw

    classes = [f"class {n}" for n in range(CLASSES)]

    def each(rate: float) -> dict[str, list[object]]:
        return {name: [ciw.dists.Exponential(rate)] for name in classes}

    network = ciw.create_network(
        arrival_distributions=each(PLACES / CLASSES), service_distributions=each(1.0),
        reneging_time_distributions=each(1.0), number_of_servers=[PLACES],
        priority_classes={name: n for n, name in enumerate(classes)},
    )  # fmt: skip
    found = []

    def serve() -> None:
        ciw.seed(1)
        found.append(ciw.Simulation(network))
        found[-1].simulate_until_max_time(asked.horizon / STAY)

    seconds = timed(serve, rounds)
    records = sorted(found[-1].get_all_records(), key=lambda record: record.arrival_date)
    gave_up = np.array([record.record_type == "renege" for record in records]) * 1.0
    return Served(gave_up, np.array([record.waiting_time for record in records])), seconds


WAYS = {"kernel loop": run_loop, "kernel": run_kernel, "simpy engine": run_simpy_engine,
        "simpy process": run_simpy_processes, "ciw": run_ciw}  # fmt: skip


# ---- what they came to


def mean_and_error(values: Floats) -> tuple[float, float]:
    """Return mean and standard error by batch means, the first twentieth left out while the home fills."""
    settled = values[len(values) // BATCHES :]
    means = settled[: len(settled) // BATCHES * BATCHES].reshape(BATCHES, -1).mean(axis=1)
    return float(means.mean()), float(means.std(ddof=1) / math.sqrt(BATCHES))


def hold(name: str, served: Served) -> str:
    """Hold a way to the exact expectations; return them beside what it gave."""
    told = []
    for what, values, exact in zip(
        ("give up", "wait"), (served.gave_up, served.waited), erlang_a(PLACES, 1.0), strict=True
    ):
        mean, error = mean_and_error(values)
        assert abs(mean - exact) < 4 * error, f"{name}: {what} {mean} ± {error}, exactly {exact}"
        told.append(f"{what} {mean:.4f} ± {error:.4f} ({exact:.4f})")
    return ", ".join(told)


def compare_ways() -> None:
    """Print what a customer costs each way, and the ratios to the kernel's loop and to its whole call."""
    print(f"M/M/{PLACES}+M, {CLASSES} priority classes; beside each mean, its standard error and Erlang A:")
    cost: dict[str, float] = {}
    for name, way in WAYS.items():
        try:
            served, seconds = way(queue(CUSTOMERS[name]), ROUNDS[name])
        except ModuleNotFoundError as missing:
            print(f"  {name:<13} not installed: pip install '.[bench]' adds {missing.name}")
            continue
        cost[name] = seconds / CUSTOMERS[name]
        ratios = [f"{cost[name] / cost[to]:.1f} times the {to}" for to in ("kernel loop", "kernel")
                  if to in cost and to != name]  # fmt: skip
        print(f"  {name:<13} {1e-6 / cost[name]:.4f} million customers a second", *ratios, sep=", ")
        print(f"  {'':<13} {hold(name, served)}")


def compare_lists() -> None:
    """Print what a customer costs in the kernel by how many wait: twice as many ask as it can serve."""
    print("the kernel by how many wait:")
    before = 0.0
    for waiting in WAITING:
        count = max(300_000, 12 * waiting)
        stay = max(100.0, 1e9 / count)  # 2 · 10⁹ minutes would be past the end of time
        asked = queue(count, load=2 * PLACES, patience=waiting / PLACES, stay=stay)
        arrivals = Arrivals.of(asked, 1, asked.horizon)
        desks = [open_desk(arrivals, home()) for _ in range(5)]
        seconds = timed(partial(_run_next, iter(desks), asked.horizon), 5)
        listed = int(desks[0].tally[Outcome.WAITING])
        each = seconds / count
        more = f", {each / before:.2f} times the line above" if before else ""
        print(f"  {listed:7,} waiting: {each * 1e9:5.0f} ns a customer{more}")
        before = each


def _run_next(desks, horizon: int) -> None:
    kernel.run(*next(desks), 0, horizon)


def main() -> None:
    """Print both."""
    compare_ways()
    compare_lists()


if __name__ == "__main__":
    main()
