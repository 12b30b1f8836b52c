"""Compile what is not compiled yet before a command needs it, and say so."""

from __future__ import annotations

import typer

from jinlin.words import say

STOPPED = 130


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
