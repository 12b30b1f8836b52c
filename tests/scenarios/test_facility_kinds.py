"""Kinds of facility and staff: every number has a source, and a wrong file is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.definitions import load_services
from scenarios.facility_kinds import load_cadres, load_kinds
from sim.errors import ScenarioError
from sim.kinds import Quality

KINDS, SETTINGS = load_kinds()

WHOLE = """
[kinds.day-centre]
name = { zh = "日间照料中心", en = "day centre" }
base = "residents"
total = "day-centre.places"
mean_size = "day-centre.size"
pools = [{ id = "day-place", cadre = "elder-carer", places_per_post = "elder-carer.ordinary_beds_per_post" }]
[kinds.day-centre.places]
value = 100
unit = "places"
source = "a test"
year = 2020
quality = "published"
[kinds.day-centre.size]
value = 20
unit = "places"
source = "a test"
year = 2020
quality = "published"
"""


def test_every_number_of_supply_says_where_it_comes_from():
    for quantity in SETTINGS.quantities.values():
        assert quantity.unit and quantity.source and 2000 < quantity.year < 2030, quantity.name
        assert quantity.touches == "supply", quantity.name
        if quantity.quality is Quality.ASSUMED:
            assert quantity.reason and quantity.low < quantity.high, quantity.name


def test_every_pool_that_a_service_takes_is_offered_at_a_price():
    for service in load_services()[0]:
        if service.queued:
            kinds = [kind for kind in KINDS if service.pool in [pool.id for pool in kind.pools]]
            assert kinds, service.id
            for kind in kinds:
                assert {f"{kind.id}.price.{service.pool}", f"{kind.id}.price.{service.id}"} & set(SETTINGS)


def test_every_workload_has_a_cadre_that_brings_hours():
    hours = {cadre.id for cadre in load_cadres() if cadre.annual_hours}
    assert {service.cadre for service in load_services()[0] if service.cadre} <= hours


def test_the_beds_of_2020_add_up_to_the_published_total():
    homes = ("public-home", "extremely-poor-home", "private-home")
    assert sum(SETTINGS[f"{home}.places"] for home in homes) == 84312


def test_a_further_kind_comes_from_a_further_file(tmp_path: Path):
    file = tmp_path / "more.toml"
    file.write_text(WHOLE, encoding="utf-8")
    kinds, settings = load_kinds((file,))
    assert kinds[: len(KINDS)] == KINDS
    assert kinds[-1].id == "day-centre" and kinds[-1].new_size == "day-centre.size"
    assert settings["day-centre.places"] == 100


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('base = "residents"', 'base = "people"', "day-centre.base = 'people' must be one of residents"),
        ('base = "residents"', "", "day-centre.base = None must be one of residents"),
        ('total = "day-centre.places"', "total = 3", "day-centre.total = 3 must be the name of a setting"),
        ('total = "day-centre.places"', 'total = "day-centre.beds"', "day-centre.beds"),
        ("value = 100", "value = nan", "day-centre.places.value = nan must be a finite number"),
        ('source = "a test"', "", "day-centre.places.source = None must be a text"),
        ('cadre = "elder-carer"', 'cadre = "robot"', "day-centre.pools.cadre = 'robot' must be"),
        ('id = "day-place", ', "", "day-centre.pools"),
        ('en = "day centre"', 'fr = "centre"', "day-centre.name"),
        ("[kinds.day-centre]", "[kinds.day-centre]\nadmits = ['rich']", "day-centre.admits = 'rich' must be"),
        ("[kinds.day-centre]", "[kinds.day-centre]\npublic = 1", "day-centre.public = 1 must be true"),
        ("[kinds.day-centre]", "[kinds.day-centre]\nsurprise = 1", "day-centre.surprise = 1 must be one of"),
        ("[kinds.day-centre]", "[kinds.day-centre]\nper = -1", "day-centre.per = -1 must be a whole number"),
        ("kinds.day-centre", "kinds.public-home", "public-home = 'public-home' must be defined once"),
    ],
)  # fmt: skip
def test_a_kind_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, old: str, new: str, words: str):
    file = tmp_path / "more.toml"
    assert old in WHOLE
    file.write_text(WHOLE.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_kinds((file,))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
