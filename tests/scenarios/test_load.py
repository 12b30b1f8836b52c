"""Scenario files: what they become."""

from __future__ import annotations

import calendar
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.load import FOLDER, define, load_scenario, scenario_names
from scenarios.plan import load_register
from scenarios.schema import DatedValue, Scenario, Unit
from scenarios.supply import delivered_path, key_path, own_settings, supply_plan
from sim.capacity import build_supply
from sim.errors import ScenarioError
from sim.kinds import Quality
from sim.openings import base_counts
from sim.places import load_atlas
from sim.recall import same
from sim.streams import Stream
from sim.supply import Base, CensusBase

SHIPPED = (
    "baseline-2020", "companion-elder", "plan-2025", "plan-2025-late", "plan-2025-relabelled", "staff-churn",
    "staff-overtime", "staff-short",
)  # fmt: skip
MONTHS = 62
SOURCED = 'source = "a test"\nquality = "published"\n'


def written(folder: Path, text: str, name: str = "mine") -> Scenario:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return load_scenario(path)


def slots(path: str, more: str = "") -> str:
    head = 'title = "a case"\nextends = "plan-2025"\n[supply.childcare-centre]\n'
    return f'{head}unit = "slots per 1000 residents"\npath = {path}\n{SOURCED}{more}'


def dated(pairs: dict[int, float], step: bool = False) -> DatedValue:
    months = tuple(sorted(pairs))
    unit = Unit("places", 0, 1e9, "x")
    return DatedValue(
        "supply.x", unit, months, tuple(pairs[m] for m in months), step, "a test", Quality.ASSUMED, "", ""
    )


def last_day(month: int) -> date:
    """Return the last day of a month counted from 2020-11."""
    year, of_year = divmod(2020 * 12 + 10 + month, 12)
    return date(year, of_year + 1, calendar.monthrange(year, of_year + 1)[1])


# ---- dated values

pairs = st.dictionaries(
    st.integers(-60, 200), st.floats(0, 1e6).map(lambda x: round(x, 3)), min_size=1, max_size=6
)


@given(pairs)
def test_between_two_dates_a_value_runs_straight_by_day(values: dict[int, float]) -> None:
    found = dated(values).by_month(0.0, MONTHS)
    for month in range(MONTHS):
        earlier = [m for m in values if m <= month]
        later = [m for m in values if m >= month]
        if not earlier or not later:  # outside the dates the nearest value holds
            expected = values[max(earlier)] if earlier else values[min(later)]
        else:
            start, end = max(earlier), min(later)
            whole = (last_day(end) - last_day(start)).days
            share = (last_day(month) - last_day(start)).days / whole if whole else 0.0
            expected = values[start] * (1 - share) + values[end] * share
        assert found[month] == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(pairs)
def test_a_step_holds_each_value_until_the_next_date(values: dict[int, float]) -> None:
    found = dated(values, step=True).by_month(0.0, MONTHS)
    for month in range(MONTHS):
        reached = [m for m in values if m <= month]
        assert found[month] == values[max(reached) if reached else min(values)]


@given(pairs, st.booleans())
def test_a_path_never_leaves_the_range_of_its_values(values: dict[int, float], step: bool) -> None:
    found = dated(values, step).by_month(0.0, MONTHS)
    assert min(values.values()) - 1e-6 <= found.min() and found.max() <= max(values.values()) + 1e-6


def test_a_month_means_its_last_day_and_the_order_of_writing_means_nothing(tmp_path: Path) -> None:
    forward = written(tmp_path, slots('{ "2020-12" = 2.0, "2025-12" = 3.0 }'), "a")
    backward = written(tmp_path, slots('{ "2025-12" = 3.0, "2020-12" = 2.0 }'), "b")
    paths = [key_path(each, "supply.childcare-centre") for each in (forward, backward)]
    assert np.array_equal(*paths)
    assert paths[0][0] == paths[0][1] == 2.0 and paths[0][61] == 3.0
    day = (date(2023, 6, 30) - date(2020, 12, 31)).days / (date(2025, 12, 31) - date(2020, 12, 31)).days
    assert paths[0][31] == pytest.approx(2.0 + day)


