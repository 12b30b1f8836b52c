"""``jinlin report`` asks first what a run of few replications has not asked; a stand-in writes the page."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from jinlin.cli import app
from results.tables import Run, open_run
from tests.jinlin.test_books import rows_of
from tests.results.late_runs import copied, grades, held, made, probed_late, results
from tests.results.office import read_book

HOUSE = Path(__file__).parents[2]
SAYS = "moving the assumed numbers of {run} one by one, once for this run (--no-probes leaves it out)"


class Page:
    """A stand-in for the page: keeps the runs that it was to show."""

    def __init__(self) -> None:
        self.shown: list[Run] = []

    def write(self, runs: Sequence[Run], language: str, out: Path | None) -> Path:
        self.shown = list(runs)
        path = out or runs[0].folder / "report.html"
        path.write_text("a page", encoding="utf-8")
        return path


class Prober:
    """Counts the runs that are probed, or stops where none should be."""

    def __init__(self, probe: Any) -> None:
        self.probe, self.asked = probe, list[str]()

    def __call__(self, run: Run, *asked: Any) -> Run:
        self.asked.append(run.name)
        return self.probe(run, *asked)


@pytest.fixture(scope="module")
def whole(bare: Path, tmp_path_factory: pytest.TempPathFactory, ledgers: Path) -> Path:
    """The same, probed late."""
    return probed_late(copied(bare, tmp_path_factory.mktemp("runs") / "whole"), ledgers=ledgers)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return tmp_path


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    stand_in = Page()
    monkeypatch.setattr("results.report.write_report", stand_in.write)
    return stand_in


@pytest.fixture
def prober(monkeypatch: pytest.MonkeyPatch) -> Prober:
    from results.late_probes import probe

    counting = Prober(probe)
    monkeypatch.setattr("results.late_probes.probe", counting)
    return counting


def call(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


def report(ledgers: Path, *words: str) -> tuple[int, str, str]:
    return call("report", *words, "--ledgers", str(ledgers), "--workers", "1")


def test_the_first_report_probes_and_the_second_does_not(
    here: Path, bare: Path, whole: Path, ledgers: Path, page: Page, prober: Prober
) -> None:
    copied(bare, here / "mine")
    code, output, errors = report(ledgers, "mine")
    assert (code, output) == (0, f"wrote {Path('mine', 'report.html')}\n")
    assert errors.splitlines()[0] == SAYS.format(run="mine") and "柘荣县" in errors.splitlines()[1]
    assert page.shown[0].has("turning") and results(here / "mine") == results(whole)
    after = held(here / "mine")
    assert report(ledgers, "mine") == (0, f"wrote {Path('mine', 'report.html')}\n", "")
    assert prober.asked == ["mine"] and held(here / "mine") == after


def test_a_report_that_is_told_not_to_leaves_the_run_as_it_is(
    here: Path, bare: Path, ledgers: Path, page: Page, prober: Prober
) -> None:
    before = held(bare)
    assert report(ledgers, str(bare), "--no-probes", "--out", "page.html") == (0, "wrote page.html\n", "")
    assert held(bare) == before and not prober.asked and not page.shown[0].has("turning")


def test_of_several_runs_each_is_probed_once_where_it_was_not(
    here: Path, bare: Path, whole: Path, ledgers: Path, page: Page, prober: Prober
) -> None:
    copied(bare, here / "mine")
    code, _, errors = report(ledgers, str(whole), "mine", str(here / "mine"), "--out", "page.html")
    assert code == 0 and len(errors.splitlines()) == 2
    assert prober.asked == ["mine"] and [run.has("turning") for run in page.shown] == [True] * 3


def test_a_report_that_is_stopped_leaves_the_run_as_it_was(
    here: Path, bare: Path, ledgers: Path, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*asked: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("results.late_probes.run_study", stop)
    before = held(bare)
    code, output, errors = report(ledgers, str(bare))
    assert (code, output) == (130, "")
    assert errors.splitlines() == [SAYS.format(run=bare), "stopped; no report is written"]
    assert held(bare) == before and not page.shown


@pytest.mark.parametrize(
    ("language", "says"), [("C.UTF-8", "in this report only"), ("zh_CN", "只写入本次报告")]
)
def test_a_run_in_a_closed_folder_is_probed_for_this_report_alone(
    here: Path,
    bare: Path,
    ledgers: Path,
    page: Page,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    says: str,
) -> None:
    def closed(self: pl.DataFrame, path: Path, **more: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", closed)
    monkeypatch.setenv("LC_ALL", language)
    before = held(bare)
    code, output, errors = report(ledgers, str(bare), "--out", "page.html")
    assert code == 0 and "page.html" in output
    last = errors.splitlines()[-1]
    assert (
        f"{bare}: cannot be written: Read-only file system" in last and says in last and "--out" not in last
    )
    assert page.shown[0].has("turning") and page.shown[0].has("binding") and held(bare) == before


@pytest.mark.parametrize("out", ["letter.txt/page.html", "letter.txt/new/page.html", ".", "/"])
def test_a_page_that_cannot_be_written_is_said_before_anything_is_probed(
    here: Path, bare: Path, ledgers: Path, page: Page, prober: Prober, out: str
) -> None:
    (here / "letter.txt").write_text("mine", encoding="utf-8")
    code, output, errors = report(ledgers, str(bare), "--out", out)
    assert (code, output, len(errors.splitlines())) == (2, "", 1) and not prober.asked


def test_a_run_that_comes_out_otherwise_is_reported_without_probes_alone(
    here: Path, bare: Path, ledgers: Path, page: Page
) -> None:
    mine = copied(bare, here / "mine")
    (mine / "scenario" / "plan-2025.toml").unlink()
    code, output, errors = report(ledgers, "mine")
    assert (code, output) == (2, "") and len(errors.splitlines()) == 1
    assert errors.startswith("jinlin: mine: is not what this version") and "--no-probes" in errors
    assert report(ledgers, "mine", "--no-probes")[0] == 0


@pytest.mark.parametrize(("lang", "sheet", "head", "says"), [
    ("en", "Verdicts", "grade of evidence", "not known yet"), ("zh", "结论", "证据等级", "未定"),
])  # fmt: skip
def test_a_workbook_says_that_a_grade_is_open(
    here: Path,
    bare: Path,
    whole: Path,
    ledgers: Path,
    page: Page,
    lang: str,
    sheet: str,
    head: str,
    says: str,
) -> None:
    found = {}
    for run in (bare, whole):
        words = (str(run), "--no-probes", "--lang", lang, "--out", "page.html", "--xlsx", "book.xlsx")
        assert report(ledgers, *words)[0] == 0
        cells = read_book(here / "book.xlsx")[sheet]
        found[run] = [row[head] for row in rows_of(cells) if row[head] in ("A", "B", "C", says)]
        noted = any(
            str(cell.value).lower().startswith(f"{says}：" if lang == "zh" else f"{says}:")
            for cell in cells.values()
        )
        assert noted == (run == bare)
    assert found[bare] == [grade or says for grade in grades(bare)] and says in found[bare]
    assert found[whole] == grades(whole)


@pytest.mark.parametrize("number", ["turning.childcare-slots-per-1000.price.childcare",
                                    "effect.ordinary-bed-total.elder-bed.wish",
                                    "verdict.childcare-slots-per-1000.binding"])  # fmt: skip
def test_explain_says_that_a_report_asks_first(here: Path, bare: Path, whole: Path, number: str) -> None:
    code, output, errors = call("explain", str(bare), number)
    assert (code, output) == (2, "") and len(errors.splitlines()) == 1
    assert f"'jinlin report {bare}' moves them" in errors
    assert "jinlin report" not in call("explain", str(whole), number)[2]
    assert "jinlin report" not in call("explain", str(bare), "verdict.no-such.met")[2]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no groups of processes")
def test_to_stop_a_report_while_it_probes_is_two_lines(tmp_path: Path) -> None:
    run = made(tmp_path / "run", ("仙游县",))
    before = held(run)
    process = subprocess.Popen(
        [sys.executable, "-m", "jinlin", "report", str(run), "--no-ledgers"], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(HOUSE), "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == SAYS.format(run=run) + "\n"
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all of them
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (130, "", "stopped; no report is written\n")
    assert held(run) == before and not open_run(run).has("turning")
