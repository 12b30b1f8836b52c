"""Turnover: who leaves a post, which vacancy is filled, who still learns, month by month.

Where a scenario keeps such an account of a cadre, its posts are what the plan says (a ratio to residents, or
what the places need) and its staff is what comes of it:

    vacancies = posts - staff,    staff = staff before - left + hired,    hired <= vacancies

An *employer* is a kind of facility, or a whole cadre, in one county. Its posts are numbered; each month, in
this order: whoever's word says so leaves; vacancies whose word says so are filled, the lowest words first, up
to what the employer may hire; a month means its last day. Whoever is new learns for some months and gives a
part of a worker's time. Where posts fall nobody is expelled, and nobody is hired until the staff fits. Words
are keyed by employer, post and month: whoever leaves in one scenario leaves in another, more attrition only
adds leavers, faster hiring only adds hires (but for who is first under a ceiling on hires, or while staff is
left beyond posts that fell). Everything counted is an integer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.streams import Decision, Keys, Stream, threshold
from sim.supply import Cadre, Crew, Floats, Ints, SupplyPlan
from sim.workforce import MILLION, THOUSAND, millionths, offsets

Mask = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint32]
_MONTH = 20  # bits of a post's number in the time of a draw
_MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Terms:
    """What moves a cadre, by month: shape (months,) each; the vacancy is that of the founding.

    ``leaving`` and ``hiring`` are probabilities a month, ``quota`` hires a post and month, ``training``
    months, the others shares.
    """

    leaving: Floats
    hiring: Floats
    quota: Floats
    training: Floats
    trainee: Floats
    absence: Floats
    overtime: Floats
    vacancy: float

    @classmethod
    def of(cls, plan: SupplyPlan, cadre: Cadre) -> Terms:
        """Read the terms of a cadre that has a turnover."""
        names = cadre.turnover
        assert names is not None
        overtime = plan.path(names.overtime)
        yearly = np.clip(plan.path(names.attrition) + plan.path(names.strain) * overtime, 0, 1)
        vacancy = plan.path(names.vacancy)[0] if names.vacancy else 1 - plan.path(cadre.staffed_share)[0]
        return cls(
            leaving=1 - (1 - yearly) ** (1 / _MONTHS_A_YEAR),
            hiring=np.clip(plan.path(names.hiring), 0, 1),
            quota=plan.path(names.most_hires) / (100 * _MONTHS_A_YEAR),
            training=np.maximum(plan.path(names.training_months), 0),
            trainee=np.clip(plan.path(names.trainee_share), 0, 1),
            absence=np.clip(plan.path(names.absence), 0, 1),
            overtime=np.maximum(overtime, 0),
            vacancy=float(np.clip(vacancy, 0, 1)),
        )

    def present(self, working: Ints, trainees: Ints) -> Ints:
        """Return what workers come to after training, absence and overtime, in thousandths: (…, months).

        >>> one = np.ones(1)
        >>> Terms(one, one, one, one, one / 2, one / 10, one * 0, 0.0).present(np.array([8]), np.array([2]))
        array([8100])
        """
        at_work = working * MILLION + trainees * millionths(self.trainee)
        there = at_work * (MILLION - millionths(self.absence)) // MILLION
        return np.asarray(there * (MILLION + millionths(self.overtime)) // MILLION // THOUSAND)


def account(posts: Ints, terms: Terms, keys: Keys, stream: Stream) -> Ints:
    """Keep the account of some employers: shape (Crew, employers, months), in thousandths of a worker.

    ``posts`` are whole, shape (employers, months); ``keys`` (employers,) name them alike in every scenario,
    their upper half the county.
    """
    many = posts.max(axis=1, initial=0)
    employer = np.repeat(np.arange(len(posts)), many)
    ordinal = np.arange(employer.size) - np.repeat(np.cumsum(many) - many, many)
    words = _words(keys[employer], ordinal, posts.shape[1], stream)
    even = offsets((keys >> np.uint64(32)).astype(np.int64))  # by county, whatever others there are
    crew = np.zeros((len(Crew), *posts.shape), dtype=np.int64)
    crew[Crew.POSTS] = posts
    for what, who in _moves(posts, terms, even, (employer, ordinal), words).items():
        crew[what] = _counted(who, employer, len(posts))
    present = terms.present(crew[Crew.STAFF] - crew[Crew.TRAINEES], crew[Crew.TRAINEES])
    crew *= THOUSAND
    crew[Crew.PRESENT] = present
    return crew


def _moves(
    posts: Ints, terms: Terms, even: Ints, numbered: tuple[Ints, Ints], words: tuple[Words, Words]
) -> dict[Crew, Mask]:
    """Mark, month by month, which posts are held, learnt in, newly filled and left: shape (months, posts).

    ``even`` (employers,) rounds what an employer starts with and may hire, ``numbered`` are each post's
    employer and its number there, ``words`` those of leaving and of hiring.
    """
    (employer, ordinal), (leaving, filling) = numbered, words
    goes, found = leaving < threshold(terms.leaving)[:, None], filling < threshold(terms.hiring)[:, None]
    quota, learning = _quotas(posts, terms.quota, even), millionths(terms.training)
    here = ordinal < posts.T[:, employer]
    held, left, hired, learns = (np.zeros(here.shape, dtype=bool) for _ in range(4))
    ready = np.zeros(employer.size, dtype=np.int64)  # the month from which who holds the post counts in full
    first = (posts[:, 0] * (MILLION - millionths(terms.vacancy)) + even) // MILLION
    held[0] = _lowest(here[0], filling[0], employer, first)
    for month in range(1, len(here)):
        left[month] = held[month - 1] & goes[month]
        stays = held[month - 1] & ~left[month]
        free = posts[:, month] - np.bincount(employer[stays], minlength=len(posts))
        vacant = here[month] & ~stays
        if (stays & ~here[month]).any():  # who stays beyond the posts holds one of them: it is not vacant
            vacant = _lowest(vacant, ordinal, employer, free)
        most = np.minimum(free, quota[:, month])
        hired[month] = _lowest(vacant & found[month], filling[month], employer, most)
        new = np.flatnonzero(hired[month])
        ready[new] = month + (learning[month] + offsets(ordinal[new])) // MILLION
        held[month] = stays | hired[month]
        learns[month] = held[month] & (ready > month)
    return {Crew.STAFF: held, Crew.TRAINEES: learns, Crew.HIRED: hired, Crew.LEFT: left}


def _words(keys: Keys, ordinal: Ints, months: int, stream: Stream) -> tuple[Words, Words]:
    """Draw the words of leaving and of hiring: shape (months, posts) each."""
    times = (np.arange(months)[:, None] << _MONTH) + ordinal
    drawn = stream.words(np.tile(keys, months), Decision.POST, times.ravel())
    return drawn[0].reshape(times.shape), drawn[1].reshape(times.shape)


def _quotas(posts: Ints, per_post: Floats, even: Ints) -> Ints:
    """Return how many each employer may hire in a month, rounded so that nothing is lost over the months."""
    claims = np.cumsum(posts * millionths(per_post), axis=1) + even[:, None]
    return np.diff(claims // MILLION, axis=1, prepend=0)


def _counted(who: Mask, employer: Ints, employers: int) -> Ints:
    """Count the posts marked, (months, posts), by employer and month."""
    month, post = np.nonzero(who)
    at = employer[post] * len(who) + month
    return np.bincount(at, minlength=employers * len(who)).reshape(employers, len(who))


def _lowest(who: Mask, words: Words | Ints, employer: Ints, most: Ints) -> Mask:
    """Choose, of those meant, the ones with the lowest words (or numbers), up to so many of each employer."""
    count = np.bincount(employer[who], minlength=len(most))
    if (count <= most).all():
        return who
    rows = np.flatnonzero(who)
    rows = rows[np.lexsort((words[rows], employer[rows]))]
    rank = np.arange(rows.size) - np.repeat(np.cumsum(count) - count, count)
    chosen = np.zeros(who.size, dtype=bool)
    chosen[rows[rank < most[employer[rows]]]] = True
    return chosen


def expected(posts: Floats, terms: Terms) -> tuple[Floats, Floats]:
    """Return the staff, and the trainees in it, that the account comes to on average: shape (months,) each.

    ``posts`` of shape (months,) in any unit. Exact in the mean where neither a quota nor falling posts bind
    by chance.
    """
    months = len(posts)
    staff, trainees, hires = (np.zeros(months) for _ in range(3))
    staff[0] = posts[0] * (1 - terms.vacancy)
    for month in range(1, months):
        stay = 1 - terms.leaving[month]
        hires[:month] *= stay
        vacant = max(posts[month] - staff[month - 1] * stay, 0.0)
        hires[month] = min(vacant * terms.hiring[month], posts[month] * terms.quota[month])
        staff[month] = staff[month - 1] * stay + hires[month]
        since = month - np.arange(month + 1)
        learning = np.clip(terms.training[: month + 1] - since, 0, 1)
        trainees[month] = (hires[: month + 1] * learning).sum()
    return staff, trainees


@dataclass(frozen=True)
class Equilibrium:
    """What an account at constant terms settles at, per post; ``hires`` a year.

    ``open_months`` is how long a vacancy then stands open on average, infinite where none is ever filled.
    """

    staff: float
    trainees: float
    hires: float
    open_months: float


def equilibrium(leaving: float, hiring: float, training: float, quota: float = 1.0) -> Equilibrium:
    """Return where constant terms lead: leavers a month equal hires a month.

    The staff f of a post solves f = (1 - p) f + h (1 - (1 - p) f); of p f hires a month, those hired within
    the training months and still there are trainees. A quota q below p f holds q / p instead. Vacancies are
    what is left for a month times how long each stays open, (1 - h) / h months where no quota binds: who
    leaves in a month may be replaced in it.

    >>> settled = equilibrium(0.02, 0.25, 3.0)
    >>> [round(each, 4) for each in (settled.staff, settled.trainees, settled.hires, settled.open_months)]
    [0.9434, 0.0555, 0.2264, 3.0]
    """
    stay = 1 - leaving
    filled = hiring / (1 - stay * (1 - hiring)) if hiring > 0 else float(leaving == 0)
    filled = min(filled, quota / leaving) if leaving > 0 else filled
    whole = int(training)
    learning = 1 - stay**whole * (1 - leaving * (training - whole))
    gone = leaving * filled
    wait = (1 - filled) / gone if gone > 0 else (1 - hiring) / hiring if hiring > 0 else np.inf
    return Equilibrium(filled, filled * learning, _MONTHS_A_YEAR * gone, float(wait))
