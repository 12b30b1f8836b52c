"""The glossary has every kind, service, facility, cadre, step and verdict of the code, by the name in use."""

from __future__ import annotations

import re
from dataclasses import fields
from enum import Enum
from pathlib import Path

import pytest

import sim.kinds
from jinlin.words_compare import WORDS_COMPARE
from results import differences
from results.demands import EQUITY
from results.verdicts import Verdict
from results.words import say
from scenarios.definitions import load_services
from scenarios.facility_kinds import load_cadres, load_kinds
from sim.kinds import Step

GLOSSARY = Path(__file__).parents[2] / "docs" / "reference" / "glossary.md"
TEXT = GLOSSARY.read_text(encoding="utf-8")
ENUMS = [
    each
    for each in vars(sim.kinds).values()
    if isinstance(each, type) and issubclass(each, Enum) and list(each)
]
VERDICTS = ("delivered", "met", "enough", "idle", "binding", "break_even")


def section(heading: str) -> str:
    """Cut out what stands under a heading that begins so, up to the next heading."""
    found = re.search(rf"^#+ {re.escape(heading)}.*?$(.*?)(?=^#|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, f"the glossary has no heading {heading!r}"
    return found[1]


def cells(text: str) -> list[list[str]]:
    """List the rows of the tables of a passage, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    bars = [number for number, line in enumerate(lines) if line.startswith("|---")]
    heads = {number + step for number in bars for step in (-1, 0)}
    rows = [line for number, line in enumerate(lines) if number not in heads]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def entries(heading: str) -> dict[str, tuple[str, str]]:
    """Read a table of terms: code name to Chinese and English."""
    return {row[2].strip("`"): (row[0], row[1]) for row in cells(section(heading))}


def test_the_enums_found_are_those_of_the_module() -> None:
    assert {"Living", "Outcome", "Quality"} <= {each.__name__ for each in ENUMS}


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_every_member_of_a_kind_stands_in_order_with_both_names(kind: type[Enum]) -> None:
    rows = cells(section(f"`{kind.__name__}`"))
    assert [row[0].strip("`") for row in rows] == [member.name for member in kind]
    assert all(len(row) == 3 and row[1] and row[2] for row in rows)


def test_no_kind_is_explained_that_the_code_has_not() -> None:
    explained = re.findall(r"^### `(\w+)`", TEXT, re.MULTILINE)
    assert explained == [kind.__name__ for kind in ENUMS]


def test_services_stand_under_their_own_names() -> None:
    assert entries("Services") == {each.id: (each.name.zh, each.name.en) for each in load_services()[0]}


def test_facilities_cadres_and_pools_stand_under_their_own_names() -> None:
    here = entries("Facilities and staff")
    for each in (*load_kinds()[0], *load_cadres()):
        assert here.get(each.id) == (each.name.zh, each.name.en)
    known = here.keys() | entries("Services").keys()
    assert {pool.id for kind in load_kinds()[0] for pool in kind.pools} <= known


def test_verdicts_are_those_that_are_judged() -> None:
    assert set(VERDICTS) <= {field.name for field in fields(Verdict)}
    assert set(VERDICTS) <= entries("Verdicts").keys()


def test_verdicts_on_differences_stand_under_the_words_of_the_terminal() -> None:
    here = entries("Comparing")
    for each in differences.Verdict:
        english, chinese = WORDS_COMPARE[f"verdict {each.name.lower()}"]
        assert here.get(each.name) == (chinese, english) == (chinese, each.value)
    assert EQUITY.keys() <= here.keys()


def test_the_steps_of_the_cascade_are_named_as_in_reports() -> None:
    chinese = {row[0].strip("`"): row[1] for row in cells(section("`Step`"))}
    assert chinese == {step.name: say(f"step_{step.name.lower()}", "zh") for step in Step}


def test_no_name_is_explained_twice_on_one_shelf() -> None:
    for heading in (
        "People and places",
        "Need and choice",
        "Services",
        "Facilities and staff",
        "Verdicts",
        "Comparing",
        "Running",
    ):
        names = [row[2] for row in cells(section(heading))]
        assert names and len(names) == len(set(names)), heading
