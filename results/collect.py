"""Put the parts of a sweep together: one tidy table in one order of rows, with a data dictionary.

Each part's bytes are held against its receipt, and its rows against what its jobs should come to, before it
counts. The order of rows is that of their keys: who computed what, and in which batch it was planned, never
shows.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from scenarios.asides import write_aside
from scenarios.parts import Receipt, damaged, part_path, read_part
from scenarios.sweep_plan import Plan
from scenarios.sweep_rows import MEASURES
from scenarios.sweep_state import State, state_of
from sim.errors import RunError
from sim.places import load_atlas

RESULTS, DICTIONARY = "results.parquet", "dictionary.csv"
ROW_GROUP = 262_144
KEYS = ("scenario", "point", "replication", "county", "service", "year")
_INT32 = ("point", "replication", "county", "year")


@dataclass(frozen=True)
class Collected:
    """What was collected: the table's path, rows and hash, and the jobs whose rows it lacks."""

    path: Path
    rows: int
    sha256: str
    lacking: int


@dataclass(frozen=True)
class SweepColumn:
    """A column of a sweep's table."""

    name: str
    dtype: str
    unit: str
    meaning: str


def collect(
    folder: Path,
    plan: Plan,
    partial: bool = False,
    tell: Callable[[int, int], None] = lambda done, parts: None,
) -> Collected:
    """Write ``results.parquet`` and ``dictionary.csv`` of a sweep that is done.

    Raises RunError where jobs are left, have failed or parts are damaged, unless what is there is enough
    (`partial`; damaged parts never are).
    """
    state = state_of(folder, plan.chunks)
    _complete(folder, state, partial)
    frames = []
    for number, (chunk, rounds) in enumerate(zip(state.chunks, state.rounds, strict=True), 1):
        for receipt in rounds:
            frame = read_part(folder, receipt)
            _check_rows(folder, plan, receipt, frame)
            if frame.height:
                frames.append(frame)
        if rounds:
            _check_jobs(folder, plan, chunk.number, rounds)
        tell(number, len(state.chunks))
    table = tidy(plan, frames)
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd", row_group_size=ROW_GROUP)
    data = buffer.getvalue()
    write_aside(folder / DICTIONARY, dictionary_csv(plan))
    write_aside(folder / RESULTS, data)
    lacking = state.jobs - state.done
    return Collected(folder / RESULTS, table.height, hashlib.sha256(data).hexdigest(), lacking)


def _complete(folder: Path, state: State, partial: bool) -> None:
    if state.wrong:
        key, what = next(iter(sorted(state.wrong.items())))
        raise damaged(part_path(folder, key), what)
    if partial:
        return
    if state.left:
        jobs = sum(chunk.jobs for chunk in state.left)
        raise RunError(
            f"{folder}: {jobs} of {state.jobs} jobs are not done; 'jinlin sweep resume {folder}' first, or "
            "collect --partial"
        )
    if state.failed:
        raise RunError(
            f"{folder}: {len(state.failed)} of {state.jobs} jobs failed; 'jinlin sweep retry-failed "
            f"{folder}' first, or collect --partial"
        )


def _check_rows(folder: Path, plan: Plan, receipt: Receipt, frame: pl.DataFrame) -> None:
    if frame.height != receipt.rows:
        raise damaged(part_path(folder, receipt.key), f"has {frame.height} rows, not {receipt.rows}")


def _check_jobs(folder: Path, plan: Plan, number: int, rounds: tuple[Receipt, ...]) -> None:
    """Hold the rows of a chunk's rounds against what its jobs, but those that failed, come to."""
    jobs = plan.chunk_jobs(plan.chunks[number])
    failed = rounds[-1].failed
    wanted = sum(plan.rows_in(job.market) for job in jobs if not failed or plan.key(job) not in failed)
    found = sum(receipt.rows for receipt in rounds)
    if found != wanted:
        raise damaged(part_path(folder, rounds[0].key), f"has {found} rows where its jobs come to {wanted}")


def tidy(plan: Plan, frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Sort the rows by their keys, and write names for numbers."""
    names = [each.id for each in plan.sweep.scenarios]
    services = [each.id for each in plan.sweep.scenarios[0].services]
    counties = load_atlas().counties
    places = dict(zip(counties.code.tolist(), counties.name.tolist(), strict=True))
    measures = [measure.name for measure in MEASURES]
    if not frames:
        frames = [pl.DataFrame(schema=dict.fromkeys((*KEYS, *measures), pl.Int64()))]
    rows = pl.concat(frames).sort(KEYS)
    values = {
        each.name: pl.col("point").replace_strict(
            dict(enumerate(plan.points[:, column].tolist())), return_dtype=pl.Float64()
        )
        for column, each in enumerate(plan.sweep.varied)
    }
    return rows.select(
        pl.col("scenario").replace_strict(dict(enumerate(names)), return_dtype=pl.String()),
        pl.col("point").cast(pl.Int32()),
        *(expression.alias(name) for name, expression in values.items()),
        pl.col("replication").cast(pl.Int32()), pl.col("county").cast(pl.Int32()),
        pl.col("county").replace_strict(places, return_dtype=pl.String()).alias("county_name"),
        pl.col("service").replace_strict(dict(enumerate(services)), return_dtype=pl.String()),
        pl.col("year").cast(pl.Int32()), *measures,
    ).rechunk()  # fmt: skip


def columns(plan: Plan | None = None) -> list[SweepColumn]:
    """List the columns of a sweep's table; without a plan, one stands for all parameters."""
    varied = (
        [SweepColumn(each.name, "Float64", each.words, "value at the point") for each in plan.sweep.varied]
        if plan else [SweepColumn("<parameter>", "Float64", "its own", "value at the point; a column each")]
    )  # fmt: skip
    return [
        SweepColumn("scenario", "String", "name", "id of the scenario, in the order of the sweep file"),
        SweepColumn("point", "Int32", "number", "of the point, from 0 (points.csv)"),
        *varied,
        SweepColumn("replication", "Int32", "number",
                    "0 has the central values, others draw what is uncertain and does not vary; equal "
                    "numbers are paired across scenarios and points"),
        SweepColumn("county", "Int32", "code", "six-digit code (National Bureau of Statistics, 2023)"),
        SweepColumn("county_name", "String", "name", "name of the county"),
        SweepColumn("service", "String", "name", "id of the service"),
        SweepColumn("year", "Int32", "year", "calendar year; 2020 covers November and December"),
        *(SweepColumn(each.name, "Int64", each.unit, each.meaning) for each in MEASURES),
    ]  # fmt: skip


def dictionary_csv(plan: Plan) -> bytes:
    """Write the data dictionary of a sweep's table."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("column", "dtype", "unit", "meaning"))
    for each in columns(plan):
        writer.writerow((each.name, each.dtype, each.unit, each.meaning))
    return file.getvalue().encode()
