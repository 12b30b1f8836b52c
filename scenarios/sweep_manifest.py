"""What the folder of a sweep says of itself: batches and chunks. It needs nothing of the model to be read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.asides import told
from scenarios.parts import name_of_task
from sim.errors import RunError

FORMAT = 2
MANIFEST, TEXT, POINTS, JOBS = "sweep.json", "sweep.toml", "points.csv", "jobs.csv"
ROOMS = ("scenarios", "parts", "receipts", "claims", "failed", "log", "slurm")
_HASH = "sha256"  # of all the manifest's other lines
STOP = "stop"  # a file: whoever computes stops after the job in hand


@dataclass(frozen=True)
class Batch:
    """Replications and points that were planned together: first and one past the last."""

    replications: tuple[int, int]
    points: tuple[int, int]


@dataclass(frozen=True)
class Chunk:
    """Jobs that a worker takes together: their place in the order of all jobs, and their key."""

    number: int
    key: str
    first: int
    jobs: int
    seconds: float  # by the stored table
    kept: bool  # its lives are kept for other chunks


@dataclass(frozen=True)
class Task:
    """A chunk to compute, or in a later round those of its jobs that failed before."""

    chunk: Chunk
    round: int = 0

    @property
    def name(self) -> str:
        """Name the task, its part and its claim."""
        return name_of_task(self.chunk.key, self.round)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a folder says of its sweep.

    Raises RunError where it is no sweep or damaged.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise RunError(f"{path}: of another version of jinlin; plan the sweep again in another folder")
        if manifest.pop(_HASH) != _hash_of(manifest):
            raise damaged(path)
        return dict(manifest)
    except FileNotFoundError:
        raise RunError(
            f"{folder}: no sweep here; plan one with 'jinlin sweep plan FILE --out {folder}'"
        ) from None
    except OSError as wrong:
        raise RunError(f"{path}: cannot be read: {wrong.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged(path) from None


def manifest_text(manifest: Mapping[str, Any]) -> bytes:
    """Write a line for each fact, so that two manifests can be compared, and the hash of them all."""
    lines = _lines({**manifest, _HASH: _hash_of(manifest)})
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _hash_of(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256("\n".join(_lines(manifest)).encode()).hexdigest()


def _lines(manifest: Mapping[str, Any]) -> list[str]:
    return [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in manifest.items()]


def chunks_of(manifest: dict[str, Any]) -> list[Chunk]:
    """List the chunks of a manifest, for who needs no more than their keys."""
    return [Chunk(number, *row) for number, row in enumerate(manifest["chunks"])]


def damaged(path: Path) -> RunError:
    """Word a file of a sweep that cannot be used."""
    return RunError(f"{path}: damaged; plan the sweep again into another folder")


def stop(folder: Path) -> None:
    """Let whoever computes stop after the job in hand."""
    with told(folder):
        (folder / STOP).touch()
