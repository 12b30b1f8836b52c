"""Facilities from provincial totals: how many places each county has, and in which facilities, by month.

The rules, stated once:

1. A provincial total is spread over the 83 counties by what the kind's base counts, so that it is exact and
   the same whatever market runs (Sainte-Laguë: the largest remainders' cousin under which no county loses a
   place when the province gains one).
2. At the founding a county's places stand in ``max(1, round(places / mean size))`` facilities, as equal as
   possible.
3. Where the path rises, a facility of the new size opens as soon as the county's places fill it. What is left
   over at the end of the rise opens as a smaller facility; where the plan sets a least size for what is built
   (30 nursing beds), it extends the newest facility that holds the least after it, or stays unbuilt.
4. Where the path falls, places are withdrawn from the newest facility first. Nobody is expelled
   (``sim.facilities``).
5. The capacity named for a month is in place from the first minute of its last day (a month means its last
   day); that of month 0 from the founding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.clock import MINUTES_PER_DAY, month_start
from sim.compiled import njit
from sim.errors import Fault, ScenarioError
from sim.places import Atlas, TownshipKind
from sim.supply import Base, CensusBase, FacilityKind, Ints, SupplyPlan
from sim.workforce import MILLION, millionths, offsets


@dataclass(frozen=True)
class Buildings:
    """The facilities of one kind in one county: ``sizes`` in places, shape (facilities, months).

    Rows are in order of opening, founded ones first; ``unbuilt`` are places of the plan left over.
    """

    sizes: Ints
    unbuilt: int


def minute_in_place(month: int) -> int:
    """Return the minute from which the capacity named for a month is there (rule 5).

    >>> minute_in_place(0), minute_in_place(1) == month_start(2) - 1440
    (0, True)
    """
    return month_start(month + 1) - MINUTES_PER_DAY if month > 0 else 0


def base_counts(census: CensusBase, atlas: Atlas) -> dict[Base, Ints]:
    """Return what each base counts in every county of the atlas."""
    real = atlas.townships.kind != TownshipKind.OTHER
    townships = np.bincount(atlas.townships.county[real], minlength=len(atlas.counties.code))
    return {
        Base.RESIDENTS: np.asarray(census.residents, dtype=np.int64),
        Base.URBAN_RESIDENTS: np.asarray(census.urban_residents, dtype=np.int64),
        Base.AGE_60_PLUS: np.asarray(census.age_60_plus, dtype=np.int64),
        Base.UNDER_3: np.asarray(census.under_3, dtype=np.int64),
        Base.TOWNSHIPS: townships.astype(np.int64),
    }


def apportion(total: int, weights: Ints) -> Ints:
    """Spread a whole number in proportion to weights, exactly (Sainte-Laguë, also called Webster).

    Sums to ``total``; equal claims go to the first. No share falls when the total rises, and none exceeds its
    weight where the total does not exceed their sum. Balinski & Young 1982, "Fair Representation".

    >>> apportion(7, np.array([5, 3, 1])).tolist()
    [4, 2, 1]
    """
    return county_targets(np.array([total]), weights)[:, 0]


@njit(cache=True)
def _spread(totals, heavy, weight, spread):  # type: ignore[no-untyped-def]
    """Round each month's claims to the nearest seat, then give to the best or take from the worst."""
    for month in range(totals.size):
        if totals[month] <= 0 or weight <= 0:
            continue
        lacking = totals[month]
        for i in range(heavy.size):
            spread[month, i] = int(heavy[i] * totals[month] / weight + 0.5)
            lacking -= spread[month, i]
        while lacking != 0:
            change = 1 if lacking > 0 else -1
            spread[month, _claim(spread[month], heavy, change)] += change
            lacking -= change


@njit(inline="always")
def _claim(seats, heavy, change):  # type: ignore[no-untyped-def]
    """Return whose claim to one more seat is best, or to its last worst; of equals the first, or last."""
    chosen, least = 0, np.inf
    for i in range(seats.size):
        if change > 0 and heavy[i] > 0 and (2 * seats[i] + 1) / heavy[i] < least:
            chosen, least = i, (2 * seats[i] + 1) / heavy[i]
        if change < 0 and seats[i] > 0 and (1 - 2 * seats[i]) / heavy[i] <= least:
            chosen, least = i, (1 - 2 * seats[i]) / heavy[i]
    return chosen


def provincial_totals(plan: SupplyPlan, kind: FacilityKind, bases: dict[Base, Ints]) -> Ints:
    """Return the province's places (or facilities, one per township) by month: shape (months,)."""
    values = plan.path(kind.total)
    if kind.per:
        values = values * float(bases[kind.per_base].sum()) / kind.per
    if not np.isfinite(values).all() or values.min() < 0:
        allowed, remedy = "0 or more", "give the number there is"
        raise ScenarioError(str(Fault(plan.file, kind.total, float(values.min()), allowed, remedy)))
    totals = np.floor(values + 0.5).astype(np.int64)
    return np.minimum(totals, bases[Base.TOWNSHIPS].sum()) if kind.one_per_township else totals


