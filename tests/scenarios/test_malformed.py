"""Scenario files that cannot be used: what is said of each, in one line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.load import FOLDER, load_scenario
from sim.errors import ScenarioError

MALFORMED = Path(__file__).parent / "malformed"


def cases() -> list[tuple[str, str]]:
    """List the malformed files with what must be said of each."""
    with (MALFORMED / "expected.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["file"], row["says"]) for row in csv.DictReader(lines)]


def test_there_are_forty_malformed_files_and_each_is_expected() -> None:
    files = {path.name for path in MALFORMED.glob("*.toml")}
    assert files == {file for file, _ in cases()}
    assert len(files) >= 40


@pytest.mark.parametrize(("file", "says"), cases(), ids=[file for file, _ in cases()])
def test_a_malformed_file_gets_one_line_that_names_file_and_key(file: str, says: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(MALFORMED / file)
    line = str(caught.value)
    assert says in line
    assert ".toml: " in line and " must be " in line and line.rstrip(")").count("(") >= 1
    assert len(line.splitlines()) == 1 and line.isprintable()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "plan 2025", "plan-2026", "supply", "no/such.toml", "scenarios"]
)
def test_a_scenario_that_is_not_there_is_said_to_be_missing(name: str) -> None:
    with pytest.raises(ScenarioError, match="SCENARIO = "):
        load_scenario(name)


def test_a_folder_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(ScenarioError, match="a file that exists"):
        load_scenario(tmp_path / "folder.toml")
    (tmp_path / "huge.toml").write_bytes(b"# " + b"a" * 2_000_000)
    with pytest.raises(ScenarioError, match="the size = 2000002 must be up to 1000000 bytes"):
        load_scenario(tmp_path / "huge.toml")


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_whatever_is_done_to_a_file_it_loads_or_is_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = (FOLDER / "plan-2025.toml").read_text(encoding="utf-8").splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.integers(0, len(lines) - 1))
        words = st.sampled_from(
            ["nan", "-1", '"18"', "[]", "{}", "true", "1e999", "2025-13", "\x00", '"""', "=", "[set]"]
        )
        lines[where] = data.draw(
            st.one_of(st.just(""), words, words.map(lambda w, x=lines[where]: f"{x.partition('=')[0]}= {w}"))
        )
    path = tmp_path_factory.mktemp("changed") / "changed.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        load_scenario(path)
    except ScenarioError as wrong:
        assert len(str(wrong).splitlines()) == 1
