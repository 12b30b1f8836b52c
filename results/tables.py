"""Open a run folder: its manifest and its Parquet tables, checked against the data dictionary.

A folder that is unfinished, damaged or no run at all raises RunError, one line that says what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from results.dictionary import check, spec
from results.files import unwritten
from results.manifest import Manifest, read_manifest
from sim.clock import year_of
from sim.errors import RunError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, manifest and tables (read when first asked for)."""

    folder: Path
    manifest: Manifest
    _read: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Return the name of the folder."""
        return self.folder.resolve().name

    @property
    def last_year(self) -> int:
        """Return the year that verdicts speak of: the last whole one."""
        return year_of(self.manifest.months - 1)

    @property
    def years(self) -> list[int]:
        """List the calendar years that it covers; the first may be cut short (2020 covers two months)."""
        return sorted({year_of(month) for month in range(self.manifest.months)})

    @property
    def replications(self) -> int:
        """Return how many replications it has."""
        return self.manifest.replications

    def has(self, name: str) -> bool:
        """Tell whether an optional table is there, in the folder or given by ``having``."""
        return name in self._read or self._path(name).is_file()

    def table(self, name: str) -> pl.DataFrame:
        """Read a table by its name in the data dictionary.

        Returns an empty one where it is optional and absent. Raises RunError where it is missing or damaged.
        """
        table = spec(name)
        if table.optional and not self.has(name):
            return pl.DataFrame(schema={column.name: column.dtype for column in table.columns})
        if name not in self._read:
            self._read[name] = self._load(name)
        return self._read[name]

    def having(self, name: str, frame: pl.DataFrame) -> Run:
        """Return the run with a table in it that its folder does not hold."""
        return replace(self, _read=self._read | {name: frame})

    def of_service(self, name: str, service: str) -> pl.DataFrame:
        """Return the rows of a table that belong to a service (kept, for every number asks for them)."""
        key = f"{name}/{service}"
        if key not in self._read:
            row = self.manifest.service_row(service)
            self._read[key] = self.table(name).filter(pl.col("service") == row)
        return self._read[key]

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def _load(self, name: str) -> pl.DataFrame:
        path = self._path(name)
        if not path.is_file():
            raise RunError(f"{path}: missing; the run folder is damaged, run it again")
        try:
            frame = pl.read_parquet(path)
        except (pl.exceptions.PolarsError, OSError) as error:
            reason = " ".join(str(error).split())[:120]
            raise RunError(f"{path}: damaged: {reason}; run it again") from None
        check(name, frame, path)
        return frame


def open_run(folder: str | Path) -> Run:
    """Open a finished run folder.

    Raises RunError where it is unfinished, damaged or no run.
    """
    run = Run(Path(folder), read_manifest(Path(folder)))
    counties = {county.code for county in run.manifest.counties}
    strangers = sorted(set(run.table("months")["county"].unique().to_list()) - counties)
    if strangers:
        raise RunError(
            f"{run.folder}: damaged: the tables name county {strangers[0]}, "
            "the manifest does not; run it again"
        )
    return run


@contextmanager
def writing(where: Path) -> Iterator[None]:
    """Turn what a disk may refuse into one line.

    Raises RunError where a file below ``where`` cannot be written.
    """
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        raise unwritten(where, error) from None


def by_replication(frame: pl.DataFrame, columns: Sequence[str], replications: int) -> dict[str, Array]:
    """Sum columns by replication: arrays of length ``replications``, zero where a replication has no row.

    >>> rows = pl.DataFrame({"replication": [0, 0, 2], "served": [1, 2, 5]})
    >>> by_replication(rows, ["served"], 3)["served"].tolist()
    [3.0, 0.0, 5.0]
    """
    sums = frame.group_by("replication").agg(pl.col(list(columns)).sum())
    rows = sums["replication"].to_numpy()
    out = {name: np.zeros(replications) for name in columns}
    for name in columns:
        out[name][rows] = sums[name].to_numpy()
    return out


def grid(
    frame: pl.DataFrame, by: str, keys: Sequence[int], columns: Sequence[str], replications: int
) -> dict[str, Array]:
    """Sum columns by replication and a key: arrays (replications, keys), zero where there is no row."""
    place = {key: i for i, key in enumerate(keys)}
    kept = frame.filter(pl.col(by).is_in(list(keys)))
    sums = kept.group_by("replication", by).agg(pl.col(list(columns)).sum())
    rows = sums["replication"].to_numpy()
    cols = np.array([place[key] for key in sums[by].to_list()], dtype=np.int64)
    out = {name: np.zeros((replications, len(keys))) for name in columns}
    for name in columns:
        out[name][rows, cols] = sums[name].to_numpy()
    return out
