"""What is asked of a comparison is read in full or refused in a line."""

from __future__ import annotations

import pytest

from results.demands import LEAST, Demand, read_demand
from sim.errors import RunError


def test_a_number_with_a_unit_is_for_what_is_counted_so_and_a_share_for_the_rest() -> None:
    asked = read_demand("--half-width", ["2%", "20 persons", "0.5 points", "3张", "100人日"], Demand())
    assert asked.of("served", 5_000) == asked.of("waiting", 5_000) == 20
    assert asked.of("met", 0.4) == 0.005
    assert (asked.of("idle_places", 90), asked.of("unmet_days", 90)) == (3, 100)
    assert asked.of("minutes_done", 1e6) == 2e4


def test_a_share_of_next_to_nothing_is_not_asked_for() -> None:
    for outcome, least in LEAST.items():
        assert Demand(0.05).of(outcome, 0.0) == Demand(0.05).of(outcome, float("nan")) == least


def test_what_stands_is_kept_where_nothing_is_said() -> None:
    wide = Demand(0.1, {"met": 0.02})
    assert read_demand("--margin", [], wide) == wide
    assert read_demand("--margin", ["3%"], wide) == Demand(0.03, {"met": 0.02})


@pytest.mark.parametrize(
    "text", ["5", "", "%", "-5%", "0%", "five%", "5 beds or so", "1e9 persons", "5 %%", "5 kg"]
)
def test_what_is_no_demand_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(RunError) as caught:
        read_demand("--half-width", [text], Demand())
    assert "--half-width" in str(caught.value) and "\n" not in str(caught.value)
