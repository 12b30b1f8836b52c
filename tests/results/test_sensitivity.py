"""What moves a verdict: Sobol indices of runs, and what the report and the summary say of them."""

from __future__ import annotations

import html
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from results.dictionary import E6, E9, conform
from results.influences import LEAST_EXPLAINED, MOST, rankings, rankings_of
from results.manifest import SettingEntry
from results.movers import mover_groups
from results.report import write_report
from results.sensitivity import scaled, sensitivity_frame, unscaled, with_rankings
from results.summary import summary
from results.tables import Run, open_run
from results.turning import effects, turning_points
from sim.kinds import Quality
from sim.parameters import Quantity

CHILDCARE, WORKERS = "childcare-slots-per-1000", "t2-community-workers-per-10k"


@pytest.fixture(scope="module")
def real(real: Run) -> Run:
    """Rank the two replications of the model, as a report does."""
    return with_rankings(real)


def with_draws(run: Run, replications: int, slope: float = 0.0) -> Run:
    """Replace the minutes of a run by what two numbers, one of them of life, make of them, with chance."""
    rng = np.random.default_rng(3)
    settings = [
        replace(each, touches="life") if each.name == "demand.level" else each
        for each in run.manifest.settings
    ]
    manifest = replace(run.manifest, settings=tuple(settings), replications=replications)
    places = rng.uniform(-1, 1, (replications, len(manifest.assumed)))
    places[0] = 0
    rows = [
        (r, each.name, round(unscaled(each, places[r, i]) * E9))
        for r in range(replications)
        for i, each in enumerate(manifest.assumed)
    ]
    names = [each.name for each in manifest.assumed]
    minutes, level = (places[:, names.index(n)] for n in ("community-errand.minutes", "demand.level"))
    asked = 150 + 125 * minutes - 25 * minutes**2 + slope * level + rng.normal(0, 3, replications)
    asked[0] = 150
    urban = run.table("months").filter(pl.col("replication") == 0)
    months = pl.concat([
        urban.with_columns(
            replication=pl.lit(r, dtype=pl.Int64),
            minutes_demanded=(pl.col("minutes_supplied") * asked[r] / 172.8).round().cast(pl.Int64),
        )
        for r in range(replications)
    ])  # fmt: skip
    table = pl.DataFrame(rows, schema=("replication", "parameter", "value_e9"), orient="row")
    frames = {"months": months, "draws": conform("draws", table), "turning": _turning(run, months)}
    others = {name: _repeated(run, name, replications) for name in ("cascade", "life")}
    return Run(Path(), manifest, frames | others)


def _turning(run: Run, months: pl.DataFrame) -> pl.DataFrame:
    """Give the probes of the minutes of an errand the balance that the made-up months have."""
    row = [each.id for each in run.manifest.services].index("community-errand")
    year = months.filter(pl.col("replication") == 0, pl.col("service") == row, pl.col("month") >= 50)
    supplied = year["minutes_supplied"].sum()
    at = {0: 1 - 0 / 172.8, 1: 1 - 250 / 172.8}  # 150 -+ 125 - 25 minutes are asked of 172.8
    mine = pl.col("metric") == "minutes_balance"
    changed = run.table("turning").filter(mine).with_columns(
        value_e6=pl.col("end").replace_strict({e: round(supplied * v * E6) for e, v in at.items()}),
        base_e6=pl.lit(round(supplied * (1 - 150 / 172.8) * E6), dtype=pl.Int64),
    )  # fmt: skip
    return pl.concat([run.table("turning").filter(~mine), changed.select(run.table("turning").columns)])


def _repeated(run: Run, name: str, replications: int) -> pl.DataFrame:
    central = run.table(name).filter(pl.col("replication") == 0)
    return pl.concat(
        [central.with_columns(replication=pl.lit(r, dtype=pl.Int64)) for r in range(replications)]
    )


def ranked(run: Run, target: str, metric: str) -> pl.DataFrame:
    frame = conform("sensitivity", sensitivity_frame(run))
    return frame.filter(pl.col("target") == target, pl.col("metric") == metric)


