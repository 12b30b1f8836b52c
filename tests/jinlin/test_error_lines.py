"""What is refused is refused in the reader's language: no sentence is forgotten, none hides another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jinlin.cli import app
from jinlin.error_lines import SENTENCES, error_line
from scenarios.load import load_scenario
from sim.errors import PlaceError, ScenarioError
from sim.places import load_atlas

HOUSE = Path(__file__).parents[2]
MALFORMED = sorted((HOUSE / "tests" / "scenarios" / "malformed").glob("*.toml"))
ROOMS = ("sim/places.py", "sim/openings.py", "scenarios", "results", "jinlin")
OF_AUTHORS = {  # who writes definitions of services, of kinds of staff or of the plan writes them in English
    "definitions.py", "facility_kinds.py", "service_reader.py", "vocabulary.py", "__init__.py",
}  # fmt: skip
OF_THE_HOUSE = {"schedule.py", "runner.py:columns of a result table differ in length", "typed_tables.py"}
RAISING = re.compile(
    r"((?!Index|Value|Lookup)\w*Error|_?fault|Fault|text|number|_otherwise|_unusable|damaged)$"
)
TOLD = re.compile(r"(remedy|allowed|reason)$")
CHINESE = re.compile("[\u4e00-\u9fff]")
SAMPLE = "7"


def texts(node: ast.expr) -> Iterator[str]:
    """Yield what an expression may say, a sample in the place of what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else SAMPLE for part in parts)
        case ast.BinOp(left=left, op=ast.Add()):
            yield from (f"{text}{SAMPLE}" for text in texts(left))
        case ast.IfExp(body=one, orelse=other):
            yield from [*texts(one), *texts(other)]


def said_in(path: Path) -> Iterator[str]:
    """Yield the sentences with which a module refuses something, also those that it puts aside for it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if RAISING.match(name):
                args = node.args if name.endswith("Error") else node.args[-2:]
                said = [*args, *(each.value for each in node.keywords)]
                yield from (text for each in said for text in texts(each))
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if TOLD.match(name):
                yield from texts(value)


def modules() -> list[Path]:
    found = [HOUSE / room for room in ROOMS]
    files = [file for room in found for file in ([room] if room.suffix else sorted(room.rglob("*.py")))]
    return [file for file in files if file.name not in OF_AUTHORS | OF_THE_HOUSE]


def is_a_sentence(text: str) -> bool:
    """Tell words from what is written as code: a key, a path, a name."""
    return len(re.findall(r"[a-z]{2,}", text)) > 1 and " " in text.strip() and not text.startswith("{")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_every_sentence_that_refuses_has_its_chinese(path: Path) -> None:
    english = [
        text
        for text in (each.removeprefix("; ") for each in said_in(path))
        if is_a_sentence(text) and f"{path.name}:{text}" not in OF_THE_HOUSE
        and not CHINESE.search(error_line(text, "zh").replace("福建省", "").replace("金门县", ""))
    ]  # fmt: skip
    assert not english


@pytest.mark.parametrize(("english", "chinese"), SENTENCES)
def test_no_sentence_hides_another_and_nothing_that_is_filled_in_is_lost(english: str, chinese: str) -> None:
    count = len(re.findall(r"\{n?\}", english))
    filled = [f"{number}01" for number in range(1, count + 1)]
    parts = iter(filled)
    text = re.sub(r"\{n?\}", lambda _: next(parts), english)
    assert error_line(text, "zh") == chinese.format(*filled)
    assert all(part in chinese.format(*filled) for part in filled)


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("福周市", "地点'福周市'：不是福建省或其市、县（区）；是否指福"),
        ("玉田镇", "县（区）以下的人口为合成数据，不给出结果；请改用所在县（区）：福州市长乐区"),
        ("金门县", "地点'金门县'：金门县（350527）无人口数据，请去掉"),
        ("999999", "请给出福建省的市或县（区），如莆田市或350302"),
    ],
)
def test_a_place_is_refused_in_chinese(place: str, says: str) -> None:
    with pytest.raises(PlaceError) as refused:
        load_atlas().select([place])
    assert says in error_line(str(refused.value), "zh")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('title = "a"\nextend = "plan-2025"\n', "名称之一："),
        ('title = "a"\nextends = "plan-2052"\n', "plan-2052'，应为下列之一：baseline-2020"),
        ('title = "a"\n[staff.community-worker]\nunit = "share"\n', "另有"),
        ('title = "a\n', "应为TOML"),
        ("", "（文件是空的：请用 jinlin new 名称 新建）"),
    ],
)
def test_a_fault_of_a_file_is_told_in_chinese(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        load_scenario(tmp_path / "mine.toml")
    line = error_line(str(refused.value), "zh")
    assert says in line and line.startswith("mine.toml：") and " must be " not in line


def refused(*words: str) -> str:
    """Call a command that is refused; return what it says."""
    done = CliRunner().invoke(app, list(words))
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr


def test_what_is_wrong_with_a_file_is_said_in_chinese_where_asked() -> None:
    told = [refused("check", str(path), "--lang", "zh") for path in MALFORMED]
    assert all("，应为" in line and " must be " not in line for line in told)
    remedies = [line.rpartition("（")[2] for line in told if "应为TOML" not in line]  # tomllib speaks English
    assert remedies and all(CHINESE.search(remedy) for remedy in remedies)


def test_a_refusal_is_in_the_language_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert refused("report", "no-such-run").startswith("jinlin: no-such-run: not a run folder")
    assert refused("report", "no-such-run", "--lang", "zh").startswith("jinlin: no-such-run：不是结果文件夹")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert refused("explain", "no-such-run", "met").startswith("jinlin: no-such-run：不是结果文件夹")
    assert refused("--lang", "en", "report", "no-such-run").startswith("jinlin: no-such-run: not a run")
