"""The law of function and surveyed disability that the monthly rates sustain, by sex, area and age.

A cohort is carried month by month from birth to 110 through seven states: able or disabled ("active":
function lost since 50), each without a surveyed disability, with one that came by itself (independent) or
with the loss of function (linked); and lasting: function lost below 50 with a surveyed disability. What the
cohort is at an age is how residents of that age start. Three things are solved on the way, so that the totals
are the evidence's:

* mortality of the able, so that able and disabled, rural and urban together die at the table's rate;
* the incidence of surveyed disability, so that its prevalence by age is the profile fitted to the survey;
* the kinds and grade of independent disability, so that with the linked ones they have the published shares.

Transition rates: Fu, Sherris & Xu, Annals of Actuarial Science, doi 10.1017/S1748499521000233.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import root

from evidence.table import Evidence
from evidence.vital import SEXES
from sim.cohorts import CohortRates, carry
from sim.parameters import Settings
from sim.rates import AGES, GROUPS, ONSET_AGE, Floats, monthly

ABLE, ACTIVE, LASTING = slice(0, 3), slice(3, 6), 6  # in each: without, independent, linked
KINDS = ("visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple")
_CAN_TAKE_FUNCTION = np.array([0, 0, 0, 1, 1, 1, 1])  # by kind
_PHYSICAL, _MULTIPLE = KINDS.index("physical"), KINDS.index("multiple")
_LONGEST_EPISODE = 30 * 12
_ROUNDS = 5
_SEX = np.array([0, 0, 1, 1])  # of a group


@dataclass(frozen=True)
class Transitions:
    """Rates a person-year by group and age, shape (4, 111), and the ratio of mortality."""

    onset: Floats
    recovery: Floats
    ratio: Floats  # disabled to able mortality
    area_mortality: Floats  # [2] factor of each area on mortality, mean 1 over residents


@dataclass(frozen=True)
class Mix:
    """What a surveyed disability is: kinds by origin, grade, how often it takes function below 50."""

    kinds: Floats  # [2 independent or linked, 7], shares
    severe: float  # of independent ones
    severity: Floats  # [3] mild, moderate, severe loss of function
    linked: float  # of those who lose function
    lasting: float  # of severe ones of a kind that can

    @property
    def can_last(self) -> float:
        """Return the share of independent disabilities that could take function below 50."""
        return float(self.kinds[0] @ _CAN_TAKE_FUNCTION * self.severe)


@dataclass(frozen=True)
class Law:
    """The cohort's states by group and month of age, shape (4, 1332, 7), and what was solved on the way."""

    states: Floats
    mortality: Floats  # [2 able or disabled, 4, 111], a person-year
    over_able: Floats  # [4, 111], mortality of all over that of the able, areas told apart
    incidence: Floats  # [4, 111], of surveyed disability, a month
    mix: Mix

    def by_age(self) -> Floats:
        """Return shares of the states by single year, shape (4, 111, 7): means over the months of a year."""
        years = self.states.reshape(GROUPS, AGES, 12, 7).mean(axis=2)
        return np.asarray(years / years.sum(axis=2, keepdims=True))

    def prevalence(self) -> Floats:
        """Return the share who have lost any function, shape (4, 111)."""
        shares = self.by_age()
        return np.asarray(shares[:, :, ACTIVE].sum(axis=2) + shares[:, :, LASTING])

    def surveyed(self) -> Floats:
        """Return the share with a surveyed disability, shape (4, 111)."""
        shares = self.by_age()
        return np.asarray(1 - shares[:, :, 0] - shares[:, :, 3])


