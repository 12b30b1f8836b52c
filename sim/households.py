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

from sim.errors import LawBroken
from sim.families import ADULT, ELDER, Block, FamilyTables, Floats, Ints, Months, Words, race, winners
from sim.kinds import Living, Sex
from sim.residents import LONG_AGO, NOBODY, Residents
from sim.streams import Stream

_LAST_AT_HOME = 49  # years: oldest grown child that joins younger parents
_YOUNGEST_MOTHER, _OLDEST_MOTHER = 16, 48  # years at birth, so that months apart lie within 15 to 50 years
_NOISE_MONTHS = 36.0  # couples match by age up to this much either way
_COUPLE_APART_MONTHS = 12 * 12  # couples further apart in age do not join parents (hosts stay older)
_PREMARITAL_BIRTHS = 0.03  # chance of a child before marriage, relative to after
_APART_BIRTHS = 0.5  # chance of a child without a spouse in the household, relative to with one
_SPACING = np.array([1e-6, 0.3, 1.0])  # relative chance in the year of another birth, the year after, later
_SONS_STAY = 0.8  # of couples who live with his or her parents, with his
_SINGLE_CHILD_STAYS = 4.0  # an unmarried grown child lives with parents so many times as likely as a couple
_AT_HOME_HALVING_YEARS = 5.0  # each so many years after 18 halve the chance of living with parents
_SINGLE_PARENTS = 0.5  # chance of a grown child in the household of a single parent, relative to a couple

_NEVER = 255
_MOTHERS, _PARENTS = 2, 16  # times of the draws of steps 3 and 5, four years of age each
_W_COLLECTIVE, _W_MARRY, _W_NOISE, _W_ELDER, _W_WED, _W_HOME, _W_SHARE, _W_ORDER = range(8)


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
        root = block.roots()
        is_root = root == np.arange(len(root))
        _check(block, int(is_root.sum()), int(dormitory) + int(homes))
        people.household[rows] = (np.cumsum(is_root) - 1 + number)[root]
        people.living[rows] = _living(block, np.bincount(root, minlength=len(root))[root])
        _keep(people, rows, block)
        heads.append(np.flatnonzero(is_root) + int(first))
        number += len(heads[-1])
    return np.concatenate(heads)


def _check(block: Block, formed: int, wanted: int) -> None:
    if formed != wanted:
        raise LawBroken(f"households: formed {formed} of {wanted} in a county's {len(block.age)} residents")
    if (block.mother[block.years < 3] == NOBODY).any():
        raise LawBroken(f"households: a child under 3 without a mother among {len(block.age)} residents")


def _keep(people: Residents, rows: slice, block: Block) -> None:
    """Write who belongs to whom into the columns, as rows of the market."""
    for name, found in (("spouse", block.spouse), ("mother", block.mother)):
        getattr(people, name)[rows] = np.where(found == NOBODY, NOBODY, found + rows.start)
    people.births[rows] = block.births
    people.last_birth[rows] = np.where(block.births > 0, -1 - block.youngest, LONG_AGO)


def _form(block: Block, tables: FamilyTables, collective: int, households: int) -> None:
    """Form the households of a block: steps 1 to 5."""
    with np.errstate(divide="ignore"):
        scores = race(block.words[_W_COLLECTIVE]) / tables.collective[block.years]
    block.collective[winners(scores, collective)] = True
    nuclei = _marry(block, tables, households)
    block.note_heads()
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
        wives = (block.words[_W_MARRY, women] + 0.5) * 2.0**-32 / hers
        husbands = race(block.words[_W_MARRY, men]) * (1 - his) / his
    able = int(np.isfinite(husbands).sum())
    couples = max(0, min(int((wives < 1).sum()), able, int(adult.sum()) - households))
    brides = _by_noisy_age(block, women[winners(wives, couples)])
    grooms = _by_noisy_age(block, men[winners(husbands, couples)])
    block.spouse[brides], block.spouse[grooms] = grooms, brides
    block.host[grooms] = brides
    return int(adult.sum()) - couples


def _by_noisy_age(block: Block, rows: Ints) -> Ints:
    noise = _NOISE_MONTHS * (block.words[_W_NOISE, rows] * 2.0**-31 - 1)
    return rows[np.argsort(block.age[rows] + noise, kind="stable")]


