"""Every published, derived or assumed figure that the model may use, each with its unit, source and quality.

The tables are ``evidence/tables/*.csv``, one per subject, read once; the README beside them says how
names, places and years are written, and which figures must not be mixed.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import EvidenceError
from sim.kinds import Quality
from sim.places import load_atlas

FOLDER = Path(__file__).parent / "tables"
COLUMNS = ("indicator", "place", "year", "value", "unit", "source", "quality")
PROVINCE = "Fujian"
_PLACES = {"福建省": PROVINCE, "福建": PROVINCE, "全国": "China", "中国": "China"}
_NEAREST = 6

# What a Chinese reader looks for, and the part of an indicator's name that means it.
_TERMS = {
    "常住人口": "resident_population",
    "家庭户": "family_households",
    "集体户": "collective_households",
    "城镇": "urban_",
    "出生": "birth",
    "死亡": "death",
    "生育": "asfr_",
    "迁移": "migration",
    "残疾": "disab",
    "失能": "disab",
    "自理": "self_care",
    "养老": "elder",
    "床位": "beds",
    "护理型": "nursing_type",
    "托位": "childcare_slots",
    "托育": "childcare",
    "社会工作": "social_work",
    "社区工作者": "community_workers",
    "低保": "low_income",
    "特困": "extremely_poor",
    "补助": "subsidy",
    "收入": "income",
    "工资": "wage",
    "养老金": "pension",
    "就业": "employ",
    "劳动参与": "labour_force_participation",
    "死亡率": "mx_",
    "预期寿命": "e0_",
    "生育率": "asfr_",
    "总和生育率": "tfr",
    "性别比": "sex_ratio",
    "户规模": "household_size",
    "空巢": "empty_nest",
    "痴呆": "dementia",
    "状态转移": "transition_",
    "入住": "institution_residents",
    "入住率": "occupancy",
    "意愿": "willing",
    "价格": "fee",
    "留守儿童": "left_behind",
    "老年人": "60_plus",
    "福建": "fujian",
    "全国": "china",
}


@dataclass(frozen=True)
class Figure:
    """Hold one figure: `year` is 2020, a month 2021-06, or a period 2020-2025; `table` names its file."""

    indicator: str
    place: str
    year: str
    value: float
    unit: str
    source: str
    quality: Quality
    table: str

    @property
    def first_year(self) -> int:
        """Return the year in which the figure's year, month or period begins."""
        return int(self.year[:4])

    @property
    def citation(self) -> str:
        """Return value, unit, quality and source in one line."""
        return (
            f"{self.value:,.10g} {self.unit} ({self.place} {self.year}, {self.quality.value}; {self.source})"
        )


@dataclass(frozen=True, eq=False)
class Evidence:
    """Hold all figures and look them up by indicator, place and year; one evidence equals only itself."""

    figures: tuple[Figure, ...]

    def figure(self, indicator: str, place: str = PROVINCE, year: int | str | None = None) -> Figure:
        """Return the one figure for an indicator, place and year.

        `year` may be the text in the table ("2020-2025") or the year in which it begins; without it the
        indicator must have one figure at that place. Raises EvidenceError, naming table and near candidates.

        >>> load_evidence().figure("resident_population", year=2020).unit
        'persons'
        """
        known = self._series(indicator, place)
        chosen = known if year is None else _of_year(known, str(year))
        if len(chosen) == 1:
            return chosen[0]
        asked = "give a year" if year is None else f"no single figure for {year}"
        raise EvidenceError(f"{_where(known[0])}: {asked}; there is {_years(chosen or known)}")

    def known(self, indicator: str, place: str, year: int | str) -> Figure | None:
        """Return the one figure for an indicator, place and year, or None where there is none or several."""
        found = _of_year(self._index.get((indicator, _PLACES.get(place, place)), []), str(year))
        return found[0] if len(found) == 1 else None

    def value(self, indicator: str, place: str = PROVINCE, year: int | str | None = None) -> float:
        """Return the value of one figure, in the figure's unit; see `figure`.

        >>> load_evidence().value("institution_residents", year=2020)
        32693.0
        """
        return self.figure(indicator, place, year).value

    def series(self, indicator: str, place: str = PROVINCE) -> dict[int, float]:
        """Return value by year, or by the year in which a period begins, in order.

        >>> load_evidence().series("institution_beds")
        {2019: 66293.0, 2020: 84312.0}
        """
        known = sorted(self._series(indicator, place), key=lambda each: each.year)
        values = {each.first_year: each.value for each in known}
        if len(values) < len(known):
            raise EvidenceError(
                f"{_where(known[0])}: several figures of one year, {_years(known)}; ask for one"
            )
        return values

    def by_county(self, indicator: str, year: int | str, required: bool = True) -> NDArray[np.float64]:
        """Return the values of the 83 counties in the Atlas's order; NaN where there is no figure.

        Raises EvidenceError where it is `required` and no county has one.

        >>> int(load_evidence().by_county("resident_population", 2020).sum())
        41540086
        """
        atlas = load_atlas()
        homes = atlas.cities.name[atlas.counties.city]
        names = [f"{city}{county}" for city, county in zip(homes, atlas.counties.name, strict=True)]
        found = [self.known(indicator, name, year) for name in names]
        if required and not any(found):
            raise EvidenceError(self._unknown(indicator, f"any county in {year}"))
        return np.array([figure.value if figure else math.nan for figure in found])

    def find(self, words: str) -> list[Figure]:
        """List the figures whose name, place, unit or source holds each of some words, English or Chinese.

        A word of four digits is a year, and asks for the figures of that year.

        >>> {figure.table for figure in load_evidence().find("托位")}
        {'childcare'}
        >>> [figure.value for figure in load_evidence().find("deaths_revised_base 2015")]
        [241800.0]
        """
        asked = words.split()
        years = [word for word in asked if len(word) == len("2020") and word.isdecimal()]
        parts = [{_plain(word), _plain(_TERMS.get(word, word))} for word in asked if word not in years]
        return [
            each
            for each in self.figures
            if all(year in each.year for year in years)
            and all(any(part in _searchable(each) for part in either) for either in parts)
        ]

    def near(self, word: str) -> list[str]:
        """List words that are found and look like one that is not.

        >>> load_evidence().near("fertilty")[0]
        'fertility'
        """
        words = {part for each in self.figures for part in (*_plain(each.indicator).split(), each.table)}
        known = sorted(words | {each.place for each in self.figures} | set(_TERMS))
        sharing = [each for each in _TERMS if set(each) & set(word)]
        sharing.sort(key=lambda each: -len(set(each) & set(word)))
        return list(dict.fromkeys(sharing + get_close_matches(_plain(word), known, _NEAREST)))[:_NEAREST]

    def _series(self, indicator: str, place: str) -> list[Figure]:
        """Return all figures of an indicator at a place, or raise EvidenceError."""
        known = self._index.get((indicator, _PLACES.get(place, place)))
        if not known:
            raise EvidenceError(self._unknown(indicator, place))
        return known

    @cached_property
    def _index(self) -> dict[tuple[str, str], list[Figure]]:
        index: dict[tuple[str, str], list[Figure]] = {}
        for each in self.figures:
            index.setdefault((each.indicator, each.place), []).append(each)
        return index

    def _unknown(self, indicator: str, place: str) -> str:
        """Word the error for a figure that is not there: other places, or near names."""
        elsewhere = [each for each in self.figures if each.indicator == indicator]
        if elsewhere:
            places = ", ".join(list(dict.fromkeys(each.place for each in elsewhere))[:_NEAREST])
            return f"{elsewhere[0].table}.csv: {indicator}: no figure for {place}; there is {places}"
        names = {each.indicator: each.table for each in self.figures}
        inside = [name for name in names if indicator and indicator in name]
        near = list(dict.fromkeys(inside + get_close_matches(indicator, names, _NEAREST)))[:_NEAREST]
        hint = ", ".join(f"{name} ({names[name]}.csv)" for name in near) or "search with find"
        return f"evidence: {indicator}: no table has it; nearest: {hint}"


