"""A pledge: a forecast with what would overturn it, under the hash of all it says.

The hash is the SHA-256 of the content as JSON with sorted keys, no spaces and no escapes; whoever changes a
number afterwards changes it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from calibration.forecast import COLUMNS, YEAR, Forecast
from results.estimates import Estimate
from results.overturning import SPEAKS, VERDICT, overturning, spoken_against
from results.tables import Run
from results.verdicts import verdicts
from scenarios.ledgers import sources
from sim.compiled import fingerprint
from sim.errors import RunError

FIVE = COLUMNS[2:]


def pledge(done: Forecast, run: Run | None = None) -> dict[str, Any]:
    """Pledge the intervals of a forecast, and the verdicts of a finished run where one is given."""
    content = {
        "made_from": YEAR,
        "seed": done.seed,
        "draws": done.draws,
        "market_draws": done.market_draws,
        "code": fingerprint(),
        "sources": sources(),
        "indicators": [
            _pledged(name, year, [round(float(each)) for each in five])
            for name, values in done.quantiles.items()
            for year, five in zip(done.years, values, strict=True)
        ],
        "verdicts": _verdicts(run) if run else None,
    }
    return {"sha256": digest(content), "content": content}


def digest(content: Any) -> str:
    """Return the hash of some content: the same for any order of its keys.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _pledged(name: str, year: int, five: list[int]) -> dict[str, Any]:
    return {
        "indicator": name,
        "year": year,
        "unit": "persons",
        **dict(zip(FIVE, five, strict=True)),
        "overturned_by": overturning(name, year, five[0], five[-1]),
        "speaks_against": spoken_against(name),
    }


def _verdicts(run: Run) -> dict[str, Any]:
    """Pledge what a run says of each target."""
    manifest = run.manifest
    return {
        "scenario": manifest.scenario,
        "places": list(manifest.places),
        "replications": manifest.replications,
        "seed": manifest.seed,
        "result_hash": manifest.result_hash,
        "targets": [
            {
                "id": each.target.id,
                "title": {"zh": each.target.title.zh, "en": each.target.title.en},
                "delivered": each.delivered.yes,
                "met": _interval(each.met),
                "grade": each.grade,
                "overturned_by": _overturns(each.met),
            }
            for each in verdicts(run)
        ],
    }


def _interval(met: Estimate | None) -> dict[str, float] | None:
    return None if met is None or not met.known else {"mean": met.mean, "low": met.low, "high": met.high}


def _overturns(met: Estimate | None) -> dict[str, str] | None:
    ends = _interval(met)
    return {"zh": VERDICT.zh.format(**ends), "en": VERDICT.en.format(**ends)} if ends else None


def read_pledge(path: Path) -> dict[str, Any]:
    """Read a pledge and hold its content against its hash.

    Raises RunError, naming the file, where it is none or was changed.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else "not JSON"
        raise RunError(
            f"{path}: cannot be read as a pledge: {reason}; give a file of 'jinlin pledge'"
        ) from None
    if not isinstance(raw, dict) or not {"sha256", "content"} <= raw.keys():
        raise RunError(f"{path}: is no pledge: sha256 or content is missing; give a file of 'jinlin pledge'")
    found = digest(raw["content"])
    if found != raw["sha256"]:
        told = str(raw["sha256"])[:12]
        raise RunError(
            f"{path}: was changed: sha256 is {found[:12]}…, not {told}…; take the file as it was pledged"
        )
    _check(path, raw["content"])
    return dict(raw["content"])


def _check(path: Path, content: Any) -> None:
    entries = content.get("indicators") if isinstance(content, dict) else None
    keys = {"indicator", "year", *FIVE}
    if not isinstance(entries, list) or not all(
        isinstance(each, dict) and keys <= each.keys() and each["indicator"] in SPEAKS for each in entries
    ):
        raise RunError(f"{path}: is no pledge of this version: indicators are missing; pledge again")
