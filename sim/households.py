"""Put founded residents into households: couples, mothers and children, elders with a grown child, the rest.

Each county × area is a block of rows that is put together alone, so that its numbers of collective residents
and of family households come out exact. In a block:

1. collective households take their number of residents, by age
2. women marry by age, and as many men; couples match by rank of age, with some noise
3. minors, oldest year of birth first, get a mother among the women by age at birth, marriage and earlier births
4. elders, until the stated share lives with a grown child, get one by the mother's age at birth
5. grown children, mostly single, live with parents, and last, strangers share, until the number is exact

Every choice is an exponential race (Efraimidis & Spirakis 2006, Information Processing Letters 97:181): of all
candidates those with the smallest -log(u) / weight win, u keyed by resident. Everyone belongs to a *nucleus*,
a couple or a single adult, named by its head's row, the woman of a couple; ``host`` leads from each row to the
head it belongs to or has joined, at the end to the head of the household. A host is always older than its
guests, so that the way ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.errors import LawBroken
from sim.kinds import Living, Sex
from sim.residents import LONG_AGO, NOBODY, Residents
from sim.streams import Decision, Keys, Stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint32]

_ADULT, _ELDER, _LAST_AT_HOME = 18, 60, 49  # years: grown; elder; oldest grown child that joins younger parents
_YOUNGEST_MOTHER, _OLDEST_MOTHER = 16, 48  # years at birth, so that months apart lie within 15 to 50 years
_FATHER_OLDER_MONTHS = 24
_NOISE_MONTHS = 36.0  # couples match by age up to this much either way
_COUPLE_APART_MONTHS = 12 * 12  # couples further apart in age do not move in with parents (hosts stay older)
_PREMARITAL_BIRTHS = 0.03  # chance of a child before marriage, relative to after
_APART_BIRTHS = 0.5  # chance of a child without a spouse in the household, relative to with one
_SPACING = np.array([1e-6, 0.3, 1.0])  # relative chance in the year of another birth, the year after, later
_SONS_STAY = 0.8  # of couples who live with his or her parents, with his
_SINGLE_CHILD_STAYS = 4.0  # an unmarried grown child lives with parents so many times as likely as a couple
_AT_HOME_HALVING_YEARS = 5.0  # each so many years after 18 halve the chance of living with parents
_SINGLE_PARENTS = 0.5  # chance of a grown child in the household of a single parent, relative to a couple

_NEVER = 255
_CHILDLESS = np.iinfo(np.int16).max
_MOTHERS, _PARENTS = 2, 16  # times of the draws of steps 3 and 5, four years of age each; 0 and 1 are the block's
(_W_COLLECTIVE, _W_MARRY, _W_NOISE, _W_ELDER, _W_WED, _W_HOME, _W_SHARE, _W_ORDER) = range(8)


@dataclass(frozen=True)
class FamilyTables:
    """Profiles by which households form.

    ``married`` (2, 110): chance of living with a spouse by sex and age in years; ``wed`` (110,): share of women
    who have ever married, at least as many; ``mother_age`` (110,): births per woman and year by age;
    ``next_birth`` (256,): relative chance of another birth by births before; ``collective`` (110,): relative
    chance of living in a collective household by age; ``elders_with_children``: share of people 60+ who live
    with a grown child; ``widowed_with_children_ratio``: chance of that without a spouse relative to with one.
    """

    married: Floats
    wed: Floats
    mother_age: Floats
    next_birth: Floats
    collective: Floats
    elders_with_children: float
    widowed_with_children_ratio: float


class _Block:
    """The rows of one county × area: what is known, what is found, and the draws; rows count from its first."""

    def __init__(self, people: Residents, rows: slice, stream: Stream) -> None:
        self.keys: Keys = people.key[rows]
        self.age: npt.NDArray[np.int16] = people.age_months(-1)[rows]  # completed months at the census
        self.years = self.age // 12
        self.female: Bools = people.sex[rows] == Sex.FEMALE
        self.stream = stream
        draws = [stream.words(self.keys, Decision.FOUND_HOUSEHOLD, time) for time in (0, 1)]
        self.words: Words = np.concatenate(draws)
        count = len(self.keys)
        self.collective = np.zeros(count, dtype=bool)
        self.host = np.arange(count, dtype=np.int32)
        self.spouse = np.full(count, NOBODY, dtype=np.int32)
        self.mother = np.full(count, NOBODY, dtype=np.int32)
        self.births = np.zeros(count, dtype=np.uint8)
        self.youngest = np.full(count, _CHILDLESS, dtype=np.int16)  # age of the youngest child, months
        self.grown = np.zeros(count, dtype=bool)  # lives with a grown child
        self.child = np.zeros(count, dtype=bool)  # lives with a parent

    def fresh(self, rows: Ints, time: int) -> Words:
        """Draw four new words for some rows."""
        return self.stream.words(self.keys[rows], Decision.FOUND_HOUSEHOLD, time)

    def note_heads(self) -> None:
        """Write down who heads a nucleus, how many elders it has, and the age by which children match it."""
        alone = self.spouse == NOBODY
        self.single = ~self.collective & alone & (self.years >= _ADULT)
        self.head = self.single | (self.female & ~alone)
        old = self.years >= _ELDER
        self.elders = old.astype(np.int64) + (old[self.spouse] & ~alone)
        self.parent_age = self.age - np.where(self.female, 0, _FATHER_OLDER_MONTHS).astype(np.int16)

    def link(self, children: Ints, parents: Ints) -> int:
        """Let children's nuclei live with their parents': each parent a head, once a call; return how many."""
        married = (self.spouse[children] != NOBODY) & ~self.female[children]
        self.host[np.where(married, self.spouse[children], children)] = parents
        self.child[children] = True
        born = self.female[parents]
        mothers = parents[born]
        self.mother[children[born]] = mothers
        self.births[mothers] += 1
        self.youngest[mothers] = np.minimum(self.youngest[mothers], self.age[children[born]])
        old = parents[self.years[children] >= _ADULT]
        self.grown[old] = True
        self.grown[self.spouse[old][self.spouse[old] != NOBODY]] = True
        return len(children)

    def roots(self) -> npt.NDArray[np.int32]:
        """Return the head of each row's household."""
        host = self.host
        while (host[host] != host).any():
            host = host[host]
        return host


