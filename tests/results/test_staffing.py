"""Staffing tables: every step adds up, the break-even is the report's, stations meet the norms."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from results.staffing import (
    STEPS,
    Staffing,
    hire_table,
    loss_table,
    minute_loss_table,
    minutes_table,
    staff_table,
    task_table,
)
from results.stations import station_table
from results.typed_tables import Column, TypedTable
from scenarios.load import load_scenario
from scenarios.staff_counts import count_staff
from sim.places import load_atlas
from sim.turnover import equilibrium

SCENARIOS = "plan-2025", "staff-churn"
SELECTION = load_atlas().select(["柘荣县"])


@cache
def sides(language: str = "en") -> tuple[Staffing, ...]:
    """Count the smallest county under two scenarios, at central values."""
    loaded = [load_scenario(name) for name in SCENARIOS]
    counted = count_staff(loaded, SELECTION, 7, 2025, None)
    return tuple(Staffing(each, counts, 2025, language) for each, counts in zip(loaded, counted, strict=True))


def rows_of(table: TypedTable) -> list[dict[str, object]]:
    return [dict(zip([c.key for c in table.columns], row, strict=True)) for row in table.rows]


def number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def test_posts_are_held_vacant_or_learnt_in() -> None:
    rows = rows_of(staff_table(sides(), ()))
    assert [row["scenario"] for row in rows] == list(SCENARIOS) * 4
    for row in rows:
        held = sum(number(row[key]) for key in ("vacancies", "trainees", "working"))
        assert held == pytest.approx(number(row["posts"]))
        assert number(row["at work"]) <= number(row["posts"]) + 1e-9
    assert all(row["hired"] is None for row in rows if row["scenario"] == "plan-2025")


def test_the_steps_from_posts_to_work_add_up_in_workers_and_in_minutes() -> None:
    whole, minutes = loss_table(sides(), ()), minute_loss_table(sides(), ())
    assert {row["scenario"] for row in rows_of(whole)} == {"staff-churn"} and len(whole.rows) == 4
    for row in (*rows_of(whole), *rows_of(minutes)):
        *taken, left = (number(row[step]) for step in STEPS)
        assert sum(taken) == pytest.approx(left)
        assert all(number(row[step]) <= 1e-9 for step in STEPS[1:5])
    (row,) = rows_of(minutes)
    (brought,) = rows_of(minutes_table(sides()[1:], ()))
    assert number(row["at work"]) == pytest.approx(number(brought["per resident"]))
    leaving = next(row for row in rows_of(whole) if row["cadre"] == "community worker")
    assert number(leaving["leavers not replaced"]) < -1


def test_fourteen_to_eighteen_workers_is_told_as_the_report_tells_it() -> None:
    plan, _ = rows_of(minutes_table(sides(), ("community-worker",)))
    assert number(plan["per resident 2020"]) == pytest.approx(134.4, rel=0.01)
    grown = 172.8 * 17.83 / 18  # the mean of the year's months on the straight path
    assert number(plan["per resident"]) == pytest.approx(grown, rel=0.03)


def test_minutes_of_tasks_at_break_even_spend_all_that_workers_bring() -> None:
    tables = task_table(sides(), ()), minutes_table(sides(), ())
    for name in SCENARIOS:
        tasks = [row for row in rows_of(tables[0]) if row["scenario"] == name]
        (staff,) = (row for row in rows_of(tables[1]) if row["scenario"] == name)
        brought, asked = number(staff["minutes"]), number(staff["asked"])
        assert sum(number(row["asked"]) for row in tasks) == pytest.approx(asked)
        alike = sum(number(row["events"]) * number(row["all alike"]) for row in tasks)
        assert alike == pytest.approx(brought)
        growth = brought - number(staff["per resident 2020"]) * brought / number(staff["per resident"])
        for row in tasks:
            events, each = number(row["events"]), number(row["assumed"])
            assert asked + events * (number(row["alone"]) - each) == pytest.approx(brought)
            assert events * number(row["growth alone"]) == pytest.approx(growth)
            assert number(row["all alike"]) == pytest.approx(each * brought / asked)


def test_hires_that_hold_the_posts_replace_who_leaves() -> None:
    for row in rows_of(hire_table(sides(), ())):
        leaving = 1 - (1 - number(row["leaving"])) ** (1 / 12)
        settled = equilibrium(leaving, number(row["filled a month"]), number(row["training"]))
        posts = number(row["posts at the end"])
        assert number(row["staff settled"]) == pytest.approx(settled.staff)
        assert number(row["hires to hold"]) == pytest.approx(12 * leaving * posts)
        assert number(row["hires settled"]) <= number(row["hires to hold"]) <= number(row["hires to reach"])


def test_terms_that_move_within_the_year_are_no_overtime(tmp_path: Path) -> None:
    """Absence that comes in July, when more are in post: the steps are those of each month."""
    absent = tmp_path / "absent.toml"
    absent.write_text(
        'extends = "plan-2025"\ntitle = "absent"\n[workforce.community-worker.absence]\nstep = true\n'
        'unit = "share of days"\npath = { "2020-12" = 0, "2021-07" = 0.5 }\nsource = "a test"\n'
        'quality = "assumed"\nreason = "a test"\n',
        encoding="utf-8",
    )
    scenario = load_scenario(str(absent))
    (counts,) = count_staff([scenario], SELECTION, 7, 2021, None)
    (row,) = rows_of(loss_table([Staffing(scenario, counts, 2021, "en")], ("community-worker",)))
    assert number(row["absent"]) < -5 and number(row["overtime"]) == pytest.approx(0, abs=0.002)


def test_months_from_vacancy_to_full_worker_are_those_of_the_account() -> None:
    _, churn = rows_of(hire_table(sides(), ("community-worker",)))
    hiring = number(churn["filled a month"])
    assert number(churn["months to full"]) == pytest.approx((1 - hiring) / hiring + number(churn["training"]))


def test_a_caseload_without_elders_asks_for_nobody_for_them() -> None:
    side = sides()[0]
    services = tuple(
        replace(each, needed=tuple(need for need in each.needed if need.who.age_months[0] < 720))
        if each.id == "social-work-case" else each
        for each in side.scenario.services
    )  # fmt: skip
    young = replace(side, scenario=replace(side.scenario, services=services))
    (row,) = rows_of(station_table([young], SELECTION.counties))
    assert number(row["needed"]) > 0 and row["norm"] == row["needed"]


def test_stations_are_held_against_what_the_county_needs_by_the_norms() -> None:
    plan, churn = rows_of(station_table(sides(), SELECTION.counties))
    assert plan["county"] == "柘荣县" and plan["townships"] == plan["stations"] == 9
    persons = [number(plan[key]) for key in ("severe", "low income", "elders")]
    by_norm = sum(count / norm for count, norm in zip(persons, (50, 200, 500), strict=True))
    assert number(plan["norm"]) == pytest.approx(by_norm)
    assert number(plan["needed"]) < by_norm
    assert number(plan["carried"]) == number(plan["station workers"]) / number(plan["needed"])
    assert number(plan["needed a township"]) == number(plan["needed"]) / 9
    assert number(churn["carried"]) < number(plan["carried"])
    assert churn["needed"] == plan["needed"]


def test_what_is_left_out_of_a_place_is_counted_elsewhere() -> None:
    (here,), counts = SELECTION.counties, sides()[1].counts
    elsewhere = [county for county in range(len(counts.elders)) if county != here]
    inside, outside = counts.within([here]), counts.within(elsewhere)
    for each in fields(counts):
        parts = getattr(inside, each.name), getattr(outside, each.name)
        assert parts[0].sum() > 0 and not parts[1].any(), each.name
        assert np.array_equal(getattr(inside + outside, each.name), getattr(counts, each.name))


def test_a_table_is_as_wide_as_its_columns() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        TypedTable("beds", (Column("home"), Column("places")), (("a",),))
