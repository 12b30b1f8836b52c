"""What the STRESS-DES page says about the code: tables that ``docs/generate.py`` lays out.

Each function returns the head and the rows of one table of ``docs/stress-des.md``.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from sim.parameters import Settings
from sim.services import Service
from sim.supply import Cadre, FacilityKind

HOUSE = Path(__file__).parents[1]
PINNED = re.compile(r"^([\w.-]+)==([\w.]+)(?: ; (.+))?$", re.MULTILINE)

Laid = tuple[Iterable[str], list[tuple[object, ...]]]


def _settings() -> Settings:
    from scenarios.load import load_scenario

    return load_scenario("baseline-2020").settings


def _span(settings: Settings, names: Iterable[str], unit: str = "") -> str:
    """Write the values of settings from the least to the most; a dash where there are none."""
    values = sorted({settings[name] for name in names if name})
    return " – ".join(f"{value:,g}" for value in dict.fromkeys(values[:1] + values[-1:])) + unit or "–"


def outputs() -> Laid:
    """List what a run writes: its tables, what a row is, the columns that measure."""
    from results.dictionary import TABLES

    rows = [
        (f"`{spec.name}.parquet`", spec.row, " ".join(f"`{c.name}`" for c in spec.columns if not c.key))
        for spec in TABLES
    ]
    return ("table", "a row is", "columns"), rows


def entities() -> Laid:
    """List the services through which a resident becomes a client, with how often each asks."""
    from scenarios.definitions import load_services

    def rhythm(service: Service) -> str:
        if not service.queued:
            return "never: people are counted"
        every = service.ask_every_months
        return f"every {every} months while the need lasts" if every else "once, when the need arises"

    rows = [
        (f"`{s.id}`", s.client.en, s.mechanism.name.lower(), len(s.needed), rhythm(s))
        for s in load_services()[0]
    ]
    return ("service", "an entity is a", "mechanism", "ways to need it", "asks"), rows


def resources() -> Laid:
    """List the places by kind of facility and pool, with who staffs them."""
    from scenarios.facility_kinds import load_kinds

    settings = _settings()

    def row(kind: FacilityKind, place: int) -> tuple[object, ...]:
        pool = kind.pools[place]
        places = _span(settings, [pool.places_per_post])
        spread = kind.base.name.lower().replace("_", " ")
        return f"`{kind.id}`", f"`{pool.id}`", f"`{kind.total}`", spread, f"`{pool.cadre}`", places

    rows = [row(kind, place) for kind in load_kinds()[0] for place in range(len(kind.pools))]
    return ("kind", "pool", "total set by", "spread over counties by", "staffed by", "places a post"), rows


def cadres() -> Laid:
    """List the kinds of staff, and whether they staff places or spend minutes."""
    from scenarios.definitions import load_services
    from scenarios.facility_kinds import load_cadres

    services = load_services()[0]

    def work(cadre: Cadre) -> str:
        spent = [f"`{s.id}`" for s in services if s.cadre == cadre.id]
        return "minutes of " + ", ".join(spent) if spent else "posts that places need"

    rows = [(f"`{cadre.id}`", cadre.name.zh, cadre.name.en, work(cadre)) for cadre in load_cadres()]
    return ("cadre", "中文", "English", "counted as"), rows


def queues() -> Laid:
    """List the waiting lists: for which pool, where, how long people wait and stay, who comes first."""
    from scenarios.definitions import load_services
    from scenarios.facility_kinds import load_kinds

    settings, kinds = _settings(), load_kinds()[0]
    rows = []
    for s in (each for each in load_services()[0] if each.queued):
        where = [f"`{k.id}`" for k in kinds if any(pool.id == s.pool for pool in k.pools)]
        stay = _span(settings, [s.stay_days], " days") if s.stay_days else "as long as the need"
        first = ", ".join(payer.name.lower() for payer in s.first) or "–"
        taken = _span(settings, [group.place for group in s.needed])
        patience = _span(settings, [s.patience_days], " days")
        rows.append((f"`{s.id}`", f"`{s.pool}`", " ".join(where), taken, first, patience, stay))
    head = ("service", "pool", "lists at", "places a client takes", "first at public units",
            "patience (median)", "stay (mean)")  # fmt: skip
    return head, rows


def inputs() -> Laid:
    """Count the settings by table and by how well they are known, and how many replications draw."""
    from sim.kinds import Quality

    quantities = _settings().quantities
    groups = sorted({name.split(".")[0] for name in quantities})
    of = {group: [q for name, q in quantities.items() if name.split(".")[0] == group] for group in groups}
    rows = [_counted(f"`{group}`", of[group]) for group in groups]
    rows.append(_counted("**all**", list(quantities.values())))
    return ("settings", *(quality.value for quality in Quality), "drawn by replications"), rows


def _counted(name: str, quantities: list) -> tuple[object, ...]:
    from sim.kinds import Quality

    known = Counter(q.quality for q in quantities)
    return name, *(known[quality] for quality in Quality), sum(q.uncertain for q in quantities)


def experiment() -> Laid:
    """List the constants of a run and of its intervals."""
    from jinlin.cli import SEED
    from results.estimates import CONFIDENCE, ENOUGH_FOR_PERCENTILES, PERCENTILES
    from results.verdicts import REPLICATIONS_FOR_PROBABILITY
    from sim.clock import FOUNDING, MONTHS_TO_END_OF_2025
    from sim.demand import LONGEST_PAST, UNDATED_PAST
    from sim.ranking import BEST

    low, high = PERCENTILES
    rows: list[tuple[object, ...]] = [
        ("first minute of a run", FOUNDING.isoformat()),
        ("length of a run", f"{MONTHS_TO_END_OF_2025} months"),
        ("warm-up", "none"),
        ("asks before the census reach back", f"{LONGEST_PAST} months"),
        ("needs that nothing dates began within", f"{UNDATED_PAST} months"),
        ("lists that one request may join", f"at most {BEST}"),
        ("seed, where none is given", SEED),
        ("interval of 2 replications and more", "smallest to largest"),
        (f"interval of {ENOUGH_FOR_PERCENTILES} and more", f"{low:g}th to {high:g}th percentile"),
        ("interval of a difference of two runs", f"{CONFIDENCE:.0%}, paired t"),
        ("replications from which a probability is stated", REPLICATIONS_FOR_PROBABILITY),
    ]
    return ("of a run", "value"), rows


def software() -> Laid:
    """List the libraries that the model imports, in the versions that it is run and tested with."""
    from jinlin import __version__

    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[^\w-]", each)[0].lower() for each in project["dependencies"]}
    pinned = PINNED.findall((HOUSE / "requirements.lock").read_text(encoding="utf-8"))
    rows: list[tuple[object, ...]] = [
        ("Jinlin", __version__, ""),
        ("Python", project["requires-python"].removeprefix(">=") + " or later", ""),
    ]
    rows += [(name, version, when) for name, version, when in pinned if name.lower() in wanted]
    return ("software", "version", "where"), rows


TABLES: dict[str, Callable[[], Laid]] = {
    "outputs": outputs,
    "entities": entities,
    "resources": resources,
    "cadres": cadres,
    "queues": queues,
    "inputs": inputs,
    "experiment": experiment,
    "software": software,
}
