"""What a sweep will cost, by stored seconds and bytes."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.sweep_plan import LEDGER_MB_PER_MILLION, ROW_BYTES, Plan

_TIMES_ON_DISK = 3.5  # a row: in its part, in the table, and meanwhile in a pile, which is packed less well


@dataclass(frozen=True)
class Cost:
    """What a sweep comes to: jobs, seconds of one core, rows, and bytes of parts, table and ledgers."""

    jobs: int
    seconds: float
    rows: int
    bytes: float


def cost_of(plan: Plan) -> Cost:
    """Add up what all chunks of a plan cost."""
    seconds = sum(chunk.seconds for chunk in plan.chunks)
    kept = {job.cell for chunk in plan.chunks if chunk.kept for job in plan.chunk_jobs(chunk)}
    ledgers = sum(LEDGER_MB_PER_MILLION * plan.residents[market] for market, _, _ in kept)
    jobs = sum(chunk.jobs for chunk in plan.chunks)
    each = jobs // len(plan.markets)  # every market has as many
    rows = sum(each * plan.rows_in(market) for market in plan.markets)
    return Cost(jobs, seconds, rows, _TIMES_ON_DISK * ROW_BYTES * rows + ledgers)
