"""The fit as tables: settings before and after, observations beside predictions, how the sampler was tested.

Each function returns the head and the rows of a table; documents lay them out.
"""

from __future__ import annotations

from calibration.fitted import LEVEL, Fitted, FittedNumber, FittedTo
from sim.parameters import Settings

Laid = tuple[tuple[str, ...], list[tuple[str, ...]]]
_AT_AN_END = 0.02  # of the range: a posterior whose middle lies so near an end presses against it


def numbers(fitted: Fitted, settings: Settings) -> Laid:
    """Return the fitted settings: their cited range, their posterior, their central value, the source."""
    head = ("设定 setting", "prior (range)", "posterior, 5–95 %", "central", "taught", "source of the range")
    rows: list[tuple[str, ...]] = []
    for each in fitted.numbers:
        quantity = settings.quantities[each.name]
        rows.append((
            f"`{each.name}`", f"{each.prior:.4g} ({each.low:.4g} – {each.high:.4g})",
            f"{each.p50:.4g} ({each.p05:.4g} – {each.p95:.4g})", f"{quantity.value:.4g}", taught(each),
            quantity.source,
        ))  # fmt: skip
    return head, rows


def figures(value: float) -> str:
    """Write a number with four figures, thousands whole.

    >>> figures(236612.3), figures(2.10349)
    ('236,600', '2.103')
    """
    return f"{float(f'{value:.4g}'):,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def taught(number: FittedNumber) -> str:
    """Say what the targets taught about a setting."""
    if not number.informed:
        return "nothing"
    reach = (number.high - number.low) * _AT_AN_END
    at_end = min(number.p95 - number.low, number.high - number.p05) < 0.5 * (number.high - number.low)
    pressed = number.p95 > number.high - reach or number.p05 < number.low + reach
    return "yes, towards an end of its range" if at_end and pressed else "yes"


def targets(fitted: Fitted) -> Laid:
    """Return the observations beside what the model says of them, before and after."""
    head = ("观测 observation", "place, year", "observed", "± figure and model", "prior, 90 %",
            "provinces after", "emulator after", "predicted, 90 %", "inside", "explained")  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for each in fitted.targets:
        spans = (each.before, each.model, each.emulated, each.predicted)
        before, model, emulated, predicted = (f"{figures(span[0])} – {figures(span[-1])}" for span in spans)
        rows.append((
            f"`{each.indicator}`", f"{each.place} {each.year}", f"{each.observed:,.10g} {each.unit}",
            f"{each.spread:.0%}", before, model, emulated, predicted, "yes" if each.inside else "**NO**",
            f"{each.explained:.1%}",
        ))  # fmt: skip
    return head, rows


def judged(fitted: Fitted) -> Laid:
    """Return the figures that were kept out of the fit, beside what whole provinces say of them."""
    head = (
        "观测 observation",
        "place, year",
        "observed",
        "provinces: least, median, greatest",
        "inside",
    )
    rows: list[tuple[str, ...]] = []
    for each in fitted.judged:
        said = ", ".join(map(figures, each.said))
        place, observed = f"{each.place} {each.year}", f"{each.observed:,.10g} {each.unit}"
        rows.append((f"`{each.indicator}`", place, observed, said, "yes" if each.inside else "**NO**"))
    return head, rows


def tests(fitted: Fitted) -> Laid:
    """Return the rank test: the p-value of chi-squared by setting, and of the posteriors made wrong."""
    head = (
        "设定 setting",
        "as they are",
        "half as wide again",
        "shifted by half",
        "even at 1 %",
        "on trials",
    )
    rows: list[tuple[str, ...]] = [
        (f"`{each.name}`", f"{each.right:.3f}", _small(each.wider), _small(each.shifted),
         "yes" if each.right >= LEVEL else "**NO**", f"{each.left_out:.3f}")
        for each in fitted.numbers
    ]  # fmt: skip
    return head, rows


def _small(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def width(target: FittedTo) -> float:
    """Return half the width of what provinces say after the fit, 90 %, as a share of its middle.

    >>> spans = (1.0, 2.0, 3.0), (8.0, 10.0, 12.0), (8.0, 10.0, 12.0), (7.0, 10.0, 13.0)
    >>> width(FittedTo("homes", "Fujian", 2020, "persons", 10.0, 0.1, *spans, explained=1.0))
    0.2
    """
    low, middle, high = target.model
    return (high - low) / 2 / middle
