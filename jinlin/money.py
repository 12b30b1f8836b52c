"""Money as people write it: 5亿, 500万, 5,000万元, 500e6, ５００万."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from sim.errors import RunError

FEN = 100  # of a yuan
MOST_YUAN = 10**15
LONGEST = 60  # characters of an amount
_UNITS = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
_WRITTEN = re.compile(
    r"(?:[¥￥]|rmb|cny)?\s*"
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"(?P<power>e\+?[0-9]{1,2})?"
    r"\s*(?P<unit>百万|千万|万亿|千|万|亿)?\s*(?:元|圆|块|yuan|rmb|cny)?",
    re.IGNORECASE,
)
_TRADITIONAL = str.maketrans("萬億圓", "万亿圆")


def fen_of(option: str, written: str) -> int:
    """Read an amount of money in yuan; return whole fen.

    Args:
        option: the option that it was given with, for the message.
        written: a number with or without thousands' commas, 万 or 亿, 元; full-width digits too.

    Raises:
        RunError: it is no amount, is below nil or over a thousand million million yuan, or parts a fen.

    >>> fen_of("--budget", "500万"), fen_of("--budget", "1.5e8"), fen_of("--budget", "5,000万元")
    (500000000, 15000000000, 5000000000)
    """
    text = unicodedata.normalize("NFKC", written).translate(_TRADITIONAL).strip()
    if len(text) > LONGEST or any(unicodedata.category(each) == "No" for each in written):
        text = ""  # 5² and ① are no digits of an amount, though they would be read as 52 and 1
    given = f"{option} {written[:LONGEST]!r}"
    if text.startswith(("-", "−", "–")):
        raise RunError(f"{given} must not be below nil; give yuan, such as 500万 or 5e6")
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise RunError(f"{given} is no amount of money; give yuan, such as 5亿, 500万 or 5e6")
    yuan = Fraction(found["number"].replace(",", "") + (found["power"] or "")) * _UNITS[found["unit"] or ""]
    if yuan > MOST_YUAN:
        raise RunError(f"{given} is more than there is; give at most 1000万亿 yuan")
    if yuan * FEN % 1:
        raise RunError(f"{given} parts a fen; give at most two decimals of a yuan")
    return int(yuan * FEN)
