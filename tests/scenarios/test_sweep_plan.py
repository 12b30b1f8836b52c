"""Jobs in one order, keyed by what they depend on; more of a sweep changes nothing of what was planned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from scenarios import at_points, sweep_folder
from scenarios.sweep_folder import open_plan, plan_into, planned_before, write_plan
from scenarios.sweep_manifest import read_manifest
from scenarios.sweep_plan import Plan, expanded, planned
from sim.errors import RunError
from tests.scenarios.small_sweep import SMALL, planned_in, small


def keys(plan: Plan) -> list[str]:
    return [plan.key(job) for job in plan.jobs]


def test_every_job_is_in_one_chunk_and_the_jobs_of_a_life_stand_together(tmp_path: Path) -> None:
    plan = planned(small(tmp_path, SMALL.replace('["柘荣县"]', '["柘荣县", "明溪县"]')))
    assert [job for chunk in plan.chunks for job in plan.chunk_jobs(chunk)] == plan.jobs
    assert len(plan.jobs) == len(set(keys(plan))) == 2 * 2 * 2 * 2
    cells = [job.cell for job in plan.jobs]
    changes = sum(one != other for one, other in zip(cells[1:], cells[:-1], strict=True))
    assert changes == len(set(cells)) - 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seed = 11", "seed = 12"), ("柘荣县", "明溪县"), ("years = [2021, 2025]", "years = [2025]"),
        ("plan-2025", "plan-2025-late"), ("low = 0.015", "low = 0.016"),
        ("high = 0.9", 'high = 0.9\nby = "2024-12"'),
    ],
)  # fmt: skip
def test_whatever_a_job_depends_on_changes_its_key(old: str, new: str, tmp_path: Path) -> None:
    one, other = planned(small(tmp_path)), planned(small(tmp_path, SMALL.replace(old, new)))
    mine = [one.key(job) for job in one.jobs if job.scenario == 0]
    theirs = [other.key(job) for job in other.jobs if job.scenario == 0]
    assert not set(mine) & set(theirs)


def test_other_words_in_the_file_change_no_key(tmp_path: Path) -> None:
    one, other = planned(small(tmp_path)), planned(small(tmp_path, "# a remark\n" + SMALL))
    assert keys(one) == keys(other)


@pytest.mark.parametrize("more", [{"replications": 3}, {"points": 2}])
def test_more_of_a_sweep_leaves_what_was_planned(more: dict[str, int], tmp_path: Path) -> None:
    plan = planned(small(tmp_path))
    grown = expanded(plan, **more)
    assert grown.chunks[: len(plan.chunks)] == plan.chunks
    assert np.array_equal(grown.points[: len(plan.points)], plan.points)
    assert keys(grown)[: len(plan.jobs)] == keys(plan)
    assert len(set(keys(grown))) == len(grown.jobs)


def test_replications_and_points_added_in_turn_make_the_whole_product(tmp_path: Path) -> None:
    plan = expanded(expanded(expanded(planned(small(tmp_path)), 1, 0), 0, 2), 2, 0)
    text = SMALL.replace("count = 2", "count = 4").replace("replications = 2", "replications = 5")
    whole = planned(small(tmp_path, text))
    assert sorted(keys(plan)) == sorted(keys(whole))


def test_a_grid_cannot_have_more_points(tmp_path: Path) -> None:
    text = (
        SMALL.replace("sobol", "grid")
        .replace("count = 2", "")
        .replace("low = 0.015\nhigh = 0.04", "values = [0.02]")
    )
    plan = planned(small(tmp_path, text.replace("low = 0.6\nhigh = 0.9", "values = [0.7]")))
    with pytest.raises(RunError, match="another folder"):
        expanded(plan, points=3)


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_plan(tmp_path / folder, planned(small(tmp_path)))
    for name in ("sweep.json", "jobs.csv", "points.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_folder_opens_to_the_plan_that_was_written(tmp_path: Path) -> None:
    plan = expanded(planned(small(tmp_path)), 0, 2)
    write_plan(tmp_path / "s", plan)
    again = open_plan(tmp_path / "s")
    assert again.chunks == plan.chunks and keys(again) == keys(plan)
    assert np.array_equal(again.points, plan.points)


def test_another_sweep_is_refused_and_the_same_is_let_be(tmp_path: Path) -> None:
    planned_in(tmp_path / "s")
    assert planned_before(tmp_path / "s", planned(small(tmp_path)))
    with pytest.raises(RunError, match="holds another sweep; give another folder"):
        planned_before(tmp_path / "s", planned(small(tmp_path, SMALL.replace("11", "12"))))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.doc").touch()
    with pytest.raises(RunError, match="is no sweep and not empty"):
        planned_before(tmp_path / "full", planned(small(tmp_path)))


@pytest.mark.parametrize("what", ["code", "evidence", "definitions"])
def test_another_version_is_named_and_refused(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned_in(tmp_path / "s")
    changed = at_points.versions() | {what: "another"}
    monkeypatch.setattr("scenarios.sweep_folder.versions", lambda: changed)
    with pytest.raises(RunError, match=f"planned with other {what}"):
        open_plan(tmp_path / "s")


@pytest.mark.parametrize("name", ["sweep.toml", "points.csv", "scenarios/staff-short/plan-2025.toml"])
def test_a_text_that_was_changed_since_is_named(name: str, tmp_path: Path) -> None:
    planned_in(tmp_path / "s")
    path = tmp_path / "s" / name
    path.write_text("# a remark\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(RunError, match=name.rsplit("/", 1)[0]):
        open_plan(tmp_path / "s")


@pytest.mark.parametrize("damage", ["", "{}", "[]", "3", '{"format": 1}', '{"format": 2}', '{"format": 99}'])
def test_a_damaged_manifest_is_one_line(damage: str, tmp_path: Path) -> None:
    planned_in(tmp_path / "s")
    (tmp_path / "s" / "sweep.json").write_text(damage)
    with pytest.raises(RunError, match=r"sweep\.json"):
        open_plan(tmp_path / "s")


@pytest.mark.parametrize(
    ("old", "new"), [('"seed": 11', '"seed": 12'), ('"chunks": [', '"chunks": [3, '), (", true]", ", false]")]
)
def test_a_manifest_in_which_anything_was_changed_is_damaged(old: str, new: str, tmp_path: Path) -> None:
    planned_in(tmp_path / "s")
    path = tmp_path / "s" / "sweep.json"
    written = path.read_text(encoding="utf-8")
    assert old in written
    path.write_text(written.replace(old, new), encoding="utf-8")
    with pytest.raises(RunError, match=r"sweep\.json: damaged"):
        read_manifest(tmp_path / "s")


def test_a_plan_that_was_killed_while_it_wrote_can_be_made_again(tmp_path: Path) -> None:
    folder, plan = tmp_path / "s", planned(small(tmp_path))
    write_plan(folder, plan)
    (folder / "sweep.json").unlink()
    (folder / ".jobs.csv.1#far-away-1234abcd@17@3.partial").touch()
    assert plan_into(folder, plan) and not plan_into(folder, plan)
    assert open_plan(folder).chunks == plan.chunks


def test_of_two_files_planned_into_one_folder_at_once_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's plan is there by the time that this one may write."""
    folder, mine = tmp_path / "s", planned(small(tmp_path))
    other = planned(small(tmp_path, SMALL.replace("11", "12")))

    @contextmanager
    def after_the_other(where: Path) -> Iterator[None]:
        write_plan(where, other)
        yield

    monkeypatch.setattr(sweep_folder, "alone", after_the_other)
    with pytest.raises(RunError, match="holds another sweep"):
        plan_into(folder, mine)
    assert open_plan(folder).chunks == other.chunks


