"""Sweeps on a cluster: submit as a job array of Slurm, the task of an array, cancel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from jinlin.compiling import STOPPED, compile_kernels, one_thread
from jinlin.words import WORDS, known_language, plain, say, terminal_language
from sim.errors import RunError

_TIME = re.compile(r"[0-9:-]{1,20}")
_WORD = re.compile(r"[\w.,+-]{1,100}")
_SBATCH = re.compile(r"--[a-z][a-z-]{1,40}(=[\w.,:+/@%-]{1,200})?")


def _help(key: str) -> str:
    return WORDS[f"sweep {key}"][0]


Lang = Annotated[
    str | None, typer.Option("--lang", help=WORDS["lang"][0], callback=known_language, metavar="en|zh")
]
Folder = Annotated[Path, typer.Argument(help=WORDS["sweep run folder"][0], metavar="DIR")]


def submit(
    folder: Folder,
    slurm: Annotated[bool, typer.Option("--slurm", help=_help("submit slurm"))] = False,
    partition: Annotated[str, typer.Option(help=_help("submit partition"), metavar="NAME")] = "",
    time: Annotated[str, typer.Option(help=_help("submit time"), metavar="TIME")] = "",
    array_limit: Annotated[int, typer.Option(min=0, max=100_000, help=_help("submit array_limit"))] = 0,
    account: Annotated[str, typer.Option(help=_help("submit account"), metavar="NAME")] = "",
    memory: Annotated[str, typer.Option("--mem", help=_help("submit memory"), metavar="SIZE")] = "",
    sbatch: Annotated[list[str], typer.Option(help=_help("submit sbatch"), metavar="OPTION")] = [],  # noqa: B006
    failed: Annotated[bool, typer.Option("--failed", help=_help("submit failed"))] = False,
    lang: Lang = None,
) -> None:
    """Submit what is left, or what failed, as a job array of Slurm."""
    if not slurm:
        raise RunError("give --slurm: it is the only cluster that is known; 'jinlin sweep run' needs none")
    for option, value, form in (("--partition", partition, _WORD), ("--account", account, _WORD),
                                ("--mem", memory, _WORD), ("--time", time, _TIME)):  # fmt: skip
        if value and not form.fullmatch(value):
            raise RunError(f"{option} {value!r} must be as sbatch takes it, without spaces")
    strange = next((each for each in sbatch if not _SBATCH.fullmatch(each)), None)
    if strange is not None:
        raise RunError(
            f"--sbatch {strange!r} must be an option of sbatch, such as --qos=long, without spaces"
        )
    one_thread()
    from scenarios import slurm as cluster
    from scenarios.sweep_folder import open_plan
    from scenarios.sweep_runner import begin_anew, mend, tasks_failed, tasks_left

    language, opened = terminal_language(lang), open_plan(folder)
    for key, what in sorted(mend(folder).items()):
        typer.echo(plain(say("sweep damaged", language, key=key, what=what)), err=True)
    tasks = (tasks_failed if failed else tasks_left)(folder, opened)
    if not tasks:
        typer.echo(plain(say("sweep nothing left", language, folder=folder)))
        return
    begin_anew(folder)
    compile_kernels(0, language)
    wishes = cluster.Wishes(partition, time, array_limit, account, memory, tuple(sbatch))
    array = ", ".join(cluster.submit_all(folder, tasks, wishes))
    jobs = sum(task.chunk.jobs for task in tasks)
    typer.echo(plain(say("sweep submitted", language, array=array, jobs=jobs, folder=folder)))


def chunk(
    folder: Folder,
    submission: Annotated[int, typer.Argument(help=_help("chunk submission"), metavar="N")],
    index: Annotated[int, typer.Argument(help=_help("chunk index"), metavar="TASK")],
    lang: Lang = None,
) -> None:
    """Compute the chunks of one task of an array."""
    one_thread()
    from scenarios.slurm import tasks_of
    from scenarios.sweep_folder import open_plan

    language, opened = terminal_language(lang), open_plan(folder)
    tasks = tasks_of(folder, opened.chunks, submission, index)
    from scenarios.chunks import Stopped
    from scenarios.sweep_runner import compiled_by_one, work

    compiled_by_one(folder, lambda: compile_kernels(1, language))
    try:
        work(folder, opened, tasks, 0)
    except Stopped:
        typer.echo(plain(say("sweep stopped", language, folder=folder)), err=True)
        raise typer.Exit(STOPPED) from None


def cancel(folder: Folder, lang: Lang = None) -> None:
    """Stop whoever computes a sweep."""
    from scenarios import slurm as cluster
    from scenarios.sweep_manifest import read_manifest, stop

    read_manifest(folder)
    language = terminal_language(lang)
    arrays = cluster.submitted(folder)
    stop(folder)
    told = [say("sweep local workers", language)]
    if arrays and cluster.states(arrays):
        cluster.cancel(arrays)
        told.append(f"Slurm {', '.join(arrays)}")
    typer.echo(plain(say("sweep cancelled", language, what="; ".join(told))))
    typer.echo(plain(say("sweep next resume", language, folder=folder)))


COMMANDS = (submit, chunk, cancel)
