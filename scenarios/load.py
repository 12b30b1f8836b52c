"""Load a scenario: find its file, follow ``extends``, check every value, and give one frozen Scenario.

A scenario is named (``plan-2025``, a file of this folder) or given by its path. ``extends`` reaches this
folder and the folder of the file itself, nothing else. A table in a file replaces the inherited table of that
name whole: a path keeps its own unit and source.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from evidence.posterior import kept_posterior, with_joint
from evidence.settings import load_parameters
from scenarios.definitions import load_services, with_ceilings
from scenarios.facility_kinds import load_cadres, load_kinds, load_turnovers
from scenarios.plan import load_register
from scenarios.reading import read_written
from scenarios.schema import Override, Scenario, Source, Written
from scenarios.staff_accounts import check_accounts, kept_accounts, turnover_names
from scenarios.supply import check_limits
from scenarios.vocabulary import Vocabulary, make_vocabulary
from sim.errors import Fault, ScenarioError
from sim.parameters import Quantity, Settings
from sim.services import Service, Standard, Words
from sim.supply import Cadre, FacilityKind, Turnover

__all__ = [
    "Definitions",
    "Scenario",
    "Source",
    "define",
    "find_scenario",
    "is_name",
    "load_scenario",
    "scenario_names",
]

FOLDER = Path(__file__).parent
NOT_SCENARIOS = ("supply.toml",)  # definitions that lie beside the scenarios
LARGEST_FILE = 1_000_000  # bytes
LONGEST_NAME = 64
_ENDLESS_NUMBER = re.compile(r"[0-9_]{4300}")
_NAME = re.compile(r"[^\W_](?:[\w.-]*\w)?")


def scenario_names() -> list[str]:
    """Name the scenarios that come with the project.

    >>> "plan-2025" in scenario_names()
    True
    """
    return sorted(path.stem for path in _scenario_files(FOLDER))


def load_scenario(name: str | Path, services: tuple[Path, ...] = (), together: bool = True) -> Scenario:
    """Load a scenario by its name or path, with further service definitions where wanted.

    Fitted numbers are drawn `together`, as the posterior has them; a fit, which makes it, does without.

    Raises ScenarioError, one line naming file, key, value, range and remedy.

    >>> load_scenario("plan-2025").extends
    ('baseline-2020.toml',)
    """
    defined = define(services, together)
    path = find_scenario(name)
    texts = _chain(path)
    written = [
        read_written(parse_toml(text, file.name), file.name, defined.vocabulary) for file, text in texts
    ]
    merged = _merge(written[::-1])
    title = merged.title or Words(path.stem, path.stem)
    cadres = kept_accounts(defined.cadres, defined.turnovers, merged)
    check_accounts(defined.turnovers, cadres, merged)
    known, overrides = _read(defined, cadres), merged.overrides.values()
    settings = _with_overrides(known, overrides)
    standing = [_with_standard(each, merged.standards) for each in defined.services]
    scenario = Scenario(
        id=path.stem,
        title=title,
        description=merged.description or title,
        file=str(path),
        lineage=_lineage(texts),
        settings=settings,
        aligned_on=_with_overrides(known, [each for each in overrides if known.quantities[each.name].census]),
        services=with_ceilings(standing, settings),
        kinds=defined.kinds,
        cadres=cadres,
        dated=dict(merged.dated),
        units=defined.vocabulary.units,
        overrides=dict(merged.overrides),
        standards=dict(merged.standards),
        targets=tuple(merged.targets.values()),
    )
    check_limits(scenario)
    return scenario


@dataclass(frozen=True)
class Definitions:
    """What scenarios choose from: services, kinds of facility, staff, and the names they may set."""

    services: tuple[Service, ...]
    kinds: tuple[FacilityKind, ...]
    cadres: tuple[Cadre, ...]
    turnovers: Mapping[str, Turnover]  # by cadre
    vocabulary: Vocabulary


@cache
def define(extra: tuple[Path, ...] = (), together: bool = True) -> Definitions:
    """Load the definitions, with further service files where wanted, and what is drawn `together`."""
    services, of_services = load_services(extra)
    kinds, of_kinds = load_kinds()
    cadres, turnovers = load_cadres(), load_turnovers()
    alone = _together(_of_runs(load_parameters()), of_services, of_kinds)
    settings = with_joint(alone, kept_posterior() if together else None)
    vocabulary = make_vocabulary(services, kinds, cadres, turnovers, settings, load_register())
    return Definitions(services, kinds, cadres, turnovers, vocabulary)


def is_name(name: str) -> bool:
    """Tell whether a text can name a scenario: letters of any script, digits, '-', '_', '.'; no folders."""
    return bool(_NAME.fullmatch(name)) and len(name) <= LONGEST_NAME and not name.endswith(".toml")


def find_scenario(name: str | Path, beside: Path | None = None) -> Path:
    """Find the file of a scenario: a path where it is written as one, else a name in the scenario folder.

    With ``beside``, the file whose ``extends`` names it, only scenario folders are looked in.
    """
    written = str(name)
    if beside is not None:
        return _find_parent(written, beside)
    if written.endswith(".toml") or Path(written).name != written:
        path = Path(written)
        if not _is_file(path):
            raise _fault(
                written,
                "SCENARIO",
                written,
                "a file that exists",
                "check the path, or give a name: " + _known(),
            )
        return path
    if written in scenario_names():
        return FOLDER / f"{written}.toml"
    near = get_close_matches(written, scenario_names(), n=1, cutoff=0.5)
    remedy = f"did you mean {near[0]}?" if near else "or a path such as mine.toml"
    if _is_file(Path(f"{written}.toml")):
        remedy = f"did you mean {written}.toml?"
    raise _fault(written, "SCENARIO", written, "one of " + _known(), remedy)


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """Read TOML; raise ScenarioError with the line where it is none."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _fault(file, "the file", "brackets", "nested less deeply", "write [tables] instead") from None
    except ValueError as wrong:
        lines = text.splitlines() or [""]
        number = min(_faulty_line(str(wrong), lines), len(lines))
        what = re.sub(r"\s*\(at .*\)|;.*", "", str(wrong)).lower()
        raise _fault(file, f"line {number}", lines[number - 1].strip(), "TOML", what) from None


