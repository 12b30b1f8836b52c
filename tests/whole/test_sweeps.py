"""A sweep comes to the table that runs would: killed anywhere, computed by two at once, or grown in steps."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from results.collect import collect
from scenarios import chunks
from scenarios.chunks import do_task
from scenarios.load import load_scenario
from scenarios.runner import run_study
from scenarios.studies import Study
from scenarios.sweep_folder import open_plan, write_plan
from scenarios.sweep_manifest import Task
from scenarios.sweep_plan import Plan, expanded
from scenarios.sweep_runner import mend, run_tasks, tasks_failed, tasks_left, work
from scenarios.sweep_state import state_of
from sim.clock import MONTHS_TO_END_OF_2025
from sim.errors import RunError
from sim.measures import Table
from sim.places import load_atlas
from tests.scenarios.small_sweep import SMALL, planned_in
from tests.whole.killed_sweep import begin
from tests.whole.undisturbed_sweep import computed, undisturbed

KILLED_AT = 20  # places, spread evenly over what is done
PLAIN = 'scenarios = ["plan-2025", "staff-short"]\nplaces = ["柘荣县"]\nreplications = 2\nseed = 11\n'


def begun(folder: Path) -> Counter[str]:
    """Count how often each task was begun, by the logs of its workers."""
    lines = [line for path in (folder / "log").iterdir() for line in path.read_text().splitlines()]
    return Counter(line.split()[2] for line in lines)


def study(replications: int) -> tuple[dict[str, Table], ...]:
    """Run two scenarios as 'jinlin run' does."""
    loaded = tuple(load_scenario(name) for name in ("plan-2025", "staff-short"))
    one = Study(
        loaded, load_atlas().select(["柘荣县"]), replications, 11, MONTHS_TO_END_OF_2025, probed=False
    )
    return tuple(outcome.tables for outcome in run_study(one, 1))


def test_the_rows_of_a_sweep_are_those_of_a_run(tmp_path: Path) -> None:
    planned_in(tmp_path / "s", PLAIN)
    table = pl.read_parquet(computed(tmp_path / "s"))
    services = [service.id for service in load_scenario("plan-2025").services]
    for scenario, tables in zip(("plan-2025", "staff-short"), study(2), strict=True):
        mine = table.filter(scenario=scenario).with_columns(
            pl.col("service").replace_strict(services, range(len(services)), return_dtype=pl.Int64)
        )
        where = ["replication", "county", "service", "year"]
        cascade = pl.DataFrame(dict(tables["cascade"])).group_by(where).sum()
        for name in ("needed", "requested", "served", "in_time", "pending"):
            theirs = cascade.select(*where, name).filter(pl.col(name) > 0).sort(where)
            ours = mine.select(pl.col(where).cast(pl.Int64), name).filter(pl.col(name) > 0)
            assert ours.equals(theirs), f"{scenario} {name}"
        months = pl.DataFrame(dict(tables["months"])).with_columns(year=2020 + (pl.col("month") + 10) // 12)
        for name in ("requests", "admitted", "left", "unmet_days", "minutes_done"):
            theirs = months.group_by(where).agg(pl.col(name).sum()).sort(where)
            assert np.array_equal(mine[name], theirs[name]), f"{scenario} {name}"
        last = months.filter(pl.col("month") == MONTHS_TO_END_OF_2025 - 1).sort("replication", "service")
        assert np.array_equal(mine.filter(year=2025)["waiting"], last["waiting"])
        assert np.array_equal(mine.filter(year=2025)["places_usable"], last["usable_parts"])


def test_points_are_paired_with_each_other(tmp_path: Path) -> None:
    """More social workers serve no fewer, with the same lives; what they do not touch stays as it is."""
    text = PLAIN + '[points]\n[vary."staff.social-worker"]\nvalues = [0.3, 1.0]\n'
    planned_in(tmp_path / "s", text)
    table = pl.read_parquet(computed(tmp_path / "s")).filter(year=2025, replication=1, scenario="plan-2025")
    few, many = (table.filter(point=point).sort("service") for point in (0, 1))
    case = few["service"].to_numpy() == "social-work-case"
    assert many["served"].to_numpy()[case] > few["served"].to_numpy()[case]
    for column in ("needed", "population"):
        assert few[column].equals(many[column])
    beds = [name.endswith("-bed") for name in few["service"]]
    assert few.filter(beds)["served"].equals(many.filter(beds)["served"])


@pytest.mark.slow
def test_killed_anywhere_a_sweep_goes_on_to_the_same_table_and_loses_one_chunk_at_most(
    tmp_path: Path,
) -> None:
    planned_in(tmp_path / "whole")
    code, things = begin(tmp_path / "whole")
    assert code == 0 and (tmp_path / "whole" / "results.parquet").read_bytes() == undisturbed()
    assert things > 2 * KILLED_AT
    planned_in(tmp_path / "planned")
    for kill_at in np.linspace(1, things, KILLED_AT, dtype=int).tolist():
        folder = tmp_path / f"at-{kill_at}"
        shutil.copytree(tmp_path / "planned", folder)
        code, _ = begin(folder, kill_at)
        assert code == -9, f"not killed at {kill_at}"
        cut = begun(folder) if any((folder / "log").iterdir()) else Counter()
        done = len(list((folder / "receipts").glob("*.json")))
        assert begin(folder)[0] == 0
        assert (folder / "results.parquet").read_bytes() == undisturbed(), f"killed at {kill_at}"
        twice = [task for task, times in begun(folder).items() if times > 1]
        assert len(twice) <= 1 and all(times <= 2 for times in begun(folder).values())
        assert len(cut) - done == len(twice), "computed twice is what was cut, and nothing else"
        left = [path for path in folder.rglob("*.partial")] + list((folder / "claims").iterdir())
        assert not left, f"left behind: {left}"


@pytest.mark.slow
def test_two_who_compute_at_once_share_the_work(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    planned_in(folder)
    command = [sys.executable, "-m", "jinlin", "sweep", "run", str(folder), "--workers", "1"]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.wait(300) for process in both] == [0, 0]
    assert max(begun(folder).values()) == 1 and len(begun(folder)) == len(open_plan(folder).chunks)
    assert collect(folder, open_plan(folder)).path.read_bytes() == undisturbed()


@pytest.mark.slow
def test_workers_whose_starter_is_killed_stop_after_the_chunk_in_hand(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    chunks_planned = len(planned_in(folder, SMALL.replace("replications = 2", "replications = 30")).chunks)
    command = [sys.executable, "-m", "jinlin", "sweep", "run", str(folder), "--workers", "2"]
    starter = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not any((folder / "receipts").iterdir()):
        time.sleep(0.05)
        assert starter.poll() is None
    starter.kill()
    starter.wait()
    before = len(begun(folder))
    quiet = 0
    while quiet < 10:  # looks, two tenths of a second apart, at which nobody holds a chunk
        time.sleep(0.2)
        quiet = 0 if any((folder / "claims").iterdir()) else quiet + 1
    assert len(begun(folder)) <= before + 2 < chunks_planned, "each had begun one more at most"


@pytest.mark.slow
def test_workers_of_one_run_come_to_the_same_table(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    plan = planned_in(folder)
    run_tasks(folder, plan, tasks_left(folder, plan), 2)
    assert collect(folder, plan).path.read_bytes() == undisturbed()


@pytest.mark.parametrize(
    ("more", "old", "new"),
    [
        ({"replications": 1}, "replications = 2", "replications = 3"),
        ({"points": 2}, "count = 2", "count = 4"),
    ],
    ids=["replications", "points"],
)
def test_a_sweep_that_was_grown_is_one_planned_at_once_and_computes_only_what_is_new(
    more: dict[str, int], old: str, new: str, tmp_path: Path
) -> None:
    folder = tmp_path / "s"
    plan: Plan = planned_in(folder)
    before = pl.read_parquet(computed(folder))
    write_plan(folder, expanded(plan, **more))
    first = begun(folder)
    grown = computed(folder)
    assert all(begun(folder)[task] == 1 for task in first)
    table = pl.read_parquet(grown)
    kept = table.filter((pl.col("replication") < 2) & (pl.col("point") < 2))
    assert kept.equals(before) and table.height > before.height
    planned_in(tmp_path / "once", SMALL.replace(old, new))
    assert computed(tmp_path / "once").read_bytes() == grown.read_bytes()


def test_lives_kept_for_other_chunks_change_no_row(tmp_path: Path) -> None:
    planned_in(tmp_path / "s", SMALL.replace("chunk_minutes = 0.005", "chunk_minutes = 0.0001"))
    assert computed(tmp_path / "s").read_bytes() == undisturbed()
    assert len(list((tmp_path / "s" / "ledgers").iterdir())) == 2, "one a replication"


def half_failed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Compute the small sweep, every job of whose point 1 fails until the patch is undone."""
    plan, whole = planned_in(folder), chunks.meeting

    def broken(study: object, scenario: object, job: object) -> object:
        if scenario.settings["elder-bed.wish"] == plan.points[1, 0]:  # type: ignore[attr-defined]
            raise ValueError("no such luck")
        return whole(study, scenario, job)  # type: ignore[arg-type]

    monkeypatch.setattr(chunks, "meeting", broken)
    work(folder, plan, tasks_left(folder, plan), 0)
    return plan


