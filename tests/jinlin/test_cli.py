"""The command line: one clear line for what is wrong, in the reader's language, and nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from jinlin import __version__
from jinlin.cli import app, in_language
from jinlin.progress import Counter, Progress
from jinlin.words import LANGUAGES, WORDS, plain, say, terminal_language
from scenarios.load import load_scenario, scenario_names

HOUSE = Path(__file__).parents[2]
MALFORMED = sorted((HOUSE / "tests" / "scenarios" / "malformed").glob("*.toml"))
COMMANDS = (
    "run", "report", "compare", "explain", "new", "check", "diff", "parameters", "schema", "evidence",
    "hindcast", "population", "forecast", "pledge", "confront",
)  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with an English terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")
    return tmp_path


def call(*words: str) -> tuple[int, str, str]:
    """Call a command; return exit code, output and errors."""
    done = CliRunner().invoke(app, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def shell(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call the program as a user does."""
    own = {"PYTHONPATH": str(HOUSE), "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "jinlin", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        env={**os.environ, **own, **environment},
    )


# ---- what is wrong is said in one line


@pytest.mark.parametrize("path", MALFORMED, ids=lambda path: path.stem)
@pytest.mark.parametrize("command", ["check", "run", "diff", "new"])
def test_a_malformed_file_gets_one_line_and_nothing_is_written(here: Path, path: Path, command: str) -> None:
    words = {"diff": ["plan-2025", str(path)], "new": ["mine", "--from", str(path)]}.get(command, [str(path)])
    code, output, errors = call(command, *words)
    assert (code, output) == (2, "")
    assert errors.startswith("jinlin: ") and errors.endswith("\n") and errors[:-1].isprintable()
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("name", ["empty", "gbk", "cycle-of-two-a", "value-nan", "steering-the-terminal"])
def test_the_program_itself_shows_no_traceback(here: Path, name: str) -> None:
    path = next(path for path in MALFORMED if path.stem == name)
    done = shell("run", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "plan-2025", "--replications", "0"],
        ["run", "plan-2025", "--replications", "many"],
        ["run", "plan-2025", "--workers", "-1"],
        ["run", "plan-2025", "--seed", "-1"],
        ["run", "plan-2025", "--lang", "fr"],
        ["run", "plan-2025", "--no-such-option"],
        ["run", "plan-2025", "--place", "350302001"],
        ["run", "plan-2025", "--place", "火星"],
        ["run", "plan-2026"],
        ["report", "no-such-run"],
        ["compare", "no-such-run", "neither"],
        ["explain", "no-such-run", "met"],
        ["check"],
        ["diff", "plan-2025"],
        ["new", "../mine"],
        ["no-such-command"],
    ],
    ids=" ".join,
)
def test_bad_input_ends_with_code_2_and_no_traceback(here: Path, words: list[str]) -> None:
    code, output, errors = call(*words)
    assert (code, output) == (2, "")
    assert len(errors.splitlines()) == 1 and errors.startswith("jinlin: ")
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run"], "缺少 SCENARIO："),
        (["size", "plan-2025"], "缺少 --service："),
        (["run", "plan-2025", "--replications", "0"], "--replications 的值不可用（"),
        (["run", "plan-2025", "--plase", "明溪县"], "没有选项 --plase（是否指 --place？）"),
        (["run", "plan-2025", "--place"], "--place 后须给出一个值"),
        (["check", "a", "b"], "多余的内容：b"),
        (["runn"], "没有命令 runn（是否指 run？）"),
        (["sweep", "plann"], "没有命令 plann（是否指 plan？）"),
    ],
)
def test_a_wrong_command_line_is_said_in_the_reader_s_language(
    here: Path, words: list[str], says: str
) -> None:
    code, output, errors = call("--lang", "zh", *words)
    assert (code, output) == (2, "") and len(errors.splitlines()) == 1
    assert says in errors and "--help”" in errors


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_one_line_for_help_too(here: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "jinlin", "--help"], stdout=full, stderr=subprocess.PIPE, text=True,
            timeout=120, env={**os.environ, "PYTHONPATH": str(HOUSE)},
        )  # fmt: skip
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1


