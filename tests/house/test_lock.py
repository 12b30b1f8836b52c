"""What is installed: every import is declared, everything declared is pinned, no address is recorded."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOUSE = Path(__file__).parents[2]
PACKAGES = {"sim", "evidence", "scenarios", "calibration", "results", "jinlin"}
OWN = PACKAGES | {"tests", "docs", "benchmarks"}
LOCK = HOUSE / "requirements.lock"
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
FILES_WITH_WORDS = [
    path
    for name in ("requirements.lock", "pyproject.toml", "Makefile", ".ci/run")
    for path in [HOUSE / name]
    if path.exists()
]


def pinned() -> list[Requirement]:
    """Read the lines of the lock."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def declared(extra: str = "") -> set[str]:
    """Name what pyproject.toml asks for, with an extra where wanted."""
    wanted = list(PROJECT["project"]["dependencies"])
    if extra:
        wanted += PROJECT["project"]["optional-dependencies"][extra]
    return {canonicalize_name(Requirement(line).name) for line in wanted}


def foreign_imports(*folders: str) -> dict[str, set[str]]:
    """Collect imports from outside the house and the standard library: library to files."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for path in sorted((HOUSE / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                for name in {each.split(".")[0] for each in names}:
                    if name and name not in OWN | set(sys.stdlib_module_names):
                        found.setdefault(name, set()).add(path.relative_to(HOUSE).as_posix())
    return found


def test_what_the_packages_import_is_declared() -> None:
    unknown = {
        name: files
        for name, files in foreign_imports(*sorted(PACKAGES)).items()
        if canonicalize_name(name) not in declared()
    }
    assert not unknown, f"add to [project] dependencies: {unknown}"


def test_what_the_tests_import_is_declared_for_developers() -> None:
    known = declared("dev") | declared("bench") | {"packaging"}  # pytest brings packaging
    own = {path.stem for path in (HOUSE / "tests").rglob("*.py")}
    unknown = {
        name: files
        for name, files in foreign_imports("tests", "docs", "benchmarks").items()
        if canonicalize_name(name) not in known and name not in own
    }
    assert not unknown, f"add to the extra dev: {unknown}"


def test_nothing_is_declared_that_nobody_imports() -> None:
    quiet = {"networkx"}  # mesa 3.5 imports it without saying so
    idle = declared() - {canonicalize_name(name) for name in foreign_imports(*sorted(PACKAGES))} - quiet
    assert not idle, f"nobody imports {idle}"


def test_everything_declared_is_pinned_to_one_version() -> None:
    names = {canonicalize_name(line.name) for line in pinned()}
    assert declared("dev") <= names
    loose = [str(line) for line in pinned() if not re.fullmatch(r"==[^*,]+", str(line.specifier))]
    assert not loose, f"not pinned: {loose}"


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_the_pins_of_every_python_fulfil_what_is_declared(python: str, platform: str) -> None:
    here = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": platform}
    versions: dict[str, str] = {}
    for line in pinned():
        if line.marker is None or line.marker.evaluate(here):
            name = canonicalize_name(line.name)
            assert name not in versions, f"{name} is pinned twice for Python {python}"
            versions[name] = str(line.specifier).removeprefix("==")
    for text in PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"]:
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate(here):
            assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)]), text


def test_what_is_installed_here_is_what_is_pinned() -> None:
    other = {
        str(line): version(line.name)
        for line in pinned()
        if (line.marker is None or line.marker.evaluate()) and version(line.name) not in line.specifier
    }
    assert not other, f"tests run on the pinned versions (`make install`), not on {other}"


@pytest.mark.parametrize("path", FILES_WITH_WORDS, ids=lambda path: path.name)
def test_no_package_index_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(
        r"--(?:extra-)?index-url|--find-links|--trusted-host|\b(?:https?|file)://\S+| @ ", text
    )
    assert not named, f"{path.name}: {named}"
