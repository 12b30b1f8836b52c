"""Days on lists by group: who bears the waiting of a year.

The cells are those of the cascade in persons (``sim.persons``); the days of a request are counted where the
spell that it belongs to is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.clock import MINUTES_PER_DAY, month_start, months_of, year_of
from sim.kinds import Outcome, Step
from sim.measures import AGE_BANDS_MONTHS, Frame, Replay, Table
from sim.persons import KEYS, MINUTES_PER_MONTH, Roll, cell_sizes

Ints = npt.NDArray[np.int64]


def unmet_table(replay: Replay, frame: Frame, roll: Roll | None = None) -> Table:
    """Count the days on lists of the last year by county, service and group, in whole person-days.

    Who was seated at the census, or whose need was over before it, never stood on a list. ``roll`` is that of
    the ledger, called here unless given.
    """
    year = year_of(frame.months - 1)
    begin, end = (month_start(m) for m in (months_of(year)[0], min(months_of(year)[-1] + 1, frame.months)))
    spell, minutes = _minutes_on_lists(replay, begin, end)
    cell = (roll or Roll.of(replay.ledger.spells, frame)).cell[spell].astype(np.int64)
    counted = (minutes > 0) & (cell >= 0)
    spell, minutes, cell = spell[counted], minutes[counted], cell[counted]
    sizes = cell_sizes(frame)
    cell += _age_band(replay, spell, (begin + end) // 2) * int(np.prod(sizes[3:]))
    cells, row = np.unique(cell, return_inverse=True)
    days = np.bincount(row, weights=minutes, minlength=len(cells)).astype(np.int64) // MINUTES_PER_DAY
    county, service, *group = np.unravel_index(cells, sizes)
    keys = (frame.county_codes[frame.counties][county], service, np.full(len(cells), year), *group)
    table = dict(zip(KEYS, keys, strict=True)) | {
        "replication": np.full(len(cells), frame.replication),
        "unmet_days": days,
    }
    return {name: np.asarray(column, dtype=np.int64) for name, column in table.items()}


def _minutes_on_lists(replay: Replay, begin: int, end: int) -> tuple[Ints, Ints]:
    """Return for each request the row of its spell and its minutes on lists within a span."""
    requests, log = replay.requests, replay.log
    asked = np.flatnonzero(requests.step == Step.REQUESTED)
    until = np.minimum(np.minimum(log.admitted, log.ended).astype(np.int64), end)
    minutes = until - np.maximum(requests.minute[asked].astype(np.int64), begin)
    listed = (log.outcome != Outcome.ALREADY_PLACED) & (log.outcome != Outcome.PAST)
    return requests.spell[asked].astype(np.int64), np.where(listed, np.maximum(minutes, 0), 0)


def _age_band(replay: Replay, spell: Ints, middle: int) -> Ints:
    """Return the band of age in the middle of the year, as the cascade counts it."""
    spells = replay.ledger.spells
    start = np.maximum(spells.start[spell].astype(np.int64), 0)
    months = spells.age_months[spell] + (middle - start) // MINUTES_PER_MONTH
    return np.searchsorted(np.array(AGE_BANDS_MONTHS), months, side="right").astype(np.int64)
