"""The model of one market: the order of a month stands here, once.

A month of a resident:

1. everyone grows a month older
2. some die, by age, sex, area and function
3. some give birth, by age
4. some move away and others arrive, by county and age
5. some lose or regain function; some become disabled
6. some enter, lose or leave work (1 to 6: ``sim.life``)
7. needs arise and end, and whoever's month of asking has come asks (``sim.demand``)

Nobody's life waits for another's month, but that children move with their mother; needs are read from lives.
So each resident lives all months at once before the first passes. The months, ``CommunityModel.step``, then
read what was drawn:

8. a researcher's own agents act, among residents as they are at its end (``sim.months``)
9. the collector writes the month down

When the last month is over the needs are a ledger that no supply touches. A scenario then replays it,
``CommunityModel.replay``:

10. the asks choose: wanted, affordable, in reach, requested (``sim.cascade``)
11. requests meet units: admitted, waiting, leaving (``sim.facilities``, or compiled ``sim.kernel``)
12. the minutes of workers are spent (``sim.workload``)

Mesa gives the model its shape (Model, Agent, AgentSet, DataCollector) and nothing random: draws are keyed.
"""

from __future__ import annotations

from collections.abc import Callable

import mesa
import numpy as np
import numpy.typing as npt

from sim.history import History
from sim.kinds import Engine
from sim.market import World, found_market, life_record, live_through, replay
from sim.measures import LifeRecord, Replay, unit_months
from sim.months import turn
from sim.needs import Ledger
from sim.people import ResidentSet
from sim.places import Market
from sim.residents import Residents
from sim.streams import Stream
from sim.supply import Supply

__all__ = ["CommunityModel", "Unit", "World", "replay"]


class Unit(mesa.Agent):
    """A facility of one kind and pool, with what was built, usable and taken by month (in parts)."""

    def __init__(self, model: CommunityModel, unit: int, replay: Replay) -> None:
        super().__init__(model)
        units = replay.supply.units
        self.unit = unit
        self.kind = replay.supply.kinds[int(units.kind[unit])].id
        self.pool = replay.supply.pools[int(units.pool[unit])]
        self.county = int(units.county[unit])
        self._replay = replay

    def usable(self) -> npt.NDArray[np.int64]:
        """Return the parts in use by month: the smaller of built and staffed."""
        return unit_months(self._replay.supply.units, self.model.world.months)[1][self.unit]

    def admitted(self) -> int:
        """Return how many requests it has admitted, the seated among them."""
        return int((self._replay.log.unit == self.unit).sum())


class CommunityModel(mesa.Model):
    """One market, month by month; see the module for the order of a month.

    Life and needs are drawn at the first step, or when the ledger is asked for. ``residents`` is everyone
    present at the end of the last month, in AgentSet's words; ``people`` are the columns behind it, which
    stand where ``residents`` was asked for last, at first at the census; ``agents`` holds a researcher's
    own agents and, after a replay, the units. ``held`` keeps life as it was in 2020 (tests of the flow).
    """

    _registered = 0  # agents so far

    def __init__(
        self, world: World, market: Market, seed: int = 1, replication: int = 0, held: bool = False
    ) -> None:
        super().__init__(seed=0)  # Mesa's own generator is never drawn from
        self.world, self.market, self.month, self.held = world, market, 0, held
        self.stream = Stream.of(seed, replication)
        self.people: Residents = found_market(world, market, self.stream)
        self.residents_start = self.people.size
        self._turned = 0  # months that the columns have been turned to
        self._lived: tuple[History, Ledger] | None = None
        self.collector = mesa.DataCollector(model_reporters={"month": "month", "residents": _population})

    @property
    def residents(self) -> ResidentSet:
        """Return everyone present at the end of the last month (or at the census), in AgentSet's words."""
        while self._turned < self.month:
            turn(self.history, self.people, self._turned, self.world.life, self.stream)
            self._turned += 1
        return ResidentSet.present(self.people, self.month - 1)

    @property
    def history(self) -> History:
        """Return what happens to whom; life is lived when it is asked for first."""
        return self._drawn()[0]

    @property
    def ledger(self) -> Ledger:
        """Return the needs of all months."""
        return self._drawn()[1]

    def _drawn(self) -> tuple[History, Ledger]:
        """Live all months and record the needs, 1 to 7 of the order above, once for all."""
        if self._lived is None:
            self._lived = live_through(self.world, self.people, self.stream, self.held)
        return self._lived

    def register_agent(self, agent: mesa.Agent) -> None:
        """Number agents here: Mesa before 3.4 does so in a table that keeps every model for ever."""
        super().register_agent(agent)
        numbers = getattr(mesa.Agent, "_ids", {})
        if self in numbers:
            del numbers[self]
            self._registered += 1
            agent.unique_id = self._registered

    def step(self) -> None:
        """Let one month pass: 8 and 9 of the order above, and before the first month 1 to 7 of all."""
        self._drawn()
        self.month += 1
        self.agents.do("step")
        self.collector.collect(self)

    def live(self, each_month: Callable[[int], None] = lambda month: None) -> Ledger:
        """Let all months pass and return the ledger; ``each_month`` is told how many have passed."""
        while self.month < self.world.months:
            self.step()
            each_month(self.month)
        return self.ledger

    def replay(self, ledger: Ledger, supply: Supply, engine: Engine = Engine.COMPILED) -> Replay:
        """Meet the needs with a scenario's supply (10 to 12) and put its units among the agents."""
        outcome = replay(
            ledger, self.world.services, self.world.settings, supply, self.stream, self.world.months, engine
        )
        self.agents.select(agent_type=Unit).do("remove")
        for unit in range(len(supply.units.id)):
            Unit(self, unit, outcome)
        return outcome

    def record(self) -> LifeRecord:
        """Sum life up by year and county, as far as the months have passed."""
        here = self.ledger.residents
        return life_record(self.people, self.history, here, self.month, self.residents_start)


def _population(model: CommunityModel) -> int:
    """Count everyone present, of all places, at the end of the last month."""
    return int(model.ledger.residents[:, :, model.month - 1].sum()) if model.month else model.residents_start
