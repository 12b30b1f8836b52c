"""The facts of the first page: every number on it, under an id, with rows, formula, values and sources.

The page is written from these facts and ``explain`` prints them: a number and its account cannot part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from results.cascades import Cascade, cascades
from results.doubt import Doubt, doubts, leading
from results.estimates import Estimate, estimate, exact
from results.manifest import ServiceEntry, TargetEntry
from results.notation import (
    Writer,
    count,
    hundredths,
    money,
    percentile_or_range,
    plain,
    probability,
    share,
    with_interval,
)
from results.provenance import (
    Fact,
    plan_line,
    rows_line,
    setting_sources,
    settings_lines,
    standard_line,
)
from results.tables import Array, Run
from results.traces import cascade_facts, cascade_rows, mover_fact, point_fact
from results.turning import Effect, TurningPoint, largest_movers, turning_points
from results.verdicts import BreakEven, Verdict, target_persons, unused_place_days, verdicts, workload_sums
from results.words import formula, say
from sim.clock import months_of, name_of


@dataclass(frozen=True)
class FirstPage:
    """What the first page says: verdicts, cascades, turning points, and each number's fact by id."""

    verdicts: tuple[Verdict, ...]
    cascades: tuple[Cascade, ...]
    points: tuple[TurningPoint, ...]
    movers: tuple[Effect, ...]
    facts: dict[str, Fact]
    doubts: dict[str, tuple[str, Doubt]]  # by target: its leading metric, where twins split its spread


def first_page(run: Run, language: str) -> FirstPage:
    """Judge a run and account for every number of its first page."""
    judged, lost = tuple(verdicts(run)), tuple(cascades(run))
    points, movers = tuple(turning_points(run)), tuple(largest_movers(run))
    writer = _Account(run, language)
    found = [writer.replications()]
    found += [fact for each in judged for fact in writer.verdict(each)]
    found += [fact for cascade in lost for fact in cascade_facts(run, cascade, language)]
    found += [point_fact(run, each, language) for each in points]
    found += [mover_fact(run, each, language) for each in movers]
    spread = {each.id: lead for each in run.manifest.capacity_targets if (lead := leading(doubts(run, each)))}
    split = {name: lead for name, lead in spread.items() if lead[1].known}
    found += [writer.doubt(run.manifest.target(name), *lead) for name, lead in split.items()]
    return FirstPage(judged, lost, points, movers, {fact.id: fact for fact in found}, split)


