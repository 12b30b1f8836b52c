"""Deaths, births and moves: who dies, who is born, who comes and who leaves.

Migration is net, by county and age: a county gains or loses, never both. Children under 18 leave with their
mother; whoever dies or leaves is a spouse and a mother no more. Newborns live from the month after their
birth. Newcomers come able: without loss of function or surveyed disability.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.compiled import njit
from sim.kinds import Employment, Exit, Living, Payer, Pension, Sex
from sim.rates import LifeTables, Migration
from sim.residents import NOBODY, STAYS, Residents
from sim.streams import Decision, Stream, newborn_keys, newcomer_keys, words

ADULT_MONTHS = 18 * 12
WORKING_AGE = (18, 60)
_NEWCOMER = int(Decision.NEWCOMER)
_MOVED_KEY = np.uint64(1 << 62)  # keys of founders lie below it
_RENEWED_KEY = np.uint64(3 << 62)
_U64 = np.uint64
_32 = np.uint64(32)

RowNumbers = npt.NDArray[np.int64]

# With whom a survivor lives, by how the couple lived.
_WIDOWED = np.arange(len(Living), dtype=np.uint8)
_WIDOWED[Living.SPOUSE] = Living.ALONE
_WIDOWED[Living.SPOUSE_AND_CHILDREN] = Living.CHILDREN


def bereave(residents: Residents, gone: RowNumbers, month: int) -> None:
    """Part the spouses of those who died or left: the survivor's living arrangement changes.

    A couple that lived with children under 18 only counts as ``Living.SPOUSE``; its survivor lives with
    OTHERS (the children), known by the mother's last birth.
    """
    partners = residents.spouse[gone]
    gone, partners = gone[partners >= 0], partners[partners >= 0]
    residents.spouse[gone] = NOBODY
    living = residents.living[partners]
    women = np.where(residents.sex[partners] == Sex.FEMALE, partners, gone)
    minors = month - residents.last_birth[women] < ADULT_MONTHS
    widowed = np.where((living == Living.SPOUSE) & minors, Living.OTHERS, _WIDOWED[living])
    residents.living[partners] = widowed
    residents.spouse[partners] = NOBODY


def orphan(residents: Residents, month: int) -> RowNumbers:
    """Part children from mothers who died or left this month; return the children who left with them."""
    followers = np.empty(residents.size, dtype=np.int64)
    columns = (residents.mother, residents.birth_month, residents.exit_month, residents.exit)
    return followers[: _orphan(*columns, month, followers)].copy()


@njit(cache=True)
def _orphan(mother, birth_month, exit_month, exit, month, followers):  # type: ignore[no-untyped-def]
    count = 0
    for i in range(mother.size):
        m = mother[i]
        if m < 0 or exit_month[i] != STAYS or exit_month[m] != month:
            continue
        mother[i] = NOBODY
        if exit[m] == Exit.MOVED and month - birth_month[i] < ADULT_MONTHS:
            exit_month[i], exit[i] = month, Exit.MOVED
            followers[count] = i
            count += 1
    return count


def deliver(
    residents: Residents, mothers: RowNumbers, month: int, tables: LifeTables, stream: Stream
) -> RowNumbers:
    """Append the newborns of `mothers`, at home with them; return their rows.

    A newborn has the mother's place, household and income, and will have a resident's pension; born to a
    household with low income or state support it counts as low income.
    """
    keys = newborn_keys(residents.key[mothers], residents.births[mothers])
    residents.births[mothers] += 1
    residents.last_birth[mothers] = month
    rows = _appended(residents, len(mothers))
    for name in ("county", "community", "area", "household", "income", "migrant"):
        getattr(residents, name)[rows] = getattr(residents, name)[mothers]
    boys = stream.words(keys, Decision.NEWBORN)[0] < _U64(tables.male_birth)
    residents.key[rows] = keys
    residents.sex[rows] = np.where(boys, Sex.MALE, Sex.FEMALE)
    residents.birth_month[rows] = month
    residents.mother[rows] = mothers
    residents.living[rows] = Living.PARENTS
    residents.employment[rows] = Employment.OUT
    residents.pension[rows] = Pension.RESIDENT
    poor = residents.payer[mothers] != Payer.FAMILY
    residents.payer[rows] = np.where(poor, Payer.LOW_INCOME, Payer.FAMILY)
    return rows


def arrive(residents: Residents, month: int, tables: LifeTables, stream: Stream) -> RowNumbers:
    """Append the month's newcomers to the counties that gain; return their rows.

    How many come, of each class of age and sex, is the expected number rounded by a keyed draw. A newcomer
    settles where a founding resident of the county, chosen by the newcomer's own key, lives (community, area,
    income), alone or with others if of working age, with children if older, with others if younger.
    """
    founders = residents.county[: _founders(residents)]
    gaining = np.flatnonzero(
        _lived_in(founders)[: len(tables.migration.arrivals)] & tables.migration.arrivals.any(axis=(1, 2))
    )
    came = [_newcomers(int(county), month, tables.migration, stream) for county in gaining]
    if not came:
        return np.empty(0, dtype=np.int64)
    keys, county, first, last, sex = (np.concatenate(parts) for parts in zip(*came, strict=True))
    word = stream.words(keys, Decision.NEWCOMER, month)
    donors = np.empty(len(keys), dtype=np.int64)
    _find_donors(founders, keys, county, stream.k0, stream.k1, donors)
    rows = _appended(residents, len(keys))
    span = ((last - first) * 12).astype(np.uint64)
    age_months = first * 12 + ((word[0] * span) >> _32).astype(np.int64)
    residents.key[rows], residents.sex[rows], residents.county[rows] = keys, sex, county
    residents.birth_month[rows] = month - age_months
    for name in ("community", "area", "income"):
        getattr(residents, name)[rows] = getattr(residents, name)[donors]
    residents.household[rows] = rows  # a new one: founding has fewer households than residents
    residents.living[rows] = _settle(age_months // 12, word[1] < _U64(tables.migration.alone))
    residents.migrant[rows] = 1
    return rows


def _settle(age: npt.NDArray[np.int64], alone: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    young, old = age < WORKING_AGE[0], age >= WORKING_AGE[1]
    living = np.where(alone & ~young, Living.ALONE, Living.OTHERS)
    return np.where(old, Living.CHILDREN, living).astype(np.uint8)


def _newcomers(county: int, month: int, migration: Migration, stream: Stream) -> Sequence[npt.NDArray]:
    """Return key, county, bounds of age in years, and sex of those who come to one county."""
    expected = migration.arrivals[county]  # [classes, 2]
    code = int(migration.county_code[county])
    cells = (_U64(code) << _32) + np.arange(expected.size, dtype=np.uint64)
    whole, part = expected.ravel() >> _32, expected.ravel() & _U64(2**32 - 1)
    count = (whole + (stream.words(cells, Decision.NEWCOMER, month)[0] < part)).astype(np.int64)
    cell = np.repeat(np.arange(expected.size), count)
    keys = newcomer_keys(code, month, len(cell))
    bounds = migration.first_age
    return keys, np.full(len(cell), county), bounds[cell // 2], bounds[cell // 2 + 1], cell % 2


def _founders(residents: Residents) -> int:
    """Count the founding residents: the first rows, whose keys lie below those of all others."""
    low, high = 0, residents.size
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if residents.key[middle] < _MOVED_KEY else (low, middle)
    return low


@njit(cache=True)
def _lived_in(county):  # type: ignore[no-untyped-def]
    found = np.zeros(256, dtype=np.bool_)
    for one in county:
        found[one] = True
    return found


@njit(cache=True)
def _find_donors(counties, keys, county, k0, k1, donors):  # type: ignore[no-untyped-def]
    """Find a founder of the county for each key: the first of its own row of keyed rows that lives there."""
    for n in range(keys.size):
        attempt = 0
        while attempt == 0 or counties[donors[n]] != county[n]:
            attempt += 1
            word = words(keys[n], -attempt, _NEWCOMER, k0, k1)[0]
            donors[n] = (_U64(word) * _U64(counties.size)) >> _32


def renew(residents: Residents, rows: RowNumbers, month: int, stream: Stream) -> None:
    """Put a new resident of the same age, home and family in the place of each of the dead (held life)."""
    word = stream.words(residents.key[rows], Decision.RENEWAL, month)
    residents.key[rows] = word[0].astype(np.uint64) | (word[1].astype(np.uint64) << _32) | _RENEWED_KEY


def _appended(residents: Residents, count: int) -> RowNumbers:
    added = residents.append(count)
    return np.arange(added.start, added.stop)
