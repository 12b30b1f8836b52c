"""Central values after a fit: what the tables of settings hold, and what one run without doubt uses.

A setting that the targets taught something gets the middle of its posterior, and keeps its range and the
guess before (``prior``). The level of the wish for a bed is then found once more with everything else at its
central value, the whole province seated (``calibration.fit``): so the central run has the residents counted.
The tables are rewritten value by value, the text around them untouched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from calibration.calibrate import Calibrated
from calibration.fitted import FittedNumber
from calibration.priors import ranks_of
from evidence.settings import FOLDER
from sim.errors import EvidenceError

_SERVICES = Path(__file__).parents[1] / "scenarios" / "services"
_SUPPLY = Path(__file__).parents[1] / "scenarios" / "supply.toml"


def central_values(done: Calibrated, numbers: tuple[FittedNumber, ...]) -> dict[str, float]:
    """Return the middle of the posterior of each setting that the targets taught something."""
    middles = ranks_of(done.normal.mean(axis=0))
    return {
        prior.name: float(f"{float(prior.at(rank)):.4g}")
        for prior, rank, number in zip(done.known, middles, numbers, strict=True)
        if number.informed
    }


def store_values(values: Mapping[str, float]) -> list[Path]:
    """Write values into the tables that define them, and call them fitted; return the files changed.

    What was the value of a setting that is fitted for the first time becomes its ``prior``. Raises
    EvidenceError where a setting stands in no table.
    """
    changed: dict[Path, str] = {}
    for name, value in values.items():
        path, table = _where(name)
        text = changed.get(path) or path.read_text(encoding="utf-8")
        changed[path] = with_value(text, table, value)
    for path, text in changed.items():
        aside = path.with_suffix(".part")
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    return list(changed)


def with_value(text: str, table: str, value: float) -> str:
    r"""Return the text of a file of settings with a table's value fitted.

    >>> before = '[a.b]\nvalue = 2\nlow = 1\nhigh = 4\nquality = "assumed"\n[c]\nvalue = 2'
    >>> print(with_value(before, "a.b", 3.5))
    [a.b]
    value = 3.5
    low = 1
    high = 4
    prior = 2
    quality = "fitted"
    [c]
    value = 2
    """
    head, begin, rest = text.partition(f"[{table}]\n")
    body, more, tail = rest.partition("\n[")
    if not begin:
        raise EvidenceError(f"there is no table [{table}] to write a fitted value into")
    before = re.search(r"^value = (.*)$", body, flags=re.M)
    if before and not re.search(r"^prior = ", body, flags=re.M):
        body = re.sub(r"^(high = .*)$", rf"\1\nprior = {before[1]}", body, flags=re.M)
    body = re.sub(r"^value = .*$", f"value = {value:.10g}", body, flags=re.M)
    body = re.sub(r"^quality = .*$", 'quality = "fitted"', body, flags=re.M)
    return f"{head}{begin}{body}{more}{tail}"


def _where(name: str) -> tuple[Path, str]:
    """Return the file and the table that define a setting."""
    room, _, rest = name.partition(".")
    for path, table in (
        (FOLDER / f"{room}.toml", rest),
        (_SERVICES / f"{room}.toml", rest),
        (_SUPPLY, f"kinds.{name}"),
        (_SUPPLY, f"cadres.{name}"),
    ):
        if path.is_file() and f"\n[{table}]\n" in "\n" + path.read_text(encoding="utf-8"):
            return path, table
    raise EvidenceError(f"{name} stands in no table of settings")
