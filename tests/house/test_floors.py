"""The floors of the house: docs/floors.toml says who may see whom, the code is held to it."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PACKAGES = ("sim", "evidence", "scenarios", "calibration", "results", "jinlin")  # from the ground up
DOORS = {  # one door per library
    "numba": {"sim.compiled"},
    "simpy": {"sim.facilities"},
    "mesa": {"sim.model"},
    "matplotlib": {"results.figures"},
    "SALib": {"results.sobol"},
    "xlsxwriter": {"results.workbook"},
}


def name_of(path: Path) -> str:
    """Name a module by its path: sim/clock.py is sim.clock, sim/__init__.py is sim."""
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    """List the modules of the packages."""
    return {name_of(path): path for package in PACKAGES for path in sorted((HOUSE / package).rglob("*.py"))}


def only_words(tree: ast.Module) -> bool:
    """Tell whether a module is a docstring and nothing else."""
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in tree.body)


@cache
def rooms() -> dict[str, Path]:
    """List the modules that hold code: a package's own docstring is no room."""
    found = {}
    for name, path in modules().items():
        if not only_words(ast.parse(path.read_text(encoding="utf-8"))):
            found[name] = path
    return found


@cache
def floors() -> dict[str, int]:
    """Read the floor of each room, ground floor 0."""
    table = tomllib.loads((HOUSE / "docs" / "floors.toml").read_text(encoding="utf-8"))
    return {room: level for level, floor in enumerate(table["floor"]) for room in floor["rooms"]}


def imports(path: Path) -> set[str]:
    """Collect the dotted names that a file imports, anywhere in it, type-checking blocks too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, (
                f"{path}: import by the full name, not {'.' * node.level}{node.module or ''}"
            )
            base = node.module or ""
            found |= {
                f"{base}.{alias.name}" if f"{base}.{alias.name}" in modules() else base
                for alias in node.names
            }
    return found


def test_every_room_stands_on_one_floor_and_every_floor_is_built() -> None:
    table = tomllib.loads((HOUSE / "docs" / "floors.toml").read_text(encoding="utf-8"))
    listed = [room for floor in table["floor"] for room in floor["rooms"]]
    assert len(listed) == len(set(listed)), "a room is listed twice in docs/floors.toml"
    assert set(listed) == set(rooms()), "docs/floors.toml and the files differ"


@pytest.mark.parametrize("room", sorted(rooms()))
def test_a_room_sees_only_lower_floors(room: str) -> None:
    level = floors()[room]
    own = {name for name in imports(rooms()[room]) if name in rooms()}
    seen_wrongly = {name for name in own if floors()[name] >= level}
    assert not seen_wrongly, f"{room} (floor {level}) sees {sorted(seen_wrongly)} on its own floor or above"


def test_a_folder_sees_only_the_folders_it_stands_on() -> None:
    height = {package: level for level, package in enumerate(PACKAGES)}
    up = [
        f"{room} sees {name}"
        for room, path in modules().items()
        for name in sorted(imports(path))
        if height.get(name.split(".")[0], -1) > height[room.split(".")[0]]
    ]
    assert not up, "\n".join(up)


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library: str) -> None:
    users = {
        room for room, path in rooms().items() if library in {name.split(".")[0] for name in imports(path)}
    }
    assert users == DOORS[library]


@pytest.mark.parametrize("room", sorted(rooms()))
def test_randomness_comes_from_streams_alone(room: str) -> None:
    path = rooms()[room]
    assert "random" not in {name.split(".")[0] for name in imports(path)}, "Python's random"
    assert not {
        name for name in imports(path) if name.startswith(("numpy.random", "scipy.stats.qmc", "secrets"))
    }
    tree = ast.parse(path.read_text(encoding="utf-8"))
    drawn = [
        f"line {node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("random", "rvs", "rng")
        and isinstance(node.value, ast.Name | ast.Attribute)
    ]
    assert not drawn, f"{room} draws outside sim.streams: {drawn}"
