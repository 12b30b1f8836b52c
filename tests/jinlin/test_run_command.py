"""What ``jinlin run`` asks of the runner: a stand-in takes the call, so that nothing is simulated."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from jinlin.__main__ import main
from jinlin.cli import SEED, app
from results.manifest import SameLogEntry
from sim.errors import LawBroken, RunError
from sim.kinds import Engine
from sim.places import load_atlas


class Runner:
    """A stand-in for ``jinlin.running``: keeps what it was asked, and raises what it was told to."""

    def __init__(self) -> None:
        self.asked: tuple[Any, ...] = ()
        self.trouble: BaseException | None = None
        self.engine: Engine | None = None
        self.ledgers: Path | None = None
        self.compared: SameLogEntry | None = None
        self.probed: bool | None = None

    def run_scenarios(
        self, *asked: Any, engine: Engine, ledgers: Path | None, probed: bool | None
    ) -> list[Path]:
        self.asked, self.engine, self.ledgers, self.probed = asked, engine, ledgers, probed
        if self.trouble:
            raise self.trouble
        scenarios, out = asked[0], asked[5]
        return [out] if len(scenarios) == 1 else [out / each.id for each in scenarios]


class Compiler:
    """A stand-in for ``scenarios.warming``: keeps its numbers of workers, and raises what it was told to."""

    def __init__(self) -> None:
        self.workers: list[int] = []
        self.trouble: BaseException | None = None

    def compile_all(self, workers: int, tell: Any) -> None:
        self.workers.append(workers)
        if self.trouble:
            raise self.trouble
        tell(1, 1)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runner:
    """Put the stand-in in the runner's place."""
    stand_in = Runner()
    running, studies = ModuleType("jinlin.running"), ModuleType("scenarios.studies")
    running.run_scenarios = stand_in.run_scenarios  # type: ignore[attr-defined]
    running.logs_compared = lambda folders: stand_in.compared  # type: ignore[attr-defined]
    studies.life_key = lambda scenario: ()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "jinlin.running", running)
    monkeypatch.setitem(sys.modules, "scenarios.studies", studies)
    monkeypatch.setattr("sim.compiled.uncompiled", lambda: ())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return stand_in


def call(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["run", *words])
    return done.exit_code, done.stdout, done.stderr


def test_the_defaults_are_the_province_once_on_all_cores(runner: Runner) -> None:
    code, output, _ = call("plan-2025")
    scenarios, selection, replications, seed, workers, out, _ = runner.asked
    assert (code, output) == (0, f"wrote {Path('runs/plan-2025')}\n")
    assert [each.id for each in scenarios] == ["plan-2025"]
    assert len(selection.counties) == len(load_atlas().counties.code)
    assert (replications, seed, workers, out) == (1, SEED, 0, Path("runs/plan-2025"))


def test_options_reach_the_runner(runner: Runner) -> None:
    words = ["--place", "荔城区", "--place", "350302", "--replications", "7", "--seed", "3", "--workers", "2"]
    code, output, _ = call("plan-2025", "staff-short", *words, "--out", "mine")
    _, selection, replications, seed, workers, out, _ = runner.asked
    assert code == 0 and output.splitlines() == [
        f"wrote {Path('mine') / name}" for name in ("plan-2025", "staff-short")
    ]
    assert selection == load_atlas().select(["荔城区", "350302"])
    assert (replications, seed, workers, out) == (7, 3, 2, Path("mine"))


@pytest.mark.parametrize(
    ("words", "engine"),
    [
        ((), Engine.COMPILED),
        (("--engine", "simpy"), Engine.SIMPY),
        (("--engine", "compiled"), Engine.COMPILED),
    ],
)
def test_the_engine_that_is_asked_for_reaches_the_runner(
    runner: Runner, words: tuple[str, ...], engine: Engine
) -> None:
    assert call("plan-2025", *words)[0] == 0 and runner.engine is engine


def test_an_engine_that_there_is_not_is_refused(runner: Runner) -> None:
    code, _, errors = call("plan-2025", "--engine", "ciw")
    assert code == 2 and "compiled" in errors and "simpy" in errors and not runner.asked


@pytest.mark.parametrize(
    ("words", "where"),
    [((), Path("runs", ".ledgers")), (("--ledgers", "mine"), Path("mine")), (("--no-ledgers",), None)],
)
def test_ledgers_are_kept_beside_the_runs_unless_told_otherwise(
    runner: Runner, words: tuple[str, ...], where: Path | None
) -> None:
    assert call("plan-2025", *words)[0] == 0
    assert runner.ledgers == where


