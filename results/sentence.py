"""The one sentence of the first page: what is reached, who is not served and why, and what stands idle."""

from __future__ import annotations

from results.cascades import Cascade
from results.facts import FirstPage
from results.manifest import Manifest, ServiceEntry
from results.notation import capital, count, money, plain, share, with_interval
from results.tables import Run
from results.verdicts import Verdict
from results.words import say


def sentence(run: Run, page: FirstPage, language: str) -> str:
    """Say the run in words: the first target with a number, the first without, and the workers' minutes."""
    queued = [each for each in page.verdicts if each.met is not None]
    numbered = [each for each in queued if each.delivered.planned is not None][:1]
    silent = [each for each in queued if each.delivered.planned is None][:1]
    if not silent:  # another plan set the number that this one left open
        numbered += [each for each in queued if each.target.companion and each not in numbered][:1]
    working = [each for each in page.verdicts if each.break_even is not None][:1]
    parts = [_numbered(run, each, page.cascades, language) for each in numbered]
    parts += [_silent(run, each, page.cascades, language) for each in silent]
    parts += [_working(each, language) for each in working]
    return "".join(part + say("s_end", language) for part in parts).strip()


def _numbered(run: Run, verdict: Verdict, cascades: tuple[Cascade, ...], language: str) -> str:
    assert verdict.met is not None and verdict.enough is not None
    words = _reached(run, verdict, language)
    short = not verdict.met.known or verdict.met.mean < verdict.enough.standard
    key = "s_only" if verdict.delivered.yes is False else "s_but"
    words += _met(key if short else "s_and", verdict, language)
    return words + _lost(run.manifest, verdict, cascades, language) + _idle(run.manifest, verdict, language)


def _silent(run: Run, verdict: Verdict, cascades: tuple[Cascade, ...], language: str) -> str:
    target = capital(verdict.target.title[language])
    return _met("s_silent", verdict, language, target=target) + _lost(
        run.manifest, verdict, cascades, language
    )


def _reached(run: Run, verdict: Verdict, language: str) -> str:
    reach = verdict.delivered
    key = "s_not_reached" if reach.yes is False else "s_reached"
    planned = plain(reach.planned, language) if reach.planned is not None else ""
    return say(
        key,
        language,
        year=run.last_year,
        target=verdict.target.title[language],
        reached=plain(reach.reached.mean, language),
        unit=_counted(verdict, language),
        planned=planned,
    )


def _counted(verdict: Verdict, language: str) -> str:
    """Return what stands behind the number: a counter in Chinese, in either language a per cent sign.

    The "per" of a unit, and in English the things counted, are in the target's name already.
    """
    counted = verdict.target.unit[language].split("/")[0]
    return counted if language == "zh" or counted == "%" else ""


def _met(key: str, verdict: Verdict, language: str, **more: str) -> str:
    assert verdict.met is not None
    return say(key, language, met=with_interval(verdict.met, language, share, short=True), **more)


def _lost(manifest: Manifest, verdict: Verdict, cascades: tuple[Cascade, ...], language: str) -> str:
    """Name the step at which most are lost, in the service of the target that most people need."""
    ids = {each.id for each in _services(manifest, verdict)}
    own = [each for each in cascades if each.service in ids and each.largest_loss]
    if not own:
        return ""
    largest = max(own, key=lambda each: each.persons["needed"].mean)
    return say("s_lost", language, step=say(f"loss_{largest.largest_loss}", language))


def _idle(manifest: Manifest, verdict: Verdict, language: str) -> str:
    idle = verdict.idle
    if idle is None or not idle.places.known or idle.places.mean < 1:
        return ""
    unit = _services(manifest, verdict)[0].unit[language]
    places = with_interval(idle.places, language, count, short=True)
    words = say("s_idle", language, places=places, place=unit)
    if idle.yuan.known:
        cost = with_interval(idle.yuan, language, money, short=True)
        words += say("s_idle_cost", language, cost=say("wan_yuan", language, value=cost))
    return words


def _working(verdict: Verdict, language: str) -> str:
    assert verdict.break_even is not None
    return say(
        "s_work",
        language,
        target=verdict.target.title[language],
        reached=plain(verdict.delivered.reached.mean, language),
        unit=_counted(verdict, language),
        minutes=with_interval(verdict.break_even.last, language, plain, short=True),
    )


def _services(manifest: Manifest, verdict: Verdict) -> list[ServiceEntry]:
    return [manifest.service(name) for name in verdict.target.services]
