"""Files that are whole or not there: written aside, forced to the disk, and renamed."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from scenarios.owners import is_gone, me
from sim.errors import RunError

PARTIAL = ".partial"
FORGOTTEN_SECONDS = 24 * 3600.0  # of what another machine's writer has left
_FULL = (errno.ENOSPC, errno.EDQUOT)


def write_aside(path: Path, data: bytes) -> None:
    """Write a file aside and rename it: whoever looks sees all of it or none.

    Raises RunError where the disk is full, the folder is gone or may not be written.
    """
    with aside(path) as file:
        file.write(data)


@contextmanager
def aside(path: Path) -> Iterator[BinaryIO]:
    """Open a file aside that gets its name when all of it is written.

    Raises RunError as ``write_aside`` does.
    """
    mine = path.with_name(f".{path.name}.{time.time_ns():x}#{me()}{PARTIAL}")
    with told(path.parent):
        try:
            with mine.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(mine, path)
        except BaseException:
            mine.unlink(missing_ok=True)
            raise


def sweep_aside(folder: Path) -> None:
    """Remove what writers that are no more have left aside in a folder; those that live are let be."""
    for path in folder.glob(f".*{PARTIAL}"):
        with suppress(FileNotFoundError):  # got its name, or was removed, between the looks
            if _forgotten(path):
                remove = shutil.rmtree if path.is_dir() else os.unlink
                remove(path)


def _forgotten(path: Path) -> bool:
    """Tell whether the owner of what is aside is no more; of another machine's, whether it is a day old."""
    gone = is_gone(path.name.removesuffix(PARTIAL).rpartition("#")[2])
    return time.time() - path.stat().st_mtime > FORGOTTEN_SECONDS if gone is None else gone


def aside_folder(home: Path) -> Path:
    """Make a folder aside in another: whoever fills it renames it, or removes it."""
    return Path(tempfile.mkdtemp(prefix=".", suffix=f"#{me()}{PARTIAL}", dir=home))


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Word in one line what a folder refuses.

    Raises RunError.
    """
    try:
        yield
    except FileNotFoundError as wrong:
        if folder.is_dir():
            raise RunError(f"{wrong.filename or folder}: is gone; it was removed meanwhile") from None
        raise RunError(f"{folder}: is gone; it was removed or its disk is not mounted") from None
    except OSError as wrong:
        raise RunError(
            f"{folder}: cannot be written: {wrong.strerror or wrong}; {remedy(wrong)}, then give the same "
            "command again"
        ) from None


def remedy(wrong: OSError) -> str:
    """Say what a user can do about what a disk refuses."""
    return "make room" if wrong.errno in _FULL else "see to it"