def test_as_in_2020_is_what_the_replication_drew(tmp_path: Path) -> None:
    scenario = written(tmp_path, slots('{ "2020-12" = "as in 2020", "2025-12" = 3.0 }'))
    name = "childcare-centre.places_per_1000"
    for replication in (0, 1, 2):
        drawn = scenario.settings.drawn(7, replication)
        path = supply_plan(scenario, drawn).path(name)
        assert path[0] == drawn[name] and path[61] == 3.0
    assert len({scenario.settings.drawn(7, replication)[name] for replication in range(3)}) == 3


@pytest.mark.parametrize(
    ("key", "unit", "value", "other", "times"),
    [
        ("supply.childcare-centre", "slots", 124_620.258, "slots per 1000 residents", 3 / 124_620.258),
        ("supply.public-home", "beds per 1000 residents aged 60+", 2.0, "beds", 6637.869),
        ("supply.social-work-station", "stations", 553.5, "share of townships", 1 / 1107),
    ],
)
def test_two_units_of_one_number_make_the_same_supply(
    tmp_path: Path, key: str, unit: str, value: float, other: str, times: float
) -> None:
    text = 'title = "a case"\n[{}]\nunit = "{}"\npath = {{ "2020-12" = {!r} }}\n' + SOURCED
    first = written(tmp_path, text.format(key, unit, value), "a")
    second = written(tmp_path, text.format(key, other, value * times), "b")
    assert key_path(first, key) == pytest.approx(key_path(second, key), rel=1e-9)


# ---- the scenarios that come with the project


