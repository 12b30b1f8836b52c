"""Workers begin with what every job loads."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_all_start_methods

import pytest

from scenarios.warming import compile_all
from scenarios.workers import worker_context
from sim.compiled import uncompiled


def loaded() -> tuple[int, int, bool]:
    """Count in a worker the kernels that are loaded and those that are not, and whether polars is there."""
    from sim import compiled

    ready = [bool(kernel.overloads) for kernel in compiled._declared]
    return sum(ready), len(ready) - sum(ready), "polars" in sys.modules


def loaded_in_a_worker() -> tuple[int, int, bool]:
    with ProcessPoolExecutor(1, mp_context=worker_context()) as pool:
        return pool.submit(loaded).result()


@pytest.mark.skipif("forkserver" not in get_all_start_methods(), reason="no server of workers here")
def test_a_worker_begins_with_every_kept_kernel_and_without_polars() -> None:
    """A fork that finds the threads of polars gone would stop for ever."""
    if uncompiled():
        compile_all(1)
    script = "from tests.scenarios.test_workers import loaded_in_a_worker; print(*loaded_in_a_worker())"
    done = subprocess.run(  # a process whose server begins now, when all kernels are kept
        [sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": os.getcwd()},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    there, missing, polars = done.stdout.split()
    assert int(there) > 30 and (missing, polars) == ("0", "False")
