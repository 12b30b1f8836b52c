"""The STRESS-DES page has every item once, and speaks of the model that is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pytest
from typer.main import get_command

import sim.kinds
from jinlin.cli import app
from results.dictionary import TABLES
from scenarios.definitions import load_services
from scenarios.facility_kinds import load_cadres, load_kinds
from scenarios.load import load_scenario, scenario_names
from sim.kinds import Exit, Outcome, Step
from sim.streams import Decision
from sim.supply import FacilityKind

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs" / "stress-des.md").read_text(encoding="utf-8")
WRITTEN = re.sub(r"<!-- generated: .*?<!-- end -->", "", PAGE, flags=re.DOTALL)  # by hand

ITEMS = (  # Monks et al. 2019, table of STRESS-DES: twenty, of which 2.5 has five components
    "1.1 Purpose of the model",
    "1.2 Model outputs",
    "1.3 Experimentation aims",
    "2.1 Base model overview diagram",
    "2.2 Base model logic",
    "2.3 Scenario logic",
    "2.4 Algorithms",
    "2.5 Components",
    "3.1 Data sources",
    "3.2 Pre-processing",
    "3.3 Input parameters",
    "3.4 Assumptions",
    "4.1 Initialisation",
    "4.2 Run length",
    "4.3 Estimation approach",
    "5.1 Software or programming language",
    "5.2 Random sampling",
    "5.3 Model execution",
    "5.4 System specification",
    "6.1 Computer model sharing statement",
)
COMPONENTS = (
    "2.5.1 Entities",
    "2.5.2 Activities",
    "2.5.3 Resources",
    "2.5.4 Queues",
    "2.5.5 Entry/exit points",
)
SECTIONS = ("Objectives", "Logic", "Data", "Experimentation", "Implementation", "Code access")


def item(number: str) -> str:
    """Cut out what stands under the heading of one item, up to the next heading."""
    found = re.search(rf"^#+ {re.escape(number)} .*?$(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no item {number}"
    return found[1]


def first_cells(text: str) -> list[str]:
    """List the names that stand first in the rows of the tables of a passage."""
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def test_the_six_sections_stand_in_their_order() -> None:
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == [
        f"{number}. {name}" for number, name in enumerate(SECTIONS, start=1)
    ]


def test_the_twenty_items_and_five_components_stand_once_each_in_their_order() -> None:
    assert len(ITEMS) == 20
    assert re.findall(r"^### (.+)$", PAGE, re.MULTILINE) == list(ITEMS)
    assert re.findall(r"^#### (.+)$", PAGE, re.MULTILINE) == list(COMPONENTS)


@pytest.mark.parametrize("name", [each for each in ITEMS + COMPONENTS if each != "2.5 Components"])
def test_an_item_is_answered_in_words_of_its_own(name: str) -> None:
    heading = re.escape(name)
    found = re.search(rf"^#+ {heading}$(.*?)(?=^#|\Z)", WRITTEN, re.MULTILINE | re.DOTALL)
    assert found and len(found[1].split()) >= 12, f"{name} says nothing"


def test_what_the_page_calls_by_name_is_there() -> None:
    known = set(names_of_the_house())
    named = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", WRITTEN, flags=re.DOTALL | re.MULTILINE))
    unknown = sorted({name for name in named if name not in known and not is_path(name)})
    assert named and not unknown, f"the page names what is not there: {unknown}"


def names_of_the_house() -> Iterator[str]:
    """List what the page may call by name: services, settings, columns, kinds, commands, chores."""
    from results.manifest import Manifest

    settings = load_scenario("baseline-2020").settings
    yield from settings.quantities
    yield from scenario_names()
    for spec in TABLES:
        yield from (f"{spec.name}.parquet", *(column.name for column in spec.columns))
    for each in vars(sim.kinds).values():
        if isinstance(each, type) and issubclass(each, Enum):
            yield from (each.__name__, *each.__members__)
    yield from ("Decision", *Decision.__members__)
    yield from Manifest.__dataclass_fields__
    yield from re.findall(r"^\| `([^`]+)` \|", summary_page(), re.MULTILINE)
    yield "summary.json"
    makefile = (HOUSE / "Makefile").read_text(encoding="utf-8")
    yield from (f"make {chore}" for chore in re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        yield f"jinlin {name}"
        for option in (flag for each in command.params for flag in each.opts if flag.startswith("--")):
            yield from (f"jinlin {name} {option}", *(f"jinlin {name} {option} {e}" for e in engines()))


def engines() -> list[str]:
    return [engine.value for engine in sim.kinds.Engine]


def summary_page() -> str:
    return (HOUSE / "docs" / "reference" / "summary.md").read_text(encoding="utf-8")


def is_path(name: str) -> bool:
    return re.fullmatch(r"[\w./-]+", name) is not None and (HOUSE / name).exists()


def test_every_table_of_a_run_is_an_output_with_every_column_that_measures() -> None:
    rows = re.findall(r"^\| `(\w+)\.parquet` \|[^|]+\| (.+) \|$", item("1.2"), re.MULTILINE)
    listed = {name: re.findall(r"`(\w+)`", columns) for name, columns in rows}
    assert listed == {spec.name: [c.name for c in spec.columns if not c.key] for spec in TABLES}


def test_every_scenario_is_an_experiment() -> None:
    assert first_cells(item("2.3")) == scenario_names()


def test_the_phases_of_a_minute_are_those_of_both_engines() -> None:
    said = re.findall(r"^\d\. \*(\w+)\*", item("2.2"), re.MULTILINE)
    phases = {
        "_depart": "departures",
        "_change_capacity": "capacity",
        "_leave": "leavers",
        "_arrive": "arrivals",
        "_offer": "offers",
    }
    simpy = [phases[call] for call in calls_in("sim/facilities.py", "_instant") if call in phases]
    kernel = [phases[call] for call in calls_in("sim/kernel.py", "run") if call in phases]
    assert said == simpy == kernel[-len(said) :], "before its loop the kernel opens units and seats"


def calls_in(file: str, function: str) -> list[str]:
    """List the names of what a function calls, in the order of the text."""
    tree = ast.parse((HOUSE / file).read_text(encoding="utf-8"))
    (body,) = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == function]
    calls = [node for node in ast.walk(body) if isinstance(node, ast.Call)]
    in_order = sorted(calls, key=lambda node: (node.lineno, node.col_offset))
    return [ast.unparse(call.func).rsplit(".")[-1] for call in in_order]


def test_every_service_is_an_entity_and_every_list_a_queue() -> None:
    services = load_services()[0]
    assert first_cells(item("2.5.1")) == [service.id for service in services]
    assert first_cells(item("2.5.4")) == [service.id for service in services if service.queued]


def test_every_pool_of_places_and_every_cadre_is_a_resource() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| `([\w-]+)` \|", item("2.5.3"), re.MULTILINE)
    assert rows == [(kind.id, pool.id) for kind in load_kinds()[0] for pool in kind.pools]
    cadres = [cadre.id for cadre in load_cadres()]
    assert first_cells(item("2.5.3"))[-len(cadres) :] == cadres


@pytest.mark.parametrize("kind", load_kinds()[0], ids=lambda kind: kind.id)
def test_a_queue_stands_at_every_kind_that_has_its_places(kind: FacilityKind) -> None:
    pools = {pool.id for pool in kind.pools}
    served = [service.id for service in load_services()[0] if service.queued and service.pool in pools]
    rows = re.findall(r"^\| `([\w-]+)` \| `[\w-]+` \| ([^|]+) \|", item("2.5.4"), re.MULTILINE)
    assert [service for service, where in rows if f"`{kind.id}`" in where] == served


def test_a_request_ends_in_an_outcome_of_the_code_and_in_no_other() -> None:
    assert first_cells(item("2.5.2")) == list(Outcome.__members__)


def test_the_ways_in_and_out_are_those_of_the_code() -> None:
    words = item("2.5.5")
    assert all(f"`{way.name}`" in words for way in Exit if way is not Exit.NONE)
    assert re.findall(r"`([A-Z_]+)`", words.partition("(`Step`)")[2]) == list(Step.__members__)


def test_settings_are_counted_once_each_by_how_well_they_are_known() -> None:
    quantities = load_scenario("baseline-2020").settings.quantities
    total = re.search(r"^\| \*\*all\*\* \| (.+) \|$", item("3.3"), re.MULTILINE)
    assert total
    *known, drawn = (int(cell) for cell in total[1].split(" | "))
    assert sum(known) == len(quantities) and drawn == sum(each.uncertain for each in quantities.values())
    assert set(first_cells(item("3.3"))) == {name.split(".")[0] for name in quantities}


def test_every_decision_that_is_drawn_has_its_law_on_the_page() -> None:
    drawn = set()
    for path in sorted((HOUSE / "sim").glob("*.py")):
        drawn |= set(re.findall(r"\bDecision\.([A-Z_]+)", path.read_text(encoding="utf-8")))
    listed = first_cells(item("5.2"))
    assert len(listed) == len(set(listed)) and set(listed) == drawn


def test_the_software_is_what_the_project_declares() -> None:
    import tomllib

    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[^\w-]", each)[0].lower() for each in project["dependencies"]}
    listed = {name.lower() for name in re.findall(r"^\| ([\w-]+) \| \d", item("5.1"), re.MULTILINE)}
    assert listed == declared | {"jinlin", "python"}
