"""'jinlin sweep' as a user meets it on the terminal."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from jinlin.cli import app
from jinlin.sweep_listing import SweepProgress, duration, hours
from scenarios import owners
from scenarios.claims import claimed
from scenarios.sweep_folder import alone, open_plan
from scenarios.sweep_manifest import Chunk, Task
from tests.scenarios.small_sweep import SMALL, planned_in

TINY = SMALL.replace('["plan-2025", "staff-short"]', '["plan-2025"]').replace(
    "replications = 2", "replications = 1"
)


def call(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["sweep", *map(str, words)])
    return done.exit_code, done.stdout, done.stderr


def file(folder: Path, text: str = TINY) -> Path:
    path = folder / "tiny.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sweep_from_its_file_to_its_table(tmp_path: Path) -> None:
    home = tmp_path / "s"
    code, output, _ = call("plan", file(tmp_path), "--out", home)
    assert (
        code == 0 and "2 jobs" in output and "core-hours" in output and f"jinlin sweep run {home}" in output
    )
    assert call("plan", file(tmp_path), "--out", home)[1] == f"{home}: planned before; nothing to do\n"
    code, output, _ = call("run", home, "--workers", "1")
    assert code == 0 and "2 done, 0 failed" in output
    code, output, _ = call("collect", home)
    table = pl.read_parquet(home / "results.parquet")
    assert code == 0 and f"{table.height} rows" in output
    named = [line.split(",")[0] for line in (home / "dictionary.csv").read_text("utf-8").splitlines()[1:]]
    assert named == table.columns and table["elder-bed.wish"].n_unique() == 2
    assert call("run", home)[0] == 0, "nothing is left"
    code, output, _ = call("expand", home, "--points", "+1")
    assert (
        code == 0
        and "added 1 jobs" in output
        and "3 Sobol points: they are even at a power of two, such as 4" in output
    )
    assert "1 waiting" in call("status", home)[1]
    assert call("resume", home, "--workers", "1")[0] == 0 and call("collect", home)[0] == 0
    assert pl.read_parquet(home / "results.parquet").filter(pl.col("point") < 2).equals(table)
    key = open_plan(home).key(open_plan(home).jobs[0])
    code, output, _ = call("job", home, key)
    alone_ = pl.read_csv(io.StringIO(output))
    assert code == 0 and alone_["served"].to_list() == table.filter(point=0)["served"].to_list()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("plan", "{tmp}/none.toml"), "none.toml"),
        (("run", "{tmp}"), "no sweep here; plan one with"),
        (("status", "{tmp}/none"), "no sweep here"),
        (("collect", "{tmp}"), "no sweep here"),
        (("collect", "{home}"), "2 of 2 jobs are not done"),
        (("expand", "{home}"), "give either --replications +N or --points +N"),
        (("expand", "{home}", "--points", "-3"), "how many more, such as +20"),
        (("expand", "{home}", "--replications", "0"), "how many more, such as +20"),
        (("job", "{home}", "abc"), "no job abc; jobs.csv lists the keys"),
        (("submit", "{home}"), "give --slurm"),
        (("submit", "{home}", "--slurm", "--partition", "a b"), "--partition 'a b'"),
        (("submit", "{home}", "--slurm", "--time", "soon"), "--time 'soon'"),
        (("submit", "{home}", "--slurm", "--sbatch", "--wrap=rm -r /"), "--sbatch '--wrap=rm -r /'"),
        (("submit", "{home}", "--slurm", "--sbatch=-w\nx"), "--sbatch"),
        (("chunk", "{home}", "1", "0"), "no submission with a task 0"),
        (("cancel", "{tmp}"), "no sweep here"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    planned_in(tmp_path / "home", TINY)
    given = [word.format(tmp=tmp_path, home=tmp_path / "home") for word in words]
    code, output, errors = call(*given)
    assert (code, output) == (2, "") and len(errors.splitlines()) == 1 and says in errors


def test_a_chunk_whose_worker_was_killed_is_said_to_be_cut_and_why(tmp_path: Path) -> None:
    """As the system does where memory runs out."""
    home = tmp_path / "s"
    chunk = planned_in(home, TINY).chunks[0]
    (home / "claims" / f"{chunk.key}.1").write_text(f"{owners.here()}@1@12.34", encoding="utf-8")
    code, output, _ = call("status", home)
    assert code == 0 and f"{chunk.jobs} cut" in output and "memory or time ran out" in output
    assert f"jinlin sweep resume {home}" in output
    assert call("resume", home, "--workers", "1")[0] == 0
    assert " 0 cut" in call("status", home)[1] and "memory" not in call("status", home)[1]


def test_two_do_not_plan_in_one_folder_at_once(tmp_path: Path) -> None:
    planned_in(tmp_path / "s", TINY)
    with alone(tmp_path / "s"):
        code, _, errors = call("expand", tmp_path / "s", "--replications", "+1")
    assert code == 2 and "being planned by another process" in errors
    assert call("expand", tmp_path / "s", "--replications", "+1")[0] == 0


def test_an_expansion_that_was_cut_leaves_the_sweep_as_it_was(tmp_path: Path) -> None:
    """Points are written before the manifest: killed between the two, more of them lie there than planned."""
    home = tmp_path / "s"
    plan = planned_in(home, TINY)
    manifest = (home / "sweep.json").read_bytes()
    assert call("expand", home, "--points", "+3")[0] == 0
    (home / "sweep.json").write_bytes(manifest)
    assert open_plan(home).points.tolist() == plan.points.tolist()
    assert call("expand", home, "--points", "+3")[0] == 0 and len(open_plan(home).points) == 5


def test_a_file_that_comes_to_a_name_that_steers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "=cmd().toml").write_text('extends = "plan-2025"\ntitle = "x"\n', encoding="utf-8")
    code, _, errors = call(
        "plan", file(tmp_path, TINY.replace("plan-2025", "=cmd().toml")), "--out", tmp_path / "s"
    )
    assert code == 2 and "rename the file" in errors and not (tmp_path / "s").exists()


def test_chinese_is_spoken_in_every_command_of_the_group(tmp_path: Path) -> None:
    planned_in(tmp_path / "s", TINY)
    for words in (("sweep", "status", "--lang", "zh"), ("--lang", "zh", "sweep", "status")):
        done = CliRunner().invoke(app, [*words, str(tmp_path / "s")])
        assert done.exit_code == 0 and "等待2" in done.stdout


def begun(home: Path) -> subprocess.Popen[str]:
    """Let two workers begin a sweep that takes long, and wait until a chunk is done."""
    planned_in(home, TINY.replace("replications = 1", "replications = 400"))
    command = [sys.executable, "-m", "jinlin", "sweep", "run", str(home), "--workers", "2"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until = time.monotonic() + 200
    while not any((home / "receipts").iterdir()) and time.monotonic() < until:
        time.sleep(0.1)
    return process


@pytest.mark.slow
def test_workers_end_when_whoever_started_them_is_killed(tmp_path: Path) -> None:
    home = tmp_path / "s"
    process = begun(home)
    process.kill()
    process.communicate(timeout=60)
    until = time.monotonic() + 60
    while any(claimed(home / "claims").values()) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(claimed(home / "claims").values())
    assert 0 < len(list((home / "receipts").iterdir())) < 400


@pytest.mark.slow
def test_ctrl_c_leaves_a_sweep_that_can_be_resumed_and_says_how(tmp_path: Path) -> None:
    home = tmp_path / "s"
    process = begun(home)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all of them
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == f"stopped; what is done stays: jinlin sweep resume {home}"
    assert "Traceback" not in errors
    done = len(list((home / "receipts").iterdir()))
    assert 0 < done < 400
    code, output, _ = call("status", home)
    assert code == 0 and re.search(r"800 jobs: \d+ done, 0 failed, 0 being computed", output)


def test_progress_counts_jobs_and_guesses_the_rest_by_work() -> None:
    tasks = [Task(Chunk(n, f"k{n}", n, 10, seconds, False)) for n, seconds in enumerate((10.0, 30.0))]
    now = iter((0.0, 60.0, 80.0))
    stream = io.StringIO()
    progress = SweepProgress(tasks, "en", stream, lambda: next(now))
    progress({"k0", "strange"})
    progress({"k0", "k1"})
    assert stream.getvalue().splitlines() == [
        "10 of 20 jobs done, 3 min left",
        "20 of 20 jobs done, 0 min left",
    ]


def test_hours_and_minutes_are_written_as_one_would() -> None:
    told = [hours(seconds) for seconds in (0, 0.3, 18, 36, 36_000, 7.2e6)]
    assert told == ["0", "0.001", "0.005", "0.01", "10.0", "2,000"]
    assert duration(600, "en") == "10 min" and duration(9000, "zh") == "2.5小时"