def _faulty_line(message: str, lines: list[str]) -> int:
    """Return the line that a message of the TOML reader means; it names none for a number of 4,300 digits."""
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    if found:
        return int(found[1])
    long = (number for number, line in enumerate(lines, 1) if _ENDLESS_NUMBER.search(line))
    return next(long, len(lines))


def read_text(path: Path) -> str:
    """Read a scenario file, UTF-8 with or without a byte-order mark; raise ScenarioError where it is not."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= LARGEST_FILE else b""
    except OSError as wrong:
        raise _fault(path, "the file", str(path), "readable", str(wrong.strerror).lower()) from None
    if not raw and path.stat().st_size:
        size = path.stat().st_size
        raise _fault(path, "the size", size, f"up to {LARGEST_FILE} bytes", "a scenario is a short text")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        raise _fault(
            path, f"line {line}", raw[wrong.start : wrong.start + 4], "UTF-8", "save the file as UTF-8"
        ) from None


def _is_file(path: Path) -> bool:
    """Tell whether a file is there; a name too long for the disk is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _scenario_files(folder: Path) -> list[Path]:
    """List the scenario files of a folder: those with a title (supply.toml is none)."""
    return [path for path in folder.glob("*.toml") if path.name not in NOT_SCENARIOS]


def _known() -> str:
    return ", ".join(scenario_names())


def _find_parent(written: str, beside: Path) -> Path:
    """Find the file that ``extends`` names, in the folder of the file itself or the scenario folder."""
    name = written.removesuffix(".toml")
    if not is_name(name):
        remedy = "no folders: extends reaches the file's own folder and the project's scenarios"
        raise _fault(beside, "extends", written, "the name of a scenario", remedy)
    own = beside.resolve()
    project = [FOLDER.resolve()] if name in scenario_names() else []
    for folder in (own.parent, *project):
        path = _beyond(folder / f"{name}.toml", [own])
        if _is_file(path) and path.resolve() != own and path.resolve().parent == folder:
            return path
    if name == own.stem:
        raise _fault(beside, "extends", written, "another scenario", "a scenario cannot extend itself")
    near = get_close_matches(name, scenario_names(), n=1, cutoff=0.5)
    remedy = f"did you mean {near[0]}?" if near else "put the file beside this one"
    raise _fault(beside, "extends", written, "one of " + _known(), remedy)


