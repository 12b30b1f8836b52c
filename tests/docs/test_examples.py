"""Every command and every example of the docs runs, in the order in which a reader meets them."""

from __future__ import annotations

import doctest
import importlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGES = [HOUSE / "README.md", *sorted((HOUSE / "docs").rglob("*.md"))]
PACKAGES = ("sim", "evidence", "scenarios", "calibration", "results", "jinlin")
MODULES = [
    ".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")
    for package in PACKAGES
    for path in sorted((HOUSE / package).rglob("*.py"))
    if path.stem != "__main__"
]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MINUTES = 5
LONG = ("compare-staffing-scenarios.md", "for-a-researcher.md")  # of these every command runs as a slow test


def label(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def examples(path: Path) -> list[tuple[str, str]]:
    """List the fenced passages of a page with their language."""
    return [(match[1], match[2]) for match in FENCE.finditer(path.read_text(encoding="utf-8"))]


def runs_something(path: Path) -> bool:
    return any(language in ("console", "python") for language, _ in examples(path))


def test_the_docs_show_by_example() -> None:
    shelves = {path.parent.name for path in PAGES if runs_something(path)}
    assert {"tutorial", "how-to"} <= shelves


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[pytest.mark.slow] if path.name in LONG else [], id=label(path))
        for path in PAGES
        if runs_something(path)
    ],
)
def test_a_reader_who_follows_a_page_gets_there(path: Path, tmp_path: Path) -> None:
    python: dict[str, object] = {}
    for language, text in examples(path):
        if language == "console":
            for line in text.splitlines():
                assert line.startswith("$ "), f"{label(path)}: write commands as '$ …', not {line!r}"
                follow(line.removeprefix("$ "), tmp_path)
        elif language == "toml":
            write(text, tmp_path)
        elif language == "python":
            run_python(text, python, tmp_path)


def follow(command: str, folder: Path) -> None:
    """Run one command of a page in a reader's folder; chores of make are held to exist."""
    words = shlex.split(command)
    if words[0] == "make":
        done = subprocess.run(
            ["make", "-n", *words[1:]], cwd=HOUSE, capture_output=True, text=True, timeout=60
        )
    else:
        assert words[0] == "jinlin", f"who runs {command!r}?"
        environment = os.environ | {"PYTHONPATH": str(HOUSE), "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "jinlin", *words[1:]],
            cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=60 * MINUTES,
        )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def write(text: str, folder: Path) -> None:
    """Do what a page says about a file: its first line names it; it is made, or added to."""
    named = re.match(r"# ([\w-]+\.toml)\n", text)
    if named:
        path = folder / named[1]
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(f"{before}\n{text}", encoding="utf-8")


def run_python(text: str, names: dict[str, object], folder: Path) -> None:
    """Run a Python example in a reader's folder; names live on to the next example of the page."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        exec(compile(text, "<example>", "exec"), names)
    finally:
        os.chdir(here)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=flags)
    assert not failed


def test_every_scenario_of_the_project_is_sound() -> None:
    from scenarios.load import load_scenario, scenario_names

    names = scenario_names()
    asked = {
        "baseline-2020",
        "plan-2025",
        "plan-2025-late",
        "plan-2025-relabelled",
        "staff-short",
        "staff-churn",
        "staff-overtime",
        "companion-elder",
    }
    assert asked <= set(names)
    for name in names:
        assert load_scenario(name).targets, f"{name} judges no target"
