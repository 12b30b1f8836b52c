"""What lies ahead for the terminal: the forecast, the pledge and what was published beside it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jinlin.progress import Counter
from jinlin.words import columns, plain, say
from sim.errors import RunError

if TYPE_CHECKING:
    from calibration.forecast import Forecast
    from results.confrontations import Confronted


def check_free(path: Path) -> None:
    """Raise RunError where a file cannot be written: before minutes are spent on what it should hold."""
    if path.is_dir():
        raise RunError(f"{path}: is a folder; give a file with --out")
    folder = path.parent
    if not folder.is_dir():
        raise RunError(f"{folder}: is no folder; make it first, or give another place with --out")
    if not os.access(folder, os.W_OK):
        raise RunError(f"{path}: cannot be written: permission denied; give another place with --out")


def write_aside(path: Path, text: str) -> None:
    """Write a file under another name and rename it, so that it is whole or not there."""
    check_free(path)
    aside = ""
    try:
        handle, aside = tempfile.mkstemp(prefix=".aside-", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        os.chmod(aside, 0o644)
        os.replace(aside, path)
    except OSError as wrong:
        if aside:
            Path(aside).unlink(missing_ok=True)
        raise RunError(f"{path}: cannot be written: {wrong.strerror}; give another place with --out") from None


def forecast_with_progress(
    draws: int, market_draws: int, seed: int, workers: int, language: str
) -> Forecast:
    """Forecast, and count the markets on the terminal."""
    from calibration.forecast import forecast

    counter = Counter("forecast markets", language)
    try:
        return forecast(draws, market_draws, seed, workers, counter)
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
