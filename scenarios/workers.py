"""How worker processes begin: forked from a server that has imported the model once.

A worker that is spawned imports everything anew, seconds on a busy machine; one that is forked from this
process may find a library's threads gone (polars stops for ever then). So workers are forked from a server
that imports (``scenarios.made_ready``) and does nothing else; where the system has none (Windows) they are
spawned. This file imports
nothing heavy, so that a command can start the server first and import the model itself meanwhile.
"""

from __future__ import annotations

import signal
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_SERVER = "forkserver"


def worker_context() -> BaseContext:
    """Return the context that worker processes are begun in."""
    if _SERVER not in get_all_start_methods():
        return get_context("spawn")
    context = get_context(_SERVER)
    context.set_forkserver_preload(["scenarios.made_ready"])
    return context


def start_server() -> None:
    """Let the server begin to import, if there is one; returns at once.

    Ctrl-C, which the whole group of processes hears, is left to whoever started it.
    """
    if worker_context().get_start_method() == _SERVER:
        from multiprocessing.forkserver import ensure_running

        heard = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as the server is born, so it stays
        try:
            ensure_running()
        finally:
            signal.signal(signal.SIGINT, heard)


def end_workers(pool: ProcessPoolExecutor) -> None:
    """End the workers of a pool at once, whatever they are doing."""
    workers = list((getattr(pool, "_processes", None) or {}).values())  # shutdown forgets them
    pool.shutdown(wait=False, cancel_futures=True)
    for process in workers:
        process.terminate()
