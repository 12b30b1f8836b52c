"""Conditions as bits: which of up to 64 conditions hold of a resident is one word.

For each kind of each column a word tells which conditions allow it, and one for each age; the conditions that
hold are the bits that all of a resident's words share. The monthly pass over everyone and the choice of those
who ask both read conditions through this room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.errors import ScenarioError
from sim.kinds import Area, DisabilityGrade, DisabilityKind, Employment, Function, Living, Payer, Pension
from sim.services import ANY, Condition

Bits = npt.NDArray[np.uint64]

KINDS: dict[str, int] = {  # how many kinds a column has
    "function": len(Function),
    "disability_kind": len(DisabilityKind),
    "disability_grade": len(DisabilityGrade),
    "card": 2,
    "living": len(Living),
    "area": len(Area),
    "employment": len(Employment),
    "pension": len(Pension),
    "payer": len(Payer),
    "migrant": 2,
}
COLUMNS = tuple(KINDS)  # of a resident, in the order of the rows of ``Conditions.by_kind``
MOTHER_ROW = len(COLUMNS)  # the row of by_kind for what the mother does
NO_MOTHER = len(Employment)  # stands for her work where there is none
OLDEST_MONTHS = 12 * 200
MOST_CONDITIONS = 64
WIDEST = 8


def restricts(condition: Condition, name: str) -> bool:
    """Tell whether a condition on a resident's own column leaves anyone out.

    >>> restricts(Condition(function=0b1111), "function"), restricts(Condition(function=0b1100), "function")
    (False, True)
    """
    full = (1 << KINDS[name]) - 1
    return getattr(condition, name) & full != full


@dataclass(frozen=True)
class Conditions:
    """Conditions numbered by bits, as tables of who is allowed.

    ``by_age`` has a word for each age in months up to 2,400; ``by_kind`` a row for each of ``COLUMNS`` and
    one for the mother's work, with a word for each kind; ``of_mother`` marks who looks at the mother.
    """

    by_age: Bits
    by_kind: Bits
    of_mother: np.uint64

    @classmethod
    def of(cls, conditions: Sequence[Condition]) -> Conditions:
        """Number conditions in the order given; raises ScenarioError beyond 64."""
        if len(conditions) > MOST_CONDITIONS:
            raise ScenarioError(
                f"{len(conditions)} conditions: at most {MOST_CONDITIONS} fit (merge some groups)"
            )
        by_age = np.zeros(OLDEST_MONTHS + 1, dtype=np.uint64)
        by_kind = np.zeros((len(COLUMNS) + 1, WIDEST), dtype=np.uint64)
        of_mother = 0
        for number, condition in enumerate(conditions):
            bit = np.uint64(1 << number)
            low, high = condition.age_months
            by_age[low:high] |= bit
            for row, name in enumerate(COLUMNS):
                by_kind[row, _allowed(getattr(condition, name), KINDS[name])] |= bit
            work = condition.mother_employment
            by_kind[MOTHER_ROW, _allowed(work, len(Employment) + 1 if work == ANY else len(Employment))] |= (
                bit
            )
            of_mother |= 0 if work == ANY else 1 << number
        return cls(by_age, by_kind, np.uint64(of_mother))

    def holding(self, columns: Mapping[str, npt.NDArray], age_months: npt.NDArray[np.integer]) -> Bits:
        """Return the conditions that hold, a word for each row of the columns (and ``mother_employment``).

        >>> old = Conditions.of([Condition(age_months=(720, 2400))])
        >>> rows = {name: np.zeros(2, dtype=np.uint8) for name in (*COLUMNS, "mother_employment")}
        >>> old.holding(rows, np.array([719, 720])).tolist()
        [0, 1]
        """
        bits = self.by_age[np.clip(age_months, 0, OLDEST_MONTHS)]
        for row, name in enumerate(COLUMNS):
            bits &= self.by_kind[row, columns[name]]
        return bits & self.by_kind[MOTHER_ROW, np.minimum(columns["mother_employment"], NO_MOTHER)]


def has(bits: Bits, number: int) -> npt.NDArray[np.bool_]:
    """Tell where the condition of a number holds."""
    return (bits >> np.uint64(number) & np.uint64(1)).astype(np.bool_)


def _allowed(mask: int, kinds: int) -> list[int]:
    """List the kinds in a bit mask."""
    return [kind for kind in range(kinds) if mask >> kind & 1]
