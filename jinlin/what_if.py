"""The what-if sheet: coloured cells that a budget officer changes, and formulas that follow them.

Every formula stands beside the Python that gives its value; a test lets a spreadsheet program recalculate
them all. Plain functions only: SUM, MIN, MAX, IF, ABS, INT, ROUNDUP, INDEX, MATCH, SUMIF.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinlin.what_if_cells import HIGH, LOW, SHARE, SUM, UNIT, USED, Lines, Number, block
from jinlin.words import say
from results.sheets import Check, Kind, Page, Role
from results.sizes import whole_posts
from results.what_if import PAID_BY, Given, UnitCost, bought, factor

_EACH, _EACH_YEAR, _ONCE, _YEARLY, _ALL = 1, 2, 3, 4, 5  # columns of the section of who pays
_HEADS = ("what", "used", "col low", "col high", "col unit", "source or reason")
_PLAIN_HEADS = ("what", "used", "", "", "col unit", "source or reason")
Costs = Mapping[str, tuple[Number, Number, Number]]  # what is used, low, high


@dataclass(frozen=True)
class _Scope:
    """What is bought."""

    places: Number
    occupied: Number
    years: Number
    rise: Number
    discount: Number


@dataclass(frozen=True)
class _Paid:
    """Who pays one place, a row each: names, capital, running; the last row is the whole."""

    names: list[str]
    once: list[Number]
    yearly: list[Number]
    rows: tuple[int, int]


def what_if_page(given: Given, language: str) -> Page:
    """Lay the what-if sheet out."""
    lines = Lines(language)
    lines.put(0, lines.words("title"), Role.TITLE)
    lines.end()
    lines.note("says")
    scope, costs = _scope(lines, given), _costs(lines, given)
    parts = _parts(lines, given)
    times = _totals(lines, scope, costs)
    paid = _paid(lines, scope, costs, parts, times)
    _budget(lines, given, scope, times, paid)
    return lines.page


def _scope(lines: Lines, given: Given) -> _Scope:
    lines.section("scope", _PLAIN_HEADS)
    rate, years = Check(-0.5, 1.0), Check(1, 100, whole=True)
    return _Scope(
        lines.input("places added", given.places, Kind.COUNT, "places from", SUM, "unit places"),
        lines.input("occupied", given.occupied, Kind.SHARE, "occupied from", SHARE),
        lines.input("years counted", given.years, Kind.COUNT, "years from", years, "if years unit"),
        lines.input("price rise", given.price_rise, Kind.SHARE, "rise from", rate),
        lines.input("discount", given.discount, Kind.SHARE, "discount from", rate),
    )


def _costs(lines: Lines, given: Given) -> Costs:
    lines.section("costs", _HEADS)
    named = (("capital", given.capital), ("running", given.running), ("wage", given.wage))
    found = {name: _cost(lines, f"{name} each", cost) for name, cost in named}
    lines.put(0, lines.words("per post"), Role.LABEL)
    posts = lines.change(USED, given.per_post, Kind.NUMBER, Check(1e-3, 1e6))
    lines.put(UNIT, say("unit places", lines.language))
    lines.said(lines.words("per post from"))
    lines.end()
    return found | {"per post": (posts, posts, posts)}


def _cost(lines: Lines, key: str, cost: UnitCost) -> tuple[Number, Number, Number]:
    """Write a unit cost: what is used, for the reader to change; low and high as they are known."""
    lines.put(0, lines.words(key), Role.LABEL)
    used = lines.change(USED, cost.used, Kind.COUNT, SUM, "\n".join(cost.sources))
    low, high = (
        used if value is None else lines.give(column, value)
        for column, value in ((LOW, cost.low), (HIGH, cost.high))
    )
    lines.put(UNIT, say("unit yuan", lines.language))
    lines.said(_told(lines, cost))
    lines.end()
    return used, low, high


def _told(lines: Lines, cost: UnitCost) -> str:
    """Say what a cost is, and whether the number used is a middle that nobody published."""
    if cost.low is None or cost.high is None:
        return lines.words("no figure")
    middle = cost.low < cost.high and cost.used == (cost.low + cost.high) / 2
    notes = (note[lines.language] for note in cost.notes)
    return lines.words("between").join((*notes, *([lines.words("middle")] if middle else [])))


def _parts(lines: Lines, given: Given) -> dict[str, tuple[Number, Number, Number, Number]]:
    """Write what each payer gives for one place: fixed sums, and shares that a reader may add."""
    lines.section(
        "parts", ("payer", "capital fixed", "capital share", "running fixed", "running share", "parts from")
    )
    found = {}
    for payer in PAID_BY:
        capital, running = given.capital_parts[payer], given.running_parts[payer]
        lines.put(0, say(f"payer {payer}", lines.language), Role.LABEL)
        found[payer] = (
            lines.change(1, capital.used, Kind.COUNT, SUM, "\n".join(capital.sources)),
            lines.change(2, None, Kind.SHARE, SHARE),
            lines.change(3, running.used, Kind.COUNT, SUM, "\n".join(running.sources)),
            lines.change(4, None, Kind.SHARE, SHARE),
        )
        known = [_told(lines, each) for each in (capital, running) if each.low is not None]
        lines.said("\n".join(known) or lines.words("no figure"))
        lines.end()
    lines.note("parts note")
    return found


def _totals(lines: Lines, scope: _Scope, costs: Costs) -> Number:
    """Write what the places cost at the costs used, at low and at high; return the years that count."""
    lines.section("totals", ("what", "used", "col low", "col high", "col unit", ""))
    times = _factor(lines, scope)
    places, occupied, (posts, *_) = scope.places, scope.occupied, costs["per post"]
    capital = _times(lines, "capital total", places, costs["capital"], "unit yuan")
    running = _times(lines, "running total", places, costs["running"], "unit yuan a year")
    wages = [
        (places.value / posts.value * wage.value, f"={places.at}/{posts.at}*{wage.at}")
        for wage in costs["wage"]
    ]
    lines.line("wage total", wages, "unit yuan a year")
    free = 1 - occupied.value
    idle = [(each.value * free, f"={each.at}*(1-{occupied.at})") for each in running]
    lines.line("idle total", idle, "unit yuan a year")
    whole = [
        (once.value + yearly.value * times.value, f"={once.at}+{yearly.at}*{times.at}")
        for once, yearly in zip(capital, running, strict=True)
    ]
    lines.line("whole total", whole, "unit yuan", role=Role.TOTAL)
    formula = f"=ROUNDUP(MAX({places.at}/{posts.at}-1E-9,0),0)"
    filled = (whole_posts(places.value, posts.value), formula)
    lines.line("posts total", [filled], "if posts unit")
    return times


def _times(lines: Lines, key: str, places: Number, costs: Sequence[Number], unit: str) -> list[Number]:
    return lines.line(key, [(places.value * each.value, f"={places.at}*{each.at}") for each in costs], unit)


def _factor(lines: Lines, scope: _Scope) -> Number:
    """Write how many of the first year's running costs all years come to."""
    growth = f"((1+{scope.rise.at})/(1+{scope.discount.at}))"
    years = scope.years.at
    formula = f"=IF(ABS({growth}-1)<1E-9,{years},(1-{growth}^{years})/(1-{growth}))"
    value = factor(int(scope.years.value), scope.rise.value, scope.discount.value)
    return lines.line("factor", [(value, formula)], "if years unit", Kind.RATIO)[0]


