"""Workload: errands and visits as monthly minutes, spent once.

A workload is never an event a visit. Each month the people in need bring minutes of work beside what was left
undone; a cadre's minutes are done up to what its workers bring, and the rest is carried on.
Several services may count on one cadre: its minutes are shared in proportion to what each asks, so that no
minute is spent twice. In every month, county and service

    demanded + backlog before = done + backlog after,    done <= supplied

and over the services of a cadre ``supplied`` sums to the cadre's minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.compiled import njit
from sim.errors import LawBroken
from sim.kinds import Mechanism
from sim.needs import Ledger
from sim.services import Service
from sim.supply import Ints, Supply

THOUSAND = 1000
_MONTHS = 12


@dataclass(frozen=True)
class WorkloadLog:
    """Minutes by workload service, county of the atlas and month: each of shape (services, counties, months).

    ``services`` are indices in the tuple of services, one per row, ``cadres`` indices in ``Supply.cadres``.
    ``backlog`` stands at the end of the month. ``supplied`` of a cadre's services sums to its minutes.
    """

    services: tuple[int, ...]
    cadres: tuple[int, ...]
    demanded: Ints
    supplied: Ints
    done: Ints
    backlog: Ints


def carry(
    ledger: Ledger, services: Sequence[Service], settings: Mapping[str, float], supply: Supply
) -> WorkloadLog:
    """Spend the minutes of workers on the work that people in need bring, month by month.

    A person of a group brings ``events`` a year of ``minutes`` each, a twelfth of it a month; months of the
    ledger beyond those of the supply are left out. Raises LawBroken where minutes are lost or spent twice.
    """
    rows = tuple(i for i, service in enumerate(services) if service.mechanism == Mechanism.WORKLOAD)
    cadres = tuple(supply.cadres.index(services[i].cadre) for i in rows)
    shape = (len(rows), *supply.minutes.shape[1:])
    demanded = np.zeros(shape, dtype=np.int64)
    for row, index in enumerate(rows):
        demanded[row] = minutes_asked(ledger.people[index, :, :, : supply.months], services[index], settings)
    supplied, done, backlog = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for cadre in sorted(set(cadres)):
        own = np.array([row for row, each in enumerate(cadres) if each == cadre])
        supplied[own], done[own], backlog[own] = _spend(demanded[own], supply.minutes[cadre])
    log = WorkloadLog(rows, cadres, demanded, supplied, done, backlog)
    _check_laws(log, supply.minutes)
    return log


def minutes_asked(people: Ints, service: Service, settings: Mapping[str, float]) -> Ints:
    """Return the minutes that a service's people bring: shape (counties, months).

    Events a year and minutes an event are read in thousandths; a month's minutes are the twelfth part,
    rounded so that nothing is lost over the months.
    """
    yearly = np.zeros(people.shape[1:], dtype=np.int64)
    for group, each in enumerate(service.needed):
        if each.events and each.minutes:
            per_person = _thousandths(settings[each.events]) * _thousandths(settings[each.minutes])
            yearly += people[group] * (per_person // THOUSAND)
    total = np.cumsum(yearly, axis=1) // (_MONTHS * THOUSAND)
    return np.diff(total, axis=1, prepend=0)


def _thousandths(value: float) -> int:
    return round(value * THOUSAND)


def _spend(demanded: Ints, available: Ints) -> tuple[Ints, Ints, Ints]:
    """Spend one cadre's minutes on its services: (services, counties, months) against (counties, months)."""
    supplied, done, backlog = (np.zeros_like(demanded) for _ in range(3))
    carried = np.zeros(demanded.shape[:2], dtype=np.int64)
    for month in range(demanded.shape[2]):
        asked = demanded[:, :, month] + carried
        supplied[:, :, month] = share_out(available[:, month], asked)
        done[:, :, month] = np.minimum(asked, supplied[:, :, month])
        carried = asked - done[:, :, month]
        backlog[:, :, month] = carried
    return supplied, done, backlog


def share_out(available: Ints, asked: Ints) -> Ints:
    """Share minutes (counties,) in proportion to what services ask (services, counties), exactly.

    Every share is rounded on the running sum, so that shares sum to what there is; where nothing is asked the
    first service has all of it, idle.

    >>> share_out(np.array([10]), np.array([[20], [10]])).ravel().tolist()
    [6, 4]
    >>> share_out(np.array([10]), np.array([[0], [0]])).ravel().tolist()
    [10, 0]
    """
    shares = np.empty(asked.shape, dtype=np.int64)
    _share(np.ascontiguousarray(available), np.ascontiguousarray(asked), shares)
    return shares


@njit(cache=True)
def _share(available, asked, shares):  # type: ignore[no-untyped-def]
    for county in range(available.size):
        total = asked[:, county].sum()
        running, before = 0, 0
        for service in range(asked.shape[0]):
            running += asked[service, county]
            upto = _part(available[county], running, total) if total > 0 else available[county]
            shares[service, county] = upto - before
            before = upto


@njit(inline="always")
def _part(available, running, total):  # type: ignore[no-untyped-def]
    """Return floor(available x running / total), whose product may pass 64 bits: minutes reach 10**11.

    Floating point comes within a few of it; what is left over is then small, so that whole numbers modulo
    2**64 hold it exactly.
    """
    near = np.int64(np.float64(available) * np.float64(running) / np.float64(total))
    return near + (available * running - near * total) // total


def _check_laws(log: WorkloadLog, minutes: Ints) -> None:
    """Hold every month against the laws of the module's head."""
    before = np.concatenate([np.zeros_like(log.backlog[:, :, :1]), log.backlog[:, :, :-1]], axis=2)
    if not np.array_equal(log.demanded + before, log.done + log.backlog):
        raise LawBroken("workload: demanded + backlog before is not done + backlog after")
    if (log.done > log.supplied).any() or (log.backlog < 0).any():
        raise LawBroken("workload: more minutes are done than supplied")
    for cadre in set(log.cadres):
        spent = log.supplied[np.array(log.cadres) == cadre].sum(axis=0)
        if not np.array_equal(spent, minutes[cadre]):
            raise LawBroken("workload: a cadre's minutes are spent twice or lost")
