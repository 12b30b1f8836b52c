"""Found the residents of a market at the census of 2020-11-01, one for every person counted.

Order: places, ages and migrants → households → communities → function and disability → work and pension →
payer → income. Rows stand county by county, in each rural before urban, men before women, young before old;
``birth_month`` is -1 - age in completed months, so that ``age_months(-1)`` is the age at the census. Totals
of the province (people in support, migrants) are shared over all counties from the cells, so that markets
founded apart add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from sim import disability, employment
from sim.compiled import inner, njit
from sim.families import YEARS_OF_AGE, FamilyTables
from sim.households import form_households
from sim.kinds import Area, DisabilityGrade, Employment, Living, Payer, Pension, Sex
from sim.margins import AGE_STARTS, Cells, apportion
from sim.places import Atlas, Market
from sim.races import UNIT, fastest, keys_of, order, race, winners
from sim.rates import LifeTables
from sim.residents import Residents
from sim.streams import Decision, Keys, Stream, founder_keys, threshold

MONTHS_OF_AGE = 12 * YEARS_OF_AGE

_MOST_LIKELY = 0.98  # no cell of migrants is surer than this
_CELLS_OF_AREA = len(Sex) * len(AGE_STARTS)
_EDGES = np.append(np.array(AGE_STARTS) * 12, MONTHS_OF_AGE)  # of the age groups, months
_LOGISTIC_SD = np.pi / np.sqrt(3)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class FoundingTables:
    """What founding draws from; ``evidence.census.founding_tables`` builds it.

    ``months`` (2, 1321): share of a sex younger than m completed months. ``families``: profiles of
    households. ``extremely_poor``, ``low_income`` (2,): recipients in the province, rural and urban, persons,
    mid-2021; ``extremely_poor_elder_share``: share of the former aged 60+; ``low_income_jobless_ratio``:
    chance of a household with nobody at work relative to one with everybody at work. ``income`` (2, 1000):
    mean disposable income in each thousandth of people, rural and urban, yuan a head and year;
    ``income_fit`` (2, 5): relative error of each fifth's mean; ``income_work_weight``: what the share of
    members at work adds to a household's rank, in standard deviations. ``migrants``: people registered
    elsewhere, the province; ``migrants_of_city`` (cities,): the same where published, else NaN;
    ``migrant_weight`` (22, 2): relative chance by age group and area.
    """

    months: Floats
    families: FamilyTables
    extremely_poor: Ints
    extremely_poor_elder_share: float
    low_income: Ints
    low_income_jobless_ratio: float
    income: Ints
    income_fit: Floats
    income_work_weight: float
    migrants: int
    migrants_of_city: Floats
    migrant_weight: Floats


@dataclass(frozen=True)
class _Block:
    """The rows of one county × area, the number of its first household and the keys of its households' heads.

    Residents of collective households stand as households of one.
    """

    county: int
    area: int
    rows: slice
    first_household: int
    heads: Keys


def found(
    cells: Cells,
    tables: FoundingTables,
    life: LifeTables,
    atlas: Atlas,
    market: Market,
    stream: Stream,
    room: int = 0,
) -> Residents:
    """Found the residents of a market, with room for ``room`` rows more.

    The same cells give the same keys, counties, areas, sexes and age groups whatever the stream; all else is
    drawn. Raises LawBroken where a county's households cannot be formed.
    """
    people, starts = _place(cells, atlas, market, room)
    _draw_cells(
        people, starts, tables.months, migrant_chances(cells, tables, atlas)[list(market.counties)], stream
    )
    blocks = _households(people, cells, tables, market, starts[::_CELLS_OF_AREA], stream)
    for block in blocks:
        _settle(people, atlas, block, stream)
    disability.start(people, life, stream)
    employment.start(people, life, stream)
    _find_payers(people, cells, tables, blocks, stream)
    return people


def _place(cells: Cells, atlas: Atlas, market: Market, room: int) -> tuple[Residents, Ints]:
    """Lay out the rows: key, county, area, sex; return them and where cells begin.

    Cells stand by county, area, sex and age group.
    """
    counties = list(market.counties)
    counts = cells.counts[counties].transpose(0, 3, 1, 2)  # county, area, sex, age group
    starts = np.append(0, counts.ravel().cumsum())
    people = Residents.empty(int(starts[-1]), room)
    groups = starts[: -1 : len(AGE_STARTS)].reshape(counts.shape[:3])
    ends = starts[len(AGE_STARTS) :: len(AGE_STARTS)].reshape(counts.shape[:3])
    for number, county in enumerate(counties):
        home = slice(int(groups[number, 0, 0]), int(ends[number, -1, -1]))
        people.key[home] = founder_keys(int(atlas.counties.code[county]), 0, home.stop - home.start)
        people.county[home] = county
        for area, sex in product(Area, Sex):
            rows = slice(int(groups[number, area, sex]), int(ends[number, area, sex]))
            people.area[rows], people.sex[rows] = area, sex
    return people, starts


def _draw_cells(people: Residents, starts: Ints, months: Floats, migrants: Floats, stream: Stream) -> None:
    """Draw ages inside the age groups, and who is registered elsewhere, county × area by county × area.

    ``migrants`` (counties, 22, 2) are chances.
    """
    limits = threshold(migrants).transpose(0, 2, 1).reshape(-1, len(AGE_STARTS))
    for block, limit in enumerate(limits):
        cells = starts[block * _CELLS_OF_AREA :][: _CELLS_OF_AREA + 1]
        rows = slice(int(cells[0]), int(cells[-1]))
        ages, moves = (
            stream.words(people.key[rows], decision)[0]
            for decision in (Decision.FOUND_AGE, Decision.FOUND_MIGRANT)
        )
        people.migrant[rows] = moves < np.repeat(np.tile(limit, len(Sex)), np.diff(cells))
        _draw_ages(people.birth_month[rows], cells - rows.start, ages, months, _EDGES)


@njit(cache=True)
def _draw_ages(birth_month, cells, drawn, months, edges):  # type: ignore[no-untyped-def]
    """Draw ages in completed months inside the age groups of men, then of women."""
    groups = len(edges) - 1
    for cell in range(len(cells) - 1):
        below, first, end = months[cell // groups], edges[cell % groups], edges[cell % groups + 1]
        for row in range(cells[cell], cells[cell + 1]):
            birth_month[row] = -1 - _age((drawn[row] + 0.5) * UNIT, below, first, end)


@inner
def _age(u, below, first, end):  # type: ignore[no-untyped-def]
    """Return the age in months at which the share ``u`` of those from first to end - 1 is reached."""
    share = below[first] + u * (below[end] - below[first])
    age = first + np.int64(u * (end - first))  # all but right: ages are even inside a group
    while age < end - 1 and below[age + 1] <= share:
        age += 1
    while age > first and below[age] > share:
        age -= 1
    return age


def _households(
    people: Residents, cells: Cells, tables: FoundingTables, market: Market, starts: Ints, stream: Stream
) -> list[_Block]:
    """Form the households and list the blocks that hold anyone: county by county, rural then urban."""
    counties = list(market.counties)
    collective, households = cells.collective[counties].ravel(), cells.households[counties].ravel()
    heads = form_households(people, starts, collective, households, tables.families, stream)
    firsts = np.searchsorted(heads, starts)
    blocks = []
    for number, (county, area) in enumerate(product(counties, Area)):
        rows = slice(int(starts[number]), int(starts[number + 1]))
        mine = slice(int(firsts[number]), int(firsts[number + 1]))
        if rows.stop > rows.start:
            blocks.append(_Block(county, int(area), rows, mine.start, people.key[heads[mine]]))
    return blocks


def _settle(people: Residents, atlas: Atlas, block: _Block, stream: Stream) -> None:
    """Draw each household's community.

    Residents' committees hold urban, village committees rural households, each alike; where a county lacks
    one kind it uses the other.
    """
    here = atlas.communities_of(block.county)
    kind = atlas.communities.urban[here] == bool(block.area)
    pool = np.arange(here.start, here.stop, dtype=np.int16)[kind if kind.any() else ~kind]
    drawn = stream.uniform(block.heads, Decision.FOUND_PLACE)
    community = pool[(drawn * len(pool)).astype(np.int32)]
    people.community[block.rows] = community[people.household[block.rows] - block.first_household]


def migrant_chances(cells: Cells, tables: FoundingTables, atlas: Atlas) -> Floats:
    """Return the chance of being registered elsewhere, (counties, 22 age groups, 2 areas).

    Cities with a published count keep it; the others share the province's remainder.
    """
    weighted = cells.counts.sum(axis=1) * tables.migrant_weight
    of_city = np.bincount(atlas.counties.city, weighted.sum(axis=(1, 2)))
    known = ~np.isnan(tables.migrants_of_city)
    rest = (tables.migrants - tables.migrants_of_city[known].sum()) / of_city[~known].sum()
    scale = np.where(known, tables.migrants_of_city / of_city, rest)
    return np.minimum(scale[atlas.counties.city][:, None, None] * tables.migrant_weight, _MOST_LIKELY)


def _find_payers(
    people: Residents, cells: Cells, tables: FoundingTables, blocks: list[_Block], stream: Stream
) -> None:
    """Say whom the state supports (特困) and who receives low-income support (低保), by county × area."""
    elders, adults = cells.aged(60), cells.aged(20, 60)
    old = np.round(tables.extremely_poor * tables.extremely_poor_elder_share).astype(np.int64)
    old_poor, young_poor = _over_counties(old, elders), _over_counties(tables.extremely_poor - old, adults)
    low_income = _over_counties(tables.low_income, cells.residents)
    for block in blocks:
        home = block.county, block.area
        _support(people, block, int(old_poor[home]), int(young_poor[home]), stream)
        kept = _Kept.of(people, block)
        _assist(people, tables, block, kept, int(low_income[home]), stream)
        _earn(people, tables, block, kept, stream)


def _over_counties(totals: Ints, weights: Ints) -> Ints:
    """Share a rural and an urban total over the counties."""
    shared = [apportion(int(totals[area]), weights[:, area].astype(np.float64)) for area in Area]
    return np.stack(shared, axis=1)


def _support(people: Residents, block: _Block, old: int, young: int, stream: Stream) -> None:
    """Choose the extremely poor: first those without spouse or child at hand.

    Among people under 60 without family the severely disabled come before others.
    """
    rows = block.rows
    age, living = -1 - people.birth_month[rows], people.living[rows]
    alone = (living == Living.ALONE) | (living == Living.OTHERS)
    severe = people.disability_grade[rows] == DisabilityGrade.SEVERE
    for turns, entitled, count in (
        (1 - (alone | (living == Living.COLLECTIVE)), age >= 60 * 12, old),
        (2 - alone - (alone & severe).astype(np.int8), (age >= 18 * 12) & (age < 60 * 12), young),
    ):
        for turn in range(3):
            if count == 0:
                break
            places = rows.start + np.flatnonzero(entitled & (turns == turn))
            draws = stream.words(people.key[places], Decision.FOUND_PAYER)[0]
            poor = places[winners(draws, count)]
            people.payer[poor], people.pension[poor] = Payer.STATE, Pension.STATE
            count -= len(poor)


_HOME = np.dtype([("size", "u2"), ("working", "u2"), ("entitled", "u2"), ("supported", "?")], align=True)


@dataclass(frozen=True)
class _Kept:
    """The households of a block: members, share of them at work, members entitled to low-income support."""

    number: npt.NDArray[np.int32]  # of each resident, from the block's first
    size: npt.NDArray[np.uint16]
    working: npt.NDArray[np.uint16]
    at_work: Floats
    entitled: npt.NDArray[np.uint16]
    supported: Bools  # someone in it is

    @classmethod
    def of(cls, people: Residents, block: _Block) -> _Kept:
        number = people.household[block.rows] - np.int32(block.first_household)
        rows, homes = block.rows, np.zeros(len(block.heads), dtype=_HOME)
        _tally(homes, number, people.employment[rows], people.payer[rows], people.living[rows])
        size, working, entitled, supported = (np.ascontiguousarray(homes[name]) for name in _HOME.names or ())
        return cls(number, size, working, working / size, entitled, supported)

    def by_idleness(self, ratio: float) -> Floats:
        """Return ratio ** (share of members without work); a power is slow, so each share is raised once."""
        sizes, working = np.arange(1, self.size.max() + 1)[:, None], np.arange(self.working.max() + 1)
        powers = ratio ** (1 - np.minimum(working / sizes, 1.0))
        return np.asarray(powers[self.size - 1, self.working])


@njit(cache=True)
def _tally(homes, number, employment, payer, living):  # type: ignore[no-untyped-def]
    """Count, by household, members, those at work, those entitled to low-income support, those supported."""
    for row in range(len(number)):
        home, family = homes[number[row]], payer[row] == Payer.FAMILY
        home.size += 1
        home.working += employment[row] == Employment.EMPLOYED
        home.entitled += family and living[row] != Living.COLLECTIVE
        home.supported |= not family


def _assist(
    people: Residents, tables: FoundingTables, block: _Block, kept: _Kept, quota: int, stream: Stream
) -> None:
    """Choose family households for low-income support until their members reach the quota."""
    weight = np.where(kept.entitled > 0, kept.by_idleness(tables.low_income_jobless_ratio), 0.0)
    draws = stream.words(block.heads, Decision.FOUND_PAYER)[1]
    first = fastest(draws, weight, quota)  # every household has at least one member
    first = first[order((race(draws[first]) / weight[first]).view(np.uint64))]
    reached = first[kept.entitled[first].cumsum(dtype=np.int64) <= quota]
    kept.supported[reached] = True
    helped = np.zeros(len(weight), dtype=np.bool_)
    helped[reached] = True
    payer = people.payer[block.rows]
    payer[helped[kept.number] & (payer == Payer.FAMILY)] = Payer.LOW_INCOME


def _earn(people: Residents, tables: FoundingTables, block: _Block, kept: _Kept, stream: Stream) -> None:
    """Rank a block's households by work and chance, the supported last, and read incomes off the curve.

    Ranks count people, so that a thousandth of the people has each of the curve's incomes.
    """
    drawn = stream.uniform(block.heads, Decision.FOUND_INCOME)
    score = tables.income_work_weight * kept.at_work + np.log(drawn / (1 - drawn)) / _LOGISTIC_SD
    places = order(keys_of(score))
    helped = kept.supported[places]
    places = np.concatenate([places[helped], places[~helped]])
    size = kept.size[places]
    thousandth = ((size.cumsum(dtype=np.int64) - size / 2) / size.sum() * tables.income.shape[1]).astype(
        np.int32
    )
    income = np.empty(len(places), dtype=np.int32)
    income[places] = tables.income[block.area][thousandth]
    people.income[block.rows] = income[kept.number]
