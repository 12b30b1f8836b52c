"""The pinned run stays to the last person, until a line under "Numbers change" says why it moved."""

from __future__ import annotations

import json

from tests.whole.golden import FILE, measured

REMEDY = (
    "numbers have moved. If that is meant: write what, by how much and why under 'Numbers change' in "
    "CHANGELOG.md, then pin the run anew with `.venv/bin/python -m tests.whole.golden`."
)


def pinned() -> dict[str, object]:
    read: dict[str, object] = json.loads(FILE.read_text(encoding="utf-8"))
    return read


def test_the_headlines_of_the_pinned_run_stand() -> None:
    now, before = measured()["headlines"], pinned()["headlines"]
    assert isinstance(now, dict) and isinstance(before, dict)
    moved = {
        name: (before.get(name), now.get(name)) for name in before | now if before.get(name) != now.get(name)
    }
    assert not moved, f"{REMEDY} Moved (pinned, now): {moved}"


def test_every_integer_of_the_pinned_run_stands() -> None:
    assert measured()["result_hash"] == pinned()["result_hash"], REMEDY


def test_the_pinned_run_is_the_one_that_is_told() -> None:
    assert measured()["run"] == pinned()["run"]
