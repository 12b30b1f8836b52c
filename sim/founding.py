"""Found the residents of a market at the census of 2020-11-01, one for every person counted.

Order: places and ages → households → communities → migrants → function and disability → work and pension →
payer → income. Rows stand county by county, in each rural before urban, men before women, young before old;
``birth_month`` is -1 - age in completed months, so that ``age_months(-1)`` is the age at the census. Totals
of the province (people in support, migrants) are shared over all counties from the cells, so that markets
founded apart add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim import disability, employment
from sim.families import YEARS_OF_AGE, FamilyTables
from sim.households import form_households
from sim.kinds import Area, DisabilityGrade, Employment, Living, Payer, Pension, Sex
from sim.margins import AGE_STARTS, Cells, apportion
from sim.places import Atlas, Market
from sim.rates import LifeTables
from sim.residents import Residents
from sim.streams import Decision, Keys, Stream, founder_keys, threshold

MONTHS_OF_AGE = 12 * YEARS_OF_AGE

_MOST_LIKELY = 0.98  # no cell of migrants is surer than this
_WITHOUT_FAMILY = (Living.ALONE, Living.OTHERS)
_LOGISTIC_SD = np.pi / np.sqrt(3)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Groups = npt.NDArray[np.uint8]  # rows of AGE_STARTS


@dataclass(frozen=True)
class FoundingTables:
    """What founding draws from; ``calibration.census.founding_tables`` builds it.

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
    people, groups, starts = _place(cells, atlas, market, room)
    people.birth_month[:] = -1 - _ages(people, groups, tables.months, stream)
    counties = list(market.counties)
    collective, households = cells.collective[counties].ravel(), cells.households[counties].ravel()
    heads = form_households(people, starts, collective, households, tables.families, stream)
    blocks = _blocks(people, heads, starts, counties)
    _settle(people, atlas, blocks, stream)
    people.migrant[:] = _migrants(people, groups, migrant_chances(cells, tables, atlas), stream)
    disability.start(people, life, stream)
    employment.start(people, life, stream)
    _find_payers(people, cells, tables, blocks, stream)
    for block in blocks:
        _earn(people, tables, block, stream)
    return people


def _place(cells: Cells, atlas: Atlas, market: Market, room: int) -> tuple[Residents, Groups, Ints]:
    """Lay out the rows: key, county, area, sex; return them, age groups and where county × areas begin."""
    counties = list(market.counties)
    counts = cells.counts[counties].transpose(0, 3, 1, 2)  # county, area, sex, age group
    people = Residents.empty(int(counts.sum()), room)
    codes = np.meshgrid(counties, list(Area), list(Sex), range(len(AGE_STARTS)), indexing="ij")
    county, area, sex, group = (np.repeat(code.ravel().astype(np.uint8), counts.ravel()) for code in codes)
    people.county[:], people.area[:], people.sex[:] = county, area, sex
    sizes = counts.sum(axis=(1, 2, 3))
    county_codes = atlas.counties.code[counties]
    keys = [founder_keys(int(code), 0, int(size)) for code, size in zip(county_codes, sizes, strict=True)]
    people.key[:] = np.concatenate(keys)
    return people, group, np.append(0, counts.sum(axis=(2, 3)).ravel().cumsum())


def _ages(people: Residents, groups: Groups, months: Floats, stream: Stream) -> npt.NDArray[np.int16]:
    """Draw ages in completed months inside the age groups."""
    edges = np.append(np.array(AGE_STARTS) * 12, MONTHS_OF_AGE)
    drawn = stream.uniform(people.key, Decision.FOUND_AGE)
    ages = np.empty(people.size, dtype=np.int16)
    for sex in Sex:
        rows = people.sex == sex
        below = months[sex][edges]
        share = below[groups[rows]] + drawn[rows] * np.diff(below)[groups[rows]]
        ages[rows] = np.searchsorted(months[sex], share, side="right") - 1
    return np.clip(ages, edges[groups], edges[groups + 1] - 1).astype(np.int16)


def _blocks(people: Residents, heads: Ints, starts: Ints, counties: list[int]) -> list[_Block]:
    """List the blocks of rows that hold anyone: county by county, rural then urban."""
    pairs = [(county, int(area)) for county in counties for area in Area]
    firsts = np.searchsorted(heads, starts)
    blocks = []
    for number, (county, area) in enumerate(pairs):
        rows = slice(int(starts[number]), int(starts[number + 1]))
        mine = slice(int(firsts[number]), int(firsts[number + 1]))
        if rows.stop > rows.start:
            blocks.append(_Block(county, area, rows, mine.start, people.key[heads[mine]]))
    return blocks


