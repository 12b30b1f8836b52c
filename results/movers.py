"""The numbers that move each verdict most, in words: their part of its variance, and where it turns."""

from __future__ import annotations

from dataclasses import dataclass

from results.estimates import ENOUGH_FOR_PERCENTILES
from results.influences import Index, Influence, Ranking, rankings
from results.notation import Writer, capital, count, money, setting, share, unit
from results.tables import Run
from results.turning import REVERSIBLE, threshold_of
from results.words import say

_NAMES = {  # of metrics, the verdict that may turn first
    "enough": "moved_enough",
    "minutes_balance": "metric_minutes_balance",
    "met": "moved_met",
    "idle_yuan": "metric_idle_yuan",
}
_WRITERS: dict[str, Writer] = {"idle_yuan": money, "minutes_balance": count}


@dataclass(frozen=True)
class MoverRow:
    """A number that moves a metric: its name, its part of the variance (in per cent, for a bar), the rest."""

    setting: str
    now: str
    width: float
    part: str
    interval: str
    alone: str
    ends: str
    turns: str
    becomes: str


@dataclass(frozen=True)
class MoverGroup:
    """A metric of a target with what its ranking rests on and the rows, none where it tells nothing."""

    title: str
    metric: str
    basis: str
    rows: tuple[MoverRow, ...]


def mover_groups(run: Run, language: str) -> list[MoverGroup]:
    """Write the rankings of all targets, for each target the verdict that may turn first."""
    found = rankings(run)
    targets = list(dict.fromkeys(each.target for each in found))
    ordered = sorted(found, key=lambda each: (targets.index(each.target), list(_NAMES).index(each.metric)))
    return [_group(run, each, language) for each in ordered]


def _group(run: Run, ranking: Ranking, language: str) -> MoverGroup:
    rows = [_row(run, ranking, each, language) for each in ranking.influences] if ranking.told else []
    return MoverGroup(
        capital(run.manifest.target(ranking.target).title[language]),
        say(_NAMES[ranking.metric], language),
        _basis(ranking, language),
        tuple(rows),
    )


def _basis(ranking: Ranking, language: str) -> str:
    """Say what the ranking rests on, and how far it can be trusted."""
    if ranking.explained is None:
        return say("basis_probes", language, least=ENOUGH_FOR_PERCENTILES)
    if not ranking.told:
        return say("basis_weak", language, replications=ranking.draws)
    explained = f"{100 * ranking.explained:.0f}%"
    return say("basis_draws", language, replications=ranking.draws, explained=explained)


def _row(run: Run, ranking: Ranking, each: Influence, language: str) -> MoverRow:
    entry = run.manifest.setting(each.parameter)
    write = _WRITERS.get(ranking.metric, share)
    turns, becomes = _turns(run, ranking, each, language)
    return MoverRow(
        setting=entry.title(language),
        now=f"{setting(entry.low, entry.unit, language)} … {setting(entry.high, entry.unit, language)}"
        f" {unit(entry.unit, language)}".rstrip(),
        width=100 * each.total.value,
        part=_hundredths(each.total.value),
        interval=_between(each.total),
        alone=_hundredths(each.first.value),
        ends=" → ".join(write(_held(end, ranking.metric), language) for end in (each.at_low, each.at_high)),
        turns=turns,
        becomes=becomes,
    )


def _held(value: float, metric: str) -> float:
    """Hold a share between none and all: an emulator may go past either."""
    return value if metric in _WRITERS else min(max(value, 0.0), 1.0)


def _turns(run: Run, ranking: Ranking, each: Influence, language: str) -> tuple[str, str]:
    """Write the value at which the verdict turns, and what it then is."""
    if ranking.metric not in REVERSIBLE:
        return "", ""
    if each.turns is None:
        return say("turns_nowhere", language), ""
    entry = run.manifest.setting(each.parameter)
    side = "above" if each.turns > entry.value else "below"
    where = say(side, language, value=setting(each.turns, entry.unit, language)) + unit(entry.unit, language)
    short = ranking.base >= threshold_of(run, ranking.target, ranking.metric)
    return where.strip(), say("becomes_short" if short else "becomes_enough", language)


def _between(index: Index) -> str:
    return f"{_hundredths(index.low)}–{_hundredths(index.high)}"


def _hundredths(value: float) -> str:
    """Write an index as two decimals, one that is nearly nil as less than a hundredth."""
    return f"{value:.2f}" if value >= 0.005 else "<0.01"
