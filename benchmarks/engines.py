"""Live the same months three ways: compiled lives, NumPy masks, Mesa objects. A part of ``make bench``.

All three live the founders of a county by the same rules, tables and draws, and must agree on who has died or
left in which month and on what everyone else is at the end. The compiled lives are those of the model: those
who are born and who come live too, and what happens is written down. The masks go through all columns month
by month; they are the account that tests hold the lives to. The objects are a Mesa agent each, whose step is
a month; they take their draws from the compiled hash and do not keep books of couples. So the ratios are
lower bounds. What is compared is the processor's time for a resident-month.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import TypeVar

import mesa
import numpy as np
import numpy.typing as npt

from scenarios.experiments import drawn_world
from scenarios.load import load_scenario
from sim.history import FOUNDED, NEVER_LEAVES
from sim.kinds import DisabilityGrade, DisabilityKind, Employment, Exit, Function, Pension
from sim.life import live
from sim.model import CommunityModel
from sim.months import turn
from sim.places import load_atlas
from sim.rates import OLDEST, ONSET_AGE, LifeTables, year_in
from sim.residents import Residents
from sim.stocks import residents_by_month
from sim.streams import Decision, Stream
from tests.sim.masked_life import MaskedLife

SCENARIO, PLACE = "plan-2025", "明溪县"  # 0.1 million residents
MONTHS = 62
ROUNDS = {"lives": 9, "masks": 3, "objects": 1}  # the shortest counts: what took longer was disturbed
KEPT = ("last_birth", "function", "function_since", "disability_kind", "disability_grade", "card",
        "employment", "pension", "births")  # fmt: skip
READ = ("key", "birth_month", "sex", "area", "county", "work_rank", *KEPT)
NONE, MODERATE, SEVERE = (int(each) for each in (Function.NONE, Function.MODERATE, Function.SEVERE))
ABLE, PHYSICAL = int(DisabilityKind.NONE), int(DisabilityKind.PHYSICAL)
MILD_GRADE, SEVERE_GRADE = int(DisabilityGrade.MILD), int(DisabilityGrade.SEVERE)
OUT, STUDENT, EMPLOYED, UNEMPLOYED, RETIRED = (int(each) for each in Employment)
EMPLOYEE, DIED, MOVED = int(Pension.EMPLOYEE), int(Exit.DIED), int(Exit.MOVED)
STAYS, ADULT_MONTHS, EARLY = NEVER_LEAVES, 216, -720
T = TypeVar("T")


@dataclass(frozen=True)
class Lived:
    """What the months came to: when and why founders have gone, and what all others are at the end."""

    exit_month: npt.NDArray[np.integer]
    exit: npt.NDArray[np.integer]
    columns: dict[str, npt.NDArray[np.integer]]

    @classmethod
    def of(cls, people: Residents, founders: int) -> Lived:
        """Read the columns."""
        columns = {name: getattr(people, name)[:founders] for name in KEPT}
        return cls(people.exit_month[:founders], people.exit[:founders], columns)

    @property
    def resident_months(self) -> int:
        """Count the ends of months at which founders were present."""
        return int(np.minimum(self.exit_month, MONTHS).sum())


class Person(mesa.Agent):
    """A resident as an object: its columns as attributes, a month as its step."""

    def __init__(self, model: Village, row: int, columns: dict[str, list[int]]) -> None:
        super().__init__(model)
        self.row, self.exit_month, self.exit, self.children = row, STAYS, 0, []
        for name, column in columns.items():
            setattr(self, name, column[row])

    def step(self) -> None:
        """Live a month."""
        t, month = self.model.tables, self.model.month
        of_death, of_function, of_move, of_work = self.model.words[self.row]
        age_months = month - self.birth_month
        age, lost, group = min(age_months // 12, OLDEST), int(self.function != NONE), 2 * self.sex + self.area
        if of_death < self.model.deaths[lost][group][age]:
            self.go(DIED)
            return
        if of_move < t["birth"][month][self.sex][age] and month - self.last_birth >= t["spacing"]:
            self.last_birth, self.births = month, self.births + 1
        if of_move >= t["leave"][self.county][age]:
            self.go(MOVED)
            return
        if of_function < t["turnover"][lost][group][age]:
            self._turn(t, month)
        if of_function >= t["disability"][group][age] and self.disability_kind == ABLE:
            self._become_disabled(t, age, month)
        self._work(t, age, age_months, of_work)

    def go(self, why: int) -> None:
        """Leave the village."""
        self.exit_month, self.exit = self.model.month, why
        if why == MOVED:
            self.model.movers.append(self)
        self.remove()

    def _turn(self, t: dict, month: int) -> None:
        if self.function != NONE:
            if self.function_since - self.birth_month >= 12 * ONSET_AGE:
                self.function, self.function_since = NONE, month
            return
        word = self.model.draw(self.key, Decision.FOUND_FUNCTION, month + 1)
        self.function, self.function_since = 1 + sum(word[2] >= each for each in t["severity"]), month
        if self.disability_kind == ABLE and word[1] < t["linked"]:
            again = self.model.draw(self.key, Decision.FOUND_DISABILITY, month + 1)
            self._survey(t, 1, self.function >= MODERATE, again)

    def _become_disabled(self, t: dict, age: int, month: int) -> None:
        word = self.model.draw(self.key, Decision.FOUND_DISABILITY, month + 1)
        self._survey(t, 0, word[1] < t["severe"], word)
        takes = self.disability_grade == SEVERE_GRADE and self.disability_kind >= PHYSICAL
        if age < ONSET_AGE and takes and word[3] < t["lasting"][1]:
            self.function = SEVERE if word[3] < t["lasting"][0] else MODERATE
            self.function_since = month

    def _survey(self, t: dict, linked: int, severe: bool, word: list[int]) -> None:
        self.disability_kind = 1 + sum(word[0] >= each for each in t["kind"][linked][:6])
        self.disability_grade = SEVERE_GRADE if severe else MILD_GRADE
        self.card = int(word[2] < t["card"][self.disability_grade])

    def _work(self, t: dict, age: int, age_months: int, of_work: int) -> None:
        before = self.employment
        if self.work_rank < t["participation"][self.sex][age] and self.function < MODERATE:
            seeks = of_work < t["unemployment"][self.area][before]
            self.employment = UNEMPLOYED if seeks else EMPLOYED
        elif age_months >= t["retirement"][self.sex][self.pension]:
            self.employment = RETIRED
        else:
            self.employment = STUDENT if self.work_rank >= t["student"][self.sex][age] else OUT
        if self.employment == EMPLOYED and before <= STUDENT and self.pension < EMPLOYEE:
            word = self.model.draw(self.key, Decision.FOUND_PENSION, 0)[0]
            if word < t["employee"][self.area][int(self.birth_month < EARLY)]:
                self.pension = EMPLOYEE


class Village(mesa.Model):
    """The residents of a county as Mesa agents; tables and draws as Python lists, which they read fastest."""

    def __init__(self, people: Residents, tables: LifeTables, stream: Stream) -> None:
        super().__init__(seed=0)
        self.tables = {name: np.asarray(table).tolist() for name, table in tables.month._asdict().items()}
        self.keys, self.stream, self.movers = people.key, stream, []
        columns = {name: getattr(people, name).tolist() for name in READ}
        self.people = [Person(self, row, columns) for row in range(people.size)]
        for row in np.flatnonzero(people.mother >= 0):
            self.people[people.mother[row]].children.append(self.people[row])

    def live(self) -> None:
        """Live the months; minors move with their mothers."""
        deaths = self.tables["death"]
        for self.month in range(MONTHS):
            self.deaths = deaths[min(year_in(self.month), len(deaths) - 1)]
            self.words = self.stream.life_words(self.keys, self.month).T.tolist()
            self.movers.clear()
            self.agents.do("step")
            minors = [c for m in self.movers for c in m.children if self.month - c.birth_month < ADULT_MONTHS]
            for child in minors:
                if child.exit_month == STAYS:
                    child.go(MOVED)

    def draw(self, key: int, decision: Decision, time: int) -> list[int]:
        """Return four words."""
        return self.stream.words(np.array([key], dtype=np.uint64), decision, time)[:, 0].tolist()

    def lived(self) -> Lived:
        """Collect what the months came to, row by row."""
        told = {
            name: np.array([getattr(p, name) for p in self.people]) for name in ("exit_month", "exit", *KEPT)
        }
        return Lived(told.pop("exit_month"), told.pop("exit"), told)


def timed(work: Callable[[T], object], prepared: list[T]) -> float:
    """Time the same work on each of what was prepared by the processor's clock; return the shortest."""
    seconds = []
    for each in prepared:
        start = time.process_time()
        work(each)
        seconds.append(time.process_time() - start)
    return min(seconds)