def _of_year(figures: list[Figure], year: str) -> list[Figure]:
    """Keep the figures written with this year, else those whose month or period begins in it."""
    exact = [each for each in figures if each.year == year]
    return exact or [each for each in figures if str(each.first_year) == year]


def _where(figure: Figure) -> str:
    return f"{figure.table}.csv: {figure.indicator}, {figure.place}"


def _years(figures: list[Figure]) -> str:
    return ", ".join(each.year for each in figures)


def _plain(text: str) -> str:
    """Write a word as names are compared: small letters, spaces for underscores."""
    return text.casefold().replace("_", " ").strip()


def _searchable(figure: Figure) -> str:
    return _plain(" ".join((figure.indicator, figure.place, figure.unit, figure.source)))


@cache
def load_evidence() -> Evidence:
    """Read every table once, checked, and return the evidence.

    Raises EvidenceError where a row has no unit, source or quality, a value is not a number, or a figure
    stands twice.
    """
    return gather(figure for path in sorted(FOLDER.glob("*.csv")) for figure in read_table(path))


def gather(figures: Iterable[Figure]) -> Evidence:
    """Put figures together, each once."""
    seen: dict[tuple[str, str, str], Figure] = {}
    for each in figures:
        first = seen.setdefault((each.indicator, each.place, each.year), each)
        if first is not each:
            raise EvidenceError(
                f"{_where(each)} {each.year}: stands twice, also in {first.table}.csv; keep one"
            )
    return Evidence(tuple(seen.values()))


def read_table(path: Path) -> Iterator[Figure]:
    """Read one table of figures; every row must be whole."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        if tuple(next(rows, ())) != COLUMNS:
            raise EvidenceError(f"{path.name}: the columns must be {','.join(COLUMNS)}")
        for number, row in enumerate(rows, start=2):
            yield _read_row(path, number, row)


def _read_row(path: Path, number: int, row: list[str]) -> Figure:
    """Read one row, or raise EvidenceError naming it."""
    if len(row) != len(COLUMNS) or not all(cell.strip() for cell in row):
        raise EvidenceError(f"{path.name}:{number}: every column must be filled ({','.join(COLUMNS)})")
    indicator, place, year, text, unit, source, quality = row
    try:
        value, kind = float(text), Quality(quality)
    except ValueError as wrong:
        raise EvidenceError(f"{path.name}:{number}: {indicator}: {wrong}") from None
    if not math.isfinite(value) or not year[:4].isdecimal():
        raise EvidenceError(
            f"{path.name}:{number}: {indicator} = {text}, {year}: give a finite value and a year"
        )
    return Figure(indicator, place, year, value, unit, source, kind, path.stem)
