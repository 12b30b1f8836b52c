"""Supply as tables: what choice and service need to know of facilities, prices and staff.

A *kind* of facility (public home, childcare centre, …) is data, as a service is: structure here, numbers in
``Settings`` under ``<kind>.<name>``. A *unit* is one facility and one pool of its places: a home with nursing
and ordinary beds is two units. Capacity is counted in *parts*: a place, or a worker, is 1,000 parts, so that
a half-day child takes 500 and one of 500 clients of a social worker takes 2.

``sim.capacity.build_supply`` turns a ``SupplyPlan`` (what a scenario sets) and a ``CensusBase`` into a
``Supply`` (what a market gets).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import IntEnum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from sim.kinds import Payer
from sim.services import Service, Words

Array = npt.NDArray
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PARTS = 1000  # of one place, or of one worker
NOT_SOLD = -1  # a price of what a kind of facility does not offer


class Base(IntEnum):
    """What the census counts: by it a total is spread over counties, or a ratio is taken."""

    RESIDENTS = 0
    URBAN_RESIDENTS = 1
    AGE_60_PLUS = 2
    UNDER_3 = 3
    TOWNSHIPS = 4  # streets, towns and townships; not development zones and farms


class Crew(IntEnum):
    """What is counted of a cadre in a month, in thousandths of a worker."""

    POSTS = 0
    STAFF = 1  # who holds a post, trainees among them, and whoever stays though the post has gone
    TRAINEES = 2
    HIRED = 3
    LEFT = 4
    PRESENT = 5  # what the staff comes to after training, absence and overtime


@dataclass(frozen=True)
class Turnover:
    """What moves a cadre's staff from month to month (``sim.turnover``): full names of settings.

    ``vacancy`` is the share of posts vacant at the founding; empty where a ``staffed_share`` says so.
    """

    attrition: str  # share of the staff that has left after a year
    hiring: str  # share of vacancies filled within a month
    most_hires: str  # hires a year per 100 posts
    training_months: str
    trainee_share: str  # of a worker's time
    absence: str  # share of days
    overtime: str  # share of hours
    strain: str  # what a whole year's hours of overtime add to attrition
    vacancy: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """List the names of its settings."""
        return tuple(name for name in vars(self).values() if name)


TURNOVER = tuple(each.name for each in fields(Turnover))


@dataclass(frozen=True)
class Pool:
    """Places of one sort within a facility, such as its nursing beds.

    ``share`` names the setting with its share of the facility's places; the last pool of a kind has none and
    takes the rest. ``cadre`` is who staffs it, ``places_per_post`` names the setting with the places that one
    post of the cadre can serve.
    """

    id: str
    share: str = ""
    cadre: str = ""
    places_per_post: str = ""


@dataclass(frozen=True)
class FacilityKind:
    """One kind of facility, as data; the names of settings are full dotted names.

    ``total`` names the setting with the province's places (``per`` = 0), or with places per ``per`` of what
    ``per_base`` counts in the census (childcare slots per 1,000 residents); ``base`` spreads the total over
    the counties. Where ``one_per_township`` holds the total counts facilities, in townships of their own, and
    ``mean_size`` is the places of each.

    The price of a service in a kind is the setting ``<kind>.price.<service>`` where there is one, else
    ``<kind>.price.<pool>`` times ``<kind>.price_share.<service>`` (1 where absent), else it is not sold.
    """

    id: str
    name: Words
    pools: tuple[Pool, ...]
    base: Base
    total: str
    mean_size: str
    new_size: str  # places of a facility that opens in the run
    per: int = 0
    per_base: Base = Base.RESIDENTS
    one_per_township: bool = False
    public: bool = False
    least_new: str = ""  # fewest places of the first pool in a facility that is built or extended
    most_new: str = ""  # most places of a facility that is built
    admits: tuple[Payer, ...] = tuple(Payer)
    free_for: tuple[Payer, ...] = ()


@dataclass(frozen=True)
class Cadre:
    """A kind of staff, as data; the names of settings are full dotted names, empty where of no use.

    Two sorts. Who staffs places has a ``staffed_share``, the filled share of the posts that the places
    need; its time is spent in those places. Whose minutes a workload spends has ``workers_per_10000`` of the
    base, ``annual_hours`` and a ``service_share`` of them; ``counted_per_10000`` are people counted towards a
    target who bring no hours.

    Without a ``turnover`` the share filled, or the number of workers, is what the setting says; with one it
    is what comes of hiring and leaving, the setting saying the posts.
    """

    id: str
    name: Words
    staffed_share: str = ""
    base: Base = Base.URBAN_RESIDENTS
    workers_per_10000: str = ""
    counted_per_10000: str = ""
    annual_hours: str = ""
    service_share: str = ""
    turnover: Turnover | None = None


@dataclass(frozen=True)
class SupplyPlan:
    """What a scenario sets of supply: settings that hold throughout, and dated paths.

    ``paths`` holds, by the name of a setting, its value for each month of the run: shape (months,), month 0
    is 2020-11. A setting without a path keeps its value. ``file`` is named in errors.
    """

    kinds: tuple[FacilityKind, ...]
    cadres: tuple[Cadre, ...]
    services: tuple[Service, ...]
    settings: Mapping[str, float]
    months: int
    paths: Mapping[str, Floats] = field(default_factory=dict)
    file: str = "supply.toml"

    def __post_init__(self) -> None:
        for name, path in self.paths.items():
            if np.shape(path) != (self.months,):
                raise ValueError(f"path of {name} has shape {np.shape(path)}, not ({self.months},)")
        object.__setattr__(self, "paths", MappingProxyType(dict(self.paths)))

    def __reduce__(self) -> tuple[object, ...]:
        fields = (self.kinds, self.cadres, self.services, self.settings, self.months)
        return SupplyPlan, (*fields, dict(self.paths), self.file)

    def path(self, name: str) -> Floats:
        """Return a setting's value for each month; raises ScenarioError where it is unknown."""
        if name in self.paths:
            return np.asarray(self.paths[name], dtype=np.float64)
        return np.full(self.months, self.settings[name])


