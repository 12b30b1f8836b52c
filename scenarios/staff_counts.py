"""Staff counted beside what is asked of it: the accounts of scenarios in some counties, and residents' needs.

Central values alone (replication 0): needs are lived once, or taken from where they are kept; no list is
replayed, for the staff of a market depends on nothing that residents do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from scenarios.experiments import base_of_province, needs_of
from scenarios.ledgers import Lived
from scenarios.load import Scenario
from scenarios.studies import Job, Study, life_key
from scenarios.supply import own_settings, supply_plan
from sim.capacity import build_supply
from sim.clock import MONTHS_TO_END_OF_2025, month_start, months_of
from sim.kinds import Mechanism
from sim.measures import unit_months
from sim.needs import Ledger
from sim.places import Market, Selection, load_atlas
from sim.services import Service
from sim.streams import Stream
from sim.supply import Ints, Supply, SupplyPlan
from sim.workload import minutes_asked

MONTHS = MONTHS_TO_END_OF_2025
CENTRAL = 0  # the replication
_COUNTIES = {"residents": 0, "elders": 0, "cases": 2, "people": 2, "asked": 2, "crews": 2}  # axis; else 1


@dataclass(frozen=True)
class StaffCounts:
    """What a scenario's staff comes to in some counties of the atlas, zero in the others.

    Cadres and services are in the scenario's order, groups in their service's, months from the founding.
    """

    crews: Ints  # (cadres, Crew, counties, months), thousandths of workers
    lasting: Ints  # (cadres, counties, months), the staff had nobody left, thousandths
    minutes: Ints  # (cadres, counties, months)
    built: Ints  # (cadres, counties, months), parts of places that the cadre staffs
    usable: Ints  # (cadres, counties, months)
    stations: Ints  # (cadres, counties, months), facilities of a township that the cadre staffs
    people: Ints  # (services, groups, counties, months), who bring a workload
    asked: Ints  # (services, groups, counties, months), its minutes
    residents: Ints  # (counties, areas, months)
    cases: Ints  # (services, groups, counties), in need of a caseload at the end of the year
    elders: Ints  # (counties,), aged 60 and over at the end of the year

    def within(self, counties: Sequence[int]) -> StaffCounts:
        """Leave out all but some counties."""
        kept = np.zeros(len(self.elders), dtype=np.int64)
        kept[list(counties)] = 1
        found = {}
        for each in fields(self):
            values, at = getattr(self, each.name), _COUNTIES.get(each.name, 1)
            shape = [kept.size if axis == at else 1 for axis in range(values.ndim)]
            found[each.name] = values * kept.reshape(shape)
        return StaffCounts(**found)

    def __add__(self, other: StaffCounts) -> StaffCounts:
        return StaffCounts(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


def count_staff(
    scenarios: Sequence[Scenario], selection: Selection, seed: int, year: int, ledgers: Path | None,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> list[StaffCounts]:  # fmt: skip
    """Count the staff of some scenarios, and what is asked of it; ``tell`` is told how many markets are done.

    Scenarios that share what life depends on are lived once. Seed (0 to 2**63 - 1), year 2021 to 2025.
    """
    atlas = load_atlas()
    found: list[StaffCounts | None] = [None] * len(scenarios)
    for done, number in enumerate(selection.markets):
        lived: dict[str, Lived] = {}
        for row, scenario in enumerate(scenarios):
            key = life_key(scenario)
            if key not in lived:
                study = Study((scenario,), selection, 1, seed, MONTHS, probed=False, ledgers=ledgers)
                lived[key] = needs_of(study, Job(number, CENTRAL))[0]
            counted = _of_market(scenario, lived[key], atlas.markets[number], seed, year)
            before = found[row]
            found[row] = counted if before is None else before + counted
        tell(done + 1, len(selection.markets))
    return [each.within(selection.counties) for each in found if each is not None]


def _lasting(plan: SupplyPlan, supply: Supply, market: Market, seed: int) -> Ints:
    """Return the staff had nobody left: that of the plan itself where no account is kept."""
    if not any(cadre.turnover for cadre in plan.cadres):
        return supply.workers
    return _built(_without_leavers(plan), market, seed).workers


def _of_market(scenario: Scenario, lived: Lived, market: Market, seed: int, year: int) -> StaffCounts:
    """Count the staff of one market, and what its residents ask."""
    plan = own_settings(supply_plan(scenario))
    supply = _built(plan, market, seed)
    ledger, services = lived.ledger, scenario.services
    built, usable, stations = _places(scenario, supply)
    asked = np.zeros_like(ledger.people)
    for index, service in enumerate(services):
        for group, need in enumerate(service.needed if service.mechanism is Mechanism.WORKLOAD else ()):
            alone = replace(service, needed=(need,))
            asked[index, group] = minutes_asked(
                ledger.people[index, group : group + 1], alone, scenario.settings
            )
    return StaffCounts(
        crews=supply.crews,
        lasting=_lasting(plan, supply, market, seed),
        minutes=supply.minutes,
        built=built,
        usable=usable,
        stations=stations,
        people=ledger.people,
        asked=asked,
        residents=ledger.residents,
        cases=_cases(ledger, services, year),
        elders=lived.record.stocks["age_60_plus"][lived.record.years.index(year)],
    )


def _built(plan: SupplyPlan, market: Market, seed: int) -> Supply:
    stream = Stream.of(seed, CENTRAL)
    return build_supply(plan, load_atlas(), base_of_province(), market.counties, stream=stream)


def _without_leavers(plan: SupplyPlan) -> SupplyPlan:
    """Give a plan under which nobody leaves; the words that fill vacancies stay."""
    names = [name for c in plan.cadres if c.turnover for name in (c.turnover.attrition, c.turnover.strain)]
    return replace(plan, paths={**plan.paths, **{name: np.zeros(plan.months) for name in names}})


def _places(scenario: Scenario, supply: Supply) -> tuple[Ints, Ints, Ints]:
    """Count the places that each cadre staffs, built and usable, and the stations that have any."""
    units = supply.units
    shape = len(scenario.cadres), len(load_atlas().counties.code), supply.months
    found = tuple(np.zeros(shape, dtype=np.int64) for _ in range(3))
    staffs = {(kind.id, pool.id): pool.cadre for kind in scenario.kinds for pool in kind.pools}
    ids = [cadre.id for cadre in scenario.cadres]
    by_unit = unit_months(units, supply.months)
    for unit in range(len(units)):
        kind = supply.kinds[units.kind[unit]]
        cadre = staffs[kind.id, supply.pools[units.pool[unit]]]
        if cadre:
            at = ids.index(cadre), int(units.county[unit])
            found[0][at] += by_unit[0][unit]
            found[1][at] += by_unit[1][unit]
            found[2][at] += kind.one_per_township * (by_unit[0][unit] > 0)
    return found[0], found[1], found[2]


def _cases(ledger: Ledger, services: Sequence[Service], year: int) -> Ints:
    """Count who is in need of a caseload at the end of a year, by the group that each met first."""
    spells, last = ledger.spells, month_start(months_of(year)[-1] + 1) - 1
    caseload = [index for index, each in enumerate(services) if each.mechanism is Mechanism.CASELOAD]
    cases = np.zeros(ledger.people.shape[:3], dtype=np.int64)
    open_ = (spells.start <= last) & (spells.end > last) & np.isin(spells.service, caseload)
    np.add.at(cases, (spells.service[open_], spells.group[open_], spells.county[open_]), 1)
    return cases