@pytest.mark.parametrize(
    ("more", "says"),
    [({"points": 2**20}, r"--points \+1048576: there are 2; 1,048,574 can"),
     ({"replications": 10**6}, r"--replications \+1000000: there are 2; 999,998 can")],
    ids=["points", "replications"],
)  # fmt: skip
def test_no_more_can_be_added_than_a_file_may_ask_for(
    more: dict[str, int], says: str, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match=says):
        expanded(planned(small(tmp_path)), **more)


def test_a_scenario_edited_after_planning_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "plan-2025"\ntitle = "mine"\n', encoding="utf-8")
    plan = planned_in(tmp_path / "s", SMALL.replace('"plan-2025"', '"mine.toml"'))
    before = keys(plan)
    path.write_text("no longer a scenario", encoding="utf-8")
    assert keys(open_plan(tmp_path / "s")) == before


def test_points_fix_their_numbers_in_every_replication_and_move_no_other_draw(tmp_path: Path) -> None:
    plan = planned(small(tmp_path))
    at = plan.variants.at(0, plan.points[1].tolist())
    base = plan.sweep.scenarios[0]
    for replication in (0, 1, 7):
        mine, theirs = (each.settings.drawn(11, replication) for each in (at, base))
        assert mine["elder-bed.wish"] == plan.points[1, 0]
        assert {n: v for n, v in mine.items() if n != "elder-bed.wish"} == {
            n: v for n, v in theirs.items() if n != "elder-bed.wish"
        }
    assert float(at.dated["staff.social-worker"].by_month(0.5)[-1]) == pytest.approx(plan.points[1, 1])


def test_lives_are_shared_unless_a_point_moves_life(tmp_path: Path) -> None:
    shared = planned(small(tmp_path))
    assert len({job.life for job in shared.jobs}) == 1
    text = (
        SMALL.replace('"elder-bed.wish"', '"life.onset_scale"').replace("0.015", "0.7").replace("0.04", "1.0")
    )
    moved = planned(small(tmp_path, text))
    assert len({job.life for job in moved.jobs}) == 2


def test_a_life_too_long_for_a_chunk_is_parted_and_kept(tmp_path: Path) -> None:
    plan = planned(small(tmp_path, SMALL.replace("0.005", "0.0001")))
    assert all(chunk.kept and chunk.jobs == 1 for chunk in plan.chunks)
    whole = planned(small(tmp_path, SMALL.replace("0.005", "60")))
    assert [(chunk.jobs, chunk.kept) for chunk in whole.chunks] == [(8, False)]


def test_the_manifest_says_what_it_needs_in_json(tmp_path: Path) -> None:
    planned_in(tmp_path / "s")
    told = json.loads((tmp_path / "s" / "sweep.json").read_text(encoding="utf-8"))
    assert set(told["versions"]) == {"code", "evidence", "definitions"}
    assert told["batches"] == [{"replications": [0, 2], "points": [0, 2]}]


def test_a_life_is_not_parted_where_living_it_again_would_cost_more_than_its_replays(tmp_path: Path) -> None:
    text = SMALL.replace("chunk_minutes = 0.005\n", "").replace('["柘荣县"]', '["莆田市"]')
    few = planned(small(tmp_path, text.replace("replications = 2", "replications = 1")))
    lives = {job.cell for job in few.jobs}
    assert sum(len({job.cell for job in few.chunk_jobs(chunk)}) for chunk in few.chunks) == len(lives)
    many = planned(small(tmp_path, text.replace("count = 2", "count = 256")))
    assert any(chunk.kept for chunk in many.chunks)
