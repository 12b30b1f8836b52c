"""The places of Fujian: cities, counties, townships, communities, and the markets that are simulated apart.

The registry is the National Bureau of Statistics' list of 2023 (``sim/data/README.md``). Every level is a
table of columns whose row number is the index that others refer to; rows are in code order.

A *market* is what shares waiting lists: the districts of a city together, every other county alone (the plan
works by county, 以县（市、区）为单位; a city's districts are one town to its residents).
"""

from __future__ import annotations

import lzma
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import PlaceError

PROVINCE_CODE, PROVINCE_NAME = "35", "福建省"
_DATA = Path(__file__).parent / "data"
_EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
_JINMEN = ("350527", "金门县")
_MOST_CANDIDATES = 8
_TOO_SMALL = "populations below county are synthetic, so no result is given for them; use the county, "

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Names = NDArray[np.str_]


class TownshipKind(IntEnum):
    """What a township-level unit is, from digits 7 to 9 of its code."""

    STREET = 0  # 街道
    TOWN = 1  # 镇
    TOWNSHIP = 2  # 乡
    OTHER = 3  # farms, development zones and the like


class CommunityKind(IntEnum):
    """What a community is, from digits 10 to 12 of its code."""

    RESIDENTS_COMMITTEE = 0  # 居委会
    VILLAGE_COMMITTEE = 1  # 村委会
    QUASI_RESIDENTS = 2  # 类似居委会
    QUASI_VILLAGE = 3  # 类似村委会


@dataclass(frozen=True)
class Cities:
    """Hold the nine cities: `code` of four digits, `name`."""

    code: Ints
    name: Names


@dataclass(frozen=True)
class Counties:
    """Hold the 83 counties: `code` of six digits, `city` a row of `Cities`, km², degrees of the centroid."""

    code: Ints
    name: Names
    city: Ints
    area_km2: Floats
    lon: Floats
    lat: Floats
    is_district: Bools


@dataclass(frozen=True)
class Townships:
    """Hold the 1,169 townships: `code` of nine digits, `county` a row of `Counties`."""

    code: Ints
    name: Names
    county: Ints
    kind: Ints


@dataclass(frozen=True)
class Communities:
    """Hold the 17,497 communities: `code` of twelve digits, `urban` true for a residents' committee."""

    code: Ints
    name: Names
    township: Ints
    county: Ints
    kind: Ints
    urban: Bools


@dataclass(frozen=True)
class Market:
    """Name the counties that share waiting lists: `counties` are rows of `Counties`, in code order."""

    id: int
    code: str
    name: str
    counties: tuple[int, ...]


@dataclass(frozen=True)
class Selection:
    """Say which counties are reported, and which whole markets must run for them."""

    counties: tuple[int, ...]
    markets: tuple[int, ...]