def transitions(evidence: Evidence, settings: Settings, urban_share: float) -> Transitions:
    """Read the published rates, extend them to 50 to 110 and spread them over rural and urban.

    Ratios of urban to rural are spread geometrically around the published rate (mortality: arithmetically),
    so that the residents' mean is kept. Below 50 function is neither lost nor regained at these rates.
    """
    years = np.maximum(np.arange(AGES), ONSET_AGE) - 65
    rates = {
        name: published_rate(evidence, name, years) for name in ("healthy_to_disabled", "disabled_to_healthy")
    }
    died = {
        name: published_rate(evidence, name, np.maximum(years, 0))
        for name in ("healthy_to_dead", "disabled_to_dead")
    }
    over = {name: evidence.value(f"transition_urban_over_rural_{name}", "China", "1998-2014")
            for name in ("onset", "recovery", "mortality")}  # fmt: skip
    apart = np.array([-urban_share, 1 - urban_share])
    old = np.arange(AGES) >= ONSET_AGE
    factors = {name: (over[name] ** apart)[np.array([0, 1, 0, 1]), None] for name in ("onset", "recovery")}
    area = np.array([1.0, over["mortality"]])
    return Transitions(
        onset=rates["healthy_to_disabled"] * factors["onset"] * settings["life.onset_scale"] * old,
        recovery=rates["disabled_to_healthy"] * factors["recovery"] * settings["life.recovery_scale"] * old,
        ratio=np.maximum(died["disabled_to_dead"] / died["healthy_to_dead"], 1),
        area_mortality=area / (area @ [1 - urban_share, urban_share]),
    )


def published_rate(evidence: Evidence, name: str, years: npt.ArrayLike) -> Floats:
    """Return a rate of Fu, Sherris & Xu a person-year, exp(a + b * years), by group."""
    slope = evidence.value(f"transition_{name}_b", "China", "1998-2014")
    level = [evidence.value(f"transition_{name}_a_{sex}", "China", "1998-2014") for sex in SEXES]
    return np.asarray(np.exp(np.array(level)[_SEX, None] + slope * np.asarray(years)))


def surveyed_profile(settings: Settings, people: Floats) -> Floats:
    """Return the prevalence of surveyed disability by single age: 1 - exp(-(a + b (exp(c x age) - 1))).

    What a risk that grows exponentially with age leaves behind; a, b, c are fitted to the share of all
    residents (`people`, by single age), of whom a share is 60 and older and a share under 15. The same for
    both sexes and areas.
    """
    ages = np.arange(AGES)
    disabled = settings["life.surveyed_disability"] / 100 * people.sum()
    shares = settings["life.surveyed_60_plus_share"], settings["life.surveyed_0_14_share"]
    wanted = disabled * np.array([1.0, *shares])

    def curve(logs: Floats) -> Floats:
        level, slope, growth = np.exp(logs)
        return np.asarray(-np.expm1(-level - slope * np.expm1(growth * ages)))

    def miss(logs: Floats) -> Floats:
        got = curve(logs) * people
        return np.asarray(np.array([got.sum(), got[60:].sum(), got[:15].sum()]) / wanted - 1)

    return curve(root(miss, np.log([0.015, 0.01, 0.045])).x)


def solve(
    settings: Settings,
    evidence: Evidence,
    table: Floats,
    moves: Transitions,
    people: Floats,
    urban_share: float,
) -> Law:
    """Find the law that the rates sustain: a few rounds from a first guess, each a life of the cohort.

    `table` is mortality (2, 111) a person-year, `people` residents by group and age (4, 111).
    """
    target = surveyed_profile(settings, people.sum(axis=0))
    published = np.array([evidence.value(f"share_of_disabled_persons_{kind}", year=2006) for kind in KINDS])
    physical = settings["life.linked_physical_share"]
    linked_kinds = np.eye(7)[_PHYSICAL] * physical + np.eye(7)[_MULTIPLE] * (1 - physical)
    mix = Mix(
        kinds=np.array([published / published.sum(), linked_kinds]),
        severe=settings["life.surveyed_severe_share"],
        severity=np.array([0.4, 0.2, 0.4]),  # a first guess
        linked=settings["life.linked_share"],
        lasting=settings["life.lasting_share"],
    )  # fmt: skip
    disabled, aim = np.zeros((GROUPS, AGES)), 1.0
    for _ in range(_ROUNDS):
        over_able = mean_over_able(moves, disabled, urban_share)
        deaths = split_mortality(table, moves, over_able)
        states, incidence = live_cohort(moves, deaths, mix, target * aim)
        law = Law(states, deaths, over_able, incidence, mix)
        disabled = law.prevalence()
        mix = balance(mix, published / published.sum(), law.by_age() * people[:, :, None], settings)
        # Where loss of function alone brings more than the profile (80+, if it is low), other ages take less.
        aim *= (target * people).sum() / (law.surveyed() * people).sum()
    return replace(law, mix=mix)


