"""The parts of a sweep: a Parquet file for each task that is done, and a receipt that says what it holds.

A *task* is a chunk, or in a later *round* those of its jobs that failed before. Its part is written aside and
renamed, then its receipt; a part without a receipt is not there. Both are named by the content key of what
they hold. A part counts where its size and key are those of the receipt; before it is collected, its bytes
are hashed too.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.asides import told, write_aside
from sim.errors import RunError

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Receipt:
    """What a part holds: its bytes and hash, rows, jobs, and the jobs that failed, by key, with the error."""

    key: str
    rows: int
    bytes: int
    sha256: str
    jobs: int
    seconds: float
    failed: Mapping[str, str] = field(default_factory=dict)


def name_of_task(chunk_key: str, round_: int) -> str:
    """Name a task: a chunk's key, and the round where it is not the first.

    >>> name_of_task("abc", 0), name_of_task("abc", 2)
    ('abc', 'abc-2')
    """
    return f"{chunk_key}-{round_}" if round_ else chunk_key


def write_part(
    folder: Path, key: str, frame: pl.DataFrame, jobs: int, seconds: float, failed: Mapping[str, str]
) -> Receipt:
    """Write a part and then its receipt."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False, metadata={"jinlin.key": key})
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    receipt = Receipt(key, frame.height, len(data), digest, jobs, round(seconds, 3), dict(failed))
    write_aside(part_path(folder, key), data)
    write_aside(_receipt_path(folder, key), (json.dumps(asdict(receipt)) + "\n").encode())
    return receipt


def part_path(folder: Path, key: str) -> Path:
    """Return where the part of a task lies."""
    return folder / "parts" / f"{key}.parquet"


def _receipt_path(folder: Path, key: str) -> Path:
    return folder / "receipts" / f"{key}.json"


def is_done(folder: Path, key: str) -> bool:
    """Tell whether a task has a receipt."""
    return _receipt_path(folder, key).is_file()


def done_keys(folder: Path) -> set[str]:
    """Return the keys of all tasks that have a receipt, by one look at the folder."""
    with told(folder / "receipts"):
        names = [entry.name for entry in os.scandir(folder / "receipts")]
    return {name.removesuffix(".json") for name in names if name.endswith(".json") and name[0] != "."}


def receipts(folder: Path) -> tuple[dict[str, Receipt], dict[str, str]]:
    """Return the receipts whose parts are as large as they say, and by key what is wrong with the others."""
    done = done_keys(folder)  # before the parts: a part that comes between the looks has its receipt after it
    sizes = _sizes(folder / "parts")
    good, wrong = dict[str, Receipt](), dict[str, str]()
    for key in done:
        receipt = read_receipt(folder, key)
        size = sizes.get(f"{key}.parquet")
        if receipt is None:
            wrong[key] = "its receipt cannot be read"
        elif receipt.key != key:
            wrong[key] = f"its receipt is that of {receipt.key}"
        elif size != receipt.bytes:
            wrong[key] = "is missing" if size is None else f"has {size} bytes, not {receipt.bytes}"
        else:
            good[key] = receipt
    return good, wrong


def _sizes(folder: Path) -> dict[str, int]:
    """Return the bytes of each file in a folder; what others are just writing is passed over."""
    sizes = {}
    with told(folder):
        for entry in os.scandir(folder):
            if entry.name[0] != ".":
                sizes[entry.name] = entry.stat().st_size
    return sizes


def read_receipt(folder: Path, key: str) -> Receipt | None:
    """Read a receipt; None where it cannot be read."""
    try:
        with open(f"{folder}/receipts/{key}.json", "rb") as file:  # no Path: there may be very many
            return Receipt(**json.loads(file.read()))
    except (OSError, ValueError, TypeError):
        return None


def read_part(folder: Path, receipt: Receipt) -> pl.DataFrame:
    """Read a part whose bytes are those of its receipt.

    Raises RunError where they are not.
    """
    import polars as pl

    path = part_path(folder, receipt.key)
    try:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != receipt.sha256:
            raise damaged(path, "is not what was written")
        return pl.read_parquet(io.BytesIO(data))
    except (OSError, pl.exceptions.PolarsError):
        raise damaged(path, "is missing or cannot be read") from None


def damaged(path: Path, what: str) -> RunError:
    """Word a damaged part, and what to do about it."""
    return RunError(f"{path}: {what}; 'jinlin sweep resume' computes it again")


def groundless(keys: Collection[str]) -> dict[str, str]:
    """Return by key what is wrong with rounds that try again what a part that does not count had left.

    >>> groundless({"abc", "abc-1", "abc-3", "xyz-1"})
    {'abc-3': 'tries again what abc-2 left', 'xyz-1': 'tries again what xyz left'}
    """
    found = dict[str, str]()
    for key in sorted(keys):
        chunk, _, round_ = key.partition("-")
        earlier = [name_of_task(chunk, each) for each in range(int(round_) if round_.isdigit() else 0)]
        if missing := [name for name in earlier if name not in keys]:
            found[key] = f"tries again what {missing[-1]} left"
    return found


def forget(folder: Path, keys: Iterable[str]) -> None:
    """Take away the receipts of parts that do not count, so that they are computed again."""
    for key in keys:
        _receipt_path(folder, key).unlink(missing_ok=True)


def verify(folder: Path, good: Mapping[str, Receipt]) -> dict[str, str]:
    """Hash every part and return by key what is wrong."""
    found: dict[str, str] = {}
    for key, receipt in good.items():
        path: Any = part_path(folder, key)
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            found[key] = "is missing"
            continue
        if digest != receipt.sha256:
            found[key] = "is not what was written"
    return found
