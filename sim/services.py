"""What a service is: a definition made of data, so that no service's name occurs in code.

A definition says who needs it, how often they ask, how many of them wish for it, what they can pay, how
long they wait and stay, how far they go, who comes first, and what standard it is held to. Four mechanisms
carry every service (design: occupancy, caseload, workload, coverage). Numbers live in ``Settings`` under
``<service>.<name>``, so that replications can draw and scenarios replace them; a definition holds the
structure and the names.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from sim.kinds import (
    Area,
    DisabilityGrade,
    DisabilityKind,
    Employment,
    Function,
    Living,
    Mechanism,
    Payer,
    Pension,
)

ANY = -1  # a set of kinds as a bit mask: every kind


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Condition:
    """All that must hold of a resident; kinds are bit masks (bit k for kind k), ages half-open.

    ``mother_employment`` looks at the mother's row, and holds for nobody without one unless it is ``ANY``.
    """

    age_months: tuple[int, int] = (0, 12 * 200)
    function: int = ANY
    disability_kind: int = ANY
    disability_grade: int = ANY
    card: int = ANY
    living: int = ANY
    area: int = ANY
    employment: int = ANY
    mother_employment: int = ANY
    pension: int = ANY
    payer: int = ANY
    migrant: int = ANY


KINDS_OF = {
    "function": Function,
    "disability_kind": DisabilityKind,
    "disability_grade": DisabilityGrade,
    "living": Living,
    "area": Area,
    "employment": Employment,
    "mother_employment": Employment,
    "pension": Pension,
    "payer": Payer,
}


@dataclass(frozen=True)
class NeedGroup:
    """One way to need a service: whoever meets the condition.

    A need that queues is of the first group that its resident matched when it arose. A workload's groups add
    up: who matches several brings the events of each. ``place`` names the setting with the part of one place
    (or of one worker) that a client takes; ``events`` and ``minutes`` name yearly events and minutes per
    event of a workload. ``reason`` says why the line is drawn there: definitions of need are ours.
    """

    label: Words
    who: Condition
    place: str = ""
    events: str = ""
    minutes: str = ""
    id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class OddsRatio:
    """Multiply the odds of wishing for a service for whoever meets a condition."""

    label: Words
    who: Condition
    ratio: str
    id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Standard:
    """What "served in time" means: ours, with its reason, not the plan's."""

    within_days: int
    share: float
    reason: str


@dataclass(frozen=True)
class Service:
    """One service of the plan, as data.

    The names of settings (``wish``, ``patience_days``, …) are full dotted names, empty where the mechanism
    has no use for them. ``ask_every_months`` is 0 where a need asks once, when it arises.
    """

    id: str
    name: Words
    plan: str
    mechanism: Mechanism
    pool: str  # whose places it takes: services may share them, as full days and half days share a slot
    group: str  # services that replace one another for a resident: one of a group at a time
    unit: Words  # the unit of its capacity
    client: Words  # what one user is called
    targets: tuple[str, ...]
    needed: tuple[NeedGroup, ...]
    standard: Standard
    ask_every_months: int = 0
    wish: str = ""  # share of the needed who wish for it, each time they ask
    wish_ceiling: float = 1.0  # no range lets more than this share wish: asks above it are not kept
    odds: tuple[OddsRatio, ...] = ()
    income_share: str = ""  # share of household income that may go to it
    income_heads: str = ""  # heads whose income counts
    counts_pension: bool = False
    ability_spread: str = ""  # sigma of the lognormal factor on what a resident can pay
    patience_days: str = ""  # median, exponential
    stay_days: str = ""  # mean of a lognormal; empty: as long as the need lasts
    stay_spread: str = ""  # sigma of that lognormal
    reach_km: str = ""
    cadre: str = ""  # whose minutes a workload spends
    first: tuple[Payer, ...] = ()  # who stands in the first priority class

    @property
    def queued(self) -> bool:
        """Tell whether it is served by event queues (occupancy, caseload)."""
        return self.mechanism in (Mechanism.OCCUPANCY, Mechanism.CASELOAD)

    @property
    def workload_names(self) -> tuple[str, ...]:
        """List the full names of the settings that say how much work its people bring."""
        return tuple(name for group in self.needed for name in (group.events, group.minutes) if name)

    @property
    def draw_code(self) -> int:
        """Return the bits that set this service's draws apart, to be joined with a ``Decision``.

        They come from the group's name, not from a place in a list, so that adding a service moves no other's
        draws; services that replace one another share them.
        """
        return zlib.crc32(self.group.encode()) & 0xFFFFFF00

    @property
    def setting_names(self) -> tuple[str, ...]:
        """List the full names of the settings that the definition refers to."""
        own = (
            self.wish, self.income_share, self.income_heads, self.ability_spread, self.patience_days,
            self.stay_days, self.stay_spread, self.reach_km,
        )  # fmt: skip
        groups = tuple(name for g in self.needed for name in (g.place, g.events, g.minutes))
        return tuple(name for name in (*own, *groups, *(o.ratio for o in self.odds)) if name)
