"""The cascade in persons: of those who needed a service in a year, who wished, could pay, asked, was served.

A person counts once for a service and year, at the furthest step reached in that year. Whoever is in place at
any time of the year is served; whoever stands on a list has requested.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.clock import MINUTES_PER_DAY, NEVER, month_start, months_of
from sim.kinds import Outcome, Step
from sim.measures import AGE_BANDS_MONTHS, YEARS, Frame, Replay, Table, reported

KEYS = ("county", "service", "year", "age_band", "function", "income_fifth", "area")
STEPS = ("needed", "wanted", "affordable", "in_reach", "requested", "served")


def cascade_table(replay: Replay, frame: Frame, years: tuple[int, ...] = YEARS) -> Table:
    """Count persons by step, county, service, year and group.

    ``in_time`` are served within the standard; ``pending`` wait at the horizon for less time than it allows.
    ``years`` are counted as far as the run reaches.
    """
    parts = [_year_rows(replay, frame, year) for year in years if months_of(year)[0] < frame.months]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    joined["county"] = frame.county_codes[joined["county"]]
    replication = np.full(len(joined["county"]), frame.replication, dtype=np.int64)
    return reported({"replication": replication} | joined, frame)


def _year_rows(replay: Replay, frame: Frame, year: int) -> Table:
    spells = replay.ledger.spells
    begin, end = month_start(months_of(year)[0]), month_start(min(months_of(year)[-1] + 1, frame.months))
    active = np.flatnonzero((spells.start < end) & (spells.end > begin))
    step, in_time, pending = spell_outcomes(replay, frame, begin, end)
    order = active[np.lexsort((step[active], spells.key[active], spells.service[active]))]
    last = np.ones(len(order), dtype=bool)  # the last spell of a person is the furthest: order is by step
    last[:-1] = (np.diff(spells.key[order]) != 0) | (np.diff(spells.service[order].astype(np.int64)) != 0)
    person = order[last]
    return _counted(
        _groups(replay, frame, person, (begin + end) // 2, year),
        step[person],
        in_time[person],
        pending[person],
    )


def spell_outcomes(
    replay: Replay, frame: Frame, begin: int, end: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return for each spell the furthest step in [begin, end), served in time, and pending at the end.

    Where a need asks once, that ask stands for as long as the need lasts.
    """
    requests, log = replay.requests, replay.log
    step = np.zeros(len(replay.ledger.spells.key), dtype=np.int64)
    asks_once = np.array([service.ask_every_months == 0 for service in frame.services])[requests.service]
    stands = (requests.minute < end) & ((requests.minute >= begin) | asks_once)
    np.maximum.at(step, requests.spell[stands], requests.step[stands].astype(np.int64))
    asked = np.flatnonzero(requests.step == Step.REQUESTED)
    spell, minute = requests.spell[asked], requests.minute[asked].astype(np.int64)
    waits_to = np.where(log.admitted < NEVER, log.admitted, log.ended).astype(np.int64)
    real = log.outcome != Outcome.ALREADY_PLACED
    waiting = real & (minute < end) & (waits_to > begin)
    placed = (log.admitted < end) & (log.ended > begin)
    np.maximum.at(step, spell[waiting], int(Step.REQUESTED))
    np.maximum.at(step, spell[placed], int(Step.SERVED))
    limit = (
        np.array([s.standard.within_days for s in frame.services])[requests.service[asked]] * MINUTES_PER_DAY
    )
    in_time = np.zeros(len(step), dtype=bool)
    in_time[spell[placed & (_waited(log.admitted, minute) <= limit)]] = True
    pending = np.zeros(len(step), dtype=bool)
    pending[spell[waiting & (waits_to >= end) & (end - minute < limit)]] = True
    return step, in_time, pending & (step < Step.SERVED)


def _waited(admitted: npt.NDArray, minute: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the wait in minutes; whoever was seated at the census did not wait as far as anyone knows."""
    return np.where((minute < 0) & (admitted == 0), 0, admitted - minute)


SIZES = (1000, 64, 10_000, len(AGE_BANDS_MONTHS) + 1, 4, 5, 2)  # more than any value of each key


def _groups(
    replay: Replay, frame: Frame, person: npt.NDArray, middle: int, year: int
) -> list[npt.NDArray[np.int64]]:
    """Return the key columns of each person, in the order of ``KEYS``; the county by its index."""
    spells = replay.ledger.spells
    age = spells.age_months[person] + (middle - np.maximum(spells.start[person], 0)) // 43830
    area = spells.area[person].astype(np.int64)
    fifth = (spells.income[person][:, None] >= frame.fifth_edges[area]).sum(axis=1)
    keys = (spells.county[person], spells.service[person], np.full(len(person), year),
            np.digitize(age, AGE_BANDS_MONTHS), spells.function[person], fifth, area)  # fmt: skip
    return [key.astype(np.int64) for key in keys]


def _counted(
    groups: list[npt.NDArray[np.int64]], step: npt.NDArray, in_time: npt.NDArray, pending: npt.NDArray
) -> Table:
    code, inverse = np.unique(np.ravel_multi_index(groups, SIZES), return_inverse=True)
    table: Table = dict(
        zip(KEYS, (column.astype(np.int64) for column in np.unravel_index(code, SIZES)), strict=True)
    )
    counted = {name: step >= index for index, name in enumerate(STEPS)} | {
        "in_time": in_time,
        "pending": pending,
    }
    for name, mask in counted.items():
        table[name] = np.bincount(inverse[mask], minlength=len(code)).astype(np.int64)
    return table
