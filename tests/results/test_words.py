"""Words and numbers: both languages say the same, every place name can be drawn, every word is used."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.ft2font import FT2Font

from results import figures
from results.borders import polygons
from results.estimates import Estimate, Interval
from results.notation import count, interval, money, plain, setting, share, unit, with_interval
from results.words import FILE, say
from sim.places import load_atlas

RESULTS = Path(figures.__file__).parent
TABLE = tomllib.loads(FILE.read_text(encoding="utf-8"))


def parts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", ["words", "formulas"])
def test_both_languages_are_filled_with_the_same_parts(kind: str):
    for key, words in TABLE[kind].items():
        assert words["zh"].strip() and words["en"].strip(), key
        assert parts(words["zh"]) == parts(words["en"]), key


def test_every_word_is_used():
    code = "".join(
        path.read_text(encoding="utf-8") for path in RESULTS.rglob("*") if path.suffix in (".py", ".j2")
    )
    stems = {"step_", "loss_", "quality_", "interval_", "part_", "out_", "dim_", "age_band_", "function_",
             "income_fifth_", "area_", "metric_"}  # fmt: skip
    unused = [
        key
        for key in TABLE["words"]
        if not re.search(f"""["']{key}["']""", code) and not any(key.startswith(stem) for stem in stems)
    ]
    assert not unused


def test_every_place_name_and_every_word_can_be_drawn_with_the_font():
    known = set(FT2Font(figures.FONT_FILE).get_charmap())
    atlas = load_atlas()
    levels = (atlas.cities, atlas.counties, atlas.townships, atlas.communities)
    text = "".join(str(name) for level in levels for name in level.name)
    text += "".join(words[language] for words in TABLE["words"].values() for language in ("zh", "en"))
    assert not {character for character in text if ord(character) not in known}


def test_the_two_font_files_hold_the_same_characters_in_size():
    for name in ("NotoSansSC-subset.ttf", "NotoSansSC-subset.woff2", "OFL.txt"):
        assert (RESULTS / "font" / name).stat().st_size > 1000


def test_the_map_has_every_county_of_the_registry():
    assert set(polygons()) == {int(code) for code in load_atlas().counties.code}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (count(123_456, "zh"), "12.3万"), (count(123_456, "en"), "123,456"), (count(-286, "zh"), "−286"),
        (count(41_540_086, "zh"), "4154万"), (count(2.5e8, "zh"), "2.50亿"), (count(0, "en"), "0"),
        (share(0.345, "zh"), "34%"), (share(0.0345, "en"), "3.5%"), (share(1.0, "en"), "100%"),
        (share(0.999, "en"), "99.9%"), (share(0.0001, "en"), "<0.1%"), (share(-0.00001, "en"), "<0.1%"),
        (money(27_320_000, "zh"), "2732"), (money(27_320_000, "en"), "27,320"),
        (plain(172.8, "en"), "173"), (plain(float("nan"), "en"), "—"), (plain(-0.5, "en"), "−0.5"),
        (setting(0.16, "share of families", "zh"), "16%"), (unit("share of families", "zh"), ""),
        (unit("yuan a month", "zh"), "元/月"), (unit("parsec", "zh"), "parsec"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_readers_expect(written: str, text: str):
    assert written == text


def test_an_interval_with_a_minus_is_written_with_a_word():
    number = Estimate(-0.01, -0.14, 0.18, Interval.T95, 4)
    assert interval(number, "en", share) == "−14% to 18%"
    assert with_interval(number, "zh", share) == "−1.0%（−14% 至 18%）"


def test_a_number_without_an_interval_says_why():
    assert with_interval(Estimate(3, 3, 3, Interval.EXACT, 5), "en", plain) == "3 (exact)"
    assert "no interval" in with_interval(Estimate(3, 3, 3, Interval.NOT_ESTIMATED, 1), "en", plain)
    assert with_interval(Estimate(np.nan, np.nan, np.nan, Interval.NOT_ESTIMATED, 0), "zh", plain) == "未估计"


@given(st.floats(-1e12, 1e12, allow_nan=False), st.sampled_from(["zh", "en"]))
def test_a_written_number_stays_close_to_itself(value: float, language: str):
    text = count(value, language)
    scale = {"万": 1e4, "亿": 1e8}.get(text[-1], 1.0)
    read = float(re.sub("[万亿,]", "", text).replace("−", "-")) * scale
    assert read == pytest.approx(value, rel=0.01, abs=0.6)


def test_a_missing_word_is_an_error():
    with pytest.raises(KeyError):
        say("no such word", "en")
