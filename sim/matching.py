"""Who finds whom when households form: children a mother, elders a grown child, grown children parents.

Parents and children are matched by the mother's age at birth, year of age by year of age, each time by a
race. Candidates stand in order of age, and ``younger[m]`` says how many of them are younger than m months, so
that those who were so many years old at a birth stand side by side.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import inner, njit
from sim.families import ADULT, YEARS_OF_AGE, Floats, Ints, Kinsfolk, Words, link
from sim.races import UNIT, draw, first_home
from sim.residents import NOBODY
from sim.streams import Decision

LAST_AT_HOME = 49  # years: oldest grown child that joins younger parents
NEVER = 255
SINGLE_CHILD_STAYS = 4.0  # an unmarried grown child lives with parents so many times as likely as a couple

_YOUNGEST_MOTHER, _OLDEST_MOTHER = 16, 48  # years at birth, so that months apart lie within 15 to 50 years
_PREMARITAL_BIRTHS = 0.03  # chance of a child before marriage, relative to after
_APART_BIRTHS = 0.5  # chance of a child without a spouse in the household, relative to with one
_SPACING = np.array([1e-6, 0.3, 1.0])  # relative chance in the year of another birth, the year after, later
_SINGLE_PARENTS = 0.5  # chance of a grown child in the household of a single parent, relative to a couple
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


@inner
def _window(younger, year):  # type: ignore[no-untyped-def]
    """Return where those stand who may be mothers of children of ``year`` completed years."""
    return younger[12 * (_YOUNGEST_MOTHER + year) + 6], younger[12 * (_OLDEST_MOTHER + 1 + year) + 6]


@inner
def _wedding(drawn, once, ever, wed, guesses):  # type: ignore[no-untyped-def]
    """Return a woman's age at marriage in years, or NEVER; ``once`` is the chance that she married."""
    if drawn >= once:
        return NEVER
    reached = min(drawn / max(once, _LEAST), 1.0) * ever
    age = guesses[np.int64(reached * (len(guesses) - 1))]
    while age < YEARS_OF_AGE and wed[age] < reached:
        age += 1
    return age


def brides(kin: Kinsfolk, rows: Ints, draws: Words, married: Floats, wed: Floats) -> npt.NDArray[np.void]:
    """Return what the weights of births read of women, in the order of their rows, as records of BRIDE.

    Ages at marriage are drawn: all wives have married, others by the share who live apart. ``married`` and
    ``wed`` (110,) are the shares of women who live with a spouse, and who have ever married.
    """
    out = np.zeros(len(rows), dtype=BRIDE)
    out["youngest"] = NEVER
    guesses = np.searchsorted(wed, np.arange(257) / 256)
    _marry_off(out, kin, rows, draws, married, wed, guesses)
    return out


@njit(cache=True)
def _marry_off(out, kin, rows, draws, married, wed, guesses):  # type: ignore[no-untyped-def]
    for n in range(len(rows)):
        years = kin[rows[n]].years
        present, ever, apart = married[years], wed[years], kin[rows[n]].spouse == NOBODY
        once = (ever - present) / (1 - present) if apart else 1.0
        out[n].apart = apart
        out[n].wed = _wedding((draws[rows[n]] + 0.5) * UNIT, once, ever, wed, guesses)


