"""``jinlin follow`` for the terminal: the same residents under two scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jinlin.book_option import Xlsx, check_book
from jinlin.compiling import STOPPED, compile_kernels
from jinlin.service_option import service_ids
from jinlin.words import WORDS, known_language, plain, say, terminal_language
from sim.errors import RunError

if TYPE_CHECKING:
    from jinlin.follow_listing import Scene
    from results.fates import FateRow, Who
    from scenarios.pairs import Paired, Pairing
    from sim.places import Selection

SEED = 20201101
LEDGERS = Path("runs", ".ledgers")


def _help(key: str) -> str:
    return WORDS[key][0]


Place = Annotated[list[str], typer.Option("--place", help=_help("follow place"), metavar="PLACE")]
Lang = Annotated[
    str | None, typer.Option("--lang", help=_help("lang"), callback=known_language, metavar="en|zh")
]


def follow(
    a: Annotated[str, typer.Argument(help=_help("follow a"), metavar="A")],
    b: Annotated[str, typer.Argument(help=_help("follow b"), metavar="[B]")] = "",
    resident: Annotated[str, typer.Option(help=_help("follow resident"), metavar="KEY")] = "",
    who: Annotated[str, typer.Option(help=_help("follow who"), metavar="WHO")] = "",
    place: Place = [],  # noqa: B006 (typer reads the default, nothing writes to it)
    service: Annotated[str, typer.Option(help=_help("follow service"), metavar="SERVICE")] = "",
    replication: Annotated[int, typer.Option(min=0, max=9_999, help=_help("follow replication"))] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help=_help("follow limit"))] = 20,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help=_help("seed"))] = SEED,
    ledgers: Annotated[Path, typer.Option(help=_help("follow ledgers"), metavar="DIR")] = LEDGERS,
    no_ledgers: Annotated[bool, typer.Option("--no-ledgers", help=_help("follow no_ledgers"))] = False,
    xlsx: Xlsx = None,
    lang: Lang = None,
) -> None:
    """Follow the same residents through two scenarios."""
    from scenarios.load import load_scenario
    from scenarios.pairs import Pairing, read_key
    from sim.clock import MONTHS_TO_END_OF_2025
    from sim.places import load_atlas

    if resident and who:
        raise RunError("--resident tells one resident, --who lists several: give one of them")
    key = read_key(resident) if resident else None
    group, language, selection = _group(who), terminal_language(lang), _selection(place, key)
    scenarios = load_scenario(a), load_scenario(b) if b else None
    kept = None if no_ledgers else ledgers
    named = service_ids([service])[0] if service else ""
    pairing = Pairing(*scenarios, seed, replication, MONTHS_TO_END_OF_2025, named, kept)
    pairing.check()
    check_book(xlsx)
    compile_kernels(0, language)
    book: list[tuple[Scene, list[FateRow]]] = []
    try:
        for lines in _told(pairing, selection, Request(key, group, limit), language, book):
            typer.echo("\n".join(plain(line) for line in lines))
    except KeyboardInterrupt:
        typer.echo(say("stopped follow", language), err=True)
        raise typer.Exit(STOPPED) from None
    if xlsx:
        from jinlin.follow_book import save_followed

        save_followed(xlsx, pairing, load_atlas().describe(selection.counties), book, language)


@dataclass(frozen=True)
class Request:
    """What is to be told: one resident, a group of them, or (neither) a summary; at most so many lines."""

    key: int | None
    who: Who | None
    limit: int


def _group(written: str) -> Who | None:
    """Read which residents are listed; None where none is asked for."""
    from results.fates import Who

    known = {each.value.lower(): each for each in Who}
    if written and written.lower() not in known:
        raise RunError(f"--who {written[:40]!r} must be one of {', '.join(each.value for each in Who)}")
    return known.get(written.lower())


def _selection(place: list[str], key: int | None) -> Selection:
    """Find the markets to look at: those of the places, else that of the resident."""
    from scenarios.pairs import county_of_key
    from sim.places import load_atlas

    if place:
        return load_atlas().select(place)
    county = county_of_key(key) if key is not None else None
    if county is not None:
        return load_atlas().select([str(county)])
    if key is not None:
        raise RunError(f"--resident {key:016x}: this key tells no county (born in the run); give --place")
    raise RunError("give --place: residents are followed in one city or county, not in the province at once")


def _told(
    pairing: Pairing, selection: Selection, request: Request, language: str,
    book: list[tuple[Scene, list[FateRow]]],
) -> Iterator[list[str]]:  # fmt: skip
    """Tell market by market, a resident in the market where she lives; who is told goes into the book."""
    from jinlin.follow_listing import list_fates, list_head, list_summary
    from jinlin.follow_story import list_story
    from sim.places import load_atlas

    atlas, here, lead = load_atlas(), set(selection.counties), list_head(pairing, language)
    for scene, paired in _scenes(pairing, selection, language):
        counties = sorted(here & set(atlas.markets[paired.market].counties))
        place = atlas.describe(counties)
        if request.key is not None:
            if scene.telling.knows(request.key):
                rows = scene.telling.of_tree(request.key)
                book.append((scene, [row for row in rows if scene.serves(row.service)]))
                yield [*lead, *list_story(scene, pairing, paired, request.key, request.limit)]
                return
            continue
        rows = [row for row in scene.telling.fates() if row.county in here and scene.serves(row.service)]
        book.append((scene, [row for row in rows if request.who is None or row.among(request.who)]))
        if request.who is not None:
            yield [*lead, *list_fates(scene, place, rows, request.who, request.limit)]
        else:
            yield [*lead, *list_summary(scene, counties, place, rows, request.limit)]
        lead = [""]
    if request.key is not None:
        raise RunError(
            f"--resident {request.key:016x}: nobody of that key needs a service with places in "
            f"{atlas.describe(selection.counties)}; '--who changed' lists keys"
        )


def _scenes(pairing: Pairing, selection: Selection, language: str) -> Iterator[tuple[Scene, Paired]]:
    """Live, serve and compare the markets one by one."""
    from jinlin.follow_listing import Scene
    from jinlin.progress import Counter
    from results.chains import chain_of
    from results.fates import Telling
    from results.records import Beside, Market
    from scenarios.pairs import pair_market
    from sim.clock import month_start

    counter = Counter("follow living", language)
    for done, market in enumerate(selection.markets):
        counter(done, len(selection.markets))
        try:
            paired = pair_market(pairing, selection, market)
        finally:
            counter.close()
        a, b = (Market(side.requests, side.log, side.supply.units) for side in paired.sides)
        beside = Beside.of(a, b)
        telling = Telling(beside, chain_of(beside), paired.lived.ledger, month_start(pairing.months))
        yield Scene(telling, paired.sides, pairing.a.services, language, pairing.service, paired.more), paired
