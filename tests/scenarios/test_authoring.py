"""Help for writers of scenarios: new, diff, lists and the JSON Schema."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from scenarios.authoring import differences, find_dated, find_settings, new_scenario
from scenarios.editors import json_schema
from scenarios.facility_kinds import load_turnovers
from scenarios.load import FOLDER, define, load_scenario, scenario_names
from sim.errors import ScenarioError

MALFORMED = Path(__file__).parent / "malformed"
EXAMPLE = re.compile(r"(?:^# .+\n)+", re.MULTILINE)


# ---- new


def examples(text: str) -> list[str]:
    """Return the commented tables of a new file with their marks taken off."""
    blocks = (re.sub("^# ", "", block, flags=re.MULTILINE) for block in EXAMPLE.findall(text))
    return [block for block in blocks if block.startswith("[")]


@pytest.mark.parametrize("parent", scenario_names())
def test_a_new_scenario_is_its_parent_until_it_is_changed(tmp_path: Path, parent: str) -> None:
    path = new_scenario("mine", parent, tmp_path)
    mine = load_scenario(path)
    assert mine.extends[0] == f"{parent}.toml"
    assert differences(load_scenario(parent), mine) == []


def test_every_example_of_a_new_file_is_valid_alone_and_together(tmp_path: Path) -> None:
    text = new_scenario("mine", "plan-2025", tmp_path).read_text(encoding="utf-8")
    head = text[: text.index("# [")]
    found = examples(text)
    sections = {block[1:].split(".")[0].split("]")[0] for block in found}
    dated = {"supply", "nursing_share", "staff", "counted", "hours", "price", "workforce"}
    assert sections == dated | {"standard", "set"}
    for number, block in enumerate([*found, "\n".join(found)]):
        path = tmp_path / f"example-{number}.toml"
        path.write_text(head + block, encoding="utf-8")
        assert load_scenario(path).id == f"example-{number}"


def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    path = new_scenario("mine", "plan-2025", tmp_path)
    path.write_text("title = 'kept'\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="must be free"):
        new_scenario("mine", "plan-2025", tmp_path)
    assert path.read_text(encoding="utf-8") == "title = 'kept'\n"


@pytest.mark.parametrize(
    "name", ["", "../mine", "a/b", ".hidden", "mine.toml", "a b", 'a"b', "a\nb", "x" * 65, "-"]
)
def test_a_name_that_is_none_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScenarioError, match="NAME = "):
        new_scenario(name, "plan-2025", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_new_scenario_hides_none_that_comes_with_jinlin(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="my-staff-short"):
        new_scenario("staff-short", "plan-2025", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["莆田试点", "my-county_2025", "v1.2"])
def test_names_of_any_script_are_taken(tmp_path: Path, name: str) -> None:
    assert load_scenario(new_scenario(name, "plan-2025", tmp_path)).title.zh == name


def test_a_parent_out_of_reach_is_refused(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    for name in ("base", "plan-2025"):  # one that would not be found, one for which another would be
        source = there / f"{name}.toml"
        source.write_text('title = "a base"\nextends = "baseline-2020"\n', encoding="utf-8")
        with pytest.raises(ScenarioError, match=r"extends = 'base'|--from"):
            new_scenario("mine", str(source), here)
    assert list(here.iterdir()) == []
    assert load_scenario(new_scenario("mine", str(there / "base.toml"), there)).extends[0] == "base.toml"


# ---- diff


def test_no_scenario_differs_from_itself() -> None:
    for name in scenario_names():
        assert differences(load_scenario(name), load_scenario(name)) == []


def test_a_value_that_may_be_dated_in_two_ways_differs_in_either() -> None:
    found = differences(load_scenario("plan-2025"), load_scenario("staff-short"))
    mine = [each for each in found if each.key == "staff.social-worker"]
    assert [(each.date, each.first, each.second, each.unit) for each in mine] == [
        ("2025-12", "1", "0.6", "share of posts filled")
    ]


@pytest.mark.parametrize("first", scenario_names())
@pytest.mark.parametrize("second", scenario_names())
def test_a_difference_read_the_other_way_has_its_sides_swapped(first: str, second: str) -> None:
    there = differences(load_scenario(first), load_scenario(second))
    back = differences(load_scenario(second), load_scenario(first))
    swapped = {(each.key, each.date, each.second, each.first) for each in back}
    assert {(each.key, each.date, each.first, each.second) for each in there} == swapped


def test_differences_stand_at_the_dates_that_either_file_writes() -> None:
    found = differences(load_scenario("plan-2025"), load_scenario("plan-2025-late"))
    assert {each.date for each in found} == {"2024-06"}  # both end alike
    workers = next(each for each in found if each.key == "staff.community-worker")
    assert workers.second == "14"
    assert float(workers.first) == pytest.approx(
        14 + 4 * 1277 / 1826, abs=1e-4
    )  # days gone of the five years


def test_replaced_settings_and_standards_are_differences(tmp_path: Path) -> None:
    path = new_scenario("mine", "plan-2025", tmp_path)
    more = '[set."elder-bed.wish"]\nvalue = 0.03\nsource = "a test"\nquality = "assumed"\nreason = "a test"\n'
    more += '[standard.nursing-bed]\nwithin_days = 14\nshare = 0.8\nreason = "a test"\n'
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    found = {each.key: each for each in differences(load_scenario("plan-2025"), load_scenario(path))}
    assert set(found) == {"set.elder-bed.wish", "standard.nursing-bed"}
    assert found["standard.nursing-bed"].second == "0.8 within 14 days"
    assert found["set.elder-bed.wish"].second.startswith("0.03 (")


# ---- lists


def test_everything_that_can_be_set_is_listed_with_its_range_unit_and_source() -> None:
    names = {quantity.name for quantity in find_settings() if quantity.touches != "forecast"}
    of_accounts = {name for turnover in load_turnovers().values() for name in turnover.names}
    assert names == set(load_scenario("baseline-2020").settings) | of_accounts
    assert names == set(load_scenario("staff-churn").settings)
    assert all(q.unit and q.source and q.low <= q.value <= q.high for q in find_settings())
    assert {key for key, _ in find_dated()} == set(define().vocabulary.units)
    assert all(unit.low < unit.high for _, units in find_dated() for unit in units)


def test_a_word_finds_settings_by_name_and_by_title_in_both_languages() -> None:
    wish = define().vocabulary.settings.quantities["elder-bed.wish"]
    for word in (wish.name, wish.title_en.upper(), wish.title_zh):
        assert "elder-bed.wish" in {quantity.name for quantity in find_settings(word)}
    assert find_settings("no such word") == []
    assert [key for key, _ in find_dated("share of townships")] == ["supply.social-work-station"]


# ---- JSON Schema: a check of the few words of it that are used here


def complaints(value: Any, schema: dict[str, Any]) -> list[str]:
    """Say where a value breaks a JSON Schema."""
    if "anyOf" in schema:
        tried = [complaints(value, each) for each in schema["anyOf"]]
        return [] if any(not each for each in tried) else tried[0]
    found = (
        [f"{value!r} is no {schema['type']}"] if "type" in schema and not _is(value, schema["type"]) else []
    )
    found += [f"{value!r} is not allowed"] if value not in schema.get("enum", [value]) else []
    found += [f"{value!r} is not {schema['const']!r}"] if value != schema.get("const", value) else []
    if found:
        return found
    if isinstance(value, dict):
        return _of_object(value, schema)
    if isinstance(value, int | float) and not isinstance(value, bool):
        inside = schema.get("minimum", value) <= value <= schema.get("maximum", value)
        return [] if inside else [f"{value!r} is out of range"]
    if isinstance(value, str):
        inside = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        return [] if inside else ["a text too short or too long"]
    return []


def _of_object(value: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    found = [f"{key} is missing" for key in schema.get("required", []) if key not in value]
    pattern = schema.get("propertyNames", {}).get("pattern", "")
    found += [f"{key} is no name" for key in value if not re.search(pattern, key)]
    found += ["too few"] if len(value) < schema.get("minProperties", 0) else []
    for key, inner in value.items():
        if key in known:
            found += complaints(inner, known[key])
        elif others is False:
            found.append(f"{key} is unknown")
        elif isinstance(others, dict):
            found += complaints(inner, others)
    if "if" in schema and not complaints(value, schema["if"]):
        found += complaints(value, schema["then"])
    return found


def _is(value: Any, kind: str) -> bool:
    kinds: dict[str, Any] = {
        "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
    }  # fmt: skip
    return isinstance(value, kinds[kind]) and (kind == "boolean" or not isinstance(value, bool))


@pytest.mark.parametrize("name", scenario_names())
def test_the_schema_takes_every_scenario_of_the_project(name: str) -> None:
    table = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    assert complaints(table, json_schema()) == []


SAID_BY_THE_FILE_ALONE = (
    "unknown-", "unit-", "path-", "share-of-two", "value-negative", "value-text", "month-13", "source-m",
    "quality-", "assumed-", "step-", "standard-", "title-", "target-by", "kind-number",
)  # fmt: skip
SCHEMA_CASES = [
    path for path in sorted(MALFORMED.glob("*.toml")) if path.name.startswith(SAID_BY_THE_FILE_ALONE)
]


@pytest.mark.parametrize("path", SCHEMA_CASES, ids=lambda path: path.stem)
def test_the_schema_finds_what_the_checker_finds(path: Path) -> None:
    """An editor warns of what one file alone shows; settings' names are left open to nested tables."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    found = complaints(table, json_schema())
    assert found or path.stem in ("unknown-setting", "title-blank")


def test_there_is_something_for_the_schema_to_find() -> None:
    assert len(SCHEMA_CASES) > 30
