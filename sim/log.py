"""The log of a market: what became of each request, whichever engine served it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.clock import NEVER
from sim.errors import LawBroken
from sim.kinds import Outcome

COUNTED = (Outcome.WAITING, Outcome.IN_PLACE, Outcome.FINISHED,
           Outcome.LEFT_NEED_ENDED, Outcome.LEFT_PATIENCE_ENDED)  # fmt: skip


@dataclass(frozen=True)
class Log:
    """What became of each request with step REQUESTED, in their order.

    ``admitted`` and ``ended`` are minutes, ``NEVER`` where it did not happen within the run; ``ended`` is the
    end of the stay or of waiting. Who is seated at the founding is admitted at the (negative) minute of the
    request. ``unit`` is -1 where nobody admitted.
    """

    outcome: npt.NDArray[np.uint8]
    admitted: npt.NDArray[np.int32]
    ended: npt.NDArray[np.int32]
    unit: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.outcome)

    def first_difference(self, other: Log) -> int:
        """Return the first request of which two logs of the same requests say different things, -1 for none.

        >>> one, other = (Log(*np.array([[0, kind], [9, 9], [9, 9], [0, 0]])) for kind in (1, 2))
        >>> one.first_difference(one), one.first_difference(other)
        (-1, 1)
        """
        differs = np.zeros(len(self), dtype=bool)
        for name in ("outcome", "admitted", "ended", "unit"):
            differs |= getattr(self, name) != getattr(other, name)
        return int(np.argmax(differs)) if differs.any() else -1

    def tell(self, row: int) -> str:
        """Say what became of a request in one line.

        >>> Log(*np.array([[2], [10], [80], [4]])).tell(0)
        'FINISHED, admitted 10, ended 80, unit 4'
        """
        admitted, ended = (self._minute(column[row]) for column in (self.admitted, self.ended))
        unit = int(self.unit[row])
        kind = Outcome(int(self.outcome[row])).name
        return f"{kind}, admitted {admitted}, ended {ended}, unit {unit if unit >= 0 else 'none'}"

    @staticmethod
    def _minute(minute: int) -> str:
        return "never" if minute == NEVER else str(int(minute))


def recount(
    log: Log, parts: npt.NDArray, kept: Sequence[int], arrived: int, taken: npt.NDArray[np.int64]
) -> None:
    """Recount the end from the outcomes and hold it against what an engine kept on the way.

    ``kept`` counts who is waiting, in place, finished and left, ``arrived`` those who came, ``taken`` the
    parts taken of each unit. Raises LawBroken where anything was lost.
    """
    counts = np.bincount(log.outcome, minlength=len(Outcome)).tolist()
    waiting, in_place, finished, need, patience = (counts[kind] for kind in COUNTED)
    found = (waiting, in_place, finished, need + patience)
    if found != tuple(kept) or sum(found) != arrived:
        raise LawBroken(f"at the horizon: {found} waiting, in place, finished and left, kept {tuple(kept)}")
    here = log.outcome == Outcome.IN_PLACE
    held = np.bincount(log.unit[here], weights=parts[here], minlength=len(taken))  # whole, far below 2**53
    if not np.array_equal(held, taken):
        raise LawBroken("at the horizon: parts taken are not those of who is in place")
