"""What the docs say about the code is what the code says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

HOUSE = Path(__file__).parents[2]
PAGES = [HOUSE / "README.md", *sorted((HOUSE / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")


def label(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", HOUSE / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", PAGES, ids=label)
def test_a_page_says_what_the_code_says(path: Path, generate: ModuleType) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("<!-- generated: ") == text.count("<!-- end -->") == len(generate.names_in(text))
    assert generate.renewed(text) == text, f"{label(path)}: run `make docs`"


def test_a_picture_shows_what_the_code_draws(generate: ModuleType) -> None:
    for name, draw in generate.PICTURES.items():
        assert (HOUSE / name).read_text(encoding="utf-8") == draw(), f"{name}: run `make docs`"


def test_every_generated_passage_is_used(generate: ModuleType) -> None:
    used = {name for path in PAGES for name in generate.names_in(path.read_text(encoding="utf-8"))}
    assert used == set(generate.WRITERS)


@pytest.mark.parametrize("path", PAGES, ids=label)
def test_no_link_leads_nowhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = [each for each in LINK.findall(text) + PICTURE.findall(text) if "://" not in each]
    lost = [each for each in targets if not (path.parent / each).exists()]
    assert not lost, f"{label(path)}: {lost}"


def test_every_page_is_reached_from_the_shelves() -> None:
    reached, waiting = set(), [HOUSE / "README.md", HOUSE / "docs" / "index.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            links = LINK.findall(page.read_text(encoding="utf-8"))
            waiting += [
                page.parent / link for link in links if "://" not in link and (page.parent / link).exists()
            ]
    lost = [label(path) for path in PAGES if path.resolve() not in reached]
    assert not lost, f"no shelf leads to {lost}"
