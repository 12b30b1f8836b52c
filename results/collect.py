"""Put the parts of a sweep together: one tidy table in one order of rows, with a data dictionary.

Each part's bytes are held against its receipt, and its rows against what its jobs should come to, before it
counts. The order of rows is that of their keys: who computed what, and in which batch it was planned, never
shows. Rows are sorted a pile at a time (``results.piles``) and written a row group at a time, so that a table
may be larger than memory.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import polars as pl
from polars.io.plugins import register_io_source

from results.piles import Piles, regrouped
from scenarios.asides import aside, told, write_aside
from scenarios.parts import Receipt, damaged, part_path, read_part
from scenarios.sweep_manifest import Chunk
from scenarios.sweep_plan import Plan
from scenarios.sweep_rows import MEASURES
from scenarios.sweep_state import State, state_of
from sim.errors import RunError
from sim.places import load_atlas

RESULTS, DICTIONARY = "results.parquet", "dictionary.csv"
ROW_GROUP = 262_144
KEYS = ("scenario", "point", "replication", "county", "service", "year")
PILE_ROWS = 2**19  # sorted in memory at once: about a gigabyte with all that goes on meanwhile
_MEASURED = tuple(measure.name for measure in MEASURES)


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


def collect(folder: Path, plan: Plan, partial: bool = False) -> Collected:
    """Write ``results.parquet`` and ``dictionary.csv`` of a sweep that is done.

    Raises RunError where jobs are left, have failed or parts are damaged, unless what is there is enough
    (`partial`; damaged parts never are).
    """
    state = state_of(folder, plan.chunks)
    _complete(folder, state, partial)
    write_aside(folder / DICTIONARY, dictionary_csv(plan))
    write_table(folder / RESULTS, plan, _parts(folder, plan, state))
    with (folder / RESULTS).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    height = sum(receipt.rows for rounds in state.rounds for receipt in rounds)
    return Collected(folder / RESULTS, height, digest, state.jobs - state.done)


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


def _parts(folder: Path, plan: Plan, state: State) -> Iterator[pl.DataFrame]:
    """Yield the rows of each part, held against its receipt and its jobs."""
    for chunk, rounds in zip(state.chunks, state.rounds, strict=True):
        for receipt in rounds:
            rows = read_part(folder, receipt)
            if rows.height != receipt.rows:
                raise damaged(part_path(folder, receipt.key), f"has {rows.height} rows, not {receipt.rows}")
            yield rows
        if rounds:
            _check_jobs(folder, plan, chunk, rounds)


def _check_jobs(folder: Path, plan: Plan, chunk: Chunk, rounds: tuple[Receipt, ...]) -> None:
    """Hold the rows of a chunk's rounds against what its jobs, but those that failed, come to."""
    jobs = plan.chunk_jobs(chunk)
    failed = rounds[-1].failed
    wanted = sum(plan.rows_in(job.market) for job in jobs if not failed or plan.key(job) not in failed)
    found = sum(receipt.rows for receipt in rounds)
    if found != wanted:
        raise damaged(part_path(folder, rounds[0].key), f"has {found} rows where its jobs come to {wanted}")


def _pile(plan: Plan) -> pl.Expr:
    """Number the piles of rows: scenarios, points and replications that follow one another in the table."""
    replications = max(batch.replications[1] for batch in plan.batches)
    cell = (pl.col("scenario") * len(plan.points) + pl.col("point")) * replications + pl.col("replication")
    return cell // max(1, PILE_ROWS // sum(map(plan.rows_in, plan.markets)))


def write_table(path: Path, plan: Plan, parts: Iterable[pl.DataFrame]) -> None:
    """Write the rows of all parts in one order, whatever the order and number of the parts.

    Raises RunError where the disk is full: what is written takes room once more until it is done.
    """
    # a file without a name: whoever is killed leaves nothing behind
    with told(path.parent), TemporaryFile(dir=path.parent) as room:
        piles = Piles(room, _pile(plan), PILE_ROWS)
        for rows in parts:
            piles.put(rows)
        ordered = (pile.sort(KEYS) for pile in piles.taken())
        _write_groups(path, plan, (tidy(plan, rows) for rows in regrouped(ordered, ROW_GROUP)))


def _write_groups(path: Path, plan: Plan, groups: Iterator[pl.DataFrame]) -> None:
    """Write a file of row groups, one at a time."""
    empty = tidy(plan, pl.DataFrame(schema=dict.fromkeys((*KEYS, *_MEASURED), pl.Int64())))
    table = register_io_source(lambda *asked: groups, schema=empty.schema)
    with aside(path) as file:
        heard = _Heard(file)
        try:
            table.sink_parquet(heard, compression="zstd", row_group_size=ROW_GROUP)  # type: ignore[call-overload]
        except pl.exceptions.PolarsError as wrong:  # polars has its own for a disk that is full
            raise heard.wrong or wrong from None


class _Heard:
    """A file that remembers what the disk said."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.wrong: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self.file.write(data)
        except OSError as wrong:
            self.wrong = wrong
            raise

    def flush(self) -> None:
        self.file.flush()


def tidy(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Write names for numbers, and the values of points."""
    names = pl.Series([each.id for each in plan.sweep.scenarios], dtype=pl.String())
    services = pl.Series([each.id for each in plan.sweep.scenarios[0].services], dtype=pl.String())
    counties = load_atlas().counties
    places = dict(zip(counties.code.tolist(), counties.name.tolist(), strict=True))
    values = plan.points[rows["point"].to_numpy()]
    return rows.select(
        names.gather(rows["scenario"]).alias("scenario"),
        pl.col("point").cast(pl.Int32()),
        *(pl.Series(each.name, values[:, column]) for column, each in enumerate(plan.sweep.varied)),
        pl.col("replication").cast(pl.Int32()), pl.col("county").cast(pl.Int32()),
        pl.col("county").replace_strict(places, return_dtype=pl.String()).alias("county_name"),
        services.gather(rows["service"]).alias("service"),
        pl.col("year").cast(pl.Int32()), *_MEASURED,
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