def _paid(
    lines: Lines, scope: _Scope, costs: Costs, parts: Mapping[str, tuple[Number, Number, Number, Number]],
    times: Number,
) -> _Paid:  # fmt: skip
    """Write who pays what of one place and of all; what nobody is known to pay is left over."""
    lines.section(
        "paid", ("payer", "capital a place", "running a place", "capital total", "running total", "all years")
    )
    capital, running = costs["capital"][0], costs["running"][0]
    first, names, once, yearly = lines.row, list[str](), list[Number](), list[Number]()
    for payer, (fixed, share, fixed_running, share_running) in parts.items():
        used = scope.occupied if payer == "family" else Number(1.0, "1")
        names.append(say(f"payer {payer}", lines.language))
        value = fixed.value + share.value * capital.value
        once.append(lines.give(_EACH, value, f"={fixed.at}+{share.at}*{capital.at}"))
        value = fixed_running.value * used.value + share_running.value * running.value
        formula = f"={fixed_running.at}*{used.at}+{share_running.at}*{running.at}"
        yearly.append(lines.give(_EACH_YEAR, value, formula))
        _payer(lines, names[-1], (once[-1], yearly[-1]), scope.places, times)
    for column, whole, mine in ((_EACH, capital, once), (_EACH_YEAR, running, yearly)):
        value = whole.value - sum(each.value for each in mine)
        formula = f"={whole.at}-SUM({block(column, first, lines.row - 1)})"
        mine.append(lines.give(column, value, formula))
    names.append(lines.words("rest"))
    _payer(lines, names[-1], (once[-1], yearly[-1]), scope.places, times)
    last = lines.row
    sums = lines.sums((_EACH, _EACH_YEAR), first, (capital.value, running.value))
    for mine, each in zip((once, yearly), sums, strict=True):
        mine.append(each)
    names.append(lines.words("whole"))
    _payer(lines, names[-1], (once[-1], yearly[-1]), scope.places, times, Role.TOTAL)
    lines.note("rest note")
    return _Paid(names, once, yearly, (first, last))


