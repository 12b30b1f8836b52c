"""Files that are whole or not there: checked before work is spent on them, written aside and renamed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sim.errors import RunError


def check_free(path: Path, option: str = "--out") -> None:
    """Raise RunError where a file cannot be written: before minutes are spent on what it should hold."""
    if path.is_dir():
        raise RunError(f"{path}: is a folder; give a file with {option}")
    folder = path.parent
    if not folder.is_dir():
        raise RunError(f"{folder}: is no folder; make it first, or give another place with {option}")
    read_only = path.exists() and not path.stat().st_mode & 0o222
    if read_only or not os.access(folder, os.W_OK):
        raise RunError(f"{path}: cannot be written: permission denied; give another place with {option}")


def unwritten(where: Path, error: Exception) -> RunError:
    """Word in one line what a disk refuses, and what to do about it."""
    reason = getattr(error, "strerror", None) or " ".join(str(error).split())[:120]
    return RunError(f"{where}: cannot be written: {reason}; make room or give another place with --out")


def check_place(path: Path, option: str = "--out") -> None:
    """Raise RunError where a file cannot be written, though the folders above it were made for it."""
    while not path.parent.exists():
        path = path.parent
    check_free(path, option)


def write_aside(path: Path, content: str | bytes, option: str = "--out") -> None:
    """Write a file under another name and rename it, so that it is whole or not there."""
    check_free(path, option)
    aside = ""
    try:
        handle, aside = tempfile.mkstemp(prefix=".aside-", dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(content.encode("utf-8") if isinstance(content, str) else content)
        os.chmod(aside, 0o644)
        os.replace(aside, path)
    except OSError as wrong:
        if aside:
            Path(aside).unlink(missing_ok=True)
        reason = f"cannot be written: {wrong.strerror}"
        raise RunError(f"{path}: {reason}; give another place with {option}") from None