@pytest.mark.parametrize("place", [-1.0, -0.3, 0.0, 0.5, 1.0])
def test_a_number_is_scaled_as_it_is_drawn(place: float):
    drawn = Quantity("x", 2.0, 1.0, 5.0, "days", "a test", 2020, Quality.ASSUMED).at((1 + place) / 2)
    entry = SettingEntry("x", 2.0, 1.0, 5.0, "days", "a test", 2020, "assumed")
    assert unscaled(entry, place) == pytest.approx(drawn)
    assert scaled(entry, np.array([drawn]))[0] == pytest.approx(place)


def test_the_number_that_makes_the_variance_has_the_index(run: Run):
    rows = ranked(with_draws(run, 40), WORKERS, "minutes_balance")
    first = rows.row(0, named=True)
    assert first["parameter"] == "community-errand.minutes" and first["total_e6"] > 0.95 * E6
    assert rows["total_e6"].to_list()[1:] == [] or rows["total_e6"][1] < 0.03 * E6
    assert first["draws"] == 39 and first["explained_e6"] > 0.95 * E6
    assert first["at_low_e6"] > first["base_e6"] > first["at_high_e6"], "longer errands leave fewer minutes"


def test_a_number_of_life_is_seen_in_the_draws_and_only_there(run: Run):
    """Its part is 60²/3 of (125² + 60²)/3 + 25² 4/45; it turns where it asks for the 22.8 minutes left."""
    rows = ranked(with_draws(run, 60, slope=60), WORKERS, "minutes_balance")
    life = rows.filter(pl.col("parameter") == "demand.level").row(0, named=True)
    part = (60**2 / 3) / ((125**2 + 60**2) / 3 + 25**2 * 4 / 45)
    assert life["total_e6"] / E6 == pytest.approx(part, abs=0.04)
    assert life["total_low_e6"] / E6 <= part <= life["total_high_e6"] / E6
    assert life["turns_e9"] / E9 == pytest.approx(0.02 + 0.02 * 22.8 / 60, rel=0.05)
    few = ranked(with_draws(run, 19, slope=60), WORKERS, "minutes_balance")
    assert few["parameter"].to_list() == ["community-errand.minutes"]
    assert few["draws"].to_list() == [0] and few["explained_e6"].to_list() == [None]


def test_few_replications_are_ranked_when_a_report_is_asked_for(real: Run, run: Run, tmp_path: Path):
    assert not open_run(real.folder).has("sensitivity") and real.has("turning")
    assert all(target["moved_by"] == [] for target in summary(open_run(real.folder))["targets"])
    page = write_report([real.folder], "en", tmp_path / "report.html").read_text(encoding="utf-8")
    first = rankings(real)[0].influences[0].parameter
    assert "no new life" in page and html.escape(real.manifest.setting(first).title("en")) in page
    assert with_rankings(run) is run, "what a folder holds is not made again"


def test_few_replications_rank_as_the_probes_do(real: Run):
    """A run of the model, twice: without interplay an index is the square of what a number moves."""
    table = real.table("sensitivity")
    assert set(table["draws"]) == {0} and set(table["explained_e6"]) == {None}
    for ranking in rankings(real):
        mine = [e for e in effects(real) if (e.target, e.metric) == (ranking.target, ranking.metric)]
        moved = {e.parameter: abs(e.at_high - e.at_low) for e in mine}
        top = ranking.influences[0].parameter
        assert moved[top] >= 0.6 * max(moved.values())
        assert {each.parameter for each in ranking.influences} <= set(moved)


def test_the_value_that_turns_a_verdict_is_that_of_the_turning_points(real: Run):
    points = {}
    for point in turning_points(real):
        points.setdefault((point.target, point.parameter), point.value)
    told = [(r, each) for r in rankings(real) for each in r.influences if r.metric == "enough"]
    assert told
    for ranking, each in told:
        wanted = points.get((ranking.target, each.parameter))
        assert each.turns == (None if wanted is None else pytest.approx(wanted, abs=1e-8))


