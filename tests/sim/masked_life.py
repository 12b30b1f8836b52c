"""Life a month at a time, a mask for each rule: what lives lived all months at once are held to.

Nothing is skipped and nothing is compiled but the draws. Those who are born or come are in the columns from
the start, as life appends them; ``comes`` tells when each comes in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim import demography, disability
from sim.kinds import DisabilityGrade, DisabilityKind, Employment, Exit, Function, Living, Pension, Sex
from sim.rates import OLDEST, ONSET_AGE, LifeTables, Thresholds, year_in
from sim.residents import NOBODY, STAYS, Residents
from sim.streams import Decision, Stream

ADULT_MONTHS = 216
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Happened:
    """Whom a month has concerned, by rows."""

    mothers: Rows
    died: Rows
    left: Rows
    renewed: Rows
    turned: Rows  # lost or regained function
    disabled: Rows


@dataclass(frozen=True)
class MaskedLife:
    """The residents of a market, and the months they live."""

    people: Residents
    comes: npt.NDArray[np.integer]
    tables: LifeTables
    stream: Stream
    held: bool = False

    @property
    def rules(self) -> Thresholds:
        return self.tables.held if self.held else self.tables.month

    def live(self, month: int) -> Happened:
        """Live a month; the columns say then what everyone is at its end."""
        people, t = self.people, self.rules
        word = self.stream.life_words(people.key, month)
        here = (people.exit_month == STAYS) & (self.comes < month)
        age_months = np.maximum((0 if self.held else month) - people.birth_month.astype(np.int64), 0)
        age = np.minimum(age_months // 12, OLDEST)
        lost, group = (people.function > 0).astype(int), 2 * people.sex.astype(int) + people.area
        death = t.death[min(year_in(month), len(t.death) - 1)]
        died = here & (word[0] < death[lost, group, age])
        stays = here & ~died & (word[2] < t.leave[people.county, age])
        left = here & ~died & ~stays
        fertility = t.birth[min(month, len(t.birth) - 1)]
        births = stays & (word[2] < fertility[people.sex, age]) & (month - people.last_birth >= t.spacing)
        turned = np.flatnonzero(stays & (word[1] < t.turnover[lost, group, age]))
        self._turn(turned, month)
        arises = (word[1] >= t.disability[group, age]) & (people.disability_kind == DisabilityKind.NONE)
        disabled = np.flatnonzero(stays & arises)
        self._disable(disabled, age, month)
        self._work(np.flatnonzero(stays), age, age_months, word[3])
        gone = self._go(np.flatnonzero(left | (died & (not self.held))), died, month)
        people.last_birth[births], people.births[births] = month, people.births[births] + 1
        renewed = np.flatnonzero(died & self.held)
        demography.renew(people, renewed, month, self.stream)
        disability.begin(people, renewed, month, 0, self.tables, self.stream)
        moved = gone[people.exit[gone] == Exit.MOVED]
        return Happened(np.flatnonzero(births), np.flatnonzero(died), moved, renewed, turned, disabled)

    def _turn(self, rows: Rows, month: int) -> None:
        """Take function from those who have it; give it back to the others, unless it was lost for good."""
        people, t = self.people, self.rules
        able = people.function[rows] == Function.NONE
        lasting = people.function_since[rows] - people.birth_month[rows] < ONSET_AGE * 12
        regain, lose = rows[~able & ~lasting], rows[able]
        people.function[regain], people.function_since[regain] = Function.NONE, month
        word = self.stream.words(people.key[lose], Decision.FOUND_FUNCTION, month + 1)
        people.function[lose] = 1 + (word[2] >= t.severity[0]) + (word[2] >= t.severity[1])
        people.function_since[lose] = month
        linked = (people.disability_kind[lose] == DisabilityKind.NONE) & (word[1] < t.linked)
        self._survey(lose[linked], 1, people.function[lose[linked]] >= Function.MODERATE, month)

    def _disable(self, rows: Rows, age: Rows, month: int) -> None:
        """Give some a surveyed disability; below 50 it may take function for good."""
        people, t = self.people, self.rules
        word = self.stream.words(people.key[rows], Decision.FOUND_DISABILITY, month + 1)
        self._survey(rows, 0, word[1] < t.severe, month)
        severe = people.disability_grade[rows] == DisabilityGrade.SEVERE
        takes = severe & (people.disability_kind[rows] >= DisabilityKind.PHYSICAL) & (word[3] < t.lasting[1])
        takes &= age[rows] < ONSET_AGE
        worst = np.where(word[3] < t.lasting[0], Function.SEVERE, Function.MODERATE)
        people.function[rows[takes]], people.function_since[rows[takes]] = worst[takes], month

    def _survey(self, rows: Rows, linked: int, severe: Mask, month: int) -> None:
        people, t = self.people, self.rules
        word = self.stream.words(people.key[rows], Decision.FOUND_DISABILITY, month + 1)
        people.disability_kind[rows] = 1 + (word[0][:, None] >= t.kind[linked, :6]).sum(axis=1)
        people.disability_grade[rows] = np.where(severe, DisabilityGrade.SEVERE, DisabilityGrade.MILD)
        people.card[rows] = word[2] < t.card[people.disability_grade[rows]]

    def _work(self, rows: Rows, age: Rows, age_months: Rows, word: Words) -> None:
        """Let those who take part have work or seek it; let the others study, retire or stay at home."""
        people, t = self.people, self.rules
        sex, rank, before = people.sex[rows], people.work_rank[rows], people.employment[rows]
        area, age, age_months = people.area[rows], age[rows], age_months[rows]
        takes_part = (rank < t.participation[sex, age]) & (people.function[rows] < Function.MODERATE)
        seeks = word[rows] < t.unemployment[area, before]
        outside = np.where(rank >= t.student[sex, age], Employment.STUDENT, Employment.OUT)
        outside = np.where(age_months >= t.retirement[sex, people.pension[rows]], Employment.RETIRED, outside)
        inside = np.where(seeks, Employment.UNEMPLOYED, Employment.EMPLOYED)
        people.employment[rows] = np.where(takes_part, inside, outside)
        begins = (people.employment[rows] == Employment.EMPLOYED) & (before <= Employment.STUDENT)
        begins &= people.pension[rows] <= Pension.RESIDENT
        early = (people.birth_month[rows] < -720).astype(int)
        drawn = self.stream.words(people.key[rows], Decision.FOUND_PENSION, 0)[0]
        people.pension[rows[begins & (drawn < t.employee[area, early])]] = Pension.EMPLOYEE

    def _go(self, gone: Rows, died: Mask, month: int) -> Rows:
        """Let some go, and with mothers who move their minors; part families; return all who have gone."""
        people = self.people
        people.exit_month[gone] = month
        people.exit[gone] = np.where(died[gone], Exit.DIED, Exit.MOVED)
        children = np.flatnonzero((people.mother != NOBODY) & (self.comes < month))
        hers = people.mother[children]
        bereft = people.exit_month[hers] == month
        moves = bereft & (people.exit[hers] == Exit.MOVED) & (people.exit_month[children] == STAYS)
        moves &= month - people.birth_month[children] < ADULT_MONTHS
        people.exit_month[children[moves]], people.exit[children[moves]] = month, Exit.MOVED
        people.mother[children[bereft & (people.exit_month[children] >= month)]] = NOBODY
        gone = np.flatnonzero(people.exit_month == month)
        self._part(gone[people.spouse[gone] != NOBODY], month)
        return gone

    def _part(self, gone: Rows, month: int) -> None:
        """Part couples: who stays lives alone, with the children, or as before."""
        people = self.people
        for row in gone.tolist():
            spouse = people.spouse[row]
            if spouse == NOBODY:
                continue
            woman = row if people.sex[row] == Sex.FEMALE else spouse
            minors = month - people.last_birth[woman] < ADULT_MONTHS
            for one in (row, spouse):
                if people.exit_month[one] != month and people.living[one] == Living.SPOUSE:
                    people.living[one] = Living.OTHERS if minors else Living.ALONE
                elif people.exit_month[one] != month and people.living[one] == Living.SPOUSE_AND_CHILDREN:
                    people.living[one] = Living.CHILDREN
                people.spouse[one] = NOBODY
