"""The page about summary.json lists its keys: every one that is written, and none besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from results.summary import summary
from results.tables import open_run
from tests.results.small_run import make_run

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "summary.md"
NAMED = {"by_year": "<year>", "services": "<id>", "targets[].doubt": "<metric>"}


def paths(value: object, above: str = "") -> Iterator[str]:
    """Name what a summary holds as the page does: years, services and list items by one sign each."""
    if isinstance(value, dict):
        for key, inner in value.items():
            sign = NAMED.get(above, key)
            yield from paths(inner, f"{above}.{sign}" if above else sign)
    elif value == []:
        return  # it may hold what others of its kind hold
    elif isinstance(value, list) and isinstance(value[0], dict):
        for inner in value:
            yield from paths(inner, f"{above}[]")
    else:
        yield above


def test_the_page_lists_the_keys_in_their_order(tmp_path: Path) -> None:
    listed = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    written = list(dict.fromkeys(paths(summary(open_run(make_run(tmp_path / "run"))))))
    assert listed == written
