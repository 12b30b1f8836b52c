"""Service definitions: what they say, how they are refused, and that a new one needs no code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration.priors import FITTED
from evidence.settings import load_parameters
from scenarios.definitions import FOLDER, load_services, with_ceilings
from sim.cascade import choose
from sim.errors import ScenarioError
from sim.kinds import DisabilityGrade, Employment, Function, Living, Payer, Quality, Step
from sim.needs import Ledger
from sim.parameters import Settings
from sim.services import Service
from tests.scenarios.made_up_service import write_made_up
from tests.sim.small_needs import ATLAS, HOME, STREAM, people, quiet_ledger, supply


def all_settings(own: Settings) -> Settings:
    return Settings({**load_parameters().quantities, **own.quantities})


def by_id(services: tuple[Service, ...]) -> dict[str, Service]:
    return {service.id: service for service in services}


# ---- the six services


def test_the_six_services_load_in_order() -> None:
    services, own = load_services()
    assert [service.id for service in services] == [
        "childcare-full",
        "childcare-half",
        "community-errand",
        "nursing-bed",
        "ordinary-bed",
        "social-work-case",
    ]
    assert [path.stem for path in sorted(FOLDER.glob("*.toml"))] == [service.id for service in services]
    known = all_settings(own)
    for service in services:
        assert all(name in known for name in service.setting_names)
        assert service.standard.reason and all(group.reason for group in service.needed)


def test_every_number_says_where_it_comes_from() -> None:
    _, own = load_services()
    homes = ("elder-bed", "money", "choice")
    shared = {n: q for n, q in load_parameters().quantities.items() if n.split(".")[0] in homes}
    for quantity in (*own.quantities.values(), *shared.values()):
        assert quantity.unit and quantity.source and 1900 <= quantity.year <= 2025
        assert quantity.low <= quantity.value <= quantity.high
        if quantity.quality is Quality.ASSUMED:
            assert quantity.reason
    assert [n for n, q in shared.items() if q.quality is Quality.FITTED] == ["elder-bed.wish"]
    assert {n for n, q in own.quantities.items() if q.quality is Quality.FITTED} <= set(FITTED)


def numbers_below(table: Mapping[str, Any], path: str = "") -> list[tuple[str, Mapping[str, Any]]]:
    """List every number of a TOML table with the table it stands in."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            inner = value if key != "who" else {**value, "reason": table.get("reason")}
            found += numbers_below(inner, f"{path}{key}.")
        elif isinstance(value, int | float | list) and not isinstance(value, bool):
            numeric = not isinstance(value, list) or any(isinstance(each, int | float) for each in value)
            found += [(f"{path}{key}", table)] if numeric else []
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_no_number_in_a_definition_stands_without_source_or_reason(path: Path) -> None:
    numbers = numbers_below(tomllib.loads(path.read_text(encoding="utf-8")))
    assert numbers
    assert not [key for key, table in numbers if not (table.get("source") or table.get("reason"))]


WORN, HELPLESS = {"function": Function.MODERATE}, {"function": Function.SEVERE}
SEVERE = {"disability_grade": DisabilityGrade.SEVERE}
AT_HOME, WITH_CHILDREN, WITH_ALL = (
    {"living": each} for each in (Living.PARENTS, Living.CHILDREN, Living.SPOUSE_AND_CHILDREN)
)
STATE = {"payer": Payer.STATE, "living": Living.OTHERS}
WORKING, CHILD, OTHER_CHILD = (
    {"employment": Employment.EMPLOYED},
    AT_HOME | {"mother": 9},
    AT_HOME | {"mother": 11},
)
PEOPLE: list[tuple[str, int, dict[str, int], set[str]]] = [
    ("needs help daily, with children", 65 * 12, WORN | WITH_CHILDREN, {"nursing-bed", "social-work-case"}),
    ("well, with children", 65 * 12, WITH_CHILDREN, set()),
    ("well, alone", 72 * 12, {}, {"ordinary-bed", "social-work-case"}),
    ("well, with spouse and children", 72 * 12, WITH_ALL, set()),
    ("severe, alone", 72 * 12, HELPLESS, {"nursing-bed", "social-work-case"}),
    ("extremely poor, well", 62 * 12, STATE, {"ordinary-bed", "social-work-case"}),
    ("severe disability and function", 40 * 12, HELPLESS | SEVERE | AT_HOME, {"nursing-bed"}),
    ("severe disability with a card", 40 * 12, SEVERE | {"card": 1}, {"social-work-case"}),
    ("severe function only", 40 * 12, HELPLESS, set()),
    ("employed mother", 30 * 12, WORKING, set()),
    ("her child", 12, CHILD, {"childcare-full"}),
    ("mother at home", 30 * 12, {}, set()),
    ("child of a mother at home", 12, OTHER_CHILD, {"childcare-half"}),
    ("an infant", 4, CHILD, set()),
    ("at the third birthday", 37, CHILD, set()),
    ("turns 60 this month, needs help daily", 720, WORN | WITH_CHILDREN, {"nursing-bed", "social-work-case"}),
    ("turns 60 next month, needs help daily", 719, WORN | WITH_CHILDREN, set()),
]
ROWS = [{"birth_month": -age} | row for _, age, row, _ in PEOPLE]


