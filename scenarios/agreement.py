"""The same log from either engine: the smallest market of a run is served twice and compared.

What the compiled kernel does is checked in every run, on real requests, against the reference in SimPy. Where
they differ in one request the run stops: its numbers would be those of other rules than the docs state.
"""

from __future__ import annotations

from scenarios.outcomes import Agreement
from sim.clock import month_start
from sim.errors import LawBroken
from sim.kinds import Engine
from sim.log import Log
from sim.market import SERVE
from sim.measures import Replay


def agree(done: Replay, months: int, engine: Engine, market: str, replication: int) -> Agreement:
    """Serve a replay's requests with the other engine and hold the logs equal, event for event.

    Raises LawBroken where they differ: names the market, the replication, the request and both outcomes.
    """
    other = Engine.SIMPY if engine is Engine.COMPILED else Engine.COMPILED
    logs = {engine: done.log, other: SERVE[other](done.requests, done.supply.units, month_start(months))}
    row = done.log.first_difference(logs[other])
    if row >= 0:
        raise LawBroken(f"same log: no; {market}, replication {replication + 1}, {_both(row, logs)}")
    return Agreement(market, replication, len(done.log))


def _both(row: int, logs: dict[Engine, Log]) -> str:
    """Say what either engine made of a request."""
    told = [f"{engine.value}: {log.tell(row)}" for engine, log in logs.items()]
    return f"request {row}: {'; '.join(told)}"