def test_indices_are_parts_and_their_intervals_hold_them(real: Run):
    for ranking in rankings(real):
        assert 1 <= len(ranking.influences) <= MOST
        totals = [each.total.value for each in ranking.influences]
        assert totals == sorted(totals, reverse=True) and totals[0] > 0
        for each in ranking.influences:
            assert each.first.value <= each.total.value
            for index in (each.first, each.total):
                assert 0 <= index.low <= index.value <= index.high <= 1


def test_the_same_run_has_the_same_table(run: Run):
    made = with_draws(run, 25)
    assert sensitivity_frame(made).equals(sensitivity_frame(made))
    other = replace(made, manifest=replace(made.manifest, seed=2))
    assert not sensitivity_frame(other).equals(sensitivity_frame(made))


def test_targets_of_the_same_services_share_their_rankings(real: Run):
    for target in real.manifest.capacity_targets:
        shared = [t.id for t in real.manifest.capacity_targets if t.services == target.services]
        assert {each.target for each in rankings_of(real, target.id)} <= {shared[0]}


def with_explained(run: Run, explained: float, draws: int = 54) -> Run:
    """Say of the made-up rankings that an emulator of so many draws explains so much."""
    table = run.table("sensitivity").with_columns(
        draws=pl.lit(draws, dtype=pl.Int64), explained_e6=pl.lit(round(explained * E6), dtype=pl.Int64)
    )
    return replace(run, _read=dict(run._read) | {"sensitivity": table})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_lists_numbers_with_their_indices_and_where_they_turn(run: Run, language: str):
    (first, *_) = mover_groups(run, language)
    assert [row.part for row in first.rows] == ["0.55", "0.47", "<0.01"]
    assert first.rows[0].turns.replace(",", "").startswith("≥ 2518")
    assert first.rows[1].turns == "≤ 16%"


def test_it_says_what_a_ranking_rests_on(run: Run):
    assert "no new life" in mover_groups(run, "en")[0].basis
    basis = mover_groups(with_explained(run, 0.64), "en")[0].basis
    assert "54 replications besides the central one" in basis and "64%" in basis, "54 with twins"


def test_what_is_below_the_standard_turns_to_enough_and_what_is_above_to_short(run: Run):
    """Made up: childcare at 0.80 and nursing beds at 0.42, both below a standard of 0.95."""
    becomes = {
        group.title: group.rows[0].becomes for group in mover_groups(run, "en") if group.rows[0].becomes
    }
    assert set(becomes.values()) == {"enough"} and len(becomes) == 2
    assert mover_groups(run, "en")[0].rows[2].turns == "not within its range"


def test_a_share_at_the_end_of_a_range_stays_between_none_and_all(run: Run):
    """An emulator may go past either; a reader is not told of 102 %."""
    beyond = run.table("sensitivity").with_columns(at_low_e6=pl.lit(-2_000), at_high_e6=pl.lit(1_020_000))
    groups = mover_groups(replace(run, _read=dict(run._read) | {"sensitivity": beyond}), "en")
    shares = [row.ends for group in groups if "served in time" in group.metric for row in group.rows]
    assert shares and set(shares) == {"0% → 100%"}


def test_an_emulator_that_explains_little_names_nothing(run: Run):
    mute = with_explained(run, LEAST_EXPLAINED - 0.01)
    assert all(not group.rows and "not estimated" in group.basis for group in mover_groups(mute, "en"))
    told = next(each for each in summary(mute)["targets"] if each["id"] == CHILDCARE)
    assert [each["numbers"] for each in told["moved_by"]] == [[], []]
    assert told["moved_by"][0]["explained"] == pytest.approx(LEAST_EXPLAINED - 0.01)


def test_the_summary_names_what_the_report_names(run: Run):
    targets = {each["id"]: each for each in summary(run)["targets"]}
    moved = {each["metric"]: each["numbers"] for each in targets[CHILDCARE]["moved_by"]}
    assert [each["parameter"] for each in moved["enough"]][:2] == ["price.childcare", "childcare.wish"]
    assert moved["enough"][0]["turns_at"] == pytest.approx(2517.6) and moved["met"][0]["turns_at"] is None
    assert targets["ordinary-beds"]["moved_by"] == []
