"""The page of the hindcast: its tables in Markdown; every number stands in ``calibration/hindcast.json``."""

from __future__ import annotations

from collections.abc import Callable

from calibration.validation import Compared, Hindcast

NAMES = {
    "resident_population": ("常住人口", "residents"),
    "births_revised_base": ("出生人数", "births"),
    "deaths_revised_base": ("死亡人数", "deaths"),
    **{
        f"age_{age}_plus{tail}": (f"{age}岁以上{zh}", f"aged {age} and older{en}")
        for age in (60, 65, 80)
        for tail, zh, en in (("", "", ""), ("_male", "男", ", men"), ("_female", "女", ", women"))
    },
}
MEANING = {
    "given": "the hindcast was told it; only the book-keeping is tested",
    "fitted": "mortality was fitted to it; *left out* is the miss when it is fitted to the others alone",
    "partly": "migrants of these ages, drawn from the same two censuses, have a share in it",
    "predicted": "nothing was fitted to it",
}
Row = tuple[str, ...]


def comparison(done: Hindcast) -> tuple[Row, list[Row]]:
    """Return head and rows of every figure: published, simulated, miss, bound, held or not, basis."""
    head = ("数据 figure", "year", "published", "simulated", "miss", "bound", "held", "basis")
    more = ("left out", "unfitted")
    return (*head, *more), [_row(each) for each in done.figures]


def _row(each: Compared) -> Row:
    held = {None: "–", True: "yes", False: "**no**"}[each.holds]
    bound = "–" if each.within is None else f"± {each.within:.0%}"
    out = "" if each.left_out is None else f"{each.left_out:+.1%}"
    values = f"{each.published:,.0f}", f"{each.simulated:,.0f}", f"{each.miss:+.1%}"
    return (
        " ".join(NAMES[each.indicator]),
        str(each.year),
        *values,
        bound,
        held,
        each.basis,
        out,
        f"{each.unfitted:+.1%}",
    )


def mortality(done: Hindcast) -> tuple[Row, list[Row]]:
    """Return the three fitted numbers, and what they mean."""
    return ("fitted", "value", "meaning"), [
        ("level", f"{done.level:g}", "times the UN's death rates for China, at the age of 75 in 2015"),
        ("trend", f"{done.trend:+.2%}", "change of that factor a year"),
        ("slope", f"{done.slope:+.4f}", "change of its logarithm with each year of age"),
    ]


def births(done: Hindcast) -> tuple[Row, list[Row]]:
    """Return the misses of births where each year's fertility is not given, but one number or two."""
    found = [each for each in done.figures if each.indicator == "births_revised_base"]
    rows: list[Row] = [
        ("each year's factor is given", *(f"{each.miss:+.0%}" for each in found)),
        ("one factor for all years", *(f"{miss:+.0%}" for miss in done.births_without_given["one"])),
        ("a factor and its trend", *(f"{miss:+.0%}" for miss in done.births_without_given["two"])),
    ]
    return ("births: Fujian's fertility over the UN's", *(str(each.year) for each in found)), rows


def beside(done: Hindcast) -> tuple[Row, list[Row]]:
    """Return what was not used and judges: life expectancies."""
    rows: list[Row] = [
        (f"{e.zh} {e.en}", f"{e.published:g}", f"{e.predicted:g}", e.unit, e.source) for e in done.beside
    ]
    return ("not used", "published", "at the fitted mortality", "unit", "source"), rows


def assumed(done: Hindcast) -> tuple[Row, list[Row]]:
    """Return what founding 2010 and moving people assume, in both languages."""
    old = next(each.published for each in done.figures if each.indicator == "age_60_plus")
    came = f"{done.migrants_of_60_plus:,.0f}", f"{done.migrants_of_60_plus / old:.1%}"
    rows: list[Row] = [
        *done.imputed,
        (
            f"2020年60岁及以上人口中，净迁入{came[0]}人（{came[1]}）：不计迁入，误差即多出此数。",
            f"Of those aged 60 and older in 2020 {came[0]} ({came[1]}) have come since 2010, net: without "
            "them the miss is larger by as much.",
        ),
    ]
    return ("假定", "assumed"), rows


def bases(done: Hindcast) -> tuple[Row, list[Row]]:
    """Return what a comparison is worth, by basis, and how many of each lie within their bounds."""
    rows: list[Row] = []
    for basis, text in MEANING.items():
        bound = [each for each in done.figures if each.basis == basis and each.within is not None]
        out = [abs(each.left_out) <= (each.within or 0) for each in bound if each.left_out is not None]
        kept = f"{sum(bool(each.holds) for each in bound)} of {len(bound)}"
        rows.append((f"*{basis}*", text, kept, f"{sum(out)} of {len(out)}" if out else "–"))
    return ("basis", "what the comparison is worth", "within bounds", "left out"), rows


TABLES: dict[str, Callable[[Hindcast], tuple[Row, list[Row]]]] = {
    "figures": comparison,
    "bases": bases,
    "mortality": mortality,
    "births": births,
    "beside": beside,
    "assumed": assumed,
}
