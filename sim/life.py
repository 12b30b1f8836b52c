"""A month of life, in one order.

1. everyone present grows a month older
2. some die, by age, sex, area and function
3. some women give birth, by age
4. some leave the counties that lose
5. function is lost and regained, disability arises
6. work is entered, lost, found and left

then, once everyone has lived the month: spouses and children part from those who died or left, newborns and
newcomers are appended. The rules stand in ``demography``, ``disability`` and ``employment``; this file only
orders them. A resident's four words of the month (``Decision.LIFE``) decide: 0 death; 1 function from its
low end, disability from its top; 2 birth and leaving likewise; 3 work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim import demography, disability, employment
from sim.compiled import njit
from sim.disability import become_disabled, lose, regain
from sim.employment import activity, enrol
from sim.kinds import DisabilityKind, Employment, Exit, Function
from sim.rates import OLDEST, LifeTables
from sim.residents import STAYS, Residents
from sim.rows import rows_of
from sim.streams import Decision, Stream, words

_LIFE = int(Decision.LIFE)
_BLOCK = 512  # residents whose words are hashed at once, so that the hash is vectorised
_NOTHING, _GAVE_BIRTH, _DIED, _LEFT = -1, 0, 1, 2
_NOBODY = np.empty(0, dtype=np.int64)

RowNumbers = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class MonthCounts:
    """What a month of life came to: counts by county of the atlas, and the rows concerned.

    ``renewed`` are the rows in which, life being held, a new resident took the place of the dead.
    """

    births: Counts
    deaths: Counts
    arrivals: Counts
    leavers: Counts
    born: RowNumbers
    died: RowNumbers
    arrived: RowNumbers
    left: RowNumbers
    renewed: RowNumbers


def live_month(
    residents: Residents, month: int, tables: LifeTables, stream: Stream, held: bool = False
) -> MonthCounts:
    """Live one month (>= 0): change the columns, append newborns and newcomers, and count.

    With `held`, life stays as it was at the census: ages stand still, nobody is born, comes or leaves, and a
    new resident takes the place of each of the dead.
    """
    rows = np.empty((3, residents.size), dtype=np.int32)  # touched only as far as it is filled
    of_ages, rules = (0, tables.held) if held else (month, tables.month)
    counts = _live(rows_of(residents), month, of_ages, rules, stream.k0, stream.k1, rows)
    mothers, died, left = (rows[event, : counts[event]].astype(np.int64) for event in range(3))
    if held:
        return _renew(residents, died, month, tables, stream)
    residents.exit_month[died], residents.exit[died] = month, Exit.DIED
    residents.exit_month[left], residents.exit[left] = month, Exit.MOVED
    left = np.concatenate((left, demography.orphan(residents, month)))
    demography.bereave(residents, np.concatenate((died, left)), month)
    born = demography.deliver(residents, mothers, month, tables, stream)
    arrived = demography.arrive(residents, month, tables, stream)
    disability.begin(residents, born, month, month, tables, stream)
    employment.begin(residents, np.concatenate((born, arrived)), month, tables, stream)
    return _count(residents, tables, born, died, arrived, left, _NOBODY)


def _renew(
    residents: Residents, died: RowNumbers, month: int, tables: LifeTables, stream: Stream
) -> MonthCounts:
    demography.renew(residents, died, month, stream)
    disability.begin(residents, died, month, 0, tables, stream)
    return _count(residents, tables, _NOBODY, died, _NOBODY, _NOBODY, died)


def _count(residents: Residents, tables: LifeTables, *rows: RowNumbers) -> MonthCounts:
    counties = len(tables.migration.county_code)
    by_county = (np.bincount(residents.county[some], minlength=counties) for some in rows[:4])
    return MonthCounts(*by_county, *rows)


@njit(cache=True)
def _live(people, month, of_ages, t, k0, k1, rows):  # type: ignore[no-untyped-def]
    """Live a month row by row; return how many rows each event has, the rows in `rows`."""
    count = np.zeros(3, dtype=np.int64)
    word = np.empty((4, _BLOCK), dtype=np.uint32)
    births = t.birth[min(month, len(t.birth) - 1)]
    for first in range(0, people.key.size, _BLOCK):
        size = min(_BLOCK, people.key.size - first)
        for n in range(size):
            word[0, n], word[1, n], word[2, n], word[3, n] = words(
                people.key[first + n], month, _LIFE, k0, k1
            )
        for n in range(size):
            i = first + n
            if people.exit_month[i] != STAYS:
                continue
            # 1 age
            age_months = of_ages - people.birth_month[i]
            age = min(age_months // 12, OLDEST)
            sex, area, lost = people.sex[i], people.area[i], np.int64(people.function[i] != Function.NONE)
            group = 2 * sex + area
            # 2 to 5: most months nothing happens, so one test without branches stands before the rules
            if (
                (word[0, n] < t.death[lost, group, age])
                | (word[1, n] < t.turnover[lost, group, age])
                | (word[1, n] >= t.disability[group, age])
                | (word[2, n] < births[sex, age])
                | (word[2, n] >= t.leave[people.county[i], age])
            ):
                event = _happen(people, i, word[0, n], word[1, n], word[2, n], group, age, month, t, k0, k1)
                if event != _NOTHING:
                    rows[event, count[event]] = i
                    count[event] += 1
                    if event != _GAVE_BIRTH:
                        continue
            # 6 work
            before = people.employment[i]
            now = activity(
                word[3, n],
                t.unemployment[area, before],
                (people.work_rank[i] < t.participation[sex, age]) & (people.function[i] < Function.MODERATE),
                age_months >= t.retirement[sex, people.pension[i]],
                people.work_rank[i] >= t.student[sex, age],
            )
            people.employment[i] = now
            if (now == Employment.EMPLOYED) & (before <= Employment.STUDENT):
                enrol(people, i, t, k0, k1)
    return count


@njit
def _happen(people, i, word_0, word_1, word_2, group, age, month, t, k0, k1):  # type: ignore[no-untyped-def]
    """Apply the rules 2 to 5 to a resident; return what the month will have to settle for them."""
    event = _NOTHING
    lost = np.int64(people.function[i] != Function.NONE)
    # 2 die
    if word_0 < t.death[lost, group, age]:
        return _DIED
    # 3 give birth
    born = word_2 < t.birth[min(month, len(t.birth) - 1), people.sex[i], age]
    if born and month - people.last_birth[i] >= t.spacing:
        event = _GAVE_BIRTH
    # 4 leave
    if word_2 >= t.leave[people.county[i], age]:
        return _LEFT
    # 5 function and disability
    if word_1 < t.turnover[lost, group, age]:
        if lost:
            regain(people, i, month)
        else:
            lose(people, i, month, t, k0, k1)
    if word_1 >= t.disability[group, age] and people.disability_kind[i] == DisabilityKind.NONE:
        become_disabled(people, i, age, month, t, k0, k1)
    return event


def life_ending(residents: Residents, tables: LifeTables) -> npt.NDArray[np.float64]:
    """Return each resident's monthly chance, at the census's rates, to die or to change in function."""
    age = np.minimum(residents.age_months(-1) // 12, OLDEST)
    lost = (residents.function != Function.NONE).astype(np.int64)
    group = 2 * residents.sex.astype(np.int64) + residents.area
    words = tables.held.death[lost, group, age] + tables.held.turnover[lost, group, age]
    return np.asarray(words / 2.0**32)