def by_lives(people: Residents, tables: LifeTables, stream: Stream) -> tuple[Lived, float]:
    """Live in the model's own way; return what came of it and seconds a resident-month."""
    live(deepcopy(people), MONTHS, tables, stream)  # the first may compile
    copies = [deepcopy(people) for _ in range(ROUNDS["lives"])]
    seconds = timed(lambda each: live(each, MONTHS, tables, stream), copies)
    history = live(people, MONTHS, tables, stream)
    months = int(residents_by_month(history, people, len(load_atlas().counties.code)).sum())
    founders = people.size
    for month in range(MONTHS):
        turn(history, people, month, tables, stream)
    return Lived.of(people, founders), seconds / months


def by_masks(people: Residents, tables: LifeTables, stream: Stream) -> tuple[Lived, float]:
    """Live with a mask for each rule."""
    comes = np.full(people.size, FOUNDED)
    copies = [MaskedLife(deepcopy(people), comes, tables, stream) for _ in range(ROUNDS["masks"])]
    seconds = timed(lambda life: [life.live(month) for month in range(MONTHS)], copies)
    lived = Lived.of(copies[0].people, people.size)
    return lived, seconds / lived.resident_months


def by_objects(people: Residents, tables: LifeTables, stream: Stream) -> tuple[Lived, float]:
    """Live as Mesa agents; making them is not timed."""
    villages = [Village(people, tables, stream) for _ in range(ROUNDS["objects"])]
    seconds = timed(Village.live, villages)
    lived = villages[0].lived()
    return lived, seconds / lived.resident_months


