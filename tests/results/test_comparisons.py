"""Two sides are compared outcome by outcome, by county and by group, and for equity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from results.compare import draws_of, outcome_by_replication
from results.comparisons import (
    BETTER,
    Asked,
    Side,
    compare_equity,
    compare_groups,
    compare_sides,
    group_cells,
    groups_of,
)
from results.demands import Demand
from results.differences import NO_DRAW, Family, Verdict
from results.tables import Run, open_run
from tests.results.small_run import make_run

ALONE = Family(1)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Side, Side]:
    """Return an invented run, and the same with more served in all groups."""
    folder = tmp_path_factory.mktemp("sides")
    runs = [open_run(make_run(folder / name, 25, more=more)) for name, more in (("a", 0.8), ("b", 1.0))]
    return tuple(Side(run.name, run, draws_of(run)) for run in runs)  # type: ignore[return-value]


def with_unmet(side: Side) -> Side:
    """Give a side days on lists by group: a day for each person who is needed, invented."""
    table = side.run.table("cascade").filter(pl.col("year") == side.run.last_year)
    return replace(side, unmet=table.rename({"needed": "unmet_days"}))


def test_the_draws_of_a_run_are_read_from_its_twins(sides: tuple[Side, Side]) -> None:
    labels = sides[0].draws
    assert labels[0] == NO_DRAW and len(set(labels.tolist())) == 1 + 24 - 4  # of 24 drawn, 4 are twins
    assert all(labels[r] == r - 1 for r in (5, 10, 15, 20))


def test_more_served_is_better_in_every_row_that_it_reaches(sides: tuple[Side, Side]) -> None:
    rows = compare_sides(*sides, Asked(outcomes=("served", "met")), ALONE)
    assert len(rows) == 10 and {row.verdict for row in rows} == {Verdict.BETTER}
    back = compare_sides(*sides[::-1], Asked(outcomes=("served", "met")), ALONE)
    assert {row.verdict for row in back} == {Verdict.WORSE}


def test_a_side_does_not_differ_from_itself(sides: tuple[Side, Side]) -> None:
    for row in compare_sides(sides[0], sides[0], Asked(), ALONE):
        assert row.found.alike and row.found.mean == 0


def test_what_is_asked_about_is_all_that_is_compared(sides: tuple[Side, Side]) -> None:
    asked = Asked(("nursing-bed",), ("waiting", "served"))
    assert [(row.service, row.outcome) for row in compare_sides(*sides, asked, ALONE)] == [
        ("nursing-bed", "served"),
        ("nursing-bed", "waiting"),
    ]


def test_a_wider_margin_lets_a_difference_not_matter(sides: tuple[Side, Side]) -> None:
    asked = Asked(("nursing-bed",), ("served",), margin=Demand(0.9))
    (row,) = compare_sides(*sides, asked, ALONE)
    assert row.verdict is Verdict.NO_DIFFERENCE and not row.found.low <= 0 <= row.found.high


def test_a_larger_family_gives_wider_intervals_about_the_same_mean(sides: tuple[Side, Side]) -> None:
    alone, among = (compare_sides(*sides, Asked(), family) for family in (ALONE, Family(26, 7)))
    for one, other in zip(alone, among, strict=True):
        assert one.found.mean == other.found.mean
        assert one.found.alike or one.found.half < other.found.half


def test_counties_add_up_to_the_whole(sides: tuple[Side, Side]) -> None:
    asked = Asked(outcomes=("served", "waiting", "idle_places", "unmet_days"))
    whole = {(r.service, r.outcome): r.a.mean for r in compare_sides(*sides, asked, ALONE)}
    parts = dict.fromkeys(whole, 0.0)
    for row in compare_groups(*sides, "county", asked, ALONE):
        parts[row.service, row.outcome] += row.a.mean
    for key, total in whole.items():
        if key[1] != "idle_places":  # a county with more taken than usable has none idle
            assert parts[key] == pytest.approx(total), key


@pytest.mark.parametrize("by", ["age", "function", "income", "area"])
def test_groups_of_persons_add_up_to_the_whole_but_for_those_too_small(
    sides: tuple[Side, Side], by: str
) -> None:
    asked = Asked(("social-work-case",), ("served",))
    (whole,) = compare_sides(*sides, asked, ALONE)
    rows = compare_groups(*sides, by, asked, ALONE)
    assert {row.group for row in rows} <= set(groups_of(sides[0].run, by)) and len(rows) > 1
    assert 0.97 * whole.a.mean <= sum(row.a.mean for row in rows) <= whole.a.mean + 1e-6


def test_days_on_lists_are_known_by_group_only_where_they_were_counted(sides: tuple[Side, Side]) -> None:
    asked = Asked(("nursing-bed",))
    assert [outcome for _, outcome in group_cells(sides[0], "income", asked)] == ["served", "met"]
    counted = with_unmet(sides[0])
    assert [outcome for _, outcome in group_cells(counted, "income", asked)][-1] == "unmet_days"
    rows = compare_groups(counted, with_unmet(sides[1]), "income", asked, ALONE)
    needed = sides[0].run.of_service("cascade", "nursing-bed").filter(pl.col("year") == 2025)
    total = needed.filter(pl.col("replication") > 0)["needed"].sum() / 24
    days = sum(row.a.mean for row in rows if row.outcome == "unmet_days")
    assert days == pytest.approx(total, rel=0.02)


def test_equity_is_compared_with_neither_side_the_better_one(sides: tuple[Side, Side]) -> None:
    rows = compare_equity(*(with_unmet(each) for each in sides), Asked(), ALONE)
    assert [row.outcome for row in rows] == ["concentration", "poorest_part"] * 5
    assert {row.verdict for row in rows} & {Verdict.BETTER, Verdict.WORSE} == set()
    assert all(BETTER[row.outcome] == 0 for row in rows)
    assert len(compare_equity(*sides, Asked(), ALONE)) == 5  # finished runs do not say who bears the days


def test_a_service_that_nobody_needs_says_nothing_and_holds_nothing_up(sides: tuple[Side, Side]) -> None:
    nobody = {
        "months": sides[0].run.table("months"),
        "cascade": sides[0].run.table("cascade").with_columns(needed=pl.lit(0, pl.Int64)),
    }
    empty = replace(sides[0], run=Run(Path("empty"), sides[0].run.manifest, nobody))
    rows = compare_sides(empty, sides[1], Asked(outcomes=("met",)), ALONE)
    assert rows and all(row.void and row.settled for row in rows)


def test_work_done_is_the_minutes_of_the_last_year(sides: tuple[Side, Side]) -> None:
    run = sides[0].run
    (service,) = (each for each in run.manifest.services if each.mechanism == "workload")
    rows = run.of_service("months", service.id).filter(pl.col("month") >= 50, pl.col("replication") == 3)
    assert outcome_by_replication(run, service, "minutes_done")[3] == rows["minutes_done"].sum() > 0
    assert np.isfinite(outcome_by_replication(run, service, "minutes_done")).all()
