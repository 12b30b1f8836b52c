"""Cohorts healthy at an age, through the states able, disabled and dead: the monthly steps against the exact.

The rates are those of Fu, Sherris & Xu, published for ages 65 to 110 as exp(a + b (age - 65)) a year. Held
through each year of age they make a Markov chain in continuous time whose shares are exact: products of
matrix exponentials. Residents live such rates in months, death before function, at most one change of
function a month (``sim.life``, ``sim.cohorts``), and with the mortality of Fujian. The first difference is
the price of months, the second is the evidence's.

References: Fu, Sherris & Xu, Annals of Actuarial Science, doi 10.1017/S1748499521000233.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.linalg import expm

from evidence.function_law import ABLE, ACTIVE, published_rate
from evidence.life_tables import life_tables
from evidence.settings import load_parameters
from evidence.table import Evidence, load_evidence
from evidence.vital import SEXES
from sim.cohorts import CohortRates, carry
from sim.places import load_atlas
from sim.rates import AGES, Floats, LifeTables, monthly

FIRST_AGES = (65, 75)
SHOWN_AFTER = (5, 10, 20)  # years
COMPARED_TO = 100  # years of age; few are left beyond
_UNIT = 2.0**32
_NAMES = ("healthy_to_disabled", "disabled_to_healthy", "healthy_to_dead", "disabled_to_dead")


@dataclass(frozen=True)
class Cohort:
    """One sex, all able at ``first``; shares able and disabled by birthday, each of shape (birthdays, 2).

    ``exact`` and ``monthly`` live the published rates, ``model`` those of residents, both areas together;
    ``older`` is exact with the rates that are published for half a year on.
    """

    sex: str
    first: int
    exact: Floats
    monthly: Floats
    model: Floats
    older: Floats


def published(evidence: Evidence, later: float = 0.0) -> Floats:
    """Return onset, recovery, death of the able and of the disabled, a year: shape (4, 4 groups, 111).

    They are those of the birthday, or of `later` years after it; below 65 those at 65, the first published.
    """
    years = np.maximum(np.arange(AGES) - 65, 0) + later
    return np.array([published_rate(evidence, name, years) for name in _NAMES])


def exact(rates: Floats, first: int) -> Floats:
    """Return shares able and disabled at each birthday from `first` to 110 of who is able then.

    `rates` (4, 111) hold through a year of age. The shares of a year are those before times exp(Q).

    >>> shares = exact(np.full((4, 111), 0.1), 108)
    >>> shares.sum(axis=1).round(6).tolist()  # both die at one rate: exp(-0.1) a year
    [1.0, 0.904837, 0.818731]
    """
    shares = [np.array([1.0, 0.0])]
    for onset, recovery, death, heavier in rates[:, first : AGES - 1].T:
        flow = np.array([[-onset - death, onset], [recovery, -recovery - heavier]])
        shares.append(shares[-1] @ expm(flow))
    return np.array(shares)


def by_month(death: Floats, onset: Floats, recovery: Floats, first: int) -> Floats:
    """Return the same by monthly steps, shape (4 groups, birthdays, 2), as ``sim.cohorts`` carries residents.

    Chances a month; `death` has shape (2 able or disabled, 4, 111), the others (4, 111).
    """
    of_age = np.arange(AGES) >= first
    still = CohortRates(1 - death * of_age, onset * of_age, recovery * of_age, 0.0, np.zeros(AGES))
    states, _ = carry(still, np.zeros(AGES))
    at_birthday = states[:, 12 * first :: 12]
    return np.stack((at_birthday[:, :, ABLE].sum(axis=2), at_birthday[:, :, ACTIVE].sum(axis=2)), axis=2)


def cohorts(evidence: Evidence, tables: LifeTables, urban: float) -> list[Cohort]:
    """Carry men and women from each first age on, three ways; `urban` is the share of them at the start."""
    rates, older = published(evidence), published(evidence, later=0.5)
    onset, recovery, *deaths = monthly(rates)
    death, turnover = tables.month.death[0] / _UNIT, tables.month.turnover / _UNIT
    shares = np.array([1 - urban, urban] * 2)[:, None, None]
    found = []
    for first in FIRST_AGES:
        stepped = by_month(np.array(deaths), onset, recovery, first)
        lived = shares * by_month(death, turnover[0], turnover[1], first)
        for sex, name in enumerate(SEXES):
            rural, areas = 2 * sex, slice(2 * sex, 2 * sex + 2)
            of_study = exact(rates[:, rural], first), stepped[rural]
            of_fujian, half_on = lived[areas].sum(axis=0), exact(older[:, rural], first)
            found.append(Cohort(name, first, *of_study, of_fujian, half_on))
    return found


@cache
def of_2020() -> tuple[Cohort, ...]:
    """Carry the cohorts at the evidence and the central settings of 2020."""
    evidence = load_evidence()
    tables = life_tables(evidence, load_parameters(), load_atlas())
    return tuple(cohorts(evidence, tables, evidence.value("urban_share", year=2020) / 100))


def alive(shares: Floats) -> Floats:
    """Return the share alive at each birthday."""
    return np.asarray(shares.sum(axis=1))


def disabled(shares: Floats) -> Floats:
    """Return the disabled among the living at each birthday."""
    return np.asarray(shares[:, 1] / shares.sum(axis=1))


def shown(found: Sequence[Cohort]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Lay out the cohorts at the ages shown: head and rows of a table."""
    ways = ("exact", "by months", "the model")
    head = ("healthy", "age", *(f"alive: {way}" for way in ways), *(f"disabled: {way}" for way in ways))
    rows = []
    for cohort in found:
        three = cohort.exact, cohort.monthly, cohort.model
        for years in SHOWN_AFTER:
            cells = [f"{measure(each)[years]:.1%}" for measure in (alive, disabled) for each in three]
            rows.append((f"{cohort.sex}, at {cohort.first}", str(cohort.first + years), *cells))
    return head, rows


def widest(found: Sequence[Cohort]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Lay out the widest differences from the exact shares at any birthday to 100."""
    rows = []
    for name, measure in (("alive", alive), ("disabled among the living", disabled)):
        cells = [name]
        for way in ("monthly", "older", "model"):
            gaps = [(measure(getattr(each, way)) - measure(each.exact))[: _compared(each)] for each in found]
            every = 100 * np.concatenate(gaps)
            cells.append(f"{every.min():+.2f} to {every.max():+.2f} points")
        rows.append(tuple(cells))
    head = "less the exact, all birthdays to 100", "by months", "rates of half a year on", "the model"
    return head, rows


def _compared(cohort: Cohort) -> int:
    return COMPARED_TO - cohort.first + 1
