"""Parts and receipts: whole or not there, named when they are damaged, computed again."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from scenarios import owners
from scenarios.asides import sweep_aside, write_aside
from scenarios.parts import done_keys, forget, part_path, read_part, receipts, verify, write_part
from sim.errors import RunError

FRAME = pl.DataFrame({"a": [1, 2, 3]})


def folder(tmp_path: Path) -> Path:
    for name in ("parts", "receipts"):
        (tmp_path / name).mkdir()
    return tmp_path


def shorten(home: Path) -> None:
    path = part_path(home, "key")
    path.write_bytes(path.read_bytes()[:-10])


def flip(home: Path) -> None:
    path = part_path(home, "key")
    written = bytearray(path.read_bytes())
    written[len(written) // 2] ^= 1
    path.write_bytes(bytes(written))


def lose(home: Path) -> None:
    part_path(home, "key").unlink()


def swap(home: Path) -> None:
    """Give a part the receipt of another."""
    write_part(home, "other", FRAME, 1, 0.0, {})
    (home / "receipts" / "other.json").replace(home / "receipts" / "key.json")


def empty(home: Path) -> None:
    (home / "receipts" / "key.json").write_text("")


def test_a_part_comes_back_as_it_was_written(tmp_path: Path) -> None:
    home = folder(tmp_path)
    receipt = write_part(home, "key", FRAME, 2, 0.5, {"job": "ValueError: no"})
    good, wrong = receipts(home)
    assert good == {"key": receipt} and not wrong and not verify(home, good)
    assert read_part(home, receipt).equals(FRAME)


@pytest.mark.parametrize("damage", [shorten, flip, lose, swap, empty], ids=lambda damage: damage.__name__)
def test_a_part_that_is_damaged_is_named_and_does_not_count(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    home = folder(tmp_path)
    write_part(home, "key", FRAME, 1, 0.0, {})
    damage(home)
    good, wrong = receipts(home)
    wrong |= verify(home, good)
    assert set(wrong) == {"key"}
    forget(home, wrong)
    assert "key" not in done_keys(home)


def test_a_folder_is_looked_at_while_others_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file aside is gone at the second look, and a part comes between the looks: nothing is wrong."""
    home = folder(tmp_path)
    write_part(home, "key", FRAME, 1, 0.0, {})
    look = os.scandir
    looks = []

    def scandir(path: Path) -> list[os.DirEntry[str]]:
        aside = home / "parts" / f".other.parquet.1#{owners.me()}.partial"
        aside.touch()
        found = list(look(path))
        aside.unlink()
        looks.append(path)
        write_part(home, f"key-{len(looks)}", FRAME, 1, 0.0, {})
        return found

    monkeypatch.setattr(os, "scandir", scandir)
    good, wrong = receipts(home)
    assert "key" in good and not wrong and len(looks) == 2


def test_a_part_whose_bytes_changed_is_not_read(tmp_path: Path) -> None:
    home = folder(tmp_path)
    receipt = write_part(home, "key", FRAME, 1, 0.0, {})
    flip(home)
    with pytest.raises(RunError, match=r"key\.parquet: is not what was written; 'jinlin sweep resume'"):
        read_part(home, receipt)


@pytest.mark.parametrize(
    ("number", "says"), [(errno.ENOSPC, "No space left on device; make room"), (errno.EROFS, "Read-only")]
)
def test_a_full_disk_is_one_line_and_leaves_nothing_half(
    number: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match=says):
        write_part(home, "key", FRAME, 1, 0.0, {})
    assert not list((home / "parts").iterdir()) and not list((home / "receipts").iterdir())


def test_a_folder_that_was_removed_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is gone"):
        write_aside(tmp_path / "gone" / "file", b"")
    assert not (tmp_path / "gone").exists()


def test_what_a_living_writer_has_aside_is_let_be(tmp_path: Path) -> None:
    """Whoever resumes a sweep does not take away what another is just writing."""
    mine = tmp_path / f".part.1#{owners.me()}.partial"
    dead = tmp_path / f".part.2#{owners.here()}@{os.getpid()}@12.34.partial"
    elsewhere = tmp_path / ".part.3#far-away-1234abcd@17@3.50.partial"
    for path in (mine, dead, elsewhere):
        path.touch()
    sweep_aside(tmp_path)
    assert mine.exists() and elsewhere.exists() and not dead.exists()
    os.utime(elsewhere, (1.0, 1.0))
    sweep_aside(tmp_path)
    assert mine.exists() and not elsewhere.exists()


def test_what_gets_its_name_while_a_folder_is_cleaned_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / ".part.3#far-away-1234abcd@17@3.50.partial"
    monkeypatch.setattr(Path, "glob", lambda folder, pattern: iter([named]))
    sweep_aside(tmp_path)
