"""Who wrote a file: a process of a machine, and whether it still lives."""

from __future__ import annotations

import os
import platform
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path

_PROCESSES = Path("/proc")


@cache
def here() -> str:
    """Name this machine since it was started, and the room of process numbers that we are in."""
    parts = [platform.node() or "?"]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(os.readlink("/proc/self/ns/pid"))
    return f"{platform.node() or '?'}-{zlib.crc32('/'.join(parts).encode()):08x}".replace(" ", "")


def me() -> str:
    """Name this process: its machine, its number and when it began."""
    return _named(os.getpid())


@cache
def _named(pid: int) -> str:
    return f"{here()}@{pid}@{_began(pid)}"


def is_gone(owner: str) -> bool | None:
    """Tell whether a process is no more; None where it is of another machine, or its name is cut short."""
    where, _, process = owner.partition("@")
    pid, _, began = process.partition("@")
    if where != here() or not pid.isdigit() or not began:
        return None
    return _began(int(pid)) != began


def _began(pid: int) -> str:
    """Return when a process began; empty where there is none, or it is a zombie.

    Linux counts that in ticks since it was started. Elsewhere it is a time of day, which moves when the clock
    is set: whoever began before that is then taken for gone.
    """
    with suppress(OSError):
        if (_PROCESSES / "self").exists():
            return _ticks((_PROCESSES / str(pid) / "stat").read_bytes())
        return _time_of_day(pid)
    return ""


def _ticks(stat: bytes) -> str:
    state, *rest = stat.rpartition(b")")[2].split()  # behind the name, which may hold anything
    return "" if state in (b"Z", b"X") else rest[18].decode()


def _time_of_day(pid: int) -> str:
    import psutil

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return ""
