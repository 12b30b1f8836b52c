"""A sweep file is checked before anything is planned: one line names key, value, range and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.sweep_file import read_sweep
from scenarios.sweep_plan import planned
from sim.errors import JinlinError
from tests.scenarios.small_sweep import SMALL, small

SWEEPS = Path(__file__).parents[2] / "scenarios" / "sweeps"
GRID = 'scenarios = ["plan-2025"]\nplaces = ["柘荣县"]\n[points]\ndesign = "grid"\n'
WISH = '[vary."elder-bed.wish"]\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "scenarios = (missing) must be a list of names"),
        ("scenarios = []", "a list of names"),
        ('scenarios = ["plan-2052"]', "did you mean plan-2025?"),
        ('scenarios = ["plan-2025", "plan-2025"]', "given once"),
        (GRID.replace("柘荣县", "没有县"), "没有县"),
        (GRID + '[vary."elder-bed.wsh"]\nvalues = [0.02]', "did you mean elder-bed.wish?"),
        (GRID + '[vary."workforce.elder-carer.attrition"]\nvalues = [0.1]', "keep the account of this staff"),
        (GRID + '[vary."elder-carer.attrition"]\nvalues = [0.1]', "keep the account of this staff"),
        (
            GRID.replace("plan-2025", "staff-churn") + '[vary."staff.elder-carer"]\nvalues = [0.6]',
            "vary workforce.elder-carer",
        ),
        (GRID + WISH + "values = [0.02, 0.5]", "must be 0.012 to 0.045"),
        (GRID + WISH + "values = [nan]", "must be 0.012 to 0.045"),
        (GRID + WISH + "values = []", "a list of at least one number"),
        (GRID + WISH + "values = [0.02, 0.03, 0.02]", "a point once"),
        (GRID + WISH + "low = 0.02\nhigh = 0.03", "write values"),
        (GRID + WISH + 'values = [0.02]\nunit = "share"', "a setting has its own unit"),
        (GRID + '[vary."cost.nursing-bed"]\nvalues = [3000]', "read by reports alone"),
        (GRID + '[vary."staff.social-worker"]\nvalues = [1]\nby = "2031-12"', "2025-12"),
        (GRID + '[vary."staff.social-worker"]\nvalues = [1]\nunit = "heads"', "workers per station"),
        (GRID.replace("grid", "halton"), "grid, list, latin-hypercube, sobol"),
        (GRID + "count = 3", "the values make the points"),
        (GRID.replace("grid", "sobol") + "count = 0\n" + WISH, "1 to 1.04858e+06"),
        (GRID.replace("grid", "sobol") + "count = 4", "a table for each number that varies"),
        (GRID.replace("grid", "sobol") + "count = 4\n" + WISH + "low = 0.03\nhigh = 0.02", "above low"),
        (GRID.replace("grid", "sobol") + "count = 4\n" + WISH + "values = [0.02]", "write low and high"),
        ("replications = 30000\n" + GRID, "write most_jobs = 30000 where they are meant"),
        ("replications = 0\n" + GRID, "replications = 0"),
        ("years = [2031]\n" + GRID, "years from 2020 to 2025"),
        ("sped = 3\n" + GRID, "did you mean seed?"),
        ("seed = -1\n" + GRID, "seed = -1"),
        (GRID.replace("grid", "list") + WISH + "values = [0.02, 0.03]\n"
         '[vary."elder-bed.stay_days"]\nvalues = [900]', "lists of one length"),
        ("scenarios = [", "line 1"),
    ],
)  # fmt: skip
def test_a_faulty_sweep_is_refused_in_one_line_with_its_remedy(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(JinlinError) as wrong:
        small(tmp_path, text)
    assert says in str(wrong.value) and len(str(wrong.value).splitlines()) == 1


def test_a_sweep_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JinlinError, match=r"none\.toml"):
        read_sweep(tmp_path / "none.toml")


def test_points_at_which_a_scenario_breaks_the_plan_are_named(tmp_path: Path) -> None:
    """Centres that open are too large: the plan has at most 100 slots in each."""
    (tmp_path / "wide.toml").write_text(
        'extends = "plan-2025"\ntitle = "wide"\n[set."childcare-centre.new_size"]\nvalue = 60\nlow = 50\n'
        'high = 300\nsource = "a test"\nquality = "assumed"\nreason = "a test"\n',
        encoding="utf-8",
    )
    text = GRID.replace("plan-2025", "wide.toml")
    plan = planned(small(tmp_path, text + '[vary."childcare-centre.new_size"]\nvalues = [60, 200]'))
    with pytest.raises(JinlinError, match=r"point 1: .*new_size"):
        plan.variants.check(plan.points.tolist())


@pytest.mark.parametrize("path", sorted(SWEEPS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_sweep_that_comes_with_the_project_can_be_planned(path: Path) -> None:
    plan = planned(read_sweep(path))
    plan.variants.check(plan.points.tolist())
    assert plan.chunks


def test_the_first_sweep_is_small() -> None:
    first = planned(read_sweep(min(SWEEPS.glob("*.toml"))))
    assert sum(chunk.seconds for chunk in first.chunks) < 60


def test_nothing_need_vary(tmp_path: Path) -> None:
    plan = planned(small(tmp_path, 'scenarios = ["plan-2025"]\nplaces = ["柘荣县"]'))
    assert plan.points.shape == (1, 0) and len(plan.jobs) == 1


def test_nested_tables_and_quoted_names_mean_the_same(tmp_path: Path) -> None:
    quoted = small(tmp_path)
    nested = small(tmp_path, SMALL.replace('"elder-bed.wish"', "elder-bed.wish"))
    assert nested.varied == quoted.varied
