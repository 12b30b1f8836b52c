"""'jinlin follow' as a researcher meets it on the terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jinlin.cli import app
from jinlin.words import WORDS, say
from scenarios.load import load_scenario
from scenarios.pairs import county_of_key, read_key
from sim.errors import RunError
from tests.results.office import read_book

SHORT = ("follow", "plan-2025", "staff-short")
MINGXI = ("--place", "明溪县")
KEY = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")


def call(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (SHORT, "give --place"),
        ((*SHORT, *MINGXI, "--who", "rich"), "waits-in-A"),
        ((*SHORT, "--resident", "a lady"), "16 hexadecimal digits"),
        ((*SHORT, "--resident", "1" * 17), "16 hexadecimal digits"),
        ((*SHORT, "--resident", "8000000000000001"), "give --place"),
        ((*SHORT, *MINGXI, "--resident", "1", "--who", "gains"), "one of them"),
        ((*SHORT, *MINGXI, "--service", "community-errand"), "nobody waits for it"),
        ((*SHORT, "--place", "没有县"), "没有县"),
        (("follow", "plan-2025", *MINGXI), "--service"),
        (("follow", "plan-2025", "no-such", *MINGXI), "no-such"),
    ],
)
def test_wrong_input_is_one_line_that_says_what_to_give(words: tuple[str, ...], says: str) -> None:
    code, output, errors = call(*words)
    assert (code, output) == (2, "") and len(errors.splitlines()) == 1 and says in errors


def test_scenarios_of_other_lives_are_refused_with_what_differs(tmp_path: Path) -> None:
    older = tmp_path / "older.toml"
    older.write_text(
        'extends = "plan-2025"\ntitle = "a case"\n[set."founding.rural_elder_ratio"]\nvalue = 1.6\n'
        'source = "a test"\nquality = "assumed"\nreason = "a test"\n',
        encoding="utf-8",
    )
    code, _, errors = call("follow", "plan-2025", str(older), *MINGXI)
    assert code == 2 and len(errors.splitlines()) == 1
    assert "founding.rural_elder_ratio" in errors and "lives" in errors


def test_a_key_is_read_however_it_is_pasted_and_tells_the_county() -> None:
    assert read_key(" 0x000558D5 00000007 ") == (350421 << 32) + 7
    with pytest.raises(RunError):
        read_key("")
    newcomer, born = 1 << 62 | 350421 << 40 | 61 << 28 | 9, 1 << 63 | 350421 << 32
    assert [county_of_key(key) for key in (newcomer, born, 5)] == [350421, None, None]


def test_every_sentence_has_the_same_gaps_in_both_languages() -> None:
    gaps = {key: [set(re.findall(r"{(\w+)", text)) for text in pair] for key, pair in WORDS.items()}
    assert not [key for key, (english, chinese) in gaps.items() if english != chinese]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    return "--ledgers", str(tmp_path_factory.mktemp("ledgers"))


@pytest.mark.slow
def test_a_county_is_summed_up_listed_and_told_in_both_languages(kept: tuple[str, ...]) -> None:
    code, summary, _ = call(*SHORT, *MINGXI, *kept, "--lang", "en", "--limit", "5")
    assert code == 0 and "nobody here is a real person" in summary and "more (--limit)" in summary
    code, listed, _ = call(*SHORT, *MINGXI, *kept, "--lang", "en", "--who", "loses", "--limit", "1")
    key = KEY.findall(listed)[0]
    code, told, _ = call(*SHORT, *kept, "--lang", "en", "--resident", key)
    assert code == 0 and told.count("synthetic") == 1
    assert "明溪县" in told and "differs since" in told and f"{key}  A: " in told
    code, chinese, _ = call(*SHORT, *kept, "--lang", "zh", "--resident", key.upper())
    assert code == 0 and sorted(KEY.findall(chinese)) == sorted(KEY.findall(told)) and "起不同" in chinese


@pytest.mark.slow
def test_the_workbook_of_a_resident_holds_her_chain_and_what_both_scenarios_rest_on(
    kept: tuple[str, ...], tmp_path: Path
) -> None:
    bed = ("--service", "ordinary-bed", *kept, "--lang", "en")
    key = KEY.findall(call(*SHORT, *MINGXI, *bed, "--who", "loses", "--limit", "1")[1])[0]
    book = tmp_path / "one.xlsx"
    code, _, errors = call(*SHORT, *bed, "--resident", key, "--xlsx", str(book))
    assert code == 0, errors
    cells, members = read_book(book), set()
    for cell in cells[say("sheet follow members", "en")].values():
        members |= set(KEY.findall(str(cell.value)))
    summary = call(*SHORT, *MINGXI, *bed, "--limit", "100000")[1]
    trees = re.split(r"\n(?=\d{4}-\d\d-\d\d  [0-9a-f]{16})", summary)
    (mine,) = (set(KEY.findall(tree)) for tree in trees[1:] if key in tree)
    assert members == mine
    rested_on = {cell.value for cell in cells[say("sheet sources", "en")].values()}
    assert set(load_scenario("staff-short").dated) <= rested_on


@pytest.mark.slow
def test_one_bed_more_moves_a_handful_and_the_same_each_time(kept: tuple[str, ...]) -> None:
    words = ("follow", "plan-2025", "--service", "ordinary-bed", *MINGXI, *kept, "--lang", "en")
    code, output, _ = call(*words)
    assert code == 0 and "one place more" in output and call(*words)[1] == output
    moved = {line.split()[1 if "└" not in line else 2] for line in output.splitlines() if "B: " in line[20:]}
    assert 0 < len(moved) < 50


@pytest.mark.slow
def test_who_is_followed_need_not_differ_but_must_exist(kept: tuple[str, ...]) -> None:
    same = ("follow", "plan-2025", "plan-2025", *MINGXI, *kept, "--lang", "en")
    code, output, _ = call(*same)
    assert code == 0 and "nobody's record differs" in output
    key = KEY.findall(call(*SHORT, *MINGXI, *kept, "--who", "changed", "--limit", "1")[1])[0]
    assert "no chain comes here" in call(*same, "--resident", key)[1]
    code, _, errors = call(*same, "--resident", "000558d5ffffffff")
    assert code == 2 and "nobody of that key" in errors


@pytest.mark.slow
def test_a_child_born_in_the_run_is_told_with_the_place_given(kept: tuple[str, ...]) -> None:
    plan = ("follow", "baseline-2020", "plan-2025", *MINGXI, *kept, "--lang", "en")
    listed = call(*plan, "--service", "childcare-full", "--who", "gains")[1]
    born = next(key for key in KEY.findall(listed) if key[0] in "89abcdef")
    code, told, _ = call(*plan, "--resident", born)
    assert code == 0 and re.search(rf"{born}: (boy|girl), born 202\d-\d\d, 明溪县", told)
    assert "A: does not ask" in told and "childcare centre" in told
