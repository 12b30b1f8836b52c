"""Residents who are followed, as lines of the terminal: a summary, a list, chains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from jinlin.words import columns, say
from results.chains import Cause, Member
from results.fates import Fate, FateRow, Stretch, Telling, Who, most_changed, written_key
from results.records import NONE
from scenarios.pairs import Pairing
from sim.clock import FOUNDING, MINUTES_PER_DAY, NEVER
from sim.kinds import Outcome
from sim.measures import Replay
from sim.places import load_atlas
from sim.services import Service

NAMES = ("A", "B")


@dataclass(frozen=True)
class Scene:
    """A market that is told: its two logs, what its services and units are called, in which language."""

    telling: Telling
    replays: tuple[Replay, Replay]
    services: tuple[Service, ...]
    language: str
    only: str = ""  # the service that is asked about; "": all of them
    more: int = NONE  # the unit that has one place more in B, where that is all that differs

    def say(self, key: str, /, **values: object) -> str:
        """Say a sentence in the language of the scene."""
        return say(key, self.language, **values)

    def unit(self, unit: int) -> str:
        """Name a unit: its kind, which one of its kind in its county, and where there are several which."""
        side, row = self.unit_row(unit)
        replay = self.replays[side]
        kind = replay.supply.kinds[int(replay.supply.units.kind[row])]
        number = (int(self.telling.beside.units[unit]) >> 8 & 0xFFFF) + 1  # sim.capacity: kind, ordinal, pool
        named = self.say("unit", kind=kind.name[self.language], number=number)
        if len(replay.supply.counties) == 1:
            return named
        county = load_atlas().counties.name[int(replay.supply.units.county[row])]
        return self.say("unit of county", unit=named, county=county)

    def unit_row(self, unit: int) -> tuple[int, int]:
        """Return a scenario that has a unit, and the unit's number there."""
        for side, replay in enumerate(self.replays):
            rows = (replay.supply.units.key == self.telling.beside.units[unit]).nonzero()[0]
            if rows.size:
                return side, int(rows[0])
        raise LookupError(unit)

    def serves(self, index: int) -> bool:
        """Tell whether a service is asked about."""
        return self.only in ("", self.services[index].id)

    def service(self, index: int) -> str:
        """Name a service."""
        return self.services[index].name[self.language]


