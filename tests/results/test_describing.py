"""What a manifest says of a scenario: which services a target speaks of, and the words for one unit."""

from __future__ import annotations

import numpy as np
import pytest

from results import describing
from results.describing import manifest_of
from results.manifest import Manifest
from scenarios.load import load_scenario
from scenarios.runner import Outcome
from scenarios.studies import Study
from sim.clock import MONTHS_TO_END_OF_2025
from sim.places import load_atlas


def described(name: str) -> Manifest:
    """Describe a run of a scenario that built nothing at all."""
    scenario = load_scenario(name)
    study = Study((scenario,), load_atlas().select(["柘荣县"]), 1, 20201101, MONTHS_TO_END_OF_2025)
    names = ("replication", "county", "unit", "kind", "pool", "built_start", "built_end")
    units = {column: np.zeros(1, dtype=np.int64) for column in names}
    return manifest_of(study, scenario, Outcome({"units": units}, {}, [], (0.0, 0.0, 0)))


@pytest.fixture(scope="module")
def plan() -> Manifest:
    return described("plan-2025")


@pytest.fixture(scope="module")
def companion() -> Manifest:
    return described("companion-elder")


def test_every_queued_service_is_judged_once(plan: Manifest, companion: Manifest):
    queued = sorted(each.id for each in plan.services if each.queued)
    for manifest in (plan, companion):
        told = [name for target in manifest.capacity_targets for name in target.services]
        assert sorted(name for name in told if name in queued) == queued


def test_a_limit_and_a_number_printed_again_have_no_service(plan: Manifest):
    for target in ("childcare-slots-per-institution-max", "box1-social-work-stations"):
        assert plan.target(target).services == ()


def test_a_plan_that_is_silent_on_beds_says_so_until_a_companion_sets_their_number(
    plan: Manifest, companion: Manifest
):
    silent = {each.id for each in plan.capacity_targets if each.planned is None}
    assert silent == {"nursing-bed-total", "ordinary-bed-total"}
    beds = companion.target("companion-new-elder-beds")
    assert beds.services == ("nursing-bed", "ordinary-bed") and beds.planned == 50_000
    assert all(each.planned is not None for each in companion.capacity_targets)
    assert "全省" in beds.unit.zh  # the number is the province's, whatever places are run


def test_a_replication_without_a_bed_has_no_beds_and_is_counted():
    """Its mean is that of both replications, not of the one that has a unit."""
    scenario = load_scenario("plan-2025")
    study = Study((scenario,), load_atlas().select(["柘荣县"]), 2, 20201101, MONTHS_TO_END_OF_2025)
    pool = next(s.pool for s in scenario.services if s.id == "ordinary-bed")
    pools = list(dict.fromkeys(each.id for kind in scenario.kinds for each in kind.pools))
    units = {"replication": [1], "pool": [pools.index(pool)], "built_start": [8000], "built_end": [9000]}
    outcome = Outcome({"units": {k: np.array(v) for k, v in units.items()}}, {}, [], (0.0, 0.0, 0))
    beds = manifest_of(study, scenario, outcome)
    assert beds.target("ordinary-bed-total").delivered == {"2020": (0.0, 8.0), "2025": (0.0, 9.0)}
    assert beds.target("nursing-bed-total").delivered == {"2020": (0.0, 0.0), "2025": (0.0, 0.0)}


def test_one_unit_is_named_as_one(plan: Manifest):
    steps = {
        plan.target(name).step.en for name in ("childcare-slots-per-1000", "social-work-station-coverage")
    }
    assert steps == {"one slot", "one social worker"}


def test_each_step_of_a_cascade_names_the_settings_that_it_turns_on(plan: Manifest):
    names = {each.name for each in plan.settings}
    for service in plan.services:
        told = [name for step in service.settings.values() for name in step]
        assert told and set(told) <= names
    childcare = plan.service("childcare-full").settings
    assert childcare["affordable"][0] == "childcare-centre.price.childcare-slot"
    assert plan.service("community-errand").settings["minutes"] == (
        "community-worker.annual_hours",
        "community-worker.service_share",
    )


def test_ages_are_imputed_where_no_age_of_the_county_was_published() -> None:
    atlas = load_atlas()
    study = Study((load_scenario("plan-2025"),), atlas.select(["莆田市"]), 1, 1, 2)
    marked = {county.name: county.ages_imputed for county in describing._counties(study, atlas)}
    assert marked == {"城厢区": True, "涵江区": True, "荔城区": True, "秀屿区": True, "仙游县": False}
