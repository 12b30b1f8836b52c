"""Direction: disability, employment and pension, moved by one point, move the services that depend on them.

The signs and sizes are those of docs/explanation/what-moves-what.md, worked out here by hand from shares that
are counted before the move; the draws are the same before and after.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from scenarios.experiments import base_of_province
from scenarios.load import load_scenario
from scenarios.supply import supply_plan
from sim.capacity import build_supply
from sim.cascade import Requests, choose
from sim.kinds import DisabilityGrade, Employment, Pension, Step
from sim.model import CommunityModel
from sim.needs import Ledger
from sim.places import load_atlas
from tests.whole.small_study import SECOND, SEED, market, world

SCENARIO = load_scenario("baseline-2020")
IDS = [service.id for service in SCENARIO.services]


@cache
def founded(**life: float) -> tuple[CommunityModel, Ledger]:
    """Found a county under some settings of life, and live a month, so that needs are counted once."""
    settings = SCENARIO.settings.with_values({f"life.{name}": value for name, value in life.items()})
    model = CommunityModel(world(SCENARIO, 1, settings), market(SECOND), SEED)
    return model, model.live()


def central(name: str) -> float:
    return SCENARIO.settings[f"life.{name}"]


def in_need(ledger: Ledger, service: str) -> npt.NDArray[np.uint64]:
    """Name who needs a service in the first month."""
    return np.unique(ledger.spells.key[ledger.spells.service == IDS.index(service)])


def within(found: float, expected: float, people: float) -> bool:
    """Allow four standard errors of a count of independent people."""
    return abs(found - expected) < 4 * np.sqrt(people) + 1


def test_a_point_of_surveyed_disability_adds_its_card_holders_to_errands_and_cases() -> None:
    base, more = founded(), founded(surveyed_disability=central("surveyed_disability") + 1.0)
    people = base[0].people
    disabled = people.disability_grade != DisabilityGrade.NONE
    urban = people.area == 1
    cards = people.card.astype(bool)
    added = 0.01 * people.size  # a point of all residents
    errand = IDS.index("community-errand")
    group = 2  # the third group of the definition: disabled people with a card
    assert SCENARIO.services[errand].needed[group].who.card != -1
    moved = (more[1].people - base[1].people)[errand, group, :, 0].sum()
    share = (cards & urban).sum() / disabled.sum()
    assert within(moved, added * share, added * share), (moved, added * share)
    severe = cards & (people.disability_grade == DisabilityGrade.SEVERE)
    cases = [len(in_need(each[1], "social-work-case")) for each in (base, more)]
    needing = np.isin(people.key, in_need(base[1], "social-work-case"))
    # the point comes on top of those whose disability came with loss of function in old age
    own = disabled & ((people.function == 0) | (people.age_months(0) < 600))
    new = (severe & own & ~_needs_otherwise(base[0])).sum() / own.sum()
    assert needing[severe].all()
    assert cases[1] > cases[0]
    assert within(cases[1] - cases[0], added * new, added * new), (cases, added * new)
    for service in ("childcare-full", "childcare-half", "ordinary-bed"):
        assert len(in_need(base[1], service)) == len(in_need(more[1], service)), service


def _needs_otherwise(model: CommunityModel) -> npt.NDArray[np.bool_]:
    """Tell who needs a social worker with or without a card: elders alone or frail, supported people."""
    people = model.people
    old = people.age_months(0) >= 720
    return (people.payer > 0) | (old & ((people.living <= 1) | (people.function > 0)))


def test_a_point_of_participation_turns_half_days_into_full_days() -> None:
    base, more = founded(), founded(participation_shift=1.0)
    people = base[0].people
    child = (people.age_months(0) >= 6) & (people.age_months(0) < 36) & (people.mother >= 0)
    unemployed = (people.employment == Employment.UNEMPLOYED).sum() / np.isin(people.employment, (2, 3)).sum()
    expected = 0.01 * child.sum() * (1 - unemployed)
    full, half = (
        len(in_need(more[1], s)) - len(in_need(base[1], s)) for s in ("childcare-full", "childcare-half")
    )
    assert within(full, expected, expected), (full, expected)
    assert within(-half, full, expected), (half, full)
    assert len(in_need(base[1], "nursing-bed")) == len(in_need(more[1], "nursing-bed"))


def requests(model: CommunityModel, ledger: Ledger) -> Requests:
    plan = supply_plan(SCENARIO, months=1)
    supply = build_supply(plan, load_atlas(), base_of_province(), market(SECOND).counties)
    return choose(ledger, model.world.services, model.world.settings, supply, model.stream)


def test_a_point_of_employees_pension_lets_those_pay_for_a_bed_who_could_not_before() -> None:
    points = 10.0  # ten points, for a county's few who wish; the effect is linear in points
    base, more = founded(), founded(employee_pension_shift=points)
    before, after = requests(*base), requests(*more)
    beds = [IDS.index(name) for name in ("nursing-bed", "ordinary-bed")]
    wished = np.isin(before.service, beds)
    assert np.array_equal(before.key[wished], after.key[np.isin(after.service, beds)])
    can, can_after = (each.step[np.isin(each.service, beds)] >= Step.AFFORDABLE for each in (before, after))
    assert not (can & ~can_after).any()
    pension = base[1].asks.pension[before.ask[wished]]
    resident, employee = (can[pension == kind].mean() for kind in (Pension.RESIDENT, Pension.EMPLOYEE))
    asks_moved = (base[1].asks.pension[before.ask[wished]] != more[1].asks.pension[after.ask[wished]]).sum()
    expected = asks_moved * (employee - resident)
    gained = int((can_after & ~can).sum())
    assert gained > 0
    assert within(gained, expected, asks_moved), (gained, expected, asks_moved)