def form_households(
    people: Residents, starts: Ints, collective: Ints, households: Ints, tables: FamilyTables, stream: Stream
) -> Ints:
    """Fill household, living, spouse, mother, births and last_birth; return the row of each household's head.

    ``starts`` (blocks + 1,) are the first rows of the blocks; ``collective`` and ``households`` (blocks,) what
    each must hold. Households are numbered block by block; residents of collective households have a number
    each, and Living.COLLECTIVE. Raises LawBroken where a block cannot hold its households or a child under 3
    finds no mother.
    """
    heads: list[Ints] = []
    number = 0
    for first, end, dormitory, homes in zip(starts[:-1], starts[1:], collective, households, strict=True):
        if end == first:
            continue
        rows = slice(int(first), int(end))
        block = _Block(people, rows, stream)
        _form(block, tables, int(dormitory), int(homes))
        root = block.roots()
        is_root = root == np.arange(len(root))
        people.household[rows] = (np.cumsum(is_root) - 1 + number)[root]
        people.living[rows] = _living(block, np.bincount(root, minlength=len(root))[root])
        _check(block, int(is_root.sum()), int(dormitory) + int(homes))
        for name, found in (("spouse", block.spouse), ("mother", block.mother)):
            getattr(people, name)[rows] = np.where(found == NOBODY, NOBODY, found + first)
        people.births[rows] = block.births
        people.last_birth[rows] = np.where(block.births > 0, -1 - block.youngest, LONG_AGO)
        heads.append(np.flatnonzero(is_root) + int(first))
        number += len(heads[-1])
    return np.concatenate(heads)