@dataclass(frozen=True)
class _Account:
    """Writes facts of a run in a language."""

    run: Run
    language: str

    def replications(self) -> Fact:
        number = exact(self.run.replications)
        intervals = percentile_or_range(self.run.replications, self.language)
        return Fact(
            "scope.replications",
            say("part_replications", self.language),
            str(self.run.replications),
            number,
            formula("replications", self.language),
            inputs=(intervals,),
        )

    def verdict(self, verdict: Verdict) -> Iterator[Fact]:
        """Account for every number of a row of the table of verdicts."""
        yield from self._delivered(verdict)
        services = [self.run.manifest.service(name) for name in verdict.target.services]
        queued = [each for each in services if each.queued]
        if queued:
            yield from self._people(verdict, queued)
        if verdict.idle is not None:
            yield from self._idle(verdict, queued)
        if verdict.binding is not None:
            yield self._waiting(verdict.target, verdict.binding)
        if verdict.break_even is not None:
            workload = next(each for each in services if each.mechanism == "workload")
            yield from self._work(verdict.target, verdict.break_even, workload)

    def doubt(self, target: TargetEntry, metric: str, doubt: Doubt) -> Fact:
        """Account for the share of chance in the spread of a verdict's first number."""
        rows = ("draws.parquet",)
        named = zip(("chance", "not_knowing"), (doubt.chance, doubt.not_knowing), strict=True)
        inputs = (say(f"metric_{metric}", self.language), *(f"{name} = {value:.4g}" for name, value in named))
        text = self._write(doubt.share, hundredths)
        pairs = f"{doubt.pairs} {say('pairs', self.language)}"
        return self._fact(target, "chance", doubt.share, text, rows=rows, inputs=(*inputs, pairs))

    def _delivered(self, verdict: Verdict) -> Iterator[Fact]:
        target, reach = verdict.target, verdict.delivered
        path = tuple(
            f"{year}: {self._each(values)} {target.unit[self.language]}"
            for year, values in sorted(target.delivered.items())
        )
        text = self._write(reach.reached, plain)
        yield self._fact(
            target, "delivered", reach.reached, text, rows=("manifest.json · capacity_targets",), inputs=path
        )
        if reach.planned is not None:
            planned = (
                f"{target.comparator} {plain(reach.planned, self.language)} {target.unit[self.language]}"
            )
            yield self._fact(target, "planned", exact(reach.planned), planned)

    def _people(self, verdict: Verdict, services: list[ServiceEntry]) -> Iterator[Fact]:
        target, enough = verdict.target, verdict.enough
        assert verdict.met is not None and enough is not None
        rows = tuple(cascade_rows(self.run, each, self.language) for each in services)
        sums = target_persons(self.run, services)
        named = {name: self._sum(name, values) for name, values in sums.items()}
        standards = tuple(standard_line(each, self.language) for each in services)
        yield self._fact(
            target,
            "met",
            verdict.met,
            self._write(verdict.met, share),
            rows=rows,
            inputs=(named["in_time"], named["needed"], *standards),
        )
        asked = (named["in_time"], named["requested"], named["pending"], *standards)
        yield self._fact(
            target, "enough_share", enough.share, self._write(enough.share, share), rows=rows, inputs=asked
        )
        known, count = enough.probability is not None, enough.replications
        odds = probability(enough.probability or 0.0, count)
        text = odds if known else say("not_estimated", self.language)
        number = exact(enough.probability if enough.probability is not None else float("nan"), count)
        yield self._fact(target, "enough", number, text, rows=rows, inputs=(*asked, f"n = {count}"))

    def _idle(self, verdict: Verdict, services: list[ServiceEntry]) -> Iterator[Fact]:
        target, idle = verdict.target, verdict.idle
        assert idle is not None
        months = f"month = {months_of(self.run.last_year)[0] - 1}…{months_of(self.run.last_year)[-1]}"
        rows = tuple(
            rows_line("months", f"service = {each.id}, {months}", self._months(each, before=1), self.language)
            for each in services
        )
        unused = tuple(
            self._sum(f"{pool}: {say('unused_days', self.language)}", unused_place_days(self.run, pool))
            for pool in dict.fromkeys(each.pool for each in services)
        )
        text = self._write(idle.places, count)
        yield self._fact(target, "idle_places", idle.places, text, rows=rows, inputs=unused)
        text = self._write(idle.yuan, money) if idle.yuan.known else say("no_cost", self.language)
        inputs = (f"{say('part_idle_places', self.language)} = {self._write(idle.places, count)}",)
        costs = tuple(target.costs.values())
        yield self._fact(target, "idle", idle.yuan, text, rows=rows, inputs=inputs, settings=costs)

    def _waiting(self, target: TargetEntry, number: Estimate) -> Fact:
        found = self.run.table("binding").filter(pl.col("target") == target.id)
        rows = (rows_line("binding", f"target = {target.id}", found.height, self.language),)
        columns = ("unmet_days_base", "unmet_days_plus")
        inputs = tuple(self._sum(name, found[name].to_numpy().astype(float)) for name in columns)
        more = f"{say('unit_more', self.language, unit=target.step[self.language])}"
        text = self._write(number, count)
        return self._fact(target, "binding", number, text, rows=rows, inputs=(*inputs, more))

    def _work(self, target: TargetEntry, work: BreakEven, service: ServiceEntry) -> Iterator[Fact]:
        first, last = self.run.years[0], self.run.last_year
        settings = service.settings.get("minutes", ())
        for part, number, year in (("carried_start", work.start, first), ("carried", work.last, last)):
            inputs, rows = self._minutes(service, year, ("minutes_supplied", "urban_years"))
            rows = (*rows, f"life.parquet · year = {year}")
            text = self._write(number, plain)
            yield self._fact(
                target, part, number, text, rows=rows, inputs=inputs, words="carried", settings=settings
            )
        if work.per_errand.known:
            inputs, rows = self._minutes(service, last, ("minutes_supplied", "minutes_demanded"))
            text, minutes = self._write(work.per_errand, plain), (service.minutes,)
            yield self._fact(
                target, "per_errand", work.per_errand, text, rows=rows, inputs=inputs, settings=minutes
            )

    def _minutes(
        self, service: ServiceEntry, year: int, names: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        sums = workload_sums(self.run, service.id, year)
        where = f"service = {service.id}, year = {year}"
        rows = (rows_line("months", where, self._months(service, year), self.language),)
        return tuple(self._sum(name, sums[name]) for name in names), rows

    def _fact(
        self,
        target: TargetEntry,
        part: str,
        number: Estimate,
        text: str,
        *,
        rows: tuple[str, ...] = (),
        inputs: tuple[str, ...] = (),
        words: str = "",
        settings: tuple[str, ...] = (),
    ) -> Fact:
        names = (*target.scenario_values, *settings)
        sources = setting_sources(self.run.manifest, self.language, names)
        section = target.plan if target.companion else plan_line(target.plan, self.language)
        return Fact(
            f"verdict.{target.id}.{part}",
            f"{target.title[self.language]} · {say('part_' + part, self.language)}",
            text,
            number,
            formula(words or part, self.language),
            rows,
            inputs,
            settings_lines(self.run, self.language, names),
            (section, *sources),
        )

    def _each(self, values: tuple[float, ...]) -> str:
        return ", ".join(plain(value, self.language) for value in dict.fromkeys(values))

    def _write(self, number: Estimate, writer: Writer) -> str:
        return with_interval(number, self.language, writer)

    def _sum(self, name: str, values: Array) -> str:
        """Write an input by its mean over replications, with its interval."""
        return f"{name} = {self._write(estimate(values), count)}"

    def _months(self, service: ServiceEntry, year: int | None = None, before: int = 0) -> int:
        months = months_of(year or self.run.last_year)
        months = range(months[0] - before, months[-1] + 1)
        return self.run.of_service("months", service.id).filter(pl.col("month").is_in(months)).height


def period(run: Run, language: str) -> str:
    """Write the months that a run covers."""
    return say("period", language, first=name_of(0), last=name_of(run.manifest.months - 1))
