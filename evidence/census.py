"""Collect the margins of a census, 2020 or 2010, and seeds for what it leaves open.

Every total that the raking must meet comes from ``evidence/tables``; how villages differ from towns is
assumed (``evidence/parameters/founding.toml``). ``founding_tables`` is offered here beside the margins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from evidence.founders import CENSUS, SEXES, collective_weight, founding_tables, maybe, province_ages
from evidence.imputed import NONE, REST, imputed_2010, imputed_2020
from evidence.settings import load_parameters
from evidence.table import PROVINCE, Evidence
from sim.kinds import Area, Quality, Sex
from sim.margins import AGE_STARTS, Margin, Margins
from sim.parameters import Settings
from sim.places import Atlas

__all__ = ["census_margins", "founding_tables"]

_GROUPS = len(AGE_STARTS)
_CHILDREN, _ELDERS = slice(0, 4), slice(13, None)  # age groups of 0–14 and of 60+

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Place = tuple[str, Ints]  # its name in the evidence, its counties
Band = tuple[str, list[int], float, Quality]  # label, members of an axis, persons


def census_margins(
    evidence: Evidence, atlas: Atlas, settings: Settings | None = None, census: int = CENSUS
) -> Margins:
    """Collect the margins and the seed of the raking; ``settings`` default to the central values.

    Tables, in the order in which they are raked: sexes and broad ages of cities and counties that published
    them, urban residents, the province by area, by age and sex, counties.
    """
    settings = settings or load_parameters()
    counties = evidence.by_county("resident_population", census)
    province = province_ages(evidence, census)
    urban, published = _urban(evidence, atlas, counties, census)
    tables = (
        *_place_tables(evidence, atlas, counties, census),
        urban,
        _province_by_area(evidence, census),
        _age_sex(province),
        _counties(evidence, atlas, counties, census),
    )
    collective, households = _household_margins(evidence, atlas, counties, census)
    return Margins(
        seed=_seed(evidence, atlas, settings, province, counties, census),
        counties=counties.astype(np.int64),
        tables=tables,
        collective=collective,
        households=households,
        collective_weight=collective_weight(settings),
        household_size=_household_size(evidence, settings, census),
        imputed=imputed_2020(atlas, tables, published, collective) if census == CENSUS else imputed_2010(),
    )


def _cities_and_counties(atlas: Atlas) -> tuple[list[Place], list[Place]]:
    """List every city and every county with its counties, under the names that evidence uses."""
    city = atlas.counties.city
    cities = [(str(name), np.flatnonzero(city == row)) for row, name in enumerate(atlas.cities.name)]
    homes = atlas.cities.name[city]
    names = [f"{home}{county}" for home, county in zip(homes, atlas.counties.name, strict=True)]
    return cities, [(name, np.array([row])) for row, name in enumerate(names)]


def _age_sex(province: Floats) -> Margin:
    labels = tuple(f"{age} {sex}" for sex in SEXES for age in AGE_STARTS)
    groups = np.arange(province.size).reshape(1, *province.shape, 1)
    return Margin("age-sex", groups, province.ravel(), labels, (Quality.PUBLISHED,) * province.size)


def _province_by_area(evidence: Evidence, census: int) -> Margin:
    totals = [evidence.value(f"{area.name.lower()}_population", year=census) for area in Area]
    labels = tuple(f"{PROVINCE} {area.name.lower()}" for area in Area)
    return Margin(
        "province", np.arange(len(Area)), np.array(totals), labels, (Quality.PUBLISHED,) * len(Area)
    )


def _counties(evidence: Evidence, atlas: Atlas, counties: Floats, census: int) -> Margin:
    names = [name for name, _ in _cities_and_counties(atlas)[1]]
    figures = [evidence.figure("resident_population", name, census) for name in names]
    groups = np.arange(len(counties))[:, None, None, None]
    qualities = tuple(figure.quality for figure in figures)
    return Margin("counties", groups, counties, tuple(map(str, atlas.counties.name)), qualities)


def _place_tables(evidence: Evidence, atlas: Atlas, counties: Floats, census: int) -> list[Margin]:
    """Make the tables of sexes and broad ages, of cities and then of counties, as far as published.

    Where every county published a thing, cities add nothing but their rounding.
    """
    cities, single = _cities_and_counties(atlas)
    made: dict[str, Margin | None] = {}
    for level, places in (("counties", single), ("cities", cities)):
        for what, bands, length in (("sexes", _sexes, len(Sex)), ("ages", _broad_ages, _GROUPS)):
            inner = made.get(f"{what} of counties")
            if level == "counties" or inner is None or (inner.groups == NONE).any():
                name = f"{what} of {level}"
                made[name] = _banded(name, places, counties, evidence, census, bands, length)
    order = [f"{what} of {level}" for level in ("cities", "counties") for what in ("sexes", "ages")]
    return [table for table in map(made.get, order) if table is not None]


def _banded(
    name: str, places: list[Place], counties: Floats, evidence: Evidence, census: int,
    bands: Callable[[Evidence, str, float, int], Iterator[Band]], length: int,
) -> Margin | None:  # fmt: skip
    """Make one table out of the bands of sex or age that each place published, if any did."""
    groups = np.full((len(counties), length), NONE)
    found: list[Band] = []
    for place, rows in places:
        for label, members, total, quality in bands(evidence, place, float(counties[rows].sum()), census):
            groups[np.ix_(rows, np.array(members))] = len(found)
            found.append((f"{place} {label}", members, total, quality))
    if not found:
        return None
    shaped = groups[:, :, None, None] if length == len(Sex) else groups[:, None, :, None]
    labels, _, totals, qualities = zip(*found, strict=True)
    return Margin(name, shaped, np.array(totals), labels, qualities)


def _sexes(evidence: Evidence, place: str, residents: float, census: int) -> Iterator[Band]:
    """Yield men and women where they are published, as counts or as a share."""
    men = maybe(evidence, "male", place, census) or maybe(evidence, "share_male", place, census)
    if men is None:
        return
    count = men.value if men.unit == "persons" else men.value / 100 * residents
    yield SEXES[Sex.MALE], [int(Sex.MALE)], count, men.quality
    yield SEXES[Sex.FEMALE], [int(Sex.FEMALE)], residents - count, men.quality


def _broad_ages(evidence: Evidence, place: str, residents: float, census: int) -> Iterator[Band]:
    """Yield the bands between the ages 0, 15, 60 and 65 at which a place published a count or a share."""
    above: dict[int, tuple[float, Quality]] = {0: (residents, Quality.PUBLISHED)}
    for age, word in ((15, "0_14"), (60, "60_plus"), (65, "65_plus")):
        figure = maybe(evidence, f"age_{word}", place, census) or maybe(
            evidence, f"share_{word}", place, census
        )
        if figure:
            count = figure.value if figure.unit == "persons" else figure.value / 100 * residents
            above[age] = (residents - count if age == 15 else count, figure.quality)
    if len(above) == 1:
        return
    for start, end in pairwise([*above, 1000]):
        members = [row for row, age in enumerate(AGE_STARTS) if start <= age < end]
        quality = max((above[cut][1] for cut in (start, end) if cut in above), key=list(Quality).index)
        yield _band(start, end), members, above[start][0] - above.get(end, (0.0,))[0], quality


def _band(start: int, end: int) -> str:
    return f"{start}+" if end > 200 else f"{start}–{end - 1}"


def _urban(evidence: Evidence, atlas: Atlas, counties: Floats, census: int) -> tuple[Margin, Bools]:
    """Make the table of urban and rural residents, of known counties and of the rest of each city.

    Returns it and which cities published a share for the year. The others take their share of 2018, its odds
    raised by one factor so that the province adds up.
    """
    known = evidence.by_county("urban_population", census, required=False)
    shares, published = _city_urban_shares(evidence, atlas, counties, census)
    groups = atlas.counties.city.copy()
    totals = list(shares * np.bincount(groups, counties))
    labels = [str(name) for name in atlas.cities.name]
    qualities = [Quality.PUBLISHED if done else Quality.DERIVED for done in published]
    for row in np.flatnonzero(~np.isnan(known)):
        totals[groups[row]] -= known[row]
        labels[groups[row]] = _rest(labels[groups[row]])
        groups[row] = len(totals)
        totals.append(known[row])
        labels.append(str(atlas.counties.name[row]))
        qualities.append(Quality.PUBLISHED)
    cells, both = _both_areas(groups, np.array(totals), counties)
    names = tuple(f"{label} {area.name.lower()}" for label in labels for area in Area)
    return Margin("urban", cells, both, names, tuple(each for each in qualities for _ in Area)), published


def _rest(label: str) -> str:
    """Mark a place whose total leaves out the parts that stand for themselves."""
    return label if label.endswith(REST) else label + REST


def _both_areas(groups: Ints, urban: Floats, counties: Floats) -> tuple[Ints, Floats]:
    """Split each group into rural (2g) and urban (2g + 1)."""
    whole = np.bincount(groups, counties)
    cells = (2 * groups[:, None] + np.array([Area.RURAL, Area.URBAN]))[:, None, None, :]
    return cells, np.column_stack([whole - urban, urban]).ravel()


def _city_urban_shares(
    evidence: Evidence, atlas: Atlas, counties: Floats, census: int
) -> tuple[Floats, Bools]:
    """Return urban shares of the cities, and which were published for the year."""
    names = [str(name) for name in atlas.cities.name]
    found = [maybe(evidence, "urban_share_yearend", name, census) for name in names]
    published = np.array([figure is not None for figure in found])
    fixed = np.array([figure.value / 100 if figure else 0.0 for figure in found])
    past = [evidence.value("urban_share_as_first_published", name, 2018) / 100 for name in names]
    odds = np.array(past) / (1 - np.array(past))
    residents = np.bincount(atlas.counties.city, counties)
    total = evidence.value("urban_population", year=census)

    def raised(factor: float) -> Floats:
        return np.where(published, fixed, odds * factor / (1 + odds * factor))

    return raised(_solve(lambda factor: float(raised(factor) @ residents) - total, 0.0, 100.0)), published


def _household_margins(
    evidence: Evidence, atlas: Atlas, counties: Floats, census: int
) -> tuple[Margin, Margin]:
    """Make the margins of people in collective households and of family households.

    Places that published both stand for themselves; the rest share the province's remainder.
    """
    whole = ("population_in_collective_households", "family_households")
    totals = [[evidence.value(name, year=census) for name in whole]]
    groups = np.zeros(len(counties), dtype=np.int64)
    labels, qualities = [PROVINCE], [Quality.PUBLISHED]
    cities, single = _cities_and_counties(atlas)
    for place, rows in cities + single:
        known = _family_households(evidence, place, float(counties[rows].sum()), census)
        if known is not None:
            collective, households, quality = known
            outer = int(groups[rows[0]])
            totals[outer] = [totals[outer][0] - collective, totals[outer][1] - households]
            labels[outer] = _rest(labels[outer])
            groups[rows] = len(totals)
            totals.append([collective, households])
            labels.append(place)
            qualities.append(quality)
    columns = np.round(np.array(totals)).T
    parts = tuple(labels), tuple(qualities)
    return Margin("collective", groups[:, None], columns[0], *parts), Margin(
        "households", groups[:, None], columns[1], *parts
    )


def _family_households(
    evidence: Evidence, place: str, residents: float, census: int
) -> tuple[float, float, Quality] | None:
    """Return people in collective households and the number of family households, if published."""
    households = maybe(evidence, "family_households", place, census)
    people = maybe(evidence, "population_in_family_households", place, census)
    if households is None:
        return None
    if people is not None:
        return residents - people.value, households.value, people.quality
    size = evidence.value("mean_family_household_size", place, census)
    return residents - size * households.value, households.value, Quality.DERIVED


def _household_size(evidence: Evidence, settings: Settings, census: int) -> Floats:
    """Return relative household sizes by county: residents per family household in 2010, drawn together."""
    households = evidence.by_county("family_households_table_5_3", 2010)
    size = evidence.by_county("resident_population", 2010) / households
    memory = settings["founding.household_size_memory"] if census > 2010 else 1
    return np.asarray(np.where(np.isnan(size), np.nanmean(size), size) ** memory)


# Seeds


def _seed(
    evidence: Evidence, atlas: Atlas, settings: Settings, province: Floats, counties: Floats, census: int
) -> Floats:
    """Guess each cell from county, province's ages, urban share, sexes of 2010 and older villages."""
    men, women = (evidence.by_county(sex, 2010) for sex in SEXES)
    ratio = np.where(np.isnan(men), np.nansum(men) / np.nansum(women), men / women)
    by_sex = np.stack([ratio / (1 + ratio), 1 / (1 + ratio)], axis=1)[:, :, None, None]
    urban = _urban_guess(evidence, atlas, counties, census)
    by_area = np.stack([1 - urban, urban], axis=1)[:, None, None, :]
    by_age = (province / province.sum(axis=1, keepdims=True))[None, :, :, None]
    older = np.ones((_GROUPS, len(Area)))
    older[_CHILDREN, Area.RURAL] = settings["founding.rural_child_ratio"]
    older[_ELDERS, Area.RURAL] = settings["founding.rural_elder_ratio"]
    return np.asarray(counties[:, None, None, None] * by_sex * by_area * by_age * older)


def _urban_guess(evidence: Evidence, atlas: Atlas, counties: Floats, census: int) -> Floats:
    """Guess counties' urban shares from their committees.

    A residents' committee stands for as many times the people of a village committee as makes the province's
    urban total.
    """
    committees = np.bincount(atlas.communities.county, atlas.communities.urban, len(counties))
    villages = np.bincount(atlas.communities.county, ~atlas.communities.urban, len(counties))
    total = evidence.value("urban_population", year=census)

    def shares(times: float) -> Floats:
        return np.asarray(times * committees / (times * committees + villages))

    return shares(_solve(lambda times: float(shares(times) @ counties) - total, 0.01, 1000.0))


def _solve(function: Callable[[float], float], low: float, high: float) -> float:
    """Find where an increasing function is zero, by halving."""
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2
