"""The first page as its template needs it: scope line, sentence, verdicts, cascades, turning points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from results.doubt import twins
from results.explain import account
from results.facts import FirstPage, first_page, period
from results.figures import draw_cascade
from results.notation import (
    capital,
    count,
    doubt,
    hundredths,
    interval,
    money,
    percentile_or_range,
    plain,
    probability,
    setting,
    share,
    unit,
    with_interval,
)
from results.sentence import sentence
from results.tables import Run
from results.turning import Effect, TurningPoint
from results.verdicts import REPLICATIONS_FOR_PROBABILITY, Delivered, Enough, Verdict, lowest_grade
from results.words import say

MOST_POINTS = 5
Cell = dict[str, Any]


def front(run: Run, language: str) -> dict[str, Any]:
    """Gather the first page of a run; ``drawings`` lists what was drawn for it."""
    page = first_page(run, language)
    manifest = run.manifest
    drawn = [
        draw_cascade(each, capital(manifest.service(each.service).name[language]), language)
        for each in page.cascades
    ]
    points = [_point(run, each, language) for each in page.points]
    return {
        "title": manifest.title[language],
        "places": say("list", language).join(manifest.places),
        "scenario": manifest.scenario,
        "scope": _scope(run, page, language),
        "sentence": sentence(run, page, language),
        "intervals": percentile_or_range(run.replications, language),
        "year": run.last_year,
        "rows": _rows(run, page, language),
        "notes": _notes(_in_rows(page.verdicts), language),
        "once": any(each.binding for each in page.verdicts),
        "few": run.replications < REPLICATIONS_FOR_PROBABILITY,
        "least": REPLICATIONS_FOR_PROBABILITY,
        "cascades": [
            {"drawing": d, "id": f"cascade.{c.service}.needed"}
            for d, c in zip(drawn, page.cascades, strict=True)
        ],
        "points": points[:MOST_POINTS],
        "all_points": points,
        "more_points": max(0, len(page.points) - MOST_POINTS),
        "movers": [] if page.points else [_mover(run, each, language) for each in page.movers],
        "moved": run.has("turning"),
        "ungraded": not all(each.grade for each in page.verdicts),
        "facts": [
            {"id": fact.id, "title": fact.title, "text": fact.text, "lines": account(fact, language)[2:]}
            for fact in page.facts.values()
        ],
        "drawings": drawn,
    }


def _scope(run: Run, page: FirstPage, language: str) -> list[str]:
    grade = lowest_grade([each.grade for each in page.verdicts])
    told = say("grade", language, grade=grade) if grade else say("grade_open", language)
    return [period(run, language), _draws(run, language), told]


def _draws(run: Run, language: str) -> str:
    """Say how many replications drew numbers of their own, and how many repeat those of another."""
    if run.replications == 1:
        return say("draw", language)
    again = len(twins(run))
    repeated = say("twins", language, count=again) if again else ""
    return say("draws", language, count=run.replications, drawn=run.replications - 1 - again, twins=repeated)


def _notes(verdicts: Sequence[Verdict], language: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (_note(each, language) for each in verdicts))))


def _rows(run: Run, page: FirstPage, language: str) -> list[Cell]:
    """Write the rows of the table; what holds of the row above is not said again."""
    order = _in_rows(page.verdicts)
    notes = _notes(order, language)
    rows: list[Cell] = []
    before: tuple[str, ...] = ()
    for each in order:
        note = _note(each, language)
        row = _row(run, each, language)
        row["note"] = str(notes.index(note) + 1) if note else ""
        row["chance"] = _chance(page, each, language)
        row["same"] = bool(each.target.services) and each.target.services == before
        rows.append(row)
        before = each.target.services
    return rows


def _chance(page: FirstPage, verdict: Verdict, language: str) -> Cell | None:
    """Say what the spread of a verdict's first number is made of, where twins tell."""
    if verdict.target.id not in page.doubts:
        return None
    metric, parts = page.doubts[verdict.target.id]
    rest, between = hundredths(1 - parts.share.mean, language), doubt(parts.share, language, hundredths)
    cell = _cell(verdict.target.id, "chance", hundredths(parts.share.mean, language))
    return cell | {
        "before": say("chance_before", language, metric=say(f"metric_{metric}", language)),
        "after": say("chance_after", language, between=between, rest=rest, pairs=parts.pairs),
        "part": parts.share.mean,
    }


