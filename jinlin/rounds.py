"""Scenarios replayed on the same needs, in rounds of further draws, until their differences are known.

The first scenario is the baseline. Only fresh draws are run: a twin (docs/decisions/0018) would tell less
than a new draw does, and replication 0, at central values, is no draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, groupby, islice
from pathlib import Path

import numpy as np
import polars as pl

from results.comparisons import Asked, Row, Side, compare_sides, unsettled
from results.describing import manifest_of
from results.differences import Family, looks
from results.manifest import Manifest
from results.tables import Run
from scenarios.load import Scenario
from scenarios.runner import Event, Outcome, run_study
from scenarios.studies import Study, life_key
from sim.clock import MONTHS_TO_END_OF_2025, months_of, year_of
from sim.parameters import draw_of
from sim.places import Selection

_KEPT = ("months", "cascade", "unmet")
_LAST_YEAR = year_of(MONTHS_TO_END_OF_2025 - 1)


@dataclass(frozen=True)
class Looked:
    """What a comparison came to at a look: a list of rows for each scenario after the first."""

    look: int  # from 1
    looks: int
    draws: int
    rows: tuple[tuple[Row, ...], ...]

    @property
    def open(self) -> int:
        """Count the rows that more draws would settle."""
        return sum(len(unsettled(each)) for each in self.rows)


@dataclass
class Rounds:
    """Scenarios with what they have come to so far; ``by`` is a column that groups are told apart by."""

    scenarios: Sequence[Scenario]
    selection: Selection
    seed: int
    most: int
    workers: int = 0
    ledgers: Path | None = None
    by: str = ""
    tell: Callable[[Event], None] = lambda event: None
    _numbers: list[int] = field(default_factory=list)
    _frames: dict[tuple[int, str], list[pl.DataFrame]] = field(default_factory=dict)
    _manifests: dict[int, Manifest] = field(default_factory=dict)

    def until_known(self, asked: Asked, told: Callable[[Looked], None] = lambda looked: None) -> Looked:
        """Run round after round until every row is settled, or the limit is reached; return the last look.

        When is looked is fixed before the first round (``results.differences.looks``), and every look has its
        part of the level.
        """
        planned = looks(self.most)
        for number, draws in enumerate(planned, 1):
            self.run_to(draws)
            family = self.family(asked)
            first, *others = self.sides()
            rows = tuple(tuple(compare_sides(first, other, asked, family)) for other in others)
            looked = Looked(number, len(planned), draws, rows)
            told(looked)
            if not looked.open:
                break
        return looked

    def family(self, asked: Asked) -> Family:
        """Return the family of all rows of all pairs at all looks."""
        return self.family_of(len(list(asked.cells(self.sides()[0].run))))

    def family_of(self, rows: int) -> Family:
        """Return a family of so many rows for each pair of scenarios."""
        return Family(rows * (len(self.scenarios) - 1), len(looks(self.most)))

    def run_to(self, draws: int) -> None:
        """Run further draws until there are so many."""
        fresh = tuple(islice(fresh_draws(), len(self._numbers), draws))
        if not fresh:
            return
        numbered = sorted(range(len(self.scenarios)), key=lambda i: life_key(self.scenarios[i]))
        for _, group in groupby(numbered, key=lambda i: life_key(self.scenarios[i])):
            mine = list(group)
            study = Study(
                tuple(self.scenarios[i] for i in mine), self.selection, fresh[-1] + 1, self.seed,
                MONTHS_TO_END_OF_2025, probed=False, ledgers=self.ledgers, numbers=fresh, by_group=True,
            )  # fmt: skip
            for i, outcome in zip(mine, run_study(study, self.workers, self.tell), strict=True):
                self._keep(i, study, outcome)
        self._numbers += fresh

    def sides(self) -> list[Side]:
        """Return what each scenario has come to so far."""
        draws = np.full(self._numbers[-1] + 1, -1)
        draws[self._numbers] = self._numbers
        return [self._side(i, draws) for i in range(len(self.scenarios))]

    def _side(self, i: int, draws: np.ndarray) -> Side:
        frames = {name: pl.concat(self._frames[i, name]) for name in _KEPT}
        unmet = frames.pop("unmet")
        manifest = replace(self._manifests[i], replications=len(draws))
        scenario = self.scenarios[i]
        return Side(scenario.id, Run(Path(scenario.id), manifest, frames), draws, unmet)

    def _keep(self, i: int, study: Study, outcome: Outcome) -> None:
        """Keep what is compared: the last year, summed over what nobody asks about."""
        if i not in self._manifests:
            self._manifests[i] = manifest_of(replace(study, replications=1), self.scenarios[i], outcome)
        for name in _KEPT:
            frame = _summed(name, pl.DataFrame(dict(outcome.tables[name])), self.by)
            self._frames.setdefault((i, name), []).append(frame)


def fresh_draws() -> Iterator[int]:
    """Yield the replications that draw anew, without the central one and without twins.

    >>> list(islice(fresh_draws(), 9))
    [1, 2, 3, 4, 6, 7, 8, 9, 11]
    """
    return (number for number in count(1) if draw_of(number) == number)


def _summed(name: str, frame: pl.DataFrame, by: str) -> pl.DataFrame:
    """Sum the last year of a table over all groups but income fifths and those of ``by``."""
    if name == "months":
        months = months_of(_LAST_YEAR)
        last = pl.col("month").is_between(months[0] - 1, months[-1])  # and the places that it begins with
        keys = ["replication", "service", "month", *(["county"] if by == "county" else [])]
    else:
        last = pl.col("year") == _LAST_YEAR
        keys = list(dict.fromkeys(["replication", "service", "year", "income_fifth", *([by] if by else [])]))
    known = {"county", "age_band", "function", "income_fifth", "area"} - set(keys)
    summed = frame.filter(last).drop(known & set(frame.columns)).group_by(keys).sum()
    return summed.sort(keys)
