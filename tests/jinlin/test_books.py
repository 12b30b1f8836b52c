"""Workbooks as a user of the command line gets them: their numbers are those of the command."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jinlin.cli import app
from jinlin.report_book import save_report
from jinlin.size_book import save_sizes
from jinlin.words import say
from results.cascades import cascades
from results.manifest import write_manifest
from results.sheets import HEAD_ROW, Value
from results.summary import summary
from results.tables import open_run
from scenarios.sizer import PlaceSize
from sim.places import Selection, load_atlas
from sim.services import Words
from tests.jinlin.test_sizing import place_size, question
from tests.results.office import Found, read_book
from tests.results.small_run import make_run

EVIL = "=cmd|' /C calc'!A0"


def call(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


def rows_of(cells: dict[str, Found]) -> list[dict[str, Value]]:
    """Read a sheet's rows by the first line of their heads."""
    placed = {at: re.fullmatch(r"([A-Z]+)([0-9]+)", at) for at in cells}
    heads = {
        found[1]: str(cells[at].value).split("\n")[0]
        for at, found in placed.items()
        if found and int(found[2]) == HEAD_ROW + 1
    }
    last = max(int(found[2]) for found in placed.values() if found)
    return [
        {head: cells.get(f"{letter}{row}", Found(None)).value for letter, head in heads.items()}
        for row in range(HEAD_ROW + 2, last + 1)
    ]


def sizes() -> list[PlaceSize]:
    """Make sizes of four counties up: places wanting in two, too many in one, none in the last."""
    made = (("明溪县", 50, 40.0), ("柘荣县", 80, 20.0), ("周宁县", 30, 90.0), ("寿宁县", None, 30.0))
    found = []
    for name, capacity, planned in made:
        place = load_atlas().select([name])
        selection = Selection(place.counties, place.markets)
        found.append(replace(place_size(capacity, planned), selection=selection))
    return found


@pytest.fixture
def size_book(tmp_path: Path) -> dict[str, dict[str, Found]]:
    path = tmp_path / "sizes.xlsx"
    save_sizes(path, question(), sizes(), (0.95, 20, 1_500_000_000), "en")
    return read_book(path)


def test_sizes_stand_with_what_is_wanting_and_too_much(size_book: dict[str, dict[str, Found]]) -> None:
    rows = {row["place"]: row for row in rows_of(size_book["Sizes"])}
    assert [rows[name]["wanting"] for name in ("明溪县", "柘荣县", "周宁县")] == [10, 60, 0]
    assert rows["周宁县"]["too much (below nil: wanting)"] == 60 and rows["total"]["wanting"] == 70
    assert "no capacity meets it" in str(rows["寿宁县"]["why none"]) and not rows["寿宁县"]["least capacity"]


def test_idle_places_cost_what_the_terminal_says(size_book: dict[str, dict[str, Found]]) -> None:
    row = next(row for row in rows_of(size_book["Idle"]) if row["place"] == "周宁县")
    assert (row["cost of too much, low"], row["cost of too much, high"]) == (60 * 2_400, 60 * 30_000)
    assert row["free, mean"] == 90 - 20


def what_if(book: dict[str, dict[str, Found]]) -> dict[str, list[Value]]:
    """Read the what-if sheet: by label the values beside it (of labels that come twice the last)."""
    cells = book["What if"]
    last = max(int("".join(filter(str.isdigit, at))) for at in cells)
    return {
        str(cells[f"A{row}"].value): [cells.get(f"{letter}{row}", Found(None)).value for letter in "BCDEFG"]
        for row in range(1, last + 1)
        if f"A{row}" in cells
    }


