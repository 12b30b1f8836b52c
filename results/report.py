"""Write the report: one self-contained HTML for one or several runs, and the figures as PNG beside it.

Nothing is fetched and no script runs: the font, the drawings and the style stand in the file. Text from a
scenario is data: jinja2 escapes it everywhere.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from results.compare import compare_runs, written
from results.differences import LEAST_DRAWS
from results.drawings import Drawing, numbered, renamed
from results.front import front
from results.notation import percentile_or_range
from results.pages import later_pages
from results.sensitivity import with_rankings
from results.tables import Run, open_run, writing
from results.words import LANGUAGES, say
from sim.errors import RunError

HERE = Path(__file__).parent
WEB_FONT = HERE / "font" / "NotoSansSC-subset.woff2"
NAME = "report.html"


def write_report(
    given: Sequence[str | Path | Run], language: str = "zh", out: str | Path | None = None
) -> Path:
    """Write the report of finished runs, open or given by their folders, and return its path.

    ``out`` is the HTML file; without it the report stands in the first folder. PNG files go to a folder
    ``<name>_figures`` beside it. Raises RunError where a folder is unfinished, damaged or no run.
    """
    if not given:
        raise RunError("no run folder is given; name one or more folders that 'jinlin run' wrote")
    if language not in LANGUAGES:
        raise RunError(f"language {language!r} is not known; choose zh or en")
    runs = [with_rankings(each if isinstance(each, Run) else open_run(each)) for each in given]
    path = report_path(runs[0], language, out)
    drawings: list[Drawing] = []
    html = render(runs, language, drawings)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
        _write_pngs(path, drawings)
    return path


def report_path(first: Run, language: str, out: str | Path | None = None) -> Path:
    """Return where the report of some runs is written: to ``out``, or else into the folder of the first."""
    return Path(out) if out else first.folder / _name(language)


def render(runs: Sequence[Run], language: str, drawings: list[Drawing] | None = None) -> str:
    """Return the report as one HTML text; drawings made on the way are added to ``drawings``."""
    made: list[Drawing] = []
    parts = [_part(run, index, language, made) for index, run in enumerate(runs)]
    if drawings is not None:
        drawings += made
    title = " · ".join(dict.fromkeys(part["front"]["title"] for part in parts))
    return (
        _environment(language)
        .get_template("report.html.j2")
        .render(
            language=language,
            title=title,
            parts=parts,
            comparisons=_comparisons(runs, language),
            font=_font(),
        )
    )


def _part(run: Run, index: int, language: str, drawings: list[Drawing]) -> dict[str, Any]:
    """Gather what the templates need for one run; ids carry its number so that several stand on one page."""
    page = front(run, language)
    pages = later_pages(run, language)
    made = (*page.pop("drawings"), *pages.pop("drawings"))
    drawings += [renamed(each, numbered(each.name, index)) for each in made]
    return {"id": f"run{index}", "index": index, "name": run.name, "front": page, "pages": pages}


def _comparisons(runs: Sequence[Run], language: str) -> list[dict[str, Any]]:
    """Compare every later run with the first, where they can be paired; say why where they cannot."""
    found = []
    for other in runs[1:]:
        names: dict[str, Any] = {"a": runs[0].manifest.title[language], "b": other.manifest.title[language]}
        try:
            compared = compare_runs(runs[0], other, len(runs) - 1)
        except RunError:
            found.append({**names, "rows": [], "note": say("compare_refused", language, **names)})
            continue
        told = {"draws": compared.draws, "intervals": percentile_or_range(compared.draws, language)}
        key = "compare_note" if compared.draws >= LEAST_DRAWS else "compare_once"
        note = say(key, language, **names, **told)
        found.append({**names, "rows": written(compared, language), "note": note})
    return found


def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = lambda key, **parts: say(key, language, **parts)
    environment.filters["svg"] = _svg
    return environment


def _svg(drawing: Drawing, index: int) -> Markup:
    """Put a drawing into the page as it is: it is our own, and matplotlib has escaped its texts."""
    return Markup(renamed(drawing, numbered(drawing.name, index)).svg)


def _font() -> Markup:
    return Markup(base64.b64encode(WEB_FONT.read_bytes()).decode("ascii"))  # base64 holds no markup


def _name(language: str) -> str:
    return NAME if language == "zh" else f"report.{language}.html"


def _write_pngs(path: Path, drawings: Sequence[Drawing]) -> None:
    folder = path.parent / f"{path.stem}_figures"
    folder.mkdir(exist_ok=True)
    for drawing in drawings:
        (folder / f"{drawing.name}.png").write_bytes(drawing.png)
