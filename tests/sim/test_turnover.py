"""Turnover: posts, leavers, hires and trainees by hand, by law, at equilibrium, in the right direction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.streams import Stream
from sim.supply import Crew
from sim.turnover import Terms, account, equilibrium, expected

STREAM = Stream.of(11, 0)
MONTHS = 24
NEVER, SURELY = 2**32 - 1, 0  # words above and below every chance


def terms(months: int = MONTHS, **changed: float) -> Terms:
    """Hold terms for some months; nobody leaves and every vacancy is filled unless said otherwise."""
    at = {"leaving": 0.0, "hiring": 1.0, "quota": 1.0, "training": 0.0, "trainee": 0.5, "absence": 0.0,
          "overtime": 0.0, **changed}  # fmt: skip
    vacancy = at.pop("vacancy", 0.0)
    return Terms(**{name: np.full(months, value) for name, value in at.items()}, vacancy=vacancy)


def keys(counties: int) -> np.ndarray:
    return np.arange(350_000, 350_000 + counties, dtype=np.uint64) << np.uint64(32)


def kept(posts: np.ndarray, own: Terms, stream: Stream = STREAM) -> np.ndarray:
    """Keep the account in whole workers: (Crew, employers, months)."""
    return account(posts, own, keys(len(posts)), stream) / 1000


class Told:
    """A stream whose words are told: {(month, post): (word of leaving, word of hiring)}; others never act."""

    def __init__(self, words: dict[tuple[int, int], tuple[int, int]]) -> None:
        self.told = words

    def words(self, of: np.ndarray, decision: int, time: np.ndarray) -> np.ndarray:
        drawn = np.full((4, of.size), NEVER, dtype=np.uint32)
        for column, each in enumerate(time):
            found = self.told.get((int(each) >> 20, int(each) & 0xFFFFF))
            if found:
                drawn[:2, column] = found
        return drawn


# ---- stories


def test_ten_posts_of_a_county_by_hand() -> None:
    """Nine of ten are held; two leave, vacancies are filled in two months, who is new learns two months."""
    founding = {(0, post): (NEVER, post) for post in range(10)}  # the last has the highest word: vacant
    words = founding | {(1, 0): (SURELY, NEVER), (1, 1): (SURELY, NEVER), (1, 9): (NEVER, SURELY),
                        (2, 0): (NEVER, SURELY)}  # fmt: skip
    own = terms(5, leaving=0.1, hiring=0.5, training=2, vacancy=0.1, absence=0.1, overtime=0.05)
    even = account(np.full((1, 5), 10), own, keys(1), Told(words))  # type: ignore[arg-type]
    assert (even[: Crew.PRESENT, 0] // 1000).tolist() == [
        [10, 10, 10, 10, 10],  # posts
        [9, 8, 9, 9, 9],  # staff: 9 - 2 + 1, then + 1
        [0, 1, 2, 1, 0],  # trainees: hired in months 1 and 2, for two months each
        [0, 1, 1, 0, 0],  # hired
        [0, 2, 0, 0, 0],  # left
    ]
    assert even[Crew.PRESENT, 0, 0] == 9000 * 0.9 * 1.05
    assert even[Crew.PRESENT, 0, 2] == int((7 + 2 * 0.5) * 900) * 105 // 100


def test_posts_that_fall_expel_nobody_and_hire_nobody_until_the_staff_fits() -> None:
    posts = np.array([[10, 10, 6, 6, 6, 6]])
    own = terms(6, leaving=0.3, hiring=1.0)
    crew = kept(posts, own)[:, 0]
    above = crew[Crew.STAFF] > crew[Crew.POSTS]
    assert above[2]
    assert (crew[Crew.HIRED][1:][crew[Crew.STAFF][:-1] - crew[Crew.LEFT][1:] >= posts[0, 1:]] == 0).all()
    assert (np.diff(crew[Crew.STAFF]) == crew[Crew.HIRED][1:] - crew[Crew.LEFT][1:]).all()


def test_a_ceiling_on_hires_is_spent_to_the_last_and_no_further() -> None:
    posts = np.full((7, 61), 30)  # a hire in four months each, and posts enough for all of them
    hires = kept(posts, terms(61, hiring=1.0, quota=0.25 / 30, vacancy=1.0))[Crew.HIRED]
    assert hires.sum(axis=1).tolist() == pytest.approx([15] * 7, abs=1)
    assert (hires.max(axis=1) == 1).all()


# ---- laws

SHARES = st.floats(0, 1)


@st.composite
def drawn_terms(draw: st.DrawFn, months: int) -> Terms:
    def path(values: st.SearchStrategy[float]) -> np.ndarray:
        return np.array([draw(values) for _ in range(months)])

    return Terms(
        path(SHARES), path(SHARES), path(SHARES), path(st.floats(0, 9)), path(SHARES), path(SHARES),
        path(st.floats(0, 0.3)), draw(SHARES),
    )  # fmt: skip


@st.composite
def employers(draw: st.DrawFn, most_posts: int) -> tuple[np.ndarray, Terms]:
    """Make up the posts of a few employers, by month, and their terms."""
    months = draw(st.integers(2, 14))
    some = st.lists(st.integers(0, most_posts), min_size=months, max_size=months)
    return np.array(draw(st.lists(some, min_size=1, max_size=4))), draw(drawn_terms(months))


@settings(deadline=None, max_examples=60)
@given(employers(most_posts=9))
def test_nobody_is_lost_and_no_post_is_held_twice(made: tuple[np.ndarray, Terms]) -> None:
    posts, own = made
    crew = account(posts, own, keys(len(posts)), STREAM)
    assert (crew >= 0).all() and (crew[: Crew.PRESENT] % 1000 == 0).all()
    whole, left, hired, trainees, present = (
        crew[at] for at in (Crew.STAFF, Crew.LEFT, Crew.HIRED, Crew.TRAINEES, Crew.PRESENT)
    )
    before = whole[:, :-1] - left[:, 1:]
    assert np.array_equal(whole[:, 1:], before + hired[:, 1:])
    assert (whole[:, 1:] <= np.maximum(posts[:, 1:] * 1000, before)).all()
    assert (whole[:, 0] <= posts[:, 0] * 1000).all()
    assert (trainees <= whole).all()
    assert (present <= whole * (1 + own.overtime) + 1).all()


@settings(deadline=None, max_examples=60)
@given(employers(most_posts=40))
def test_no_ceiling_leaks_whatever_else_moves(made: tuple[np.ndarray, Terms]) -> None:
    """From any month to any other no more are hired than the ceiling gives to those months, rounded up."""
    posts, own = made
    hired = kept(posts, own)[Crew.HIRED]
    ceiling = np.cumsum(posts * own.quota, axis=1)
    for since in range(posts.shape[1]):
        given_to = ceiling[:, since:] - (ceiling[:, since - 1 : since] if since else 0)
        assert (np.cumsum(hired[:, since:], axis=1) < given_to + 1.001).all()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 5), SHARES, SHARES, st.integers(1, 40))
def test_who_was_hired_within_the_training_months_is_learning_and_nobody_else(
    training: int, hiring: float, vacancy: float, posts: int
) -> None:
    own = terms(hiring=hiring, training=training, vacancy=vacancy)  # nobody leaves
    crew = kept(np.full((2, MONTHS), posts), own)
    for month in range(MONTHS):
        newest = crew[Crew.HIRED][:, max(month - training + 1, 0) : month + 1].sum(axis=1)
        assert np.array_equal(crew[Crew.TRAINEES][:, month], newest)


def test_small_counties_lose_workers_too_and_none_is_rounded_away() -> None:
    """1,000 employers of three posts: leavers are those of the rate, within four standard errors."""
    crew = kept(np.full((1000, 61), 3), terms(61, leaving=0.01))
    people_months = crew[Crew.STAFF][:, :-1].sum()
    left = crew[Crew.LEFT].sum()
    assert abs(left - 0.01 * people_months) < 4 * np.sqrt(0.01 * 0.99 * people_months)
    assert (crew[Crew.LEFT].sum(axis=1) == 0).any() and (crew[Crew.LEFT].sum(axis=1) > 3).any()


# ---- theory


@pytest.mark.parametrize(
    ("leaving", "hiring", "training"), [(0.02, 0.25, 3.0), (0.05, 0.1, 0.5), (0.007, 0.6, 6.0), (0.1, 1.0, 0)]
)
def test_constant_terms_lead_to_the_equilibrium(leaving: float, hiring: float, training: float) -> None:
    months, posts = 180, 6_000
    own = terms(months, leaving=leaving, hiring=hiring, training=training, vacancy=0.3)
    settled = equilibrium(leaving, hiring, training)
    staff, trainees = expected(np.full(months, float(posts)), own)
    assert staff[-1] / posts == pytest.approx(settled.staff, abs=1e-9)
    assert trainees[-1] / posts == pytest.approx(settled.trainees, abs=1e-3)
    crew = kept(np.full((1, months), posts), own)[:, 0]
    for what, share in ((Crew.STAFF, settled.staff), (Crew.TRAINEES, settled.trainees)):
        error = np.sqrt(share * (1 - share) / posts) + 1e-9
        assert abs(crew[what, -1] / posts - share) < 4 * error + 1e-3 * (what == Crew.TRAINEES)
    yearly = crew[Crew.HIRED, -120:].sum() / 10 / posts
    assert yearly == pytest.approx(settled.hires, rel=0.05)


def test_a_ceiling_below_the_leavers_holds_what_it_can_replace() -> None:
    months, posts = 300, 2000
    own = terms(months, leaving=0.02, hiring=0.5, quota=0.01)
    settled = equilibrium(0.02, 0.5, 0.0, 0.01)
    assert settled.staff == pytest.approx(0.5)
    assert kept(np.full((1, months), posts), own)[Crew.STAFF, 0, -60:].mean() / posts == pytest.approx(
        settled.staff, rel=0.03
    )


@pytest.mark.parametrize("rise", [0.0, 4.0])
def test_the_account_is_on_average_what_is_expected(rise: float) -> None:
    path = np.linspace(14, 14 + rise, 62) * 1000
    own = terms(62, leaving=0.015, hiring=0.2, training=2.5, vacancy=0.1)
    posts = np.floor(path + 0.5).astype(np.int64)[None]
    staff, trainees = expected(posts[0].astype(float), own)
    crew = kept(posts, own)[:, 0]
    assert np.abs(crew[Crew.STAFF] - staff).max() < 4 * np.sqrt((posts[0] - staff).max())
    assert np.abs(crew[Crew.TRAINEES] - trainees).max() < 4 * np.sqrt(trainees.max())


def test_posts_that_fell_are_filled_as_slowly_as_any_once_the_staff_fits() -> None:
    """Who stays beyond the posts holds one of them: its number is no vacancy beside the real ones."""
    months = 60
    posts = np.full((1, months), 6_000)
    posts[0, 6:] = 3_000
    own = terms(months, leaving=0.1, hiring=0.1)
    staff = kept(posts, own)[Crew.STAFF, 0]
    mean, _ = expected(posts[0].astype(float), own)
    settled = equilibrium(0.1, 0.1, 0.0).staff * 3_000
    assert mean[-1] == pytest.approx(settled, rel=0.01)
    assert np.abs(staff - mean).max() < 4 * np.sqrt(3_000 * 0.25)


@pytest.mark.parametrize(
    ("leaving", "hiring", "quota"), [(0.05, 0.1, 1.0), (0.02, 1.0, 1.0), (0.05, 0.5, 0.02)]
)
def test_a_vacancy_stands_open_as_long_as_is_told(leaving: float, hiring: float, quota: float) -> None:
    """Months of vacancy over hires, where hires and leavers are in balance (Little's law)."""
    own = terms(240, leaving=leaving, hiring=hiring, quota=quota)
    crew = kept(np.full((1, 240), 3_000), own)[:, 0, 120:]
    open_months = (crew[Crew.POSTS] - crew[Crew.STAFF]).sum() / crew[Crew.HIRED].sum()
    assert open_months == pytest.approx(equilibrium(leaving, hiring, 0.0, quota).open_months, rel=0.03)


# ---- direction


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_each_month_and_county_goes_the_way_that_it_must(data: st.DataObject) -> None:
    """The words are the same before and after, and posts do not fall: no month may go the other way."""
    rising = np.sort(np.array(data.draw(st.lists(st.integers(0, 30), min_size=3, max_size=3))))
    posts = np.repeat(rising[None], 8, axis=1).reshape(1, -1) + np.arange(3)[:, None]
    months = posts.shape[1]
    low, high = sorted((data.draw(SHARES), data.draw(SHARES)))
    own = terms(
        months, leaving=data.draw(st.floats(0, 0.3)), hiring=data.draw(SHARES), overtime=0.05, absence=0.1,
        training=data.draw(st.floats(0, 6)), trainee=data.draw(SHARES), vacancy=data.draw(SHARES),
    )  # fmt: skip
    moves = {"leaving": -1, "hiring": 1, "training": -1, "trainee": 1, "absence": -1, "overtime": 1}
    name = data.draw(st.sampled_from(sorted(moves)))
    scale = 12 if name == "training" else 1
    at = [
        kept(posts, replace(own, **{name: np.full(months, value * scale)}))  # type: ignore[arg-type]
        for value in (low, high)
    ]
    lower, higher = at if moves[name] > 0 else at[::-1]
    assert (lower[Crew.PRESENT] <= higher[Crew.PRESENT]).all(), name
    assert (lower[Crew.STAFF] <= higher[Crew.STAFF]).all(), name


# ---- reproducibility


def test_an_employer_has_its_account_whatever_others_there_are_and_in_any_order() -> None:
    posts = np.array([[4] * MONTHS, [9] * MONTHS, [1] * MONTHS])
    own = terms(leaving=0.1, hiring=0.3, training=1.5, vacancy=0.3, quota=0.1)
    whole = account(posts, own, keys(3), STREAM)
    assert np.array_equal(account(posts[::-1], own, keys(3)[::-1], STREAM)[:, ::-1], whole)
    for row in range(3):
        alone = account(posts[row : row + 1], own, keys(3)[row : row + 1], STREAM)
        assert np.array_equal(alone[:, 0], whole[:, row])


def test_who_leaves_does_not_change_with_posts_beside_hers() -> None:
    own = terms(leaving=0.05, hiring=0.3, quota=1.0)
    ten, eleven = (kept(np.full((1, MONTHS), posts), own)[Crew.LEFT].sum() for posts in (10, 11))
    assert 0 <= eleven - ten <= 3
    other = kept(np.full((1, MONTHS), 10), own, Stream.of(11, 1))
    assert not np.array_equal(other, kept(np.full((1, MONTHS), 10), own))
