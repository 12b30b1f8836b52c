"""``jinlin compare``: what it refuses, when it stops, and what it says of runs and of scenarios."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from jinlin.cli import app
from jinlin.compared import lines_of
from jinlin.rounds import Looked, Rounds
from results.compare import compare_runs, draws_of, written
from results.comparisons import Asked, Side, compare_sides
from results.demands import Demand
from results.differences import Family, Paired, looks
from results.tables import Run, open_run
from scenarios.load import load_scenario
from scenarios.runner import run_study
from scenarios.studies import Study
from sim.clock import MONTHS_TO_END_OF_2025
from sim.places import load_atlas
from tests.results.small_run import make_run

SMALLEST, SEED = "柘荣县", 11


def call(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("runs")
    return tuple(str(make_run(folder / name, 25, more=more)) for name, more in (("few", 0.8), ("more", 1.0)))  # type: ignore[return-value]


# ---- what is wrong is said in one line


@pytest.mark.parametrize(
    "words",
    [
        ["plan-2025"],
        ["plan-2025", "plan-2026"],
        ["plan-2025", "staff-short", "--half-width", "5"],
        ["plan-2025", "staff-short", "--margin", "5 kg"],
        ["plan-2025", "staff-short", "--service", "no-such-service"],
        ["plan-2025", "staff-short", "--outcome", "happiness"],
        ["plan-2025", "staff-short", "--by", "sex"],
        ["plan-2025", "staff-short", "--replications-most", "1"],
        ["plan-2025", "staff-short", "--place", "火星"],
        ["plan-2025", "{few}"],
        ["{few}", "{more}", "--place", "3503"],
        ["{few}", "{more}", "--seed", "1"],
        ["{few}", "{few}/.."],
        ["{few}", "{more}", "--service", "nursing-bed", "--outcome", "minutes_done"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_compared_is_refused_and_nothing_is_written(
    words: list[str], runs: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, output, errors = call("compare", *(word.format(few=runs[0], more=runs[1]) for word in words))
    assert (code, output) == (2, "") and errors and "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


# ---- finished runs


def test_finished_runs_are_compared_once_and_judged(runs: tuple[str, str]) -> None:
    code, output, errors = call("--lang", "en", "compare", *runs)
    lines = output.splitlines()
    assert (code, errors) == (0, "")
    assert lines[0].split()[:4] == ["service", "outcome", "few", "more"] and lines[0].endswith("verdict")
    served = [line for line in lines if "served (persons)" in line]
    assert len(served) == 5 and all("better" in line for line in served)
    assert "20 draws. All 26 intervals hold together with 95 % (Bonferroni)." in lines


@pytest.mark.parametrize(("by", "says"), [("county", "荔城区"), ("income", "最低五分之一"), ("area", "乡村")])
def test_rows_are_told_apart_by_group(runs: tuple[str, str], by: str, says: str) -> None:
    code, output, _ = call("--lang", "zh", "compare", *runs, "--by", by, "--outcome", "served")
    assert code == 0 and says in output and "更好" in output and "公平" in output


def test_three_are_compared_with_the_first(runs: tuple[str, str]) -> None:
    code, output, _ = call("compare", "--lang", "en", *runs, runs[0], "--service", "nursing-bed")
    assert code == 0 and "more against few" in output and "few against few" in output
    assert "All 10 intervals" in output


def test_a_difference_that_is_found_beyond_the_margin_asked_for_does_not_matter(
    runs: tuple[str, str],
) -> None:
    words = "compare", "--lang", "en", *runs, "--outcome", "served", "--margin", "90%"
    assert call(*words)[1].count("no difference that matters") >= 5


def test_one_draw_gets_bare_numbers_and_what_to_do_next(tmp_path: Path) -> None:
    both = [str(make_run(tmp_path / name, 2, more=more)) for name, more in (("few", 0.8), ("more", 1.0))]
    code, output, _ = call("--lang", "en", "compare", *both)
    assert code == 0 and "no interval)" not in output
    assert output.splitlines()[-1].startswith("One draw has no interval") and "--replications" in output


def test_a_service_may_be_named_in_chinese_or_english_and_the_nearest_is_offered(
    runs: tuple[str, str],
) -> None:
    told = [call("compare", "--lang", "zh", *runs, "--service", name)[1]
            for name in ("nursing-bed", "护理型床位", "nursing bed")]  # fmt: skip
    assert told[0] and told == [told[0]] * 3
    _, _, errors = call("compare", *runs, "--service", "护理床位")
    assert "nursing-bed 护理型床位" in errors and "did you mean 护理型床位?" in errors


# ---- rounds


class Invented(Rounds):
    """Rounds whose draws are invented: as many as are asked for, from a finished run."""

    def use(self, run: Run, spread: float) -> Invented:
        self.of, self.spread, self.asked_for = run, spread, list[int]()
        return self

    def run_to(self, draws: int) -> None:
        self.asked_for.append(draws)

    def sides(self) -> list[Side]:
        draws, rng = self.asked_for[-1], np.random.default_rng(1)
        life = self.of.table("cascade").filter(pl.col("replication") == 1)
        both = []
        for name in ("a", "b"):
            parts = [
                life.with_columns(
                    replication=pl.lit(r, pl.Int64),
                    served=(1000 * pl.col("served") * (1 + self.spread * rng.normal())).cast(pl.Int64),
                )
                for r in range(draws)
            ]
            manifest = replace(self.of.manifest, replications=draws)
            run = Run(Path(name), manifest, {"cascade": pl.concat(parts)})
            both.append(Side(name, run, np.arange(draws)))
        return both


def invented(run: Run, spread: float, most: int) -> Invented:
    selection: Any = None
    scenarios: Any = [None, None]
    return Invented(scenarios, selection, SEED, most).use(run, spread)


def test_rounds_stop_at_the_first_look_at_which_all_is_known(runs: tuple[str, str]) -> None:
    rounds, heard = invented(open_run(runs[0]), 0.001, 60), list[Looked]()
    last = rounds.until_known(Asked(outcomes=("served",)), heard.append)
    assert (last.look, last.draws, last.open) == (1, looks(60)[0], 0)
    assert rounds.asked_for == [last.draws] and heard == [last]


def test_rounds_go_on_to_the_limit_where_it_is_not_known(runs: tuple[str, str]) -> None:
    rounds = invented(open_run(runs[0]), 0.8, 45)
    last = rounds.until_known(Asked(outcomes=("served",)))
    assert rounds.asked_for == list(looks(45)) and last.draws == 45 and last.open > 0


def test_a_coarser_demand_is_met_sooner(runs: tuple[str, str]) -> None:
    drawn = []
    for share in (0.5, 0.05):
        demand = Demand(share)
        rounds = invented(open_run(runs[0]), 0.08, 60)
        drawn.append(rounds.until_known(Asked(("nursing-bed",), ("served",), demand, demand)).draws)
    assert drawn[0] < drawn[1]


@pytest.fixture(scope="module")
def real() -> Rounds:
    """Run the smallest county in two rounds, one draw and two more."""
    scenarios = [load_scenario(name) for name in ("plan-2025", "staff-short")]
    rounds = Rounds(scenarios, load_atlas().select([SMALLEST]), SEED, 3, workers=1, by="area")
    rounds.run_to(1)
    rounds.run_to(3)
    return rounds


def test_rounds_give_what_one_run_of_the_same_replications_gives(real: Rounds) -> None:
    """A run of four replications from 0 holds the three that rounds draw: 1, 2 and 3."""
    study = Study(
        tuple(real.scenarios), real.selection, 4, SEED, MONTHS_TO_END_OF_2025, probed=False
    )  # fmt: skip
    for side, outcome in zip(real.sides(), run_study(study, 1), strict=True):
        frames = {name: pl.DataFrame(dict(table)) for name, table in outcome.tables.items()}
        whole = Side("whole", Run(Path(), replace(side.run.manifest, replications=4), frames), side.draws)
        for mine, theirs in zip(_rows(side), _rows(whole), strict=True):
            assert (mine.a, mine.outcome) == (theirs.a, theirs.outcome)


def _rows(side: Side) -> list[Any]:
    return compare_sides(side, side, Asked(), Family(1))


def test_the_lives_of_both_scenarios_are_one(real: Rounds) -> None:
    needed = [
        side.run.table("cascade").group_by("replication", "service").agg(pl.col("needed").sum())
        for side in real.sides()
    ]
    keys = "replication", "service"
    assert needed[0].sort(keys).equals(needed[1].sort(keys))


def test_days_on_lists_by_group_are_those_of_the_months(real: Rounds) -> None:
    for side in real.sides():
        assert side.unmet is not None
        for row, service in enumerate(side.run.manifest.services):
            if service.queued:
                by_group = side.unmet.filter(pl.col("service") == row)["unmet_days"].sum()
                months = side.run.of_service("months", service.id).filter(pl.col("month") >= 50)
                by_month = months["unmet_days"].sum()
                assert abs(by_group - by_month) <= 3 * 240, "a day of a cell or month may be lost"


def test_the_program_compares_scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["plan-2025", "staff-short", "--place", SMALLEST, "--replications-most", "2", "--workers", "1"]
    code, output, errors = call("compare", "--lang", "en", *words, "--by", "income", "--no-ledgers")
    assert code == 0 and "2 draws. All 26 intervals hold together" in output
    assert "look 1 of 1: 2 draws" in errors and "lowest fifth" in output
    assert "not settled at the limit of 2 draws" in output
    assert list(tmp_path.iterdir()) == []


def test_the_draws_of_a_run_with_one_replication_are_that_one(tmp_path: Path) -> None:
    assert draws_of(open_run(make_run(tmp_path / "one", 1))).tolist() == [0]


def test_a_difference_without_an_interval_keeps_its_sign_and_unit(runs: tuple[str, str]) -> None:
    """Two draws that agree are no proof; the difference of two shares is in points."""
    side = Side("a", open_run(runs[0]), np.array([0, 1, *[-1] * 23]))
    (row,) = compare_sides(side, side, Asked(("nursing-bed",), ("met",)), Family(1))
    gap = Paired(-0.012, np.inf, 2)
    (_, line) = lines_of([replace(row, found=gap)], ("a", "b"), side.run.manifest, "en")
    assert "−1.2 points (no interval yet)" in line and line.endswith("not yet known")


def test_a_report_and_the_terminal_give_a_difference_the_same_interval(runs: tuple[str, str]) -> None:
    told = written(compare_runs(*map(open_run, runs)), "en")
    code, output, _ = call("compare", *runs, "--lang", "en")
    head, *lines = output.split("\n\n")[0].splitlines()
    at = slice(head.index("difference"), head.index("verdict"))
    gaps = [line[at].strip() for line in lines]
    assert code == 0 and sum("(" in gap for gap in gaps) > 10, "some differences have an interval"
    assert [gap for *_, gap in told] == gaps
