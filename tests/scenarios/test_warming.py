"""The first compile: a run after it compiles nothing, and what goes wrong is one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scenarios import warming
from scenarios.warming import compile_all
from sim.errors import RunError

# Every kernel knows for which types it has been compiled, or taken from what is kept.
SCRIPT = """
import sys
from pathlib import Path
from scenarios.studies import Study
from scenarios.load import load_scenario
from scenarios.runner import run_study
from scenarios.warming import compile_all
from sim.compiled import uncompiled
from sim.places import load_atlas

def known():
    rooms = [module for name, module in sys.modules.items() if name.startswith("sim.")]
    kernels = [each for room in rooms for each in vars(room).values() if hasattr(each, "nopython_signatures")]
    return {f"{each.__module__}.{each.__name__}{types}" for each in kernels for types in each.signatures}

compile_all(1)
print("not compiled", *uncompiled())
before = known()
for place in ("柘荣县", "集美区"):  # people leave the one and come to the other
    study = Study((load_scenario("plan-2025"),), load_atlas().select([place]), 1, 1, 14, ledgers=Path("kept"))
    run_study(study, workers=1)
run_study(study, workers=1)  # on the ledger that is kept
print("compiled since", *known() - before)
"""


# A later process takes all from what is kept: a kernel that it did not find there it has compiled itself.
LATER = """
import sys
from scenarios.studies import Study
from scenarios.load import load_scenario
from scenarios.runner import run_study
from sim.places import load_atlas

run_study(Study((load_scenario("plan-2025"),), load_atlas().select(["集美区"]), 1, 1, 14), workers=1)
rooms = [module for name, module in sys.modules.items() if name.startswith("sim.")]
kernels = {each for room in rooms for each in vars(room).values() if hasattr(each, "nopython_signatures")}
print("taken", any(each.stats.cache_hits for each in kernels))
print("compiled", *(each.__name__ for each in kernels if each.stats.cache_misses))
"""


@pytest.mark.slow
def test_a_run_after_the_first_compile_compiles_nothing(tmp_path: Path) -> None:
    paths = os.pathsep.join(path for path in sys.path if path)

    def told_by(script: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": paths}, cwd=tmp_path,
            capture_output=True, text=True, encoding="utf-8", timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    assert told_by(SCRIPT) == ["not compiled", "compiled since"]
    assert told_by(LATER) == ["taken True", "compiled"]


@pytest.mark.parametrize("workers", [1, 2])
def test_it_is_told_how_many_parts_are_done(monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    monkeypatch.setattr(warming, "PARTS", (int, str, list))
    told: list[tuple[int, int]] = []
    compile_all(workers, lambda done, parts: told.append((done, parts)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_worker_that_is_ended_from_outside_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "PARTS", (os.abort, int))
    with pytest.raises(RunError, match=r"ended from outside.*--workers 1"):
        compile_all(2)


def _fail() -> None:
    raise TypeError("no such field\nand a page of reasons")


def test_what_cannot_be_compiled_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "PARTS", (_fail,))
    with pytest.raises(RunError) as raised:
        compile_all(1)
    assert str(raised.value) == "the kernels cannot be compiled: TypeError: no such field"