def test_text_of_a_file_cannot_steer_the_terminal(here: Path) -> None:
    text = 'title = "\\u001b[31mred\\u001b[0m\\u202e\\nsecond"\nextends = "plan-2025"\n'
    (here / "mine.toml").write_text(text, encoding="utf-8")
    code, output, _ = call("check", "mine.toml")
    assert code == 0 and "[31mred[0m second" in output
    assert all(letter == "\n" or letter.isprintable() for letter in output)


# ---- commands


@pytest.mark.parametrize("name", scenario_names())
def test_check_shows_every_dated_value_standard_and_target(here: Path, name: str) -> None:
    code, output, errors = call("check", name)
    scenario = load_scenario(name)
    assert (code, errors) == (0, "")
    shown = (
        *scenario.dated,
        *(each.id for each in scenario.services),
        *(each.id for each in scenario.targets),
    )
    assert all(key in output for key in shown)
    assert all(value.written() in output for value in scenario.dated.values())


def test_new_then_check_then_diff(here: Path) -> None:
    assert call("new", "mine", "--from", "plan-2025-late")[0] == 0
    assert [path.name for path in here.iterdir()] == ["mine.toml"]
    assert call("check", "mine.toml")[0] == 0
    assert call("diff", "plan-2025-late", "mine.toml")[1] == "no difference\n"
    assert "14 → 18" in call("diff", "baseline-2020", "mine.toml")[1]
    code, _, errors = call("check", "mine")  # the name of a file, without its ending
    assert code == 2 and "did you mean mine.toml?" in errors


def test_parameters_prints_each_setting_with_its_source(here: Path) -> None:
    code, output, _ = call("parameters", "elder-bed.wish")
    wish = load_scenario("baseline-2020").settings.quantities["elder-bed.wish"]
    assert code == 0
    assert wish.name in output and wish.source in output and f"{wish.low:g} to {wish.high:g}" in output
    assert call("parameters", "no such word")[1] == "nothing holds the word no such word\n"


def test_schema_is_json_and_evidence_is_found(here: Path) -> None:
    import json

    assert json.loads(call("schema")[1])["required"] == ["title"]
    code, output, _ = call("evidence", "14403")
    assert code == 0 and "nothing" in output
    assert "childcare.csv" in call("evidence", "托位")[1]


def test_the_version_is_that_of_the_project(here: Path) -> None:
    declared = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in declared["project"]["dynamic"], "said once, in the package"
    assert declared["tool"]["hatch"]["version"]["path"] == "jinlin/__init__.py"
    assert call("--version") == (0, f"jinlin {__version__}\n", "")


# ---- help and language


def test_help_lists_every_command(here: Path) -> None:
    output = shell("--help").stdout
    assert all(f"\n  {command} " in output for command in COMMANDS)
    assert "..." not in output.split("Commands:")[1], "no summary is cut short"


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_and_option_has_its_words_in_chinese(here: Path, command: str) -> None:
    words = [command, "--help"] if command else ["--help"]
    chinese = shell("--lang", "zh", *words).stdout
    english = shell(*words).stdout
    known = {zh for _, zh in WORDS.values()}
    helped = [line for line in chinese.splitlines() if line.startswith("  --") and "--help" not in line]
    assert english != chinese
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in line) for line in helped), helped
    assert any(zh[:10] in chinese for zh in known)
    assert not any(word in chinese for word in ("Usage:", "Options:", "Show this message", "[default:"))


