"""Small markets made by hypothesis, and crowds made from a seed, for tests of the waiting lists."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from sim.clock import NEVER
from sim.kinds import Step
from sim.streams import Stream
from sim.supply import Units
from tests.sim.small_market import PLACE, Ask, Asked, units

HORIZON = 60
Case = tuple[list[Ask], list[dict[int, float]], set[int]]
SIZES = (2, 5, 20, 500, 1000)  # parts: 1/500, 1/200 and 1/50 of a worker, half a place, a place


@st.composite
def cases(draw, several_units: bool = True, sizes: bool = True, classes: bool = True, losses: bool = True):
    """Draw a small market of some 60 minutes, and which of its units are public.

    Few distinct minutes, so that much happens at once; one ask in two, or so, is older than the founding.
    """
    minute = st.integers(0, 40)
    count = draw(st.integers(1, 3)) if several_units else 1
    steps = st.dictionaries(minute, st.sampled_from([0, 0.5, 1, 1.5, 2, 3]), max_size=3)
    capacity = [{0: draw(st.sampled_from([0, 1, 1.5, 2]))} | draw(steps) for _ in range(count)]
    asks = []
    for _ in range(draw(st.integers(0, 14))):
        at = draw(st.one_of(st.integers(-15, -1), minute))
        chosen = draw(st.permutations(range(count)))[: draw(st.integers(1, count))]
        later = st.one_of(st.just(NEVER), st.integers(at, at + 25)) if losses else st.just(NEVER)
        asks.append(
            Ask(
                key=draw(st.integers(0, 9)),
                minute=at,
                stay=draw(st.integers(1, 30)),
                units=tuple(chosen),
                patience_end=draw(later),
                need_end=draw(later),
                priority=draw(st.integers(0, 1)) if classes else 0,
                parts=draw(st.sampled_from([500, 1000])) if sizes else 1000,
                group_id=draw(st.integers(0, 1)),
            )
        )
    return asks, capacity, draw(st.sets(st.integers(0, count - 1)))


def crowd(seed: int, count: int, homes: int, crowding: float) -> tuple[Asked, Units, int]:
    """Make ``count`` requests at ``homes`` units from a seed, some of them founders'; return a horizon too.

    A day has 40 minutes, so that much happens at once. Places come and go; ``crowding`` is about how many ask
    for one place: at 3, two of three wait until they give up or their need ends.
    """
    stream, keys = Stream.of(seed, 0), np.arange(count, dtype=np.uint64)
    words = [stream.uniform(keys, decision=1, time=time, word=word) for time in range(4) for word in range(4)]
    days = 100
    minute = np.sort(np.floor((words[0] * 1.2 - 0.2) * days * 40)).astype(np.int32)
    stay = np.ceil(-np.log(words[1]) * days * 2).astype(np.int32)
    patience = np.where(words[2] < 0.1, NEVER, minute + np.floor(-np.log(words[3]) * days * 20))
    need = np.where(words[4] < 0.3, NEVER, minute + np.floor(-np.log(words[5]) * days * 40))
    kept = np.argsort(np.stack([_spread(words[6], n) % homes for n in range(homes)]), axis=0)[:3].T
    candidates = np.full((count, 3), -1, dtype=np.int32)
    candidates[:, : kept.shape[1]] = np.where(np.arange(kept.shape[1]) < 1 + words[7][:, None] * 3, kept, -1)
    parts = np.array(SIZES)[(words[8] * len(SIZES)).astype(int)]
    asked = Asked(
        key=(words[9] * count * 0.8).astype(np.uint64), minute=minute, stay=stay,
        patience_end=np.minimum(patience, NEVER).astype(np.int32), need_end=need.astype(np.int32),
        priority=(words[10] * 3).astype(np.uint8), parts=parts.astype(np.int32),
        group_id=(words[11] * 2).astype(np.uint8), step=np.full(count, Step.REQUESTED, dtype=np.uint8),
        candidates=candidates,
    )  # fmt: skip
    held = float((parts * stay).sum()) / (days * 40) / PLACE / homes / crowding
    changes = stream.uniform(np.arange(homes * 8, dtype=np.uint64), decision=2).reshape(homes, 8)
    capacity = [
        {-3: held} | {int(at * days * 40): round(2 * held * size, 3) for at, size in own.reshape(4, 2)}
        for own in changes
    ]
    return asked, units(*capacity, public=range(0, homes, 2)), days * 40


def _spread(word: np.ndarray, number: int) -> np.ndarray:
    """Give each request an order of homes of its own."""
    return (word * 2**31).astype(np.int64) * (2 * number + 1) >> 7
