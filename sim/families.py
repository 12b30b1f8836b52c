"""The residents of one county × area while they are put into households: who belongs to whom.

Everyone belongs to a *nucleus*, a couple or a single adult, named by its head's row, the woman of a couple;
``host`` leads from each row to the head it belongs to or has joined, at the end to the head of the household.
A host is always older than its guests, so that the way ends.

Every choice is a race (Efraimidis & Spirakis 2006, Information Processing Letters 97:181): of all candidates
those with the smallest -log(u) / weight win, u keyed by resident.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.kinds import Sex
from sim.residents import NOBODY, Residents
from sim.streams import Decision, Keys, Stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Months = npt.NDArray[np.int16]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint32]

YEARS_OF_AGE = 110
ADULT, ELDER = 18, 60  # years: grown, old

_FATHER_OLDER_MONTHS = 24
_CHILDLESS = np.iinfo(np.int16).max


@dataclass(frozen=True)
class FamilyTables:
    """Profiles by which households form.

    ``married`` (2, 110): chance of living with a spouse by sex and age in years. ``wed`` (110,): share of
    women who have ever married, at least as many. ``mother_age`` (110,): births per woman and year by age.
    ``next_birth`` (256,): relative chance of another birth by births before. ``collective`` (110,): relative
    chance of living in a collective household by age. ``elders_with_children``: share of people 60+ who live
    with a grown child. ``widowed_with_children_ratio``: chance of that without a spouse relative to with one.
    """

    married: Floats
    wed: Floats
    mother_age: Floats
    next_birth: Floats
    collective: Floats
    elders_with_children: float
    widowed_with_children_ratio: float


class Block:
    """The rows of one county × area: what is known, what is found, the draws; rows count from its first."""

    def __init__(self, people: Residents, rows: slice, stream: Stream) -> None:
        self.keys: Keys = people.key[rows]
        self.age: npt.NDArray[np.int16] = people.age_months(-1)[rows]  # completed months at the census
        self.years = self.age // 12
        self.female: Bools = people.sex[rows] == Sex.FEMALE
        self.stream = stream
        draws = [stream.words(self.keys, Decision.FOUND_HOUSEHOLD, time) for time in (0, 1)]
        self.words: Words = np.concatenate(draws)
        count = len(self.keys)
        self.collective = np.zeros(count, dtype=bool)
        self.host = np.arange(count, dtype=np.int32)
        self.spouse = np.full(count, NOBODY, dtype=np.int32)
        self.mother = np.full(count, NOBODY, dtype=np.int32)
        self.births = np.zeros(count, dtype=np.uint8)
        self.youngest = np.full(count, _CHILDLESS, dtype=np.int16)  # age of the youngest child, months
        self.grown = np.zeros(count, dtype=bool)  # lives with a grown child
        self.child = np.zeros(count, dtype=bool)  # lives with a parent

    def fresh(self, rows: Ints, time: int) -> Words:
        """Draw four new words for some rows."""
        return self.stream.words(self.keys[rows], Decision.FOUND_HOUSEHOLD, time)

    def note_heads(self) -> None:
        """Write down who heads a nucleus, how many elders it has, and the age by which children match it."""
        alone = self.spouse == NOBODY
        self.single = ~self.collective & alone & (self.years >= ADULT)
        self.head = self.single | (self.female & ~alone)
        old = self.years >= ELDER
        self.elders = old.astype(np.int64) + (old[self.spouse] & ~alone)
        self.parent_age = self.age - np.where(self.female, 0, _FATHER_OLDER_MONTHS).astype(np.int16)

    def heads_of(self, rows: Ints) -> Ints:
        """Return the heads of the nuclei of adults: wives for husbands."""
        other = (self.spouse[rows] != NOBODY) & ~self.female[rows]
        return np.where(other, self.spouse[rows], rows)

    def link(self, children: Ints, parents: Ints) -> int:
        """Let children's nuclei live with their parents'; return how many do.

        Each parent is a head and stands once; so does each child.
        """
        self.host[self.heads_of(children)] = parents
        self.child[children] = True
        born = self.female[parents]
        mothers = parents[born]
        self.mother[children[born]] = mothers
        self.births[mothers] += 1
        self.youngest[mothers] = np.minimum(self.youngest[mothers], self.age[children[born]])
        old = parents[self.years[children] >= ADULT]
        self.grown[old] = True
        self.grown[self.spouse[old][self.spouse[old] != NOBODY]] = True
        return len(children)

    def roots(self) -> npt.NDArray[np.int32]:
        """Return the head of each row's household."""
        host = self.host
        while (host[host] != host).any():
            host = host[host]
        return host


def race(words: Words) -> Floats:
    """Return exponential numbers, -log(u), from words."""
    return np.asarray(-np.log((words + 0.5) * 2.0**-32))


def winners(scores: Floats, count: int) -> Ints:
    """Return the places of the ``count`` smallest finite scores, or of all finite ones, in order of place.

    >>> winners(np.array([3.0, np.inf, 1.0, 2.0]), 2).tolist()
    [2, 3]
    """
    count = min(count, int(np.isfinite(scores).sum()))
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    limit = np.partition(scores, count - 1)[count - 1]
    won = scores < limit
    won[np.flatnonzero(scores == limit)[: count - int(won.sum())]] = True
    return np.flatnonzero(won)
