"""Fit what is not known to what was observed, and draw the posterior that replications use.

Trials of the prior make an emulator, and trials of the whole province beside them tell how far the markets
tried stand for it. What the emulator rules out is ruled out (history matching); further trials where nothing
is ruled out test it there, and join it. Then the posterior is sampled, looked at in the model itself (the
whole province, with fresh draws of what is not fitted), and its sampler tested on the trials
(``calibration.rank_test``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from calibration.emulator import Terms, emulate
from calibration.likelihood import Likelihood
from calibration.priors import (
    Positions,
    Prior,
    blocks_of,
    priors,
    ranks_of,
    trial_ranks,
    trial_settings,
    values_of,
)
from calibration.rank_test import RankTest, noise, rank_test, trial_test
from calibration.targets import observed, spreads
from calibration.trial_runs import Tell, Trial, run_trials
from calibration.trial_runs import said as said_of
from calibration.trials import markets_tried, tried_scenario
from sim.errors import LawBroken
from sim.places import load_atlas
from sim.rates import Floats

SEED = 20201101
SECOND, CHECK, PRIOR = 100_001, 200_001, 1_000_001  # the first numbers of trials, and of draws looked through
FAR = 0.3  # weight of a trial that is ruled out, beside one that is not, in the last emulator
_STRIDE = 62  # between the draws of the posterior that are looked at, so that they are of all chains
_LOOKED_THROUGH = 5_000  # draws of the prior at a time


@dataclass(frozen=True)
class Plan:
    """How much is tried."""

    trials: int = 400  # of the prior
    province: int = 8  # of these, of the whole province too
    second: int = 160  # where nothing is ruled out
    checks: int = 32  # draws of the posterior, of the whole province
    sets: int = 512  # synthetic, of the rank test
    draws: int = 1000  # of the posterior
    seed: int = SEED

    def of_trials(self, trials: int) -> Plan:
        """Return the plan with other trials of the prior, and as much more or less of all else.

        >>> Plan().of_trials(200)
        Plan(trials=200, province=4, second=80, checks=16, sets=256, draws=1000, seed=20201101)
        """
        part = trials / self.trials
        least = {"province": 2, "second": 2, "checks": 2, "sets": 32}
        return replace(
            self, trials=trials, **{n: max(k, round(part * getattr(self, n))) for n, k in least.items()}
        )


@dataclass(frozen=True)
class Calibrated:
    """What a calibration came to; everything said is in logarithms."""

    plan: Plan
    known: tuple[Prior, ...]
    likelihood: Likelihood
    normal: Floats  # draws of the posterior as standard normal inputs (draws, settings)
    possible: float  # share of the prior that is not ruled out
    explained: Floats  # (targets,), share of the variance of trials left out
    province: Floats  # (trials, targets), the province less the markets tried
    said_before: Floats  # (trials, targets), what trials of the prior say, of the province
    checked: Floats  # (checks, COUNTS + targets), what the province comes to at draws of the posterior
    tested: RankTest  # synthetic sets
    trials_tested: RankTest  # trials of the prior, each left out

    @property
    def values(self) -> Floats:
        """Return the draws of the posterior, (draws, settings)."""
        return values_of(self.known, ranks_of(self.normal))

    def predictions(self) -> tuple[Floats, Floats]:
        """Return what the model is thought to say at each draw, and what is then observed, (draws, targets).

        The first has the doubt of the emulator, the second that of figure and model too.
        """
        after, doubt = self.likelihood, spreads()
        shape = len(self.normal), len(doubt)
        of_emulator = np.sqrt(np.maximum(after.deviation**2 - doubt**2, 0))
        said = after.emulator.at(ranks_of(self.normal)) + self.province.mean(axis=0)
        model = said + of_emulator * noise(self.plan.seed, 2, shape)
        return model, model + doubt * noise(self.plan.seed, 3, shape)


class Calibration:
    """The steps of a calibration; trials are kept in a folder, and taken from there."""

    def __init__(self, plan: Plan, folder: Path, workers: int = 0, tell: Tell = lambda *_: None) -> None:
        self.plan, self._folder, self._workers, self._tell = plan, folder, workers, tell
        self.settings = tried_scenario().settings
        self.known = priors(self.settings)
        self._tried, self._all = markets_tried(), tuple(range(len(load_atlas().markets)))

    def run(self) -> Calibrated:
        """Run the calibration, or take it up where it stopped."""
        plan, doubt = self.plan, spreads()
        ranks = trial_ranks(self.known, plan.seed, range(1, plan.trials + 1))
        said = self.say(1, ranks, "first wave")
        province = self.say(1, ranks[: plan.province], "province", self._all) - said[: plan.province]
        first = emulate(Terms.of(blocks_of(), Positions(self.known)), ranks, said)
        seen = observed() - province.mean(axis=0)
        beside = province.var(axis=0, ddof=1)
        before = Likelihood(first, seen, np.sqrt(doubt**2 + first.error**2 + beside))
        near, possible = self._possible(before)
        said_near = self.say(SECOND, near, "second wave")
        where = np.append(before.possible(ranks), np.ones(len(near), dtype=bool))
        both = np.concatenate((ranks, near)), np.concatenate((said, said_near))
        final = emulate(first.terms, *both, weights=np.where(where, 1.0, FAR))
        error = np.sqrt((final.misses[where] ** 2).mean(axis=0))
        after = Likelihood(final, seen, np.sqrt(doubt**2 + error**2 + beside))
        normal = after.posterior(plan.draws, plan.seed)
        checks = ranks_of(normal[np.arange(plan.checks) * _STRIDE % plan.draws])
        self._tell("rank test", 0, 1)
        return Calibrated(
            plan, self.known, after, normal, possible, final.explained,
            province, said + province.mean(axis=0), self.find(CHECK, checks, "check", self._all),
            rank_test(after, plan.sets, plan.seed), trial_test(first, ranks, said, doubt, plan.seed),
        )  # fmt: skip

    def say(self, first: int, ranks: Floats, what: str, markets: tuple[int, ...] = ()) -> Floats:
        """Return the logarithms that trials say of the targets, (trials, targets), see ``find``."""
        return said_of(self.find(first, ranks, what, markets))

    def find(self, first: int, ranks: Floats, what: str, markets: tuple[int, ...] = ()) -> Floats:
        """Run trials, numbered from `first`, at ranks of the fitted settings (trials, settings).

        Returns what they come to, (trials, COUNTS + targets). The settings that are not fitted are drawn from
        their ranges by the trial's number.
        """
        names = [prior.name for prior in self.known]
        trials = []
        for row, values in enumerate(values_of(self.known, ranks)):
            fitted = dict(zip(names, values.tolist(), strict=True))
            settings = trial_settings(self.settings, fitted, self.plan.seed, first + row)
            trials.append(Trial(first + row, settings, markets or self._tried))
        return run_trials(trials, self._folder, self._workers, what, self._tell)

    def _possible(self, likelihood: Likelihood) -> tuple[Floats, float]:
        """Return draws of the prior that are not ruled out, as many as the second wave, and their share.

        Raises LawBroken where hardly anything is left: then the model and its targets disagree.
        """
        found: list[Floats] = []
        looked = 0
        while sum(map(len, found)) < self.plan.second:
            if looked > 200 * _LOOKED_THROUGH:
                raise LawBroken("the targets rule out the whole prior: no settings come near all of them")
            numbers = range(PRIOR + looked, PRIOR + looked + _LOOKED_THROUGH)
            ranks = trial_ranks(self.known, self.plan.seed, numbers)
            found.append(ranks[likelihood.possible(ranks)])
            looked += _LOOKED_THROUGH
        possible = np.concatenate(found)
        return possible[: self.plan.second], len(possible) / looked
