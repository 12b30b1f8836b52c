"""The what-if sheet: coloured cells that a budget officer changes, and formulas that follow them.

Every formula stands beside the line of Python that gives its value; a test lets a spreadsheet program
recalculate them all. Plain functions only: SUM, MIN, MAX, IF, ABS, INT, ROUNDUP, INDEX, MATCH, SUMIF.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from jinlin.words import say
from results.sheets import Cell, Check, Kind, Page, Role, Value, address
from results.what_if import PAID_BY, Given, UnitCost, bought, factor

_WIDTHS = (36.0, 17.0, 17.0, 17.0, 17.0, 19.0, 44.0)
_LAST = len(_WIDTHS) - 1
_SHARE, _SUM = Check(0.0, 1.0), Check(0.0, 1e13)


@dataclass(frozen=True)
class _Number:
    """A number of the sheet: its value, and the address of its cell."""

    value: float
    at: str


def what_if_page(given: Given, language: str) -> Page:
    """Lay the what-if sheet out."""
    return _Writer(given, language).page()


class _Writer:
    """Writes the sheet from the top down; ``row`` is the next free row."""

    def __init__(self, given: Given, language: str) -> None:
        self.given, self.language, self.row = given, language, 0
        self.sheet = Page(
            say("sheet what-if", language), self._say("title"), frozen=(2, 1), protected=True,
            widths=dict(enumerate(_WIDTHS)),
        )  # fmt: skip

    def page(self) -> Page:
        """Write every part and return the sheet."""
        self._put(0, self._say("title"), Role.TITLE)
        self.row += 1
        self._put(0, self._say("says"), Role.NOTE)
        self.row += 1
        scope, costs, parts = self._scope(), self._costs(), self._parts()
        totals = self._totals(scope, costs)
        each, once, yearly = self._paid(scope, costs, parts, totals)
        self._budget(scope, totals, each, once, yearly)
        return self.sheet

    # ---- inputs

    def _scope(self) -> dict[str, _Number]:
        given, years = self.given, Check(1, 100, whole=True)
        self._section("scope", ("what", "used", "", "", "unit", "source or reason"))
        rate = Check(-0.5, 1.0)
        return {
            "places": self._input("places added", given.places, Kind.COUNT, "places from", _SUM),
            "occupied": self._input("occupied", given.occupied, Kind.SHARE, "occupied from", _SHARE),
            "years": self._input("years counted", given.years, Kind.COUNT, "years from", years),
            "rise": self._input("price rise", given.price_rise, Kind.SHARE, "rise from", rate),
            "discount": self._input("discount", given.discount, Kind.SHARE, "discount from", rate),
        }

    def _costs(self) -> dict[str, tuple[_Number, _Number, _Number]]:
        given = self.given
        self._section("costs", ("what", "used", "low", "high", "unit", "source or reason"))
        found = {
            name: self._cost(f"{name} each", cost)
            for name, cost in (("capital", given.capital), ("running", given.running), ("wage", given.wage))
        }
        settled = UnitCost(given.per_post, None, None)
        return found | {"per post": self._cost("per post", settled, Kind.NUMBER)}

    def _cost(self, key: str, cost: UnitCost, kind: Kind = Kind.COUNT) -> tuple[_Number, _Number, _Number]:
        """Write a unit cost: what is used, for the reader to change; low and high as they are known."""
        between = key == "per post" or cost.low == cost.high or cost.used != _middle(cost)
        said = "\n".join(cost.sources) or ("" if key == "per post" else self._say("no figure"))
        said = said if between or cost.used is None else f"{self._say('middle')}\n{said}"
        self._label(key, said)
        least = 1e-6 if key == "per post" else 0.0
        used = self._change(1, cost.used, kind, Check(least, 1e13), said)
        low = self._give(2, cost.low, kind) if cost.low is not None else used
        high = self._give(3, cost.high, kind) if cost.high is not None else used
        self._put(4, "" if key == "per post" else say("unit yuan", self.language))
        self.row += 1
        return used, low, high

    def _parts(self) -> dict[str, tuple[_Number, _Number, _Number, _Number]]:
        self._section(
            "parts", ("payer", "capital fixed", "capital share", "running fixed", "running share", "")
        )
        found = {}
        for payer in PAID_BY:
            capital, running = self.given.capital_parts[payer], self.given.running_parts[payer]
            said = "\n".join(dict.fromkeys((*capital.sources, *running.sources)))
            self._put(0, say(f"payer {payer}", self.language), Role.LABEL)
            found[payer] = (
                self._change(1, capital.used, Kind.COUNT, _SUM, self._span(capital)),
                self._change(2, None, Kind.SHARE, _SHARE),
                self._change(3, running.used, Kind.COUNT, _SUM, self._span(running)),
                self._change(4, None, Kind.SHARE, _SHARE),
            )
            self._wide(said)
            self.row += 1
        self._note("parts note")
        return found

    # ---- what follows

    def _totals(
        self, scope: dict[str, _Number], costs: dict[str, tuple[_Number, _Number, _Number]]
    ) -> dict[str, _Number]:
        """Write what the places cost at the costs used, at low and at high; return the first."""
        self._section("totals", ("what", "used", "low", "high", "unit", ""))
        times = self._factor(scope)
        places, occupied = scope["places"], scope["occupied"]
        lines: dict[str, list[_Number]] = {name: [] for name in ("capital", "running", "wage", "idle", "whole")}
        for column in (1, 2, 3):
            capital, running, wage = (costs[name][column - 1] for name in ("capital", "running", "wage"))
            per_post = costs["per post"][0]
            free = 1 - occupied.value
            sums = {
                "capital": (places.value * capital.value, f"={places.at}*{capital.at}"),
                "running": (places.value * running.value, f"={places.at}*{running.at}"),
                "wage": (
                    places.value / per_post.value * wage.value, f"={places.at}/{per_post.at}*{wage.at}"
                ),
                "idle": (
                    places.value * free * running.value, f"={places.at}*(1-{occupied.at})*{running.at}"
                ),
            }  # fmt: skip
            for line, (name, (value, formula)) in enumerate(sums.items()):
                lines[name].append(self._give(column, value, Kind.COUNT, formula, line))
            capital, running = lines["capital"][-1], lines["running"][-1]
            value = capital.value + running.value * times.value
            formula = f"={capital.at}+{running.at}*{times.at}"
            lines["whole"].append(self._give(column, value, Kind.COUNT, formula, 4, Role.TOTAL))
        yuan, yearly = (say(name, self.language) for name in ("unit yuan", "unit yuan a year"))
        for name in lines:
            self._label(f"{name} total")
            self._put(4, yuan if name in ("capital", "whole") else yearly)
            self.row += 1
        self._label("posts total")
        posts = ceil(places.value / costs["per post"][0].value)
        self._give(1, posts, Kind.COUNT, f"=ROUNDUP({places.at}/{costs['per post'][0].at},0)")
        self._put(4, self._say("posts unit"))
        self.row += 1
        return {name: numbers[0] for name, numbers in lines.items()} | {"factor": times}

    def _factor(self, scope: dict[str, _Number]) -> _Number:
        self._label("factor")
        years, rise, discount = (scope[name] for name in ("years", "rise", "discount"))
        growth = f"((1+{rise.at})/(1+{discount.at}))"
        formula = f"=IF(ABS({growth}-1)<1E-9,{years.at},(1-{growth}^{years.at})/(1-{growth}))"
        value = factor(int(years.value), rise.value, discount.value)
        found = self._give(1, value, Kind.RATIO, formula)
        self._put(4, self._say("years unit"))
        self.row += 1
        return found

    def _paid(
        self,
        scope: dict[str, _Number],
        costs: dict[str, tuple[_Number, _Number, _Number]],
        parts: dict[str, tuple[_Number, _Number, _Number, _Number]],
        totals: dict[str, _Number],
    ) -> tuple[list[str], list[_Number], list[_Number]]:
        """Write who pays what; return the payers' names and their parts of one place."""
        self._section("paid", ("payer", "capital a place", "running a place", "capital total", "running total",
                               "all years"))  # fmt: skip
        capital, running = costs["capital"][0], costs["running"][0]
        names, once, yearly = [], list[_Number](), list[_Number]()
        first = self.row
        for payer, (fixed, share, fixed_running, share_running) in parts.items():
            names.append(say(f"payer {payer}", self.language))
            used = scope["occupied"] if payer == "family" else None
            value = fixed.value + share.value * capital.value
            once.append(self._give(1, value, Kind.COUNT, f"={fixed.at}+{share.at}*{capital.at}"))
            value = fixed_running.value * (used.value if used else 1) + share_running.value * running.value
            times = f"*{used.at}" if used else ""
            formula = f"={fixed_running.at}{times}+{share_running.at}*{running.at}"
            yearly.append(self._give(2, value, Kind.COUNT, formula))
            self._payer(names[-1], once[-1], yearly[-1], scope["places"], totals["factor"])
        for name, whole, column, mine in (("rest", capital, 1, once), ("rest", running, 2, yearly)):
            named = f"{address(first, column)}:{address(self.row - 1, column)}"
            value = whole.value - sum(each.value for each in mine)
            mine.append(self._give(column, value, Kind.COUNT, f"={whole.at}-SUM({named})"))
            label = self._say(name)
        names.append(label)
        self._payer(label, once[-1], yearly[-1], scope["places"], totals["factor"])
        names.append(self._say("whole"))
        for column, mine, whole in ((1, once, capital), (2, yearly, running)):
            named = f"{address(first, column)}:{address(self.row - 1, column)}"
            mine.append(self._give(column, whole.value, Kind.COUNT, f"=SUM({named})", role=Role.TOTAL))
        self._payer(names[-1], once[-1], yearly[-1], scope["places"], totals["factor"], Role.TOTAL)
        self._note("rest note")
        return names, once, yearly

    def _payer(
        self, name: str, once: _Number, yearly: _Number, places: _Number, times: _Number,
        role: Role = Role.BODY,
    ) -> None:  # fmt: skip
        """Write what a payer bears of all places, and go to the next row."""
        self._put(0, name, Role.LABEL if role is Role.BODY else role)
        capital, running = once.value * places.value, yearly.value * places.value
        first = self._give(3, capital, Kind.COUNT, f"={once.at}*{places.at}", role=role)
        second = self._give(4, running, Kind.COUNT, f"={yearly.at}*{places.at}", role=role)
        formula = f"={first.at}+{second.at}*{times.at}"
        self._give(5, capital + running * times.value, Kind.COUNT, formula, role=role)
        self.row += 1

    # ---- a budget

    def _budget(
        self, scope: dict[str, _Number], totals: dict[str, _Number], names: list[str], once: list[_Number],
        yearly: list[_Number],
    ) -> None:  # fmt: skip
        given, times = self.given, totals["factor"]
        self._section("budget", ("what", "used", "", "", "unit", "source or reason"))
        from_there = "budget empty" if given.budget is None else "budget from"
        money = self._input("budget sum", given.budget, Kind.COUNT, from_there, _SUM, "unit yuan")
        uses = [self._say(f"budget {name}") for name in ("capital", "running", "both")]
        use = self._choose("budget pays", uses, uses[0])
        payer = self._choose("budget part", [names[-1], *names[:-1]], names[-1])
        of = f"MATCH({payer},{_block(names, once, 0)},0)"
        capital, running = (f"INDEX({_block(names, each)},{of})" for each in (once, yearly))
        formula = (
            f'=IF({use}="{uses[1]}",0,{capital})+IF({use}="{uses[0]}",0,{running}*{times.at})'
        )  # fmt: skip
        each = self._line("budget each", once[-1].value, formula, "unit yuan")
        plan = bought(money.value, each.value, given.wanting)
        formula = f"=IF({each.at}>0,INT({money.at}/{each.at}+1E-9),0)"
        places = self._line("budget buys", plan.places, formula, "unit places", Role.TOTAL)
        wanted = scope["places"]
        short = max(wanted.value - plan.places, 0)
        self._line("budget short", short, f"=MAX({wanted.at}-{places.at},0)", "unit places")
        left = money.value - plan.places * each.value
        self._line("budget unspent", left, f"={money.at}-{places.at}*{each.at}", "unit yuan")
        if len(given.wanting) > 1:
            self._counties(plan.by_place, places, each)

    def _counties(self, gets: tuple[float, ...], places: _Number, each: _Number) -> None:
        """Spread what the budget buys over places, in an order that the reader may change."""
        self._section("counties", ("col place", "order", "served now", "col wanting", "gets", "spent", "still"))
        first, last = self.row, self.row + len(gets) - 1
        order, wanting = (f"{address(first, at, True)}:{address(last, at, True)}" for at in (1, 3))
        for number, (place, got) in enumerate(zip(self.given.wanting, gets, strict=True), 1):
            self._put(0, place.name, Role.LABEL)
            mine = self._change(1, number, Kind.COUNT, Check(1, len(gets), whole=True))
            self._give(2, place.reached, Kind.SHARE)
            wants = self._give(3, place.places, Kind.COUNT)
            before = f'SUMIF({order},"<"&{mine.at},{wanting})'
            formula = f"=MAX(0,MIN({wants.at},{places.at}-{before}))"
            served = self._give(4, got, Kind.COUNT, formula)
            self._give(5, got * each.value, Kind.COUNT, f"={served.at}*{each.at}")
            self._give(6, place.places - got, Kind.COUNT, f"={wants.at}-{served.at}")
            self.row += 1
        self._put(0, say("all sum", self.language), Role.TOTAL)
        sums = {3: sum(place.places for place in self.given.wanting), 4: sum(gets)}
        sums |= {5: sums[4] * each.value, 6: sums[3] - sums[4]}
        for column in (1, 2):
            self._put(column, None, Role.TOTAL)
        for column, value in sums.items():
            formula = f"=SUM({address(first, column)}:{address(last, column)})"
            self._give(column, value, Kind.COUNT, formula, role=Role.TOTAL)
        self.row += 1
        self._note("order note")

    # ---- cells

    def _say(self, key: str) -> str:
        return say(f"if {key}", self.language)

    def _put(self, column: int, value: Value, role: Role = Role.BODY) -> None:
        self.sheet.put(self.row, column, Cell(value, role))

    def _section(self, key: str, heads: tuple[str, ...]) -> None:
        self.row += 1
        for column in range(_LAST + 1):
            self._put(column, self._say(key) if column == 0 else None, Role.SECTION)
        self.row += 1
        known = {"unit": "col unit", "low": "col low", "high": "col high"}
        for column, head in enumerate(heads):
            key = known.get(head, head if head.startswith("col ") else f"if {head}")
            last = column == len(heads) - 1 and len(heads) <= _LAST
            words = say(key, self.language) if head else None
            span = _LAST + 1 - column if last else 1
            self.sheet.put(self.row, column, Cell(words, Role.HEAD, span=span))
        self.row += 1

    def _label(self, key: str, said: str | None = None) -> None:
        self._put(0, self._say(key), Role.LABEL)
        if said is not None:
            self._wide(said)

    def _wide(self, said: str) -> None:
        self.sheet.put(self.row, _LAST - 1, Cell(said, Role.NOTE, span=2))

    def _note(self, key: str) -> None:
        self.sheet.put(self.row, 0, Cell(self._say(key), Role.NOTE, span=_LAST + 1))
        self.row += 1

    def _input(
        self, key: str, value: float | None, kind: Kind, said: str, check: Check, unit: str = ""
    ) -> _Number:
        """Write a line with one input, what it is from, and go to the next row."""
        self._label(key, self._say(said))
        found = self._change(1, value, kind, check, self._say(said))
        units = {"places": "unit places", "years counted": "if years unit", "places added": "unit places"}
        unit = unit or units.get(key, "")
        self._put(4, say(unit, self.language) if unit else "")
        self.row += 1
        return found

    def _change(self, column: int, value: float | None, kind: Kind, check: Check, note: str = "") -> _Number:
        """Write a cell for the reader to change; an empty one counts as nil."""
        whole = Kind.COUNT if kind is Kind.COUNT else kind
        wrong = say("if wrong number", self.language, low=check.low, high=check.high)
        checked = Check(check.low, check.high, whole=check.whole, wrong=wrong)
        at = self.sheet.put(self.row, column, Cell(value, Role.INPUT, whole, note=note, check=checked))
        return _Number(value or 0.0, at)

    def _choose(self, key: str, choices: list[str], chosen: str) -> str:
        """Write a cell that offers choices; return its address."""
        self._label(key)
        check = Check(choices=tuple(choices), wrong=self._say("wrong choice"))
        at = self.sheet.put(self.row, 1, Cell(chosen, Role.INPUT, Kind.TEXT, check=check))
        self.row += 1
        return at

    def _line(self, key: str, value: float, formula: str, unit: str, role: Role = Role.BODY) -> _Number:
        self._label(key)
        found = self._give(1, value, Kind.COUNT, formula, role=role)
        self._put(4, say(unit, self.language))
        self.row += 1
        return found

    def _give(
        self, column: int, value: float | None, kind: Kind, formula: str = "", below: int = 0,
        role: Role = Role.BODY,
    ) -> _Number:  # fmt: skip
        """Write a number that follows, some rows below the present one."""
        at = self.sheet.put(self.row + below, column, Cell(value, role, kind, formula))
        return _Number(value or 0.0, at)

    def _span(self, cost: UnitCost) -> str:
        """Say from what to what a cost is known, and by what source."""
        if cost.low is None or cost.high is None:
            return self._say("no figure")
        return "\n".join((f"{cost.low:,.10g} – {cost.high:,.10g}", *cost.sources))


def _middle(cost: UnitCost) -> float | None:
    return None if cost.low is None or cost.high is None else (cost.low + cost.high) / 2


def _block(names: list[str], numbers: list[_Number], column: int | None = None) -> str:
    """Name the cells of the payers: their numbers, or what stands in another column beside them."""
    letters = "".join(each for each in numbers[0].at if each.isalpha())
    start, end = (number.at[len(letters) :] for number in (numbers[0], numbers[len(names) - 1]))
    shown = letters if column is None else address(0, column)[:-1]
    return f"${shown}${start}:${shown}${end}"
