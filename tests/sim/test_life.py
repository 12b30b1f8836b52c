"""A month of life: conserved, as the rates say, and the same for everyone whom a change does not touch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.demography import bereave
from sim.kinds import Exit, Function, Living, Payer, Sex
from sim.rates import LifeTables
from sim.residents import COLUMNS, LONG_AGO, STAYS, Residents
from sim.streams import Stream
from tests.sim.small_life import GAINING, LOSING, age, county, lived, lives, people, started, tables


def test_residents_are_conserved_and_counted_where_they_live() -> None:
    residents = started(people(100_000))
    here = np.bincount(residents.county, minlength=83)
    for month, counts in enumerate(lives(residents, 24)):
        here = here + counts.births + counts.arrivals - counts.deaths - counts.leavers
        assert (np.bincount(residents.county[residents.present(month)], minlength=83) == here).all()
        assert len(counts.died) == counts.deaths.sum() and len(counts.left) == counts.leavers.sum()
        assert (residents.exit[counts.died] == Exit.DIED).all() and (
            residents.exit[counts.left] == Exit.MOVED
        ).all()
    assert len(np.unique(residents.key)) == len(residents), "nobody shares a key"


def test_births_and_deaths_are_the_rates_on_the_run_s_own_exposures() -> None:
    residents, yearly = started(people(400_000)), tables().yearly
    got, expected = np.zeros(2), np.zeros(2)
    lived_by_month = lives(residents, 14)
    for month in range(14):
        here = residents.exit_month == STAYS
        years = np.clip(age(residents, month), 0, 110)[here]
        sex = residents.sex[here].astype(int)
        level = (1 + yearly.fertility_trend) ** ((month + 4.5) / 12)
        counts = next(lived_by_month)
        if month >= 2:
            expected += (
                yearly.fertility[years] @ sex * level / 12,
                (1 - np.exp(-yearly.death[sex, years] / 12)).sum(),
            )
            got += (counts.births.sum(), counts.deaths.sum())
    assert np.abs(got - expected) / np.sqrt(expected) == pytest.approx(0, abs=4)


def test_deaths_and_newcomers_follow_the_calendar_year() -> None:
    """Month 2 is the first January; the last year goes on."""
    life = tables()
    death, arrivals = life.month.death[:1], life.migration.arrivals[:1]
    by_year = replace(
        life, month=life.month._replace(death=np.concatenate((death // np.uint64(2**40), death))),
        migration=life.migration._replace(
            arrivals=np.concatenate((arrivals * np.uint64(2), arrivals // np.uint64(2**40), arrivals))
        ),
    )  # fmt: skip
    counts = list(lives(started(people(50_000)), 27, by_year))
    died, came = ([int(getattr(each, name).sum()) for each in counts] for name in ("deaths", "arrivals"))
    assert died[:2] == [0, 0] and min(died[2:]) > 0
    assert came[2:14] == [0] * 12 and min(came[14:]) > 0
    assert sum(came[:2]) == pytest.approx(2 * sum(came[14:16]), rel=0.1)


@pytest.mark.parametrize("sex", Sex)
def test_a_cohort_dies_as_its_life_table(sex: Sex) -> None:
    residents = started(people(120_000, (LOSING,), ages=(75, 76)))
    residents.sex[:] = sex
    started(residents)
    alive, died, lived_by_month = np.zeros(6), np.zeros(6), lives(residents, 60)
    for month in range(60):
        here = residents.exit_month == STAYS
        step = np.clip(age(residents, month) - 75, 0, 5)
        alive += np.bincount(step[here], minlength=6)
        counts = next(lived_by_month)
        died += np.bincount(step[counts.died], minlength=6)
    expected = alive * (1 - np.exp(-tables().yearly.death[sex, 75:81] / 12))
    assert np.abs(died - expected)[:5] / np.sqrt(expected[:5]) == pytest.approx(0, abs=4)


def test_the_disabled_die_earlier_and_severity_does_not_matter() -> None:
    residents = started(people(300_000, ages=(75, 80)))
    function = residents.function.copy()
    lived(residents, 12)
    died = residents.exit[: len(function)] == Exit.DIED
    able, lost = died[function == 0].mean(), died[function > 0].mean()
    mild, severe = died[function == Function.MILD].mean(), died[function == Function.SEVERE].mean()
    assert 2.2 < lost / able < 4.2
    assert mild == pytest.approx(severe, abs=4 * np.sqrt(lost / (function == Function.SEVERE).sum() * 2))


def test_a_woman_gives_birth_no_more_than_once_in_ten_months() -> None:
    residents = started(people(200_000, counties=(LOSING,), ages=(15, 50)))
    residents.last_birth[:] = np.where(residents.sex == Sex.FEMALE, -3, LONG_AGO)
    born = [counts.born for counts in lives(residents, 40)]
    assert not any(len(rows) for rows in born[:7]), "all bore in month -3"
    newborns = np.concatenate(born)
    order = np.lexsort((residents.birth_month[newborns], residents.mother[newborns]))
    mothers, months = residents.mother[newborns][order], residents.birth_month[newborns][order]
    kept = (mothers[1:] == mothers[:-1]) & (mothers[1:] >= 0)
    assert kept.any() and (np.diff(months)[kept] >= 10).all()


def test_newborns_are_at_home_with_their_mother() -> None:
    residents = started(people(200_000))
    residents.payer[::7] = Payer.STATE
    (counts,) = lives(residents, 1)
    born, mothers = counts.born, residents.mother[counts.born]
    for name in ("county", "community", "area", "household", "income", "migrant"):
        assert (getattr(residents, name)[born] == getattr(residents, name)[mothers]).all()
    assert (residents.living[born] == Living.PARENTS).all()
    poor = residents.payer[mothers] != Payer.FAMILY
    assert poor.any() and (residents.payer[born] == np.where(poor, Payer.LOW_INCOME, Payer.FAMILY)).all()


def test_boys_outnumber_girls_as_published() -> None:
    residents = started(people(400_000, ages=(20, 40)))
    lived(residents, 24)
    born = residents.birth_month >= 0
    boys = (residents.sex[born] == Sex.MALE).mean()
    assert boys == pytest.approx(120.1 / 220.1, abs=4 * np.sqrt(0.25 / born.sum()))


def test_a_county_gains_or_loses_what_its_decade_says() -> None:
    full = {name: 1_000_000 if name == GAINING else 560_969 for name in (GAINING, LOSING)}
    gained = np.zeros(83)
    for name, size in full.items():
        residents = started(people(size // 2, counties=(name,)))
        for counts in lives(residents, 24):
            gained += (counts.arrivals - counts.leavers * size / (size // 2)) / 2
    net = tables().yearly.net_migration
    at = county(GAINING)
    assert gained[at] == pytest.approx(net[at], abs=4 * np.sqrt(net[at]))
    at = county(LOSING)
    assert gained[at] == pytest.approx(net[at], rel=0.1)


def test_children_leave_with_their_mother_and_lose_a_dead_one() -> None:
    residents = started(people(300_000, counties=(LOSING,)))
    mothers = residents.mother.copy()
    followed = orphaned = 0
    for month, _ in enumerate(lives(residents, 24)):
        gone = (mothers >= 0) & (residents.exit_month[mothers] == month) & (mothers >= 0)
        alive = np.flatnonzero(gone & (residents.exit_month[: len(mothers)] >= month))
        moved = residents.exit[mothers[alive]] == Exit.MOVED
        left = residents.exit[: len(mothers)][alive] != Exit.NONE
        assert left[moved].all() and (residents.mother[: len(mothers)][alive] == -1).all()
        followed, orphaned = followed + moved.sum(), orphaned + (~moved).sum()
    assert followed > 20 and orphaned > 0


@pytest.mark.parametrize(
    ("living", "last_birth", "then"),
    [
        (Living.SPOUSE, LONG_AGO, Living.ALONE),
        (Living.SPOUSE, -100, Living.OTHERS),
        (Living.SPOUSE_AND_CHILDREN, LONG_AGO, Living.CHILDREN),
        (Living.COLLECTIVE, LONG_AGO, Living.COLLECTIVE),
    ],
)
@pytest.mark.parametrize("dies", [0, 1])
def test_a_survivor_lives_as_the_couple_did_without_the_spouse(
    living: Living, last_birth: int, then: Living, dies: int
) -> None:
    couple = Residents.empty(2)
    couple.sex[:], couple.spouse[:], couple.living[:] = (Sex.MALE, Sex.FEMALE), (1, 0), living
    couple.last_birth[1] = last_birth
    bereave(couple, np.array([dies]), month=0)
    assert couple.living[1 - dies] == then and couple.spouse.tolist() == [-1, -1]


def by_key(residents: Residents, names: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    """Return columns in the order of keys; rows that are other people's numbers left out."""
    order = np.argsort(residents.key)
    chosen = names or tuple(c.name for c in COLUMNS if c.name not in ("mother", "spouse", "household"))
    return {name: getattr(residents, name)[order] for name in chosen}


