"""Importing this makes a process ready to work: what every job loads is loaded, so that forks of it have it.

The server of workers imports it (``scenarios.workers``), for a server can only be told what to import. A job
would load all of it, a second for each worker. No scenario is read: polars, which reads part of one, begins
threads, and a fork that finds them gone stops for ever.
"""

from contextlib import suppress

from evidence.table import load_evidence
from scenarios.experiments import base_of_province
from sim.compiled import load_kept
from sim.places import load_atlas

load_atlas()
load_evidence()
base_of_province()
with suppress(Exception):  # whoever calls a kernel that cannot be loaded is told
    load_kept()
