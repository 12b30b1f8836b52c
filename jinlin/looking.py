"""The commands that look something up: differences of scenarios, parameters, evidence, the hindcast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jinlin.book_option import Xlsx, check_book
from jinlin.words import WORDS, known_language, plain, terminal_language


def _help(key: str) -> str:
    return WORDS[key][0]


Lang = Annotated[
    str | None, typer.Option("--lang", help=_help("lang"), callback=known_language, metavar="en|zh")
]
Workers = Annotated[int | None, typer.Option(min=1, max=1024, help=_help("hindcast workers"))]


def diff(
    first: Annotated[str, typer.Argument(help=_help("diff first"), metavar="SCENARIO")],
    second: Annotated[str, typer.Argument(help=_help("diff second"), metavar="SCENARIO")],
    xlsx: Xlsx = None,
    lang: Lang = None,
) -> None:
    """List what differs between two scenarios, by date."""
    check_book(xlsx)
    from jinlin.listings import list_differences
    from scenarios.authoring import differences
    from scenarios.load import load_scenario

    language, sides = terminal_language(lang), (load_scenario(first), load_scenario(second))
    found = differences(*sides)
    _print(list_differences(found, language))
    if xlsx:
        from jinlin.list_books import save_differences

        save_differences(xlsx, sides, found, language)


def parameters(
    word: Annotated[str, typer.Argument(help=_help("parameters word"), metavar="[WORD]")] = "",
    xlsx: Xlsx = None,
    lang: Lang = None,
) -> None:
    """List everything a scenario can set."""
    check_book(xlsx)
    from jinlin.listings import list_parameters
    from scenarios.authoring import find_dated, find_settings

    language, dated, settings = terminal_language(lang), find_dated(word), find_settings(word)
    _print(list_parameters(dated, settings, word, language))
    if xlsx:
        from jinlin.list_books import save_parameters

        save_parameters(xlsx, word, dated, settings, language)


def evidence(
    word: Annotated[list[str], typer.Argument(help=_help("evidence word"), metavar="[WORD]")] = [],  # noqa: B006
    xlsx: Xlsx = None,
    lang: Lang = None,
) -> None:
    """Find figures with their sources and what contradicts them."""
    check_book(xlsx)
    from evidence.contradictions import concerning, load_contradictions
    from evidence.table import load_evidence
    from jinlin.sources import count_evidence, list_evidence, nothing_found

    known, language, words = load_evidence(), terminal_language(lang), " ".join(word)
    found = known.find(words)
    if not words.strip():
        _print(count_evidence(found, len(load_contradictions()), language))
    elif found:
        _print(list_evidence(found, concerning(found), language))
    else:
        strange = next((each for each in word if not known.find(each)), words)
        _print(nothing_found(words, known.near(strange), language))
    if xlsx:
        from jinlin.list_books import save_evidence

        save_evidence(xlsx, words, found, concerning(found), language)


def hindcast(
    stored: Annotated[bool, typer.Option("--stored", help=_help("hindcast stored"))] = False,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option(help=_help("hindcast out"), metavar="FILE")] = None,
    xlsx: Xlsx = None,
    lang: Lang = None,
) -> None:
    """Live 2010 to 2020 and compare."""
    check_book(xlsx)
    from calibration.validation import load_hindcast, written
    from jinlin.listings import list_hindcast

    if stored:
        done = load_hindcast()
    else:
        from calibration.hindcast import hindcast as live_decade

        done = live_decade(workers or 0, lambda line: typer.echo(plain(line), err=True))
    if out:
        out.write_text(written(done), encoding="utf-8")
    language = terminal_language(lang)
    _print(list_hindcast(done, language))
    if xlsx:
        from jinlin.list_books import save_hindcast

        save_hindcast(xlsx, done, language)


def population(
    place: Annotated[
        list[str], typer.Option("--place", help=_help("population place"), metavar="PLACE")
    ] = [],  # noqa: B006
    xlsx: Xlsx = None,
    lang: Lang = None,
) -> None:
    """Print how well the founded residents fit the census."""
    check_book(xlsx)
    from evidence.census import census_margins
    from evidence.table import load_evidence
    from jinlin.listings import fit_of, list_population
    from sim.margins import rake
    from sim.places import load_atlas

    atlas, language = load_atlas(), terminal_language(lang)
    selection = atlas.select(place)
    cells = rake(census_margins(load_evidence(), atlas))
    _print(list_population(cells, atlas, selection, language))
    if xlsx:
        from jinlin.list_books import save_population

        place_name = atlas.describe(selection.counties)
        save_population(xlsx, place_name, fit_of(cells, atlas, selection), language)


def _print(lines: list[str]) -> None:
    """Print lines with nothing in them that could steer the terminal."""
    typer.echo("\n".join(plain(line) for line in lines))