def _check(block: _Block, formed: int, wanted: int) -> None:
    if formed != wanted:
        raise LawBroken(f"households: formed {formed} of {wanted} in a county's {len(block.age)} residents")
    if (block.mother[block.years < 3] == NOBODY).any():
        raise LawBroken(f"households: a child under 3 without a mother among {len(block.age)} residents")


def _form(block: _Block, tables: FamilyTables, collective: int, households: int) -> None:
    """Form the households of a block: steps 1 to 5."""
    with np.errstate(divide="ignore"):
        scores = _race(block.words[_W_COLLECTIVE]) / tables.collective[block.years]
    block.collective[_winners(scores, collective)] = True
    nuclei = _marry(block, tables, households)
    block.note_heads()
    nuclei += _find_mothers(block, tables)
    nuclei -= _join_elders(block, tables, nuclei - households)
    nuclei -= _stay_at_home(block, tables, nuclei - households)
    _share(block, nuclei - households)


def _race(words: Words) -> Floats:
    """Return exponential numbers from words."""
    return np.asarray(-np.log((words + 0.5) * 2.0**-32))


def _winners(scores: Floats, count: int) -> Ints:
    """Return the places of the ``count`` smallest finite scores, in order of place; fewer where there are fewer.

    >>> _winners(np.array([3.0, np.inf, 1.0, 2.0]), 2).tolist()
    [2, 3]
    """
    count = min(count, int(np.isfinite(scores).sum()))
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    limit = np.partition(scores, count - 1)[count - 1]
    won = scores < limit
    won[np.flatnonzero(scores == limit)[: count - int(won.sum())]] = True
    return np.flatnonzero(won)


def _marry(block: _Block, tables: FamilyTables, households: int) -> int:
    """Form couples and return the number of nuclei: couples and single adults.

    A woman marries by her own chance, a man in a race by his odds.
    """
    adult = ~block.collective & (block.years >= _ADULT)
    women, men = np.flatnonzero(adult & block.female), np.flatnonzero(adult & ~block.female)
    chance = tables.married[Sex.MALE][block.years[men]]
    with np.errstate(divide="ignore"):
        wives = (block.words[_W_MARRY, women] + 0.5) * 2.0**-32 / tables.married[Sex.FEMALE][block.years[women]]
        husbands = _race(block.words[_W_MARRY, men]) * (1 - chance) / chance
    able = int(np.isfinite(husbands).sum())
    couples = max(0, min(int((wives < 1).sum()), able, int(adult.sum()) - households))
    brides = _by_noisy_age(block, women[_winners(wives, couples)])
    grooms = _by_noisy_age(block, men[_winners(husbands, couples)])
    block.spouse[brides], block.spouse[grooms] = grooms, brides
    block.host[grooms] = brides
    return int(adult.sum()) - couples


def _by_noisy_age(block: _Block, rows: Ints) -> Ints:
    noise = _NOISE_MONTHS * (block.words[_W_NOISE, rows] * 2.0**-31 - 1)
    return rows[np.argsort(block.age[rows] + noise, kind="stable")]


def _by_age(ages: npt.NDArray[np.int16], rows: Ints) -> tuple[Ints, npt.NDArray[np.int16]]:
    """Order rows by age, youngest first; return them and their ages."""
    rows = rows[np.argsort(ages[rows], kind="stable")]
    return rows, ages[rows]


def _window(ages: npt.NDArray[np.int16], low: int, high: int) -> slice:
    """Return where sorted ages lie in low to high - 1 months."""
    return slice(*map(int, np.searchsorted(ages, [low, high])))


