"""Compile what is not compiled yet before a command needs it, and say so."""

from __future__ import annotations

import os

import typer

from jinlin.words import say

STOPPED = 130
_THREADS = ("NUMBA", "OMP", "MKL", "OPENBLAS")


def one_thread() -> None:
    """Let libraries that are not loaded yet use one core each: as many workers as cores are started."""
    os.environ |= {f"{name}_NUM_THREADS": "1" for name in _THREADS} | {"POLARS_MAX_THREADS": "1"}


def compile_kernels(workers: int, language: str) -> None:
    """Compile the kernels that are not kept yet, before a run's own workers would, and say so."""
    from sim.compiled import uncompiled

    if not uncompiled():
        return
    from jinlin.progress import Counter
    from scenarios.warming import compile_all

    typer.echo(say("compiling", language), err=True)
    counter = Counter("compiled", language)
    try:
        compile_all(workers, counter)
    except KeyboardInterrupt:
        typer.echo(say("stopped compiling", language), err=True)
        raise typer.Exit(STOPPED) from None
    finally:
        counter.close()