def _in_rows(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Put targets of the same services together, and those that are about none last."""
    first = {each.target.services: i for i, each in reversed(list(enumerate(verdicts)))}
    last = len(verdicts)
    return sorted(verdicts, key=lambda v: first[v.target.services] if v.target.services else last)


def _row(run: Run, verdict: Verdict, language: str) -> Cell:
    target, reach = verdict.target, verdict.delivered
    silent = reach.planned is None
    return {
        "id": target.id,
        "title": capital(target.title[language]),
        "unit": target.unit[language],
        "planned": _cell(target.id, "planned", _planned(reach, language)),
        "silent": silent,
        "yes": reach.yes,
        "delivered": _cell(
            target.id, "delivered", plain(reach.reached.mean, language), doubt(reach.reached, language, plain)
        ),
        "met": _people(verdict, language),
        "enough": _enough(target.id, verdict.enough, language),
        "idle": _idle(run, verdict, language),
        "binding": _binding(verdict, language),
        "work": _work(run, verdict, language),
        "grade": verdict.grade,
    }


def _planned(reach: Delivered, language: str) -> str:
    """Write the plan's number, with a mark where it is a ceiling or only about as much."""
    if reach.planned is None:
        return ""
    return {"<=": "≤", "<": "<", "~": "≈"}.get(reach.comparator, "") + plain(reach.planned, language)


def _cell(target: str, part: str, text: str, between: str = "", small: str = "") -> Cell:
    return {"id": f"verdict.{target}.{part}", "text": text, "interval": between, "small": small}


def _people(verdict: Verdict, language: str) -> Cell | None:
    if verdict.met is None:
        return None
    text = share(verdict.met.mean, language) if verdict.met.known else say("not_estimated", language)
    return _cell(verdict.target.id, "met", text, doubt(verdict.met, language, share))


def _enough(target: str, enough: Enough | None, language: str) -> Cell | None:
    """Write the probability where draws suffice; else "not estimated" and the share with its spread."""
    if enough is None:
        return None
    if not enough.share.known:
        return _cell(target, "enough", say("not_estimated", language))
    words = with_interval(enough.share, language, share, short=True)
    if enough.probability is None:
        small = say("enough_few", language, share=words)
        return _cell(target, "enough", say("not_estimated", language), "", small)
    small = say("enough_many", language, share=words, count=enough.replications)
    return _cell(target, "enough", probability(enough.probability, enough.replications), "", small)


def _idle(run: Run, verdict: Verdict, language: str) -> Cell | None:
    idle = verdict.idle
    if idle is None:
        return None
    unit = run.manifest.service(verdict.target.services[0]).unit[language]
    gap = "" if language == "zh" else " "
    places = f"{count(idle.places.mean, language)}{gap}{unit}" if idle.places.known else ""
    if not idle.yuan.known:
        return _cell(verdict.target.id, "idle_places", say("no_cost", language), "", places)
    return _cell(
        verdict.target.id, "idle", money(idle.yuan.mean, language), doubt(idle.yuan, language, money), places
    )


def _binding(verdict: Verdict, language: str) -> Cell | None:
    if verdict.binding is None:
        return None
    step = say("unit_more", language, unit=verdict.target.step[language])
    spared = count(verdict.binding.mean, language)
    return _cell(verdict.target.id, "binding", spared, doubt(verdict.binding, language, count), step)


def _work(run: Run, verdict: Verdict, language: str) -> Cell | None:
    work = verdict.break_even
    if work is None:
        return None
    between = interval(work.last, language, plain)
    unit = say(
        "break_even_unit",
        language,
        between=f"{between} " if between else "",
        first=run.years[0],
        start=with_interval(work.start, language, plain, short=True),
    )
    small = _errand(run, verdict, language) if work.per_errand.known else ""
    text = say("break_even", language, value=plain(work.last.mean, language))
    return _cell(verdict.target.id, "carried", text, unit, small)


def _errand(run: Run, verdict: Verdict, language: str) -> str:
    """Name the minutes of an errand at which the work just fits."""
    assert verdict.break_even is not None
    service = next(each for each in map(run.manifest.service, verdict.target.services) if each.minutes)
    value = with_interval(verdict.break_even.per_errand, language, plain, short=True)
    return say(
        "break_even_errand",
        language,
        title=run.manifest.setting(service.minutes).title(language),
        value=value,
    )


def _note(verdict: Verdict, language: str) -> str:
    """Join what the manifest says of a target, leaving out what the table says anyway."""
    note = verdict.target.note[language] if verdict.target.note else ""
    said = say("plan_silent", language)
    companion = say("companion", language) if verdict.target.companion else ""
    return say("semicolon", language).join(filter(None, (companion, "" if note == said else note)))


def _point(run: Run, point: TurningPoint, language: str) -> Cell:
    entry = run.manifest.setting(point.parameter)
    where = say(
        "above" if point.above else "below", language, value=setting(point.value, entry.unit, language)
    )
    return {
        "id": f"turning.{point.target}.{point.parameter}",
        "setting": entry.title(language),
        "where": where,
        "unit": unit(entry.unit, language),
        "becomes": say("becomes_enough" if point.becomes else "becomes_short", language),
        "enough": point.becomes,
        "target": run.manifest.target(point.target).title[language],
        "now": setting(entry.value, entry.unit, language),
    }


def _mover(run: Run, effect: Effect, language: str) -> Cell:
    entry = run.manifest.setting(effect.parameter)
    return {
        "id": f"effect.{effect.target}.{effect.parameter}",
        "setting": entry.title(language),
        "target": run.manifest.target(effect.target).title[language],
        "range": f"{setting(entry.low, entry.unit, language)} … {setting(entry.high, entry.unit, language)}",
        "unit": unit(entry.unit, language),
        "effect": f"{share(effect.at_low, language)} … {share(effect.at_high, language)}",
    }
