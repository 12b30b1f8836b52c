"""Compiled kernels, kept in a folder named by what they were compiled from. The only file that imports numba.

Numba compiles a kept kernel again when the kernel's own file changes, but not when a file changes that the
kernel calls or takes constants from (numba's manual, "Cache limitations"): after an upgrade old kernels would
run under new sources. So the folder is named by every source of this room, with the versions of Python and
numba, and a change of any finds an empty folder; and by the processor, for what one compiles another may not
run. It stands in the user's cache folder, or in NUMBA_CACHE_DIR; where that cannot be written, in a temporary
folder of this process and its workers. Any number of processes may compile into it at once.

``scenarios.warming`` compiles all of them before a first run. What keeps that short: a kernel calls an
`inner` function, and hands it no constant ``int``, of whose every value numba compiles a copy, but a
``np.int64``.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import IndexDataCacheFile, _CacheLocator

__all__ = ["fingerprint", "inner", "load_kept", "njit", "uncompiled"]

ROOM = Path(__file__).parent
KEPT = re.compile(r"^@njit\(cache=True\)\ndef (\w+)", re.MULTILINE)
FOLDERS = 16  # the versions whose kernels are kept, some 2 MB each; those unused for longest go first
_GIVEN = "NUMBA_CACHE_DIR"


def njit(*functions: Any, **options: Any) -> Any:
    """Compile as ``numba.njit`` does, free of the interpreter's lock: a worker's threads run side by side."""
    made = numba.njit(*functions, nogil=True, **options)
    return _noted(made) if options.get("cache") else made


def _noted(declare: Any) -> Any:
    """Note each kernel that is declared to be kept."""

    def note(function: Any) -> Any:
        kernel = declare(function)
        _declared.append(kernel)
        return kernel

    return note


_declared: list[Any] = []


def load_kept() -> None:
    """Load the machine code of all kernels declared so far that are kept; processes forked then have it.

    A kernel loads when it is first called, all of them in about a second, for each process that calls them.
    """
    for kernel in _declared:
        for signature, *_ in kernel._cache._cache_file._load_index():
            kernel.compile(signature)


def inner(function: Any) -> Any:
    """Compile what only kernels call: without the wrappers by which Python and C would, which take time."""
    return njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)


def fingerprint(room: Path = ROOM) -> str:
    """Name the sources of a room and the versions that compile them: twelve hexadecimal digits."""
    digest = hashlib.sha256(f"{sys.version} numba {numba.__version__}".encode())
    for source in sorted(room.glob("*.py")):
        digest.update(f"\n{source.name}\n".encode() + source.read_bytes())
    return digest.hexdigest()[:12]


def folder_name() -> str:
    """Name the folder of what is compiled from these sources for this processor."""
    target = numba.core.registry.cpu_target.target_context.codegen().magic_tuple()
    return f"{fingerprint()}-{hashlib.sha256(repr(target).encode()).hexdigest()[:6]}"


def uncompiled() -> tuple[str, ...]:
    """Name the kernels that are to be kept and are not yet: all of them before the first run.

    Numba keeps the kernels of each copy of the sources apart, by the path: another copy's are not ours.
    """
    kernels = (
        f"{source.stem}.{name}"
        for source in sorted(ROOM.glob("*.py"))
        for name in KEPT.findall(source.read_text("utf-8"))
    )
    ours = FOLDER / _CacheLocator.get_suitable_cache_subpath(str(ROOM / "compiled.py"))
    kept = {index.name.partition("-")[0] for index in ours.glob("*.nbi")}
    return tuple(kernel for kernel in kernels if kernel not in kept)


def _users_folder() -> Path:
    if os.environ.get(_GIVEN):
        return Path(os.environ[_GIVEN])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _open_folder() -> Path:
    """Make the folder of these sources and return it."""
    try:
        folder = _users_folder() / "jinlin" / folder_name()
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()  # a folder that is there may still refuse files
        os.utime(folder)
    except (OSError, RuntimeError):  # RuntimeError: this user has no home
        return _borrow_folder()
    return folder


def _borrow_folder() -> Path:
    """Make a folder for this process, which removes it, and for the workers that it starts."""
    borrowed = tempfile.mkdtemp(prefix="jinlin-")
    atexit.register(shutil.rmtree, borrowed, ignore_errors=True)
    os.environ[_GIVEN] = borrowed
    folder = Path(borrowed) / "jinlin" / folder_name()
    folder.mkdir(parents=True)
    return folder


def _forget_oldest(versions: Path) -> None:
    """Remove all but the versions used last; a process that still runs one of the others compiles again."""
    last_used = sorted(versions.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in last_used[FOLDERS:]:
        shutil.rmtree(folder, ignore_errors=True)


def _own_name(file: Any, number: int) -> str:
    """Name a file of machine code that no other process names so.

    Numba counts them from what its index holds: of two processes that compile a kernel for two signatures at
    once, both would write number 1, and the index of the one would lead to the code of the other.
    """
    return f"{file._data_name_pattern.format(number=number).removesuffix('.nbc')}.{_OWN}.nbc"


_OWN = f"{os.getpid():x}-{time.time_ns():x}-{zlib.crc32(platform.node().encode()):x}"
IndexDataCacheFile._data_name = _own_name  # type: ignore[method-assign]
FOLDER = _open_folder()
with suppress(FileNotFoundError):  # another process was there first
    _forget_oldest(FOLDER.parent)
# numba reads this where a kernel is declared, so after it: who declares one imports njit from here
numba.config.CACHE_DIR = str(FOLDER)  # type: ignore[attr-defined]
