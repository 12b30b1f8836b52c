"""Files that are whole or not there: written aside, forced to the disk, and renamed."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import RunError

PARTIAL = ".partial"
_FULL = (errno.ENOSPC, errno.EDQUOT)


def write_aside(path: Path, data: bytes) -> None:
    """Write a file aside and rename it: whoever looks sees all of it or none.

    Raises RunError where the disk is full, the folder is gone or may not be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid():x}-{time.time_ns():x}{PARTIAL}")
    with told(path.parent):
        try:
            with aside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise


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
        remedy = (
            "make room, then 'jinlin sweep resume'"
            if wrong.errno in _FULL
            else "see to it, then 'jinlin sweep resume'"
        )
        raise RunError(f"{folder}: cannot be written: {wrong.strerror or wrong}; {remedy}") from None
