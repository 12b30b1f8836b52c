"""Probes: replaying only what a number reaches gives what replaying everything gives."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest

from scenarios import experiments
from scenarios.experiments import run_job
from scenarios.probes import (
    Central,
    apart,
    cost_probes,
    last_year,
    longest_list,
    one_place_more,
    only,
    probe_and_bind,
    probes_of,
    services_moved,
)
from scenarios.studies import Job
from sim.measures import Replay, Table, month_table
from sim.parameters import Settings
from sim.supply import PARTS
from tests.whole.small_study import study

MONTHS = 14
KEYS = {
    "months": ("county", "service", "month"),
    "cascade": ("county", "service", "year", "age_band", "function", "income_fifth", "area"),
}


@cache
def central(scenario: str = "plan-2025") -> Central:
    """Catch the central replication of the smallest county as a job hands it to its probes."""
    one, caught = study(months=MONTHS, probed=True, scenario=scenario), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiments, "probe_and_bind", lambda each, threads: caught.append(each) or ({}, ()))
        run_job(one, Job(one.selection.markets[0], 0))
    return caught[0]


def in_order(table: Table, name: str) -> dict[str, np.ndarray]:
    """Sort rows by their keys and leave out the number of the replication."""
    order = np.lexsort([table[key] for key in KEYS[name]])
    return {column: values[order] for column, values in table.items() if column != "replication"}


def assert_same(part: Table, whole: Table, name: str, parameter: str) -> None:
    one, other = in_order(part, name), in_order(whole, name)
    for column, values in other.items():
        np.testing.assert_array_equal(one[column], values, err_msg=f"{parameter}: {name}.{column}")


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["plan-2025", "staff-short", "staff-churn"])
def test_a_probe_of_what_a_number_reaches_is_a_probe_of_everything(scenario: str) -> None:
    case = central(scenario)
    parts, _ = probe_and_bind(case)
    probes = probes_of(case.scenario)
    assert len(probes) > 60
    moving = set()
    base = last_year(case.done, case.frame)
    for number, probe in enumerate(probes):
        moved = case.settings.with_values({probe.parameter: probe.value})
        whole = last_year(case.meet(case.ledger, moved, lambda supply: supply), case.frame)
        for name, table in parts.items():
            mine = {column: values[table["replication"] == number] for column, values in table.items()}
            assert_same(mine, whole[name], name, f"{probe.parameter} = {probe.value}")
        if not np.array_equal(whole["months"]["unmet_days"], base["months"]["unmet_days"]):
            moving.add(probe.parameter)
    assert len(moving) > 10  # a test in which nothing moves would prove nothing


def test_a_probe_tells_the_places_that_its_year_begins_with_and_counts_no_waiting_of_before() -> None:
    case = central()
    months = last_year(case.done, case.frame)["months"]
    assert months["month"].min() == MONTHS - 13, "who opens on a last day was not there before it"
    earlier = months["month"] == MONTHS - 13
    assert months["unmet_days"][earlier].sum() > 0, "a test in which nobody waited before would prove nothing"
    (found,) = (each for each in probe_and_bind(few(case))[1] if each.pool == "social-worker")
    mine = [i for i, service in enumerate(case.scenario.services) if service.pool == "social-worker"]
    assert found.base == unmet(case, case.done, mine)


def test_one_place_more_in_a_pool_is_counted_as_if_everything_were_replayed() -> None:
    case = central()
    _, found = probe_and_bind(few(case))
    assert [each.pool for each in found] == list(case.done.supply.pools)
    for each in found:
        mine = [i for i, service in enumerate(case.scenario.services) if service.pool == each.pool]
        more = partial(one_place_more, unit=longest_list(case.done, each.pool))
        plus = case.meet(case.ledger, case.settings, more)
        assert (each.base, each.plus) == (unmet(case, case.done, mine), unmet(case, plus, mine))
    assert any(each.plus < each.base for each in found)


def unmet(case: Central, done: Replay, services: list[int]) -> int:
    """Sum the days on lists of the last year, from the table of a whole replay."""
    months = month_table(done, case.frame)
    rows = np.isin(months["service"], services) & (months["month"] >= MONTHS - 12)
    return int(months["unmet_days"][rows].sum())


def test_every_uncertain_number_is_probed_at_both_ends_or_needs_a_new_life() -> None:
    scenario = central().scenario
    probed = [(probe.parameter, probe.end) for probe in (*probes_of(scenario), *cost_probes(scenario))]
    assert len(set(probed)) == len(probed)
    for quantity in scenario.settings.uncertain():
        ends = {end for name, end in probed if name == quantity.name}
        assert ends == (set() if quantity.touches == "life" else {0, 1}), quantity.name


def test_a_number_of_a_service_reaches_its_rivals_and_no_others() -> None:
    scenario = central().scenario
    ids = [service.id for service in scenario.services]
    reached = {
        "elder-bed.wish": {"nursing-bed", "ordinary-bed"},
        "childcare-full.wish": {"childcare-full", "childcare-half"},
        "social-work-case.wish": {"social-work-case"},
        "community-errand.needed.adults.minutes": {"community-errand"},
    }
    for name, services in reached.items():
        assert name in scenario.settings.quantities
        assert {ids[i] for i in services_moved(scenario, name)} == services, name
    assert {ids[i] for i in services_moved(scenario, "a.number.that.nothing.claims")} == set(ids)


def test_a_part_of_a_ledger_is_that_of_its_services() -> None:
    case = central()
    services = (0, 2)
    part, ledger = only(case.ledger, services), case.ledger
    assert set(part.spells.service.tolist()) <= set(services)
    mine = np.isin(ledger.spells.service[ledger.asks.spell], services)
    assert len(part.asks.spell) == mine.sum() > 0
    np.testing.assert_array_equal(
        part.spells.key[part.asks.spell], ledger.spells.key[ledger.asks.spell][mine]
    )
    assert part.persons[[1]].sum() == 0 and np.array_equal(part.persons[[0, 2]], ledger.persons[[0, 2]])


def test_one_place_more_is_one_place_in_one_unit_for_good() -> None:
    supply = central().done.supply
    more = one_place_more(supply, 3)
    for name in ("step_built", "step_staffed"):
        grown = getattr(more.units, name) - getattr(supply.units, name)
        np.testing.assert_array_equal(grown, PARTS * (supply.units.step_unit == 3))


def test_services_are_parted_where_they_share_neither_places_nor_clients() -> None:
    services = central().scenario.services
    ids = [{services[i].id for i in part} for part in apart(services)]
    assert {"nursing-bed", "ordinary-bed"} in ids and {"childcare-full", "childcare-half"} in ids
    assert sorted(each for part in ids for each in part) == sorted(service.id for service in services)


def test_probes_of_several_threads_are_those_of_one() -> None:
    case = few(central())
    (one, bound), (two, bound_by_two) = (probe_and_bind(case, threads) for threads in (1, 2))
    assert len(probes_of(case.scenario)) > 4
    for name, table in one.items():
        for column, values in table.items():
            np.testing.assert_array_equal(two[name][column], values)
    assert bound and bound == bound_by_two


def few(case: Central) -> Central:
    """Leave a few numbers to probe."""
    return replace(case, scenario=replace(case.scenario, settings=_few(case.scenario.settings)))


def _few(settings: Settings) -> Settings:
    """Leave a few numbers uncertain: of beds, of all that queue, of errands, and of supply."""
    names = ("elder-bed.stay_days", "choice.travel_weight", "community-errand.needed.adults.minutes",
             "public-home.price.nursing-bed")  # fmt: skip
    kept = {
        name: q if name in names else replace(q, low=q.value, high=q.value)
        for name, q in settings.quantities.items()
    }
    return Settings(kept)