@dataclass(frozen=True)
class Atlas:
    """Hold every place of the province and answer questions about place."""

    cities: Cities
    counties: Counties
    townships: Townships
    communities: Communities
    markets: tuple[Market, ...]

    @cached_property
    def county_market(self) -> Ints:
        """Return the market id of each county."""
        market = np.empty(len(self.counties.code), dtype=np.int64)
        for each in self.markets:
            market[list(each.counties)] = each.id
        return market

    @cached_property
    def distances_km(self) -> Floats:
        """Return great-circle distances between county centroids, (83, 83), kilometres.

        >>> float(load_atlas().distances_km.diagonal().max())
        0.0
        """
        lon, lat = np.radians((self.counties.lon, self.counties.lat))
        north, east = (np.sin((each[:, None] - each) / 2) ** 2 for each in (lat, lon))
        haversine = north + np.cos(lat[:, None]) * np.cos(lat) * east
        return np.asarray(2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(haversine)))

    def communities_of(self, county: int) -> slice:
        """Return the slice of `communities` that lies in a county."""
        return slice(*map(int, np.searchsorted(self.communities.county, [county, county + 1])))

    def select(self, places: Sequence[str] = ()) -> Selection:
        """Find the counties and markets that place names or codes mean; none means the province.

        A place is a code (35, 3503, 350302; trailing zeros allowed) or the Chinese name of the province,
        a city (莆田市), its districts (莆田市区) or a county (荔城区, 莆田市荔城区). Raises PlaceError for
        anything else, with the nearest names.

        >>> load_atlas().select(["荔城区", "350302"]).counties
        (19, 21)
        """
        if not places:
            return self._selection(range(len(self.counties.code)))
        return self._selection(county for place in places for county in self._find(place))

    def describe(self, counties: Sequence[int]) -> str:
        """Name a set of counties in as few Chinese words as are exact.

        >>> atlas = load_atlas(); atlas.describe(atlas.select(["3503"]).counties)
        '莆田市'
        """
        left, words = set(counties), list[str]()
        for name, members in self._wholes:
            if members <= left:
                words, left = [*words, name], left - members
        words.extend(str(self.counties.name[county]) for county in sorted(left))
        return "、".join(words)

    @cached_property
    def _wholes(self) -> list[tuple[str, set[int]]]:
        """List the places of several counties, largest first."""
        cities = [(str(name), set(self._counties_of_city(row))) for row, name in enumerate(self.cities.name)]
        groups = [(each.name, set(each.counties)) for each in self.markets if len(each.counties) > 1]
        return [(PROVINCE_NAME, set(range(len(self.counties.code)))), *cities, *groups]

    def _selection(self, counties: Iterable[int]) -> Selection:
        chosen = tuple(sorted(set(counties)))
        return Selection(chosen, tuple(sorted({int(self.county_market[county]) for county in chosen})))

    def _counties_of_city(self, city: int) -> tuple[int, ...]:
        return tuple(int(row) for row in np.flatnonzero(self.counties.city == city))

    def _find(self, place: str) -> tuple[int, ...]:
        """Return the counties that one written place means, or raise PlaceError."""
        word = "".join(unicodedata.normalize("NFKC", place).split())
        code = _without_zeros(word) if word.isdecimal() else word
        if code in self._meanings:
            return self._meanings[code]
        if code in _JINMEN:
            reason = "no residents are counted in 金门县 (350527); leave it out"
        elif word.isdecimal():
            reason = self._wrong_code(code)
        else:
            reason = self._wrong_name(word)
        raise PlaceError(f"place {place[:40]!r}: {reason}")

    @cached_property
    def _meanings(self) -> dict[str, tuple[int, ...]]:
        """Map every code and name that may be written to its counties; the earlier entry wins."""
        everything = tuple(range(len(self.counties.code)))
        entries = [(word, everything) for word in (PROVINCE_CODE, PROVINCE_NAME, PROVINCE_NAME[:-1])]
        for row, (code, name) in enumerate(zip(self.cities.code, self.cities.name, strict=True)):
            words: tuple[str, ...] = (str(code), str(name), name[:-1], PROVINCE_NAME + name)
            entries += [(word, self._counties_of_city(row)) for word in words]
        entries += [(word, market.counties) for market in self.markets for word in (market.code, market.name)]
        for row, (code, name) in enumerate(zip(self.counties.code, self.counties.name, strict=True)):
            home = f"{self.cities.name[self.counties.city[row]]}{name}"
            words = (str(code), str(name), name[:-1], home, PROVINCE_NAME + home)
            entries += [(word, (row,)) for word in words]
        return dict(reversed(entries))

    def _wrong_code(self, code: str) -> str:
        """Word the refusal of a code that is no province, city or county."""
        if len(code) in (9, 12) and code[:6] in self._meanings:
            return _TOO_SMALL + self._label(*self._meanings[code[:6]])
        near = [label for known, label in self._known if known.startswith(code[:4]) and len(known) > 2]
        return f"not a code of {PROVINCE_NAME} (35, 3503, 350302); {_did_you_mean(near)}"

    def _wrong_name(self, word: str) -> str:
        """Word the refusal of a name that is no province, city or county."""
        rows = np.flatnonzero(self.townships.name == word)
        if rows.size:
            homes = dict.fromkeys(self._label(int(self.townships.county[row])) for row in rows)
            return _TOO_SMALL + " or ".join(list(homes)[:_MOST_CANDIDATES])
        names = {label.split()[0]: label for _, label in self._known}
        known = names | {name[:-1]: label for name, label in names.items()}  # short names, too
        inside = [name for name in names if word and (word in name or name[:-1] in word)]
        near = dict.fromkeys(known[name] for name in inside + get_close_matches(word, known, 8, 0.5))
        return f"not a province, city or county of {PROVINCE_NAME}; {_did_you_mean(list(near))}"

    @cached_property
    def _known(self) -> list[tuple[str, str]]:
        """List (code, name and code) of the province, the cities and the counties."""
        rows: list[tuple[object, object]] = [(PROVINCE_CODE, PROVINCE_NAME)]
        for level in (self.cities, self.counties):
            rows += zip(level.code, level.name, strict=True)
        return [(str(code), f"{name} ({code})") for code, name in rows]

    def _label(self, county: int) -> str:
        city = self.cities.name[self.counties.city[county]]
        return f"{city}{self.counties.name[county]} ({self.counties.code[county]})"


