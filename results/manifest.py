"""The manifest of a run: all that a reader of its tables needs to know, so that no report needs more.

``manifest.json`` is this module's ``Manifest``, key for key; more keys are welcome and ignored here. The
runner makes one and calls ``write_manifest``; every reader calls ``read_manifest``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import RunError
from sim.kinds import Quality
from sim.services import Words

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FILE = "manifest.json"


@dataclass(frozen=True)
class CountyEntry:
    """A county that the run reports; ``margin`` is the relative doubt of its head count (0.05 for 5 %)."""

    code: int
    name: str
    city: str
    margin: float = 0.0
    ages_imputed: bool = False


@dataclass(frozen=True)
class StandardEntry:
    """What "in time" means in this run: ours, with its reason."""

    within_days: int
    share: float
    reason: str


@dataclass(frozen=True)
class ServiceEntry:
    """A service as the tables number it: its row in ``Manifest.services`` is the column ``service``."""

    id: str
    name: Words
    plan: str
    mechanism: str  # occupancy, caseload, workload, coverage
    pool: str
    group: str
    unit: Words
    client: Words
    standard: StandardEntry
    grade: str  # A published for Fujian, B national or derived, C assumed
    cadre: str = ""
    price: str = ""  # the name of the main price in ``supply`` or ``settings``, for explanations
    minutes: str = ""  # the setting with the minutes of one event of a workload
    settings: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by step: what it turns on

    @property
    def queued(self) -> bool:
        """Tell whether people wait for a place of it."""
        return self.mechanism in ("occupancy", "caseload")


@dataclass(frozen=True)
class KindEntry:
    """A kind of facility; its row in ``Manifest.kinds`` is the column ``kind``."""

    id: str
    name: Words
    public: bool
    elder_home: bool = False  # counted in the beds of elder-care institutions


@dataclass(frozen=True)
class SettingEntry:
    """A number of the run with its range, unit, source and quality."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    year: int
    quality: str
    reason: str = ""
    title_zh: str = ""
    title_en: str = ""
    touches: str = ""  # life: only draws move it; need, supply, result: moved alone as well

    @property
    def uncertain(self) -> bool:
        """Tell whether replications draw it."""
        return self.quality in (Quality.ASSUMED.value, Quality.FITTED.value) and self.low < self.high

    def title(self, language: str) -> str:
        """Name it in a language, by its dotted name where it has no title."""
        return (self.title_zh if language == "zh" else self.title_en) or self.name


@dataclass(frozen=True)
class SupplyEntry:
    """A dated value of the scenario: supply, staff or price, by month ("2025-12"), with its source."""

    name: str
    unit: str
    path: dict[str, float]
    source: str


@dataclass(frozen=True)
class TargetEntry:
    """A target that the run is judged by.

    ``delivered`` holds, by year ("2025"), the value reached in each replication (one where it is exact).
    ``planned`` is None where the plan prints no number. ``costs`` names, by pool, the setting with the yearly
    operating cost of one place (or worker). ``scenario_values`` names the entries of ``Manifest.supply`` and
    ``Manifest.settings`` that the verdict rests on.
    """

    id: str
    title: Words
    plan: str  # the section of the plan, or the document of a companion target
    services: tuple[str, ...]
    planned: float | None
    comparator: str
    unit: Words
    delivered: dict[str, tuple[float, ...]]
    step: Words  # one smallest unit, as in "one bed"
    costs: dict[str, str] = field(default_factory=dict)
    scenario_values: tuple[str, ...] = ()
    companion: bool = False
    note: Words | None = None


@dataclass(frozen=True)
class FittedEntry:
    """The central level of demand: the setting, its value, its posterior, and what it was fitted to."""

    setting: str
    value: float
    low: float
    high: float
    anchor: Words
    published: float
    reached: float


@dataclass(frozen=True)
class SameLogEntry:
    """The smallest market of the run, which both engines served with one log of all its requests."""

    market: str
    replication: int
    requests: int


