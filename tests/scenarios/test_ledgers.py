"""Kept ledgers: the same needs again, never other ones, and one line where something is wrong with them."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios import owners
from scenarios.ledgers import TOLD, LedgerStore, Lived, content_key, ledger_facts
from scenarios.load import load_scenario
from sim.errors import RunError
from sim.services import NeedGroup, Service
from tests.whole.small_study import SEED, SMALLEST, lived

MONTHS = 14


@cache
def kept() -> Lived:
    model, ledger = lived(MONTHS)
    return Lived(ledger, model.record(), model.world.founding.income[:, [200, 400, 600, 800]])


def facts(**changes: Any) -> dict[str, Any]:
    scenario = load_scenario("plan-2025")
    given = {
        "market": SMALLEST,
        "seed": SEED,
        "replication": 0,
        "months": MONTHS,
        "settings": scenario.settings,
    }
    given = given | {name: value for name, value in changes.items() if name != "scenario"}
    return ledger_facts(changes.get("scenario", scenario), **given)


def test_a_kept_ledger_is_the_same_to_the_last_column(tmp_path: Path) -> None:
    store = LedgerStore(tmp_path)
    assert store.read(facts()) is None
    store.write(facts(), kept())
    again = store.read(facts())
    assert again is not None
    for table in ("spells", "asks"):
        before, after = getattr(kept().ledger, table), getattr(again.ledger, table)
        for field in fields(before):
            one, other = getattr(before, field.name), getattr(after, field.name)
            assert one.dtype == other.dtype and np.array_equal(one, other), field.name
    for grid in ("people", "residents", "persons"):
        assert np.array_equal(getattr(kept().ledger, grid), getattr(again.ledger, grid)), grid
    assert again.record.residents_end == kept().record.residents_end
    for name, column in (kept().record.flows | kept().record.stocks).items():
        assert np.array_equal((again.record.flows | again.record.stocks)[name], column), name
    assert np.array_equal(again.fifth_edges, kept().fifth_edges)


def moved(parameter: str) -> dict[str, Any]:
    settings = load_scenario("plan-2025").settings
    return facts(settings=settings.with_values({parameter: settings.quantities[parameter].low}))


def defined(change: Any) -> dict[str, Any]:
    scenario = load_scenario("plan-2025")
    first, *others = scenario.services
    return facts(scenario=replace(scenario, services=(change(first), *others)))


def older(service: Service) -> Service:
    group = service.needed[0]
    later = replace(group.who, age_months=(group.who.age_months[0] + 1, group.who.age_months[1]))
    changed: NeedGroup = replace(group, who=later)
    return replace(service, needed=(changed, *service.needed[1:]))


def test_whatever_moves_lives_or_needs_has_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    others = [
        facts(market="明溪县"), facts(seed=SEED + 1), facts(replication=1), facts(months=MONTHS + 1),
        moved("life.mortality_scale"), defined(older), defined(lambda s: replace(s, wish_ceiling=0.9)),
        defined(lambda s: replace(s, ask_every_months=7)), defined(lambda s: replace(s, group="other")),
    ]  # fmt: skip
    monkeypatch.setattr("scenarios.ledgers.sources", lambda: "another code")
    others.append(facts())
    keys = {content_key(each) for each in others}
    monkeypatch.undo()
    assert len(keys) == len(others) and content_key(facts()) not in keys


@pytest.mark.parametrize(
    "parameter", ["elder-bed.stay_days", "private-home.price.nursing-bed", "elder-bed.wish"]
)
def test_what_only_a_replay_reads_keeps_the_key(parameter: str) -> None:
    assert content_key(moved(parameter)) == content_key(facts())


def test_scenarios_of_supply_share_a_ledger() -> None:
    other = load_scenario("staff-short")
    assert content_key(facts(scenario=other, settings=other.settings)) == content_key(facts())


def shorten(home: Path) -> None:
    path = home / "asks.parquet"
    path.write_bytes(path.read_bytes()[:-100])


def flip(home: Path) -> None:
    path = home / "spells.parquet"
    written = bytearray(path.read_bytes())
    written[len(written) // 2] ^= 1
    path.write_bytes(bytes(written))


def lose(home: Path) -> None:
    (home / "life.parquet").unlink()


def silence(home: Path) -> None:
    (home / TOLD).write_text("{", encoding="utf-8")


def forget(home: Path) -> None:
    (home / TOLD).write_text("{}", encoding="utf-8")


@pytest.mark.parametrize("harm", [shorten, flip, lose, silence, forget])
def test_a_damaged_ledger_is_named_with_what_to_do(harm: Any, tmp_path: Path) -> None:
    store = LedgerStore(tmp_path)
    store.write(facts(), kept())
    (home,) = tmp_path.iterdir()
    harm(home)
    with pytest.raises(RunError, match="damaged") as wrong:
        store.read(facts())
    text = str(wrong.value)
    assert str(home) in text and "remove that folder" in text and "\n" not in text


def test_a_ledger_under_another_name_is_stale(tmp_path: Path) -> None:
    store = LedgerStore(tmp_path)
    store.write(facts(), kept())
    (home,) = tmp_path.iterdir()
    shutil.move(home, tmp_path / content_key(facts(seed=5)))
    with pytest.raises(RunError, match="stale") as wrong:
        store.read(facts(seed=5))
    assert "remove that folder" in str(wrong.value)


def test_who_comes_second_leaves_the_first_in_place(tmp_path: Path) -> None:
    store = LedgerStore(tmp_path)
    store.write(facts(), kept())
    (home,) = tmp_path.iterdir()
    before = (home / TOLD).stat().st_mtime_ns
    store.write(facts(), kept())
    assert [each.name for each in tmp_path.iterdir()] == [home.name]
    assert (home / TOLD).stat().st_mtime_ns == before


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    roomy = LedgerStore(tmp_path)
    for seed in (1, 2, 3):
        roomy.write(facts(seed=seed), kept())
    import os

    for age, seed in enumerate((1, 3, 2)):
        os.utime(tmp_path / content_key(facts(seed=seed)), (age, age))
    assert roomy.read(facts(seed=1)) is not None, "used now"
    size = sum(each.stat().st_size for each in (tmp_path / content_key(facts(seed=1))).iterdir())
    LedgerStore(tmp_path, most_gb=3.5 * size / 1e9).write(facts(seed=4), kept())
    assert [roomy.read(facts(seed=seed)) is not None for seed in (1, 2, 3, 4)] == [True, True, False, True]


def size_of(home: Path) -> float:
    return sum(each.stat().st_size for each in home.iterdir()) / 1e9


def test_who_goes_round_through_more_than_fits_finds_what_did_fit(tmp_path: Path) -> None:
    LedgerStore(tmp_path).write(facts(seed=0), kept())
    room = 2.5 * size_of(tmp_path / content_key(facts(seed=0)))
    for _ in range(2):
        store, found = LedgerStore(tmp_path, room, begun=time.time()), []
        time.sleep(0.01)
        for seed in (1, 2, 3):
            found.append(store.read(facts(seed=seed)) is not None or store.write(facts(seed=seed), kept()))
        assert found == [True, True, False], "what an earlier command used went, what this one used did not"
    assert store.read(facts(seed=0)) is None and store.read(facts(seed=3)) is None


def test_what_a_killed_writer_left_aside_goes_and_what_a_living_one_has_stays(tmp_path: Path) -> None:
    store = LedgerStore(tmp_path)
    store.write(facts(), kept())
    dead = tmp_path / f".x#{owners.here()}@1@12.34.partial"
    shutil.copytree(next(tmp_path.iterdir()), dead)
    living = tmp_path / f".y#{owners.me()}.partial"
    living.mkdir()
    store.write(facts(seed=5), kept())
    assert {each.name for each in tmp_path.iterdir() if each.name[0] == "."} == {living.name}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    with pytest.raises(RunError, match="--no-ledgers") as wrong:
        LedgerStore(blocked / "ledgers").write(facts(), kept())
    assert "\n" not in str(wrong.value)


def test_a_ledger_says_in_words_what_it_was_drawn_from(tmp_path: Path) -> None:
    LedgerStore(tmp_path).write(facts(), kept())
    (home,) = tmp_path.iterdir()
    told = json.loads((home / TOLD).read_text(encoding="utf-8"))["facts"]
    assert told["market"] == SMALLEST and told["settings"]["life.mortality_scale"] > 0
