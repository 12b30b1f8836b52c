"""A workbook as a file: what it carries, and that no text in it is anything but text."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.sheets import HEAD_ROW, Cell, Check, Column, Kind, Page, Role, Table, clean
from results.workbook import check_ours, workbook
from sim.errors import RunError
from tests.results.office import Found, read_book

HOSTILE = [
    "=1+1", "=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "\x00=1+1",
    '=HYPERLINK("http://x")', "http://example.com/", "mailto:a@b", "internal:A1",
    "<r><t>rich</t></r>", "<r><f>1+1</f></r>", "{=1+1}", "12345",
    "1e5", "_x0041_", "]]>",
    "<f>1</f>", "a\ud800b", "\u202eevil", "&\"'<>", "DDE(\"cmd\";\"/C calc\";\"x\")", "#REF!",
    "长" * 33_000,
]  # fmt: skip


def written(tmp_path: Path, *sheets: Table | Page, language: str = "en") -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(sheets, language, "a title"))
    return path


def table_of(texts: list[str]) -> Table:
    return Table("texts", "texts", (Column("text", "text"),), [{"text": each} for each in texts])


def texts_of(path: Path, count: int) -> list[Found]:
    cells = next(iter(read_book(path).values()))
    return [cells[f"A{HEAD_ROW + 2 + row}"] for row in range(count)]


def test_nothing_that_looks_like_a_formula_is_one(tmp_path: Path) -> None:
    path = written(tmp_path, table_of(HOSTILE))
    for text, cell in zip(HOSTILE, texts_of(path, len(HOSTILE)), strict=True):
        assert cell.formula == "" and isinstance(cell.value, str)
        assert cell.value.strip() == clean(text).strip(), "nothing is lost but what steers"
    parts = zipfile.ZipFile(path).namelist()
    assert not [name for name in parts if "externalLink" in name or "vba" in name.lower()]
    assert "hyperlink" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_any_text_comes_back_as_text(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = written(tmp_path_factory.mktemp("books"), table_of(texts))
    for text, cell in zip(texts, texts_of(path, len(texts)), strict=True):
        assert cell.formula == "" and str(cell.value or "").strip() == clean(text).strip()


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "＝1+1", "＋1+1", "－2+3", "＠SUM(A1)"])
def test_text_stays_text_when_somebody_edits_the_cell(text: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path, table_of([text, "plain"]))) as book:
        styles = ElementTree.fromstring(book.read("xl/styles.xml"))
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    looks = list(styles.find(f"{space}cellXfs") or [])
    style = {cell.get("r"): looks[int(cell.get("s", 0))] for cell in sheet.iter(f"{space}c")}
    first = HEAD_ROW + 2
    assert style[f"A{first}"].get("quotePrefix") == "1" and style[f"A{first + 1}"].get("quotePrefix") is None


def test_hostile_names_of_sheets_titles_and_notes_make_a_sound_file(tmp_path: Path) -> None:
    sheets = [
        Table(
            name,
            name,
            (Column("a", name, name, note=name),),
            [{"a": 1}],
            says=name,
            notes=(name,),
            total=name,
        )
        for name in HOSTILE
    ]
    path = written(tmp_path, *sheets)
    assert len(read_book(path)) == len(HOSTILE)
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(book.read(name))


def test_a_formula_is_written_with_its_value(tmp_path: Path) -> None:
    columns = (
        Column("a", "a", kind=Kind.COUNT, total=True),
        Column("b", "b", kind=Kind.SHARE, formula="{a}/8"),
    )
    path = written(tmp_path, Table("t", "t", columns, [{"a": 2, "b": 0.25}], total="all"))
    cells = read_book(path)["t"]
    row = HEAD_ROW + 2
    assert cells[f"B{row}"] == Found(0.25, f"A{row}/8") and cells[f"A{row + 1}"].value == 2.0


def test_only_inputs_can_be_changed_on_a_protected_sheet_and_there_is_no_password(tmp_path: Path) -> None:
    page = Page("what if", protected=True)
    page.put(0, 0, Cell("label", Role.LABEL))
    page.put(0, 1, Cell(3.0, Role.INPUT, Kind.COUNT, check=Check(0, 10, wrong="0 to 10")))
    with zipfile.ZipFile(written(tmp_path, page)) as book:
        sheet, styles = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "styles"))
    assert "<sheetProtection" in sheet and "password" not in sheet
    assert styles.count('locked="0"') == 1 and 'type="decimal"' in sheet


def test_a_head_stays_in_sight_is_filtered_and_printed_on_every_page(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path, table_of(["a"]))) as book:
        sheet, names = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "workbook"))
    assert f'ySplit="{HEAD_ROW + 1}"' in sheet and "<autoFilter" in sheet and 'fitToHeight="0"' in sheet
    assert "Print_Titles" in names


def test_a_file_that_is_no_workbook_of_ours_is_not_written_over(tmp_path: Path) -> None:
    ours, theirs, text = (tmp_path / name for name in ("a.xlsx", "b.xlsx", "plan.toml"))
    ours.write_bytes(workbook([table_of(["a"])], "zh", "t"))
    check_ours(ours)
    check_ours(tmp_path / "new.XLSX")
    theirs.write_bytes(b"their figures")
    for path, says in ((theirs, "is no workbook of Jinlin"), (text, "ends in .xlsx")):
        with pytest.raises(RunError, match=says):
            check_ours(path)
