"""Sweeps on the command line; those of its commands that a cluster needs are in ``jinlin.submitting``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jinlin import submitting
from jinlin.compiling import STOPPED, compile_kernels, one_thread
from jinlin.sweep_listing import SweepProgress, list_plan, list_state
from jinlin.words import WORDS, known_language, plain, say, terminal_language
from sim.errors import RunError

if TYPE_CHECKING:
    from scenarios.sweep_manifest import Task
    from scenarios.sweep_plan import Plan

FAILED = 1
_MORE = re.compile(r"\+?(\d{1,7})")


def _help(key: str) -> str:
    return WORDS[f"sweep {key}"][0]


sweep = typer.Typer(help=WORDS["sweep"][0], no_args_is_help=True, rich_markup_mode=None)

Lang = Annotated[
    str | None, typer.Option("--lang", help=WORDS["lang"][0], callback=known_language, metavar="en|zh")
]
Folder = Annotated[Path, typer.Argument(help=WORDS["sweep run folder"][0], metavar="DIR")]
Workers = Annotated[int | None, typer.Option(min=1, max=1024, help=WORDS["sweep run workers"][0])]


@sweep.command(help=_help("plan"))
def plan(
    file: Annotated[Path, typer.Argument(help=_help("plan file"), metavar="FILE")],
    out: Annotated[Path | None, typer.Option(help=_help("plan out"), metavar="DIR")] = None,
    lang: Lang = None,
) -> None:
    """Plan a sweep file into a folder and say what it costs."""
    from scenarios.sweep_file import read_sweep
    from scenarios.sweep_folder import plan_into
    from scenarios.sweep_plan import planned

    language = terminal_language(lang)
    read = read_sweep(file)
    folder = out or Path("runs", "sweeps", file.stem)
    made = planned(read)
    made.variants.check(made.points.tolist())
    if not plan_into(folder, made):
        _print([say("sweep again", language, folder=folder)])
        return
    _print([*list_plan(folder, made, language), say("sweep next run", language, folder=folder)])


@sweep.command(help=_help("run"))
def run(folder: Folder, workers: Workers = None, lang: Lang = None) -> None:
    """Compute what is left of a sweep on this machine."""
    _compute(folder, workers, terminal_language(lang))


@sweep.command(help=_help("resume"))
def resume(folder: Folder, workers: Workers = None, lang: Lang = None) -> None:
    """Check the parts and go on."""
    _compute(folder, workers, terminal_language(lang))


@sweep.command("retry-failed", help=_help("retry-failed"))
def retry_failed(folder: Folder, workers: Workers = None, lang: Lang = None) -> None:
    """Try the jobs again that failed."""
    _compute(folder, workers, terminal_language(lang), again=True)


@sweep.command(help=_help("status"))
def status(folder: Folder, lang: Lang = None) -> None:
    """Say how far a sweep is."""
    from scenarios import slurm as cluster
    from scenarios.sweep_manifest import chunks_of, read_manifest
    from scenarios.sweep_state import state_of

    found = state_of(folder, chunks_of(read_manifest(folder)))
    language, arrays = terminal_language(lang), cluster.submitted(folder)
    lines, known = list_state(folder, found, language), cluster.states(arrays)
    if known:
        told = ", ".join(f"{state} {count}" for state, count in known.items())
        lines.insert(1, say("sweep slurm", language, states=told))
    if arrays and found.left:  # who is on a cluster goes on there
        lines[-1] = say("sweep next wait" if known else "sweep next submit", language, folder=folder)
    _print(lines)


@sweep.command(help=_help("expand"))
def expand(
    folder: Folder,
    replications: Annotated[str, typer.Option(help=_help("expand replications"), metavar="+N")] = "",
    points: Annotated[str, typer.Option(help=_help("expand points"), metavar="+N")] = "",
    lang: Lang = None,
) -> None:
    """Plan further replications or points."""
    from scenarios.points import Design
    from scenarios.sweep_folder import alone, open_plan, write_plan
    from scenarios.sweep_manifest import read_manifest
    from scenarios.sweep_plan import expanded

    if bool(replications) == bool(points):
        raise RunError("give either --replications +N or --points +N")
    more = _more("--replications" if replications else "--points", replications or points)
    language = terminal_language(lang)
    read_manifest(folder)
    with alone(folder):
        before = open_plan(folder)
        after = expanded(before, more if replications else 0, more if points else 0)
        if points:
            after.variants.check(after.points.tolist())
        write_plan(folder, after)
    added = after.chunks[len(before.chunks) :]
    lines = [say("sweep expanded", language, jobs=sum(each.jobs for each in added), chunks=len(added))]
    if points and before.sweep.design is Design.LATIN_HYPERCUBE:
        lines.append(say("sweep further hypercube", language))
    _print([*lines, *list_plan(folder, after, language), say("sweep next run", language, folder=folder)])


@sweep.command(help=_help("collect"))
def collect(
    folder: Folder,
    partial: Annotated[bool, typer.Option("--partial", help=_help("collect partial"))] = False,
    lang: Lang = None,
) -> None:
    """Put all rows into one table."""
    from results.collect import collect as put_together
    from scenarios.sweep_folder import open_plan

    language = terminal_language(lang)
    done = put_together(folder, open_plan(folder), partial)
    lines = [say("sweep collected", language, path=done.path, rows=done.rows, sha=done.sha256)]
    _print(lines + [say("sweep lacking", language, lacking=done.lacking)] * bool(done.lacking))


@sweep.command(help=_help("job"))
def job(
    folder: Folder,
    key: Annotated[str, typer.Argument(help=_help("job key"), metavar="KEY")],
    lang: Lang = None,
) -> None:
    """Compute one job alone and print its rows, or its error."""
    from scenarios.chunks import compute
    from scenarios.sweep_folder import open_plan

    language, opened = terminal_language(lang), open_plan(folder)
    found = next((each for each in opened.jobs if opened.key(each) == key), None)
    if found is None:
        raise RunError(f"{folder}: no job {key}; jobs.csv lists the keys")
    compile_kernels(1, language)
    done = compute(folder, opened, [found])
    if done.failed:
        typer.echo(done.failed[key], err=True)
        raise typer.Exit(FAILED)
    from results.collect import KEYS, tidy
    from scenarios.chunks import frame_of

    rows = tidy(opened, frame_of(done.tables).sort(KEYS))
    typer.echo(rows.write_csv(), nl=False)


for _command in submitting.COMMANDS:
    sweep.command(help=_help(_command.__name__))(_command)


def _compute(folder: Path, workers: int | None, language: str, again: bool = False) -> None:
    """Compute what is left, or what failed, and say how it ended."""
    from scenarios.workers import start_server

    one_thread()
    if workers != 1:
        start_server()
    from scenarios.sweep_folder import open_plan
    from scenarios.sweep_runner import mend, tasks_failed, tasks_left

    opened = open_plan(folder)
    for key, what in sorted(mend(folder).items()):
        typer.echo(plain(say("sweep damaged", language, key=key, what=what)), err=True)
    tasks = (tasks_failed if again else tasks_left)(folder, opened)
    if tasks:
        _run(folder, opened, tasks, workers or 0, language)
    _finish(folder, opened, language)


def _run(folder: Path, opened: Plan, tasks: list[Task], workers: int, language: str) -> None:
    from scenarios.sweep_runner import run_tasks

    compile_kernels(workers, language)
    progress = SweepProgress(tasks, language)
    with _stoppable(folder, language):
        try:
            run_tasks(folder, opened, tasks, workers, progress)
        finally:
            progress.close()


@contextmanager
def _stoppable(folder: Path, language: str) -> Iterator[None]:
    """Say how to go on where a user or 'cancel' stops a sweep."""
    from scenarios.chunks import Stopped

    try:
        yield
    except (KeyboardInterrupt, Stopped):
        typer.echo(plain(say("sweep stopped", language, folder=folder)), err=True)
        raise typer.Exit(STOPPED) from None


def _finish(folder: Path, opened: Plan, language: str) -> None:
    """Say what is done and what failed; exit with 1 where jobs failed."""
    from scenarios.sweep_state import state_of

    state = state_of(folder, opened.chunks)
    _print(list_state(folder, state, language))
    if state.failed:
        raise typer.Exit(FAILED)


def _more(option: str, written: str) -> int:
    found = _MORE.fullmatch(written.strip())
    if not found or int(found[1]) < 1:
        raise RunError(f"{option} {written!r} must be how many more, such as +20")
    return int(found[1])


def _print(lines: list[str]) -> None:
    typer.echo("\n".join(plain(line) for line in lines))
