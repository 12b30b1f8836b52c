"""Who computes what now: claims on a shared disk, taken by one, renewed while it lives, taken over when not.

A claim on ``KEY`` is a file ``KEY.1``, made by whoever is first to create it. While its owner lives, a thread
of his touches it. A claim is *stale* where its owner ran on this machine and is no more, or where it has not
been touched for a while; then whoever is first to create ``KEY.2`` has it, and so on. No file is ever taken
from anybody, so that two who judge at once cannot both win. Ages are told by the disk's own clock.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from scenarios.asides import PARTIAL, told
from scenarios.owners import is_gone, me

LEASE_SECONDS = 120.0  # untouched for so long, a claim is stale
BEAT_SECONDS = 15.0


@dataclass
class Claim:
    """A claim that this process holds; call ``release`` when what was claimed is done, or given up."""

    path: Path
    key: str
    _over: threading.Event = field(default_factory=threading.Event)

    def _beat(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            with suppress(OSError):
                os.utime(self.path)

    def release(self) -> None:
        """Give the claim back, with those that it was taken over from; never one that another took over."""
        self._over.set()
        for path in _claims_on(self.path.parent, self.key):
            if _number(path) <= _number(self.path):
                path.unlink(missing_ok=True)


def claim(folder: Path, key: str) -> Claim | None:
    """Claim a key; None where somebody who lives has it.

    Raises RunError where the folder cannot be written.
    """
    with told(folder):
        before = _claims_on(folder, key)
        if before and not is_stale(before[-1]):
            return None
        number = 1 + (_number(before[-1]) if before else 0)
        path = folder / f"{key}.{number}"
        try:
            file = path.open("x", encoding="utf-8")
        except FileExistsError:
            return None
        try:
            with file:
                file.write(me())
        except BaseException:  # a full disk has room for a name, but not for what it should hold
            path.unlink(missing_ok=True)
            raise
        mine = Claim(path, key)
        threading.Thread(target=mine._beat, daemon=True).start()
        return mine


def forget_claims(folder: Path, key: str) -> None:
    """Remove all claims on a key: what was claimed is done, or its owner gives it up."""
    for path in _claims_on(folder, key):
        path.unlink(missing_ok=True)


def claimed(folder: Path) -> dict[str, bool]:
    """Return the keys that are claimed, and for each whether its last claim is alive."""
    last: dict[str, Path] = {}
    with told(folder):
        for path in sorted(folder.iterdir(), key=_number):
            if path.name[0] != ".":
                last[path.name.rpartition(".")[0]] = path
        now = disk_time(folder) if last else 0.0
    return {key: not is_stale(path, now) for key, path in last.items()}


def is_stale(path: Path, now: float | None = None) -> bool:
    """Tell whether the owner of a claim is no more, or has not been heard of for too long.

    `now` is the disk's time, for who has asked for it already.
    """
    gone = None
    try:
        touched = path.stat().st_mtime
    except OSError:
        return True  # released meanwhile
    with suppress(OSError):  # another user's, who lets nobody read it
        gone = is_gone(path.read_text(encoding="utf-8"))
    return bool(gone) or (disk_time(path.parent) if now is None else now) - touched > LEASE_SECONDS


def _claims_on(folder: Path, key: str) -> list[Path]:
    return sorted(folder.glob(f"{key}.*"), key=_number)


def _number(path: Path) -> int:
    number = path.name.rpartition(".")[2]
    return int(number) if number.isdigit() else 0


def disk_time(folder: Path) -> float:
    """Return what time it is by the clock that the disk stamps files with; ours where it takes no file."""
    path = folder / f".clock.{threading.get_ident()}#{me()}{PARTIAL}"
    try:
        path.touch()
        return path.stat().st_mtime
    except OSError:  # whoever may only look
        return time.time()
    finally:
        with suppress(OSError):
            path.unlink()
