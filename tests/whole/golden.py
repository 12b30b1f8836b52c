"""The pinned run: one small county under the plan, to the end of 2025.

``.venv/bin/python -m tests.whole.golden`` pins it anew.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from scenarios.runner import Outcome, run_study
from sim.clock import MONTHS_TO_END_OF_2025
from tests.whole.small_study import SEED, SMALLEST, study

FILE = Path(__file__).with_name("golden.json")
SCENARIO = "plan-2025"


@cache
def measured() -> dict[str, object]:
    """Run the county and return its headlines: integers, and the hash of all tables."""
    one = study(months=MONTHS_TO_END_OF_2025, scenario=SCENARIO)
    (outcome,) = run_study(one, 1)
    ids = [service.id for service in one.scenarios[0].services]
    return {
        "run": f"{SMALLEST}, {SCENARIO}, seed {SEED}, 1 replication, {MONTHS_TO_END_OF_2025} months",
        "headlines": _of_life(outcome) | _of_services(outcome, ids),
        "result_hash": outcome.result_hash,
    }


def _of_life(outcome: Outcome) -> dict[str, int]:
    life = outcome.tables["life"]
    last = life["year"] == 2025
    sums = {name: int(life[name].sum()) for name in ("births", "deaths", "arrivals", "leavers")}
    return {
        "residents at the census": int(outcome.residents[0]),
        "residents at the end of 2025": int(outcome.residents[1]),
        "aged 80+ at the end of 2025": int(life["age_80_plus"][last].sum()),
    } | {f"{name} in 62 months": total for name, total in sums.items()}


def _of_services(outcome: Outcome, ids: list[str]) -> dict[str, int]:
    """Read who is served in 2025, and what waits or is undone at its end."""
    months, cascade = outcome.tables["months"], outcome.tables["cascade"]
    end = months["month"] == MONTHS_TO_END_OF_2025 - 1
    found = {}
    for index, service in enumerate(ids):
        year = (cascade["service"] == index) & (cascade["year"] == 2025)
        here = end & (months["service"] == index)
        if year.any():
            found[f"{service}: served in 2025"] = int(cascade["served"][year].sum())
            found[f"{service}: waiting at the end"] = int(months["waiting"][here].sum())
        else:
            found[f"{service}: minutes undone at the end"] = int(months["minutes_backlog"][here].sum())
    beds = np.isin(months["service"], [i for i, name in enumerate(ids) if name.endswith("-bed")])
    first = months["month"] == 0
    return found | {"in a bed at the end of the first month": int(months["in_place"][beds & first].sum())}


if __name__ == "__main__":
    FILE.write_text(json.dumps(measured(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"pinned {FILE.name}: now write what moved, and why, under 'Numbers change' in CHANGELOG.md")
