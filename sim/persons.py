"""The cascade in persons: of those who needed a service in a year, who wished, could pay, asked, was served.

A person counts once for a service and year, at the furthest step reached in that year. Whoever is in place at
any time of the year is served; whoever stands on a list has requested.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.clock import MINUTES_PER_DAY, NEVER, month_start, months_of
from sim.compiled import inner, njit
from sim.kinds import Outcome, Step
from sim.measures import AGE_BANDS_MONTHS, YEARS, Frame, Replay, Table
from sim.needs import Spells

KEYS = ("county", "service", "year", "age_band", "function", "income_fifth", "area")
STEPS = ("needed", "wanted", "affordable", "in_reach", "requested", "served")

Ints = npt.NDArray[np.int64]
_BANDS, _FUNCTIONS, _FIFTHS, _AREAS = len(AGE_BANDS_MONTHS) + 1, 4, 5, 2
_BAND_STRIDE = _FUNCTIONS * _FIFTHS * _AREAS
_STEP, _IN_TIME, _PENDING = 7, 8, 16  # bits of what a spell came to in a year: its furthest step, and flags
_IN_REACH, _REQUESTED, _SERVED = int(Step.IN_REACH), int(Step.REQUESTED), int(Step.SERVED)
_ALREADY_PLACED = int(Outcome.ALREADY_PLACED)
MINUTES_PER_MONTH = 43830


@dataclass(frozen=True)
class Roll:
    """Which spells are of one person and service, and the group of each: the same in every replay.

    ``earlier`` is the row of a person's spell before this one in the table, -1 for none; ``last`` marks
    the last one. ``cell`` numbers county, service, function, income fifth and area with age band 0, by rising
    ``KEYS``; -1 where the run does not report the county.
    """

    earlier: npt.NDArray[np.int32]
    last: npt.NDArray[np.bool_]
    cell: npt.NDArray[np.int32]

    @classmethod
    def of(cls, spells: Spells, frame: Frame) -> Roll:
        """Call the roll of a ledger's spells."""
        earlier = np.full(len(spells.key), -1, dtype=np.int32)
        last = np.ones(len(spells.key), dtype=np.bool_)
        slots = np.full(1 << int(2 * len(spells.key) + 1).bit_length(), -1, dtype=np.int32)
        _chain(np.asarray(spells.key, np.uint64), np.asarray(spells.service, np.uint8), slots, earlier, last)
        return cls(earlier, last, _cells(spells, frame))


def _cells(spells: Spells, frame: Frame) -> npt.NDArray[np.int32]:
    """Return the cell of each spell, but for its age band."""
    county = frame.reported_row[spells.county].astype(np.int32)
    fifth = np.zeros(len(county), dtype=np.int32)
    for edge in frame.fifth_edges.T:
        fifth += spells.income >= edge[spells.area]
    cell = county * len(frame.services) + spells.service
    cell = (cell * _BANDS * _FUNCTIONS + spells.function) * _FIFTHS + fifth
    return np.where(county >= 0, cell * _AREAS + spells.area, -1).astype(np.int32)


