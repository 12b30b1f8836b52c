"""What `pip install .` brings: every module and every data file, and the command."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PACKAGES = ("sim", "evidence", "scenarios", "calibration", "results", "jinlin")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=HOUSE, check=True, capture_output=True, timeout=120)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    own = {
        path.relative_to(HOUSE).as_posix()
        for package in PACKAGES
        for path in (HOUSE / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == own


def test_the_wheel_gives_the_command(wheel: zipfile.ZipFile) -> None:
    entry = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "jinlin = jinlin.__main__:main" in wheel.read(entry).decode()


def test_the_wheel_carries_the_licences(wheel: zipfile.ZipFile) -> None:
    names = " ".join(wheel.namelist())
    assert "LICENSE" in names and "OFL.txt" in names


def test_nothing_but_make_needs_a_posix_system() -> None:
    posix_only = (
        "import fcntl",
        "import resource",
        "import pwd",
        "os.fork",
        "os.uname",
        "signal.SIGKILL",
        "os.nice",
    )
    used = [
        f"{path.relative_to(HOUSE)}: {word}"
        for package in PACKAGES
        for path in (HOUSE / package).rglob("*.py")
        for word in posix_only
        if word in path.read_text(encoding="utf-8")
    ]
    assert not used, f"Windows has none of these: {used}"
