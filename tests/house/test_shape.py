"""The shape of the house: short modules with telling names, and no service named in code."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PACKAGES = ("sim", "evidence", "scenarios", "calibration", "results", "jinlin")
SOURCES = [path for package in PACKAGES for path in sorted((HOUSE / package).rglob("*.py"))]
CODE = SOURCES + sorted((HOUSE / "tests").rglob("*.py")) + sorted((HOUSE / "docs").rglob("*.py"))
LONGEST = 350
VAGUE = {"util", "utils", "helper", "helpers", "common", "misc", "core", "base", "stuff", "shared", "tools"}
HEAVY = ("mesa", "simpy", "matplotlib", "scipy.stats", "polars", "numba", "pandas")


def label(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


@pytest.mark.parametrize("path", CODE, ids=label)
def test_a_module_is_short_enough_to_know(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST, f"{label(path)} has {lines} lines: split it by noun"


@pytest.mark.parametrize("path", CODE, ids=label)
def test_a_module_is_named_for_what_it_holds(path: Path) -> None:
    assert path.stem not in VAGUE and path.parent.name not in VAGUE, f"{label(path)}: the name says nothing"


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_a_module_and_its_public_names_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{label(path)} has no docstring"
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent, f"{label(path)}: no docstring on {silent}"


def service_ids() -> set[str]:
    """Read the ids of the services from the definitions."""
    files = sorted((HOUSE / "scenarios" / "services").glob("*.toml"))
    assert files, "scenarios/services holds no definition"
    return {file.stem for file in files} | {
        str(tomllib.loads(file.read_text(encoding="utf-8")).get("id", file.stem)) for file in files
    }


def test_no_service_is_named_in_the_simulation() -> None:
    ids = service_ids()
    named = []
    for path in sorted((HOUSE / "sim").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        words = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings may
        named += [
            f"{label(path)}:{node.lineno} {node.value!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in words
            and any(service in node.value for service in ids)
        ]
    assert not named, f"a service is data, not code: {named}"


def test_the_command_line_opens_without_the_heavy_libraries() -> None:
    script = f"import sys, jinlin.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=HOUSE, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]", "import these where a command needs them"
