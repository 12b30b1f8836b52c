"""Sizes of places: batches of replications tried by worker processes, until every place has its answer.

A place is a county alone, or all that was chosen together. The answer for each is that of
``scenarios.sizing``; beside it stand the scenario's own capacity, the offered load, and Erlang's places for
it, each tried on the same fresh replications.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from scenarios.capacity_trials import AS_PLANNED, Found, Question, try_capacities
from scenarios.erlang import erlang_places
from scenarios.scaling import UNLIMITED
from scenarios.sizing import Ask, Least, Sized, sizing
from scenarios.workers import end_workers, worker_context
from sim.errors import RunError
from sim.places import Atlas, Selection, load_atlas

Tell = Callable[[int, int], None]  # jobs done, jobs of the batch


@dataclass(frozen=True)
class Rival:
    """Another way to size: its places (mean), the share reached at it and how often the standard was met."""

    places: float
    reached: tuple[float, ...]
    met: int


@dataclass(frozen=True)
class PlaceSize:
    """The answer for a place, with what stands beside it; shares are those of the last fresh replications.

    ``persons`` are the cascade's, a mean over replications at the answer, or where no place is wanting when
    there is no answer. ``in_place`` are mean places in use. ``by_county`` gives planned and sized places.
    """

    selection: Selection
    sized: Sized
    reached: tuple[float, ...]
    persons: dict[str, float]
    in_place: float
    in_place_planned: float
    built: float
    rivals: dict[str, Rival]
    by_county: dict[int, tuple[float, int]]
    fees: tuple[float, float] | None  # yuan a month of an occupied place, least and most
    tried: int = 0  # replications
    lived: int = 0  # of these, lived now; the needs of the others were kept
    forgotten: int = 0  # of these, whose needs are not kept for the next time


@dataclass
class _Place:
    """A place whose size is being found."""

    selection: Selection
    asking: Generator[Ask, list[Least], Sized]
    ask: Ask | None
    found: list[Found] = field(default_factory=list)  # of the last batch
    beside: dict[str, int] = field(default_factory=dict)
    sized: Sized | None = None
    tried: int = 0
    lived: int = 0
    forgotten: int = 0


def places_of(selection: Selection, by_county: bool, atlas: Atlas) -> list[Selection]:
    """Part what was chosen into places that are sized alone.

    The districts of a city share their lists, so that they are one place.
    """
    if not by_county:
        return [selection]
    members = (set(atlas.markets[market].counties) for market in selection.markets)
    chosen = [tuple(sorted(each & set(selection.counties))) for each in members]
    return [Selection(mine, (market,)) for mine, market in zip(chosen, selection.markets, strict=True)]


def size_places(
    question: Question, places: Sequence[Selection], confidence: float, replications: int, workers: int = 0,
    tell: Tell = lambda done, parts: None,
) -> list[PlaceSize]:  # fmt: skip
    """Size a service in each of some places."""
    sought = [_begin(place, confidence, replications) for place in places]
    count = min(workers or os.cpu_count() or 1, replications * len(places))
    # what is imported stays: each job's collection of garbage need not look at it
    pool = ProcessPoolExecutor(count, worker_context(), gc.freeze) if count > 1 else None
    try:
        while any(each.ask for each in sought):
            _advance(question, [each for each in sought if each.ask], pool, tell)
    except BrokenProcessPool:
        message = "a worker was ended from outside, for lack of memory perhaps; use fewer --workers"
        raise RunError(message) from None
    except BaseException:
        if pool:
            end_workers(pool)
        raise
    if pool:
        pool.shutdown()
    return [_summed_up(question, each) for each in sought]


def _begin(place: Selection, confidence: float, replications: int) -> _Place:
    asking = sizing(confidence, replications)
    return _Place(place, asking, next(asking))


def _advance(question: Question, sought: list[_Place], pool: ProcessPoolExecutor | None, tell: Tell) -> None:
    """Try the batch that each place asks for, and hand over the least capacities."""
    jobs = [
        (number, (question, each.selection, replication, each.ask.floor, tuple(each.beside.values())))
        for number, each in enumerate(sought)
        if each.ask
        for replication in each.ask.replications
    ]
    batches: list[list[Found]] = [[] for _ in sought]
    for done, (number, found) in enumerate(_tried(jobs, pool), 1):
        batches[number].append(found)
        tell(done, len(jobs))
    for each, batch in zip(sought, batches, strict=True):
        each.found = sorted(batch, key=lambda found: found.replication)
        each.tried += len(batch)
        each.lived += sum(found.anew for found in batch)
        each.forgotten += sum(not found.kept for found in batch)
        each.beside = each.beside or _beside(question, each.found)
        try:
            each.ask = each.asking.send([found.least for found in each.found])
        except StopIteration as done_with:
            each.ask, each.sized = None, done_with.value


def _tried(jobs: list[tuple[int, tuple]], pool: ProcessPoolExecutor | None) -> Iterable[tuple[int, Found]]:
    if pool is None:
        for number, job in jobs:
            yield number, try_capacities(*job)
        return
    futures = {pool.submit(try_capacities, *job): number for number, job in jobs}
    for future in as_completed(futures):
        yield futures[future], future.result()


def _beside(question: Question, found: Sequence[Found]) -> dict[str, int]:
    """Return the places of the offered load and of Erlang's formula, from means over replications."""
    loads = [each.load for each in found if each.load.places > 0 and np.isfinite(each.load.place_each)]
    if not loads:
        return {}
    places, days, each_takes = (
        float(np.mean([getattr(load, name) for load in loads]))
        for name in ("places", "stay_days", "place_each")
    )
    standard = question.standard
    clients = erlang_places(places / each_takes, standard.within_days / days, min(standard.share, 1 - 1e-9))
    return {"load": ceil(places), "erlang": ceil(clients * each_takes)}


