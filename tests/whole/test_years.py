"""Births and deaths of 2021 against a yearly calculation that knows nothing of the life rooms.

Plain arithmetic on the published tables: the founded pyramid by single year of age, aged half a year to the
middle of 2021, times the national census's fertility (2020), with the assumed yearly fall, and the UN's death
rates (2020–2025) with Fujian's scale.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np

from scenarios.load import load_scenario
from sim.model import CommunityModel
from tests.whole.small_study import SEED, market, world

COUNTY = "仙游县"
TABLES = Path(__file__).parents[2] / "evidence" / "tables"
MONTHS = 14  # to the end of 2021


def published(file: str, beginning: str, place: str, year: str) -> dict[str, float]:
    with (TABLES / f"{file}.csv").open(encoding="utf-8", newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["place"] == place and row["year"] == year]
    return {row["indicator"]: float(row["value"]) for row in rows if row["indicator"].startswith(beginning)}


@cache
def run() -> tuple[CommunityModel, np.ndarray]:
    model = CommunityModel(world(load_scenario("plan-2025"), MONTHS), market(COUNTY), SEED)
    pyramid = np.zeros((2, 111))
    np.add.at(pyramid, (model.people.sex, np.minimum(model.people.age_months(0) // 12, 110)), 1)
    model.live()
    return model, pyramid


def flow(name: str) -> float:
    record = run()[0].record()
    return float(record.flows[name][record.years.index(2021)].sum())


def death_rates(word: str) -> np.ndarray:
    """Read the rates of age groups as single years: straight on the logarithm between group middles."""
    rates = published("mortality", "mx_", "China", "2020-2025")
    ages = {
        int(name.split("_")[1].rstrip("+")): rate for name, rate in rates.items() if name.endswith(f"_{word}")
    }
    starts = sorted(ages)
    middles = [(start + end) / 2 for start, end in zip(starts, [*starts[1:], 104], strict=True)]
    logs = np.interp(np.arange(111) + 0.5, middles, np.log([ages[start] for start in starts]))
    return np.exp(logs) * load_scenario("plan-2025").settings["life.mortality_scale"]


def mid_2021(pyramid: np.ndarray) -> np.ndarray:
    """Carry the pyramid of November 2020 to the middle of 2021: eight months of deaths and of ageing."""
    part = 8 / 12
    pyramid = pyramid * np.exp(-part * np.stack([death_rates("male"), death_rates("female")]))
    older = np.zeros_like(pyramid)
    older[:, 1:] = part * pyramid[:, :-1]
    return (1 - part) * pyramid + older


def test_births_are_those_of_the_published_rates() -> None:
    settings = load_scenario("plan-2025").settings
    rates = published("fertility", "asfr_census_", "China", "2020")
    assert len(rates) == 7
    women = mid_2021(run()[1])[1]
    expected = 0.0
    for name, rate in rates.items():
        first, last = (int(age) for age in name.removeprefix("asfr_census_").split("-"))
        expected += rate * women[first : last + 1].sum()
    expected *= settings["life.fertility_scale"] * (1 + settings["life.fertility_trend"]) ** (
        14 / 12
    )  # from the census's year
    births = flow("births")
    assert abs(births / expected - 1) < 0.03, (births, expected)


def test_deaths_are_those_of_the_published_rates() -> None:
    people = mid_2021(run()[1])
    expected = sum(
        float((death_rates(word) * people[sex]).sum()) for sex, word in enumerate(("male", "female"))
    )
    deaths = flow("deaths")
    assert abs(deaths / expected - 1) < 0.03, (deaths, expected)