def date_of(minute: int) -> str:
    """Write the day of a minute.

    >>> date_of(0), date_of(-1), date_of(1440)
    ('2020-11-01', '2020-10-31', '2020-11-02')
    """
    return (FOUNDING + timedelta(days=minute // MINUTES_PER_DAY)).isoformat()


def _one_more(pairing: Pairing, language: str) -> str:
    service = next(each for each in pairing.a.services if each.id == pairing.service)
    return say("follow more", language, service=service.name[language])


def list_head(pairing: Pairing, language: str) -> list[str]:
    """Say which scenarios are followed in which draw, and that nobody here is real."""
    a = pairing.a.title[language]
    b = pairing.b.title[language] if pairing.b else _one_more(pairing, language)
    number = pairing.replication
    draw = say("follow drawn" if number else "follow central", language, number=number)
    return [say("follow sides", language, a=a, b=b, draw=draw), say("follow privacy", language)]


def list_summary(
    scene: Scene, counties: Sequence[int], place: str, rows: Sequence[FateRow], limit: int
) -> list[str]:
    """Count who fares how in some counties, then tell the chains, the largest first."""
    telling = scene.telling
    count = {"requests": sum(scene.serves(each) for each in telling.requests(counties).tolist()),
             "rows": sum(len(telling.chain.members[row.number].rows) for row in rows)}  # fmt: skip
    if not rows:
        return [scene.say("follow none", place=place)]
    lines = [] if scene.more == NONE else [scene.say("follow one more", unit=scene.unit(scene.more))]
    lines += [scene.say("follow count", place=place, people=len({row.key for row in rows}), **count)]
    table = [tuple(scene.say("follow fates").split("|"))]
    for fate in Fate:
        mine = [row for row in rows if row.fate is fate]
        if mine:
            days = (sum(getattr(row, name) for row in mine) for name in _DAYS)
            table.append((scene.say(f"fate {fate.value}"), f"{len(mine):,}", *(f"{each:,}" for each in days)))
    return [*lines, "", *columns(table), "", *list_chains(scene, {row.number for row in rows}, limit)]


_DAYS = ("waited_days_a", "waited_days_b", "in_place_days_a", "in_place_days_b")


def list_fates(scene: Scene, place: str, rows: Sequence[FateRow], who: Who, limit: int) -> list[str]:
    """List some residents, the most changed first."""
    mine = most_changed([row for row in rows if row.among(who)])
    if not mine:
        return [scene.say("follow nobody", place=place, who=who.value)]
    count = len({row.key for row in mine})
    head = scene.say("follow listed", place=place, who=who.value, count=count)
    table = [tuple(scene.say("follow list").split("|"))]
    for row in mine[:limit]:
        moved = row.by_key != NONE
        cause = written_key(row.by_key) if moved else scene.say(f"cause short {row.cause.name.lower()}")
        days = (f"{getattr(row, name):,}" for name in _DAYS)
        fate = scene.say(f"fate {row.fate.value}")
        table.append((row.name, date_of(row.minute), scene.service(row.service), fate, *days, cause))
    return [head, *columns(table), *_left_out(scene, len(mine) - limit), scene.say("follow ask")]


def _left_out(scene: Scene, count: int) -> list[str]:
    return [scene.say("follow left out", count=count)] if count > 0 else []


# ---- chains


def list_chains(scene: Scene, shown: set[int], limit: int) -> list[str]:
    """Tell the trees that hold some members, the largest first, at most so many lines of members."""
    chain = scene.telling.chain
    sizes = dict[int, int]()
    for member in chain.members:
        root = chain.root(member.number)
        sizes[root] = sizes.get(root, 0) + 1
    first = (lambda root: root) if scene.more != NONE else (lambda root: (-sizes[root], root))
    roots = sorted({chain.root(number) for number in shown}, key=first)
    told = islice((line for root in roots for line in _tree(scene, root)), limit)
    left = sum(sizes[root] for root in roots) - limit
    return [scene.say("follow chains"), *told, *_left_out(scene, left)]


def list_around(scene: Scene, number: int, limit: int) -> list[str]:
    """Tell how the change came to a member, and whom the member moved."""
    chain = scene.telling.chain
    path = chain.path(number)
    above = [_line(scene, chain.members[each], depth) for depth, each in enumerate(path[:-1])]
    below = list(_tree(scene, number, len(path) - 1))
    lines = [*above, *below][: max(limit, len(path))]
    return [scene.say("follow this chain"), *lines, *_left_out(scene, len(above) + len(below) - len(lines))]


def _tree(scene: Scene, number: int, depth: int = 0) -> Iterator[str]:
    """Tell a member and all whom it moved, in the order of time."""
    chain, stack = scene.telling.chain, [(number, depth)]
    children = scene.telling.children
    while stack:
        at, deep = stack.pop()
        yield _line(scene, chain.members[at], deep)
        stack += [(each, deep + 1) for each in reversed(children.get(at, []))]


def _line(scene: Scene, member: Member, depth: int) -> str:
    """Tell one member: when, who, what became of the request in either scenario, and why."""
    row = scene.telling.first_row(member)
    told = scene.telling.episode(row)
    whats = [stretch_words(scene, each, told.minute) + _in_unit(scene, each) for each in (told.a, told.b)]
    told_sides = zip(NAMES, whats, strict=True)
    sides = "; ".join(scene.say("side told", side=name, what=what) for name, what in told_sides)
    why = "" if member.cause is Cause.RESIDENT else f" [{cause_words(scene, member)}]"
    lead = "  " * min(depth, _DEEPEST) + (f"└{depth if depth > _DEEPEST else ''} " if depth else "")
    return f"{date_of(member.minute)}  {lead}{written_key(member.key)}  {sides}{why}"


def _in_unit(scene: Scene, stretch: Stretch) -> str:
    return scene.say("spell in", unit=scene.unit(stretch.unit)) if stretch.unit != NONE else ""


def cause_words(scene: Scene, member: Member) -> str:
    """Say what made a record differ first."""
    chain = scene.telling.chain
    unit = scene.unit(member.unit) if member.unit != NONE else ""
    other = written_key(chain.members[member.by].key) if member.by != NONE else ""
    side = member.side if member.cause is Cause.PLACES else 1 - member.side
    name = NAMES[side] if member.side != NONE else ""
    return scene.say(f"cause {member.cause.name.lower()}", unit=unit, other=other, side=name)


def stretch_words(scene: Scene, stretch: Stretch, minute: int) -> str:
    """Say what became of a request in one scenario."""
    if stretch.outcome in _UNMADE:
        return scene.say(_UNMADE[stretch.outcome])
    after = _after(scene, stretch.waited_days, minute)
    if stretch.outcome is Outcome.WAITING:
        return scene.say("spell waits", after=after)
    if stretch.outcome in _LEFT:
        return scene.say(_LEFT[stretch.outcome], until=date_of(stretch.ended), after=after)
    if stretch.admitted < 0:
        begun = scene.say("spell seated")
    else:
        key = "spell at once" if stretch.admitted == minute else "spell after"
        begun = scene.say(key, since=date_of(stretch.admitted), after=after)
    on = stretch.ended == NEVER
    return begun + (scene.say("spell on") if on else scene.say("spell until", until=date_of(stretch.ended)))


def _after(scene: Scene, days: int, minute: int) -> str:
    """Say how long a wait was; who asked before the census waits in the run since then."""
    if minute < 0:
        return scene.say("after census", days=days)
    return scene.say(("after hours", "after day")[days] if days < 2 else "after days", days=days)


_DEEPEST = 12  # steps that are indented; deeper ones are numbered
_UNMADE = {None: "spell none", Outcome.ALREADY_PLACED: "spell already", Outcome.PAST: "spell past"}
_LEFT = {Outcome.LEFT_PATIENCE_ENDED: "spell left patience", Outcome.LEFT_NEED_ENDED: "spell left need"}
