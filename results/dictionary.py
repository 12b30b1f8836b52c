"""The data dictionary: every table of a run folder and every column, with dtype, unit and meaning.

It is written into each run as ``dictionary.csv`` and held against the tables whenever they are read, so that
it cannot rot. Columns are integers; names of targets and parameters are text.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sim.errors import RunError

FILE = "dictionary.csv"
E9, E6 = 10**9, 10**6  # fixed point: a value times this


@dataclass(frozen=True)
class Column:
    """A column: its name, dtype, unit and meaning; a key column is one that rows are sorted by."""

    name: str
    dtype: pl.DataType
    unit: str
    meaning: str
    key: bool = False


@dataclass(frozen=True)
class TableSpec:
    """A table: its name (the file is ``<name>.parquet``), what a row is, its columns; optional or not."""

    name: str
    row: str
    columns: tuple[Column, ...]
    optional: bool = False

    @property
    def keys(self) -> list[str]:
        """List the columns that fix the order of rows."""
        return [column.name for column in self.columns if column.key]


def _key(name: str, unit: str, meaning: str, dtype: pl.DataType | None = None) -> Column:
    return Column(name, dtype or pl.Int64(), unit, meaning, key=True)


def _count(name: str, unit: str, meaning: str) -> Column:
    return Column(name, pl.Int64(), unit, meaning)


def _persons(names_meanings: dict[str, str]) -> tuple[Column, ...]:
    return tuple(_count(name, "persons", meaning) for name, meaning in names_meanings.items())


_REPLICATION = _key(
    "replication",
    "number",
    "0 has the central values, others draw what is uncertain; 5, 10, 15 … repeat the draw before",
)
_COUNTY = _key("county", "code", "six-digit code of the county (National Bureau of Statistics, 2023)")
_SERVICE = _key("service", "number", "row in services of manifest.json, from 0")
_YEAR = _key("year", "year", "calendar year; 2020 covers November and December")

TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        "life",
        "a county and year",
        (
            _REPLICATION,
            _COUNTY,
            _YEAR,
            *_persons(
                {
                    "births": "born in the year",
                    "deaths": "died in the year",
                    "arrivals": "moved in, net by age",
                    "leavers": "moved out, net by age",
                    "population": "residents at the end of the year",
                    "age_60_plus": "residents aged 60 and over at the end of the year",
                    "age_65_plus": "residents aged 65 and over at the end of the year",
                    "age_80_plus": "residents aged 80 and over at the end of the year",
                }
            ),
            _count(
                "resident_months", "resident-months", "residents summed over the ends of the year's months"
            ),
            _count("urban", "persons", "urban residents at the end of the year"),
        ),
    ),
    TableSpec(
        "months",
        "a county, service and month",
        (
            _REPLICATION,
            _COUNTY,
            _SERVICE,
            _key("month", "month", "months since November 2020, which is 0"),
            *_persons(
                {
                    "needed": "in need at the end of the month",
                    "asks": "wishes voiced in the month",
                    "requests": "requests made in the month",
                    "admitted": "admitted in the month, of those who asked since the census",
                    "finished": "whose stay ended in the month, those of before the census too",
                    "left": "who left a list unserved in the month, those of before the census too",
                    "waiting": "on a list at the end of the month",
                    "in_place": "in place at the end of the month",
                }
            ),
            _count("in_place_days", "person-days", "days in place in the month, by the resident's county"),
            _count(
                "unmet_days",
                "person-days",
                "whole days on lists in the month, all together, by the resident's county",
            ),
            _count(
                "place_parts", "1/1000 place", "places taken at the end of the month, by the unit's county"
            ),
            _count(
                "place_part_days", "1/1000 place-day", "places taken over the month, by the unit's county"
            ),
            _count(
                "built_parts", "1/1000 place", "places of the service's pool built at the end of the month"
            ),
            _count(
                "usable_parts",
                "1/1000 place",
                "places of the service's pool built and staffed at the end of the month: since its last day",
            ),
            _count("minutes_demanded", "minutes", "minutes of work that the month's events ask for"),
            _count(
                "minutes_supplied", "minutes", "minutes that the cadre can give to residents in the month"
            ),
            _count("minutes_done", "minutes", "minutes worked off in the month"),
            _count("minutes_backlog", "minutes", "minutes left undone at the end of the month"),
        ),
    ),
    TableSpec(
        "cascade",
        "a county, service, year and group of residents",
        (
            _REPLICATION,
            _COUNTY,
            _SERVICE,
            _YEAR,
            _key("age_band", "number", "0 under 3, 1 3-17, 2 18-59, 3 60-69, 4 70-79, 5 80 and over"),
            _key("function", "number", "loss of function: 0 none, 1 mild, 2 moderate, 3 severe"),
            _key("income_fifth", "number", "fifth of income within the kind of area, 0 the lowest"),
            _key("area", "number", "0 rural, 1 urban"),
            *_persons(
                {
                    "needed": "in need at some time in the year",
                    "wanted": "of them, who wished for it",
                    "affordable": "of them, who could pay for a unit",
                    "in_reach": "of them, with such a unit in reach",
                    "requested": "of them, who asked in the year, or were on a list or in place in it; where "
                    "a need asks once, who gave up in an earlier year is lost at this step",
                    "served": "of them, who were in place in the year",
                    "in_time": "of them, admitted within the standard",
                    "pending": "of the requested, who wait at the end for less time than the standard allows",
                }
            ),
        ),
    ),
    TableSpec(
        "waits",
        "a county, service, year of request and number of days waited",
        (
            _REPLICATION,
            _COUNTY,
            _SERVICE,
            _YEAR,
            _key("wait_days", "days", "whole days from request to admission"),
            _count(
                "admitted",
                "persons",
                "requests of the year admitted after that many days; without those of before the census",
            ),
        ),
    ),
    TableSpec(
        "units",
        "a unit: one facility's places of one pool",
        (
            _REPLICATION,
            _COUNTY,
            _key("unit", "number", "number of the unit within its market"),
            _key("kind", "number", "row in kinds of manifest.json, from 0"),
            _key("pool", "number", "row in pools of manifest.json, from 0"),
            *(
                _count(f"{name}_{when}", "1/1000 place", f"places {word} at the {time}")
                for when, time in (("start", "founding"), ("end", "end of the last month"))
                for name, word in (("built", "built"), ("usable", "built and staffed"), ("in_place", "taken"))
            ),
        ),
    ),
    TableSpec(
        "draws",
        "a drawn number",
        (
            _REPLICATION,
            _key(
                "parameter",
                "name",
                "dotted name of the setting; after 'baseline.' that of the baseline, where it differs",
                pl.String(),
            ),
            _count("value_e9", "1e-9 of the setting's unit", "value drawn, times 1e9"),
        ),
    ),
    TableSpec(
        "turning",
        "an assumed number moved to one end of its range, with the same draws",
        (
            _key("parameter", "name", "dotted name of the setting", pl.String()),
            _key("end", "number", "0 the low end, 1 the high end"),
            _key("target", "name", "id of the target", pl.String()),
            _key("metric", "name", "met, enough, idle_yuan, unmet_days, minutes_balance", pl.String()),
            _count("setting_e9", "1e-9 of the setting's unit", "value at that end, times 1e9"),
            _count("value_e6", "1e-6 of the metric's unit", "metric at that end, times 1e6"),
            _count("base_e6", "1e-6 of the metric's unit", "metric at the central value, times 1e6"),
        ),
        optional=True,
    ),
    TableSpec(
        "sensitivity",
        "a number that moves a metric of a target, of those that move it most",
        (
            _key("target", "name", "id of the target, the first about its services", pl.String()),
            _key("metric", "name", "met, enough, idle_yuan, minutes_balance", pl.String()),
            _key("rank", "number", "1 for the largest total index of the metric"),
            Column("parameter", pl.String(), "name", "dotted name of the setting"),
            *(
                _count(f"{index}{bound}_e6", "1e-6", f"{word}{what}, times 1e6")
                for index, word in (
                    ("first", "part of the metric's variance that the number makes alone"),
                    ("total", "the same with what it makes together with others"),
                )
                for bound, what in (("", ""), ("_low", ": 5th percentile"), ("_high", ": 95th percentile"))
            ),
            _count("at_low_e6", "1e-6 of the metric's unit", "at the low end, averaged over the others"),
            _count("at_high_e6", "1e-6 of the metric's unit", "at the high end, averaged over the others"),
            _count("base_e6", "1e-6 of the metric's unit", "metric at the central values, times 1e6"),
            _count(
                "turns_e9",
                "1e-9 of the setting's unit",
                "value, moved alone, at which the verdict turns; null where it does not within the range",
            ),
            _count("draws", "replications", "that the emulator was fitted to; 0: to the probes alone"),
            _count(
                "explained_e6", "1e-6", "part of their variance that it explains, each left out; null without"
            ),
        ),
        optional=True,
    ),
    TableSpec(
        "binding",
        "a target with one smallest unit more, with the same draws",
        (
            _REPLICATION,
            _key("target", "name", "id of the target", pl.String()),
            _count("unmet_days_base", "person-days", "days on lists in the last year"),
            _count(
                "unmet_days_plus", "person-days", "days on lists in the last year with one smallest unit more"
            ),
        ),
        optional=True,
    ),
)
_BY_NAME = {table.name: table for table in TABLES}


def spec(name: str) -> TableSpec:
    """Return the specification of a table."""
    return _BY_NAME[name]


def conform(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Give a table its columns, dtypes and one order of rows.

    Raises RunError where a column is missing or unknown.
    """
    table = spec(name)
    wanted = [column.name for column in table.columns]
    missing, unknown = sorted(set(wanted) - set(frame.columns)), sorted(set(frame.columns) - set(wanted))
    if missing or unknown:
        words = [f"lacks {', '.join(missing)}"] * bool(missing) + [
            f"has unknown {', '.join(unknown)}"
        ] * bool(unknown)
        raise RunError(f"table {name} {' and '.join(words)}; 'dictionary.csv' lists its columns")
    cast = frame.select([pl.col(column.name).cast(column.dtype) for column in table.columns])
    return cast.sort(table.keys, maintain_order=True)


def check(name: str, frame: pl.DataFrame, path: str | Path) -> None:
    """Raise RunError where a table that was read does not have the columns and dtypes of the dictionary."""
    for column in spec(name).columns:
        if column.name not in frame.columns:
            raise RunError(f"{path}: damaged: it lacks the column {column.name}; run it again")
        if frame.schema[column.name] != column.dtype:
            got = frame.schema[column.name]
            raise RunError(f"{path}: damaged: {column.name} is {got}, not {column.dtype}; run it again")


def write_dictionary(folder: Path) -> Path:
    """Write ``dictionary.csv``: one row a column of every table."""
    path = folder / FILE
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("table", "column", "dtype", "unit", "meaning", "key", "row_is"))
        for table in TABLES:
            for c in table.columns:
                writer.writerow((table.name, c.name, str(c.dtype), c.unit, c.meaning, int(c.key), table.row))
    return path