def test_a_budget_serves_first_where_least_is_reached_and_says_what_is_left(tmp_path: Path) -> None:
    poor, rich, *_ = sizes()
    rivals = {**rich.rivals, "planned": replace(rich.rivals["planned"], reached=(0.1,) * 20)}
    path = tmp_path / "sizes.xlsx"
    save_sizes(path, question(), [poor, replace(rich, rivals=rivals)], (0.95, 20, 1_500_000_000), "en")
    told = what_if(read_book(path))
    each = (166_251.0 + 714_286) / 2
    assert told["places that it buys"][0] == 34 == 15e6 // each
    assert told["that is, of one place"][0] == pytest.approx(each, abs=1)
    assert told["柘荣县"][3] == 34 and told["明溪县"][3] == 0, "柘荣县 reaches a tenth, 明溪县 nine tenths"
    assert told["places still wanting then"][0] == 36


def test_who_pays_adds_up_to_the_whole_and_the_rest_is_said_not_to_be_known(
    size_book: dict[str, dict[str, Found]],
) -> None:
    told = what_if(size_book)
    payers = [say(f"payer {payer}", "en") for payer in ("centre", "province", "county", "operator", "family")]
    rest = told["who pays the rest is not known"]
    for column in range(5):
        parts = [told[name][column] for name in payers]
        assert sum(map(float, parts)) + float(rest[column]) == pytest.approx(
            float(told["whole cost"][column])
        )  # type: ignore[arg-type]
    assert told["whole cost"][2] == pytest.approx(70 * told["whole cost"][0])  # type: ignore[operator]
    assert told["province"][0] == (1_500 + 3_000) / 2


