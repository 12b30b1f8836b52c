"""The ODD page speaks of the model that is there: its columns, services and the order of a month."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from scenarios.definitions import load_services
from sim.residents import COLUMNS

HOUSE = Path(__file__).parents[2]
ODD = (HOUSE / "docs" / "odd.md").read_text(encoding="utf-8")

ELEMENTS = (  # Grimm et al. 2020, JASSS 23(2):7, figure 1
    "Purpose and patterns",
    "Entities, state variables and scales",
    "Process overview and scheduling",
    "Design concepts",
    "Initialization",
    "Input data",
    "Submodels",
)
CONCEPTS = (
    "Basic principles",
    "Emergence",
    "Adaptation",
    "Objectives",
    "Learning",
    "Prediction",
    "Sensing",
    "Interaction",
    "Stochasticity",
    "Collectives",
    "Observation",
)


def section(number: int) -> str:
    """Cut out one of the seven elements."""
    return re.split(r"^## ", ODD, flags=re.MULTILINE)[number]


def test_the_seven_elements_stand_in_their_order() -> None:
    assert re.findall(r"^## (\d)\. (.+)$", ODD, re.MULTILINE) == [
        (str(number), name) for number, name in enumerate(ELEMENTS, start=1)
    ]


def test_the_eleven_design_concepts_stand_in_their_order() -> None:
    assert tuple(re.findall(r"^### (.+)$", section(4), re.MULTILINE)) == CONCEPTS


def test_no_section_is_empty() -> None:
    parts = re.split(r"^#{2,3} .+$", ODD, flags=re.MULTILINE)[1:]
    short = [part.strip() for part in parts if len(part.split()) < 5]
    assert short == [""], "only the heading of the design concepts stands without words of its own"


def test_every_column_of_a_resident_is_a_state_variable_and_none_is_invented() -> None:
    listed = re.findall(r"^\| `(\w+)` \| `[ui]\d`", section(2), re.MULTILINE)
    assert listed == [column.name for column in COLUMNS]


def test_every_service_is_a_submodel() -> None:
    listed = re.findall(r"^\| `([\w-]+)` \|", section(7), re.MULTILINE)
    assert listed == [service.id for service in load_services()[0]]


def test_the_order_of_a_month_is_the_order_that_step_and_replay_call() -> None:
    words = section(3).partition("\n")[2]
    numbered = re.findall(r"^(\d+)\. (.+)$", words, re.MULTILINE)
    assert [int(number) for number, _ in numbered] == list(range(1, len(numbered) + 1))
    doors = {
        "`sim.life`": "live",
        "`sim.demand`": "record",
        "own agents act": "do",
        "collector": "collect",
        "`sim.cascade`": "choose",
        "`sim.facilities`": "serve",
        "`sim.workload`": "carry",
    }
    said = [door for _, line in numbered for sign, door in doors.items() if sign in line]
    assert said == list(doors.values())
    called = calls_of("step") + calls_of("replay")
    assert [call for call in dict.fromkeys(called) if call in said] == said
    (of_agents,) = [line for _, line in numbered if "own agents act" in line]
    assert "`sim.months`" in of_agents and "turn" in calls_of("residents"), "columns turn where agents look"


def test_the_order_of_a_month_of_life_is_that_of_its_rules() -> None:
    life = ast.parse((HOUSE / "sim" / "lifetime.py").read_text(encoding="utf-8"))
    stems = {1: "older", 2: "die", 3: "birth", 4: "away|leave", 5: "function", 6: "work"}
    for words in (section(3), ast.get_docstring(life) or ""):
        listed = dict(re.findall(r"^(\d)\. (.+)$", words, re.MULTILINE))
        assert all(re.search(stem, listed[str(number)]) for number, stem in stems.items())
    rules = {
        "_happen": ("death", "DIED", "GAVE_BIRTH", "LEFT", "regain", "become_disabled"),
        "_live_month": ("age", "_happen", "work"),
    }
    for function, names in rules.items():
        assert [name for name in names_in(life, function) if name in names] == list(names)


def names_in(tree: ast.Module, function: str) -> list[str]:
    """List the names in the body of a function, each where it first stands."""
    (found,) = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == function]
    names = [node for part in found.body for node in ast.walk(part) if isinstance(node, ast.Name)]
    names.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.id for node in names))


def calls_of(name: str, of_class: bool = True) -> list[str]:
    """List what the model calls, in the order of the text, its own and the market's functions opened."""
    tree, market = (
        ast.parse((HOUSE / "sim" / f"{room}.py").read_text("utf-8")) for room in ("model", "market")
    )
    (model,) = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "CommunityModel"]
    methods, functions = (
        {node.name: node for node in where.body if isinstance(node, ast.FunctionDef)}
        for where in (model, market)
    )
    body, called = (methods if of_class else functions)[name], []
    calls = [node for node in ast.walk(body) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        told, own = ast.unparse(call.func), ast.unparse(call.func).removeprefix("self.")
        called.append(told.rsplit(".")[-1])
        if told == "recall.of":  # a step that is remembered is named, not called
            called.append(ast.unparse(call.args[1]))
        if told.startswith("self.") and own in methods:
            called += calls_of(own)
        elif told in functions:
            called += calls_of(told, of_class=False)
    return called


def test_counts_of_places_are_those_of_the_registry() -> None:
    from sim.places import load_atlas

    atlas = load_atlas()
    for count in (len(atlas.counties.code), len(atlas.townships.code), len(atlas.communities.code)):
        assert f"{count:,}" in section(2)


def test_the_glossary_names_what_the_code_holds() -> None:
    glossary = (HOUSE / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8")
    names = re.findall(r"^\|[^|]+\|[^|]+\| `([^`]+)` \|", glossary, re.MULTILINE)
    packages = ("sim", "evidence", "scenarios", "calibration", "results")
    files = [
        path
        for package in packages
        for ending in ("py", "toml")
        for path in (HOUSE / package).rglob(f"*.{ending}")
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    unknown = [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
    assert names and not unknown, f"the glossary speaks of what is not there: {unknown}"