def _chain(path: Path) -> list[tuple[Path, str]]:
    """List the files of a scenario with their texts, its own first, then what each extends."""
    chain: list[tuple[Path, str]] = []
    while True:
        text = read_text(path)
        chain.append((path, text))
        parent = parse_toml(text, path.name).get("extends")
        if not isinstance(parent, str) or not parent:
            return chain
        passed = [each.resolve() for each, _ in chain]
        following = _beyond(find_scenario(parent, beside=path), passed)
        if following.resolve() in passed:
            names = " → ".join(each.stem for each in [*(file for file, _ in chain), following])
            raise _fault(path, "extends", parent, "free of cycles", f"{names} comes back to itself")
        path = following


def _beyond(path: Path, passed: list[Path]) -> Path:
    """Step over files of one name to the next that a lineage has kept beside them, where there is one."""
    while path.resolve() in passed and _is_file(path.with_name(_second(path.name))):
        path = path.with_name(_second(path.name))
    return path


def _second(name: str) -> str:
    """Return the name under which a second file of one name is kept."""
    return f"{Path(name).stem}~{Path(name).suffix}"


def _lineage(texts: list[tuple[Path, str]]) -> tuple[Source, ...]:
    """Name the files of a scenario, each by a name of its own: two folders may hold files of one name."""
    names: list[str] = []
    for file, _ in texts:
        name = file.name
        while name in names:
            name = _second(name)
        names.append(name)
    return tuple(Source(name, text) for name, (_, text) in zip(names, texts, strict=True))


def _merge(written: list[Written]) -> Written:
    """Lay files over one another, the most basic first; a table replaces the one of its name whole."""
    base = Written(file=written[-1].file)
    for each in written:
        base = replace(
            base,
            title=each.title,
            description=each.description,
            dated={**base.dated, **each.dated},
            standards={**base.standards, **each.standards},
            overrides={**base.overrides, **each.overrides},
            targets={**base.targets, **each.targets},
        )
    return base


def _read(defined: Definitions, cadres: tuple[Cadre, ...]) -> Settings:
    """Return the settings that a scenario reads: those of turnover only where it keeps that account."""
    known = defined.vocabulary.settings
    unread = {name for each in defined.turnovers.values() for name in each.names} - turnover_names(cadres)
    return Settings({name: q for name, q in known.quantities.items() if name not in unread}, known.joint)


def _with_overrides(settings: Settings, overrides: Iterable[Override]) -> Settings:
    """Replace what a scenario sets; such a number leaves the joint and is drawn from its own range."""
    changed: dict[str, Quantity] = dict(settings.quantities)
    joint = settings.joint
    for each in overrides:
        joint = joint.without((each.name,)) if joint else None
        changed[each.name] = replace(
            changed[each.name], value=each.value, low=each.low, high=each.high, year=each.year,
            source=each.source, quality=each.quality, reason=each.reason,
        )  # fmt: skip
    return Settings(changed, joint)


def _with_standard(service: Service, standards: Mapping[str, Standard]) -> Service:
    return replace(service, standard=standards.get(service.id, service.standard))


def _of_runs(settings: Settings) -> Settings:
    """Leave out what the forecast alone assumes: a scenario that set it would change nothing."""
    return Settings({name: q for name, q in settings.quantities.items() if q.touches != "forecast"})


def _together(*parts: Settings) -> Settings:
    """Put settings of several rooms together; a name stands once."""
    found: dict[str, Quantity] = {}
    for part in parts:
        for name, quantity in part.quantities.items():
            if name in found:
                raise ScenarioError(f"{name} is defined twice, as a parameter and in a definition")
            found[name] = quantity
    return Settings(found)


def _fault(file: str | Path, key: str, value: object, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError(str(Fault(file, key, value, allowed, remedy)))
