"""The commands. Each imports what it needs when it is called, so that ``jinlin --help`` answers at once.

Whatever a user can put right is a JinlinError: one line on the error stream, exit code 2, never a traceback.
"""

from __future__ import annotations

import atexit
import errno
import gc
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from jinlin import (
    __version__,
    calibrating,
    comparing,
    following,
    foresight,
    looking,
    reporting,
    sizing,
    staffing,
    sweeping,
)
from jinlin.compiling import STOPPED, compile_kernels
from jinlin.usage import in_chinese, usage_line
from jinlin.words import WORDS, known_language, plain, say, terminal_language
from sim.errors import JinlinError, LawBroken
from sim.kinds import Engine

SEED = 20201101  # the day of the census; any number would do
LEDGERS = Path("runs", ".ledgers")
BAD_INPUT, BROKEN = 2, 1


class Commands(TyperGroup):
    """The group of commands: turns what a user can put right into one line and exit code 2."""

    language = "en"

    def invoke(self, ctx: Any) -> Any:
        """Run a command and word what went wrong."""
        try:
            return super().invoke(ctx)
        except JinlinError as wrong:
            from jinlin.error_lines import error_line

            typer.echo(plain(f"jinlin: {error_line(str(wrong), self.language)}"), err=True)
            raise typer.Exit(BROKEN if isinstance(wrong, LawBroken) else BAD_INPUT) from None
        except OSError as wrong:
            if wrong.errno in (None, errno.EPIPE):  # a defect, or a reader who has gone, which typer knows
                raise
            typer.echo(_unwritten(wrong), err=True)
            raise typer.Exit(BAD_INPUT) from None

    def main(
        self, args: Any = None, prog_name: Any = None, complete_var: Any = None,
        standalone_mode: bool = True, windows_expand_args: bool = True, **more: Any,
    ) -> Any:  # fmt: skip
        """Run the program; what is wrong with the command line itself is one line, too."""
        given = args, prog_name, complete_var, False, windows_expand_args
        self.language = terminal_language(_chosen(sys.argv if args is None else list(args)))
        if not standalone_mode:
            return super().main(*given, **more)
        try:
            code = super().main(*given, **more)
        except typer.Abort:
            sys.exit(BROKEN)
        except OSError as wrong:
            typer.echo(_unwritten(wrong), err=True)
            sys.exit(BAD_INPUT)
        except Exception as wrong:
            if not hasattr(wrong, "format_message"):
                raise
            typer.echo(usage_line(wrong, self.language), err=True)
            sys.exit(BAD_INPUT)
        sys.exit(code if isinstance(code, int) else 0)


def _unwritten(wrong: OSError) -> str:
    return plain(f"jinlin: {wrong.filename or 'output'}: {wrong.strerror}")


app = typer.Typer(
    name="jinlin",
    cls=Commands,
    help=WORDS["jinlin"][0],
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _help(key: str) -> str:
    return WORDS[key][0]


Lang = Annotated[
    str | None, typer.Option("--lang", help=_help("lang"), callback=known_language, metavar="en|zh")
]
Place = Annotated[list[str], typer.Option("--place", help=_help("run place"), metavar="PLACE")]
Shown = Annotated[bool, typer.Option("--version", help=_help("version"), is_eager=True)]


@app.callback(invoke_without_command=True)
def start(ctx: typer.Context, version: Shown = False, lang: Lang = None) -> None:
    """Print the version where that is asked for, and hand the language to the command."""
    if lang:
        ctx.default_map = _for_all(ctx.command, lang)
    if version:
        typer.echo(f"jinlin {__version__}")
        raise typer.Exit


@app.command(help=_help("run"))
def run(
    scenarios: Annotated[list[str], typer.Argument(help=_help("run scenarios"), metavar="SCENARIO")],
    place: Place = [],  # noqa: B006 (typer reads the default, nothing writes to it)
    replications: Annotated[int, typer.Option(min=1, max=10_000, help=_help("run replications"))] = 1,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help=_help("run seed"))] = SEED,
    workers: Annotated[int | None, typer.Option(min=1, max=1024, help=_help("run workers"))] = None,
    out: Annotated[Path | None, typer.Option(help=_help("run out"), metavar="DIR")] = None,
    engine: Annotated[
        Engine, typer.Option(help=_help("run engine"), metavar="compiled|simpy")
    ] = Engine.COMPILED,
    ledgers: Annotated[Path, typer.Option(help=_help("run ledgers"), metavar="DIR")] = LEDGERS,
    no_ledgers: Annotated[bool, typer.Option("--no-ledgers", help=_help("run no_ledgers"))] = False,
    probes: Annotated[
        bool | None, typer.Option("--probes/--no-probes", help=_help("run probes"), show_default=False)
    ] = None,
    lang: Lang = None,
) -> None:
    """Simulate scenarios and write a run folder for each."""
    from scenarios.workers import start_server

    if workers != 1:
        start_server()
    from scenarios.load import load_scenario
    from sim.clock import MONTHS_TO_END_OF_2025
    from sim.places import load_atlas

    language = terminal_language(lang)
    selection = load_atlas().select(place)
    loaded = [load_scenario(name) for name in scenarios]

    from jinlin.progress import Progress
    from jinlin.running import logs_compared, run_scenarios
    from scenarios.studies import life_key

    compile_kernels(workers or 0, language)
    folder = out or (Path("runs") / loaded[0].id if len(loaded) == 1 else Path("runs"))
    lives = len({life_key(scenario) for scenario in loaded})
    progress = Progress(len(selection.markets) * replications * lives, MONTHS_TO_END_OF_2025, language)
    gc.enable()  # the program begins without
    try:
        folders = run_scenarios(
            loaded, selection, replications, seed, workers or 0, folder, progress, engine=engine,
            ledgers=None if no_ledgers else ledgers, probed=probes,
        )  # fmt: skip
    except KeyboardInterrupt:
        typer.echo(say("stopped", language), err=True)
        raise typer.Exit(STOPPED) from None
    finally:
        progress.close()
    for written in folders:
        typer.echo(plain(say("wrote", language, path=written)))
    compared = logs_compared(folders)
    if compared:
        typer.echo(say("same log", language, market=compared.market, requests=compared.requests))


