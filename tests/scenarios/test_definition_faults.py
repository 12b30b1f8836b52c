"""Faulty service definitions are refused in one line that names file, key, value, range and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.definitions import FOLDER, load_services, read_definition
from sim.errors import JinlinError, ScenarioError
from sim.kinds import Mechanism
from tests.scenarios.made_up_service import NUMBER, write_made_up

PLAN = 'plan = "三.2"'
WHO = "needed.blind.who."
PLACE = "[needed.blind.place]\n"
ASKS = 'every_months = 6\nreason = "a test"'
RATIO = '"elder-bed.odds.aged-80"'
STAY = 'stay_days = "elder-bed.stay_days"'

# case: (the text that is replaced, what replaces it, what the line must say)
FAULTS: dict[str, tuple[str, str, str]] = {
    "unknown key": (PLAN, f"{PLAN}\ncolour = 3", "colour = 3 must be left out"),
    "key of another mechanism": (PLAN, f'{PLAN}\ncadre = "x"', "cadre = 'x' must be left out"),
    "missing key": ('pool = "reader"\n', "", "pool = None must be given"),
    "id with spaces": ('"reading-aloud"', '"reading aloud"', "id = 'reading aloud' must be a name"),
    "id of another type": ('id = "reading-aloud"', "id = 4", "id = 4 must be a name"),
    "mechanism": ('"occupancy"', '"beds"', "mechanism = 'beds' must be one of occupancy, caseload"),
    "one language": ('{ zh = "读报", en = "reading aloud" }', '"read"', "name = 'read' must be { zh"),
    "empty label": ('en = "listener"', 'en = " "', "client.en = ' ' must be a text"),
    "targets": ("targets = []", 'targets = "all"', "targets = 'all' must be a list of texts"),
    "payer": ('["state"]', '["king"]', "first = 'king' must be one of family, low-income, state"),
    "kind": ('["visual"]', '["blind"]', f"{WHO}disability_kind = 'blind' must be one of none, visual"),
    "kinds not a list": ('["visual"]', '"visual"', f"{WHO}disability_kind = 'visual' must be a list"),
    "no kinds": ('["visual"]', "[]", f"{WHO}disability_kind = [] must be a list of kinds"),
    "trait": ("living = [", "height = [", f"{WHO}height = ['alone'] must be left out"),
    "flag": ('living = ["alone"]', "card = 1", f"{WHO}card = 1 must be true or false"),
    "falling ages": ("[18, 200]", "[60, 18]", "age_years = [60, 18] must be two rising whole numbers"),
    "ages too high": ("[18, 200]", "[18, 900]", "age_years = [18, 900] must be two rising"),
    "broken ages": ("[18, 200]", "[18.5, 200]", "age_years = [18.5, 200] must be two rising"),
    "both ages": ("{ age_years = [18, 30]", "{ age_months = [1, 2], age_years = [18, 30]", "left out"),
    "no reason": (f'reason = "a test"\n\n{PLACE}', PLACE, "needed.blind.reason = None"),
    "no groups": ("[needed.blind]", "[extra]", "extra = {"),
    "number without source": ('source = "a test"', "", "source = None must be a text"),
    "value outside": ("value = 0.5", "value = 0.5\nlow = 0.6\nhigh = 0.9", "value = 0.5 must be 0.6 to 0.9"),
    "census flag": (
        "value = 0.5",
        'value = 0.5\ncensus = "yes"',
        "wish.census = 'yes' must be true or false",
    ),
    "wish above one": ("value = 0.5", "value = 1.5", "reading-aloud.wish = 1.5 must be 0 to 1"),
    "negative": ("value = 60", "value = -60", "patience_days = -60.0 must be 0.01 to 36500"),
    "not a number": ("value = 0.5", "value = nan", "reading-aloud.wish.value = nan must be a finite number"),
    "huge number": ("value = 0.5", "value = 1" + "0" * 400, "must be a finite number"),
    "endless number": ("value = 0.5", "value = 1" + "0" * 5000, "not TOML"),
    "bare number": (PLACE + NUMBER.format(0.25), "place = 3\n", "blind.place = 3 must be a quantity"),
    "parameter": (RATIO, '"elder-bed.old"', "odds.young.ratio = 'elder-bed.old' must be the name of a"),
    "months between asks": (
        "every_months = 6",
        "every_months = -6",
        "asks.every_months = -6 must be a whole",
    ),
    "asks without reason": (ASKS, "every_months = 6", "asks.reason = None must be a text"),
    "asks of no effect": (
        "every_months = 6",
        "every_months = 6\nagain_after_stay = true",
        "asks.again_after_stay = True must be left out",
    ),
    "asks not a table": (f"[asks]\n{ASKS}", "asks = 6", "asks = 6 must be a table"),
    "share of a standard": ("share = 0.9", "share = 90", "standard.share = 90 must be above 0, at most 1"),
    "days of a standard": ("within_days = 14", "within_days = 0", "within_days = 0 must be a whole number"),
    "bare standard": ('share = 0.9\nreason = "a test"', "share = 0.9", "standard.reason = None"),
    "stay without spread": (PLAN, f"{PLAN}\n{STAY}", "stay_spread = None must be given (stay_days"),
    "name of a group": ("[needed.blind]", '[needed."The blind"]', "'The blind' must be a name"),
    "line break in a key": (PLAN, f'{PLAN}\n"a\\nb" = 1', "a?b = 1 must be left out"),
    "not TOML": ('id = "', 'id = = "', "not TOML"),
}


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_a_faulty_definition_is_refused_in_one_line(case: str, tmp_path: Path) -> None:
    old, new, words = FAULTS[case]
    path = write_made_up(tmp_path, old, new)
    with pytest.raises(JinlinError) as refused:
        load_services((path,))
    line = str(refused.value)
    assert words in line and line.startswith("reading-aloud.toml: ") and "\n" not in line and len(line) < 500


def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"^gone\.toml: .+\(name a file that can be read\)$"):
        read_definition(tmp_path / "gone.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes("id = 'é'".encode("latin-1"))
    with pytest.raises(ScenarioError, match=r"^latin\.toml: not UTF-8"):
        read_definition(latin)


def test_a_workload_asks_for_its_own_numbers(tmp_path: Path) -> None:
    definition = read_definition(FOLDER / "community-errand.toml")
    assert definition.service.mechanism is Mechanism.WORKLOAD and not definition.service.wish
    text = (FOLDER / "community-errand.toml").read_text(encoding="utf-8")
    path = tmp_path / "errand.toml"
    path.write_text(text.replace("[needed.adults.events]", "[needed.adults.eventz]"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"needed\.adults\.eventz = .* must be left out"):
        read_definition(path)
