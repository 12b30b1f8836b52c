"""The forecast from 2020's knowledge: eight indicators of the province, 2021 to 2025, with their quantiles.

Births, deaths and who lives here come from drawn futures (``calibration.futures``); residents of homes and
children in care from agents (``calibration.uptake``), begun where 2020 was: at the residents counted, and
at the national use of childcare. What the agents' lives had of the oldest and of small children is put
right, draw by draw, by the futures. That wishes change has no source: use a head walks at random. What is
assumed stands in ``evidence/parameters/forecast.toml``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.futures import INDICATORS, YEARS, Futures, futures, normal, ranks
from calibration.outlook import CHILDREN, UNDER_3
from calibration.trends import Known, as_known, knowledge
from calibration.uptake import Taken, take_province
from evidence.settings import load_parameters
from evidence.table import Evidence, load_evidence
from sim.errors import RunError
from sim.parameters import Settings
from sim.rates import Floats

YEAR = 2020
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
COLUMNS = ("indicator", "year", "p05", "p25", "p50", "p75", "p95")
HOMES, CHILDCARE = "institution_residents", "childcare_use"
ALL = (*INDICATORS, HOMES, CHILDCARE)
DRAWS, MARKET_DRAWS = 1000, 16

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Forecast:
    """Quantiles by indicator, (years, 5), and from what they were drawn."""

    years: tuple[int, ...]
    quantiles: Mapping[str, Floats]
    draws: int
    market_draws: int
    seed: int


def known_in(year: int = YEAR) -> Known:
    """Return what a year knows; of 2020 no figure of a later year is even within reach."""
    evidence = load_evidence()
    return knowledge(as_known(evidence, YEAR), load_parameters(), year)


def forecast(
    draws: int = DRAWS, market_draws: int = MARKET_DRAWS, seed: int = 20201101, workers: int = 0,
    tell: Tell = lambda done, parts: None,
) -> Forecast:  # fmt: skip
    """Forecast all indicators; `market_draws` are the settings under which every market is replayed."""
    drawn = futures(known_in(), draws, seed)
    taken = take_province(market_draws, seed, workers, tell)
    values = dict(drawn.values) | used(drawn, taken, load_evidence(), load_parameters(), seed)
    return Forecast(drawn.years, {name: _quantiles(values[name]) for name in ALL}, draws, market_draws, seed)


def _quantiles(values: Floats) -> Floats:
    return np.asarray(np.quantile(values, QUANTILES, axis=0).T)


def used(
    drawn: Futures, taken: Taken, evidence: Evidence, settings: Settings, seed: int
) -> dict[str, Floats]:
    """Return residents of homes and children in care of every future, (draws, years) each."""
    draws = len(drawn.true[0])
    counted = evidence.value("institution_residents", year=YEAR)
    homes, beds = homes_from(taken, counted, settings["forecast.homes_within"])
    rate = evidence.value("childcare_enrolment_rate_0-3", "China", 2021) / 100
    use = float(rate * drawn.true[UNDER_3][:, 0].mean())
    care, slots, weights = care_from(taken, use, settings["forecast.childcare_close"])
    one = np.minimum((ranks(seed, "homes", draws)[:, 0] * len(homes)).astype(int), len(homes) - 1)
    other = np.searchsorted(np.cumsum(weights)[:-1], ranks(seed, "childcare", draws)[:, 0])
    elders, small = drawn.true[80] / drawn.true[80][:, :1], drawn.true[CHILDREN] / drawn.true[CHILDREN][:, :1]
    start = np.exp(settings["forecast.childcare_of_fujian"] * normal(seed, "childcare level", draws))
    return {
        HOMES: _grown(
            homes[one], beds[one], elders / (taken.elders / taken.elders[0]), settings, HOMES, seed
        ),
        CHILDCARE: _grown(
            care[other] * start, slots[other], small / (taken.needed / taken.needed[0]), settings, CHILDCARE,
            seed,
        ),
    }  # fmt: skip


def _grown(
    persons: Floats, places: Floats, people: Floats, settings: Settings, name: str, seed: int
) -> Floats:
    """Put paths right for how many people there are, let wishes walk, and keep within the places."""
    fullest = settings["forecast.fullest"]
    steps = settings["forecast.wish_walk"] * normal(seed, f"wish {name}", len(persons), YEARS)
    free = persons * people
    free[:, 1:] *= np.exp(np.cumsum(steps, axis=1))
    most = fullest * np.maximum(places, persons[:, :1] / fullest)
    return np.minimum(free, most)[:, 1:]


def homes_from(taken: Taken, counted: float, within: float) -> tuple[Floats, Floats]:
    """Return paths of residents from those `counted`, and of beds, (kept draws, 6) each.

    Between the two levels of the wish logarithms are on a line; a draw whose nearest end is further off than
    `within` (a share of those counted) is left out.
    """
    log = np.log(np.maximum(taken.persons[:, :, 0], 1))
    low, high = log[:, 0, :1], log[:, 1, :1]
    at = np.clip((np.log(counted) - low) / np.maximum(high - low, 1e-9), 0, 1)
    path = np.exp(log[:, 0] + at * (log[:, 1] - log[:, 0]))
    kept = np.abs(path[:, 0] / counted - 1) <= within
    if not kept.any():
        raise RunError(
            f"no draw of settings comes to the {counted:,.0f} residents of homes of {YEAR}: draw more"
        )
    return (path / path[:, :1] * counted)[kept], taken.places[kept, 0, 0]


def care_from(taken: Taken, use: float, close: float) -> tuple[Floats, Floats, Floats]:
    """Return paths of children in care from the `use` of 2020, of slots, and weights of the draws.

    A draw's weight falls with the distance of its use, in logarithms, on the scale of `close`.
    """
    path = taken.persons[:, :, 1].reshape(-1, taken.persons.shape[-1])
    slots = taken.places[:, :, 1].reshape(path.shape)
    away = np.log(np.maximum(path[:, 0], 1) / use) / close
    weights = np.exp(-(away**2 - (away**2).min()) / 2)
    return path / np.maximum(path[:, :1], 1) * use, slots, weights / weights.sum()


def table_of(done: Forecast) -> str:
    r"""Write a forecast as CSV, whole persons.

    >>> table_of(Forecast((2021,), {"births": np.arange(5.0)[None]}, 1, 1, 1))
    'indicator,year,p05,p25,p50,p75,p95\nbirths,2021,0,1,2,3,4\n'
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for name, values in done.quantiles.items():
        for year, five in zip(done.years, values, strict=True):
            rows.writerow((name, year, *(round(float(each)) for each in five)))
    return text.getvalue()