def founded() -> tuple[Residents, LifeTables, Stream]:
    """Found the residents of a county."""
    scenario, atlas = load_scenario(SCENARIO), load_atlas()
    world = drawn_world(scenario.services, scenario.settings, MONTHS)
    model = CommunityModel(world, atlas.markets[atlas.select([PLACE]).markets[0]])
    return model.people, world.life, model.stream


def check(one: Lived, other: Lived) -> None:
    """Hold two ways to the same lives."""
    assert np.array_equal(one.exit_month, other.exit_month), "not the same dead and leavers"
    assert np.array_equal(one.exit, other.exit), "they have not gone for the same reasons"
    here = one.exit_month == STAYS
    for name in KEPT:
        assert np.array_equal(one.columns[name][here], other.columns[name][here]), f"not the same {name}"
    assert 0 < here.sum() < len(here), "months in which nobody goes compare nothing"


def main() -> None:
    """Print what a resident-month costs each way."""
    people, tables, stream = founded()
    size = people.size
    ways = {"objects": by_objects, "masks": by_masks, "lives": by_lives}
    told = {name: way(deepcopy(people), tables, stream) for name, way in ways.items()}
    lived, quickest = told["lives"]
    print(f"{MONTHS} months of the {size:,} residents of {PLACE}, the shortest of some rounds:")
    for name, (outcome, seconds) in told.items():
        check(outcome, lived)
        ratio = "" if name == "lives" else f", {seconds / quickest:.1f} times the compiled lives"
        print(f"  {name:<10} {seconds * 1e9:8.1f} ns a resident-month{ratio}")


if __name__ == "__main__":
    main()
