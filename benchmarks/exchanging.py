"""Measure how rarely ``jinlin compare`` tells apart what is equal in law: places moved between two sites.

Of the facilities of a small county, those of one kind that open at once in one township are *exchangeable*:
a site is its township and the keyed draws of everyone's way to it and taste for it (``sim.ranking``), and
these draws are of one law. In both scenarios a fifth of the places of one facility of each such pair is given
to the other, so that the two differ in size; in the second scenario they then change their sites. Nothing
else knows a site: the order of offers, prices and opening move with the facility. So the two scenarios are
equal in law exactly, though most of those who choose between the two choose otherwise.

Facilities of different townships are no such pairs, for the law of distance treats their neighbours unlike.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from benchmarks.comparing import CASES, DRAWS, MOST, PLACE, SILENT, Pool, compared, outcomes
from jinlin.rounds import Rounds
from results.differences import Verdict
from scenarios import experiments
from scenarios.load import load_scenario
from sim.capacity import build_supply
from sim.places import load_atlas
from sim.supply import PARTS, Supply, Units

SCENARIO, SEEDS = "plan-2025", (1, 2, 3, 4)
A_FIFTH = 5
Rows = npt.NDArray[np.intp]
Change = Callable[[Supply], Supply]


def facilities(units: Units) -> dict[tuple[int, ...], list[Rows]]:
    """Return the rows of each facility, by what exchangeable ones have in common."""
    found: dict[tuple[int, ...], list[Rows]] = {}
    sites = units.key >> np.uint64(8)
    for site in np.unique(sites):
        rows = np.flatnonzero(sites == site)
        place = units.kind[rows[0]], units.township[rows[0]]
        found.setdefault((*place, *units.pool[rows], *units.opens[rows]), []).append(rows)
    return found


def pairs(units: Units) -> list[tuple[Rows, Rows]]:
    """Return the pairs of facilities that are exchangeable, each facility in one pair at most."""
    return [(alike[0], alike[1]) for alike in facilities(units).values() if len(alike) > 1]


def made_unequal(supply: Supply) -> Supply:
    """Give a fifth of the places of one facility of each pair to the other, at all times."""
    units = supply.units
    built, staffed = units.step_built.copy(), units.step_staffed.copy()
    for rows, others in pairs(units):
        for less, more in zip(rows, others, strict=True):
            mine, theirs = units.step_unit == less, units.step_unit == more
            places = staffed[mine].min() // PARTS // A_FIFTH * PARTS
            for steps in (built, staffed):
                steps[mine] -= places
                steps[theirs] += places
    return replace(supply, units=replace(units, step_built=built, step_staffed=staffed))


def exchanged(supply: Supply) -> Supply:
    """Do the same, and let the two facilities of each pair change their sites."""
    unequal = made_unequal(supply)
    key = unequal.units.key.copy()
    for rows, others in pairs(unequal.units):
        key[rows], key[others] = key[others], key[rows]
    return replace(unequal, units=replace(unequal.units, key=key))


def pool(change: Change, seed: int, ledgers: Path) -> Pool:
    """Run the scenario with its supply changed; return every outcome of every service, a number a draw."""

    def build(*given: Any, **named: Any) -> Supply:
        return change(build_supply(*given, **named))

    with patch.object(experiments, "build_supply", build):
        place = load_atlas().select([PLACE])
        rounds = Rounds([load_scenario(SCENARIO)], place, seed, DRAWS, workers=1, ledgers=ledgers)
        rounds.run_to(DRAWS)
        return outcomes(rounds.sides()[0])


def verdicts(one: Pool, other: Pool, rng: np.random.Generator, together: bool) -> Counter[Verdict]:
    """Compare two pools, each in an order of its own or both in one; count the rows by verdict."""
    mine, theirs = (rng.permutation(DRAWS)[:MOST] for _ in range(2))
    judged = compared(one, other, mine, mine if together else theirs)
    return Counter(verdict for _, verdict in judged.values())


def main() -> None:
    """Print how often the two are told apart, unpaired and paired."""
    rng = np.random.default_rng(20201101)
    with tempfile.TemporaryDirectory() as kept:
        of_seed = [[pool(change, seed, Path(kept)) for change in (made_unequal, exchanged)] for seed in SEEDS]
    moved = [np.mean(first[key] != second[key]) for first, second in of_seed for key in first]
    print(f"equal in law, exchanged sites: a row differs in {np.mean(moved):.0%} of draws of one seed")
    for name, together in (("unpaired seeds", False), ("one seed, paired", True)):
        found = []
        for case in range(CASES):
            mine = case % len(SEEDS)
            other = mine if together else (mine + 1) % len(SEEDS)
            found.append(verdicts(of_seed[mine][0], of_seed[other][1], rng, together))
        wrong = sum(not set(each) <= SILENT for each in found)
        rows = sum(found, Counter[Verdict]())
        alike = rows[Verdict.NO_DIFFERENCE] / rows.total()
        print(f"{name}: told apart in {wrong} of {CASES} comparisons of {rows.total() // CASES} rows; "
              f"{alike:.0%} of the rows: no difference that matters")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