@dataclass(frozen=True)
class CensusBase:
    """Persons of the census by county of the whole province, each of shape (counties of the atlas,).

    From the raked cells, so that provincial totals are spread the same whatever market runs.
    """

    residents: Ints
    urban_residents: Ints
    age_60_plus: Ints
    under_3: Ints


@dataclass(frozen=True)
class Units:
    """The units of a market, in the order county, kind, ordinal, pool; and their capacity over time.

    A step holds from its minute until the unit's next one; steps are ordered by (minute, unit), and a unit
    has no places before its first. ``key`` names a unit the same in every scenario: draws about a unit use
    it, never ``id``.
    """

    id: Array  # i4, 0 to n - 1
    key: Array  # u8, county code, kind, ordinal of the facility in its county, pool
    kind: Array  # u1, index in Supply.kinds
    pool: Array  # u1, index in Supply.pools
    county: Array  # u1, index in the atlas
    township: Array  # i2, index in the atlas
    public: Array  # u1, 0 or 1
    opens: Array  # i4, minute of its first places
    step_unit: Array  # i4
    step_minute: Array  # i4
    step_built: Array  # i4, parts
    step_staffed: Array  # i4, parts

    def __len__(self) -> int:
        return len(self.id)

    @property
    def step_usable(self) -> Array:
        """Return the usable parts of each step: built and staffed."""
        return np.minimum(self.step_built, self.step_staffed)


@dataclass(frozen=True)
class Supply:
    """What a market gets of a scenario's supply.

    ``prices`` are fen a month, shape (kinds, services, months), ``NOT_SOLD`` where not offered; ``admits``
    and ``free`` have shape (kinds, payers). ``minutes`` and ``counted`` have shape (cadres, counties of the
    atlas, months) and are zero outside the market: minutes of service a month, people only counted in
    thousandths; ``crews``, shape (cadres, Crew, counties of the atlas, months), likewise. ``unbuilt``
    are places of the plan that no facility may hold at the end of the run (a remainder below the least that
    may be built), shape (kinds, counties of the atlas).
    """

    units: Units
    kinds: tuple[FacilityKind, ...]
    pools: tuple[str, ...]
    cadres: tuple[str, ...]
    services: tuple[str, ...]
    months: int
    counties: tuple[int, ...]
    prices: Ints
    admits: npt.NDArray[np.bool_]
    free: npt.NDArray[np.bool_]
    minutes: Ints
    crews: Ints
    counted: Ints
    unbuilt: Ints

    @property
    def workers(self) -> Ints:
        """Return who holds a post, in thousandths: shape (cadres, counties of the atlas, months)."""
        return self.crews[:, Crew.STAFF]
