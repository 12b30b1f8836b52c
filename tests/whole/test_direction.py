"""Direction: disability, employment and pension, moved by one point, move the services that depend on them.

The signs and sizes are those of docs/explanation/what-moves-what.md, worked out here by hand from shares that
are counted before the move; the draws are the same before and after. The page's own numbers are held to what
is measured.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scenarios.experiments import base_of_province
from scenarios.load import load_scenario
from scenarios.supply import supply_plan
from sim.capacity import build_supply
from sim.cascade import Requests, choose
from sim.kinds import DisabilityGrade, DisabilityKind, Employment, Function, Pension, Step
from sim.model import CommunityModel
from sim.needs import Ledger
from sim.places import load_atlas
from sim.residents import Residents
from tests.whole.small_study import SEED, market, turned, world

COUNTY = "仙游县"  # 905,068 residents: large enough for a point to show beside chance
SCENARIO = load_scenario("baseline-2020")
IDS = [service.id for service in SCENARIO.services]
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "what-moves-what.md"
POINTS = 10.0  # of employees' pension, for the few who ask for a bed; the effect is linear in points
BEDS = ("nursing-bed", "ordinary-bed")
Mask = npt.NDArray[np.bool_]


@cache
def founded(**life: float) -> tuple[CommunityModel, Ledger]:
    """Found a county under some settings of life, and live a month, so that needs are counted once."""
    settings = SCENARIO.settings.with_values({f"life.{name}": value for name, value in life.items()})
    model = CommunityModel(world(SCENARIO, 1, settings), market(COUNTY), SEED)
    ledger = model.live()
    turned(model)
    return model, ledger


def central(name: str) -> float:
    return SCENARIO.settings[f"life.{name}"]


def disability_moved() -> tuple[tuple[CommunityModel, Ledger], tuple[CommunityModel, Ledger]]:
    return founded(), founded(surveyed_disability=central("surveyed_disability") + 1.0)


def in_need(ledger: Ledger, service: str) -> npt.NDArray[np.uint64]:
    """Name who needs a service in the first month."""
    return np.unique(ledger.spells.key[ledger.spells.service == IDS.index(service)])


def moved(pair: tuple[tuple[CommunityModel, Ledger], ...], service: str) -> int:
    """Count how many more need a service after the move than before."""
    before, after = (int(ledger.persons[IDS.index(service), :, 0].sum()) for _, ledger in pair)
    return after - before


def within(found: float, expected: float, people: float) -> bool:
    """Allow four standard errors of a count of independent people."""
    return bool(abs(found - expected) < 4 * np.sqrt(people) + 1)


def needs_otherwise(people: Residents) -> Mask:
    """Tell who needs a social worker with or without a card: elders alone or frail, supported people."""
    old = people.age_months(0) >= 720
    return np.asarray((people.payer > 0) | (old & ((people.living <= 1) | (people.function > 0))))


class Independent:
    """The disabilities that came by themselves, before and after the point: severity by hand.

    Of all disabled a published share is severe, at any prevalence. Those whose disability came with the loss
    of function in old age ("linked") stay as many, and as severe as their loss. What the others' severity
    must be follows, from what is seen at ages under 50, where nobody is linked.
    """

    def __init__(self, people: Residents) -> None:
        age = people.age_months(0) // 12
        self.disabled = people.disability_grade != DisabilityGrade.NONE
        severe = people.disability_grade == DisabilityGrade.SEVERE
        can = people.disability_kind >= DisabilityKind.PHYSICAL
        young, frail_old = self.disabled & (age < 50), (age >= 60) & (people.function > 0)
        self.growth = 1 + 1 / central("surveyed_disability")  # at all ages: shares by age stay
        before, after = self.disabled.sum(), self.disabled.sum() * self.growth
        overall, self.severity = central("surveyed_severe_share"), severe[young].mean()
        as_lost = (people.function[frail_old] >= Function.MODERATE).mean()
        self.linked = before * (overall - self.severity) / (as_lost - self.severity)
        rest = after - self.linked
        self.severity_after = (overall * after - self.linked * as_lost) / rest
        self.can = can[young].mean()  # of a kind that can take function; all linked ones are
        self.can_after = (can[self.disabled].mean() * after - self.linked) / rest
        self.under_60 = (self.disabled & (age < 60)).sum()
        self.over_60 = self.disabled.sum() - self.under_60

    def added_severe(self) -> tuple[float, float]:
        """Return how many more are severely disabled below 60, and from 60 on."""
        old, added = self.over_60 - self.linked, (self.growth - 1) * self.over_60
        young = self.under_60 * (self.growth * self.severity_after - self.severity)
        return young, (old + added) * self.severity_after - old * self.severity


def test_a_point_of_surveyed_disability_adds_its_card_holders_to_errands() -> None:
    base, more = pair = disability_moved()
    people = base[0].people
    disabled = people.disability_grade != DisabilityGrade.NONE
    added = disabled.sum() / central("surveyed_disability")
    errand, group = IDS.index("community-errand"), 2  # the definition's third group: people with a card
    assert SCENARIO.services[errand].needed[group].id == "disabled"
    bringing = (more[1].people - base[1].people)[errand, group, :, 0].sum()
    share = (people.card.astype(bool) & (people.area == 1)).sum() / disabled.sum()
    assert within(bringing, added * share, added * share), (bringing, added * share)
    # whoever has a card brings errands beside those of its age: few more people need the service at all
    assert 0 <= moved(pair, "community-errand") < 0.1 * bringing


def test_a_point_of_surveyed_disability_adds_severely_disabled_card_holders_to_cases() -> None:
    pair = disability_moved()
    people = pair[0][0].people
    young, old = (people.age_months(0) < 720), (people.age_months(0) >= 720)
    by_hand = Independent(people)
    alone_in_need = ~needs_otherwise(people)
    new = 0.0
    for severe, group in zip(by_hand.added_severe(), (young, old & (people.function == 0)), strict=True):
        new += severe * central("card_severe_share") * alone_in_need[by_hand.disabled & group].mean()
    found = moved(pair, "social-work-case")
    assert within(found, new, new), (found, new)
    assert 0.9 < found / new < 1.1


def test_a_point_of_surveyed_disability_adds_those_whose_function_it_takes_to_nursing_beds() -> None:
    """Below 50 a severe disability of a kind that can may take function, for good.

    From 60 on the census fixes how many cannot care for themselves: more of the lasting leave fewer others,
    and what is added is the moderate part alone.
    """
    base, more = pair = disability_moved()
    people, by_hand = base[0].people, Independent(base[0].people)
    lasting = (people.function > 0) & (people.function_since - people.birth_month < 600)
    needing = lasting & np.isin(people.key, in_need(base[1], "nursing-bed"))
    old = people.age_months(0) >= 720
    grown = by_hand.growth * by_hand.severity_after / by_hand.severity * by_hand.can_after / by_hand.can - 1
    expected = grown * ((needing & ~old).sum() + (1 - central("mild_share")) * (needing & old).sum())
    found = moved(pair, "nursing-bed")
    assert within(found, expected, expected), (found, expected)
    lost = int((more[0].people.function > 0).sum() - (people.function > 0).sum())
    for service in (
        "childcare-full",
        "childcare-half",
        "ordinary-bed",
    ):  # only through those who lose function
        assert abs(moved(pair, service)) < 0.05 * lost, service


def test_a_point_of_participation_turns_half_days_into_full_days() -> None:
    base, more = pair = founded(), founded(participation_shift=1.0)
    people = base[0].people
    child = (people.age_months(0) >= 6) & (people.age_months(0) < 36) & (people.mother >= 0)
    unemployed = (people.employment == Employment.UNEMPLOYED).sum() / np.isin(people.employment, (2, 3)).sum()
    expected = 0.01 * child.sum() * (1 - unemployed)
    full, half = (moved(pair, service) for service in ("childcare-full", "childcare-half"))
    assert within(full, expected, expected), (full, expected)
    assert full == -half  # a child changes sides; none is born or lost
    for service in (*BEDS, "community-errand"):
        assert np.array_equal(in_need(base[1], service), in_need(more[1], service)), service
        assert moved(pair, service) == 0


def requests(model: CommunityModel, ledger: Ledger) -> Requests:
    plan = supply_plan(SCENARIO, months=1)
    supply = build_supply(plan, load_atlas(), base_of_province(), market(COUNTY).counties)
    return choose(ledger, model.world.services, model.world.settings, supply, model.stream)


@cache
def able_to_pay(points: float) -> tuple[Mask, npt.NDArray[np.integer]]:
    """Tell which wishes for a bed can be paid, and the class of pension of who wishes."""
    model, ledger = founded(employee_pension_shift=points)
    asked = requests(model, ledger)
    beds = np.isin(asked.service, [IDS.index(name) for name in BEDS])
    return asked.step[beds] >= Step.AFFORDABLE, ledger.asks.pension[asked.ask[beds]]


def test_a_point_of_employees_pension_lets_those_pay_for_a_bed_who_could_not_before() -> None:
    (can, pension), (can_after, pension_after) = able_to_pay(0.0), able_to_pay(POINTS)
    assert can.size == can_after.size  # the same wishes: a pension moves nobody's need or wish
    assert not (can & ~can_after).any()
    resident, employee = (can[pension == kind].mean() for kind in (Pension.RESIDENT, Pension.EMPLOYEE))
    entered = (pension != pension_after).sum()
    expected, gained = entered * (employee - resident), int((can_after & ~can).sum())
    assert gained > 0
    assert within(gained, expected, entered * employee), (gained, expected, entered)


def test_points_of_employees_pension_add_up() -> None:
    few, one, many = (able_to_pay(points)[0].sum() for points in (0.0, 1.0, POINTS))
    assert few < one < many
    assert within(one - few, (many - few) / POINTS, (many - few) / POINTS)


def test_a_point_of_employees_pension_moves_no_need() -> None:
    pair = founded(employee_pension_shift=0.0), founded(employee_pension_shift=1.0)
    assert all(moved(pair, service) == 0 for service in IDS)


def told(heading: str) -> dict[str, float]:
    """Read a table of the page: what a point moves, by service, per 100,000 residents."""
    part = PAGE.read_text(encoding="utf-8").split(f"## {heading}")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([\w-]+)`[^|]*\| ([+−-]?[\d.]+)", part, re.MULTILINE)
    return {name: float(number.replace("−", "-")) for name, number in rows}


def test_the_page_tells_what_is_measured() -> None:
    residents = founded()[0].people.size / 100_000
    points = {"surveyed_disability": central("surveyed_disability") + 1.0, "participation_shift": 1.0}
    for setting, value in points.items():
        pair = founded(), founded(**{setting: value})
        measured = {service: moved(pair, service) / residents for service in IDS}
        assert {name: round(number) for name, number in measured.items()} == told(f"`life.{setting}`"), (
            setting
        )
