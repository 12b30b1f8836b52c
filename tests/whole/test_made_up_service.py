"""A service from one TOML file is needed, asked for, served, judged and reported like the owner's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from results.cascades import cascades
from results.report import write_report
from results.run_claims import claim
from results.run_folder import write_run
from results.tables import Run, open_run
from results.verdicts import verdicts
from scenarios.load import load_scenario
from scenarios.runner import Outcome, run_study
from tests.whole.small_study import study

NUMBER = """value = {value}
low = {low}
high = {high}
unit = "{unit}"
source = "made up for a test"
year = 2020
quality = "assumed"
reason = "made up for a test"
"""


def number(section: str, value: float, low: float, high: float, unit: str) -> str:
    return f"[{section}]\n" + NUMBER.format(value=value, low=low, high=high, unit=unit)


RESPITE = "\n".join(
    [
        """id = "respite-stay"
name = { zh = "喘息托养", en = "respite stay" }
plan = "三.2.(一).1"
mechanism = "occupancy"
pool = "ordinary-bed"
group = "respite-stay"
unit = { zh = "张", en = "beds" }
client = { zh = "托养者", en = "guest" }
targets = []
counts_pension = true
income_share = "elder-bed.income_share"
income_heads = "elder-bed.income_heads"
ability_spread = "elder-bed.ability_spread"
reach_km = "elder-bed.reach_km"

[asks]
every_months = 6
reason = "made up"

[needed.cared-for-at-home]
label = { zh = "与子女同住的失能老年人", en = "elders with loss of function who live with children" }
who = { age_years = [60, 200], function = ["mild", "moderate", "severe"], living = ["children"] }
reason = "made up"

[standard]
within_days = 14
share = 0.9
reason = "made up"
""",
        number("wish", 0.5, 0.2, 0.8, "share of those who ask"),
        number("patience_days", 30, 7, 90, "days"),
        number("stay_days", 30, 14, 60, "days"),
        number("stay_spread", 0.3, 0.1, 0.5, "sigma of a lognormal"),
        number("needed.cared-for-at-home.place", 1, 1, 1, "beds per guest"),
    ]
)


@pytest.fixture(scope="module")
def definition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("services") / "respite-stay.toml"
    path.write_text(RESPITE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ran(definition: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Outcome]]:
    """Run a county with the service, probes and all, and write its folder."""
    scenario = load_scenario("plan-2025", services=(definition,))
    one = replace(study(months=14, probed=True), scenarios=(scenario,))
    (outcome,) = run_study(one, 1)
    folder = tmp_path_factory.mktemp("runs") / "made-up"
    claim(folder, scenario)
    write_run(folder, one, scenario, outcome)
    yield open_run(folder), outcome


def test_it_stands_in_the_cascade(ran: tuple[Run, Outcome]) -> None:
    run, _ = ran
    (cascade,) = [each for each in cascades(run) if each.service == "respite-stay"]
    persons = [cascade.persons[step].mean for step in cascade.steps]
    assert persons[0] > 100 and persons[-1] > 0
    assert persons == sorted(persons, reverse=True)
    wished = cascade.shares["wanted"].mean  # two asks a year at a half each
    assert 0.5 < wished < 0.8


def test_it_is_judged(ran: tuple[Run, Outcome]) -> None:
    (verdict,) = [v for v in verdicts(ran[0]) if "respite-stay" in v.target.services]
    assert verdict.met is not None and 0 < verdict.met.mean <= 1
    assert verdict.delivered.planned is None  # the plan has no number for it


def test_its_numbers_are_probed(ran: tuple[Run, Outcome]) -> None:
    turning = ran[0].table("turning")
    assert turning.filter(pl.col("parameter").str.starts_with("respite-stay.")).height > 0


@pytest.mark.parametrize(("language", "words"), [("zh", "喘息托养"), ("en", "espite stay")])
def test_it_stands_in_the_report(ran: tuple[Run, Outcome], language: str, words: str, tmp_path: Path) -> None:
    path = write_report([ran[0].folder], language, tmp_path / "report.html")
    assert path.read_text(encoding="utf-8").count(words) > 3


def test_it_moves_no_service_that_shares_nothing_with_it(ran: tuple[Run, Outcome]) -> None:
    alone, beside = (study(months=14), ran[1])
    (without,) = run_study(alone, 1)
    names = [service.id for service in alone.scenarios[0].services]
    grown = [service.id for service in ran[0].manifest.services]
    for table in ("months", "cascade", "waits"):
        for service in ("childcare-full", "childcare-half", "social-work-case", "community-errand"):
            before, after = (
                {
                    name: column[rows["service"] == ids.index(service)]
                    for name, column in rows.items()
                    if name != "service"
                }
                for rows, ids in ((without.tables[table], names), (beside.tables[table], grown))
            )
            for name, column in before.items():
                np.testing.assert_array_equal(column, after[name], err_msg=f"{table} {service} {name}")
    life = without.tables["life"], beside.tables["life"]
    assert all(np.array_equal(life[0][name], life[1][name]) for name in life[0])
