"""The least capacity that meets a standard: the command, its input read and checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jinlin.book_option import Xlsx, check_book
from jinlin.compiling import STOPPED, compile_kernels
from jinlin.money import fen_of
from jinlin.service_option import service_ids
from jinlin.words import WORDS, known_language, plain, say, terminal_language
from sim.errors import RunError

if TYPE_CHECKING:
    from scenarios.sizer import PlaceSize

SEED = 20201101
LEDGERS = Path("runs", ".ledgers")
_DAYS = re.compile(r"(\d{1,5})\s*(?:d|days?|天)?")
_COUNTED = ("tried", "lived", "forgotten")
_PER_CENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*[%％]")


def _help(key: str) -> str:
    return WORDS[key][0]


Lang = Annotated[
    str | None, typer.Option("--lang", help=_help("lang"), callback=known_language, metavar="en|zh")
]


def size(
    scenario: Annotated[str, typer.Argument(help=_help("size scenario"), metavar="SCENARIO")],
    service: Annotated[str, typer.Option(help=_help("size service"), metavar="SERVICE")],
    within: Annotated[str, typer.Option(help=_help("size within"), metavar="DAYS")] = "",
    share: Annotated[str, typer.Option(help=_help("size share"), metavar="SHARE")] = "",
    confidence: Annotated[str, typer.Option(help=_help("size confidence"), metavar="SHARE")] = "95%",
    of: Annotated[str, typer.Option(help=_help("size of"), metavar="requested|needed")] = "requested",
    place: Annotated[list[str], typer.Option(help=_help("size place"), metavar="PLACE")] = [],  # noqa: B006
    by: Annotated[str, typer.Option(help=_help("size by"), metavar="county")] = "",
    year: Annotated[int, typer.Option(min=2021, max=2025, help=_help("size year"))] = 2025,
    replications: Annotated[int, typer.Option(min=1, max=10_000, help=_help("size replications"))] = 20,
    chance: Annotated[bool, typer.Option("--chance-alone", help=_help("size chance"))] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help=_help("seed"))] = SEED,
    workers: Annotated[int | None, typer.Option(min=1, max=1024, help=_help("workers"))] = None,
    ledgers: Annotated[Path, typer.Option(help=_help("size ledgers"), metavar="DIR")] = LEDGERS,
    ledgers_gb: Annotated[float | None, typer.Option(help=_help("size ledgers_gb"), metavar="GB")] = None,
    no_ledgers: Annotated[bool, typer.Option("--no-ledgers", help=_help("size no_ledgers"))] = False,
    budget: Annotated[str, typer.Option(help=_help("budget"), metavar="YUAN")] = "",
    xlsx: Xlsx = None,
    lang: Lang = None,
) -> None:
    """Size a service to a standard, with confidence."""
    from scenarios.sizing import check_replications

    sure = share_of("--confidence", confidence)
    check_replications(replications, sure)
    _one_of("--of", of, ("requested", "needed"))
    _one_of("--by", by, ("", "county"))
    if ledgers_gb is not None and not ledgers_gb >= 0:  # nor a number that is none
        raise RunError(f"--ledgers-gb {ledgers_gb:g} must be 0 or more, such as 20")
    days, part = days_of(within) if within else None, share_of("--share", share) if share else None
    money = fen_of("--budget", budget) if budget else None
    check_book(xlsx)
    from scenarios.capacity_trials import Question, Standard
    from scenarios.load import load_scenario
    from scenarios.sizer import places_of
    from scenarios.studies import MOST_LEDGERS_GB
    from sim.clock import MONTHS_TO_END_OF_2025
    from sim.places import load_atlas

    language, atlas = terminal_language(lang), load_atlas()
    loaded, selection = load_scenario(scenario), atlas.select(place)
    kept = None if no_ledgers else ledgers
    room = MOST_LEDGERS_GB if ledgers_gb is None else ledgers_gb
    asked, (named,) = Standard(of, days or 0, part or 0.0, year), service_ids([service])
    question = Question(loaded, named, asked, seed, MONTHS_TO_END_OF_2025, kept, chance, room)
    own = question.definition.standard
    standard = Standard(of, own.within_days if days is None else days, part or own.share, year)
    question = replace(question, standard=standard)
    compile_kernels(workers or 0, language)
    from jinlin.progress import Counter
    from jinlin.size_listing import budget_lines, list_counties, list_size
    from scenarios.sizer import size_places

    counter = Counter("size tried", language)
    try:
        places = places_of(selection, by == "county", atlas)
        sizes = size_places(question, places, sure, replications, workers or 0, counter)
    except KeyboardInterrupt:
        typer.echo(say("stopped size", language), err=True)
        raise typer.Exit(STOPPED) from None
    finally:
        counter.close()
    if len(sizes) > 1:
        lines = list_counties(question, sizes, sure, language)
    else:
        lines = list_size(question, sizes[0], sure, language)
    if money is not None:
        lines += budget_lines(question, sizes, money, language)
    typer.echo("\n".join(plain(line) for line in lines))
    if kept:
        tell_ledgers(sizes, kept, room, language)
    if xlsx:
        from jinlin.size_book import save_sizes

        save_sizes(xlsx, question, sizes, (sure, replications, money), language)


def tell_ledgers(sizes: Sequence[PlaceSize], folder: Path, room: float, language: str) -> None:
    """Say on the error stream what was lived anew and what was kept, and what there was no room to keep."""
    tried, lived, forgotten = (sum(getattr(size, name) for size in sizes) for name in _COUNTED)
    lines = [say("size lived", language, lived=lived, of=tried, kept=tried - lived, folder=folder)]
    if forgotten:
        lines.append(say("size forgotten", language, some=forgotten, of=tried, folder=folder, room=room))
    for line in lines:
        typer.echo(plain(line), err=True)


def days_of(written: str) -> int:
    """Read days, 30d or 30; raise RunError where it is none.

    >>> days_of("30d"), days_of("0")
    (30, 0)
    """
    found = _DAYS.fullmatch(written.strip())
    if not found:
        raise RunError(f"--within {written!r} must be days, such as 30d")
    return int(found[1])


def share_of(option: str, written: str) -> float:
    """Read a share above 0 and below 1, 95% or 0.95; raise RunError where it is none.

    >>> share_of("--share", "95%"), share_of("--share", "0.5")
    (0.95, 0.5)
    """
    text = written.strip()
    found = _PER_CENT.fullmatch(text)
    try:
        value = float(found[1]) / 100 if found else float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise RunError(f"{option} {written!r} must be a share above 0 and below 1, such as 95% or 0.95")
    return value


def _one_of(option: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise RunError(f"{option} {given!r} must be {' or '.join(each for each in allowed if each)}")
