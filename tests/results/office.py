"""Read workbooks with the standard library alone, poison what they carry, and let LibreOffice recalculate."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LIVE = re.compile(r"(<c [^>]*>)(<f>.*?</f>)<v>.*?</v>", re.DOTALL)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how the format writes a character that XML has not
POISON = "-987654321"


@dataclass(frozen=True)
class Found:
    """What a cell holds: its value as the file carries it, and its formula."""

    value: str | float | None
    formula: str = ""


def read_book(path: Path) -> dict[str, dict[str, Found]]:
    """Read every sheet of a workbook: cells by address."""
    with zipfile.ZipFile(path) as book:
        names = set(book.namelist())
        shared = []
        if "xl/sharedStrings.xml" in names:
            strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
            texts = ("".join(t.text or "" for t in si.iter(f"{_MAIN}t")) for si in strings)
            shared = [_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) for text in texts]
        links = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): str(link.get("Target")) for link in links}
        sheets = ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        return {
            str(sheet.get("name")): _cells(book.read(f"xl/{targets[sheet.get(_LINK)]}"), shared)
            for sheet in sheets
        }


def _cells(xml: bytes, shared: list[str]) -> dict[str, Found]:
    found = {}
    for cell in ElementTree.fromstring(xml).iter(f"{_MAIN}c"):
        formula, value = cell.find(f"{_MAIN}f"), cell.find(f"{_MAIN}v")
        text = value.text if value is not None else None
        kind, held = cell.get("t", "n"), None
        if text is not None:
            held = shared[int(text)] if kind == "s" else float(text) if kind == "n" else text
        found[str(cell.get("r"))] = Found(held, (formula.text or "") if formula is not None else "")
    return found


def poisoned(path: Path, copy: Path) -> int:
    """Copy a workbook with a wrong number beside every formula; return how many."""
    count = 0
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(copy, "w") as out:
        for name in book.namelist():
            content = book.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text, changed = _LIVE.subn(_poison, content.decode("utf-8"))
                content, count = text.encode("utf-8"), count + changed
            out.writestr(name, content)
    return count


def _poison(cell: re.Match[str]) -> str:
    number = cell[1].replace(' t="str"', "")
    return f"{number}{cell[2]}<v>{POISON}</v>"


def recalculated(path: Path, folder: Path) -> dict[str, dict[str, Found]]:
    """Open a workbook in LibreOffice, headless, with a profile of its own that recalculates every file."""
    profile = folder / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_ALWAYS, encoding="utf-8")
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        pytest.skip("no LibreOffice on this machine (Debian: apt-get install libreoffice-calc)")
    out = folder / "recalculated"
    command = [office, "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}",
               "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(path)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300)
    assert (out / path.name).is_file(), f"{done.stdout}\n{done.stderr}"
    return read_book(out / path.name)


_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""


def differences(book: dict[str, dict[str, Found]], other: dict[str, dict[str, Found]]) -> list[str]:
    """List the cells whose values differ by more than 1e-9 of the greater, over all sheets."""
    wrong = []
    for sheet, cells in book.items():
        for at, cell in cells.items():
            mine, theirs = cell.value, other[sheet].get(at, Found(None)).value
            if not _same(mine, theirs):
                wrong.append(f"{sheet}!{at} {cell.formula}: {mine!r} became {theirs!r}")
    return wrong


def _same(mine: str | float | None, theirs: str | float | None) -> bool:
    if isinstance(mine, float) and isinstance(theirs, float):
        return abs(mine - theirs) <= 1e-9 * max(abs(mine), abs(theirs), 1e-3)
    return (mine or "") == (theirs or "")