def test_the_terminal_speaks_chinese_where_asked_or_where_the_locale_is(here: Path) -> None:
    same = ("diff", "plan-2025", "plan-2025")
    assert shell(*same).stdout == "no difference\n"
    assert shell(*same, LC_ALL="zh_CN.UTF-8").stdout == "没有差异\n"
    assert shell(*same, "--lang", "zh").stdout == "没有差异\n"
    assert shell("--lang", "zh", *same).stdout == "没有差异\n"
    assert shell(*same, "--lang", "en", LC_ALL="zh_CN.UTF-8").stdout == "no difference\n"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_GB.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
    ],
)
def test_the_locale_is_read_as_posix_reads_it(environment: dict[str, str], language: str) -> None:
    assert terminal_language(None, environment) == language


def test_both_languages_say_the_same_values() -> None:
    import string

    for key, texts in WORDS.items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts]
        assert all(texts) and fields[0] == fields[1], key


def test_every_option_that_has_words_gets_them() -> None:
    command = in_language(typer.main.get_command(app), "zh")
    for name, inner in command.commands.items():
        for each in inner.params:
            if each.name != "help":
                assert any("\u4e00" <= letter <= "\u9fff" for letter in each.help), (name, each.name)
    in_language(command, "en")


# ---- progress


@dataclass(frozen=True)
class Event:
    """What the runner tells."""

    market: str
    replication: int
    months: int
    done: bool = False


class Terminal(StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("language", LANGUAGES)
def test_progress_is_one_plain_line_a_market_where_there_is_no_terminal(language: str) -> None:
    stream = StringIO()
    progress = Progress(2, 62, language, stream, clock=lambda: 0.0)
    for event in (Event("莆田区", 0, 6), Event("莆田区", 0, 62, True), Event("仙游县", 0, 62, True)):
        progress(event)
    progress.close()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2 and "\r" not in stream.getvalue()
    assert "1/2" in lines[0] and "莆田区" in lines[0] and "2/2" in lines[1]


def test_progress_foresees_the_end_at_the_speed_so_far() -> None:
    now = [0.0]
    progress = Progress(2, 62, "en", StringIO(), clock=lambda: now[0])
    assert progress.left_seconds() == 0
    now[0] = 10.0
    progress(Event("a", 0, 31))  # half of a life, which is a fifth of its job, which is one of two
    assert progress.left_seconds() == pytest.approx(190.0)
    progress(Event("a", 0, 62))  # all of life: its queues are still to come
    assert progress.left_seconds() == pytest.approx(90.0)
    progress(Event("a", 0, 62, True))
    assert progress.left_seconds() == pytest.approx(10.0)
    progress(Event("b", 0, 62, True))
    assert progress.left_seconds() == 0


def test_progress_renews_one_line_on_a_terminal_and_leaves_it_clean() -> None:
    stream = Terminal()
    progress = Progress(1, 62, "en", stream, clock=iter(range(100)).__next__)
    for months in (6, 12, 18):
        progress(Event("莆田区", 0, months))
    progress.close()
    assert "\n" not in stream.getvalue() and stream.getvalue().count("2021-10") == 1
    assert stream.getvalue().endswith(" \r")


@pytest.mark.parametrize(("language", "says"), [("en", "compiled 2 of 5 parts"), ("zh", "已编译 2/5 部分")])
def test_a_count_of_parts_stands_on_one_line_of_a_terminal_and_nowhere_else(language: str, says: str) -> None:
    for stream in (Terminal(), StringIO()):
        counter = Counter("compiled", language, stream)
        counter(1, 5)
        counter(2, 5)
        shown = stream.getvalue().split("\r")[-1].rstrip()
        counter.close()
        if stream.isatty():
            assert shown == says and "\n" not in stream.getvalue() and stream.getvalue().endswith(" \r")
        else:
            assert stream.getvalue() == ""


def test_plain_text_keeps_words_and_drops_what_steers() -> None:
    assert plain("床 bed\tslot\r\n\x07\x9b2J\u2066") == "床 bed slot  2J"
    assert say("days", "zh", share=0.95, days=30) == "30 天内满足 0.95"
