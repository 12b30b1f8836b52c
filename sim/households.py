"""Put founded residents into households: couples, mothers and children, elders with a grown child, the rest.

Each county × area is a block of rows that is put together alone, so that its numbers of collective residents
and of family households come out exact. In a block:

1. collective households take their number of residents, by age
2. women marry by age, and as many men; couples match by rank of age, with some noise
3. minors, oldest year of birth first, get a mother by age at birth, marriage and earlier births
4. elders, until the stated share lives with a grown child, get one by the mother's age at birth
5. grown children, mostly single, live with parents, and last, strangers share, until the number is exact
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import inner, njit
from sim.errors import LawBroken
from sim.families import (
    ADULT,
    ELDER,
    YEARS_OF_AGE,
    Block,
    Bools,
    FamilyTables,
    Ints,
    Kinsfolk,
    by_age,
    find_roots,
)
from sim.kinds import Living, Sex
from sim.matching import (
    AS_CHILDREN,
    AS_PARENTS,
    LAST_AT_HOME,
    SINGLE_CHILD_STAYS,
    brides,
    find_mothers,
    find_parents,
    seekers,
    take_in,
    years_of,
)
from sim.races import UNIT, Course, fastest, order, race, winners
from sim.residents import LONG_AGO, NOBODY, Residents
from sim.streams import Stream

_AT_HOME_HALVING_YEARS = 5.0  # each so many years after 18 halve the chance of living with parents
_NOISE_MONTHS = 36  # couples match by age up to this much either way
_W_COLLECTIVE, _W_MARRY, _W_NOISE, _W_ELDER, _W_WED, _W_HOME, _W_SHARE, _W_ORDER = range(8)
_ALONE, _SPOUSE, _CHILDREN, _SPOUSE_AND_CHILDREN, _PARENTS, _OTHERS, _COLLECTIVE = map(int, Living)
_32 = np.uint64(32)


def form_households(
    people: Residents, starts: Ints, collective: Ints, households: Ints, tables: FamilyTables, stream: Stream
) -> Ints:
    """Fill household, living, spouse, mother, births, last_birth; return the row of each head.

    ``starts`` (blocks + 1,) are the first rows of the blocks; ``collective`` and ``households`` (blocks,)
    what each must hold. Households are numbered block by block; residents of collective households have a
    number each, and Living.COLLECTIVE. Raises LawBroken where a block cannot hold its households or a child
    under 3 finds no mother.
    """
    heads: list[Ints] = []
    number = 0
    for first, end, dormitory, homes in zip(starts[:-1], starts[1:], collective, households, strict=True):
        if end == first:
            continue
        rows = slice(int(first), int(end))
        block = Block(people, rows, stream)
        _form(block, tables, int(dormitory), int(homes))
        heads.append(_keep(people, rows, block.kin, number))
        _check(block, len(heads[-1]), int(dormitory) + int(homes))
        number += len(heads[-1])
    return np.concatenate(heads)


def _check(block: Block, formed: int, wanted: int) -> None:
    kin = block.kin
    if formed != wanted:
        raise LawBroken(f"households: formed {formed} of {wanted} in a county's {len(kin)} residents")
    if (kin["mother"][np.flatnonzero(block.years < 3)] == NOBODY).any():
        raise LawBroken(f"households: a child under 3 without a mother among {len(kin)} residents")


def _form(block: Block, tables: FamilyTables, collective: int, households: int) -> None:
    """Form the households of a block: steps 1 to 5."""
    chance = tables.collective[block.years]
    block.collective[fastest(block.words[_W_COLLECTIVE], chance, collective)] = True
    nuclei = _marry(block, tables, households)
    block.found_nuclei()
    nuclei += _find_mothers(block, tables)
    nuclei -= _join_elders(block, tables, nuclei - households)
    nuclei -= _stay_at_home(block, tables, nuclei - households)
    _share(block, nuclei - households)


def _marry(block: Block, tables: FamilyTables, households: int) -> int:
    """Form couples and return the number of nuclei: couples and single adults.

    A woman marries by her own chance, a man in a race by his odds.
    """
    adult = ~block.collective & (block.years >= ADULT)
    women, men = np.flatnonzero(adult & block.female), np.flatnonzero(adult & ~block.female)
    hers = tables.married[Sex.FEMALE][block.years[women]]
    his = tables.married[Sex.MALE][block.years[men]]
    with np.errstate(divide="ignore"):
        wives = (block.words[_W_MARRY, women] + 0.5) * UNIT / hers
        husbands = race(block.words[_W_MARRY, men]) * (1 - his) / his
    able = int(np.isfinite(husbands).sum())
    couples = max(0, min(int((wives < 1).sum()), able, int(adult.sum()) - households))
    brides = _by_noisy_age(block, women[winners(wives, couples)])
    grooms = _by_noisy_age(block, men[winners(husbands, couples)])
    block.spouse[brides], block.spouse[grooms] = grooms, brides
    return int(adult.sum()) - couples


def _by_noisy_age(block: Block, rows: Ints) -> Ints:
    """Order rows by age with a uniform noise of up to _NOISE_MONTHS either way."""
    noise = block.words[_W_NOISE, rows] * np.uint64(2 * _NOISE_MONTHS)
    return rows[order((block.age[rows].astype(np.uint64) << _32) + noise)]


def _by_age(ages: npt.NDArray[np.int16], rows: Ints) -> tuple[Ints, Ints]:
    ordered, younger = by_age(rows, ages[rows])
    return ordered, younger


def _bounds(years: npt.NDArray[np.integer]) -> Ints:
    """Say where each year of age begins among rows in order of age, 0 to 110."""
    return np.append(0, np.bincount(years, minlength=YEARS_OF_AGE).cumsum())


def _by_year(block: Block, rows: Ints) -> tuple[Ints, Ints]:
    """Order rows by year of age and chance; return them and where each year begins."""
    years = block.years[rows]
    chance = block.words[_W_ORDER, rows]
    return rows[order(years.astype(np.uint64) << _32 | chance)], _bounds(years)


def _find_mothers(block: Block, tables: FamilyTables) -> int:
    """Give every minor a mother; return how many found none and stand as nuclei of their own."""
    kin, stream = block.kin, block.stream
    minors, bounds = _by_year(block, np.flatnonzero((block.years < ADULT) & ~block.collective))
    rows, younger = _by_age(block.age, np.flatnonzero(kin["head"] & block.female))
    women = brides(kin, rows, block.words[_W_WED], tables)
    chances = (tables.mother_age, tables.next_birth)
    course = Course.of(block.keys[rows], bounds=years_of(younger, AS_PARENTS))
    course.most[:] = tables.next_birth.max()
    return int(find_mothers(kin, women, rows, minors, bounds, chances, course, stream.k0, stream.k1))


def _join_elders(block: Block, tables: FamilyTables, most: int) -> int:
    """Let elders live with a grown child until the share is reached; return how many nuclei joined."""
    kin = block.kin
    children, heads, single, parents = seekers(kin, block.words[_W_ORDER], True)
    elders = _chosen_elders(block, tables, parents, most)
    years = kin["parent_age"][elders] // 12
    elders, bounds = elders[order(years.astype(np.uint64))], _bounds(years)
    by_age, younger = _by_age(block.age[children], np.arange(len(children)))
    children, heads = children[by_age], heads[by_age]
    speeds = np.where(single[by_age], SINGLE_CHILD_STAYS, 1.0)
    course = Course.of(block.keys[heads], speeds, years_of(younger, AS_CHILDREN))
    course.drawn[0] = block.words[_W_ELDER, heads]
    return int(take_in(kin, elders, bounds, children, tables.mother_age, course))


def _chosen_elders(block: Block, tables: FamilyTables, heads: Ints, most: int) -> Ints:
    """Choose the heads of elder nuclei that live with a grown child, at most so many, in random order."""
    kin = block.kin
    ratio = np.where(kin["spouse"][heads] == NOBODY, tables.widowed_with_children_ratio, 1.0)
    heads = heads[order((race(block.words[_W_ELDER, heads]) / ratio).view(np.uint64))]
    elders = kin["elders"][heads].astype(np.int64)
    target = tables.elders_with_children * (block.years >= ELDER).sum()
    return heads[: min(int((np.cumsum(elders) - elders < target).sum()), max(most, 0))]


def _stay_at_home(block: Block, tables: FamilyTables, most: int) -> int:
    """Let grown children under 50 live with parents, at most so many; return how many do.

    Parents are nuclei without elders, and elders who have a grown child with them already.
    """
    kin, stream = block.kin, block.stream
    children, heads, single, parents = seekers(kin, block.words[_W_ORDER], False)
    children, bounds = _by_year(block, _chosen_children(block, children, heads, single, most))
    parents, younger = _by_age(kin["parent_age"], parents)
    chances = (tables.mother_age, tables.next_birth)
    course = Course.of(block.keys[parents], bounds=years_of(younger, AS_PARENTS))
    return int(find_parents(kin, parents, children, bounds, chances, course, stream.k0, stream.k1))


def _chosen_children(block: Block, children: Ints, heads: Ints, single: Bools, most: int) -> Ints:
    """Choose the grown children under 50 who live with parents that they find: young ones likelier."""
    years = block.years[children]
    scores = race(block.words[_W_HOME, heads]) / np.where(single, SINGLE_CHILD_STAYS, 1.0)
    later = 2.0 ** ((np.arange(YEARS_OF_AGE) - ADULT) / _AT_HOME_HALVING_YEARS)
    later[LAST_AT_HOME + 1 :] = np.inf
    return children[winners(scores * later[years], most)]


def _share(block: Block, merges: int) -> None:
    """Let strangers share until the number is exact: people alone under 60, elders alone, then anyone."""
    if merges <= 0:
        return
    kin = block.kin
    size = np.bincount(find_roots(kin)[~block.collective], minlength=len(kin))
    heads = np.flatnonzero(size)
    kind = np.where(size[heads] > 1, 2, block.years[heads] >= ELDER)
    heads = heads[order(kind.astype(np.uint64) << _32 | block.words[_W_SHARE, heads])]
    kin["host"][heads[:merges]] = heads[merges + np.arange(merges) % (len(heads) - merges)]


def _keep(people: Residents, rows: slice, kin: Kinsfolk, number: int) -> Ints:
    """Write who belongs to whom into the columns, as rows of the market; return the heads' rows.

    Households count from ``number``.
    """
    names = "household", "living", "spouse", "mother", "births", "last_birth"
    columns = tuple(getattr(people, name)[rows] for name in names)
    return _write(kin, find_roots(kin), rows.start, number, columns) + rows.start


@njit(cache=True)
def _write(kin, roots, first, number, columns):  # type: ignore[no-untyped-def]
    """Write the columns, relatives' rows counted from ``first`` on; return the heads.

    Households count from ``number`` on, in the order of their heads.
    """
    household, living, spouse, mother, births, last_birth = columns
    size, heads, found = np.zeros(len(kin), dtype=np.int32), np.empty(len(kin), dtype=np.int64), 0
    for row in range(len(kin)):
        size[roots[row]] += 1
        household[row] = number + found
        heads[found] = row
        found += roots[row] == row
    for row in range(len(kin)):
        one = kin[row]
        household[row] = household[roots[row]]
        living[row] = _living(one, size[roots[row]])
        spouse[row] = NOBODY if one.spouse == NOBODY else one.spouse + first
        mother[row] = NOBODY if one.mother == NOBODY else one.mother + first
        births[row] = one.births
        last_birth[row] = -1 - one.youngest if one.births > 0 else LONG_AGO
    return heads[:found]


@inner
def _living(one, size):  # type: ignore[no-untyped-def]
    """Say with whom a resident lives; whoever has both a spouse and parents counts with the spouse."""
    found = _OTHERS
    if one.collective:
        found = _COLLECTIVE
    elif size == 1:
        found = _ALONE
    elif one.spouse != NOBODY:
        found = _SPOUSE_AND_CHILDREN if one.grown else _SPOUSE
    elif one.grown:
        found = _CHILDREN
    elif one.child:
        found = _PARENTS
    return found