def _summed_up(question: Question, place: _Place) -> PlaceSize:
    """Put the last batch of a place together."""
    assert place.sized is not None
    found, sized, standard = place.found, place.sized, question.standard
    shown = UNLIMITED if sized.capacity is None else sized.capacity

    def over(capacity: int) -> list[dict[str, int]]:
        return [each.trials[capacity].persons for each in found if capacity in each.trials]

    def rival(places: float, capacity: int) -> Rival:
        persons = over(capacity)
        reached = tuple(standard.reached(each) for each in persons)
        return Rival(places, reached, sum(standard.met(each) for each in persons))

    rivals = {"planned": rival(float(np.mean([each.planned for each in found])), AS_PLANNED)}
    rivals |= {name: rival(capacity, capacity) for name, capacity in place.beside.items()}
    counties = {
        county: (float(np.mean([each.by_county[county][0] for each in found])), found[0].by_county[county][1])
        for county in found[0].by_county
    }
    persons = over(shown)
    return PlaceSize(
        selection=place.selection,
        sized=sized,
        reached=tuple(standard.reached(each) for each in persons),
        persons={name: float(np.mean([each[name] for each in persons])) for name in persons[0]},
        in_place=_mean_in_place(found, shown),
        in_place_planned=_mean_in_place(found, AS_PLANNED),
        built=float(np.mean([each.built for each in found])),
        rivals=rivals,
        by_county=counties,
        fees=_fees(found),
        tried=place.tried,
        lived=place.lived,
        forgotten=place.forgotten,
    )


def _mean_in_place(found: Sequence[Found], capacity: int) -> float:
    return float(np.mean([each.trials[capacity].in_place for each in found if capacity in each.trials]))


def _fees(found: Sequence[Found]) -> tuple[float, float] | None:
    known = np.array([each.fees for each in found if each.fees])
    return (float(known[:, 0].mean()), float(known[:, 1].mean())) if known.size else None


def names_of(selection: Selection) -> str:
    """Name a place in Chinese."""
    return load_atlas().describe(selection.counties)
