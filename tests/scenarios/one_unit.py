"""One unit with one list, served by the kernel: what a size can be held against a formula on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from scenarios.sizing import Least, least_capacity
from sim.clock import MINUTES_PER_DAY, NEVER
from sim.kernel import serve
from sim.kinds import Step
from sim.streams import Decision, Stream
from tests.sim.small_market import PLACE, Asked, units

Stays = Callable[[np.ndarray, np.ndarray], np.ndarray]


def exponential(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Turn uniform draws into stays of mean 1 that forget their past."""
    return -np.log(first)


def lognormal(spread: float) -> Stays:
    """Turn pairs of uniform draws into lognormal stays of mean 1 (Box & Muller 1958)."""

    def stays(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        normal = np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second)
        return np.exp(spread * normal - spread**2 / 2)

    return stays


@dataclass(frozen=True)
class OneUnit:
    """Arrivals by chance at a unit: ``load`` places on average, stays of ``stay_days``, all wait.

    Shares are of those who ask in ``days`` days, after ``before`` days in which the unit fills.
    """

    load: float
    stay_days: float
    within_days: float
    share: float
    days: float
    before: float
    seed: int
    stays: Stays = exponential

    @property
    def end(self) -> int:
        """Return the first minute after all that is counted."""
        return int((self.before + self.days) * MINUTES_PER_DAY)

    def least(self, replication: int, floor: int) -> Least:
        """Return the least capacity from a floor on that serves the share in time."""
        asked = self.asked(replication)
        start = max(floor, int(self.load + sqrt(self.load)) + 1)
        return least_capacity(lambda places: self.reached(asked, places) >= self.share, floor, start, 100_000)

    def asked(self, replication: int) -> Asked:
        """Draw who asks when and stays how long."""
        stream, days = Stream.of(self.seed, replication), self.before + self.days
        mean = days * self.load / self.stay_days
        keys = np.arange(int(mean + 8 * sqrt(mean)) + 20, dtype=np.uint64)
        decisions = (Decision.WISH, Decision.STAY, Decision.PATIENCE)
        gap, first, second = (stream.uniform(keys, decision) for decision in decisions)
        minute = np.rint(np.cumsum(-np.log(gap)) * self.stay_days / self.load * MINUTES_PER_DAY)
        kept = minute < self.end
        stay = np.rint(self.stays(first, second) * self.stay_days * MINUTES_PER_DAY)[kept]
        keys, minute = keys[kept], minute[kept].astype(np.int64)
        never, zeros = np.full(keys.size, NEVER), np.zeros(keys.size, dtype=np.uint8)
        return Asked(
            key=keys, minute=minute, stay=np.clip(stay, 1, NEVER - 1).astype(np.int64), patience_end=never,
            need_end=never, priority=zeros, group_id=zeros, parts=np.full(keys.size, PLACE),
            step=zeros + np.uint8(Step.REQUESTED),
            candidates=np.column_stack([zeros.astype(np.int32), never * 0 - 1, never * 0 - 1]),
        )  # fmt: skip

    def reached(self, asked: Asked, places: int) -> float:
        """Return the share served in time; who may still be in time at the end is left out."""
        end = self.end
        log = serve(asked, units({0: places}), end)
        limit = int(self.within_days * MINUTES_PER_DAY)
        counted = (asked.minute >= self.before * MINUTES_PER_DAY) & (
            (log.admitted < NEVER) | (asked.minute + limit < end)
        )
        in_time = log.admitted.astype(np.int64) - asked.minute <= limit
        return float(in_time[counted].mean())


def random_case(number: int, seed: int = 5) -> dict[str, float]:
    """Draw a case: load 2 to 150, stays of 2 to 20 days, waits of none to half a stay, shares 80 to 97 %."""
    one, two, three, four = Stream.of(seed, number).uniform(np.arange(4, dtype=np.uint64), Decision.WISH)
    stay_days = exp(log(2) + two * log(10))
    return {
        "load": exp(log(2) + one * log(75)), "stay_days": stay_days, "share": 0.80 + 0.17 * float(three),
        "within_days": max(float(four) - 0.2, 0.0) / 1.6 * stay_days,
    }  # fmt: skip