@dataclass(frozen=True)
class PredictionEntry:
    """A published figure that was not fitted, beside what the run says of it.

    Where ``predicted`` is empty and ``kind`` names a kind of facility, the occupancy of that kind at the
    founding is read from the table of units.
    """

    id: str
    title: Words
    published: float
    unit: str
    source: str
    predicted: tuple[float, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class Manifest:
    """A run in words and numbers; see the fields' own classes."""

    scenario: str
    title: Words
    description: Words
    places: tuple[str, ...]
    counties: tuple[CountyEntry, ...]
    markets: tuple[str, ...]
    seed: int
    replications: int
    months: int
    versions: dict[str, str]
    services: tuple[ServiceEntry, ...]
    pools: tuple[str, ...]
    kinds: tuple[KindEntry, ...]
    settings: tuple[SettingEntry, ...]
    supply: tuple[SupplyEntry, ...]
    capacity_targets: tuple[TargetEntry, ...]
    predictions: tuple[PredictionEntry, ...]
    notes: tuple[Words, ...]
    seconds: dict[str, float]
    peak_mb: float
    result_hash: str
    fitted: FittedEntry | None = None
    engine: str = ""  # that served the waiting lists: compiled or simpy
    same_log: SameLogEntry | None = None
    posterior: dict[str, str] = field(default_factory=dict)  # facts of the draws made together; none: {}
    finished: bool = False

    @property
    def assumed(self) -> tuple[SettingEntry, ...]:
        """List the numbers that replications draw from their ranges."""
        return tuple(each for each in self.settings if each.uncertain)

    def service(self, name: str) -> ServiceEntry:
        """Return a service by id."""
        return _named(self.services, "id", name)

    def service_row(self, name: str) -> int:
        """Return the number that the tables give a service."""
        return self.services.index(self.service(name))

    def target(self, name: str) -> TargetEntry:
        """Return a target by id."""
        return _named(self.capacity_targets, "id", name)

    def setting(self, name: str) -> SettingEntry:
        """Return a setting by its dotted name."""
        return _named(self.settings, "name", name)

    def scenario_value(self, name: str) -> SupplyEntry | SettingEntry | None:
        """Return a dated value or a setting by name, None where the run has neither."""
        values: list[SupplyEntry | SettingEntry] = [*self.supply, *self.settings]
        return next((each for each in values if each.name == name), None)


def write_manifest(folder: Path, manifest: Manifest) -> Path:
    """Write a manifest into a run folder, as JSON in UTF-8 that people can read."""
    path = folder / FILE
    text = json.dumps(_adapter().dump_python(manifest, mode="json"), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a finished run.

    Raises RunError where the folder holds no run, the run is unfinished or the manifest is damaged.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        raise RunError(
            f"{folder}: not a run folder (it has no {FILE}); give a folder that 'jinlin run' wrote"
        )
    raw = _json(path)
    if raw.get("finished") is not True:
        raise RunError(
            f"{folder}: the run is unfinished (it was stopped, or is under way); run it again to its end"
        )
    from pydantic import ValidationError

    try:
        return _adapter().validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        reason = " ".join(first["msg"].split())
        raise RunError(f"{path}: damaged at {key}: {reason}; run it again") from None


def _json(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise RunError(f"{path}: damaged: {error}; run it again") from None
    if not isinstance(raw, dict):
        raise RunError(f"{path}: damaged: not a table of keys; run it again")
    return raw


@cache
def _adapter() -> TypeAdapter[Manifest]:
    from pydantic import TypeAdapter

    return TypeAdapter(Manifest)


def _named(entries: tuple[Any, ...], key: str, name: str) -> Any:
    for entry in entries:
        if getattr(entry, key) == name:
            return entry
    raise RunError(f"the run knows no {name!r}; it has {', '.join(str(getattr(e, key)) for e in entries)}")
