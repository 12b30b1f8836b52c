"""Two scenarios on the same lives: one market in one replication, lived once, asked and served twice.

Nothing of a resident differs between the two but what the scenarios change: needs, wishes, patience and stays
are keyed draws. Instead of another scenario there may be one place more: then who turns to which unit is held
too, and only what the place moves is moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from scenarios.experiments import drawn_world, meeting, needs_of
from scenarios.ledgers import Lived
from scenarios.load import Scenario
from scenarios.probes import longest_list, one_place_more
from scenarios.studies import Job, Study, life_key
from sim.clock import month_start
from sim.errors import RunError
from sim.kernel import serve
from sim.market import found_market, live_through
from sim.measures import Replay
from sim.places import Selection, load_atlas
from sim.recall import Recall
from sim.residents import Residents
from sim.streams import Stream

_FOUNDER_BITS, _NEWCOMER_BITS, _NEWCOMER = 32, 40, 62  # where a key holds the county (sim.streams)


@dataclass(frozen=True)
class Pairing:
    """What is compared, and on which lives: ``b`` is None for ``a`` with one place more for ``service``."""

    a: Scenario
    b: Scenario | None
    seed: int
    replication: int  # 0: central values
    months: int
    service: str = ""
    ledgers: Path | None = None

    def check(self) -> None:
        """Refuse what cannot be followed; raises RunError with the remedy."""
        if self.service:
            queued = [each.id for each in self.a.services if each.queued]
            if self.service not in queued:
                raise RunError(
                    f"--service {self.service}: nobody waits for it; give one of {', '.join(queued)}"
                )
        if self.b is None and not self.service:
            raise RunError("give a second scenario, or --service: then B is A with one place more for it")
        if self.b is not None:
            must_share_lives(self.a, self.b)

    def study(self, selection: Selection) -> Study:
        """Return the study that lives a market as this pairing needs it."""
        return Study((self.a,), selection, 1, self.seed, self.months, probed=False, ledgers=self.ledgers)


@dataclass(frozen=True)
class Paired:
    """One market under both: ``more`` is the unit (in order of key) with one place more, -1 for none."""

    market: int
    lived: Lived
    sides: tuple[Replay, Replay]
    more: int = -1


def must_share_lives(a: Scenario, b: Scenario) -> None:
    """Refuse scenarios whose residents would not live, or need, the same; raises RunError naming why."""
    if life_key(a) != life_key(b):
        named = next(_different(a, b), "how their numbers are drawn together")
        raise RunError(
            f"{a.id} and {b.id} differ in {named}, which changes lives or needs: nobody can be followed from "
            "one to the other; follow scenarios that differ in supply, staff, prices or choice alone"
        )


def _different(a: Scenario, b: Scenario) -> Iterator[str]:
    """Name the settings and definitions that make two scenarios live apart."""
    for one, other in ((a.settings, b.settings), (a.aligned_on, b.aligned_on)):
        for name in sorted(one.quantities.keys() | other.quantities.keys()):
            pair = [each.quantities.get(name) for each in (one, other)]
            touching = [q for q in pair if q is not None and q.touches == "life"]
            if touching and len({(q.value, q.low, q.high) if q else None for q in pair}) > 1:
                yield name
    for mine, its in zip(a.services, b.services, strict=False):
        if (mine.id, mine.needed, mine.ask_every_months) != (its.id, its.needed, its.ask_every_months):
            yield f"the definition of {mine.id}"


def pair_market(pairing: Pairing, selection: Selection, market: int) -> Paired:
    """Live a market, or take its kept needs, and serve it under both scenarios."""
    study, job = pairing.study(selection), Job(market, pairing.replication)
    lived, _ = needs_of(study, job)
    given = job, study, lived, Recall()
    one = _served(pairing, pairing.a, *given)
    if pairing.b is not None:
        return Paired(market, lived, (one, _served(pairing, pairing.b, *given)))
    service = next(each for each in pairing.a.services if each.id == pairing.service)
    unit = longest_list(one, service.pool)
    if unit < 0:
        raise RunError(
            f"--service {service.id}: {load_atlas().markets[market].name} has no facility with places for it"
        )
    supply = one_place_more(one.supply, unit)
    log = serve(one.requests, supply.units, month_start(pairing.months))
    key = np.searchsorted(np.sort(supply.units.key), supply.units.key[unit])
    return Paired(market, lived, (one, replace(one, log=log, supply=supply)), int(key))


def _served(
    pairing: Pairing, scenario: Scenario, job: Job, study: Study, lived: Lived, recall: Recall
) -> Replay:
    """Serve the needs under one scenario, as a run does."""
    meet = meeting(study, scenario, job)
    settings = scenario.settings.drawn(pairing.seed, pairing.replication)
    return meet(lived.ledger, settings, lambda supply: supply, recall)


def residents_of(pairing: Pairing, market: int, row: int) -> Residents:
    """Found a market once more, and live it where a row came later: what a ledger does not keep of people.

    Columns are what each resident was on coming.
    """
    own, baseline = (
        each.drawn(pairing.seed, pairing.replication) for each in (pairing.a.settings, pairing.a.aligned_on)
    )
    world = drawn_world(pairing.a.services, own, pairing.months, baseline)
    stream = Stream.of(pairing.seed, pairing.replication)
    people = found_market(world, world.atlas.markets[market], stream)
    if row >= people.size:
        history, _ = live_through(world, people, stream)
        people.size = history.size  # life leaves it at the founders, with the others behind them
    return people


def read_key(written: str) -> int:
    """Read a resident's key: up to sixteen hexadecimal digits; raises RunError for anything else.

    >>> read_key("000558E50000001A") == read_key("0x558e50000001a") == (350437 << 32) + 26
    True
    """
    digits = "".join(written.split()).lower().removeprefix("0x")
    if not 1 <= len(digits) <= 16 or not set(digits) <= set("0123456789abcdef"):
        raise RunError(
            f"--resident {written[:40]!r} must be a key of up to 16 hexadecimal digits; "
            "'--who changed' lists some"
        )
    return int(digits, 16)


def founded(key: int) -> bool:
    """Tell whether a key is that of a founder, a resident of the census.

    >>> founded((350421 << 32) + 7), founded(1 << 62 | 350421 << 40)
    (True, False)
    """
    return key >> _NEWCOMER == 0


def county_of_key(key: int) -> int | None:
    """Return the code of the county that a key tells, None for those who were born in the run.

    >>> county_of_key((350421 << 32) + 7), county_of_key(1 << 62 | 350421 << 40 | 3 << 28 | 5)
    (350421, 350421)
    """
    if key >> 63:
        return None
    code = key >> _NEWCOMER_BITS & 0x3FFFFF if key >> _NEWCOMER & 1 else key >> _FOUNDER_BITS
    known = load_atlas().counties.code
    return int(code) if bool(np.isin(code, known)) else None
