"""Cascades and turning points traced: each number with rows, inputs, scenario values and sources."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from results.cascades import STEPS, Cascade, last_year_rows
from results.dictionary import E6, E9
from results.estimates import exact
from results.manifest import ServiceEntry
from results.notation import count, plain, share, with_interval
from results.provenance import (
    Fact,
    plan_line,
    rows_line,
    setting_sources,
    settings_lines,
    source_line,
    with_unit,
)
from results.tables import Run
from results.turning import Effect, TurningPoint, threshold_of
from results.words import formula, say


def cascade_rows(run: Run, service: ServiceEntry, language: str) -> str:
    """Name the rows of a service's cascade in the last year."""
    where = f"service = {run.manifest.service_row(service.id)} ({service.id}), year = {run.last_year}"
    return rows_line("cascade", where, last_year_rows(run, service.id).height, language)


def cascade_facts(run: Run, cascade: Cascade, language: str) -> Iterator[Fact]:
    """Account for every step of a cascade, and for the largest loss."""
    service = run.manifest.service(cascade.service)
    for step in STEPS:
        persons = step == "needed"
        number = (cascade.persons if persons else cascade.shares)[step]
        yield _fact(
            run,
            service,
            step,
            id=f"cascade.{service.id}.{step}",
            title=f"{service.name[language]} · {say('step_' + step, language)}",
            text=with_interval(number, language, count if persons else share),
            number=number,
            formula=formula("persons" if persons else "cascade", language, step=step),
            inputs=_persons(cascade, ("needed",) if persons else (step, "needed"), language),
            language=language,
        )
    if cascade.largest_loss:
        step = cascade.largest_loss
        before = STEPS[STEPS.index(step) - 1]
        yield _fact(
            run,
            service,
            step,
            id=f"cascade.{service.id}.largest_loss",
            title=f"{service.name[language]} · {say('loss_' + step, language)}",
            text=with_interval(cascade.losses[step], language, share),
            number=cascade.losses[step],
            formula=formula("loss", language),
            inputs=_persons(cascade, (before, step, "needed"), language),
            language=language,
        )


def _persons(cascade: Cascade, steps: tuple[str, ...], language: str) -> tuple[str, ...]:
    each = dict.fromkeys(steps)
    return tuple(f"{step} = {with_interval(cascade.persons[step], language, count)}" for step in each)


def _fact(run: Run, service: ServiceEntry, step: str, *, language: str, **parts: object) -> Fact:
    """Add to a fact of a cascade the settings that its step turns on, and their sources."""
    names = service.settings.get(step, ())
    return Fact(
        rows=(cascade_rows(run, service, language),),
        scenario=settings_lines(run, language, names),
        sources=(plan_line(service.plan, language), *setting_sources(run.manifest, language, names)),
        **parts,  # type: ignore[arg-type]
    )


def point_fact(run: Run, point: TurningPoint, language: str) -> Fact:
    """Account for a turning point."""
    setting = run.manifest.setting(point.parameter)
    wanted = (pl.col("parameter") == point.parameter) & (pl.col("target") == point.target)
    kept = run.table("turning").filter(wanted, pl.col("metric") == point.metric)
    inputs = tuple(
        f"{with_unit(r['setting_e9'] / E9, setting, language)}: "
        f"{plain(r['base_e6'] / E6, language)} → {plain(r['value_e6'] / E6, language)}"
        for r in kept.iter_rows(named=True)
    )
    centre = f"{say('centre', language)} {with_unit(setting.value, setting, language)}"
    threshold = f"{point.metric} ≥ {plain(threshold_of(run, point.target, point.metric), language)}"
    where = f"parameter = {point.parameter}, target = {point.target}, metric = {point.metric}"
    return Fact(
        id=f"turning.{point.target}.{point.parameter}",
        title=f"{run.manifest.target(point.target).title[language]} · {setting.title(language)}",
        text=with_unit(point.value, setting, language),
        number=exact(point.value),
        formula=formula("turning", language),
        rows=(rows_line("turning", where, kept.height, language),),
        inputs=(centre, *inputs, threshold),
        sources=(source_line(setting, language),),
    )


def mover_fact(run: Run, effect: Effect, language: str) -> Fact:
    """Account for an assumed number that moves the share met."""
    setting = run.manifest.setting(effect.parameter)
    where = f"parameter = {effect.parameter}, target = {effect.target}, metric = {effect.metric}"
    return Fact(
        id=f"effect.{effect.target}.{effect.parameter}",
        title=f"{run.manifest.target(effect.target).title[language]} · {setting.title(language)}",
        text=f"{share(effect.at_low, language)} … {share(effect.at_high, language)}",
        number=exact(effect.spread),
        formula=formula("effect", language),
        rows=(rows_line("turning", where, 2, language),),
        inputs=(
            f"{setting.low:g} … {setting.high:g} {setting.unit}",
            f"base = {share(effect.base, language)}",
        ),
        sources=(source_line(setting, language),),
    )
