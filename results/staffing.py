"""Staffing as tables: posts and who holds them, minutes brought and asked, what each task may take, hires.

The numbers of a year at central values, from ``scenarios.staff_counts``. Workers are means over the months of
the year, minutes their sums; the break-even is the report's (``results.verdicts``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from results.typed_tables import Cell, Column, TypedTable
from results.verdicts import break_even_minutes, minutes_per_resident_year
from scenarios.load import Scenario, define
from scenarios.staff_counts import StaffCounts
from scenarios.supply import supply_plan
from sim.clock import months_of
from sim.kinds import Area, Mechanism
from sim.services import NeedGroup, Service
from sim.supply import Cadre, Crew, Floats
from sim.turnover import Terms, equilibrium

START = 2020
_MONTHS_A_YEAR = 12
_THOUSAND = 1000
SCENARIO, _CADRE = Column("scenario"), Column("cadre")
STEPS = ("posts", "not yet filled", "leavers not replaced", "learning", "absent", "overtime", "at work")


@dataclass(frozen=True)
class Staffing:
    """One scenario's staff in a year."""

    scenario: Scenario
    counts: StaffCounts
    year: int
    language: str

    @property
    def months(self) -> list[int]:
        """List the months of the year."""
        return list(months_of(self.year))

    def row(self, cadre: Cadre) -> int:
        """Return the row of a cadre in the counts."""
        return [each.id for each in self.scenario.cadres].index(cadre.id)

    def by_month(self, cadre: Cadre, what: Crew) -> Floats:
        """Return workers of a cadre in each month of the year."""
        return np.asarray(self.counts.crews[self.row(cadre), what].sum(axis=0)[self.months] / _THOUSAND)

    def crew(self, cadre: Cadre, what: Crew) -> float:
        """Return workers of a cadre, the mean of the year."""
        return float(self.by_month(cadre, what).mean())

    def flow(self, cadre: Cadre, what: Crew) -> float:
        """Return workers of a cadre hired or gone in the year."""
        return float(self.by_month(cadre, what).sum())

    @cached_property
    def urban_years(self) -> dict[int, float]:
        """Return the urban resident-years of the first year and of the year asked about."""
        urban = self.counts.residents[:, Area.URBAN].sum(axis=0)
        months = {year: list(months_of(year)) for year in (START, self.year)}
        return {year: float(urban[of_year].sum()) / _MONTHS_A_YEAR for year, of_year in months.items()}

    def minutes(self, cadre: Cadre, year: int) -> float:
        """Return the minutes of service that a cadre brings in a year."""
        return float(self.counts.minutes[self.row(cadre)].sum(axis=0)[list(months_of(year))].sum())

    def per_resident(self, minutes: float, year: int) -> float:
        """Return minutes per urban resident and year, as the report counts them."""
        return float(minutes_per_resident_year(np.array([minutes]), np.array([self.urban_years[year]]))[0])

    def terms(self, cadre: Cadre) -> Terms:
        """Return what moves a cadre: as the scenario has it; where it keeps no account, as settings do."""
        if cadre.turnover:
            return Terms.of(supply_plan(self.scenario), cadre)
        whole = replace(cadre, turnover=define().turnovers[cadre.id])
        settings = {**define().vocabulary.settings, **self.scenario.settings}
        return Terms.of(supply_plan(self.scenario, settings), whole)

    def tasks(self, cadre: Cadre) -> Iterator[tuple[Service, NeedGroup, float, float]]:
        """Yield the kinds of task of a cadre: service, group, people (mean) and minutes of the year."""
        for index, service in enumerate(self.scenario.services):
            if service.mechanism is Mechanism.WORKLOAD and service.cadre == cadre.id:
                for group, need in enumerate(service.needed):
                    people, asked = (
                        grid[index, group].sum(axis=0)[self.months]
                        for grid in (self.counts.people, self.counts.asked)
                    )
                    yield service, need, float(people.mean()), float(asked.sum())

    @property
    def label(self) -> str:
        """Name the scenario by its id."""
        return self.scenario.id


def staff_table(sides: Sequence[Staffing], cadres: Sequence[str]) -> TypedTable:
    """Tabulate posts, vacancies, trainees, workers and what they come to, and the flows of the year."""
    workers = ("posts", "vacancies", "trainees", "working", "at work", "hired", "left")
    columns = (SCENARIO, _CADRE, *(Column(key, "workers", 1) for key in workers),
               Column("places built", "places"), Column("places staffed", "places"))  # fmt: skip
    return TypedTable("staff", columns, tuple(_staff(s, c) for s, c in _each(sides, cadres)))


