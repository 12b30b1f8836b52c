"""Who finds whom when households form: children a mother, elders a grown child, grown children parents.

Parents and children are matched by the mother's age at birth, year of age by year of age, each time by a
race. Candidates stand in order of age, and ``younger[m]`` says how many of them are younger than m months, so
that those who were so many years old at a birth stand side by side.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.compiled import inner, njit
from sim.families import ADULT, YEARS_OF_AGE, FamilyTables, Ints, Kinsfolk, Words, link
from sim.kinds import Sex
from sim.races import UNIT, draw, first_home, look_of
from sim.residents import NOBODY
from sim.streams import Decision

LAST_AT_HOME = 49  # years: oldest grown child that joins younger parents
NEVER = 255
SINGLE_CHILD_STAYS = 4.0  # an unmarried grown child lives with parents so many times as likely as a couple

_YOUNGEST_MOTHER, _OLDEST_MOTHER = 16, 48  # years at birth, so that months apart lie within 15 to 50 years
_PREMARITAL_BIRTHS = 0.03  # chance of a child before marriage, relative to after
_APART_BIRTHS = 0.5  # chance of a child without a spouse in the household, relative to with one
_SPACING = (1e-6, 0.3)  # relative chance in the year of another birth, and in the year after
_SINGLE_PARENTS = 0.5  # chance of a grown child in the household of a single parent, relative to a couple
_SONS_STAY = 0.8  # of couples who live with his or her parents, with his
AS_PARENTS, AS_CHILDREN = 6, -5  # months by which the years of age of candidates end late
_SOONER = 0.9  # of the time of the slowest so far: before it, hardly anyone is left to arrive
_MOTHERS, _PARENTS = 2, 16  # times of the draws of mothers and of parents, four years of age each
_HOUSEHOLD = int(Decision.FOUND_HOUSEHOLD)
_LEAST = 1e-9


class Brides(NamedTuple):
    """What the weights of births read of women, in the order of their rows."""

    weight: Any  # relative chance of another birth by births before and whether she lives without a spouse
    youngest: Any  # age of the youngest child, years, or NEVER
    wed: Any  # age at marriage, years, or NEVER


def years_of(younger: Ints, shift: int) -> Ints:
    """Return where each year of age begins, 0 to 110, if years end ``shift`` months late."""
    return younger[np.clip(12 * np.arange(YEARS_OF_AGE + 1) + shift, 0, 12 * YEARS_OF_AGE)]


@inner
def _wedding(drawn, ever, wed, guesses):  # type: ignore[no-untyped-def]
    """Return the age at marriage, in years, of a woman of an age by which the share ``ever`` has married."""
    reached = drawn * ever
    age = guesses[np.int64(reached * (len(guesses) - 1))]
    while age < YEARS_OF_AGE and wed[age] < reached:
        age += 1
    return age


def brides(kin: Kinsfolk, rows: Ints, draws: Words, tables: FamilyTables) -> Brides:
    """Return what the weights of births read of women without children.

    Ages at marriage are drawn: all wives have married, others by the share who live apart.
    """
    married, wed = tables.married[Sex.FEMALE], tables.wed
    women = Brides(np.empty(len(rows)), np.full(len(rows), NEVER, np.uint8), np.empty(len(rows), np.uint8))
    guesses = np.searchsorted(wed, np.arange(257) / 256)
    _marry_off(women, kin, rows, draws, (wed - married) / (1 - married), wed, guesses, tables.next_birth)
    return women


@njit(cache=True)
def _marry_off(women, kin, rows, draws, once, wed, guesses, next_birth):  # type: ignore[no-untyped-def]
    """Draw ages at marriage; ``once`` (110,) are the chances that a woman without a spouse has married."""
    for n in range(len(rows)):
        woman, drawn, age = kin[rows[n]], (draws[rows[n]] + 0.5) * UNIT, NEVER
        years = woman.years
        women.weight[n] = _weight_of_birth(woman, next_birth)
        if woman.spouse != NOBODY:
            age = _wedding(drawn, wed[years], wed, guesses)
        elif drawn < once[years]:
            age = _wedding(min(drawn / max(once[years], _LEAST), 1.0), wed[years], wed, guesses)
        women.wed[n] = age


@inner
def _weight_of_birth(woman, next_birth):  # type: ignore[no-untyped-def]
    """Return the weight of another birth, whatever the spacing and the marriage."""
    return next_birth[woman.births] * (_APART_BIRTHS if woman.spouse == NOBODY else 1.0)


@inner
def _weigh_births(course, women, year, mother_age):  # type: ignore[no-untyped-def]
    """Weigh women for a birth ``year`` completed years ago.

    Women of one age share that age's births by marriage, order and spacing, so that births by mother's age
    follow the rates whoever is married.
    """
    for age in range(_YOUNGEST_MOTHER, _OLDEST_MOTHER + 1):
        start, end = course.bounds[age + year], course.bounds[age + year + 1]
        weight, youngest, wed = women.weight[start:end], women.youngest[start:end], women.wed[start:end]
        weights, total = course.weights[start:end], 0.0
        for n in range(len(weights)):
            spaced = _SPACING[1] if youngest[n] == year + 1 else 1.0
            spaced = _SPACING[0] if youngest[n] <= year else spaced
            weights[n] = weight[n] * spaced * (1.0 if wed[n] <= age else _PREMARITAL_BIRTHS)
        for n in range(len(weights)):
            total += weights[n]
        course.factors[age + year] = mother_age[age] * ((end - start) / max(total, _LEAST))
        course.sums[age + year] = total


@njit(cache=True)
def find_mothers(kin, women, rows, minors, bounds, tables, course, k0, k1):  # type: ignore[no-untyped-def]
    """Give minors a mother, the oldest year of birth first; return how many found none.

    ``women`` are the brides of ``rows``. ``minors`` stand in the order in which they are given away,
    ``bounds`` (111,) say where each year of age begins; ``tables`` are ``FamilyTables.mother_age`` and
    ``next_birth``.
    """
    mother_age, next_birth = tables
    orphans = 0
    for step in range(ADULT):
        year = ADULT - 1 - step
        low, high = _YOUNGEST_MOTHER + year, _OLDEST_MOTHER + year + 1
        if step % 4 == 0:
            youngest = course.bounds[max(low - 3, _YOUNGEST_MOTHER)]
            draw(course, youngest, course.bounds[high], _MOTHERS + step // 4, _HOUSEHOLD, k0, k1)
        drawn, child, end = course.drawn[step % 4], bounds[year], bounds[year + 1]
        while child < end:
            _weigh_births(course, women, year, mother_age)
            found = first_home(course, drawn, drawn, low, high, end - child, 0.0)
            for n in range(found):
                place = course.places[n]
                link(kin, minors[child + n], rows[place])
                women.weight[place] = _weight_of_birth(kin[rows[place]], next_birth)
                women.youngest[place] = year
            child += found
            if found == 0:
                orphans += end - child
                break
    return orphans


@njit(cache=True)
def seekers(kin, draws, of_elders):  # type: ignore[no-untyped-def]
    """List the grown who may live with parents, the heads of their nuclei, who is single; and parents.

    All stand by head. The grown are single adults without children of their own, and one of each couple,
    husband or wife; ``draws`` are the words by which a couple chooses. Parents are heads too: elders, to whom
    nuclei without elders may go, or those without elders and elders who have a grown child with them already.
    """
    children, heads = np.empty(len(kin), dtype=np.int64), np.empty(len(kin), dtype=np.int64)
    parents, hosts = np.empty(len(kin), dtype=np.int64), 0
    single, found = np.empty(len(kin), dtype=np.bool_), 0
    for head in range(len(kin)):
        one = kin[head]
        if not one.head:
            continue
        old = one.elders > 0
        parents[hosts] = head
        hosts += old if of_elders else not old or one.grown
        alone = one.spouse == NOBODY
        free = one.births == 0 if alone else one.close
        goes = not alone and draws[head] * UNIT < _SONS_STAY
        children[found], heads[found], single[found] = one.spouse if goes else head, head, alone
        found += free and one.host == head and not (of_elders and old)
    return children[:found], heads[:found], single[:found], parents[:hosts]


@inner
def _sum_up(course):  # type: ignore[no-untyped-def]
    """Write down the sum and the largest of the weights of each stretch."""
    for stretch in range(len(course.factors)):
        for weight in course.weights[course.bounds[stretch] : course.bounds[stretch + 1]]:
            course.sums[stretch] += weight
            course.most[stretch] = max(course.most[stretch], weight)


@inner
def _weigh_anew(course, place, stretch, weight):  # type: ignore[no-untyped-def]
    """Change a weight."""
    course.sums[stretch] += weight - course.weights[place]
    course.most[stretch] = max(course.most[stretch], weight)
    course.weights[place] = weight


@njit(cache=True)
def take_in(kin, elders, bounds, children, mother_age, course):  # type: ignore[no-untyped-def]
    """Let each elder, the oldest year of age first, live with a grown child; return how many nuclei joined.

    ``elders`` are heads by year of age as parents, year ``y`` from ``bounds[y]`` on. All races are over the
    first of the children's words; the weight of who has left is 0.
    """
    joined, last, looks = 0, 0.0, course.drawn[1]
    _sum_up(course)
    for stretch in range(len(course.factors)):
        for n in range(course.bounds[stretch], course.bounds[stretch + 1]):
            looks[n] = look_of(course.drawn[0, n], course.weights[n], course.most[stretch])
    for year in range(YEARS_OF_AGE - 1, ADULT, -1):
        elder, count = bounds[year], bounds[year + 1] - bounds[year]
        if count == 0:
            continue
        low, high = max(year - _OLDEST_MOTHER, 0), year - _YOUNGEST_MOTHER + 1
        for stretch in range(low, high):
            course.factors[stretch] = mother_age[year - stretch]
        found, stretch = first_home(course, course.drawn[0], looks, low, high, count, _SOONER * last), low
        for n in range(found):
            place = course.places[n]
            while place >= course.bounds[stretch + 1]:
                stretch += 1
            link(kin, children[place], elders[elder + n])
            _weigh_anew(course, place, stretch, 0.0)
            looks[place] = 0
            last = max(last, course.times[n])  # nearly all who are faster have left
        joined += found
    return joined


@inner
def _weight_of(parent, next_birth):  # type: ignore[no-untyped-def]
    """Return the weight of a parent of grown children, whatever the age at birth."""
    return next_birth[parent.births] * (_SINGLE_PARENTS if parent.spouse == NOBODY else 1.0)


@njit(cache=True)
def find_parents(kin, parents, children, bounds, tables, course, k0, k1):  # type: ignore[no-untyped-def]
    """Let grown children, the oldest year of age first, live with parents; return how many do.

    ``children`` stand in the order in which they are taken in, by year of age from ``bounds[year]`` on.
    """
    mother_age, next_birth = tables
    for n in range(len(parents)):
        course.weights[n] = _weight_of(kin[parents[n]], next_birth)
    _sum_up(course)
    joined = 0
    for step in range(LAST_AT_HOME - ADULT + 1):
        year = LAST_AT_HOME - step
        low, high = _YOUNGEST_MOTHER + year, _OLDEST_MOTHER + year + 1
        if step % 4 == 0:
            youngest = course.bounds[max(low - 3, _YOUNGEST_MOTHER + ADULT)]
            draw(course, youngest, course.bounds[high], _PARENTS + step // 4, _HOUSEHOLD, k0, k1)
        for stretch in range(low, high):
            course.factors[stretch] = mother_age[stretch - year]
        drawn, child, count = course.drawn[step % 4], bounds[year], bounds[year + 1] - bounds[year]
        found, stretch = first_home(course, drawn, drawn, low, high, count, 0.0), low
        for n in range(found):
            place = course.places[n]
            while place >= course.bounds[stretch + 1]:
                stretch += 1
            parent = parents[place]
            link(kin, children[child + n], parent)
            _weigh_anew(course, place, stretch, _weight_of(kin[parent], next_birth))
        joined += found
    return joined
