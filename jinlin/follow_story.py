"""The story of one resident under two scenarios, as lines of the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jinlin.follow_listing import NAMES, Scene, cause_words, date_of, list_around, stretch_words
from results.fates import EMPTY, MORE, Episode, Stretch, written_key
from results.records import NONE
from scenarios.pairs import Paired, Pairing, founded, residents_of
from sim.clock import MINUTES_PER_DAY, NEVER, month_of_minute, name_of
from sim.kinds import Area, Function, Living, Payer, Sex
from sim.needs import Spells
from sim.places import load_atlas
from sim.supply import NOT_SOLD

_MONTHS_A_YEAR, _FEN_PER_YUAN, _GROWN = 12, 100, 18


def list_story(scene: Scene, pairing: Pairing, paired: Paired, key: int, limit: int) -> list[str]:
    """Tell who a resident is, what became of each request, why it differs, and the chain it is part of."""
    spells = paired.lived.ledger.spells
    mine = (spells.key == np.uint64(key)).nonzero()[0].tolist()
    lines = [*_person(scene, pairing, paired, spells, mine[0]), *_needs(scene, spells, mine), ""]
    episodes = [each for each in scene.telling.episodes(key) if scene.serves(each.service)]
    for episode in episodes:
        lines += _episode(scene, episode)
    if not episodes:
        lines.append(scene.say("person no request"))
    members = [each for each in scene.telling.chain.members if each.key == key]
    members = [each for each in members if scene.serves(scene.telling.service(each.rows[0]))]
    for member in members:
        why = cause_words(scene, member)
        lines += ["", scene.say("person why", date=date_of(member.minute), why=why)]
        lines += list_around(scene, member.number, limit)
    return lines if members or not episodes else [*lines, "", scene.say("person no difference")]


def _person(scene: Scene, pairing: Pairing, paired: Paired, spells: Spells, spell: int) -> Iterator[str]:
    """Say who a resident is; nothing below county."""
    row = int(spells.resident[spell])
    people = residents_of(pairing, paired.market, row)
    born, sex = int(people.birth_month[row]), Sex(int(people.sex[row])).name
    age = (-1 - born) // _MONTHS_A_YEAR
    area = scene.say(f"area {Area(int(people.area[row])).name}")
    words = {
        "key": written_key(int(spells.key[spell])), "area": area,
        "county": str(load_atlas().counties.name[int(people.county[row])]),
        "sex": scene.say(f"sex {sex}" if age >= _GROWN else f"child {sex}"),
    }  # fmt: skip
    if born < 0:
        yield scene.say("person", age=age, **words)
    else:
        yield scene.say("person born", month=name_of(born), **words)
    living = scene.say(f"living {Living(int(people.living[row])).name}")
    if founded(int(spells.key[spell])) and people.living[row] != Living.COLLECTIVE:
        heads = int((people.household == people.household[row]).sum())
        yield scene.say("person home", living=living, heads=heads)
    else:
        yield scene.say("person home coming", living=living)
    fifth = 1 + int((paired.lived.fifth_edges[int(people.area[row])] <= people.income[row]).sum())
    payer = scene.say(f"payer of {Payer(int(people.payer[row])).name}")
    yield scene.say("person means", fifth=fifth, area=area, payer=payer)
    function = scene.say(f"function {Function(int(spells.function[spell])).name}")
    yield scene.say("person function", function=function)


def _needs(scene: Scene, spells: Spells, rows: list[int]) -> Iterator[str]:
    """Say what a resident needs, and since when."""
    for row in rows:
        service = scene.services[int(spells.service[row])]
        if scene.serves(int(spells.service[row])):
            group = service.needed[int(spells.group[row])].label[scene.language]
            end = int(spells.end[row])
            until = scene.say("to the end") if end == NEVER else date_of(end)
            name = service.name[scene.language]
            yield scene.say(
                "person need", service=name, group=group, since=date_of(int(spells.start[row])), until=until
            )


def _episode(scene: Scene, told: Episode) -> Iterator[str]:
    """Tell one request in both scenarios."""
    chosen = told.a if told.a.outcome is not None else told.b
    patience = _date(scene, chosen.patience_end)
    days = chosen.stay // MINUTES_PER_DAY
    stay = scene.say("stay need") if chosen.stay == NEVER else scene.say("stay days", days=days)
    said = {"date": date_of(told.minute), "service": scene.service(told.service)}
    yield scene.say("person asks", patience=patience, stay=stay, **said)
    same = not told.differs and told.a.lists == told.b.lists
    for side, stretch in enumerate((told.a,) if same else (told.a, told.b)):
        name = scene.say("person both") if same else NAMES[side]
        yield scene.say("person side", side=name, what=stretch_words(scene, stretch, told.minute))
        if stretch.unit != NONE:
            yield scene.say("person place", unit=_place(scene, side, told, stretch))
        if stretch.lists and (side == 0 or stretch.lists != told.a.lists):
            lists = "、" if scene.language == "zh" else ", "
            named = lists.join(_priced(scene, side, told, unit) for unit in stretch.lists)
            yield scene.say("person lists", lists=named)


def _date(scene: Scene, minute: int) -> str:
    return scene.say("person never") if minute >= NEVER - 1 else date_of(minute)


def _place(scene: Scene, side: int, told: Episode, stretch: Stretch) -> str:
    """Name the unit, and whose place it is in the other scenario."""
    unit, other = _priced(scene, side, told, stretch.unit), NAMES[1 - side]
    if stretch.against == NONE:
        return unit
    if stretch.against in (EMPTY, MORE):
        return scene.say("place empty" if stretch.against == EMPTY else "place more", unit=unit, side=other)
    return scene.say("place of", unit=unit, side=other, other=written_key(stretch.against))


def _priced(scene: Scene, side: int, told: Episode, unit: int) -> str:
    """Name a unit with its price for a service when the resident asks."""
    replay = scene.replays[side]
    rows = (replay.supply.units.key == scene.telling.beside.units[unit]).nonzero()[0]
    kind, month = int(replay.supply.units.kind[int(rows[0])]), month_of_minute(max(told.minute, 0))
    service = scene.services[told.service].id
    price = int(replay.supply.prices[kind, replay.supply.services.index(service), month])
    named = scene.unit(unit)
    return named if price in (0, NOT_SOLD) else scene.say("priced", unit=named, price=price / _FEN_PER_YUAN)