app.command(help=_help("report"))(reporting.report)
app.command(help=_help("compare"))(comparing.compare)


@app.command(help=_help("explain"))
def explain(
    run_folder: Annotated[Path, typer.Argument(help=_help("explain run_folder"), metavar="RUN")],
    number: Annotated[str, typer.Argument(help=_help("explain number"), metavar="ID")],
    lang: Lang = None,
) -> None:
    """Trace a number of the report to its rows and sources."""
    from results.explain import explain as account
    from results.tables import open_run

    _print(account(open_run(run_folder), number, terminal_language(lang)).splitlines())


@app.command(help=_help("new"))
def new(
    name: Annotated[str, typer.Argument(help=_help("new name"), metavar="NAME")],
    source: Annotated[
        str, typer.Option("--from", help=_help("new source"), metavar="SCENARIO")
    ] = "plan-2025",
    lang: Lang = None,
) -> None:
    """Start a scenario file from another scenario."""
    from scenarios.authoring import new_scenario

    path = new_scenario(name, source, Path())
    typer.echo(plain(say("written", terminal_language(lang), path=path)))


@app.command(help=_help("check"))
def check(
    scenario: Annotated[str, typer.Argument(help=_help("check scenario"), metavar="SCENARIO")],
    lang: Lang = None,
) -> None:
    """Check a scenario and say what would run."""
    from jinlin.listings import describe_scenario
    from scenarios.load import load_scenario

    _print(describe_scenario(load_scenario(scenario), terminal_language(lang)))


app.command(help=_help("diff"))(looking.diff)
app.command(help=_help("parameters"))(looking.parameters)


@app.command(help=_help("schema"))
def schema() -> None:
    """Print the JSON Schema of scenario files."""
    import json

    from scenarios.editors import json_schema

    typer.echo(json.dumps(json_schema(), indent=1))


for _command in (looking.evidence, looking.hindcast, calibrating.calibrate, *foresight.COMMANDS, sizing.size,
                 staffing.staffing, following.follow):  # fmt: skip
    app.command(help=_help(_command.__name__))(_command)


app.add_typer(sweeping.sweep, name="sweep")


app.command(help=_help("population"))(looking.population)


def _print(lines: list[str]) -> None:
    """Print lines with nothing in them that could steer the terminal."""
    typer.echo("\n".join(plain(line) for line in lines))


def _for_all(group: Any, lang: str) -> dict[str, Any]:
    """Give the language to every command of a group, and to those of the groups in it."""
    return {
        name: _for_all(command, lang) if hasattr(command, "commands") else {"lang": lang}
        for name, command in group.commands.items()
    }


def in_language(command: Any, language: str, name: str = "jinlin") -> Any:
    """Put the help of a command, its options and its subcommands into a language."""
    if name in WORDS:
        command.help = command.short_help = say(name, language)  # else click cuts the list of commands short
    for each in command.params:
        key = next((key for key in (f"{name} {each.name}", str(each.name)) if key in WORDS), None)
        if key:
            each.help = say(key, language)
    if language == "zh":
        command.get_help = lambda ctx, page=command.get_help: in_chinese(page(ctx))
    for sub, inner in getattr(command, "commands", {}).items():
        in_language(inner, language, sub if name == "jinlin" else f"{name} {sub}")
    return command


def main() -> None:
    """Run the command line in the language of the terminal."""
    atexit.register(gc.freeze)  # else Python looks through all that was imported once more before it ends
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="replace"
            )  # a console without Chinese shows question marks, not a traceback
    command = in_language(typer.main.get_command(app), terminal_language(_chosen(sys.argv)))
    command(prog_name="jinlin")


def _chosen(arguments: list[str]) -> str | None:
    """Find the language in the arguments before they are parsed, for the words of the help itself."""
    for word, next_word in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == "--lang" or word.startswith("--lang="):
            return word.partition("=")[2] or next_word
    return None