def needs_of(rows: list[dict[str, int]], services: tuple[Service, ...], known: Settings) -> Ledger:
    residents = people(*[{"living": Living.ALONE} | row for row in rows])
    return quiet_ledger(residents, *services, months=1, numbers=known)


def test_who_needs_what_is_as_the_definitions_say() -> None:
    services, own = load_services()
    ledger = needs_of(ROWS, services, all_settings(own))
    told: dict[int, set[str]] = {row: set() for row in range(len(PEOPLE))}
    for row, service in zip(ledger.spells.resident.tolist(), ledger.spells.service.tolist(), strict=True):
        told[row].add(services[service].id)
    assert {PEOPLE[row][0]: needs for row, needs in told.items()} == {
        name: needs for name, *_, needs in PEOPLE
    }


def test_errands_are_of_urban_residents() -> None:
    services, own = load_services()
    rows = [
        {"birth_month": -300, "area": 1},
        {"birth_month": -300},
        {"birth_month": -800, "area": 1, "card": 1},
        {"birth_month": -100, "area": 1, "migrant": 1},
    ]
    ledger = needs_of(rows, services, all_settings(own))
    index = [service.id for service in services].index("community-errand")
    groups = [group.id for group in services[index].needed]
    counts = dict(zip(groups, ledger.people[index, :, HOME, 0].tolist(), strict=True))
    assert counts == {"adults": 1, "elders": 1, "disabled": 1, "low-income": 0, "migrants": 1}
    assert ledger.persons[index, HOME, 0] == 3


def test_sizes_of_places_are_those_of_the_norms() -> None:
    services, own = load_services()
    known = all_settings(own)
    sizes = {(s.id, g.id): known[g.place] for s in services if s.queued for g in s.needed}
    assert sizes["childcare-half", "children"] * 2 == sizes["childcare-full", "children"] == 1
    case = "social-work-case"
    per_worker = [
        round(1 / sizes[case, g]) for g in ("severely-disabled", "low-income", "empty-nest", "frail")
    ]
    assert per_worker == [50, 200, 500, 500]


def test_both_beds_share_one_wish() -> None:
    services = by_id(load_services()[0])
    nursing, ordinary = services["nursing-bed"], services["ordinary-bed"]
    assert nursing.wish == ordinary.wish == "elder-bed.wish" and nursing.draw_code == ordinary.draw_code
    assert nursing.draw_code != services["childcare-full"].draw_code == services["childcare-half"].draw_code


def test_the_ceiling_is_the_most_that_ranges_and_odds_allow() -> None:
    services, own = load_services()
    known = all_settings(own)
    top = known.quantities["elder-bed.wish"].high
    raised = top / (1 - top) * 2.25 * 2.37
    assert by_id(services)["nursing-bed"].wish_ceiling == pytest.approx(raised / (1 + raised))
    higher = Settings({**known.quantities, "elder-bed.wish": load_parameters().quantities["elder-bed.wish"]})
    assert with_ceilings(services, higher) == services


# ---- one more service, from one file


def test_a_made_up_service_of_one_file_is_needed_and_requested(tmp_path: Path) -> None:
    services, own = load_services((write_made_up(tmp_path),))
    known = all_settings(own)
    index = [service.id for service in services].index("reading-aloud")
    listener = {"birth_month": -480, "disability_kind": 1, "living": Living.ALONE}
    ledger = needs_of([listener] * 200 + [{"birth_month": -480}], services, known)
    mine = ledger.spells.service == index
    assert mine.sum() == 200 and ledger.persons[index, HOME, 0] == 200
    offer = replace(supply([{}], {0: 0}, services), pools=("reader",))
    requests = choose(ledger, services, known, offer, STREAM, ATLAS)
    here = requests.service == index
    assert set(requests.step[here].tolist()) == {Step.REQUESTED} and set(requests.parts[here].tolist()) == {
        250
    }
    share, count = here.sum() / mine[ledger.asks.spell].sum(), mine[ledger.asks.spell].sum()
    assert share > 0.5 - 4 * np.sqrt(0.25 / 200) and count > 200


def test_a_new_service_moves_no_other_services_wishes(tmp_path: Path) -> None:
    ledgers = []
    for extra in ((), (write_made_up(tmp_path),)):
        services, own = load_services(extra)
        ledger = needs_of(ROWS, services, all_settings(own))
        names = [services[s].id for s in ledger.spells.service[ledger.asks.spell]]
        ledgers.append(
            sorted(zip(names, ledger.asks.wish.tolist(), ledger.asks.minute.tolist(), strict=True))
        )
    assert ledgers[0] == ledgers[1]


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text((FOLDER / "nursing-bed.toml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(
        ScenarioError, match=r"mine.toml: id = 'nursing-bed' must be a new name \(nursing-bed.toml"
    ):
        load_services((path,))
