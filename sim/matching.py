"""Who finds whom when households form: children a mother, elders a grown child, grown children parents.

Parents and children are matched by the mother's age at birth, year of age by year of age, each time by a
race. Candidates stand in order of age, and ``younger[m]`` says how many of them are younger than m months, so
that those who were so many years old at a birth stand side by side.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import njit
from sim.families import ADULT, YEARS_OF_AGE, head_of, link
from sim.races import UNIT, expected, first_home
from sim.residents import NOBODY
from sim.streams import Decision, words

LAST_AT_HOME = 49  # years: oldest grown child that joins younger parents
NEVER = 255
SINGLE_CHILD_STAYS = 4.0  # an unmarried grown child lives with parents so many times as likely as a couple

_YOUNGEST_MOTHER, _OLDEST_MOTHER = 16, 48  # years at birth, so that months apart lie within 15 to 50 years
_PREMARITAL_BIRTHS = 0.03  # chance of a child before marriage, relative to after
_APART_BIRTHS = 0.5  # chance of a child without a spouse in the household, relative to with one
_SPACING = np.array([1e-6, 0.3, 1.0])  # relative chance in the year of another birth, the year after, later
_SINGLE_PARENTS = 0.5  # chance of a grown child in the household of a single parent, relative to a couple
_COUPLE_APART_MONTHS = 12 * 12  # couples further apart in age do not join parents (hosts stay older)
_SONS_STAY = 0.8  # of couples who live with his or her parents, with his
_MOTHERS, _PARENTS = 2, 16  # times of the draws of mothers and of parents, four years of age each
_HOUSEHOLD = int(Decision.FOUND_HOUSEHOLD)
_LEAST = 1e-9

BRIDE = np.dtype(
    [
        ("births", "u1"),
        ("youngest", "u1"),  # age of the youngest child, years, or NEVER
        ("wed", "u1"),  # age at marriage, years, or NEVER
        ("apart", "?"),  # without a spouse in the household
    ]
)


@njit
def _window(younger, year):  # type: ignore[no-untyped-def]
    """Return where those stand who may be mothers of children of ``year`` completed years."""
    return younger[12 * (_YOUNGEST_MOTHER + year) + 6], younger[12 * (_OLDEST_MOTHER + 1 + year) + 6]


@njit
def _draw(out, candidates, start, end, keys, time, k0, k1):  # type: ignore[no-untyped-def]
    """Draw four words for the candidates from start to end - 1."""
    for n in range(start, end):
        drawn = words(keys[candidates[n]], time, _HOUSEHOLD, k0, k1)
        out[0, n], out[1, n], out[2, n], out[3, n] = drawn


@njit
def _wedding(drawn, once, ever, wed):  # type: ignore[no-untyped-def]
    """Return the age in years at which a woman married, NEVER for never; ``once`` is the chance that she did."""
    if drawn >= once:
        return NEVER
    reached = min(drawn / max(once, _LEAST), 1.0) * ever
    age = 0
    while age < YEARS_OF_AGE and wed[age] < reached:
        age += 1
    return age


@njit(cache=True)
def brides(kin, women, draws, married, wed):  # type: ignore[no-untyped-def]
    """Return what the weights of births read of women, in their order, as records of BRIDE.

    Ages at marriage are drawn: all wives have married, others by the share who live apart.
    """
    out = np.empty(len(women), dtype=BRIDE)
    for n in range(len(women)):
        woman = women[n]
        present, ever = married[kin[woman].years], wed[kin[woman].years]
        apart = kin[woman].spouse == NOBODY
        once = (ever - present) / (1 - present) if apart else 1.0
        out[n].apart = apart
        out[n].wed = _wedding((draws[woman] + 0.5) * UNIT, once, ever, wed)
        out[n].births = 0
        out[n].youngest = NEVER
    return out


@njit
def _weigh_births(weights, women, younger, year, tables):  # type: ignore[no-untyped-def]
    """Weigh women for a birth ``year`` completed years ago; return the sum of weights.

    Women of one age share that age's births by marriage, order and spacing, so that births by mother's age
    follow the rates whoever is married.
    """
    mother_age, next_birth = tables
    births = 0.0
    for age in range(_YOUNGEST_MOTHER, _OLDEST_MOTHER + 1):
        start, end = younger[12 * (age + year) + 6], younger[12 * (age + 1 + year) + 6]
        total = 0.0
        for n in range(start, end):
            weight = next_birth[women[n].births] * _SPACING[min(max(women[n].youngest - year, 0), 2)]
            weight *= 1.0 if women[n].wed <= age else _PREMARITAL_BIRTHS
            weights[n] = weight * (_APART_BIRTHS if women[n].apart else 1.0)
            total += weights[n]
        factor = mother_age[age] * ((end - start) / max(total, _LEAST))
        for n in range(start, end):
            weights[n] *= factor
        births += total * factor
    return births


@njit(cache=True)
def find_mothers(kin, women, rows, younger, minors, bounds, tables, keys, k0, k1):  # type: ignore[no-untyped-def]
    """Give minors a mother, the oldest year of birth first; return how many found none.

    ``women`` are the brides of ``rows``. ``minors`` stand in the order in which they are given away,
    ``bounds`` (19,) say where each year of age begins; ``tables`` are ``FamilyTables.mother_age`` and
    ``next_birth``.
    """
    drawn, weights = np.empty((4, len(women)), dtype=np.uint32), np.empty(len(women))
    places, times = np.empty(len(women), dtype=np.int64), np.empty(len(women))
    orphans = 0
    for step in range(ADULT):
        year = ADULT - 1 - step
        low, high = _window(younger, year)
        if step % 4 == 0:
            youngest = _window(younger, max(year - 3, 0))[0]
            _draw(drawn, rows, youngest, high, keys, _MOTHERS + step // 4, k0, k1)
        child, end = bounds[year], bounds[year + 1]
        while child < end:
            total = _weigh_births(weights, women, younger, year, tables)
            deadline = expected(end - child, total)
            found = first_home(drawn[step % 4], weights, low, high, end - child, deadline, places, times)
            for n in range(found):
                link(kin, minors[child + n], rows[places[n]])
                women[places[n]].births += 1
                women[places[n]].youngest = year
            child += found
            if found == 0:
                orphans += end - child
                break
    return orphans


@njit(cache=True)
def movers(kin, draws):  # type: ignore[no-untyped-def]
    """List the grown who may live with parents, and the heads of their nuclei, by head.

    They are single adults without children of their own, and one of each couple, husband or wife; ``draws``
    are the words by which a couple chooses.
    """
    children, heads = np.empty(len(kin), dtype=np.int64), np.empty(len(kin), dtype=np.int64)
    found = 0
    for head in range(len(kin)):
        if not kin[head].head or kin[head].host != head:
            continue
        spouse, child = kin[head].spouse, head
        if spouse == NOBODY:
            free = kin[head].births == 0
        else:
            free = abs(kin[head].age - kin[spouse].age) <= _COUPLE_APART_MONTHS
            child = spouse if draws[head] * UNIT < _SONS_STAY else head
        children[found], heads[found] = child, head
        found += free
    return children[:found], heads[:found]


@njit
def _weigh_children(weights, speeds, younger, year, mother_age):  # type: ignore[no-untyped-def]
    """Weigh grown children for parents of an age in years; return the sum of weights."""
    total = 0.0
    for age in range(_YOUNGEST_MOTHER, _OLDEST_MOTHER + 1):
        apart = 12 * (year - age)
        for n in range(younger[max(apart - 5, 0)], younger[max(apart + 7, 0)]):
            weights[n] = speeds[n] * mother_age[age]
            total += weights[n]
    return total


@njit(cache=True)
def take_in(kin, elders, bounds, children, younger, drawn, speeds, mother_age):  # type: ignore[no-untyped-def]
    """Let each elder, the oldest year of age first, live with a grown child; return how many nuclei joined.

    ``elders`` are heads by year of age as parents, year ``y`` from ``bounds[y]`` on; ``drawn`` are the
    children's words and ``speeds`` their weights, which end at 0.
    """
    weights = np.empty(len(children))
    places, times = np.empty(len(children), dtype=np.int64), np.empty(len(children))
    joined, last = 0, 0.0
    for year in range(YEARS_OF_AGE - 1, ADULT, -1):
        elder, count = bounds[year], bounds[year + 1] - bounds[year]
        if count == 0:
            continue
        low = younger[max(12 * (year - _OLDEST_MOTHER) - 5, 0)]
        high = younger[max(12 * (year - _YOUNGEST_MOTHER) + 7, 0)]
        total = _weigh_children(weights, speeds, younger, year, mother_age)
        deadline = last + expected(count, total)  # who came earlier left in the races before, over the same words
        found = first_home(drawn, weights, low, high, count, deadline, places, times)
        for n in range(found):
            link(kin, children[places[n]], elders[elder + n])
            speeds[places[n]] = 0.0
            last = max(last, times[n])
        joined += found
    return joined


@njit
def _weigh_parents(weights, births, single, younger, year, tables):  # type: ignore[no-untyped-def]
    """Weigh parents for a grown child of an age in years; return the sum of weights."""
    mother_age, next_birth = tables
    total = 0.0
    for age in range(_YOUNGEST_MOTHER, _OLDEST_MOTHER + 1):
        for n in range(younger[12 * (age + year) + 6], younger[12 * (age + 1 + year) + 6]):
            weight = mother_age[age] * (_SINGLE_PARENTS if single[n] else 1.0)
            weights[n] = weight * next_birth[births[n]]
            total += weights[n]
    return total


@njit(cache=True)
def find_parents(kin, parents, births, single, younger, children, bounds, tables, keys, k0, k1):  # type: ignore[no-untyped-def]
    """Let grown children, the oldest year of age first, live with parents; return how many do.

    ``births`` and ``single`` (without a spouse) are the parents'; ``children`` stand in the order in which
    they are taken in, by year of age from ``bounds[year]`` on.
    """
    drawn, weights = np.empty((4, len(parents)), dtype=np.uint32), np.empty(len(parents))
    places, times = np.empty(len(parents), dtype=np.int64), np.empty(len(parents))
    joined = 0
    for step in range(LAST_AT_HOME - ADULT + 1):
        year = LAST_AT_HOME - step
        low, high = _window(younger, year)
        if step % 4 == 0:
            youngest = _window(younger, max(year - 3, ADULT))[0]
            _draw(drawn, parents, youngest, high, keys, _PARENTS + step // 4, k0, k1)
        child, count = bounds[year], bounds[year + 1] - bounds[year]
        deadline = expected(count, _weigh_parents(weights, births, single, younger, year, tables))
        found = first_home(drawn[step % 4], weights, low, high, count, deadline, places, times)
        for n in range(found):
            link(kin, children[child + n], parents[places[n]])
            births[places[n]] = kin[parents[places[n]]].births
        joined += found
    return joined
