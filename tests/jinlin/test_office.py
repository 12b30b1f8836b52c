"""LibreOffice recalculates what a workbook carries: every value beside a formula is what the formula gives.

Each workbook is copied with a wrong number beside every formula first, so that nothing is left of what it
carried; LibreOffice opens the copy and the values that it comes to are held against the original's.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from jinlin.list_books import save_forecast
from jinlin.report_book import save_report
from jinlin.size_book import save_sizes
from jinlin.what_if import what_if_page
from jinlin.words import say
from results.pledges import pledge
from results.sheets import Page
from results.tables import open_run
from results.what_if import PAID_BY, Given, Wanting, bought, given
from results.workbook import workbook
from tests.jinlin.test_books import call, question, sizes
from tests.results.office import Found, differences, poisoned, read_book, recalculated
from tests.results.test_pledges import small_forecast

pytestmark = pytest.mark.office
PLACE = ("--place", "明溪县")


def must_come_to_the_same(path: Path, folder: Path, fewest: int) -> dict[str, dict[str, Found]]:
    """Poison a copy of a workbook, let LibreOffice open it, and hold its values to the original's."""
    copy = folder / f"poisoned-{path.name}"
    count = poisoned(path, copy)
    carried = read_book(path)
    assert count >= fewest and len(differences(carried, read_book(copy))) == count, "each is wrong at first"
    found = recalculated(copy, folder)
    assert differences(carried, found) == []
    return found


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    code, *_ = call("run", "plan-2025", "staff-short", *PLACE, "--replications", "8", "--workers", "1",
                    "--no-ledgers", "--out", str(folder))  # fmt: skip
    assert code == 0
    return folder


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_report_of_a_county_recalculates_to_the_same_values(
    runs: Path, language: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.xlsx"
    save_report(path, [open_run(runs / name) for name in ("plan-2025", "staff-short")], language)
    must_come_to_the_same(path, tmp_path, 80)


@pytest.mark.parametrize(
    ("words", "fewest"),
    [
        (("staffing", "plan-2025", "staff-churn"), 30),
        (("follow", "plan-2025", "staff-short", "--limit", "1"), 200),
        (("population",), 3),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_staff_residents_followed_and_the_founding_recalculate_to_the_same_values(
    words: tuple[str, ...], fewest: int, language: str, tmp_path: Path
) -> None:
    path = tmp_path / "book.xlsx"
    lives = () if words == ("population",) else ("--no-ledgers",)
    code, *_ = call(*words, *PLACE, *lives, "--xlsx", str(path), "--lang", language)
    assert code == 0
    must_come_to_the_same(path, tmp_path, fewest)


def test_a_forecast_and_what_it_is_held_against_recalculate_to_the_same_values(tmp_path: Path) -> None:
    path, pledged, figures = (tmp_path / name for name in ("forecast.xlsx", "pledge.json", "observed.csv"))
    save_forecast(path, small_forecast(), "zh")
    must_come_to_the_same(path, tmp_path, 4)
    pledged.write_text(json.dumps(pledge(small_forecast())), encoding="utf-8")
    figures.write_text("indicator,year,value\nbirths,2021,300\ndeaths,2021,101\n", encoding="utf-8")
    other = tmp_path / "other"
    other.mkdir()
    book = other / "confronted.xlsx"
    assert call("confront", str(pledged), str(figures), "--xlsx", str(book))[0] == 0
    must_come_to_the_same(book, other, 2)


def test_a_comparison_of_a_county_recalculates_to_the_same_values(runs: Path, tmp_path: Path) -> None:
    path = tmp_path / "compare.xlsx"
    folders = [str(runs / name) for name in ("plan-2025", "staff-short")]
    assert call("compare", *folders, "--by", "income", "--xlsx", str(path))[0] == 0
    found = must_come_to_the_same(path, tmp_path, 300)
    assert any("TINV" in cell.formula for cell in found["Comparison"].values()), "half-widths are among them"


def test_a_size_of_a_county_recalculates_to_the_same_values(tmp_path: Path) -> None:
    path = tmp_path / "size.xlsx"
    words = ("size", "plan-2025", "--service", "nursing-bed", *PLACE, "--confidence", "50%", "--replications",
             "2", "--workers", "1", "--no-ledgers", "--budget", "500万", "--xlsx", str(path))  # fmt: skip
    assert call(*words)[0] == 0
    must_come_to_the_same(path, tmp_path, 90)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_counties_with_a_budget_recalculate_to_the_same_values(language: str, tmp_path: Path) -> None:
    path = tmp_path / "sizes.xlsx"
    save_sizes(path, question(), sizes(), (0.95, 20, 1_500_000_000), language)
    must_come_to_the_same(path, tmp_path, 150)


def variants() -> list[Given]:
    """Change what a reader may change, and the odd cases: no places, no post, no figure, no budget."""
    base = given(question(), sizes(), 1_500_000_000)
    many = tuple(Wanting(f"county {n}", 7.0 * n, n / 10) for n in range(6))
    return [
        base, replace(base, places=0.0, wanting=()), replace(base, years=1), replace(base, budget=None),
        replace(base, years=30, price_rise=0.03, discount=0.05), replace(base, years=7, discount=-0.1),
        replace(base, years=9, price_rise=0.04, discount=0.04), replace(base, per_post=3.7, occupied=0.0),
        replace(base, capital=replace(base.capital, used=123_456.78), wanting=many, places=105.0),
        replace(base, capital=replace(base.capital, used=None, low=None, high=None)),
        replace(base, budget=0.01), replace(base, budget=1e12, wanting=many),
    ]  # fmt: skip


def choose(page: Page, label: str, value: str) -> None:
    """Choose, as a reader would, in the line of a label."""
    row = next(row for (row, column), cell in page.cells.items() if column == 0 and cell.value == label)
    page.cells[row, 1] = replace(page.cells[row, 1], value=value)


def test_whatever_a_reader_changes_follows(tmp_path: Path) -> None:
    pages = [replace(what_if_page(each, "en"), name=f"variant {n}") for n, each in enumerate(variants())]
    path = tmp_path / "what-if.xlsx"
    path.write_bytes(workbook(pages, "en", "what if"))
    must_come_to_the_same(path, tmp_path, 60 * len(pages))


def change(page: Page, column: int, values: dict[str, float]) -> None:
    """Enter numbers, as a reader would, in the last lines of some labels."""
    for label, value in values.items():
        row = max(row for (row, at), cell in page.cells.items() if at == 0 and cell.value == label)
        page.cells[row, column] = replace(page.cells[row, column], value=value)


def column_of(cells: dict[str, Found], letter: str, labels: list[str]) -> list[float]:
    """Read a column in the last lines of some labels."""
    rows = [max(int(at[1:]) for at, cell in cells.items() if at[0] == "A" and cell.value == label)
            for label in labels]  # fmt: skip
    return [float(cells[f"{letter}{row}"].value or 0) for row in rows]


def test_places_are_bought_once_in_any_order_that_a_reader_gives(tmp_path: Path) -> None:
    many = tuple(Wanting(f"county {n}", 7.0 * n, n / 10) for n in range(1, 6))
    cost = replace(given(question(), sizes()).capital, used=1000.0)
    inputs = replace(given(question(), sizes()), wanting=many, places=105.0, capital=cost, budget=40_000.0)
    names = [each.name for each in many]
    orders = [[1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [1, 1, 1, 1, 1], [1, 2, 1, 3, 3], [2, 2, 1, 5, 1]]
    pages = []
    for number, order in enumerate(orders):
        pages.append(replace(what_if_page(inputs, "en"), name=f"order {number}"))
        change(pages[-1], 1, dict(zip(names, order, strict=True)))
    path = tmp_path / "orders.xlsx"
    path.write_bytes(workbook(pages, "en", "orders"))
    found = recalculated(path, tmp_path)
    for number, order in enumerate(orders):
        served = sorted(zip(order, range(5), many, strict=True), key=lambda each: each[:2])
        plan = bought(40_000.0, 1000.0, [place for _, _, place in served])
        by_name = dict(zip((place.name for _, _, place in served), plan.by_place, strict=True))
        assert column_of(found[f"order {number}"], "E", names) == [by_name[name] for name in names], order


def test_shares_that_a_reader_enters_are_paid_and_taken_off_the_rest(tmp_path: Path) -> None:
    inputs = given(question(), sizes(), 1_500_000_000)
    page = what_if_page(inputs, "en")
    payers = [say(f"payer {payer}", "en") for payer in PAID_BY]
    county = payers[PAID_BY.index("county")]
    first = min(row for (row, at), cell in page.cells.items() if at == 0 and cell.value == county)
    for column, value in ((2, 0.25), (4, 0.5)):
        page.cells[first, column] = replace(page.cells[first, column], value=value)
    path = tmp_path / "shares.xlsx"
    path.write_bytes(workbook([page], "en", "shares"))
    (cells,) = recalculated(path, tmp_path).values()
    capital, running = inputs.capital.used or 0.0, inputs.running.used or 0.0
    parts = inputs.capital_parts["county"].used or 0.0, inputs.running_parts["county"].used or 0.0
    assert column_of(cells, "B", [county]) == pytest.approx([parts[0] + capital / 4])
    assert column_of(cells, "C", [county]) == pytest.approx([parts[1] + running / 2])
    for letter, whole in (("B", capital), ("C", running)):
        assert sum(column_of(cells, letter, [*payers, say("if rest", "en")])) == pytest.approx(whole)


def test_a_budget_for_one_payer_and_purpose_counts_that_payer_s_part_alone(tmp_path: Path) -> None:
    inputs = given(question(), sizes(), 1_500_000_000)
    chosen = [(payer, use) for payer in PAID_BY for use in ("capital", "running", "both")]
    pages = []
    for payer, use in chosen:
        page = replace(what_if_page(inputs, "en"), name=f"{payer} {use}")
        choose(page, say("if budget part", "en"), say(f"payer {payer}", "en"))
        choose(page, say("if budget pays", "en"), say(f"if budget {use}", "en"))
        pages.append(page)
    path = tmp_path / "choices.xlsx"
    path.write_bytes(workbook(pages, "en", "choices"))
    found = recalculated(path, tmp_path)
    for payer, use in chosen:
        once = inputs.capital_parts[payer].used or 0.0
        yearly = (inputs.running_parts[payer].used or 0.0) * (inputs.occupied if payer == "family" else 1.0)
        expected = (once if use != "running" else 0.0) + (5 * yearly if use != "capital" else 0.0)
        cells = found[f"{payer} {use}"]
        row = next(at[1:] for at, cell in cells.items() if cell.value == say("if budget each", "en"))
        assert cells[f"B{row}"].value == pytest.approx(expected, abs=1e-6)
