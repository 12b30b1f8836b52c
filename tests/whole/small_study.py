"""A small county, whole: the smallest real market, run as users run it."""

from __future__ import annotations

from functools import cache

from scenarios.experiments import drawn_world
from scenarios.load import Scenario, load_scenario
from scenarios.studies import Study
from sim.kinds import Engine
from sim.measures import Replay
from sim.model import CommunityModel, World
from sim.needs import Ledger
from sim.parameters import Settings
from sim.places import Market, load_atlas
from sim.residents import Residents

SEED = 11
SMALLEST, SECOND = "柘荣县", "明溪县"  # 93,709 and 98,930 residents


def market(name: str = SMALLEST) -> Market:
    """Return the market of a county."""
    atlas = load_atlas()
    return atlas.markets[atlas.select([name]).markets[0]]


def study(
    *names: str, months: int = 14, replications: int = 1, probed: bool = False, scenario: str = "plan-2025"
) -> Study:
    """Describe a study of some counties."""
    selection = load_atlas().select(names or (SMALLEST,))
    return Study((load_scenario(scenario),), selection, replications, SEED, months, probed)


def world(scenario: Scenario, months: int, settings: Settings | None = None) -> World:
    """Make what a market is founded and lived from, as a scenario of such settings would."""
    own = settings or scenario.settings
    counted = {name: q.value for name, q in own.quantities.items() if q.census}
    return drawn_world(scenario.services, own, months, scenario.aligned_on.with_values(counted))


@cache
def lived(months: int, name: str = SMALLEST, scenario: str = "plan-2025") -> tuple[CommunityModel, Ledger]:
    """Live a county and close its ledger."""
    loaded = load_scenario(scenario)
    model = CommunityModel(world(loaded, months), market(name), SEED)
    return model, model.live()


def turned(model: CommunityModel) -> Residents:
    """Return the columns at the end of the last month that has passed: asking for residents turns them."""
    assert len(model.residents) > 0
    return model.people


def replayed(
    months: int, scenario: str = "plan-2025", settings: Settings | None = None,
    engine: Engine = Engine.COMPILED,
) -> Replay:  # fmt: skip
    """Replay the smallest county's needs with a scenario's supply."""
    from scenarios.experiments import base_of_province
    from scenarios.supply import supply_plan
    from sim.capacity import build_supply

    model, ledger = lived(months)
    loaded = load_scenario(scenario)
    plan = supply_plan(loaded, settings or loaded.settings, months)
    supply = build_supply(plan, load_atlas(), base_of_province(), market().counties, stream=model.stream)
    return model.replay(ledger, supply, engine)
