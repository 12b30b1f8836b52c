"""The picture of the hindcast, an SVG: births and deaths by year, and the ages of 2020 by sex."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calibration.validation import Compared, Hindcast

WIDTH, HEIGHT = 860, 430
PUBLISHED, BIRTHS, DEATHS, MEN, WOMEN = "#222222", "#2b7bba", "#b5462f", "#7aa6c2", "#d8a48f"
_FONTS = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, WenQuanYi Micro Hei, sans-serif"
_TEXT = f'font-family="{_FONTS}" font-size="12" fill="#222222"'


@dataclass(frozen=True)
class Panel:
    """A rectangle of the picture with two scales."""

    left: float
    top: float
    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def x(self, value: float) -> float:
        """Place a value from left to right."""
        low, high = self.x_range
        return self.left + self.width * (value - low) / (high - low)

    def y(self, value: float) -> float:
        """Place a value from the bottom up."""
        low, high = self.y_range
        return self.top + self.height * (1 - (value - low) / (high - low))


def draw(done: Hindcast) -> str:
    """Draw a hindcast; dots and outlines are published, lines and bars simulated."""
    by_year = Panel(60, 50, 330, 320, (2013.5, 2020.5), (0, 700_000))
    largest = max(max(row) for row in (*done.ages_published, *done.ages_simulated)) * 1.05
    pyramid = Panel(470, 50, 370, 320, (-largest, largest), (0, 105))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>Hindcast: births and deaths by year, residents of 2020 by age and sex</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_years(by_year, done),
        *_ages(pyramid, done),
        _word(60, 410, "● 公布 published, bar: ± 5 %    — 模拟 simulated"),
        _word(470, 410, "▭ 普查 census of 2020    ■ 模拟 simulated from 2010"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _years(panel: Panel, done: Hindcast) -> list[str]:
    parts = [_word(panel.left, 30, "出生与死亡 births and deaths, persons a year")]
    for level in range(0, 700_001, 100_000):
        y = panel.y(level)
        parts.append(_line(panel.left, y, panel.left + panel.width, y, "#dddddd"))
        parts.append(_word(panel.left - 8, y + 4, f"{level:,}", "end"))
    for year in range(2014, 2021):
        parts.append(_word(panel.x(year), panel.top + panel.height + 18, str(year), "middle"))
    for indicator, colour in (("births_revised_base", BIRTHS), ("deaths_revised_base", DEATHS)):
        parts += _series(
            panel,
            [each for each in done.figures if each.indicator == indicator and each.year >= 2014],
            colour,
        )
    return parts


def _series(panel: Panel, figures: Sequence[Compared], colour: str) -> list[str]:
    """Draw simulated figures as a line, published ones as dots with their bounds."""
    points = " ".join(f"{panel.x(each.year):.1f},{panel.y(each.simulated):.1f}" for each in figures)
    parts = [f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for each in figures:
        x, within = panel.x(each.year), each.within or 0
        low, high = (panel.y(each.published * (1 + sign * within)) for sign in (-1, 1))
        parts.append(_line(x, low, x, high, PUBLISHED))
        parts.append(f'<circle cx="{x:.1f}" cy="{panel.y(each.published):.1f}" r="3.5" fill="{PUBLISHED}"/>')
    return parts


def _ages(panel: Panel, done: Hindcast) -> list[str]:
    parts = [_word(panel.left, 30, "2020年人口 residents of 2020 by age: 男 men, 女 women")]
    for age in range(0, 101, 20):
        parts.append(_word(panel.left - 8, panel.y(age) + 4, str(age), "end"))
    for sex, (sign, colour) in enumerate(((-1, MEN), (1, WOMEN))):
        groups = zip(done.ages_published[sex], done.ages_simulated[sex], strict=True)
        for number, (published, simulated) in enumerate(groups):
            for value, style in (
                (simulated, f'fill="{colour}"'),
                (published, f'fill="none" stroke="{PUBLISHED}"'),
            ):
                parts.append(_bar(panel, sign * value, 5 * number, style))
    return parts


def _bar(panel: Panel, value: float, age: int, style: str) -> str:
    left, right = sorted((panel.x(0), panel.x(value)))
    top, bottom = panel.y(age + 5), panel.y(age)
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" {style}/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _word(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {_TEXT}>{text}</text>'
