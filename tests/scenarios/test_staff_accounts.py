"""Accounts of staff in scenario files: kept where written, refused where they cannot be, drawn, probed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scenarios.authoring import differences
from scenarios.editors import json_schema
from scenarios.experiments import base_of_province
from scenarios.facility_kinds import load_cadres, load_kinds, load_turnovers
from scenarios.load import Scenario, load_scenario
from scenarios.probes import probes_of, services_moved
from scenarios.supply import delivered_path, supply_plan
from sim.capacity import build_supply
from sim.crews import accounts
from sim.errors import ScenarioError
from sim.places import load_atlas
from sim.streams import Stream
from sim.supply import Crew, Supply

ATLAS = load_atlas()
WITHOUT = (
    "baseline-2020", "companion-elder", "plan-2025", "plan-2025-late", "plan-2025-relabelled", "staff-short",
)  # fmt: skip
COUNTIES = tuple(ATLAS.select(["明溪县", "柘荣县"]).counties)
ALL_NAMES = {name for each in load_turnovers().values() for name in each.names}


def write(folder: Path, text: str, extends: str = "plan-2025") -> Path:
    path = folder / "mine.toml"
    path.write_text(f'extends = "{extends}"\ntitle = "mine"\n{text}', encoding="utf-8")
    return path


def block(key: str, unit: str, path: str) -> str:
    return (
        f'[workforce.{key}]\nunit = "{unit}"\npath = {path}\nsource = "a test"\n'
        'quality = "assumed"\nreason = "a test"\n'
    )


ATTRITION = block("community-worker.attrition", "share of the staff a year", '{ "2020-12" = 0.2 }')


def built(scenario: Scenario, replication: int = 0) -> Supply:
    settings = scenario.settings.drawn(1, replication)
    stream = Stream.of(1, replication)
    return build_supply(supply_plan(scenario, settings), ATLAS, base_of_province(), COUNTIES, stream=stream)


@pytest.mark.parametrize("kept", [["community-worker"], ["elder-carer"]])
def test_staff_that_leaves_by_chance_is_not_built_without_a_stream(kept: list[str]) -> None:
    """Without one the same people left in every replication, and nothing said so."""
    plan = supply_plan(load_scenario("staff-churn"))
    cadres = tuple(each if each.id in kept else replace(each, turnover=None) for each in plan.cadres)
    with pytest.raises(ValueError, match=rf"^{kept[0]}: .*stream=Stream.of\(seed, replication\)"):
        build_supply(replace(plan, cadres=cadres), ATLAS, base_of_province(), COUNTIES)


@pytest.mark.parametrize("name", WITHOUT)
def test_a_scenario_without_an_account_neither_reads_nor_draws_what_moves_staff(name: str) -> None:
    scenario = load_scenario(name)
    assert ALL_NAMES and not ALL_NAMES & set(scenario.settings)
    assert not any(cadre.turnover for cadre in scenario.cadres)
    crews = built(scenario).crews
    assert crews[:, [Crew.TRAINEES, Crew.HIRED, Crew.LEFT]].sum() == 0
    assert np.array_equal(crews[:, Crew.PRESENT], crews[:, Crew.STAFF])


def test_every_cadre_can_have_an_account_and_every_number_of_it_has_its_range() -> None:
    settings = load_kinds()[1]
    for cadre in load_cadres():
        turnover = load_turnovers()[cadre.id]
        assert {name.split(".")[0] for name in turnover.names} == {cadre.id}
        assert (cadre.staffed_share == "") == (turnover.vacancy != "")
    assumed = [settings.quantities[name] for name in ALL_NAMES if settings.quantities[name].uncertain]
    assert len(assumed) == 7 * len(load_cadres())


def test_one_table_keeps_the_account_of_that_cadre_alone(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, ATTRITION))
    assert [cadre.id for cadre in scenario.cadres if cadre.turnover] == ["community-worker"]
    mine = {name for name in ALL_NAMES if name.startswith("community-worker.")}
    assert ALL_NAMES & set(scenario.settings) == mine
    plan, own = built(load_scenario("plan-2025")), built(scenario)
    others = [row for row, cadre in enumerate(scenario.cadres) if not cadre.turnover]
    assert np.array_equal(plan.crews[others], own.crews[others])
    row = own.cadres.index("community-worker")
    here = own.crews[row][:, list(COUNTIES)]
    assert (here[[Crew.POSTS, Crew.STAFF, Crew.HIRED, Crew.LEFT]] % 1000 == 0).all()
    assert (own.minutes[row, list(COUNTIES), -1] < plan.minutes[row, list(COUNTIES), -1]).all()


def test_staff_that_never_leaves_and_is_hired_at_once_is_the_staff_of_the_plan(tmp_path: Path) -> None:
    text = "".join(
        block(f"{cadre}.{what}", unit, f'{{ "2020-11" = {value} }}')
        for cadre in ("elder-carer", "childcare-carer", "social-worker")
        for what, unit, value in (
            ("attrition", "share of the staff a year", 0),
            ("hiring", "share of vacancies a month", 1),
            ("training_months", "months", 0),
        )
    )
    full = "".join(
        f'[set."{cadre}.staffed_share"]\nvalue = 1.0\nsource = "a test"\nquality = "published"\n'
        for cadre in ("elder-carer", "childcare-carer", "social-worker")
    )
    with_accounts, without = (
        built(load_scenario(write(tmp_path, each))).units for each in (text + full, full)
    )
    for column in ("key", "step_unit", "step_minute", "step_built", "step_staffed"):
        assert np.array_equal(getattr(with_accounts, column), getattr(without, column)), column


def test_posts_of_the_province_are_spread_whole_and_a_market_gets_its_part() -> None:
    scenario = load_scenario("staff-churn")
    whole = build_supply(
        supply_plan(scenario),
        ATLAS,
        base_of_province(),
        range(len(ATLAS.counties.code)),
        stream=Stream.of(1, 0),
    )
    part = built(scenario)
    assert np.array_equal(whole.crews[:, :, list(COUNTIES)], part.crews[:, :, list(COUNTIES)])
    posts = whole.crews[whole.cadres.index("community-worker"), Crew.POSTS] / 1000
    urban = base_of_province().urban_residents.sum()
    assert posts[:, -1].sum() == round(18 * urban / 10_000)
    assert (posts[:, -1] > 0).all() and (posts == posts.round()).all()


def test_two_cadres_of_one_kind_of_facility_do_not_leave_together() -> None:
    """With the same posts and terms only words of their own can tell them apart."""
    plan = supply_plan(load_scenario("staff-churn"))
    kind = next(each for each in plan.kinds if each.id == "public-home")
    other = replace(kind.pools[1], cadre="childcare-carer", places_per_post=kind.pools[0].places_per_post)
    carer = next(each for each in plan.cadres if each.id == "elder-carer")
    cadres = tuple(
        replace(carer, id=each.id) if each.id == "childcare-carer" else each for each in plan.cadres
    )
    places = {county: np.full((2, 5, plan.months), 40) for county in COUNTIES}
    stream = Stream.of(1, 0)
    mixed = replace(plan, cadres=cadres)
    kept = accounts(mixed, ATLAS, replace(kind, pools=(kind.pools[0], other)), places, stream)
    alone = accounts(plan, ATLAS, replace(kind, pools=kind.pools[:1]), places, stream)
    for county in COUNTIES:
        one, two = kept[county]["elder-carer"], kept[county]["childcare-carer"]
        assert np.array_equal(one[Crew.POSTS], two[Crew.POSTS])
        assert not np.array_equal(one[Crew.LEFT], two[Crew.LEFT])
        assert np.array_equal(one, alone[county]["elder-carer"]), "the first is as it was without the second"


def test_a_target_that_counts_workers_counts_staff_and_not_posts() -> None:
    found = {}
    for name in ("plan-2025", "staff-churn"):
        scenario = load_scenario(name)
        judged = next(each for each in scenario.targets if each.id == "t2-community-workers-per-10k")
        found[name] = delivered_path(scenario, judged, "persons/10,000 urban residents")
    assert found["plan-2025"][-1] == 18
    assert 16 < found["staff-churn"][-1] < 17.5
    whole = build_supply(
        supply_plan(load_scenario("staff-churn")),
        ATLAS,
        base_of_province(),
        range(len(ATLAS.counties.code)),
        stream=Stream.of(1, 0),
    )
    staff = whole.crews[whole.cadres.index("community-worker"), Crew.STAFF].sum(axis=0) / 1000
    urban = base_of_province().urban_residents.sum()
    assert np.abs(staff / urban * 10_000 - found["staff-churn"]).max() < 0.05


def test_numbers_of_an_account_are_drawn_and_probed_and_reach_their_services() -> None:
    scenario = load_scenario("staff-churn")
    probed = {probe.parameter for probe in probes_of(scenario)}
    assert {"community-worker.hiring", "elder-carer.attrition", "social-worker.training_months"} <= probed
    drawn = [scenario.settings.drawn(1, number)["social-worker.attrition"] for number in (1, 2)]
    assert drawn[0] != drawn[1] != scenario.settings["social-worker.attrition"]
    ids = [service.id for service in scenario.services]
    reached = [ids[at] for at in services_moved(scenario, "community-worker.hiring")]
    assert reached == ["community-errand"]
    crews = [built(scenario, number).crews for number in (0, 0, 1)]
    assert np.array_equal(crews[0], crews[1]) and not np.array_equal(crews[0], crews[2])


@pytest.mark.parametrize(
    ("text", "extends", "says"),
    [
        ('[set."community-worker.attrition"]\nvalue = 0.2\nsource = "x"\nquality = "published"\n',
         "plan-2025", "[workforce.community-worker.…] is written"),
        (block("elder-carer.attrition", "share of the staff a year", '{ "2020-12" = 0.2 }'), "staff-short",
         "staff.elder-carer.path"),
        (block("community-worker.overtime", "share of hours", '{ "2020-12" = 0.3 }'), "plan-2025",
         "0 to 0.216 share of hours"),
        (block("community-worker.attrition", "share a year", '{ "2020-12" = 0.3 }'), "plan-2025",
         '"share of the staff a year"'),
        (block("community-worker.atrition", "x", "{ }"), "plan-2025",
         "did you mean workforce.community-worker.attrition?"),
        (block("nurse.attrition", "x", "{ }"), "plan-2025", "workforce.nurse.attrition"),
        ("[workforce]\ncommunity-worker = 3\n", "plan-2025",
         "workforce.community-worker = 3 must be a table"),
        ("[workforce.community-worker]\nattrition = 0.2\n", "plan-2025",
         "write [workforce.community-worker.attrition]"),
        (block("community-worker.training_months", "months", '{ "2020-12" = -1 }'), "plan-2025",
         "0 to 36 months"),
        (block("community-worker.absence", "share of days", '{ "2020-12" = nan }'), "plan-2025", "0 to 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_in_one_line(
    tmp_path: Path, text: str, extends: str, says: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(tmp_path, text, extends))
    line = str(caught.value)
    assert says in line and " must be " in line and len(line.splitlines()) == 1


def test_a_difference_of_accounts_is_told_by_its_numbers() -> None:
    plan, churn, overtime = map(load_scenario, ("plan-2025", "staff-churn", "staff-overtime"))
    found = {each.key: each for each in differences(plan, churn)}
    assert all(key.startswith("workforce.") for key in found)
    told = found["workforce.community-worker.attrition"]
    assert (told.first, told.second) == ("no account", "0.08")
    between = {each.key for each in differences(churn, overtime)}
    assert between == {f"workforce.community-worker.{what}" for what in ("overtime", "strain", "most_hires")}


def test_editors_know_every_number_of_an_account() -> None:
    known = json_schema()["properties"]["workforce"]["properties"]
    assert set(known) == {cadre.id for cadre in load_cadres()}
    overtime = known["social-worker"]["properties"]["overtime"]["properties"]
    limits = overtime["path"]["additionalProperties"]["anyOf"][0]
    assert limits["maximum"] == pytest.approx(0.216)
