"""Sizes laid out for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.costs import PAYERS, SIDES
from jinlin.words import columns, say
from results.sizes import (
    Bill,
    Refusal,
    bills,
    held_at,
    idle_cost,
    losses,
    mean_and_worst,
    posts,
    refusal,
    spare,
    wanting,
    ways,
)
from results.what_if import bought, given
from scenarios.capacity_trials import Question
from scenarios.sizer import PlaceSize, names_of
from sim.places import load_atlas

PAID_BY = tuple(payer for payer in PAYERS if payer != "all")


def list_size(question: Question, size: PlaceSize, confidence: float, language: str) -> list[str]:
    """List the answer for one place, what stands beside it, and its cost; or why there is none."""
    head = head_lines(question, [size], confidence, language)
    why = refusal(size)
    if why:
        return [*head, *_refused(question, size, why, confidence, language)]
    more = wanting(size)
    lines = [
        *head,
        *answer_lines(question, size, language),
        *_ways(size, language),
        _balance(question, size, language),
    ]
    if more:
        lines += _bills(question, size, more, language)
    return lines + _spread(size, language)


def list_counties(
    question: Question, sizes: Sequence[PlaceSize], confidence: float, language: str
) -> list[str]:
    """List the answers of several places, a line each, and what is wanting and too much in all."""
    rows = [tuple(say("size counties", language).split("|"))]
    rows += [_county_row(question, each, language) for each in sizes]
    return [
        *head_lines(question, sizes, confidence, language),
        *columns(rows),
        counties_total(sizes, language),
    ]


def counties_total(sizes: Sequence[PlaceSize], language: str) -> str:
    """Add up what is wanting and what is too much, apart."""
    known = [each for each in sizes if not refusal(each)]
    over = sum(max(spare(each), 0) for each in known)
    return say("counties total", language, wanting=sum(map(wanting, known)), spare=over)


def head_lines(
    question: Question, sizes: Sequence[PlaceSize], confidence: float, language: str
) -> list[str]:  # fmt: skip
    """Say of what and where sizes were found, for which standard, and what is scaled and drawn."""
    place = load_atlas().describe([county for each in sizes for county in each.selection.counties])
    service, standard = question.definition, question.standard
    words = {"place": place, "scenario": question.scenario.title[language], "year": standard.year}
    return [
        say("size title", language, service=service.name[language], **words),
        say(
            "size standard", language, share=_percent(standard.share), days=standard.within_days,
            of=say(f"of {standard.of}", language), confidence=_percent(confidence),
        ),
        say("size scaled", language),
        say("size chance alone" if question.chance_alone else "size doubt", language),
    ]  # fmt: skip


def answer_lines(question: Question, size: PlaceSize, language: str) -> list[str]:
    """Say the least capacity of a place, how it was checked, its staff and its use."""
    sized, capacity = size.sized, size.sized.capacity or 0
    (mean, worst), (low, high) = mean_and_worst(size.reached), sized.interval
    lines = [
        say("size answer", language, capacity=capacity, unit=question.definition.unit[language]),
        say(
            "size checked", language, met=sized.met, fresh=sized.fresh, low=_percent(low),
            high=_percent(high), mean=_percent(mean), worst=_percent(worst),
        ),
    ]  # fmt: skip
    if not sized.holds:
        lines.append(say("size not held", language, times=sized.raised))
    elif sized.raised:
        lines.append(say("size raised", language, times=sized.raised))
    use = {
        "used": size.in_place,
        "free": max(capacity - size.in_place, 0),
        "people": size.persons["requested"],
    }
    staff = posts(question, capacity)
    if staff:
        lines.append(say("size staff", language, posts=staff[1], cadre=staff[0][language]))
    return [*lines, say("size use", language, **use)]


def _ways(size: PlaceSize, language: str) -> list[str]:
    mean, worst = mean_and_worst(size.reached)
    met = f"{size.sized.met}/{size.sized.fresh}"
    rows = [
        tuple(say("size ways", language).split("|")),
        (say("way size", language), f"{size.sized.capacity:,}", "", _percent(mean), _percent(worst), met),
    ]
    for each in ways(size):
        shares = _percent(each.mean), _percent(each.worst)
        places = f"{each.places:,.0f}", f"{each.more:+,.0f}"
        rows.append((say(f"way {each.way}", language), *places, *shares, f"{each.met}/{each.of}"))
    return columns(rows)


def _balance(question: Question, size: PlaceSize, language: str) -> str:
    """Say how many places are wanting or too much, and what of them is built and unstaffed."""
    over = spare(size)
    usable = size.rivals["planned"].places
    idle = max(usable - size.in_place_planned, 0)
    cost = _idle(question, idle, language)
    built = say("size built", language, built=size.built, usable=usable, idle=idle, cost=cost)
    if over >= 1:
        words = say("size spare", language, spare=over, cost=_idle(question, over, language))
    else:
        words = say("size wanting", language, wanting=wanting(size))
    return f"{words}; {built}"


def _idle(question: Question, places: float, language: str) -> str:
    cost = idle_cost(question, places)
    return _yuan(*cost[1:]) if cost else say("not known", language)


def _bills(question: Question, size: PlaceSize, places: float, language: str) -> list[str]:
    """List the known costs by payer; a payer without a figure is said to have none."""
    known = bills(question, places)
    rows = [tuple(say("size bill head", language).split("|"))]
    for side in SIDES:
        mine = [bill for bill in known if bill.line.side == side]
        rows += [_bill(bill, language) for bill in mine]
        if side == "operating" and size.fees:
            fee = (12 * places * each for each in size.fees)
            rows.append(_row("operating", "family", _yuan(*fee), say("fee note", language), language))
        if side != "wage":
            paying = {bill.line.payer for bill in mine} | (
                {"family"} if size.fees and side == "operating" else set()
            )
            silent = [say(f"payer {payer}", language) for payer in PAID_BY if payer not in paying]
            note = say("no payer note", language)
            rows.append((say(f"side {side}", language), ", ".join(silent), say("not known", language), note))
    return [say("size bill", language, places=places), *columns(rows)]


def _bill(bill: Bill, language: str) -> tuple[str, ...]:
    line = bill.line
    return _row(line.side, line.payer, _yuan(bill.low, bill.high), line.note[language], language)


def _row(side: str, payer: str, yuan: str, note: str, language: str) -> tuple[str, ...]:
    return say(f"side {side}", language), say(f"payer {payer}", language), yuan, note


def _refused(
    question: Question, size: PlaceSize, why: Refusal, confidence: float, language: str
) -> list[str]:  # fmt: skip
    mean, _ = mean_and_worst(size.reached)
    step = say(f"step {held_at(size).step}", language)
    key = {Refusal.NOBODY_ASKS: "nobody", Refusal.NO_PLACES: "places", Refusal.OUT_OF_REACH: "reach"}[why]
    words = {"year": question.standard.year, "mean": _percent(mean), "step": step}
    rows = [tuple(say("cascade head", language).split("|"))]
    rows += [
        (say(f"step {loss.step}", language), f"{loss.persons:,.0f}", _percent(loss.lost))
        for loss in losses(size)
    ]
    return [say(f"refused {key}", language, confidence=_percent(confidence), **words), *columns(rows)]


def _county_row(question: Question, size: PlaceSize, language: str) -> tuple[str, ...]:
    name, planned = names_of(size.selection), size.rivals["planned"].places
    why = refusal(size)
    if why:
        said = say("county refused", language, why=why_none(size, why, language))
        return (name, said, f"{planned:,.0f}", "", "", "", "")
    over = spare(size)
    idle = _idle(question, over, language) if over >= 1 else ""
    mean, _ = mean_and_worst(size.reached)
    return (
        name, f"{size.sized.capacity:,}", f"{planned:,.0f}", f"{over:+,.0f}", idle, _percent(mean),
        f"{size.sized.met}/{size.sized.fresh}",
    )  # fmt: skip


def why_none(size: PlaceSize, why: Refusal, language: str) -> str:
    """Say in a few words why a place has no size."""
    return say(f"why {why.value}", language, step=say(f"step {held_at(size).step}", language))


def budget_lines(
    question: Question, sizes: Sequence[PlaceSize], budget_fen: int, language: str
) -> list[str]:  # fmt: skip
    """Say how many places a budget builds at the cost used, and at low and high."""
    plan = given(question, sizes, budget_fen)
    cost, money = plan.capital, plan.budget or 0.0
    if cost.used is None or cost.low is None or cost.high is None:
        return [say("budget unknown", language)]
    most, middle, least = (bought(money, each, ()).places for each in (cost.low, cost.used, cost.high))
    words = {"low": cost.low, "used": cost.used, "high": cost.high, "least": least, "most": most}
    return [say("budget buys", language, money=money, places=middle, wanting=plan.places, **words)]


def _spread(size: PlaceSize, language: str) -> list[str]:
    """Say how a size for several counties is spread over them."""
    if len(size.by_county) < 2:
        return []
    atlas = load_atlas()
    title, *head = say("size spread", language).split("|")
    rows: list[tuple[str, ...]] = [(title, *head)]
    for county, (planned, places) in sorted(size.by_county.items()):
        rows.append((str(atlas.counties.name[county]), f"{places:,}", f"{planned:,.0f}"))
    return columns(rows)


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %" if value == value else "–"


def _yuan(low: float, high: float) -> str:
    return f"{low:,.0f}" if round(low) == round(high) else f"{low:,.0f}–{high:,.0f}"
