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
    FamilyTables,
    Ints,
    Kinsfolk,
    by_age,
    find_roots,
    note_heads,
)
from sim.kinds import Living, Sex
from sim.matching import LAST_AT_HOME, SINGLE_CHILD_STAYS, brides, find_mothers, find_parents, movers, take_in
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
        find_roots(block.kin)
        heads.append(np.flatnonzero(block.kin["host"] == np.arange(len(block.kin))) + int(first))
        _check(block, len(heads[-1]), int(dormitory) + int(homes))
        _keep(people, rows, block.kin, number)
        number += len(heads[-1])
    return np.concatenate(heads)


def _check(block: Block, formed: int, wanted: int) -> None:
    kin = block.kin
    if formed != wanted:
        raise LawBroken(f"households: formed {formed} of {wanted} in a county's {len(kin)} residents")
    if (kin["mother"][kin["years"] < 3] == NOBODY).any():
        raise LawBroken(f"households: a child under 3 without a mother among {len(kin)} residents")


def _form(block: Block, tables: FamilyTables, collective: int, households: int) -> None:
    """Form the households of a block: steps 1 to 5."""
    kin = block.kin
    chance = tables.collective[kin["years"]]
    kin["collective"][fastest(block.words[_W_COLLECTIVE], chance, collective)] = True
    nuclei = _marry(block, tables, households)
    note_heads(block.kin)
    nuclei += _find_mothers(block, tables)
    nuclei -= _join_elders(block, tables, nuclei - households)
    nuclei -= _stay_at_home(block, tables, nuclei - households)
    _share(block, nuclei - households)


def _marry(block: Block, tables: FamilyTables, households: int) -> int:
    """Form couples and return the number of nuclei: couples and single adults.

    A woman marries by her own chance, a man in a race by his odds.
    """
    kin = block.kin
    adult = ~kin["collective"] & (kin["years"] >= ADULT)
    women, men = np.flatnonzero(adult & kin["female"]), np.flatnonzero(adult & ~kin["female"])
    hers = tables.married[Sex.FEMALE][kin["years"][women]]
    his = tables.married[Sex.MALE][kin["years"][men]]
    with np.errstate(divide="ignore"):
        wives = (block.words[_W_MARRY, women] + 0.5) * UNIT / hers
        husbands = race(block.words[_W_MARRY, men]) * (1 - his) / his
    able = int(np.isfinite(husbands).sum())
    couples = max(0, min(int((wives < 1).sum()), able, int(adult.sum()) - households))
    brides = _by_noisy_age(block, women[winners(wives, couples)])
    grooms = _by_noisy_age(block, men[winners(husbands, couples)])
    kin["spouse"][brides], kin["spouse"][grooms] = grooms, brides
    kin["host"][grooms] = brides
    return int(adult.sum()) - couples


def _by_noisy_age(block: Block, rows: Ints) -> Ints:
    """Order rows by age with a uniform noise of up to _NOISE_MONTHS either way."""
    noise = block.words[_W_NOISE, rows] * np.uint64(2 * _NOISE_MONTHS)
    return rows[order((block.kin["age"][rows].astype(np.uint64) << _32) + noise)]


def _by_age(ages: npt.NDArray[np.int16], rows: Ints) -> tuple[Ints, Ints]:
    ordered, younger = by_age(rows, ages[rows])
    return ordered, younger


def _bounds(years: npt.NDArray[np.integer]) -> Ints:
    """Say where each year of age begins among rows in order of age, 0 to 110."""
    return np.append(0, np.bincount(years, minlength=YEARS_OF_AGE).cumsum())


def _by_year(block: Block, rows: Ints) -> tuple[Ints, Ints]:
    """Order rows by year of age and chance; return them and where each year begins."""
    years = block.kin["years"][rows]
    chance = block.words[_W_ORDER, rows]
    return rows[order(years.astype(np.uint64) << _32 | chance)], _bounds(years)


def _find_mothers(block: Block, tables: FamilyTables) -> int:
    """Give every minor a mother; return how many found none and stand as nuclei of their own."""
    kin, stream = block.kin, block.stream
    minors, bounds = _by_year(block, np.flatnonzero((kin["years"] < ADULT) & ~kin["collective"]))
    rows, younger = _by_age(kin["age"], np.flatnonzero(kin["head"] & kin["female"]))
    women = brides(kin, rows, block.words[_W_WED], tables.married[Sex.FEMALE], tables.wed)
    chances, course = (tables.mother_age, tables.next_birth), Course.of(block.keys[rows])
    return int(find_mothers(kin, women, rows, younger, minors, bounds, chances, course, stream.k0, stream.k1))


