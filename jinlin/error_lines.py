"""Say in Chinese what the model refuses in English: the same line, its values as they stand."""

from __future__ import annotations

import re
from functools import cache

from jinlin.words_refused import REFUSED
from jinlin.words_refused_options import REFUSED_OPTIONS
from jinlin.words_refused_sweeps import REFUSED_SWEEPS

SENTENCES = (*REFUSED, *REFUSED_OPTIONS, *REFUSED_SWEEPS)

_PLACE = re.compile(r"(\{n?\})")
_WHAT = {"{}": "(.+?)", "{n}": r"(-?[\d.,]+(?:e[+-]?\d+)?)"}


def error_line(text: str, language: str) -> str:
    """Return what was refused in a language; a sentence that has no Chinese stays English.

    >>> error_line("rural.toml: staff.path = -18 must be 0 to 200 (give a value inside the range)", "zh")
    'rural.toml：staff.path = -18，应为0至200（请给出范围内的值）'
    >>> error_line("rural.toml: staff.path = -18 must be 0 to 200", "en")
    'rural.toml: staff.path = -18 must be 0 to 200'
    """
    return _chinese(text) if language == "zh" else text


def _chinese(text: str) -> str:
    """Put a sentence into Chinese, and what is filled in where that is a sentence, too."""
    for pattern, chinese in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return chinese.format(*map(_chinese, found.groups()))
    return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    ordered = sorted(SENTENCES, key=lambda pair: -len(_PLACE.sub("", pair[0])))  # the more particular first
    return tuple((re.compile(_pattern(english), re.DOTALL), chinese) for english, chinese in ordered)


def _pattern(english: str) -> str:
    return "".join(_WHAT.get(part) or re.escape(part) for part in _PLACE.split(english))
