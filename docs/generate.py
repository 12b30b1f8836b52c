"""Write again what the docs say about the code, so that it cannot rot: ``make docs``.

A page marks such a passage with ``<!-- generated: NAME -->`` and ``<!-- end -->``; the functions below write
what stands between. ``tests/docs/test_generated.py`` holds the pages to it.
"""

from __future__ import annotations

import re
import runpy
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[1]
PAGES = (HOUSE / "README.md", *sorted((HOUSE / "docs").rglob("*.md")))
BLOCK = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

STRESS = runpy.run_path(str(HOUSE / "docs" / "stress.py"))["TABLES"]
SCHEDULING = runpy.run_path(str(HOUSE / "docs" / "scheduling.py"))["TABLES"]
VALIDATING = runpy.run_path(str(HOUSE / "docs" / "validating.py"))
QUALITIES = ("published", "derived", "assumed")
MOST_COMPARED = 4  # figures of each side of a contradiction that a page shows


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Lay out a Markdown table; bars and line ends inside cells are kept from breaking it."""
    head = list(head)
    lines = [head, ["---"] * len(head)]
    lines += [[" ".join(str(cell).replace("|", "\\|").split()) for cell in row] for row in rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def floors() -> str:
    """List the floors of the house with their rooms, ground floor first."""
    declared = tomllib.loads((HOUSE / "docs" / "floors.toml").read_text(encoding="utf-8"))["floor"]
    rows = []
    for level, floor in enumerate(declared):
        rooms = " · ".join(f"`{room.replace('.', '/')}` {what}" for room, what in floor["rooms"].items())
        rows.append((level, floor["name"], rooms))
    return table(("", "floor", "rooms"), rows)


def columns() -> str:
    """List the columns of a resident."""
    from sim.residents import COLUMNS

    rows = [(f"`{c.name}`", f"`{c.dtype}`", c.unit or "–", c.meaning, c.owner) for c in COLUMNS]
    return table(("column", "type", "unit or kind", "meaning", "written by"), rows)


def month() -> str:
    """Copy the order of a month from the model, which says it once."""
    import ast

    source = (HOUSE / "sim" / "model.py").read_text(encoding="utf-8")
    words = ast.get_docstring(ast.parse(source)) or ""
    first, last = words.index("1. "), words.index("Mesa gives")
    return words[first:last].replace("``", "`").strip() + "\n"


def services() -> str:
    """List the services with their mechanism, needs and standard."""
    from scenarios.definitions import load_services

    rows = [
        (f"`{s.id}`", s.name.zh, s.name.en, s.mechanism.name.lower(), "; ".join(g.label.en for g in s.needed),
         f"{s.standard.share:.0%} within {s.standard.within_days} days")
        for s in load_services()[0]
    ]  # fmt: skip
    return table(("id", "中文", "English", "mechanism", "who needs it", "standard (ours)"), rows)


def facility_kinds() -> str:
    """List the kinds of facility with their pools and who is admitted."""
    from scenarios.facility_kinds import load_kinds

    rows = [
        (f"`{k.id}`", k.name.zh, k.name.en, "public" if k.public else "private",
         ", ".join(pool.id for pool in k.pools), ", ".join(payer.name.lower() for payer in k.admits))
        for k in load_kinds()[0]
    ]  # fmt: skip
    return table(("id", "中文", "English", "", "pools of places", "admits"), rows)


def scenarios() -> str:
    """List the scenarios that come with the project."""
    from scenarios.load import load_scenario, scenario_names

    rows = []
    for name in scenario_names():
        scenario = load_scenario(name)
        extends = scenario.extends[0].removesuffix(".toml") if scenario.extends else "–"
        rows.append((f"`{name}`", scenario.title.zh, scenario.title.en, extends, scenario.description.en))
    return table(("name", "中文", "English", "extends", "what it asks"), rows)


def tables() -> str:
    """Write the data dictionary: every table and column of a run folder."""
    from results.collect import KEYS, columns
    from results.dictionary import TABLES

    parts = []
    for spec in TABLES:
        note = " There once the assumed numbers were moved." if spec.optional else ""
        rows = [
            (f"`{c.name}`" + (" 🔑" if c.key else ""), f"`{c.dtype}`", c.unit, c.meaning)
            for c in spec.columns
        ]
        parts.append(f"## `{spec.name}.parquet`\nA row is {spec.row}.{note}\n\n")
        parts.append(table(("column", "type", "unit", "meaning"), rows) + "\n")
    rows = [(f"`{c.name}`" + (" 🔑" if c.name in KEYS else ""), f"`{c.dtype}`", c.unit, c.meaning)
            for c in columns()]  # fmt: skip
    parts.append("## `results.parquet` of a sweep\nA row is a scenario, point, replication, county, service ")
    parts.append("and year.\n\n" + table(("column", "type", "unit", "meaning"), rows) + "\n")
    return "".join(parts).rstrip() + "\n"


def parameters() -> str:
    """List every setting with value, range, unit, source and quality, by the table that declares it."""
    from scenarios.authoring import find_settings

    settings = {quantity.name: quantity for quantity in find_settings()}
    parts = []
    for group in dict.fromkeys(name.split(".")[0] for name in sorted(settings)):
        rows = []
        for name, q in sorted(settings.items()):
            if name.split(".")[0] == group:
                span = f"{q.low:g} – {q.high:g}" if q.low < q.high else "–"
                source = " — ".join(part for part in (q.source, q.reason) if part)
                setting = f"`{name}`{' °' if q.census else ''}"
                rows.append((setting, f"{q.value:g}", span, q.unit, q.quality.value, q.year, source))
        head = ("setting", "value", "range", "unit", "quality", "year", "source and reason")
        parts.append(f"## {group}\n\n{table(head, rows)}\n")
    return "".join(parts).rstrip() + "\n"


def evidence() -> str:
    """Count the published, derived and assumed figures of each table of evidence."""
    from evidence.table import load_evidence

    counted = Counter((figure.table, figure.quality.value) for figure in load_evidence().figures)
    names = sorted({name for name, _ in counted})
    rows = [(f"`{name}.csv`", *(counted[name, kind] for kind in QUALITIES)) for name in names]
    return table(("table", *QUALITIES), rows)


FAMILY = re.compile(r"(?<=_)(\d+(-\d+)?\+?)(?=_|$)|(?<=_)(male|female|M|F)(?=_|$)|(?<=_)(urban|rural)(?=_|$)")


def figures() -> str:
    """List the figures that each part of the model reads; ages, sexes, areas and places are put together."""
    from evidence.readings import figures_read

    parts = []
    for part, read in figures_read().items():
        families: dict[tuple[str, str], list[Any]] = {}
        for figure in read:
            families.setdefault((FAMILY.sub("…", figure.indicator), figure.unit), []).append(figure)
        rows = [
            (f"`{name if len({each.indicator for each in found}) > 1 else found[0].indicator}`",
             *_family(unit, found))
            for (name, unit), found in families.items()
        ]  # fmt: skip
        head = ("figure", "number", "value", "unit", "place", "year", "quality", "source")
        parts.append(f"### {part}\n\n{table(head, rows)}\n")
    return "".join(parts).rstrip() + "\n"


def _family(unit: str, found: list[Any]) -> tuple[str, ...]:
    """Put figures of one family together: how many, between which values, where, when, how known."""
    values = sorted({figure.value for figure in found})
    span = " – ".join(f"{value:,.10g}" for value in dict.fromkeys((values[0], values[-1])))
    places, sources = ({getattr(figure, key): None for figure in found} for key in ("place", "source"))
    years = sorted({figure.year for figure in found})
    when = years[0] if len(years) == 1 else f"{years[0]} … {years[-1]}"
    quality = ", ".join(sorted({figure.quality.value for figure in found}, key=QUALITIES.index))
    where, source = (_first(list(each), most) for each, most in ((places, 2), (sources, 1)))
    return str(len(found)), span, unit, where, when, quality, source


def _first(names: list[str], most: int) -> str:
    """Write the first of some names, and how many more there are."""
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return "; ".join(names[:most] + more)


def contradictions() -> str:
    """List the questions that figures answer differently, with the choice and its reason."""
    from evidence.contradictions import load_contradictions

    parts = []
    for each in load_contradictions():
        rows = [
            (*_compared(figure), choice)
            for choice, figures in (("**used**", each.used), ("beside it", each.beside))
            for figure in figures[:MOST_COMPARED]
        ]
        left = sum(max(len(figures) - MOST_COMPARED, 0) for figures in (each.used, each.beside))
        more = f" ({left} more figures: `jinlin evidence`.)" if left else ""
        through = f" Through the setting `{each.through}`." if each.through else ""
        parts.append(
            f"### {each.question['en']} {each.question['zh']}\n{each.reason['en']}{through}{more}\n\n"
        )
        parts.append(table(("figure", "value", "unit", "place", "year", "quality", ""), rows) + "\n")
    return "".join(parts).rstrip() + "\n"


def _compared(figure: Any) -> tuple[str, ...]:
    value = f"{figure.value:,.10g}"
    return f"`{figure.indicator}`", value, figure.unit, figure.place, figure.year, figure.quality.value


def observations() -> str:
    """List what the model is held against."""
    from calibration.observations import load_observations

    rows = [
        (each.role.value, f"`{each.figure.indicator}`", each.figure.place, each.figure.year,
         f"{each.figure.value:,.10g}", each.figure.unit, f"{each.within:.0%}" if each.within else "–",
         each.figure.quality.value, each.note)
        for each in load_observations()
    ]  # fmt: skip
    return table(("for", "figure", "place", "year", "value", "unit", "within", "quality", "note"), rows)


def level() -> str:
    """Show the central level of demand beside what it was fitted to, and what it predicts with the misses."""
    from calibration.level import load_level

    fitted = load_level()
    low, high = (f"{share:.2%}" for share in fitted.entries_published)
    span = f"{fitted.value:g} ({fitted.low:g} – {fitted.high:g})"
    residents, reached = f"{fitted.published:,.0f}", f"{fitted.reached:,}"
    entries = f"{fitted.entries_per_65_plus:.3%}"
    rows = [
        (f"`{fitted.setting}`, a year", "–", span, "fitted"),
        ("residents of all homes, end of 2020", residents, reached, "fitted to"),
        ("entries a year, of people aged 65+", f"{low} – {high}", entries, "predicted"),
    ]
    for each in fitted.predictions:
        miss = f"predicted, {100 * (each.predicted - each.published):+.1f} points"
        rows.append((each.en, f"{each.published:.1%}", f"{each.predicted:.1%}", miss))
    return table(("figure", "published", "model", ""), rows)


def commands() -> str:
    """List the commands with their arguments and options, in both languages."""
    from typer.main import get_command

    from jinlin.cli import app
    from jinlin.words import WORDS

    parts = []
    for name, command in _by_name(get_command(app)):
        arguments = [each.metavar for each in command.params if not each.opts[0].startswith("-")]
        rows = []
        for each in command.params:
            english, chinese = WORDS.get(f"{name} {each.name}") or WORDS[each.name]
            rows.append((f"`{_spelled(each)}`", english, chinese, _default(each)))
        parts.append(f"## `{' '.join(['jinlin', name, *arguments])}`\n{WORDS[name][0]} {WORDS[name][1]}\n\n")
        parts.append(table(("", "English", "中文", "default"), rows) + "\n" if rows else "")
    return "".join(parts).rstrip() + "\n"


def _by_name(group: Any, before: str = "") -> Iterable[tuple[str, Any]]:
    """Yield the commands of a group, and those of the groups in it, by all of their words."""
    for name, command in group.commands.items():
        yield f"{before}{name}", command
        yield from _by_name(command, f"{before}{name} ") if hasattr(command, "commands") else ()


def _spelled(parameter: Any) -> str:
    """Write an argument or option as it is typed."""
    name = parameter.opts[0]
    if not name.startswith("-"):
        return str(parameter.metavar)
    return name if parameter.is_flag else f"{name} {parameter.metavar or 'N'}"


def _default(parameter: Any) -> str:
    """Write the default of an option where it is one value."""
    return f"`{parameter.default}`" if isinstance(parameter.default, int | str) and parameter.default else ""


def stress(part: str) -> str:
    """Lay out a table of the STRESS-DES page, whose rows ``docs/stress.py`` reads from the code."""
    return table(*STRESS[part]())


def validation(part: str) -> str:
    """Lay out a table of the validation page, whose rows ``docs/validating.py`` gathers."""
    return table(*VALIDATING["TABLES"][part]())


def scale(part: str) -> str:
    """Lay out a table of the page on scale, whose schedules ``docs/scheduling.py`` plays through."""
    return table(*SCHEDULING[part]())


WRITERS: dict[str, Callable[[], str]] = {
    "floors": floors,
    "columns": columns,
    "month": month,
    "services": services,
    "facility-kinds": facility_kinds,
    "scenarios": scenarios,
    "tables": tables,
    "parameters": parameters,
    "figures": figures,
    "evidence": evidence,
    "contradictions": contradictions,
    "observations": observations,
    "level": level,
    "commands": commands,
    **{f"stress-{part}": partial(stress, part) for part in STRESS},
    **{part: partial(scale, part) for part in SCHEDULING},
    **{part: partial(validation, part) for part in VALIDATING["TABLES"]},
}
PICTURES: dict[str, Callable[[], str]] = {"docs/pictures/hindcast.svg": VALIDATING["picture"]}


def names_in(text: str) -> list[str]:
    """Name the generated passages of a page."""
    return [match[2] for match in BLOCK.finditer(text)]


def renewed(text: str) -> str:
    """Return a page with its generated passages written again."""
    return BLOCK.sub(lambda block: f"{block[1]}{WRITERS[block[2]]()}{block[3]}", text)


def main() -> None:
    """Write every page again and name those that changed; draw the pictures again."""
    for path in PAGES:
        old = path.read_text(encoding="utf-8")
        new = renewed(old)
        if new != old:
            path.write_text(new, encoding="utf-8")
            print(f"wrote {path.relative_to(HOUSE)}")
    for name, draw in PICTURES.items():
        (HOUSE / name).write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
