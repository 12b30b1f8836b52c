"""A run folder is read whole or refused in one line."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from results.dictionary import FILE, TABLES, conform
from results.manifest import read_manifest
from results.tables import open_run, writing
from sim.errors import RunError
from tests.results.small_manifest import manifest


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def refused(folder: Path, *words: str) -> None:
    with pytest.raises(RunError) as caught:
        run = open_run(folder)
        for table in TABLES:
            run.table(table.name)
    text = str(caught.value)
    assert "\n" not in text
    for word in words:
        assert word in text


def test_the_dictionary_names_every_column_of_every_table(folder: Path):
    with (folder / FILE).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for path in folder.glob("*.parquet"):
        schema = pl.read_parquet_schema(path)
        told = {row["column"]: row["dtype"] for row in rows if row["table"] == path.stem}
        assert told == {name: str(dtype) for name, dtype in schema.items()}, path.name
    assert all(row["meaning"] and row["unit"] for row in rows)


def test_the_manifest_is_read_as_it_was_written(folder: Path):
    assert read_manifest(folder) == manifest(3)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path):
    refused(tmp_path, "not a run folder")


def test_an_unfinished_run_is_refused(copy: Path):
    (copy / "manifest.json").write_text('{"finished": false, "scenario": "plan-2025"}')
    refused(copy, "unfinished", "run it again")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"finished": true'])
def test_a_manifest_that_is_no_json_is_refused(copy: Path, text: str):
    (copy / "manifest.json").write_text(text)
    refused(copy, "damaged")


def test_a_manifest_with_a_wrong_value_names_its_key(copy: Path):
    raw = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    raw["capacity_targets"][0]["planned"] = "three"
    (copy / "manifest.json").write_text(json.dumps(raw))
    refused(copy, "capacity_targets.0.planned", "damaged")


def test_a_missing_table_is_refused_and_an_optional_one_is_empty(copy: Path):
    (copy / "turning.parquet").unlink()
    assert open_run(copy).table("turning").is_empty()
    run = open_run(copy)
    assert run.table("turning").is_empty() and not run.has("turning")
    given = run.having("turning", open_run(copy).table("turning"))
    assert given.has("turning") and not run.has("turning"), "given, though its folder holds none"
    (copy / "waits.parquet").unlink()
    refused(copy, "waits.parquet", "missing")


def test_a_table_cut_short_is_refused(copy: Path):
    path = copy / "months.parquet"
    path.write_bytes(path.read_bytes()[:2000])
    refused(copy, "months.parquet", "damaged")


def test_a_table_with_another_column_type_is_refused(copy: Path):
    path = copy / "life.parquet"
    pl.read_parquet(path).with_columns(pl.col("births").cast(pl.Float64)).write_parquet(path)
    refused(copy, "births", "Float64")


def test_a_county_that_the_manifest_does_not_know_is_refused(copy: Path):
    path = copy / "months.parquet"
    pl.read_parquet(path).with_columns(county=pl.lit(350102, pl.Int64)).write_parquet(path)
    refused(copy, "350102")


def test_conform_orders_rows_and_refuses_columns_that_it_does_not_know():
    table = pl.DataFrame({"value_e9": [1, 2], "parameter": ["b", "a"], "replication": [0, 0]})
    assert conform("draws", table).rows() == [(0, "a", 2), (0, "b", 1)]
    with pytest.raises(RunError, match="unknown colour"):
        conform("draws", table.with_columns(colour=1))
    with pytest.raises(RunError, match="lacks value_e9"):
        conform("draws", table.drop("value_e9"))


@pytest.mark.parametrize(
    "wrong", [OSError(28, "No space left on device"), pl.exceptions.ComputeError("full")]
)
def test_what_a_disk_refuses_is_one_line(tmp_path: Path, wrong: Exception):
    with (
        pytest.raises(RunError, match=r"r: cannot be written: .*; make room") as caught,
        writing(tmp_path / "r"),
    ):
        raise wrong
    assert "\n" not in str(caught.value)