def _payer(
    lines: Lines, name: str, each: tuple[Number, Number], places: Number, times: Number,
    role: Role = Role.BODY,
) -> None:  # fmt: skip
    """Write what a payer bears of all places, once, a year, and over all years."""
    lines.put(0, name, Role.LABEL if role is Role.BODY else role)
    once, yearly = (
        lines.give(column, part.value * places.value, f"={part.at}*{places.at}", role=role)
        for column, part in zip((_ONCE, _YEARLY), each, strict=True)
    )
    value = once.value + yearly.value * times.value
    lines.give(_ALL, value, f"={once.at}+{yearly.at}*{times.at}", role=role)
    lines.end()


def _budget(lines: Lines, given: Given, scope: _Scope, times: Number, paid: _Paid) -> None:
    """Write what a budget buys, for the purpose and the payer that a reader chooses."""
    lines.section("budget", _PLAIN_HEADS)
    said = "budget empty" if given.budget is None else "budget from"
    money = lines.input("budget sum", given.budget, Kind.COUNT, said, SUM, "unit yuan")
    uses = [lines.words(f"budget {name}") for name in ("capital", "running", "both")]
    use = lines.choose("budget pays", uses)
    payer = lines.choose("budget part", [paid.names[-1], *paid.names[:-1]])
    names, once, yearly = (block(column, *paid.rows, fixed=True) for column in (0, _EACH, _EACH_YEAR))
    row = f"MATCH({payer},{names},0)"
    formula = (
        f'=IF({use}="{uses[1]}",0,INDEX({once},{row}))'
        f'+IF({use}="{uses[0]}",0,INDEX({yearly},{row})*{times.at})'
    )
    (each,) = lines.line("budget each", [(paid.once[-1].value, formula)], "unit yuan")
    plan = bought(money.value, each.value, given.wanting)
    formula = f"=IF({each.at}>0,INT({money.at}/{each.at}+1E-9),0)"
    (places,) = lines.line("budget buys", [(plan.places, formula)], "unit places", role=Role.TOTAL)
    short = max(scope.places.value - places.value, 0)
    lines.line("budget short", [(short, f"=MAX({scope.places.at}-{places.at},0)")], "unit places")
    left = money.value - places.value * each.value
    lines.line("budget unspent", [(left, f"={money.at}-{places.at}*{each.at}")], "unit yuan")
    if len(given.wanting) > 1:
        _counties(lines, given, plan.by_place, places, each)


def _counties(lines: Lines, given: Given, gets: Sequence[float], places: Number, each: Number) -> None:
    """Spread what the budget buys over places, in an order that a reader may change."""
    lines.section("counties", ("col place", "order", "served now", "col wanting", "gets", "spent", "still"))
    first, last = lines.row, lines.row + len(gets) - 1
    orders, wanted = (block(column, first, last, fixed=True) for column in (1, 3))
    for number, (place, got) in enumerate(zip(given.wanting, gets, strict=True), 1):
        lines.put(0, place.name, Role.LABEL)
        order = lines.change(1, number, Kind.COUNT, Check(1, len(gets), whole=True))
        lines.give(2, place.reached, kind=Kind.SHARE)
        wants = lines.give(3, place.places)
        before = f'SUMIF({orders},"<"&{order.at},{wanted})'
        if number > 1:  # of two of one order the upper comes first: nothing is given twice
            above, theirs = (block(column, first, lines.row - 1, fixed=True) for column in (1, 3))
            before += f"-SUMIF({above},{order.at},{theirs})"
        served = lines.give(4, got, f"=MAX(0,MIN({wants.at},{places.at}-{before}))")
        lines.give(5, got * each.value, f"={served.at}*{each.at}")
        lines.give(6, place.places - got, f"={wants.at}-{served.at}")
        lines.end()
    lines.put(0, say("all sum", lines.language), Role.TOTAL)
    all_wanted, all_got = sum(place.places for place in given.wanting), sum(gets)
    lines.sums((3, 4, 5, 6), first, (all_wanted, all_got, all_got * each.value, all_wanted - all_got))
    lines.end()
    lines.note("order note")
