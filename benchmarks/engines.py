"""Live the same month three ways: compiled kernel, NumPy masks, Mesa objects. A part of ``make bench``.

All three read the same residents, tables and draws, and must name the same dead and give the same work to
all whom nothing else befell. The kernel lives the whole month. The masks and the objects decide deaths,
births, moves, changes of function, disabilities and work, and leave out what follows (families, pensions,
newborns, newcomers); the objects take their draws from the compiled hash. So their ratios are lower bounds.
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
from sim.kinds import DisabilityKind, Employment, Function
from sim.life import live_month
from sim.model import CommunityModel
from sim.places import load_atlas
from sim.rates import OLDEST, LifeTables
from sim.residents import STAYS, Residents
from sim.streams import Decision, Stream

SCENARIO, PLACE = "plan-2025", "明溪县"  # 0.1 million residents
MONTH = 0
ROUNDS = 9  # the shortest counts: what took longer was disturbed
READ = ("birth_month", "last_birth", "sex", "area", "county", "function", "disability_kind", "work_rank",
        "employment", "pension")  # fmt: skip
NONE, MODERATE = int(Function.NONE), int(Function.MODERATE)
T = TypeVar("T")
OUT, STUDENT, EMPLOYED, UNEMPLOYED, RETIRED = (int(each) for each in Employment)


@dataclass(frozen=True)
class Lived:
    """What a month came to: the rows of the dead, everyone's work, who else had an event (None: unsaid)."""

    dead: npt.NDArray[np.integer]
    work: npt.NDArray[np.integer]
    moved_on: npt.NDArray[np.bool_] | None


def compiled_month(people: Residents, tables: LifeTables, stream: Stream) -> Lived:
    """Live a month in the model's own way; the columns change."""
    founders = people.size
    counts = live_month(people, MONTH, tables, stream)
    return Lived(counts.died, people.employment[:founders], None)