def _each(sides: Sequence[Staffing], cadres: Sequence[str]) -> Iterator[tuple[Staffing, Cadre]]:
    """Go through the cadres asked for, each under every scenario."""
    for number, cadre in enumerate(sides[0].scenario.cadres):
        if not cadres or cadre.id in cadres:
            yield from ((side, side.scenario.cadres[number]) for side in sides)


def _staff(side: Staffing, cadre: Cadre) -> tuple[Cell, ...]:
    posts, staff, trainees, present = (
        side.crew(cadre, what) for what in (Crew.POSTS, Crew.STAFF, Crew.TRAINEES, Crew.PRESENT)
    )
    flows = side.flow(cadre, Crew.HIRED), side.flow(cadre, Crew.LEFT)
    last = side.months[-1]
    grids = side.counts.built, side.counts.usable
    places: list[Cell] = [float(grid[side.row(cadre), :, last].sum() / _THOUSAND) for grid in grids]
    if cadre.workers_per_10000:
        places = [None, None]
    vacant = max(posts - staff, 0.0)
    kept: list[Cell] = [*flows] if cadre.turnover else [None, None]
    return (side.label, cadre.name[side.language], posts, vacant, trainees, staff - trainees, present, *kept,
            *places)  # fmt: skip


def loss_table(sides: Sequence[Staffing], cadres: Sequence[str]) -> TypedTable:
    """Tabulate what lies between the posts and the work done, in full workers, mean of the year."""
    columns = SCENARIO, _CADRE, *(Column(step, "workers", 1) for step in STEPS)
    rows: list[tuple[Cell, ...]] = [
        (side.label, cadre.name[side.language], *_losses(side, cadre))
        for side, cadre in _each(sides, cadres)
        if cadre.turnover
    ]
    return TypedTable("losses", columns, tuple(rows))


def minute_loss_table(sides: Sequence[Staffing], cadres: Sequence[str]) -> TypedTable:
    """Tabulate the same in minutes a resident and year, of staff whose minutes are counted."""
    columns = SCENARIO, _CADRE, *(Column(step, "minutes a resident-year", 1) for step in STEPS)
    rows: list[tuple[Cell, ...]] = []
    for side, cadre in _each(sides, cadres):
        present = side.crew(cadre, Crew.PRESENT)
        if cadre.turnover and cadre.workers_per_10000 and present:
            each = side.per_resident(side.minutes(cadre, side.year), side.year) / present
            losses = (workers * each for workers in _losses(side, cadre))
            rows.append((side.label, cadre.name[side.language], *losses))
    return TypedTable("losses in minutes", columns, tuple(rows))


def _losses(side: Staffing, cadre: Cadre) -> tuple[float, ...]:
    """Go from posts to work by the steps, each of which takes away (or adds to) what the one before left.

    Month by month, then the means: terms may move within the year.
    """
    posts, staff, trainees, present = (
        side.by_month(cadre, what) for what in (Crew.POSTS, Crew.STAFF, Crew.TRAINEES, Crew.PRESENT)
    )
    lasting = side.counts.lasting[side.row(cadre)].sum(axis=0)[side.months] / _THOUSAND
    terms, found = side.terms(cadre), np.minimum(lasting, posts)
    trained = staff - trainees * (1 - terms.trainee[side.months])
    absent = trained * terms.absence[side.months]
    taken = found - posts, staff - found, trained - staff, 0.0 - absent, present - (trained - absent)
    return tuple(float(each.mean()) for each in (posts, *taken, present))


def minutes_table(sides: Sequence[Staffing], cadres: Sequence[str]) -> TypedTable:
    """Tabulate the minutes a resident and year that workers bring, in 2020 and now, and that are asked."""
    a_head = "minutes a resident-year"
    columns = (SCENARIO, _CADRE, Column("minutes", "minutes a year"), Column("asked", "minutes a year"),
               Column("per resident 2020", a_head, 1), Column("per resident", a_head, 1),
               Column("asked per resident", a_head, 1), Column("asked of brought", share=True))  # fmt: skip
    rows = []
    for side, cadre in _each(sides, cadres):
        if cadre.workers_per_10000:
            brought, asked = side.minutes(cadre, side.year), sum(task[3] for task in side.tasks(cadre))
            start = side.per_resident(side.minutes(cadre, START), START)
            heads = (side.per_resident(minutes, side.year) for minutes in (brought, asked))
            share = asked / brought if brought else None
            rows.append((side.label, cadre.name[side.language], brought, asked, start, *heads, share))
    return TypedTable("minutes", columns, tuple(rows))


