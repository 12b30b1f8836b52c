"""Measure what ``jinlin compare`` claims: how rarely it errs, and how many replications the pairing saves.

A small county is run under two scenarios that differ by 5 % of the social workers' posts, with two seeds.
From these draws, many comparisons are put together.

*Equal in law*: the same scenario under the one seed against itself under the other, so that nothing is paired
and nothing differs but the draws. How often is any row called better, worse, higher or lower?

*Held*: paired comparisons of draws from the pool: how often does an interval, at the look at which the rounds
stop, miss the mean of the pool?

*Found*: at how many draws is the 5 % seen in the persons served? Paired, both scenarios have the same draws;
unpaired, each has its own, taken from the same pool. Both are looked at in the same way, up to the same
limit.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jinlin.rounds import Rounds
from results.compare import outcome_by_replication
from results.comparisons import BETTER, Asked, Side
from results.demands import Demand
from results.differences import Family, Paired, Verdict, judge, looks, paired, settled
from scenarios.load import Scenario, load_scenario
from sim.places import load_atlas

PLACE, SEEDS, DRAWS = "明溪县", (1, 2), 200
SERVICE, OUTCOME = "social-work-case", "served"
MOST, CASES = 100, 400
FAR, TRIALS = 50_000, 100  # the limit within which the 5 % are looked for, and how often
SILENT = {Verdict.NO_DIFFERENCE, Verdict.NOT_YET_KNOWN}
POSTS = """extends = "plan-2025"
title = {{ zh = "社工到岗率{share}", en = "Posts of social workers filled: {share}" }}

[staff.social-worker]
unit = "share of posts filled"
path = {{ "2020-12" = {share} }}
source = "a question of this benchmark"
quality = "assumed"
reason = "two scenarios that differ by 5 % of the staff"
"""
Floats = npt.NDArray[np.float64]
Draws = npt.NDArray[np.int64]
Pool = dict[tuple[str, str], Floats]


def scenarios(folder: Path) -> list[Scenario]:
    """Write and load two scenarios, the second with 5 % more social workers."""
    loaded = []
    for share in (0.80, 0.84):
        path = folder / f"posts-{100 * share:.0f}.toml"
        path.write_text(POSTS.format(share=share), encoding="utf-8")
        loaded.append(load_scenario(path))
    return loaded


def outcomes(side: Side) -> Pool:
    """Return every outcome of every service, a number a draw."""
    counted = side.draws >= 0
    return {
        (service.id, outcome): outcome_by_replication(side.run, service, outcome)[counted]
        for service, outcome in Asked().cells(side.run)
    }


def pools(seed: int) -> list[Pool]:
    """Run both scenarios with a seed."""
    with tempfile.TemporaryDirectory() as folder:
        rounds = Rounds(scenarios(Path(folder)), load_atlas().select([PLACE]), seed, DRAWS, workers=1)
        rounds.run_to(DRAWS)
        return [outcomes(side) for side in rounds.sides()]


Judged = dict[tuple[str, str], tuple[Paired, Verdict]]


def compared(one: Pool, other: Pool, mine: Draws, theirs: Draws) -> Judged:
    """Compare two pools in the order of some draws, as the command would, until all is known."""
    planned = looks(MOST)
    family, asked = Family(len(one), len(planned)), Demand()
    for draws in planned:
        judged, open_rows = {}, 0
        for key in one:
            a, b = one[key][mine[:draws]], other[key][theirs[:draws]]
            both = np.isfinite(a) & np.isfinite(b)
            found = paired(a[both], b[both], np.arange(both.sum()), family.each)
            margin = asked.of(key[1], float(a[both].mean()) if both.any() else np.nan)
            judged[key] = found, judge(found, margin, BETTER[key[1]])
            open_rows += not settled(*judged[key], margin)
        if not open_rows:
            break
    return judged


def told_apart(one: Pool, other: Pool, rng: np.random.Generator) -> bool:
    """Tell whether any row of two pools is called different, each in an order of its own."""
    judged = compared(one, other, *(rng.permutation(DRAWS)[:MOST] for _ in range(2)))
    return not {verdict for _, verdict in judged.values()} <= SILENT


def held(one: Pool, other: Pool, rng: np.random.Generator) -> bool:
    """Tell whether every interval of a paired comparison holds the mean difference of the whole pools."""
    mine = rng.integers(0, len(next(iter(one.values()))), MOST)
    judged = compared(one, other, mine, mine)
    means = {key: np.nanmean(other[key] - one[key]) for key in one}
    return all(found.alike or found.low <= means[key] <= found.high for key, (found, _) in judged.items())


def draws_until_found(gaps: Floats) -> int:
    """Return the first look at which a difference is surely not nil; the limit where it never is."""
    planned = looks(FAR)
    for draws in planned:
        found = paired(np.zeros(draws), gaps[:draws], np.arange(draws), Family(1, len(planned)).each)
        if abs(found.mean) > found.half:
            return draws
    return FAR


def search(first: Floats, second: Floats, rng: np.random.Generator) -> tuple[list[int], list[int]]:
    """Look for the difference many times, paired and unpaired, in draws from one pool."""
    together, apart = [], []
    for _ in range(TRIALS):
        a, b = (rng.integers(0, len(first), FAR) for _ in range(2))
        together.append(draws_until_found(second[a] - first[a]))
        apart.append(draws_until_found(second[b] - first[a]))
    return together, apart


def main() -> None:
    """Print both measurements."""
    rng = np.random.default_rng(20201101)
    of_seed = [pools(seed) for seed in SEEDS]
    wrong = sum(told_apart(of_seed[0][0], of_seed[1][0], rng) for _ in range(CASES))
    rows = len(of_seed[0][0])
    print(f"equal in law, unpaired seeds: told apart in {wrong} of {CASES} comparisons of {rows} rows")
    both = [
        {key: np.concatenate([each[side][key] for each in of_seed]) for key in of_seed[0][0]}
        for side in (0, 1)
    ]
    missed = sum(not held(*both, rng) for _ in range(CASES))
    print(f"paired: an interval missed the mean of all draws in {missed} of {CASES} comparisons")
    key = SERVICE, OUTCOME
    first, second = (pool[key] for pool in both)
    change = float((second - first).mean() / first.mean())
    differs = np.mean(second != first)
    print(f"5 % of the staff: {key[0]} {key[1]} {100 * change:+.2f} %; {differs:.0%} of the draws differ")
    together, apart = search(first, second, rng)
    for name, found in (("paired", together), ("unpaired", apart)):
        p10, p50, p90 = (
            f"{n:,.0f}" + " or more" * bool(n >= FAR) for n in np.percentile(found, (10, 50, 90))
        )
        print(f"found, {name}: {p50} draws (median; 10 % to 90 %: {p10} to {p90}); "
              f"not within {FAR:,}: {sum(n == FAR for n in found)} of {TRIALS}")  # fmt: skip
    print(f"paired / unpaired: {np.median(together) / np.median(apart):.4f}, or less where it is 'or more'")


if __name__ == "__main__":
    sys.exit(main())
