"""What is known before the fit: the settings that are fitted, each spread over the range that it cites.

A setting's ``low``, ``prior`` (where there is none, its value) and ``high`` are its prior: evidence, cited in
its table, as likely below the middle as above, each half even. The fit moves ``value`` only. Levels known to
a factor, not to an amount, are even in the logarithm. Every other uncertain setting is drawn from its range
in each trial, so that what is not fitted adds to the doubt.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from sim.parameters import Quantity, Settings, parameter_rank
from sim.rates import Floats
from sim.streams import Decision, Stream

BLOCKS = {  # settings of one block meet in one part of the model: the emulator has their products
    "mortality": ("life.mortality_scale", "life.mortality_slope", "life.mortality_trend"),
    "function": (
        "life.onset_scale", "life.recovery_scale", "life.severe_60_plus", "life.mild_share",
        "life.surveyed_severe_share", "life.card_severe_share",
    ),
    "homes": (
        "elder-bed.wish", "elder-bed.stay_days", "elder-bed.stay_spread", "elder-bed.income_share",
        "elder-bed.income_heads", "elder-bed.ability_spread", "elder-bed.reach_km",
        "elder-carer.staffed_share", "private-home.price.ordinary-bed", "choice.price_weight",
        "founding.elders_with_children", "founding.widowed_with_children_ratio",
        "founding.income_work_weight", "founding.rural_elder_ratio", "life.employee_pension_elders",
    ),
    "childcare": (
        "childcare-full.wish", "childcare-full.income_share", "childcare-full.income_heads",
        "childcare-full.reach_km", "childcare-centre.places_per_1000",
        "childcare-centre.price.childcare-slot", "childcare-carer.staffed_share", "choice.distance_scale",
    ),
}  # fmt: skip
FITTED = tuple(name for block in BLOCKS.values() for name in block)
_RANKS = np.array([0.0, 0.5, 1.0])
OF_A_FACTOR = ("elder-bed.wish", "elder-bed.stay_days", "choice.price_weight", "childcare-full.reach_km")


@dataclass(frozen=True)
class Prior:
    """The prior of one setting: its middle is the median, each half is even, or even in the logarithm."""

    quantity: Quantity
    logarithmic: bool

    @property
    def name(self) -> str:
        """Return the setting's name."""
        return self.quantity.name

    @property
    def bounds(self) -> Floats:
        """Return the low end, the middle and the high end."""
        middle = self.quantity.value if self.quantity.prior is None else self.quantity.prior
        return np.array([self.quantity.low, middle, self.quantity.high])

    def at(self, rank: Floats) -> Floats:
        """Return values at ranks in [0, 1].

        >>> from sim.kinds import Quality
        >>> quantity = Quantity("x", 2.0, 1.0, 8.0, "days", "a test", 2020, Quality.FITTED)
        >>> Prior(quantity, True).at(np.array([0.5, 0.75])), float(Prior(quantity, False).at(np.array(0.75)))
        (array([2., 4.]), 5.0)
        """
        if self.logarithmic:
            return np.exp(np.interp(rank, _RANKS, np.log(self.bounds)))
        return np.asarray(np.interp(rank, _RANKS, self.bounds))


def priors(settings: Settings, names: Sequence[str] = FITTED) -> tuple[Prior, ...]:
    """Return the priors of the settings that are fitted, in order."""
    return tuple(Prior(settings.quantities[name], name in OF_A_FACTOR) for name in names)


def blocks_of(names: Sequence[str] = FITTED) -> list[list[int]]:
    """Return the numbers of the settings of each block."""
    return [[names.index(name) for name in block if name in names] for block in BLOCKS.values()]


def ranks_of(normal: Floats) -> Floats:
    """Turn standard normal numbers, in which posteriors are sampled, into ranks.

    >>> ranks_of(np.array([0.0])).tolist()
    [0.5]
    """
    return np.asarray(ndtr(normal))


def values_of(known: Sequence[Prior], ranks: Floats) -> Floats:
    """Return the values at ranks, shape (..., settings)."""
    return np.stack([prior.at(ranks[..., column]) for column, prior in enumerate(known)], axis=-1)


@dataclass(frozen=True)
class Positions:
    """Where values lie in their ranges, 0 to 1, by their logarithm where they are positive.

    An emulator reads these, not ranks: what the model does is smooth in a number, and the density of a prior
    has a step in its middle.
    """

    known: tuple[Prior, ...]

    def __call__(self, ranks: Floats) -> Floats:
        """Return positions of ranks (..., settings)."""
        out = np.empty_like(ranks)
        for column, prior in enumerate(self.known):
            low, _, high = prior.bounds
            value = prior.at(ranks[..., column])
            if low > 0:
                out[..., column] = np.log(value / low) / np.log(high / low)
            else:
                out[..., column] = (value - low) / (high - low)
        return out


def trial_ranks(known: Sequence[Prior], seed: int, trials: Sequence[int]) -> Floats:
    """Return the ranks at which trials draw the fitted settings, shape (trials, settings).

    Each is a function of seed, trial and the setting's own name: trials can be added, settings too.
    """
    keys = np.array([zlib.crc32(prior.name.encode()) for prior in known], dtype=np.uint64)
    return np.array([Stream.of(seed, trial).uniform(keys, Decision.PARAMETER) for trial in trials])


def trial_settings(settings: Settings, fitted: Mapping[str, float], seed: int, trial: int) -> Settings:
    """Return the settings of a trial: fitted ones as given, other uncertain ones from their ranges."""
    stream = Stream.of(seed, trial)
    others = [each for each in settings.uncertain() if each.name not in fitted]
    drawn = {each.name: each.at(parameter_rank(stream, each.name)) for each in others}
    return settings.with_values(drawn | dict(fitted))