def county_targets(totals: Ints, weights: Ints) -> Ints:
    """Spread each month's total over the counties: shape (counties of the atlas, months)."""
    spread = np.zeros((len(totals), len(weights)), dtype=np.int64)
    heavy = weights.astype(np.float64)
    _spread(totals.astype(np.int64), heavy, heavy.sum(), spread)
    return np.ascontiguousarray(spread.T)


@dataclass(frozen=True)
class Builder:
    """Builds the facilities of one kind: sizes and limits by month, as whole numbers."""

    kind: FacilityKind
    file: str
    mean_size: float
    new_size: Ints  # (months,)
    share: Ints  # (months,), millionths of the places in the first pool
    least: int  # places of the first pool in what is built; 0 for no limit
    most: int  # places of what is built; 0 for no limit
    last_rise: int  # month in which the provincial path rises for the last time

    @classmethod
    def of(cls, plan: SupplyPlan, kind: FacilityKind, totals: Ints) -> Builder:
        """Read a kind's sizes and limits from a plan."""
        rises = np.flatnonzero(np.diff(totals) > 0)
        first = kind.pools[0].share
        return cls(
            kind=kind,
            file=plan.file,
            mean_size=max(1.0, float(plan.path(kind.mean_size)[0])),
            new_size=np.maximum(np.rint(plan.path(kind.new_size)).astype(np.int64), 1),
            share=millionths(plan.path(first)) if first else np.full(plan.months, MILLION),
            least=int(plan.path(kind.least_new)[0]) if kind.least_new else 0,
            most=int(plan.path(kind.most_new)[0]) if kind.most_new else 0,
            last_rise=int(rises[-1]) + 1 if rises.size else 0,
        )

    def build(self, targets: Ints) -> Buildings:
        """Found, open and withdraw one county's facilities (rules 2 to 4); targets of shape (months,)."""
        sizes = equal_parts(int(targets[0]), self.mean_size)
        by_month = [list(sizes)]
        for month in range(1, len(targets)):
            if targets[month] < sum(sizes):
                _withdraw(sizes, sum(sizes) - int(targets[month]))
            else:
                self._open(sizes, int(targets[month]), month)
            by_month.append(list(sizes))
        table = np.zeros((len(sizes), len(targets)), dtype=np.int64)
        for month, column in enumerate(by_month):
            table[: len(column), month] = column
        return Buildings(table, int(targets[-1]) - sum(sizes))

    def _open(self, sizes: list[int], target: int, month: int) -> None:
        size = int(self.new_size[month])
        while target - sum(sizes) >= size:
            self._check(size, month)
            sizes.append(size)
        left = target - sum(sizes)
        if left and month == self.last_rise:
            self._finish(sizes, left, month)

    def _finish(self, sizes: list[int], left: int, month: int) -> None:
        """Place what is left over at the end of the rise (rule 3)."""
        if not self.least:
            sizes.append(left)
            return
        for index in reversed(range(len(sizes))):
            if self._first_pool(sizes[index] + left, month) >= self.least:
                sizes[index] += left
                return

    def _first_pool(self, size: int, month: int) -> int:
        return size * int(self.share[month]) // MILLION

    def _check(self, size: int, month: int) -> None:
        """Refuse to build what the plan forbids."""
        if self.most and size > self.most:
            remedy = f"the plan allows {self.most} in a centre that is built; open more, smaller ones"
            raise ScenarioError(str(Fault(self.file, self.kind.new_size, size, f"1 to {self.most}", remedy)))
        if self._first_pool(size, month) < self.least:
            share = self.share[month] / MILLION
            fewest = f"at least {-(-self.least * MILLION // max(int(self.share[month]), 1))}"
            remedy = (
                f"at a nursing share of {share:g} it has fewer than the {self.least} nursing beds of the plan"
            )
            raise ScenarioError(str(Fault(self.file, self.kind.new_size, size, fewest, remedy)))


def equal_parts(places: int, mean_size: float) -> list[int]:
    """Split places into facilities as equal as possible, the larger first.

    >>> equal_parts(100, 44), equal_parts(10, 44), equal_parts(0, 44)
    ([50, 50], [10], [])
    """
    if places <= 0:
        return []
    count = min(max(1, int(places / mean_size + 0.5)), places)
    return [places // count + (ordinal < places % count) for ordinal in range(count)]


def stations(counts: Ints, workers: Ints, number: int) -> Buildings:
    """Give each of a county's townships with a station its whole workers, whose mean is the setting.

    ``counts`` are stations by month, ``workers`` millionths of workers a station by month, ``number`` sets
    the county's place in the even spread of the rounding.
    """
    ordinal = np.arange(int(counts.max(initial=0)))
    sizes = (workers[None, :] + offsets(ordinal + number)[:, None]) // MILLION
    return Buildings(np.where(ordinal[:, None] < counts[None, :], sizes, 0), 0)


def _withdraw(sizes: list[int], places: int) -> None:
    """Take places away, the newest facility first; one that has none stays listed with none."""
    for index in reversed(range(len(sizes))):
        taken = min(places, sizes[index])
        sizes[index] -= taken
        places -= taken