def _join_elders(block: Block, tables: FamilyTables, most: int) -> int:
    """Let elders live with a grown child until the share is reached; return how many nuclei joined."""
    kin = block.kin
    elders = _chosen_elders(block, tables, most)
    years = kin["parent_age"][elders] // 12
    elders, bounds = elders[order(years.astype(np.uint64))], _bounds(years)
    children, heads, single = movers(kin, block.words[_W_ORDER])
    free = np.flatnonzero(kin["elders"][heads] == 0)
    free, younger = by_age(free, kin["age"][children[free]])
    heads, speeds = heads[free], np.where(single[free], SINGLE_CHILD_STAYS, 1.0)
    course = Course.of(block.keys[heads])
    course.drawn[0] = block.words[_W_ELDER, heads]
    return int(take_in(kin, elders, bounds, children[free], younger, speeds, tables.mother_age, course))


def _chosen_elders(block: Block, tables: FamilyTables, most: int) -> Ints:
    """Choose the heads of elder nuclei that live with a grown child, at most so many, in random order."""
    kin = block.kin
    heads = np.flatnonzero(kin["head"] & (kin["elders"] > 0))
    ratio = np.where(kin["spouse"][heads] == NOBODY, tables.widowed_with_children_ratio, 1.0)
    heads = heads[order((race(block.words[_W_ELDER, heads]) / ratio).view(np.uint64))]
    elders = kin["elders"][heads].astype(np.int64)
    target = tables.elders_with_children * (kin["years"] >= ELDER).sum()
    return heads[: min(int((np.cumsum(elders) - elders < target).sum()), max(most, 0))]


def _stay_at_home(block: Block, tables: FamilyTables, most: int) -> int:
    """Let grown children under 50 live with parents, at most so many; return how many do.

    Parents are nuclei without elders, and elders who have a grown child with them already.
    """
    kin, stream = block.kin, block.stream
    children, bounds = _by_year(block, _chosen_children(block, most))
    parents = np.flatnonzero(kin["head"] & ((kin["elders"] == 0) | kin["grown"]))
    parents, younger = _by_age(kin["parent_age"], parents)
    births, single = kin["births"][parents], kin["spouse"][parents] == NOBODY
    chances, course = (tables.mother_age, tables.next_birth), Course.of(block.keys[parents])
    return int(find_parents(
        kin, parents, births, single, younger, children, bounds, chances, course, stream.k0, stream.k1
    ))  # fmt: skip


def _chosen_children(block: Block, most: int) -> Ints:
    """Choose the grown children under 50 who live with parents that they find: young ones likelier."""
    kin = block.kin
    children, heads, single = movers(kin, block.words[_W_ORDER])
    years = kin["years"][children]
    scores = race(block.words[_W_HOME, heads]) / np.where(single, SINGLE_CHILD_STAYS, 1.0)
    later = 2.0 ** ((np.arange(YEARS_OF_AGE) - ADULT) / _AT_HOME_HALVING_YEARS)
    later[LAST_AT_HOME + 1 :] = np.inf
    return children[winners(scores * later[years], most)]


def _share(block: Block, merges: int) -> None:
    """Let strangers share until the number is exact: people alone under 60, elders alone, then anyone."""
    if merges <= 0:
        return
    kin = block.kin
    find_roots(kin)
    size = np.bincount(kin["host"][~kin["collective"]], minlength=len(kin))
    heads = np.flatnonzero(size)
    kind = np.where(size[heads] > 1, 2, kin["years"][heads] >= ELDER)
    heads = heads[order(kind.astype(np.uint64) << _32 | block.words[_W_SHARE, heads])]
    kin["host"][heads[:merges]] = heads[merges + np.arange(merges) % (len(heads) - merges)]


def _keep(people: Residents, rows: slice, kin: Kinsfolk, number: int) -> None:
    """Write who belongs to whom into the columns, as rows of the market; households count from ``number``."""
    people.household[rows], people.living[rows], people.last_birth[rows] = _number(kin, rows.start, number)
    for name in ("spouse", "mother", "births"):
        getattr(people, name)[rows] = kin[name]


@njit(cache=True)
def _number(kin, first, number):  # type: ignore[no-untyped-def]
    """Count relatives' rows from ``first`` on; return everyone's household, living and last birth.

    Households count from ``number`` on, in the order of their heads.
    """
    size, household = np.zeros(len(kin), dtype=np.int32), np.empty(len(kin), dtype=np.int32)
    living, last_birth = np.empty(len(kin), dtype=np.uint8), np.empty(len(kin), dtype=np.int16)
    for row in range(len(kin)):
        size[kin[row].host] += 1
        household[row] = number
        number += kin[row].host == row
    for row in range(len(kin)):
        one = kin[row]
        household[row] = household[one.host]
        living[row] = _living(one, size[one.host])
        last_birth[row] = -1 - one.youngest if one.births > 0 else LONG_AGO
        if one.spouse != NOBODY:
            one.spouse += first
        if one.mother != NOBODY:
            one.mother += first
    return household, living, last_birth


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
