"""How far a run is: one line that renews itself on a terminal, a plain line for each market otherwise."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol, TextIO

from jinlin.words import plain, say, width

_EVERY_SECONDS = 0.2
_WIDEST = 78
_LIFE_PART = 0.2  # of a job's time goes to life; choice, queues and probes follow without a word


class Event(Protocol):
    """What the runner tells: a market in a replication has lived some months, or its job has ended."""

    @property
    def market(self) -> str:
        """Name the market."""

    @property
    def replication(self) -> int:
        """Number the replication, from 0."""

    @property
    def months(self) -> int:
        """Count the months lived."""

    @property
    def done(self) -> bool:
        """Tell whether the job has ended."""


def show_line(stream: TextIO, line: str) -> None:
    """Renew the last line of a terminal."""
    stream.write("\r" + line + " " * max(0, _WIDEST - width(line)))
    stream.flush()


def clean_line(stream: TextIO) -> None:
    """Leave the last line of a terminal empty."""
    stream.write("\r" + " " * _WIDEST + "\r")
    stream.flush()


class Counter:
    """Counts parts on one line of a terminal, in the words of a sentence; says nothing elsewhere."""

    def __init__(self, sentence: str, language: str, stream: TextIO | None = None) -> None:
        self.sentence, self.language, self.stream = sentence, language, stream or sys.stderr

    def __call__(self, done: int, parts: int) -> None:
        """Show how many parts are done."""
        if self.stream.isatty():
            show_line(self.stream, say(self.sentence, self.language, done=done, parts=parts))

    def close(self) -> None:
        """Leave the terminal's line clean."""
        if self.stream.isatty():
            clean_line(self.stream)


class Progress:
    """Shows the events of ``jobs`` jobs of ``months`` months each; call it with each, then ``close`` it."""

    def __init__(
        self, jobs: int, months: int, language: str, stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.jobs, self.months, self.language = max(jobs, 1), max(months, 1), language
        self.stream, self.clock = stream or sys.stderr, clock
        self.terminal = self.stream.isatty()
        self.begun = self.shown = clock()
        self.lived: dict[tuple[str, int], int] = {}
        self.ended = 0

    def __call__(self, event: Event) -> None:
        """Take an event in and show it."""
        self.lived[event.market, event.replication] = event.months
        if event.done:
            self.ended += 1
            del self.lived[event.market, event.replication]
        if self.terminal:
            self._renew(event)
        elif event.done:
            self.stream.write(plain(self._line(event)) + "\n")
            self.stream.flush()

    def close(self) -> None:
        """Leave the terminal's line clean."""
        if self.terminal:
            clean_line(self.stream)

    def left_seconds(self) -> float:
        """Return the seconds that are left at the speed so far."""
        lived = _LIFE_PART * sum(self.lived.values())
        done = (self.ended * self.months + lived) / (self.jobs * self.months)
        return (self.clock() - self.begun) * (1 - done) / done if done else 0.0

    def _renew(self, event: Event) -> None:
        if self.clock() - self.shown >= _EVERY_SECONDS or event.done:
            self.shown = self.clock()
            show_line(self.stream, plain(self._line(event)))

    def _line(self, event: Event) -> str:
        from sim.clock import name_of  # it imports numpy, which `jinlin --help` does without

        minutes, seconds = divmod(round(self.left_seconds()), 60)
        month = name_of(max(min(event.months, self.months) - 1, 0))
        return say(
            "progress", self.language, done=self.ended, jobs=self.jobs, market=event.market,
            replication=event.replication + 1, month=month, left=f"{minutes}:{seconds:02d}",
        )  # fmt: skip