def _by_age(ages: Months, rows: Ints) -> tuple[Ints, Months]:
    """Order rows by age, youngest first; return them and their ages."""
    rows = rows[np.argsort(ages[rows], kind="stable")]
    return rows, ages[rows]


def _mothers_of(ages: Months, year: int) -> slice:
    """Return where sorted ages may be those of mothers of children of ``year`` completed years."""
    bounds = [12 * (_YOUNGEST_MOTHER + year) + 6, 12 * (_OLDEST_MOTHER + 1 + year) + 6]
    return slice(*map(int, np.searchsorted(ages, bounds)))


def _find_mothers(block: Block, tables: FamilyTables) -> int:
    """Give every minor a mother; return how many found none and stand as nuclei of their own."""
    minors = np.flatnonzero((block.years < ADULT) & ~block.collective)
    minors = minors[np.lexsort((block.words[_W_ORDER, minors], block.years[minors]))]
    bounds = np.searchsorted(block.years[minors], np.arange(ADULT + 1))
    women, ages = _by_age(block.age, np.flatnonzero(block.head & block.female))
    wed = _weddings(block, tables, women)
    orphans = 0
    for step, year in enumerate(range(ADULT - 1, -1, -1)):
        if step % 4 == 0:
            words = block.fresh(women, _MOTHERS + step // 4)
        able = _mothers_of(ages, year)
        children = minors[bounds[year] : bounds[year + 1]]
        while len(children):
            weight = _birth_weights(block, tables, women[able], ages[able], wed[able], year)
            mothers = women[able][winners(race(words[step % 4, able]) / weight, len(children))]
            block.link(children[: len(mothers)], mothers)
            children = children[len(mothers) :]
            if not len(mothers):
                orphans += len(children)
                break
    return orphans


def _birth_weights(
    block: Block, tables: FamilyTables, women: Ints, ages: Months, wed: Ints, year: int
) -> Floats:
    """Weigh women for a birth ``year`` completed years ago.

    Women of one age share that age's births by marriage, order and spacing, so that births by mother's age
    follow the rates whoever is married.
    """
    at_birth = (ages - 12 * year - 6) // 12
    since = np.clip(block.youngest[women] // 12 - year, 0, 2)
    weight = tables.next_birth[block.births[women]] * _SPACING[since]
    weight *= np.where(wed <= at_birth, 1.0, _PREMARITAL_BIRTHS)
    weight *= np.where(block.spouse[women] == NOBODY, _APART_BIRTHS, 1.0)
    share = np.bincount(at_birth) / np.maximum(np.bincount(at_birth, weight), 1e-9)
    return np.asarray(weight * (tables.mother_age[: len(share)] * share)[at_birth])


def _weddings(block: Block, tables: FamilyTables, women: Ints) -> Ints:
    """Draw the age in years at which women married, 255 for never: all wives, others by the share apart."""
    years = block.years[women]
    present, ever = tables.married[Sex.FEMALE][years], tables.wed[years]
    once = np.where(block.spouse[women] != NOBODY, 1.0, (ever - present) / (1 - present))
    drawn = (block.words[_W_WED, women] + 0.5) * 2.0**-32
    age = np.searchsorted(tables.wed, np.minimum(drawn / np.maximum(once, 1e-9), 1.0) * ever)
    return np.where(drawn < once, age, _NEVER)


def _join_elders(block: Block, tables: FamilyTables, most: int) -> int:
    """Let elders live with a grown child until the share is reached; return how many nuclei joined."""
    elders = _chosen_elders(block, tables, most)
    years = block.parent_age[elders] // 12
    children, scores = _movers(block, block.words[_W_ELDER])
    children, ages = _by_age(block.age, children[block.elders[block.heads_of(children)] == 0])
    scores = scores[children]
    joined = 0
    for year in range(int(years.max(initial=0)), ADULT, -1):
        parents = elders[years == year]
        low, high = 12 * (year - _OLDEST_MOTHER) - 5, 12 * (year - _YOUNGEST_MOTHER) + 7
        able = slice(*map(int, np.searchsorted(ages, [low, high])))
        at_birth = (12 * year + 6 - ages[able]) // 12
        won = winners(scores[able] / tables.mother_age[at_birth], len(parents))
        joined += block.link(children[able][won], parents[: len(won)])
        scores[able.start + won] = np.inf
    return joined


def _chosen_elders(block: Block, tables: FamilyTables, most: int) -> Ints:
    """Choose the heads of elder nuclei that live with a grown child, at most so many, in random order."""
    heads = np.flatnonzero(block.head & (block.elders > 0))
    ratio = np.where(block.single[heads], tables.widowed_with_children_ratio, 1.0)
    heads = heads[np.argsort(race(block.words[_W_ELDER, heads]) / ratio, kind="stable")]
    reached = np.cumsum(block.elders[heads]) - block.elders[heads]
    target = tables.elders_with_children * (block.years >= ELDER).sum()
    return heads[: min(int((reached < target).sum()), max(most, 0))]


def _movers(block: Block, words: Words) -> tuple[Ints, Floats]:
    """List the grown who may live with parents, and their race, by row.

    They are single adults without children of their own, and one of each couple, husband or wife, less often.
    """
    spouse = block.spouse
    heads = np.flatnonzero(block.head & (block.host == np.arange(len(block.host))))
    single = spouse[heads] == NOBODY
    apart = np.abs(block.age[heads] - block.age[spouse[heads]]) > _COUPLE_APART_MONTHS
    free = np.where(single, block.births[heads] == 0, ~apart)
    heads, single = heads[free], single[free]
    son = ~single & (block.words[_W_ORDER, heads] * 2.0**-32 < _SONS_STAY)
    children = np.where(son, spouse[heads], heads)
    scores = np.full(len(spouse), np.inf)
    scores[children] = race(words[heads]) / np.where(single, _SINGLE_CHILD_STAYS, 1.0)
    return children, scores


def _stay_at_home(block: Block, tables: FamilyTables, most: int) -> int:
    """Let grown children under 50 live with parents, at most so many; return how many do.

    Parents are nuclei without elders, and elders who have a grown child with them already.
    """
    children, scores = _movers(block, block.words[_W_HOME])
    children = children[block.years[children] <= _LAST_AT_HOME]
    later = 2.0 ** ((block.years[children] - ADULT) / _AT_HOME_HALVING_YEARS)
    children = children[winners(scores[children] * later, most)]
    children = children[np.argsort(block.words[_W_ORDER, children], kind="stable")]
    years = block.years[children]
    parents = np.flatnonzero(block.head & ((block.elders == 0) | block.grown))
    parents, ages = _by_age(block.parent_age, parents)
    couple = np.where(block.spouse[parents] == NOBODY, _SINGLE_PARENTS, 1.0)
    joined = 0
    for step, year in enumerate(range(_LAST_AT_HOME, ADULT - 1, -1)):
        if step % 4 == 0:
            words = block.fresh(parents, _PARENTS + step // 4)
        able = _mothers_of(ages, year)
        weight = tables.mother_age[(ages[able] - 12 * year - 6) // 12] * couple[able]
        weight *= tables.next_birth[block.births[parents[able]]]
        movers = children[years == year]
        won = parents[able][winners(race(words[step % 4, able]) / weight, len(movers))]
        joined += block.link(movers[: len(won)], won)
    return joined


def _share(block: Block, merges: int) -> None:
    """Let strangers share until the number is exact: people alone under 60, elders alone, then anyone."""
    if merges <= 0:
        return
    size = np.bincount(block.roots()[~block.collective], minlength=len(block.age))
    roots = np.flatnonzero(size)
    kind = np.where(size[roots] > 1, 2, block.years[roots] >= ELDER)
    roots = roots[np.lexsort((block.words[_W_SHARE, roots], kind))]
    block.host[roots[:merges]] = roots[merges + np.arange(merges) % (len(roots) - merges)]


def _living(block: Block, size: Ints) -> npt.NDArray[np.uint8]:
    """Say with whom each resident lives; whoever has both a spouse and parents counts with the spouse."""
    coupled = block.spouse != NOBODY
    known = [
        (block.collective, Living.COLLECTIVE),
        (size == 1, Living.ALONE),
        (coupled & block.grown, Living.SPOUSE_AND_CHILDREN),
        (coupled, Living.SPOUSE),
        (block.grown, Living.CHILDREN),
        (block.child, Living.PARENTS),
    ]
    kinds = [int(kind) for _, kind in known]
    return np.select([where for where, _ in known], kinds, int(Living.OTHERS)).astype(np.uint8)
