"""Residents who are followed, as a workbook: who is moved, by whom, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinlin.books import of_scenarios, save_book
from jinlin.follow_listing import Scene, cause_words, date_of, list_head
from jinlin.words import say
from results.fates import Fate, FateRow, written_key
from results.records import NONE
from results.sheets import Column, Kind, Row, Table, Value
from scenarios.pairs import Pairing
from sim.places import load_atlas

Told = Sequence[tuple[Scene, Sequence[FateRow]]]
_DAYS = ("waited_a", "waited_b", "more_waited", "placed_a", "placed_b", "more_placed")
_LIVE = {"more_waited": "{waited_b}-{waited_a}", "more_placed": "{placed_b}-{placed_a}"}
_COLUMNS = ("county", "resident", "since", "service", "fate", *_DAYS, "moved_by", "because")


def save_followed(path: Path, pairing: Pairing, place: str, told: Told, language: str) -> None:
    """Write the members of the chains of some markets, in the order of their chains."""
    rows = [_row(scene, row) for scene, mine in told for row in mine]
    facts: list[tuple[str, Value]] = [
        (say("about scenario", language), "\n".join(list_head(pairing, language))),
        (say("about places", language), place),
        (say("about seed", language), pairing.seed),
    ]
    sheets = [_fates(rows, language), _members(rows, language)]
    sources = of_scenarios([pairing.a, *([pairing.b] if pairing.b else [])], language)
    save_book(path, say("book follow", language, place=place), facts, sheets, sources, language)


def _row(scene: Scene, row: FateRow) -> Row:
    member = scene.telling.chain.members[row.number]
    waited, placed = (row.waited_days_a, row.waited_days_b), (row.in_place_days_a, row.in_place_days_b)
    return {
        "county": str(load_atlas().counties.name[row.county]), "resident": row.name,
        "since": date_of(row.minute), "service": scene.service(row.service),
        "fate": scene.say(f"fate {row.fate.value}"), "waited_a": waited[0], "waited_b": waited[1],
        "more_waited": waited[1] - waited[0], "placed_a": placed[0], "placed_b": placed[1],
        "more_placed": placed[1] - placed[0],
        "moved_by": written_key(row.by_key) if row.by_key != NONE else "",
        "because": cause_words(scene, member),
    }  # fmt: skip


def _members(rows: Sequence[Row], language: str) -> Table:
    columns = tuple(
        Column(
            key, say(f"book column {key}", language), say("unit days", language) if key in _DAYS else "",
            Kind.COUNT if key in _DAYS else Kind.TEXT, _LIVE.get(key, ""), total=key in _DAYS,
            width={"resident": 19.0, "moved_by": 19.0}.get(key, 0.0),
        )
        for key in _COLUMNS
    )  # fmt: skip
    title = say("sheet follow members", language)
    return Table(
        title, say("book members", language), columns, rows, total=say("all sum", language), pinned=2
    )


def _fates(rows: Sequence[Row], language: str) -> Table:
    """Count and sum by fate, as the members' sheet has them."""
    members = f"'{say('sheet follow members', language)}'"
    at = {key: chr(ord("A") + number) for number, key in enumerate(_COLUMNS)}

    def column(key: str) -> str:
        return f"{members}!${at[key]}:${at[key]}"

    sums = {key: f"SUMIFS({column(key)},{column('fate')},{{fate}})" for key in _DAYS}
    days = say("unit days", language)
    columns = (
        Column("fate", say("book column fate", language)),
        Column("records", say("book column records", language), "", Kind.COUNT,
               f"COUNTIF({column('fate')},{{fate}})", total=True),
        *(Column(key, say(f"book column {key}", language), days, Kind.COUNT, sums[key], total=True)
          for key in _DAYS),
    )  # fmt: skip
    found: list[Row] = []
    for fate in Fate:
        name = say(f"fate {fate.value}", language)
        mine = [row for row in rows if row["fate"] == name]
        if mine:
            whole = {key: sum(int(str(row[key])) for row in mine) for key in _DAYS}
            found.append({"fate": name, "records": len(mine), **whole})
    title = say("sheet follow fates", language)
    return Table(title, title, columns, found, total=say("all sum", language))
