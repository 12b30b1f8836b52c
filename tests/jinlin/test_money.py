"""Money as people write it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlin.money import MOST_YUAN, fen_of
from sim.errors import RunError

UNITS = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


def fen(text: str) -> int:
    return fen_of("--budget", text)


@given(st.integers(0, 10**15))
def test_fen_written_as_yuan_come_back(amount: int) -> None:
    text = f"{amount // 100}.{amount % 100:02}"
    grouped = f"{amount // 100:,}.{amount % 100:02}"
    for written in (text, grouped, f"{text}元", f"¥{grouped}", f" {text} yuan ", text.translate(FULL_WIDTH)):
        assert fen(written) == amount


@given(st.integers(0, 999), st.sampled_from(sorted(UNITS)), st.sampled_from(["", "元", " 元"]))
def test_a_unit_multiplies(number: int, unit: str, tail: str) -> None:
    assert fen(f"{number}{unit}{tail}") == 100 * number * UNITS[unit]


@given(st.integers(1, 999), st.integers(0, 10))
def test_powers_of_ten_are_exact(number: int, power: int) -> None:
    assert fen(f"{number}e{power}") == 100 * number * 10**power == fen(f"{number}E+{power}")


@given(st.decimals(0, 10**6, places=4))
def test_a_hundred_million_is_ten_thousand_times_ten_thousand(amount: object) -> None:
    assert fen(f"{amount}亿") == 10_000 * fen(f"{amount}万")


@given(st.text(max_size=20))
def test_whatever_is_written_is_an_amount_or_one_line(text: str) -> None:
    try:
        assert 0 <= fen(text) <= 100 * MOST_YUAN
    except RunError as wrong:
        assert str(wrong).startswith("--budget") and len(str(wrong).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no amount"), ("万", "no amount"), ("五百万", "no amount"), ("nan", "no amount"),
        ("inf", "no amount"), ("1,00", "no amount"), ("5万5", "no amount"), ("5 dollars", "no amount"),
        ("0x10", "no amount"), ("1_000", "no amount"), ("-5万", "below nil"), ("−5", "below nil"),
        ("5²万", "no amount"), ("①亿", "no amount"), ("9" * 5000, "no amount"),
        ("0.001", "parts a fen"), ("0." + "0" * 40 + "1", "parts a fen"), ("1e99", "more than there is"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_its_reason(text: str, says: str) -> None:
    with pytest.raises(RunError, match=re.escape(says)):
        fen(text)


def test_however_long_it_is_it_is_refused_in_a_short_line() -> None:
    with pytest.raises(RunError) as caught:
        fen("5" * 100_000)
    assert len(str(caught.value)) < 200


def test_the_ways_of_the_issue_are_read() -> None:
    assert [fen(text) for text in ("5亿", "500万", "500e6", "５，０００万元", "1.5e8")] == [
        50_000_000_000, 500_000_000, 50_000_000_000, 5_000_000_000, 15_000_000_000,
    ]  # fmt: skip
