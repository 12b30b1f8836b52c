"""From 2015 to 2020 with the supply of the plan's Table 1: how many residents each place or worker served.

Table 1 counts what stood in 2015 and 2020; nobody published who used it. So what can be held against
anything is the load: residents a place, by the expected lives of the hindcast (counted in 2010 and carried)
and by what was published of 2015 and 2020. Towns grow in life by villages that become towns; residents of
the model stay where they are, so that its urban loads of 2015 and 2020 are too low: the error says how far.
"""

from __future__ import annotations

from dataclasses import dataclass

from calibration.decade import MONTHS, Mortality
from calibration.hindcast import expected_decade
from calibration.validation import load_hindcast
from evidence.table import Evidence, load_evidence
from scenarios.plan import load_register
from sim.kinds import Area

# By the plan's name in its register: whether it serves towns only. 2015 and 2020 stand beside each other.
ROWS = {
    "t1-urban-centres": True,
    "t1-urban-stations": True,
    "t1-certified-urban-workers": True,
    "t1-health-centres": False,
}
ENDS = {2015: 62, 2020: MONTHS}  # months after the census of 2010: the end of 2015, the census of 2020


@dataclass(frozen=True)
class Load:
    """Residents for each place or worker of Table 1, by the model and as published."""

    zh: str
    en: str
    year: int
    supply: float
    simulated: float
    published: float

    @property
    def miss(self) -> float:
        """Return the relative error of the model's load.

        >>> round(Load("x", "x", 2015, 10, 95.0, 100.0).miss, 3)
        -0.05
        """
        return self.simulated / self.published - 1


def loads() -> tuple[Load, ...]:
    """Return the loads of Table 1 in 2015 and 2020."""
    evidence, register = load_evidence(), load_register()
    found = load_hindcast()
    decade = expected_decade()
    mortality = Mortality(found.level, found.trend, found.slope)
    out = []
    for year, months in ENDS.items():
        people = decade.at(mortality, months).people.sum(axis=(0, 2)).reshape(2, 2).sum(axis=0)
        published = published_residents(evidence, year)
        for name, urban in ROWS.items():
            target = register[f"{name}-{year}"]
            supply = float(target.value or 0)
            here = people[Area.URBAN] if urban else people.sum()
            base = published[Area.URBAN] if urban else sum(published)
            out.append(
                Load(target.name_zh, target.name_en, year, supply, float(here / supply), base / supply)
            )
    return tuple(out)


def published_residents(evidence: Evidence, year: int) -> tuple[float, float]:
    """Return rural and urban residents of a year as published, persons."""
    everyone = evidence.value("yearend_population_revised", year=year)
    urban = everyone * evidence.value("urban_share_revised", year=year) / 100
    return everyone - urban, urban


def table() -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the head and the rows of the loads, for a page."""
    head = ("表1 Table 1", "year", "supply", "residents each, model", "residents each, published", "miss")
    rows: list[tuple[str, ...]] = []
    for each in loads():
        numbers = (f"{value:,.0f}" for value in (each.supply, each.simulated, each.published))
        rows.append((f"{each.zh} {each.en}", str(each.year), *numbers, f"{each.miss:+.1%}"))
    return head, rows
