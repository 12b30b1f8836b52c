"""Rake the census's margins into cells, county × sex × age group × area, and round them to whole people.

Raking (iterative proportional fitting, Deming & Stephan 1940, Annals of Mathematical Statistics 11:427)
starts from a seed and scales it to each published table in turn until all of them hold: of all cells that do,
the result is the one nearest the seed in information. Whole people come from rounding county by county with
the error of each column carried on to the next county (the chairman assignment of Tijdeman 1980, Discrete
Mathematics 32:323): counties are exact, and every column of the province to a person or two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.errors import EvidenceError
from sim.kinds import Quality

AGE_STARTS = (0, 1, *range(5, 101, 5))  # years; the groups of the census: 0, 1–4, 5–9, … 95–99, 100+

_ROUNDS = 2000
_CLOSE = 1e-7
_OUTSIDE = -1

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Margin:
    """A table of totals: ``groups`` says which total a cell belongs to, -1 for none.

    ``groups`` broadcasts to the cells; ``totals`` are persons or households.
    """

    name: str
    groups: Ints
    totals: Floats
    labels: tuple[str, ...]
    qualities: tuple[Quality, ...]


@dataclass(frozen=True)
class Imputed:
    """What no source gives, and how it was filled in, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Margins:
    """All that the census gives, before raking.

    ``seed`` has shape (counties, 2 sexes, 22 age groups, 2 areas); ``counties`` are residents, exact;
    ``tables`` are raked in order. ``collective_weight`` (22, 2) is the relative chance of living in a
    collective household by age group and area; ``household_size`` (counties,) a relative mean size.
    """

    seed: Floats
    counties: Ints
    tables: tuple[Margin, ...]
    collective: Margin
    households: Margin
    collective_weight: Floats
    household_size: Floats
    imputed: tuple[Imputed, ...]


@dataclass(frozen=True)
class FitRow:
    """One published total beside what the cells give."""

    margin: str
    label: str
    published: float
    got: int
    quality: Quality

    @property
    def error(self) -> float:
        """Return the relative error, a share."""
        return self.got / self.published - 1 if self.published else float(self.got)


@dataclass(frozen=True)
class Cells:
    """Whole people of the province: ``counts[county, sex, age group, area]``.

    ``collective`` and ``households`` have shape (counties, 2 areas): people in collective households, and
    family households. ``fit`` compares every published total with the cells.
    """

    counts: Ints
    collective: Ints
    households: Ints
    fit: tuple[FitRow, ...]
    imputed: tuple[Imputed, ...]
    rounds: int

    @cached_property
    def residents(self) -> Ints:
        """Return residents by county and area, shape (counties, 2)."""
        return np.asarray(self.counts.sum(axis=(1, 2)))

    def aged(self, start: int, end: int = 200) -> Ints:
        """Return residents by county and area of completed ages start to end - 1; both must begin a group."""
        inside = [start <= age < end for age in AGE_STARTS]
        return np.asarray(self.counts[:, :, inside, :].sum(axis=(1, 2)))


def rake(margins: Margins) -> Cells:
    """Fit cells to the margins and round them: counties exact, province age × sex within 2 persons.

    Raises EvidenceError where the margins contradict one another.
    """
    fitted, rounds = fit_cells(margins.seed, margins.tables)
    counts = round_cells(fitted, margins.counties)
    collective = _shared(margins.collective, (counts * margins.collective_weight).sum(axis=(1, 2)))
    family = counts.sum(axis=(1, 2)) - collective
    households = _shared(margins.households, family / margins.household_size[:, None])
    rows = [row for table in margins.tables for row in _compare(table, counts)]
    for table, shared in ((margins.collective, collective), (margins.households, households)):
        whole = FitRow(
            "province", table.name, float(table.totals.sum()), int(shared.sum()), Quality.PUBLISHED
        )
        rows += [whole, *_compare(table, shared)]
    return Cells(counts, collective, households, tuple(rows), margins.imputed, rounds)


