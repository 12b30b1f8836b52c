"""No kernel runs that was compiled from other sources than those that stand there."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.compiled import FOLDERS, ROOM, fingerprint

CALLED = "from sim.compiled import njit\n\n@njit(inline='always')\ndef step(x):\n    return x + {step}\n"
CALLER = (
    "from sim.called import step\nfrom sim.compiled import njit\n\n"
    "@njit(cache=True)\ndef walk(x):\n    return step(step(x))\n"
)
PRINTED = "from sim.caller import walk; print(walk(40), sum(walk.stats.cache_hits.values()))"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Build a room of two kernels, one of which calls the other, under the guard of ``sim``."""
    room = tmp_path / "house" / "sim"
    room.mkdir(parents=True)
    for name in ("__init__.py", "compiled.py"):
        shutil.copy(ROOM / name, room / name)
    (room / "caller.py").write_text(CALLER, encoding="utf-8")
    (room / "called.py").write_text(CALLED.format(step=1), encoding="utf-8")
    return room


def walked(room: Path, cache: Path, script: str = PRINTED) -> list[str]:
    """Run a script over the room in a process of its own."""
    given = {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(room.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | given, cwd=room.parent,
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout.split()


def test_two_processes_share_what_one_has_compiled(room: Path, tmp_path: Path) -> None:
    assert walked(room, tmp_path / "cache") == ["42", "0"]
    assert walked(room, tmp_path / "cache") == ["42", "1"]


def test_a_process_may_load_all_that_is_kept_before_it_calls(room: Path, tmp_path: Path) -> None:
    loaded = (
        "from sim.caller import walk\nfrom sim.compiled import load_kept\n"
        "load_kept()\nprint(len(walk.overloads))"
    )
    assert walked(room, tmp_path / "cache", loaded) == ["0"], "nothing is compiled for it"
    walked(room, tmp_path / "cache")
    assert walked(room, tmp_path / "cache", loaded) == ["1"]


def test_a_change_in_a_called_file_reaches_a_kept_kernel(room: Path, tmp_path: Path) -> None:
    assert walked(room, tmp_path / "cache") == ["42", "0"]
    (room / "called.py").write_text(CALLED.format(step=2), encoding="utf-8")
    assert walked(room, tmp_path / "cache") == ["44", "0"]


def test_kernels_that_are_not_kept_yet_are_named(room: Path, tmp_path: Path) -> None:
    script = (
        "from sim.caller import walk\nfrom sim.compiled import uncompiled\n"
        "print(uncompiled())\nwalk(1)\nprint(uncompiled())"
    )
    assert walked(room, tmp_path / "cache", script) == ["('caller.walk',)", "()"]


def test_what_another_copy_of_the_sources_has_compiled_is_not_kept_for_this_one(
    room: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(room, tmp_path / "copy" / "sim")
    script = "from sim.caller import walk\nfrom sim.compiled import uncompiled\nprint(uncompiled())\nwalk(1)"
    assert walked(room, tmp_path / "cache", script) == ["('caller.walk',)"]
    assert walked(copy, tmp_path / "cache", script) == ["('caller.walk',)"]
    assert walked(copy, tmp_path / "cache", script) == ["()"]


def test_two_processes_never_write_machine_code_under_one_name(room: Path, tmp_path: Path) -> None:
    """By numba's own names, counted from what the index holds, two would both write number 1."""
    for number in ("1", "1.5"):
        walked(room, tmp_path / "cache", f"from sim.caller import walk\nwalk({number})")
    index = next((tmp_path / "cache").rglob("*.nbi"))
    index.unlink()  # as one sees the folder that looked before the other wrote
    walked(room, tmp_path / "cache", "from sim.caller import walk\nwalk(2)")
    codes = list((tmp_path / "cache").rglob("*walk*.nbc"))
    assert len(codes) == len({code.name for code in codes}) == 3


def test_where_nothing_can_be_kept_a_borrowed_folder_goes_with_its_process(
    room: Path, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.write_text("a file, and so no folder", encoding="utf-8")
    script = (
        "from sim.caller import walk\nfrom sim.compiled import FOLDER\n"
        "print(walk(40), FOLDER, FOLDER.is_dir())"
    )
    result, folder, there = walked(room, closed, script)
    assert (result, there) == ("42", "True") and not Path(folder).exists()


def test_only_the_versions_used_last_are_kept(room: Path, tmp_path: Path) -> None:
    versions = tmp_path / "cache" / "jinlin"
    for age in range(1, FOLDERS + 4):
        (versions / f"old{age:02d}").mkdir(parents=True)
        os.utime(versions / f"old{age:02d}", (1e9 - age, 1e9 - age))
    walked(room, tmp_path / "cache")
    kept = {folder.name for folder in versions.iterdir()}
    ours = {name for name in kept if name.startswith(f"{fingerprint(room)}-")}
    assert len(ours) == 1, "named by the sources, and then by the processor"
    assert kept - ours == {f"old{age:02d}" for age in range(1, FOLDERS)}


def test_the_kernels_of_the_house_are_declared_under_the_guard() -> None:
    from sim.compiled import FOLDER
    from sim.streams import Stream, _philox_compiled

    Stream.of(1, 0)
    assert Path(_philox_compiled.stats.cache_path).parent == FOLDER


def test_what_only_kernels_may_call_is_imported_by_no_one_else() -> None:
    """An ``inner`` function has no wrapper for Python: a call from there would end the process."""
    inner = {
        f"sim.{source.stem}.{name}"
        for source in ROOM.glob("*.py")
        for name in re.findall(r"^@inner\ndef (\w+)", source.read_text("utf-8"), re.MULTILINE)
    }
    assert inner
    for path in sorted(ROOM.parent.glob("*/**/*.py")):
        if ".venv" in path.parts or path.parent == ROOM:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                taken = {f"{node.module}.{each.name}" for each in node.names}
                assert not taken & inner, path
