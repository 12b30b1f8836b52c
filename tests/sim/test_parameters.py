"""Settings drawn: numbers alone, numbers together, and twins that share them."""

from __future__ import annotations

import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from sim.kinds import Quality
from sim.parameters import Joint, Quantity, Settings, draw_of
from sim.streams import Stream

seeds = st.integers(0, 2**32 - 1)


def quantity(name: str, value: float = 2.0, low: float = 1.0, high: float = 4.0) -> Quantity:
    return Quantity(name, value, low, high, "days", "a test", 2020, Quality.FITTED)


def corners(*names: str) -> Joint:
    """Two hundred draws in which all names have the number of their row, so that a mixture would show."""
    rows = 1 + np.arange(200) / 100
    return Joint(names, np.column_stack([rows] * len(names)))


def settings(*joint: str) -> Settings:
    return Settings(
        {name: quantity(name) for name in ("a.one", "b.two", "c.three")}, corners(*joint) if joint else None
    )


@effort(deadline=None)
@given(seeds, st.integers(1, 40))
def test_twins_share_every_number_and_have_fresh_chance(seed: int, block: int) -> None:
    found = settings("a.one", "b.two")
    first, twin = 5 * block - 1, 5 * block
    assert dict(found.drawn(seed, first)) == dict(found.drawn(seed, twin))
    assert Stream.of(seed, first) != Stream.of(seed, twin)


def test_only_every_fifth_replication_is_a_twin() -> None:
    found = [tuple(settings("a.one").drawn(3, replication).values()) for replication in range(200)]
    alike = [second for second, (one, other) in enumerate(pairwise(found), start=1) if one == other]
    assert alike == list(range(5, 200, 5))
    assert len({draw_of(replication) for replication in range(200)}) == 200 - len(alike)


@effort(deadline=None)
@given(seeds, st.integers(1, 500))
def test_numbers_of_a_joint_are_one_of_its_rows(seed: int, replication: int) -> None:
    drawn = settings("a.one", "c.three").drawn(seed, replication)
    assert drawn["a.one"] == drawn["c.three"] and drawn["a.one"] in corners("a.one").values
    assert drawn["b.two"] != drawn["a.one"], "what is not in the joint is drawn alone"


@effort(deadline=None)
@given(seeds, st.integers(1, 500))
def test_what_else_is_in_the_joint_moves_no_number(seed: int, replication: int) -> None:
    few, many = (settings(*names).drawn(seed, replication) for names in (("a.one",), ("b.two", "a.one")))
    assert few["a.one"] == many["a.one"] and few["c.three"] == many["c.three"]
    assert few["b.two"] == settings().drawn(seed, replication)["b.two"]


def test_every_row_is_as_likely_as_another() -> None:
    joint = Joint(("a.one",), np.arange(1.0, 5.0)[:, None])
    some = Settings({"a.one": quantity("a.one")}, joint)
    counts = np.bincount([int(some.draw(11, number)["a.one"]) for number in range(1, 2001)])[1:]
    assert ((counts - 500) ** 2 / 500).sum() < 16.3  # chi-square, 3 degrees of freedom, 0.1 %


def test_the_central_replication_keeps_its_numbers_whatever_the_joint_says() -> None:
    assert settings("a.one").drawn(5, 0)["a.one"] == 2.0


def test_a_number_that_is_set_is_held_or_drawn_alone_and_the_others_keep_their_row() -> None:
    whole = settings("a.one", "b.two")
    held = whole.with_values({"a.one": 3.0})
    assert held.joint is not None and held.joint.names == ("b.two",)
    assert held.drawn(9, 1)["b.two"] == whole.drawn(9, 1)["b.two"]
    assert held.with_values({"b.two": 3.0}).joint is None
    assert whole.joint is not None and len(whole.joint.names) == 2, "settings are frozen"


def test_settings_with_a_joint_come_back_from_a_worker_as_they_went() -> None:
    sent = settings("a.one", "b.two")
    back = pickle.loads(pickle.dumps(sent))
    assert back == sent and hash(back) == hash(sent)
    assert dict(back.drawn(2, 7)) == dict(sent.drawn(2, 7))
    assert back != settings("a.one") and back != settings()
    with pytest.raises(ValueError, match="read-only"):
        back.joint.values[0, 0] = 9.0


def test_the_highest_value_is_that_of_range_and_joint_together() -> None:
    far = Joint(("a.one",), np.array([[1.0], [7.0]]))
    some = Settings({name: quantity(name) for name in ("a.one", "b.two")}, far)
    assert (some.highest("a.one"), some.highest("b.two")) == (7.0, 4.0)


@pytest.mark.parametrize("shape", [(3,), (3, 1), (0, 2)])
def test_a_joint_whose_draws_do_not_fit_its_names_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="for 2 names"):
        Joint(("a", "b"), np.zeros(shape))
