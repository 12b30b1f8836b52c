"""What benchmarks time side by side does the same work, also after the rules have changed."""

from __future__ import annotations

from copy import deepcopy

import pytest

from benchmarks import engines
from scenarios.load import load_scenario
from tests.sim.small_life import STREAM, people, started
from tests.whole.small_study import world


def test_lives_that_are_timed_are_the_same_as_objects_as_masks_and_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "ROUNDS", dict.fromkeys(engines.ROUNDS, 1))
    life = world(load_scenario("plan-2025"), engines.MONTHS).life
    assert len(life.month.death) > 1, "mortality changes by year"
    residents = started(people(3_000), life)
    compiled, _ = engines.by_lives(deepcopy(residents), life, STREAM)
    for way in (engines.by_objects, engines.by_masks):
        outcome, _ = way(deepcopy(residents), life, STREAM)
        engines.check(outcome, compiled)
