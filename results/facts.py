"""The facts of the first page: every number on it, under an id, with rows, formula, values and sources.

The page is written from these facts and ``explain`` prints them: a number and its account cannot part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from results.cascades import STEPS, Cascade, cascades, last_year_rows
from results.dictionary import E6, E9
from results.estimates import Estimate, exact
from results.manifest import ServiceEntry, TargetEntry
from results.notation import (
    Writer,
    count,
    money,
    percentile_or_range,
    plain,
    probability,
    share,
    with_interval,
)
from results.provenance import (
    scenario_lines,
    setting_line,
    setting_sources,
    source_line,
    standard_line,
    with_unit,
)
from results.tables import Run
from results.turning import Effect, TurningPoint, largest_movers, threshold_of, turning_points
from results.verdicts import BreakEven, Verdict, target_persons, verdicts, workload_sums
from results.words import formula, say
from sim.clock import months_of, name_of


@dataclass(frozen=True)
class Fact:
    """A number of the first page and all that stands behind it, in words of one language."""

    id: str
    title: str
    text: str
    number: Estimate
    formula: str
    rows: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    scenario: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirstPage:
    """What the first page says: verdicts, cascades, turning points, and each number's fact by id."""

    verdicts: tuple[Verdict, ...]
    cascades: tuple[Cascade, ...]
    points: tuple[TurningPoint, ...]
    movers: tuple[Effect, ...]
    facts: dict[str, Fact]