def masked_month(people: Residents, tables: LifeTables, stream: Stream) -> Lived:
    """Decide a month with a mask for each event."""
    t, word = tables.month, stream.words(people.key, Decision.LIFE, MONTH)
    here, sex, area = people.exit_month == STAYS, people.sex, people.area
    age_months = MONTH - people.birth_month.astype(np.int64)
    age = np.minimum(age_months // 12, OLDEST)
    lost, group = (people.function != Function.NONE).astype(np.int64), 2 * sex.astype(np.int64) + area
    died = here & (word[0] < t.death[lost, group, age])
    rested, able = MONTH - people.last_birth >= t.spacing, people.disability_kind == DisabilityKind.NONE
    gave_birth = rested & (word[2] < t.birth[MONTH, sex, age])
    left = word[2] >= t.leave[people.county, age]
    turned = word[1] < t.turnover[lost, group, age]
    disabled = able & (word[1] >= t.disability[group, age])
    moved_on = here & ~died & (gave_birth | left | turned | disabled)
    seeks = word[3] < t.unemployment[area, people.employment]
    outside = np.where(people.work_rank >= t.student[sex, age], STUDENT, OUT)
    outside = np.where(age_months >= t.retirement[sex, people.pension], RETIRED, outside)
    takes_part = (people.work_rank < t.participation[sex, age]) & (people.function < Function.MODERATE)
    work = np.where(takes_part, np.where(seeks, UNEMPLOYED, EMPLOYED), outside)
    return Lived(np.flatnonzero(died), work, moved_on)


class Person(mesa.Agent):
    """A resident as an object: its columns as attributes, a month as its step."""

    def __init__(self, model: Village, row: int, columns: dict[str, list[int]]) -> None:
        super().__init__(model)
        self.row, self.died, self.moved_on = row, False, False
        for name, column in columns.items():
            setattr(self, name, column[row])
        self.work = self.employment

    def step(self) -> None:
        """Decide the month."""
        t, age_months = self.model.tables, MONTH - self.birth_month
        of_death, of_function, of_move, of_work = self.model.words[self.row]
        age, lost, group = min(age_months // 12, OLDEST), int(self.function != NONE), 2 * self.sex + self.area
        self.died = of_death < t["death"][lost][group][age]
        if self.died:
            return
        self.moved_on = (
            (of_move < t["birth"][self.sex][age] and MONTH - self.last_birth >= t["spacing"])
            or of_move >= t["leave"][self.county][age]
            or of_function < t["turnover"][lost][group][age]
            or (of_function >= t["disability"][group][age] and self.disability_kind == NONE)
        )
        self._work(t, age, age_months, of_work)

    def _work(self, t: dict, age: int, age_months: int, of_work: int) -> None:
        if self.work_rank < t["participation"][self.sex][age] and self.function < MODERATE:
            seeks = of_work < t["unemployment"][self.area][self.employment]
            self.work = UNEMPLOYED if seeks else EMPLOYED
        elif age_months >= t["retirement"][self.sex][self.pension]:
            self.work = RETIRED
        else:
            self.work = STUDENT if self.work_rank >= t["student"][self.sex][age] else OUT


class Village(mesa.Model):
    """The residents of a county as Mesa agents; tables and draws as Python lists, which they read fastest."""

    def __init__(self, people: Residents, tables: LifeTables, stream: Stream) -> None:
        super().__init__(seed=0)
        month = tables.month._replace(birth=tables.month.birth[MONTH])._asdict()
        self.tables = {name: np.asarray(table).tolist() for name, table in month.items()}
        self.people, self.stream = people, stream
        columns = {name: getattr(people, name).tolist() for name in READ}
        for row in range(people.size):
            Person(self, row, columns)

    def live(self) -> None:
        """Live the month."""
        self.words = self.stream.words(self.people.key, Decision.LIFE, MONTH).T.tolist()
        self.agents.do("step")

    def lived(self) -> Lived:
        """Collect what the month came to, row by row."""
        died, work, moved_on = zip(*((a.died, a.work, a.moved_on) for a in self.agents), strict=True)
        return Lived(np.flatnonzero(died), np.array(work), np.array(moved_on))


def timed(rounds: list[Callable[[], T]]) -> tuple[T, float]:
    """Time some rounds of the same work by the processor's clock; return the last result and the shortest."""
    seconds = []
    for live in rounds:
        start = time.process_time()
        found = live()
        seconds.append(time.process_time() - start)
    return found, min(seconds)


def founded() -> tuple[Residents, LifeTables, Stream]:
    """Found the residents of a county."""
    scenario, atlas = load_scenario(SCENARIO), load_atlas()
    world = drawn_world(scenario.services, scenario.settings, 1)
    model = CommunityModel(world, atlas.markets[atlas.select([PLACE]).markets[0]])
    return model.people, world.life, model.stream


def check(compiled: Lived, masked: Lived, objects: Lived) -> None:
    """Hold the three to the same month."""
    assert masked.moved_on is not None and objects.moved_on is not None
    assert len(compiled.dead) and masked.moved_on.any(), "a month in which nothing happens compares nothing"
    assert (masked.moved_on == objects.moved_on).all()
    calm = ~masked.moved_on
    calm[masked.dead] = False
    for each in (masked, objects):
        assert (np.sort(compiled.dead) == np.sort(each.dead)).all(), "not the same dead"
        assert (compiled.work[calm] == each.work[calm]).all(), "not the same work"


def main() -> None:
    """Print what a month costs each way."""
    people, tables, stream = founded()
    compiled_month(deepcopy(people), tables, stream)  # the first month may compile
    copies = [deepcopy(people) for _ in range(ROUNDS)]
    compiled, quickest = timed([lambda each=each: compiled_month(each, tables, stream) for each in copies])
    masked, by_masks = timed([lambda: masked_month(people, tables, stream)] * ROUNDS)
    village = Village(people, tables, stream)
    _, by_objects = timed([village.live] * ROUNDS)
    check(compiled, masked, village.lived())
    print(f"a month of the {people.size:,} residents of {PLACE}, the shortest of {ROUNDS} rounds:")
    for name, seconds in (("kernel", quickest), ("masks", by_masks), ("objects", by_objects)):
        ratio = "" if seconds is quickest else f", at least {seconds / quickest:.1f} times the kernel"
        print(f"  {name:<10} {seconds / people.size * 1e9:8.0f} ns a resident{ratio}")


if __name__ == "__main__":
    main()
