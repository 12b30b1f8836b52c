"""How numbers are written: in Chinese with 万 and 亿, in English with thousands; an interval beside each.

Every function takes a language, "zh" or "en", and returns text without HTML.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from results.estimates import Estimate, Interval
from results.words import say, unit_in_chinese

WAN, YI = 1e4, 1e8
Writer = Callable[[float, str], str]


def plain(value: float, language: str) -> str:
    """Write a number with three significant digits, none lost before the point.

    >>> plain(12345.6, "en"), plain(0.0345, "en"), plain(172.8, "zh"), plain(50000, "zh")
    ('12,346', '0.0345', '173', '5万')
    """
    if not math.isfinite(value):
        return "—"
    if value == 0:
        return "0"
    if language == "zh" and abs(value) >= WAN:
        return _short(count(value, language))
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{min(digits, 6)}f}" if language == "zh" else f"{value:,.{min(digits, 6)}f}"
    return minus(text.rstrip("0").rstrip(".") if "." in text else text)


def count(value: float, language: str) -> str:
    """Write a number of persons, places or days, a mean below ten with one decimal.

    >>> count(123456, "zh"), count(123456, "en"), count(0.4, "en"), count(6.36, "zh")
    ('12.3万', '123,456', '0.4', '6.4')
    """
    if language == "zh" and abs(value) >= YI:
        return minus(f"{_three(value / YI)}亿")
    if language == "zh" and abs(value) >= WAN:
        return minus(f"{_three(value / WAN)}万")
    if abs(value) < 0.05:
        return plain(value, language)
    if abs(value) < 9.95 and value != round(value):
        return minus(f"{value:.1f}".removesuffix(".0"))
    return minus(f"{value:.0f}" if language == "zh" else f"{value:,.0f}")


def share(value: float, language: str) -> str:
    """Write a share as per cent, with a decimal below ten.

    >>> share(0.345, "zh"), share(0.0345, "en"), share(0.0, "en")
    ('34%', '3.5%', '0%')
    """
    percent = 100 * value
    if 0 < abs(percent) < 0.05:
        return "<0.1%"
    digits = 1 if 0 < abs(percent) < 9.95 or 90.05 < abs(percent) < 100 else 0
    return minus(f"{percent:.{digits}f}%")


def hundredths(value: float, language: str) -> str:
    """Write a share of a variance in whole per cent: a few pairs of twins tell no more.

    >>> hundredths(0.002, "en"), hundredths(0.25, "zh"), hundredths(0.999, "en"), hundredths(1.0, "en")
    ('<1%', '25%', '>99%', '100%')
    """
    if 0 < value < 0.01:
        return "<1%"
    return ">99%" if 0.99 < value < 1 else f"{100 * value:.0f}%"


def days(value: float, language: str) -> str:
    """Write days, with a decimal below ten.

    >>> days(0.0275, "en"), days(2.94, "zh"), days(0.0, "en"), days(142.3, "en")
    ('<0.1', '2.9', '0', '142')
    """
    if 0 < value < 0.05:
        return "<0.1"
    text = f"{value:.{1 if value < 9.95 else 0}f}"
    return text.removesuffix(".0")


def money(value: float, language: str) -> str:
    """Write yuan in units of ten thousand (Chinese) or a thousand (English); the unit stands in the header.

    >>> money(1_234_000, "zh"), money(1_234_000, "en")
    ('123', '1,234')
    """
    scaled = value / (WAN if language == "zh" else 1e3)
    return plain(scaled, language)


def probability(value: float, replications: int) -> str:
    """Write a probability with two decimals; never or always in n is less than, or more than, 1/n off.

    >>> probability(0.0, 60), probability(0.83, 200), probability(1.0, 50)
    ('<0.02', '0.83', '>0.98')
    """
    if replications and value in (0.0, 1.0):
        return f"<{1 / replications:.2f}" if value == 0 else f">{1 - 1 / replications:.2f}"
    return f"{value:.2f}"


def setting(value: float, unit: str, language: str) -> str:
    """Write a setting's value; a share as per cent.

    >>> setting(0.158, "share of families", "en"), setting(1900, "yuan a month", "zh")
    ('16%', '1900')
    """
    return share(value, language) if unit.startswith("share") else plain(value, language)


def unit(name: str, language: str) -> str:
    """Write a setting's unit; nothing for a share, whose per cent sign says it."""
    if name.startswith("share"):
        return ""
    return unit_in_chinese(name) if language == "zh" else name


def with_interval(number: Estimate, language: str, write: Writer, short: bool = False) -> str:
    """Write an estimate with its interval, or say that it is exact or that none is estimated.

    >>> with_interval(Estimate(0.5, 0.4, 0.6, Interval.RANGE, 5), "en", share)
    '50% (40–60%)'
    """
    if not number.known:
        return "—" if short else say("not_estimated", language)
    text = write(number.mean, language)
    between = interval(number, language, write)
    if between:
        return f"{text}{'（' + between + '）' if language == 'zh' else ' (' + between + ')'}"
    return text if short else f"{text}{_aside(say(_NO_INTERVAL[number.kind], language), language)}"


_NO_INTERVAL = {Interval.EXACT: "exact", Interval.NOT_ESTIMATED: "no_interval"}


def interval(number: Estimate, language: str, write: Writer) -> str:
    """Write the two ends of an interval, the unit once; nothing where there is none."""
    if not number.known or number.kind in (Interval.EXACT, Interval.NOT_ESTIMATED):
        return ""
    low, high = write(number.low, language), write(number.high, language)
    if "−" in low + high:  # a dash beside a minus sign would be read as another
        return f"{low} {say('to', language)} {high}"
    if low == high and low.startswith("<"):
        return low
    for sign in ("%", "万", "亿"):
        if low.endswith(sign) and high.endswith(sign):
            low = low[: -len(sign)]
    return f"{low}–{high}"


def doubt(number: Estimate, language: str, write: Writer) -> str:
    """Write an interval, or the word for why there is none: exact, or a single replication."""
    if not number.known:
        return ""
    word = {Interval.EXACT: "exact", Interval.NOT_ESTIMATED: "no_interval_short"}.get(number.kind)
    return say(word, language) if word else interval(number, language, write)


def capital(text: str) -> str:
    """Write a name as a title, its first letter large.

    >>> capital("nursing bed"), capital("护理型床位")
    ('Nursing bed', '护理型床位')
    """
    return text[:1].upper() + text[1:]


def interval_word(number: Estimate, language: str) -> str:
    """Say what an interval is."""
    return say(f"interval_{number.kind.name.lower()}", language)


def percentile_or_range(replications: int, language: str) -> str:
    """Say what the intervals of a run with so many replications are."""
    from results.estimates import ENOUGH_FOR_PERCENTILES

    if replications >= ENOUGH_FOR_PERCENTILES:
        return say("interval_percentiles", language)
    return say("interval_range" if replications > 1 else "interval_one_replication", language)


def _short(text: str) -> str:
    """Leave out the noughts that end the decimals before 万 or 亿."""
    digits, sign = text[:-1], text[-1]
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) + sign


def _three(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.{1 if abs(value) >= 10 else 2}f}"


def minus(text: str) -> str:
    """Write a minus sign as one; none before a nil.

    >>> minus("-3.2%"), minus("-0.0")
    ('−3.2%', '0.0')
    """
    return text.replace("-", "−") if text.strip("-0.,%万亿") else text.replace("-", "")


def _aside(text: str, language: str) -> str:
    return f"（{text}）" if language == "zh" else f" ({text})"