def fit_cells(seed: Floats, tables: tuple[Margin, ...]) -> tuple[Floats, int]:
    """Scale a seed to all tables, in turn, until they hold to 1e-7; return the cells and the rounds it took.

    >>> rows = Margin("rows", np.array([[0], [1]]), np.array([30.0, 70.0]), ("a", "b"), ())
    >>> columns = Margin("columns", np.array([[0, 1]]), np.array([60.0, 40.0]), ("c", "d"), ())
    >>> fit_cells(np.ones((2, 2)), (rows, columns))[0].round(9).tolist()
    [[18.0, 12.0], [42.0, 28.0]]
    """
    cells = seed.ravel().astype(np.float64)
    flat = [np.broadcast_to(table.groups, seed.shape).ravel() + 1 for table in tables]
    worst = np.zeros(len(tables))
    for done in range(1, _ROUNDS + 1):
        for number, (table, groups) in enumerate(zip(tables, flat, strict=True)):
            sums = np.bincount(groups, cells, len(table.totals) + 1)[1:].astype(np.float64)
            factors = _factors(table, sums)
            worst[number] = np.abs(factors - 1).max()
            cells *= np.append(1.0, factors)[groups]
        if worst.max() < _CLOSE:
            return cells.reshape(seed.shape), done
    name = tables[int(worst.argmax())].name
    raise EvidenceError(f"raking: margin {name!r} contradicts the others; look for the wrong figure there")


def _factors(table: Margin, sums: Floats) -> Floats:
    """Return what each group is scaled by; a group that must and can only be empty stays as it is."""
    if ((sums <= 0) & (table.totals > 0)).any():
        label = table.labels[int(np.argmax((sums <= 0) & (table.totals > 0)))]
        raise EvidenceError(f"raking: {table.name}, {label}: people to place but no cell to hold them")
    return np.divide(table.totals, sums, out=np.ones_like(sums), where=sums > 0)


def round_cells(cells: Floats, counties: Ints) -> Ints:
    """Round cells to integers with exact sums by county (first axis); other sums stay within a person or two.

    Each county takes the whole part of its cells and gives what is left to the columns (sex × age × area)
    that the counties before it have left most short.

    >>> round_cells(np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([1, 1])).tolist()
    [[1, 0], [0, 1]]
    """
    table = cells.reshape(len(cells), -1)
    whole = np.floor(table).astype(np.int64)
    owed = np.zeros(table.shape[1])
    for county, left in enumerate(counties - whole.sum(axis=1)):
        owed += table[county] - whole[county]
        order = np.argsort(np.where(table[county] > 0, -owed, np.inf), kind="stable")[: int(left)]
        whole[county, order] += 1
        owed[order] -= 1
    return whole.reshape(cells.shape)


def apportion(total: int, weights: Floats) -> Ints:
    """Share a whole number by weights: whole parts, then the largest remainders; any shape.

    >>> apportion(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    exact = weights.ravel() * (total / weights.sum())
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")[: total - int(whole.sum())]
    whole[order] += 1
    return whole.reshape(weights.shape)


def _shared(margin: Margin, weights: Floats) -> Ints:
    """Share each total of a margin over counties and areas by weights."""
    groups = np.broadcast_to(margin.groups, weights.shape)
    shared = np.zeros(weights.shape, dtype=np.int64)
    for group, total in enumerate(margin.totals):
        shared[groups == group] = apportion(round(total), weights[groups == group])
    return shared


def _compare(table: Margin, counts: Ints) -> list[FitRow]:
    """Put each total of a table beside the sum of its cells."""
    groups = np.broadcast_to(table.groups, counts.shape).ravel() + 1
    sums = np.bincount(groups, counts.ravel(), len(table.totals) + 1)[1:]
    rows = zip(table.labels, table.totals, sums, table.qualities, strict=True)
    return [FitRow(table.name, label, float(total), int(got), quality) for label, total, got, quality in rows]
