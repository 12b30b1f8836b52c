"""A sweep file: scenarios × points × replications × places, read and checked before anything is planned.

A sweep varies *settings* ('jinlin parameters' lists them), which then have the same value in every
replication, and *dated values* (``staff.elder-carer``), which run straight from their value of 2020 to the
point's value at the month ``by``. Everything else of a scenario, and all draws, stay what they are, so that
rows of equal replication are paired across scenarios and points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenarios.load import define, is_name, load_scenario, parse_toml, read_text
from scenarios.points import MOST_DIMENSIONS, MOST_POINTS, Design, Floats, grid, listed
from scenarios.schema import Scenario, Unit
from scenarios.tables import MISSING, Table, TableReader
from scenarios.vocabulary import Vocabulary
from sim.clock import MONTHS_TO_END_OF_2025, month_named, name_of
from sim.errors import JinlinError, ScenarioError
from sim.measures import YEARS
from sim.places import Selection, load_atlas
from sim.services import Words

SEED = 20201101  # the day of the census, as for runs
MOST_REPLICATIONS = 1_000_000
UNSAID_JOBS = 20_000  # more jobs than this have to be asked for
TOP_KEYS = ("title", "scenarios", "places", "replications", "seed", "years", "chunk_minutes", "most_jobs",
            "keep_ledgers", "points", "vary")  # fmt: skip
POINT_KEYS = ("design", "count")
VARIED_KEYS = ("values", "low", "high", "unit", "by")
_LAST = MONTHS_TO_END_OF_2025 - 1


@dataclass(frozen=True)
class Varied:
    """What a sweep varies: a setting, or (with ``unit``) a dated value that is reached in month ``by``."""

    name: str
    low: float
    high: float
    values: tuple[float, ...] = ()  # of a grid or a list; else points lie between low and high
    unit: Unit | None = None
    by: int = _LAST

    @property
    def words(self) -> str:
        """Say what a value of it means."""
        if self.unit is None:
            return f"{define().vocabulary.settings.quantities[self.name].unit}, in every replication"
        return f"{self.unit.name} at the end of {name_of(self.by)}, straight from 2020"


@dataclass(frozen=True)
class Sweep:
    """A sweep as its file writes it, checked."""

    file: str
    text: str
    title: Words
    scenarios: tuple[Scenario, ...]
    selection: Selection
    replications: int
    seed: int
    years: tuple[int, ...]
    varied: tuple[Varied, ...]
    design: Design
    count: int  # points that are planned first
    chunk_minutes: float  # 0: as the sweep's size suggests
    most_jobs: int
    keep_ledgers: bool

    def listed_points(self) -> Floats:
        """Return the points of a grid or a list: shape (points, parameters)."""
        values = [each.values for each in self.varied]
        return grid(values) if self.design is Design.GRID else listed(values)


def read_sweep(path: Path) -> Sweep:
    """Read a sweep file.

    Raises ScenarioError, one line that names the first fault's key, value, range and remedy.
    """

    def load(name: str) -> Scenario:
        return load_scenario(path.parent / name if name.endswith(".toml") else name)

    return sweep_of(read_text(path), path.name, load)


def sweep_of(text: str, file: str, load: Callable[[str], Scenario]) -> Sweep:
    """Check the text of a sweep file, whose scenarios are loaded by their names or paths."""
    reader = _Reader(file, define().vocabulary, load)
    sweep = reader.sweep(parse_toml(text, file), text)
    if reader.faults or sweep is None:
        raise ScenarioError(reader.one_line())
    return sweep


class _Reader(TableReader):
    """Reads one sweep file."""

    def __init__(self, file: str, vocabulary: Vocabulary, load: Callable[[str], Scenario]) -> None:
        super().__init__(file)
        self.vocabulary, self.load = vocabulary, load

    def sweep(self, table: Table, text: str) -> Sweep | None:
        self.known(table, TOP_KEYS, "")
        title = self.words(table, "title") or Words(Path(self.file).stem, Path(self.file).stem)
        scenarios, selection = self.scenarios(table), self.places(table)
        whole = self.whole(table, "replications", 1, MOST_REPLICATIONS, 1)
        seed = self.whole(table, "seed", 0, 2**63 - 1, SEED)
        minutes = self.number(table.get("chunk_minutes", 0), "chunk_minutes", 0, 24 * 60)
        most = self.whole(table, "most_jobs", 1, 100_000_000, UNSAID_JOBS)
        keep = table.get("keep_ledgers", False)
        if not isinstance(keep, bool):
            self.fault("keep_ledgers", keep, "true or false", "true: lives are kept for later points")
        years, (design, count) = self.years(table), self.points(table)
        varied = self.varied(table, design, scenarios)
        if self.faults:
            return None
        assert selection is not None and whole and seed is not None and minutes is not None and most
        found = Sweep(self.file, text, title, tuple(scenarios), selection, whole, seed, years, varied, design,
                      count, minutes, most, keep is True)  # fmt: skip
        return self.counted(found)

    def whole(self, table: Table, key: str, low: int, high: int, default: int) -> int | None:
        value = self.number(table.get(key, default), key, low, high, whole=True)
        return None if value is None else int(table.get(key, default))

    def texts(self, table: Table, key: str, default: list[str] | None) -> list[str]:
        value = table.get(key, MISSING if default is None else default)
        right = isinstance(value, list) and all(isinstance(each, str) and each for each in value)
        if not right or (default is None and not value):
            self.fault(key, value, "a list of names", f'write {key} = ["…"]')
            return []
        twice = next((each for each in value if value.count(each) > 1), None)
        if twice is not None:
            self.fault(key, twice, "given once", "take the second away")
        return list(value)

    def scenarios(self, table: Table) -> list[Scenario]:
        """Load each scenario: a name, or a path from the folder of the sweep file."""
        found: list[Scenario] = []
        for name in self.texts(table, "scenarios", None):
            try:
                found.append(self.load(name))
            except ScenarioError as wrong:
                self.fault("scenarios", name, "a scenario that can be loaded", str(wrong))
        for each in found:
            if not is_name(each.id):
                self.fault("scenarios", each.id, "letters, digits, '-', '_' and '.'", "rename the file")
            elif sum(other.id == each.id for other in found) > 1:
                self.fault("scenarios", each.id, "the name of one scenario", "rename one of the files")
                break
        return found

    def places(self, table: Table) -> Selection | None:
        try:
            return load_atlas().select(self.texts(table, "places", []))
        except JinlinError as wrong:
            self.fault("places", table.get("places"), "places of the province", str(wrong))
            return None

    def years(self, table: Table) -> tuple[int, ...]:
        years = table.get("years", list(YEARS))
        if not isinstance(years, list) or not years or not all(year in YEARS for year in years):
            self.fault(
                "years", years, f"years from {YEARS[0]} to {YEARS[-1]}", f"write years = [{YEARS[-1]}]"
            )
            return YEARS
        return tuple(sorted(set(years)))

    def points(self, table: Table) -> tuple[Design, int]:
        points = self.section(table, "points")
        self.known(points, POINT_KEYS, "points.")
        written = points.get("design", Design.GRID.value)
        if written not in [each.value for each in Design]:
            names = ", ".join(each.value for each in Design)
            self.fault("points.design", written, f"one of {names}", "grid: every combination of the values")
            return Design.GRID, 1
        design = Design(written)
        if not design.drawn:
            if "count" in points:
                self.fault(
                    "points.count", points["count"], f"left out of a {written}", "the values make the points"
                )
            return design, 1
        count = self.number(points.get("count", MISSING), "points.count", 1, MOST_POINTS, whole=True)
        if not self.section(table, "vary"):
            self.fault(
                "vary",
                {},
                "a table for each number that varies",
                'write [vary."elder-bed.wish"], low and high',
            )
        return design, int(count or 1)

    def varied(self, table: Table, design: Design, scenarios: list[Scenario]) -> tuple[Varied, ...]:
        leaves = self.leaves(self.section(table, "vary"), "")
        if len(leaves) > MOST_DIMENSIONS:
            self.fault("vary", len(leaves), f"at most {MOST_DIMENSIONS} numbers", "vary fewer")
        found = (self.one(name, values, design, scenarios) for name, values in leaves)
        return tuple(each for each in found if each)

    def leaves(self, table: Table, path: str) -> list[tuple[str, Table]]:
        """Return what varies by dotted name: quoted names and nested tables mean the same."""
        found: list[tuple[str, Table]] = []
        for key, inner in self.tables(table, f"vary.{path}").items():
            nested = inner and all(isinstance(each, Mapping) for each in inner.values())
            found += self.leaves(inner, f"{path}{key}.") if nested else [(f"{path}{key}", inner)]
        return found

    def one(self, name: str, table: Table, design: Design, scenarios: list[Scenario]) -> Varied | None:
        key = f"vary.{name}"
        self.known(table, VARIED_KEYS, f"{key}.")
        if name in self.vocabulary.units:
            unit, by = self.unit(table, name), self.month(table, key)
            ends = (unit.low, unit.high) if unit and self.is_read(name, unit.setting, scenarios) else None
        elif name in self.vocabulary.settings:
            read = self.is_read(name, name, scenarios)
            unit, by, ends = None, _LAST, self.known_range(name, table, scenarios) if read else None
        else:
            names = [*self.vocabulary.units, *self.vocabulary.settings]
            self.unknown(key, table, name, names)
            return None
        if ends is None or by is None:
            return None
        values = self.between(table, key, ends) if design.drawn else self.values(table, key, ends)
        if not values:
            return None
        return Varied(name, min(values), max(values), () if design.drawn else values, unit, by)

    def is_read(self, name: str, setting: str, scenarios: list[Scenario]) -> bool:
        """Refuse a number that some scenario does not read: its points would differ in nothing."""
        for each in scenarios:
            made = [c.id for c in each.cadres if c.turnover and c.staffed_share == setting]
            if made:
                remedy = f"vary workforce.{made[0]}.…: the share filled is what comes of hiring and attrition"
            elif setting not in each.settings:
                remedy = "name scenarios that keep the account of this staff ([workforce.…])"
            else:
                continue
            self.fault(f"vary.{name}", each.id, "scenarios that all read this number", remedy)
            return False
        return True

    def unit(self, table: Table, name: str) -> Unit | None:
        units = {unit.name: unit for unit in self.vocabulary.units[name]}
        written = table.get("unit", next(iter(units)))
        if written in units:
            return units[written]
        allowed = " or ".join(f'"{each}"' for each in units)
        self.fault(f"vary.{name}.unit", written, allowed, "leave it out for the first")
        return None

    def month(self, table: Table, key: str) -> int | None:
        written = table.get("by", name_of(_LAST))
        try:
            month = month_named(written)
        except (ValueError, TypeError, AttributeError):
            month = -1
        if 1 < month <= _LAST:
            return month
        self.fault(
            f"{key}.by", written, f"a month from {name_of(2)} to {name_of(_LAST)}", "which means its last day"
        )
        return None

    def known_range(self, name: str, table: Table, scenarios: list[Scenario]) -> tuple[float, float] | None:
        """Return the range of a setting that all scenarios know; the widest where none has one."""
        for key in ("unit", "by"):
            if key in table:
                self.fault(
                    f"vary.{name}.{key}",
                    table[key],
                    "left out of a setting",
                    "a setting has its own unit, and no date",
                )
        quantities = [each.settings.quantities[name] for each in scenarios]
        if any(each.touches == "result" for each in quantities):
            self.fault(
                f"vary.{name}", table, "a number that a run reads", "this one is read by reports alone"
            )
            return None
        ends = [
            (q.low, q.high) if q.low < q.high else Vocabulary.limits(q) for q in quantities
        ]  # fmt: skip
        return (max(low for low, _ in ends), min(high for _, high in ends)) if ends else None

    def values(self, table: Table, key: str, ends: tuple[float, float]) -> tuple[float, ...]:
        values = table.get("values", MISSING)
        for end in ("low", "high"):
            if end in table:
                self.fault(f"{key}.{end}", table[end], "left out of a grid or a list", "write values = […]")
        if not isinstance(values, list) or not values:
            self.fault(f"{key}.values", values, "a list of at least one number", "write values = [0.1, 0.2]")
            return ()
        numbers = [self.number(each, f"{key}.values", *ends, remedy=_BEYOND) for each in values]
        return tuple(each for each in numbers if each is not None)

    def between(self, table: Table, key: str, ends: tuple[float, float]) -> tuple[float, ...]:
        if "values" in table:
            self.fault(f"{key}.values", table["values"], "left out of a random design", "write low and high")
        low, high = (
            self.number(table.get(end, MISSING), f"{key}.{end}", *ends, remedy=_BEYOND)
            for end in ("low", "high")
        )
        if low is None or high is None:
            return ()
        if low >= high:
            self.fault(f"{key}.high", high, f"above low, {low:g}", "swap low and high")
        return low, high

    def counted(self, sweep: Sweep) -> Sweep | None:
        """Find fault with points that are none, twice there or of unequal lists, and with too many jobs."""
        count = sweep.count
        if not sweep.design.drawn:
            if sweep.design is Design.LIST and len({len(each.values) for each in sweep.varied}) > 1:
                lengths = {each.name: len(each.values) for each in sweep.varied}
                self.fault("vary", lengths, "lists of one length", "the first values make point 0, and so on")
                return None
            sizes = [len(each.values) for each in sweep.varied]
            count = int(np.prod(sizes, dtype=object)) if sweep.design is Design.GRID else (sizes or [1])[0]
        jobs = count * sweep.replications * len(sweep.scenarios) * len(sweep.selection.markets)
        if jobs > sweep.most_jobs:
            self.fault("most_jobs", sweep.most_jobs, f"at least {jobs:,}, the jobs that this comes to",
                       f"write most_jobs = {jobs} where they are meant")  # fmt: skip
            return None
        if not sweep.design.drawn and sweep.varied:
            points, times = np.unique(sweep.listed_points(), axis=0, return_counts=True)
            if times.max() > 1:
                twice = points[int(times.argmax())].tolist()
                self.fault("vary", twice, "a point once", "take one of the two away")
        return sweep


_BEYOND = "to go beyond the known range, set low and high in a scenario file and name that"
