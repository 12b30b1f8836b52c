"""Laws of needs: what is read from lives against a slow account of the same lives, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from sim.clock import NEVER, month_start
from sim.history import FOUNDED, NEVER_LEAVES, disability_value
from sim.kinds import Change, Employment, Exit, Living, Mechanism, Pension, Sex
from sim.needs import Ledger
from sim.services import Condition, NeedGroup, Service
from tests.sim.small_needs import (
    ANYONE,
    DEPENDENT,
    HOME,
    Happening,
    asks_told,
    bits,
    happened,
    people,
    recorded,
    service,
    spells_told,
)

MONTHS = 12
PEOPLE = (
    {"birth_month": -719, "sex": Sex.FEMALE, "spouse": 1},  # 60 in month 1
    {"birth_month": -830, "sex": Sex.MALE, "spouse": 0},  # 70 in month 10
    {"birth_month": -400, "sex": Sex.FEMALE, "spouse": 4},
    {"birth_month": -25, "mother": 2},
    {"birth_month": -900, "sex": Sex.MALE, "spouse": 2},
    {"birth_month": -4, "mother": 0},
    {"birth_month": 0, "mother": 2},  # is born in a month that is drawn
    {"birth_month": -835},  # comes in a month that is drawn
)
FOUNDERS, NEWBORN, NEWCOMER = range(6), 6, 7
WOMEN = (0, 2)
KINDS = {
    "function": 4, "living": 7, "payer": 3, "employment": 5, "area": 2, "pension": 4, "disability_kind": 8,
    "disability_grade": 3, "card": 2,
}  # fmt: skip
ALONE = Condition(age_months=(840, 2400), function=0b0011, living=bits(Living.ALONE, Living.SPOUSE))
CHILD = Condition(age_months=(6, 36), mother_employment=bits(Employment.EMPLOYED, Employment.RETIRED))
OTHER_CHILD = Condition(age_months=(6, 36), mother_employment=bits(Employment.OUT, Employment.UNEMPLOYED))
RULES: dict[str, tuple[Condition, ...]] = {
    "help": (DEPENDENT,),
    "home": (ALONE, Condition(living=bits(Living.OTHERS), pension=bits(Pension.NONE, Pension.EMPLOYEE))),
    "whole": (CHILD,),
    "half": (OTHER_CHILD,),
    "disabled": (Condition(disability_kind=0b11110000, disability_grade=bits(2), card=1 << 1, area=1 << 1),),
    "errand": (
        Condition(employment=bits(Employment.OUT, Employment.RETIRED), payer=0b011),
        Condition(age_months=(0, 240), mother_employment=bits(Employment.EMPLOYED)),
    ),
}
EVERY = {"help": 3, "home": 5, "whole": 0, "half": 0, "disabled": 1, "errand": 12}
QUEUED = [name for name in RULES if name != "errand"]


def services() -> list[Service]:
    made = []
    for name, rules in RULES.items():
        groups = [NeedGroup(ANYONE, who, place="place") for who in rules]
        changes: dict[str, object] = {"ask_every_months": EVERY[name]}
        if name == "errand":
            changes = {
                "mechanism": Mechanism.WORKLOAD,
                "pool": "",
                "wish": "",
                "patience_days": "",
                "reach_km": "",
            }
        made.append(service(name, *groups, **changes))
    return made


@dataclass(frozen=True)
class Lives:
    """What a few residents are on coming, what happens to them, and who comes and goes; held or not."""

    states: tuple[dict[str, int], ...]
    happenings: tuple[Happening, ...]
    exits: dict[int, tuple[int, Exit]]
    comes: dict[int, int]
    held: bool

    def here(self, row: int, month: int) -> bool:
        """Tell whether a resident is present at the end of a month."""
        comes = self.comes.get(row, FOUNDED if row in FOUNDERS else NEVER_LEAVES)
        return comes <= month < self.exits.get(row, (NEVER_LEAVES,))[0]

    def born(self, row: int) -> int:
        return self.comes[row] if row == NEWBORN else PEOPLE[row]["birth_month"]

    @cached_property
    def by_month(self) -> list[dict[int, dict[str, int]]]:
        """Account for everyone present at the end of each month, from the census (first) on."""
        now = {row: dict(state) for row, state in enumerate(self.states)}
        told = []
        for month in range(-1, MONTHS):
            self._part_couples(now, month)
            for _, row, change, value in (each for each in self.happenings if each[0] == month):
                _apply(now[row], month, change, value)
            told.append({row: dict(state) for row, state in now.items() if self.here(row, month)})
        return told

    def _part_couples(self, now: dict[int, dict[str, int]], month: int) -> None:
        """Let survivors live as the couple did without the spouse."""
        for row, (gone, _) in self.exits.items():
            spouse = PEOPLE[row].get("spouse", -1)
            if gone != month or spouse < 0:
                continue
            with_minors = month - now[row if row in WOMEN else spouse]["last_birth"] < 18 * 12
            living = now[spouse]["living"]
            if living == Living.SPOUSE:
                now[spouse]["living"] = Living.OTHERS if with_minors else Living.ALONE
            elif living == Living.SPOUSE_AND_CHILDREN:
                now[spouse]["living"] = Living.CHILDREN

    def mothers_work(self, row: int, month: int) -> int:
        """Return what a mother does, 255 where she is not there."""
        mother = PEOPLE[row].get("mother", -1)
        there = self.by_month[month + 1].get(mother)
        return 255 if there is None else there["employment"]

    def age(self, row: int, month: int) -> int:
        return (0 if self.held and month >= 0 else month) - self.born(row)

    def ways(self, row: int, month: int, name: str) -> list[int]:
        """List the groups of a service that a resident belongs to at the end of a month."""
        state = self.by_month[month + 1].get(row)
        if state is None:
            return []
        age, work = self.age(row, month), self.mothers_work(row, month)
        return [n for n, who in enumerate(RULES[name]) if _holds(who, state, age, work)]

    def spells(self) -> list[tuple[int, int, int, int | None]]:
        """List (resident, service, month of start, of end): -1 for the census, None for after the run."""
        new = {(row, month) for month, row, change, _ in self.happenings if change == Change.RENEWAL}
        found = []
        for row in range(len(PEOPLE)):
            for s, name in enumerate(QUEUED):
                start: int | None = None
                for month in range(-1, MONTHS):
                    needs = bool(self.ways(row, month, name))
                    if start is not None and (not needs or (row, month) in new):
                        found.append((row, s, start, month))
                        start = None
                    if needs and start is None:
                        start = month
                if start is not None:
                    found.append((row, s, start, None))
        return sorted(found, key=lambda each: each[:3])

    def recorded(self) -> Ledger:
        rows = [dict(row) | state for row, state in zip(PEOPLE, self.states, strict=True)]
        rows[NEWBORN]["birth_month"] = self.comes.get(NEWBORN, 0)
        residents = people(*rows[: len(FOUNDERS) + len(self.comes)])
        history = happened(residents, MONTHS, self.happenings, self.exits, self.comes)
        return recorded(residents, history, *services(), held=self.held)


def _apply(state: dict[str, int], month: int, change: Change, value: int) -> None:
    if change == Change.BIRTH:
        state["last_birth"] = month
    elif change == Change.DISABILITY:
        state.update(disability_kind=value % 8, disability_grade=value // 8 % 4, card=value // 32)
    elif change != Change.RENEWAL:
        state[{Change.FUNCTION: "function", Change.WORK: "employment", Change.PENSION: "pension"}[change]] = (
            value
        )


def _holds(who: Condition, state: dict[str, int], age: int, mothers_work: int) -> bool:
    """Check a condition column by column."""
    if not who.age_months[0] <= age < who.age_months[1]:
        return False
    if who.mother_employment != -1 and (mothers_work == 255 or not who.mother_employment >> mothers_work & 1):
        return False
    return all(getattr(who, name) == -1 or getattr(who, name) >> state[name] & 1 for name in KINDS)


@st.composite
def lives(draw: st.DrawFn) -> Lives:
    """Draw lives: held ones renew residents, others lose and gain them."""
    held = draw(st.booleans())
    columns = {name: st.integers(0, kinds - 1) for name, kinds in KINDS.items()}
    state = st.fixed_dictionaries(columns | {"last_birth": st.sampled_from((-1200, -215, -209, -25))})
    comes = {} if held else {NEWBORN: draw(st.integers(0, 5))}
    comes |= {} if held else {NEWCOMER: draw(st.integers(comes[NEWBORN], 8))}
    rows = len(FOUNDERS) + len(comes)
    exits = st.dictionaries(
        st.integers(0, rows - 1), st.tuples(st.integers(0, 11), st.sampled_from((Exit.DIED, Exit.MOVED)))
    )
    goes = {} if held else {r: e for r, e in draw(exits).items() if e[0] > comes.get(r, FOUNDED)}
    found = Lives(tuple(draw(state) for _ in PEOPLE), (), goes, comes, held)
    changes = [Change.FUNCTION, Change.DISABILITY, Change.WORK, Change.PENSION, Change.BIRTH]
    changes += [Change.RENEWAL] if held else []
    one = st.tuples(
        st.integers(0, MONTHS - 1), st.integers(0, rows - 1), st.sampled_from(changes), st.integers(0, 191)
    )
    told = [_sound(*each) for each in draw(st.lists(one, max_size=20))]
    kept = [e for e in told if found.here(e[1], e[0]) and e[0] > comes.get(e[1], FOUNDED)]
    kept = [e for e in kept if e[2] != Change.BIRTH or e[1] in WOMEN]
    kept.sort(key=lambda each: (each[0], each[1], each[2] != Change.RENEWAL))
    return Lives(found.states, tuple(kept), goes, comes, held)


def _sound(month: int, row: int, change: Change, value: int) -> Happening:
    """Make a value one that its column can have."""
    if change == Change.DISABILITY:
        return month, row, change, int(disability_value(value % 8, value // 8 % 3, value // 24 % 2))
    kinds = {Change.FUNCTION: 4, Change.WORK: 5, Change.PENSION: 4}
    return month, row, change, value % kinds.get(change, 1)


@trial(max_examples=60, deadline=None)
@given(lives())
def test_needs_last_exactly_while_their_conditions_hold(told: Lives) -> None:
    ledger = told.recorded()
    spells = [(r, s, max(start or 0, -1), end) for r, s, start, end in spells_told(ledger)]
    assert sorted(spells, key=lambda each: each[:3]) == told.spells()


@trial(max_examples=60, deadline=None)
@given(lives())
def test_everyone_in_need_is_counted_at_the_end_of_each_month(told: Lives) -> None:
    ledger, errand = told.recorded(), list(RULES).index("errand")
    for month in range(MONTHS):
        rows = range(len(PEOPLE))
        persons = [sum(bool(told.ways(row, month, name)) for row in rows) for name in RULES]
        assert ledger.persons[:, HOME, month].tolist() == persons
        groups = [sum(g in told.ways(row, month, "errand") for row in rows) for g in range(2)]
        assert ledger.people[errand, :, HOME, month].tolist() == groups
        assert ledger.residents[HOME, :, month].sum() == len(told.by_month[month + 1])
    assert not np.delete(ledger.people, errand, axis=0).any()


@trial(max_examples=60, deadline=None)
@given(lives())
def test_whoever_needs_a_service_asks_at_once_and_then_in_its_rhythm(told: Lives) -> None:
    ledger = told.recorded()
    expected = []
    for row, s, start, end in spells_told(ledger):
        every, begun = EVERY[QUEUED[s]], start or 0
        months = range(begun, MONTHS if end is None else end, every) if every else range(begun, begun + 1)
        expected += [(row, s, month) for month in months if month >= 0]
    assert [each for each in asks_told(ledger) if each[2] >= 0] == sorted(expected)


@trial(max_examples=60, deadline=None)
@given(lives())
def test_needs_and_asks_tell_what_their_residents_were_then(told: Lives) -> None:
    ledger = told.recorded()
    spells, asks = ledger.spells, ledger.asks
    for n, (row, s, start, _) in enumerate(in_order(ledger)):
        state, name = told.by_month[max(start, -1) + 1][row], QUEUED[s]
        assert spells.group[n] == told.ways(row, max(start, -1), name)[0]
        assert spells.age_months[n] == told.age(row, max(start, -1))
        for column in ("function", "area", "payer"):
            assert getattr(spells, column)[n] == state[column], column
    for n, (spell, month) in enumerate(zip(asks.spell, asks.ordinal.tolist(), strict=True)):
        row, then = int(spells.resident[spell]), max(month, -1)
        state = told.by_month[then + 1][row]
        assert {column: getattr(asks, column)[n] for column in KINDS} == {c: state[c] for c in KINDS}
        assert asks.mother_employment[n] == told.mothers_work(row, then)
        assert asks.age_months[n] == told.age(row, month)


def in_order(ledger: Ledger) -> list[tuple[int, int, int, int]]:
    """Tell spells row by row as (resident, service, month of start or -1, minute of end)."""
    spells = ledger.spells
    begins = [month_start(month) for month in range(MONTHS + 1)]
    months = np.searchsorted(begins, spells.start, side="right") - 1
    columns = spells.resident, spells.service, months, spells.end
    return [tuple(map(int, each)) for each in zip(*columns, strict=True)]  # type: ignore[misc]


@trial(max_examples=60, deadline=None)
@given(lives())
def test_needs_never_overlap_and_asks_lie_within_them(told: Lives) -> None:
    ledger = told.recorded()
    spells, asks = ledger.spells, ledger.asks
    assert (spells.start < spells.end).all()
    by_need: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row in range(spells.key.size):
        need = int(spells.key[row]), int(spells.service[row])
        by_need.setdefault(need, []).append((int(spells.start[row]), int(spells.end[row])))
    for times in by_need.values():
        assert all(first[1] <= second[0] for first, second in pairwise(sorted(times)))
    assert (spells.start[asks.spell] <= asks.minute).all() and (asks.minute < spells.end[asks.spell]).all()
    first_asks = {int(spell) for spell in asks.spell[asks.minute == spells.start[asks.spell]]}
    young = np.flatnonzero(spells.start >= 0)
    assert set(young.tolist()) <= first_asks, "whoever begins to need a service asks at once"
    assert (spells.end[spells.end < NEVER] < month_start(MONTHS)).all()
