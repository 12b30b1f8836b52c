"""``jinlin calibrate`` for the terminal: fit what is not known, and keep the posterior."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jinlin.compiling import STOPPED, compile_kernels
from jinlin.words import WORDS, columns, known_language, plain, say, terminal_language
from sim.errors import RunError

if TYPE_CHECKING:
    from calibration.calibrate import Calibrated, Calibration
    from calibration.fitted import Fitted
    from calibration.trial_runs import Tell

_TENTHS = 10
_FOLDER = Path("runs/calibration")


def _help(key: str) -> str:
    return WORDS[key][0]


def calibrate(
    out: Annotated[Path | None, typer.Option(help=_help("calibrate out"), metavar="FOLDER")] = None,
    folder: Annotated[Path, typer.Option(help=_help("calibrate folder"), metavar="FOLDER")] = _FOLDER,
    trials: Annotated[int, typer.Option(min=16, max=100_000, help=_help("calibrate trials"))] = 400,
    stored: Annotated[bool, typer.Option("--stored", help=_help("calibrate stored"))] = False,
    workers: Annotated[int | None, typer.Option(min=1, max=1024, help=_help("workers"))] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help=_help("lang"), callback=known_language, metavar="en|zh")
    ] = None,
) -> None:
    """Fit what is not known to what was observed, and keep the posterior."""
    from calibration.fitted import load_fitted

    language = terminal_language(lang)
    if stored:
        _print(list_fitted(load_fitted(), language))
        return
    from calibration.calibrate import Calibration, Plan
    from calibration.fitting import keep, keep_in_project

    plan = Plan().of_trials(trials)
    if out is None and plan != Plan():
        raise RunError(f"--trials {trials}: a fit with fewer or more trials is kept apart: give --out FOLDER")
    compile_kernels(workers or 0, language)
    calibration = Calibration(plan, folder, workers or 0, _counting(language))
    done = _run(calibration, language)
    fitted = keep(done, out) if out else keep_in_project(done, typer.echo)
    _print([*list_fitted(fitted, language), say("wrote", language, path=out or "evidence/posterior.parquet")])


def _run(calibration: Calibration, language: str) -> Calibrated:
    try:
        return calibration.run()
    except KeyboardInterrupt:
        typer.echo(say("stopped calibrate", language), err=True)
        raise typer.Exit(STOPPED) from None


def _counting(language: str) -> Tell:
    """Return what tells the trials: on a terminal the last line renewed, elsewhere a line every tenth."""
    told: dict[str, int] = {}

    def tell(what: str, done: int, parts: int) -> None:
        tenth = _TENTHS * done // parts
        if told.get(what) != tenth:
            told[what] = tenth
            typer.echo(
                say(
                    "calibrate counted",
                    language,
                    what=say(f"trials {what}", language),
                    done=done,
                    parts=parts,
                ),
                err=True,
            )

    return tell


def list_fitted(fitted: Fitted, language: str) -> list[str]:
    """List the fitted numbers beside their priors, and the observations beside what the model says."""
    from results.fits import figures

    numbers = [tuple(say("fitted head", language).split("|"))]
    for each in fitted.numbers:
        prior, after = (f"{a:.4g} ({b:.4g}–{c:.4g})" for a, b, c in (
            (each.prior, each.low, each.high), (each.p50, each.p05, each.p95)))  # fmt: skip
        numbers.append((each.name, prior, after, say("yes", language) if each.informed else "–"))
    targets = [tuple(say("fitted targets", language).split("|"))]
    for target in fitted.targets:
        low, _, high = target.predicted
        cells = f"{target.observed:,.6g}", figures(target.model[1]), f"{figures(low)}–{figures(high)}"
        targets.append(
            (target.indicator, str(target.year), *cells, say("yes" if target.inside else "no", language))
        )
    tests = (fitted.failing(which) for which in ("right", "wider", "shifted"))
    right, wider, shifted = tests
    last = say("fitted tests", language, sets=fitted.sets, all=len(fitted.numbers), right=right, wider=wider,
               shifted=shifted)  # fmt: skip
    return [*columns(numbers), "", *columns(targets), "", last]


def _print(lines: list[str]) -> None:
    """Print lines with nothing in them that could steer the terminal."""
    typer.echo("\n".join(plain(line) for line in lines))
