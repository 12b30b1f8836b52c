"""A run that is probed when its report asks comes to what one that was probed at once has written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from results.front import front
from results.late_probes import keep_probes, late_study, probe
from results.manifest import read_manifest
from results.report import render
from results.tables import open_run
from results.words import say
from sim.errors import RunError
from sim.kinds import Engine
from tests.results.late_runs import copied, grades, held, made, probed_late, results

SLOW = pytest.mark.slow


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory, ledgers: Path) -> Path:
    """The same run, probed as it was run."""
    return made(tmp_path_factory.mktemp("runs") / "at-once", ledgers=ledgers, probed=True)


@pytest.fixture
def copy(bare: Path, tmp_path: Path) -> Path:
    return copied(bare, tmp_path / "copy")


def test_few_replications_are_left_unprobed(bare: Path) -> None:
    run = open_run(bare)
    assert not any(run.has(name) for name in ("turning", "binding", "sensitivity"))
    assert all(
        target["binding"] is None for target in json.loads((bare / "summary.json").read_text())["targets"]
    )


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kept", [True, False], ids=["needs kept", "needs drawn again"])
def test_probed_late_is_probed_at_once(
    copy: Path, at_once: Path, ledgers: Path, workers: int, kept: bool
) -> None:
    assert results(probed_late(copy, workers, ledgers if kept else None)) == results(at_once)


def test_the_reference_engine_probes_late_as_well(tmp_path: Path, at_once: Path, ledgers: Path) -> None:
    late = made(tmp_path / "simpy", engine=Engine.SIMPY, ledgers=ledgers)
    assert late_study(open_run(late), None).engine is Engine.SIMPY
    found = dict(results(probed_late(late, ledgers=ledgers)))
    known = dict(results(at_once))
    assert found.pop("summary")["engine"] == "simpy" and known.pop("summary")["engine"] == "compiled"
    assert found == known, "the engines agree, so do their probes"


def test_of_several_replications_the_central_one_is_probed(tmp_path: Path, ledgers: Path) -> None:
    late, known = (
        made(tmp_path / name, replications=3, probed=probed, ledgers=ledgers)
        for name, probed in (("late", None), ("known", True))
    )
    assert results(probed_late(late, ledgers=ledgers)) == results(known)


@SLOW
def test_a_run_of_many_that_was_told_not_to_probe_has_its_rankings_then(tmp_path: Path) -> None:
    late, known = (
        made(tmp_path / name, replications=20, probed=probed, ledgers=tmp_path / "ledgers")
        for name, probed in (("late", False), ("known", None))
    )
    assert not open_run(late).has("sensitivity") and open_run(known).has("sensitivity")
    assert results(probed_late(late, ledgers=tmp_path / "ledgers")) == results(known)


@SLOW
@pytest.mark.parametrize("workers", [1, 2])
def test_a_market_that_is_only_partly_reported_is_probed_whole(tmp_path: Path, workers: int) -> None:
    places = ("三元区", "柘荣县")  # the first is one of two counties of its market
    late, known = (
        made(tmp_path / name, places, probed=probed, ledgers=tmp_path / "ledgers")
        for name, probed in (("late", None), ("known", True))
    )
    assert results(probed_late(late, workers, tmp_path / "ledgers")) == results(known)


def test_a_grade_is_open_until_the_numbers_are_moved(copy: Path, ledgers: Path) -> None:
    before, after = grades(copy), grades(probed_late(copy, ledgers=ledgers))
    assert None in before and set(before) <= {None, "C"}
    assert set(after) <= {"A", "B", "C"}
    assert all(late == early for early, late in zip(before, after, strict=True) if early)


def test_a_file_of_one_s_own_is_not_needed_again(tmp_path: Path, ledgers: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for name, base in (("named.txt", "base"), ("base.toml", "plan-2025"), ("plan-2025.toml", "plan-2025")):
        (own / name).write_text(f'title = "Mine"\nextends = "{base}"\n', encoding="utf-8")
    runs = [
        made(tmp_path / name, scenario=own / name, ledgers=ledgers)
        for name in ("plan-2025.toml", "named.txt")
    ]
    shutil.rmtree(own)
    (runs[0] / "scenario" / ".DS_Store").write_bytes(b"\xff")  # what a desktop leaves behind is no scenario
    for late in runs:
        assert open_run(probed_late(late, ledgers=ledgers)).has("turning")


def of_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def of_a_table(folder: Path) -> None:
    table = pl.read_parquet(folder / "units.parquet")
    table.with_columns(pl.col("in_place_end") + 1).write_parquet(folder / "units.parquet")


def of_a_setting(manifest: dict[str, Any]) -> None:
    next(each for each in manifest["settings"] if each["name"] == "elder-bed.wish")["value"] *= 1.01


def of_the_places(manifest: dict[str, Any]) -> None:
    manifest["counties"].append(manifest["counties"][0] | {"code": 999999})


def of_the_supply(folder: Path) -> None:
    own = folder / "scenario" / "plan-2025.toml"
    text = own.read_text(encoding="utf-8")
    assert '"2025-12" = 3.0' in text
    own.write_text(text.replace('"2025-12" = 3.0', '"2021-06" = 3.0'), encoding="utf-8")


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a table": (of_a_table, "units.parquet comes out otherwise"),
    "a setting": (lambda folder: of_manifest(folder, of_a_setting), "source of elder-bed.wish is another"),
    "the seed": (lambda folder: of_manifest(folder, lambda m: m.update(seed=1)), "life.parquet"),
    "the engine": (lambda folder: of_manifest(folder, lambda m: m.update(engine="ciw")), "no engine: 'ciw'"),
    "the places": (lambda folder: of_manifest(folder, of_the_places), "999999"),
    "a service": (lambda folder: of_manifest(folder, lambda m: m["services"].pop()), "other services"),
    "the kept supply": (of_the_supply, "comes out otherwise"),
    "the file is no TOML": (
        lambda folder: (folder / "scenario" / "plan-2025.toml").write_text("["), "plan-2025.toml"
    ),
    "the file is gone": (
        lambda folder: (folder / "scenario" / "plan-2025.toml").unlink(), "it keeps no plan-2025.toml"
    ),
    "no file is kept": (lambda folder: shutil.rmtree(folder / "scenario"), "it keeps no plan-2025.toml"),
    "its base is gone": (
        lambda folder: (folder / "scenario" / "baseline-2020.toml").unlink(),
        "the baseline-2020.toml that it extends is not the one it keeps",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_run_that_comes_out_otherwise_is_refused_in_one_line(copy: Path, ledgers: Path, what: str) -> None:
    change, says = CHANGES[what]
    change(copy)
    before = held(copy)
    with pytest.raises(
        RunError, match=r"(?s)copy: .* run it again, or report it with --no-probes$"
    ) as caught:
        probed_late(copy, ledgers=ledgers)
    assert "\n" not in str(caught.value) and says in str(caught.value)
    assert held(copy) == before


def test_nothing_is_written_before_all_is_known(copy: Path, ledgers: Path) -> None:
    run, before = open_run(copy), held(copy)
    probed = probe(run, late_study(run, ledgers), 1)
    assert held(copy) == before and not run.has("turning") and probed.has("turning")


def test_a_write_that_fails_leaves_no_half_table_and_can_be_done_again(
    copy: Path, at_once: Path, ledgers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run(copy)
    probed = probe(run, late_study(run, ledgers), 1)

    def full(self: pl.DataFrame, path: Path, **more: Any) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    before = held(copy)
    with monkeypatch.context() as disk:
        disk.setattr(pl.DataFrame, "write_parquet", full)
        with pytest.raises(RunError, match="copy: cannot be written: No space left on device"):
            keep_probes(probed)
    assert held(copy) == before
    keep_probes(probed)
    keep_probes(probed)  # as a second report would that was probing at the same time
    assert results(copy) == results(at_once)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", ("The assumed numbers were not moved yet", "? not known until", "not moved yet</td>")),
        ("zh", ("尚未逐一移动假设数值", "? 未定", "尚未移动</td>")),
    ],
)
def test_a_page_tells_what_was_not_asked(bare: Path, language: str, says: tuple[str, ...]) -> None:
    page = render([open_run(bare)], language)
    missing = [mark for mark in ('<span class="grade">?</span>', *says) if mark not in page]
    assert not missing
    known = [say(key, language) for key in ("turning_none", "no_effect", "assumptions_note")]
    assert not [words for words in known if words in page]


@pytest.mark.parametrize(
    ("language", "says"), [("en", "evidence grade not known yet"), ("zh", "证据等级未定")]
)
def test_a_page_of_targets_that_may_yet_be_moved_has_no_grade(bare: Path, language: str, says: str) -> None:
    run = open_run(bare)
    queued = tuple(each for each in run.manifest.capacity_targets if set(each.services) & {"childcare-full"})
    known = replace(run, manifest=replace(run.manifest, capacity_targets=queued))
    assert queued and front(known, language)["scope"][-1] == says


def test_the_months_of_the_late_study_are_those_of_the_run(bare: Path) -> None:
    study, known = late_study(open_run(bare), None), read_manifest(bare)
    assert (study.months, study.seed, study.replications) == (known.months, known.seed, 1)