def test_every_figure_of_a_size_is_among_its_sources(size_book: dict[str, dict[str, Found]]) -> None:
    rows = rows_of(size_book["Sources"])
    names = {row["name"] for row in rows}
    assert {"cost.nursing-bed", "elder-carer.nursing_beds_per_post", "staff.community-worker"} <= names
    assert "provincial_part_of_operating_subsidy_nursing_bed" in names
    for row in rows:
        assert row["source"] and row["quality"] and row["unit"] and row["where it stands"], row["name"]
        assert row["reason"] or row["quality"] != "assumed", row["name"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("runs")
    return [make_run(folder / name, 8, name, more) for name, more in (("plan", 1.0), ("more", 1.2))]


def test_a_report_s_workbook_holds_the_numbers_of_the_summary(runs: list[Path], tmp_path: Path) -> None:
    path, opened = tmp_path / "report.xlsx", [open_run(folder) for folder in runs]
    save_report(path, opened, "en")
    book = read_book(path)
    for run in opened:
        told, lost = summary(run), {each.service: each.persons for each in cascades(run)}
        mine = [row for row in rows_of(book["Services"]) if row["run"] == run.name]
        for service, row in zip(run.manifest.services, mine, strict=True):
            known = told["services"][service.id]
            assert row["needed"] == pytest.approx(known["needed"]) and row["service"] == service.name.en
            if service.queued:
                gap = lost[service.id]["needed"].mean - lost[service.id]["in_time"].mean
                assert row["needed, not in time"] == pytest.approx(gap)
                assert row["waiting at the end"] == pytest.approx(known["waiting"])
        judged = [row for row in rows_of(book["Verdicts"]) if row["run"] == run.name]
        for target, row in zip(told["targets"], judged, strict=True):
            for head, name in (("met, of the needed", "met"), ("idle places", "idle_places")):
                assert row[head] == (None if target[name] is None else pytest.approx(target[name]))


def test_a_comparison_s_workbook_says_what_the_terminal_says(runs: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "compare.xlsx"
    code, output, _ = call("compare", *map(str, runs), "--lang", "en", "--by", "county", "--xlsx", str(path))
    assert code == 0
    book = read_book(path)
    rows = [row for row in rows_of(book["Comparison"]) if row["verdict"]]
    lines = output.splitlines()
    for row in rows:
        words = (str(row[head]) for head in ("service", "outcome", "verdict"))
        assert any(all(word in line for word in words) for line in lines), row
    assert any(row["half-width"] for row in rows), "some spread is known"
    drawn = rows_of(book["Comparison Draws"])
    for row, draws in zip(rows, drawn, strict=False):
        gaps = [float(value) for key, value in draws.items() if key.isdigit() and value is not None]  # type: ignore[arg-type]
        assert sum(gaps) / len(gaps) == pytest.approx(row["difference"], abs=1e-9), "the mean over draws"
        assert len(gaps) == row["draws"]
        if row["half-width"] is not None:
            assert row["high"] == pytest.approx(row["difference"] + row["half-width"])  # type: ignore[operator]
    assert {"Groups", "Groups Draws", "Equity"} <= set(book)


def test_names_of_a_scenario_are_text_wherever_they_stand(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", 3)
    known = open_run(folder).manifest
    targets = tuple(replace(each, title=Words(EVIL, EVIL)) for each in known.capacity_targets)
    settings = tuple(replace(each, title_en=EVIL, source=EVIL, reason=EVIL) for each in known.settings)
    named = replace(known, scenario=EVIL, title=Words(EVIL, EVIL), description=Words(EVIL, EVIL))
    write_manifest(folder, replace(named, capacity_targets=targets, settings=settings))
    path = tmp_path / "report.xlsx"
    save_report(path, [open_run(folder)], "en")
    cells = [cell for sheet in read_book(path).values() for cell in sheet.values()]
    assert sum(EVIL in str(cell.value) for cell in cells) > 5
    assert not [cell for cell in cells if "cmd" in cell.formula]


def test_figures_and_settings_are_written_with_their_sources(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    assert call("evidence", "床位", "--xlsx", str(path), "--lang", "zh")[0] == 0
    rows = rows_of(read_book(path)["数据"])
    assert any(row["指标"] == "institution_beds" and row["数值"] == 84_312 for row in rows)
    assert call("parameters", "cost.", "--xlsx", str(path), "--lang", "en")[0] == 0, "ours is written over"
    assert any(row["name"] == "cost.nursing-bed" for row in rows_of(read_book(path)["Parameters"]))


def test_what_differs_between_scenarios_is_subtracted_where_it_is_a_number(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    code, output, _ = call("diff", "baseline-2020", "plan-2025", "--xlsx", str(path), "--lang", "en")
    rows = rows_of(read_book(path)["Differences"])
    assert code == 0 and len(rows) >= len(output.splitlines()) - 1
    for row in rows:
        if row["difference"] is not None:
            assert row["difference"] == pytest.approx(row["second"] - row["first"])  # type: ignore[operator]


def test_a_hindcast_s_misses_are_those_of_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    code, output, _ = call("hindcast", "--stored", "--xlsx", str(path), "--lang", "en")
    rows = rows_of(read_book(path)["Hindcast"])
    assert code == 0 and all(f"{row['miss']:+.1%}" in output for row in rows)


@pytest.mark.parametrize(
    "given", ["no/such/folder.xlsx", "book.csv", "folder.xlsx", "read-only.xlsx", "theirs.xlsx"]
)
@pytest.mark.parametrize("command", [("evidence", "床位"), ("size", "plan-2025", "--service", "nursing-bed")])
def test_a_place_that_cannot_be_written_is_one_line_before_any_work(
    command: tuple[str, ...], given: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "theirs.xlsx").write_bytes(b"figures of somebody else")
    (tmp_path / "read-only.xlsx").touch(mode=0o444)
    code, output, errors = call(*command, "--xlsx", str(tmp_path / given))
    assert (code, output) == (2, "") and len(errors.splitlines()) == 1 and "--xlsx" in errors
    assert (tmp_path / "theirs.xlsx").read_bytes() == b"figures of somebody else"


def test_a_budget_that_is_no_amount_is_one_line() -> None:
    code, output, errors = call("size", "plan-2025", "--service", "nursing-bed", "--budget", "viel")
    assert (code, output) == (2, "") and "--budget 'viel'" in errors and "500万" in errors
