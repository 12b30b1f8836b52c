"""Find the central level of demand: the wish for a bed at which those counted in 2020 are in bed.

The last step of ``jinlin calibrate``, with everything else at the middle of its posterior. Everyone is
founded and seated, market by market; nothing is lived. The asks of the past are drawn once, so that the
number in bed rises with the level and a bisection finds it. ``level.json`` keeps it, with what it predicts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from calibration.fitted import FittedNumber
from calibration.level import Level, Prediction, write_level
from evidence.census import census_margins
from evidence.founders import founding_tables
from evidence.life_tables import life_tables
from evidence.table import load_evidence
from scenarios.experiments import base_of_province
from scenarios.load import Scenario, load_scenario
from scenarios.supply import supply_plan
from sim.capacity import build_supply
from sim.cascade import Requests
from sim.demand import record
from sim.history import quiet
from sim.kinds import Step
from sim.life import life_ending
from sim.log import Log
from sim.margins import rake
from sim.market import World, found_market, replay
from sim.needs import Ledger
from sim.parameters import Settings
from sim.places import load_atlas
from sim.residents import Residents
from sim.streams import Stream
from sim.supply import Supply

SETTING, GROUP = "elder-bed.wish", "elder-bed"
SEED = 20201101
Tell = Callable[[str], None]
MINUTES_A_YEAR = 525_600
# What was published for each kind of home, by the names of evidence and of the supply definitions.
HOMES = {
    "public-home": ("social_welfare_homes", "公办福利院", "public homes"),
    "extremely-poor-home": (
        "extremely_poor_support_institutions",
        "特困供养机构",
        "homes for the extremely poor",
    ),
    "private-home": ("other_elder_care_institutions", "其他养老机构", "other (private) homes"),
}
HOMES_2019 = {"private-home": "pension_institutions"}
BOUNDS, CEILING = (1e-3, 0.08), 0.4  # levels tried, and the largest share of anyone who wishes at them
TOLERANCE = 0.0005  # of the level, relative


@dataclass(frozen=True)
class Seated:
    """Who sits where at the census: residents and beds by kind, entries of the last year, people of 65+."""

    residents: Mapping[str, int]
    beds: Mapping[str, int]
    entries: int

    @property
    def total(self) -> int:
        """Return the residents of all homes."""
        return sum(self.residents.values())


class Province:
    """The founded province, reduced to the bed needs of the census and the asks that led to them."""

    def __init__(self, scenario: Scenario, settings: Settings, tell: Tell = lambda line: None) -> None:
        self.scenario = scenario
        self.services = tuple(replace(s, wish_ceiling=CEILING) for s in scenario.services if s.group == GROUP)
        self.atlas = load_atlas()
        evidence = load_evidence()
        cells = rake(census_margins(evidence, self.atlas, settings))
        self.base = base_of_province()
        self.stream = Stream.of(SEED, 0)
        tables = founding_tables(evidence, settings), life_tables(evidence, settings, self.atlas)
        world = World(self.atlas, cells, *tables, self.services, settings, months=1)
        self.ledgers: list[tuple[tuple[int, ...], Ledger]] = []
        self.age_65_plus = 0
        for market in self.atlas.markets:
            people = found_market(world, market, self.stream)
            self.age_65_plus += int((people.age_months(0) >= 65 * 12).sum())
            self.ledgers.append((market.counties, self._needs_of_the_census(people, world)))
            tell(f"founded {market.name}")

    def _needs_of_the_census(self, people: Residents, world: World) -> Ledger:
        """Record the needs that exist at the census, and the asks of their past; nothing is lived."""
        census = quiet(people.size, len(self.atlas.counties.code), months=0)
        ending = partial(life_ending, people, world.life)
        return record(people, census, self.services, world.settings, self.atlas, self.stream, ending)

    def seat(self, settings: Settings) -> Seated:
        """Seat everyone by the rules of the flow, under some settings."""
        residents: dict[str, int] = dict.fromkeys(HOMES, 0)
        beds: dict[str, int] = dict.fromkeys(HOMES, 0)
        entries = 0
        plan = supply_plan(self.scenario, settings)
        for counties, ledger in self.ledgers:
            supply = build_supply(plan, self.atlas, self.base, counties)
            done = replay(ledger, self.services, settings, supply, self.stream, 1)
            _count(done.log, supply, residents, beds)
            entries += _entered(done.requests)
        return Seated(residents, beds, entries)

    def fitted(self, settings: Settings, target: float) -> float:
        """Find the level at which the target is in bed: it rises with the level, its logarithm bracketed."""
        from scipy.optimize import brentq

        def excess(logarithm: float) -> float:
            return self.seat(settings.with_values({SETTING: float(np.exp(logarithm))})).total - target

        return float(np.exp(brentq(excess, *np.log(BOUNDS), xtol=TOLERANCE)))


def _count(log: Log, supply: Supply, residents: dict[str, int], beds: dict[str, int]) -> None:
    placed = (log.admitted <= 0) & (log.ended > 0)
    kind_of = np.array([kind.id for kind in supply.kinds])[supply.units.kind]
    for kind in residents:
        residents[kind] += int((kind_of[log.unit[placed]] == kind).sum())
        mine = np.flatnonzero(kind_of == kind)
        first = np.isin(supply.units.step_unit, mine) & (supply.units.step_minute <= 0)
        beds[kind] += int(supply.units.step_built[first].sum()) // 1000


def _entered(requests: Requests) -> int:
    """Count the requests of the year before the census, of those alive at it."""
    return int(
        (
            (requests.step == Step.REQUESTED) & (requests.minute > -MINUTES_A_YEAR) & (requests.minute < 0)
        ).sum()
    )


def fit(values: Mapping[str, float], posterior: FittedNumber, tell: Tell = print) -> Level:
    """Find the level at which the central run has the residents counted; predict what was not fitted.

    `values` are the central values of the other fitted settings; the level's range is its posterior's.
    Writes ``level.json``.
    """
    evidence = load_evidence()
    scenario = load_scenario("baseline-2020", together=False)
    others = {name: value for name, value in values.items() if name != SETTING}
    settings = scenario.settings.with_values(others)
    province = Province(scenario, settings, tell)
    target = evidence.value("institution_residents", "Fujian", 2020)
    value = _rounded(province.fitted(settings, target))
    seated = province.seat(settings.with_values({SETTING: value}))
    before = province.seat(settings.with_values({SETTING: value, **_beds_2019()}))
    published = tuple(
        evidence.value("institution_entry_within_3_years_65_plus", "China", years) / 100 / 3
        for years in (2002, 2008)
    )
    level = Level(
        setting=SETTING, value=value, low=posterior.p05, high=posterior.p95,
        published=target, reached=seated.total, entries_per_65_plus=seated.entries / province.age_65_plus,
        entries_published=(published[0], published[1]), predictions=_predictions(seated, before),
    )  # fmt: skip
    write_level(level)
    return level


def _beds_2019() -> dict[str, float]:
    evidence = load_evidence()
    names = {kind: f"institution_beds_{HOMES_2019.get(kind, name)}" for kind, (name, _, _) in HOMES.items()}
    return {f"{kind}.places": evidence.value(name, "Fujian", 2019) for kind, name in names.items()}


def _predictions(seated: Seated, before: Seated) -> tuple[Prediction, ...]:
    evidence = load_evidence()
    found = []
    for kind, (name, zh, en) in HOMES.items():
        figure = evidence.figure(f"institution_bed_occupancy_{name}", "Fujian", 2020)
        words = f"{zh}入住率（2020年末）", f"occupancy of {en}, end of 2020"
        share = seated.residents[kind] / seated.beds[kind]
        found.append(
            Prediction(f"occupancy-{kind}", *words, figure.value / 100, share, "share", figure.citation)
        )
    figure = evidence.figure("institution_bed_occupancy", "Fujian", 2019)
    words = "全部机构入住率（2019年，66293张床）", "occupancy of all homes, 2019 (66,293 beds)"
    share = before.total / sum(before.beds.values())
    found.append(Prediction("occupancy-2019", *words, figure.value / 100, share, "share", figure.citation))
    return tuple(found)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
