"""Claims: one of many has it, the living keep it, what the dead held is taken over by one."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from scenarios import claims
from scenarios.claims import LEASE_SECONDS, claim, claimed, is_stale
from sim.errors import RunError

HOUSE = Path(__file__).parents[2]
DIE = "import os, sys; from pathlib import Path; from scenarios.claims import claim; "
DIE += "assert claim(Path(sys.argv[1]), 'job'); os.kill(os.getpid(), 9)"


def test_of_many_at_once_one_has_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        won = [each for each in pool.map(lambda _: claim(tmp_path, "job"), range(64)) if each]
    assert len(won) == 1 and claimed(tmp_path) == {"job": True}
    won[0].release()
    assert not list(tmp_path.iterdir()) and claim(tmp_path, "job")


def dead(folder: Path) -> None:
    """Let a process claim the job and die."""
    environment = os.environ | {"PYTHONPATH": str(HOUSE)}
    done = subprocess.run([sys.executable, "-c", DIE, str(folder)], env=environment, timeout=60)
    assert done.returncode == -9


def test_what_the_dead_held_is_taken_over_by_one(tmp_path: Path) -> None:
    dead(tmp_path)
    assert claimed(tmp_path) == {"job": False}
    with ThreadPoolExecutor(16) as pool:
        won = [each for each in pool.map(lambda _: claim(tmp_path, "job"), range(64)) if each]
    assert len(won) == 1 and claimed(tmp_path) == {"job": True}
    won[0].release()
    assert not list(tmp_path.iterdir()), "the claim of the dead is gone as well"


def test_a_claim_of_another_machine_is_stale_when_it_was_not_touched_for_long(tmp_path: Path) -> None:
    path = tmp_path / "job.1"
    path.write_text("far-away-1234abcd@17@3.5", encoding="utf-8")
    assert claim(tmp_path, "job") is None
    long_ago = time.time() - LEASE_SECONDS - 5
    os.utime(path, (long_ago, long_ago))
    assert is_stale(path)
    mine = claim(tmp_path, "job")
    assert mine is not None and mine.path.name == "job.2"


def test_a_number_that_another_process_has_now_does_not_keep_a_claim_alive(tmp_path: Path) -> None:
    mine = claim(tmp_path, "job")
    assert mine is not None
    where, pid, _ = mine.path.read_text(encoding="utf-8").split("@")
    mine.path.write_text(f"{where}@{pid}@12.34", encoding="utf-8")
    assert is_stale(mine.path)


def test_a_living_owner_touches_its_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "BEAT_SECONDS", 0.02)
    mine = claim(tmp_path, "job")
    assert mine is not None
    os.utime(mine.path, (1.0, 1.0))
    until = time.monotonic() + 10
    while mine.path.stat().st_mtime < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert mine.path.stat().st_mtime > 2
    mine.release()


def test_a_claim_that_is_just_being_written_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "job.1").touch()
    assert claim(tmp_path, "job") is None


def test_a_living_owner_that_is_silent_loses_its_claim(tmp_path: Path) -> None:
    """Whoever was stopped (Ctrl-Z) does not hold up the others; and a copied folder has nobody's claims."""
    mine = claim(tmp_path, "job")
    assert mine is not None and claim(tmp_path, "job") is None
    long_ago = time.time() - LEASE_SECONDS - 5
    os.utime(mine.path, (long_ago, long_ago))
    assert claimed(tmp_path) == {"job": False}
    other = claim(tmp_path, "job")
    assert other is not None and other.path.name == "job.2"
    mine.release()
    assert [path.name for path in tmp_path.iterdir()] == ["job.2"], "who wakes up leaves the other's"
    assert claim(tmp_path, "job") is None
    other.release()
    assert not list(tmp_path.iterdir())


def test_a_clock_that_is_set_takes_no_claim_from_the_living(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = claim(tmp_path, "job")
    assert mine is not None
    began = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: began(self) + 3.0)
    assert not is_stale(mine.path)
    mine.release()


def test_a_claim_that_a_full_disk_cannot_hold_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(claims, "me", full)
        with pytest.raises(RunError, match="make room, then give the same command again"):
            claim(tmp_path, "job")
    assert not list(tmp_path.iterdir()) and claim(tmp_path, "job")


def test_whoever_may_only_look_is_told_who_computes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "job.1").write_text("far-away-1234abcd@17@3.5", encoding="utf-8")

    def refused(path: Path, *given: object, **named: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "touch", refused)
    assert claimed(tmp_path) == {"job": True}


def test_a_claim_that_another_user_lets_nobody_read_is_kept_while_it_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "job.1"
    path.write_text("of another", encoding="utf-8")

    def refused(path: Path, encoding: str) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "read_text", refused)
    assert claimed(tmp_path) == {"job": True} and claim(tmp_path, "job") is None
    long_ago = time.time() - LEASE_SECONDS - 5
    os.utime(path, (long_ago, long_ago))
    assert claimed(tmp_path) == {"job": False}


def test_a_clock_file_that_was_left_is_no_claim(tmp_path: Path) -> None:
    (tmp_path / ".clock.1#far-away-1234abcd@17@3.partial").touch()
    assert claimed(tmp_path) == {}


def test_a_folder_that_is_gone_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is gone"):
        claim(tmp_path / "none", "job")


def test_keys_that_begin_alike_are_not_mixed(tmp_path: Path) -> None:
    assert claim(tmp_path, "job") and claim(tmp_path, "job-1") and claim(tmp_path, "jo")
    assert set(claimed(tmp_path)) == {"job", "job-1", "jo"}