def _without_zeros(code: str) -> str:
    """Cut the zeros that pad an official code to its full length (350300 → 3503, 350302000000 → 350302)."""
    for length in (2, 4, 6):
        if len(code) in (4, 6, 9, 12) and not code[length:].strip("0"):
            return code[:length]
    return code


def _did_you_mean(candidates: Sequence[str]) -> str:
    """Offer up to eight candidates, or the way to find one."""
    if not candidates:
        return "give a city or county of Fujian, such as 莆田市 or 350302"
    return "did you mean " + ", ".join(candidates[:_MOST_CANDIDATES]) + "?"


@cache
def load_atlas() -> Atlas:
    """Read the registry of places once, and return it.

    >>> atlas = load_atlas()
    >>> [len(level.code) for level in (atlas.cities, atlas.counties, atlas.townships, atlas.communities)]
    [9, 83, 1169, 17497]
    """
    cities, counties = _read_counties()
    townships, communities = _read_communities(counties)
    return Atlas(cities, counties, townships, communities, _markets(cities, counties))


def _read_counties() -> tuple[Cities, Counties]:
    """Read `counties.csv`: one row a county, in code order."""
    lines = (_DATA / "counties.csv").read_text(encoding="utf-8").splitlines()[1:]
    columns = zip(*(line.split(",") for line in lines), strict=True)
    code, name, city_code, city, area, lon, lat, district = columns
    names = dict(zip(map(int, city_code), city, strict=True))
    cities = Cities(np.array(sorted(names)), np.array([names[each] for each in sorted(names)]))
    counties = Counties(
        code=np.array(code, dtype=np.int64),
        name=np.array(name),
        city=np.searchsorted(cities.code, np.array(city_code, dtype=np.int64)),
        area_km2=np.array(area, dtype=float),
        lon=np.array(lon, dtype=float),
        lat=np.array(lat, dtype=float),
        is_district=np.array(district) == "1",
    )
    return cities, counties


def _read_communities(counties: Counties) -> tuple[Townships, Communities]:
    """Read `communities.csv.xz`: a township's row, then its communities' rows, in code order."""
    text = lzma.decompress((_DATA / "communities.csv.xz").read_bytes()).decode()
    rows = [line.split(",") for line in text.splitlines()[1:]]
    wide, narrow = ([row for row in rows if len(row[0]) == digits] for digits in (9, 12))
    township_code = np.array([int(row[0]) for row in wide])
    townships = Townships(
        code=township_code,
        name=np.array([row[1] for row in wide]),
        county=np.searchsorted(counties.code, township_code // 1_000),
        kind=np.array([TownshipKind[row[2].upper()] for row in wide], dtype=np.int64),
    )
    code = np.array([int(row[0]) for row in narrow])
    kind = np.array([CommunityKind[row[2].upper()] for row in narrow], dtype=np.int64)
    communities = Communities(
        code=code,
        name=np.array([row[1] for row in narrow]),
        township=np.searchsorted(township_code, code // 1_000),
        county=np.searchsorted(counties.code, code // 1_000_000),
        kind=kind,
        urban=np.isin(kind, (CommunityKind.RESIDENTS_COMMITTEE, CommunityKind.QUASI_RESIDENTS)),
    )
    return townships, communities


def _markets(cities: Cities, counties: Counties) -> tuple[Market, ...]:
    """Put the districts of each city together and every other county alone, in code order."""
    groups: list[tuple[str, str, tuple[int, ...]]] = []
    for row, (code, name) in enumerate(zip(cities.code, cities.name, strict=True)):
        in_city = counties.city == row
        districts = np.flatnonzero(in_city & counties.is_district)
        groups.append((f"{code}D", f"{name}区", tuple(int(county) for county in districts)))
        for county in np.flatnonzero(in_city & ~counties.is_district):
            groups.append((str(counties.code[county]), str(counties.name[county]), (int(county),)))
    return tuple(Market(number, *group) for number, group in enumerate(groups))
