"""The words of the report in Chinese and English, read from ``words.toml``; text of scenarios is not here.

``say(key, language, **parts)`` fills a phrase. A key without words is an error, so that none is missed.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
FILE = Path(__file__).parent / "words.toml"


def say(key: str, language: str, **parts: object) -> str:
    """Return the words of a key in a language, filled with parts.

    >>> say("draws", "en", count=4, drawn=3, twins="")
    '4 replications (1 at central values, 3 drawn)'
    """
    return str(_read()["words"][key][language]).format(**parts)


def formula(key: str, language: str, **parts: object) -> str:
    """Return the words of a formula in a language."""
    return str(_read()["formulas"][key][language]).format(**parts)


def unit_in_chinese(name: str) -> str:
    """Return a setting's unit in Chinese; one chance over another is a ratio; others stand as they are.

    >>> unit_in_chinese("yuan a month")
    '元/月'
    """
    units = _read()["units"]
    return str(units["ratio"] if " / " in name else units.get(name, name))


def keys() -> tuple[str, ...]:
    """List every key of the words."""
    return tuple(_read()["words"])


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
