"""Which figures of the evidence the model reads, and what reads them.

The margins of the census, the tables of founders and the tables of life are built once on evidence that notes
what it is asked for; what the fit and the hindcast compare with stands in ``calibration.observations``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from evidence.census import census_margins, founding_tables
from evidence.life_tables import life_tables
from evidence.settings import load_parameters
from evidence.table import PROVINCE, Evidence, Figure, load_evidence
from sim.places import load_atlas


@dataclass(frozen=True, eq=False)
class NotingEvidence(Evidence):
    """Note every figure that is asked for, in the order of asking."""

    noted: dict[Figure, None] = field(default_factory=dict)

    def figure(self, indicator: str, place: str = PROVINCE, year: int | str | None = None) -> Figure:
        """Return a figure, and note it."""
        found = super().figure(indicator, place, year)
        self.noted[found] = None
        return found

    def known(self, indicator: str, place: str, year: int | str) -> Figure | None:
        """Return a figure, and note it where there is one."""
        found = super().known(indicator, place, year)
        if found is not None:
            self.noted[found] = None
        return found

    def series(self, indicator: str, place: str = PROVINCE) -> dict[int, float]:
        """Return a series, and note all of it."""
        self.noted.update(dict.fromkeys(self._series(indicator, place)))
        return super().series(indicator, place)


@cache
def figures_read() -> Mapping[str, tuple[Figure, ...]]:
    """Return the figures that each part of the model reads: census, founders, life.

    >>> "resident_population" in {figure.indicator for figure in figures_read()["census"]}
    True
    """
    atlas, settings = load_atlas(), load_parameters()
    census, founders, life = (NotingEvidence(load_evidence().figures) for _ in range(3))
    census_margins(census, atlas, settings)
    founding_tables(founders, settings)
    life_tables(life, settings, atlas)
    return {
        name: tuple(asked.noted)
        for name, asked in (("census", census), ("founders", founders), ("life", life))
    }
