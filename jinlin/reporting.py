"""``jinlin report`` for the terminal: what few replications have not asked themselves is asked first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jinlin.book_option import Xlsx, check_book
from jinlin.compiling import STOPPED, compile_kernels
from jinlin.words import WORDS, known_language, plain, say, terminal_language

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
    from results.tables import open_run

    check_book(xlsx)
    opened = [open_run(folder) for folder in runs]
    if not no_probes:
        try:
            for run in dict.fromkeys(each.folder for each in opened if not each.has("turning")):
                _probe(run, None if no_ledgers else ledgers, workers or 0)
        except KeyboardInterrupt:
            typer.echo(say("stopped report", terminal_language()), err=True)
            raise typer.Exit(STOPPED) from None

    from results.report import write_report

    written = write_report(runs, lang, out)
    typer.echo(plain(say("wrote", terminal_language(), path=written)))
    if xlsx:
        from jinlin.report_book import save_report

        save_report(xlsx, [open_run(folder) for folder in runs], lang)


def _probe(folder: Path, ledgers: Path | None, workers: int) -> None:
    """Move the assumed numbers of a run, and say that it takes its time."""
    from scenarios.workers import start_server

    if workers != 1:
        start_server()
    language = terminal_language()
    typer.echo(plain(say("report probing", language, run=folder)), err=True)
    compile_kernels(workers, language)

    from jinlin.progress import Progress
    from results.late_probes import probe_run, selection_of
    from results.manifest import read_manifest

    manifest = read_manifest(folder)
    progress = Progress(len(selection_of(manifest).markets), manifest.months, language)
    try:
        probe_run(folder, ledgers, workers, progress)
    finally:
        progress.close()
