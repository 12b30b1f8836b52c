"""What lies ahead for the terminal: the forecast, the pledge and what was published beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jinlin.book_option import Xlsx, check_book
from jinlin.compiling import STOPPED, compile_kernels
from jinlin.words import WORDS, columns, known_language, plain, say, terminal_language

SEED = 20201101
_TENTH = 10

if TYPE_CHECKING:
    from calibration.forecast import Forecast
    from results.confrontations import Confronted


def _help(key: str) -> str:
    return WORDS[key][0]


def _print(lines: list[str]) -> None:
    """Print lines with nothing in them that could steer the terminal."""
    typer.echo("\n".join(plain(line) for line in lines))


Draws = Annotated[int, typer.Option(min=20, max=20_000, help=_help("draws"))]
MarketDraws = Annotated[int, typer.Option(min=2, max=500, help=_help("market_draws"))]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help=_help("seed"))]
Lang = Annotated[
    str | None, typer.Option("--lang", help=_help("lang"), callback=known_language, metavar="en|zh")
]
Workers = Annotated[int | None, typer.Option(min=1, max=1024, help=_help("workers"))]


def forecast(
    out: Annotated[Path, typer.Option(help=_help("forecast out"), metavar="FILE")],
    draws: Draws = 1000,
    market_draws: MarketDraws = 16,
    seed: Seed = SEED,
    workers: Workers = None,
    xlsx: Xlsx = None,
    lang: Lang = None,
) -> None:
    """Forecast the province from 2020's knowledge."""
    from calibration.forecast import table_of
    from results.files import write_aside

    check_book(xlsx)
    language = terminal_language(lang)
    done = forecast_for(out, draws, market_draws, seed, workers or 0, language)
    write_aside(out, table_of(done))
    _print([*list_forecast(done, language), say("wrote", language, path=out)])
    if xlsx:
        from jinlin.list_books import save_forecast

        save_forecast(xlsx, done, language)


def pledge(
    out: Annotated[Path, typer.Option(help=_help("pledge out"), metavar="FILE")],
    run_folder: Annotated[
        Path | None, typer.Option("--run", help=_help("pledge run_folder"), metavar="RUN")
    ] = None,
    draws: Draws = 1000,
    market_draws: MarketDraws = 16,
    seed: Seed = SEED,
    workers: Workers = None,
    lang: Lang = None,
) -> None:
    """Pledge a forecast with what would overturn it."""
    from results.files import write_aside
    from results.pledges import pledge as pledged
    from results.tables import open_run

    language = terminal_language(lang)
    run = open_run(run_folder) if run_folder else None
    done = forecast_for(out, draws, market_draws, seed, workers or 0, language)
    whole = pledged(done, run)
    write_aside(out, json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
    _print([say("wrote", language, path=out), f"sha256 {whole['sha256']}"])


def confront(
    pledged: Annotated[Path, typer.Argument(help=_help("confront pledged"), metavar="PLEDGE")],
    observed: Annotated[Path, typer.Argument(help=_help("confront observed"), metavar="OBSERVED.csv")],
    xlsx: Xlsx = None,
    lang: Lang = None,
) -> None:
    """Hold published figures against a pledge."""
    check_book(xlsx)
    from results.confrontations import confront as held_against
    from results.pledges import read_pledge

    language, found = terminal_language(lang), held_against(read_pledge(pledged), observed)
    _print(list_confronted(found, language))
    if xlsx:
        from jinlin.list_books import save_confronted

        save_confronted(xlsx, pledged, found, language)


COMMANDS = (forecast, pledge, confront)


def forecast_for(
    out: Path, draws: int, market_draws: int, seed: int, workers: int, language: str
) -> Forecast:
    """Forecast what a file will hold, once it is sure that the file can be written."""
    from results.files import check_free

    check_free(out)
    compile_kernels(workers, language)
    return forecast_with_progress(draws, market_draws, seed, workers, language)


def forecast_with_progress(draws: int, market_draws: int, seed: int, workers: int, language: str) -> Forecast:
    """Forecast, and count the markets: on one line of a terminal, elsewhere a line for every tenth."""
    from calibration.forecast import forecast
    from jinlin.progress import Counter

    counter = Counter("forecast markets", language)

    def tell(done: int, parts: int) -> None:
        counter(done, parts)
        if not counter.stream.isatty() and (done % _TENTH == 0 or done == parts):
            typer.echo(say("forecast markets", language, done=done, parts=parts), err=True)

    try:
        return forecast(draws, market_draws, seed, workers, tell)
    except KeyboardInterrupt:
        typer.echo(say("stopped forecast", language), err=True)
        raise typer.Exit(STOPPED) from None
    finally:
        counter.close()


def list_forecast(done: Forecast, language: str) -> list[str]:
    """List the medians with their 90 % intervals, in thousands."""
    rows: list[tuple[str, ...]] = [(say("forecast head", language), *map(str, done.years))]
    for name, values in done.quantiles.items():
        cells = (f"{v[2] / 1e3:,.0f} ({v[0] / 1e3:,.0f}–{v[-1] / 1e3:,.0f})" for v in values)
        rows.append((name, *cells))
    return columns(rows)


def list_confronted(found: Sequence[Confronted], language: str) -> list[str]:
    """List published figures beside what was pledged."""
    from results.confrontations import rows_of

    rows = rows_of(found, language, say("yes", language), say("no", language))
    clean = [tuple(plain(cell) for cell in row) for row in rows]
    inside = sum(each.inside_90 for each in found), sum(each.inside_50 for each in found)
    last = say("confronted", language, inside=inside[0], half=inside[1], all=len(found))
    return [*columns([tuple(say("confront head", language).split("|")), *clean]), last]