def task_table(sides: Sequence[Staffing], cadres: Sequence[str]) -> TypedTable:
    """Tabulate kinds of task: what they ask, and the minutes of one at which the staff is just enough.

    Two readings: all kinds scale alike, or one alone takes all that is left (or must give all that lacks);
    and the minutes that one kind may gain if it alone takes what the staff has gained since 2020.
    """
    each = "minutes each"
    columns = (SCENARIO, Column("task"), Column("people", "residents"), Column("events", "events a year"),
               Column("assumed", each, 1), Column("asked", "minutes a year"), Column("all alike", each, 1),
               Column("alone", each, 1), Column("growth alone", each, 1))  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for side, cadre in _each(sides, cadres):
        rows += _tasks(side, cadre)
    return TypedTable("tasks", columns, tuple(rows))


def _tasks(side: Staffing, cadre: Cadre) -> Iterator[tuple[Cell, ...]]:
    tasks = list(side.tasks(cadre))
    brought, asked = side.minutes(cadre, side.year), sum(task[3] for task in tasks)
    start = side.per_resident(side.minutes(cadre, START), START) * side.urban_years[side.year]
    for service, need, people, minutes in tasks:
        each = side.scenario.settings[need.minutes]
        events = minutes / each if each else 0.0
        alike = break_even_minutes(np.array([each]), np.array([brought]), np.array([asked]))[0]
        alone = max(each + (brought - asked) / events, 0.0) if events else None
        growth = (brought - start) / events if events else None
        name = f"{service.name[side.language]}: {need.label[side.language]}"
        yield side.label, name, people, events, each, minutes, float(alike), alone, growth


def hire_table(sides: Sequence[Staffing], cadres: Sequence[str]) -> TypedTable:
    """Tabulate hires: those that hold the posts at the terms of the year, and those that reach them.

    At constant terms leavers and hires settle (``sim.turnover.equilibrium``); ``to reach`` adds what lacks
    now, filled within a year, and the posts that the year added.
    """
    columns = (SCENARIO, _CADRE, Column("posts at the end", "posts"), Column("leaving", share=True),
               Column("filled a month", share=True), Column("training", "months", 1),
               Column("staff settled", share=True), Column("working settled", share=True),
               Column("hires to hold", "hires a year"),
               Column("hires settled", "hires a year"), Column("hires to reach", "hires a year"),
               Column("months to full", "months", 1))  # fmt: skip
    return TypedTable("hires", columns, tuple(_hires(s, c) for s, c in _each(sides, cadres)))


def _hires(side: Staffing, cadre: Cadre) -> tuple[Cell, ...]:
    terms, last = side.terms(cadre), side.months[-1]
    leaving, hiring, training = (float(each[last]) for each in (terms.leaving, terms.hiring, terms.training))
    posts = side.counts.crews[side.row(cadre), Crew.POSTS].sum(axis=0) / _THOUSAND
    staff = side.counts.crews[side.row(cadre), Crew.STAFF].sum(axis=0) / _THOUSAND
    settled = equilibrium(leaving, hiring, training, float(terms.quota[last]))
    hold = _MONTHS_A_YEAR * leaving * posts[last]
    lacking = max(posts[last] - staff[last], 0.0) + max(posts[last] - posts[last - _MONTHS_A_YEAR], 0.0)
    wait = settled.open_months + training if posts[last] and np.isfinite(settled.open_months) else None
    yearly = 1 - (1 - leaving) ** _MONTHS_A_YEAR
    return (side.label, cadre.name[side.language], float(posts[last]), yearly, hiring, training,
            settled.staff, settled.staff - settled.trainees, float(hold), float(settled.hires * posts[last]),
            float(hold + lacking), wait)  # fmt: skip


_TABLES = staff_table, loss_table, minute_loss_table, minutes_table, task_table, hire_table


def staffing_tables(sides: Sequence[Staffing], cadres: Sequence[str]) -> list[TypedTable]:
    """Lay out the tables that have rows, of the cadres asked for (none named: all)."""
    found = [of(sides, cadres) for of in _TABLES]
    return [each for each in found if each.rows]
