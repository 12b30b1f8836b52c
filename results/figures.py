"""Every drawing of the report: the only file that imports matplotlib.

A drawing is an SVG to stand inside a page (text stays text, in Noto Sans SC) and a PNG for slides. Colours
are blue and orange of one lightness scale, apart for the colour-blind and in grey print; marks differ in
shape or hatch as well.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import font_manager
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from results.borders import bounds, centre, polygons, tallness
from results.cascades import STEPS, Cascade, GroupMet
from results.counties import CountyMet
from results.drawings import Drawing, inline
from results.estimates import Estimate, Interval
from results.notation import count, interval, share
from results.waits import Monthly
from results.words import say
from sim.clock import name_of

HERE = Path(__file__).parent
FONT, FONT_FILE = "Noto Sans SC", HERE / "font" / "NotoSansSC-subset.ttf"
INK, MUTED, FAINT, PAPER = "#1d2733", "#66717d", "#dfe4e8", "#ffffff"
BLUE, DEEP, ORANGE, SAND = "#3a6ea5", "#1f4068", "#c8692b", "#f1d9c4"
PNG_DPI = 160
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "jinlin",
    "font.family": FONT,
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": MUTED,
    "axes.titlesize": 9.5,
    "axes.titleweight": "normal",
    "axes.titlelocation": "left",
    "axes.titlecolor": DEEP,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "figure.facecolor": PAPER,
    "axes.axisbelow": True,
    "grid.color": "#edf0f2",
}


def draw_cascade(cascade: Cascade, title: str, language: str) -> Drawing:
    """Draw a cascade as one bar a step, shares of the needed, the largest loss hatched and named."""
    _set_style()
    height = 0.185 * len(STEPS) + 0.25
    figure = Figure(figsize=(3.6, height))
    axes = figure.add_axes(
        (0.15 if language == "zh" else 0.18, 0.02, 0.84 if language == "zh" else 0.81, 1 - 0.235 / height)
    )
    for row, step in enumerate(STEPS):
        number = cascade.shares[step]
        value = number.mean if number.known else 0.0
        axes.barh(row, value, height=0.66, color=DEEP if step in ("needed", "in_time") else BLUE)
        if step == cascade.largest_loss:
            _mark_loss(axes, cascade, row)
        _whisker(axes, number, row)
        _write_step(axes, cascade, step, row, language)
    axes.set_yticks(range(len(STEPS)), [say(f"step_{step}", language) for step in STEPS])
    axes.set(ylim=(len(STEPS) - 0.5, -0.6), xlim=(0, _CASCADE_END))
    axes.tick_params(length=0, labelsize=7.8, pad=2)
    axes.xaxis.set_visible(False)
    axes.spines[["bottom"]].set_visible(False)
    figure.text(0.0, 1 - 0.02 / height, title, size=9.8, color=DEEP, va="top")
    if cascade.largest_loss:
        loss = 100 * cascade.losses[cascade.largest_loss].mean
        words = say("largest_loss", language, points=f"{loss:.0f}")
        figure.text(0.99, 1 - 0.035 / height, words, size=7.8, color=ORANGE, va="top", ha="right")
    return _finish(figure, f"cascade-{cascade.service}", f"{title}: {say('cascades', language)}", tight=False)


_CASCADE_END = 1.92  # bars take the first part of the width, their numbers the rest


def _whisker(axes: Any, number: Estimate, row: int) -> None:
    if (
        number.known
        and number.kind in (Interval.RANGE, Interval.PERCENTILES)
        and number.high - number.low > 0.004
    ):
        axes.plot([number.low, number.high], [row, row], color=INK, lw=1.0, solid_capstyle="butt")


def _mark_loss(axes: Any, cascade: Cascade, row: int) -> None:
    before = cascade.shares[STEPS[STEPS.index(cascade.largest_loss) - 1]].mean
    here = cascade.shares[cascade.largest_loss].mean
    axes.barh(
        row, before - here, left=here, height=0.66, facecolor=SAND, edgecolor=ORANGE, hatch="/////", lw=0.7
    )


def _write_step(axes: Any, cascade: Cascade, step: str, row: int, language: str) -> None:
    """Write a step's share, interval and persons to the right of the bars."""
    number, persons = cascade.shares[step], cascade.persons[step]
    if not number.known:
        axes.text(1.05, row, say("not_estimated", language), va="center", size=7.6, color=MUTED)
        return
    lost = step == cascade.largest_loss
    style = {"va": "center", "size": 7.8, "color": ORANGE if lost else INK}
    axes.text(1.23, row, share(number.mean, language), ha="right", **style)
    between = "" if step == "needed" else interval(number, language, share)
    axes.text(1.25, row, between, va="center", size=7, color=MUTED)
    axes.text(_CASCADE_END, row, count(persons.mean, language), ha="right", **style)