def _settle(people: Residents, atlas: Atlas, blocks: list[_Block], stream: Stream) -> None:
    """Draw each household's community.

    Residents' committees hold urban, village committees rural households, each alike; where a county lacks
    one kind it uses the other.
    """
    for block in blocks:
        here = atlas.communities_of(block.county)
        kind = atlas.communities.urban[here] == bool(block.area)
        pool = np.arange(here.start, here.stop)[kind if kind.any() else ~kind]
        drawn = stream.uniform(block.heads, Decision.FOUND_PLACE)
        community = pool[(drawn * len(pool)).astype(np.int64)]
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


def _migrants(people: Residents, groups: Groups, chances: Floats, stream: Stream) -> Bools:
    """Draw who is registered elsewhere."""
    limit = threshold(chances)[people.county, groups, people.area]
    return np.asarray(stream.words(people.key, Decision.FOUND_MIGRANT)[0] < limit)


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
        _assist(people, tables, block, int(low_income[home]), stream)


def _over_counties(totals: Ints, weights: Ints) -> Ints:
    """Share a rural and an urban total over the counties."""
    shared = [apportion(int(totals[area]), weights[:, area].astype(np.float64)) for area in Area]
    return np.stack(shared, axis=1)


def _support(people: Residents, block: _Block, old: int, young: int, stream: Stream) -> None:
    """Choose the extremely poor: first those without spouse or child at hand.

    Among people under 60 without family the severely disabled come before others.
    """
    rows, first = block.rows, block.rows.start
    age = people.age_months(-1)[rows] // 12
    living = people.living[rows]
    alone = np.isin(living, _WITHOUT_FAMILY)
    race = stream.uniform(people.key[rows], Decision.FOUND_PAYER)
    chosen = [_lowest(race + 1 - (alone | (living == Living.COLLECTIVE)), age >= 60, old)]
    severe = people.disability_grade[rows] == DisabilityGrade.SEVERE
    chosen.append(_lowest(race + 2 - alone - (alone & severe), (age >= 18) & (age < 60), young))
    poor = first + np.concatenate(chosen)
    people.payer[poor], people.pension[poor] = Payer.STATE, Pension.STATE


def _lowest(scores: Floats, where: Bools, count: int) -> Ints:
    """Return the ``count`` places with the lowest scores among those allowed."""
    places = np.flatnonzero(where)
    count = min(count, len(places))
    return places[np.argsort(scores[places], kind="stable")[:count]]


def _at_work(people: Residents, block: _Block) -> tuple[Ints, Ints, Floats]:
    """Return each resident's household within the block, and its members and their share at work."""
    number = (people.household[block.rows] - block.first_household).astype(np.int64)
    size = np.bincount(number)
    working = np.bincount(number, people.employment[block.rows] == Employment.EMPLOYED)
    return number, size, working / size


def _assist(people: Residents, tables: FoundingTables, block: _Block, quota: int, stream: Stream) -> None:
    """Choose family households for low-income support until their members reach the quota."""
    number, _, share = _at_work(people, block)
    payer, living = people.payer[block.rows], people.living[block.rows]
    entitled = (payer == Payer.FAMILY) & (living != Living.COLLECTIVE)
    members = np.bincount(number, entitled).astype(np.int64)
    weight = tables.low_income_jobless_ratio ** (1 - share)
    race = -np.log(stream.uniform(block.heads, Decision.FOUND_PAYER, word=1)) / weight
    order = np.argsort(np.where(members > 0, race, np.inf), kind="stable")
    assisted = np.zeros(len(members), dtype=np.bool_)
    reached = members[order].cumsum()
    assisted[order[reached <= quota]] = True
    people.payer[block.rows][entitled & assisted[number]] = Payer.LOW_INCOME


def _earn(people: Residents, tables: FoundingTables, block: _Block, stream: Stream) -> None:
    """Rank a block's households by work and chance, the supported last, and read incomes off the curve.

    Ranks count people, so that a thousandth of the people has each of the curve's incomes.
    """
    number, size, share = _at_work(people, block)
    supported = np.bincount(number, people.payer[block.rows] != Payer.FAMILY) > 0
    drawn = stream.uniform(block.heads, Decision.FOUND_INCOME)
    score = tables.income_work_weight * share + np.log(drawn / (1 - drawn)) / _LOGISTIC_SD
    order = np.lexsort((score, ~supported))
    rank = np.empty(len(size))
    rank[order] = (size[order].cumsum() - size[order] / 2) / size.sum()
    thousandth = (rank * tables.income.shape[1]).astype(np.int64)
    people.income[block.rows] = tables.income[block.area][thousandth][number]
