"""Two scenarios on the same lives: the same residents, and one place more that moves nothing but places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from results.records import Beside, Market
from scenarios.experiments import needs_of
from scenarios.load import load_scenario
from scenarios.pairs import Pairing, founded, pair_market, residents_of
from scenarios.runner import run_study
from scenarios.studies import Job
from sim.measures import unit_table
from sim.places import load_atlas
from sim.supply import PARTS

MONTHS = 20
SELECTION = load_atlas().select(["柘荣县"])
MARKET = SELECTION.markets[0]


def pairing(b: str | None, ledgers: Path, service: str = "ordinary-bed") -> Pairing:
    other = load_scenario(b) if b else None
    return Pairing(load_scenario("plan-2025"), other, 7, 1, MONTHS, service, ledgers)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ledgers")


@pytest.mark.slow
def test_who_is_founded_again_is_who_needed_newborns_and_newcomers_too(kept: Path) -> None:
    paired = pair_market(pairing("staff-short", kept), SELECTION, MARKET)
    spells = paired.lived.ledger.spells
    everyone = residents_of(pairing("staff-short", kept), MARKET, int(spells.resident.max()))
    assert np.array_equal(everyone.key[spells.resident], spells.key)
    assert np.array_equal(everyone.county[spells.resident], spells.county)
    born = [key for key in spells.key.tolist() if not founded(key)]
    assert born and len(born) < len(spells.key)
    at_census = residents_of(pairing("staff-short", kept), MARKET, 0)
    assert np.array_equal(at_census.key, everyone.key[: at_census.size])


@pytest.mark.slow
def test_one_place_more_changes_no_request_and_one_unit_by_one_place(kept: Path) -> None:
    paired = pair_market(pairing(None, kept), SELECTION, MARKET)
    a, b = (Market(side.requests, side.log, side.supply.units) for side in paired.sides)
    beside = Beside.of(a, b)
    assert beside.same_choice.all()
    assert beside.capacity == ((0, paired.more, PARTS),)


@pytest.mark.slow
def test_a_scenario_beside_itself_differs_in_nothing(kept: Path) -> None:
    paired = pair_market(pairing("plan-2025", kept), SELECTION, MARKET)
    beside = Beside.of(*(Market(side.requests, side.log, side.supply.units) for side in paired.sides))
    assert len(beside) > 100 and not beside.differs.any() and beside.capacity == ()


@pytest.mark.slow
@pytest.mark.parametrize("replication", [0, 1])
def test_what_is_followed_is_what_a_run_serves_leavers_too(replication: int, kept: Path) -> None:
    churn = load_scenario("staff-churn")
    mine = replace(pairing("staff-churn", kept), replication=replication)
    followed = pair_market(mine, SELECTION, MARKET).sides[1]
    study = replace(mine.study(SELECTION), scenarios=(churn,), numbers=(replication,))
    ran = run_study(study, 1)[0].tables["units"]
    frame = needs_of(study, Job(MARKET, replication))[1]
    for name, column in unit_table(followed, frame).items():
        assert np.array_equal(column, ran[name]), name