def draw_monthly(series: Sequence[tuple[str, Monthly]], language: str) -> Drawing:
    """Draw occupancy (above) and people waiting (below) by month, one panel a service, with intervals."""
    _set_style()
    figure = Figure(figsize=(7.2, 3.4))
    panels = figure.subplots(
        2, len(series), sharex=True, squeeze=False, gridspec_kw={"hspace": 0.22, "wspace": 0.32}
    )
    for column, (name, each) in enumerate(series):
        _band(panels[0, column], 100 * each.occupancy, DEEP)
        _band(panels[1, column], each.waiting, ORANGE)
        panels[0, column].set(ylim=(0, 105))
        panels[0, column].set_title(name)
        panels[1, column].set_ylim(0, max(1.0, panels[1, column].get_ylim()[1]))  # people, not hundredths
        panels[1, column].yaxis.set_major_formatter(lambda v, _: count(v, language))
        _year_ticks(panels[1, column], each.waiting.shape[1])
    panels[0, 0].set_ylabel(say("occupancy", language), size=7.6)
    panels[1, 0].set_ylabel(say("waiting", language), size=7.6)
    return _finish(figure, "monthly", say("monthly", language))


def _band(axes: Any, values: np.ndarray, colour: str) -> None:
    """Draw the mean over replications and, from two on, the interval as a band."""
    months = np.arange(values.shape[1])
    if values.shape[0] >= 20:
        low, high = np.nanpercentile(values, (5, 95), axis=0)
    else:
        low, high = values.min(axis=0), values.max(axis=0)
    axes.fill_between(months, low, high, color=colour, alpha=0.22, lw=0)
    axes.plot(months, values.mean(axis=0), color=colour, lw=1.4)
    axes.grid(axis="y")
    axes.tick_params(length=0, labelsize=7.2)


def _year_ticks(axes: Any, months: int) -> None:
    ends = [m for m in range(months) if name_of(m).endswith("-12")][::2]
    axes.set_xticks(ends, [name_of(m)[2:4] + "-12" for m in ends])


def draw_left_out(groups: Sequence[GroupMet], service: str, title: str, language: str) -> Drawing:
    """Draw, for each group of residents, the share of its needed who are not served in time."""
    dimensions = list(dict.fromkeys(each.dimension for each in groups))
    figure, axes = _figure(3.5, 0.17 * (len(groups) + len(dimensions)) + 0.55)
    left = _left_end([1 - each.met.high for each in groups])
    row, ticks, labels = 0, list[float](), list[str]()
    for dimension in dimensions:
        axes.text(left, row, say(f"dim_{dimension}", language), va="center", size=7.6, color=MUTED)
        for each in (g for g in groups if g.dimension == dimension):
            row += 1
            _dot(axes, each.met, row, left, language)
            ticks.append(row)
            labels.append(say(f"{dimension}_{each.group}", language))
        row += 1
    axes.set_yticks(ticks, labels, size=7.8)
    axes.set(ylim=(row - 0.4, -0.6), xlim=(left, 1 + 0.2 * (1 - left)))
    marks = np.linspace(left, 1, 6)
    axes.set_xticks(marks, [f"{100 * mark:.0f}" for mark in marks])
    axes.grid(axis="x")
    axes.tick_params(length=0)
    axes.set_title(title)
    axes.set_xlabel(say("not_in_time", language), size=7.6)
    return _finish(figure, f"left-out-{service}", f"{title}: {say('not_in_time', language)}")


def _left_end(shares: Sequence[float]) -> float:
    """Return where the axis begins: at nil, or at the tenth below the smallest share where all are large."""
    smallest = min((each for each in shares if np.isfinite(each)), default=0.0)
    return float(max(np.floor(10 * (smallest - 0.02)) / 10, 0.0)) if smallest > 0.5 else 0.0


def _dot(axes: Any, met: Estimate, row: int, left: float, language: str) -> None:
    out = 1 - met.mean
    axes.plot([1 - met.high, 1 - met.low], [row, row], color=BLUE, lw=3.4, alpha=0.45, solid_capstyle="butt")
    axes.plot(out, row, "o", color=DEEP, ms=4.4)
    axes.text(1 + 0.03 * (1 - left), row, share(out, language), va="center", size=7.6)


def draw_tornado(rows: Sequence[tuple[str, float, float]], language: str) -> Drawing:
    """Draw what each assumed number moves at its low and high end: rows of (name, low, high) in points."""
    figure, axes = _figure(7.2, 0.23 * len(rows) + 0.62)
    for i, (_, low, high) in enumerate(rows):
        axes.barh(i, low, height=0.55, color=BLUE, label=say("low_end", language) if i == 0 else None)
        axes.barh(
            i,
            high,
            height=0.55,
            facecolor=SAND,
            edgecolor=ORANGE,
            hatch="////",
            lw=0.7,
            label=say("high_end", language) if i == 0 else None,
        )
    axes.axvline(0, color=INK, lw=0.8)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="x")
    axes.tick_params(length=0)
    axes.set_xlabel(say("tornado", language), size=7.8)
    axes.legend(loc="lower right", ncols=2)
    return _finish(figure, "tornado", say("tornado", language))


