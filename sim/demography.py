"""Deaths, births and moves: who dies, who is born, who comes and who leaves.

Migration is net, by county and age: a county gains or loses, never both. Children under 18 leave with their
mother; whoever dies or leaves is a spouse and a mother no more. Newborns live from the month after their
birth. Newcomers come able: without loss of function or surveyed disability.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.clock import year_of
from sim.compiled import inner, njit
from sim.kinds import Employment, Exit, Living, Payer, Pension, Sex
from sim.rates import LifeTables, Migration
from sim.residents import COLUMNS, NOBODY, STAYS, Residents
from sim.streams import Decision, Stream, drawn, newborn_keys, newcomer_keys

ADULT_MONTHS = 18 * 12
WORKING_AGE = (18, 60)
_NEWCOMER, _RENEWAL = np.int64(Decision.NEWCOMER), np.int64(Decision.RENEWAL)
_RENEWED_KEY = np.uint64(3 << 62)
_U64 = np.uint64
_32 = np.uint64(32)

RowNumbers = npt.NDArray[np.int64]

# With whom a survivor lives, by whether the couple had a child under 18 and how it lived.
WIDOWED = np.tile(np.arange(len(Living), dtype=np.uint8), (2, 1))
WIDOWED[:, Living.SPOUSE] = Living.ALONE, Living.OTHERS
WIDOWED[:, Living.SPOUSE_AND_CHILDREN] = Living.CHILDREN


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
    residents.living[partners] = WIDOWED[minors.astype(np.int64), living]
    residents.spouse[partners] = NOBODY


def orphan(residents: Residents, month: int) -> None:
    """Part children from mothers who died or left this month."""
    children = np.flatnonzero(residents.mother != NOBODY)
    gone = residents.exit_month[residents.mother[children]] == month
    children = children[gone & (residents.exit_month[children] >= month)]
    residents.mother[children] = NOBODY


def followed(residents: Residents, rows: slice, lives: npt.NDArray[np.void]) -> npt.NDArray[np.int16]:
    """Return the month in which each of some rows leaves with its mother, 32767 for none.

    ``lives`` tells of everyone (``history.LIFE``); mothers have lived before.
    """
    out = np.full(rows.stop - rows.start, STAYS, dtype=np.int16)
    _followed(residents.mother, residents.birth_month, lives, rows.start, out)
    return out


@njit(cache=True)
def _followed(mother, birth_month, lives, first, out):  # type: ignore[no-untyped-def]
    for n in range(out.size):
        m = mother[first + n]
        if m < 0 or lives[m].why != Exit.MOVED or lives[m].leaves <= lives[first + n].comes:
            continue
        if lives[m].leaves - birth_month[first + n] < ADULT_MONTHS:
            out[n] = lives[m].leaves


def deliver(
    residents: Residents,
    mothers: RowNumbers,
    months: RowNumbers,
    orders: RowNumbers,
    tables: LifeTables,
    stream: Stream,
) -> RowNumbers:
    """Append the newborns of `mothers`, by month and order among the mother's births; return their rows.

    A newborn has the mother's place, household and income, and will have a resident's pension; born to a
    household with low income or state support it counts as low income.
    """
    keys = newborn_keys(residents.key[mothers], orders)
    rows = _appended(residents, len(mothers))
    for name in ("county", "community", "area", "household", "income", "migrant"):
        getattr(residents, name)[rows] = getattr(residents, name)[mothers]
    boys = stream.words(keys, Decision.NEWBORN)[0] < _U64(tables.male_birth)
    residents.key[rows] = keys
    residents.sex[rows] = np.where(boys, Sex.MALE, Sex.FEMALE)
    residents.birth_month[rows] = months
    residents.mother[rows] = mothers
    residents.living[rows] = Living.PARENTS
    residents.employment[rows] = Employment.OUT
    residents.pension[rows] = Pension.RESIDENT
    poor = residents.payer[mothers] != Payer.FAMILY
    residents.payer[rows] = np.where(poor, Payer.LOW_INCOME, Payer.FAMILY)
    return rows


def arrive(
    residents: Residents, months: int, tables: LifeTables, stream: Stream
) -> tuple[RowNumbers, RowNumbers]:
    """Append the newcomers of all months to the counties that gain; return their rows and months of coming.

    How many come, of each class of age and sex, is the expected number rounded by a keyed draw. A newcomer
    settles where a founding resident of the county, chosen by the newcomer's own key, lives (community, area,
    income), alone or with others if of working age, with children if older, with others if younger.
    """
    founders = residents.county
    gains: npt.NDArray[np.bool_] = np.asarray(tables.migration.arrivals.any(axis=(0, 2, 3)))
    gaining = np.flatnonzero(_lived_in(founders)[: len(gains)] & gains)
    came = [
        _newcomers(int(county), month, tables.migration, stream)
        for month in range(months) for county in gaining
    ]  # fmt: skip
    if not came:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    keys, county, month, first, last, sex = (np.concatenate(parts) for parts in zip(*came, strict=True))
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
    residents.living[rows] = _settle(age_months // 12, word[1] < _U64(tables.migration.alone))
    residents.migrant[rows] = 1
    return rows, month


def order_by_coming(residents: Residents, founders: int, comes: npt.NDArray[np.int16]) -> RowNumbers:
    """Put all who come after the founders in order: by month, newborns (by mother's row) before newcomers.

    Returns, for each of these rows in the new order, the row that it had. A newcomer's household, which is a
    new one, gets the number of its row: founding has fewer households than residents.
    """
    rows = np.arange(founders, residents.size)
    mother, month = residents.mother[rows], comes[rows].astype(np.int64)
    newcomers = np.flatnonzero(mother == NOBODY)
    births_before = np.cumsum(np.bincount(month[mother != NOBODY], minlength=int(month.max(initial=0)) + 1))
    place = np.arange(residents.size)
    place[rows[newcomers]] = founders + np.arange(len(newcomers)) + births_before[month[newcomers]]
    mother = np.where(mother == NOBODY, place[rows], place[mother])  # in its kind, the order of mothers
    order = rows[np.lexsort((mother, residents.mother[rows] == NOBODY, month))]
    residents.mother[rows] = np.where(residents.mother[rows] == NOBODY, NOBODY, mother)
    for column in COLUMNS:
        values = getattr(residents, column.name)
        values[rows] = values[order]
    moved_in = residents.mother[rows] == NOBODY
    residents.household[rows[moved_in]] = rows[moved_in]
    ours = residents.mother[rows] >= founders
    born = rows[ours]
    residents.household[born] = residents.household[residents.mother[born]]
    return order


def _settle(age: npt.NDArray[np.int64], alone: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    young, old = age < WORKING_AGE[0], age >= WORKING_AGE[1]
    living = np.where(alone & ~young, Living.ALONE, Living.OTHERS)
    return np.where(old, Living.CHILDREN, living).astype(np.uint8)


def _newcomers(county: int, month: int, migration: Migration, stream: Stream) -> Sequence[npt.NDArray]:
    """Return key, county, month, bounds of age in years, and sex of those who come to one county."""
    year = min(year_of(month) - year_of(0), len(migration.arrivals) - 1)
    expected = migration.arrivals[year, county]  # [classes, 2]
    code = int(migration.county_code[county])
    cells = (_U64(code) << _32) + np.arange(expected.size, dtype=np.uint64)
    whole, part = expected.ravel() >> _32, expected.ravel() & _U64(2**32 - 1)
    count = (whole + (stream.words(cells, Decision.NEWCOMER, month)[0] < part)).astype(np.int64)
    cell = np.repeat(np.arange(expected.size), count)
    keys = newcomer_keys(code, month, len(cell))
    bounds = migration.first_age
    here, now = np.full(len(cell), county), np.full(len(cell), month)
    return keys, here, now, bounds[cell // 2], bounds[cell // 2 + 1], cell % 2


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
            word = drawn(keys[n], -attempt, _NEWCOMER, k0, k1)[0]
            donors[n] = (_U64(word) * _U64(counties.size)) >> _32


def renew(residents: Residents, rows: RowNumbers, month: int, stream: Stream) -> None:
    """Put a new resident of the same age, home and family in the place of each of the dead (held life)."""
    keys = residents.key[rows]
    _renew(keys, month, stream.k0, stream.k1)
    residents.key[rows] = keys


@njit(cache=True)
def _renew(keys, month, k0, k1):  # type: ignore[no-untyped-def]
    for n in range(keys.size):
        keys[n] = renewed_key(keys[n], month, k0, k1)


@inner
def renewed_key(key, month, k0, k1):  # type: ignore[no-untyped-def]
    """Return the key of who takes the place of a dead resident."""
    word = drawn(key, month, _RENEWAL, k0, k1)
    return _U64(word[0]) | (_U64(word[1]) << _32) | _RENEWED_KEY


def _appended(residents: Residents, count: int) -> RowNumbers:
    added = residents.append(count)
    return np.arange(added.start, added.stop)
