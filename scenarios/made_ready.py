"""Importing this makes a process ready to work: what every job loads is loaded, so that forks of it have it.

The server of workers imports it (``scenarios.workers``), for a server can only be told what to import. A job
would load all of it, a second for each worker. No scenario is read: polars, which reads part of one, begins
threads, and a fork that finds them gone stops for ever.
"""

from __future__ import annotations

import gc
from contextlib import suppress


def _make_ready() -> None:
    gc.disable()  # nearly all that is imported stays: to look for cycles in it took a sixth of the time
    from evidence.table import load_evidence
    from scenarios.experiments import base_of_province
    from sim.compiled import load_kept
    from sim.places import load_atlas

    load_atlas()
    load_evidence()
    base_of_province()
    with suppress(Exception):  # whoever calls a kernel that cannot be loaded is told
        load_kept()
    gc.freeze()  # nor need a fork look through it
    gc.enable()


_make_ready()