def mean_over_able(moves: Transitions, disabled: Floats, urban_share: float) -> Floats:
    """Return how much heavier than the able of a mean area a sex dies as a whole, shape (4, 111).

    `disabled` (4, 111) is the share who have lost function. Both areas of a sex have the same.
    """
    shares = np.array([1 - urban_share, urban_share] * 2)[:, None]
    heavier = shares * _areas(moves) * (1 - disabled + disabled * moves.ratio)
    return np.asarray(np.add.reduceat(heavier, [0, 2], axis=0)[_SEX])


def split_mortality(table: Floats, moves: Transitions, over_able: Floats) -> Floats:
    """Split the table's rates into able and disabled, shape (2, 4, 111).

    Their mean is the table's where as many are disabled as ``mean_over_able`` was told.
    """
    able = table[_SEX] * _areas(moves) / over_able
    return np.array([able, able * moves.ratio])


def _areas(moves: Transitions) -> Floats:
    return moves.area_mortality[[0, 1, 0, 1], None]


def live_cohort(moves: Transitions, deaths: Floats, mix: Mix, target: Floats) -> tuple[Floats, Floats]:
    """Carry a cohort from birth to 110: return its states by month and the incidence found by year of age."""
    lasting = np.where(np.arange(AGES) < ONSET_AGE, mix.can_last * mix.lasting, 0.0)
    rates = CohortRates(
        survival=1 - monthly(deaths), onset=monthly(moves.onset), recovery=monthly(moves.recovery),
        linked=mix.linked, takes_function=lasting,
    )  # fmt: skip
    states, incidence = carry(rates, target)
    return states, incidence


def balance(mix: Mix, published: Floats, persons: Floats, settings: Settings) -> Mix:
    """Fit the kinds and grade of independent disabilities so that all together have the published shares.

    `persons` are residents by group, age and state. Severity at onset is fitted too: the severe part of those
    who lost function at 60+ is the census's share who cannot care for themselves.
    """
    old = persons[:, 60:]
    lost = old[:, :, ACTIVE].sum() + old[:, :, LASTING].sum()
    severe = min(settings["life.severe_60_plus"] / 100 * old.sum() / lost, 0.9)
    mild = (1 - severe) * settings["life.mild_share"]
    severity = np.array([mild, 1 - severe - mild, severe])
    linked = persons[:, :, [2, 5]].sum()
    part = float(linked / (linked + persons[:, :, [1, 4, 6]].sum()))
    kinds = np.maximum(published - part * mix.kinds[1], 0)
    grade = (settings["life.surveyed_severe_share"] - part * (1 - severity[0])) / (1 - part)
    return replace(
        mix,
        kinds=np.array([kinds / kinds.sum(), mix.kinds[1]]),
        severe=float(np.clip(grade, 0, 1)),
        severity=severity,
    )


def elapsed(law: Law, moves: Transitions) -> Floats:
    """Return the backward law of the months since the onset, shape (4, 61, 360), cumulative.

    Whoever is disabled at an age lost function k months ago with probability proportional to those who then
    lost it, times their chance to have stayed alive and disabled since.
    """
    stays = (1 - monthly(law.mortality[1])) * (1 - monthly(moves.recovery))
    months = np.arange(AGES * 12)
    survival, onset = (1 - monthly(law.mortality[0])), monthly(moves.onset)
    new = law.states[:, :, ABLE].sum(axis=2) * (survival * onset)[:, months // 12]
    kept = np.cumsum(np.log(stays[:, months // 12]), axis=1)
    weight = new * np.exp(-kept)  # of an onset, up to a factor common to all onsets of one age today
    out = np.empty((GROUPS, AGES - ONSET_AGE, _LONGEST_EPISODE))
    for age in range(ONSET_AGE, AGES):
        today = age * 12 + 6
        back = weight[:, max(today - _LONGEST_EPISODE, 0) : today][:, ::-1]
        out[:, age - ONSET_AGE] = np.cumsum(back, axis=1) / back.sum(axis=1, keepdims=True)
    return out


def held_onset(law: Law, moves: Transitions) -> Floats:
    """Return the monthly onset that keeps prevalence where ages stand still and the able replace the dead."""
    shares = law.by_age()
    active, lasting = shares[:, :, ACTIVE].sum(axis=2), shares[:, :, LASTING]
    death_able, death = monthly(law.mortality)
    recovered = (1 - death) * monthly(moves.recovery)
    out = active * (death + recovered) + lasting * death * (np.arange(AGES) >= ONSET_AGE)
    return np.asarray(out / ((1 - active - lasting) * (1 - death_able)))