@dataclass(frozen=True)
class Tested:
    """A published figure beside the interval of a forecast made from an earlier year."""

    indicator: str
    year: int
    observed: float
    five: tuple[float, ...]

    @property
    def inside(self) -> bool:
        """Tell whether the figure lies within the 90 % interval."""
        return self.five[0] <= self.observed <= self.five[-1]


_PUBLISHED = {
    "births": "births_revised_base",
    "deaths": "deaths_revised_base",
    "population": "yearend_population_revised",
}


def back_test(year: int = 2015, draws: int = DRAWS, seed: int = 20201101) -> Sequence[Tested]:
    """Forecast from an earlier year by the same method, and hold what followed against it."""
    drawn, evidence = futures(known_in(year), draws, seed), load_evidence()
    return [
        Tested(name, then, evidence.value(published, year=then), tuple(_quantiles(drawn.values[name])[row]))
        for name, published in _PUBLISHED.items()
        for row, then in enumerate(drawn.years)
    ]


def table_of_test() -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the head and the rows of the back-test, in thousands, for a page."""
    head = ("indicator", "year", "published", "p05", "p50", "p95", "inside 90 %")
    rows = []
    for each in back_test():
        thousands = (f"{value / 1000:,.0f}" for value in (each.observed, *each.five[::2]))
        rows.append((each.indicator, str(each.year), *thousands, "yes" if each.inside else "NO"))
    return head, rows
