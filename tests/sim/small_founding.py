"""One county founded from the real margins, for tests of founding: made once for a test process."""

from __future__ import annotations

from functools import cache

import numpy as np

from evidence.census import census_margins, founding_tables
from evidence.life_tables import life_tables
from evidence.settings import load_parameters
from evidence.table import load_evidence
from sim.founding import FoundingTables, found
from sim.margins import Cells, rake
from sim.places import load_atlas
from sim.rates import LifeTables
from sim.residents import Residents
from sim.streams import Stream

COUNTY = "仙游县"  # 905,068 residents, a market of its own, published by age and sex
SMALL = "柘荣县"  # 93,709 residents


@cache
def cells(**changed: float) -> Cells:
    """Rake the province, with some settings ``founding.*`` changed."""
    settings = load_parameters().with_values({f"founding.{name}": value for name, value in changed.items()})
    return rake(census_margins(load_evidence(), load_atlas(), settings))


@cache
def tables(**changed: float) -> FoundingTables:
    """Build the tables of founding, with some settings ``founding.*`` changed."""
    settings = load_parameters().with_values({f"founding.{name}": value for name, value in changed.items()})
    return founding_tables(load_evidence(), settings)


@cache
def life() -> LifeTables:
    """Build the tables of life."""
    return life_tables(load_evidence(), load_parameters(), load_atlas())


@cache
def people(name: str = COUNTY, seed: int = 1, **changed: float) -> Residents:
    """Found a county that is a market of its own; nobody may change what this returns."""
    atlas = load_atlas()
    market = atlas.markets[atlas.select([name]).markets[0]]
    return found(cells(), tables(**changed), life(), atlas, market, Stream.of(seed, 0))


def index(name: str) -> int:
    """Return the row of a county in the atlas."""
    return int(np.flatnonzero(load_atlas().counties.name == name)[0])


def years(residents: Residents) -> np.ndarray:
    """Return completed years of age at the census."""
    return residents.age_months(-1) // 12