def cascade_table(
    replay: Replay, frame: Frame, years: tuple[int, ...] = YEARS, roll: Roll | None = None
) -> Table:
    """Count persons by step, county, service, year and group.

    ``in_time`` are served within the standard; ``pending`` wait at the horizon for less time than it allows.
    ``years`` are counted as far as the run reaches. ``roll`` is that of the ledger, called here unless given.
    """
    reached = [year for year in years if months_of(year)[0] < frame.months]
    spans = np.array([_span(year, frame.months) for year in reached], dtype=np.int64).reshape(-1, 2)
    count = _persons(replay, frame, roll or Roll.of(replay.ledger.spells, frame), spans)
    parts = [_year_rows(count[number], frame, year) for number, year in enumerate(reached)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _span(year: int, months: int) -> tuple[int, int]:
    """Return the first minute of a year and the first after it, as far as a run reaches."""
    return month_start(months_of(year)[0]), month_start(min(months_of(year)[-1] + 1, months))


def _persons(replay: Replay, frame: Frame, roll: Roll, spans: Ints) -> Ints:
    """Count persons by year, cell and step, with in_time and pending in two more columns."""
    spells = replay.ledger.spells
    reach = spell_outcomes(replay, frame, spans)
    cells = len(frame.counties) * len(frame.services) * _BANDS * _BAND_STRIDE
    count = np.zeros((len(spans), cells, len(STEPS) + 2), dtype=np.int64)
    start, end, age = (np.asarray(each, np.int32) for each in (spells.start, spells.end, spells.age_months))
    bands = np.array(AGE_BANDS_MONTHS, dtype=np.int64)
    _count_persons((start, end, age), reach, (roll.earlier, roll.last, roll.cell), spans, bands, count)
    return count


def spell_outcomes(replay: Replay, frame: Frame, spans: Ints) -> npt.NDArray[np.uint8]:
    """Return what each spell came to in spans of minutes (spans, 2): shape (spells, spans).

    The low bits are the furthest ``Step``, with flags for served in time and pending at the end. A request
    stands from its asking until it is off the lists and out of a place. Where a need asks once, what came
    before the request, the wish, means and reach, stands for as long as the need lasts: who gave up in an
    earlier span is in reach and has not requested.
    """
    requests, log = replay.requests, replay.log
    once = np.array([service.ask_every_months == 0 for service in frame.services])
    limit = np.array([s.standard.within_days for s in frame.services], dtype=np.int64) * MINUTES_PER_DAY
    reach = np.zeros((len(replay.ledger.spells.key), len(spans)), dtype=np.uint8)
    _note_requests(
        (requests.spell, requests.minute, requests.service, requests.step),
        (log.outcome, log.admitted, log.ended), once, limit, spans, reach,
    )  # fmt: skip
    return reach


def cell_sizes(frame: Frame) -> tuple[int, ...]:
    """Return how many counties, services, age bands, functions, income fifths and areas number the cells."""
    return len(frame.counties), len(frame.services), _BANDS, _FUNCTIONS, _FIFTHS, _AREAS


def _year_rows(count: Ints, frame: Frame, year: int) -> Table:
    """Return the rows of one year from the counts of its cells."""
    cell = np.flatnonzero(count.any(axis=1))
    county, service, *group = np.unravel_index(cell, cell_sizes(frame))
    full = np.full(len(cell), year)
    keys = (frame.county_codes[frame.counties][county], service, full, *group)
    steps = count[cell, : len(STEPS)]
    columns = dict(zip(KEYS, keys, strict=True)) | {
        "replication": np.full(len(cell), frame.replication),
        **dict(zip(STEPS, steps[:, ::-1].cumsum(axis=1)[:, ::-1].T, strict=True)),  # at a step or beyond
        "in_time": count[cell, len(STEPS)],
        "pending": count[cell, len(STEPS) + 1],
    }
    return {name: np.asarray(column, dtype=np.int64) for name, column in columns.items()}


@njit(cache=True)
def _chain(key, service, slots, earlier, last):  # type: ignore[no-untyped-def]
    """Link the spells of each person and service, by a table of slots that is at most half full."""
    mask = np.uint64(slots.size - 1)
    for row in range(key.size):
        mixed = (key[row] + np.uint64(service[row])) * np.uint64(0x9E3779B97F4A7C15)
        slot = (mixed ^ (mixed >> np.uint64(32))) & mask
        while slots[slot] >= 0:
            other = slots[slot]
            if key[other] == key[row] and service[other] == service[row]:
                earlier[row] = other
                last[other] = False
                break
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = row


@njit(cache=True)
def _note_requests(requests, log, once, limit, spans, reach):  # type: ignore[no-untyped-def]
    """Note for each spell and span how far its requests came."""
    spell, minute, service, step = requests
    row = 0  # of the log, which has the requested ones alone
    for i in range(spell.size):
        requested = step[i] == _REQUESTED
        for y in range(spans.shape[0]):
            begin, end = spans[y]
            if minute[i] >= end:
                continue
            found = np.int64(0)
            if minute[i] >= begin:
                found = np.int64(step[i])
            elif once[service[i]]:
                found = min(np.int64(step[i]), np.int64(_IN_REACH))
            if requested:
                ends = log[0][row], log[1][row], log[2][row]
                found = _further(found, _came_to(minute[i], ends, begin, end, limit[service[i]]))
            if found > 0:
                reach[spell[i], y] = _further(found, np.int64(reach[spell[i], y]))
        row += requested


@njit(inline="always")
def _further(one, other):  # type: ignore[no-untyped-def]
    """Return the furthest step of two, with the flags of both."""
    return max(one & _STEP, other & _STEP) | ((one | other) & ~_STEP)


@njit(inline="always")
def _came_to(minute, ends, begin, end, limit):  # type: ignore[no-untyped-def]
    """Return what a request came to in a span that it does not come after.

    Pending is who stands on a list at the end for less time than the standard allows. Whoever was seated at
    the census did not wait as far as anyone knows.
    """
    outcome, admitted, ended = ends
    waits_to = admitted if admitted < NEVER else ended
    found = 0
    if outcome != _ALREADY_PLACED and waits_to > begin:
        found = _REQUESTED | (_PENDING if waits_to >= end and end - minute < limit else 0)
    if admitted < end and ended > begin:
        waited = 0 if minute < 0 and admitted == 0 else admitted - minute
        found = _further(found, _SERVED | (_IN_TIME if waited <= limit else 0))
    return found


@njit(cache=True)
def _count_persons(spells, reach, roll, spans, bands, count):  # type: ignore[no-untyped-def]
    """Count each person of each span at the furthest step of its spells, of equals the later one."""
    start, _, age = spells
    earlier, last, cell = roll
    for row in range(last.size):
        if not last[row]:
            continue
        for y in range(spans.shape[0]):
            best = _furthest(row, y, spells, reach, earlier, spans)
            if best < 0 or cell[best] < 0:
                continue
            middle = (spans[y, 0] + spans[y, 1]) // 2
            months = age[best] + (middle - max(start[best], 0)) // MINUTES_PER_MONTH
            place = cell[best]
            for edge in bands:
                place += _BAND_STRIDE * (months >= edge)
            _count(count[y, place], reach[best, y])


@inner
def _furthest(row, y, spells, reach, earlier, spans):  # type: ignore[no-untyped-def]
    """Return the spell of a person, from its last one back, that came furthest in a span; -1 for none."""
    start, end, _ = spells
    best = np.int64(-1)
    while row >= 0:
        active = start[row] < spans[y, 1] and end[row] > spans[y, 0]
        if active and (best < 0 or _goes_before(row, best, y, start, reach)):
            best = row
        row = earlier[row]
    return best


@inner
def _goes_before(row, best, y, start, reach):  # type: ignore[no-untyped-def]
    step, furthest = reach[row, y] & _STEP, reach[best, y] & _STEP
    return step > furthest or (step == furthest and start[row] > start[best])


@inner
def _count(columns, reach):  # type: ignore[no-untyped-def]
    step = reach & _STEP
    columns[step] += 1
    columns[_SERVED + 1] += (reach & _IN_TIME) > 0
    columns[_SERVED + 2] += (reach & _PENDING) > 0 and step < _SERVED