def _find_mothers(block: _Block, tables: FamilyTables) -> int:
    """Give every minor a mother; return how many found none and stand as nuclei of their own.

    Women of one age share that age's births by marriage, order and spacing, so that births by mother's age
    follow the rates whoever is married.
    """
    minors = np.flatnonzero((block.years < _ADULT) & ~block.collective)
    minors = minors[np.lexsort((block.words[_W_ORDER, minors], block.years[minors]))]
    bounds = np.searchsorted(block.years[minors], np.arange(_ADULT + 1))
    women, ages = _by_age(block.age, np.flatnonzero(block.head & block.female))
    wed = _weddings(block, tables, women)
    apart = np.where(block.spouse[women] == NOBODY, _APART_BIRTHS, 1.0)
    orphans = 0
    for step, year in enumerate(range(_ADULT - 1, -1, -1)):
        if step % 4 == 0:
            words = block.fresh(women, _MOTHERS + step // 4)
        able = _window(ages, 12 * (_YOUNGEST_MOTHER + year) + 6, 12 * (_OLDEST_MOTHER + 1 + year) + 6)
        children = minors[bounds[year] : bounds[year + 1]]
        while len(children):
            weight = _birth_weights(block, tables, women[able], ages[able], wed[able], year) * apart[able]
            at_birth = (ages[able] - 12 * year - 6) // 12
            share = tables.mother_age * np.bincount(at_birth, minlength=110)
            share /= np.maximum(np.bincount(at_birth, weight, 110), 1e-9)
            mothers = women[able][_winners(_race(words[step % 4, able]) / (weight * share[at_birth]), len(children))]
            block.link(children[: len(mothers)], mothers)
            children = children[len(mothers) :]
            if not len(mothers):
                orphans += len(children)
                break
    return orphans


def _birth_weights(
    block: _Block, tables: FamilyTables, women: Ints, ages: npt.NDArray[np.int16], wed: Words, year: int
) -> Floats:
    """Weigh women of like age for a birth ``year`` completed years ago, by marriage, order and spacing."""
    since = np.clip(block.youngest[women] // 12 - year, 0, 2)
    married = np.where(12 * (wed.astype(np.int64) + year) + 6 <= ages, 1.0, _PREMARITAL_BIRTHS)
    return np.asarray(tables.next_birth[block.births[women]] * _SPACING[since] * married)


def _weddings(block: _Block, tables: FamilyTables, women: Ints) -> Words:
    """Draw at what age in years women married, 255 for never: wives for certain, others by the share apart."""
    years = block.years[women]
    present, ever = tables.married[Sex.FEMALE][years], tables.wed[years]
    once = np.where(block.spouse[women] != NOBODY, 1.0, (ever - present) / (1 - present))
    drawn = (block.words[_W_WED, women] + 0.5) * 2.0**-32
    age = np.searchsorted(tables.wed, np.minimum(drawn / np.maximum(once, 1e-9), 1.0) * ever)
    return np.where(drawn < once, age, _NEVER).astype(np.uint32)


def _join_elders(block: _Block, tables: FamilyTables, most: int) -> int:
    """Let elders live with a grown child until the share is reached; return how many nuclei joined."""
    elders = _chosen_elders(block, tables, most)
    years = block.parent_age[elders] // 12
    children, race = _candidates(block, block.words[_W_ELDER])
    children, ages = _by_age(block.age, children[block.elders[_heads_of(block, children)] == 0])
    scores = race[children]
    joined = 0
    for year in range(int(years.max(initial=0)), _ADULT, -1):
        parents = elders[years == year]
        if not len(parents):
            continue
        able = _window(ages, 12 * (year - _OLDEST_MOTHER) - 5, 12 * (year - _YOUNGEST_MOTHER) + 7)
        at_birth = (12 * year + 6 - ages[able]) // 12
        won = _winners(scores[able] / tables.mother_age[at_birth], len(parents))
        joined += block.link(children[able][won], parents[: len(won)])
        scores[able.start + won] = np.inf
    return joined


def _chosen_elders(block: _Block, tables: FamilyTables, most: int) -> Ints:
    """Choose the heads of elder nuclei that live with a grown child, at most so many, in random order."""
    heads = np.flatnonzero(block.head & (block.elders > 0))
    ratio = np.where(block.single[heads], tables.widowed_with_children_ratio, 1.0)
    heads = heads[np.argsort(_race(block.words[_W_ELDER, heads]) / ratio, kind="stable")]
    reached = np.cumsum(block.elders[heads]) - block.elders[heads]
    target = tables.elders_with_children * (block.years >= _ELDER).sum()
    return heads[: min(int((reached < target).sum()), max(most, 0))]


def _heads_of(block: _Block, rows: Ints) -> Ints:
    """Return the heads of the nuclei of adults: wives for husbands."""
    other = (block.spouse[rows] != NOBODY) & ~block.female[rows]
    return np.where(other, block.spouse[rows], rows)


def _candidates(block: _Block, words: Words) -> tuple[Ints, Floats]:
    """List the grown who may live with parents, and the race between them (by row).

    They are single adults without children of their own, and one of each couple, husband or wife, less often.
    """
    spouse, heads = block.spouse, np.flatnonzero(block.head & (block.host == np.arange(len(block.host))))
    single = spouse[heads] == NOBODY
    apart = np.abs(block.age[heads] - block.age[spouse[heads]]) > _COUPLE_APART_MONTHS
    free = np.where(single, block.births[heads] == 0, ~apart)
    heads, single = heads[free], single[free]
    son = ~single & (block.words[_W_ORDER, heads] * 2.0**-32 < _SONS_STAY)
    children = np.where(son, spouse[heads], heads)
    race = np.full(len(spouse), np.inf)
    race[children] = _race(words[heads]) / np.where(single, _SINGLE_CHILD_STAYS, 1.0)
    return children, race


def _stay_at_home(block: _Block, tables: FamilyTables, most: int) -> int:
    """Let grown children under 50 live with parents, at most so many; return how many do.

    Parents are nuclei without elders, and elders who have a grown child with them already.
    """
    children, race = _candidates(block, block.words[_W_HOME])
    children = children[block.years[children] <= _LAST_AT_HOME]
    later = 2.0 ** ((block.years[children] - _ADULT) / _AT_HOME_HALVING_YEARS)
    children = children[_winners(race[children] * later, most)]
    children = children[np.argsort(block.words[_W_ORDER, children], kind="stable")]
    years = block.years[children]
    heads, ages = _by_age(block.parent_age, np.flatnonzero(block.head & ((block.elders == 0) | block.grown)))
    couple = np.where(block.spouse[heads] == NOBODY, _SINGLE_PARENTS, 1.0)
    joined = 0
    for step, year in enumerate(range(_LAST_AT_HOME, _ADULT - 1, -1)):
        if step % 4 == 0:
            words = block.fresh(heads, _PARENTS + step // 4)
        able = _window(ages, 12 * (_YOUNGEST_MOTHER + year) + 6, 12 * (_OLDEST_MOTHER + 1 + year) + 6)
        weight = tables.mother_age[(ages[able] - 12 * year - 6) // 12] * couple[able]
        weight *= tables.next_birth[block.births[heads[able]]]
        movers = children[years == year]
        parents = heads[able][_winners(_race(words[step % 4, able]) / weight, len(movers))]
        joined += block.link(movers[: len(parents)], parents)
    return joined


def _share(block: _Block, merges: int) -> None:
    """Let strangers share until the number is exact: first people alone under 60, then elders alone, then anyone."""
    if merges <= 0:
        return
    size = np.bincount(block.roots()[~block.collective], minlength=len(block.age))
    roots = np.flatnonzero(size)
    kind = np.where(size[roots] > 1, 2, block.years[roots] >= _ELDER)
    roots = roots[np.lexsort((block.words[_W_SHARE, roots], kind))]
    block.host[roots[:merges]] = roots[merges + np.arange(merges) % (len(roots) - merges)]


def _living(block: _Block, size: Ints) -> npt.NDArray[np.uint8]:
    """Say with whom each resident lives; whoever has both a spouse and parents counts with the spouse."""
    coupled = block.spouse != NOBODY
    known = [
        (block.collective, Living.COLLECTIVE), (size == 1, Living.ALONE),
        (coupled & block.grown, Living.SPOUSE_AND_CHILDREN), (coupled, Living.SPOUSE),
        (block.grown, Living.CHILDREN), (block.child, Living.PARENTS),
    ]  # fmt: skip
    return np.select([where for where, _ in known], [int(kind) for _, kind in known], Living.OTHERS).astype(np.uint8)