def test_a_job_that_fails_stops_no_other_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "s"
    plan = half_failed(folder, monkeypatch)
    state = state_of(folder, plan.chunks)
    failed = {plan.key(job) for job in plan.jobs if job.point == 1}
    assert set(state.failed) == failed and state.done == 4 and not state.left
    assert set(state.failed.values()) == {"ValueError: no such luck"}
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (folder / "failed").iterdir()}
    assert set(texts) == failed
    assert all(f"jinlin sweep job {folder} {key}" in text for key, text in texts.items())
    with pytest.raises(RunError, match="4 of 8 jobs failed; 'jinlin sweep retry-failed"):
        collect(folder, plan)
    assert collect(folder, plan, partial=True).lacking == 4
    work(folder, plan, tasks_failed(folder, plan), 0)
    assert len(state_of(folder, plan.chunks).failed) == 4, "tried again, and failed again"
    monkeypatch.undo()
    work(folder, plan, tasks_failed(folder, plan), 0)
    assert collect(folder, plan).path.read_bytes() == undisturbed()


def test_a_disk_that_is_full_is_no_job_s_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a full disk would write down every job of a sweep as failed, one after the other."""
    folder = tmp_path / "s"
    plan = planned_in(folder, SMALL.replace("seed = 11", "seed = 11\nkeep_ledgers = true"))

    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(RunError, match="No space left on device; make room, then 'jinlin sweep resume"):
        work(folder, plan, tasks_left(folder, plan), 0)
    state = state_of(folder, plan.chunks)
    assert state.left == list(plan.chunks) and not any(
        any((folder / room).iterdir()) for room in ("failed", "claims")
    )
    monkeypatch.undo()
    assert computed(folder).read_bytes() == undisturbed()


def test_a_damaged_part_is_never_collected_and_is_computed_again(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    plan = planned_in(folder)
    computed(folder)
    path = min((folder / "parts").iterdir())
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(RunError, match=rf"{path.name}: has \d+ bytes, not \d+; 'jinlin sweep resume'"):
        collect(folder, plan)
    assert list(mend(folder)) == [path.stem]
    with pytest.raises(RunError, match="not done"):
        collect(folder, plan)
    assert computed(folder).read_bytes() == undisturbed()


def test_what_was_tried_again_is_computed_again_with_the_part_it_stands_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the jobs that once failed would be in both parts, and the sweep could never be collected."""
    folder = tmp_path / "s"
    plan = half_failed(folder, monkeypatch)
    monkeypatch.undo()
    work(folder, plan, tasks_failed(folder, plan), 0)
    assert collect(folder, plan).path.read_bytes() == undisturbed()
    again = min(path.stem for path in (folder / "parts").iterdir() if "-" in path.stem)
    first = again.partition("-")[0]
    (folder / "parts" / f"{first}.parquet").unlink()
    assert mend(folder) == {first: "is missing", again: f"tries again what {first} left"}
    assert computed(folder).read_bytes() == undisturbed()