def first_page(run: Run, language: str) -> FirstPage:
    """Judge a run and account for every number of its first page."""
    judged, lost = tuple(verdicts(run)), tuple(cascades(run))
    points, movers = tuple(turning_points(run)), tuple(largest_movers(run))
    writer = _Account(run, language)
    found = [writer.replications()]
    found += [fact for each in judged for fact in writer.verdict(each)]
    found += [fact for cascade in lost for fact in writer.cascade(cascade)]
    found += [writer.point(each) for each in points]
    found += [writer.mover(each) for each in movers]
    return FirstPage(judged, lost, points, movers, {fact.id: fact for fact in found})


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
            rows = (self._rows("binding", f"target = {verdict.target.id}", self._binding(verdict.target.id)),)
            yield self._fact(
                verdict.target, "binding", verdict.binding, self._write(verdict.binding, count), rows=rows
            )
        if verdict.break_even is not None:
            workload = next(each for each in services if each.mechanism == "workload")
            yield from self._work(verdict.target, verdict.break_even, workload)

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
        rows = tuple(self._cascade_rows(each) for each in services)
        sums = target_persons(self.run, services)
        named = {
            name: f"{name} = {count(float(values.mean()), self.language)}" for name, values in sums.items()
        }
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
        known = enough.probability is not None
        odds = probability(enough.probability or 0.0, enough.draws)
        text = odds if known else say("not_estimated", self.language)
        number = exact(enough.probability if enough.probability is not None else float("nan"), enough.draws)
        yield self._fact(target, "enough", number, text, rows=rows, inputs=(*asked, f"n = {enough.draws}"))

    def _idle(self, verdict: Verdict, services: list[ServiceEntry]) -> Iterator[Fact]:
        target, idle = verdict.target, verdict.idle
        assert idle is not None
        months = f"month = {months_of(self.run.last_year)[0]}…{months_of(self.run.last_year)[-1]}"
        rows = tuple(
            self._rows("months", f"service = {each.id}, {months}", self._months(each)) for each in services
        )
        yield self._fact(target, "idle_places", idle.places, self._write(idle.places, count), rows=rows)
        costs = tuple(setting_line(self.run.manifest, self.language, name) for name in target.costs.values())
        text = self._write(idle.yuan, money) if idle.yuan.known else say("no_cost", self.language)
        yield self._fact(target, "idle", idle.yuan, text, rows=rows, inputs=costs)

    def _work(self, target: TargetEntry, work: BreakEven, service: ServiceEntry) -> Iterator[Fact]:
        first, last = self.run.years[0], self.run.last_year
        for part, number, year in (("carried_start", work.start, first), ("carried", work.last, last)):
            sums = workload_sums(self.run, service.id, year)
            inputs = tuple(f"{name} = {count(float(v.mean()), self.language)}" for name, v in sums.items())
            months = f"service = {service.id}, year = {year}"
            rows = (
                self._rows("months", months, self._months(service, year)),
                f"life.parquet · year = {year}",
            )
            text = self._write(number, plain)
            yield self._fact(target, part, number, text, rows=rows, inputs=inputs, words="carried")
        if work.per_errand.known:
            sources = (setting_line(self.run.manifest, self.language, service.minutes),)
            text = self._write(work.per_errand, plain)
            yield self._fact(target, "per_errand", work.per_errand, text, inputs=sources)

    def cascade(self, cascade: Cascade) -> Iterator[Fact]:
        """Account for every step of a cascade, and for the largest loss."""
        service = self.run.manifest.service(cascade.service)
        rows = (self._cascade_rows(service),)
        name = service.name[self.language]
        sources = (service.plan, *scenario_lines(self.run.manifest, self.language, (service.price,)))
        for step in STEPS:
            persons = f"{step} = {self._write(cascade.persons[step], count)}"
            title = f"{name} · {say('step_' + step, self.language)}"
            text = (
                self._write(cascade.shares[step], share)
                if step != "needed"
                else self._write(cascade.persons[step], count)
            )
            number = cascade.shares[step] if step != "needed" else cascade.persons[step]
            yield Fact(
                f"cascade.{service.id}.{step}",
                title,
                text,
                number,
                formula("cascade", self.language, step=step),
                rows,
                (persons,),
                sources,
            )
        if cascade.largest_loss:
            loss = cascade.losses[cascade.largest_loss]
            title = f"{name} · {say('loss_' + cascade.largest_loss, self.language)}"
            yield Fact(
                f"cascade.{service.id}.largest_loss",
                title,
                self._write(loss, share),
                loss,
                formula("loss", self.language),
                rows,
                (),
                sources,
            )

    def point(self, point: TurningPoint) -> Fact:
        """Account for a turning point."""
        setting = self.run.manifest.setting(point.parameter)
        target = self.run.manifest.target(point.target)
        wanted = (pl.col("parameter") == point.parameter) & (pl.col("target") == point.target)
        kept = self.run.table("turning").filter(wanted, pl.col("metric") == point.metric)
        inputs = tuple(
            f"{with_unit(r['setting_e9'] / E9, setting, self.language)}: "
            f"{plain(r['base_e6'] / E6, self.language)} → {plain(r['value_e6'] / E6, self.language)}"
            for r in kept.iter_rows(named=True)
        )
        threshold = (
            f"{point.metric} ≥ {plain(threshold_of(self.run, point.target, point.metric), self.language)}"
        )
        title = f"{target.title[self.language]} · {setting.title(self.language)}"
        where = f"parameter = {point.parameter}, target = {point.target}"
        return Fact(
            f"turning.{point.target}.{point.parameter}",
            title,
            with_unit(point.value, setting, self.language),
            exact(point.value),
            formula("turning", self.language),
            (self._rows("turning", where, kept.height),),
            (*inputs, threshold),
            (),
            (source_line(setting, self.language),),
        )

    def mover(self, effect: Effect) -> Fact:
        """Account for an assumed number that moves the share met."""
        setting = self.run.manifest.setting(effect.parameter)
        target = self.run.manifest.target(effect.target)
        where = f"parameter = {effect.parameter}, target = {effect.target}, metric = {effect.metric}"
        text = f"{share(effect.at_low, self.language)} … {share(effect.at_high, self.language)}"
        inputs = (
            f"{setting.low:g} … {setting.high:g} {setting.unit}",
            f"base = {share(effect.base, self.language)}",
        )
        title = f"{target.title[self.language]} · {setting.title(self.language)}"
        return Fact(
            f"effect.{effect.target}.{effect.parameter}",
            title,
            text,
            exact(effect.spread),
            formula("effect", self.language),
            (self._rows("turning", where, 2),),
            inputs,
            (),
            (source_line(setting, self.language),),
        )

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
    ) -> Fact:
        sources = (target.plan, *setting_sources(self.run.manifest, self.language, target.scenario_values))
        return Fact(
            f"verdict.{target.id}.{part}",
            f"{target.title[self.language]} · {say('part_' + part, self.language)}",
            text,
            number,
            formula(words or part, self.language),
            rows,
            inputs,
            scenario_lines(self.run.manifest, self.language, target.scenario_values),
            sources,
        )

    def _each(self, values: tuple[float, ...]) -> str:
        return ", ".join(plain(value, self.language) for value in dict.fromkeys(values))

    def _write(self, number: Estimate, writer: Writer) -> str:
        return with_interval(number, self.language, writer)

    def _rows(self, table: str, where: str, height: int) -> str:
        return f"{table}.parquet · {where} · {height} {say('rows', self.language)}"

    def _cascade_rows(self, service: ServiceEntry) -> str:
        number = self.run.manifest.service_row(service.id)
        where = f"service = {number} ({service.id}), year = {self.run.last_year}"
        return self._rows("cascade", where, last_year_rows(self.run, service.id).height)

    def _months(self, service: ServiceEntry, year: int | None = None) -> int:
        months = list(months_of(year or self.run.last_year))
        return self.run.of_service("months", service.id).filter(pl.col("month").is_in(months)).height

    def _binding(self, target: str) -> int:
        return self.run.table("binding").filter(pl.col("target") == target).height


def period(run: Run, language: str) -> str:
    """Write the months that a run covers."""
    return say("period", language, first=name_of(0), last=name_of(run.manifest.months - 1))