@pytest.mark.parametrize(("words", "probed"), [((), None), (("--probes",), True), (("--no-probes",), False)])
def test_whether_a_run_is_probed_is_left_to_the_runner_unless_said(
    runner: Runner, words: tuple[str, ...], probed: bool | None
) -> None:
    assert call("plan-2025", *words)[0] == 0
    assert runner.probed is probed


@pytest.mark.parametrize(("language", "says"), [("en", "same log: yes"), ("zh", "日志一致：是")])
def test_a_run_ends_by_saying_that_both_engines_gave_one_log(
    runner: Runner, language: str, says: str
) -> None:
    runner.compared = SameLogEntry("柘荣县", 0, 3_412)
    last = call("plan-2025", "--lang", language)[1].splitlines()[-1]
    assert last.startswith(says) and "柘荣县" in last and "3,412" in last


def test_several_scenarios_go_into_a_folder_each_under_runs(runner: Runner) -> None:
    assert call("plan-2025", "staff-short")[0] == 0
    assert runner.asked[5] == Path("runs")


@pytest.mark.parametrize(
    ("trouble", "code", "says"),
    [
        (
            RunError("runs/plan-2025: holds a finished run"),
            2,
            "jinlin: runs/plan-2025: holds a finished run\n",
        ),
        (LawBroken("residents are lost"), 1, "jinlin: residents are lost\n"),
        (KeyboardInterrupt(), 130, "stopped; the run folder is marked unfinished\n"),
        (OSError(28, "No space left on device"), 2, "jinlin: output: No space left on device\n"),
        (PermissionError(13, "Permission denied", "runs"), 2, "jinlin: runs: Permission denied\n"),
    ],
)
def test_what_goes_wrong_is_one_line(runner: Runner, trouble: BaseException, code: int, says: str) -> None:
    runner.trouble = trouble
    assert call("plan-2025") == (code, "", says)


SAYS = "compiling the kernels: half a minute on two cores, once for this version\n"


@pytest.fixture
def compiler(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> Compiler:
    """Let a kernel be missing, and put a stand-in in the place of what compiles it."""
    compiler, warming = Compiler(), ModuleType("scenarios.warming")
    warming.compile_all = compiler.compile_all  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "scenarios.warming", warming)
    monkeypatch.setattr("sim.compiled.uncompiled", lambda: ("life._live",))
    return compiler


@pytest.mark.parametrize(("words", "workers"), [((), 0), (("--workers", "1"), 1)])
def test_a_run_that_must_compile_says_so_and_compiles_first(
    runner: Runner, compiler: Compiler, words: tuple[str, ...], workers: int
) -> None:
    assert call("plan-2025", *words) == (0, f"wrote {Path('runs/plan-2025')}\n", SAYS)
    assert compiler.workers == [workers] and runner.asked


def test_a_run_whose_kernels_are_kept_compiles_nothing(
    runner: Runner, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.compiled.uncompiled", lambda: ())
    assert call("plan-2025") == (0, f"wrote {Path('runs/plan-2025')}\n", "")
    assert compiler.workers == [] and runner.asked


@pytest.mark.parametrize(
    ("trouble", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "stopped; the kernels compiled so far are kept\n"),
        (RunError("the kernels cannot be compiled"), 2, "jinlin: the kernels cannot be compiled\n"),
    ],
)
def test_a_run_that_cannot_compile_claims_no_folder(
    runner: Runner, compiler: Compiler, trouble: BaseException, code: int, says: str
) -> None:
    compiler.trouble = trouble
    assert call("plan-2025") == (code, "", SAYS + says)
    assert not runner.asked


def test_the_commands_are_read_without_the_libraries_that_they_need() -> None:
    heavy = {"numpy", "numba", "polars", "scipy", "simpy", "mesa", "matplotlib", "jinja2", "xlsxwriter"}
    listed = "import sys, jinlin.cli; print(*{name.split('.')[0] for name in sys.modules})"
    told = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True).stdout
    assert heavy.isdisjoint(told.split())


def test_to_stop_it_while_the_commands_are_imported_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(ModuleType):
        def __getattr__(self, name: str) -> None:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "jinlin.cli", Interrupted("jinlin.cli"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