@inner
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
def find_mothers(kin, women, rows, younger, minors, bounds, tables, course, k0, k1):  # type: ignore[no-untyped-def]
    """Give minors a mother, the oldest year of birth first; return how many found none.

    ``women`` are the brides of ``rows``. ``minors`` stand in the order in which they are given away,
    ``bounds`` (19,) say where each year of age begins; ``tables`` are ``FamilyTables.mother_age`` and
    ``next_birth``.
    """
    orphans = 0
    for step in range(ADULT):
        year = ADULT - 1 - step
        low, high = _window(younger, year)
        if step % 4 == 0:
            youngest = _window(younger, max(year - 3, 0))[0]
            draw(course, youngest, high, _MOTHERS + step // 4, _HOUSEHOLD, k0, k1)
        child, end = bounds[year], bounds[year + 1]
        while child < end:
            total = _weigh_births(course.weights, women, younger, year, tables)
            found = first_home(course, course.drawn[step % 4], low, high, end - child, total, 0.0)
            for n in range(found):
                place = course.places[n]
                link(kin, minors[child + n], rows[place])
                women[place].births += 1
                women[place].youngest = year
            child += found
            if found == 0:
                orphans += end - child
                break
    return orphans


@njit(cache=True)
def movers(kin, draws):  # type: ignore[no-untyped-def]
    """List the grown who may live with parents, the heads of their nuclei, by head, and who is single.

    They are single adults without children of their own, and one of each couple, husband or wife; ``draws``
    are the words by which a couple chooses.
    """
    children, heads = np.empty(len(kin), dtype=np.int64), np.empty(len(kin), dtype=np.int64)
    single, found = np.empty(len(kin), dtype=np.bool_), 0
    for head in range(len(kin)):
        if not kin[head].head or kin[head].host != head:
            continue
        spouse, child = kin[head].spouse, head
        if spouse == NOBODY:
            free = kin[head].births == 0
        else:
            free = kin[head].close
            child = spouse if draws[head] * UNIT < _SONS_STAY else head
        children[found], heads[found], single[found] = child, head, spouse == NOBODY
        found += free
    return children[:found], heads[:found], single[:found]


@inner
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
def take_in(kin, elders, bounds, children, younger, speeds, mother_age, course):  # type: ignore[no-untyped-def]
    """Let each elder, the oldest year of age first, live with a grown child; return how many nuclei joined.

    ``elders`` are heads by year of age as parents, year ``y`` from ``bounds[y]`` on; ``speeds`` are the
    children's weights, which end at 0. All races are over the first of their words.
    """
    joined, last = 0, 0.0
    for year in range(YEARS_OF_AGE - 1, ADULT, -1):
        elder, count = bounds[year], bounds[year + 1] - bounds[year]
        if count == 0:
            continue
        low = younger[max(12 * (year - _OLDEST_MOTHER) - 5, 0)]
        high = younger[max(12 * (year - _YOUNGEST_MOTHER) + 7, 0)]
        total = _weigh_children(course.weights, speeds, younger, year, mother_age)
        found = first_home(course, course.drawn[0], low, high, count, total, last)
        for n in range(found):
            place = course.places[n]
            link(kin, children[place], elders[elder + n])
            speeds[place] = 0.0
            last = max(last, course.times[n])  # whoever is faster has left
        joined += found
    return joined


@inner
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
def find_parents(kin, parents, births, single, younger, children, bounds, tables, course, k0, k1):  # type: ignore[no-untyped-def]
    """Let grown children, the oldest year of age first, live with parents; return how many do.

    ``births`` and ``single`` (without a spouse) are the parents'; ``children`` stand in the order in which
    they are taken in, by year of age from ``bounds[year]`` on.
    """
    joined = 0
    for step in range(LAST_AT_HOME - ADULT + 1):
        year = LAST_AT_HOME - step
        low, high = _window(younger, year)
        if step % 4 == 0:
            youngest = _window(younger, max(year - 3, ADULT))[0]
            draw(course, youngest, high, _PARENTS + step // 4, _HOUSEHOLD, k0, k1)
        child, count = bounds[year], bounds[year + 1] - bounds[year]
        total = _weigh_parents(course.weights, births, single, younger, year, tables)
        found = first_home(course, course.drawn[step % 4], low, high, count, total, 0.0)
        for n in range(found):
            parent = parents[course.places[n]]
            link(kin, children[child + n], parent)
            births[course.places[n]] = kin[parent].births
        joined += found
    return joined
