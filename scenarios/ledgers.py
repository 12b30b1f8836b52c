"""Kept ledgers: the needs of a market, drawn once, and replayed by every scenario of supply, price or staff.

A ledger stands in a folder named by its *content key*: the hash of everything that it depends on, which is
market, seed, replication, months, the settings that life and founding read, those that they are aligned on,
the definitions of need, and the sources and evidence they are read with. It holds Parquet tables and
``ledger.json``, which says what each table should hold. Folders are written aside and renamed; one that is
damaged, or is not what its name says, is an error that names it. The store keeps to a size: what was used
longest ago goes first, but nothing that the command at work has read or written. Were it otherwise, whoever
goes round through more than fits would find nothing: each ledger would be gone just before its turn.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scenarios.asides import aside_folder, remedy, sweep_aside
from scenarios.load import Scenario
from scenarios.studies import MOST_LEDGERS_GB, drawn_settings
from sim.compiled import fingerprint
from sim.errors import RunError
from sim.measures import LifeRecord
from sim.needs import Asks, Ledger, Spells
from sim.parameters import Settings

if TYPE_CHECKING:
    import polars as pl

TOLD = "ledger.json"
BEGUN = time.time()  # of the command: workers are forked from a server that has imported this
_HOUSE = Path(__file__).parents[1]
_READ_BY_LIFE = (
    ("evidence", "*.py"),
    ("evidence/parameters", "*"),
    ("evidence/tables", "*"),
    ("sim/data", "*"),
)
_GRIDS = {"people": ("service", "group", "county", "month"), "residents": ("county", "area", "month"),
          "persons": ("service", "county", "month")}  # fmt: skip


class LedgerError(RunError):
    """A kept ledger, or the folder of them, that cannot be used: what is wrong, what to do, by which options.

    Whoever has no such options words it anew.
    """

    def __str__(self) -> str:
        """Say it as the commands do that have the options."""
        return ", ".join((f"{self.what}; {self.remedy}", *self.args[2:]))

    @property
    def what(self) -> str:
        """Say what is wrong."""
        return str(self.args[0])

    @property
    def remedy(self) -> str:
        """Say what to do about it, whatever the command."""
        return str(self.args[1])


@dataclass(frozen=True)
class Lived:
    """What a market's residents lived and needed in one replication: all that replays read."""

    ledger: Ledger
    record: LifeRecord
    fifth_edges: npt.NDArray[np.int64]  # (2 areas, 4): income at the fifths of the published curve


def ledger_facts(
    scenario: Scenario, settings: Settings, market: str, seed: int, replication: int, months: int
) -> dict[str, Any]:
    """Say what a ledger depends on, in words and numbers that JSON can hold.

    `settings` are those of the replication (drawn).
    """
    read = {name: q.value for name, q in sorted(settings.quantities.items()) if q.touches == "life"}
    baseline = drawn_settings(scenario.aligned_on, seed, replication)
    needs = [
        (s.id, s.mechanism.name, s.group, s.ask_every_months, s.wish_ceiling, [repr(n.who) for n in s.needed])
        for s in scenario.services
    ]
    return {
        "market": market, "seed": seed, "replication": replication, "months": months, "settings": read,
        "aligned_on": {name: baseline[name] for name, value in read.items() if baseline[name] != value},
        "definitions": needs, "sources": sources(),
    }  # fmt: skip


