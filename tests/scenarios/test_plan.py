"""The register holds the plan's numbers as printed, and reads 以上, 不少于 and 超过 as the law does."""

from __future__ import annotations

import re

import pytest

from evidence.table import load_evidence
from scenarios.plan import Comparator, Kind, load_growth, load_register
from sim.errors import ScenarioError

REGISTER = load_register()


def test_every_number_of_the_plan_has_its_phrase_place_and_unit() -> None:
    plan = [target for target in REGISTER.values() if target.kind is not Kind.COMPANION]
    assert len(plan) == 195
    for target in plan:
        assert target.quote and target.section and target.name_zh and target.name_en, target.id
        assert target.unit, target.id
        assert re.match(r"[一二三四]\.", target.section), target.id


def test_only_a_direction_has_no_number() -> None:
    without = {target.comparator for target in REGISTER.values() if target.value is None}
    assert without == {Comparator.INCREASE, Comparator.DECREASE, Comparator.PERIODIC}
    for target in REGISTER.values():
        assert (target.value is None) == (target.comparator in without), target.id


def test_table_2_is_complete_and_one_indicator_binds() -> None:
    rows = [t for t in REGISTER.values() if t.section.startswith("二.3.表2") and t.kind is Kind.TARGET]
    assert len(rows) == 7
    assert [t.id for t in rows if t.attribute == "约束性"] == ["t2-resident-activity-area-share"]
    assert all(t.attribute == "预期性" for t in rows if t.id != "t2-resident-activity-area-share")
    workers = REGISTER["t2-community-workers-per-10k"]
    assert (workers.value, workers.baseline_value, workers.baseline_year, workers.target_year) == (
        18,
        14,
        2020,
        2025,
    )


def test_another_printing_points_to_a_number_that_is_there() -> None:
    for target in REGISTER.values():
        assert not target.same_as or target.same_as in REGISTER, target.id


@pytest.mark.parametrize(
    ("name", "reached", "missed"),
    [
        ("t2-community-workers-per-10k", (18, 19, 18 - 1e-12), (17.99, 0)),
        ("childcare-slots-per-1000", (3, 4.2), (2.99,)),
        ("nursing-beds-per-institution-min", (30, 31), (29,)),  # 不少于 includes the number
        ("childcare-slots-per-institution-max", (150, 1), (151,)),  # 以内 includes it
        ("childcare-age-ceiling", (2.99,), (3, 4)),  # 3岁以下: under three
        ("registered-volunteers-share", (18.01,), (18, 17)),  # 超过 excludes it
        ("companion-nursing-bed-share", (60.1,), (60, 59)),
        ("companion-new-elder-beds", (50_000, 60_000), (49_999,)),
        ("box1-social-work-stations", (100, 96), (94,)),  # 基本实现全覆盖
        ("dl-childcare-slots", (2025, 2024), (2026,)),
    ],
)
def test_a_number_is_reached_as_its_words_say(
    name: str, reached: tuple[float, ...], missed: tuple[float, ...]
) -> None:
    target = REGISTER[name]
    assert all(target.reached(value) for value in reached)
    assert not any(target.reached(value) for value in missed)


def test_more_never_unreaches_a_target() -> None:
    """Only limits and deadlines may be overshot."""
    upper = {Comparator.AT_MOST, Comparator.LESS_THAN}
    for target in REGISTER.values():
        if target.value is None or target.comparator in upper or target.kind is Kind.DEADLINE:
            continue
        assert target.reached(target.value * 1.5 + 1), target.id
        assert not target.reached(target.value * 0.5 - 1), target.id


def test_a_direction_without_a_number_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"grid-worker-full-time-rate.*no number"):
        REGISTER["grid-worker-full-time-rate"].reached(50)


def test_companions_agree_with_the_evidence_and_are_marked() -> None:
    companions = [target for target in REGISTER.values() if target.kind is Kind.COMPANION]
    assert {target.value for target in companions} == {
        load_evidence().value("new_elder_care_beds_over_2021-2025_target"),
        load_evidence().value("nursing_type_share_of_institution_beds_target"),
    }
    assert all(target.id.startswith("companion-") and "Source: " in target.notes for target in companions)


def test_printed_growth_is_a_simple_mean_except_once() -> None:
    """Calibrating on the printed rate would give 49 % too many certified workers."""
    kinds = []
    for growth in load_growth():
        simple = 100 * (growth.end / growth.start - 1) / 5
        compound = 100 * ((growth.end / growth.start) ** 0.2 - 1)
        assert growth.simple_pct == pytest.approx(simple, abs=6e-4)
        assert growth.compound_pct == pytest.approx(compound, abs=6e-4)
        if growth.printed_is in ("simple", "compound"):
            kinds.append(growth.printed_is)
            printed = simple if growth.printed_is == "simple" else compound
            assert growth.printed == pytest.approx(printed, abs=0.06)
    assert sorted(kinds) == ["compound", "simple", "simple", "simple"]
