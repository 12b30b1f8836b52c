"""``jinlin compare`` for the terminal: scenarios run in rounds until their differences are known, or runs."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jinlin.book_option import Xlsx, check_book
from jinlin.compiling import STOPPED, compile_kernels
from jinlin.service_option import service_ids
from jinlin.words import WORDS, known_language, plain, say, terminal_language
from sim.errors import RunError

if TYPE_CHECKING:
    from jinlin.compared import Told
    from jinlin.rounds import Looked, Rounds
    from results.comparisons import Asked, Side

SEED = 20201101
MOST = 100
LEDGERS = Path("runs", ".ledgers")
_MANIFEST = "manifest.json"


class By(Enum):
    """What rows may be told apart by."""

    COUNTY = "county"
    AGE = "age"
    FUNCTION = "function"
    INCOME = "income"
    AREA = "area"


def _help(key: str) -> str:
    return WORDS[key][0]


Texts = list[str]
Given = Annotated[Texts, typer.Argument(help=_help("compare given"), metavar="A B [C]")]
HalfWidth = Annotated[Texts, typer.Option(help=_help("compare half_width"), metavar="NUMBER")]
Margin = Annotated[Texts, typer.Option(help=_help("compare margin"), metavar="NUMBER")]
Place = Annotated[Texts, typer.Option(help=_help("compare place"), metavar="PLACE")]
Services = Annotated[Texts, typer.Option("--service", help=_help("compare service"), metavar="SERVICE")]
Outcomes = Annotated[Texts, typer.Option("--outcome", help=_help("compare outcome"), metavar="OUTCOME")]
Most = Annotated[
    int | None,
    typer.Option("--replications-most", min=2, max=10_000, help=_help("compare most"), metavar="N"),
]
Grouped = Annotated[By | None, typer.Option(help=_help("compare by"), metavar="GROUP")]
Seed = Annotated[int | None, typer.Option(min=0, max=2**63 - 1, help=_help("compare seed"))]
Workers = Annotated[int | None, typer.Option(min=1, max=1024, help=_help("workers"))]
Ledgers = Annotated[Path, typer.Option(help=_help("compare ledgers"), metavar="DIR")]
NoLedgers = Annotated[bool, typer.Option("--no-ledgers", help=_help("compare no_ledgers"))]
Lang = Annotated[
    str | None, typer.Option("--lang", help=_help("lang"), callback=known_language, metavar="en|zh")
]


def compare(
    given: Given,
    place: Place = [],  # noqa: B006 (typer reads the defaults, nothing writes to them)
    half_width: HalfWidth = [],  # noqa: B006
    margin: Margin = [],  # noqa: B006
    most: Most = None,
    service: Services = [],  # noqa: B006
    outcome: Outcomes = [],  # noqa: B006
    by: Grouped = None,
    seed: Seed = None,
    workers: Workers = None,
    ledgers: Ledgers = LEDGERS,
    no_ledgers: NoLedgers = False,
    xlsx: Xlsx = None,
    lang: Lang = None,
) -> None:
    """Compare scenarios or finished runs, paired, until the differences are known."""
    language, grouped = terminal_language(lang), by.value if by else ""
    if len(given) < 2:
        raise RunError("compare takes two or more scenarios or run folders; the first is the baseline")
    asked = _asked(half_width, margin, service, outcome)
    check_book(xlsx)
    if _finished(given):
        if place or most is not None or seed is not None:
            raise RunError(
                "--place, --replications-most and --seed are those of the finished runs; leave them out"
            )
        told = _of_runs(given, asked, grouped)
    else:
        numbers = most or MOST, SEED if seed is None else seed, workers or 0
        rounds = _rounds(given, place, numbers, None if no_ledgers else ledgers, grouped, language)
        told = _of_scenarios(rounds, asked, grouped, language)
    _print(_lines(told, grouped, language))
    if xlsx:
        from jinlin.compare_book import save_comparison

        save_comparison(xlsx, told, grouped, language)


def _asked(half_width: Texts, margin: Texts, service: Texts, outcome: Texts) -> Asked:
    """Read what is asked, and refuse what no service or outcome is called."""
    from results.comparisons import Asked
    from results.demands import LEAST, Demand, read_demand

    strange = next((name for name in outcome if name not in LEAST), None)
    if strange is not None:
        raise RunError(f"--outcome {strange!r} must be one of {', '.join(LEAST)}")
    wide = read_demand("--half-width", half_width, Demand())
    return Asked(tuple(service_ids(service)), tuple(outcome), wide, read_demand("--margin", margin, wide))


def _finished(given: Texts) -> bool:
    """Tell whether run folders are given; refuse a mixture of both, and what is neither."""
    folders = [Path(name).is_dir() and (Path(name) / _MANIFEST).is_file() for name in given]
    if any(folders) and not all(folders):
        other = given[folders.index(False)]
        raise RunError(
            f"{other}: is no run folder, the others are; give scenarios or finished runs, not both"
        )
    lost = next((name for name in given if Path(name).is_dir() and not all(folders)), None)
    if lost is not None:
        raise RunError(
            f"{lost}: is a folder but no run ({_MANIFEST} is missing); give a run folder or a scenario"
        )
    return all(folders)


def _of_runs(given: Texts, asked: Asked, by: str) -> Told:
    """Compare finished runs, which have been looked at once, with the first of them."""
    from results.compare import draws_of, must_match
    from results.comparisons import Side
    from results.tables import open_run

    runs = [open_run(folder) for folder in given]
    for other in runs[1:]:
        must_match(runs[0], other)
    draws = draws_of(runs[0])
    sides = [Side(Path(name).name or name, run, draws) for name, run in zip(given, runs, strict=True)]
    return _judged(sides, asked, by, looks=1, limited=False)


def _judged(sides: list[Side], asked: Asked, by: str, looks: int, limited: bool) -> Told:
    """Judge the rows of every pair, its groups and its equity, each a family of its own."""
    from jinlin.compared import Told
    from results import comparisons as c
    from results.differences import NO_DRAW, Family

    first, others = sides[0], sides[1:]
    cells = len(list(asked.cells(first.run)))
    if not cells or not any(c.compare_sides(first, each, asked, Family(1)) for each in others):
        raise RunError("there is nothing to compare: no service that both have has such an outcome")
    grouped = len(c.groups_of(first.run, by)) * len(c.group_cells(first, by, asked)) if by else 0
    fair = len(c.equity_services(first, asked)) * (1 if first.unmet is None else 2)
    families = [Family(count * len(others), looks) for count in (cells, grouped, fair)]
    rows = [c.compare_sides(first, each, asked, families[0]) for each in others]
    groups = [c.compare_groups(first, each, by, asked, families[1]) for each in others] if by else []
    equity = [c.compare_equity(first, each, asked, families[2]) for each in others]
    draws = len(set(first.draws.tolist()) - {NO_DRAW})
    levels = (families[0].each, families[1].each, families[2].each)
    return Told(sides, rows, groups, equity, draws, looks, limited, levels)


def _rounds(
    given: Texts, place: Texts, numbers: tuple[int, int, int], ledgers: Path | None, by: str, language: str
) -> Rounds:
    """Load the scenarios and say what would be run; nothing is run yet."""
    from scenarios.workers import start_server

    most, seed, workers = numbers
    if workers != 1:
        start_server()
    from scenarios.load import load_scenario
    from sim.places import load_atlas

    selection = load_atlas().select(place)
    loaded = [load_scenario(name) for name in given]
    from jinlin.rounds import Rounds
    from results.comparisons import BY

    compile_kernels(workers, language)
    return Rounds(loaded, selection, seed, most, workers, ledgers, BY.get(by, ""))


def _of_scenarios(rounds: Rounds, asked: Asked, by: str, language: str) -> Told:
    """Run scenarios until every row is settled; tell each look."""
    from jinlin.progress import Progress
    from results.differences import looks
    from scenarios.studies import life_key
    from sim.clock import MONTHS_TO_END_OF_2025

    lives = len({life_key(scenario) for scenario in rounds.scenarios})
    jobs = len(rounds.selection.markets) * rounds.most * lives
    progress = Progress(jobs, MONTHS_TO_END_OF_2025, language)
    rounds.tell = progress

    def told(looked: Looked) -> None:
        progress.close()
        rows = sum(len(each) for each in looked.rows)
        words = say("compare look", language, look=looked.look, looks=looked.looks, draws=looked.draws,
                    open=looked.open, rows=rows)  # fmt: skip
        typer.echo(words, err=True)

    try:
        last = rounds.until_known(asked, told)
    except KeyboardInterrupt:
        typer.echo(say("stopped compare", language), err=True)
        raise typer.Exit(STOPPED) from None
    finally:
        progress.close()
    return _judged(rounds.sides(), asked, by, len(looks(rounds.most)), limited=bool(last.open))


def _lines(told: Told, by: str, language: str) -> list[str]:
    """Lay a comparison out: for each pair the rows, the groups and the equity; then what holds for all."""
    from jinlin.compared import lines_of

    lines: list[str] = []
    manifest = told.sides[0].run.manifest
    for number, other in enumerate(told.sides[1:]):
        names = told.sides[0].name, other.name
        if len(told.sides) > 2:
            lines += [say("compare pair", language, a=names[0], b=names[1])]
        lines += [*lines_of(told.rows[number], names, manifest, language), ""]
        if by:
            lines += [say("compare told by", language, by=say(f"by {by}", language))]
            lines += [*lines_of(told.groups[number], names, manifest, language, by), ""]
        if told.equity[number]:
            lines += [say("equity", language)]
            lines += [*lines_of(told.equity[number], names, manifest, language), ""]
    return [*lines, *_foot(told, language)]


def _foot(told: Told, language: str) -> list[str]:
    from results.differences import LEAST_DRAWS
    from results.notation import percentile_or_range

    rows = sum(len(each) for each in told.rows)
    looks = say("compare foot looks", language, looks=told.looks) if told.looks > 1 else ""
    if told.draws < LEAST_DRAWS:
        return [say("compare one draw", language)]
    lines = [say("compare foot", language, draws=told.draws, rows=rows, looks=looks)]
    lines.append(say("compare sides", language, intervals=percentile_or_range(told.draws, language)))
    if any(told.groups) or any(told.equity):
        lines.append(say("compare apart", language))
    if told.limited:
        waiting = sum(not row.settled for each in told.rows for row in each)
        lines.append(say("compare limit", language, open=waiting, rows=rows, draws=told.draws))
    return lines


def _print(lines: list[str]) -> None:
    """Print lines with nothing in them that could steer the terminal."""
    typer.echo("\n".join(plain(line) for line in lines))
