"""``jinlin report`` for the terminal: a run whose assumed numbers were not moved yet has them moved first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jinlin.book_option import Xlsx, check_book
from jinlin.compiling import STOPPED, compile_kernels
from jinlin.words import WORDS, known_language, plain, say, terminal_language
from sim.errors import RunError

if TYPE_CHECKING:
    from results.tables import Run

LEDGERS = Path("runs", ".ledgers")


def _help(key: str) -> str:
    return WORDS[key][0]


def report(
    runs: Annotated[list[Path], typer.Argument(help=_help("report runs"), metavar="RUN")],
    lang: Annotated[
        str, typer.Option("--lang", help=_help("report lang"), callback=known_language, metavar="zh|en")
    ] = "zh",
    out: Annotated[Path | None, typer.Option(help=_help("report out"), metavar="FILE")] = None,
    no_probes: Annotated[bool, typer.Option("--no-probes", help=_help("report no_probes"))] = False,
    workers: Annotated[int | None, typer.Option(min=1, max=1024, help=_help("workers"))] = None,
    ledgers: Annotated[Path, typer.Option(help=_help("report ledgers"), metavar="DIR")] = LEDGERS,
    no_ledgers: Annotated[bool, typer.Option("--no-ledgers", help=_help("report no_ledgers"))] = False,
    xlsx: Xlsx = None,
) -> None:
    """Write the report of finished runs."""
    from results.files import check_place
    from results.tables import open_run
    from scenarios.workers import start_server

    check_book(xlsx)
    opened = [open_run(folder) for folder in runs]

    asks = not no_probes and not all(run.has("turning") for run in opened)
    if asks and workers != 1:
        start_server()
    from results.report import report_path, write_report

    check_place(report_path(opened[0], lang, out))
    if asks:
        opened = _probed(opened, None if no_ledgers else ledgers, workers or 0)
    written = write_report(opened, lang, out)
    typer.echo(plain(say("wrote", terminal_language(), path=written)))
    if xlsx:
        from jinlin.report_book import save_report

        save_report(xlsx, opened, lang)


def _probed(runs: Sequence[Run], ledgers: Path | None, workers: int) -> list[Run]:
    """Return runs with the tables of their probes: those that were not probed are now, each once."""
    known = {run.folder.resolve(): run for run in runs}
    try:
        for folder, run in known.items():
            if not run.has("turning"):
                known[folder] = _probe(run, ledgers, workers)
    except KeyboardInterrupt:
        typer.echo(say("stopped report", terminal_language()), err=True)
        raise typer.Exit(STOPPED) from None
    return [known[run.folder.resolve()] for run in runs]


def _probe(run: Run, ledgers: Path | None, workers: int) -> Run:
    """Move the assumed numbers of a run, which takes its time, and keep what they do where that can be."""
    from jinlin.progress import Progress
    from results.late_probes import keep_probes, late_study, probe

    language, study = terminal_language(), late_study(run, ledgers)
    typer.echo(plain(say("report probing", language, run=run.folder)), err=True)
    compile_kernels(workers, language)
    progress = Progress(len(study.selection.markets), study.months, language)
    try:
        probed = probe(run, study, workers, progress)
    finally:
        progress.close()
    try:
        keep_probes(probed)
    except RunError as wrong:
        reason = str(wrong).partition(";")[0]  # without the remedy: this report does not need it
        typer.echo(plain(say("report unkept", language, reason=reason)), err=True)
    return probed
