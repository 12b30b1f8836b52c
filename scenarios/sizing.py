"""The least capacity that meets a standard with a stated confidence: the search, without a market.

In each replication there is a least capacity that meets the standard; capacity is a whole number and more of
it never serves fewer in time, so it is found by halving. Of N replications, the answer is the k-th smallest
of these, k = confidence x (N + 1) rounded up: the next replication, as likely as the others, meets the
standard at it with at least that probability, whatever the law (the argument of conformal prediction: its
place among N + 1 is as likely any as another). That needs N >= confidence / (1 - confidence). The answer is
then *checked* on replications that the search did not see, and raised until it holds there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from math import ceil, inf

from sim.errors import JinlinError

CHECKS = 6  # batches of fresh replications, at most
_SLACK = 1e-9
INTERVAL = 0.95

Least = float  # a least capacity: whole, or inf where no capacity meets the standard


class SizeError(JinlinError):
    """A question of size that cannot be asked so."""


@dataclass(frozen=True)
class Ask:
    """Least capacities are wanted of some replications, none below a floor."""

    replications: range
    floor: int


@dataclass(frozen=True)
class Sized:
    """An answer: ``capacity`` (None: no capacity meets it), and what it rests on.

    ``searched`` are the least capacities of the replications that the answer was found on. ``met`` of
    ``fresh`` replications of the last check met the standard at the answer; ``raised`` counts the checks that
    it had to be raised for.
    """

    capacity: int | None
    searched: tuple[Least, ...]
    fresh: int = 0
    met: int = 0
    raised: int = 0
    holds: bool = False

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the share of fresh replications that meet the standard."""
        return clopper_pearson(self.met, self.fresh)


def fewest_replications(confidence: float) -> int:
    """Return how many replications a confidence (0 to 1, neither) needs at least.

    >>> fewest_replications(0.5), fewest_replications(0.95), fewest_replications(0.99)
    (1, 19, 99)
    """
    return ceil(confidence / (1 - confidence) - _SLACK)


def check_replications(replications: int, confidence: float) -> None:
    """Refuse replications too few to speak of a confidence."""
    needed = fewest_replications(confidence)
    if replications < needed:
        raise SizeError(
            f"--replications {replications} cannot bear a confidence of {confidence:.4g}: "
            f"give --replications {needed} or more, or a lower --confidence"
        )


def at_confidence(least: Sequence[Least], confidence: float) -> Least:
    """Return the capacity that the next replication needs no more than, with a confidence.

    >>> at_confidence([3, 1, 2], 0.5), at_confidence(list(range(1, 20)), 0.95)
    (2, 19)
    """
    check_replications(len(least), confidence)
    return sorted(least)[ceil(confidence * (len(least) + 1) - _SLACK) - 1]


def holds_in(least: Sequence[Least], capacity: int, confidence: float) -> bool:
    """Tell whether a capacity meets the standard in at least that share of replications."""
    return sum(each <= capacity for each in least) >= confidence * len(least) - _SLACK


def sizing(confidence: float, replications: int, first: int = 1) -> Generator[Ask, list[Least], Sized]:
    """Ask for least capacities, batch by batch of ``replications``, and return the answer.

    A batch in which the answer does not hold joins those that it is found on; the next batch is fresh again.
    """
    check_replications(replications, confidence)
    batch = range(first, first + replications)
    known = list((yield Ask(batch, 0)))
    answer = at_confidence(known, confidence)
    for raised in range(CHECKS):
        if answer == inf:
            return Sized(None, tuple(known), raised=raised)
        batch = range(batch.stop, batch.stop + replications)
        fresh = list((yield Ask(batch, int(answer))))
        met = sum(each <= answer for each in fresh)
        done = Sized(
            int(answer), tuple(known), len(fresh), met, raised, met >= confidence * len(fresh) - _SLACK
        )
        if done.holds:
            return done
        known += fresh
        of_batch = sorted(fresh)[ceil(confidence * len(fresh) - _SLACK) - 1]
        answer = max(at_confidence(known, confidence), of_batch)
    return done


def size(
    least_from: Callable[[int, int], Least], confidence: float, replications: int, first: int = 1
) -> Sized:
    """Size by a function of (replication, floor) that gives the least capacity from the floor on.

    >>> size(lambda replication, floor: max(floor, 60 + replication % 5), 0.9, 20).capacity
    64
    """
    asking = sizing(confidence, replications, first)
    ask = next(asking)
    while True:
        try:
            ask = asking.send([least_from(replication, ask.floor) for replication in ask.replications])
        except StopIteration as done:
            return done.value


def least_capacity(meets: Callable[[int], bool], floor: int, start: int, most: int) -> Least:
    """Return the least whole capacity from ``floor`` to ``most`` that meets a standard, inf where none does.

    ``meets`` is monotone; the search goes out from ``start`` by doubling its steps, then halves.

    >>> least_capacity(lambda capacity: capacity >= 67, 0, 30, 1000), least_capacity(lambda _: False, 0, 3, 9)
    (67, inf)
    """
    if floor and meets(floor):
        return floor
    low, high = floor if floor else -1, min(max(start, floor + 1), most)  # low fails, high is to be tried
    step = max(1, high // 16)
    while not meets(high):
        if high >= most:
            return inf
        low, high, step = high, min(high + step, most), 2 * step
    step = max(1, high // 16)
    while high - low > step:  # it may be far below
        if not meets(high - step):
            low = high - step
            break
        high, step = high - step, 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if meets(middle) else (middle, high)
    return high


def clopper_pearson(met: int, of: int, level: float = INTERVAL) -> tuple[float, float]:
    """Return the exact interval of a share of ``of`` trials of which ``met`` succeeded.

    C. J. Clopper & E. S. Pearson 1934, Biometrika 26.

    >>> [round(end, 3) for end in clopper_pearson(19, 20)]
    [0.751, 0.999]
    """
    from scipy.stats import beta

    outside = (1 - level) / 2
    low = float(beta.ppf(outside, met, of - met + 1)) if met else 0.0
    high = float(beta.ppf(1 - outside, met + 1, of - met)) if met < of else 1.0
    return low, high