def draw_maps(panels: Sequence[tuple[str, Sequence[CountyMet], Estimate]], language: str) -> Drawing:
    """Draw the counties of a run, a panel a service: blue above the whole, orange below, pale in between."""
    _set_style()
    rows = -(-len(panels) // MAPS_A_ROW)
    tall = tallness({each.code for _, met, _ in panels for each in met})
    figure = Figure(figsize=(7.2, (2.3 * tall + 0.3) * rows + 0.5))
    grid = figure.subplots(
        rows, MAPS_A_ROW, squeeze=False, gridspec_kw={"wspace": 0.06, "hspace": 0.3 / tall}
    )
    for axes in grid.ravel():
        axes.set_axis_off()
    for axes, (title, met, overall) in zip(grid.ravel(), panels, strict=False):
        _draw_counties(axes, met)
        axes.set_title(f"{title}  {share(overall.mean, language) if overall.known else '—'}", size=9)
    _legend(figure, panels, language)
    return _finish(figure, "map", say("map", language))


def _draw_counties(axes: Any, met: Sequence[CountyMet]) -> None:
    """Fill the counties, those outside the run faintest, and hatch where ages are imputed."""
    own = {each.code for each in met}
    around = [code for code in polygons() if code not in own]
    _fill(axes, around, facecolor=_OUTSIDE, edgecolor="#e4e8eb", lw=0.4)
    for differs, colour in _FILL.items():
        codes = [each.code for each in met if each.differs == differs]
        _fill(axes, codes, facecolor=colour, edgecolor=MUTED, lw=0.6, zorder=2)
    imputed = [each.code for each in met if each.ages_imputed]
    _fill(axes, imputed, facecolor="none", edgecolor=_HATCH, hatch="////", lw=0, zorder=3)
    _name_counties(axes, met)
    _frame(axes, own)


def _fill(axes: Any, codes: Sequence[int], **style: Any) -> None:
    rings = [ring for code in codes for ring in polygons().get(code, [])]
    if rings:
        axes.add_collection(PolyCollection(rings, **style))


_FILL = {1: "#a9c6e2", 0: "#f6f4ef", -1: "#c8692b"}  # three steps of lightness too, for grey print
_HATCH, _OUTSIDE = "#a9b2ba", "#f8f9fa"
MAPS_A_ROW = 3
MOST_NAMES = 20


def _name_counties(axes: Any, met: Sequence[CountyMet]) -> None:
    if len(met) > MOST_NAMES:
        return
    for each in met:
        rings = polygons().get(each.code, [])
        if rings:
            x, y = centre(max(rings, key=len))
            box = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.7, "pad": 0.4}
            axes.text(x, y, each.name, ha="center", va="center", size=5.8, zorder=4, bbox=box)


def _frame(axes: Any, codes: set[int]) -> None:
    left, bottom, right, top = bounds(codes)
    pad = 0.05 * max(right - left, top - bottom)
    axes.set(xlim=(left - pad, right + pad), ylim=(bottom - pad, top + pad))
    axes.set_aspect(1 / np.cos(np.radians((bottom + top) / 2)))


def _legend(
    figure: Figure, panels: Sequence[tuple[str, Sequence[CountyMet], Estimate]], language: str
) -> None:
    entries = [(_FILL[1], "", "map_higher"), (_FILL[-1], "", "map_lower"), (_FILL[0], "", "map_same")]
    if any(each.ages_imputed for _, met, _ in panels for each in met):
        entries.append((PAPER, "////", "map_imputed"))
    entries.append((_OUTSIDE, "", "map_outside"))
    patches = [
        Polygon([(0, 0)], facecolor=colour, edgecolor=MUTED, lw=0.6, hatch=hatch, label=say(word, language))
        for colour, hatch, word in entries
    ]
    figure.legend(
        handles=patches,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.1),
        ncols=len(patches),
        fontsize=7.6,
        handlelength=1.3,
        columnspacing=1.4,
    )


@cache
def _set_style() -> None:
    font_manager.fontManager.addfont(FONT_FILE)
    for name, value in _STYLE.items():
        matplotlib.rcParams[name] = value  # type: ignore[index]  # the names are literals to mypy


def _figure(width: float, height: float) -> tuple[Figure, Any]:
    _set_style()
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots()


def _finish(figure: Figure, name: str, alt: str, tight: bool = True) -> Drawing:
    _set_style()
    svg, png = io.StringIO(), io.BytesIO()
    options: dict[str, Any] = {"bbox_inches": "tight", "pad_inches": 0.03} if tight else {}
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None}, **options)
    figure.savefig(png, format="png", dpi=PNG_DPI, metadata={"Software": None}, **options)
    return Drawing(name, inline(svg.getvalue(), name, alt), png.getvalue(), alt)