@cache
def sources() -> str:
    """Name the code and the evidence that lives are drawn with: twelve hexadecimal digits."""
    digest = hashlib.sha256(fingerprint().encode())
    for folder, pattern in _READ_BY_LIFE:
        for path in sorted((_HOUSE / folder).glob(pattern)):
            if path.is_file():
                digest.update(f"\n{folder}/{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def content_key(facts: Mapping[str, Any]) -> str:
    """Name a ledger by what it depends on: twenty hexadecimal digits."""
    return hashlib.sha256(_canonical(facts).encode()).hexdigest()[:20]


def _canonical(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class LedgerStore:
    """A folder of kept ledgers, at most ``most_gb`` large; what was used since ``begun`` (seconds) stays."""

    folder: Path
    most_gb: float = MOST_LEDGERS_GB
    begun: float = BEGUN

    def read(self, facts: Mapping[str, Any]) -> Lived | None:
        """Return the ledger of some facts, None where none is kept.

        Raises RunError where the one that is kept is damaged or is not what its name says.
        """
        home = self._home(facts)
        if not home.is_dir():
            return None
        told = _told(home)
        if _canonical(told.get("facts", {})) != _canonical(json.loads(_canonical(facts))):
            raise _unusable(home, "stale: it was drawn from other settings, definitions, code or evidence")
        frames = {name: _table(home, name, told) for name in ("spells", "asks", *_GRIDS, "life")}
        os.utime(home)
        return _lived(frames, told)

    def write(self, facts: Mapping[str, Any], lived: Lived) -> bool:
        """Keep a ledger; where another process has kept it meanwhile, that one stays.

        Return whether there was room. Raises RunError where the folder cannot be written.
        """
        home = self._home(facts)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            sweep_aside(self.folder)
            aside = aside_folder(self.folder)
            try:
                _write(aside, facts, lived)
                _rename(aside, home)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
        except OSError as wrong:
            what = f"{self.folder}: a ledger cannot be kept there: {wrong.strerror or wrong}"
            options = "give another folder with --ledgers, or run with --no-ledgers"
            raise LedgerError(what, remedy(wrong), options) from None
        return self._make_room(home)

    def _home(self, facts: Mapping[str, Any]) -> Path:
        return self.folder / content_key(facts)

    def _make_room(self, kept: Path) -> bool:
        """Remove what was used longest ago until the rest fits; if it does not, what was just written."""
        if self.most_gb == math.inf:
            return True
        known = {home: _used(home) for home in self.folder.iterdir() if home.name[0] != "."}
        total = sum(size for size, _ in known.values())
        old = [home for home, (_, last) in known.items() if home != kept and last < self.begun]
        for home in (*sorted(old, key=lambda each: known[each][1]), kept):
            if total <= self.most_gb * 1e9:
                break
            total -= known[home][0]
            shutil.rmtree(home, ignore_errors=True)
        return kept.is_dir()


def _used(home: Path) -> tuple[int, float]:
    """Return the bytes of a ledger and when it was used; none of what another process is removing."""
    try:
        return sum(each.stat().st_size for each in os.scandir(home)), home.stat().st_mtime
    except OSError:
        return 0, math.inf


def _rename(aside: Path, home: Path) -> None:
    """Give a ledger its name, unless another process was first."""
    try:
        if not home.exists():
            os.replace(aside, home)
    except OSError:
        if not home.is_dir():  # else kept between the look and the renaming: a full folder is not replaced
            raise


def _unusable(home: Path, why: str) -> LedgerError:
    return LedgerError(f"{home}: {why}", "remove that folder", "or run with --no-ledgers")


def _told(home: Path) -> dict[str, Any]:
    """Read what a ledger says of itself."""
    try:
        told = json.loads((home / TOLD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _unusable(home, f"damaged: {TOLD} cannot be read") from None
    if not isinstance(told, dict) or not {"facts", "tables", "shapes", "life"} <= told.keys():
        raise _unusable(home, f"damaged: {TOLD} says too little")
    return told


def _table(home: Path, name: str, told: Mapping[str, Any]) -> pl.DataFrame:
    """Read a table and hold its bytes against what the ledger says of them."""
    import polars as pl

    path = home / f"{name}.parquet"
    try:
        written = path.read_bytes()
        if hashlib.sha256(written).hexdigest() != told["tables"][name]:
            raise _unusable(home, f"damaged: {path.name} is not what was written")
        return pl.read_parquet(written)
    except (OSError, KeyError, pl.exceptions.PolarsError):
        raise _unusable(home, f"damaged: {path.name} is missing or cannot be read") from None


def _write(home: Path, facts: Mapping[str, Any], lived: Lived) -> None:
    """Write tables first, then what they should hold."""
    import polars as pl

    grids = {name: getattr(lived.ledger, name) for name in _GRIDS}
    frames = {
        "spells": pl.DataFrame(_columns(lived.ledger.spells)),
        "asks": pl.DataFrame(_columns(lived.ledger.asks)),
        **{name: _as_rows(grid, _GRIDS[name]) for name, grid in grids.items()},
        "life": _life_rows(lived.record),
    }
    hashes = {}
    for name, frame in frames.items():
        buffer = io.BytesIO()  # polars has errors of its own for a disk that is full
        frame.write_parquet(buffer, compression="lz4", statistics=False)
        (home / f"{name}.parquet").write_bytes(buffer.getbuffer())
        hashes[name] = hashlib.sha256(buffer.getbuffer()).hexdigest()
    record = lived.record
    told = {
        "facts": facts,
        "tables": hashes,
        "shapes": {name: list(grid.shape) for name, grid in grids.items()},
        "life": {
            "years": list(record.years), "start": record.residents_start, "end": record.residents_end,
            "resident_months": record.resident_months, "fifth_edges": lived.fifth_edges.tolist(),
        },
    }  # fmt: skip
    (home / TOLD).write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


def _columns(table: Spells | Asks) -> dict[str, npt.NDArray]:
    return {each.name: getattr(table, each.name) for each in fields(table)}


def _as_rows(grid: npt.NDArray[np.int64], keys: tuple[str, ...]) -> pl.DataFrame:
    """Turn a grid of counts into rows, zeros left out."""
    import polars as pl

    places = np.nonzero(grid)
    return pl.DataFrame(
        {key: place.astype(np.int32) for key, place in zip(keys, places, strict=True)}
        | {"count": grid[places]}
    )


def _as_grid(frame: pl.DataFrame, keys: tuple[str, ...], shape: list[int]) -> npt.NDArray[np.int64]:
    grid = np.zeros(shape, dtype=np.int64)
    grid[tuple(frame[key].to_numpy() for key in keys)] = frame["count"].to_numpy()
    return grid


def _life_rows(record: LifeRecord) -> pl.DataFrame:
    """Put the yearly flows and stocks in columns, year by county."""
    import polars as pl

    return pl.DataFrame({name: grid.ravel() for name, grid in (record.flows | record.stocks).items()})


def _lived(frames: Mapping[str, pl.DataFrame], told: Mapping[str, Any]) -> Lived:
    """Put a ledger together again."""
    life = told["life"]
    years = tuple(life["years"])
    yearly = {
        name: frames["life"][name].to_numpy().reshape(len(years), -1) for name in frames["life"].columns
    }
    flows = {name: yearly[name] for name in ("births", "deaths", "arrivals", "leavers")}
    stocks = {name: grid for name, grid in yearly.items() if name not in flows}
    record = LifeRecord(years, flows, stocks, life["start"], life["end"], life["resident_months"])
    grids = {name: _as_grid(frames[name], keys, told["shapes"][name]) for name, keys in _GRIDS.items()}
    spells = Spells(
        **{each.name: frames["spells"][each.name].to_numpy(writable=True) for each in fields(Spells)}
    )
    asks = Asks(**{each.name: frames["asks"][each.name].to_numpy(writable=True) for each in fields(Asks)})
    return Lived(Ledger(spells, asks, **grids), record, np.array(life["fifth_edges"], dtype=np.int64))
