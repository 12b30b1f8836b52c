"""How far a sweep is: what is done, failed, being computed, cut or damaged; what is left to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scenarios.claims import claimed
from scenarios.parts import Receipt, name_of_task, receipts
from scenarios.sweep_manifest import Chunk


@dataclass(frozen=True)
class State:
    """The chunks of a sweep with their receipts by round, who computes what, and which parts do not count."""

    chunks: tuple[Chunk, ...]
    rounds: tuple[tuple[Receipt, ...], ...]  # of each chunk
    claims: Mapping[str, bool]  # alive or not
    wrong: Mapping[str, str]

    @property
    def jobs(self) -> int:
        """Count all jobs."""
        return sum(chunk.jobs for chunk in self.chunks)

    @property
    def done(self) -> int:
        """Count the jobs whose rows are there."""
        return sum(
            chunk.jobs - len(rounds[-1].failed)
            for chunk, rounds in zip(self.chunks, self.rounds, strict=True) if rounds
        )  # fmt: skip

    @property
    def failed(self) -> dict[str, str]:
        """Return the jobs that failed when they were last tried, with their errors."""
        return {key: error for rounds in self.rounds if rounds for key, error in rounds[-1].failed.items()}

    @property
    def left(self) -> list[Chunk]:
        """List the chunks that are not done."""
        return [chunk for chunk, rounds in zip(self.chunks, self.rounds, strict=True) if not rounds]

    @property
    def running(self) -> list[Chunk]:
        """List the chunks that somebody computes now."""
        return [chunk for chunk in self.left if self.claims.get(chunk.key)]

    @property
    def cut(self) -> list[Chunk]:
        """List the chunks whose worker is no more."""
        return [chunk for chunk in self.left if self.claims.get(chunk.key) is False]

    @property
    def failing(self) -> list[tuple[Chunk, int]]:
        """List the chunks some of whose jobs failed, each with the round in which they are tried again."""
        pairs = zip(self.chunks, self.rounds, strict=True)
        return [(chunk, len(rounds)) for chunk, rounds in pairs if rounds and rounds[-1].failed]

    @property
    def seconds_left(self) -> float:
        """Return the seconds of one core that are left, by the stored table and by what is done so far."""
        planned = sum(chunk.seconds for chunk in self.left)
        return planned * self.pace

    @property
    def pace(self) -> float:
        """Return how the seconds used so far relate to those of the stored table; 1 where none were."""
        pairs = [(c, r[0]) for c, r in zip(self.chunks, self.rounds, strict=True) if r]
        planned = sum(chunk.seconds for chunk, _ in pairs)
        return sum(receipt.seconds for _, receipt in pairs) / planned if planned else 1.0


def state_of(folder: Path, chunks: Sequence[Chunk]) -> State:
    """Look at a sweep's folder."""
    good, wrong = receipts(folder)
    rounds = []
    for chunk in chunks:
        mine: list[Receipt] = []
        while (name := name_of_task(chunk.key, len(mine))) in good:
            mine.append(good[name])
        rounds.append(tuple(mine))
    known = {chunk.key for chunk in chunks}
    mine_wrong = {key: why for key, why in wrong.items() if key.partition("-")[0] in known}
    return State(tuple(chunks), tuple(rounds), claimed(folder / "claims"), mine_wrong)
