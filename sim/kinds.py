"""The kinds that things have: one enum per idea, small integers so that they can be columns."""

from __future__ import annotations

from enum import Enum, IntEnum


class Sex(IntEnum):
    """Sex (性别)."""

    MALE = 0
    FEMALE = 1


class Area(IntEnum):
    """Kind of area in the census (城乡): rural, or urban (city and town)."""

    RURAL = 0
    URBAN = 1


class Living(IntEnum):
    """With whom a resident lives (居住方式)."""

    ALONE = 0
    SPOUSE = 1  # the couple only, or with children under 18
    CHILDREN = 2  # with grown children, without a spouse
    SPOUSE_AND_CHILDREN = 3
    PARENTS = 4  # a child, or a grown child, in the parents' home
    OTHERS = 5
    COLLECTIVE = 6  # a collective household (集体户)


class Function(IntEnum):
    """Loss of function in basic activities of daily living (失能程度)."""

    NONE = 0
    MILD = 1
    MODERATE = 2
    SEVERE = 3  # cannot care for self, the census's 生活不能自理


class DisabilityKind(IntEnum):
    """Kind of surveyed disability (残疾类别), as in the survey of 2006."""

    NONE = 0
    VISUAL = 1
    HEARING = 2
    SPEECH = 3
    PHYSICAL = 4
    INTELLECTUAL = 5
    MENTAL = 6
    MULTIPLE = 7


class DisabilityGrade(IntEnum):
    """Grade of surveyed disability (残疾等级): severe is grades 1 and 2."""

    NONE = 0
    MILD = 1
    SEVERE = 2


class Employment(IntEnum):
    """What a resident does (就业状况); children below school age are out of the labour force."""

    OUT = 0
    STUDENT = 1
    EMPLOYED = 2
    UNEMPLOYED = 3
    RETIRED = 4


class Pension(IntEnum):
    """Class of pension (养老保险类别) that a resident has, or will have at pension age."""

    NONE = 0
    RESIDENT = 1  # 城乡居民
    EMPLOYEE = 2  # 城镇职工
    STATE = 3  # 特困供养: the state supports instead of a pension


class Payer(IntEnum):
    """Who pays for a resident's care (付费方)."""

    FAMILY = 0
    LOW_INCOME = 1  # 低保
    STATE = 2  # 特困供养


class Exit(IntEnum):
    """Why a resident is no longer one."""

    NONE = 0
    DIED = 1
    MOVED = 2


class Change(IntEnum):
    """What an entry in the history of a resident changes."""

    FUNCTION = 0
    DISABILITY = 1
    WORK = 2
    PENSION = 3
    BIRTH = 4  # gives birth
    RENEWAL = 5  # life being held, another resident takes the place


class Mechanism(IntEnum):
    """How a service meets needs; four mechanisms carry every service."""

    OCCUPANCY = 0  # a bed, a slot: one place held for a stay
    CASELOAD = 1  # a worker holds up to n clients
    WORKLOAD = 2  # errands, visits: monthly counts and minutes
    COVERAGE = 3  # the share that has it


class Step(IntEnum):
    """A step of the cascade: what is lost at each is counted."""

    NEEDED = 0
    WANTED = 1
    AFFORDABLE = 2
    IN_REACH = 3
    REQUESTED = 4
    SERVED = 5


class Outcome(IntEnum):
    """What became of a request."""

    WAITING = 0  # still on the lists at the horizon
    IN_PLACE = 1
    FINISHED = 2
    LEFT_NEED_ENDED = 3
    LEFT_PATIENCE_ENDED = 4
    ALREADY_PLACED = 5  # asked while in place or on a list of the same group: not a request
    PAST = 6  # asked before the census and gone before it: not a request of the run


class Engine(Enum):
    """What serves the waiting lists; either gives the same log."""

    COMPILED = "compiled"
    SIMPY = "simpy"  # the reference


class Quality(Enum):
    """How well a number is known."""

    PUBLISHED = "published"
    DERIVED = "derived"
    FITTED = "fitted"
    ASSUMED = "assumed"