def test_the_scenarios_are_there_and_load() -> None:
    assert tuple(scenario_names()) == SHIPPED
    for name in SHIPPED:
        scenario = load_scenario(name)
        assert scenario.id == name
        assert scenario.lineage[0].text == (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        assert scenario.lineage[-1].file == "baseline-2020.toml"
        assert scenario.title.zh and scenario.title.en and scenario.description.zh != scenario.description.en
        assert all(path.shape == (MONTHS,) for path in supply_plan(scenario).paths.values())


def test_the_baseline_moves_nothing() -> None:
    plan = supply_plan(load_scenario("baseline-2020"))
    assert not plan.paths
    beds = sum(plan.path(f"{kind}-home.places")[61] for kind in ("public", "extremely-poor", "private"))
    assert beds == 84_312  # 福建统计年鉴2021, table 19-4


def reached(name: str) -> dict[str, bool]:
    """Tell which of its targets a scenario reaches at the end of 2025."""
    scenario, register = load_scenario(name), load_register()
    found = {}
    for judged in scenario.targets:
        path = delivered_path(scenario, judged, register[judged.id].unit)
        assert path is not None
        found[judged.id] = register[judged.id].reached(float(path[61]))
    return found


def test_every_target_of_the_services_is_judged_and_the_plan_reaches_all() -> None:
    named = {target for service in define().services for target in service.targets}
    targets = {name for name in named if load_register()[name].kind.value in ("target", "limit")}
    judged = reached("plan-2025")
    assert targets <= set(judged)
    assert all(judged.values())


def test_the_baseline_keeps_the_limits_and_misses_the_targets() -> None:
    judged, register = reached("baseline-2020"), load_register()
    for name, kept in judged.items():
        assert kept == (register[name].kind.value == "limit"), name


STAFFED_OTHERWISE = "staff-churn", "staff-overtime", "staff-short"


@pytest.mark.parametrize(
    "name", [name for name in SHIPPED if name not in ("baseline-2020", *STAFFED_OTHERWISE)]
)
def test_the_other_plans_reach_on_paper_what_the_plan_reaches(name: str) -> None:
    assert all(reached(name).values())


@pytest.mark.parametrize("name", STAFFED_OTHERWISE)
def test_where_workers_come_late_or_leave_their_number_alone_is_missed(name: str) -> None:
    missed = {target for target, held in reached(name).items() if not held}
    assert missed == {"t2-community-workers-per-10k"}


def test_the_late_plan_is_never_ahead_and_ends_where_the_plan_ends() -> None:
    plan, late = (supply_plan(load_scenario(name)) for name in ("plan-2025", "plan-2025-late"))
    for name in plan.paths:
        assert (late.path(name) <= plan.path(name)).all()
        assert late.path(name)[61] == plan.path(name)[61]
        assert late.path(name)[43] == plan.path(name)[0]  # nothing has moved by June 2024
        assert late.path(name).mean() < plan.path(name).mean()


def test_relabelled_workers_are_counted_and_bring_no_hours() -> None:
    plan = supply_plan(load_scenario("plan-2025-relabelled"))
    workers = plan.path("community-worker.workers_per_10000")
    counted = plan.path("community-worker.counted_per_10000")
    assert (workers == 14).all()
    assert workers[61] + counted[61] == 18
    assert plan.path("community-worker.annual_hours")[61] == plan.path("community-worker.annual_hours")[0]


def test_the_companion_adds_fifty_thousand_beds_of_which_every_kind_has_its_share_of_2020() -> None:
    scenario = load_scenario("companion-elder")
    kinds = ("public-home", "extremely-poor-home", "private-home")
    paths = np.array([key_path(scenario, f"supply.{kind}") for kind in kinds])
    assert (paths[:, 61] - paths[:, 0]).sum() == 50_000
    assert paths[:, 61] / paths[:, 0] == pytest.approx([134_312 / 84_312] * 3, rel=1e-4)


def test_lagging_staff_falls_short_of_the_plan_from_any_start() -> None:
    short, plan = load_scenario("staff-short"), load_scenario("plan-2025")
    for replication in range(20):
        drawn = short.settings.drawn(3, replication)
        ours, theirs = supply_plan(short, drawn), supply_plan(plan, drawn)
        for cadre in ("elder-carer", "childcare-carer", "social-worker"):
            filled = ours.path(f"{cadre}.staffed_share")
            assert (filled <= theirs.path(f"{cadre}.staffed_share") + 1e-12).all()
        assert (
            ours.path("childcare-centre.places_per_1000") == theirs.path("childcare-centre.places_per_1000")
        ).all()


def test_a_share_of_townships_counts_the_townships_that_the_simulation_counts() -> None:
    unit = define().vocabulary.units["supply.social-work-station"][1]
    nobody = np.zeros(83, dtype=np.int64)
    counted = base_counts(CensusBase(nobody, nobody, nobody, nobody), load_atlas())[Base.TOWNSHIPS]
    assert unit.name == "stations" and unit.high == counted.sum()


@pytest.mark.parametrize("name", scenario_names())
def test_supply_is_built_from_the_settings_of_its_facilities_and_staff_alone(name: str) -> None:
    scenario, atlas = load_scenario(name), load_atlas()
    count = np.full(83, 50_000, dtype=np.int64)
    census = CensusBase(10 * count, 6 * count, 2 * count, count // 2)
    plan = supply_plan(scenario)
    whole, own = (
        build_supply(each, atlas, census, (19, 21), stream=Stream.of(1, 0))
        for each in (plan, own_settings(plan))
    )
    assert len(own_settings(plan).settings) < len(plan.settings)
    assert len(whole.units) and same(whole, own)


# ---- inheriting


def test_a_table_replaces_the_inherited_one_whole_and_the_rest_is_inherited(tmp_path: Path) -> None:
    mine = written(tmp_path, slots('{ "2025-12" = 2.5 }'))
    plan = load_scenario("plan-2025")
    assert key_path(mine, "supply.childcare-centre").tolist() == [2.5] * MONTHS
    assert mine.dated["supply.childcare-centre"].source == "a test"
    assert mine.dated["staff.community-worker"] == plan.dated["staff.community-worker"]
    assert mine.targets == plan.targets
    assert mine.extends == ("plan-2025.toml", "baseline-2020.toml")


def test_a_setting_and_a_standard_are_replaced_with_what_they_rest_on(tmp_path: Path) -> None:
    more = '[set."elder-bed.wish"]\nvalue = 0.03\nhigh = 0.2\nyear = 2024\n' + SOURCED
    more += '[standard.nursing-bed]\nwithin_days = 14\nshare = 0.8\nreason = "a test"\n'
    mine, plan = written(tmp_path, slots('{ "2025-12" = 3 }', more)), load_scenario("plan-2025")
    wish, before = (each.settings.quantities["elder-bed.wish"] for each in (mine, plan))
    assert (wish.value, wish.low, wish.high, wish.year) == (0.03, before.low, 0.2, 2024)
    assert (wish.source, wish.unit) == ("a test", before.unit)
    services = {each.id: each for each in mine.services}
    old = {each.id: each for each in plan.services}
    assert (services["nursing-bed"].standard.within_days, services["nursing-bed"].standard.share) == (14, 0.8)
    assert services["ordinary-bed"].standard == old["ordinary-bed"].standard
    assert services["nursing-bed"].wish_ceiling > old["nursing-bed"].wish_ceiling, "no ask may be lost"


def test_a_published_number_takes_any_value_within_reason_and_is_not_drawn(tmp_path: Path) -> None:
    more = '[set."childcare-centre.most_new"]\nvalue = 200\n' + SOURCED
    found = written(tmp_path, slots('{ "2025-12" = 3 }', more)).settings.quantities[
        "childcare-centre.most_new"
    ]
    assert (found.value, found.low, found.high, found.uncertain) == (200, 200, 200, False)


def test_settings_may_be_written_as_nested_tables(tmp_path: Path) -> None:
    more = "[set.elder-bed.wish]\nvalue = 0.03\n" + SOURCED
    mine = written(tmp_path, slots('{ "2025-12" = 3 }', more))
    assert mine.settings["elder-bed.wish"] == 0.03


def test_extends_finds_the_neighbour_first_then_the_project(tmp_path: Path) -> None:
    written(tmp_path, slots('{ "2025-12" = 2.5 }'), "plan-2025")  # itself left out: reaches the project's
    mine = written(tmp_path, 'title = "a case"\nextends = "plan-2025"\n')
    assert mine.extends == ("plan-2025.toml", "plan-2025~.toml", "baseline-2020.toml")
    assert key_path(mine, "supply.childcare-centre")[0] == 2.5


@pytest.mark.parametrize(
    "own",
    [
        {"mine": "plan-2025"},
        {"baseline-2020": "plan-2025"},  # whose project file extends one of the same name
        {"plan-2025": "plan-2025"},
        {"baseline-2020": "plan-2025", "plan-2025": "plan-2025"},
    ],
)
def test_a_lineage_that_is_kept_in_one_folder_is_read_as_kept(tmp_path: Path, own: dict[str, str]) -> None:
    for name, base in own.items():
        text = f'title = "a case"\nextends = "{base}"\n'
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    first = next(iter(own))
    lineage, kept = load_scenario(tmp_path / f"{first}.toml").lineage, tmp_path / "kept"
    kept.mkdir()
    for source in lineage:  # marked, so that what is read elsewhere shows
        (kept / source.file).write_text(f"{source.text}# kept\n", encoding="utf-8")
    again = load_scenario(kept / f"{first}.toml").lineage
    assert [(each.file, each.text) for each in again] == [(e.file, f"{e.text}# kept\n") for e in lineage]


def test_extends_does_not_follow_a_link_out_of_its_folder(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir(), inside.mkdir()
    (outside / "secret.toml").write_text('title = "a secret"\n', encoding="utf-8")
    os.symlink(outside / "secret.toml", inside / "secret.toml")
    with pytest.raises(ScenarioError, match="extends = 'secret'"):
        written(inside, 'title = "a case"\nextends = "secret"\n')


def test_text_is_kept_as_written(tmp_path: Path) -> None:
    text = "<script>alert('床')</script> & \\u202e"
    mine = written(tmp_path, f'title = "{text}"\nextends = "plan-2025"\n')
    assert mine.title.zh == mine.title.en == "<script>alert('床')</script> & \u202e"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_files_from_windows_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(slots('{ "2025-12" = 2.5 }').replace("\n", "\r\n").encode(encoding))
    assert key_path(load_scenario(path), "supply.childcare-centre")[61] == 2.5