def test_a_round_whose_ground_is_gone_is_not_computed(tmp_path: Path) -> None:
    plan = planned_in(tmp_path / "s")
    with pytest.raises(RunError, match="is missing; 'jinlin sweep resume'"):
        do_task(tmp_path / "s", plan, Task(plan.chunks[0], 1))
    assert not list((tmp_path / "s" / "receipts").iterdir())


def test_parts_of_another_sweep_are_not_mixed_in(tmp_path: Path) -> None:
    """A part with its receipt, put there under the name of another, is found out by its key."""
    folder, other = tmp_path / "s", tmp_path / "other"
    plan = planned_in(folder)
    computed(folder)
    planned_in(other, SMALL.replace("seed = 11", "seed = 12"))
    computed(other)
    strange, mine = (min((each / "parts").iterdir()) for each in (other, folder))
    shutil.copy(strange, mine)
    shutil.copy(other / "receipts" / f"{strange.stem}.json", folder / "receipts" / f"{mine.stem}.json")
    with pytest.raises(RunError, match=f"its receipt is that of {strange.stem}"):
        collect(folder, plan)


def test_a_sweep_that_is_cancelled_stops_after_the_job_in_hand(tmp_path: Path) -> None:
    from scenarios.sweep_manifest import stop

    folder = tmp_path / "s"
    plan = planned_in(folder)
    stop(folder)
    with pytest.raises(chunks.Stopped):
        do_task(folder, plan, Task(plan.chunks[0]))
    assert not list((folder / "receipts").iterdir()) and not list((folder / "claims").iterdir())