def test_the_same_seed_gives_the_same_life_and_another_one_another() -> None:
    one, same = (lived(started(people(50_000)), 12) for _ in range(2))
    for name, column in by_key(one).items():
        assert (column == by_key(same)[name]).all(), name
    other = lived(started(people(50_000)), 12, stream=Stream.of(7, 4))
    assert (one.exit_month[:50_000] != other.exit_month[:50_000]).any()


def test_who_is_changed_changes_nobody_unconnected() -> None:
    one, other = started(people(60_000)), started(people(60_000))
    changed = int(np.flatnonzero((one.sex == Sex.FEMALE) & (age(one) == 30))[0])
    other.birth_month[changed] -= 600
    other.function[changed] = Function.SEVERE
    lived(one, 30), lived(other, 30)
    for residents in (one, other):
        mine = (np.arange(len(residents)) == changed) | (residents.mother == changed)
        residents.key[mine] = np.uint64(2**64 - 1)
    a, b = by_key(one), by_key(other)
    keep_a, keep_b = (columns["key"] != np.uint64(2**64 - 1) for columns in (a, b))
    for name in a:
        assert (a[name][keep_a] == b[name][keep_b]).all(), name


def test_more_deaths_rewrite_no_other_event_among_who_lives_in_both() -> None:
    one = lived(started(people(150_000, ages=(50, 100))), 24)
    life = tables()
    deadlier = life.month._replace(death=np.minimum(life.month.death * 11 // 10, 2**32).astype(np.uint64))
    harder = LifeTables(**{**vars(life), "month": deadlier})
    two = lived(started(people(150_000, ages=(50, 100))), 24, harder)
    assert (two.exit == Exit.DIED).sum() > 1.05 * (one.exit == Exit.DIED).sum()
    both = (one.exit_month[:150_000] == STAYS) & (two.exit_month[:150_000] == STAYS)
    for name in ("function", "function_since", "disability_kind", "employment"):
        assert (getattr(one, name)[:150_000][both] == getattr(two, name)[:150_000][both]).all(), name


def test_held_life_stands_still() -> None:
    residents = started(people(300_000))
    years, size, keys = age(residents), len(residents), residents.key.copy()
    old = years >= 60
    before = (residents.function[old] > 0).mean()
    renewed = [counts.renewed for counts in lives(residents, 60, held=True)]
    assert len(residents) == size and (residents.exit_month == STAYS).all()
    rows = np.unique(np.concatenate(renewed))
    assert (residents.key[rows] != keys[rows]).all()
    assert (np.delete(residents.key, rows) == np.delete(keys, rows)).all()
    after = (residents.function[old] > 0).mean()
    assert after == pytest.approx(before, abs=4 * np.sqrt(0.06 / old.sum() * 2))
    assert (residents.function_since[residents.function > 0] < 60).all()


def test_the_dead_of_held_life_are_replaced_by_the_able() -> None:
    residents = started(people(100_000, ages=(60, 100)))
    (counts,) = lives(residents, 1, held=True)
    assert len(counts.renewed) == counts.deaths.sum() > 100
    assert (residents.function[counts.renewed] == Function.NONE).mean() > 0.97
    assert counts.births.sum() == counts.arrivals.sum() == counts.leavers.sum() == 0
